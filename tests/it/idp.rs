//! `kravprobe idp`: keys and metadata on disk, and the page for a person with a browser, driven by a plain HTTP client.

use crate::mellon::{Mellon, Visitor, free_port};
use crate::support::{kravprobe, run};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use kravprobe::fki::IdentityProvider;
use kravprobe::saml::redirect::{self, Parameter};
use kravprobe::saml::{protocol, reading, signature, xml};
use kravprobe::vendor::metadata::VendorMetadata;
use kravprobe::vendor::pki::{ExampleKeys, ExamplePki, Key, Leaf};
use openssl::pkey::{PKey, Private};
use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use tempfile::TempDir;
use url::Url;

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn init_makes_keys_that_only_the_owner_reads_and_overwrites_nothing() {
    for (style, keys) in [("context-handler", "2"), ("nemlogin", "1")] {
        let directory = tempfile::tempdir().unwrap();
        let out = directory.path().join("idp");
        let arguments = ["idp", "init", "--out", text(&out), "--style", style, "--signing-keys", keys];
        let (code, stdout, stderr) = run(&arguments);
        assert_eq!(code, 0, "{stderr}");
        let file = PathBuf::from(stdout.lines().next().unwrap());
        let provider = IdentityProvider::load(&file).unwrap();
        assert_eq!(provider.keys.len().to_string(), keys);
        assert_eq!(mode(&out.join("idp-1.key")), 0o600);
        let before = std::fs::read(out.join("idp-1.key")).unwrap();

        let (code, _, stderr) = run(&arguments);
        assert_eq!(code, 2, "{stderr}");
        assert_eq!(std::fs::read(out.join("idp-1.key")).unwrap(), before);

        let (code, metadata, stderr) = run(&["idp", "metadata", text(&file)]);
        assert_eq!(code, 0, "{stderr}");
        let read = reading::read(metadata.as_bytes()).unwrap();
        assert_eq!(read.metadata.entity.unwrap().entity_id.unwrap(), provider.entity_id);
        assert_eq!(read.schema_errors.unwrap(), Vec::<String>::new());
        assert!(read.signature.covers_root());
    }
}

#[test]
fn metadata_of_another_address_keeps_the_entity_id_and_the_paths() {
    let directory = tempfile::tempdir().unwrap();
    let file = made(directory.path());
    let out = directory.path().join("idp-metadata.xml");
    let arguments = ["idp", "metadata", text(&file), "--address", "https://localhost:8443", "--out", text(&out)];
    assert_eq!(run(&arguments).0, 0);
    let provider = IdentityProvider::load(&file).unwrap();
    let read = reading::read(&std::fs::read(&out).unwrap()).unwrap().metadata.entity.unwrap();
    assert_eq!(read.entity_id.as_ref(), Some(&provider.entity_id));
    let sso = &read.identity_providers[0].single_sign_on[0].location;
    assert_eq!(*sso, format!("https://localhost:8443{}", provider.sso.path()));

    let (code, _, stderr) = run(&arguments);
    assert_eq!((code, stderr.contains("exists already")), (2, true), "{stderr}");
    let (code, _, stderr) = run(&["idp", "metadata", text(&file), "--address", "https://localhost/path"]);
    assert_eq!((code, stderr.contains("nothing more")), (2, true), "{stderr}");
}

