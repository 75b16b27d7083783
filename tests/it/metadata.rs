//! SAML metadata: every check on real files and on the reference vendor's faults, against independent tools.

use jiff::Timestamp;
use kravprobe::capture::metadata::{self as capture, Fetched, MetadataFileError};
use kravprobe::check::Parameters;
use kravprobe::checks::{self, AnyCheck};
use kravprobe::outcome::Reason;
use kravprobe::saml::signature::{SignatureProblem, SigningOptions, sign_enveloped};
use kravprobe::saml::{reading, schema, xml};
use kravprobe::subject::certificate::CertificateRole;
use kravprobe::subject::metadata::{AttestedMetadata, OtherMetadata, Registered};
use kravprobe::subject::{Blob, Family, MetadataSubject, Subject};
use kravprobe::vendor::metadata::{MetadataFault, VendorMetadata};
use kravprobe::verdict::{Environment, Verdict};
use openssl::asn1::{Asn1Object, Asn1OctetString, Asn1Time};
use openssl::hash::MessageDigest;
use openssl::pkey::{PKey, Private};
use openssl::rsa::Rsa;
use openssl::x509::{X509, X509Extension, X509NameBuilder};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
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
    let not_applicable =
        ["url-served", "url-media-type", "url-same-content", "idp-sso-http-redirect", "idp-slo-http-redirect"];
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

/// Every real file, and the checks that fail on it in external test on 2025-12-01 with nothing declared.
const REAL_FILES: [(&str, &[&str]); 12] = [
    ("ch1-idp-sha1.xml", &["contact-person", "role-descriptor", "signature-algorithms", "signature-certificate-oces3"]),
    ("ch1-sp.xml", &["contact-person", "signature-present", "signing-rollover"]),
    (
        "ch2-idp-missing-redirect.xml",
        &[
            "contact-person",
            "idp-slo-http-redirect",
            "idp-sso-http-redirect",
            "role-descriptor",
            "signature-certificate-oces3",
        ],
    ),
    ("ch2-idp-signed.xml", &["contact-person", "role-descriptor", "signature-certificate-oces3"]),
    ("ch2-prod-idp-unsigned.xml", &["contact-person", "role-descriptor", "signature-present"]),
    (
        "ch2-sp-signed.xml",
        &["attribute-name-format", "attributes-known", "contact-person", "signature-certificate-oces3"],
    ),
    ("ch2-sp-unsigned.xml", &["attribute-name-format", "attributes-known", "contact-person", "signature-present"]),
    ("nemlogin-idp-devtest4.xml", &["contact-person", "role-descriptor", "signature-present"]),
    ("nemlogin-idp-oiosaml3-inttest.xml", &["role-descriptor", "signature-present"]),
    ("nemlogin-idp-oiosaml3-prod.xml", &["role-descriptor", "signature-present"]),
    ("nemlogin-idp-oiosaml4-inttest.xml", &["role-descriptor", "schema-valid", "signature-present"]),
    (
        "os2iot-sp-template.xml",
        &[
            "contact-person",
            "encryption-key",
            "endpoint-form",
            "entity-id",
            "entity-id-prefix",
            "hosts-public",
            "key-descriptors",
            "schema-valid",
            "signature-present",
            "signing-key",
        ],
    ),
];

#[test]
fn real_files_fail_exactly_where_they_should() {
    for (file, expected) in REAL_FILES {
        assert_eq!(red(&raw(fixture(file))), expected.iter().copied().collect(), "{file}");
    }
}

