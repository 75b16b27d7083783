//! Revocation lists and OCSP responses, good and bad.

use super::der::{self, Oid};
use super::template::{self, Afterwards, COMMON_NAME, Extension, Template, rdn};
use super::{DAY, ExamplePki, Issued, Key, PkiError, Signature, ca_name, plus, serial_number};
use jiff::Timestamp;

/// A certificate revocation list of the issuing CA.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Crl {
    /// Fresh, lists another certificate.
    Good,
    /// Fresh, lists nothing at all.
    Empty,
    /// Fresh, lists the certificate (reason keyCompromise, a day ago).
    ListsLeaf,
    /// nextUpdate has passed.
    Stale,
    /// thisUpdate has not come yet.
    NotYetValid,
    /// Signed by a stranger's key in the CA's name.
    WrongKey,
    /// Issued and signed by another CA.
    WrongIssuer,
    /// Only the changes since another CRL (critical deltaCRLIndicator).
    Delta,
    /// Of other CAs too (critical issuingDistributionPoint with indirectCRL).
    Indirect,
    /// For CA certificates alone (critical issuingDistributionPoint).
    CaCertificatesOnly,
    /// With a critical extension that nobody knows.
    UnknownCriticalExtension,
}

/// An OCSP response about a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ocsp {
    /// good, signed by the issuing CA itself.
    Good,
    /// revoked (reason keyCompromise, a day ago).
    Revoked,
    /// unknown.
    Unknown,
    /// good, but nextUpdate has passed.
    Stale,
    /// good, but thisUpdate has not come yet.
    NotYetValid,
    /// good, signed by a stranger who names and encloses itself.
    Stranger,
    /// good, signed by a stranger in the CA's name.
    WrongKey,
    /// good, signed by a responder that the issuing CA appointed.
    Delegated,
    /// As `Delegated`, but the responder's certificate lacks the extended key usage OCSPSigning.
    DelegatedWithoutPurpose,
    /// As `Delegated`, but the responder's certificate has expired.
    DelegatedExpired,
    /// good, about another serial number.
    OtherSerial,
    /// No answer but the status tryLater.
    TryLater,
}

const OCSP_NO_CHECK: Oid = &[1, 3, 6, 1, 5, 5, 7, 48, 1, 5];
const OCSP_BASIC: Oid = &[1, 3, 6, 1, 5, 5, 7, 48, 1, 1];
const KEY_COMPROMISE: u8 = 1;
const TRY_LATER: u8 = 3;
const HOUR: i64 = 3600;

/// What limits the scope of a CRL (RFC 5280, 5.2.4 and 5.2.5).
fn scope_extension(kind: Crl) -> Option<Extension> {
    const DELTA_CRL_INDICATOR: Oid = &[2, 5, 29, 27];
    const ISSUING_DISTRIBUTION_POINT: Oid = &[2, 5, 29, 28];
    let (oid, value): (Oid, _) = match kind {
        Crl::Delta => (DELTA_CRL_INDICATOR, der::integer(4710)),
        Crl::Indirect => (ISSUING_DISTRIBUTION_POINT, der::sequence([der::implicit(4, &[0xFF])])),
        Crl::CaCertificatesOnly => (ISSUING_DISTRIBUTION_POINT, der::sequence([der::implicit(2, &[0xFF])])),
        Crl::UnknownCriticalExtension => (&[2, 999, 1], der::null()),
        _ => return None,
    };
    Some(Extension { oid, critical: true, value })
}

impl ExamplePki {
    /// A CRL about `issued`, fresh at [`ExamplePki::at`] unless its defect is its age. DER.
    pub fn crl(&self, kind: Crl, issued: &Issued) -> Result<Vec<u8>, PkiError> {
        let (this_update, next_update) = match kind {
            Crl::Stale => (plus(self.at, -2 * DAY)?, plus(self.at, -DAY)?),
            Crl::NotYetValid => (plus(self.at, DAY)?, plus(self.at, 2 * DAY)?),
            _ => (plus(self.at, -HOUR)?, plus(self.at, DAY - HOUR)?),
        };
        let key = if matches!(kind, Crl::WrongKey | Crl::WrongIssuer) { Key::Stranger } else { Key::Issuing };
        let ca = match kind {
            Crl::WrongIssuer => ca_name("Kravprobe anden CA", Some(super::UNIT), "Kravprobe"),
            _ => self.issuing_template.subject.clone(),
        };
        let named_key = if kind == Crl::WrongKey { Key::Issuing } else { key };
        let listed = match kind {
            Crl::Empty => None,
            Crl::ListsLeaf => Some(issued.serial.clone()),
            _ => Some(serial_number("revoked long ago")),
        };
        let reason = Extension { oid: &[2, 5, 29, 21], critical: false, value: der::enumerated(KEY_COMPROMISE) };
        let revoked_at = plus(self.at, -DAY)?;
        let entries = listed.map(|serial| {
            let entry = [der::integer_octets(&serial), der::time(revoked_at), der::sequence([reason.der()])];
            der::sequence([der::sequence(entry)])
        });
        let number = Extension { oid: template::CRL_NUMBER, critical: false, value: der::integer(4711) };
        let mut extensions =
            vec![template::authority_key_identifier(&self.keys.identifier(named_key)?).der(), number.der()];
        extensions.extend(scope_extension(kind).map(|extension| extension.der()));
        let signature = Signature::PSS_SHA256;
        let mut parts = vec![
            der::integer(1),
            signature.identifier(),
            template::name_der(&ca),
            der::time(this_update),
            der::time(next_update),
        ];
        parts.extend(entries);
        parts.push(der::explicit(0, der::sequence(extensions)));
        let body = der::sequence(parts);
        let octets = signature.sign(self.keys.get(key), &body)?;
        Ok(der::signed(body, signature.identifier(), &octets))
    }

