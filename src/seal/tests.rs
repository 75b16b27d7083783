use super::*;
use crate::pki::certificate::Certificate;
use crate::report::v1::Assurance;
use crate::target::SecretReference;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use openssl::asn1::{Asn1Integer, Asn1Time};
use openssl::bn::BigNum;
use openssl::ec::{EcGroup, EcKey};
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkcs12::Pkcs12;
use openssl::pkey::{PKey, Private};
use openssl::rsa::Rsa;
use openssl::x509::extension::{BasicConstraints, KeyUsage};
use openssl::x509::{X509, X509Name};
use proptest::prelude::*;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

const PAYLOAD: &[u8] = br#"{"reportId":"urn:uuid:1","text":"R\u00f8d gr\u00f8d"}"#;

fn payload() -> Vec<u8> {
    let value: serde_json::Value = serde_json::from_slice(PAYLOAD).unwrap();
    crate::canonical::bytes(&value).unwrap()
}

fn at() -> Timestamp {
    "2026-11-20T10:00:00Z".parse().unwrap()
}

fn ec_key() -> PKey<Private> {
    ec_key_on(Nid::X9_62_PRIME256V1)
}

fn ec_key_on(curve: Nid) -> PKey<Private> {
    PKey::from_ec_key(EcKey::generate(&EcGroup::from_curve_name(curve).unwrap()).unwrap()).unwrap()
}

static RSA_KEY: LazyLock<PKey<Private>> = LazyLock::new(|| PKey::from_rsa(Rsa::generate(2048).unwrap()).unwrap());

struct Issue<'a> {
    subject: &'a str,
    from: &'a str,
    until: &'a str,
    ca: bool,
    policy: Option<&'a str>,
}

const LEAF: Issue<'static> = Issue {
    subject: "Eksempel Kommune",
    from: "20260101000000Z",
    until: "20280101000000Z",
    ca: false,
    policy: Some("1.2.208.169.1.1.1.3.7"),
};

fn issue(what: &Issue<'_>, key: &PKey<Private>, issuer: Option<(&X509, &PKey<Private>)>) -> X509 {
    let mut name = X509Name::builder().unwrap();
    name.append_entry_by_text("O", what.subject).unwrap();
    name.append_entry_by_text("CN", what.subject).unwrap();
    let name = name.build();
    let mut builder = X509::builder().unwrap();
    builder.set_version(2).unwrap();
    let mut serial = BigNum::new().unwrap();
    serial.rand(128, openssl::bn::MsbOption::MAYBE_ZERO, false).unwrap();
    builder.set_serial_number(&Asn1Integer::from_bn(&serial).unwrap()).unwrap();
    builder.set_subject_name(&name).unwrap();
    builder.set_issuer_name(issuer.map_or(&name, |(certificate, _)| certificate.subject_name())).unwrap();
    builder.set_pubkey(key).unwrap();
    builder.set_not_before(&Asn1Time::from_str(what.from).unwrap()).unwrap();
    builder.set_not_after(&Asn1Time::from_str(what.until).unwrap()).unwrap();
    if what.ca {
        builder.append_extension(BasicConstraints::new().critical().ca().build().unwrap()).unwrap();
        builder.append_extension(KeyUsage::new().critical().key_cert_sign().build().unwrap()).unwrap();
    } else {
        builder.append_extension(KeyUsage::new().critical().digital_signature().build().unwrap()).unwrap();
    }
    if let Some(policy) = what.policy {
        let components: Vec<u64> = policy.split('.').map(|n| n.parse().unwrap()).collect();
        let oid = yasna::models::ObjectIdentifier::from_slice(&components);
        let der = yasna::construct_der(|w| {
            w.write_sequence(|w| w.next().write_sequence(|w| w.next().write_oid(&oid)));
        });
        let value = openssl::asn1::Asn1OctetString::new_from_bytes(&der).unwrap();
        let kind = openssl::asn1::Asn1Object::from_str("2.5.29.32").unwrap();
        let extension = openssl::x509::X509Extension::new_from_der(&kind, false, &value).unwrap();
        builder.append_extension(extension).unwrap();
    }
    builder.sign(issuer.map_or(key, |(_, key)| key), MessageDigest::sha256()).unwrap();
    builder.build()
}

