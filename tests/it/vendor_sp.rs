//! The reference vendor as a running system: the strict one lets good messages in and no other, and each fault shows as what
//! it says it is. The client is as plain as can be, so that it shares nothing with the probe's own browser.

use crate::support::run;
use base64::Engine;
use jiff::Timestamp;
use kravprobe::capture::browser::{Addresses, Arrival, Browser, From, Recorder, Request};
use kravprobe::capture::http::HttpClient;
use kravprobe::checks::login::CHECKS;
use kravprobe::fki::identity_provider::{IdentityProvider, Style};
use kravprobe::fki::login::{Order, Person, Recipient, Response, Shape};
use kravprobe::fki::logout::{LogoutOrder, LogoutSigner};
use kravprobe::saml::protocol::{self, AuthnRequest};
use kravprobe::saml::redirect::{self, RedirectMessage, RedirectProblem};
use kravprobe::saml::{metadata, xml};
use kravprobe::subject::trial::transcript::Step;
use kravprobe::target::Politeness;
use kravprobe::target::saml::{AttributeProfile, LevelOfAssurance, NameIdKind, Role};
use kravprobe::trial::{Case, ContentEncryption, Delivery, Encryption, KeyTransport, Mutation, RecipientKeyInfo};
use kravprobe::vendor::pki::ExampleKeys;
use kravprobe::vendor::service_provider::{Area, CANARY_ATTRIBUTE, Fault, ROLE, ServiceProvider, Setup};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;
use tempfile::TempDir;
use url::Url;

static KEYS: LazyLock<ExampleKeys> = LazyLock::new(|| ExampleKeys::shipped().unwrap());
static PROVIDER: LazyLock<(TempDir, IdentityProvider)> = LazyLock::new(|| {
    let directory = tempfile::tempdir().unwrap();
    let file =
        IdentityProvider::create(&directory.path().join("idp"), Style::ContextHandler, 2, Timestamp::now()).unwrap();
    let provider = IdentityProvider::load(&file).unwrap();
    (directory, provider)
});

fn provider() -> &'static IdentityProvider {
    &PROVIDER.1
}

/// A running system and what its metadata says.
struct Stage {
    system: ServiceProvider,
    entity_id: String,
    acs: String,
    slo: Url,
    signing: Vec<Vec<u8>>,
    encryption: Vec<u8>,
    client: reqwest::Client,
    runtime: tokio::runtime::Runtime,
}

impl Stage {
    fn new(faults: &[Fault]) -> Self {
        let metadata = provider().metadata(Timestamp::now()).unwrap();
        let system = ServiceProvider::start(Setup::new(metadata, KEYS.clone()).with(faults)).unwrap();
        let document = xml::parse(system.metadata()).unwrap();
        let entity = metadata::read(&document).entity.unwrap();
        let role = &entity.service_providers[0];
        let certificate = |key: &metadata::KeyDescriptor| key.certificates[0].bytes.clone().unwrap();
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let client = reqwest::Client::builder()
            .tls_certs_only([reqwest::Certificate::from_der(system.web_root()).unwrap()])
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .build()
            .unwrap();
        Self {
            entity_id: entity.entity_id.clone().unwrap(),
            acs: role.assertion_consumers[0].location.clone(),
            slo: role.logout[0].location.parse().unwrap(),
            signing: role.keys.iter().filter(|k| k.signs()).map(certificate).collect(),
            encryption: role.keys.iter().find(|k| k.encrypts()).map(certificate).unwrap(),
            client,
            runtime: tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap(),
            system,
        }
    }

    fn url(&self, path: &str) -> String {
        self.system.base().join(path).unwrap().into()
    }

    fn response(&self, request: Option<&str>, person: &Person, mutations: &[Mutation]) -> Response {
        let order = Order {
            to: Recipient {
                entity_id: &self.entity_id,
                acs: &self.acs,
                encryption_certificate: Some(&self.encryption),
            },
            in_response_to: request,
            person,
            forged: Some(&forged()),
            shape: Shape {
                attributes: AttributeProfile::Oiosaml3,
                name_id: NameIdKind::X509SubjectName,
                encrypted: false,
                minimum_level: Some(LevelOfAssurance::Substantial),
            },
            mutations,
            at: Timestamp::now(),
        };
        provider().response(&order).unwrap()
    }
}

fn person(name: &str, serial: &str) -> Person {
    Person {
        common_name: name.to_owned(),
        serial: serial.to_owned(),
        cvr: "90000009".to_owned(),
        organisation: "Eksempel Kommune".to_owned(),
        email: Some(format!("{serial}@kommune.example")),
        level: LevelOfAssurance::Substantial,
        name_id: None,
        roles: vec![Role { uri: ROLE.to_owned(), cvr: None, constraint: BTreeMap::new() }],
        attributes: BTreeMap::from([(CANARY_ATTRIBUTE.to_owned(), format!("kanariefugl-{serial}"))]),
    }
}

fn ane() -> Person {
    person("Ane <Eksempel>", "11111111-1111-4111-8111-111111111111")
}

fn forged() -> Person {
    person("Falske Eksempel", "22222222-2222-4222-8222-222222222222")
}

/// A browser that keeps cookies by name and looks at nothing else.
struct Visitor<'s> {
    stage: &'s Stage,
    cookies: BTreeMap<String, String>,
    set: Vec<String>,
}

struct Page {
    status: u16,
    location: Option<String>,
    body: String,
}

impl<'s> Visitor<'s> {
    fn new(stage: &'s Stage) -> Self {
        Self { stage, cookies: BTreeMap::new(), set: Vec::new() }
    }

