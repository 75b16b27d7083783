use super::on_certificate;
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::subject::CertificateSubject;

check! {
    /// The certificate lasts three years at most.
    ///
    /// ## Why
    ///
    /// A key that lives longer is exposed longer.
    ///
    /// ## What to do
    ///
    /// Use an OCES3 certificate; they last three years.
    pub LifetimeMaximum {
        id: "certificate.lifetime-maximum",
        family: Certificate,
        title: da "Certifikatet gælder i højst tre år",
            en "The certificate lasts three years at most",
        rows: ["FKI-CRT-03"],
        basis: Norm,
        method: Inspected,
        sources: [("MitID Erhverv", "OCES3-certifikater gælder i 3 år"), ("FoxIDs: Connect to Context Handler", "certificates")],
        remediation: da "Bestil et nyt certifikat i MitID Erhverv, og registrér det.",
            en "Order a new certificate in MitID Erhverv and register it.",
        parameters: [("days", Integer(1096), "Longest period in days; three years with a leap day are 1096.")],
    }
}

impl Check<CertificateSubject> for LifetimeMaximum {
    fn judge(&self, subject: &CertificateSubject, parameters: &Parameters) -> Outcome {
        on_certificate(subject, |c| {
            let seconds = c.not_after.as_second() - c.not_before.as_second() + 1;
            let days = parameters.integer("days");
            let holds = seconds <= days.saturating_mul(86_400);
            Outcome::when(
                holds,
                Reason::TooLarge,
                format!("at most {days} days"),
                format!("{} days", seconds.div_euclid(86_400)),
            )
        })
    }
}
