//! TLS endpoints: every fault of the local endpoint turns exactly the expected checks red; hostile peers end in time.

use jiff::Timestamp;
use kravprobe::capture::tls::{ClientIdentity, TlsSpec, capture_tls};
use kravprobe::check::{Parameters, Value};
use kravprobe::checks::tls::CHECKS;
use kravprobe::outcome::{Outcome, Reason};
use kravprobe::subject::tls::{Controls, HttpExchange, Presented, TlsPurpose, TlsVersion, flight};
use kravprobe::subject::{Subject, TlsSubject};
use kravprobe::vendor::tls::{Behaviour, ClientPolicy, Setup, TlsEndpoint};
use kravprobe::verdict::{Environment, Verdict};
use openssl::asn1::{Asn1Object, Asn1OctetString, Asn1Time};
use openssl::bn::{BigNum, MsbOption};
use openssl::ec::{EcGroup, EcKey};
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::{PKey, Private};
use openssl::rsa::Rsa;
use openssl::ssl::SslVersion;
use openssl::x509::extension::{BasicConstraints, SubjectAlternativeName};
use openssl::x509::{X509, X509Builder, X509Extension, X509NameBuilder};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io::{Read, Write};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const HOST_NAME: &str = "fagsystem.eksempel.dk";

fn at() -> Timestamp {
    "2026-11-21T12:00:00Z".parse().unwrap()
}

fn ec_key() -> PKey<Private> {
    let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap();
    PKey::from_ec_key(EcKey::generate(&group).unwrap()).unwrap()
}

fn rsa_key(bits: u32) -> PKey<Private> {
    PKey::from_rsa(Rsa::generate(bits).unwrap()).unwrap()
}

/// A certificate with the key that belongs to it.
#[derive(Clone)]
struct Issued {
    certificate: X509,
    key: PKey<Private>,
}

/// What a leaf should look like.
struct Order {
    key: PKey<Private>,
    name: &'static str,
    from: &'static str,
    to: &'static str,
    digest: MessageDigest,
    policy: bool,
}

impl Default for Order {
    fn default() -> Self {
        let (from, to) = ("20261001000000Z", "20270901000000Z");
        Self { key: ec_key(), name: HOST_NAME, from, to, digest: MessageDigest::sha256(), policy: false }
    }
}

fn issue(order: Order, common_name: &str, is_ca: bool, issuer: Option<&Issued>) -> Issued {
    let mut name = X509NameBuilder::new().unwrap();
    name.append_entry_by_text("CN", common_name).unwrap();
    let name = name.build();
    let mut serial = BigNum::new().unwrap();
    serial.rand(120, MsbOption::ONE, false).unwrap();
    let mut builder = X509Builder::new().unwrap();
    builder.set_version(2).unwrap();
    builder.set_serial_number(&serial.to_asn1_integer().unwrap()).unwrap();
    builder.set_subject_name(&name).unwrap();
    builder.set_issuer_name(issuer.map_or(&name, |i| i.certificate.subject_name())).unwrap();
    builder.set_not_before(&Asn1Time::from_str(order.from).unwrap()).unwrap();
    builder.set_not_after(&Asn1Time::from_str(order.to).unwrap()).unwrap();
    builder.set_pubkey(&order.key).unwrap();
    if is_ca {
        builder.append_extension(BasicConstraints::new().critical().ca().build().unwrap()).unwrap();
    } else {
        let context = builder.x509v3_context(None, None);
        let names = SubjectAlternativeName::new().dns(order.name).build(&context).unwrap();
        builder.append_extension(names).unwrap();
    }
    if order.policy {
        let policies = der_policy("1.2.208.169.1.1.1.3.7");
        let kind = Asn1Object::from_str("2.5.29.32").unwrap();
        let value = Asn1OctetString::new_from_bytes(&policies).unwrap();
        builder.append_extension(X509Extension::new_from_der(&kind, false, &value).unwrap()).unwrap();
    }
    builder.sign(issuer.map_or(&order.key, |i| &i.key), order.digest).unwrap();
    Issued { certificate: builder.build(), key: order.key }
}

/// CertificatePolicies with one policy: SEQUENCE { SEQUENCE { OBJECT IDENTIFIER } }.
fn der_policy(oid: &str) -> Vec<u8> {
    let oid = Asn1Object::from_str(oid).unwrap();
    let content = oid.as_slice();
    let length = |n: usize| u8::try_from(n).unwrap();
    let mut out = vec![0x30, length(content.len() + 4), 0x30, length(content.len() + 2), 0x06, length(content.len())];
    out.extend_from_slice(content);
    out
}

fn long_lived() -> Order {
    Order { from: "20200101000000Z", to: "20990101000000Z", ..Order::default() }
}

/// A small web PKI, and one for callers.
struct World {
    root: Issued,
    intermediate: Issued,
    callers: Issued,
    caller: ClientIdentity,
    other_caller: ClientIdentity,
    /// The certificate of `caller`, and another one of the same issuer.
    registered: X509,
    neighbour: ClientIdentity,
}