    fn send(&mut self, request: reqwest::RequestBuilder) -> Page {
        let cookies: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let request = request.header("Cookie", cookies.join("; "));
        let (status, headers, body) = self.stage.runtime.block_on(async {
            let response = request.send().await.unwrap();
            (response.status().as_u16(), response.headers().clone(), response.text().await.unwrap())
        });
        for cookie in headers.get_all("set-cookie") {
            let text = cookie.to_str().unwrap();
            self.set.push(text.to_owned());
            let (name, value) = text.split(';').next().unwrap().split_once('=').unwrap();
            if text.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        Page { status, location: headers.get("location").map(|l| l.to_str().unwrap().to_owned()), body }
    }

    fn get(&mut self, url: &str) -> Page {
        let url = if url.starts_with('/') { self.stage.url(url) } else { url.to_owned() };
        self.send(self.stage.client.get(url))
    }

    /// Begins a login at `page`.
    fn begin(&mut self, page: &str) -> Asked {
        let page = self.get(page);
        let location = page.location.expect("the user is sent to the identity provider");
        let (address, query) = location.split_once('?').unwrap();
        let message = redirect::decode(query).unwrap();
        let request = protocol::read_authn_request(&message.xml).unwrap();
        Asked { address: address.to_owned(), message, request }
    }

    fn deliver(&mut self, response: &Response, relay_state: Option<&str>) -> Page {
        let encoded = base64::engine::general_purpose::STANDARD.encode(&response.xml);
        let mut body = url::form_urlencoded::Serializer::new(String::new());
        body.append_pair("SAMLResponse", &encoded);
        if let Some(relay_state) = relay_state {
            body.append_pair("RelayState", relay_state);
        }
        let request = self.stage.client.post(&self.stage.acs).body(body.finish());
        self.send(request.header("Content-Type", "application/x-www-form-urlencoded"))
    }

    fn log_in(&mut self, person: &Person) -> Response {
        let asked = self.begin("/login");
        let response = self.stage.response(Some(&asked.request.header.id), person, &[]);
        self.deliver(&response, asked.message.relay_state.as_deref());
        response
    }

    /// Serial of who is logged in.
    fn serial(&mut self) -> Option<String> {
        let page = self.get("/api/mig");
        let value: serde_json::Value = serde_json::from_str(&page.body).unwrap();
        value.get("serial").map(|serial| serial.as_str().unwrap().to_owned())
    }
}

struct Asked {
    address: String,
    message: RedirectMessage,
    request: AuthnRequest,
}

fn faults_of(area: Area) -> BTreeSet<&'static str> {
    Fault::ALL.iter().filter(|f| f.area() == area).map(|f| f.name()).collect()
}

