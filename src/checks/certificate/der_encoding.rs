use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::pki::certificate::Certificate;
use crate::subject::CertificateSubject;

check! {
    /// The certificate is encoded in DER without trailing bytes.
    ///
    /// ## Why
    ///
    /// Software that reads other encodings, or skips what follows, may see another certificate than the one that was
    /// signed or compared.
    ///
    /// ## What to do
    ///
    /// Export the certificate again. The observed value names the first fault.
    pub DerEncoding {
        id: "certificate.der-encoding",
        family: Certificate,
        title: da "Certifikatet er kodet i DER uden overskydende bytes",
            en "The certificate is encoded in DER without trailing bytes",
        rows: ["CRT-01"],
        basis: Norm,
        method: Inspected,
        sources: [("RFC 5280", "4.1"), ("X.690", "10")],
        remediation: da "Eksportér certifikatet igen fra kilden som PEM eller DER, og udskift filen.",
            en "Export the certificate again from its source as PEM or DER and replace the file.",
        parameters: [],
    }
}

impl Check<CertificateSubject> for DerEncoding {
    fn judge(&self, subject: &CertificateSubject, _parameters: &Parameters) -> Outcome {
        let expected = "DER X.509, 0 trailing bytes";
        match Certificate::read(subject.certificate.data()) {
            Err(error) => Outcome::fail(Reason::Malformed, expected, error.to_string()),
            Ok(c) if c.trailing_bytes > 0 => {
                Outcome::fail(Reason::Forbidden, expected, format!("{} trailing bytes", c.trailing_bytes))
            }
            Ok(c) => match c.encoding {
                Ok(()) => Outcome::pass(expected, format!("DER, {} bytes", c.der.len())),
                Err(fault) => Outcome::fail(Reason::Malformed, expected, fault.to_string()),
            },
        }
    }
}
