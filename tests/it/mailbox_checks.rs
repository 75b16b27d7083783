//! The checks on mailboxes: each with exports that pass it and that break it, and what it comes to written by hand.

use kravprobe::besked::mailboxes::JSON;
use kravprobe::check::{Parameters, Value as Setting};
use kravprobe::checks::mailbox::CHECKS;
use kravprobe::outcome::Outcome;
use kravprobe::subject::message::MESSAGE;
use kravprobe::subject::{Blob, MailboxSubject};
use kravprobe::verdict::Environment;
use kravprobe::verdict::Verdict::{self, Fail, Inconclusive, NotApplicable, NotTested, Pass};
use serde_json::{Value, json};

const QUEUE: &str = "a9efc97c-3473-45b5-9519-7fc837b89fa8";
const SYSTEM: &str = "53213778-de6b-42ee-8fbd-8aa73b0d4d85";
const POST_STATUS: &str = "d2bed63c-4853-4008-b6e0-a74c15b15fbf";
const PUBLIC: &str = "1d81c472-0808-44cc-963d-f5ef0170ae1d";
const SENSITIVE: &str = "31c09910-e011-46a5-86fb-254374421fe8";
const OTHER_TYPE: &str = "248ce14c-a863-4fb5-9e6f-7df9ea850809";
const OWN: &str = "get(Beskedkuvert.Filtreringsdata.RelateretObjekt,0).ObjektId.UUIDIdentifikator = '53213778-de6b-42ee-8fbd-8aa73b0d4d85'";
const QUEUES: &str = "/observations/queues";
const OUTAGES: &str = "/observations/outages";
const INACTIVE: &str = "/observations/inactive";
/// BeskedId of the status of the system's own post.
const WANTED: &str = "bd12c645-de98-453a-ac80-f58a76942eda";

/// An export of a good system on 20 November 2026.
fn good() -> Value {
    json!({
        "schema": 1,
        "exported": "2026-11-20T11:00:00Z",
        "required": [{ "beskedtype": POST_STATUS }],
        "samples": [{ "beskedId": WANTED, "wanted": true }],
        "dueslag": [{
            "ident": QUEUE, "name": "kø", "environment": "external-test", "mode": "pull", "active": true, "retentionDays": 7,
            "abonnementer": [{
                "beskedtype": POST_STATUS, "active": true,
                "abonnementsudtryk": [{ "expression": OWN, "active": true }]
            }]
        }],
        "serviceaftaler": [{
            "name": "aftale", "service": "BeskedModtag", "version": "2.0", "role": "Modtag", "approved": true,
            "validUntil": "2026-12-31", "myndigheder": ["12345678"],
            "dataafgraensninger": {
                "afsendendeMyndighed": ["12345678", "11111111"], "beskedtype": [POST_STATUS], "foelsomhed": PUBLIC,
                "kle": ["32.01.01", "32.01.*", "32.*", "*"]
            }
        }],
        "observations": {
            "from": "2026-11-01T00:00:00Z", "until": "2026-11-15T00:00:00Z",
            "queues": [sample("2026-11-15T00:00:00Z", 0), sample("2026-11-05T00:00:00Z", 3), sample("2026-11-05T01:00:00Z", 2)],
            "deliveries": [delivery(1), delivery(2)], "inactive": [], "outages": []
        },
        "vaerdilister": [{
            "name": "borgere", "prefix": "urn:oio:cpr-nr", "entries": 5, "entriesWithoutPurpose": 0, "purpose": "åbne sager",
            "lastUpdated": "2026-11-01T00:00:00Z"
        }],
        "tests": { "evidence": [{ "date": "2026-09-01", "what": "rapport" }], "goLive": "2026-10-01" }
    })
}

fn sample(at: &str, depth: u32) -> Value {
    json!({ "dueslag": QUEUE, "at": at, "depth": depth, "oldestSeconds": depth * 60 })
}

/// A delivery on a day of November, received one minute after LeveranceTidspunkt.
fn delivery(day: u32) -> Value {
    let at = |time: &str| format!("2026-11-{day:02}T{time}Z");
    json!({
        "dueslag": QUEUE, "beskedId": format!("besked-{day}"), "antalLeveranceforsoeg": 1,
        "leveranceTidspunkt": at("08:00:00"), "received": at("08:01:00"), "stored": at("08:01:01"), "acked": at("08:01:02")
    })
}

