//! Revocation: what OCSP responses and CRLs prove about one certificate at one instant.
//!
//! An answer counts only when its signature, its scope and its time are right. Anything else is unusable, which is
//! inconclusive and never a pass.

use super::certificate::Certificate;
use jiff::{SignedDuration, Timestamp};
use openssl::asn1::Asn1GeneralizedTimeRef;
use openssl::hash::MessageDigest;
use openssl::ocsp::{OcspCertId, OcspCertStatus, OcspFlag, OcspResponse, OcspResponseStatus, OcspRevokedStatus};
use openssl::stack::Stack;
use openssl::x509::store::X509StoreBuilder;
use openssl::x509::verify::{X509VerifyFlags, X509VerifyParam};
use openssl::x509::{X509, X509Crl};
use x509_parser::extensions::{DistributionPointName, GeneralName, ParsedExtension};
use x509_parser::prelude::{CertificateRevocationList, FromDer};

/// How far the clocks of the CA and of the probe may differ. RFC 6960 4.2.2.1 and RFC 5280 name no figure; 5 minutes is
/// what OpenSSL's `ocsp` command allows by default and what OIOSAML allows messages.
const CLOCK_TOLERANCE: SignedDuration = SignedDuration::from_mins(5);

/// Largest OCSP response that is judged. Real ones have about 2 to 5 kB.
pub const MAX_OCSP: usize = 256 * 1024;
/// Largest CRL that is judged.
pub const MAX_CRL: usize = 32 * 1024 * 1024;

/// What one answer proves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Status {
    /// Not revoked at the instant.
    Good {
        /// Start of the answer's own period.
        this_update: Timestamp,
        /// End of it.
        next_update: Timestamp,
    },
    /// Revoked at or before the instant.
    Revoked {
        /// When.
        since: Timestamp,
    },
    /// The responder does not know the certificate.
    Unknown,
    /// The answer proves nothing.
    Unusable(Unusable),
}

/// Why an answer proves nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unusable {
    /// Larger than the limit.
    TooLarge,
    /// Not an OCSP response or CRL.
    Unreadable,
    /// The responder answered with an error, such as tryLater.
    ErrorStatus,
    /// The signature does not verify, or its signer may not answer for the issuer.
    Signature,
    /// About another certificate.
    OtherCertificate,
    /// Issued by another CA.
    OtherIssuer,
    /// thisUpdate lies after the instant.
    NotYetValid,
    /// nextUpdate lies before the instant.
    Stale,
    /// No nextUpdate, so nothing shows that it is fresh.
    NoNextUpdate,
    /// An indirect or delta CRL, one for some reasons or for other certificates, or one with an unknown critical extension.
    Scope,
}

impl std::fmt::Display for Unusable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::TooLarge => "too large",
            Self::Unreadable => "unreadable",
            Self::ErrorStatus => "OCSP error status",
            Self::Signature => "signature or signer not valid",
            Self::OtherCertificate => "about another certificate",
            Self::OtherIssuer => "issued by another CA",
            Self::NotYetValid => "thisUpdate after the instant",
            Self::Stale => "nextUpdate before the instant",
            Self::NoNextUpdate => "no nextUpdate",
            Self::Scope => "scope not covered (indirect, delta, partial or unknown critical extension)",
        })
    }
}

/// What an OCSP response (DER) proves about `leaf`, issued by `issuer`, at `at` (RFC 6960 3.2).
#[must_use]
pub fn judge_ocsp(response: &[u8], leaf: &Certificate, issuer: &Certificate, at: Timestamp) -> Status {
    ocsp(response, leaf, issuer, at).unwrap_or_else(Status::Unusable)
}

