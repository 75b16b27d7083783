//! SAML metadata: every check on real files and on the reference vendor's faults, against independent tools.

use jiff::Timestamp;
use kravprobe::capture::metadata::{self as capture, Fetched, MetadataFileError};
use kravprobe::check::{Described, Parameters};
use kravprobe::checks::{self, AnyCheck};
use kravprobe::saml::signature::{SignatureProblem, SigningOptions, sign_enveloped};
use kravprobe::saml::{reading, schema, xml};
use kravprobe::subject::certificate::CertificateRole;
use kravprobe::subject::metadata::{AttestedMetadata, OtherMetadata, Registered};
use kravprobe::subject::{Blob, Family, MetadataSubject, Subject};
use kravprobe::vendor::metadata::{MetadataFault, VendorMetadata};
use kravprobe::verdict::{Environment, Verdict};
use openssl::asn1::Asn1Time;
use openssl::hash::MessageDigest;
use openssl::pkey::{PKey, Private};
use openssl::rsa::Rsa;
use openssl::x509::{X509, X509NameBuilder};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::process::Command;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

const AT: &str = "2025-12-01T12:00:00Z";
const HOST: &str = "fagsystem.leverandoer-eksempel.dk";
const ENTITY_ID: &str = "https://saml.fagsystem.leverandoer-eksempel.dk";

/// A key and its self-made certificate, valid 2025 to 2027. Made anew in every run.
struct Identity {
    key: PKey<Private>,
    certificate: Vec<u8>,
}

fn identity(common_name: &str) -> Identity {
    let key = PKey::from_rsa(Rsa::generate(2048).unwrap()).unwrap();
    let mut name = X509NameBuilder::new().unwrap();
    name.append_entry_by_text("CN", common_name).unwrap();
    let name = name.build();
    let mut builder = X509::builder().unwrap();
    builder.set_version(2).unwrap();
    builder.set_subject_name(&name).unwrap();
    builder.set_issuer_name(&name).unwrap();
    builder.set_pubkey(&key).unwrap();
    builder.set_not_before(&Asn1Time::from_str("20250101000000Z").unwrap()).unwrap();
    builder.set_not_after(&Asn1Time::from_str("20271231235959Z").unwrap()).unwrap();
    builder.sign(&key, MessageDigest::sha256()).unwrap();
    Identity { key, certificate: builder.build().to_der().unwrap() }
}

static VENDOR: LazyLock<Identity> = LazyLock::new(|| identity("kravprobe example"));
static STRANGER: LazyLock<Identity> = LazyLock::new(|| identity("kravprobe stranger"));

fn at(instant: &str) -> Timestamp {
    instant.parse().unwrap()
}