/// A delivery at each minute of an hour.
fn deliveries(count: u32) -> Vec<Value> {
    let one = |minute: u32| {
        let at = |second: u32| format!("2026-11-02T{:02}:{:02}:{second:02}Z", minute / 60, minute % 60);
        json!({
            "dueslag": QUEUE, "beskedId": format!("besked-{minute}"), "antalLeveranceforsoeg": 1,
            "leveranceTidspunkt": at(0), "received": at(30), "stored": at(31), "acked": at(32)
        })
    };
    (0..count).map(one).collect()
}

fn subject(export: &Value) -> MailboxSubject {
    let blob = |xml: &str| Blob::new(MESSAGE, xml.as_bytes().to_vec());
    MailboxSubject {
        id: "mailbox:configuration".to_owned(),
        environment: Environment::ExternalTest,
        at: "2026-11-20T12:00:00Z".parse().unwrap(),
        export: Blob::new(JSON, serde_json::to_vec(export).unwrap()),
        messages: vec![
            blob(include_str!("../../fixtures/beskedfordeler/push-PostStatusBeskedModtag.success.xml")),
            blob(include_str!("../../fixtures/beskedfordeler/bfo-externTestBesked.xml")),
        ],
        cvr: "12345678".to_owned(),
        other_cvr: Vec::new(),
        system: Some(SYSTEM.to_owned()),
        pushes: false,
        pulls: true,
    }
}

fn judged(id: &str, subject: &MailboxSubject, settings: &[(&str, Setting)]) -> Outcome {
    let check = CHECKS.iter().find(|c| c.meta().id == id).unwrap_or_else(|| panic!("{id} is not registered"));
    let mut parameters = Parameters::defaults(check.meta());
    for (name, value) in settings {
        assert!(parameters.0.insert((*name).to_owned(), value.clone()).is_some(), "{id} has no {name}");
    }
    check.judge(subject, &parameters)
}

/// The good export with the value at a JSON pointer put in the place of another; `null` removes it.
fn with(changes: &[(&str, Value)]) -> Value {
    let mut export = good();
    for (pointer, value) in changes {
        let (parent, key) = pointer.rsplit_once('/').unwrap();
        let parent = export.pointer_mut(parent).unwrap_or_else(|| panic!("{pointer}"));
        match parent {
            Value::Object(map) if value.is_null() => drop(map.remove(key)),
            Value::Object(map) => drop(map.insert(key.to_owned(), value.clone())),
            Value::Array(items) => items[key.parse::<usize>().unwrap()] = value.clone(),
            other => panic!("{pointer}: {other}"),
        }
    }
    export
}

fn expect(id: &str, cases: &[(Verdict, &[(&str, Value)])]) {
    for (verdict, changes) in cases {
        let outcome = judged(id, &subject(&with(changes)), &[]);
        assert_eq!(outcome.verdict, *verdict, "{id} {changes:?}: {} ({})", outcome.observed, outcome.reason.code());
    }
}

#[test]
fn the_good_export_passes_every_check_that_it_says_enough_for() {
    // Written by hand: what needs more than the good export holds, and why.
    let others = [
        ("mailbox.inactive-after-test", NotTested), // the test goes on, and nobody says until when
        ("mailbox.receive-delay", Inconclusive),    // two deliveries are too few
        ("mailbox.delivery-attempts", Inconclusive), // two deliveries are too few
        ("mailbox.inactive-during-outage", NotApplicable), // there was none
    ];
    for check in CHECKS {
        let outcome = judged(check.meta().id, &subject(&good()), &[]);
        let expected = others.iter().find(|(id, _)| *id == check.meta().id).map_or(Pass, |(_, verdict)| *verdict);
        assert_eq!(outcome.verdict, expected, "{}: {} ({})", check.meta().id, outcome.observed, outcome.reason.code());
    }
}

#[test]
fn an_export_that_states_nothing_passes_and_fails_nothing() {
    for export in [json!({ "schema": 1 }), json!({ "schema": 2 })] {
        for check in CHECKS {
            let outcome = judged(check.meta().id, &subject(&export), &[]);
            assert_eq!(outcome.verdict, NotTested, "{}: {}", check.meta().id, outcome.observed);
        }
    }
}

#[test]
fn thresholds_say_that_no_official_number_exists() {
    for check in CHECKS.iter().filter(|c| c.meta().basis == kravprobe::verdict::Basis::Contract) {
        let outcome = judged(check.meta().id, &subject(&good()), &[]);
        assert!(outcome.expected.contains("no official number exists"), "{}: {}", check.meta().id, outcome.expected);
    }
}