struct Pki {
    root: X509,
    issuing: X509,
    issuing_key: PKey<Private>,
}

static PKI: LazyLock<Pki> = LazyLock::new(|| {
    let root_key = ec_key();
    let ca = Issue { subject: "Eksempel rod", ca: true, policy: None, ..LEAF };
    let root = issue(&ca, &root_key, None);
    let issuing_key = ec_key();
    let issuing = issue(&Issue { subject: "Eksempel udsteder", ..ca }, &issuing_key, Some((&root, &root_key)));
    Pki { root, issuing, issuing_key }
});

impl Pki {
    fn trust() -> Trust {
        Trust::from_der([PKI.root.to_der().unwrap().as_slice()])
    }

    fn production() -> Trust {
        Self::trust().taken_for_production()
    }

    fn leaf(what: &Issue<'_>, key: &PKey<Private>) -> X509 {
        issue(what, key, Some((&PKI.issuing, &PKI.issuing_key)))
    }
}

struct Files {
    folder: tempfile::TempDir,
}

impl Files {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    fn write(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }

    fn pem(&self, key: &PKey<Private>, certificates: &[&X509]) -> KeySource {
        let pem: Vec<u8> = certificates.iter().flat_map(|c| c.to_pem().unwrap()).collect();
        KeySource::Pem {
            key: self.write("key.pem", &key.private_key_to_pem_pkcs8().unwrap()),
            certificates: self.write("certificates.pem", &pem),
            password: None,
        }
    }

    fn secret(&self, text: &str) -> SecretReference {
        SecretReference { file: Some(self.write("password", text.as_bytes())), env: None }
    }

    fn pkcs12(&self, key: &PKey<Private>, leaf: &X509, password: &str) -> PathBuf {
        let mut ca = openssl::stack::Stack::new().unwrap();
        ca.push(PKI.issuing.clone()).unwrap();
        let archive = Pkcs12::builder().name("seal").pkey(key).cert(leaf).ca(ca).build2(password).unwrap();
        self.write("key.p12", &archive.to_der().unwrap())
    }
}

fn load(source: &KeySource, trust: &Trust, allow_example: bool) -> Result<SealingKey, SealError> {
    SealingKey::load(source, Path::new("/"), None, SealingPolicy { at: at(), trust, allow_example })
}

fn sealing_key(key: &PKey<Private>, algorithm: Algorithm) -> SealingKey {
    let leaf = Pki::leaf(&LEAF, key);
    let files = Files::new();
    let source = files.pem(key, &[&leaf, &PKI.issuing]);
    let policy = SealingPolicy { at: at(), trust: &Pki::production(), allow_example: false };
    SealingKey::load(&source, Path::new("/"), Some(algorithm), policy).unwrap()
}

fn each_key() -> Vec<(Algorithm, PKey<Private>)> {
    vec![(Algorithm::Rs256, RSA_KEY.clone()), (Algorithm::Ps256, RSA_KEY.clone()), (Algorithm::Es256, ec_key())]
}

fn proof(verification: &Verification, id: &str) -> Proof {
    verification.statements.iter().find(|s| s.id == id).unwrap().proof
}