impl World {
    fn new() -> Self {
        let root = issue(long_lived(), "Test Root", true, None);
        let intermediate = issue(long_lived(), "Test Intermediate", true, Some(&root));
        let callers = issue(long_lived(), "Test Callers", true, None);
        let others = issue(long_lived(), "Callers of Another Environment", true, None);
        let caller = |ca: &Issued| {
            let caller = issue(long_lived(), "Beskedfordeler", false, Some(ca));
            (caller.certificate.clone(), ClientIdentity::new(vec![caller.certificate], caller.key).unwrap())
        };
        let (registered, good) = caller(&callers);
        let (neighbour, other_caller) = (caller(&callers).1, caller(&others).1);
        Self { caller: good, other_caller, registered, neighbour, root, intermediate, callers }
    }

    fn leaf(&self, order: Order) -> Issued {
        issue(order, "server", false, Some(&self.intermediate))
    }

    /// A callback endpoint without fault.
    fn proper(&self, leaf: &Issued) -> Setup {
        let chain = vec![leaf.certificate.clone(), self.intermediate.certificate.clone()];
        let clients = ClientPolicy::Pinned(vec![self.callers.certificate.clone()], self.registered.clone());
        Setup { clients, ..Setup::proper(chain, leaf.key.clone()) }
    }

    fn spec(&self, port: u16, registered: &X509) -> TlsSpec {
        TlsSpec {
            server_name: HOST_NAME.to_owned(),
            registered_certificate: Some(registered.to_der().unwrap()),
            added_roots: vec![self.root.certificate.to_der().unwrap()],
            client: Some(self.caller.clone()),
            other_environment_client: Some(self.other_caller.clone()),
            other_system_client: Some(self.neighbour.clone()),
            requests_per_second: 10_000.0,
            ..TlsSpec::new("callback", Environment::Local, "127.0.0.1", port, TlsPurpose::Callback)
        }
    }

    /// Captures an endpoint set up as the proper one, changed by `fault`.
    fn capture(&self, order: Order, fault: impl FnOnce(&mut Setup)) -> TlsSubject {
        let leaf = self.leaf(order);
        let mut setup = self.proper(&leaf);
        fault(&mut setup);
        let registered = setup.chain[0].clone();
        let endpoint = TlsEndpoint::start(setup).unwrap();
        capture_tls(&self.spec(endpoint.port(), &registered), at())
    }
}

type Outcomes = BTreeMap<&'static str, Outcome>;

/// Every check with its defaults; the agreed port is the endpoint's.
fn judge(subject: &TlsSubject) -> Outcomes {
    let port = Value::Integer(i64::from(subject.port));
    CHECKS
        .iter()
        .map(|check| {
            let mut parameters = Parameters::defaults(check.meta());
            if check.meta().id == "tls.port" {
                parameters.0.insert("port".to_owned(), port.clone());
            }
            (check.meta().id, check.judge(subject, &parameters))
        })
        .collect()
}

fn with_verdict(outcomes: &Outcomes, verdict: Verdict) -> BTreeSet<&str> {
    outcomes.iter().filter(|(_, o)| o.verdict == verdict).map(|(id, _)| id.strip_prefix("tls.").unwrap()).collect()
}

fn judge_with(subject: &TlsSubject, id: &str, name: &str, value: Value) -> Outcome {
    let check = CHECKS.iter().find(|c| c.meta().id == id).unwrap();
    let mut parameters = Parameters::defaults(check.meta());
    assert!(parameters.0.insert(name.to_owned(), value).is_some(), "{id} has no parameter {name}");
    check.judge(subject, &parameters)
}