#[test]
fn all_active() {
    const UDTRYK: &str = "/dueslag/0/abonnementer/0/abonnementsudtryk/0/active";
    let unfit = json!([{ "dueslag": QUEUE, "from": "2026-11-19T00:00:00Z", "until": null }]);
    expect(
        "mailbox.all-active",
        &[
            (Fail, &[("/dueslag/0/active", json!(false))]),
            (Fail, &[("/dueslag/0/abonnementer/0/active", json!(false))]),
            (Fail, &[(UDTRYK, json!(false)), ("/dueslag/0/active", json!(null))]),
            (NotTested, &[(UDTRYK, json!(null))]),
            (NotTested, &[("/dueslag/0/abonnementer/0/abonnementsudtryk", json!(null))]),
            (NotTested, &[("/dueslag/0/abonnementer", json!([]))]),
            (Pass, &[("/dueslag/0/abonnementer/0/abonnementsudtryk", json!([]))]),
            // Not in use, of another environment, after the test, and while the system cannot receive.
            (NotTested, &[("/dueslag/0/retired", json!(true)), ("/dueslag/0/active", json!(false))]),
            (NotTested, &[("/dueslag/0/environment", json!("production")), ("/dueslag/0/active", json!(false))]),
            (NotApplicable, &[("/tests/ended", json!("2026-11-10T00:00:00Z")), ("/dueslag/0/active", json!(false))]),
            (Inconclusive, &[("/dueslag/0/active", json!(false)), ("/observations/inactive", unfit)]),
        ],
    );
}

#[test]
fn required_types_subscribed() {
    let two = json!([{ "beskedtype": POST_STATUS }, { "beskedtype": OTHER_TYPE }]);
    let unfit = json!([{ "dueslag": QUEUE, "from": "2026-11-19T00:00:00Z", "until": "2026-11-20T12:00:00Z" }]);
    expect(
        "mailbox.required-types-subscribed",
        &[
            (Fail, &[("/required", two.clone())]),
            (Fail, &[("/dueslag/0/active", json!(false))]),
            (NotTested, &[("/required", two), ("/dueslag/0/abonnementer", json!(null))]),
            (NotTested, &[("/dueslag/0/active", json!(null))]),
            (NotTested, &[("/required", json!(null))]),
            (NotTested, &[("/dueslag/0/active", json!(false)), ("/observations/inactive", unfit)]),
            (NotApplicable, &[("/tests/ended", json!("2026-11-10T00:00:00Z")), ("/dueslag/0/active", json!(false))]),
        ],
    );
    let listed = |uuid: &str| [("required", Setting::List(vec![uuid.to_uppercase()]))];
    assert_eq!(judged("mailbox.required-types-subscribed", &subject(&good()), &listed(OTHER_TYPE)).verdict, Fail);
    assert_eq!(judged("mailbox.required-types-subscribed", &subject(&good()), &listed(POST_STATUS)).verdict, Pass);
}

#[test]
fn subscriptions_covered() {
    const TYPES: &str = "/serviceaftaler/0/dataafgraensninger/beskedtype";
    expect(
        "mailbox.subscriptions-covered",
        &[
            (Fail, &[(TYPES, json!([OTHER_TYPE]))]),
            (Fail, &[("/serviceaftaler", json!([]))]),
            (Fail, &[("/serviceaftaler/0/validUntil", json!("2026-11-18"))]),
            (Fail, &[("/serviceaftaler/0/approved", json!(false))]),
            (Fail, &[("/serviceaftaler/0/service", json!("BeskedAfsend"))]),
            (Inconclusive, &[(TYPES, json!(null))]),
            // It ended after the export was taken, and may have been renewed since.
            (
                Inconclusive,
                &[("/exported", json!("2026-11-10T00:00:00Z")), ("/serviceaftaler/0/validUntil", json!("2026-11-18"))],
            ),
            (NotTested, &[("/serviceaftaler", json!(null))]),
        ],
    );
}

#[test]
fn expressions_readable() {
    const UDTRYK: &str = "/dueslag/0/abonnementer/0/abonnementsudtryk/0/expression";
    expect(
        "mailbox.expressions-readable",
        &[
            (Fail, &[(UDTRYK, json!(OWN.replace("= '", "= ")))]),
            (Fail, &[(UDTRYK, json!(OWN.replace("RelateretObjekt", "RelateredeObjekter")))]),
            (Inconclusive, &[(UDTRYK, json!(format!("{OWN} and {OWN}")))]),
            (Inconclusive, &[(UDTRYK, json!(OWN.replace("get(", "hent(")))]),
            (NotApplicable, &[("/dueslag/0/abonnementer/0/abonnementsudtryk", json!([]))]),
            (NotTested, &[("/dueslag/0/abonnementer/0/abonnementsudtryk", json!(null))]),
        ],
    );
}