/// What other facts than the document turn red, each alone.
fn situations() -> Vec<(&'static str, MetadataSubject, &'static [&'static str])> {
    let good = || declared(vendor_document(None));
    let change = |f: &dyn Fn(&mut MetadataSubject)| {
        let mut subject = good();
        f(&mut subject);
        subject
    };
    let fetched = |url: &str, status, content_type: &str, body: &str| {
        let fetched = Fetched::Answered {
            url: url.to_owned(),
            status,
            content_type: content_type.to_owned(),
            body: body.as_bytes().to_vec(),
        };
        let document = vendor_document(None);
        let mut subject = capture::subject("sp", Environment::ExternalTest, at(AT), document.as_bytes(), Some(fetched));
        let registered = good();
        subject.registered = registered.registered.clone();
        subject.others = registered.others;
        subject
    };
    let own = kravprobe::digest::sha256_hex(&VENDOR.certificate);
    vec![
        ("same entityID", change(&|s| s.others[0].entity_id = Some(ENTITY_ID.to_owned())), &["entity-id-unique"]),
        ("same certificate", change(&|s| s.others[0].certificates.push(own.clone())), &["certificate-unique"]),
        ("certificate near its end", change(&|s| s.at = at("2027-12-01T00:00:00Z")), &["signing-rollover"]),
        (
            "another registered entityID",
            change(&|s| s.registered.entity_id = Some(format!("{ENTITY_ID}/"))),
            &["entity-id-registered"],
        ),
        (
            "registered with OIOSAML 2",
            change(&|s| s.registered.oiosaml_profile = Some("OIOSAML2".to_owned())),
            &["attributes-match-profile", "nsis-level-agrees"],
        ),
        (
            "an NSIS level that does not exist",
            change(&|s| s.registered.nsis_level = Some("Betydelig".to_owned())),
            &["nsis-level-agrees"],
        ),
        ("URL over http", fetched("http://sp.dk/metadata", 200, "text/xml", &vendor_document(None)), &["url-served"]),
        (
            "URL gives HTML",
            fetched("https://sp.dk/metadata", 200, "text/html; charset=utf-8", &vendor_document(None)),
            &["url-media-type"],
        ),
        (
            "URL gives no media type",
            fetched("https://sp.dk/metadata", 200, "", &vendor_document(None)),
            &["url-media-type"],
        ),
        (
            "URL gives another document",
            fetched("https://sp.dk/metadata", 200, "text/xml", &vendor_document(Some(MetadataFault::RequestsUnsigned))),
            &["url-same-content"],
        ),
        ("URL gives junk", fetched("https://sp.dk/metadata", 200, "text/xml", "junk"), &["url-same-content"]),
        ("URL gives an error", fetched("https://sp.dk/metadata", 404, "text/xml", ""), &["url-served"]),
        ("URL wants a login", fetched("https://sp.dk/metadata", 401, "text/xml", ""), &["url-served"]),
        ("URL leads elsewhere", fetched("https://sp.dk/metadata", 302, "text/xml", ""), &["url-served"]),
        ("URL over http gives nothing now", fetched("http://sp.dk/metadata", 503, "text/xml", ""), &["url-served"]),
        ("URL agrees", fetched("https://sp.dk/metadata", 200, "text/xml; charset=utf-8", &vendor_document(None)), &[]),
        (
            "URL agrees but for white space outside",
            fetched(
                "https://sp.dk/metadata",
                200,
                "application/samlmetadata+xml",
                &format!("{}\n\n", vendor_document(None)),
            ),
            &[],
        ),
    ]
}

#[test]
fn each_situation_turns_exactly_the_expected_checks_red() {
    for (what, subject, expected) in situations() {
        let expected: BTreeSet<&str> = expected.iter().chain(&OCES3_ONLY).copied().collect();
        assert_eq!(red(&subject), expected, "{what}");
    }
}

#[test]
fn every_check_turns_red_and_passes_somewhere() {
    let (mut failed, mut passed) = (BTreeSet::new(), BTreeSet::new());
    let faults = MetadataFault::ALL.map(|fault| declared(vendor_document(Some(fault))));
    let files = REAL_FILES.map(|(file, _)| raw(fixture(file)));
    let mut nemlogin = raw(fixture("ch2-sp-signed.xml"));
    nemlogin.environment = Environment::NemloginTest;
    let situations = situations().into_iter().map(|(_, subject, _)| subject);
    for subject in faults.into_iter().chain(files).chain(situations).chain([nemlogin]) {
        let verdicts = judge(&subject);
        failed.extend(with(&verdicts, Verdict::Fail));
        passed.extend(with(&verdicts, Verdict::Pass));
    }
    let all: BTreeSet<&str> = checks::of_family(Family::Metadata).map(short).collect();
    assert_eq!(failed, all, "every check can fail");
    assert_eq!(passed, all, "every check can pass");
}

#[test]
fn rows_of_the_fact_tables_are_all_decided() {
    let decided: BTreeSet<&str> =
        checks::of_family(Family::Metadata).flat_map(|c| c.meta().rows.iter().copied()).collect();
    let wanted = (1..=23).map(|n| format!("FKI-MD-{n:02}")).chain((1..=26).map(|n| format!("SP-MD-{n:02}")));
    for row in wanted.chain(["CRT-56".to_owned()]) {
        assert!(decided.contains(row.as_str()), "{row} is decided by no check");
    }
}

#[test]
fn what_is_unknown_never_passes() {
    let subject = raw(vendor_document(None));
    let verdicts = judge(&subject);
    for id in ["entity-id-registered", "hosts-named", "attributes-match-profile", "nsis-level-agrees"] {
        assert_eq!(verdicts[id], Verdict::NotTested, "{id} without declarations");
    }
    let personal = judge(&raw(vendor_document(Some(MetadataFault::CprNumberRequested))));
    assert_eq!(personal["data-minimisation"], Verdict::NotTested);
    for fetched in [
        Fetched::Unreachable { url: "https://sp.dk/m".to_owned(), why: "time-out".to_owned() },
        Fetched::NotAsked { url: "https://sp.dk/m".to_owned() },
    ] {
        let expected =
            if matches!(fetched, Fetched::NotAsked { .. }) { Verdict::NotTested } else { Verdict::Inconclusive };
        let document = vendor_document(None);
        let subject = capture::subject("sp", Environment::ExternalTest, at(AT), document.as_bytes(), Some(fetched));
        let verdicts = judge(&subject);
        assert_eq!(["url-served", "url-media-type", "url-same-content"].map(|id| verdicts[id]), [expected; 3]);
    }
}

#[test]
fn a_server_that_cannot_answer_now_breaches_nothing() {
    for status in [408, 429, 500, 502, 503, 504] {
        let (url, content_type) = ("https://sp.dk/metadata".to_owned(), "text/html".to_owned());
        let fetched = Fetched::Answered { url, status, content_type, body: b"later".to_vec() };
        let document = vendor_document(None);
        let subject = capture::subject("sp", Environment::ExternalTest, at(AT), document.as_bytes(), Some(fetched));
        let served = outcome(&subject, "url-served");
        assert_eq!((served.verdict, served.reason), (Verdict::Inconclusive, Reason::Unreachable), "{status}");
        for id in ["url-media-type", "url-same-content"] {
            assert_eq!(outcome(&subject, id).verdict, Verdict::Inconclusive, "{id}, {status}");
        }
    }
}

#[test]
fn another_encoding_is_no_breach_and_shows_nothing() {
    let text = vendor_document(None);
    let declared_as = |encoding: &str| text.replacen("encoding=\"UTF-8\"", &format!("encoding=\"{encoding}\""), 1);
    assert_ne!(declared_as("UTF-16"), text);
    let wide = |to_bytes: fn(u16) -> [u8; 2], mark: &str| -> Vec<u8> {
        format!("{mark}{}", declared_as("UTF-16")).encode_utf16().flat_map(to_bytes).collect()
    };
    let latin: Vec<u8> = declared_as("ISO-8859-1").chars().map(|c| u8::try_from(c).unwrap_or(b'?')).collect();
    let cases = [
        ("UTF-16LE with mark", wide(u16::to_le_bytes, "\u{FEFF}")),
        ("UTF-16BE with mark", wide(u16::to_be_bytes, "\u{FEFF}")),
        ("UTF-16BE", wide(u16::to_be_bytes, "")),
        ("declared as UTF-16", declared_as("UTF-16").into_bytes()),
        ("ISO-8859-1", latin.clone()),
        ("ISO-8859-1 beyond ASCII", [&latin[..], b"<!-- \xE6 -->"].concat()),
    ];
    for (what, document) in cases {
        let subject = declared_bytes(document);
        let formed = outcome(&subject, "well-formed");
        assert_eq!((formed.verdict, formed.reason), (Verdict::Inconclusive, Reason::AnswerUnusable), "{what}");
        let verdicts = judge(&subject);
        assert_eq!(with(&verdicts, Verdict::Fail), BTreeSet::new(), "{what}");
        assert_eq!(with(&verdicts, Verdict::Pass), BTreeSet::new(), "{what}");
    }
    // Nothing else is said, so it must be UTF-8.
    let broken = declared_bytes([text.as_bytes(), b"<!-- \xE6 -->"].concat());
    assert_eq!(outcome(&broken, "well-formed").reason, Reason::Malformed);
}

#[test]
fn only_valid_until_is_an_expiry() {
    let with_attribute = |attribute: &str| {
        declared(vendor_document(None).replacen("<EntityDescriptor ", &format!("<EntityDescriptor {attribute} "), 1))
    };
    for (attribute, expected) in [
        ("cacheDuration=\"PT0S\"", Verdict::Pass),
        ("cacheDuration=\"P1D\"", Verdict::Pass),
        ("cacheDuration=\"PT0S\" validUntil=\"2025-12-01T12:00:00Z\"", Verdict::Fail),
        ("validUntil=\"2025-12-01T12:00:01Z\"", Verdict::Pass),
    ] {
        assert_eq!(outcome(&with_attribute(attribute), "not-expired").verdict, expected, "{attribute}");
    }
}

/// The vendor's document with a signature in the role descriptor, signed for itself alone, before the whole was signed.
#[test]
fn the_role_descriptor_may_be_signed_too() {
    let start = |text: &str| text.find("<SPSSODescriptor").unwrap();
    let plain = vendor().to_xml();
    let inner = vendor_document(None);
    let inner = &inner[inner.find("<ds:Signature").unwrap()..];
    let inner = &inner[..inner.find("</ds:Signature>").unwrap() + "</ds:Signature>".len()];
    let opened = start(&plain) + plain[start(&plain)..].find('>').unwrap() + 1;
    let inside = format!("{}{}{}", &plain[..opened], inner, &plain[opened..]);
    let signatures = ["signature-present", "signature-valid", "signature-covers-root"];
    let found = |document: &str| red(&declared(document.to_owned()));

    let both = sign_enveloped(&inside, &VENDOR.key, &VENDOR.certificate, SigningOptions::default()).unwrap();
    assert_eq!(reading::read(both.as_bytes()).unwrap().signature.elsewhere, 1);
    assert_eq!(found(&both), BTreeSet::from(OCES3_ONLY));
    let changed = both.replacen(HOST, "evil.example", 1);
    assert!(found(&changed).contains("signature-valid"), "the role descriptor's own signature proves nothing");
    // The role descriptor's alone does not sign the metadata.
    let alone = found(&inside);
    assert!(signatures.iter().all(|id| alone.contains(id)), "{alone:?}");
    // Two in the document element, whatever else.
    let three = sign_enveloped(&both, &VENDOR.key, &VENDOR.certificate, SigningOptions::default()).unwrap();
    let three = found(&three);
    assert!(signatures.iter().all(|id| three.contains(id)), "{three:?}");
    // One that stands before the document element's own could be the one that a reader verifies.
    let before =
        vendor_document(None).replacen("<ds:Signature", &format!("<Extensions>{inner}</Extensions><ds:Signature"), 1);
    assert_eq!(verified(&before), Err(SignatureProblem::NotFirst));
}

/// A certificate that a CA of this name issued, as it says; with the policy of OCES3 legal entities, or without.
fn issued_by(issuer: &[(&str, &str)], subject: &[(&str, &str)], policy: bool) -> Vec<u8> {
    // SEQUENCE { SEQUENCE { OID 1.2.208.169.1.1.1.3.7 } }
    const POLICIES: &[u8] = b"\x30\x0e\x30\x0c\x06\x0a\x2a\x81\x50\x81\x29\x01\x01\x01\x03\x07";
    let name = |entries: &[(&str, &str)]| {
        let mut name = X509NameBuilder::new().unwrap();
        for (kind, value) in entries {
            name.append_entry_by_text(kind, value).unwrap();
        }
        name.build()
    };
    let mut builder = X509::builder().unwrap();
    builder.set_version(2).unwrap();
    builder.set_subject_name(&name(subject)).unwrap();
    builder.set_issuer_name(&name(issuer)).unwrap();
    builder.set_pubkey(&VENDOR.key).unwrap();
    builder.set_not_before(&Asn1Time::from_str("20250101000000Z").unwrap()).unwrap();
    builder.set_not_after(&Asn1Time::from_str("20271231235959Z").unwrap()).unwrap();
    if policy {
        let (oid, value) =
            (Asn1Object::from_str("2.5.29.32").unwrap(), Asn1OctetString::new_from_bytes(POLICIES).unwrap());
        builder.append_extension(X509Extension::new_from_der(&oid, false, &value).unwrap()).unwrap();
    }
    builder.sign(&STRANGER.key, MessageDigest::sha256()).unwrap();
    builder.build().to_der().unwrap()
}

#[test]
fn a_new_issuing_authority_of_the_state_is_no_fault_of_the_signature() {
    const STATE: (&str, &str) = ("O", "Den Danske Stat");
    let name = |cn: &'static str| vec![("CN", cn), STATE, ("C", "DK")];
    let second = || name("Den Danske Stat OCES udstedende-CA 2");
    let test_second = || vec![("CN", "Den Danske Stat OCES udstedende-CA 2"), ("OU", "Test - cti"), STATE, ("C", "DK")];
    let signed = |certificate: &[u8]| vendor().signed(&VENDOR.key, certificate, None).unwrap();
    let judged = |document: String, environment| {
        let mut subject = declared(document);
        subject.environment = environment;
        assert_eq!(outcome(&subject, "signature-valid").verdict, Verdict::Pass);
        let found = outcome(&subject, "signature-certificate-oces3");
        (found.verdict, found.reason)
    };
    let (unknown, foreign) = ((Verdict::Inconclusive, Reason::NotSupplied), (Verdict::Fail, Reason::WrongHierarchy));
    for (what, issuer, policy, environment, expected) in [
        ("a new CA", second(), true, Environment::ExternalTest, unknown),
        ("a new CA without OCES policy", second(), false, Environment::ExternalTest, foreign),
        ("a new test CA", test_second(), true, Environment::NemloginTest, unknown),
        ("a new test CA in external test", test_second(), true, Environment::ExternalTest, foreign),
        ("a new production CA in NemLog-in's test", second(), true, Environment::NemloginTest, foreign),
        ("the known CA", name("Den Danske Stat OCES udstedende-CA 1"), true, Environment::ExternalTest, foreign),
        (
            "a qualified CA",
            name("Den Danske Stat kvalificeret udstedende-CA 2"),
            true,
            Environment::ExternalTest,
            foreign,
        ),
        ("another CA", name("Another CA"), true, Environment::ExternalTest, foreign),
    ] {
        let document = signed(&issued_by(&issuer, &[("CN", "system")], policy));
        assert_eq!(judged(document, environment), expected, "{what}");
    }
    // A certificate of the CA's name in KeyInfo is used, and this one leads nowhere.
    let authority = openssl::base64::encode_block(&issued_by(&second(), &second(), false));
    let document = signed(&issued_by(&second(), &[("CN", "system")], true));
    let end = "</ds:X509Certificate></ds:X509Data>";
    let chained = document.replacen(end, &format!("</ds:X509Certificate><ds:X509Certificate>{authority}{end}"), 1);
    assert_ne!(chained, document);
    assert_eq!(judged(chained, Environment::ExternalTest), foreign);
}

#[test]
fn a_url_that_gives_nothing_is_no_breach_of_the_document() {
    let url = || "https://sp.dk/metadata".to_owned();
    let page = b"<html>not found</html>".to_vec();
    let cases = [
        (Vec::new(), Fetched::Unreachable { url: url(), why: "time-out".to_owned() }, Verdict::Inconclusive),
        (Vec::new(), Fetched::NotAsked { url: url() }, Verdict::NotTested),
        (
            page.clone(),
            Fetched::Answered { url: url(), status: 404, content_type: "text/html".to_owned(), body: page },
            Verdict::Inconclusive,
        ),
    ];
    for (document, fetched, expected) in cases {
        let subject = capture::subject("sp", Environment::ExternalTest, at(AT), &document, Some(fetched));
        let verdicts = judge(&subject);
        assert_eq!(verdicts["well-formed"], expected);
        assert_eq!(verdicts["signature-present"], expected);
        let red = with(&verdicts, Verdict::Fail);
        assert!(red.is_empty() || red == BTreeSet::from(["url-served"]), "{red:?}");
        assert_eq!(with(&verdicts, Verdict::Pass), BTreeSet::new());
    }
}

#[test]
fn an_unreadable_document_leaves_everything_else_untested() {
    let bomb = include_str!("../../fixtures/metadata/hostile/billion-laughs.xml");
    for document in ["", "junk", "<a", "<!DOCTYPE a><a/>", bomb] {
        let verdicts = judge(&raw(document));
        assert_eq!(with(&verdicts, Verdict::Fail), BTreeSet::from(["well-formed"]), "{document:.20}");
        assert_eq!(with(&verdicts, Verdict::Pass), BTreeSet::new(), "{document:.20}");
    }
    let other = judge(&raw("<EntitiesDescriptor xmlns='urn:oasis:names:tc:SAML:2.0:metadata'/>"));
    assert_eq!(other["role-descriptor"], Verdict::Fail);
    assert_eq!(other["acs-http-post"], Verdict::NotTested);
}

#[test]
fn no_local_rules_apply_in_environment_local() {
    let mut system = vendor();
    system.host = "localhost".to_owned();
    system.contact = "drift@vendor.example".to_owned();
    let mut subject = raw(system.signed(&VENDOR.key, &VENDOR.certificate, None).unwrap());
    subject.environment = Environment::Local;
    assert_eq!(red(&subject), BTreeSet::new());
    assert_eq!(judge(&subject)["hosts-public"], Verdict::NotApplicable);
}

#[test]
fn contacts_and_secrets_never_reach_an_outcome() {
    let mut system = vendor();
    system.contact = "hemmelig.person@leverandoer-eksempel.dk".to_owned();
    let faults = [None, Some(MetadataFault::LocationWithPassword), Some(MetadataFault::PrivateKeyInside)];
    for fault in faults {
        let subject = declared(system.signed(&VENDOR.key, &VENDOR.certificate, fault).unwrap());
        for check in checks::of_family(Family::Metadata) {
            let found = outcome(&subject, short(check));
            for secret in ["hemmelig", "BEGIN PRIVATE"] {
                let shown = format!("{} {}", found.expected, found.observed);
                assert!(!shown.contains(secret), "{} shows {secret}: {shown}", check.meta().id);
            }
        }
    }
}

// The official validation service.

#[derive(serde::Deserialize)]
struct OfficialAnswer {
    file: String,
    status: u16,
    errors: Vec<String>,
}

/// Requirements of a profile's metadata family that fail on a subject, by requirement id.
fn failing_requirements(profile: &str, subject: &MetadataSubject) -> BTreeSet<String> {
    let text = std::fs::read_to_string(format!("{}/profiles/{profile}.toml", env!("CARGO_MANIFEST_DIR"))).unwrap();
    let profile: kravprobe::profile::ProfileFile = toml::from_str(&text).unwrap();
    let metadata = Subject::Metadata(subject.clone());
    let certificates: Vec<Subject> = capture::certificates(subject)
        .into_iter()
        .map(|found| certificate_subject(subject, found.role, &found.name, found.bytes))
        .collect();
    let mut failing = BTreeSet::new();
    for requirement in &profile.requirement {
        for binding in &requirement.check {
            // Revocation is set aside: the state's OCSP and CRL are not asked in a test.
            if binding.id == "certificate.revocation" {
                continue;
            }
            let check = checks::by_id(&binding.id).unwrap();
            let mut parameters = Parameters::defaults(check.meta());
            parameters.0.extend(binding.params.0.clone());
            let subjects: Vec<&Subject> = match check {
                AnyCheck::Metadata(_) => vec![&metadata],
                AnyCheck::Certificate(_) => certificates
                    .iter()
                    .filter(|s| match (s, &binding.on.role) {
                        (Subject::Certificate(c), Some(roles)) => roles.contains(&c.role),
                        _ => true,
                    })
                    .collect(),
                _ => Vec::new(),
            };
            assert!(!subjects.is_empty(), "{} has something to judge", requirement.id);
            for subject in subjects {
                let outcome = check.judge(subject, &parameters);
                match outcome.verdict {
                    Verdict::Fail => {
                        failing.insert(requirement.id.clone());
                    }
                    // Undecided only what an unsigned document cannot show.
                    Verdict::NotTested | Verdict::Inconclusive => {
                        assert!(binding.id.starts_with("metadata.signature-"), "{}: {outcome:?}", binding.id);
                    }
                    Verdict::Error => panic!("{}: {outcome:?}", binding.id),
                    Verdict::Pass | Verdict::NotApplicable => {}
                }
            }
        }
    }
    failing
}

fn certificate_subject(of: &MetadataSubject, role: CertificateRole, name: &str, bytes: Vec<u8>) -> Subject {
    let json = serde_json::json!({
        "family": "certificate",
        "id": format!("certificate:{name}"),
        "name": name,
        "environment": of.environment,
        "at": of.at,
        "role": role,
        "system": "sp",
        "declared": {},
        "certificate": Blob::new("application/pkix-cert", bytes.clone()),
        "supplied": [],
        "localAnchors": [],
        "revocation": { "setAside": true, "ocsp": [], "crl": [] },
        "others": [],
    });
    let mut subject: Subject = serde_json::from_value(json).unwrap();
    assert!(subject.blobs_mut()[0].fill(bytes));
    subject
}

#[test]
fn the_official_checks_answer_as_the_official_service_documents() {
    let answers: Vec<OfficialAnswer> = serde_json::from_slice(&fixture("official-answers.json")).unwrap();
    assert_eq!(answers.len(), 4);
    for answer in answers {
        let failing = failing_requirements("ch-metadata-validation", &raw(fixture(&answer.file)));
        let expected: BTreeSet<&str> = answer
            .errors
            .iter()
            .map(|error| match error.as_str() {
                "Signature missing: SAML metadata must include a valid XML digital signature." => "CHMV-10",
                "IDPSSODescriptor must have a SingleSignOnService endpoint using the HTTP-Redirect binding." => {
                    "CHMV-13"
                }
                "IDPSSODescriptor must have a SingleLogoutService endpoint using the HTTP-Redirect binding." => {
                    "CHMV-14"
                }
                other => panic!("unknown answer {other}"),
            })
            .collect();
        assert_eq!(answer.status == 200, expected.is_empty());
        assert_eq!(failing, expected.into_iter().map(str::to_owned).collect(), "{}", answer.file);
    }
}

/// What our wider profile finds on the example that the service accepts: the signer's certificate is of the test hierarchy
/// (14), the attributes have no NameFormat (35) and are none of OIOSAML (36), there is a NameIDFormat beside the usual ones
/// (32), and the contact is a placeholder (40). All of them are recommendations: no `must` fails.
#[test]
fn the_wider_profile_adds_recommendations_on_the_accepted_example() {
    let subject = raw(fixture("ch2-sp-signed.xml"));
    let text = std::fs::read_to_string(format!("{}/profiles/sp-metadata.toml", env!("CARGO_MANIFEST_DIR"))).unwrap();
    let profile: kravprobe::profile::ProfileFile = toml::from_str(&text).unwrap();
    let mut failing = BTreeMap::new();
    for requirement in &profile.requirement {
        for binding in &requirement.check {
            let check = checks::by_id(&binding.id).unwrap();
            if check.meta().family != Family::Metadata {
                continue;
            }
            let mut parameters = Parameters::defaults(check.meta());
            parameters.0.extend(binding.params.0.clone());
            if check.judge(&Subject::Metadata(subject.clone()), &parameters).verdict == Verdict::Fail {
                failing.insert(requirement.id.as_str(), requirement.level);
            }
        }
    }
    assert!(failing.values().all(|level| *level != kravprobe::verdict::Level::Must), "{failing:?}");
    let ids: Vec<&str> = failing.into_keys().collect();
    assert_eq!(ids, ["SPMD-14", "SPMD-32", "SPMD-35", "SPMD-36", "SPMD-40"]);
}

#[test]
fn sp_metadata_uses_every_metadata_check_of_a_service_provider() {
    let text = std::fs::read_to_string(format!("{}/profiles/sp-metadata.toml", env!("CARGO_MANIFEST_DIR"))).unwrap();
    let profile: kravprobe::profile::ProfileFile = toml::from_str(&text).unwrap();
    let ids = profile.requirement.iter().flat_map(|r| &r.check).map(|c| c.id.as_str());
    let used: BTreeSet<&str> = ids.filter(|id| id.starts_with("metadata.")).collect();
    let all = checks::of_family(Family::Metadata).map(|c| c.meta().id).filter(|id| !id.starts_with("metadata.idp-"));
    assert_eq!(used, all.collect());
}

// Independent tools.

fn tool(name: &str, arguments: &[&str]) -> std::process::Output {
    Command::new(name).args(arguments).output().unwrap_or_else(|error| {
        panic!("{name} does not start ({error}); `make setup-test` installs what the tests need")
    })
}

fn pem(der: &[u8]) -> Vec<u8> {
    X509::from_der(der).unwrap().to_pem().unwrap()
}

/// What xmlsec1 says of a document's signature with this certificate's key.
fn xmlsec1_verifies(document: &[u8], certificate: &[u8]) -> bool {
    let directory = tempfile::tempdir().unwrap();
    let (file, key) = (directory.path().join("document.xml"), directory.path().join("certificate.pem"));
    std::fs::write(&file, document).unwrap();
    std::fs::write(&key, pem(certificate)).unwrap();
    let id = "urn:oasis:names:tc:SAML:2.0:metadata:EntityDescriptor";
    let arguments =
        ["--verify", "--pubkey-cert-pem", key.to_str().unwrap(), "--id-attr:ID", id, file.to_str().unwrap()];
    tool("xmlsec1", &arguments).status.success()
}

#[test]
fn xmlsec1_agrees_on_signatures() {
    for fault in [None, Some(MetadataFault::Sha1Signature), Some(MetadataFault::InclusiveCanonicalization)] {
        let document = vendor_document(fault);
        assert!(xmlsec1_verifies(document.as_bytes(), &VENDOR.certificate), "{fault:?} verifies");
        assert!(!xmlsec1_verifies(document.as_bytes(), &STRANGER.certificate), "{fault:?} not with another key");
        let tampered = document.replace("Eksempelfagsystem", "Eksempelfagsystim");
        assert!(!xmlsec1_verifies(tampered.as_bytes(), &VENDOR.certificate), "{fault:?} tampered");
        let read = reading::read(tampered.as_bytes()).unwrap();
        assert!(matches!(read.signature.verified, Err(SignatureProblem::Invalid(_))), "{fault:?} tampered");
    }
    for file in ["ch1-idp-sha1.xml", "ch2-sp-signed.xml", "ch2-idp-signed.xml", "ch2-idp-missing-redirect.xml"] {
        let document = fixture(file);
        let signature = reading::read(&document).unwrap().signature;
        assert_eq!(signature.verified, Ok(()), "{file}");
        assert!(xmlsec1_verifies(&document, signature.certificate.unwrap().der().unwrap()), "{file}");
    }
}

#[test]
fn what_xmlsec1_signs_verifies() {
    let directory = tempfile::tempdir().unwrap();
    let path = |name: &str| directory.path().join(name).to_str().unwrap().to_owned();
    let template = vendor_document(None);
    let emptied = regex::Regex::new(
        r"<ds:(DigestValue|SignatureValue|X509Certificate)>[^<]*</ds:(?:DigestValue|SignatureValue|X509Certificate)>",
    )
    .unwrap();
    let (before, rest) = template.split_once("</ds:Signature>").unwrap();
    let template = format!("{}</ds:Signature>{rest}", emptied.replace_all(before, "<ds:$1></ds:$1>"));
    let template =
        template.replace("<ds:X509Data><ds:X509Certificate></ds:X509Certificate></ds:X509Data>", "<ds:X509Data/>");
    std::fs::write(path("template.xml"), template).unwrap();
    std::fs::write(path("key.pem"), VENDOR.key.private_key_to_pem_pkcs8().unwrap()).unwrap();
    std::fs::write(path("certificate.pem"), pem(&VENDOR.certificate)).unwrap();
    let keys = format!("{},{}", path("key.pem"), path("certificate.pem"));
    let id = "urn:oasis:names:tc:SAML:2.0:metadata:EntityDescriptor";
    let signed = tool("xmlsec1", &["--sign", "--privkey-pem", &keys, "--id-attr:ID", id, &path("template.xml")]);
    assert!(signed.status.success(), "{}", String::from_utf8_lossy(&signed.stderr));
    let read = reading::read(&signed.stdout).unwrap();
    assert_eq!(read.signature.verified, Ok(()));
    assert_eq!(read.signature.certificate.unwrap().der(), Some(VENDOR.certificate.as_slice()));
}

/// What xmllint says of every document: whether it is valid against a schema, named by its path in the repository.
pub fn xmllint(schema: &str, documents: &[String]) -> Vec<bool> {
    let directory = tempfile::tempdir().unwrap();
    let files: Vec<String> = (0..documents.len()).map(|n| format!("{n}.xml")).collect();
    for (file, document) in files.iter().zip(documents) {
        std::fs::write(directory.path().join(file), document).unwrap();
    }
    let schema = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(schema);
    let output = Command::new("xmllint")
        .args(["--noout", "--nonet", "--schema"])
        .arg(schema)
        .args(&files)
        .current_dir(directory.path())
        .output()
        .expect("xmllint does not start; `make setup-test` installs what the tests need");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let lines: BTreeSet<&str> = said.lines().collect();
    files
        .iter()
        .map(|file| {
            let (valid, invalid) = (format!("{file} validates"), format!("{file} fails to validate"));
            assert!(lines.contains(valid.as_str()) != lines.contains(invalid.as_str()), "{file}: {said:.2000}");
            lines.contains(valid.as_str())
        })
        .collect()
}

/// Every document that comes of removing one element or attribute, exchanging two siblings, doubling an element or
/// renaming an attribute.
pub fn mutants(document: &str) -> Vec<String> {
    let parsed = xml::parse(document).unwrap();
    let mut mutants = Vec::new();
    let mut replace = |range: std::ops::Range<usize>, with: &str| {
        mutants.push(format!("{}{with}{}", &document[..range.start], &document[range.end..]));
    };
    for node in parsed.descendants(parsed.document_element().unwrap()) {
        let (Some(_), Some(range)) = (parsed.element(node), parsed.node_range(node)) else { continue };
        let source = document[range.clone()].to_owned();
        replace(range.clone(), "");
        replace(range.clone(), &format!("{source}{source}"));
        let mut next = parsed.next_sibling(node);
        while let Some(sibling) = next.filter(|n| parsed.element(*n).is_none()) {
            next = parsed.next_sibling(sibling);
        }
        if let Some(other) = next.and_then(|n| parsed.node_range(n)) {
            let between = document[range.end..other.start].to_owned();
            let swapped = format!("{}{between}{source}", &document[other.clone()]);
            replace(range.start..other.end, &swapped);
        }
        let tag_end = range.start + source.find('>').unwrap();
        let tag = &document[range.start..tag_end];
        for attribute in parsed.element(node).unwrap().attributes.iter().filter(|a| a.name.prefix.is_none()) {
            let written = format!(" {}=\"", attribute.name.local_name);
            let Some(start) = tag.find(&written).map(|n| range.start + n) else { continue };
            let value = start + written.len();
            let end = value + document[value..].find('"').unwrap();
            replace(start..end + 1, "");
            replace(start..value - 2, " unknown");
            replace(value..end, "");
            // No URI that libxml2 calls malformed ("%%%"): uppsala leaves anyURI to us, and `metadata.endpoint-form` and
            // `metadata.entity-id` judge it.
            replace(value..end, "junk");
        }
    }
    mutants
}

#[test]
fn xmllint_agrees_on_the_schema() {
    let mut documents: Vec<String> = REAL_FILES.iter().map(|(f, _)| String::from_utf8(fixture(f)).unwrap()).collect();
    let readable = |fault: &MetadataFault| ![MetadataFault::NotWellFormed, MetadataFault::DocumentType].contains(fault);
    documents.extend(MetadataFault::ALL.iter().filter(|f| readable(f)).map(|f| vendor_document(Some(*f))));
    documents.push(vendor_document(None));
    documents.extend(mutants(&vendor_document(None)));
    documents.extend(mutants(&String::from_utf8(fixture("ch1-sp.xml")).unwrap()));
    let theirs = xmllint("schemas/saml/metadata-entry.xsd", &documents);
    let mut wrong = Vec::new();
    for (document, valid) in documents.iter().zip(&theirs) {
        let parsed = xml::parse(document).unwrap();
        let errors = schema::validate_metadata(&parsed).unwrap();
        if errors.is_empty() != *valid {
            wrong.push((document, *valid, errors));
        }
    }
    let both = (theirs.iter().filter(|v| **v).count(), theirs.iter().filter(|v| !**v).count());
    println!("{} documents, {both:?} valid and invalid", documents.len());
    assert!(both.0 > 20 && both.1 > 100, "enough of both kinds: {both:?}");
    let shown: Vec<String> =
        wrong.iter().take(8).map(|(d, v, e)| format!("xmllint valid={v}, we {e:?}\n{d:.1500}")).collect();
    assert!(wrong.is_empty(), "{} of {} differ:\n{}", wrong.len(), documents.len(), shown.join("\n"));
}

// Signatures that must be refused.

fn verified(document: &str) -> Result<(), SignatureProblem> {
    reading::read(document.as_bytes()).unwrap().signature.verified
}

#[test]
fn signatures_that_do_not_cover_what_is_read_are_refused() {
    let signed = vendor_document(None);
    let root = signed.find("<EntityDescriptor").unwrap();
    let original = &signed[root..];
    let evil = original.replace(HOST, "evil.example").replace("_kravprobe-example", "_evil");
    let signature = {
        let start = signed.find("<ds:Signature").unwrap();
        &signed[start..signed.find("</ds:Signature>").unwrap() + "</ds:Signature>".len()]
    };
    let unsigned_evil = evil.replace(&signature.replace("_kravprobe-example", "_evil"), "");
    let wrap = |inside: &str| unsigned_evil.replacen("  <SPSSODescriptor", &format!("{inside}<SPSSODescriptor"), 1);
    let cases = [
        ("original in Extensions", wrap(&format!("<Extensions>{original}</Extensions>"))),
        ("signature in the evil root, original beside", wrap(&format!("{signature}<Extensions>{}</Extensions>", original.replace(signature, "")))),
        (
            "original in ds:Object",
            wrap(&signature.replace("</ds:Signature>", &format!("<ds:Object>{}</ds:Object></ds:Signature>", original.replace(signature, "")))),
        ),
        (
            "same ID twice",
            wrap(&format!("{signature}<Extensions>{}</Extensions>", original.replace(signature, ""))).replace("_evil", "_kravprobe-example"),
        ),
        ("external reference", signed.replace("URI=\"#_kravprobe-example\"", "URI=\"https://evil.example/\"")),
        ("cid reference", signed.replace("URI=\"#_kravprobe-example\"", "URI=\"cid:part\"")),
        (
            "XSLT",
            signed.replacen("<ds:Transforms>", "<ds:Transforms><ds:Transform Algorithm=\"http://www.w3.org/TR/1999/REC-xslt-19991116\"/>", 1),
        ),
        (
            "XPath",
            signed.replacen("<ds:Transforms>", "<ds:Transforms><ds:Transform Algorithm=\"http://www.w3.org/TR/1999/REC-xpath-19991116\"><ds:XPath>not(//*)</ds:XPath></ds:Transform>", 1),
        ),
        (
            "HMAC with the public key",
            signed.replace("http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", "http://www.w3.org/2000/09/xmldsig#hmac-sha1"),
        ),
        ("no reference", {
            let start = signed.find("<ds:Reference").unwrap();
            let end = signed.find("</ds:Reference>").unwrap() + "</ds:Reference>".len();
            format!("{}{}", &signed[..start], &signed[end..])
        }),
        ("two SignedInfo", signed.replacen("<ds:SignedInfo>", "<ds:SignedInfo/><ds:SignedInfo>", 1)),
        ("empty value", {
            let start = signed.find("<ds:SignatureValue>").unwrap() + "<ds:SignatureValue>".len();
            let end = signed.find("</ds:SignatureValue>").unwrap();
            format!("{}{}", &signed[..start], &signed[end..])
        }),
        ("no KeyInfo", {
            let start = signed.find("<ds:KeyInfo>").unwrap();
            let end = signed.find("</ds:KeyInfo>").unwrap() + "</ds:KeyInfo>".len();
            format!("{}{}", &signed[..start], &signed[end..])
        }),
        ("another's certificate", {
            let theirs = STRANGER.key.private_key_to_pem_pkcs8().unwrap();
            assert!(!theirs.is_empty());
            sign_enveloped(&vendor().to_xml(), &VENDOR.key, &STRANGER.certificate, SigningOptions::default()).unwrap()
        }),
    ];
    assert_eq!(verified(&signed), Ok(()));
    for (what, document) in cases {
        assert_ne!(document, signed, "{what} changes the document");
        let result = verified(&document);
        println!("{what}: {result:?}");
        assert!(result.is_err(), "{what} is accepted");
    }
}

#[test]
fn a_comment_does_not_cut_a_value_short() {
    let document = vendor_document(None).replace("X509SubjectName<", "X509Subject<!-- -->Name<");
    let read = reading::read(document.as_bytes()).unwrap();
    assert_eq!(read.signature.verified, Ok(()), "comments are not part of the canonical form");
    let provider = &read.metadata.entity.unwrap().service_providers[0];
    assert_eq!(provider.name_id_formats, ["urn:oasis:names:tc:SAML:1.1:nameid-format:X509SubjectName"]);
}

// Hostile input.

#[test]
fn hostile_documents_are_handled_fast() {
    let attributes = (0..200_000).map(|n| format!(" a{n}='x'")).collect::<Vec<_>>().concat();
    let namespaces = (0..50_000).map(|n| format!(" xmlns:n{n}='urn:{n}'")).collect::<Vec<_>>().concat();
    let metadata = "<EntityDescriptor xmlns='urn:oasis:names:tc:SAML:2.0:metadata'>";
    let cases: [(&str, Vec<u8>); 12] = [
        ("100,000 levels", "<a>".repeat(100_000).into_bytes()),
        ("100,000 levels, closed", format!("{}{}", "<a>".repeat(100_000), "</a>".repeat(100_000)).into_bytes()),
        ("200,000 attributes", format!("<a{attributes}/>").into_bytes()),
        ("50,000 namespaces", format!("<a{namespaces}/>").into_bytes()),
        ("elements without end", format!("{metadata}{}", "<b/>".repeat(300_000)).into_bytes()),
        ("comments without end", format!("{metadata}{}</EntityDescriptor>", "<!---->".repeat(200_000)).into_bytes()),
        (
            "as many schema errors as the bounds allow",
            format!("{metadata}{}{}</EntityDescriptor>", "<b/>".repeat(2_490), " ".repeat(1_900_000)).into_bytes(),
        ),
        (
            "many keys",
            format!(
                "{metadata}<SPSSODescriptor>{}</SPSSODescriptor></EntityDescriptor>",
                "<KeyDescriptor/>".repeat(2_400)
            )
            .into_bytes(),
        ),
        ("a long text", format!("{metadata}{}</EntityDescriptor>", "x".repeat(2_000_000)).into_bytes()),
        (
            "many references to characters",
            format!("{metadata}{}</EntityDescriptor>", "&#65;".repeat(400_000)).into_bytes(),
        ),
        ("UTF-16", "<a/>".encode_utf16().flat_map(u16::to_be_bytes).collect()),
        ("one byte too many", vec![b'<'; xml::MAX_BYTES + 1]),
    ];
    for (what, document) in cases {
        let begun = Instant::now();
        let verdicts = judge(&raw(document));
        let taken = begun.elapsed();
        println!("{what}: {taken:?}, {:?}", with(&verdicts, Verdict::Fail));
        assert!(
            // What only passes the probe's own bounds is no breach, and no pass either.
            verdicts["well-formed"] == Verdict::Fail
                || verdicts["well-formed"] == Verdict::Inconclusive
                || verdicts["schema-valid"] == Verdict::Fail,
            "{what}"
        );
        assert_eq!(with(&verdicts, Verdict::Error), BTreeSet::new(), "{what}");
        assert!(taken < Duration::from_secs(20), "{what} takes {taken:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..2_000)) {
        prop_assert_eq!(with(&judge(&raw(bytes)), Verdict::Error), BTreeSet::new());
    }

    #[test]
    fn arbitrary_xml_like_text_never_panics(text in "(<|>|/|!|\\?|&|;|\"|=| |EntityDescriptor|xmlns|ID|--|\\[CDATA\\[|\\]\\]|[a-zæ]){0,60}") {
        prop_assert_eq!(with(&judge(&raw(format!("<a>{text}"))), Verdict::Error), BTreeSet::new());
    }

    #[test]
    fn mutated_metadata_never_panics_and_never_verifies(
        edits in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>()), 1..4)
    ) {
        let good = vendor_document(None).into_bytes();
        let mut bytes = good.clone();
        for (index, byte) in edits {
            let position = index.index(bytes.len());
            bytes[position] = byte;
        }
        let verdicts = judge(&declared_bytes(bytes.clone()));
        prop_assert_eq!(with(&verdicts, Verdict::Error), BTreeSet::new());
        if verdicts["signature-valid"] == Verdict::Pass {
            let form = |bytes: &[u8]| {
                let text = String::from_utf8(bytes.to_vec()).unwrap();
                kravprobe::saml::signature::canonical(&unsigned(&text)).unwrap()
            };
            prop_assert_eq!(form(&bytes), form(&good), "a changed document verifies");
        }
    }
}

