//! See [`AgreementCoverage`].

use super::{Findings, Force, on_export};
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::subject::MailboxSubject;

check! {
    /// Every authority that the system serves stands among the Myndigheder of an agreement that is approved and not expired.
    ///
    /// ## Why
    /// An authority without an agreement gets no messages, or they arrive without naming it. An expired agreement does not stop the traffic
    /// of the others, so nothing shows that one is missing.
    ///
    /// ## What to do
    /// Have the agreement with the authority renewed and approved in the Administrationsmodul.
    pub AgreementCoverage {
        id: "mailbox.agreement-coverage",
        family: Mailbox,
        title: da "Hver betjent myndighed er omfattet af en godkendt, gyldig serviceaftale", en "Every served authority is covered by an approved, valid service agreement",
        rows: ["BFO-CFG-09"],
        basis: Norm,
        method: Inspected,
        sources: [("SF1461 Modtag beskeder via Beskedfordeler 2.0", "2.3, 6")],
        remediation: da "Få serviceaftalen med den nævnte myndighed fornyet og godkendt.", en "Have the service agreement with the authority that is named renewed and approved.",
        parameters: [],
    }
}

impl Check<MailboxSubject> for AgreementCoverage {
    fn judge(&self, subject: &MailboxSubject, _: &Parameters) -> Outcome {
        const EXPECTED: &str = "each authority in an approved agreement that has not expired";
        on_export(subject, EXPECTED, |view| {
            let mut findings = Findings::new(EXPECTED);
            let agreements = view.agreements(&mut findings);
            if !findings.absent.is_empty() {
                return findings.outcome();
            }
            for cvr in std::iter::once(&subject.cvr).chain(&subject.other_cvr) {
                let (mut covered, mut doubt, mut refused) = (false, None, None);
                for agreement in &agreements {
                    let names = agreement.myndigheder.as_ref().map(|all| all.iter().any(|m| m.as_str() == cvr));
                    let because = |why: &str| Some(format!("{cvr}: {}: {why}", agreement.title()));
                    match (names, view.force(agreement)) {
                        (Some(true), Force::Not(why)) => refused = because(&why),
                        (Some(false), _) | (None, Force::Not(_)) => {}
                        (None, _) => doubt = because("myndigheder are not stated"),
                        (_, Force::NotStated) => doubt = because("approval is not stated"),
                        (_, Force::Unclear(why)) => doubt = because(&why),
                        (Some(true), Force::Yes) => covered = true,
                    }
                }
                match (covered, doubt, refused) {
                    (true, _, _) => findings.held(cvr.clone()),
                    (false, Some(why), _) => findings.unclear(why),
                    (false, None, Some(why)) => findings.broken(Reason::Missing, why),
                    (false, None, None) => findings.broken(Reason::Missing, format!("{cvr}: in no agreement")),
                }
            }
            findings.outcome()
        })
    }
}