#[test]
fn expressions_select() {
    const UDTRYK: &str = "/dueslag/0/abonnementer/0/abonnementsudtryk/0";
    const OTHERS: &str = "get(Beskedkuvert.Filtreringsdata.RelateretObjekt,0).ObjektId.UUIDIdentifikator = 'x'";
    let other = json!({ "expression": OTHERS, "active": true });
    expect(
        "mailbox.expressions-select",
        &[
            (Fail, &[(UDTRYK, other.clone())]),
            (Fail, &[("/samples/0/wanted", json!(false))]),
            (Fail, &[("/dueslag/0/abonnementer/0/active", json!(false))]),
            // A dueslag that is inactive for a while still has its filters.
            (Pass, &[("/dueslag/0/active", json!(false))]),
            (NotTested, &[("/dueslag", json!(null)), ("/observations", json!(null))]),
            (NotTested, &[("/dueslag/0/abonnementer", json!(null))]),
            // Without `samples`, a required type that is not selected may be the post of another system.
            (Inconclusive, &[("/samples", json!(null)), (UDTRYK, other.clone())]),
            (Pass, &[("/samples", json!(null))]),
            (Inconclusive, &[(UDTRYK, json!({ "expression": format!("{OWN} or {OWN}"), "active": true }))]),
            (
                Inconclusive,
                &[("/dueslag/0/abonnementer/0/abonnementsudtryk", json!([other.clone(), good().pointer(UDTRYK)]))],
            ),
            // Nothing that is needed was selected, so nothing is shown.
            (NotTested, &[("/samples", json!(null)), ("/required", json!(null))]),
            (NotTested, &[("/samples/0/wanted", json!(false)), (UDTRYK, other)]),
        ],
    );
    let listed = |name| [(name, Setting::List(vec![POST_STATUS.to_owned()]))];
    let bare = with(&[("/samples", json!(null)), ("/required", json!(null))]);
    assert_eq!(judged("mailbox.expressions-select", &subject(&bare), &listed("required")).verdict, Pass);
    assert_eq!(judged("mailbox.expressions-select", &subject(&bare), &listed("forbidden")).verdict, Fail);
}

#[test]
fn post_status_filtered() {
    const UDTRYK: &str = "/dueslag/0/abonnementer/0/abonnementsudtryk";
    const ACTOR: &str = "96514e13-afdd-44d6-95a8-adc2ca19b127";
    let by_actor = json!([{ "expression": format!("Beskedkuvert.Filtreringsdata.BeskedAnsvarligAktoer.UUIDIdentifikator = '{ACTOR}'") }]);
    let two = OWN.replace("= ", "in ('x', ") + ")";
    expect(
        "mailbox.post-status-filtered",
        &[
            (Fail, &[(UDTRYK, json!([]))]),
            (Fail, &[(UDTRYK, by_actor.clone())]),
            (Fail, &[(UDTRYK, json!([{ "expression": two }]))]),
            (Inconclusive, &[(UDTRYK, json!([{ "expression": "x" }]))]),
            (NotTested, &[(UDTRYK, json!(null))]),
            (NotApplicable, &[("/dueslag/0/abonnementer/0/beskedtype", json!(OTHER_TYPE))]),
        ],
    );
    let own = [("own_actors", Setting::List(vec![ACTOR.to_owned()]))];
    assert_eq!(judged("mailbox.post-status-filtered", &subject(&with(&[(UDTRYK, by_actor)])), &own).verdict, Pass);
    let mut unnamed = subject(&good());
    unnamed.system = None;
    assert_eq!(judged("mailbox.post-status-filtered", &unnamed, &[]).verdict, NotTested);
}

#[test]
fn mode_matches() {
    let cases: [(Verdict, &[(&str, Value)]); 2] =
        [(Fail, &[("/dueslag/0/mode", json!("push"))]), (NotTested, &[("/dueslag/0/mode", json!(null))])];
    expect("mailbox.mode-matches", &cases);
    let mut both = subject(&with(&[("/dueslag/0/mode", json!("push"))]));
    both.pushes = true;
    assert_eq!(judged("mailbox.mode-matches", &both, &[]).verdict, Pass);
    (both.pushes, both.pulls) = (false, false);
    assert_eq!(judged("mailbox.mode-matches", &both, &[]).verdict, NotTested);
}

