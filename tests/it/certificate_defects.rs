//! Every certificate check on look-alikes of OCES3 shape with one defect each: exactly the checks turn red that must.

use crate::certificates::{judge, subject};
use kravprobe::subject::certificate::{
    Answer, CertificateKind, CertificateRole, DeclaredCertificate, OtherCertificate, Revocation, RevocationAnswer,
};
use kravprobe::subject::{Blob, CertificateSubject};
use kravprobe::vendor::pki::{Crl, Defect, ExampleKeys, ExamplePki, Issued, Leaf, Ocsp};
use kravprobe::verdict::Environment;
use kravprobe::verdict::Verdict::{self, Fail, Inconclusive, NotApplicable, NotTested, Pass};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

const AT: &str = "2026-11-20T12:00:00Z";

fn pki() -> ExamplePki {
    let keys = Path::new(env!("CARGO_MANIFEST_DIR")).join("certs-example/keys");
    ExamplePki::new(ExampleKeys::read(&keys).unwrap(), AT.parse().unwrap()).unwrap()
}

fn blob(der: impl Into<Vec<u8>>) -> Blob {
    Blob::new("application/pkix-cert", der.into())
}

fn received(bytes: Vec<u8>) -> RevocationAnswer {
    RevocationAnswer { source: "test".to_owned(), answer: Answer::Received { bytes: blob(bytes) } }
}

/// A subject for which every check has something to judge by.
fn complete(pki: &ExamplePki, issued: &Issued, root: &[u8]) -> CertificateSubject {
    CertificateSubject {
        declared: DeclaredCertificate { kind: Some(CertificateKind::System), cvr: Some("90000017".to_owned()) },
        supplied: vec![blob(issued.issuing.clone()), blob(issued.root.clone())],
        local_anchors: vec![blob(root)],
        revocation: Revocation {
            set_aside: false,
            ocsp: vec![received(pki.ocsp(Ocsp::Good, issued).unwrap())],
            crl: vec![received(pki.crl(Crl::Good, issued).unwrap())],
        },
        others: vec![OtherCertificate {
            name: "web".to_owned(),
            system: "system".to_owned(),
            environment: Environment::Local,
            role: CertificateRole::TlsServer,
            sha256: "aa".to_owned(),
            spki_sha256: "bb".to_owned(),
        }],
        ..subject(issued.certificate.clone(), Environment::Local, AT)
    }
}

/// No path leads to the anchor, or not by signatures that verify.
const NO_PATH: [(&str, Verdict); 3] = [("chain", Fail), ("environment", Inconclusive), ("issuer-unit", Inconclusive)];
/// The revocation answers are of another CA than the one that issued the certificate.
const NO_ANSWER: [(&str, Verdict); 3] = [("ocsp", Inconclusive), ("crl", Inconclusive), ("revocation", Inconclusive)];
/// The encoding, whether the rest can be read or not.
const ENCODING: &[(&str, Verdict)] = &[("der-encoding", Fail)];

