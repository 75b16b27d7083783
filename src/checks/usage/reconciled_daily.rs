//! See [`ReconciledDaily`].

use super::{Calls, Findings, begins, next, on_logs, threshold, whole_days};
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::subject::UsageSubject;
use crate::usage::summary::Group;

check! {
    /// Beside messages, the system reconciles Organisation in full at regular intervals.
    ///
    /// ## Why
    /// Slet and Passiver trigger no event, and a planned change triggers none when it takes effect: who listens to messages alone keeps users
    /// and units that are gone. No official document says how often. Which calls are a reconciliation is the system's own choice, so
    /// the profile names their services.
    ///
    /// ## What to do
    /// Fetch the organisation in full at the agreed intervals, and compare.
    pub ReconciledDaily {
        id: "usage.reconciled-daily",
        family: Usage,
        title: da "Systemet afstemmer jævnligt Organisation fuldt ud ved siden af beskederne", en "The system reconciles Organisation in full at regular intervals beside messages",
        rows: ["ORG-04"],
        basis: Contract,
        method: Inspected,
        sources: [("Beskedtype_ORG_Bruger_1.0", "1"), ("Beskedtype_ORG_OrgEnhed_1.0", "1")],
        remediation: da "Hent organisationen fuldt ud med de aftalte mellemrum, og sammenlign.", en "Fetch the organisation in full at the agreed intervals, and compare.",
        parameters: [
            ("services", List(&[]), "Services or operations whose calls are a reconciliation; a part of the name is enough"),
            ("integration", Text("SF1500"), "Number of the integration"),
            ("every_days", Integer(1), "Most days from one reconciliation to the next; no official number exists"),
            ("days", Integer(30), "Days before the end of the log that are judged; no official number exists"),
            ("fresh_days", Integer(7), "How long before the run a log may end that shows that nothing happened, days; no official number exists"),
        ],
    }
}

impl Check<UsageSubject> for ReconciledDaily {
    fn judge(&self, subject: &UsageSubject, parameters: &Parameters) -> Outcome {
        let every = usize::try_from(parameters.integer("every_days")).unwrap_or(0).clamp(1, 366);
        let integration = Some(parameters.text("integration"));
        let expected = threshold(&format!("a full reconciliation every {every} days"));
        let services: Vec<String> = parameters.list("services").iter().map(|s| s.trim().to_lowercase()).collect();
        on_logs(subject, &expected, |view| {
            let mut findings = Findings::new(expected.clone());
            let missing = if services.iter().all(String::is_empty) {
                Some("the profile names no service of a reconciliation")
            } else {
                view.lacks(!subject.municipalities.is_empty())
            };
            if let Some(missing) = missing {
                findings.absent(missing, "");
                return findings.outcome(view);
            }
            let is_full = |group: &Group| {
                let service = group.key.service.to_lowercase();
                services.iter().any(|wanted| !wanted.is_empty() && service.contains(wanted.as_str()))
            };
            for municipality in view.municipalities() {
                let calls = Calls { integration, municipality };
                let period = match view.recent(calls, parameters.integer("days"), parameters.integer("fresh_days")) {
                    Ok(period) => period,
                    Err(causes) => {
                        findings.unclear.extend(causes);
                        continue;
                    }
                };
                let days = whole_days(period);
                if days.len() < every {
                    findings.unclear("the log holds too few whole days", days.len().to_string());
                }
                let groups: Vec<_> = view.all_groups().filter(|group| calls.has(group) && is_full(group)).collect();
                // Calls and failed ones of a group; those of which it may not be known.
                let seen = |wanted: bool, window: &[jiff::civil::Date]| {
                    groups.iter().any(|group| {
                        let unsure = group.unknown > 0 && group.unknown < group.calls;
                        unsure != wanted && group.days.iter().any(|d| window.contains(&d.date) && d.calls > d.errors)
                    })
                };
                let unnamed = view.all_groups().filter(|group| calls.has(group) && group.key.service.is_empty());
                let unnamed: u64 = unnamed.map(|group| group.calls).sum();
                let mut missed = false;
                for window in days.windows(every) {
                    let (Some(first), Some(last)) = (window.first(), window.last()) else { continue };
                    if seen(true, window) {
                        continue;
                    }
                    missed = true;
                    let value = format!("{} {first}", calls.name());
                    let doubts = view.doubts(calls, (begins(*first), begins(next(*last))));
                    if seen(false, window) {
                        findings.unclear("the log does not say whether calls succeeded", value);
                    } else if unnamed > 0 {
                        findings.unclear("calls without a service could be it", unnamed.to_string());
                    } else if doubts.is_empty() {
                        findings.broken(Reason::Missing, "no full reconciliation from", value);
                    } else {
                        findings.unclear.extend(doubts);
                    }
                }
                if !missed && days.len() >= every {
                    findings.held("reconciled, days", format!("{} {}", calls.name(), days.len()));
                }
            }
            findings.outcome(view)
        })
    }
}