#[test]
fn service_version() {
    let old = with(&[("/serviceaftaler/0/version", json!("1.0"))])["serviceaftaler"][0].clone();
    let new = good()["serviceaftaler"][0].clone();
    expect(
        "mailbox.service-version",
        &[
            (Fail, &[("/serviceaftaler", json!([old.clone()]))]),
            // The highest version that any agreement allows is used.
            (Pass, &[("/serviceaftaler", json!([old, new]))]),
            (Inconclusive, &[("/serviceaftaler/0/version", json!(null))]),
            (NotTested, &[("/serviceaftaler", json!([]))]),
        ],
    );
}

#[test]
fn agreement_coverage() {
    const END: &str = "/serviceaftaler/0/validUntil";
    expect(
        "mailbox.agreement-coverage",
        &[
            (Fail, &[("/serviceaftaler/0/myndigheder", json!(["11111111"]))]),
            (Fail, &[(END, json!("2026-11-18"))]),
            (Fail, &[("/serviceaftaler/0/approved", json!(false))]),
            (Pass, &[(END, json!(null))]),
            (Pass, &[(END, json!("2026-11-20"))]),
            (Inconclusive, &[("/serviceaftaler/0/approved", json!(null))]),
            (Inconclusive, &[("/serviceaftaler/0/myndigheder", json!(null))]),
            (Inconclusive, &[(END, json!("2026-11-18")), ("/exported", json!("2026-11-10T00:00:00Z"))]),
        ],
    );
    let mut two = subject(&good());
    two.other_cvr = vec!["87654321".to_owned()];
    assert_eq!(judged("mailbox.agreement-coverage", &two, &[]).verdict, Fail);
}

#[test]
fn limits_of_agreements() {
    const LIMITS: &str = "/serviceaftaler/0/dataafgraensninger";
    let listed = |key: &str, value: Value| (format!("{LIMITS}/{key}"), value);
    for (id, key, good, bad) in [
        (
            "mailbox.sender-authorities",
            "afsendendeMyndighed",
            json!(["99999999"]),
            vec![json!(["*"]), json!(["1234567"]), json!(["urn:oio:cvr:12345678"]), json!([])],
        ),
        (
            "mailbox.kle-syntax",
            "kle",
            json!(["81.92.*"]),
            vec![json!(["32.1.1"]), json!(["32.01"]), json!(["32.01.01", "*.*"]), json!(["**"]), json!([])],
        ),
    ] {
        let (pointer, good) = listed(key, good);
        expect(
            id,
            &[
                (Pass, &[(&pointer, good)]),
                (NotTested, &[(&pointer, json!(null))]),
                (NotTested, &[(LIMITS, json!(null))]),
            ],
        );
        for value in bad {
            expect(id, &[(Fail, &[(&pointer, value)])]);
        }
    }
    let (class, types) = (format!("{LIMITS}/foelsomhed"), format!("{LIMITS}/beskedtype"));
    let both = json!([POST_STATUS, OTHER_TYPE]);
    let required = json!([{ "beskedtype": OTHER_TYPE, "foelsomhed": SENSITIVE }]);
    expect(
        "mailbox.sensitivity",
        &[
            (Fail, &[(&class, json!(SENSITIVE))]),
            (Fail, &[(&types, both.clone()), ("/required", required.clone())]),
            (Pass, &[(&types, both.clone()), ("/required", required), (&class, json!(SENSITIVE))]),
            // The class of a type is not known.
            (NotTested, &[(&types, both.clone())]),
            (NotTested, &[(&types, both), (&class, json!(SENSITIVE))]),
            (Inconclusive, &[(&class, json!(QUEUE))]),
            (NotTested, &[(&class, json!(null))]),
        ],
    );
}

