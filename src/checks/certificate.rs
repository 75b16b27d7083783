//! The checks on a [`CertificateSubject`], in report order.

use crate::check::Check;
use crate::outcome::{Outcome, Reason};
use crate::pki::certificate::{Certificate, MAX_CERTIFICATE, ReadError};
use crate::pki::name;
use crate::pki::path::Path;
use crate::pki::revocation::{Status, judge_crl, judge_ocsp};
use crate::subject::certificate::{Answer, OtherCertificate};
use crate::subject::{Blob, CertificateSubject};
use crate::verdict::Environment;
use jiff::Timestamp;
use regex::Regex;
use std::cell::{OnceCell, RefCell};
use std::rc::Rc;
use std::sync::LazyLock;

mod alternative_names;
mod authority_information;
mod authority_key_identifier;
mod authority_signature_parameters;
mod basic_constraints;
mod chain;
mod chain_signatures;
mod country;
mod crl;
mod crl_distribution_point;
mod cvr;
mod declared_kind;
mod der_encoding;
mod ends_before_issuer;
mod environment;
mod etsi_policy;
mod extensions;
mod for_system;
mod host_environment;
mod issuer_name;
mod issuer_unit;
mod issuing_authority;
mod key_algorithm;
mod key_not_shared;
mod key_size;
mod key_usage;
mod legal_entity_policy;
mod lifetime;
mod lifetime_maximum;
mod no_extended_key_usage;
mod no_weak_digest;
mod not_oces2;
mod not_qualified;
mod not_tls_server;
mod ocsp;
mod organization_identifier;
mod policy_oid;
mod policy_version;
mod public_exponent;
mod qc_statements;
mod remaining_life;
mod revocation;
mod serial_number_bounds;
mod serial_number_length;
mod signature_algorithm;
mod signature_algorithms_agree;
mod signature_parameters;
mod subject_names;
mod subject_order;
mod subject_serial_number;
mod test_organization;
mod unique_environment;
mod unique_system;
mod validity;
mod version;
mod weak_key;

/// Every check of the family.
pub static CHECKS: &[&dyn Check<CertificateSubject>] = &[
    &der_encoding::DerEncoding,
    &version::Version,
    &serial_number_bounds::SerialNumberBounds,
    &serial_number_length::SerialNumberLength,
    &signature_algorithms_agree::SignatureAlgorithmsAgree,
    &signature_algorithm::SignatureAlgorithm,
    &signature_parameters::SignatureParameters,
    &authority_signature_parameters::AuthoritySignatureParameters,
    &no_weak_digest::NoWeakDigest,
    &extensions::Extensions,
    &issuer_name::IssuerName,
    &issuer_unit::IssuerUnit,
    &chain::Chain,
    &chain_signatures::ChainSignatures,
    &authority_key_identifier::AuthorityKeyIdentifier,
    &issuing_authority::IssuingAuthority,
    &environment::Environment,
    &not_oces2::NotOces2,
    &not_qualified::NotQualified,
    &validity::Validity,
    &lifetime::Lifetime,
    &lifetime_maximum::LifetimeMaximum,
    &remaining_life::RemainingLife,
    &ends_before_issuer::EndsBeforeIssuer,
    &key_algorithm::KeyAlgorithm,
    &key_size::KeySize,
    &public_exponent::PublicExponent,
    &weak_key::WeakKey,
    &key_not_shared::KeyNotShared,
    &basic_constraints::BasicConstraints,
    &key_usage::KeyUsage,
    &declared_kind::DeclaredKind,
    &for_system::ForSystem,
    &legal_entity_policy::LegalEntityPolicy,
    &no_extended_key_usage::NoExtendedKeyUsage,
    &etsi_policy::EtsiPolicy,
    &policy_oid::PolicyOid,
    &policy_version::PolicyVersion,
    &qc_statements::QcStatements,
    &country::Country,
    &organization_identifier::OrganizationIdentifier,
    &cvr::Cvr,
    &subject_serial_number::SubjectSerialNumber,
    &subject_names::SubjectNames,
    &test_organization::TestOrganization,
    &subject_order::SubjectOrder,
    &alternative_names::AlternativeNames,
    &authority_information::AuthorityInformation,
    &crl_distribution_point::CrlDistributionPoint,
    &host_environment::HostEnvironment,
    &ocsp::Ocsp,
    &crl::Crl,
    &revocation::Revocation,
    &unique_system::UniqueSystem,
    &unique_environment::UniqueEnvironment,
    &not_tls_server::NotTlsServer,
];

/// What all checks on one subject read: its facts and its best path.
struct Read {
    certificate: Result<Certificate, ReadError>,
    path: OnceCell<Path>,
}

/// Everything that the facts and the path depend on: digest and length of each certificate, environment and instant.
type ReadKey = (Vec<(String, usize)>, Environment, Timestamp);

thread_local! {
    /// The subject judged last. All checks of the family judge one subject in turn, and each would otherwise read it and
    /// verify its chain again; one entry keeps the memory bounded, whatever the number of subjects.
    static LAST_READ: RefCell<Option<(ReadKey, Rc<Read>)>> = const { RefCell::new(None) };
}

