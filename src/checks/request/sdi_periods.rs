//! See [`SdiPeriods`].

use super::{REMOVED, on_objects, short};
use crate::besked::read::Element;
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::requests::period::{Bound, Period, has_form};
use crate::subject::RequestSubject;

check! {
    /// Validity begins at a time and ends after it, or has the open end `GraenseIndikator` true.
    ///
    /// ## Why
    /// Receivers ask the index what holds at a time. A case whose validity has always been, ends before it begins, or has
    /// times that cannot be read is found at the wrong times or not at all. The anvisninger forbid an open beginning; from
    /// times count in and to times do not (general guide, 11).
    ///
    /// A zone with a dot (`+01.00`), which the schema refuses and the examples of the anvisninger have, is inconclusive; so
    /// is a period that is empty or without a zone.
    ///
    /// ## What to do
    /// Write the instant from which the data hold in `FraTidspunkt`, and `GraenseIndikator` true in `TilTidspunkt` where no
    /// end is known.
    pub SdiPeriods {
        id: "request.sdi-periods",
        family: Request,
        title: da "Virkning begynder på et tidspunkt og slutter efter det eller er åben fremad", en "Validity begins at a time and ends after it, or is open ahead",
        rows: ["SDI-03"],
        basis: Norm,
        method: Inspected,
        sources: [
            ("KOMBIT, Generel vejledning til anvisninger for Indeksene 1.2 (11-11-2019)", "11, from and to times"),
            ("KOMBIT, Anvendelse af Sagsobjektet i Sags- og Dokumentindekset 1.7 (07-07-2023)", "3.3 to 3.13, Virkning/FraTidspunkt"),
        ],
        remediation: da "Skriv et tidspunkt i FraTidspunkt og et senere eller GraenseIndikator true i TilTidspunkt.",
                     en "Write a time in FraTidspunkt, and a later one or GraenseIndikator true in TilTidspunkt.",
        parameters: [],
    }
}

impl Check<RequestSubject> for SdiPeriods {
    fn judge(&self, subject: &RequestSubject, _: &Parameters) -> Outcome {
        const EXPECTED: &str = "a time in FraTidspunkt and a later one, or an open end, in TilTidspunkt";
        on_objects(subject, EXPECTED, |object, findings| {
            let all = object.element.descendants();
            for holder in all.into_iter().filter(|e| e.child("Virkning").is_some()) {
                let period = Period::of(holder);
                findings.seen += 1;
                let what = format!("{} line {}: {}", object.kind, holder.place.line, holder.name.local);
                if removed(holder) {
                    findings.undecided.push(format!("{what}, redaction changed it"));
                } else if period.from == Bound::Open {
                    findings.breach(Reason::Forbidden, format!("{what}, FraTidspunkt GraenseIndikator"));
                } else if let Some(written) = unreadable(holder).filter(|written| is_example(written)) {
                    // The schema refuses the form, and the anvisninger show it.
                    findings.undecided.push(format!("{what}, `{}`", short(written)));
                } else if let Some(written) = unreadable(holder) {
                    findings.breach(Reason::Malformed, format!("{what}, `{}`", short(written)));
                } else {
                    match period.is_ordered() {
                        // The anvisninger write times with their zone (general guide, 11).
                        Some(true) if [period.from, period.until].iter().any(without_zone) => {
                            findings.undecided.push(format!("{what}, a time without zone"));
                        }
                        Some(true) => {}
                        Some(false) => {
                            findings.breach(Reason::Contradiction, format!("{what}, TilTidspunkt before FraTidspunkt"));
                        }
                        None => {
                            findings.undecided.push(format!("{what}, TilTidspunkt not certainly after FraTidspunkt"));
                        }
                    }
                }
            }
        })
    }
}

fn without_zone(bound: &Bound) -> bool {
    matches!(bound, Bound::At(time) if !time.is_zoned())
}

fn ends(holder: &Element) -> impl Iterator<Item = &Element> {
    let validity = holder.child("Virkning");
    ["FraTidspunkt", "TilTidspunkt"].into_iter().filter_map(move |name| validity?.child(name))
}

fn removed(holder: &Element) -> bool {
    ends(holder).flat_map(Element::descendants).any(|e| e.text.contains(REMOVED))
}

/// Whether a time is written as in the examples of the anvisninger, with a dot in its zone (`+01.00`).
fn is_example(written: &str) -> bool {
    let written = written.trim();
    let dot = written.len().saturating_sub(3);
    let colon = written.get(..dot).zip(written.get(dot..)).and_then(|(before, zone)| {
        let zone = zone.strip_prefix('.')?;
        Some(format!("{before}:{zone}"))
    });
    colon.is_some_and(|time| has_form(&time))
}

/// What stands where a time should.
fn unreadable(holder: &Element) -> Option<&str> {
    ends(holder).find_map(|end| {
        let time = end.child("TidsstempelDatoTid").filter(|t| !has_form(&t.text));
        let open = end.child("GraenseIndikator").filter(|g| !matches!(g.text.trim(), "true" | "1"));
        time.or(open).map(|e| e.text.as_str())
    })
}