#[test]
fn tests_and_go_live() {
    let ended = json!("2026-11-10T00:00:00Z");
    let udtryk = "/dueslag/0/abonnementer/0/abonnementsudtryk/0/active";
    expect(
        "mailbox.inactive-after-test",
        &[
            (Fail, &[("/tests/ended", ended.clone())]),
            (Fail, &[("/tests/ended", ended.clone()), ("/dueslag/0/active", json!(false))]),
            (Pass, &[("/tests/ended", ended.clone()), ("/dueslag/0/active", json!(false)), (udtryk, json!(false))]),
            (NotTested, &[("/tests/ended", ended.clone()), ("/dueslag/0/active", json!(null)), (udtryk, json!(false))]),
            (NotTested, &[("/tests/ended", ended), ("/dueslag/0/environment", json!("production"))]),
            (NotApplicable, &[("/tests/ended", json!("2026-12-01T00:00:00Z"))]),
        ],
    );
    expect(
        "mailbox.tested-before-go-live",
        &[
            (Fail, &[("/tests/goLive", json!("2026-09-01"))]),
            (Fail, &[("/tests/evidence", json!([]))]),
            (NotTested, &[("/tests/evidence", json!(null))]),
            (NotTested, &[("/tests/goLive", json!(null))]),
        ],
    );
}

#[test]
fn queues() {
    let old = json!({ "dueslag": QUEUE, "at": "2026-11-05T00:00:00Z", "depth": 1, "oldestSeconds": 901 });
    let unknown = json!({ "dueslag": QUEUE, "at": "2026-11-05T00:00:00Z", "depth": 1 });
    let inactive = json!([{ "dueslag": QUEUE, "from": "2026-11-04T00:00:00Z", "until": "2026-11-06T00:00:00Z" }]);
    expect(
        "mailbox.oldest-message",
        &[
            (Fail, &[(QUEUES, json!([old]))]),
            (NotTested, &[(QUEUES, json!([unknown]))]),
            (NotTested, &[(QUEUES, json!([old])), ("/observations/inactive", inactive.clone())]),
            (NotTested, &[(QUEUES, json!(null))]),
        ],
    );
    let growing = json!([
        sample("2026-11-05T00:00:00Z", 1),
        sample("2026-11-05T01:00:00Z", 2),
        sample("2026-11-05T02:00:00Z", 3)
    ]);
    let level = json!([
        sample("2026-11-05T00:00:00Z", 1),
        sample("2026-11-05T01:00:00Z", 2),
        sample("2026-11-05T02:00:00Z", 2)
    ]);
    expect(
        "mailbox.queue-trend",
        &[
            (Fail, &[(QUEUES, growing.clone())]),
            (Pass, &[(QUEUES, level)]),
            (NotTested, &[(QUEUES, growing.clone()), ("/observations/inactive", inactive)]),
            (NotTested, &[(QUEUES, json!([sample("2026-11-05T00:00:00Z", 1)]))]),
        ],
    );
    let calm = with(&[(QUEUES, growing)]);
    assert_eq!(judged("mailbox.queue-trend", &subject(&calm), &[("tolerance", Setting::Integer(2))]).verdict, Pass);
}

#[test]
fn delays_and_attempts() {
    const DELIVERIES: &str = "/observations/deliveries";
    let at = |received: &str, slow: usize| {
        let mut all = deliveries(40);
        all.iter_mut().take(slow).for_each(|d| d["received"] = json!(received));
        json!(all)
    };
    expect(
        "mailbox.receive-delay",
        &[
            (Pass, &[(DELIVERIES, json!(deliveries(40)))]),
            (Pass, &[(DELIVERIES, at("2026-11-02T09:00:00Z", 2))]),
            (Fail, &[(DELIVERIES, at("2026-11-02T09:00:00Z", 3))]),
            (Inconclusive, &[(DELIVERIES, at("2026-11-01T00:00:00Z", 1))]),
            (NotTested, &[(DELIVERIES, json!(deliveries(40))), ("/dueslag/0/mode", json!(null))]),
            (NotTested, &[(DELIVERIES, json!(null))]),
        ],
    );
    let attempts = |attempt: u32, count: usize, of: u32| {
        let mut all = deliveries(of);
        all.iter_mut().take(count).for_each(|d| d["antalLeveranceforsoeg"] = json!(attempt));
        json!(all)
    };
    expect(
        "mailbox.delivery-attempts",
        &[
            (Pass, &[(DELIVERIES, attempts(2, 1, 100))]),
            (Fail, &[(DELIVERIES, attempts(2, 2, 100))]),
            (Fail, &[(DELIVERIES, attempts(10, 1, 100))]),
            // Few messages: one would decide. Ten attempts are too many however few they are.
            (Inconclusive, &[(DELIVERIES, attempts(2, 2, 99))]),
            (Fail, &[(DELIVERIES, attempts(10, 1, 9))]),
        ],
    );
}

