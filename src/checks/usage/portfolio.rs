//! See [`Portfolio`].

use super::{Calls, Findings, Since, State, View, earlier, is_of, on_logs, read, threshold};
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::subject::UsageSubject;
use crate::subject::usage::Relations;
use jiff::Timestamp;
use std::collections::BTreeSet;

check! {
    /// What the municipality's portfolio registers is what the logs show: each integration is both registered and seen.
    ///
    /// ## Why
    /// A relation that stands in KITOS without any call is a plan; a call without a relation is a dependency that nobody knows of. KITOS
    /// names interfaces in free text: only names with the number of an integration can be compared, and a missing relation is left open
    /// when other names have none.
    ///
    /// ## What to do
    /// Registered and not seen: take the integration into use, or end the relation. Seen and not registered: the municipality registers
    /// the relation.
    pub Portfolio {
        id: "usage.portfolio",
        family: Usage,
        title: da "Hver integration er både registreret i KITOS og set i loggene", en "Each integration is both registered in KITOS and seen in the logs",
        rows: ["USE-09"],
        basis: GoodPractice,
        method: Inspected,
        sources: [("OS2kitos API v2", "it-system-usages, outgoingSystemRelations, it-interfaces")],
        remediation: da "Tag den registrerede integration i brug, eller få relationen i KITOS rettet.", en "Take the registered integration into use, or have the relation in KITOS corrected.",
        parameters: [
            ("integrations", List(&[]), "Numbers of the integrations to compare; every one that is registered or seen, when empty"),
            ("days", Integer(90), "Calls so many days back count as seen; no official number exists"),
            ("fresh_days", Integer(7), "How long before the run a log may end that shows that nothing happened, days; no official number exists"),
        ],
    }
}

impl Check<UsageSubject> for Portfolio {
    fn judge(&self, subject: &UsageSubject, parameters: &Parameters) -> Outcome {
        let (days, fresh) = (parameters.integer("days"), parameters.integer("fresh_days"));
        let expected = threshold(&format!("registered, and called within {days} days"));
        let Some(blob) = &subject.portfolio else {
            return Outcome::not_tested(Reason::NotSupplied, expected, "the target names no portfolio");
        };
        let relations: Relations = match read(blob, "the portfolio") {
            Ok(relations) => relations,
            Err(outcome) => return outcome,
        };
        if let Some(why) = &relations.unreachable {
            return Outcome::inconclusive(Reason::Unreachable, expected, why);
        }
        on_logs(subject, &expected, |view| {
            let mut findings = Findings::new(expected.clone());
            if let Some(missing) = view.lacks(false) {
                findings.absent(missing, "");
                return findings.outcome(view);
            }
            let listed = parameters.list("integrations");
            let all: BTreeSet<&str> = if listed.is_empty() {
                let seen = view.all_groups().map(|group| group.key.integration.as_str());
                seen.chain(relations.integrations.iter().map(String::as_str)).filter(|name| !name.is_empty()).collect()
            } else {
                listed.iter().map(String::as_str).collect()
            };
            let is_unnumbered = |name: &String| crate::usage::scan::integration_number(name.as_bytes()).is_none();
            let unnumbered = relations.interfaces.iter().filter(|name| is_unnumbered(name)).count();
            for integration in all {
                // `SF1320` in KITOS is what the log calls SF1320_A, and the other way round.
                let registered = relations.integrations.iter().any(|r| is_of(integration, r) || is_of(r, integration));
                let calls = Calls { integration: Some(integration), municipality: None };
                match (registered, view.state(calls, Since::Days(days), fresh)) {
                    (true, State::Used(_)) => findings.held("registered and seen", integration),
                    (true, State::Idle(_)) if was_tried(view, calls, earlier(subject.at, days)) => {
                        findings.unclear("registered, and seen in calls that failed alone", integration);
                    }
                    (true, State::Idle(_)) => {
                        findings.broken(Reason::Contradiction, "registered and not seen", integration);
                    }
                    (false, State::Used(_)) if unnumbered == 0 => {
                        findings.broken(Reason::Contradiction, "seen and not registered", integration);
                    }
                    (false, State::Used(_)) => {
                        findings.unclear("seen and not registered by its number", integration);
                        findings.unclear("interfaces without a number", unnumbered.to_string());
                    }
                    // What is neither registered nor called any more is a difference only when it is required.
                    (false, State::Idle(_)) if listed.is_empty() => {}
                    (false, State::Idle(_)) => {
                        findings.broken(Reason::Missing, "neither registered nor seen", integration);
                    }
                    (_, State::Unknown(causes)) => {
                        findings.unclear("not shown", integration);
                        findings.unclear.extend(causes);
                    }
                }
            }
            findings.outcome(view)
        })
    }
}

/// Whether there are calls since an instant, failed ones too.
fn was_tried(view: &View<'_>, calls: Calls<'_>, since: Timestamp) -> bool {
    view.all_groups().any(|group| calls.has(group) && group.newest >= since)
}