/// Name, certificate, change of the set-up, checks that turn red.
type Fault<'a> = (&'a str, Order, Box<dyn FnOnce(&mut Setup) + 'a>, &'a [&'a str]);

/// The faults, each with the checks that it must turn red, and no others.
#[test]
fn each_fault_turns_its_checks_red_and_no_others() {
    let world = World::new();
    let days = |from, to| Order { from, to, ..Order::default() };
    let rsa = || Order { key: rsa_key(2048), ..Order::default() };
    let root = &world.root;
    let stranger_root = issue(long_lived(), "Unknown Root", true, None);
    let unknown = issue(Order::default(), "server", false, Some(&stranger_root));
    let faults: Vec<Fault<'_>> = vec![
        ("no fault", Order::default(), Box::new(|_| {}), &[]),
        (
            "403 instead of alerts",
            Order::default(),
            Box::new(|s| {
                s.clients = ClientPolicy::AskedAnswering403(vec![world.registered.clone()]);
            }),
            &[],
        ),
        ("root sent along", Order::default(), Box::new(|s| s.chain.push(root.certificate.clone())), &[]),
        (
            "TLS 1.0 and 1.1",
            Order::default(),
            Box::new(|s| {
                s.oldest = SslVersion::TLS1;
                s.suites += ":ECDHE-ECDSA-AES128-SHA";
            }),
            &["version-1-0-refused", "version-1-1-refused"],
        ),
        (
            "TLS 1.0 and 1.1, and 403",
            Order::default(),
            Box::new(|s| {
                s.oldest = SslVersion::TLS1;
                s.suites += ":ECDHE-ECDSA-AES128-SHA";
                s.clients = ClientPolicy::AskedAnswering403(vec![world.registered.clone()]);
            }),
            &["version-1-0-refused", "version-1-1-refused"],
        ),
        (
            "TLS 1.1",
            Order::default(),
            Box::new(|s| {
                s.oldest = SslVersion::TLS1_1;
                s.suites += ":ECDHE-ECDSA-AES128-SHA";
            }),
            &["version-1-1-refused"],
        ),
        ("TLS 1.3 alone", Order::default(), Box::new(|s| s.oldest = SslVersion::TLS1_3), &["version-1-2-offered"]),
        ("no TLS 1.3", Order::default(), Box::new(|s| s.newest = SslVersion::TLS1_2), &["version-1-3-offered"]),
        (
            "TLS 1.0 alone",
            Order::default(),
            Box::new(|s| {
                (s.oldest, s.newest) = (SslVersion::TLS1, SslVersion::TLS1);
                s.suites = "ECDHE-ECDSA-AES128-SHA".to_owned();
            }),
            &["version-1-0-refused", "version-1-2-offered", "version-1-3-offered"],
        ),
        ("SSL 3.0", Order::default(), Box::new(|s| s.ssl_3 = true), &["ssl-3-refused"]),
        ("NULL suites", Order::default(), Box::new(|s| s.suites += ":ECDHE-ECDSA-NULL-SHA"), &["weak-suites-refused"]),
        ("anonymous suites", Order::default(), Box::new(|s| s.suites += ":AECDH-AES128-SHA"), &["weak-suites-refused"]),
        ("RSA key, no fault", rsa(), Box::new(|_| {}), &[]),
        ("static RSA", rsa(), Box::new(|s| s.suites += ":AES128-GCM-SHA256"), &["forward-secrecy"]),
        (
            "DH of 1024 bits",
            rsa(),
            Box::new(|s| {
                s.suites += ":DHE-RSA-AES128-GCM-SHA256";
                s.small_dh = true;
            }),
            &["key-exchange-strength"],
        ),
        (
            "expired",
            days("20250101000000Z", "20261120000000Z"),
            Box::new(|_| {}),
            &["certificate-remaining-validity", "certificate-validity"],
        ),
        ("not yet valid", days("20261122000000Z", "20271120000000Z"), Box::new(|_| {}), &["certificate-validity"]),
        (
            "expires soon",
            days("20261001000000Z", "20261220000000Z"),
            Box::new(|_| {}),
            &["certificate-remaining-validity"],
        ),
        (
            "wrong name",
            Order { name: "andet.eksempel.dk", ..Order::default() },
            Box::new(|_| {}),
            &["certificate-name"],
        ),
        ("incomplete chain", Order::default(), Box::new(|s| s.chain.truncate(1)), &["certificate-chain"]),
        (
            "untrusted",
            Order::default(),
            Box::new(|s| {
                s.chain = vec![unknown.certificate.clone(), stranger_root.certificate.clone()];
                s.key = unknown.key.clone();
            }),
            &["certificate-chain"],
        ),
        ("RSA of 1024 bits", Order { key: rsa_key(1024), ..Order::default() }, Box::new(|_| {}), &["certificate-key"]),
        (
            "SHA-1",
            Order { digest: MessageDigest::sha1(), ..Order::default() },
            Box::new(|_| {}),
            &["certificate-signature"],
        ),
        ("OCES policy", Order { policy: true, ..Order::default() }, Box::new(|_| {}), &["certificate-not-oces"]),
        (
            "no client certificate asked for",
            Order::default(),
            Box::new(|s| s.clients = ClientPolicy::NotAsked),
            &[
                "client-certificate-demanded",
                "other-environment-client-refused",
                "other-system-client-refused",
                "stranger-client-refused",
            ],
        ),
        (
            "any client certificate",
            Order::default(),
            Box::new(|s| s.clients = ClientPolicy::AnyTaken),
            &["other-environment-client-refused", "other-system-client-refused", "stranger-client-refused"],
        ),
        (
            "any client certificate of the issuer",
            Order::default(),
            Box::new(|s| {
                if let ClientPolicy::Pinned(issuers, _) = &s.clients {
                    s.clients = ClientPolicy::Demanded(issuers.clone());
                }
            }),
            &["other-system-client-refused"],
        ),
        (
            "nobody let in",
            Order::default(),
            Box::new(|s| s.clients = ClientPolicy::NobodyTaken),
            &["registered-client-accepted"],
        ),
        ("plain HTTP", Order::default(), Box::new(|s| s.plain_http = true), &["no-plain-http"]),
        ("no HSTS", Order::default(), Box::new(|s| s.hsts = None), &["hsts"]),
        ("HSTS switched off", Order::default(), Box::new(|s| s.hsts = Some("max-age=0".to_owned())), &["hsts"]),
    ];
    let mut ever_red = BTreeSet::new();
    for (name, order, fault, red) in faults {
        let outcomes = judge(&world.capture(order, fault));
        assert_eq!(with_verdict(&outcomes, Verdict::Fail), red.iter().copied().collect(), "{name}: {outcomes:#?}");
        assert_eq!(with_verdict(&outcomes, Verdict::Error), BTreeSet::new(), "{name}");
        if red.is_empty() {
            assert_eq!(with_verdict(&outcomes, Verdict::Pass).len(), CHECKS.len(), "{name}: {outcomes:#?}");
        }
        ever_red.extend(red.iter().copied());
    }
    // Two faults are in the target, not in the endpoint.
    let subject = world.capture(Order::default(), |_| {});
    let port = judge_with(&subject, "tls.port", "port", Value::Integer(443));
    assert_eq!((port.verdict, port.reason), (Verdict::Fail, Reason::Different));
    let other = TlsSubject { registered_certificate: Some("00".repeat(32)), ..subject };
    assert_eq!(with_verdict(&judge(&other), Verdict::Fail), BTreeSet::from(["certificate-registered"]));
    ever_red.extend(["port", "certificate-registered"]);
    assert_eq!(ever_red.len(), CHECKS.len(), "every check has a fault that turns it red");
}

