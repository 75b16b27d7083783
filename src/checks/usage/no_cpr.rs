//! See [`NoCpr`].

use super::{judge_found, places};
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::subject::UsageSubject;
use crate::usage::are_no_chance;

check! {
    /// The vendor's log holds no CPR number in clear.
    ///
    /// ## Why
    /// A log of calls is read by many and kept for long, and rarely needs to say whom a call was about. Of numbers of ten digits that mean
    /// nothing, 7 % look like CPR numbers by chance: fewer than five in a column, and those beside as many that are none, are left open with
    /// their places. A log that others keep, and one that also has lines of other systems, is not the vendor's breach.
    ///
    /// ## What to do
    /// Leave the number out, or write a pseudonym that only the system can resolve. Protect and shorten the life of what is already there.
    pub NoCpr {
        id: "usage.no-cpr",
        family: Usage,
        title: da "Leverandørens log har ingen CPR-numre i klartekst", en "The vendor's log holds no CPR number in clear",
        rows: ["USE-08"],
        basis: GoodPractice,
        method: Inspected,
        sources: [("kombit/sapa_revision", "note on CPR numbers in the log"), ("Databeskyttelsesforordningen", "article 5(1)(c)")],
        remediation: da "Udelad nummeret, eller skriv et pseudonym, som kun systemet kan opløse.", en "Leave the number out, or write a pseudonym that only the system can resolve.",
        parameters: [],
    }
}

impl Check<UsageSubject> for NoCpr {
    fn judge(&self, subject: &UsageSubject, _: &Parameters) -> Outcome {
        judge_found(subject, "no CPR number", |log, findings| {
            let found = &log.summary.overview.found;
            let mut any = false;
            for cpr in found.iter().filter(|found| found.kind == "cpr" && found.count > 0) {
                any = true;
                let others = found.iter().find(|f| f.kind == "ten-digits" && f.column == cpr.column);
                let value = places(cpr);
                if are_no_chance(cpr.count, others.map_or(0, |others| others.count)) {
                    findings.broken(Reason::Forbidden, "CPR numbers in clear, file and line", value);
                } else {
                    findings.unclear("numbers that may look like CPR numbers by chance", value);
                }
            }
            any
        })
    }
}