fn ocsp(response: &[u8], leaf: &Certificate, issuer: &Certificate, at: Timestamp) -> Result<Status, Unusable> {
    if response.len() > MAX_OCSP {
        return Err(Unusable::TooLarge);
    }
    let parsed = OcspResponse::from_der(response).map_err(|_| Unusable::Unreadable)?;
    if parsed.status() != OcspResponseStatus::SUCCESSFUL {
        return Err(Unusable::ErrorStatus);
    }
    let basic = parsed.basic().map_err(|_| Unusable::Unreadable)?;
    let (Some(subject), Some(authority)) = (leaf.to_openssl(), issuer.to_openssl()) else {
        return Err(Unusable::Unreadable);
    };
    // Signed by the issuer itself or by a responder that the issuer certified for OCSPSigning, valid at the instant. The
    // issuer is the only trusted certificate here; whether it is itself trusted is the path's business.
    let verified = store_of(&authority, at).and_then(|store| {
        let mut helpers = Stack::new()?;
        helpers.push(authority.clone())?;
        basic.verify(&helpers, &store, OcspFlag::empty())
    });
    verified.map_err(|_| Unusable::Signature)?;
    // Responders choose the hash of the CertID; SHA-1 is usual and only identifies here.
    let digests = [MessageDigest::sha1(), MessageDigest::sha256(), MessageDigest::sha384(), MessageDigest::sha512()];
    let found = digests.iter().find_map(|digest| {
        let id = OcspCertId::from_cert(*digest, &subject, &authority).ok()?;
        basic.find_status(&id)
    });
    let found = found.ok_or(Unusable::OtherCertificate)?;
    let this_update = instant(found.this_update).ok_or(Unusable::Unreadable)?;
    if found.status == OcspCertStatus::REVOKED {
        let since = found.revocation_time.and_then(instant).ok_or(Unusable::Unreadable)?;
        let for_good = found.reason != OcspRevokedStatus::STATUS_CERTIFICATE_HOLD;
        if for_good && since <= at {
            return Ok(Status::Revoked { since });
        }
    }
    let next_update = found.next_update().ok_or(Unusable::NoNextUpdate)?;
    let next_update = instant(next_update).ok_or(Unusable::Unreadable)?;
    fresh(this_update, next_update, at)?;
    match found.status {
        OcspCertStatus::GOOD => Ok(Status::Good { this_update, next_update }),
        OcspCertStatus::REVOKED => match found.revocation_time.and_then(instant) {
            Some(since) if since > at => Ok(Status::Good { this_update, next_update }),
            Some(since) => Ok(Status::Revoked { since }),
            None => Err(Unusable::Unreadable),
        },
        _ => Ok(Status::Unknown),
    }
}

/// A store that trusts the issuer alone and judges at the instant instead of now.
fn store_of(issuer: &X509, at: Timestamp) -> Result<openssl::x509::store::X509Store, openssl::error::ErrorStack> {
    let mut builder = X509StoreBuilder::new()?;
    builder.add_cert(issuer.clone())?;
    let mut parameters = X509VerifyParam::new()?;
    parameters.set_time(at.as_second());
    parameters.set_flags(X509VerifyFlags::PARTIAL_CHAIN)?;
    builder.set_param(&parameters)?;
    Ok(builder.build())
}

/// What a CRL (DER) proves about `leaf`, issued by `issuer`, at `at` (RFC 5280 6.3.3, complete CRLs of the issuer alone).
#[must_use]
pub fn judge_crl(list: &[u8], leaf: &Certificate, issuer: &Certificate, at: Timestamp) -> Status {
    crl(list, leaf, issuer, at).unwrap_or_else(Status::Unusable)
}

