//! Messages of the emulated identity provider, made and read, against independent tools.

use crate::support::python;
use kravprobe::fki::login::{Order, Person, Recipient, Response, Shape};
use kravprobe::fki::logout::{LogoutOrder, LogoutSigner};
use kravprobe::fki::{FkiError, IdentityProvider, Style};
use kravprobe::saml::encryption::{EncryptionProblem, decrypt, decrypt_element, encrypt};
use kravprobe::saml::privileges::{Constraint, Namespace, PrivilegeGroup, PrivilegeList, PrivilegeProblem};
use kravprobe::saml::protocol::{self, ProtocolProblem};
use kravprobe::saml::redirect::{self, Parameter, RedirectProblem};
use kravprobe::saml::signature::{SignatureProblem, verify_child};
use kravprobe::saml::{ns, schema, xml};
use kravprobe::target::saml::{AttributeProfile, LevelOfAssurance, NameIdKind, Role};
use kravprobe::trial::{ContentEncryption, Encryption, KeyTransport, Mutation, RecipientKeyInfo, Signer, Wrapping};
use openssl::asn1::Asn1Time;
use openssl::hash::MessageDigest;
use openssl::pkey::{PKey, Private};
use openssl::rsa::Rsa;
use openssl::x509::{X509, X509NameBuilder};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::LazyLock;
use tempfile::TempDir;
use uppsala::{Document, NodeId};
use url::Url;

const ACS: &str = "https://fagsystem.example/saml/acs";
const SYSTEM: &str = "https://saml.fagsystem.example";
const CANARY: &str = "https://fagsystem.example/attribute/canary";

/// An identity provider with two keys, in its folder, and a system's key.
struct World {
    folder: TempDir,
    provider: IdentityProvider,
    key: PKey<Private>,
    certificate: Vec<u8>,
}

static WORLD: LazyLock<World> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    let file = IdentityProvider::create(folder.path(), Style::ContextHandler, 2, kravprobe::clock::now()).unwrap();
    let (key, certificate) = system_key();
    let world = World { provider: IdentityProvider::load(&file).unwrap(), folder, key, certificate };
    world.write("sp.key", &world.key.private_key_to_pem_pkcs8().unwrap());
    world.write("sp.crt", &X509::from_der(&world.certificate).unwrap().to_pem().unwrap());
    for (index, key) in world.provider.keys.iter().enumerate() {
        let pem = X509::from_der(&key.certificate).unwrap().to_pem().unwrap();
        world.write(&format!("trusted-{index}.crt"), &pem);
    }
    world.write("idp.xml", world.provider.metadata(kravprobe::clock::now()).unwrap().as_bytes());
    world
});

impl World {
    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, bytes: &[u8]) -> PathBuf {
        std::fs::write(self.path(name), bytes).unwrap();
        self.path(name)
    }

    fn trusted(&self) -> Vec<Vec<u8>> {
        self.provider.keys.iter().map(|k| k.certificate.clone()).collect()
    }

    fn respond(&self, shape: Shape, mutations: &[Mutation]) -> Result<Response, FkiError> {
        self.provider.response(&Order {
            to: Recipient { entity_id: SYSTEM, acs: ACS, encryption_certificate: Some(&self.certificate) },
            in_response_to: Some("_request-1"),
            person: &person(),
            forged: Some(&forged()),
            shape,
            mutations,
            at: kravprobe::clock::now(),
        })
    }

    fn good(&self, mutations: &[Mutation]) -> Response {
        self.respond(SHAPE, mutations).unwrap()
    }
}

fn system_key() -> (PKey<Private>, Vec<u8>) {
    let key = PKey::from_rsa(Rsa::generate(2048).unwrap()).unwrap();
    let mut name = X509NameBuilder::new().unwrap();
    name.append_entry_by_text("C", "DK").unwrap();
    name.append_entry_by_text("O", "Eksempel, A/S").unwrap();
    name.append_entry_by_text("CN", "kravprobe example").unwrap();
    let name = name.build();
    let mut builder = X509::builder().unwrap();
    builder.set_version(2).unwrap();
    builder.set_subject_name(&name).unwrap();
    builder.set_issuer_name(&name).unwrap();
    builder.set_pubkey(&key).unwrap();
    builder.set_not_before(&Asn1Time::from_unix(0).unwrap()).unwrap();
    builder.set_not_after(&Asn1Time::from_str("20991231235959Z").unwrap()).unwrap();
    builder.sign(&key, MessageDigest::sha256()).unwrap();
    (key, builder.build().to_der().unwrap())
}

const SHAPE: Shape = Shape {
    attributes: AttributeProfile::Oiosaml3,
    name_id: NameIdKind::X509SubjectName,
    encrypted: false,
    minimum_level: Some(LevelOfAssurance::Substantial),
};

fn person() -> Person {
    let role = Role {
        uri: "http://fagsystem.example/roles/usersystemrole/sagsbehandler/1".to_owned(),
        cvr: None,
        constraint: BTreeMap::from([(
            "http://sts.kombit.dk/constraints/KLE/1".to_owned(),
            vec!["25.*".to_owned(), "27.36.00".to_owned()],
        )]),
    };
    Person {
        common_name: "Åse & <Ørn>".to_owned(),
        serial: "11111111-1111-4111-8111-111111111111".to_owned(),
        cvr: "11111111".to_owned(),
        organisation: "Korsbæk \"Kommune\"".to_owned(),
        email: Some("aase@korsbaek.example".to_owned()),
        level: LevelOfAssurance::Substantial,
        name_id: None,
        roles: vec![role],
        attributes: BTreeMap::from([(CANARY.to_owned(), "kanariefugl'1".to_owned())]),
    }
}

fn forged() -> Person {
    Person {
        common_name: "Forfalsket Bruger".to_owned(),
        serial: "99999999-9999-4999-8999-999999999999".to_owned(),
        attributes: BTreeMap::from([(CANARY.to_owned(), "forfalsket".to_owned())]),
        ..person()
    }
}