/// What each defect must change, against a good certificate for which every check passes.
#[expect(clippy::match_same_arms, reason = "one arm for each row, in the rows' order")]
fn expected(defect: Defect) -> Vec<(&'static str, Verdict)> {
    use Defect as D;
    let one: &[(&'static str, Verdict)] = match defect {
        D::TrailingBytes | D::NonMinimalLength | D::CutShort => ENCODING,
        D::DuplicateExtension | D::UnknownCriticalExtension => &[("extensions", Fail)],
        D::VersionOne => &[("version", Fail)],
        D::SerialNegative => &[("serial-number-bounds", Fail)],
        D::SerialZero | D::SerialTooLong => &[("serial-number-bounds", Fail), ("serial-number-length", Fail)],
        D::SerialShort => &[("serial-number-length", Fail)],
        D::OuterAlgorithmDiffers => &[
            ("signature-algorithms-agree", Fail),
            ("signature-algorithm", Fail),
            ("signature-parameters", NotApplicable),
            ("chain-signatures", Fail),
        ],
        D::SignedPkcs1 => &[("signature-algorithm", Fail), ("signature-parameters", NotApplicable)],
        D::SaltTwenty | D::PssSha384 | D::MaskHashDiffers => &[("signature-parameters", Fail)],
        D::CaPssSha256 | D::CaSignedPkcs1 => &[("authority-signature-parameters", Fail)],
        D::SignedSha1 => {
            &[("no-weak-digest", Fail), ("signature-algorithm", Fail), ("signature-parameters", NotApplicable)]
        }
        D::PssSha1 => &[("no-weak-digest", Fail), ("signature-parameters", Fail)],
        D::CaSignedSha1 => &[("no-weak-digest", Fail), ("authority-signature-parameters", Fail)],
        D::IssuerNameOther | D::IssuerOrganisationOther => &[("issuer-name", Fail)],
        // The root that the target adds carries the same mark, so the certificate belongs to it.
        D::UnitOfTestHierarchy | D::UnitAbsent => &[],
        D::OtherRoot => &[],
        D::SignatureCorrupt | D::CaSignatureCorrupt => &[("chain-signatures", Fail)],
        D::AuthorityKeyDiffers | D::AuthorityKeyMissing => &[("authority-key-identifier", Fail)],
        // RFC 5280 4.2.1.2 only recommends it for leaves, and no row asks for it.
        D::SubjectKeyMissing => &[],
        D::CaNotCa | D::CaNoKeyCertSign | D::CaNoPathLength | D::CaPathLengthOne => &[("issuing-authority", Fail)],
        D::Oces2Issuer => &[("issuer-name", Fail), ("issuer-unit", Fail), ("not-oces2", Fail)],
        D::Oces2Hierarchy => &[("issuer-name", Fail), ("not-oces2", Fail), ("environment", Fail)],
        D::SelfSigned => {
            &[("issuer-name", Fail), ("issuing-authority", Fail), ("authority-signature-parameters", NotTested)]
        }
        D::OtherHierarchy => &[("issuer-name", Fail)],
        D::QualifiedHierarchy => &[("issuer-name", Fail), ("not-qualified", Fail), ("environment", Fail)],
        D::Expired => &[("validity", Fail), ("remaining-life", Fail)],
        D::NotYetValid => &[("validity", Fail)],
        D::FiveYears => &[("lifetime", Fail), ("lifetime-maximum", Fail)],
        D::ExpiresSoon => &[("remaining-life", Fail)],
        D::OutlivesCa => &[("ends-before-issuer", Fail)],
        D::KeyEllipticCurve => {
            &[("key-algorithm", Inconclusive), ("public-exponent", NotApplicable), ("weak-key", NotApplicable)]
        }
        D::KeyShort => &[("key-size", Fail)],
        D::ExponentThree => &[("public-exponent", Fail)],
        D::KeyRoca => &[("weak-key", Fail)],
        D::BasicConstraintsMissing | D::BasicConstraintsNotCritical | D::BasicConstraintsCa => {
            &[("basic-constraints", Fail)]
        }
        // Without keyUsage the kind cannot be told.
        D::KeyUsageMissing => &[("key-usage", Fail), ("declared-kind", Fail)],
        D::KeyUsageNotCritical | D::NoDigitalSignature | D::NoKeyEncipherment | D::KeyCertSign | D::CrlSign => {
            &[("key-usage", Fail)]
        }
        D::NonRepudiation => &[("declared-kind", Fail)],
        D::ExtendedKeyUsage => &[("no-extended-key-usage", Fail)],
        D::NcpMissing => &[("etsi-policy", Fail)],
        D::OcesPolicyMissing => {
            &[("policy-oid", Fail), ("legal-entity-policy", Fail), ("policy-version", NotApplicable)]
        }
        D::OcesPolicyOfOces2 => &[
            ("policy-oid", Fail),
            ("legal-entity-policy", Fail),
            ("not-oces2", Fail),
            ("policy-version", NotApplicable),
        ],
        D::OcesPolicyOfEmployees => &[("policy-oid", Fail), ("legal-entity-policy", Fail), ("for-system", Fail)],
        D::OcesPolicyLookalike => &[("policy-oid", Fail), ("policy-version", NotApplicable)],
        D::OcesPolicyLaterVersion => &[("policy-version", Fail)],
        // No row forbids a third policy.
        D::PolicyExtra => &[],
        D::QcStatementsMissing | D::QcSemanticsNatural | D::QcAuthorityOther | D::QcCompliance => {
            &[("qc-statements", Fail)]
        }
        D::CountrySweden => &[("country", Fail)],
        D::OrganisationIdentifierMalformed | D::OrganisationIdentifierShort => {
            &[("organization-identifier", Fail), ("cvr", Inconclusive), ("test-organization", NotApplicable)]
        }
        D::OrganisationIdentifierMissing => &[
            ("organization-identifier", Fail),
            ("subject-order", Fail),
            ("cvr", Inconclusive),
            ("test-organization", NotApplicable),
        ],
        D::CvrOther => &[("cvr", Fail)],
        D::SerialNumberPrefix | D::SerialNumberNotUuid => &[("subject-serial-number", Fail)],
        D::SerialNumberMissing => &[("subject-serial-number", Fail), ("subject-order", Fail)],
        D::OrganisationEmpty | D::CommonNameEmpty => &[("subject-names", Fail)],
        D::RdnOrder | D::RdnMultiValued | D::RdnExtra => &[("subject-order", Fail)],
        D::AlternativeDns => &[("alternative-names", Fail)],
        // Without an OCSP URL there is no host to compare the CRL's with.
        D::AccessMissing | D::AccessNoOcsp => {
            &[("authority-information", Fail), ("crl-distribution-point", Inconclusive)]
        }
        D::AccessNoIssuers => &[("authority-information", Fail)],
        D::AccessHostOther | D::DistributionPointHostOther => {
            &[("crl-distribution-point", Fail), ("host-environment", Fail)]
        }
        D::DistributionPointMissing => &[("crl-distribution-point", Fail)],
        D::UrlsOfTestHierarchy => &[("host-environment", Fail)],
    };
    let no_path = matches!(
        defect,
        D::OuterAlgorithmDiffers
            | D::OtherRoot
            | D::SignatureCorrupt
            | D::CaSignatureCorrupt
            | D::CaNotCa
            | D::CaNoKeyCertSign
            | D::Oces2Hierarchy
            | D::SelfSigned
            | D::OtherHierarchy
            | D::QualifiedHierarchy
    );
    let other_authority = matches!(
        defect,
        D::OuterAlgorithmDiffers
            | D::IssuerNameOther
            | D::IssuerOrganisationOther
            | D::UnitOfTestHierarchy
            | D::UnitAbsent
            | D::OtherRoot
            | D::SignatureCorrupt
            | D::Oces2Issuer
            | D::Oces2Hierarchy
            | D::SelfSigned
            | D::OtherHierarchy
            | D::QualifiedHierarchy
    );
    // A later entry counts before an earlier one.
    [if no_path { &NO_PATH[..] } else { &[] }, if other_authority { &NO_ANSWER[..] } else { &[] }, one].concat()
}

/// Compares every verdict with a good certificate's, which pass all.
fn assert_verdicts(name: &str, subject: &CertificateSubject, deviations: &[(&str, Verdict)], otherwise: Verdict) {
    for (id, outcome) in judge(subject) {
        let wanted = deviations.iter().rev().find(|(other, _)| *other == id).map_or(otherwise, |(_, verdict)| *verdict);
        assert_eq!(outcome.verdict, wanted, "{name}, {id}: {outcome:?}");
    }
}

/// The anchor is the usual root, except where the defect is a mark that root and issuing CA share.
fn anchor<'a>(defect: Defect, pki: &'a ExamplePki, issued: &'a Issued) -> &'a [u8] {
    if matches!(defect, Defect::UnitAbsent | Defect::UnitOfTestHierarchy) { &issued.root } else { pki.root() }
}

#[test]
fn a_good_certificate_passes_every_check() {
    let pki = pki();
    for kind in [CertificateKind::System, CertificateKind::Organisation] {
        let leaf = match kind {
            CertificateKind::Organisation => Leaf::organisation("Fagsystem"),
            _ => Leaf::system("Fagsystem"),
        };
        let mut subject = complete(&pki, &pki.issue(&leaf).unwrap(), pki.root());
        subject.declared.kind = Some(kind);
        assert_verdicts(kind.name(), &subject, &[], Pass);
    }
}

#[test]
fn each_defect_turns_exactly_its_checks_red() {
    let pki = pki();
    let leaf = Leaf::system("Fagsystem");
    for defect in Defect::ALL {
        let issued = pki.issue_with(&leaf, &[*defect]).unwrap();
        let subject = complete(&pki, &issued, anchor(*defect, &pki, &issued));
        let otherwise = if *defect == Defect::CutShort { NotTested } else { Pass };
        assert_verdicts(&format!("{defect:?}"), &subject, &expected(*defect), otherwise);
    }
}

#[test]
fn an_employee_certificate_of_the_example_is_refused_for_systems() {
    let pki = pki();
    let mut subject = complete(&pki, &pki.issue(&Leaf::employee("Prøve Person")).unwrap(), pki.root());
    subject.declared.kind = Some(CertificateKind::Employee);
    let reds = [("for-system", Fail), ("legal-entity-policy", Fail), ("subject-serial-number", Fail)];
    assert_verdicts("employee", &subject, &reds, Pass);
    for (id, outcome) in judge(&subject) {
        assert!(!format!("{outcome:?}").contains("Person"), "{id} shows a person: {outcome:?}");
    }
}

#[test]
fn each_revocation_answer_proves_what_it_may() {
    let pki = pki();
    let issued = pki.issue(&Leaf::system("Fagsystem")).unwrap();
    let base = complete(&pki, &issued, pki.root());
    let ocsp = |kind| received(pki.ocsp(kind, &issued).unwrap());
    let crl = |kind| received(pki.crl(kind, &issued).unwrap());
    let unreachable =
        || RevocationAnswer { source: "x".to_owned(), answer: Answer::Unreachable { why: "time-out".to_owned() } };
    let verdicts = |ocsp: Vec<RevocationAnswer>, crl: Vec<RevocationAnswer>| {
        let revocation = Revocation { set_aside: false, ocsp, crl };
        let outcomes = judge(&CertificateSubject { revocation, ..base.clone() });
        ["ocsp", "crl", "revocation"].map(|id| outcomes[id].verdict)
    };
    for (kind, verdict) in [
        (Ocsp::Good, Pass),
        (Ocsp::Delegated, Pass),
        (Ocsp::Revoked, Fail),
        (Ocsp::Unknown, Inconclusive),
        (Ocsp::Stale, Inconclusive),
        (Ocsp::NotYetValid, Inconclusive),
        (Ocsp::Stranger, Inconclusive),
        (Ocsp::WrongKey, Inconclusive),
        (Ocsp::DelegatedWithoutPurpose, Inconclusive),
        (Ocsp::DelegatedExpired, Inconclusive),
        (Ocsp::OtherSerial, Inconclusive),
        (Ocsp::TryLater, Inconclusive),
    ] {
        assert_eq!(verdicts(vec![ocsp(kind)], vec![]), [verdict, NotTested, verdict], "{kind:?}");
    }
    for (kind, verdict) in [
        (Crl::Good, Pass),
        (Crl::Empty, Pass),
        // CRT-51 on a made-up list: the real CA's lists are not at hand.
        (Crl::ListsLeaf, Fail),
        (Crl::Stale, Inconclusive),
        (Crl::NotYetValid, Inconclusive),
        (Crl::WrongKey, Inconclusive),
        (Crl::WrongIssuer, Inconclusive),
        (Crl::Delta, Inconclusive),
        (Crl::Indirect, Inconclusive),
        (Crl::CaCertificatesOnly, Inconclusive),
        (Crl::UnknownCriticalExtension, Inconclusive),
    ] {
        assert_eq!(verdicts(vec![], vec![crl(kind)]), [NotTested, verdict, verdict], "{kind:?}");
    }
    // CRT-50: nothing that answered is no proof.
    assert_eq!(verdicts(vec![unreachable()], vec![unreachable()]), [Inconclusive; 3]);
    assert_eq!(verdicts(vec![unreachable()], vec![crl(Crl::Good)]), [Inconclusive, Pass, Pass]);
    assert_eq!(verdicts(vec![ocsp(Ocsp::Good)], vec![crl(Crl::ListsLeaf)]), [Pass, Fail, Fail], "revoked decides");
    assert_eq!(verdicts(vec![ocsp(Ocsp::Stale)], vec![crl(Crl::Stale)]), [Inconclusive; 3]);
    assert_eq!(verdicts(vec![], vec![]), [NotTested; 3]);
    let forbidden = || vec![RevocationAnswer { source: "x".to_owned(), answer: Answer::NotAllowed }];
    assert_eq!(verdicts(forbidden(), forbidden()), [NotTested; 3]);
    for junk in [&b""[..], b"junk", &[0x30, 0x80], issued.certificate.as_slice()] {
        assert_eq!(verdicts(vec![received(junk.to_vec())], vec![received(junk.to_vec())]), [Inconclusive; 3]);
    }
}

/// A certificate of nobody in particular, with a key of a kind that OCES3 has not.
fn self_made() -> Vec<u8> {
    use openssl::asn1::Asn1Time;
    let key = openssl::pkey::PKey::generate_ed25519().unwrap();
    let mut name = openssl::x509::X509Name::builder().unwrap();
    name.append_entry_by_text("CN", "self-made").unwrap();
    let name = name.build();
    let mut builder = openssl::x509::X509::builder().unwrap();
    builder.set_version(2).unwrap();
    builder.set_subject_name(&name).unwrap();
    builder.set_issuer_name(&name).unwrap();
    builder.set_pubkey(&key).unwrap();
    builder.set_not_before(&Asn1Time::from_unix(1_700_000_000).unwrap()).unwrap();
    builder.set_not_after(&Asn1Time::from_unix(1_800_000_000).unwrap()).unwrap();
    builder.sign(&key, openssl::hash::MessageDigest::null()).unwrap();
    builder.build().to_der().unwrap()
}

#[test]
fn every_check_turned_red_and_green_somewhere() {
    let pki = pki();
    let leaf = Leaf::system("Fagsystem");
    let good = pki.issue(&leaf).unwrap();
    let complete_good = complete(&pki, &good, pki.root());
    let own = kravprobe::pki::Certificate::read(&good.certificate).unwrap();
    let mut subjects = vec![complete_good.clone(), subject(self_made(), Environment::Production, AT)];
    for defect in Defect::ALL {
        let issued = pki.issue_with(&leaf, &[*defect]).unwrap();
        subjects.push(complete(&pki, &issued, anchor(*defect, &pki, &issued)));
    }
    // A fictitious organisation in production.
    subjects.push(CertificateSubject { environment: Environment::Production, ..complete_good.clone() });
    let mut revoked = complete_good.clone();
    revoked.revocation.ocsp = vec![received(pki.ocsp(Ocsp::Revoked, &good).unwrap())];
    revoked.revocation.crl = vec![received(pki.crl(Crl::ListsLeaf, &good).unwrap())];
    subjects.push(revoked);
    let mut shared = complete_good;
    shared.others = vec![OtherCertificate {
        name: "other".to_owned(),
        system: "other".to_owned(),
        environment: Environment::NemloginTest,
        role: CertificateRole::TlsServer,
        sha256: "aa".to_owned(),
        spki_sha256: own.spki_sha256,
    }];
    subjects.push(shared);

    let mut seen: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for subject in &subjects {
        for (id, outcome) in judge(subject) {
            seen.entry(id).or_default().insert(outcome.verdict.name());
        }
    }
    for (id, verdicts) in seen {
        assert!(verdicts.contains("fail"), "{id} never failed");
        assert!(verdicts.contains("pass"), "{id} never passed");
    }
}

#[test]
fn altered_revocation_answers_prove_nothing() {
    let pki = pki();
    let issued = pki.issue(&Leaf::system("Fagsystem")).unwrap();
    let base = complete(&pki, &issued, pki.root());
    let list = pki.crl(Crl::Good, &issued).unwrap();
    let response = pki.ocsp(Ocsp::Good, &issued).unwrap();
    // The header of CertificateList, then tbsCertList with its own header.
    let signed = 4 + 4 + usize::from(u16::from_be_bytes([list[6], list[7]]));
    for at in (0..list.len().max(response.len())).step_by(3) {
        let mut subject = base.clone();
        let flip = |bytes: &[u8]| {
            let mut altered = bytes.to_vec();
            if let Some(byte) = altered.get_mut(at) {
                *byte ^= 0x04;
            }
            vec![received(altered)]
        };
        subject.revocation.crl = flip(&list);
        subject.revocation.ocsp = flip(&response);
        let outcomes = judge(&subject);
        assert!(outcomes.values().all(|o| o.verdict != Verdict::Error));
        // A flipped bit in what is signed, or in the signature that ends both, is no proof. (Between them are the
        // parameters of the algorithm, of which OpenSSL ignores the form of an absent one.)
        if at < signed || (list.len() - 256..list.len()).contains(&at) {
            assert_eq!(outcomes["crl"].verdict, Inconclusive, "octet {at}: {:?}", outcomes["crl"]);
        }
        if (response.len() - 256..response.len()).contains(&at) {
            assert_eq!(outcomes["ocsp"].verdict, Inconclusive, "octet {at}: {:?}", outcomes["ocsp"]);
        }
    }
}