#[test]
fn every_fault_has_a_name_that_is_parsed_and_listed() {
    let names: BTreeSet<_> = Fault::ALL.iter().map(|f| f.name()).collect();
    assert_eq!(names.len(), Fault::ALL.len());
    let (code, out, _) = run(&["vendor", "faults", "--lang", "en"]);
    assert_eq!(code, 0);
    let (code, danish, _) = run(&["vendor", "faults"]);
    assert_eq!(code, 0);
    for fault in Fault::ALL {
        assert_eq!(fault.name().parse::<Fault>().as_ref(), Ok(fault));
        assert!(fault.name().bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-'), "{fault}");
        assert!(out.contains(fault.what().en) && out.contains(fault.name()), "{fault}");
        assert!(danish.contains(fault.what().da), "{fault}");
    }
    let error = "accept-unsigned".parse::<Fault>().unwrap_err().to_string();
    assert_eq!(error, "no fault is named `accept-unsigned`; did you mean `accepts-unsigned`?");
    let (code, _, error) = run(&["vendor", "serve", "--idp-metadata", "none.xml", "--fault", "accept-unsigned"]);
    assert_eq!(code, 2);
    assert!(error.contains("did you mean"), "{error}");
}

#[test]
fn the_strict_request_is_what_the_context_handler_asks_for() {
    let stage = Stage::new(&[]);
    let mut visitor = Visitor::new(&stage);
    let (one, two) = (visitor.begin("/login"), visitor.begin("/sager?sag=7"));
    for asked in [&one, &two] {
        assert_eq!(asked.address, provider().sso.as_str());
        assert_eq!(asked.message.verify(&stage.signing), Ok(0));
        assert!(asked.message.sig_alg.as_ref().unwrap().ends_with("#rsa-sha256"));
        assert!(asked.message.relay_state.as_ref().is_some_and(|r| r.len() == 32), "opaque");
        let header = &asked.request.header;
        assert!(header.id.len() == 33 && header.id.starts_with('_'));
        assert_eq!(header.destination.as_deref(), Some(provider().sso.as_str()));
        assert_eq!(header.issuer.as_ref().unwrap().value, stage.entity_id);
        assert_eq!(header.version.as_deref(), Some("2.0"));
        let issued: Timestamp = header.issue_instant.as_ref().unwrap().parse().unwrap();
        assert!(Timestamp::now().duration_since(issued).abs().as_secs() < 60);
        assert_eq!(asked.request.acs_url.as_deref(), Some(stage.acs.as_str()));
        assert_eq!(asked.request.protocol_binding.as_deref(), Some("urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"));
        let context = asked.request.requested_authn_context.as_ref().unwrap();
        assert_eq!(context.comparison.as_deref(), Some("minimum"));
        assert_eq!(context.class_refs, ["https://data.gov.dk/concept/core/nsis/loa/Substantial"]);
    }
    assert_ne!(one.request.header.id, two.request.header.id);
    let login = visitor.set.first().unwrap();
    for part in ["__Host-login=", "; Path=/", "; Secure", "; HttpOnly", "; SameSite=None"] {
        assert!(login.contains(part), "{login}");
    }
}

#[test]
fn a_good_login_opens_a_session_that_shows_who_it_is() {
    let stage = Stage::new(&[]);
    let mut visitor = Visitor::new(&stage);
    assert_eq!(visitor.get("/api/mig").status, 401);
    assert_eq!(visitor.get("/mig").status, 401);
    assert_eq!(visitor.get("/").status, 200);
    let asked = visitor.begin("/sager?sag=7");
    let response = stage.response(Some(&asked.request.header.id), &ane(), &[]);
    let page = visitor.deliver(&response, asked.message.relay_state.as_deref());
    assert_eq!((page.status, page.location.as_deref()), (303, Some("/sager?sag=7")), "the deep link is restored");
    let cookie = visitor.set.iter().find(|c| c.starts_with("__Host-session=")).unwrap();
    for part in ["; Path=/", "; Secure", "; HttpOnly", "; SameSite=Lax"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    assert_eq!(visitor.get("/sager?sag=7").status, 200);
    let html = visitor.get("/mig").body;
    for shown in ["Ane &lt;Eksempel&gt;", "@kommune.example", "90000009", "Substantial", "kanariefugl-1111"] {
        assert!(html.contains(shown), "{shown}: {html}");
    }
    let json: serde_json::Value = serde_json::from_str(&visitor.get("/api/mig").body).unwrap();
    assert_eq!(json["commonName"], "Ane <Eksempel>");
    assert_eq!(json["nameId"], response.name_id.as_str());
    assert_eq!(json["canary"], "kanariefugl-11111111-1111-4111-8111-111111111111");

    let mut again = Visitor::new(&stage);
    again.log_in(&Person {
        name_id: Some(format!("C = DK, O = 90000009, CN = Ane\\, Eksempel, Serial = {}", ane().serial)),
        ..ane()
    });
    let second: serde_json::Value = serde_json::from_str(&again.get("/api/mig").body).unwrap();
    assert_eq!(second["user"], json["user"], "the same user by Serial, however the name is written");
    assert_eq!(second["commonName"], "Ane, Eksempel");
    let mut elsewhere = Visitor::new(&stage);
    elsewhere.log_in(&Person { cvr: "90000017".to_owned(), ..ane() });
    let third: serde_json::Value = serde_json::from_str(&elsewhere.get("/api/mig").body).unwrap();
    assert_ne!(third["user"], json["user"], "another user for another organisation");
}

#[test]
fn rights_follow_the_privilege_list_alone() {
    let role = |uri: &str, cvr: Option<&str>| Role {
        uri: uri.to_owned(),
        cvr: cvr.map(str::to_owned),
        constraint: BTreeMap::new(),
    };
    let other_version = ROLE.replace("/1", "/10");
    let cases = [
        (vec![role(ROLE, None)], None),
        (vec![], Some(Fault::RightsWithoutPrivileges)),
        (vec![role(&other_version, None)], Some(Fault::RoleSubstring)),
        (vec![role("http://evil.example/roles/usersystemrole/sagsbehandler/1", None)], Some(Fault::RoleSubstring)),
        (vec![role(ROLE, Some("90000017"))], Some(Fault::ScopeIgnored)),
    ];
    for (roles, widened_by) in cases {
        let ane = Person { roles, ..ane() };
        let status = |faults: &[Fault]| {
            let stage = Stage::new(faults);
            let mut visitor = Visitor::new(&stage);
            visitor.log_in(&ane);
            assert!(visitor.serial().is_some(), "rights or not, the user is logged in");
            visitor.get("/sager").status
        };
        assert_eq!(status(&[]), if widened_by.is_some() { 403 } else { 200 }, "{:?}", ane.roles);
        if let Some(fault) = widened_by {
            assert_eq!(status(&[fault]), 200, "{fault}");
        }
    }
    for (fault, roles) in [
        (Fault::OneNamespace, vec![role(ROLE, None)]),
        (Fault::FirstGroupOnly, vec![role(&other_version, None), role(ROLE, None)]),
    ] {
        let stage = Stage::new(&[fault]);
        let mut visitor = Visitor::new(&stage);
        visitor.log_in(&Person { roles, ..ane() });
        assert_eq!(visitor.get("/sager").status, 403, "{fault}");
    }
}

/// What came of a case: whose session there was afterwards, and the status of the last answer.
fn outcome(stage: &Stage, case: &Case) -> (Option<String>, u16) {
    let mut visitor = Visitor::new(stage);
    let mut other = Visitor::new(stage);
    let asked = match case.delivery {
        Delivery::Unsolicited => None,
        Delivery::ForeignRequest => {
            visitor.begin("/login");
            Some(other.begin("/login"))
        }
        _ => Some(visitor.begin("/login")),
    };
    let id = asked.as_ref().map(|a| a.request.header.id.clone());
    let relay_state = asked.and_then(|a| a.message.relay_state);
    let response = stage.response(id.as_deref(), &ane(), case.mutations);
    let before = visitor.cookies.clone();
    let mut page = visitor.deliver(&response, relay_state.as_deref());
    match case.delivery {
        Delivery::Answer | Delivery::Unsolicited | Delivery::ForeignRequest => {}
        Delivery::ReplayAtOnce => {
            visitor.cookies = before;
            page = visitor.deliver(&response, relay_state.as_deref());
        }
        Delivery::ReplayAfterLogout => {
            visitor.get("/logout");
            page = visitor.deliver(&response, relay_state.as_deref());
        }
        Delivery::ReplayInOtherBrowser => {
            page = other.deliver(&response, relay_state.as_deref());
            return (other.serial(), page.status);
        }
    }
    (visitor.serial(), page.status)
}

fn cases() -> Vec<&'static Case> {
    let mut seen = BTreeSet::new();
    CHECKS.iter().map(|check| check.case()).filter(|case| seen.insert(case.id)).collect()
}

const ACCEPTED: [&str; 4] = ["good", "encrypted-oaep-sha1", "encrypted-oaep-sha256", "second-key"];

#[test]
fn the_strict_system_lets_good_messages_in_and_no_other() {
    let stage = Stage::new(&[]);
    for case in cases() {
        let (serial, status) = outcome(&stage, case);
        if ACCEPTED.contains(&case.id) {
            assert_eq!((serial, status), (Some(ane().serial), 303), "{}", case.id);
        } else {
            assert_eq!(serial, None, "{}", case.id);
            assert!([400, 403].contains(&status), "{}: {status}", case.id);
        }
    }
    let mut visitor = Visitor::new(&stage);
    assert_eq!(visitor.get("/saml/acs").status, 405, "POST only");
    let asked = visitor.begin("/login");
    let mut high =
        stage.response(Some(&asked.request.header.id), &Person { level: LevelOfAssurance::High, ..ane() }, &[]);
    let good = high.xml.clone();
    high.xml = format!("<!DOCTYPE x>{good}");
    assert_eq!(visitor.deliver(&high, None).status, 400);
    high.xml = good;
    let page = visitor.deliver(&high, Some("https://evil.example/"));
    assert_eq!((page.status, page.location.as_deref()), (303, Some("/mig")), "no open redirect");
}

/// Which cases come out another way than in the strict system. Written by hand, from what each fault says it does.
fn changed(fault: Fault) -> Option<Vec<&'static str>> {
    let accepted = ACCEPTED.to_vec();
    Some(match fault {
        Fault::RefusesPlain => vec!["good", "second-key"],
        Fault::RefusesEncrypted => vec!["encrypted-oaep-sha1", "encrypted-oaep-sha256"],
        Fault::RefusesOaepSha256 => vec!["encrypted-oaep-sha256"],
        Fault::RefusesOaepSha1 => vec!["encrypted-oaep-sha1"],
        Fault::OnlyFirstKey => vec!["second-key"],
        Fault::SignatureNotChecked => {
            vec!["unsigned", "sha1", "stranger-x509", "stranger-key-value", "tampered", "encrypted-unsigned"]
        }
        Fault::AcceptsUnsigned => vec!["unsigned", "encrypted-unsigned"],
        Fault::EncryptedNeedsNoSignature => vec!["encrypted-unsigned"],
        Fault::TrustsCertificateInKeyInfo => vec!["stranger-x509"],
        Fault::TrustsKeyValue => vec!["stranger-key-value"],
        Fault::DigestNotChecked => vec!["tampered"],
        Fault::AcceptsSha1 => vec!["sha1"],
        Fault::ReadsFirstAssertion => vec!["xsw1", "xsw2", "xsw3", "xsw4", "xsw5", "xsw6", "xsw8"],
        Fault::ReadsAnyAssertion => vec!["xsw3", "xsw4", "xsw5", "xsw6", "xsw7", "xsw8"],
        Fault::CommentCutsNameId => vec!["comment-in-name-id"],
        Fault::AcceptsExpired => vec!["expired"],
        Fault::AcceptsNotYetValid => vec!["not-yet-valid"],
        Fault::SkewInMinutes => vec!["expired", "not-yet-valid"],
        Fault::AudienceNotChecked => vec!["audience"],
        Fault::RecipientNotChecked => vec!["recipient"],
        Fault::DestinationNotChecked => vec!["destination"],
        Fault::IssuerNotChecked => vec!["issuer"],
        Fault::AcceptsUnknownRequest => vec!["unknown-request"],
        Fault::AcceptsForeignRequest => vec!["other-browsers-request"],
        Fault::AcceptsUnsolicited => vec!["unsolicited"],
        Fault::AcceptsReplay => vec!["replay-at-once", "replay-after-logout"],
        Fault::AcceptsReplayAfterLogout => vec!["replay-after-logout"],
        Fault::AcceptsReplayWithoutCookie => vec!["replay-in-other-browser"],
        Fault::LevelNotChecked => vec!["level-below-minimum"],
        Fault::RefusesEverybody => accepted,
        _ => return None,
    })
}

