//! See [`Correlated`].

use super::{Findings, Line, View, is_of, on_logs};
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::subject::EventLogSubject;
use crate::usage::event::{EventKind, Field};
use std::collections::{BTreeSet, HashMap};

/// What comes in or goes out once under its id, and so begins a chain.
const ROOTS: &[EventKind] = &[EventKind::Received, EventKind::Sent, EventKind::Distributed];

/// What belongs to the chain when it has the same id. Statuses and receipts are transactions of their own.
const MEMBERS: &[EventKind] = &[EventKind::Stored, EventKind::Acknowledged, EventKind::Processed, EventKind::Called];

check! {
    /// What belongs to one message or sending carries one TransaktionsId through all lines.
    ///
    /// ## Why
    /// A failure is followed through the systems by its TransaktionsId. A chain begins with a line `received`, `sent` or `distributed`; the lines
    /// `stored`, `acknowledged`, `processed` and `called` with the same id belong to it. Calls of services that demand a transaction id of
    /// their own for each call are left out. Lines of logs that the vendor keeps count.
    ///
    /// ## What to do
    /// Take the TransaktionsId of what begins the chain into every line and call that follows from it.
    pub Correlated {
        id: "event-log.correlated",
        family: EventLog,
        title: da "Det samme TransaktionsId følger en besked eller forsendelse gennem alle linjer", en "The same TransaktionsId follows a message or sending through all lines",
        rows: ["FKI-LOG-07"],
        basis: Inference,
        method: Inspected,
        sources: [("Transaktionsspor (docs.kombit.dk/id/cd9e58aa)", "title")],
        remediation: da "Tag TransaktionsId fra det, der begynder kæden, med i hver linje og hvert kald, der følger af det.", en "Take the TransaktionsId of what begins the chain into every line and call that follows from it.",
        parameters: [
            ("own_transaction", List(&["SF1500"]), "Integrations that demand a transaction id of their own for each call"),
            ("window_days", Integer(90), "Lines of the last so many days before the run count, days; no official number exists"),
        ],
    }
}

impl Check<EventLogSubject> for Correlated {
    fn judge(&self, subject: &EventLogSubject, parameters: &Parameters) -> Outcome {
        const EXPECTED: &str = "one TransaktionsId for each chain";
        let own = parameters.list("own_transaction");
        on_logs(subject, parameters.integer("window_days"), EXPECTED, |view| {
            let mut findings = Findings::default();
            let roots = view.lines(ROOTS, &mut findings);
            let roots = View::with_field(View::own(roots, &mut findings), Field::Transaction, &mut findings);
            let members = view.lines(MEMBERS, &mut findings);
            let members = View::with_field(View::own(members, &mut findings), Field::Transaction, &mut findings);
            View::whole(&members, &mut findings);
            let mut chains: HashMap<String, BTreeSet<Option<String>>> = HashMap::new();
            for root in &roots {
                if let Some(id) = root.key() {
                    chains.entry(id).or_default().insert(root.transaction_key());
                }
            }
            let is_exempt = |line: &Line<'_>| {
                let number = line.event.integration.as_deref();
                line.kind == EventKind::Called && number.is_some_and(|n| own.iter().any(|other| is_of(other, n)))
            };
            let (mut held, mut other, mut unknown) = (0, Vec::new(), 0);
            for line in members.iter().filter(|line| !is_exempt(line)) {
                let Some(of_chain) = line.key().and_then(|id| chains.get(&id)) else { continue };
                let transaction = line.transaction_key();
                match () {
                    () if transaction.is_none() => unknown += 1,
                    () if of_chain.contains(&transaction) => held += 1,
                    () if of_chain.contains(&None) => unknown += 1,
                    () => other.push(*line),
                }
            }
            if other.is_empty() && held == 0 && unknown == 0 && !members.is_empty() && !roots.is_empty() {
                findings.absent("no two lines with the same id");
            }
            let what = "lines with another TransaktionsId than what their chain began with";
            view.of_keeper(&other, Reason::Different, what, &mut findings);
            if unknown > 0 {
                findings.unclear(format!("{unknown} lines of chains without a TransaktionsId"));
            }
            if held > 0 {
                findings.held(format!("{held} lines with the TransaktionsId of their chain"));
            }
            findings
        })
    }
}
