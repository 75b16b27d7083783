//! See [`PostSize`].

use super::{Findings, View, on_logs};
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::subject::EventLogSubject;
use crate::usage::event::{EventKind, Field};

/// Largest sendings, MB before base64 (SF1601 2.1).
const DIGITAL: u64 = 76;
const PHYSICAL: u64 = 7;

check! {
    /// Sendings of post keep to the limits of the post component.
    ///
    /// ## Why
    /// The post component takes at most 76 MB of Digital Post and 7 MB of physical post, before base64. The document does not say whether an MB
    /// is 1 000 000 or 1 048 576 bytes: a size between the two is inconclusive. Whether a line `sent` is digital or physical is known by its
    /// field `service`, whose values the profile names; of a line of neither, sizes above the smaller limit are inconclusive.
    ///
    /// ## What to do
    /// Check the size before sending, and split or reduce what is too large.
    pub PostSize {
        id: "event-log.post-size",
        family: EventLog,
        title: da "Forsendelser holder grænserne: 76 MB digitalt, 7 MB fysisk", en "Sendings of post keep to the limits: 76 MB digital, 7 MB physical",
        rows: ["POST-03"],
        basis: Norm,
        method: Inspected,
        sources: [("Integrationsbeskrivelse SF1601", "2.1")],
        remediation: da "Kontrollér størrelsen før afsendelse, og del eller formindsk det, der er for stort.", en "Check the size before sending, and split or reduce what is too large.",
        parameters: [
            ("digital", List(&[]), "Values of the field `service` of sendings by Digital Post; no official list exists"),
            ("physical", List(&[]), "Values of the field `service` of sendings by physical post; no official list exists"),
            ("window_days", Integer(90), "Lines of the last so many days before the run count, days; no official number exists"),
        ],
    }
}

impl Check<EventLogSubject> for PostSize {
    fn judge(&self, subject: &EventLogSubject, parameters: &Parameters) -> Outcome {
        let expected = format!("<= {DIGITAL} MB digital, {PHYSICAL} MB physical");
        let (digital, physical) = (parameters.list("digital"), parameters.list("physical"));
        on_logs(subject, parameters.integer("window_days"), &expected, |view| {
            let mut findings = Findings::default();
            let lines = view.lines(&[EventKind::Sent], &mut findings);
            let lines = View::with_field(lines, Field::Bytes, &mut findings);
            View::whole(&lines, &mut findings);
            let (mut broken, mut unclear, mut unknown, mut held) = (Vec::new(), Vec::new(), 0, 0);
            for line in &lines {
                let is = |names: &[String]| {
                    line.service.as_ref().is_some_and(|s| names.iter().any(|n| n.trim().eq_ignore_ascii_case(s.trim())))
                };
                let Some(bytes) = line.bytes else {
                    unknown += 1;
                    continue;
                };
                // The limit that it may have to keep, and the one that it must keep in any case.
                let (least, most) = match (is(digital), is(physical)) {
                    (true, false) => (DIGITAL, DIGITAL),
                    (false, true) => (PHYSICAL, PHYSICAL),
                    _ => (PHYSICAL, DIGITAL),
                };
                match bytes {
                    _ if bytes > most << 20 => broken.push(*line),
                    _ if bytes > least * 1_000_000 => unclear.push(*line),
                    _ => held += 1,
                }
            }
            if !broken.is_empty() {
                let what = format!("{} sendings above the limit", broken.len());
                findings.broken(Reason::TooLarge, format!("{what}; {}", view.places(&broken)));
            }
            if !unclear.is_empty() {
                let what = format!("{} sendings of a kind that is not known, or on the limit", unclear.len());
                findings.unclear(format!("{what}; {}", view.places(&unclear)));
            }
            if unknown > 0 {
                findings.unclear(format!("{unknown} sendings without a size"));
            }
            if held > 0 {
                findings.held(format!("{held} sendings"));
            }
            findings
        })
    }
}
