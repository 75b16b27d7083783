//! The checks that read recorded messages, on conversations made by hand: a good one passes every check, and each fault turns red
//! exactly the checks it must. Expectations are written by hand.

use jiff::{SignedDuration, Timestamp};
use kravprobe::check::{Parameters, Value};
use kravprobe::checks;
use kravprobe::outcome::{Outcome as Judged, Reason};
use kravprobe::saml::redirect::{Parameter, encode};
use kravprobe::saml::signature::{KeyInfo, SigningOptions, sign_element};
use kravprobe::subject::trial::transcript::{Exchange, Marker, Outcome, Sent, Step, Stop, Transcript};
use kravprobe::subject::trial::{NotMade, Setting, TRANSCRIPT};
use kravprobe::subject::{Blob, Family, Subject, TrialSubject};
use kravprobe::target::saml::LevelOfAssurance;
use kravprobe::verdict::{Environment, Verdict};
use openssl::asn1::Asn1Time;
use openssl::hash::MessageDigest;
use openssl::pkey::{PKey, Private};
use openssl::rsa::Rsa;
use openssl::x509::X509;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;
use url::Url;

const AT: &str = "2026-02-03T10:00:00Z";
const ENTITY_ID: &str = "https://saml.fagsystem.leverandoer-eksempel.dk";
const ACS: &str = "https://fagsystem.leverandoer-eksempel.dk/saml/acs";
const SSO: &str = "https://idp.kravprobe.example/runtime/saml2/issue.idp";
const SLO: &str = "https://idp.kravprobe.example/runtime/saml2/issue.idp";
const SIGNOFF: &str = "https://idp.kravprobe.example/runtime/saml2/signoff.idp";
const NAME_ID: &str = "C = DK, O = 29189846, CN = Test Testesen, Serial = 6b0c0f1e-0000-4000-8000-000000000001";
const X509_FORMAT: &str = "urn:oasis:names:tc:SAML:1.1:nameid-format:X509SubjectName";
const LEVEL: &str = "https://data.gov.dk/concept/core/nsis/loa";

struct Identity {
    key: PKey<Private>,
    certificate: Vec<u8>,
}

fn identity() -> Identity {
    let key = PKey::from_rsa(Rsa::generate(2048).unwrap()).unwrap();
    let mut builder = X509::builder().unwrap();
    builder.set_version(2).unwrap();
    builder.set_pubkey(&key).unwrap();
    builder.set_not_before(&Asn1Time::from_str("20250101000000Z").unwrap()).unwrap();
    builder.set_not_after(&Asn1Time::from_str("20271231235959Z").unwrap()).unwrap();
    builder.sign(&key, MessageDigest::sha256()).unwrap();
    Identity { key, certificate: builder.build().to_der().unwrap() }
}

static VENDOR: LazyLock<Identity> = LazyLock::new(identity);
static STRANGER: LazyLock<Identity> = LazyLock::new(identity);

fn at() -> Timestamp {
    AT.parse().unwrap()
}

fn metadata(encryption: bool) -> String {
    let certificate = openssl::base64::encode_block(&VENDOR.certificate);
    let key = |usage: &str| {
        format!(
            "<md:KeyDescriptor use=\"{usage}\"><ds:KeyInfo xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"><ds:X509Data>\
             <ds:X509Certificate>{certificate}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>"
        )
    };
    let keys = key("signing") + &if encryption { key("encryption") } else { String::new() };
    format!(
        "<md:EntityDescriptor xmlns:md=\"urn:oasis:names:tc:SAML:2.0:metadata\" entityID=\"{ENTITY_ID}\">\
         <md:SPSSODescriptor protocolSupportEnumeration=\"urn:oasis:names:tc:SAML:2.0:protocol\">{keys}\
         <md:AssertionConsumerService Binding=\"urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST\" Location=\"{ACS}\" index=\"0\"/>\
         </md:SPSSODescriptor></md:EntityDescriptor>"
    )
}

fn setting() -> Setting {
    Setting {
        identity_provider: "https://saml.idp.kravprobe.example/runtime".to_owned(),
        sso: SSO.to_owned(),
        slo: SLO.to_owned(),
        slo_response: Some(SIGNOFF.to_owned()),
        service_provider: ENTITY_ID.to_owned(),
        acs: ACS.to_owned(),
        minimum_level: Some(LevelOfAssurance::Substantial),
        signing_certificates: Vec::new(),
    }
}

fn blob(transcript: &Transcript) -> Blob {
    Blob::new(TRANSCRIPT, serde_json::to_vec(transcript).unwrap())
}

fn subject(id: &str) -> TrialSubject {
    TrialSubject {
        id: id.to_owned(),
        case: id.split_once(':').unwrap().1.to_owned(),
        environment: Environment::Local,
        at: at(),
        setting: setting(),
        metadata: Blob::new("application/samlmetadata+xml", metadata(true).into_bytes()),
        not_made: None,
        nobody: None,
        before: None,
        trial: None,
        after: None,
    }
}