fn read(subject: &CertificateSubject) -> Rc<Read> {
    let blobs = std::iter::once(&subject.certificate).chain(&subject.supplied).chain(&subject.local_anchors);
    // The length tells a blob whose bytes are not filled in from one whose are. The counts tell helpers from anchors.
    let counts = [subject.supplied.len(), subject.local_anchors.len()].map(|n| (String::new(), n));
    let key: ReadKey =
        (blobs.map(|b| (b.sha256.clone(), b.data().len())).chain(counts).collect(), subject.environment, subject.at);
    let known = LAST_READ.with_borrow(|last| last.as_ref().filter(|(k, _)| *k == key).map(|(_, read)| Rc::clone(read)));
    known.unwrap_or_else(|| {
        let certificate = Certificate::read(subject.certificate.data());
        let read = Rc::new(Read { certificate, path: OnceCell::new() });
        LAST_READ.set(Some((key, Rc::clone(&read))));
        read
    })
}

/// Judges the facts of a certificate that can be read; `certificate.der-encoding` alone judges one that cannot.
fn on_certificate(subject: &CertificateSubject, judge: impl FnOnce(&Certificate) -> Outcome) -> Outcome {
    match &read(subject).certificate {
        Ok(certificate) => judge(certificate),
        Err(error) => unreadable(error),
    }
}

fn unreadable(error: &ReadError) -> Outcome {
    let expected = format!("X.509, at most {MAX_CERTIFICATE} bytes");
    Outcome::not_tested(Reason::SubjectUnreadable, expected, error.to_string())
}

/// Judges a certificate with its best path.
fn on_path(subject: &CertificateSubject, judge: impl FnOnce(&Certificate, &Path) -> Outcome) -> Outcome {
    let read = read(subject);
    match &read.certificate {
        Ok(leaf) => judge(leaf, read.path.get_or_init(|| path_of(subject, leaf))),
        Err(error) => unreadable(error),
    }
}

fn path_of(subject: &CertificateSubject, leaf: &Certificate) -> Path {
    let supplied: Vec<&[u8]> = subject.supplied.iter().map(Blob::data).collect();
    let anchors: Vec<&[u8]> = subject.local_anchors.iter().map(Blob::data).collect();
    Path::build(leaf, &supplied, &anchors, subject.environment, subject.at)
}

/// The issuer's certificate is not at hand, so nothing that needs it can be judged.
fn issuer_missing(expected: &str, leaf: &Certificate) -> Outcome {
    Outcome::not_tested(Reason::NotSupplied, expected, format!("no certificate of {}", issuer_value(leaf)))
}

/// A hierarchy that is neither OCES3 nor unknown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ForeignHierarchy {
    /// TRUST2408, phased out on 31 October 2023.
    Oces2,
    /// "Den Danske Stat kvalificeret ...".
    Qualified,
}

/// The foreign hierarchy that a certificate's issuer, or any certificate of its path, names.
fn foreign_hierarchy(path: &Path) -> Option<ForeignHierarchy> {
    path.certificates.iter().find_map(foreign_hierarchy_of)
}

fn foreign_hierarchy_of(certificate: &Certificate) -> Option<ForeignHierarchy> {
    let names = |text: &str| {
        certificate
            .issuer
            .attributes()
            .chain(certificate.subject.attributes().filter(|_| certificate.is_self_issued()))
            .any(|a| a.value.to_lowercase().contains(text))
    };
    if names("trust2408") {
        Some(ForeignHierarchy::Oces2)
    } else if names("den danske stat kvalificeret") {
        Some(ForeignHierarchy::Qualified)
    } else {
        None
    }
}

/// The reason for refusing a certificate that is not of the OCES3 hierarchy.
fn hierarchy_reason(path: &Path, otherwise: Reason) -> Reason {
    if foreign_hierarchy(path).is_some() { Reason::WrongHierarchy } else { otherwise }
}

/// A value from a certificate as a report may show it: without CPR numbers and e-mail addresses.
fn masked(value: &str) -> String {
    static PERSONAL: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r"(?x) \b[0-9]{6}-?[0-9]{4}\b | [^\s@,=]+@[^\s@,=]+").ok());
    match PERSONAL.as_ref() {
        Some(pattern) => pattern.replace_all(value, "[masked]").into_owned(),
        None => "[masked]".to_owned(),
    }
}

/// A value of the subject as a report may show it; of a person's certificate nothing.
fn subject_value(certificate: &Certificate, value: &str) -> String {
    if certificate.has_mark_of_employee() { "[person]".to_owned() } else { masked(value) }
}

/// The issuer's name as a report may show it; of a self-issued certificate it is the subject's.
fn issuer_value(certificate: &Certificate) -> String {
    let issuer = certificate.issuer.to_string();
    if certificate.is_self_issued() { subject_value(certificate, &issuer) } else { masked(&issuer) }
}