#[test]
fn parameters_decide_what_a_check_asks_for() {
    let world = World::new();
    let subject = world.capture(Order::default(), |s| s.suites += ":ECDHE-ECDSA-AES128-SHA");
    let groups = |names: &[&str]| Value::List(names.iter().map(|n| (*n).to_owned()).collect());
    let suites = |names: &[&str]| judge_with(&subject, "tls.weak-suites-refused", "groups", groups(names));
    assert_eq!(suites(&["CBC-SHA1"]).reason, Reason::Weak);
    assert_eq!(suites(&["3DES"]).verdict, Verdict::Pass);
    assert_eq!(suites(&[]).verdict, Verdict::Error, "nothing named is no pass");
    assert_eq!(suites(&["3DES", "RC5"]).verdict, Verdict::Error);

    let issuers =
        |s: &TlsSubject, v: &str| judge_with(s, "tls.certificate-chain", "issuers", Value::Text(v.to_owned()));
    assert_eq!(issuers(&subject, "bfo-appendix-1").verdict, Verdict::Pass, "added roots count in local");
    let outside = TlsSubject { environment: Environment::ExternalTest, ..subject.clone() };
    assert_eq!(issuers(&outside, "bfo-appendix-1").reason, Reason::Untrusted);
    assert_eq!(issuers(&outside, "mozilla").verdict, Verdict::Pass);
    assert_eq!(issuers(&outside, "anybody").verdict, Verdict::Error);
    let without = TlsSubject { added_roots: Vec::new(), ..subject.clone() };
    assert_eq!(issuers(&without, "mozilla").reason, Reason::Untrusted);
}

#[test]
fn a_refusal_counts_only_with_its_control() {
    let world = World::new();
    let subject = world.capture(Order::default(), |_| {});
    assert_eq!(with_verdict(&judge(&subject), Verdict::Pass).len(), CHECKS.len());
    let blind = TlsSubject { controls: Controls::default(), ..subject.clone() };
    let outcomes = judge(&blind);
    let undecided = [
        "forward-secrecy",
        "key-exchange-strength",
        "ssl-3-refused",
        "version-1-0-refused",
        "version-1-1-refused",
        "weak-suites-refused",
    ];
    assert_eq!(with_verdict(&outcomes, Verdict::Inconclusive), BTreeSet::from(undecided));
    assert!(undecided.iter().all(|id| outcomes[format!("tls.{id}").as_str()].reason == Reason::ControlFailed));

    // The raw control alone is enough, and so is OpenSSL's own.
    let mut raw_alone = subject.clone();
    raw_alone.controls.library.clear();
    assert_eq!(with_verdict(&judge(&raw_alone), Verdict::Pass).len(), CHECKS.len());
    let mut library_alone = subject.clone();
    library_alone.controls.raw.clear();
    assert_eq!(judge(&library_alone)["tls.version-1-0-refused"].verdict, Verdict::Pass);

    // Without the good client a bare handshake_failure still counts, as the endpoint was seen to ask; a 403 to a stranger too.
    let mut without_good = subject;
    without_good.library.retain(|t| t.presented != Presented::Registered);
    let outcomes = judge(&without_good);
    assert_eq!(outcomes["tls.client-certificate-demanded"].verdict, Verdict::Pass);
    assert_eq!(outcomes["tls.registered-client-accepted"].verdict, Verdict::NotTested);
}

#[test]
fn an_endpoint_closed_to_everybody_proves_nothing() {
    let world = World::new();
    let outcomes = judge(&world.capture(Order::default(), |s| s.clients = ClientPolicy::NobodyTaken));
    assert_eq!(outcomes["tls.client-certificate-demanded"].reason, Reason::ControlFailed);
    // 500 to everybody: neither let in nor refused.
    let outcomes = judge(&world.capture(Order::default(), |s| {
        s.clients = ClientPolicy::NotAsked;
        s.status = 500;
    }));
    assert_eq!(outcomes["tls.client-certificate-demanded"].verdict, Verdict::Inconclusive);
    // 404 from an endpoint that never asks for a certificate: anybody is let in.
    let outcomes = judge(&world.capture(Order::default(), |s| {
        s.clients = ClientPolicy::NotAsked;
        s.status = 404;
    }));
    assert_eq!(outcomes["tls.client-certificate-demanded"].verdict, Verdict::Fail);
}