#[test]
fn each_fault_of_the_login_changes_what_it_says_and_the_wrapping_faults_show_the_forged_user() {
    let cases = cases();
    let mut caught = BTreeSet::new();
    for (number, fault) in Fault::ALL.iter().enumerate() {
        let Some(expected) = changed(*fault) else { continue };
        let stage = Stage::new(&[*fault]);
        let mut found = Vec::new();
        // Of the cases that must come out as ever, a sixth by turns: the whole matrix is for calibration.
        let tried = cases.iter().enumerate();
        let tried = tried.filter(|(index, case)| (index + number) % 6 == 0 || expected.contains(&case.id));
        for (_, case) in tried {
            let (serial, _) = outcome(&stage, case);
            // With a lax reader, a wrapped message may still log in the genuine user. That is no forgery.
            let breach = match serial {
                Some(serial) if case.id.starts_with("xsw") => serial == forged().serial,
                other => other.is_some(),
            };
            if breach != ACCEPTED.contains(&case.id) {
                found.push(case.id);
            }
        }
        let unexpected: Vec<_> = found.iter().filter(|id| !expected.contains(id)).collect();
        for id in &expected {
            assert!(found.contains(id), "{fault} must show in {id}; it shows in {found:?}");
        }
        let wide = [Fault::SignatureNotChecked, Fault::AcceptsUnsigned, Fault::DigestNotChecked];
        assert!(unexpected.is_empty() || wide.contains(fault), "{fault} shows in {unexpected:?} too");
        caught.extend(expected);
    }
    let all: BTreeSet<_> = cases.iter().map(|case| case.id).collect();
    assert_eq!(caught, all, "every case is caught by a fault");
}