fn crl(list: &[u8], leaf: &Certificate, issuer: &Certificate, at: Timestamp) -> Result<Status, Unusable> {
    if list.len() > MAX_CRL {
        return Err(Unusable::TooLarge);
    }
    let (rest, parsed) = CertificateRevocationList::from_der(list).map_err(|_| Unusable::Unreadable)?;
    if !rest.is_empty() {
        return Err(Unusable::Unreadable);
    }
    if parsed.issuer().as_raw() != issuer.subject.raw.as_slice() {
        return Err(Unusable::OtherIssuer);
    }
    let verified = X509Crl::from_der(list)
        .ok()
        .zip(issuer.to_openssl())
        .is_some_and(|(crl, issuer)| issuer.public_key().and_then(|key| crl.verify(&key)).unwrap_or(false));
    // RFC 5280 6.3.3 (f): a key usage extension must allow the issuer to sign CRLs.
    let may_sign = issuer.key_usage.is_none_or(|u| u.has(super::certificate::Usage::CrlSign));
    if !verified || !may_sign {
        return Err(Unusable::Signature);
    }
    if !covers(&parsed, leaf) {
        return Err(Unusable::Scope);
    }
    let time = |t: x509_parser::time::ASN1Time| Timestamp::from_second(t.timestamp()).map_err(|_| Unusable::Unreadable);
    let entry = parsed.iter_revoked_certificates().find(|entry| entry.raw_serial() == leaf.serial.as_slice());
    if let Some(entry) = entry {
        let since = time(entry.revocation_date)?;
        // certificateHold (6) may be lifted again, any other reason stands for good (RFC 5280 5.3.1).
        let for_good = entry.reason_code().is_none_or(|(_, reason)| reason.0 != 6);
        if for_good && since <= at {
            return Ok(Status::Revoked { since });
        }
    }
    let this_update = time(parsed.last_update())?;
    let next_update = time(parsed.next_update().ok_or(Unusable::NoNextUpdate)?)?;
    fresh(this_update, next_update, at)?;
    match entry.map(|entry| time(entry.revocation_date)).transpose()? {
        Some(since) if since <= at => Ok(Status::Revoked { since }),
        _ => Ok(Status::Good { this_update, next_update }),
    }
}

/// Whether the list is complete for this certificate: no delta, not indirect, not for some reasons or other certificates,
/// and nothing critical that is not understood, neither in the list nor in an entry.
fn covers(list: &CertificateRevocationList<'_>, leaf: &Certificate) -> bool {
    const DELTA_INDICATOR: &str = "2.5.29.27";
    let list_covers = list.extensions().iter().all(|extension| match extension.parsed_extension() {
        ParsedExtension::IssuingDistributionPoint(scope) => {
            let partial = scope.only_contains_ca_certs
                || scope.only_contains_attribute_certs
                || scope.indirect_crl
                || scope.only_some_reasons.is_some();
            let named = match &scope.distribution_point {
                None => true,
                Some(DistributionPointName::FullName(names)) => names
                    .iter()
                    .any(|n| matches!(n, GeneralName::URI(uri) if leaf.crl_urls.iter().any(|known| known == uri))),
                Some(DistributionPointName::NameRelativeToCRLIssuer(_)) => false,
            };
            !partial && named
        }
        ParsedExtension::ParseError { .. } => false,
        _ => !extension.critical && extension.oid.to_id_string() != DELTA_INDICATOR,
    });
    list_covers && list.iter_revoked_certificates().all(|entry| !entry.extensions().iter().any(|e| e.critical))
}

fn fresh(this_update: Timestamp, next_update: Timestamp, at: Timestamp) -> Result<(), Unusable> {
    if this_update.saturating_sub(CLOCK_TOLERANCE).is_ok_and(|t| t > at) {
        return Err(Unusable::NotYetValid);
    }
    if next_update.saturating_add(CLOCK_TOLERANCE).is_ok_and(|t| t <= at) {
        return Err(Unusable::Stale);
    }
    Ok(())
}

/// OpenSSL gives GeneralizedTime as text alone: `Nov 21 01:00:00 2026 GMT`.
fn instant(time: &Asn1GeneralizedTimeRef) -> Option<Timestamp> {
    let text = time.to_string();
    let civil = jiff::civil::DateTime::strptime("%b %e %H:%M:%S %Y GMT", text.trim()).ok()?;
    civil.to_zoned(jiff::tz::TimeZone::UTC).ok().map(|zoned| zoned.timestamp())
}
