use super::on_certificate;
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::pki::certificate::Extension;
use crate::pki::certificate::extension;
use crate::subject::CertificateSubject;

check! {
    /// The extensions can be read, and none is repeated or critical and unknown.
    ///
    /// ## Why
    ///
    /// A repeated extension is read differently by different software, and an unknown critical one must stop its
    /// user.
    ///
    /// ## What to do
    ///
    /// Use a certificate issued by Den Danske Stat.
    pub Extensions {
        id: "certificate.extensions",
        family: Certificate,
        title: da "Certifikatets udvidelser kan læses, og ingen er gentaget eller ukendt og kritisk",
            en "The extensions can be read, and none is repeated or critical and unknown",
        rows: ["CRT-11"],
        basis: Norm,
        method: Inspected,
        sources: [("RFC 5280", "4.2")],
        remediation: da "Bestil et nyt certifikat i MitID Erhverv, og registrér det.",
            en "Order a new certificate in MitID Erhverv and register it.",
        parameters: [],
    }
}

impl Check<CertificateSubject> for Extensions {
    fn judge(&self, subject: &CertificateSubject, _parameters: &Parameters) -> Outcome {
        on_certificate(subject, |c| {
            let expected = "each extension once and readable, critical ones known";
            let repeated = |e: &Extension| c.extensions.iter().filter(|other| other.oid == e.oid).count() > 1;
            let unknown = |e: &Extension| e.critical && !extension::UNDERSTOOD.contains(&e.oid.as_str());
            if let Some(e) = c.extensions.iter().find(|e| !e.readable) {
                return Outcome::fail(Reason::Malformed, expected, format!("{} unreadable", e.oid));
            }
            if let Some(e) = c.extensions.iter().find(|e| repeated(e)) {
                return Outcome::fail(Reason::Duplicate, expected, format!("{} repeated", e.oid));
            }
            match c.extensions.iter().find(|e| unknown(e)) {
                Some(e) => Outcome::fail(Reason::Forbidden, expected, format!("{} critical", e.oid)),
                None => Outcome::pass(expected, format!("{} extensions", c.extensions.len())),
            }
        })
    }
}