fn tool(program: &str, arguments: &[&str]) -> Output {
    let output = Command::new(program).args(arguments).output();
    output.unwrap_or_else(|error| panic!("{program}: {error}; the packages are in the Makefile"))
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn file(xml: &str) -> tempfile::NamedTempFile {
    let file = tempfile::NamedTempFile::with_suffix(".xml").unwrap();
    std::fs::write(file.path(), xml).unwrap();
    file
}

fn oracle(arguments: &[&str]) -> String {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/oracles/saml_peer.py");
    python(&[&[script], arguments].concat()).trim_end().to_owned()
}

/// What xmlsec1 says of the first signature, with this certificate's key.
fn xmlsec1_verifies(xml: &str, certificate: &Path) -> bool {
    let file = file(xml);
    let mut arguments = vec!["--verify", "--pubkey-cert-pem", text(certificate)];
    let ids = [
        format!("{}:Response", ns::PROTOCOL),
        format!("{}:Assertion", ns::ASSERTION),
        format!("{}:EntityDescriptor", ns::METADATA),
    ];
    for id in &ids {
        arguments.extend(["--id-attr:ID", id]);
    }
    arguments.push(text(file.path()));
    tool("xmlsec1", &arguments).status.success()
}

/// A careful service provider, as far as signatures go: one Assertion, a child of the Response, signed itself or by the
/// Response, and read from the very element that was verified. Gives NameID and canary.
fn consume(bytes: &[u8], trusted: &[Vec<u8>], key: Option<&PKey<Private>>) -> Result<(String, String), String> {
    let text = xml::decode(bytes).map_err(|e| e.to_string())?;
    let document = xml::parse(text).map_err(|e| e.to_string())?;
    let root = document.document_element().unwrap();
    if !document.element(root).unwrap().matches_name_ns(ns::PROTOCOL, "Response") {
        return Err("not a Response".to_owned());
    }
    let plain = document.child_elements_by_name_ns(root, ns::ASSERTION, "Assertion");
    let encrypted = document.child_elements_by_name_ns(root, ns::ASSERTION, "EncryptedAssertion");
    let whole = verify_child(text, &document, root, trusted);
    let response_signed = match whole {
        Ok(()) => true,
        Err(SignatureProblem::Absent) => false,
        Err(problem) => return Err(problem.to_string()),
    };
    match (plain.as_slice(), encrypted.as_slice(), key) {
        ([only], [], _) => {
            match verify_child(text, &document, *only, trusted) {
                Ok(()) => {}
                Err(SignatureProblem::Absent) if response_signed => {}
                Err(problem) => return Err(problem.to_string()),
            }
            Ok(identity(&document, *only))
        }
        ([], [only], Some(key)) => {
            let inner = decrypt_element(&document, *only, key).map_err(|e| e.to_string())?;
            let document = xml::parse(&inner).map_err(|e| e.to_string())?;
            let root = document.document_element().unwrap();
            match verify_child(&inner, &document, root, trusted) {
                Err(SignatureProblem::Absent) if response_signed => {}
                other => other.map_err(|e| e.to_string())?,
            }
            Ok(identity(&document, root))
        }
        _ => Err(format!("{} assertions, {} encrypted", plain.len(), encrypted.len())),
    }
}

fn identity(document: &Document<'_>, assertion: NodeId) -> (String, String) {
    let subject = document.first_child_element_by_name_ns(assertion, ns::ASSERTION, "Subject").unwrap();
    let name = document.first_child_element_by_name_ns(subject, ns::ASSERTION, "NameID").unwrap();
    (document.text_content_deep(name), attribute(document, assertion, CANARY).unwrap_or_default())
}

fn attribute(document: &Document<'_>, assertion: NodeId, name: &str) -> Option<String> {
    let statement = document.first_child_element_by_name_ns(assertion, ns::ASSERTION, "AttributeStatement")?;
    let attributes = document.child_elements_by_name_ns(statement, ns::ASSERTION, "Attribute");
    let found = attributes.into_iter().find(|n| document.get_attribute(*n, "Name") == Some(name))?;
    Some(document.text_content_deep(found))
}

fn accepted(response: &Response) -> Result<(String, String), String> {
    consume(response.xml.as_bytes(), &WORLD.trusted(), Some(&WORLD.key))
}

/// The text of the first element of this name.
fn first(xml: &str, namespace: &str, local: &str) -> Option<String> {
    let document = xml::parse(xml).unwrap();
    let found = document.get_elements_by_tag_name_ns(namespace, local).first().copied()?;
    Some(document.text_content_deep(found))
}

const NAME_ID: &str = "C=DK,O=11111111,CN=Åse & \\<Ørn\\>,Serial=11111111-1111-4111-8111-111111111111";

#[test]
fn a_good_response_of_every_shape_is_accepted() {
    use AttributeProfile::{Oiosaml2, Oiosaml3, Plain};
    use NameIdKind::{Persistent, Transient, X509SubjectName};
    for attributes in [Oiosaml3, Oiosaml2, Plain] {
        for name_id in [X509SubjectName, Persistent, Transient] {
            for encrypted in [false, true] {
                let made = WORLD.respond(Shape { attributes, name_id, encrypted, ..SHAPE }, &[]).unwrap();
                let (name, canary) = accepted(&made).unwrap();
                assert_eq!(name, made.name_id);
                assert_eq!(canary, "kanariefugl'1");
                assert!(!made.xml.contains('\n'), "no pretty-printing");
                assert_eq!(encrypted, made.xml.contains("EncryptedAssertion"));
                if encrypted {
                    assert!(!made.xml.contains("kanariefugl"));
                } else {
                    assert!(made.xml.contains("</saml:Issuer><ds:Signature"), "the signature follows the Issuer");
                    let file = file(&made.xml);
                    let schema = concat!(env!("CARGO_MANIFEST_DIR"), "/schemas/saml/saml-schema-protocol-2.0.xsd");
                    let said = tool("xmllint", &["--nonet", "--noout", "--schema", schema, text(file.path())]);
                    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
                }
            }
        }
    }
    assert_eq!(WORLD.good(&[]).name_id, NAME_ID);
}

#[test]
fn the_context_handlers_shape_says_what_its_sample_says() {
    let made = WORLD.good(&[]);
    let document = xml::parse(&made.xml).unwrap();
    let root = document.document_element().unwrap();
    assert!(document.child_elements_by_name_ns(root, ns::DSIG, "Signature").is_empty(), "the Response is not signed");
    assert_eq!(document.get_attribute(root, "Destination"), Some(ACS));
    assert_eq!(document.get_attribute(root, "InResponseTo"), Some("_request-1"));
    let assertion = document.child_elements_by_name_ns(root, ns::ASSERTION, "Assertion")[0];
    let value = |name: &str| attribute(&document, assertion, name);
    assert_eq!(value("https://data.gov.dk/concept/core/nsis/loa").as_deref(), Some("Substantial"));
    assert_eq!(value("https://data.gov.dk/model/core/specVersion").as_deref(), Some("OIO-SAML-3.0"));
    assert_eq!(value("dk:gov:saml:attribute:KombitSpecVer").as_deref(), Some("2.0"));
    assert_eq!(value("https://data.gov.dk/model/core/eid/professional/cvr").as_deref(), Some("11111111"));
    assert_eq!(value("https://data.gov.dk/model/core/eid/professional/orgName").unwrap(), person().organisation);
    let class = first(&made.xml, ns::ASSERTION, "AuthnContextClassRef").unwrap();
    assert_eq!(class, "https://data.gov.dk/concept/core/nsis/loa/Substantial");
    let list = value("https://data.gov.dk/model/core/eid/privilegesIntermediate").unwrap();
    let list = PrivilegeList::from_attribute(&list).unwrap();
    assert_eq!(list.namespace, Namespace::Digst);
    assert_eq!(list.groups[0].scope, "urn:dk:gov:saml:cvrNumberIdentifier:11111111");
    assert_eq!(list.groups[0].constraints.len(), 2);

    let old = WORLD.respond(Shape { attributes: AttributeProfile::Oiosaml2, ..SHAPE }, &[]).unwrap();
    let document = xml::parse(&old.xml).unwrap();
    let root = document.document_element().unwrap();
    let assertion = document.child_elements_by_name_ns(root, ns::ASSERTION, "Assertion")[0];
    let value = |name: &str| attribute(&document, assertion, name).unwrap();
    assert_eq!(value("dk:gov:saml:attribute:AssuranceLevel"), "3");
    let list = PrivilegeList::from_attribute(&value("dk:gov:saml:attribute:Privileges_intermediate")).unwrap();
    assert_eq!(list.namespace, Namespace::Itst);
    assert_eq!(
        first(&old.xml, ns::ASSERTION, "AuthnContextClassRef").unwrap(),
        "urn:oasis:names:tc:SAML:2.0:ac:classes:X509"
    );
}

#[test]
fn xmlsec1_and_signxml_verify_what_is_signed() {
    let trusted = WORLD.path("trusted-0.crt");
    let second = WORLD.path("trusted-1.crt");
    for mutations in [&[][..], &[Mutation::SignResponse], &[Mutation::SignResponseOnly], &[Mutation::Sha1]] {
        let made = WORLD.good(mutations);
        assert!(xmlsec1_verifies(&made.xml, &trusted), "{mutations:?}");
        assert!(!xmlsec1_verifies(&made.xml, &second), "{mutations:?} with another key");
        let evil = made.xml.replace("kanariefugl", "Kanariefugl");
        assert!(!xmlsec1_verifies(&evil, &trusted), "{mutations:?} changed");
    }
    assert!(xmlsec1_verifies(&WORLD.good(&[Mutation::SignedBy(Signer::SecondKey)]).xml, &second));

    let made = WORLD.good(&[Mutation::SignResponse]);
    let message = file(&made.xml);
    let document = xml::parse(&made.xml).unwrap();
    let assertion = document.get_elements_by_tag_name_ns(ns::ASSERTION, "Assertion")[0];
    for id in [&made.id, document.get_attribute(assertion, "ID").unwrap()] {
        assert_eq!(oracle(&["signxml", text(message.path()), text(&trusted), id]), "valid");
        assert!(oracle(&["signxml", text(message.path()), text(&second), id]).starts_with("invalid"));
    }
}

#[test]
fn metadata_is_signed_valid_and_read_by_others() {
    for (style, keys, certificates) in [(Style::ContextHandler, 2, 2), (Style::Nemlogin, 1, 1)] {
        let folder = tempfile::tempdir().unwrap();
        let at = "2026-11-20T12:00:00Z".parse().unwrap();
        let path = IdentityProvider::create(folder.path(), style, keys, at).unwrap();
        let provider = IdentityProvider::load(&path).unwrap();
        let metadata = provider.metadata(at).unwrap();
        let document = xml::parse(&metadata).unwrap();
        assert_eq!(schema::validate_metadata(&document).unwrap(), Vec::<String>::new());
        let root = document.document_element().unwrap();
        verify_child(&metadata, &document, root, &[provider.keys[0].certificate.clone()]).unwrap();
        let saved = file(&metadata);
        assert!(xmlsec1_verifies(&metadata, &folder.path().join("idp-1.crt")));
        let schema = concat!(env!("CARGO_MANIFEST_DIR"), "/schemas/saml/saml-schema-metadata-2.0.xsd");
        let said = tool("xmllint", &["--nonet", "--noout", "--schema", schema, text(saved.path())]);
        assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
        let peer = oracle(&["metadata", text(saved.path())]);
        assert_eq!(peer, format!("{}\n{}\n{certificates}", provider.entity_id, provider.sso));
        assert!(metadata.contains("WantAuthnRequestsSigned=\"true\""));
        assert_eq!(metadata.contains("signoff.idp"), style == Style::ContextHandler);
        for host in [provider.sso.host_str(), provider.slo.host_str()] {
            assert!(host.unwrap().ends_with(".example"), "nobody is there");
        }
    }
}

#[test]
fn an_identity_provider_is_not_overwritten_and_its_keys_are_kept() {
    let folder = tempfile::tempdir().unwrap();
    let at = "2026-11-20T12:00:00Z".parse().unwrap();
    let path = IdentityProvider::create(folder.path(), Style::Nemlogin, 1, at).unwrap();
    let before = std::fs::read(folder.path().join("idp-1.key")).unwrap();
    let again = IdentityProvider::create(folder.path(), Style::Nemlogin, 1, at).unwrap_err();
    assert_eq!(again.exit_code(), 2);
    assert_eq!(std::fs::read(folder.path().join("idp-1.key")).unwrap(), before);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(folder.path().join("idp-1.key")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    let provider = IdentityProvider::load(&path).unwrap();
    let named = X509::from_der(&provider.keys[0].certificate).unwrap();
    assert!(format!("{:?}", named.subject_name()).contains("kravprobe test identity provider"));
    assert!(!format!("{provider:?}").contains("PRIVATE"));

    // The same key as PKCS#12, by a password in a file.
    let archive =
        openssl::pkcs12::Pkcs12::builder().pkey(&provider.keys[0].key).cert(&named).build2("hemmelig").unwrap();
    std::fs::write(folder.path().join("idp.p12"), archive.to_der().unwrap()).unwrap();
    std::fs::write(folder.path().join("password"), "hemmelig\n").unwrap();
    let other = folder.path().join("other.toml");
    let toml = "style = \"context-handler\"\nentity_id = \"https://saml.other.example\"\n\
                [[key]]\npkcs12 = \"idp.p12\"\npassword = { file = \"password\" }\n";
    std::fs::write(&other, toml).unwrap();
    let loaded = IdentityProvider::load(&other).unwrap();
    assert_eq!(loaded.keys[0].certificate, provider.keys[0].certificate);
    assert_eq!(loaded.entity_id, "https://saml.other.example");
    assert!(loaded.slo_response.is_some());
    for wrong in [
        "style = \"context-handler\"\n",
        "style = \"unknown\"\n[[key]]\npkcs12 = \"idp.p12\"\n",
        "[[key]]\npkcs12 = \"idp.p12\"\nkey = \"idp-1.key\"\n",
        "[[key]]\npkcs12 = \"idp.p12\"\npassword = { env = \"KRAVPROBE_NO_SUCH_VARIABLE\" }\n",
        "sso = \"ftp://saml.other.example/\"\n[[key]]\ncertificate = \"idp-1.crt\"\nkey = \"idp-1.key\"\n",
        "entity_id = \"no uri\"\n[[key]]\ncertificate = \"idp-1.crt\"\nkey = \"idp-1.key\"\n",
    ] {
        std::fs::write(&other, wrong).unwrap();
        let error = IdentityProvider::load(&other).unwrap_err();
        assert_eq!(error.exit_code(), 2, "{wrong}");
        assert!(!error.to_string().contains("hemmelig"));
    }
}

/// What a service provider made with pysaml2 and configured with our metadata says of each.
fn pysaml2_says(mutations: &[&[Mutation]]) -> Vec<serde_json::Value> {
    let world = &*WORLD;
    let responses: Vec<_> = mutations.iter().map(|m| world.good(m).xml).collect();
    let orders = serde_json::json!({
        "idp": world.path("idp.xml"), "responses": responses, "key": world.path("sp.key"),
        "certificate": world.path("sp.crt"), "entity_id": SYSTEM, "acs": ACS, "request_id": "_request-1",
    });
    let orders = file(&orders.to_string());
    serde_json::from_str(&oracle(&["responses", text(orders.path())])).unwrap()
}

#[test]
fn pysaml2_accepts_good_responses_and_refuses_bad_ones() {
    let legacy = Encryption {
        content: ContentEncryption::Aes256Gcm,
        key: KeyTransport::OaepMgf1pSha1,
        key_info: RecipientKeyInfo::X509Certificate,
    };
    let encrypted = Mutation::Encrypt(legacy);
    let good: [&[Mutation]; 4] = [&[], &[Mutation::SignResponse], &[encrypted], &[Mutation::SignResponse, encrypted]];
    for (mutations, said) in good.iter().zip(pysaml2_says(&good)) {
        assert_eq!(said["name_id"], NAME_ID, "{mutations:?}: {said}");
        assert_eq!(said["attributes"][CANARY][0], "kanariefugl'1", "{mutations:?}: {said}");
    }
    let bad: [&[Mutation]; 11] = [
        &[Mutation::Unsigned],
        &[Mutation::Unsigned, encrypted],
        &[Mutation::SignedBy(Signer::StrangerX509)],
        &[Mutation::SignedBy(Signer::StrangerKeyValue)],
        &[Mutation::TamperAttribute],
        &[Mutation::Audience],
        &[Mutation::UnknownInResponseTo],
        &[Mutation::Issuer],
        &[Mutation::Shift(-7200)],
        &[Mutation::Shift(7200)],
        &[Mutation::Wrap(Wrapping::Xsw3)],
    ];
    for (mutations, said) in bad.iter().zip(pysaml2_says(&bad)) {
        assert!(said["refused"].is_string(), "{mutations:?}: {said}");
    }
}

#[test]
fn every_encryption_is_read_by_others_and_by_us() {
    let assertion = "<saml:Assertion xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\" ID=\"_a\">æøå, og indholdet</saml:Assertion>";
    let key = WORLD.path("sp.key");
    for content in [ContentEncryption::Aes128Gcm, ContentEncryption::Aes256Gcm, ContentEncryption::Aes256Cbc] {
        for transport in [KeyTransport::OaepMgf1pSha1, KeyTransport::OaepSha256] {
            for key_info in [RecipientKeyInfo::X509Certificate, RecipientKeyInfo::SecurityTokenReference] {
                let how = Encryption { content, key: transport, key_info };
                let made = encrypt(assertion, &WORLD.certificate, how).unwrap();
                assert!(!made.contains("æøå"));
                assert_eq!(decrypt(&made, &WORLD.key).unwrap(), assertion, "{how:?}");
                let saved = file(&made);
                assert_eq!(oracle(&["decrypt", text(saved.path()), text(&key)]), assertion, "{how:?}");
                // xmlsec1 1.2 has no xmlenc11 rsa-oaep; the other oracle has.
                if transport == KeyTransport::OaepMgf1pSha1 {
                    let said = tool("xmlsec1", &["--decrypt", "--privkey-pem", text(&key), text(saved.path())]);
                    assert!(String::from_utf8_lossy(&said.stdout).contains("og indholdet"), "{how:?}");
                }
                // Every fault has the same answer, and a stranger's key is one of them.
                let broken = change_last_cipher_value(&made);
                for result in [decrypt(&broken, &WORLD.key), decrypt(&made, &WORLD.provider.keys[0].key)] {
                    let failed = matches!(result, Err(EncryptionProblem::Failed));
                    // CBC has no authentication: what is changed there may decrypt to other text.
                    let other = content == ContentEncryption::Aes256Cbc && !matches!(&result, Ok(t) if t == assertion);
                    assert!(failed || other, "{how:?}");
                }
                let named = made.contains("CN=kravprobe example, O=Eksempel\\, A/S, C=DK");
                assert_eq!(named, key_info == RecipientKeyInfo::SecurityTokenReference);
            }
        }
    }
    let rsa15 = encrypt(assertion, &WORLD.certificate, Encryption::CONTEXT_HANDLER).unwrap();
    let rsa15 = rsa15.replace("http://www.w3.org/2009/xmlenc11#rsa-oaep", "http://www.w3.org/2001/04/xmlenc#rsa-1_5");
    assert!(matches!(decrypt(&rsa15, &WORLD.key), Err(EncryptionProblem::Algorithm(_))));
}

/// Changes the initialisation vector, so that what CBC decrypts is another text for certain. A change in its last block, which may be all
/// padding, once in 256 times decrypts to the same.
fn change_last_cipher_value(xml: &str) -> String {
    const TAG: &str = "<xenc:CipherValue>";
    let at = xml.rfind(TAG).unwrap() + TAG.len() + 4;
    let other = if &xml[at..=at] == "A" { "B" } else { "A" };
    format!("{}{other}{}", &xml[..at], &xml[at + 1..])
}

#[test]
fn what_xmlsec1_encrypts_is_read() {
    let made = encrypt(
        "<a/>",
        &WORLD.certificate,
        Encryption {
            content: ContentEncryption::Aes256Cbc,
            key: KeyTransport::OaepMgf1pSha1,
            key_info: RecipientKeyInfo::X509Certificate,
        },
    );
    // A template: the same without values.
    let mut template = made.unwrap();
    while let Some(start) = template.find("<xenc:CipherValue>").map(|at| at + "<xenc:CipherValue>".len()) {
        let end = template.find("</xenc:CipherValue>").unwrap();
        template.replace_range(start..end, "");
        template = template.replacen("<xenc:CipherValue></xenc:CipherValue>", "<xenc:CipherValue/>", 1);
    }
    let (template, data) = (file(&template), file("<saml:Assertion xmlns:saml=\"x\">fra xmlsec1</saml:Assertion>"));
    let certificate = WORLD.path("sp.crt");
    let arguments = [
        "--encrypt",
        "--pubkey-cert-pem",
        text(&certificate),
        "--session-key",
        "aes-256",
        "--xml-data",
        text(data.path()),
        text(template.path()),
    ];
    let said = tool("xmlsec1", &arguments);
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
    // xmlsec1 puts EncryptedData in the place of what it encrypts.
    let made = String::from_utf8(said.stdout).unwrap();
    let data = made.split_once("?>").map_or(&*made, |(_, data)| data);
    let made = format!("<saml:EncryptedAssertion xmlns:saml=\"{}\">{data}</saml:EncryptedAssertion>", ns::ASSERTION);
    assert!(decrypt(&made, &WORLD.key).unwrap().contains("fra xmlsec1"));
}

#[test]
fn each_change_before_signing_leaves_a_valid_signature_and_says_the_other_thing() {
    let cases: [(&[Mutation], &str); 9] = [
        (&[Mutation::Destination], "Destination=\"https://another-system.kravprobe.example/saml/acs\""),
        (&[Mutation::Recipient], "Recipient=\"https://another-system.kravprobe.example/saml/acs\""),
        (&[Mutation::Audience], "<saml:Audience>https://saml.another-system.kravprobe.example</saml:Audience>"),
        (&[Mutation::Issuer], "<saml:Issuer>https://saml.another-provider.kravprobe.example/runtime</saml:Issuer>"),
        (&[Mutation::LevelBelowMinimum], "<saml:AttributeValue>Low</saml:AttributeValue>"),
        (&[Mutation::LevelBelowMinimum], "loa/Low</saml:AuthnContextClassRef>"),
        (&[Mutation::Level(LevelOfAssurance::High)], "<saml:AttributeValue>High</saml:AttributeValue>"),
        (&[Mutation::Level(LevelOfAssurance::High)], "loa/High</saml:AuthnContextClassRef>"),
        (&[Mutation::CommentInNameId], "Serial=99999999-9999-4999-8999-999999999999<!-- -->.kravprobe.example<"),
    ];
    for (mutations, says) in cases {
        let made = WORLD.good(mutations);
        assert!(!WORLD.good(&[]).xml.contains(says), "{says}");
        assert!(made.xml.contains(says), "{mutations:?}");
        assert_eq!(accepted(&made).unwrap().0, made.name_id, "{mutations:?}");
        assert!(xmlsec1_verifies(&made.xml, &WORLD.path("trusted-0.crt")), "{mutations:?}");
    }
    // Issuer stands in Response and Assertion, the unknown request in both places, and every instant moves.
    let issuer = "<saml:Issuer>https://saml.another-provider.kravprobe.example/runtime</saml:Issuer>";
    assert_eq!(WORLD.good(&[Mutation::Issuer]).xml.matches(issuer).count(), 2);
    let unknown = WORLD.good(&[Mutation::UnknownInResponseTo]).xml;
    assert!(!unknown.contains("_request-1"));
    assert_eq!(unknown.matches("InResponseTo=").count(), 2);
    let at: jiff::Timestamp = "2026-11-20T12:00:00Z".parse().unwrap();
    let moved = WORLD
        .provider
        .response(&Order {
            to: Recipient { entity_id: SYSTEM, acs: ACS, encryption_certificate: None },
            in_response_to: None,
            person: &person(),
            forged: None,
            shape: SHAPE,
            mutations: &[Mutation::Shift(-3600)],
            at,
        })
        .unwrap();
    assert_eq!(moved.xml.matches("\"2026-11-20T11:00:00.000Z\"").count(), 4);
    assert_eq!(moved.xml.matches("\"2026-11-20T11:05:00.000Z\"").count(), 2);
    assert!(!moved.xml.contains("T12:") && !moved.xml.contains("InResponseTo"));
}

#[test]
fn what_breaks_the_signature_is_refused() {
    for (mutations, why) in [
        (&[Mutation::Unsigned][..], "there is no signature"),
        (&[Mutation::Unsigned, Mutation::Encrypt(Encryption::CONTEXT_HANDLER)], "there is no signature"),
        (&[Mutation::SignedBy(Signer::StrangerX509)], "not made with a key"),
        (&[Mutation::SignedBy(Signer::StrangerKeyValue)], "not made with a key"),
        (&[Mutation::Sha1], "not accepted"),
        (&[Mutation::TamperAttribute], "digest differs"),
        (&[Mutation::TamperAttribute, Mutation::SignResponseOnly], "digest differs"),
        (&[Mutation::TamperAttribute, Mutation::Encrypt(Encryption::CONTEXT_HANDLER)], "digest differs"),
        (&[Mutation::SignResponse, Mutation::SignedBy(Signer::StrangerX509)], "not made with a key"),
    ] {
        let said = accepted(&WORLD.good(mutations)).unwrap_err();
        assert!(said.contains(why), "{mutations:?}: {said}");
    }
    for mutations in [
        &[Mutation::SignResponse][..],
        &[Mutation::SignResponseOnly],
        &[Mutation::SignedBy(Signer::SecondKey)],
        &[Mutation::SignResponse, Mutation::Encrypt(Encryption::CONTEXT_HANDLER)],
        &[Mutation::SignResponseOnly, Mutation::Encrypt(Encryption::CONTEXT_HANDLER)],
    ] {
        assert_eq!(accepted(&WORLD.good(mutations)).unwrap().0, NAME_ID, "{mutations:?}");
    }
    let plain = WORLD.respond(Shape { encrypted: true, ..SHAPE }, &[Mutation::Plain]).unwrap();
    assert!(!plain.xml.contains("EncryptedAssertion"));
    assert_eq!(accepted(&plain).unwrap().0, NAME_ID);
}

#[test]
fn a_tampered_value_is_the_forged_persons() {
    let made = WORLD.good(&[Mutation::TamperAttribute]);
    assert!(made.xml.contains(">forfalsket<") && !made.xml.contains("kanariefugl"));
    let (person, forged) = (Person { attributes: BTreeMap::new(), ..person() }, forged());
    let order = |shape, forged| Order {
        to: Recipient { entity_id: SYSTEM, acs: ACS, encryption_certificate: None },
        in_response_to: None,
        person: &person,
        forged,
        shape,
        mutations: &[Mutation::TamperAttribute],
        at: kravprobe::clock::now(),
    };
    let name_of =
        |order: Order<'_>| first(&WORLD.provider.response(&order).unwrap().xml, ns::ASSERTION, "NameID").unwrap();
    let expected = "C=DK,O=11111111,CN=Forfalsket Bruger,Serial=11111111-1111-4111-8111-111111111111";
    assert_eq!(name_of(order(SHAPE, Some(&forged))), expected);
    let persistent = Shape { name_id: NameIdKind::Persistent, ..SHAPE };
    assert!(name_of(order(persistent, Some(&forged))).ends_with("99999999-9999-4999-8999-999999999999"));
    assert!(name_of(order(persistent, None)).ends_with(".kravprobe.example"));
}

#[test]
fn the_strangers_certificate_looks_like_ours() {
    let made = WORLD.good(&[Mutation::SignedBy(Signer::StrangerX509)]);
    let shown = first(&made.xml, ns::DSIG, "X509Certificate").unwrap();
    let shown = X509::from_der(&openssl::base64::decode_block(&shown).unwrap()).unwrap();
    let ours = X509::from_der(&WORLD.provider.keys[0].certificate).unwrap();
    assert_eq!(shown.serial_number().to_bn().unwrap(), ours.serial_number().to_bn().unwrap());
    assert_eq!(shown.subject_name().to_der().unwrap(), ours.subject_name().to_der().unwrap());
    assert_eq!(shown.issuer_name().to_der().unwrap(), ours.issuer_name().to_der().unwrap());
    assert!(!shown.public_key().unwrap().public_eq(&ours.public_key().unwrap()));
    // The signature is good by what it shows itself: only the key from metadata tells.
    let pem = WORLD.write("stranger.crt", &shown.to_pem().unwrap());
    assert!(xmlsec1_verifies(&made.xml, &pem));
    let value = WORLD.good(&[Mutation::SignedBy(Signer::StrangerKeyValue)]).xml;
    assert!(value.contains("<ds:KeyValue>") && !value.contains("X509Certificate"));
    assert!(xmlsec1_verifies(&value, &pem));
    let files: Vec<_> = std::fs::read_dir(WORLD.folder.path()).unwrap().map(|f| f.unwrap().file_name()).collect();
    assert!(!files.iter().any(|name| name.to_string_lossy().contains("stranger") && name != "stranger.crt"));
}

#[test]
fn wrapped_messages_are_what_the_table_says() {
    use Wrapping::{Xsw1, Xsw2, Xsw3, Xsw4, Xsw5, Xsw6, Xsw7, Xsw8};
    // oces3-oiosaml.md 5.1: what xmlsec1 says.
    let table = [
        (Xsw1, false),
        (Xsw2, true),
        (Xsw3, true),
        (Xsw4, true),
        (Xsw5, true),
        (Xsw6, false),
        (Xsw7, false),
        (Xsw8, false),
    ];
    for (wrapping, valid) in table {
        let made = WORLD.good(&[Mutation::Wrap(wrapping)]);
        let forged_id = "Serial=99999999-9999-4999-8999-999999999999";
        assert!(made.xml.contains(forged_id) && made.xml.contains("11111111-1111-4111-8111-111111111111"));
        assert!(made.xml.contains(">forfalsket<"), "the attributes are forged too");
        assert_eq!(made.xml.matches("<saml:Assertion ").count(), 2, "{wrapping:?}");
        let said = accepted(&made);
        assert!(said.is_err(), "{wrapping:?}: {said:?}");
        assert_eq!(xmlsec1_verifies(&made.xml, &WORLD.path("trusted-0.crt")), valid, "{wrapping:?}");
        let document = xml::parse(&made.xml).unwrap();
        let ids: Vec<_> = document
            .get_elements_by_tag_name_ns(ns::ASSERTION, "Assertion")
            .iter()
            .map(|n| document.get_attribute(*n, "ID").unwrap().to_owned())
            .collect();
        assert_eq!(ids[0] == ids[1], wrapping == Xsw7, "{wrapping:?}");

        // The same towards a system that takes encrypted assertions alone.
        let encrypted = WORLD.respond(Shape { encrypted: true, ..SHAPE }, &[Mutation::Wrap(wrapping)]).unwrap();
        assert!(encrypted.xml.contains("EncryptedAssertion"));
        match accepted(&encrypted) {
            // What is forged stands beside, in the clear; the one that counts is the genuine one.
            Ok((name, canary)) => assert_eq!((wrapping, &*name, &*canary), (Xsw7, NAME_ID, "kanariefugl'1")),
            Err(_) => assert_ne!(wrapping, Xsw7),
        }
    }
}

#[test]
fn what_cannot_be_made_is_an_error() {
    let mut order = Order {
        to: Recipient { entity_id: SYSTEM, acs: ACS, encryption_certificate: None },
        in_response_to: None,
        person: &person(),
        forged: None,
        shape: Shape { encrypted: true, minimum_level: None, ..SHAPE },
        mutations: &[],
        at: kravprobe::clock::now(),
    };
    let fails = |order: &Order<'_>| WORLD.provider.response(order).unwrap_err();
    assert!(matches!(fails(&order), FkiError::NoEncryptionCertificate));
    order.shape.encrypted = false;
    for mutation in [Mutation::Wrap(Wrapping::Xsw3), Mutation::CommentInNameId] {
        let mutations = [mutation];
        assert!(matches!(fails(&Order { mutations: &mutations, ..order }), FkiError::NoForgedPerson));
    }
    assert!(matches!(fails(&Order { mutations: &[Mutation::LevelBelowMinimum], ..order }), FkiError::NoLowerLevel));
    assert!(matches!(fails(&Order { mutations: &[Mutation::Shift(i64::MAX)], ..order }), FkiError::Instant));
    let control = Person { common_name: "a\u{0}b".to_owned(), ..person() };
    assert!(matches!(fails(&Order { person: &control, ..order }), FkiError::Signing(_)));
}

fn vectors() -> Vec<BTreeMap<String, String>> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/messages/vectors/manifest.csv");
    csv::Reader::from_path(path).unwrap().deserialize().map(Result::unwrap).collect()
}

fn vector(file: &str) -> Vec<u8> {
    std::fs::read(format!("{}/fixtures/messages/vectors/{file}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

fn vector_trust() -> Vec<Vec<u8>> {
    vec![X509::from_pem(&vector("idp.pem")).unwrap().to_der().unwrap()]
}

#[test]
fn hostile_vectors_are_refused_and_good_ones_verify() {
    const VICTIM: &str = "https://data.gov.dk/model/core/eid/professional/uuid/323e4567-e89b-12d3-a456-426655440000";
    // Refused for their content, not for their signature.
    const OTHER_DUTIES: [&str; 6] = ["semantic", "error", "accept", "accept-legacy", "info", "binding"];
    let (mut refused, mut verified) = (0, 0);
    for row in vectors() {
        let (id, family) = (row["id"].as_str(), row["family"].as_str());
        if family == "binding" || id == "ACC-02" {
            continue;
        }
        let said = consume(&vector(&row["file"]), &vector_trust(), None);
        let may_pass =
            ["comment-truncation", "pi-truncation", "ssrf", "key-selection", "attribute-pollution", "parser"];
        match said {
            Ok((name, _)) if OTHER_DUTIES.contains(&family) || may_pass.contains(&family) => {
                // What passes is read whole, and never as the victim when it is not.
                assert_eq!(name == VICTIM, !["ATK-17", "ATK-18", "ATK-19"].contains(&id) && name == VICTIM, "{id}");
                assert!(row["xmlsec1_first_signature"].ends_with("valid"), "{id}: xmlsec1 does not say so");
                verified += 1;
            }
            Ok(_) => panic!("{id} ({}) was taken: {}", row["file"], row["construction"]),
            Err(why) if OTHER_DUTIES.contains(&family) => {
                let several = ["REJ-36", "REJ-37", "ACC-10"].contains(&id);
                assert!(several, "{id} does not verify: {why}");
            }
            Err(_) => refused += 1,
        }
    }
    assert!(refused >= 40 && verified >= 35, "{refused} refused, {verified} verified");
}

#[test]
fn queries_of_the_vectors_are_judged() {
    for row in vectors().into_iter().filter(|r| r["family"] == "binding" && r["id"].starts_with("SLO")) {
        let query = String::from_utf8(vector(&row["file"])).unwrap();
        let said = redirect::decode(query.trim()).and_then(|m| m.verify(&vector_trust()).map(|_| m));
        let id = row["id"].as_str();
        match id {
            "SLO-02" => assert_eq!(said.unwrap_err(), RedirectProblem::Unsigned),
            "SLO-03" => assert_eq!(said.unwrap_err(), RedirectProblem::Untrusted),
            "SLO-08" => assert!(matches!(said.unwrap_err(), RedirectProblem::Algorithm(_))),
            "SLO-11" => assert_eq!(said.unwrap_err(), RedirectProblem::TooLarge),
            _ => {
                let message = said.unwrap_or_else(|why| panic!("{id}: {why}"));
                match message.parameter {
                    Parameter::Request => {
                        let read = protocol::read_logout_request(&message.xml).unwrap();
                        assert_eq!(read.session_indexes.len(), 1, "{id}");
                        assert!(read.name_id.is_some() && read.header.issuer.is_some(), "{id}");
                    }
                    Parameter::Response => {
                        let read = protocol::read_logout_response(&message.xml).unwrap();
                        assert_eq!(read.is_success(), id != "SLO-10", "{id}: {:?}", read.status);
                    }
                }
            }
        }
    }
    for (file, whole) in [
        ("binding/REQ-01-authnrequest-redirect-valid.txt", true),
        ("binding/REQ-04-authnrequest-redirect-unsigned.txt", false),
    ] {
        let query = String::from_utf8(vector(file)).unwrap();
        let message = redirect::decode(query.trim()).unwrap();
        assert_eq!(message.signature.is_some(), whole);
        let read = protocol::read_authn_request(&message.xml).unwrap();
        assert_eq!(read.header.issuer.unwrap().value, "https://saml.sp.probe.example");
        let context = read.requested_authn_context.unwrap();
        assert_eq!(context.comparison.as_deref(), Some("minimum"));
        assert_eq!(context.class_refs, ["https://data.gov.dk/concept/core/nsis/loa/Substantial"]);
    }
}

#[test]
fn redirect_signatures_are_understood_both_ways() {
    let world = &*WORLD;
    let destination = Url::parse("https://fagsystem.example/saml/logout?tenant=1").unwrap();
    let order = |signer| LogoutOrder {
        destination: &destination,
        name_id: NAME_ID,
        name_id_format: "urn:oasis:names:tc:SAML:1.1:nameid-format:X509SubjectName",
        session_index: "abc+/=",
        relay_state: Some("_æ&=+/?#"),
        signer,
        at: kravprobe::clock::now(),
    };
    let own = world.provider.logout_request(&order(LogoutSigner::Own)).unwrap();
    assert_eq!(own.url.query_pairs().next().unwrap(), ("tenant".into(), "1".into()));
    let message = redirect::decode(own.url.query().unwrap()).unwrap();
    assert_eq!(message.others, ["tenant"]);
    assert_eq!(message.xml, own.xml);
    assert_eq!(message.relay_state.as_deref(), Some("_æ&=+/?#"));
    assert_eq!(message.verify(&world.trusted()), Ok(0));
    let reversed: Vec<_> = world.trusted().into_iter().rev().collect();
    assert_eq!(message.verify(&reversed), Ok(1), "it says which certificate");
    let read = protocol::read_logout_request(&message.xml).unwrap();
    assert_eq!(read.header.id, own.id);
    assert_eq!(read.name_id.unwrap().value, NAME_ID);
    assert_eq!(read.session_indexes, ["abc+/="]);

    let stranger = world.provider.logout_request(&order(LogoutSigner::Stranger)).unwrap();
    let said = redirect::decode(stranger.url.query().unwrap()).unwrap().verify(&world.trusted());
    assert_eq!(said, Err(RedirectProblem::Untrusted));
    let nobody = world.provider.logout_request(&order(LogoutSigner::Nobody)).unwrap();
    let said = redirect::decode(nobody.url.query().unwrap()).unwrap().verify(&world.trusted());
    assert_eq!(said, Err(RedirectProblem::Unsigned));

    let query = own.url.query().unwrap().strip_prefix("tenant=1&").unwrap();
    let certificate = world.path("trusted-0.crt");
    assert_eq!(oracle(&["verify-redirect", query, text(&certificate)]), "valid");
    let other = query.replace("RelayState=_", "RelayState=-");
    assert_eq!(oracle(&["verify-redirect", &other, text(&certificate)]), "invalid");
    assert_eq!(redirect::decode(&other).unwrap().verify(&world.trusted()), Err(RedirectProblem::Untrusted));

    let answer = world.provider.logout_response(&destination, "_their-request", None, kravprobe::clock::now()).unwrap();
    let message = redirect::decode(answer.url.query().unwrap()).unwrap();
    assert_eq!((message.parameter, message.verify(&world.trusted())), (Parameter::Response, Ok(0)));
    let read = protocol::read_logout_response(&message.xml).unwrap();
    assert!(read.is_success());
    assert_eq!(read.in_response_to.as_deref(), Some("_their-request"));
    let schema = concat!(env!("CARGO_MANIFEST_DIR"), "/schemas/saml/saml-schema-protocol-2.0.xsd");
    for made in [&own.xml, &answer.xml] {
        let saved = file(made);
        assert!(tool("xmllint", &["--nonet", "--noout", "--schema", schema, text(saved.path())]).status.success());
    }

    let saved = file(&own.xml);
    let theirs = oracle(&["sign-redirect", text(&world.path("sp.key")), text(saved.path()), "relay æ"]);
    let message = redirect::decode(&theirs).unwrap();
    assert_eq!(message.verify(std::slice::from_ref(&world.certificate)), Ok(0));
    assert_eq!((message.xml, message.relay_state.as_deref()), (own.xml, Some("relay æ")));
}

#[test]
fn queries_that_two_readers_could_read_differently_are_refused() {
    let url = Url::parse("https://fagsystem.example/").unwrap();
    let good = redirect::encode(&url, Parameter::Request, "<a/>", Some("r"), None).unwrap();
    let good = good.query().unwrap();
    assert_eq!(redirect::decode(good).unwrap().xml, "<a/>");
    assert_eq!(redirect::decode(&format!("{good}&RelayState=x")), Err(RedirectProblem::Duplicate("RelayState")));
    assert_eq!(redirect::decode(&format!("{good}&Relay%53tate=x")), Err(RedirectProblem::Duplicate("RelayState")));
    assert_eq!(redirect::decode(&format!("{good}&SAMLResponse=x")), Err(RedirectProblem::TwoMessages));
    assert_eq!(redirect::decode("RelayState=x"), Err(RedirectProblem::NoMessage));
    assert_eq!(redirect::decode("SAMLRequest=%ZZ"), Err(RedirectProblem::UrlEncoding("SAMLRequest")));
    assert_eq!(redirect::decode("SAMLRequest=%21"), Err(RedirectProblem::Base64("SAMLRequest")));
    assert_eq!(redirect::decode("SAMLRequest=AAAA"), Err(RedirectProblem::Deflate));
    assert!(matches!(redirect::decode(&format!("{good}&SAMLEncoding=x")), Err(RedirectProblem::Encoding(_))));
    assert_eq!(redirect::decode(&"a".repeat(redirect::MAX_QUERY + 1)), Err(RedirectProblem::TooLong));
    let bomb = " ".repeat(redirect::MAX_MESSAGE + 1);
    let bomb = redirect::encode(&url, Parameter::Request, &bomb, None, None).unwrap();
    assert_eq!(redirect::decode(bomb.query().unwrap()), Err(RedirectProblem::TooLarge));
    let most = " ".repeat(redirect::MAX_MESSAGE);
    let most = redirect::encode(&url, Parameter::Request, &most, None, None).unwrap();
    assert_eq!(redirect::decode(most.query().unwrap()).unwrap().xml.len(), redirect::MAX_MESSAGE);
}

#[test]
fn protocol_messages_are_read_or_named() {
    let message = |name: &str, attributes: &str, inside: &str| {
        format!(
            "<p:{name} xmlns:p=\"{}\" xmlns:a=\"{}\" ID=\"_1\" {attributes}>{inside}</p:{name}>",
            ns::PROTOCOL,
            ns::ASSERTION
        )
    };
    let read =
        |attributes: &str, inside: &str| protocol::read_authn_request(&message("AuthnRequest", attributes, inside));
    let full = read(
        "Version=\"2.0\" ForceAuthn=\"1\" IsPassive=\"false\" AssertionConsumerServiceURL=\"https://a.example/\" \
         xmlns:x=\"urn:x\" x:Destination=\"https://evil.example/\"",
        "<a:Issuer>https://saml.<!-- x -->a.example</a:Issuer><p:NameIDPolicy AllowCreate=\"true\"/>\
         <a:Conditions><a:AudienceRestriction><a:Audience>x</a:Audience></a:AudienceRestriction></a:Conditions>\
         <p:Scoping><p:RequesterID>y</p:RequesterID></p:Scoping>",
    )
    .unwrap();
    assert_eq!((full.force_authn, full.is_passive), (Some(true), Some(false)));
    assert_eq!(full.header.issuer.unwrap().value, "https://saml.a.example", "text is read whole");
    assert_eq!(full.header.destination, None, "an attribute of another namespace is not SAML's");
    assert_eq!(full.name_id_policy.unwrap().allow_create, Some(true));
    assert_eq!((full.audiences, full.scoping), (vec!["x".to_owned()], Some(vec!["y".to_owned()])));
    assert_eq!(read("ForceAuthn=\"yes\"", ""), Err(ProtocolProblem::Boolean("ForceAuthn")));
    assert_eq!(read("", "<a:Issuer/><a:Issuer/>"), Err(ProtocolProblem::Repeated("Issuer")));
    let many = "<a:AuthnContextClassRef/>".repeat(protocol::MAX_VALUES + 1);
    let many = format!("<p:RequestedAuthnContext>{many}</p:RequestedAuthnContext>");
    assert_eq!(read("", &many), Err(ProtocolProblem::TooMany("AuthnContextClassRef")));
    assert!(matches!(
        protocol::read_authn_request(&message("LogoutRequest", "", "")),
        Err(ProtocolProblem::Root { expected: "AuthnRequest", .. })
    ));
    assert!(matches!(protocol::read_authn_request("<!DOCTYPE a><a/>"), Err(ProtocolProblem::Xml(_))));
    let logout = |inside: &str| protocol::read_logout_request(&message("LogoutRequest", "", inside));
    assert_eq!(logout(""), Err(ProtocolProblem::Missing("NameID")));
    assert!(logout("<a:EncryptedID/>").unwrap().encrypted_id);
    assert!(matches!(logout("<a:NameID/><a:EncryptedID/>"), Err(ProtocolProblem::Repeated(_))));
    let answer = |inside: &str| protocol::read_logout_response(&message("LogoutResponse", "", inside));
    assert_eq!(answer(""), Err(ProtocolProblem::Missing("Status")));
    assert_eq!(answer("<p:Status/>"), Err(ProtocolProblem::Missing("StatusCode")));
    let nested = "<p:Status><p:StatusCode Value=\"a\"><p:StatusCode Value=\"b\"/></p:StatusCode></p:Status>";
    assert_eq!(answer(nested).unwrap().status, ["a", "b"]);
}

#[test]
fn real_privilege_lists_are_read_and_ours_fit_the_schema() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/messages/privileges");
    let mut read = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|e| e == "xml") {
            let list = PrivilegeList::read(&std::fs::read(&path).unwrap()).unwrap_or_else(|e| panic!("{path:?}: {e}"));
            assert!(!list.groups.is_empty());
            read += 1;
        }
    }
    assert_eq!(read, 7);
    let path = format!("{folder}/ch2-to-brugervendtsystem.decoded.xml");
    let original = std::fs::read_to_string(path).unwrap();
    let list = PrivilegeList::read(original.as_bytes()).unwrap();
    assert_eq!(list.to_xml(), original, "the Context Handler's own form");
    let saved = file(&list.to_xml());
    let schema = format!("{folder}/BasicPrivilegeProfileSchema_v12.xsd");
    assert!(tool("xmllint", &["--nonet", "--noout", "--schema", &schema, text(saved.path())]).status.success());
    for (inside, unknown) in [
        ("<PrivilegeGroup Scope='s'/>", false),
        ("<PrivilegeGroup><Privilege>p</Privilege></PrivilegeGroup>", false),
        ("<Other/>", true),
        ("text", true),
        ("<PrivilegeGroup Scope='s'><Privilege>p</Privilege><Restriction/></PrivilegeGroup>", true),
        ("<PrivilegeGroup Scope='s'><Privilege>p<x/></Privilege></PrivilegeGroup>", true),
    ] {
        let list = format!("<b:PrivilegeList xmlns:b='{}'>{inside}</b:PrivilegeList>", Namespace::Digst.uri());
        let problem = PrivilegeList::read(list.as_bytes()).unwrap_err();
        assert_eq!(matches!(problem, PrivilegeProblem::Unexpected(_)), unknown, "{inside}: {problem}");
    }
    assert!(matches!(PrivilegeList::read(b"<a/>"), Err(PrivilegeProblem::Root(_))));
    assert!(matches!(PrivilegeList::read(b"<!DOCTYPE a><a/>"), Err(PrivilegeProblem::Xml(_))));
    assert_eq!(PrivilegeList::from_attribute("%"), Err(PrivilegeProblem::Base64));
}

#[test]
fn a_signature_is_looked_for_where_it_belongs() {
    let made = WORLD.good(&[]);
    let with_mark = format!("\u{FEFF}<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{}", made.xml);
    assert_eq!(consume(with_mark.as_bytes(), &WORLD.trusted(), None).unwrap().0, NAME_ID);
    assert!(consume(made.xml.as_bytes(), &[], None).unwrap_err().contains("not made with a key"));

    let document = xml::parse(&made.xml).unwrap();
    let assertion = document.get_elements_by_tag_name_ns(ns::ASSERTION, "Assertion")[0];
    let said = verify_child("<a/>", &document, assertion, &WORLD.trusted());
    assert!(matches!(said, Err(SignatureProblem::Invalid(_))), "the document was read from another text");
    let subject = document.get_elements_by_tag_name_ns(ns::ASSERTION, "Subject")[0];
    assert_eq!(verify_child(&made.xml, &document, subject, &WORLD.trusted()), Err(SignatureProblem::NoId));

    let id = document.get_attribute(assertion, "ID").unwrap();
    for attribute in ["ID", "Id", "id", "x:ID"] {
        let other = format!("<samlp:Status xmlns:x=\"urn:x\" {attribute}=\"{id}\">");
        let said = consume(made.xml.replacen("<samlp:Status>", &other, 1).as_bytes(), &WORLD.trusted(), None);
        assert!(said.unwrap_err().contains("not unique"), "{attribute}");
    }
    for (from, to, why) in [
        ("<ds:SignedInfo>", "<ds:SignedInfo Id=\"s\">", "not made with a key"),
        ("<ds:DigestValue>", "<ds:DigestValue><!-- x -->", "something else than text"),
        ("<ds:SignatureValue>", "<ds:SignatureValue><?x y?>", "something else than text"),
        ("</ds:KeyInfo>", "</ds:KeyInfo><ds:Object/>", "ds:Object"),
        ("xml-exc-c14n#\"/></ds:Transforms>", "xml-exc-c14n#WithComments\"/></ds:Transforms>", "transform"),
        ("</ds:Transforms>", "</ds:Transforms><ds:Transforms/>", "exactly one Transforms"),
        ("<ds:Reference URI=\"#", "<ds:Reference URI=\"#x", "does not lead"),
        ("xmlenc#sha256", "xmlenc#sha256x", "not accepted"),
    ] {
        assert!(made.xml.contains(from), "{from}");
        let said = consume(made.xml.replacen(from, to, 1).as_bytes(), &WORLD.trusted(), None).unwrap_err();
        assert!(said.contains(why), "{from}: {said}");
    }
}

#[test]
fn levels_are_changed_in_every_place_and_tampering_always_changes_something() {
    let loa = "https://data.gov.dk/concept/core/nsis/loa";
    let twin = Person { attributes: BTreeMap::from([(loa.to_owned(), "High".to_owned())]), ..person() };
    let other = Person { attributes: BTreeMap::from([(loa.to_owned(), "Low".to_owned())]), ..person() };
    for mutation in [Mutation::LevelBelowMinimum, Mutation::TamperAttribute] {
        let mutations = [mutation];
        let order = Order {
            to: Recipient { entity_id: SYSTEM, acs: ACS, encryption_certificate: None },
            in_response_to: None,
            person: &twin,
            forged: Some(&other),
            shape: SHAPE,
            mutations: &mutations,
            at: kravprobe::clock::now(),
        };
        let made = WORLD.provider.response(&order).unwrap();
        assert!(!made.xml.contains("High"), "{mutation:?}");
        assert_eq!(accepted(&made).is_ok(), mutation == Mutation::LevelBelowMinimum);
    }
}

/// Text that XML can carry.
fn xml_text() -> impl Strategy<Value = String> {
    "[\\t\\n\\r -~æøåÆØÅ€𝄞]{0,30}"
}

proptest! {
    #[test]
    fn a_redirect_message_comes_back(message in any::<String>(), relay in proptest::option::of(any::<String>())) {
        let url = Url::parse("https://fagsystem.example/").unwrap();
        let made = redirect::encode(&url, Parameter::Response, &message, relay.as_deref(), Some(&WORLD.key)).unwrap();
        let read = redirect::decode(made.query().unwrap()).unwrap();
        prop_assert_eq!(read.verify(std::slice::from_ref(&WORLD.certificate)), Ok(0));
        prop_assert_eq!(read.xml, message);
        prop_assert_eq!(read.relay_state, relay);
    }

    #[test]
    fn hostile_queries_do_no_harm(query in any::<String>(), value in "[A-Za-z0-9+/=%]{0,80}") {
        let _ = redirect::decode(&query);
        let _ = redirect::decode(&format!("SAMLRequest={value}&Signature={value}&SigAlg={query}"));
    }

    #[test]
    fn hostile_messages_do_no_harm(text in any::<String>(), inside in xml_text()) {
        let wrapped = |name: &str| format!("<p:{name} xmlns:p='{}' ID='_1'>{inside}{text}</p:{name}>", ns::PROTOCOL);
        let _ = protocol::read_authn_request(&text);
        let _ = protocol::read_authn_request(&wrapped("AuthnRequest"));
        let _ = protocol::read_logout_request(&wrapped("LogoutRequest"));
        let _ = protocol::read_logout_response(&wrapped("LogoutResponse"));
        let _ = decrypt(&text, &WORLD.key);
        let _ = PrivilegeList::from_attribute(&text);
        let _ = PrivilegeList::read(text.as_bytes());
    }

    #[test]
    fn privileges_come_back(
        itst in any::<bool>(),
        groups in proptest::collection::vec(
            (xml_text(), proptest::collection::vec(xml_text(), 1..3), proptest::collection::vec((xml_text(), xml_text()), 0..3)),
            0..4,
        ),
    ) {
        let groups = groups.into_iter().map(|(scope, privileges, constraints)| PrivilegeGroup {
            scope,
            privileges,
            constraints: constraints.into_iter().map(|(name, value)| Constraint { name, value }).collect(),
        });
        let namespace = if itst { Namespace::Itst } else { Namespace::Digst };
        let list = PrivilegeList { namespace, groups: groups.collect() };
        prop_assert_eq!(PrivilegeList::from_attribute(&list.to_attribute()), Ok(list));
    }
}

static SIGNED: LazyLock<Response> = LazyLock::new(|| WORLD.good(&[Mutation::SignResponse]));

proptest! {
    /// Whatever is changed in a signed message: it says the same, or it is refused.
    #[test]
    fn a_changed_message_says_the_same_or_is_refused(
        at in any::<prop::sample::Index>(),
        length in 0_usize..40,
        instead in "[ -~æ]{0,6}|</?saml:[A-Z][a-z]{3,8}>|<!-- x -->|<!DOCTYPE a>|<\\?x y\\?>|&#65;",
    ) {
        let original = &SIGNED.xml;
        let start = original.floor_char_boundary(at.index(original.len()));
        let end = original.floor_char_boundary((start + length).min(original.len()));
        let changed = [&original[..start], &instead, &original[end..]].concat();
        if let Ok(said) = consume(changed.as_bytes(), &WORLD.trusted(), None) {
            prop_assert_eq!(said, (NAME_ID.to_owned(), "kanariefugl'1".to_owned()));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn whatever_a_person_is_called_the_message_is_one_person(name in xml_text(), value in xml_text()) {
        let person = Person {
            common_name: name.clone(),
            attributes: BTreeMap::from([(CANARY.to_owned(), value.clone())]),
            ..person()
        };
        let made = WORLD.provider.response(&Order {
            to: Recipient { entity_id: SYSTEM, acs: ACS, encryption_certificate: None },
            in_response_to: None,
            person: &person,
            forged: None,
            shape: SHAPE,
            mutations: &[],
            at: kravprobe::clock::now(),
        }).unwrap();
        let (name_id, canary) = accepted(&made).unwrap();
        prop_assert_eq!(name_id, made.name_id);
        prop_assert_eq!(canary, value);
    }
}