/// A 405 and its like speak of the request, as a 404 does.
#[test]
fn an_answer_about_the_request_says_nothing_about_the_caller() {
    let world = World::new();
    let answering = |subject: &TlsSubject, wanted: u16| {
        let mut subject = subject.clone();
        for exchange in subject.library.iter_mut().filter_map(|t| t.http.as_mut()) {
            if let HttpExchange::Answered { status, .. } = exchange {
                *status = wanted;
            }
        }
        judge(&subject)
    };
    // It asks and takes anybody: the answer decides.
    let taken = world.capture(Order::default(), |s| s.clients = ClientPolicy::AnyTaken);
    assert_eq!(answering(&taken, 200)["tls.stranger-client-refused"].verdict, Verdict::Fail);
    for status in [404, 405, 406, 411, 415, 501] {
        let outcomes = answering(&taken, status);
        let stranger = &outcomes["tls.stranger-client-refused"];
        assert_eq!(stranger.verdict, Verdict::Inconclusive, "{status}: {stranger:?}");
    }
    // It never asks: whoever gets an answer about the request was let in.
    let open = world.capture(Order::default(), |s| s.clients = ClientPolicy::NotAsked);
    for status in [404, 405, 406, 411, 415] {
        assert_eq!(answering(&open, status)["tls.client-certificate-demanded"].verdict, Verdict::Fail, "{status}");
    }
    assert_eq!(answering(&open, 501)["tls.client-certificate-demanded"].verdict, Verdict::Inconclusive);
}

/// Neither alert nor 403: the ways in which Schannel and nginx refuse.
#[test]
fn refusals_of_other_servers_are_understood() {
    let world = World::new();
    let schannel = world.capture(Order::default(), |s| s.hangs_up_on_old = true);
    let outcomes = judge(&schannel);
    assert_eq!(with_verdict(&outcomes, Verdict::Pass).len(), CHECKS.len(), "{outcomes:#?}");
    // Hanging up proves nothing when the endpoint may have been gone by then.
    let gone = TlsSubject { bracket: None, ..schannel };
    let outcomes = judge(&gone);
    assert_eq!(with_verdict(&outcomes, Verdict::Fail), BTreeSet::new());
    assert_eq!(outcomes["tls.version-1-0-refused"].verdict, Verdict::Inconclusive);
    assert_eq!(outcomes["tls.ssl-3-refused"].verdict, Verdict::Inconclusive);

    let callers = vec![world.registered.clone()];
    let mut nginx = world.capture(Order::default(), |s| s.clients = ClientPolicy::AskedLikeNginx(callers));
    assert_eq!(with_verdict(&judge(&nginx), Verdict::Pass).len(), CHECKS.len());
    nginx.library.retain(|t| t.presented != Presented::Registered);
    let outcomes = judge(&nginx);
    assert_eq!(outcomes["tls.client-certificate-demanded"].verdict, Verdict::Pass);
    assert_eq!(outcomes["tls.stranger-client-refused"].verdict, Verdict::Pass);
}

#[test]
fn a_name_is_never_looked_for_outside_the_certificate() {
    let world = World::new();
    let subject = world.capture(Order { name: "*.eksempel.dk", ..Order::default() }, |_| {});
    assert_eq!(judge(&subject)["tls.certificate-name"].verdict, Verdict::Pass);
    let bare = TlsSubject { server_name: "eksempel.dk".to_owned(), ..subject.clone() };
    assert_eq!(judge(&bare)["tls.certificate-name"].reason, Reason::Different);
    // The subject's common name is "server"; it does not count.
    let common_name = TlsSubject { server_name: "server".to_owned(), ..subject };
    assert_eq!(judge(&common_name)["tls.certificate-name"].reason, Reason::Different);
}

#[test]
fn an_unreadable_certificate_fails_one_check_alone() {
    let world = World::new();
    let mut subject = world.capture(Order::default(), |_| {});
    subject.served_chain[0] = kravprobe::subject::Blob::new("application/pkix-cert", &b"no certificate"[..]);
    subject.registered_certificate = Some(subject.served_chain[0].sha256.clone());
    let outcomes = judge(&subject);
    assert_eq!(with_verdict(&outcomes, Verdict::Fail), BTreeSet::from(["certificate-chain"]));
    let unread = ["key", "name", "not-oces", "remaining-validity", "signature", "validity"];
    assert_eq!(
        with_verdict(&outcomes, Verdict::NotTested),
        unread.iter().map(|n| format!("certificate-{n}")).collect::<BTreeSet<_>>().iter().map(String::as_str).collect()
    );
}