#[test]
fn a_sealed_report_verifies_and_says_what_it_does_not_prove() {
    for (algorithm, key) in each_key() {
        let key = sealing_key(&key, algorithm);
        let described = key.describe();
        assert_eq!(described.assurance, Assurance::AdvancedOces);
        assert_eq!(described.algorithm.as_deref(), Some(algorithm.name()));
        let sealed = seal(&payload(), &key, at()).unwrap();
        let verification = verify(&sealed, &Pki::trust(), None).unwrap();
        assert!(verification.holds(), "{:?}", verification.statements);
        assert_eq!(verification.payload, payload());
        assert_eq!(verification.iat, at());
        assert_eq!(Some(&verification.certificate_sha256), described.certificate_sha256.as_ref());
        assert_eq!(proof(&verification, "seal-time"), Proof::NotProven);
        assert_eq!(proof(&verification, "seal-revocation"), Proof::NotProven);
        let path = verification.statements.iter().find(|s| s.id == "seal-path").unwrap();
        assert!(path.text.da.contains("Eksempel Kommune") && path.text.en.contains("the sealer's own time"));
    }
}

#[test]
fn the_header_holds_exactly_the_six_members() {
    let sealed = seal(&payload(), &sealing_key(&RSA_KEY, Algorithm::Ps256), at()).unwrap();
    let jws: serde_json::Value = serde_json::from_slice(&sealed).unwrap();
    let members: Vec<_> = jws.as_object().unwrap().keys().cloned().collect();
    assert_eq!(members, ["payload", "protected", "signature"]);
    let header = URL_SAFE_NO_PAD.decode(jws["protected"].as_str().unwrap()).unwrap();
    let header: serde_json::Value = serde_json::from_slice(&header).unwrap();
    let members: Vec<_> = header.as_object().unwrap().keys().cloned().collect();
    assert_eq!(members, ["alg", "cty", "iat", "typ", "x5c", "x5t#S256"]);
    assert_eq!(header["iat"], at().as_second());
    assert_eq!(header["x5c"].as_array().unwrap().len(), 2, "leaf and issuing CA, not the root");
}

#[test]
fn another_root_or_another_time_refutes_the_path_alone() {
    let sealed = seal(&payload(), &sealing_key(&ec_key(), Algorithm::Es256), at()).unwrap();
    let key = ec_key();
    let stranger = issue(&Issue { subject: "Eksempel rod", ca: true, policy: None, ..LEAF }, &key, None);
    let refuted = |verification: &Verification| -> Vec<&'static str> {
        verification.statements.iter().filter(|s| s.proof == Proof::Refuted).map(|s| s.id).collect()
    };
    let other = verify(&sealed, &Trust::from_der([stranger.to_der().unwrap().as_slice()]), None).unwrap();
    assert_eq!(refuted(&other), ["seal-path"], "a root of the same name with another key");
    let late = verify(&sealed, &Pki::trust(), Some("2029-01-01T00:00:00Z".parse().unwrap())).unwrap();
    assert_eq!(refuted(&late), ["seal-path"]);
    let nobody = verify(&sealed, &Trust::from_der([]), None).unwrap();
    assert_eq!(refuted(&nobody), ["seal-path"]);
}

#[test]
fn every_flipped_bit_of_the_sealed_file_is_found() {
    let sealed = seal(&payload(), &sealing_key(&ec_key(), Algorithm::Es256), at()).unwrap();
    let trust = Pki::trust();
    assert!(verify(&sealed, &trust, None).unwrap().holds());
    for place in 0..sealed.len() {
        for bit in [0, 1, 5, 7] {
            let mut changed = sealed.clone();
            changed[place] ^= 1 << bit;
            let found = verify(&changed, &trust, None).map_or(true, |verification| !verification.holds());
            assert!(found, "byte {place} bit {bit}: {}", String::from_utf8_lossy(&changed));
        }
        let mut shorter = sealed.clone();
        shorter.remove(place);
        assert!(verify(&shorter, &trust, None).map_or(true, |v| !v.holds()), "byte {place} removed");
        let mut longer = sealed.clone();
        longer.insert(place, b' ');
        assert!(verify(&longer, &trust, None).map_or(true, |v| !v.holds()), "space before byte {place}");
    }
    for tail in [" ", "\n", "\0", "{}"] {
        assert!(verify(&[sealed.as_slice(), tail.as_bytes()].concat(), &trust, None).is_err());
    }
}