fn transcript(exchanges: Vec<Exchange>) -> Transcript {
    Transcript { started: at(), genuine: Vec::new(), forged: Vec::new(), sent: Vec::new(), exchanges, stopped: None }
}

fn exchange(step: Step, url: &str, outcome: Outcome) -> Exchange {
    Exchange {
        browser: 0,
        visit: 0,
        step,
        at: at(),
        method: "GET".to_owned(),
        url: url.to_owned(),
        form: Vec::new(),
        cookies: Vec::new(),
        outcome,
    }
}

fn page(step: Step, body: &str) -> Exchange {
    let outcome = Outcome::Answered { status: 200, headers: Vec::new(), set: Vec::new(), body: body.to_owned() };
    exchange(step, "https://fagsystem.leverandoer-eksempel.dk/min-side", outcome)
}

/// Every outcome of a family on a subject, by check.
fn judge(family: Family, subject: &TrialSubject) -> BTreeMap<&'static str, Judged> {
    let subject = match family {
        Family::AuthnRequest => Subject::AuthnRequest(subject.clone()),
        Family::Login => Subject::Login(subject.clone()),
        _ => Subject::Logout(subject.clone()),
    };
    let checks = checks::of_family(family);
    checks.map(|c| (c.meta().id, c.judge(&subject, &Parameters::defaults(c.meta())))).collect()
}

