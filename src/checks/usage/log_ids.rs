//! See [`LogIds`].

use super::on_own_logs;
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::subject::UsageSubject;

check! {
    /// Every line of the vendor's log has an id of its own.
    ///
    /// ## Why
    /// Extracts overlap. Lines are counted once because lines with the same id and the same content are one line; an id on two different
    /// lines, or none, makes the log impossible to count and to quote. Judged on logs that the vendor keeps, over all their lines.
    ///
    /// ## What to do
    /// Give each line of the log an id that is never used again, and export it.
    pub LogIds {
        id: "usage.log-ids",
        family: Usage,
        title: da "Hver linje i leverandørens log har sit eget id", en "Every line of the vendor's log has an id of its own",
        rows: ["USE-07"],
        basis: GoodPractice,
        method: Inspected,
        sources: [("kombit/sapa_revision", "Log ID")],
        remediation: da "Giv hver loglinje et id, som aldrig bruges igen, og tag det med i udtrækket.", en "Give each line of the log an id that is never used again, and export it.",
        parameters: [],
    }
}

impl Check<UsageSubject> for LogIds {
    fn judge(&self, subject: &UsageSubject, _: &Parameters) -> Outcome {
        on_own_logs(subject, "an id of its own on each line", |view, log, findings| {
            let overview = &log.summary.overview;
            if !overview.has_log_ids {
                findings.absent("no line has an id; let the mapping name its column", &log.facts.name);
                return;
            }
            let (twice, without) = (overview.conflicting_ids, overview.without_log_id);
            if twice > 0 {
                findings.broken(Reason::Duplicate, "ids on different lines", format!("{} {twice}", log.facts.name));
            }
            if without > 0 {
                findings.broken(Reason::Missing, "lines without an id", format!("{} {without}", log.facts.name));
            }
            if twice + without == 0 {
                match log.period(None, view.subject.at) {
                    Err((phrase, value)) => findings.unclear(phrase, value),
                    Ok(_) => findings.held("lines, each with its id", overview.rows.to_string()),
                }
            }
        })
    }
}