fn declared_bytes(bytes: Vec<u8>) -> MetadataSubject {
    let mut subject = declared(String::new());
    subject.document = Blob::new(capture::MEDIA_TYPE, bytes);
    subject
}

fn unsigned(document: &str) -> String {
    let start = document.find("<ds:Signature ").unwrap();
    let end = document.find("</ds:Signature>").unwrap() + "</ds:Signature>".len();
    format!("{}{}", &document[..start], &document[end..])
}

// Capture.

#[test]
fn unfit_files_are_refused_with_one_clear_error() {
    let directory = tempfile::tempdir().unwrap();
    let file = |name: &str, content: &[u8]| {
        let path = directory.path().join(name);
        std::fs::write(&path, content).unwrap();
        path
    };
    let huge = directory.path().join("huge.xml");
    std::fs::File::create(&huge).unwrap().set_len(200 << 20).unwrap();
    let begun = Instant::now();
    assert!(matches!(capture::read_file(&huge), Err(MetadataFileError::TooLarge(_))));
    assert!(begun.elapsed() < Duration::from_mins(1), "200 MB are not read");
    let missing = directory.path().join("missing.xml");
    assert!(matches!(capture::read_file(&missing), Err(MetadataFileError::NotFound(_))));
    assert!(matches!(capture::read_file(directory.path()), Err(MetadataFileError::Directory(_))));
    assert!(matches!(capture::read_file(&file("empty.xml", b" \n")), Err(MetadataFileError::Empty(_))));
    for junk in [&b"\x7fELF\x02\x01"[..], b"PK\x03\x04", b"-----BEGIN CERTIFICATE-----", &[0; 64], b"\x30\x82\x01"] {
        assert!(matches!(capture::read_file(&file("junk", junk)), Err(MetadataFileError::NotXml(_))), "{junk:?}");
    }
    for xml in [&b"<a/>"[..], b"\xEF\xBB\xBF\n<a/>", b"\xFE\xFF\0<\0a", b"<\0a\0"] {
        assert!(capture::read_file(&file("good.xml", xml)).is_ok(), "{xml:?}");
    }
}