#[test]
fn hostile_and_absent_peers_end_in_time_and_prove_nothing() {
    let world = World::new();
    let leaf = world.leaf(Order::default());
    let spec = |port| TlsSpec {
        timeout: Duration::from_millis(300),
        overall_timeout: Duration::from_secs(4),
        ..world.spec(port, &leaf.certificate)
    };
    for behaviour in [
        Behaviour::Hangs,
        Behaviour::Garbage,
        Behaviour::Drips,
        Behaviour::HangsUp,
        Behaviour::Floods,
        Behaviour::HttpAlone,
    ] {
        let endpoint = TlsEndpoint::start(Setup { behaviour, ..world.proper(&leaf) }).unwrap();
        let begun = Instant::now();
        let subject = capture_tls(&spec(endpoint.port()), at());
        assert!(begun.elapsed() < Duration::from_mins(1), "{behaviour:?} took {:?}", begun.elapsed());
        let outcomes = judge(&subject);
        // A port that serves plain HTTP is caught at that; nothing else follows from any of them.
        let breach =
            if behaviour == Behaviour::HttpAlone { BTreeSet::from(["no-plain-http"]) } else { BTreeSet::new() };
        assert_eq!(with_verdict(&outcomes, Verdict::Fail), breach, "{behaviour:?}");
        let inconclusive = with_verdict(&outcomes, Verdict::Inconclusive);
        assert_eq!(inconclusive.len(), CHECKS.len() - breach.len(), "{behaviour:?}: {outcomes:#?}");
        let kept = serde_json::to_string(&subject).unwrap().len();
        assert!(kept < 20_000, "{behaviour:?}: {kept}");
    }
    // A port that nobody listens on any more.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let outcomes = judge(&capture_tls(&spec(port), at()));
    assert!(outcomes.values().all(|o| o.verdict == Verdict::Inconclusive && o.reason == Reason::Unreachable));
    // A name that does not exist.
    let nowhere = TlsSpec { host: "nowhere.invalid".to_owned(), ..spec(port) };
    let outcomes = judge(&capture_tls(&nowhere, at()));
    assert!(outcomes.values().all(|o| o.verdict == Verdict::Inconclusive && o.reason == Reason::Unreachable));
}

/// The command-line client of OpenSSL, as an independent witness of which versions the endpoint speaks.
#[test]
fn versions_agree_with_openssl_s_client() {
    let world = World::new();
    let ranges = [
        (SslVersion::TLS1, SslVersion::TLS1_3),
        (SslVersion::TLS1_1, SslVersion::TLS1_2),
        (SslVersion::TLS1_2, SslVersion::TLS1_2),
        (SslVersion::TLS1_3, SslVersion::TLS1_3),
    ];
    for (oldest, newest) in ranges {
        let leaf = world.leaf(Order::default());
        let setup = Setup {
            oldest,
            newest,
            suites: "ECDHE+AESGCM:ECDHE-ECDSA-AES128-SHA".to_owned(),
            clients: ClientPolicy::NotAsked,
            ..world.proper(&leaf)
        };
        let endpoint = TlsEndpoint::start(setup).unwrap();
        let outcomes = judge(&capture_tls(&world.spec(endpoint.port(), &leaf.certificate), at()));
        for (flag, id, wanted) in [
            ("-tls1", "tls.version-1-0-refused", false),
            ("-tls1_1", "tls.version-1-1-refused", false),
            ("-tls1_2", "tls.version-1-2-offered", true),
            ("-tls1_3", "tls.version-1-3-offered", true),
        ] {
            let address = endpoint.address().to_string();
            let spoken = Command::new("openssl")
                .args(["s_client", "-connect", &address, flag, "-cipher", "ALL:@SECLEVEL=0"])
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .status()
                .expect("the command openssl is needed: apt install openssl")
                .success();
            let expected = if spoken == wanted { Verdict::Pass } else { Verdict::Fail };
            assert_eq!(outcomes[id].verdict, expected, "{oldest:?} to {newest:?}, {flag}: {:?}", outcomes[id]);
        }
    }
}

#[test]
fn verdicts_can_be_computed_again_from_the_bundle() {
    let world = World::new();
    for clients in [ClientPolicy::AnyTaken, ClientPolicy::NotAsked] {
        let subject = world.capture(Order::default(), |s| {
            s.clients = clients;
            s.oldest = SslVersion::TLS1_1;
        });
        let before = judge(&subject);
        let mut stored = Subject::Tls(subject);
        let blobs: HashMap<String, Vec<u8>> =
            stored.blobs_mut().into_iter().map(|b| (b.sha256.clone(), b.data().to_vec())).collect();
        let text = serde_json::to_string(&stored).unwrap();
        assert!(!text.contains("session=example") && !text.contains("PRIVATE"), "no cookie and no key in the bundle");
        assert!(blobs.values().all(|b| !b.windows(7).any(|w| w == b"session")));
        let mut loaded: Subject = serde_json::from_str(&text).unwrap();
        for blob in loaded.blobs_mut() {
            assert!(blob.fill(blobs[&blob.sha256].clone()));
        }
        let Subject::Tls(loaded) = loaded else { panic!("family changed") };
        assert_eq!(judge(&loaded), before);
        assert_eq!(loaded.version(TlsVersion::Tls12), loaded.version(TlsVersion::Tls12));
    }
}

#[test]
fn only_the_named_port_is_contacted_and_seldom() {
    let world = World::new();
    let subject = world.capture(Order::default(), |_| {});
    let connections = subject.raw.len() + subject.library.len() + 2;
    assert!(connections <= 48, "{connections}");
}