/// The host of a URL in a certificate; CAs publish by http.
fn host_of(url: &str) -> Option<String> {
    let url = url::Url::parse(url).ok().filter(|u| matches!(u.scheme(), "http" | "https"))?;
    url.host_str().map(str::to_owned)
}

/// Distinct hosts of URLs, in order; a URL that cannot be read counts as a host of its own.
fn hosts<'a>(urls: impl IntoIterator<Item = &'a String>) -> Vec<String> {
    let mut found = Vec::new();
    for url in urls {
        let host = host_of(url).unwrap_or_else(|| masked(url));
        if !found.contains(&host) {
            found.push(host);
        }
    }
    found
}

/// `none`, or the values with commas.
fn listed<S: AsRef<str>>(values: &[S]) -> String {
    if values.is_empty() {
        return "none".to_owned();
    }
    values.iter().map(AsRef::as_ref).collect::<Vec<_>>().join(", ")
}

/// The number in a parameter that counts something; a negative one counts nothing.
fn count(parameters: &crate::check::Parameters, name: &str) -> u64 {
    u64::try_from(parameters.integer(name)).unwrap_or(0)
}

/// The CVR number in organizationIdentifier: `NTRDK-` and 8 digits (ETSI EN 319 412-1 5.1.4).
fn cvr_of(certificate: &Certificate) -> Option<&str> {
    let cvr = certificate.subject.single(name::ORGANIZATION_IDENTIFIER)?.strip_prefix("NTRDK-")?;
    (cvr.len() == 8 && cvr.bytes().all(|b| b.is_ascii_digit())).then_some(cvr)
}

/// Names of the target's other certificates, among those that `concerns`, that are this one or have its key.
fn shared_with<'a>(
    subject: &'a CertificateSubject,
    certificate: &Certificate,
    concerns: impl Fn(&OtherCertificate) -> bool,
) -> Vec<&'a str> {
    subject
        .others
        .iter()
        .filter(|o| o.sha256 == certificate.sha256 || o.spki_sha256 == certificate.spki_sha256)
        .filter(|o| concerns(o))
        .map(|o| o.name.as_str())
        .collect()
}

/// Where an answer about revocation comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Source {
    Ocsp,
    Crl,
}

impl Source {
    const fn name(self) -> &'static str {
        match self {
            Self::Ocsp => "OCSP",
            Self::Crl => "CRL",
        }
    }
}

/// What the sources prove together: revoked as soon as one proves it, else good as soon as one proves that, else nothing.
fn judge_sources(subject: &CertificateSubject, leaf: &Certificate, path: &Path, sources: &[Source]) -> Outcome {
    let expected = "good";
    let revocation = &subject.revocation;
    let ocsp = revocation.ocsp.iter().filter(|_| sources.contains(&Source::Ocsp)).map(|a| (Source::Ocsp, a));
    let crl = revocation.crl.iter().filter(|_| sources.contains(&Source::Crl)).map(|a| (Source::Crl, a));
    let answers: Vec<_> = ocsp.chain(crl).collect();
    if answers.is_empty() {
        let reason = if revocation.set_aside { Reason::NotAsked } else { Reason::NotSupplied };
        return Outcome::not_tested(reason, expected, "0 answers");
    }
    if answers.iter().all(|(_, a)| matches!(a.answer, Answer::NotAllowed)) {
        return Outcome::not_tested(Reason::NotAsked, expected, "host not in allowed_hosts");
    }
    let issuer = match path.issuer() {
        Some(issuer) if path.signatures.first() == Some(&true) => issuer,
        Some(_) => {
            return Outcome::inconclusive(Reason::SignatureInvalid, expected, "the certificate is not the issuer's");
        }
        None => return issuer_missing(expected, leaf),
    };
    let mut shown = Vec::new();
    let (mut good, mut revoked, mut unreachable) = (false, false, true);
    for (source, answer) in answers {
        let text = match &answer.answer {
            Answer::Received { bytes } => {
                unreachable = false;
                let status = match source {
                    Source::Ocsp => judge_ocsp(bytes.data(), leaf, issuer, subject.at),
                    Source::Crl => judge_crl(bytes.data(), leaf, issuer, subject.at),
                };
                good |= matches!(status, Status::Good { .. });
                revoked |= matches!(status, Status::Revoked { .. });
                match status {
                    Status::Good { next_update, .. } => format!("good until {next_update}"),
                    Status::Revoked { since } => format!("revoked {since}"),
                    Status::Unknown => "unknown to the responder".to_owned(),
                    Status::Unusable(why) => format!("unusable: {why}"),
                }
            }
            Answer::Unreachable { .. } => "unreachable".to_owned(),
            Answer::NotAllowed => "not asked".to_owned(),
        };
        shown.push(format!("{} {text}", source.name()));
    }
    let observed = shown.join("; ");
    if revoked {
        Outcome::fail(Reason::Revoked, expected, observed)
    } else if good {
        Outcome::pass(expected, observed)
    } else {
        Outcome::inconclusive(
            if unreachable { Reason::Unreachable } else { Reason::AnswerUnusable },
            expected,
            observed,
        )
    }
}