/// The checks of these that do not pass, with verdict and reason.
fn not_passed(outcomes: &BTreeMap<&'static str, Judged>) -> BTreeMap<&'static str, (Verdict, Reason)> {
    let bad = outcomes.iter().filter(|(_, o)| o.verdict != Verdict::Pass);
    bad.map(|(id, o)| (*id, (o.verdict, o.reason))).collect()
}

fn failures(names: &[(&'static str, Reason)]) -> BTreeMap<&'static str, (Verdict, Reason)> {
    names.iter().map(|(id, reason)| (*id, (Verdict::Fail, *reason))).collect()
}

// AuthnRequest

const ID_1: &str = "_0123456789abcdef0123456789abcdef";
const ID_2: &str = "_fedcba9876543210fedcba9876543210";

fn authn_request(id: &str) -> String {
    format!(
        "<samlp:AuthnRequest xmlns:samlp=\"urn:oasis:names:tc:SAML:2.0:protocol\" xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\" \
         ID=\"{id}\" Version=\"2.0\" IssueInstant=\"2026-02-03T09:59:58.123Z\" Destination=\"{SSO}\" \
         ProtocolBinding=\"urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST\" AssertionConsumerServiceURL=\"{ACS}\">\
         <saml:Issuer>{ENTITY_ID}</saml:Issuer><samlp:NameIDPolicy AllowCreate=\"true\"/>\
         <samlp:RequestedAuthnContext Comparison=\"minimum\"><saml:AuthnContextClassRef>{LEVEL}/Substantial</saml:AuthnContextClassRef>\
         </samlp:RequestedAuthnContext></samlp:AuthnRequest>"
    )
}

fn redirect(
    location: &str,
    parameter: Parameter,
    xml: &str,
    relay_state: Option<&str>,
    key: Option<&Identity>,
) -> String {
    let location = Url::parse(location).unwrap();
    encode(&location, parameter, xml, relay_state, key.map(|k| &*k.key)).unwrap().into()
}

fn login(url: &str) -> Transcript {
    transcript(vec![page(Step::Login, "log ind"), exchange(Step::Login, url, Outcome::ToIdentityProvider)])
}

fn logins(first: &str, second: &str) -> TrialSubject {
    let mut subject = subject("authn-request:login");
    subject.before = Some(blob(&login(first)));
    subject.after = Some(blob(&login(second)));
    subject
}

/// Two logins whose requests were changed by `change` and then signed.
fn changed(change: impl Fn(String) -> String) -> TrialSubject {
    let url = |id: &str| redirect(SSO, Parameter::Request, &change(authn_request(id)), Some("_c0ffee"), Some(&VENDOR));
    logins(&url(ID_1), &url(ID_2))
}

#[test]
fn good_authn_requests_pass_every_check() {
    let outcomes = judge(Family::AuthnRequest, &changed(|xml| xml));
    assert!(outcomes.len() >= 15);
    assert_eq!(not_passed(&outcomes), BTreeMap::new());
}

#[test]
fn a_fault_in_the_authn_request_turns_exactly_its_checks_red() {
    let replaced = |from: &'static str, to: &'static str| {
        changed(move |xml| {
            assert!(xml.contains(from), "the fault changes nothing: {from}");
            xml.replace(from, to)
        })
    };
    let cases: Vec<(TrialSubject, Vec<(&'static str, Reason)>)> = vec![
        (replaced("Version=\"2.0\"", "Version=\"1.1\""), vec![("authn-request.version", Reason::Different)]),
        (replaced("issue.idp\" ", "other.idp\" "), vec![("authn-request.destination", Reason::Different)]),
        (
            replaced(" Destination=\"https://idp.kravprobe.example/runtime/saml2/issue.idp\"", ""),
            vec![("authn-request.destination", Reason::Missing)],
        ),
        (
            replaced("eksempel.dk</saml:Issuer>", "eksempel.dk/</saml:Issuer>"),
            vec![("authn-request.issuer", Reason::Different)],
        ),
        (
            replaced(
                "<saml:Issuer>",
                "<saml:Issuer Format=\"urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress\">",
            ),
            vec![("authn-request.issuer", Reason::Different)],
        ),
        (replaced("ID=\"_", "ID=\"0_"), vec![("authn-request.id", Reason::Malformed)]),
        (
            changed(|xml| xml.replace(ID_1, "_0123456789abcdef").replace(ID_2, "_fedcba9876543210")),
            vec![("authn-request.id", Reason::TooSmall)],
        ),
        (replaced("09:59:58.123Z", "10:59:58Z"), vec![("authn-request.issue-instant", Reason::Different)]),
        (replaced("09:59:58.123Z", "09:54:59Z"), vec![("authn-request.issue-instant", Reason::Different)]),
        (replaced("09:59:58.123Z", "10:59:58+01:00"), vec![("authn-request.issue-instant", Reason::Malformed)]),
        (replaced("saml/acs", "saml/ACS"), vec![("authn-request.consumer-service", Reason::Different)]),
        (
            replaced(
                "AssertionConsumerServiceURL=",
                "AssertionConsumerServiceIndex=\"0\" AssertionConsumerServiceURL=",
            ),
            vec![("authn-request.consumer-service", Reason::Contradiction)],
        ),
        (replaced("HTTP-POST", "HTTP-Artifact"), vec![("authn-request.protocol-binding", Reason::Different)]),
        (replaced(" Comparison=\"minimum\"", ""), vec![("authn-request.authn-context", Reason::Different)]),
        (replaced("=\"minimum\"", "=\"exact\""), vec![("authn-request.authn-context", Reason::Different)]),
        (
            replaced(
                "https://data.gov.dk/concept/core/nsis/loa/Substantial",
                "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport",
            ),
            vec![("authn-request.authn-context", Reason::Different)],
        ),
        (replaced("loa/Substantial", "loa/Low"), vec![("authn-request.level", Reason::TooSmall)]),
        (
            replaced(
                "AllowCreate=\"true\"",
                "AllowCreate=\"true\" Format=\"urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress\"",
            ),
            vec![("authn-request.name-id-policy", Reason::Different)],
        ),
    ];
    for (number, (subject, expected)) in cases.into_iter().enumerate() {
        assert_eq!(not_passed(&judge(Family::AuthnRequest, &subject)), failures(&expected), "case {number}");
    }
}

#[test]
fn what_a_system_may_leave_out_of_an_authn_request_is_no_fault() {
    let without = [
        format!(" AssertionConsumerServiceURL=\"{ACS}\""),
        " ProtocolBinding=\"urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST\"".to_owned(),
        "<samlp:NameIDPolicy AllowCreate=\"true\"/>".to_owned(),
    ];
    for part in without {
        let subject = changed(|xml| xml.replace(&part, ""));
        assert_eq!(not_passed(&judge(Family::AuthnRequest, &subject)), BTreeMap::new(), "{part}");
    }
    let index = changed(|xml| {
        xml.replace(&format!("AssertionConsumerServiceURL=\"{ACS}\""), "AssertionConsumerServiceIndex=\"0\"")
    });
    assert_eq!(not_passed(&judge(Family::AuthnRequest, &index)), BTreeMap::new());
    let profile = format!("<saml:AuthnContextClassRef>{LEVEL}");
    let beside = changed(|xml| {
        let person = "<saml:AuthnContextClassRef>https://data.gov.dk/eid/Professional</saml:AuthnContextClassRef>";
        xml.replace(&profile, &format!("{person}{profile}"))
    });
    assert_eq!(not_passed(&judge(Family::AuthnRequest, &beside)), BTreeMap::new());
}

#[test]
fn a_request_that_redaction_touched_fails_nobody() {
    let url = |id: &str| {
        let whole = redirect(SSO, Parameter::Request, &authn_request(id), Some("_c0ffee"), Some(&VENDOR));
        whole.replace("_c0ffee", "«redacted:token»")
    };
    let outcomes = judge(Family::AuthnRequest, &logins(&url(ID_1), &url(ID_2)));
    assert!(outcomes.values().all(|o| o.verdict == Verdict::Inconclusive), "{:?}", not_passed(&outcomes));
}

#[test]
fn an_absent_destination_passes_where_the_profile_allows_it() {
    let subject = changed(|xml| xml.replace(&format!(" Destination=\"{SSO}\""), ""));
    let check = checks::by_id("authn-request.destination").unwrap();
    let parameters = Parameters([("when_present".to_owned(), Value::Boolean(true))].into());
    assert_eq!(check.judge(&Subject::AuthnRequest(subject), &parameters).verdict, Verdict::Pass);
    let elsewhere = changed(|xml| xml.replace("issue.idp\" ", "other.idp\" "));
    assert_eq!(check.judge(&Subject::AuthnRequest(elsewhere), &parameters).verdict, Verdict::Fail);
}

#[test]
fn an_id_that_repeats_fails_and_one_login_alone_decides_nothing_about_it() {
    let url = redirect(SSO, Parameter::Request, &authn_request(ID_1), None, Some(&VENDOR));
    let outcomes = judge(Family::AuthnRequest, &logins(&url, &url));
    assert_eq!(not_passed(&outcomes), failures(&[("authn-request.id", Reason::Duplicate)]));
    let mut one = logins(&url, &url);
    let mut broken = transcript(vec![page(Step::Login, "vedligeholdelse")]);
    broken.stopped = Some(Stop::NoRequest);
    one.after = Some(blob(&broken));
    let expected = BTreeMap::from([("authn-request.id", (Verdict::Inconclusive, Reason::AnswerUnusable))]);
    assert_eq!(not_passed(&judge(Family::AuthnRequest, &one)), expected);
}

#[test]
fn a_fault_in_one_of_two_authn_requests_counts() {
    let good = redirect(SSO, Parameter::Request, &authn_request(ID_1), None, Some(&VENDOR));
    let bad = redirect(SSO, Parameter::Request, &authn_request(ID_2), None, None);
    for (first, second) in [(&good, &bad), (&bad, &good)] {
        let verdict = judge(Family::AuthnRequest, &logins(first, second))["authn-request.signed"].verdict;
        assert_eq!(verdict, Verdict::Fail);
    }
}

/// A query with a signature of another kind than `encode` makes.
fn signed_with(query: &str, algorithm: &str, digest: MessageDigest) -> String {
    let escape = |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    let query = format!("{query}&SigAlg={}", escape(algorithm));
    let mut maker = openssl::sign::Signer::new(digest, &VENDOR.key).unwrap();
    let (_, signed) = query.split_once('?').unwrap();
    let signature = maker.sign_oneshot_to_vec(signed.as_bytes()).unwrap();
    format!("{query}&Signature={}", escape(&openssl::base64::encode_block(&signature)))
}

#[test]
fn the_signature_of_a_query_counts_over_its_exact_octets_with_a_registered_key() {
    let unsigned = |id: &str| redirect(SSO, Parameter::Request, &authn_request(id), Some("_c0ffee"), None);
    let signed = |id: &str| redirect(SSO, Parameter::Request, &authn_request(id), Some("_c0ffee"), Some(&VENDOR));
    let stranger = |id: &str| redirect(SSO, Parameter::Request, &authn_request(id), None, Some(&STRANGER));
    let sha1 =
        |id: &str| signed_with(&unsigned(id), "http://www.w3.org/2000/09/xmldsig#rsa-sha1", MessageDigest::sha1());
    let sha512 = |id: &str| {
        signed_with(&unsigned(id), "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512", MessageDigest::sha512())
    };
    // The signature covers RelayState too, and the encoding that was sent, not another of the same text.
    let relay = |id: &str| signed(id).replace("_c0ffee", "_decaf");
    let encoding = |id: &str| signed(id).replace("%2B", "%2b").replace("%2F", "%2f").replace("%3D", "%3d");

    let judged =
        |url: &dyn Fn(&str) -> String| not_passed(&judge(Family::AuthnRequest, &logins(&url(ID_1), &url(ID_2))));
    assert_eq!(judged(&signed), BTreeMap::new());
    assert_eq!(judged(&sha512), BTreeMap::new());
    let missing = BTreeMap::from([
        ("authn-request.signature-algorithm", (Verdict::NotTested, Reason::Missing)),
        ("authn-request.signed", (Verdict::Fail, Reason::Missing)),
    ]);
    assert_eq!(judged(&unsigned), missing);
    assert_eq!(judged(&stranger), failures(&[("authn-request.signed", Reason::SignatureInvalid)]));
    assert_eq!(judged(&relay), failures(&[("authn-request.signed", Reason::SignatureInvalid)]));
    assert_eq!(judged(&encoding), failures(&[("authn-request.signed", Reason::SignatureInvalid)]));
    let weak = [("authn-request.signature-algorithm", Reason::Weak), ("authn-request.signed", Reason::Weak)];
    assert_eq!(judged(&sha1), failures(&weak));
}

#[test]
fn an_algorithm_that_the_probe_cannot_verify_is_no_fault_of_the_system() {
    let url = |id: &str| {
        let unsigned = redirect(SSO, Parameter::Request, &authn_request(id), None, None);
        signed_with(&unsigned, "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256", MessageDigest::sha256())
    };
    let expected = BTreeMap::from([("authn-request.signed", (Verdict::Inconclusive, Reason::AnswerUnusable))]);
    assert_eq!(not_passed(&judge(Family::AuthnRequest, &logins(&url(ID_1), &url(ID_2)))), expected);
}

/// A login whose request comes in a form.
fn posted(xml: &str) -> Transcript {
    let mut request = exchange(Step::Login, SSO, Outcome::ToIdentityProvider);
    request.method = "POST".into();
    request.form = vec![
        ("SAMLRequest".to_owned(), openssl::base64::encode_block(xml.as_bytes())),
        ("RelayState".to_owned(), "_c0ffee".to_owned()),
    ];
    transcript(vec![request])
}

fn enveloped(xml: &str, id: &str, by: &Identity) -> String {
    sign_element(xml, id, &by.key, KeyInfo::Certificate(&by.certificate), SigningOptions::default()).unwrap()
}

#[test]
fn a_posted_authn_request_is_signed_inside() {
    let judged = |by: &Identity| {
        let mut subject = subject("authn-request:login");
        subject.before = Some(blob(&posted(&enveloped(&authn_request(ID_1), ID_1, by))));
        subject.after = Some(blob(&posted(&enveloped(&authn_request(ID_2), ID_2, by))));
        not_passed(&judge(Family::AuthnRequest, &subject))
    };
    let embedded = ("authn-request.no-embedded-signature", (Verdict::NotApplicable, Reason::DoesNotConcern));
    assert_eq!(judged(&VENDOR), BTreeMap::from([embedded]));
    let signed = ("authn-request.signed", (Verdict::Fail, Reason::SignatureInvalid));
    assert_eq!(judged(&STRANGER), BTreeMap::from([embedded, signed]));
    // A signature inside a message by Redirect is one too many, though the query's own is good.
    let url = |id: &str| {
        let xml = enveloped(&authn_request(id), id, &VENDOR);
        redirect(SSO, Parameter::Request, &xml, None, Some(&VENDOR))
    };
    let outcomes = judge(Family::AuthnRequest, &logins(&url(ID_1), &url(ID_2)));
    assert_eq!(not_passed(&outcomes), failures(&[("authn-request.no-embedded-signature", Reason::Forbidden)]));
}

#[test]
fn relay_state_is_short_and_no_address() {
    let verdict = |state: &str| {
        let url = |id: &str| redirect(SSO, Parameter::Request, &authn_request(id), Some(state), Some(&VENDOR));
        judge(Family::AuthnRequest, &logins(&url(ID_1), &url(ID_2)))["authn-request.relay-state"].verdict
    };
    for good in ["_6b0c0f1e", "/min-side", "eyJhbGciOi", &"x".repeat(80)] {
        assert_eq!(verdict(good), Verdict::Pass, "{good}");
    }
    let bad = [
        "https://fagsystem.leverandoer-eksempel.dk/",
        "//evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        &"ø".repeat(41),
    ];
    for state in bad {
        assert_eq!(verdict(state), Verdict::Fail, "{state}");
    }
}

#[test]
fn an_unreadable_authn_request_fails_one_check_and_leaves_the_others_untested() {
    let dtd = |id: &str| {
        let xml = format!("<!DOCTYPE a []>{}", authn_request(id));
        redirect(SSO, Parameter::Request, &xml, None, Some(&VENDOR))
    };
    let zlib = |_: &str| format!("{SSO}?SAMLRequest=eJwDAAAAAAE%3D");
    let nothing = |_: &str| SSO.to_owned();
    let twice = |id: &str| {
        format!("{0}&SAMLRequest=x", redirect(SSO, Parameter::Request, &authn_request(id), None, Some(&VENDOR)))
    };
    let urls: [&dyn Fn(&str) -> String; 4] = [&dtd, &zlib, &nothing, &twice];
    for url in urls {
        let outcomes = judge(Family::AuthnRequest, &logins(&url(ID_1), &url(ID_2)));
        for (id, outcome) in outcomes {
            let expected = match id {
                "authn-request.readable" => (Verdict::Fail, Reason::Malformed),
                _ => (Verdict::NotTested, Reason::SubjectUnreadable),
            };
            assert_eq!((outcome.verdict, outcome.reason), expected, "{id}: {}", outcome.observed);
        }
    }
}

#[test]
fn without_a_conversation_nothing_passes_and_nothing_fails() {
    for family in [Family::AuthnRequest, Family::Logout, Family::Login] {
        let bare = subject("authn-request:login");
        let mut broken = bare.clone();
        let mut stopped = transcript(Vec::new());
        stopped.stopped = Some(Stop::Unreachable { reason: "refused".to_owned() });
        for place in [&mut broken.before, &mut broken.trial, &mut broken.after] {
            *place = Some(blob(&stopped));
        }
        let mut garbage = bare.clone();
        for place in [&mut garbage.before, &mut garbage.trial, &mut garbage.after] {
            *place = Some(Blob::new(TRANSCRIPT, b"{}".to_vec()));
        }
        for subject in [&bare, &broken, &garbage] {
            for (id, outcome) in judge(family, subject) {
                assert!(!matches!(outcome.verdict, Verdict::Pass | Verdict::Fail), "{id}: {outcome:?}");
            }
        }
    }
}

#[test]
fn a_trial_that_was_not_made_is_not_tested() {
    let mut subject = subject("logout:sp-initiated");
    subject.not_made = Some(NotMade::NotAuthorised);
    for family in [Family::AuthnRequest, Family::Logout] {
        let message_checks =
            judge(family, &subject).into_iter().filter(|(id, _)| id.contains("request-") || id.contains("response-"));
        for (id, outcome) in message_checks.filter(|(id, _)| !id.ends_with("-refused")) {
            assert_eq!((outcome.verdict, outcome.reason), (Verdict::NotTested, Reason::NotAuthorised), "{id}");
        }
    }
}

#[test]
fn encryption_does_not_concern_a_system_without_a_certificate_for_it() {
    let mut subject = subject("login:encrypted-unsigned");
    subject.not_made = Some(NotMade::NeedsEncryptionKey);
    subject.metadata = Blob::new("application/samlmetadata+xml", metadata(false).into_bytes());
    let outcomes = judge(Family::Login, &subject);
    let encrypted: BTreeSet<_> =
        outcomes.iter().filter(|(_, o)| o.verdict == Verdict::NotApplicable).map(|(id, _)| *id).collect();
    let expected = [
        "login.encrypted-oaep-sha1-accepted",
        "login.encrypted-oaep-sha256-accepted",
        "login.encrypted-unsigned-refused",
    ];
    assert_eq!(encrypted, expected.into());
}

// Logout

fn sent(message: &str, id: &str) -> Sent {
    Sent {
        message: message.to_owned(),
        id: id.to_owned(),
        name_id: Some(NAME_ID.to_owned()),
        name_id_format: Some(X509_FORMAT.to_owned()),
        session_index: Some("_session-1".to_owned()),
        assertion: None,
        cvr: None,
        xml: String::new(),
    }
}

fn logout_request() -> String {
    format!(
        "<samlp:LogoutRequest xmlns:samlp=\"urn:oasis:names:tc:SAML:2.0:protocol\" xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\" \
         ID=\"{ID_1}\" Version=\"2.0\" IssueInstant=\"2026-02-03T09:59:58Z\" Destination=\"{SLO}\"><saml:Issuer>{ENTITY_ID}</saml:Issuer>\
         <saml:NameID Format=\"{X509_FORMAT}\">{NAME_ID}</saml:NameID><samlp:SessionIndex>_session-1</samlp:SessionIndex>\
         </samlp:LogoutRequest>"
    )
}

fn logout_response() -> String {
    format!(
        "<samlp:LogoutResponse xmlns:samlp=\"urn:oasis:names:tc:SAML:2.0:protocol\" xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\" \
         ID=\"{ID_1}\" InResponseTo=\"_logout-1\" Version=\"2.0\" IssueInstant=\"2026-02-03T09:59:58Z\" Destination=\"{SIGNOFF}\">\
         <saml:Issuer>{ENTITY_ID}</saml:Issuer><samlp:Status><samlp:StatusCode Value=\"urn:oasis:names:tc:SAML:2.0:status:Success\"/>\
         </samlp:Status></samlp:LogoutResponse>"
    )
}

/// A witness: the protected page and the page that shows who is logged in, one after the other.
fn witness(step: Step, protected: Exchange, identity: &str) -> [Exchange; 2] {
    let mut protected = protected;
    protected.step = step;
    protected.visit = 100;
    let mut identity = page(step, identity);
    identity.visit = 101;
    [protected, identity]
}

fn seen_by_nobody() -> Transcript {
    let sent_to_login = exchange(Step::Witness, SSO, Outcome::ToIdentityProvider);
    transcript(witness(Step::Witness, sent_to_login, "Ingen er logget ind").into())
}

/// A conversation with a login, and then this.
fn after_login(messages: Vec<Sent>, exchanges: Vec<Exchange>) -> Transcript {
    let user = "Velkommen, Test Testesen 4711";
    let mut all = Vec::from(witness(Step::WitnessLogin, page(Step::WitnessLogin, user), user));
    all.extend(exchanges);
    let mut transcript = transcript(all);
    transcript.genuine = vec![Marker { field: "common-name".to_owned(), value: "Test Testesen 4711".to_owned() }];
    transcript.sent = [vec![sent("Response", "_response-1")], messages].concat();
    transcript
}

fn logout_subject(trial: &Transcript) -> TrialSubject {
    let mut subject = subject("logout:sp-initiated");
    subject.nobody = Some(blob(&seen_by_nobody()));
    subject.before = Some(blob(&after_login(Vec::new(), Vec::new())));
    subject.trial = Some(blob(trial));
    subject
}

fn judge_logout(transcript: &Transcript, prefix: &str) -> BTreeMap<&'static str, (Verdict, Reason)> {
    let mut outcomes = judge(Family::Logout, &logout_subject(transcript));
    outcomes.retain(|id, _| id.starts_with(prefix));
    assert!(outcomes.len() >= 4);
    not_passed(&outcomes)
}

/// The identity provider's LogoutRequest on its way to the system.
fn ended_by_identity_provider() -> Exchange {
    let location = "https://fagsystem.leverandoer-eksempel.dk/saml/slo";
    let url = redirect(location, Parameter::Request, "<samlp:LogoutRequest/>", Some("kravprobe-relay"), None);
    let outcome = Outcome::Answered { status: 302, headers: Vec::new(), set: Vec::new(), body: String::new() };
    exchange(Step::Logout, &url, outcome)
}

fn requested(location: &str, xml: &str, by: Option<&Identity>) -> BTreeMap<&'static str, (Verdict, Reason)> {
    let url = redirect(location, Parameter::Request, xml, None, by);
    let exchanges = vec![exchange(Step::Logout, &url, Outcome::ToIdentityProvider)];
    judge_logout(&after_login(Vec::new(), exchanges), "logout.request-")
}

fn answered(location: &str, xml: &str, by: Option<&Identity>) -> BTreeMap<&'static str, (Verdict, Reason)> {
    answered_with(&redirect(location, Parameter::Response, xml, Some("kravprobe-relay"), by))
}

fn answered_with(url: &str) -> BTreeMap<&'static str, (Verdict, Reason)> {
    let exchanges = vec![ended_by_identity_provider(), exchange(Step::Logout, url, Outcome::ToIdentityProvider)];
    judge_logout(&after_login(vec![sent("LogoutRequest", "_logout-1")], exchanges), "logout.response-")
}

#[test]
fn good_logout_messages_pass_every_check() {
    assert_eq!(requested(SLO, &logout_request(), Some(&VENDOR)), BTreeMap::new());
    assert_eq!(answered(SIGNOFF, &logout_response(), Some(&VENDOR)), BTreeMap::new());
}

#[test]
fn a_fault_in_the_logout_request_turns_exactly_its_checks_red() {
    let with = |from: &str, to: &str| {
        let good = logout_request();
        assert!(good.contains(from), "the fault changes nothing: {from}");
        requested(SLO, &good.replace(from, to), Some(&VENDOR))
    };
    let one = |id: &'static str, reason: Reason| failures(&[(id, reason)]);
    assert_eq!(with("C = DK, O = ", "C=DK,O="), one("logout.request-name-id", Reason::Different));
    assert_eq!(with("X509SubjectName", "unspecified"), one("logout.request-name-id", Reason::Different));
    assert_eq!(with(&format!(" Format=\"{X509_FORMAT}\""), ""), one("logout.request-name-id", Reason::Different));
    assert_eq!(with("_session-1", "_session-2"), one("logout.request-session-index", Reason::Different));
    assert_eq!(
        with("<samlp:SessionIndex>_session-1</samlp:SessionIndex>", ""),
        one("logout.request-session-index", Reason::Missing)
    );
    assert_eq!(with("issue.idp\"", "signoff.idp\""), one("logout.request-destination", Reason::Different));
    assert_eq!(with("dk</saml:Issuer>", "dk/</saml:Issuer>"), one("logout.request-issuer", Reason::Different));
    assert_eq!(with("09:59:58Z", "11:00:00Z"), one("logout.request-issue-instant", Reason::Different));
    let elsewhere = requested(SIGNOFF, &logout_request(), Some(&VENDOR));
    assert_eq!(elsewhere, one("logout.request-sent", Reason::Different));
    let stranger = requested(SLO, &logout_request(), Some(&STRANGER));
    assert_eq!(stranger, one("logout.request-signed", Reason::SignatureInvalid));
    let unsigned = requested(SLO, &logout_request(), None);
    assert_eq!(unsigned["logout.request-signed"], (Verdict::Fail, Reason::Missing));
    assert_eq!(unsigned["logout.request-signature-algorithm"], (Verdict::NotTested, Reason::Missing));
    assert_eq!(unsigned.len(), 2);
}

#[test]
fn an_encrypted_identifier_in_the_logout_request_decides_nothing() {
    let name = format!("<saml:NameID Format=\"{X509_FORMAT}\">{NAME_ID}</saml:NameID>");
    let xml = logout_request().replace(&name, "<saml:EncryptedID/>");
    let expected = BTreeMap::from([("logout.request-name-id", (Verdict::Inconclusive, Reason::AnswerUnusable))]);
    assert_eq!(requested(SLO, &xml, Some(&VENDOR)), expected);
}

#[test]
fn a_fault_in_the_logout_response_turns_exactly_its_checks_red() {
    let with = |from: &str, to: &str| {
        let good = logout_response();
        assert!(good.contains(from), "the fault changes nothing: {from}");
        answered(SIGNOFF, &good.replace(from, to), Some(&VENDOR))
    };
    let one = |id: &'static str, reason: Reason| failures(&[(id, reason)]);
    assert_eq!(with("status:Success", "status:Responder"), one("logout.response-success", Reason::Different));
    let partial = "status:Success\"><samlp:StatusCode Value=\"urn:oasis:names:tc:SAML:2.0:status:PartialLogout\"/></samlp:StatusCode>";
    assert_eq!(with("status:Success\"/>", partial), one("logout.response-success", Reason::Different));
    assert_eq!(with("_logout-1", "_logout-2"), one("logout.response-in-response-to", Reason::Different));
    assert_eq!(with(" InResponseTo=\"_logout-1\"", ""), one("logout.response-in-response-to", Reason::Missing));
    assert_eq!(with("dk</saml:Issuer>", "dk/</saml:Issuer>"), one("logout.response-in-response-to", Reason::Different));
    assert_eq!(with("signoff.idp\"", "issue.idp\""), one("logout.response-sent", Reason::Different));
    assert_eq!(answered(SLO, &logout_response(), Some(&VENDOR)), one("logout.response-sent", Reason::Different));
    assert_eq!(answered(SIGNOFF, &logout_response(), None), one("logout.response-signed", Reason::Missing));
    let stranger = answered(SIGNOFF, &logout_response(), Some(&STRANGER));
    assert_eq!(stranger, one("logout.response-signed", Reason::SignatureInvalid));
    let signed = |state| redirect(SIGNOFF, Parameter::Response, &logout_response(), state, Some(&VENDOR));
    assert_eq!(answered_with(&signed(None)), one("logout.response-relay-state", Reason::Missing));
    assert_eq!(answered_with(&signed(Some("other"))), one("logout.response-relay-state", Reason::Different));
}

#[test]
fn a_logout_response_in_a_form_is_read_too() {
    let judged = |xml: &str| {
        let mut answer = exchange(Step::Logout, SIGNOFF, Outcome::ToIdentityProvider);
        answer.method = "POST".into();
        answer.form = vec![
            ("SAMLResponse".to_owned(), openssl::base64::encode_block(xml.as_bytes())),
            ("RelayState".to_owned(), "kravprobe-relay".to_owned()),
        ];
        let exchanges = vec![ended_by_identity_provider(), answer];
        judge_logout(&after_login(vec![sent("LogoutRequest", "_logout-1")], exchanges), "logout.response-")
    };
    assert_eq!(judged(&enveloped(&logout_response(), ID_1, &VENDOR)), BTreeMap::new());
    assert_eq!(judged(&logout_response()), failures(&[("logout.response-signed", Reason::Missing)]));
}

#[test]
fn a_system_that_sends_no_logout_message_fails_only_when_it_answered_and_a_login_was_seen() {
    let verdict = |transcript: &Transcript, id: &'static str| {
        let outcome = judge(Family::Logout, &logout_subject(transcript)).remove(id).unwrap();
        (outcome.verdict, outcome.reason)
    };
    let silent = after_login(Vec::new(), vec![page(Step::Logout, "Du er logget ud")]);
    assert_eq!(verdict(&silent, "logout.request-sent"), (Verdict::Fail, Reason::Missing));
    assert_eq!(verdict(&silent, "logout.request-signed"), (Verdict::NotTested, Reason::Missing));
    // A new login after the local logout is no LogoutRequest.
    let url = redirect(SSO, Parameter::Request, &authn_request(ID_1), None, Some(&VENDOR));
    let again = after_login(Vec::new(), vec![exchange(Step::Logout, &url, Outcome::ToIdentityProvider)]);
    assert_eq!(verdict(&again, "logout.request-sent"), (Verdict::Fail, Reason::Missing));
    let mut unseen = silent.clone();
    unseen.exchanges.retain(|e| e.step != Step::WitnessLogin);
    let outside = exchange(Step::WitnessLogin, SSO, Outcome::ToIdentityProvider);
    unseen.exchanges.extend(witness(Step::WitnessLogin, outside, "Ingen er logget ind"));
    assert_eq!(verdict(&unseen, "logout.request-sent"), (Verdict::Inconclusive, Reason::ControlFailed));
    let mut broken = silent;
    broken.stopped = Some(Stop::TimedOut { seconds: 20 });
    assert_eq!(verdict(&broken, "logout.request-sent"), (Verdict::Inconclusive, Reason::AnswerUnusable));
    let unanswered = after_login(vec![sent("LogoutRequest", "_logout-1")], vec![page(Step::Logout, "Du er logget ud")]);
    assert_eq!(verdict(&unanswered, "logout.response-sent"), (Verdict::Fail, Reason::Missing));
    assert_eq!(verdict(&unanswered, "logout.response-success"), (Verdict::NotTested, Reason::Missing));
}

#[test]
fn an_expired_message_is_an_hour_over_and_outside_every_skew() {
    use kravprobe::trial::Mutation;
    let case = checks::login::CHECKS.iter().map(|c| c.case()).find(|c| c.id == "expired").unwrap();
    let [Mutation::Shift(seconds)] = case.mutations else { panic!("the case shifts the time") };
    // A good message lives five minutes.
    assert!(SignedDuration::from_secs(*seconds) + SignedDuration::from_mins(5) <= -SignedDuration::from_hours(1));
}