#[test]
fn redaction_keeps_certificates_and_attests_what_it_changes() {
    let clean = vendor_document(None);
    let subject = capture::subject("sp", Environment::ExternalTest, at(AT), clean.as_bytes(), None);
    assert_eq!(subject.attested, None, "nothing to redact, nothing attested");
    assert_eq!(subject.document.data(), clean.as_bytes());
    for (file, _) in REAL_FILES {
        let document = fixture(file);
        let subject = capture::subject("sp", Environment::ExternalTest, at(AT), &document, None);
        assert!(subject.document.data() == document, "{file} passes redaction unchanged");
    }

    let mut system = vendor();
    system.required_attributes.push("urn:cpr:010190-1234".to_owned());
    let secret = system.signed(&VENDOR.key, &VENDOR.certificate, None).unwrap();
    let mut subject = capture::subject("sp", Environment::ExternalTest, at(AT), secret.as_bytes(), None);
    assert!(!String::from_utf8_lossy(subject.document.data()).contains("010190"));
    let attested = subject.attested.clone().unwrap();
    assert_eq!((attested.signature, attested.schema_errors), (Ok(()), Vec::new()));
    let verdicts = judge(&subject);
    assert_eq!(verdicts["signature-valid"], Verdict::Pass, "attested");
    assert_eq!(verdicts["schema-valid"], Verdict::Pass, "attested");
    assert_eq!(verdicts["no-secrets"], Verdict::Fail);
    subject.attested = Some(AttestedMetadata {
        signature: Err("digest".to_owned()),
        schema_errors: vec!["1:1".to_owned()],
        redacted: BTreeMap::new(),
    });
    let verdicts = judge(&subject);
    assert_eq!([verdicts["signature-valid"], verdicts["schema-valid"]], [Verdict::Fail; 2]);
}