#[test]
fn an_identity_says_what_is_wrong_without_showing_it() {
    let key = ec_key().private_key_to_pem_pkcs8().unwrap();
    let world = World::new();
    let certificate = world.root.certificate.to_pem().unwrap();
    for (certificates, key) in [(&certificate, &key), (&certificate, &b"junk".to_vec()), (&b"junk".to_vec(), &key)] {
        let error = ClientIdentity::from_pem(certificates, key).unwrap_err();
        assert!(!format!("{error} {error:?}").contains("junk"));
    }
    let good = ClientIdentity::from_pem(&certificate, &world.root.key.private_key_to_pem_pkcs8().unwrap()).unwrap();
    assert_eq!(format!("{good:?}"), "ClientIdentity(with 0 chain certificates)");
}

/// A server that is not OpenSSL: rustls takes the probe's hellos, demands a client certificate and refuses in its own words.
#[test]
fn a_rustls_server_is_understood() {
    use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
    let world = World::new();
    let leaf = world.leaf(Order::default());
    let der = |c: &X509| CertificateDer::from(c.to_der().unwrap());
    let provider = std::sync::Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut callers = rustls::RootCertStore::empty();
    callers.add(der(&world.callers.certificate)).unwrap();
    let verifier = rustls::server::WebPkiClientVerifier::builder_with_provider(callers.into(), provider.clone());
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(leaf.key.private_key_to_pkcs8().unwrap()));
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_client_cert_verifier(verifier.build().unwrap())
        .with_single_cert(vec![der(&leaf.certificate), der(&world.intermediate.certificate)], key)
        .unwrap();
    let config = std::sync::Arc::new(config);
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    // Ends with the test's process: it only waits for connections.
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let config = config.clone();
            std::thread::spawn(move || {
                let mut connection = rustls::ServerConnection::new(config).unwrap();
                let mut tls = rustls::Stream::new(&mut connection, &mut stream);
                let answer =
                    b"HTTP/1.1 200 OK\r\nStrict-Transport-Security: max-age=31536000\r\nContent-Length: 0\r\n\r\n";
                if matches!(tls.read(&mut [0; 1024]), Ok(1..)) && tls.write_all(answer).is_ok() {
                    connection.send_close_notify();
                    let _ = connection.complete_io(&mut stream);
                } else {
                    // The alert may still wait to be sent.
                    let _ = connection.write_tls(&mut stream);
                    // Read what is there, so that closing does not reset the connection before the alert was read.
                    let _ = stream.shutdown(std::net::Shutdown::Write);
                    while let Ok(1..) = stream.read(&mut [0; 1024]) {}
                }
            });
        }
    });
    // This one looks at the issuer alone.
    let outcomes = judge(&capture_tls(&world.spec(port, &leaf.certificate), at()));
    assert_eq!(with_verdict(&outcomes, Verdict::Fail), ["other-system-client-refused"].into(), "{outcomes:#?}");
    assert_eq!(with_verdict(&outcomes, Verdict::Pass).len(), CHECKS.len() - 1, "{outcomes:#?}");
}

/// The example PKI's web certificate serves the demo's endpoint.
#[test]
fn the_example_web_certificate_passes() {
    use kravprobe::vendor::pki::{ExampleKeys, ExamplePki, Key};
    let keys = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("certs-example/keys");
    let pki = ExamplePki::new(ExampleKeys::read(&keys).unwrap(), at()).unwrap();
    let certificate = X509::from_der(&pki.web_server(&["localhost", "127.0.0.1"]).unwrap()).unwrap();
    let setup = Setup::proper(vec![certificate], pki.keys().get(Key::WebServer).clone());
    let endpoint = TlsEndpoint::start(setup).unwrap();
    let spec = TlsSpec {
        added_roots: vec![pki.web_root().unwrap()],
        requests_per_second: 10_000.0,
        ..TlsSpec::new("login", Environment::Local, "127.0.0.1", endpoint.port(), TlsPurpose::Browser)
    };
    let outcomes = judge(&capture_tls(&spec, at()));
    // Purpose browser: the checks of callback endpoints are not asked for by the profile and not judged here.
    let callback = [
        "client-certificate-demanded",
        "stranger-client-refused",
        "other-environment-client-refused",
        "other-system-client-refused",
    ];
    for (id, outcome) in &outcomes {
        let name = id.strip_prefix("tls.").unwrap();
        if !callback.contains(&name) && !["registered-client-accepted", "certificate-registered"].contains(&name) {
            assert_eq!(outcome.verdict, Verdict::Pass, "{id}: {outcome:?}");
        }
    }
    assert_eq!(outcomes["tls.stranger-client-refused"].verdict, Verdict::NotTested, "no stranger where none is wanted");
}

