//! The certificate's key is strong.

use super::leaf;
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::subject::TlsSubject;
use openssl::pkey::Id;
use openssl::x509::X509;

check! {
    /// ## Why
    ///
    /// RSA below 2048 bits and curves below 256 bits are within reach of strong attackers.
    ///
    /// ## What to do
    ///
    /// Order a certificate with RSA of at least 2048 bits, or P-256 or larger.
    pub CertificateKey {
        id: "tls.certificate-key",
        family: Tls,
        title: da "Servercertifikatets nøgle er stærk nok", en "The server certificate's key is strong enough",
        rows: ["SP-REQ-21"],
        basis: Norm,
        method: Measured,
        sources: [("RFC 9325 (BCP 195)", "section 4.5")],
        remediation: da "Bestil et certifikat med RSA på mindst 2048 bit eller med P-256 eller større.", en "Order a certificate with RSA of at least 2048 bits, or with P-256 or larger.",
        parameters: [("rsa_bits", Integer(2048), "Fewest bits of an RSA key"), ("ec_bits", Integer(256), "Fewest bits of an elliptic-curve key")],
    }
}

impl Check<TlsSubject> for CertificateKey {
    fn judge(&self, subject: &TlsSubject, parameters: &Parameters) -> Outcome {
        let (rsa, ec) = (parameters.integer("rsa_bits"), parameters.integer("ec_bits"));
        let expected = format!("RSA >= {rsa} bits or EC >= {ec} bits");
        if let Err(outcome) = leaf(subject, &expected) {
            return outcome;
        }
        let key =
            subject.served_chain.first().and_then(|b| X509::from_der(b.data()).ok()).and_then(|c| c.public_key().ok());
        let Some(key) = key else {
            return Outcome::fail(Reason::Malformed, expected, "the public key cannot be read");
        };
        let (least, kind) = match key.id() {
            Id::RSA | Id::RSA_PSS => (rsa, "RSA"),
            Id::EC => (ec, "EC"),
            Id::ED25519 | Id::ED448 => return Outcome::pass(expected, "EdDSA"),
            _ => return Outcome::fail(Reason::Weak, expected, "neither RSA nor EC"),
        };
        let bits = i64::from(key.bits());
        Outcome::when(bits >= least, Reason::Weak, expected, format!("{kind} {bits} bits"))
    }
}