#[test]
fn certificates_are_listed_with_role_and_name() {
    let subject = raw(fixture("ch2-sp-signed.xml"));
    let found: Vec<(String, CertificateRole)> =
        capture::certificates(&subject).into_iter().map(|c| (c.name, c.role)).collect();
    assert_eq!(
        found,
        [
            ("sp/encryption-1".to_owned(), CertificateRole::Encryption),
            ("sp/signing-1".to_owned(), CertificateRole::Signing),
            ("sp/metadata-signature".to_owned(), CertificateRole::MetadataSignature),
        ]
    );
    let other = capture::neighbour("x", Environment::Production, &fixture("ch2-sp-signed.xml"));
    assert_eq!(
        other.entity_id.as_deref(),
        Some("https://saml.n2adgangsstyring.eksterntest-stoettesystemerne.dk/runtime")
    );
    assert_eq!(other.certificates.len(), 1, "one certificate for both uses");
}

#[test]
fn a_subject_survives_its_file() {
    let subject = declared(vendor_document(None));
    let text = serde_json::to_string(&Subject::Metadata(subject.clone())).unwrap();
    let mut again: Subject = serde_json::from_str(&text).unwrap();
    for blob in again.blobs_mut() {
        assert!(blob.fill(subject.document.data().to_vec()));
    }
    let Subject::Metadata(again) = again else { panic!("another family") };
    assert_eq!(judge(&again), judge(&subject));
}

#[test]
fn other_certificates_in_key_info_help_to_build_the_signers_path() {
    use kravprobe::vendor::pki::{Key, Leaf};
    let pki = crate::example_pki::pki();
    let leaf = pki.issue(&Leaf::system("Eksempel Fagsystem")).unwrap().certificate;
    let system =
        VendorMetadata::new("https://saml.fagsystem.example", "fagsystem.example", "drift@vendor.example", &leaf);
    let signed = system.signed(pki.keys().get(Key::System), &leaf, None).unwrap();
    // KeyInfo lies inside ds:Signature, which the enveloped-signature transform leaves out: it may be added to.
    let ca = format!(
        "</ds:X509Certificate><ds:X509Certificate>{}</ds:X509Certificate>",
        openssl::base64::encode_block(pki.issuing())
    );
    let document = signed.replacen("</ds:X509Certificate>", &ca, 1);
    let subject = capture::subject("sp", Environment::Local, pki.at(), document.as_bytes(), None);
    assert!(subject.reading().unwrap().signature.verified.is_ok());
    let found = capture::certificates(&subject).pop().unwrap();
    assert_eq!((found.role, found.supplied), (CertificateRole::MetadataSignature, vec![pki.issuing().to_vec()]));
}