fn fixture(name: &str) -> Vec<u8> {
    std::fs::read(format!("{}/fixtures/metadata/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

fn raw(document: impl Into<Vec<u8>>) -> MetadataSubject {
    let document: Vec<u8> = document.into();
    MetadataSubject::new("sp", Environment::ExternalTest, at(AT), Blob::new(capture::MEDIA_TYPE, document))
}

fn vendor() -> VendorMetadata {
    VendorMetadata::new(ENTITY_ID, HOST, "drift@leverandoer-eksempel.dk", &VENDOR.certificate)
}

fn vendor_document(fault: Option<MetadataFault>) -> String {
    vendor().signed(&VENDOR.key, &VENDOR.certificate, fault).unwrap()
}

/// The vendor's subject with everything declared and a neighbour, so that every check can decide.
fn declared(document: String) -> MetadataSubject {
    let mut subject = raw(document);
    subject.registered = Registered {
        oiosaml_profile: Some("OIOSAML3".to_owned()),
        attribute_profile: Some("KOMBIT".to_owned()),
        nsis_level: Some("Substantial".to_owned()),
        entity_id: Some(ENTITY_ID.to_owned()),
        personal_attributes: Some(Vec::new()),
        hosts: vec![HOST.to_owned()],
    };
    subject.others = vec![OtherMetadata {
        name: "another".to_owned(),
        environment: Environment::Production,
        entity_id: Some("https://saml.another.leverandoer-eksempel.dk".to_owned()),
        certificates: vec!["00".repeat(32)],
    }];
    subject
}

fn judge(subject: &MetadataSubject) -> BTreeMap<&'static str, Verdict> {
    let subject = Subject::Metadata(subject.clone());
    checks::of_family(Family::Metadata)
        .map(|check| (short(check), check.judge(&subject, &Parameters::defaults(check.meta())).verdict))
        .collect()
}

fn short(check: AnyCheck) -> &'static str {
    check.meta().id.strip_prefix("metadata.").unwrap()
}

fn with(verdicts: &BTreeMap<&'static str, Verdict>, wanted: Verdict) -> BTreeSet<&'static str> {
    verdicts.iter().filter(|(_, v)| **v == wanted).map(|(id, _)| *id).collect()
}

fn red(subject: &MetadataSubject) -> BTreeSet<&'static str> {
    let verdicts = judge(subject);
    assert_eq!(with(&verdicts, Verdict::Error), BTreeSet::new(), "no fault of the program");
    with(&verdicts, Verdict::Fail)
}

fn outcome(subject: &MetadataSubject, id: &str) -> kravprobe::outcome::Outcome {
    let check = checks::by_id(&format!("metadata.{id}")).unwrap();
    check.judge(&Subject::Metadata(subject.clone()), &Parameters::defaults(check.meta()))
}

/// Checks that the vendor's self-made certificate cannot pass.
const OCES3_ONLY: [&str; 1] = ["signature-certificate-oces3"];

fn expected_red(fault: MetadataFault) -> &'static [&'static str] {
    use MetadataFault as F;
    match fault {
        F::NotWellFormed | F::DocumentType => &["well-formed"],
        F::Oversized => &["size"],
        F::SchemaOrder => &["schema-valid"],
        F::TwoServiceProviders => &["role-descriptor"],
        F::OtherProtocol => &["protocol-support"],
        F::RelativeEntityId => &["entity-id", "entity-id-prefix", "entity-id-registered"],
        F::LongEntityId => &["entity-id", "entity-id-registered", "schema-valid"],
        F::EntityIdWithoutPrefix => &["entity-id-prefix", "entity-id-registered"],
        F::Unsigned => &["signature-present"],
        F::TwoSignatures => &["signature-present", "signature-valid", "signature-covers-root", "schema-valid"],
        F::ChangedAfterSigning => &["signature-valid"],
        F::EmptyReference => &["signature-covers-root"],
        F::ForeignReference => &["signature-valid", "signature-covers-root"],
        F::Sha1Signature | F::Sha1Digest => &["signature-algorithms"],
        F::InclusiveCanonicalization => &["signature-transforms"],
        F::RequestsUnsigned => &["authn-requests-signed"],
        F::AssertionsUnsigned => &["want-assertions-signed"],
        F::NoSigningKey => &["signing-key"],
        F::NoEncryptionKey => &["encryption-key"],
        F::UnreadableKey => &["key-descriptors"],
        F::Rsa15 => &["encryption-methods"],
        F::AcsWithoutPost => &["acs-http-post"],
        F::AcsWithRedirect => &["acs-no-redirect"],
        F::TwoDefaults => &["acs-default"],
        F::LogoutWithoutRedirect => &["slo-http-redirect"],
        F::RelativeLocation | F::LocationWithPassword => &["endpoint-form"],
        F::PlainHttp => &["endpoint-https"],
        F::LocalHost => &["hosts-public", "hosts-named"],
        F::ForeignHost => &["hosts-named"],
        F::OldContextHandler => &["no-context-handler-1-host"],
        F::EmailNameId => &["name-id-format"],
        F::ServiceWithoutName => &["attribute-service"],
        F::NoLevelOfAssurance => &["requested-attributes"],
        F::BasicNameFormat => &["attribute-name-format"],
        F::MisspeltAttribute => &["attributes-known"],
        F::MixedAttributes => &["attributes-not-mixed"],
        F::OldAttributes => &["requested-attributes", "attributes-match-profile"],
        F::CprNumberRequested => &["data-minimisation"],
        F::NoContact | F::PlaceholderContact => &["contact-person"],
        F::Expired => &["not-expired"],
        F::PrivateKeyInside => &["no-secrets"],
        F::InternalComment => &["no-internal-comments"],
    }
}

#[test]
fn the_vendors_metadata_passes() {
    let verdicts = judge(&declared(vendor_document(None)));
    assert_eq!(with(&verdicts, Verdict::Fail), BTreeSet::from(OCES3_ONLY));
    assert_eq!(with(&verdicts, Verdict::NotTested), BTreeSet::new());
    let not_applicable = ["url-served", "url-same-content", "idp-sso-http-redirect", "idp-slo-http-redirect"];
    assert_eq!(with(&verdicts, Verdict::NotApplicable), BTreeSet::from(not_applicable));
}

#[test]
fn each_fault_turns_exactly_the_expected_checks_red() {
    let good = vendor_document(None);
    for fault in MetadataFault::ALL {
        let document = vendor_document(Some(fault));
        assert_ne!(document, good, "{fault:?} changes the document");
        let unreadable_or_unsigned =
            [MetadataFault::NotWellFormed, MetadataFault::DocumentType, MetadataFault::Unsigned];
        let also: &[&str] = if unreadable_or_unsigned.contains(&fault) { &[] } else { &OCES3_ONLY };
        let expected: BTreeSet<&str> = expected_red(fault).iter().chain(also).copied().collect();
        let found = red(&declared(document));
        assert_eq!(found, expected, "{fault:?}");
    }
}

#[test]
fn dump() {
    for file in FILES {
        let verdicts = judge(&raw(fixture(file)));
        for v in [Verdict::Fail, Verdict::NotTested] {
            println!("{file} {v:?} {:?}", with(&verdicts, v));
        }
        for id in with(&verdicts, Verdict::Fail) {
            let o = outcome(&raw(fixture(file)), id);
            println!("     {id}: {:?} | {} | {}", o.reason, o.expected, o.observed);
        }
    }
}

const FILES: [&str; 12] = [
    "ch1-idp-sha1.xml",
    "ch1-sp.xml",
    "ch2-idp-missing-redirect.xml",
    "ch2-idp-signed.xml",
    "ch2-prod-idp-unsigned.xml",
    "ch2-sp-signed.xml",
    "ch2-sp-unsigned.xml",
    "nemlogin-idp-devtest4.xml",
    "nemlogin-idp-oiosaml3-inttest.xml",
    "nemlogin-idp-oiosaml3-prod.xml",
    "nemlogin-idp-oiosaml4-inttest.xml",
    "os2iot-sp-template.xml",
];