#[test]
fn faults_that_no_case_shows_are_faults_all_the_same() {
    type Change = fn(&str) -> String;
    let strict = Stage::new(&[]);
    let with = |fault: Fault| Stage::new(&[fault]);
    let status = |stage: &Stage, person: &Person, mutations: &[Mutation]| {
        let mut visitor = Visitor::new(stage);
        let asked = visitor.begin("/login");
        let response = stage.response(Some(&asked.request.header.id), person, mutations);
        let page = visitor.deliver(&response, asked.message.relay_state.as_deref());
        (page.status, visitor.serial().is_some())
    };
    let blanks = Person { name_id: Some("C = DK, O = 90000009, CN = Ane, Serial = 1-2".to_owned()), ..ane() };
    let high = Person { level: LevelOfAssurance::High, ..ane() };
    let nameless = Person { email: None, ..ane() };
    let short = Person { cvr: "9000000".to_owned(), ..ane() };
    for (fault, person) in [
        (Fault::NameIdNotTrimmed, &blanks),
        (Fault::RefusesHigherLevel, &high),
        (Fault::RefusesWithoutEmail, &nameless),
    ] {
        assert_eq!(status(&strict, person, &[]), (303, true), "{fault}");
        assert_eq!(status(&with(fault), person, &[]), (403, false), "{fault}");
    }
    assert_eq!(status(&strict, &short, &[]), (403, false));
    assert_eq!(status(&with(Fault::CvrNotChecked), &short, &[]), (303, true));
    let only_response = [Mutation::SignResponseOnly];
    assert_eq!(status(&strict, &ane(), &only_response), (403, false));
    assert_eq!(status(&with(Fault::ResponseSignatureSuffices), &ane(), &only_response), (303, true));

    let by_reference = [Mutation::Encrypt(Encryption {
        content: ContentEncryption::Aes256Cbc,
        key: KeyTransport::OaepMgf1pSha1,
        key_info: RecipientKeyInfo::SecurityTokenReference,
    })];
    assert_eq!(status(&strict, &ane(), &by_reference), (303, true));
    assert_eq!(status(&with(Fault::RefusesTokenReference), &ane(), &by_reference), (403, false));

    // What no mutation makes: a message changed as text, to a system that does not look at the signature.
    let changed = |faults: &[Fault], change: &dyn Fn(&str) -> String| {
        let stage = Stage::new(faults);
        let mut visitor = Visitor::new(&stage);
        let asked = visitor.begin("/login");
        let mut response = stage.response(Some(&asked.request.header.id), &ane(), &[]);
        let changed = change(&response.xml);
        assert_ne!(changed, response.xml);
        response.xml = changed;
        visitor.deliver(&response, None);
        visitor.serial()
    };
    let rows: [(Fault, Change); 3] = [
        (Fault::StatusNotChecked, |xml| xml.replace("status:Success", "status:Responder")),
        (Fault::MethodNotChecked, |xml| xml.replace("cm:bearer", "cm:sender-vouches")),
        (Fault::SpecVersionNotChecked, |xml| xml.replace("OIO-SAML-3.0", "DK-SAML-2.0")),
    ];
    for (fault, change) in rows {
        assert_eq!(changed(&[Fault::SignatureNotChecked], &change), None, "{fault}");
        assert_eq!(changed(&[Fault::SignatureNotChecked, fault], &change), Some(ane().serial), "{fault}");
    }
    let forged_last = |xml: &str| {
        let (from, end) = (xml.find("<saml:Assertion").unwrap(), "</saml:Assertion>");
        let to = xml.find(end).unwrap() + end.len();
        let forgery = xml[from..to].replace(&ane().serial, &forged().serial).replacen(" ID=\"_", " ID=\"_f", 1);
        format!("{}{forgery}{}", &xml[..to], &xml[to..])
    };
    assert_eq!(changed(&[], &forged_last), None);
    assert_eq!(changed(&[Fault::ReadsFirstAssertion], &forged_last), Some(ane().serial));
    assert_eq!(changed(&[Fault::ReadsLastAssertion], &forged_last), Some(forged().serial));

    let relay = |fault: &[Fault]| {
        let stage = Stage::new(fault);
        let mut visitor = Visitor::new(&stage);
        let asked = visitor.begin("/login");
        let response = stage.response(Some(&asked.request.header.id), &ane(), &[]);
        visitor.deliver(&response, Some("https://evil.example/")).location
    };
    assert_eq!(relay(&[Fault::OpenRedirect]).as_deref(), Some("https://evil.example/"));
}

#[test]
fn the_variants_for_the_oracle_answer_as_they_say() {
    let unsigned = &[Mutation::Unsigned];
    let try_with = |fault, mutations: &[Mutation]| {
        let stage = Stage::new(&[fault]);
        let mut visitor = Visitor::new(&stage);
        let asked = visitor.begin("/login");
        let response = stage.response(Some(&asked.request.header.id), &ane(), mutations);
        let page = visitor.deliver(&response, asked.message.relay_state.as_deref());
        (page.status, visitor.serial().is_some())
    };
    assert_eq!(try_with(Fault::RefusesEverybody, &[]), (403, false));
    assert_eq!(try_with(Fault::ErrorsWith200, &[]), (303, true));
    assert_eq!(try_with(Fault::ErrorsWith200, unsigned), (200, false));
    assert_eq!(try_with(Fault::SessionForEverythingThen403, &[]), (403, true));
    assert_eq!(try_with(Fault::SessionForEverythingThen403, unsigned), (403, true));
    assert_eq!(try_with(Fault::SessionForBadThen403, &[]), (303, true));
    assert_eq!(try_with(Fault::SessionForBadThen403, unsigned), (403, true));
    assert_eq!(try_with(Fault::GoodWith500, &[]), (500, true));
    assert_eq!(try_with(Fault::GoodWith500, unsigned), (403, false));
}