#[test]
fn gaps() {
    const DELIVERIES: &str = "/observations/deliveries";
    let late = |waiting: &str, received: &str| {
        let mut last = delivery(14);
        (last["leveranceTidspunkt"], last["received"]) = (json!(waiting), json!(received));
        json!([delivery(1), last])
    };
    let inactive = json!([{ "dueslag": QUEUE, "from": "2026-11-03T00:00:00Z", "until": "2026-11-13T00:00:00Z" }]);
    // It waited for 10 days; or for 2; or nothing waited, and it came when it was sent.
    let (ten, two, none) = (
        late("2026-11-04T00:00:00Z", "2026-11-14T00:00:00Z"),
        late("2026-11-12T00:00:00Z", "2026-11-14T00:00:00Z"),
        late("2026-11-13T23:59:00Z", "2026-11-14T00:00:00Z"),
    );
    let unsaid = {
        let mut it = ten.clone();
        it[1].as_object_mut().unwrap().remove("leveranceTidspunkt");
        it
    };
    let waiting = json!([{ "dueslag": QUEUE, "at": "2026-11-14T00:00:00Z", "depth": 5, "oldestSeconds": 9 * 86_400 }]);
    expect(
        "mailbox.receive-gap",
        &[
            (Fail, &[(DELIVERIES, ten.clone())]),
            (Pass, &[(DELIVERIES, two.clone())]),
            (Pass, &[(DELIVERIES, none.clone())]),
            (
                Pass,
                &[
                    (DELIVERIES, ten.clone()),
                    ("/dueslag/0/retentionDays", json!(30)),
                    ("/observations/from", json!("2026-10-01T00:00:00Z")),
                ],
            ),
            (Pass, &[(DELIVERIES, ten), ("/observations/inactive", inactive)]),
            (Inconclusive, &[(DELIVERIES, unsaid)]),
            // Nothing came until the end: messages waited; or nobody says whether any did.
            (Fail, &[("/observations/queues", waiting)]),
            (Inconclusive, &[("/observations/queues", json!(null))]),
            (Inconclusive, &[("/observations/until", json!("2026-11-03T00:00:00Z"))]),
            (NotTested, &[(DELIVERIES, json!(null))]),
        ],
    );
    expect("mailbox.receive-gap-alarm", &[(Fail, &[(DELIVERIES, two)]), (Pass, &[(DELIVERIES, none)])]);
}

#[test]
fn retention() {
    let planned = |until: &str| json!([{ "from": "2026-11-01T00:00:00Z", "until": until, "planned": true }]);
    expect(
        "mailbox.retention",
        &[
            (Fail, &[("/dueslag/0/retentionDays", json!(6))]),
            (Fail, &[("/dueslag/0/retentionDays", json!(31))]),
            (Fail, &[("/observations/outages", planned("2026-11-09T00:00:00Z"))]),
            (Pass, &[("/observations/outages", planned("2026-11-08T00:00:00Z"))]),
            (NotTested, &[("/dueslag/0/retentionDays", json!(null))]),
        ],
    );
}

#[test]
fn received_stored_acked() {
    const FIRST: &str = "/observations/deliveries/0";
    let part = |key: &str| format!("{FIRST}/{key}");
    let (received, stored, acked) = (part("received"), part("stored"), part("acked"));
    expect(
        "mailbox.received-stored-acked",
        &[
            (Fail, &[(&stored, json!(null))]),
            (Fail, &[(&acked, json!(null))]),
            (Fail, &[(&stored, json!(null)), (&acked, json!(null))]),
            // Received just before the period ended.
            (Pass, &[(&acked, json!(null)), (&received, json!("2026-11-14T23:59:00Z"))]),
            // A log that never says when something was stored.
            (NotTested, &[(&stored, json!(null)), ("/observations/deliveries/1/stored", json!(null))]),
            (Inconclusive, &[(&received, json!(null))]),
        ],
    );
    // A second delivery of the same message, acknowledged, makes the first one good.
    let mut twice = good();
    twice["observations"]["deliveries"][0].as_object_mut().unwrap().retain(|key, _| key != "stored" && key != "acked");
    twice["observations"]["deliveries"].as_array_mut().unwrap().push(delivery(1));
    assert_eq!(judged("mailbox.received-stored-acked", &subject(&twice), &[]).verdict, Pass);
}

