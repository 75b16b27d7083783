//! See [`PostStatusFiltered`].

use super::{Findings, on_export};
use crate::besked::expression::{Expression, fields, parse};
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::subject::MailboxSubject;

/// Beskedtype PKO_PostStatus (SF1601).
const POST_STATUS: &str = "d2bed63c-4853-4008-b6e0-a74c15b15fbf";

check! {
    /// A subscription to post statuses (PKO_PostStatus) is filtered on the system itself.
    ///
    /// ## Why
    /// Without a filter every IT-system of a municipality gets the statuses of every other system's post: data that it has no use for.
    ///
    /// ## What to do
    /// Write the expression of SF1601's guide, with the system's own UUID:
    /// `get(Beskedkuvert.Filtreringsdata.RelateretObjekt,0).ObjektId.UUIDIdentifikator = '...'`.
    pub PostStatusFiltered {
        id: "mailbox.post-status-filtered",
        family: Mailbox,
        title: da "Abonnement på poststatus er afgrænset til systemets egen post", en "A subscription to post statuses is limited to the system's own post",
        rows: ["BFO-CFG-06"],
        basis: GoodPractice,
        method: Inspected,
        sources: [("SF1601 Programmer's Guide", "receipts")],
        remediation: da "Afgræns abonnementsudtrykket til systemets eget UUID i RelateretObjekt.",
                     en "Limit the expression to the system's own UUID in RelateretObjekt.",
        parameters: [("own_actors", List(&[]), "Further UUIDs that count as the system's own, such as an actor that sends for it alone")],
    }
}

impl Check<MailboxSubject> for PostStatusFiltered {
    fn judge(&self, subject: &MailboxSubject, parameters: &Parameters) -> Outcome {
        const EXPECTED: &str = "RelateretObjekt or BeskedAnsvarligAktoer = the system's own UUID";
        on_export(subject, EXPECTED, |view| {
            let mut findings = Findings::new(EXPECTED);
            let mut subscriptions = view.subscriptions(&mut findings);
            subscriptions.retain(|(_, a)| a.beskedtype.is(POST_STATUS));
            if subscriptions.is_empty() && findings.absent.is_empty() {
                return Outcome::not_applicable(EXPECTED, "no subscription to PKO_PostStatus");
            }
            let mut own: Vec<&str> = parameters.list("own_actors").iter().map(|a| a.trim()).collect();
            own.extend(view.system());
            for (dueslag, subscription) in subscriptions {
                let of = format!("{} in {}", subscription.title(), dueslag.title());
                let Some(filters) = &subscription.abonnementsudtryk else {
                    findings.absent(format!("abonnementsudtryk of {of}"));
                    continue;
                };
                if filters.is_empty() {
                    findings.broken(Reason::Missing, format!("{of}: no expression"));
                }
                if own.is_empty() {
                    findings.absent("UUID of the IT-system");
                    continue;
                }
                for filter in filters {
                    match parse(&filter.expression).and_then(|e| fields::check(&e.field).map(|()| e)) {
                        Err(problem) => findings.unclear(format!("{of}: {}", problem.message)),
                        Ok(expression) if is_own(&expression, &own) => findings.held(of.clone()),
                        Ok(expression) => findings.broken(Reason::Different, format!("{of}: {expression}")),
                    }
                }
            }
            findings.outcome()
        })
    }
}

/// Whether an expression lets nothing but the system's own through.
fn is_own(expression: &Expression, own: &[&str]) -> bool {
    let item = expression.field.item.iter().flat_map(|item| &item.path);
    let names: Vec<_> = expression.field.path.iter().chain(item).map(|n| n.text.as_str()).collect();
    let by_system = ["Beskedkuvert", "Filtreringsdata", "RelateretObjekt", "ObjektId", "UUIDIdentifikator"];
    let by_actor = ["Beskedkuvert", "Filtreringsdata", "BeskedAnsvarligAktoer", "UUIDIdentifikator"];
    let is_own = |value: &String| own.iter().any(|o| o.eq_ignore_ascii_case(value.trim()));
    (names == by_system || names == by_actor) && expression.condition.values().iter().all(is_own)
}
