//! See [`KnownAuthority`].

use super::{Calls, Findings, Log, earlier, is_cvr, on_days, on_logs};
use crate::check;
use crate::check::{Check, Parameters};
use crate::denmark::danish_day;
use crate::outcome::{Outcome, Reason};
use crate::subject::UsageSubject;
use crate::usage::compare::municipalities;
use crate::verdict::Environment;

check! {
    /// Calls are made for authorities that exist: one of the 98 municipalities, or another authority that the profile or the target names.
    ///
    /// ## Why
    /// A call for a CVR number that is no authority's shows configuration that was copied, or data of one authority fetched in the name of
    /// another. The logs do not show what service agreements say; a profile that knows them lists their authorities in `agreed`. Outside
    /// production, numbers that are invented for tests are no breach.
    ///
    /// ## What to do
    /// Call with the CVR number of the municipality whose task it is.
    pub KnownAuthority {
        id: "usage.known-authority",
        family: Usage,
        title: da "Kald sker for myndigheder, der findes og er i aftalen", en "Calls are made for authorities that exist and are in the agreement",
        rows: ["USE-06"],
        basis: Norm,
        method: Inspected,
        sources: [("List of the 98 municipalities with CVR numbers", "all"), ("kombit/sapa_revision", "ATP, CVR 33236239")],
        remediation: da "Kald med CVR-nummeret på den kommune, hvis opgave det er.", en "Call with the CVR number of the municipality whose task it is.",
        parameters: [
            ("other_authorities", List(&["33236239"]), "CVR numbers of authorities beside the municipalities; ATP (Udbetaling Danmark)"),
            ("agreed", List(&[]), "CVR numbers of the authorities in the service agreements; every known authority, when empty"),
            ("since_days", Integer(30), "Calls so many days back count; no official number exists"),
            ("fresh_days", Integer(7), "How long before the run a log may end that shows that nothing happened, days; no official number exists"),
        ],
    }
}

impl Check<UsageSubject> for KnownAuthority {
    fn judge(&self, subject: &UsageSubject, parameters: &Parameters) -> Outcome {
        let (days, fresh) = (parameters.integer("since_days"), parameters.integer("fresh_days"));
        let (others, agreed) = (parameters.list("other_authorities"), parameters.list("agreed"));
        let expected = if agreed.is_empty() { "known authorities" } else { "authorities in the agreement" };
        on_logs(subject, expected, |view| {
            let mut findings = Findings::new(expected);
            let from = earlier(subject.at, days);
            let (first, last) = (danish_day(from), danish_day(subject.at));
            let mut unnamed = 0;
            for group in view.all_groups().filter(|group| group.newest >= from) {
                let (count, cvr) = (on_days(group, first, last).0, group.key.municipality.as_str());
                let is_listed = |list: &[String]| list.iter().any(|listed| listed == cvr);
                let is_known = municipalities().iter().any(|m| m.cvr == cvr)
                    || is_listed(others)
                    || is_listed(agreed)
                    || is_listed(&subject.municipalities);
                let is_tests = crate::besked::lists::authority(cvr)
                    .is_some_and(|a| a.kind == crate::besked::lists::AuthorityKind::Invented)
                    && subject.environment != Environment::Production;
                if count == 0 {
                    continue;
                }
                if cvr.is_empty() {
                    unnamed += count;
                } else if !is_cvr(cvr) {
                    findings.unclear("not a CVR number", cvr);
                } else if !is_known && is_tests {
                    findings.held("invented for tests", cvr);
                } else if !is_known {
                    findings.broken(Reason::WrongParty, "calls for an unknown authority", format!("{cvr} {count}"));
                } else if !agreed.is_empty() && !is_listed(agreed) {
                    findings.broken(Reason::WrongParty, "calls outside the agreement", format!("{cvr} {count}"));
                } else {
                    findings.held("calls for known authorities", cvr);
                }
            }
            let named = !(findings.broken.is_empty() && findings.held.is_empty() && findings.unclear.is_empty());
            if unnamed > 0 && !named {
                findings.absent("no line names the CVR number of a municipality; let the mapping name its column", "");
                return findings.outcome(view);
            } else if unnamed > 0 {
                findings.unclear("calls without a CVR number", unnamed.to_string());
            }
            let restricted = |log: &&Log<'_>| log.facts.covers.as_ref().is_some_and(|c| !c.municipalities.is_empty());
            if let Some(log) = view.logs.iter().find(restricted) {
                findings.unclear("the log holds the calls of chosen municipalities alone", log.facts.name.clone());
            }
            match view.recent(Calls::default(), days, fresh).map(|period| view.doubts(Calls::default(), period)) {
                Err(causes) => findings.unclear.extend(causes),
                Ok(doubts) => {
                    // Whether a call succeeded does not matter here.
                    findings.unclear.extend(doubts.into_iter().filter(|(phrase, _)| !phrase.contains("succeeded")));
                }
            }
            if !named {
                findings.absent("no call in the period", "");
            }
            findings.outcome(view)
        })
    }
}