#[test]
fn each_fault_of_the_request_shows_in_it() {
    type Shows = fn(&Stage, &Asked, &Asked) -> bool;
    let rows: [(Fault, Shows); 20] = [
        (Fault::RequestUnsigned, |s, a, _| a.message.verify(&s.signing) == Err(RedirectProblem::Unsigned)),
        (Fault::RequestSignedReencoded, |s, a, _| a.message.verify(&s.signing) == Err(RedirectProblem::Untrusted)),
        (Fault::RequestSignedSha1, |_, a, _| a.message.sig_alg.as_ref().unwrap().ends_with("#rsa-sha1")),
        (Fault::RequestSignedWithOtherKey, |s, a, _| a.message.verify(&s.signing) == Err(RedirectProblem::Untrusted)),
        (Fault::RequestDestination, |_, a, _| a.request.header.destination.as_ref().is_some_and(|d| *d != a.address)),
        (Fault::RequestWithoutDestination, |_, a, _| a.request.header.destination.is_none()),
        (Fault::RequestIssuer, |s, a, _| {
            a.request.header.issuer.as_ref().unwrap().value == format!("{}/", s.entity_id)
        }),
        (Fault::RequestAcs, |s, a, _| a.request.acs_url.as_ref().is_some_and(|url| *url != s.acs)),
        (Fault::RequestBinding, |_, a, _| a.request.protocol_binding.as_ref().unwrap().ends_with("HTTP-Artifact")),
        (Fault::RequestStale, |_, a, _| {
            let at: Timestamp = a.request.header.issue_instant.as_ref().unwrap().parse().unwrap();
            Timestamp::now().duration_since(at).as_mins() > 50
        }),
        (Fault::RequestLocalTime, |_, a, _| !a.request.header.issue_instant.as_ref().unwrap().ends_with('Z')),
        (Fault::RequestVersion, |_, a, _| a.request.header.version.as_deref() == Some("1.1")),
        (Fault::RequestExactContext, |_, a, _| context(a).comparison.is_none()),
        (Fault::RequestPasswordContext, |_, a, _| context(a).class_refs[0].ends_with("PasswordProtectedTransport")),
        (Fault::RequestLowContext, |_, a, _| context(a).class_refs[0].ends_with("/Low")),
        (Fault::RequestRepeatedId, |_, a, b| a.request.header.id == b.request.header.id),
        (Fault::RequestCountedId, |_, a, _| a.request.header.id.len() < 10),
        (Fault::RequestNumericId, |_, a, _| a.request.header.id.starts_with(|c: char| c.is_ascii_digit())),
        (Fault::RequestNameIdPolicy, |_, a, _| {
            let policy = a.request.name_id_policy.as_ref();
            policy.is_some_and(|p| p.format.as_ref().unwrap().ends_with("emailAddress"))
        }),
        (Fault::RequestRelayStateAddress, |_, a, _| {
            a.message.relay_state.as_ref().is_some_and(|r| r.starts_with("https://") && r.len() > 80)
        }),
    ];
    assert_eq!(rows.iter().map(|(f, _)| f.name()).collect::<BTreeSet<_>>(), faults_of(Area::AuthnRequest));
    let strict = Stage::new(&[]);
    let asked = |stage: &Stage| {
        let mut visitor = Visitor::new(stage);
        (visitor.begin("/login"), visitor.begin("/login"))
    };
    let good = asked(&strict);
    for (fault, shows) in rows {
        assert!(!shows(&strict, &good.0, &good.1), "{fault}");
        let stage = Stage::new(&[fault]);
        let bad = asked(&stage);
        assert!(shows(&stage, &bad.0, &bad.1), "{fault}");
    }
}

fn context(asked: &Asked) -> &protocol::RequestedAuthnContext {
    asked.request.requested_authn_context.as_ref().unwrap()
}

/// A message in a redirect.
fn sent(page: &Page) -> (String, RedirectMessage) {
    let location = page.location.as_ref().expect("a redirect");
    let (address, query) = location.split_once('?').unwrap();
    (address.to_owned(), redirect::decode(query).unwrap())
}

#[test]
fn logout_begun_here_ends_the_session_and_tells_the_identity_provider() {
    let stage = Stage::new(&[]);
    let mut visitor = Visitor::new(&stage);
    let response = visitor.log_in(&ane());
    let old = visitor.cookies.clone();
    let page = visitor.get("/logout");
    let (address, message) = sent(&page);
    assert_eq!(address, provider().slo.as_str());
    assert_eq!(message.verify(&stage.signing), Ok(0));
    let request = protocol::read_logout_request(&message.xml).unwrap();
    let name_id = request.name_id.clone().unwrap();
    assert_eq!(name_id.value, response.name_id);
    assert_eq!(name_id.format.as_deref(), Some(response.name_id_format.as_str()));
    assert_eq!(request.session_indexes, std::slice::from_ref(&response.session_index));
    assert_eq!(request.header.destination.as_deref(), Some(provider().slo.as_str()));
    let mut thief = Visitor::new(&stage);
    thief.cookies = old;
    assert_eq!(thief.serial(), None, "the old cookie is worth nothing");

    let now = Timestamp::now();
    let answer = provider().logout_response(&stage.slo, &request.header.id, None, now).unwrap();
    let page = visitor.get(answer.url.as_str());
    assert!(page.status == 200 && page.body.contains("Du er logget ud."), "{}", page.body);
    assert_eq!(visitor.get(answer.url.as_str()).status, 403, "only once");
    let unasked = provider().logout_response(&stage.slo, "_unknown", None, now).unwrap();
    assert_eq!(visitor.get(unasked.url.as_str()).status, 403);
}

struct LoggedOut {
    page: Page,
    session: bool,
    id: String,
}