#[test]
fn init_with_a_key_of_ones_own_refers_to_it() {
    let directory = tempfile::tempdir().unwrap();
    let keys = ExampleKeys::shipped().unwrap();
    let pki = ExamplePki::new(keys.clone(), Timestamp::now()).unwrap();
    let certificate = pki.issue(&Leaf::system("Eksempel IdP")).unwrap().certificate;
    let p12 = openssl::pkcs12::Pkcs12::builder()
        .pkey(keys.get(Key::System))
        .cert(&openssl::x509::X509::from_der(&certificate).unwrap())
        .build2("a good password")
        .unwrap();
    let (file, password) = (directory.path().join("test.p12"), directory.path().join("password"));
    std::fs::write(&file, p12.to_der().unwrap()).unwrap();
    std::fs::write(&password, "a good password\n").unwrap();
    let out = directory.path().join("idp");
    let arguments = |password: &Path| {
        let all =
            ["idp", "init", "--signing-keys", "1", "--out", text(&out), "--pkcs12", text(&file), "--password-file"];
        [all.to_vec(), vec![password.to_str().unwrap()]].concat().iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    let with = |password: &Path| run(&arguments(password).iter().map(String::as_str).collect::<Vec<_>>());

    std::fs::write(directory.path().join("wrong"), "a bad password").unwrap();
    let (code, _, stderr) = with(&directory.path().join("wrong"));
    assert_eq!((code, stderr.contains("wrong password")), (2, true), "{stderr}");
    assert!(!out.exists(), "nothing is written when the key cannot be used");

    let (code, stdout, stderr) = with(&password);
    assert_eq!(code, 0, "{stderr}");
    let idp = PathBuf::from(stdout.lines().next().unwrap());
    assert_eq!(IdentityProvider::load(&idp).unwrap().keys[0].certificate, certificate);
    let written = std::fs::read_to_string(&idp).unwrap();
    assert!(!written.contains("a good password") && written.contains("test.p12"), "{written}");
    let left: Vec<_> = std::fs::read_dir(&out).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert_eq!(left, ["idp.toml"]);
}

fn made(directory: &Path) -> PathBuf {
    let out = directory.join("idp");
    let (code, stdout, stderr) = run(&["idp", "init", "--out", text(&out)]);
    assert_eq!(code, 0, "{stderr}");
    PathBuf::from(stdout.lines().next().unwrap())
}

const TARGET: &str = r#"
schema = 1
environment = "local"
[system]
name = "Eksempel"
[parties.customer]
name = "Eksempel Kommune"
[parties.supplier]
name = "Eksempel Leverandør"
[[metadata]]
name = "sp"
file = "sp.xml"
[saml]
identity_provider = "idp/idp.toml"
metadata = "sp"
minimum_level = "Substantial"
protected = "https://fagsystem.vendor.example/"
[[saml.user]]
name = "første <b>"
common_name = "Test Testesen"
serial = "6b1f3a52-5d0e-4a0c-9a6e-1c2d3e4f5a61"
cvr = "90000001"
organisation = "Eksempel Kommune"
role = [{ uri = "http://fagsystem.example/roles/usersystemrole/laes/1" }]
[[saml.user]]
name = "anden"
common_name = "Prøve Prøvesen"
serial = "6b1f3a52-5d0e-4a0c-9a6e-1c2d3e4f5a62"
cvr = "90000001"
organisation = "Eksempel Kommune"
"#;

const SP: &str = "https://saml.fagsystem.vendor.example";

/// `idp serve`, running until it is dropped, and a client.
struct Desk {
    process: Child,
    base: Url,
    provider: IdentityProvider,
    key: PKey<Private>,
    acs: String,
    client: reqwest::Client,
    runtime: tokio::runtime::Runtime,
    _directory: TempDir,
}

struct Answer {
    status: u16,
    headers: reqwest::header::HeaderMap,
    body: String,
}

impl Answer {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

impl Desk {
    fn start(more: &[&str]) -> Self {
        let directory = tempfile::tempdir().unwrap();
        made(directory.path());
        let pki = ExamplePki::new(ExampleKeys::shipped().unwrap(), Timestamp::now()).unwrap();
        let signing = pki.issue(&Leaf::system("Eksempel Fagsystem")).unwrap().certificate;
        let metadata = VendorMetadata::new(SP, "fagsystem.vendor.example", "drift@vendor.example", &signing).to_xml();
        Self::start_with(directory, &metadata, more)
    }

    /// With the identity provider in this directory, for the system with this metadata.
    fn start_with(directory: TempDir, metadata: &str, more: &[&str]) -> Self {
        let idp = directory.path().join("idp/idp.toml");
        let keys = ExampleKeys::shipped().unwrap();
        let read = reading::read(metadata.as_bytes()).unwrap().metadata.entity.unwrap();
        let acs = read.service_providers[0].assertion_consumers[0].location.clone();
        let (sp, target) = (directory.path().join("sp.xml"), directory.path().join("target.toml"));
        std::fs::write(&sp, metadata).unwrap();
        std::fs::write(&target, TARGET).unwrap();
        let mut process = kravprobe()
            .args(["idp", "serve", text(&idp), "--sp", text(&sp), "--target", text(&target)])
            .args(more)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut first = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut first).unwrap();
        let base: Url = first.trim().parse().expect("the program says where it listens");
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let client = reqwest::Client::builder()
            // The certificate is made for the occasion: a person compares its digest.
            .tls_danger_accept_invalid_certs(true)
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let provider = IdentityProvider::load(&idp).unwrap();
        let key = keys.get(Key::System).clone();
        Self { process, base, provider, key, acs, client, runtime, _directory: directory }
    }

    fn send(&self, request: reqwest::RequestBuilder) -> Answer {
        self.runtime.block_on(async {
            let answer = request.send().await.unwrap();
            let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
            Answer { status, headers, body: answer.text().await.unwrap() }
        })
    }

    fn get(&self, path: &str) -> Answer {
        self.send(self.client.get(self.base.join(path).unwrap()))
    }

    fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = self.client.post(self.base.join(path).unwrap());
        self.send(request.header("Content-Type", "application/x-www-form-urlencoded").body(body))
    }

    fn sso(&self) -> Url {
        self.base.join(self.provider.sso.path()).unwrap()
    }

    fn request(&self, acs: &str) -> String {
        format!(
            "<samlp:AuthnRequest xmlns:samlp=\"urn:oasis:names:tc:SAML:2.0:protocol\" ID=\"_6b1f3a525d0e4a0c9a6e1c2d3e4f5a616b1f3a52\" Version=\"2.0\" \
             IssueInstant=\"{}\" Destination=\"{}\" AssertionConsumerServiceURL=\"{acs}\"><saml:Issuer \
             xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\">{SP}</saml:Issuer></samlp:AuthnRequest>",
            Timestamp::now(),
            self.sso()
        )
    }

    /// Sends an AuthnRequest by Redirect and gives the path of the page that it leads to.
    fn begin(&self, request: &str, signer: Option<&PKey<Private>>) -> String {
        let signer = signer.map(AsRef::as_ref);
        let url = redirect::encode(&self.sso(), Parameter::Request, request, Some("state <1>"), signer).unwrap();
        let answer = self.send(self.client.get(url));
        assert_eq!(answer.status, 303, "{}", answer.body);
        answer.header("location").to_owned()
    }

    /// The answer to a request: what a browser would hand over.
    fn answer(&self, page: &str, change: &str) -> Answer {
        let key = page.split(['/', '?']).nth(2).unwrap();
        self.post(
            "/answer",
            &[
                ("key", key),
                ("lang", "en"),
                ("user", "0"),
                ("change", change),
                ("acs", "0"),
                ("common_name", "Test <Testesen>"),
                ("serial", "6b1f3a52-5d0e-4a0c-9a6e-1c2d3e4f5a61"),
                ("cvr", "90000001"),
                ("organisation", "Eksempel Kommune"),
                ("level", "Substantial"),
                ("roles", "http://fagsystem.example/roles/usersystemrole/laes/1 | cvr=90000002\n"),
                ("attributes", "urn:example:note=x"),
            ],
        )
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The value of a hidden field, as a browser would send it.
fn hidden(page: &str, name: &str) -> String {
    let from = page.split(&format!("name=\"{name}\" value=\"")).nth(1).unwrap_or_else(|| panic!("no {name}: {page}"));
    let value = from.split('"').next().unwrap();
    value.replace("&#60;", "<").replace("&#62;", ">").replace("&#38;", "&")
}

#[test]
fn a_person_logs_in_through_the_page() {
    let desk = Desk::start(&["--http"]);
    let start = desk.get("/?lang=en");
    assert_eq!(start.status, 200);
    assert!(start.body.contains(SP) && start.body.contains("knows no real users"), "{}", start.body);
    assert!(desk.get("/").body.contains("kender ingen rigtige brugere"), "Danish when nothing else is asked for");
    let english = desk.client.get(desk.base.clone()).header("Accept-Language", "en-GB,en;q=0.9,da;q=0.8");
    assert!(desk.send(english).body.contains("knows no real users"));

    let metadata = reading::read(desk.get("/metadata.xml").body.as_bytes()).unwrap().metadata.entity.unwrap();
    assert_eq!(metadata.entity_id.as_ref(), Some(&desk.provider.entity_id));
    assert_eq!(metadata.identity_providers[0].single_sign_on[0].location, desk.sso().as_str());

    let page = desk.begin(&desk.request(&desk.acs), Some(&desk.key));
    let shown = desk.get(&page);
    assert_eq!(shown.status, 200);
    assert!(
        shown.body.contains("_6b1f3a525d0e4a0c9a6e1c2d3e4f5a616b1f3a52") && shown.body.contains("state &#60;1&#62;"),
        "{}",
        shown.body
    );
    assert!(!shown.body.contains("✗"), "everything fits: {}", shown.body);
    assert!(shown.body.contains("authn-request."), "the checks on AuthnRequests are shown");
    assert!(shown.body.contains("første &#60;b&#62;") && shown.body.contains("Test Testesen"));
    assert!(desk.get(&format!("{page}&user=1")).body.contains("Prøve Prøvesen"));

    let sent = desk.answer(&page, "good");
    assert_eq!(sent.status, 200, "{}", sent.body);
    assert!(sent.body.contains(&format!("action=\"{}\"", desk.acs)), "{}", sent.body);
    assert!(sent.body.contains("<button>") && !sent.body.contains("<script>"));
    assert_eq!(hidden(&sent.body, "RelayState"), "state <1>");
    let response = String::from_utf8(STANDARD.decode(hidden(&sent.body, "SAMLResponse")).unwrap()).unwrap();
    assert!(
        response.contains("InResponseTo=\"_6b1f3a525d0e4a0c9a6e1c2d3e4f5a616b1f3a52\"") && response.contains(&desk.acs),
        "{response}"
    );
    assert!(response.contains("&lt;Testesen"), "{response}");
    let document = xml::parse(&response).unwrap();
    let assertion = document.get_elements_by_tag_name_ns("urn:oasis:names:tc:SAML:2.0:assertion", "Assertion")[0];
    let trusted: Vec<_> = desk.provider.keys.iter().map(|k| k.certificate.clone()).collect();
    signature::verify_child(&response, &document, assertion, &trusted).unwrap();

    // One change: the Assertion is not signed.
    let unsigned = desk.answer(&page, "unsigned");
    let response = String::from_utf8(STANDARD.decode(hidden(&unsigned.body, "SAMLResponse")).unwrap()).unwrap();
    assert!(!response.contains("SignatureValue"), "{response}");
    assert_eq!(desk.answer(&page, "no-such-change").status, 400);
    assert_eq!(desk.answer("/request/0123?", "good").status, 404);
}

#[test]
fn what_does_not_fit_is_said_and_nothing_goes_to_an_address_that_the_metadata_does_not_name() {
    let desk = Desk::start(&["--http"]);
    let evil = "https://evil.example/\"&gt;&lt;script&gt;alert(1)";
    let page = desk.begin(&desk.request(&evil.replace('"', "&quot;")), None);
    let shown = desk.get(&page.replace("lang=da", "lang=en"));
    assert!(shown.body.contains("does not name") && shown.body.contains("✗"), "{}", shown.body);
    assert!(!shown.body.contains("<script>"), "{}", shown.body);
    let sent = desk.answer(&page, "good");
    assert!(sent.body.contains(&format!("action=\"{}\"", desk.acs)) && !sent.body.contains("evil.example"));

    for answer in [&shown, &sent] {
        let policy = answer.header("content-security-policy");
        assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{policy}");
        assert_eq!(answer.header("cache-control"), "no-store");
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
    }
    assert!(shown.header("content-security-policy").contains("script-src 'none'"));

    // A name of somebody else that points to this machine.
    let rebound = desk.client.get(desk.base.clone()).header("Host", "evil.example");
    assert_eq!(desk.send(rebound).status, 421);

    let sso = desk.provider.sso.path().to_owned();
    for query in ["", "?SAMLRequest=AAAA", "?SAMLRequest=a&SAMLRequest=b", "?SAMLResponse=%%%"] {
        let answer = desk.get(&format!("{sso}{query}"));
        assert_eq!(answer.status, 400, "{query}: {}", answer.body);
    }
    let dtd = STANDARD.encode("<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>");
    assert_eq!(desk.post(&sso, &[("SAMLRequest", &dtd)]).status, 400);
    assert_eq!(desk.post(&sso, &[("SAMLRequest", &"A".repeat(300_000))]).status, 413);
    assert_eq!(desk.get("/elsewhere").status, 404);
}

#[test]
fn old_messages_make_room_for_new_ones() {
    let desk = Desk::start(&["--http"]);
    let message = STANDARD.encode(desk.request(&desk.acs));
    let begin = || desk.post(desk.provider.sso.path(), &[("SAMLRequest", &message)]).header("location").to_owned();
    let first = begin();
    assert_eq!(desk.get(&first).status, 200);
    for _ in 0..kravprobe::fki::desk::STORED {
        begin();
    }
    assert_eq!(desk.get(&first).status, 404);
    assert_eq!(desk.answer(&first, "good").status, 404);
}

#[test]
fn logout_in_both_directions() {
    let desk = Desk::start(&["--http"]);
    let page = desk.begin(&desk.request(&desk.acs), Some(&desk.key));
    let sent = desk.answer(&page, "good");
    let response = String::from_utf8(STANDARD.decode(hidden(&sent.body, "SAMLResponse")).unwrap()).unwrap();
    let name_id = response.split("</saml:NameID>").next().unwrap().rsplit('>').next().unwrap().to_owned();

    // From here.
    let start = desk.get("/?lang=en").body;
    let session = hidden(&start, "key");
    let away = desk.post("/logout-request", &[("key", &session), ("signer", "own"), ("lang", "en")]);
    assert_eq!(away.status, 303, "{}", away.body);
    let url: Url = away.header("location").parse().unwrap();
    let message = redirect::decode(url.query().unwrap()).unwrap();
    let trusted: Vec<_> = desk.provider.keys.iter().map(|k| k.certificate.clone()).collect();
    message.verify(&trusted).unwrap();
    let asked = protocol::read_logout_request(&message.xml).unwrap();
    assert_eq!(asked.name_id.unwrap().value, name_id.replace("&lt;", "<").replace("&gt;", ">"));
    let slo = desk.base.join(desk.provider.slo.path()).unwrap();
    let answer = |in_response_to: &str| {
        format!(
            "<samlp:LogoutResponse xmlns:samlp=\"urn:oasis:names:tc:SAML:2.0:protocol\" ID=\"_answer\" Version=\"2.0\" \
             IssueInstant=\"{}\" Destination=\"{slo}\" InResponseTo=\"{in_response_to}\"><saml:Issuer \
             xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\">{SP}</saml:Issuer><samlp:Status><samlp:StatusCode \
             Value=\"urn:oasis:names:tc:SAML:2.0:status:Success\"/></samlp:Status></samlp:LogoutResponse>",
            Timestamp::now()
        )
    };
    for (in_response_to, fits) in [(asked.header.id.as_str(), true), ("_other", false)] {
        let url = redirect::encode(&slo, Parameter::Response, &answer(in_response_to), None, Some(&desk.key)).unwrap();
        let shown = desk.get(desk.send(desk.client.get(url)).header("location"));
        assert_eq!(!shown.body.contains("✗"), fits, "{}", shown.body);
    }

    // From the system.
    let request = format!(
        "<samlp:LogoutRequest xmlns:samlp=\"urn:oasis:names:tc:SAML:2.0:protocol\" ID=\"_out\" Version=\"2.0\" \
         IssueInstant=\"{}\" Destination=\"{slo}\"><saml:Issuer xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\">{SP}\
         </saml:Issuer><saml:NameID xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\">{name_id}</saml:NameID>\
         </samlp:LogoutRequest>",
        Timestamp::now()
    );
    let url = redirect::encode(&slo, Parameter::Request, &request, Some("back"), Some(&desk.key)).unwrap();
    let page = desk.send(desk.client.get(url)).header("location").to_owned();
    let shown = desk.get(&page);
    assert!(!shown.body.contains("✗"), "{}", shown.body);
    let key = page.split(['/', '?']).nth(2).unwrap();
    let away = desk.post("/logout-answer", &[("key", key)]);
    let url: Url = away.header("location").parse().unwrap();
    let message = redirect::decode(url.query().unwrap()).unwrap();
    message.verify(&trusted).unwrap();
    assert_eq!(message.relay_state.as_deref(), Some("back"));
    let done = protocol::read_logout_response(&message.xml).unwrap();
    assert!(done.is_success() && done.in_response_to.as_deref() == Some("_out"));
    assert!(!desk.get("/?lang=en").body.contains("/logout-request"), "the login is over");
}

#[test]
fn the_page_speaks_tls_and_plain_http_stays_on_this_machine() {
    let desk = Desk::start(&[]);
    assert_eq!(desk.base.scheme(), "https");
    assert_eq!(desk.get("/").status, 200);
    drop(desk);

    let directory = tempfile::tempdir().unwrap();
    let idp = made(directory.path());
    let sp = directory.path().join("sp.xml");
    std::fs::write(&sp, "<a/>").unwrap();
    let serve = |more: &[&str]| run(&[&["idp", "serve", text(&idp), "--sp", text(&sp)], more].concat());
    let (code, _, stderr) = serve(&["--http", "--listen", "0.0.0.0:0"]);
    assert_eq!((code, stderr.contains("loopback")), (2, true), "{stderr}");
    let (code, _, stderr) = serve(&[]);
    assert_eq!((code, stderr.contains("sp.xml")), (2, true), "{stderr}");
}

#[test]
fn a_system_of_others_is_logged_in_to_and_out_of_through_the_page() {
    let directory = tempfile::tempdir().unwrap();
    let idp = made(directory.path());
    let port = free_port().to_string();
    let (code, metadata, stderr) =
        run(&["idp", "metadata", text(&idp), "--address", &format!("http://localhost:{port}")]);
    assert_eq!(code, 0, "{stderr}");
    let mellon = Mellon::start(&metadata);
    let listen = format!("127.0.0.1:{port}");
    let desk = Desk::start_with(directory, &mellon.metadata, &["--http", "--listen", &listen]);

    let mut visitor = Visitor::new(&mellon);
    let away = visitor.get(&mellon.protected()).away.unwrap();
    let page = desk.send(desk.client.get(away)).header("location").to_owned();
    let shown = desk.get(&page);
    assert!(!shown.body.contains("✗ stemmer ikke"), "{}", shown.body);
    let sent = desk.answer(&page, "good");
    let (response, state) = (hidden(&sent.body, "SAMLResponse"), hidden(&sent.body, "RelayState"));
    let inside = visitor.post(&desk.acs, &[("SAMLResponse", &response), ("RelayState", &state)]);
    assert_eq!(inside.status, 200, "{inside:?}");
    assert!(inside.body.contains("Testesen"), "{inside:?}");

    let away = visitor.get(&mellon.logout()).away.unwrap();
    let page = desk.send(desk.client.get(away)).header("location").to_owned();
    assert!(!desk.get(&page).body.contains("✗"), "{}", desk.get(&page).body);
    let back = desk.post("/logout-answer", &[("key", page.split(['/', '?']).nth(2).unwrap())]);
    assert_eq!(visitor.get(&back.header("location").parse().unwrap()).status, 200);
    assert!(visitor.get(&mellon.protected()).away.is_some());
}