/// From the target file to verdicts, as `run` goes.
#[test]
fn a_target_file_names_all_that_the_capture_needs() {
    let world = World::new();
    let leaf = world.leaf(Order::default());
    let caller = issue(long_lived(), "Beskedfordeler", false, Some(&world.callers));
    let clients = ClientPolicy::Pinned(vec![world.callers.certificate.clone()], caller.certificate.clone());
    let endpoint = TlsEndpoint::start(Setup { clients, ..world.proper(&leaf) }).unwrap();
    let dir = tempfile::tempdir().unwrap();
    let write = |name: &str, bytes: Vec<u8>| std::fs::write(dir.path().join(name), bytes).unwrap();
    write("leaf.pem", leaf.certificate.to_pem().unwrap());
    write("root.pem", world.root.certificate.to_pem().unwrap());
    write("caller.pem", caller.certificate.to_pem().unwrap());
    write("caller.key", caller.key.private_key_to_pem_pkcs8().unwrap());
    let others = issue(long_lived(), "Callers of Another Environment", true, None);
    let other = issue(long_lived(), "Beskedfordeler", false, Some(&others));
    write("other.pem", other.certificate.to_pem().unwrap());
    write("other.key", other.key.private_key_to_pem_pkcs8().unwrap());
    let neighbour = issue(long_lived(), "Et andet system", false, Some(&world.callers));
    write("neighbour.pem", neighbour.certificate.to_pem().unwrap());
    write("neighbour.key", neighbour.key.private_key_to_pem_pkcs8().unwrap());
    let port = endpoint.port();
    let text = format!(
        r#"
schema = 1
environment = "local"
[system]
name = "Fagsystem"
[politeness]
requests_per_second = 100
concurrency = 1
timeout_seconds = 5
[[tls]]
name = "push"
host = "127.0.0.1"
port = {port}
server_name = "{HOST_NAME}"
purpose = "callback"
registered_certificate = "leaf.pem"
path = "/modtag"
client_certificate = {{ certificate = "caller.pem", key = {{ file = "caller.key" }} }}
other_environment_client = {{ certificate = "other.pem", key = {{ file = "other.key" }} }}
other_system_client = {{ certificate = "neighbour.pem", key = {{ file = "neighbour.key" }} }}
[[anchor]]
file = "root.pem"
use = "tls"
"#
    );
    let authorisation = r#"
[authorisation]
granted_by = "Systemejer"
granted_at = "2000-01-01T00:00:00Z"
scope = "push"
until = "2999-01-01T00:00:00Z"
"#;
    let load = |text: String| {
        write("target.toml", text.into_bytes());
        kravprobe::target::LoadedTarget::load(&dir.path().join("target.toml")).unwrap()
    };
    let outcomes = |loaded: &kravprobe::target::LoadedTarget| {
        let captured = kravprobe::capture::capture(loaded, at(), false, &mut |_| {}).unwrap().subjects.pop().unwrap();
        let Subject::Tls(subject) = captured.subject else { panic!("another family") };
        judge(&subject)
    };
    // Clients that must be refused are an active trial: without an authorisation they are not presented.
    let unasked = outcomes(&load(text.clone()));
    assert_eq!(
        with_verdict(&unasked, Verdict::NotTested),
        ["other-environment-client-refused", "other-system-client-refused", "stranger-client-refused"].into(),
        "{unasked:#?}"
    );
    let loaded = load(text + authorisation);
    let outcomes = outcomes(&loaded);
    assert_eq!(with_verdict(&outcomes, Verdict::Pass).len(), CHECKS.len(), "{outcomes:#?}");
    let capture = || kravprobe::capture::capture(&loaded, at(), false, &mut |_| {});

    write("caller.key", b"junk-key".to_vec());
    let error = capture().unwrap_err();
    assert_eq!(error.exit_code(), 2);
    assert!(error.to_string().contains("caller.pem") && !error.to_string().contains("junk"), "{error}");
}

/// The profile asks for every check of the family, and its numbers are those of the facts.
#[test]
fn the_profile_uses_every_check() {
    let profile = kravprobe::profile::Profile::load("tls-endpoint").unwrap();
    let used: BTreeSet<&str> = profile.requirements.iter().flat_map(|r| &r.check).map(|c| c.id.as_str()).collect();
    assert_eq!(used, CHECKS.iter().map(|c| c.meta().id).collect());
}

proptest! {
    #[test]
    fn any_bytes_can_be_parsed(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        let flight = flight::parse(&bytes);
        prop_assert!(flight.record_bytes <= bytes.len());
    }

    /// Bytes that get past the record layer, so that the readers of messages see arbitrary contents.
    #[test]
    fn any_handshake_message_can_be_parsed(kind in 0u8..20, body in prop::collection::vec(any::<u8>(), 0..300)) {
        let length = u16::try_from(body.len()).unwrap().to_be_bytes();
        let mut message = vec![kind, 0, length[0], length[1]];
        message.extend_from_slice(&body);
        let mut hello = vec![22, 3, 3, 0, 42, 2, 0, 0, 38, 3, 3];
        hello.extend([7; 32]);
        hello.extend([0, 0x00, 0x9E, 0]);
        let length = u16::try_from(message.len()).unwrap().to_be_bytes();
        hello.extend([22, 3, 3, length[0], length[1]]);
        hello.extend(message);
        let flight = flight::parse(&hello);
        prop_assert_eq!(flight.record_bytes, hello.len());
        prop_assert_eq!(flight.server_hello.map(|h| h.cipher), Some(0x009E));
    }
}
