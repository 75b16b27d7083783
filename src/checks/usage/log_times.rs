//! See [`LogTimes`].

use super::on_own_logs;
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::subject::UsageSubject;
use crate::usage::summary::BadKind;

check! {
    /// The times of the vendor's log are clear: each names its zone, or needs none, and they run in order.
    ///
    /// ## Why
    /// A time that could mean two instants proves nothing: in the hour that the clock shows twice, and wherever the zone is left to
    /// guessing. Lines that run backwards show clocks that disagree or lines that were put in later; a few come from programs that
    /// write side by side. A log in reverse order is in order. Judged on logs that the vendor keeps.
    ///
    /// ## What to do
    /// Write times with their offset (`2026-03-01T08:00:00+01:00`) from a synchronised clock, and lines in the order of events.
    pub LogTimes {
        id: "usage.log-times",
        family: Usage,
        title: da "Tiderne i leverandørens log er entydige og i rækkefølge", en "The times of the vendor's log are clear and in order",
        rows: ["USE-07"],
        basis: GoodPractice,
        method: Inspected,
        sources: [("kombit/sapa_revision", "Tidspunkt, Log ID")],
        remediation: da "Skriv tider med tidszone fra et synkroniseret ur og linjerne i hændelsernes rækkefølge.", en "Write times with their zone from a synchronised clock, and lines in the order of events.",
        parameters: [("backward_per_mille", Integer(10), "Most lines of a thousand whose time is earlier than that of the line before; no official number exists")],
    }
}

impl Check<UsageSubject> for LogTimes {
    fn judge(&self, subject: &UsageSubject, parameters: &Parameters) -> Outcome {
        let allowed = parameters.integer("backward_per_mille").clamp(0, 1000).unsigned_abs();
        let expected = format!("times with a zone; <= {allowed} per mille backwards");
        on_own_logs(subject, &expected, |view, log, findings| {
            let overview = &log.summary.overview;
            let mut broken = false;
            for bad in &overview.bad {
                let unclear = [BadKind::TimeWithoutZone, BadKind::TimeRepeatedHour, BadKind::TimeSkippedHour];
                if unclear.contains(&bad.kind) && bad.count > 0 {
                    broken = true;
                    let what = match bad.kind {
                        BadKind::TimeWithoutZone => "times without a zone",
                        BadKind::TimeRepeatedHour => "times in the hour that the clock shows twice, without a zone",
                        _ => "times in the hour that the clock skips",
                    };
                    findings.broken(Reason::Malformed, what, format!("{} {}", log.facts.name, bad.count));
                }
            }
            for file in &overview.files {
                let within = |backward: u64| backward * 1000 <= allowed * file.records;
                let forward = file.records.saturating_sub(1).saturating_sub(file.backward);
                let value = format!("{} {}/{}", file.name, file.backward, file.records);
                if within(file.backward) || within(forward) {
                    continue;
                }
                broken = true;
                if file.backward > forward {
                    // Newest first, with lines of the same time between: how many are out of order is not known.
                    findings.unclear("most lines run backwards", value);
                } else {
                    findings.broken(Reason::TooLarge, "lines that run backwards", value);
                }
            }
            if !broken {
                match log.period(None, view.subject.at) {
                    Err((phrase, value)) => findings.unclear(phrase, value),
                    Ok(_) => findings.held("lines with clear times in order", overview.rows.to_string()),
                }
            }
        })
    }
}