fn logout_by_provider(
    stage: &Stage,
    visitor: &mut Visitor<'_>,
    response: &Response,
    signer: LogoutSigner,
) -> LoggedOut {
    let order = LogoutOrder {
        destination: &stage.slo,
        name_id: &response.name_id,
        name_id_format: &response.name_id_format,
        session_index: &response.session_index,
        relay_state: Some("state-of-the-idp"),
        signer,
        at: Timestamp::now(),
    };
    let request = provider().logout_request(&order).unwrap();
    let page = visitor.get(request.url.as_str());
    LoggedOut { page, session: visitor.serial().is_some(), id: request.id }
}

#[test]
fn logout_begun_at_the_identity_provider_ends_that_users_session_and_no_other() {
    let stage = Stage::new(&[]);
    let mut visitor = Visitor::new(&stage);
    let response = visitor.log_in(&ane());
    for signer in [LogoutSigner::Nobody, LogoutSigner::Stranger] {
        let done = logout_by_provider(&stage, &mut visitor, &response, signer);
        assert_eq!((done.page.status, done.session), (403, true), "{signer:?}");
    }
    let mut other = Visitor::new(&stage);
    other.log_in(&forged());
    let done = logout_by_provider(&stage, &mut other, &response, LogoutSigner::Own);
    assert!(done.session, "another user's request does not end this browser's session");
    assert_eq!(visitor.serial(), None, "but the other user's own");
    let (address, message) = sent(&done.page);
    assert_eq!(address, provider().slo_response.as_ref().unwrap().as_str());
    assert_eq!(message.verify(&stage.signing), Ok(0));
    assert_eq!(message.relay_state.as_deref(), Some("state-of-the-idp"));
    let answer = protocol::read_logout_response(&message.xml).unwrap();
    assert!(answer.is_success());
    assert_eq!(answer.in_response_to.as_deref(), Some(done.id.as_str()));
    assert_eq!(answer.header.destination.as_deref(), Some(address.as_str()));
    assert_eq!(answer.header.issuer.as_ref().unwrap().value, stage.entity_id);
}

#[test]
fn each_fault_of_the_logout_shows_in_it() {
    let mut seen = BTreeSet::new();
    for fault in Fault::ALL.iter().filter(|f| f.area() == Area::Logout) {
        let stage = Stage::new(&[*fault]);
        let mut visitor = Visitor::new(&stage);
        let response = visitor.log_in(&ane());
        let old = visitor.cookies.clone();
        let of_request = |page: &Page| {
            let (address, message) = sent(page);
            let request = protocol::read_logout_request(&message.xml).unwrap();
            (address, message, request)
        };
        let by_provider = |visitor: &mut Visitor<'_>, signer| logout_by_provider(&stage, visitor, &response, signer);
        let answered = |done: &LoggedOut| {
            let (address, message) = sent(&done.page);
            (address, protocol::read_logout_response(&message.xml).unwrap(), message)
        };
        let shows = match fault {
            Fault::LogoutKeepsSession => {
                visitor.get("/logout");
                visitor.serial().is_some()
            }
            Fault::LogoutCookieOnly => {
                visitor.get("/logout");
                let gone = visitor.serial().is_none();
                visitor.cookies = old;
                gone && visitor.serial().is_some()
            }
            Fault::NoLogoutRequest => visitor.get("/logout").location.is_none() && visitor.serial().is_none(),
            Fault::LogoutRequestUnsigned => of_request(&visitor.get("/logout")).1.signature.is_none(),
            Fault::LogoutRequestSha1 => {
                of_request(&visitor.get("/logout")).1.sig_alg.is_some_and(|a| a.ends_with("#rsa-sha1"))
            }
            Fault::LogoutRequestNameId => {
                of_request(&visitor.get("/logout")).2.name_id.unwrap().value != response.name_id
            }
            Fault::LogoutRequestNameIdFormat => of_request(&visitor.get("/logout")).2.name_id.unwrap().format.is_none(),
            Fault::LogoutRequestSessionIndex => {
                of_request(&visitor.get("/logout")).2.session_indexes != std::slice::from_ref(&response.session_index)
            }
            Fault::LogoutRequestWithoutSessionIndex => of_request(&visitor.get("/logout")).2.session_indexes.is_empty(),
            Fault::LogoutRequestDestination => {
                let (address, _, request) = of_request(&visitor.get("/logout"));
                request.header.destination != Some(address)
            }
            Fault::LogoutRequestIssuer => {
                of_request(&visitor.get("/logout")).2.header.issuer.unwrap().value != stage.entity_id
            }
            Fault::LogoutRequestStale => {
                let at = of_request(&visitor.get("/logout")).2.header.issue_instant.unwrap();
                Timestamp::now().duration_since(at.parse().unwrap()).as_mins() > 50
            }
            Fault::IdpLogoutIgnored => {
                let done = by_provider(&mut visitor, LogoutSigner::Own);
                done.session && answered(&done).1.is_success()
            }
            Fault::IdpLogoutUnanswered => {
                let done = by_provider(&mut visitor, LogoutSigner::Own);
                !done.session && done.page.location.is_none()
            }
            Fault::IdpLogoutUnsignedAccepted => {
                by_provider(&mut visitor, LogoutSigner::Stranger).session
                    && !by_provider(&mut visitor, LogoutSigner::Nobody).session
            }
            Fault::IdpLogoutAnyKeyAccepted => {
                by_provider(&mut visitor, LogoutSigner::Nobody).session
                    && !by_provider(&mut visitor, LogoutSigner::Stranger).session
            }
            Fault::IdpLogoutEndsAnySession => {
                let mut other = Visitor::new(&stage);
                other.log_in(&forged());
                !by_provider(&mut other, LogoutSigner::Own).session
            }
            Fault::LogoutResponseToLocation => {
                answered(&by_provider(&mut visitor, LogoutSigner::Own)).0 == provider().slo.as_str()
            }
            Fault::LogoutResponseUnsigned => {
                answered(&by_provider(&mut visitor, LogoutSigner::Own)).2.signature.is_none()
            }
            Fault::LogoutResponseSha1 => {
                let message = answered(&by_provider(&mut visitor, LogoutSigner::Own)).2;
                message.sig_alg.is_some_and(|a| a.ends_with("#rsa-sha1"))
            }
            Fault::LogoutResponseInResponseTo => {
                let done = by_provider(&mut visitor, LogoutSigner::Own);
                answered(&done).1.in_response_to != Some(done.id)
            }
            Fault::LogoutResponseRelayState => {
                answered(&by_provider(&mut visitor, LogoutSigner::Own)).2.relay_state.is_none()
            }
            other => panic!("{other} is shown by nothing here"),
        };
        assert!(shows, "{fault}");
        seen.insert(fault.name());
    }
    assert_eq!(seen, faults_of(Area::Logout));
}