/// Seals any header with the key, as a forger with a key of his own could.
fn forge(header: &str, payload: &str, key: &PKey<Private>) -> Vec<u8> {
    let protected = URL_SAFE_NO_PAD.encode(header);
    let payload = URL_SAFE_NO_PAD.encode(payload);
    let mut signer = openssl::sign::Signer::new(MessageDigest::sha256(), key).unwrap();
    let der = signer.sign_oneshot_to_vec(format!("{protected}.{payload}").as_bytes()).unwrap();
    let parts = openssl::ecdsa::EcdsaSig::from_der(&der).unwrap();
    let raw = [parts.r().to_vec_padded(32).unwrap(), parts.s().to_vec_padded(32).unwrap()].concat();
    let signature = URL_SAFE_NO_PAD.encode(raw);
    format!(r#"{{"payload":"{payload}","protected":"{protected}","signature":"{signature}"}}"#).into_bytes()
}

#[test]
fn a_reader_takes_only_the_one_form() {
    let key = ec_key();
    let leaf = Pki::leaf(&LEAF, &key).to_der().unwrap();
    let x5c = base64::engine::general_purpose::STANDARD.encode(&leaf);
    let x5t = URL_SAFE_NO_PAD.encode(crate::digest::sha256(&leaf));
    let header = format!(
        r#"{{"alg":"ES256","cty":"json","iat":1795000000,"typ":"jose+json","x5c":["{x5c}"],"x5t#S256":"{x5t}"}}"#
    );
    let good = forge(&header, r#"{"a":1}"#, &key);
    let read = |bytes: &[u8]| verify(bytes, &Pki::trust(), None);
    assert_eq!(proof(&read(&good).unwrap(), "seal-signature"), Proof::Proven);
    let bad_headers = [
        header.replace("ES256", "none"),
        header.replace("ES256", "HS256"),
        header.replace("ES256", "ES384"),
        header.replace("ES256", "PS256"),
        header.replace(r#""cty""#, r#""crit":["b64"],"cty""#),
        header.replace(r#","typ""#, r#","sigT":"2026-01-01T00:00:00Z","typ""#),
        header.replace("1795000000", "1795000000.5"),
        header.replace("1795000000", r#""1795000000""#),
        header.replace("1795000000", "-99999999999999"),
        header.replace(r#""alg":"ES256""#, r#""alg":"ES256","alg":"ES256""#),
        header.replace(r#""cty":"json""#, r#""cty":"text""#),
        header.replace("jose+json", "JWT"),
        header.replace(r#","typ""#, r#", "typ""#),
        header.replace(&format!(r#"["{x5c}"]"#), "[]"),
        header.replace(&format!(r#"["{x5c}"]"#), &format!(r#"["{x5c}","{x5c}","{x5c}"]"#)),
        header.replace(&x5c, "AAAA"),
    ];
    for bad in bad_headers {
        assert_ne!(bad, header);
        assert!(matches!(read(&forge(&bad, r#"{"a":1}"#, &key)), Err(SealError::Malformed(_))), "{bad}");
    }
    for bad in [r#"{"a": 1}"#, r#"{"a":1,"a":1}"#, r#"{"b":1,"a":1}"#, "", "x"] {
        assert!(matches!(read(&forge(&header, bad, &key)), Err(SealError::Malformed(_))), "{bad}");
    }
    // Right form, wrong facts.
    let other = URL_SAFE_NO_PAD.encode([7; 32]);
    assert_eq!(
        proof(&read(&forge(&header.replace(&x5t, &other), r#"{"a":1}"#, &key)).unwrap(), "seal-certificate"),
        Proof::Refuted
    );
    assert_eq!(proof(&read(&forge(&header, r#"{"a":1}"#, &ec_key())).unwrap(), "seal-signature"), Proof::Refuted);
    let late = header.replace("1795000000", "1995000000");
    let verification = read(&forge(&late, r#"{"a":1}"#, &key)).unwrap();
    assert_eq!(proof(&verification, "seal-validity"), Proof::Refuted);
    assert_eq!(proof(&verification, "seal-path"), Proof::Refuted);
    // General JWS syntax and an unprotected header.
    let text = String::from_utf8(good).unwrap();
    for bad in [text.replace('}', r#","header":{}}"#), text.replace(r#""payload""#, r#""payload":"","payload""#)] {
        assert!(read(bad.as_bytes()).is_err());
    }
    // ECDSA values of a length that JWS does not know.
    assert!(!super::jades::verifies(Algorithm::Es256, &key, b"x", &[0; 63]));
    assert!(!super::jades::verifies(Algorithm::Es256, &key, b"x", &[0; 64]));
}

#[test]
fn unfit_keys_are_refused_each_for_its_reason() {
    let files = Files::new();
    let key = ec_key();
    let production = Pki::production();
    let refused = |source: &KeySource| load(source, &production, false).unwrap_err();
    let leaf = |what: Issue<'_>| Pki::leaf(&what, &key);

    let expired = leaf(Issue { until: "20261119000000Z", ..LEAF });
    let source = files.pem(&key, &[&expired, &PKI.issuing]);
    assert!(matches!(refused(&source), SealError::Expired(_)));
    let early = leaf(Issue { from: "20270101000000Z", ..LEAF });
    let source = files.pem(&key, &[&early, &PKI.issuing]);
    assert!(matches!(refused(&source), SealError::NotYetValid(_)));
    let own = issue(&LEAF, &key, None);
    let source = files.pem(&key, &[&own]);
    assert!(matches!(refused(&source), SealError::SelfSigned));
    let source = files.pem(&key, &[&leaf(LEAF)]);
    assert!(matches!(refused(&source), SealError::Untrusted), "the issuing CA is missing");
    let employee = leaf(Issue { policy: Some("1.2.208.169.1.1.1.2.7"), ..LEAF });
    let source = files.pem(&key, &[&employee, &PKI.issuing]);
    assert!(matches!(refused(&source), SealError::NotOfAnOrganisation));
    let source = files.pem(&key, &[&leaf(LEAF), &PKI.issuing]);
    assert!(
        matches!(load(&source, &Pki::trust(), false), Err(SealError::Untrusted)),
        "a root that is not production's"
    );
    assert!(matches!(load(&source, &Trust::from_der([]), false), Err(SealError::Untrusted)));

    let source = files.pem(&ec_key(), &[&leaf(LEAF), &PKI.issuing]);
    assert!(matches!(refused(&source), SealError::KeyMismatch));
    let source = files.pem(&key, &[]);
    assert!(matches!(refused(&source), SealError::File { .. }), "an empty certificate file");
    let source = KeySource::Pem {
        key: files.write("c.pem", &leaf(LEAF).to_pem().unwrap()),
        certificates: files.write("d.pem", &leaf(LEAF).to_pem().unwrap()),
        password: None,
    };
    assert!(matches!(refused(&source), SealError::NoKey(_)));
    let source = KeySource::Pem {
        key: files.write("k.pem", &key.private_key_to_pem_pkcs8().unwrap()),
        certificates: files.write("j.pem", b"junk"),
        password: None,
    };
    assert!(matches!(refused(&source), SealError::File { .. }));
    let bare = Pkcs12::builder().pkey(&key).build2("x").unwrap().to_der().unwrap();
    let source = KeySource::Pkcs12 { file: files.write("bare.p12", &bare), password: Some(files.secret("x")) };
    assert!(matches!(refused(&source), SealError::NoCertificate(_)));

    for unsupported in [
        PKey::from_rsa(Rsa::generate(1024).unwrap()).unwrap(),
        ec_key_on(Nid::SECP384R1),
        ec_key_on(Nid::SECP256K1),
        PKey::generate_ed25519().unwrap(),
    ] {
        let certificate = issue_for(&unsupported);
        let source = files.pem(&unsupported, &[&certificate, &PKI.issuing]);
        assert!(matches!(load(&source, &production, true), Err(SealError::UnsupportedKey(_))));
    }
    let source = files.pem(&key, &[&leaf(LEAF), &PKI.issuing]);
    let policy = SealingPolicy { at: at(), trust: &production, allow_example: true };
    assert!(matches!(
        SealingKey::load(&source, Path::new("/"), Some(Algorithm::Ps256), policy),
        Err(SealError::AlgorithmOfOtherKey { .. })
    ));
}

fn issue_for(key: &PKey<Private>) -> X509 {
    Pki::leaf(&LEAF, key)
}

#[test]
fn an_example_seal_must_be_allowed_and_says_so() {
    let files = Files::new();
    let key = ec_key();
    for certificate in
        [issue(&LEAF, &key, None), Pki::leaf(&Issue { until: "20261119000000Z", ..LEAF }, &key), Pki::leaf(&LEAF, &key)]
    {
        let source = files.pem(&key, &[&certificate, &PKI.issuing]);
        let trust = Pki::trust();
        assert!(load(&source, &trust, false).is_err());
        let allowed = load(&source, &trust, true).unwrap();
        assert_eq!(allowed.describe().assurance, Assurance::Example);
        let sealed = seal(&payload(), &allowed, at()).unwrap();
        assert_eq!(proof(&verify(&sealed, &trust, None).unwrap(), "seal-signature"), Proof::Proven);
    }
    // Permission alone does not make a real seal an example.
    let source = files.pem(&key, &[&Pki::leaf(&LEAF, &key), &PKI.issuing]);
    let real = load(&source, &Pki::production(), true).unwrap();
    assert_eq!(real.describe().assurance, Assurance::AdvancedOces);
}

#[test]
fn passwords_come_by_reference_and_never_out() {
    const PASSWORD: &str = "kornblomst-7";
    let files = Files::new();
    let key = ec_key();
    let leaf = Pki::leaf(&LEAF, &key);
    let production = Pki::production();
    let file = files.pkcs12(&key, &leaf, PASSWORD);
    let pkcs12 = |password| KeySource::Pkcs12 { file: file.clone(), password };
    let cipher = openssl::symm::Cipher::aes_256_cbc();
    let encrypted =
        files.write("e.pem", &key.private_key_to_pem_pkcs8_passphrase(cipher, PASSWORD.as_bytes()).unwrap());
    let pem = files.write("chain.pem", &[leaf.to_pem().unwrap(), PKI.issuing.to_pem().unwrap()].concat());
    let pem = |password| KeySource::Pem { key: encrypted.clone(), certificates: pem.clone(), password };
    let sources: [&dyn Fn(Option<SecretReference>) -> KeySource; 2] = [&pkcs12, &pem];
    for source in sources {
        let loaded = load(&source(Some(files.secret(&format!("{PASSWORD}\n")))), &production, false).unwrap();
        assert_eq!(loaded.chain.len(), 2);
        assert!(!format!("{loaded:?}").contains(PASSWORD));
        let missing = load(&source(None), &production, false).unwrap_err();
        assert!(matches!(missing, SealError::PasswordMissing(_)), "{missing}");
        let wrong = load(&source(Some(files.secret("rosenknop-9"))), &production, false).unwrap_err();
        assert!(matches!(wrong, SealError::PasswordWrong(_)), "{wrong}");
        assert!(!wrong.to_string().contains("rosenknop"));
        let unset = SecretReference { file: None, env: Some("KRAVPROBE_TEST_UNSET".to_owned()) };
        assert!(
            load(&source(Some(unset)), &production, false).unwrap_err().to_string().contains("KRAVPROBE_TEST_UNSET")
        );
        let nowhere = SecretReference { file: Some("/nonexistent".into()), env: None };
        assert!(matches!(load(&source(Some(nowhere)), &production, false), Err(SealError::File { .. })));
    }
    let junk = KeySource::Pkcs12 { file: files.write("junk.p12", b"junk"), password: None };
    assert!(matches!(load(&junk, &production, false), Err(SealError::File { .. })));
    let gone = KeySource::Pkcs12 { file: "/nonexistent.p12".into(), password: None };
    assert!(matches!(load(&gone, &production, false), Err(SealError::File { .. })));
}

/// Independent oracles: three JWS libraries and the openssl program.
#[test]
fn independent_implementations_accept_the_seal_and_refuse_a_changed_one() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let python = root.join(".venv/bin/python");
    assert!(python.exists(), "tests/requirements.txt is not installed in .venv; run `make test` once");
    let oracle = |file: &Path, key: &Path, algorithm: Algorithm| -> Vec<String> {
        let output = Command::new(&python)
            .arg(root.join("tests/oracles/verify_jws.py"))
            .args([file, key])
            .arg(algorithm.name())
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect()
    };
    for (algorithm, private) in each_key() {
        let files = Files::new();
        let sealed = seal(&payload(), &sealing_key(&private, algorithm), at()).unwrap();
        let public = files.write("public.pem", &private.public_key_to_pem().unwrap());
        let good = files.write("good.json", &sealed);
        let accepted = oracle(&good, &public, algorithm);
        assert_eq!(accepted, ["jwcrypto accepted", "joserfc accepted", "PyJWT accepted"], "{algorithm:?}");

        let jws: serde_json::Value = serde_json::from_slice(&sealed).unwrap();
        let part = |name: &str| jws[name].as_str().unwrap().to_owned();
        let input = files.write("input", format!("{}.{}", part("protected"), part("payload")).as_bytes());
        let mut raw = URL_SAFE_NO_PAD.decode(part("signature")).unwrap();
        if algorithm == Algorithm::Es256 {
            let number = |bytes| BigNum::from_slice(bytes).unwrap();
            let parts =
                openssl::ecdsa::EcdsaSig::from_private_components(number(&raw[..32]), number(&raw[32..])).unwrap();
            raw = parts.to_der().unwrap();
        }
        let signature = files.write("signature", &raw);
        let openssl = |input: &Path| {
            let mut command = Command::new("openssl");
            command.args(["dgst", "-sha256"]);
            if algorithm == Algorithm::Ps256 {
                command.args(["-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:32"]);
            }
            command.arg("-verify").arg(&public).arg("-signature").arg(&signature).arg(input);
            command.output().expect("the openssl program is needed; run `make test` once").status.success()
        };
        assert!(openssl(&input), "{algorithm:?}");

        let mut other = jws.clone();
        other["payload"] = URL_SAFE_NO_PAD.encode(br#"{"decision":"accepted"}"#).into();
        let bad = files.write("bad.json", &serde_json::to_vec(&other).unwrap());
        for line in oracle(&bad, &public, algorithm) {
            assert!(line.contains("refused"), "{algorithm:?}: {line}");
        }
        let changed = format!("{}.{}", part("protected"), other["payload"].as_str().unwrap());
        assert!(!openssl(&files.write("changed", changed.as_bytes())));
        let verification = verify(&serde_json::to_vec(&other).unwrap(), &Pki::trust(), None).unwrap();
        assert_eq!(proof(&verification, "seal-signature"), Proof::Refuted);
    }
}

/// The program's path judgement against `openssl verify`.
#[test]
fn paths_agree_with_the_openssl_program() {
    let files = Files::new();
    let key = ec_key();
    let root = files.write("root.pem", &PKI.root.to_pem().unwrap());
    let issuing = files.write("issuing.pem", &PKI.issuing.to_pem().unwrap());
    let stranger_key = ec_key();
    let stranger = issue(&Issue { subject: "Eksempel udsteder", ..LEAF }, &stranger_key, None);
    for (leaf, expected) in [
        (Pki::leaf(&LEAF, &key), true),
        (Pki::leaf(&Issue { until: "20261119000000Z", ..LEAF }, &key), false),
        (issue(&LEAF, &key, None), false),
        (issue(&LEAF, &key, Some((&stranger, &stranger_key))), false),
    ] {
        let file = files.write("leaf.pem", &leaf.to_pem().unwrap());
        let output = Command::new("openssl")
            .args(["verify", "-attime", &at().as_second().to_string(), "-CAfile"])
            .args([&root, Path::new("-untrusted"), &issuing, &file])
            .output()
            .unwrap();
        assert_eq!(output.status.success(), expected);
        let chain = [leaf, PKI.issuing.clone()].map(|c| Certificate::read(&c.to_der().unwrap()).unwrap());
        assert_eq!(Pki::trust().is_reached(&chain, at()), expected);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn the_reader_never_panics_on_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        prop_assert!(verify(&bytes, &Trust::from_der([]), None).is_err());
    }

    #[test]
    fn the_reader_never_panics_on_almost_seals(
        header in r#"\{("alg":"(ES256|RS256|none)",?|"cty":"json",?|"iat":-?[0-9]{1,20},?|"typ":"jose\+json",?|"x5c":\["[A-Za-z0-9+/=]{0,40}"\],?|"x5t#S256":"x",?){0,7}\}"#,
        payload in r#"[\{\}"a:1,]{0,12}"#,
        signature in "[A-Za-z0-9_=-]{0,90}",
    ) {
        let (protected, payload) = (URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(payload));
        let file = format!(r#"{{"payload":"{payload}","protected":"{protected}","signature":"{signature}"}}"#);
        prop_assert!(verify(file.as_bytes(), &Trust::from_der([]), None).is_err());
    }

    #[test]
    fn key_files_never_panic(bytes in proptest::collection::vec(any::<u8>(), 1..300)) {
        let files = Files::new();
        let file = files.write("f", &bytes);
        let trust = Trust::from_der([]);
        let pkcs12 = KeySource::Pkcs12 { file: file.clone(), password: None };
        prop_assert!(load(&pkcs12, &trust, true).is_err());
        let pem = KeySource::Pem { key: file.clone(), certificates: file, password: None };
        prop_assert!(load(&pem, &trust, true).is_err());
    }
}

/// Real certificates with RSASSA-PSS links.
#[test]
fn real_chains_reach_the_production_root_alone_when_they_are_of_production() {
    for (file, expected) in [
        ("production/system-KLA-EXTTEST-Klassifikation-1-17745a3d.pem", true),
        ("production/system-NemLog-in-IdP-fef7532a.pem", true),
        ("test/organisation-LucaPacioli-ApS-Organisation-Integrationstest-O1-3c62dc6e.pem", false),
        ("oces2/test-ekstern-adgangsstyring-FOCES2.cer", false),
    ] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/certificates").join(file);
        let ders = crate::pki::input::read_certificates(&std::fs::read(path).unwrap(), None).unwrap();
        let chain: Vec<_> = ders.iter().map(|der| Certificate::read(der).unwrap()).collect();
        let middle = chain[0].not_before + jiff::SignedDuration::from_hours(24);
        assert_eq!(Trust::production().is_reached(&chain, middle), expected, "{file}");
        let after = chain[0].not_after + jiff::SignedDuration::from_hours(1);
        assert!(!Trust::production().is_reached(&chain, after), "{file}");
    }
}

#[test]
fn an_advanced_seal_states_when_it_was_made_whatever_instant_is_judged() {
    let earlier = at() - jiff::SignedDuration::from_hours(24 * 365);
    assert_eq!(sealing_key(&ec_key(), Algorithm::Es256).sealing_time(earlier), at());
    let key = ec_key();
    let leaf = Pki::leaf(&LEAF, &key);
    let example = load(&Files::new().pem(&key, &[&leaf]), &Trust::production(), true).unwrap();
    assert_eq!(example.sealing_time(earlier), earlier);
}