    /// An OCSP response about `issued`, fresh at [`ExamplePki::at`] unless its defect is its age. DER.
    pub fn ocsp(&self, kind: Ocsp, issued: &Issued) -> Result<Vec<u8>, PkiError> {
        if kind == Ocsp::TryLater {
            return Ok(der::sequence([der::enumerated(TRY_LATER)]));
        }
        let (produced, next_update) = match kind {
            Ocsp::Stale => (plus(self.at, -2 * DAY)?, plus(self.at, -DAY)?),
            Ocsp::NotYetValid => (plus(self.at, DAY)?, plus(self.at, 2 * DAY)?),
            _ => (plus(self.at, -HOUR)?, plus(self.at, DAY - HOUR)?),
        };
        let status = match kind {
            Ocsp::Revoked => {
                let reason = der::explicit(0, der::enumerated(KEY_COMPROMISE));
                der::explicit(1, [der::generalized_time(plus(self.at, -DAY)?), reason].concat())
            }
            Ocsp::Unknown => der::implicit(2, &[]),
            _ => der::implicit(0, &[]),
        };
        let serial = if kind == Ocsp::OtherSerial { serial_number("another") } else { issued.serial.clone() };
        // SHA-1 in the CertID names the issuer and protects nothing; it is what responders use (RFC 6960, 4.1.1).
        let certificate_id = der::sequence([
            der::Hash::Sha1.identifier(),
            der::octet_string(&openssl::sha::sha1(&template::name_der(&self.issuing_template.subject))),
            der::octet_string(&self.keys.identifier(Key::Issuing)?),
            der::integer_octets(&serial),
        ]);
        let single = der::sequence([
            certificate_id,
            status,
            der::generalized_time(produced),
            der::explicit(0, der::generalized_time(next_update)),
        ]);
        let (key, named_key, enclosed) = self.responder(kind)?;
        let responder = der::explicit(2, der::octet_string(&self.keys.identifier(named_key)?));
        let body = der::sequence([responder, der::generalized_time(produced), der::sequence([single])]);
        let signature = Signature::PSS_SHA256;
        let octets = signature.sign(self.keys.get(key), &body)?;
        let mut parts = vec![body, signature.identifier(), der::bit_string(&octets)];
        parts.extend(enclosed.map(|certificate| der::explicit(0, der::sequence([certificate]))));
        let basic = der::sequence(parts);
        let bytes = der::sequence([der::oid(OCSP_BASIC), der::octet_string(&basic)]);
        Ok(der::sequence([der::enumerated(0), der::explicit(0, bytes)]))
    }

    /// Key that signs, key that is named as responder, and the certificate that is enclosed.
    fn responder(&self, kind: Ocsp) -> Result<(Key, Key, Option<Vec<u8>>), PkiError> {
        let not_after = plus(self.at, if kind == Ocsp::DelegatedExpired { -DAY } else { 30 * DAY })?;
        match kind {
            Ocsp::WrongKey => Ok((Key::Stranger, Key::Issuing, None)),
            Ocsp::Stranger => {
                let mut own = self.responder_template(Key::Stranger, true, not_after)?;
                own.issuer.clone_from(&own.subject);
                own.issuer_key = Key::Stranger;
                own.replace(template::authority_key_identifier(&self.keys.identifier(Key::Stranger)?))?;
                Ok((Key::Stranger, Key::Stranger, Some(own.sign(&self.keys)?)))
            }
            Ocsp::Delegated | Ocsp::DelegatedExpired | Ocsp::DelegatedWithoutPurpose => {
                let purpose = kind != Ocsp::DelegatedWithoutPurpose;
                let template = self.responder_template(Key::Responder, purpose, not_after)?;
                Ok((Key::Responder, Key::Responder, Some(template.sign(&self.keys)?)))
            }
            _ => Ok((Key::Issuing, Key::Issuing, None)),
        }
    }

    fn responder_template(&self, key: Key, purpose: bool, not_after: Timestamp) -> Result<Template, PkiError> {
        let mut subject = self.issuing_template.subject.clone();
        subject[0] = rdn(COMMON_NAME, "Den Danske Stat OCES OCSP-responder");
        let mut extensions = vec![
            template::basic_constraints(false, None),
            template::authority_key_identifier(&self.keys.identifier(Key::Issuing)?),
        ];
        if purpose {
            extensions.push(template::extended_key_usage(&[template::OCSP_SIGNING]));
        }
        let null = der::null();
        extensions.extend([
            Extension { oid: OCSP_NO_CHECK, critical: false, value: null },
            template::subject_key_identifier(&self.keys.identifier(key)?),
            template::key_usage(template::DIGITAL_SIGNATURE),
        ]);
        Ok(Template {
            version: Some(2),
            serial: serial_number(&format!("responder {key:?} {purpose} {not_after}")),
            signature: Signature::PSS_SHA256,
            outer: None,
            issuer: self.issuing_template.subject.clone(),
            not_before: plus(self.at, -30 * DAY)?,
            not_after,
            subject,
            subject_key: key,
            issuer_key: Key::Issuing,
            extensions,
            afterwards: Afterwards::Nothing,
        })
    }
}