#[test]
fn faults_of_the_session_show_in_its_cookies() {
    let set = |fault: Fault, name: &str| {
        let stage = Stage::new(&[fault]);
        let mut visitor = Visitor::new(&stage);
        visitor.log_in(&ane());
        visitor.set.into_iter().find(|c| c.starts_with(name)).unwrap()
    };
    assert!(!set(Fault::InsecureCookie, "session=").contains("Secure"));
    assert!(set(Fault::StrictSessionCookie, "__Host-session=").contains("SameSite=Strict"));
    assert!(set(Fault::LaxLoginCookie, "__Host-login=").contains("SameSite=Lax"));
    let planted = |faults: &[Fault]| {
        let stage = Stage::new(faults);
        let mut visitor = Visitor::new(&stage);
        visitor.cookies.insert("__Host-session".to_owned(), "planted".to_owned());
        visitor.log_in(&ane());
        visitor.cookies["__Host-session"] == "planted"
    };
    assert!(!planted(&[]) && planted(&[Fault::SessionFixation]));
    let stage = Stage::new(&[Fault::RememberMe]);
    let mut visitor = Visitor::new(&stage);
    visitor.log_in(&ane());
    visitor.get("/logout");
    assert!(visitor.serial().is_some(), "the session comes back by itself");
}

/// Status of the page where a user ends who wants to see `/sager`, in a browser that keeps the rules of SameSite.
fn way_of_a_browser(faults: &[Fault]) -> Option<u16> {
    let stage = Stage::new(faults);
    let polite = Politeness { requests_per_second: 1000, concurrency: 2, timeout_seconds: 10 };
    let root = stage.system.web_root().to_vec();
    let client = HttpClient::new(["localhost".to_owned()], polite, &[root]).unwrap();
    let addresses = Addresses {
        sso: provider().sso.clone(),
        slo: provider().slo.clone(),
        slo_response: provider().slo_response.clone(),
    };
    let mut browser = Browser::new(&client, 0, &addresses);
    let mut log = Recorder::new();
    stage.runtime.block_on(async {
        let page = Request::Get(stage.url("/sager").parse().unwrap());
        let Arrival::IdentityProvider(incoming) = browser.go(Step::Login, page, From::Address, &mut log).await else {
            panic!("not sent to the identity provider")
        };
        let message = redirect::decode(&incoming.query.unwrap()).unwrap();
        let request = protocol::read_authn_request(&message.xml).unwrap();
        let response = stage.response(Some(&request.header.id), &ane(), &[]);
        let encoded = base64::engine::general_purpose::STANDARD.encode(&response.xml);
        let fields =
            vec![("SAMLResponse".to_owned(), encoded), ("RelayState".to_owned(), message.relay_state.unwrap())];
        let post = Request::Post(stage.acs.parse().unwrap(), fields);
        match browser.go(Step::Deliver, post, From::IdentityProvider, &mut log).await {
            Arrival::Page(page) => Some(page.status),
            Arrival::IdentityProvider(_) => None,
            Arrival::Stopped(stop) => panic!("{stop:?}"),
        }
    })
}

#[test]
fn a_browser_that_keeps_the_rules_comes_through_unless_a_cookie_is_too_strict() {
    assert_eq!(way_of_a_browser(&[]), Some(200));
    assert_eq!(way_of_a_browser(&[Fault::LaxLoginCookie]), Some(403), "the login under way is forgotten");
    assert_eq!(way_of_a_browser(&[Fault::StrictSessionCookie]), None, "sent to log in once more");
}

#[test]
fn the_server_is_bounded_and_ends_when_dropped() {
    let stage = Stage::new(&[]);
    let mut visitor = Visitor::new(&stage);
    let body = format!("SAMLResponse={}", "A".repeat(kravprobe::web::MAX_BODY));
    let request = stage.client.post(&stage.acs).header("Content-Type", "application/x-www-form-urlencoded").body(body);
    assert_eq!(visitor.send(request).status, 413);
    let port = stage.system.base().port().unwrap();
    let Stage { system, .. } = stage;
    drop(system);
    assert!(std::net::TcpStream::connect(("127.0.0.1", port)).is_err());
}

#[test]
fn metadata_that_names_no_identity_provider_is_refused_with_the_reason() {
    for (text, reason) in [
        ("", "empty"),
        ("<!DOCTYPE a><a/>", "DTD"),
        (
            "<EntityDescriptor xmlns=\"urn:oasis:names:tc:SAML:2.0:metadata\" entityID=\"https://a.example\"/>",
            "exactly one",
        ),
    ] {
        let error = ServiceProvider::start(Setup::new(text.to_owned(), KEYS.clone())).unwrap_err().to_string();
        assert!(error.contains(reason), "{error}");
    }
    let (code, _, error) = run(&["vendor", "serve", "--idp-metadata", "none.xml", "--listen", "0.0.0.0:0"]);
    assert_eq!(code, 2);
    assert!(error.contains("keys are public"), "{error}");
}