#[test]
fn inactive_during_outage() {
    let outage =
        |planned: bool, until: &str| json!([{ "from": "2026-11-05T00:00:00Z", "until": until, "planned": planned }]);
    let inactive = |from: &str, until: &str| json!([{ "dueslag": QUEUE, "from": from, "until": until }]);
    let long = outage(false, "2026-11-05T06:00:00Z");
    expect(
        "mailbox.inactive-during-outage",
        &[
            (Fail, &[(OUTAGES, long.clone())]),
            (Fail, &[(OUTAGES, long.clone()), (INACTIVE, inactive("2026-11-05T01:01:00Z", "2026-11-05T06:00:00Z"))]),
            (Fail, &[(OUTAGES, long.clone()), (INACTIVE, inactive("2026-11-05T00:10:00Z", "2026-11-05T03:00:00Z"))]),
            (Pass, &[(OUTAGES, long.clone()), (INACTIVE, inactive("2026-11-05T01:00:00Z", "2026-11-05T06:00:00Z"))]),
            (NotTested, &[(OUTAGES, long), (INACTIVE, json!(null))]),
            (NotTested, &[(OUTAGES, json!(null))]),
            (NotApplicable, &[(OUTAGES, outage(true, "2026-11-05T06:00:00Z"))]),
            (NotApplicable, &[(OUTAGES, outage(false, "2026-11-05T03:59:00Z"))]),
        ],
    );
}

#[test]
fn value_lists() {
    const LIST: &str = "/vaerdilister/0";
    let part = |key: &str| format!("{LIST}/{key}");
    let (updated, changes, prefix) = (part("lastUpdated"), part("changes"), part("prefix"));
    let change = json!([{ "operation": "TilfoejVaerdier", "at": "2026-11-10T00:00:00Z" }]);
    expect(
        "mailbox.value-list-age",
        &[
            (Fail, &[(&updated, json!("2026-05-14T00:00:00Z"))]),
            (Pass, &[(&updated, json!("2026-05-15T00:00:00Z"))]),
            (Pass, &[(&updated, json!("2026-01-01T00:00:00Z")), (&changes, change)]),
            (NotTested, &[(&updated, json!(null))]),
            (NotApplicable, &[("/vaerdilister", json!([]))]),
        ],
    );
    expect(
        "mailbox.value-list-prefix",
        &[
            (Fail, &[(&prefix, json!("urn:oio:cpr"))]),
            (Pass, &[(&prefix, json!("urn:oio:cpr-nr:"))]),
            (NotTested, &[(&prefix, json!("urn:oio:cvr"))]),
            (NotTested, &[(&prefix, json!(null))]),
            (NotTested, &[(&part("beskedtype"), json!(OTHER_TYPE))]),
        ],
    );
    expect(
        "mailbox.value-list-purpose",
        &[
            (Fail, &[(&part("entriesWithoutPurpose"), json!(3))]),
            (NotTested, &[(&part("entriesWithoutPurpose"), json!(null))]),
            (NotTested, &[(&part("purpose"), json!(" "))]),
            (NotTested, &[(&prefix, json!(null))]),
            (NotApplicable, &[(&prefix, json!("urn:oio:kle"))]),
        ],
    );
}

#[test]
fn redaction_changes_no_verdict_on_prefixes_and_makes_comparisons_unknown() {
    let redacted = |text: &str, media: &str| kravprobe::evidence::redact::redact(text.as_bytes(), media).bytes;
    let message = redacted(include_str!("../../fixtures/beskedfordeler/bfo-externTestBesked.xml"), MESSAGE);
    let mut subject = subject(&good());
    subject.messages = vec![Blob::new(MESSAGE, message)];
    assert_eq!(judged("mailbox.value-list-prefix", &subject, &[]).verdict, Pass);
    let expression =
        "get(Beskedkuvert.Filtreringsdata.RelateretObjekt,0).ObjektId.URNIdentifikator = 'urn:oio:cpr-nr:0101701234'";
    let export = with(&[
        (
            "/dueslag/0/abonnementer/0",
            json!({
                "beskedtype": kravprobe::besked::TEST_TYPE, "active": true,
                "abonnementsudtryk": [{ "expression": expression, "active": true }]
            }),
        ),
        ("/samples", json!([{ "beskedId": "01157488-c45c-4fd2-b076-1de12effbf66", "wanted": true }])),
    ]);
    subject.export = Blob::new(JSON, redacted(&export.to_string(), JSON));
    let outcome = judged("mailbox.expressions-select", &subject, &[]);
    assert_eq!(outcome.verdict, Inconclusive, "{}", outcome.observed);
}
