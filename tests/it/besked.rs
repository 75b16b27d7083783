//! Messages of the Beskedfordeler: our reading of them against xmllint's, and every real sample with its written verdicts.

use super::metadata::{mutants, xmllint};
use super::support::run;
use kravprobe::besked::schema::{Kind, validate};
use kravprobe::besked::time::Time;
use kravprobe::besked::write::{Besked, Payload};
use kravprobe::besked::{lists, read, reply};
use kravprobe::check::{Meta, Parameters, Value};
use kravprobe::checks::message;
use kravprobe::outcome::{Outcome, Reason};
use kravprobe::saml::xml;
use kravprobe::subject::message::MESSAGE;
use kravprobe::subject::{Blob, MessageSubject};
use kravprobe::target::beskedfordeler::MessageDirection;
use kravprobe::verdict::{Environment, Verdict};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::LazyLock;

const SCHEMA: &str = "schemas/beskedfordeler/AnvendersystemOperationer.xsd";

fn sample(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/beskedfordeler").join(name);
    std::fs::read_to_string(path).unwrap()
}

fn samples() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/beskedfordeler");
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| Path::new(name).extension().is_some_and(|e| e == "xml"))
        .collect();
    names.sort();
    names.into_iter().map(|name| (name.clone(), sample(&name))).collect()
}

/// What the probe itself writes, in every shape.
fn written() -> Vec<String> {
    let at = "2026-03-01T10:00:00Z".parse().unwrap();
    let mut documents = Vec::new();
    let base64 = |namespace| Payload::Base64 { namespace, content: b"<a/>".to_vec() };
    let payloads = [
        Payload::Text("a <&> \"b\"".to_owned()),
        base64(""),
        base64("urn:besked:kuvert:1.0"),
        base64("urn:oio:besked:kuvert:1.0"),
        Payload::Nothing,
    ];
    for payload in payloads {
        let mut besked = Besked::good("11111111", at);
        besked.payload = payload;
        let mut bare = besked.clone();
        (bare.responsible, bare.authority, bare.task, bare.sensitivity) = (None, None, None, None);
        bare.permitted.clear();
        let delivered = besked.clone().delivered(at);
        documents.extend([besked.xml(), besked.push_xml(), delivered.xml(), delivered.push_xml(), bare.xml()]);
    }
    for code in [20, 40, 41] {
        documents.extend([reply::modtag_besked_output(code, "<&>"), reply::standard_retur(code, "")]);
    }
    documents
}

fn root(document: &str) -> Option<Kind> {
    let parsed = xml::parse(document).unwrap();
    let name = &parsed.element(parsed.document_element().unwrap()).unwrap().name;
    let kinds = [Kind::Haendelsesbesked, Kind::ModtagBeskedInput, Kind::ModtagBeskedOutput, Kind::StandardRetur];
    kinds.into_iter().find(|k| name.matches(Some(k.root().1), k.root().0))
}

/// The document with other text in each of its innermost elements.
fn other_texts(document: &str) -> Vec<String> {
    let parsed = xml::parse(document).unwrap();
    let mut changed = Vec::new();
    for node in parsed.descendants(parsed.document_element().unwrap()) {
        let Some(range) = parsed.element(node).and_then(|_| parsed.node_range(node)) else { continue };
        let source = &document[range.clone()];
        let inner = source.find('>').map(|n| n + 1).zip(source.rfind("</"));
        let Some((begin, end)) = inner.filter(|(begin, end)| begin <= end && !source[*begin..*end].contains('<'))
        else {
            continue;
        };
        let texts = [
            "",
            " ",
            "junk",
            "2026-02-30T10:00:00",
            // Not with white space around: libxml2 does not collapse it for dateTime, as the schema language demands.
            "2026-02-28T10:00:00.123+01:00",
            "2026-02-28T24:00:00Z",
            "2026-02-28T25:00:00Z",
            "2026-02-28T10:00:00+15:00",
            "2026-02-28",
            "2026-2-28T10:00:00Z",
            "-1",
            "+1",
            "1.0",
            "1e3",
            "99999999999999999999999",
            "<x/>",
            "true",
        ];
        for text in texts {
            changed.push(format!("{}{text}{}", &document[..range.start + begin], &document[range.start + end..]));
        }
    }
    changed
}

#[test]
fn what_the_probe_writes_is_valid_to_xmllint_too() {
    let documents = written();
    assert!(xmllint(SCHEMA, &documents).into_iter().all(|valid| valid));
    for document in &documents {
        let parsed = xml::parse(document).unwrap();
        assert_eq!(validate(&parsed, &[root(document).unwrap()]).unwrap(), Vec::<String>::new(), "{document}");
    }
}

#[test]
fn xmllint_agrees_on_the_schema() {
    let good = Besked::good("11111111", "2026-03-01T10:00:00Z".parse().unwrap());
    let delivered = good.clone().delivered("2026-03-01T10:00:01Z".parse().unwrap()).push_xml();
    let mut seeds: Vec<String> = samples().into_iter().map(|(_, text)| text).collect();
    seeds.extend([delivered.clone(), reply::modtag_besked_output(40, "x"), reply::standard_retur(20, "x")]);
    let mut documents = written();
    documents.extend(seeds.clone());
    documents.push(good.xml().replace("urn:oio:besked:kuvert:1.0", "urn:oio:ns2:kuvert:1.0"));
    for seed in seeds.iter().filter(|seed| root(seed).is_some()) {
        documents.extend(mutants(seed));
    }
    for seed in [delivered, reply::modtag_besked_output(40, "x"), sample("bfo-externTestBesked.xml")] {
        documents.extend(other_texts(&seed));
    }
    documents.retain(|document| xml::parse(document).is_ok());
    let theirs = xmllint(SCHEMA, &documents);
    let mut wrong = Vec::new();
    for (document, valid) in documents.iter().zip(&theirs) {
        // The schema knows more elements than there are kinds of documents; xmllint takes each of them.
        let Some(kind) = root(document) else { continue };
        let errors = validate(&xml::parse(document).unwrap(), &[kind]).unwrap();
        if errors.is_empty() != *valid {
            wrong.push(format!("xmllint valid={valid}, we {errors:?}\n{document:.3000}"));
        }
    }
    let both = (theirs.iter().filter(|v| **v).count(), theirs.iter().filter(|v| !**v).count());
    println!("{} documents, {both:?} valid and invalid", documents.len());
    assert!(both.0 > 100 && both.1 > 300, "enough of both kinds: {both:?}");
    assert!(
        wrong.is_empty(),
        "{} of {} differ:\n{}",
        wrong.len(),
        documents.len(),
        wrong[..8.min(wrong.len())].join("\n")
    );
}

#[test]
fn every_message_among_the_samples_can_be_read() {
    for (name, text) in samples() {
        let is_message = !name.starts_with("bfo-vaerdiliste") && !name.starts_with("push-ModtagBeskedOutput");
        assert_eq!(read::read(text.as_bytes()).is_ok(), is_message, "{name}");
    }
}

// The checks.

const AT: &str = "2026-03-02T10:00:00Z";
const CVR: &str = "55133018";
const SYSTEM: &str = "cf12c051-39ce-4066-ba11-704b46fa23c4";

/// A message that the system sent, of an authority that it serves.
fn subject(message: &str) -> MessageSubject {
    MessageSubject {
        id: "message:file".to_owned(),
        name: "file".to_owned(),
        environment: Environment::ExternalTest,
        at: AT.parse().unwrap(),
        direction: MessageDirection::Sent,
        cvr: vec![CVR.to_owned()],
        system: Some(SYSTEM.to_owned()),
        message: Blob::new(MESSAGE, message.as_bytes().to_vec()),
        others: vec![Blob::new(MESSAGE, good().xml().into_bytes())],
    }
}

fn good() -> Besked {
    Besked::good(CVR, "2026-03-01T10:00:00Z".parse().unwrap())
}

fn outcome(check: &str, subject: &MessageSubject) -> Outcome {
    outcome_with(check, subject, &[])
}

fn outcome_with(check: &str, subject: &MessageSubject, changed: &[(&str, Value)]) -> Outcome {
    let id = format!("message.{check}");
    let check = message::CHECKS.iter().find(|c| c.meta().id == id).unwrap_or_else(|| panic!("no {id}"));
    let mut parameters = Parameters::defaults(check.meta());
    parameters.0.extend(changed.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
    check.judge(subject, &parameters)
}

/// Every check's verdict, by the last part of its id.
fn verdicts(subject: &MessageSubject) -> BTreeMap<String, Verdict> {
    let checks = message::CHECKS.iter().map(|c| c.meta());
    let of = |meta: &Meta| meta.id.strip_prefix("message.").unwrap().to_owned();
    checks.map(|meta| (of(meta), outcome(&of(meta), subject).verdict)).collect()
}

const P: Verdict = Verdict::Pass;
const F: Verdict = Verdict::Fail;
const I: Verdict = Verdict::Inconclusive;
const NT: Verdict = Verdict::NotTested;
const NA: Verdict = Verdict::NotApplicable;

/// What every check says of a good message of the test type, with a Base64 payload.
const GOOD: [(&str, Verdict); 26] = [
    ("readable", P),
    ("schema-valid", P),
    ("namespace", P),
    ("version", P),
    ("besked-id", P),
    ("besked-id-unique", P),
    ("besked-id-not-of-sample", P),
    ("message-type", P),
    ("responsible-actor", P),
    ("responsible-actor-is-system", P),
    ("responsible-authority", P),
    ("responsible-authority-served", P),
    ("created", P),
    ("sensitivity", P),
    ("sensitivity-of-type", NT),
    ("task-topic", P),
    ("task-topic-in-kle", NT),
    ("permitted-receivers", P),
    ("permitted-receivers-served", P),
    ("no-invented-authority", NA),
    ("no-receiver-action", P),
    ("uuid-forms", P),
    ("time-order", P),
    ("times-zoned", P),
    ("payload-base64", P),
    ("payload-schema", NA),
];

/// Fails with every difference at once.
fn assert_verdicts(what: &str, subject: &MessageSubject, expected: impl IntoIterator<Item = (&'static str, Verdict)>) {
    let expected: BTreeMap<String, Verdict> = expected.into_iter().map(|(id, v)| (id.to_owned(), v)).collect();
    let found = verdicts(subject);
    let differing: Vec<String> = found
        .iter()
        .filter(|(id, verdict)| expected.get(*id) != Some(*verdict))
        .map(|(id, verdict)| format!("{id}: {verdict:?} ({:?}), not {:?}", outcome(id, subject), expected.get(id)))
        .collect();
    assert!(differing.is_empty() && found.len() == expected.len(), "{what}:\n{}", differing.join("\n"));
}

fn with_base64() -> Besked {
    let mut besked = good();
    besked.payload = Payload::Base64 { namespace: "urn:oio:besked:kuvert:1.0", content: b"<a/>".to_vec() };
    besked
}

#[test]
fn a_good_message_passes_alone_and_pushed() {
    for document in [with_base64().xml(), with_base64().push_xml(), with_base64().delivered(good().created).push_xml()]
    {
        assert_verdicts("good", &subject(&document), GOOD);
    }
}

#[test]
fn every_fault_fails_its_own_check() {
    /// The checks that fail, and how a good message is broken.
    type Fault = (&'static [&'static str], fn(&mut Besked), fn(String) -> String);
    let nothing: fn(&mut Besked) = |_| ();
    let same: fn(String) -> String = |x| x;
    let faults: [Fault; 37] = [
        (&["schema-valid", "besked-id"], |b| b.besked_id = None, same),
        (&["besked-id", "uuid-forms"], |b| b.besked_id = Some("1".to_owned()), same),
        (&["besked-id"], |b| b.besked_id = Some("00000000-0000-0000-0000-000000000000".to_owned()), same),
        (&["besked-id", "uuid-forms"], |b| b.besked_id = Some(b.id().replace('-', "")), same),
        (&["besked-id"], nothing, |x| {
            let (before, after) = x.split_once("</UUIDIdentifikator></k:BeskedId>").unwrap();
            let before = before.replacen("<UUIDIdentifikator>", "<URNIdentifikator>", 1);
            format!("{before}</URNIdentifikator></k:BeskedId>{after}")
        }),
        (&["besked-id-not-of-sample"], |b| b.besked_id = Some("01157488-C45C-4FD2-B076-1DE12EFFBF66".to_owned()), same),
        (&["schema-valid", "namespace"], nothing, |x| x.replace("urn:oio:besked:kuvert:1.0", "urn:oio:ns2:kuvert:1.0")),
        (&["schema-valid", "namespace"], nothing, |x| x.replace("urn:oio:besked:kuvert:1.0", "urn:other")),
        (&["schema-valid"], nothing, |x| x.replace("</k:Filtreringsdata>", "<k:More/></k:Filtreringsdata>")),
        (&["version"], nothing, |x| x.replace("Version>1.0<", "Version>2.0<")),
        (&["schema-valid", "version"], nothing, |x| x.replace("<k:BeskedVersion>1.0</k:BeskedVersion>", "")),
        (&["message-type", "uuid-forms"], |b| b.message_type = "CPR".to_owned(), same),
        (&["responsible-actor"], |b| b.responsible = None, same),
        (
            &["responsible-actor", "responsible-actor-is-system", "uuid-forms"],
            |b| b.responsible = Some("kravprobe".to_owned()),
            same,
        ),
        (
            &["responsible-actor-is-system"],
            |b| b.responsible = Some("19dc3a1d-c629-4853-b566-7fe49cf674ce".to_owned()),
            same,
        ),
        (&["responsible-authority"], |b| b.authority = None, same),
        (&["responsible-authority"], |b| b.authority = Some("urn:oio:kommune:0751".to_owned()), same),
        (&["responsible-authority"], |b| b.authority = Some("*".to_owned()), same),
        (&["responsible-authority-served"], |b| b.authority = Some("64942212".to_owned()), same),
        (&["schema-valid", "created"], nothing, |x| {
            x.replace("2026-03-01T10:00:00.000Z", "i går").replacen("i går", "2026-03-01T10:00:00.000Z", 1)
        }),
        (&["created"], nothing, |x| {
            let (before, rest) = x.split_once("<k:Dannelsestidspunkt>").unwrap();
            format!("{before}{}", rest.split_once("</k:Dannelsestidspunkt>").unwrap().1)
        }),
        (&["sensitivity"], |b| b.sensitivity = None, same),
        (&["sensitivity"], |b| b.sensitivity = Some("1d81c472-0808-44cc-963d-f5ef0170ae1e".to_owned()), same),
        (&["sensitivity", "uuid-forms"], |b| b.sensitivity = Some("Ikke fortrolige".to_owned()), same),
        (
            &["sensitivity-of-type"],
            |b| {
                b.message_type = "d2bed63c-4853-4008-b6e0-a74c15b15fbf".to_owned();
                b.sensitivity = Some("44f4108b-26d4-46de-a90f-35e35b55b8d8".to_owned());
            },
            same,
        ),
        (&["task-topic"], |b| b.task = Some("32.01.01".to_owned()), same),
        (&["task-topic"], |b| b.task = Some("urn:oio:kle:32.01.*".to_owned()), same),
        (&["permitted-receivers"], |b| b.permitted.push("urn:oio:cvr:1234567".to_owned()), same),
        (&["permitted-receivers"], |b| b.permitted[0] = "urn:oio:kommune:0751".to_owned(), same),
        (&["permitted-receivers-served"], |b| b.permitted.push("urn:oio:cvr:64942212".to_owned()), same),
        (&["no-receiver-action"], nothing, |x| {
            x.replace("</k:Leveranceinformation>", "</k:Leveranceinformation><k:Modtagerhandling/>")
        }),
        (&["uuid-forms"], |b| b.object = "urn:oio:cvr:1".to_owned(), same),
        (&["time-order"], nothing, |x| x.replacen("2026-03-01T10:00:00.000Z", "2026-03-01T10:01:01Z", 1)),
        (&["time-order"], |b| *b = b.clone().delivered("2026-03-01T09:58:59Z".parse().unwrap()), same),
        (&["times-zoned"], nothing, |x| x.replace("10:00:00.000Z", "10:00:00.000")),
        (&["payload-base64"], nothing, |x| x.replace("PGEvPg==", "PGEvPg=")),
        (&["payload-base64"], nothing, |x| x.replace(" encoding=\"UTF-8\">PG", ">PG")),
    ];
    let mut failed = BTreeSet::new();
    for (expected, change, edit) in faults {
        let mut besked = with_base64();
        change(&mut besked);
        let document = edit(besked.xml());
        let found = verdicts(&subject(&document));
        let fails: BTreeSet<&str> = found.iter().filter(|(_, v)| **v == F).map(|(id, _)| id.as_str()).collect();
        assert_eq!(fails, expected.iter().copied().collect(), "{document}");
        failed.extend(expected.iter().copied());
    }
    // The rest need more than one message or other settings; each has a test below.
    let elsewhere = ["readable", "besked-id-unique", "task-topic-in-kle", "no-invented-authority", "payload-schema"];
    for (id, _) in GOOD {
        assert!(failed.contains(id) != elsewhere.contains(&id), "{id}");
    }
}

#[test]
fn what_cannot_be_read_fails_one_check_alone() {
    let large = vec![b' '; (2 << 20) + 1];
    let cases: [(&[u8], Verdict, Reason); 7] = [
        (b"", F, Reason::Missing),
        (b"<a/>", F, Reason::Different),
        (b"<Haendelsesbesked>", F, Reason::Malformed),
        (b"<?xml version='1.0' encoding='ISO-8859-1'?><Haendelsesbesked/>", I, Reason::AnswerUnusable),
        (b"<!DOCTYPE a><Haendelsesbesked/>", I, Reason::AnswerUnusable),
        (&large, I, Reason::TooLarge),
        ("<redacted>«redacted:unscanned»</redacted>".as_bytes(), I, Reason::SubjectUnreadable),
    ];
    for (bytes, verdict, reason) in cases {
        let mut subject = subject("");
        subject.message = Blob::new(MESSAGE, bytes.to_vec());
        let readable = outcome("readable", &subject);
        assert_eq!((readable.verdict, readable.reason), (verdict, reason));
        let others = verdicts(&subject).into_iter().filter(|(id, _)| id != "readable");
        assert!(others.into_iter().all(|(_, verdict)| verdict == NT), "{readable:?}");
    }
}

#[test]
fn a_besked_id_is_compared_with_other_messages() {
    let sent = with_base64();
    let mut subject = subject(&sent.xml());
    let mut judge = |others: &[String]| {
        subject.others = others.iter().map(|x| Blob::new(MESSAGE, x.clone().into_bytes())).collect();
        outcome("besked-id-unique", &subject).verdict
    };
    assert_eq!(judge(&[]), NT, "one message alone shows nothing");
    assert_eq!(judge(&[good().xml(), "no message".to_owned()]), P);
    // Writing it again gives it a new ObjektRegistreringId: another event.
    assert_eq!(judge(&[sent.xml()]), F);
    assert_eq!(judge(&[sent.xml().replace(sent.id(), &sent.id().to_uppercase())]), F);
}

#[test]
fn what_the_distributor_changes_is_no_other_content() {
    let document = with_base64().delivered(good().created).xml();
    let judge = |other: String| {
        let mut subject = subject(&document);
        subject.others = vec![Blob::new(MESSAGE, other.into_bytes())];
        outcome("besked-id-unique", &subject).verdict
    };
    let (before, rest) = document.split_once("<k:Leveranceruter>").unwrap();
    let undelivered = format!("{before}{}", rest.split_once("</k:Leveranceruter>").unwrap().1);
    let (before, rest) = document.split_once("<k:TilladtModtager>").unwrap();
    let for_nobody = format!("{before}{}", rest.split_once("</k:TilladtModtager>").unwrap().1);
    let spaced = document.replace("<k:Beskedkuvert>", "\n  <k:Beskedkuvert>\n").replace("PGEvPg==", "PGEv\nPg==");
    let later = document
        .replace("<k:Dannelsestidspunkt><TidsstempelDatoTid>2026", "<k:Dannelsestidspunkt><TidsstempelDatoTid>2027");
    for same in [document.clone(), undelivered, for_nobody, spaced, later] {
        assert_eq!(judge(same.clone()), P, "{same}");
    }
    let task = document.replace("kle:32.01.01", "kle:32.01.02");
    let class =
        document.replace("1d81c472", "44f4108b").replace("0808-44cc-963d-f5ef0170ae1d", "26d4-46de-a90f-35e35b55b8d8");
    for other in [document.replace("PGEvPg==", "PGIvPg=="), task, class] {
        assert_eq!(judge(other.clone()), F, "{other}");
    }
    // What redaction took away may be what differs.
    let hidden = document.replace("kle:32.01.01", "kle:«redacted:cpr»");
    let mut subject = subject(&hidden);
    subject.others = vec![Blob::new(MESSAGE, hidden.into_bytes())];
    assert_eq!(outcome("besked-id-unique", &subject).verdict, I);
}

#[test]
fn settings_decide_what_is_known() {
    let mut bare = subject(&with_base64().xml());
    bare.cvr = vec![String::new()];
    bare.system = None;
    let without = GOOD.map(|(id, verdict)| match id {
        "responsible-actor-is-system" | "responsible-authority-served" | "permitted-receivers-served" => (id, NT),
        _ => (id, verdict),
    });
    assert_verdicts("nothing is known of the system", &bare, without);

    let subject = subject(&with_base64().xml());
    let topics = |topic: &str| [("topics", Value::List(vec![topic.to_owned()]))];
    assert_eq!(outcome_with("task-topic-in-kle", &subject, &topics("32.01.01")).verdict, P);
    assert_eq!(outcome_with("task-topic-in-kle", &subject, &topics("00.01.00")).verdict, F);

    let apart = self::subject(&with_base64().xml().replacen("10:00:00.000Z", "10:00:30Z", 1));
    let tolerance = |seconds| [("tolerance_seconds", Value::Integer(seconds))];
    assert_eq!(outcome_with("time-order", &apart, &tolerance(30)).verdict, P);
    assert_eq!(outcome_with("time-order", &apart, &tolerance(29)).verdict, F);
    assert!(outcome("time-order", &apart).expected.contains("no official one"));
}

#[test]
fn what_is_left_out_or_unclear_is_no_breach() {
    type Case = (&'static str, Verdict, fn(&mut Besked), fn(String) -> String);
    let cases: [Case; 11] = [
        ("task-topic", NA, |b| b.task = None, |x| x),
        ("task-topic-in-kle", NA, |b| b.task = None, |x| x),
        ("permitted-receivers", NA, |b| b.permitted.clear(), |x| x),
        ("permitted-receivers-served", NA, |b| b.permitted.clear(), |x| x),
        ("permitted-receivers-served", NA, |b| b.permitted[0] = "*".to_owned(), |x| x),
        ("permitted-receivers", P, |b| b.permitted = ["*", CVR].map(str::to_owned).to_vec(), |x| x),
        ("besked-id", I, |b| b.besked_id = Some(format!("\n {} ", b.id())), |x| x),
        ("permitted-receivers", I, |b| b.permitted[0].push(' '), |x| x),
        ("permitted-receivers", I, |b| b.permitted[0] = "urn:oio:cpr:«redacted:cpr»".to_owned(), |x| x),
        // One time with a zone and one without: which is first depends on the zone.
        ("time-order", I, |_| (), |x| x.replacen("10:00:00.000Z", "11:00:00.000", 1)),
        ("time-order", F, |_| (), |x| x.replacen("01T10:00:00.000Z", "03T00:00:00.000", 1)),
    ];
    for (check, verdict, change, edit) in cases {
        let mut besked = with_base64();
        change(&mut besked);
        let outcome = outcome(check, &subject(&edit(besked.xml())));
        assert_eq!(outcome.verdict, verdict, "{check}: {outcome:?}");
    }
    // Something that somebody else put around the message.
    let enveloped = format!("<soap>{}</soap>", with_base64().xml().split_once("?>").unwrap().1);
    assert_eq!(outcome("schema-valid", &subject(&enveloped)).verdict, I);
}

#[test]
fn official_deviations_of_a_type_are_named_and_not_counted() {
    const POST_STATUS: &str = "d2bed63c-4853-4008-b6e0-a74c15b15fbf";
    const ORGANISATION: &str = "94ef3c82-10e9-4d12-a9d9-7a7242d5ba83";
    let mut besked = with_base64();
    besked.message_type = POST_STATUS.to_owned();
    besked.object = "urn:oio:uuid:1".to_owned();
    let outcome_of = |x: &str| outcome("uuid-forms", &subject(x));
    assert_eq!(outcome_of(&besked.xml()).verdict, NA);
    assert!(outcome_of(&besked.xml()).observed.contains("as in official messages"));
    let empty = |message_type: &str| {
        let x = with_base64().xml().replace("7654895c-a3f3-4c77-8afd-4c77330f963c", message_type);
        let actor = "<k:RegistreringsAktoer><UUIDIdentifikator></UUIDIdentifikator></k:RegistreringsAktoer>";
        x.replace("<k:Registreringstidspunkt>", &format!("{actor}<k:Registreringstidspunkt>"))
    };
    assert_eq!(outcome_of(&empty(ORGANISATION)).verdict, NA);
    assert_eq!(outcome_of(&empty(POST_STATUS)).verdict, F);

    let receipt = |rest: &str| {
        let mut besked = with_base64();
        let content = format!(
            "<PKO_PostStatus xmlns='http://serviceplatformen.dk/xml/print/PKO_PostStatus/1/types'>\
             <KanalKode>Digital Post</KanalKode><TransaktionsDatoTid>2026-03-01T10:00:00Z</TransaktionsDatoTid>\
             <TransaktionsStatusKode>Fejlet</TransaktionsStatusKode>{rest}</PKO_PostStatus>"
        );
        besked.payload = Payload::Base64 { namespace: "urn:besked:kuvert:1.0", content: content.into_bytes() };
        outcome("payload-schema", &subject(&besked.xml())).verdict
    };
    let identifier = "<ForsendelseTypeIdentifikator>1</ForsendelseTypeIdentifikator>";
    assert_eq!(receipt(&format!("{identifier}<CorrelationId>1</CorrelationId>")), P);
    assert_eq!(receipt("<CorrelationId>1</CorrelationId>"), NA);
    assert_eq!(receipt(identifier), F);
}

// The samples.

/// What differs from [`GOOD`] in a sample that was sent by a system of which nothing is known, on its own.
fn of_sample(name: &str) -> Option<Vec<(&'static str, Verdict)>> {
    let message_to_send = [("times-zoned", F), ("payload-base64", NA)];
    let receipt = [("sensitivity-of-type", P), ("task-topic", NA), ("task-topic-in-kle", NA)];
    let different: &[(&str, Verdict)] = match name {
        "bfo-externTestBesked.xml" | "legacy-testbesked01.xml" => &message_to_send,
        // Its BeskedAnsvarligAktoer is `1`.
        "legacy-testbesked03.xml" => {
            &[("times-zoned", F), ("payload-base64", NA), ("responsible-actor", F), ("uuid-forms", F)]
        }
        "legacy-testbesked02.xml" => {
            &[("times-zoned", F), ("payload-base64", NA), ("task-topic", NA), ("task-topic-in-kle", NA)]
        }
        "bfo-push-ModtagBeskedInput-minimal.xml" => &[
            ("responsible-actor", F),
            ("responsible-authority", F),
            ("created", F),
            ("sensitivity", F),
            ("task-topic", NA),
            ("task-topic-in-kle", NA),
            ("permitted-receivers", NA),
            ("permitted-receivers-served", NA),
            ("time-order", NT),
            ("times-zoned", NT),
            ("payload-base64", NA),
        ],
        "push-PostStatusBeskedModtag.error.xml"
        | "push-PostStatusBeskedModtag.success.xml"
        | "sf1601-receipt-memo-delivered.xml"
        | "sf1601-receipt-memo-failed.xml" => &receipt,
        _ => return None,
    };
    let mut expected: BTreeMap<&str, Verdict> = GOOD.into_iter().collect();
    // One message alone, of a system of which nothing is known; and every sample has a sample's BeskedId.
    expected.extend([
        ("besked-id-unique", NT),
        ("besked-id-not-of-sample", F),
        ("responsible-actor-is-system", NT),
        ("responsible-authority-served", NT),
        ("permitted-receivers-served", NT),
    ]);
    expected.extend(different.iter().copied());
    Some(expected.into_iter().collect())
}

#[test]
fn every_sample_has_its_written_verdicts() {
    let mut messages = 0;
    for (name, text) in samples() {
        let mut subject = subject(&text);
        (subject.cvr, subject.system, subject.others) = (Vec::new(), None, Vec::new());
        if let Some(expected) = of_sample(&name) {
            messages += 1;
            assert_verdicts(&name, &subject, expected);
            subject.direction = MessageDirection::Received;
            assert!(verdicts(&subject).into_values().all(|v| v == NA), "{name}: others made it");
        } else {
            let expected = GOOD.map(|(id, _)| (id, if id == "readable" { F } else { NT }));
            assert_verdicts(&name, &subject, expected);
        }
    }
    assert_eq!(messages, 9);
}

#[test]
fn samples_with_one_besked_id_and_invented_authorities_are_found_out() {
    let names = ["bfo-externTestBesked.xml", "legacy-testbesked01.xml", "legacy-testbesked03.xml"];
    for name in names {
        let mut subject = subject(&sample(name));
        subject.others =
            names.iter().filter(|n| **n != name).map(|n| Blob::new(MESSAGE, sample(n).into_bytes())).collect();
        assert_eq!(outcome("besked-id-unique", &subject).verdict, F, "{name}");
    }
    let production = [
        ("bfo-externTestBesked.xml", F),
        ("legacy-testbesked01.xml", F),
        ("legacy-testbesked02.xml", P),
        ("legacy-testbesked03.xml", P),
        ("bfo-push-ModtagBeskedInput-minimal.xml", NT),
        ("push-PostStatusBeskedModtag.success.xml", P),
    ];
    for (name, verdict) in production {
        let mut subject = subject(&sample(name));
        subject.environment = Environment::Production;
        assert_eq!(outcome("no-invented-authority", &subject).verdict, verdict, "{name}");
    }
}

#[test]
fn what_others_made_is_named_and_never_counted() {
    let mut subject = subject(&with_base64().xml().replace("urn:oio:besked:kuvert:1.0", "urn:oio:ns2:kuvert:1.0"));
    subject.direction = MessageDirection::Received;
    let outcome = outcome("namespace", &subject);
    assert_eq!(outcome.verdict, NA);
    assert!(outcome.observed.contains("deviates: urn:oio:ns2:kuvert:1.0 (the guide's example"), "{outcome:?}");
}

#[test]
fn no_number_in_cpr_form_stands_in_a_sample() {
    for (name, text) in samples() {
        let found = kravprobe::evidence::redact::redact(text.as_bytes(), MESSAGE).bytes;
        let found = String::from_utf8_lossy(&found).into_owned();
        // Under the name of a CPR number redaction takes any number; here it may take nothing else.
        let kept = text.replace("cpr-nr:000000000", "cpr-nr:«").matches('«').count();
        assert!(found.matches("«redacted:cpr»").count() <= kept + text.matches("<tns:pnr>").count(), "{name}: {found}");
    }
}

// The command.

fn path(name: &str) -> String {
    format!("{}/fixtures/beskedfordeler/{name}", env!("CARGO_MANIFEST_DIR"))
}

fn inspect(files: &[&str], more: &[&str]) -> (i32, String, String) {
    run(&[&["inspect", "message", "--at", AT], files, more].concat())
}

#[test]
fn the_command_judges_files_and_shows_their_fields() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, content: &str| {
        let path = folder.path().join(name).display().to_string();
        std::fs::write(&path, content).unwrap();
        path
    };
    let (one, two) = (write("one.xml", &with_base64().xml()), write("two.xml", &good().push_xml()));
    let known = ["--cvr", CVR, "--system", SYSTEM, "--environment", "external-test", "--format", "json"];
    let (code, out, err) = inspect(&[&one, &two], &known);
    assert_eq!((code, &*err), (0, ""), "{out}");
    let answers: Vec<serde_json::Value> = serde_json::from_str(&out).unwrap();
    assert_eq!(answers.len(), 2);
    assert_eq!(answers[0]["decision"], "accepted");
    let fields = answers[0]["message"]["fields"].as_array().unwrap();
    let known_as = |name: &str| fields.iter().find(|f| f["name"] == name).map(|f| f["knownAs"].clone());
    assert_eq!(known_as("Beskedtype").unwrap(), "Test/TestbeskedType1");
    assert_eq!(known_as("TilladtModtager").unwrap(), "Aarhus");
    assert_eq!(known_as("Sikkerhedsklassificering").unwrap(), "Ikke fortrolige data");

    // The same BeskedId with another content, a file that is missing, and one that is no message.
    let taken = Besked { besked_id: Some(good_id(&with_file(&one))), ..good() };
    let (three, junk) = (write("three.xml", &taken.xml()), write("junk.xml", "<a/>"));
    let (code, out, err) = inspect(&[&one, &three, &junk, "missing.xml"], &["--lang", "en"]);
    assert_eq!(code, 2, "{out}");
    assert!(err.contains("missing.xml"), "{err}");
    for part in
        ["message.besked-id-unique", "with another content in 1 more", "junk.xml: Not accepted", "line 1, column 1"]
    {
        assert!(out.contains(part), "{part}: {out}");
    }
    for wrong in [&["--cvr", "1"][..], &["--system", "x"]] {
        assert_ne!(inspect(&[&one], wrong).0, 0);
    }
}

fn with_file(path: &str) -> String {
    std::fs::read_to_string(path).unwrap()
}

fn good_id(document: &str) -> String {
    read::read(document.as_bytes()).unwrap().besked_id().unwrap().value.to_owned()
}

#[test]
fn the_command_names_samples_and_their_deviations() {
    let receipt = path("push-PostStatusBeskedModtag.error.xml");
    let (code, out, _) = inspect(&[&receipt], &["--lang", "en", "--received"]);
    // Nothing in it is the system's, so nothing is decided.
    assert_eq!(code, 3, "{out}");
    for part in [
        "public sample: push-PostStatusBeskedModtag.error.xml",
        "urn:besked:kuvert:1.0 instead of urn:oio:besked:kuvert:1.0",
        "PKO_PostStatus is not valid against its schema",
        "(PKO_PostStatus)",
        "0 fail",
    ] {
        assert!(out.contains(part), "{part}: {out}");
    }
    let (_, out, _) = inspect(&[&path("bfo-externTestBesked.xml")], &[]);
    assert!(out.contains("Et tidspunkt har ingen tidszone") && out.contains("offentligt eksempel"), "{out}");
}

#[test]
fn the_command_shows_no_cpr_number() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("cpr.xml").display().to_string();
    let mut besked = good();
    besked.object = "0101701234".to_owned();
    besked.task = Some("urn:oio:cpr-nr:0101701234".to_owned());
    std::fs::write(&file, besked.xml()).unwrap();
    for format in ["json", "text"] {
        let (_, out, err) = inspect(&[&file], &["--format", format]);
        assert!(!out.contains("0101701234") && !err.contains("0101701234"), "{out}");
        assert!(out.contains("«redacted:cpr»"), "{out}");
    }
}

// Hostile bytes.

/// The samples, and a good message.
static SEEDS: LazyLock<Vec<String>> = LazyLock::new(|| {
    let of_samples = samples().into_iter().map(|(_, text)| text);
    of_samples.chain([with_base64().delivered(good().created).push_xml()]).collect()
});

/// Reads and judges it as sent and as received; every element stands where it says.
fn survives(bytes: &[u8]) {
    if let Ok(message) = read::read(bytes) {
        let text = std::str::from_utf8(bytes).unwrap().trim_start_matches('\u{FEFF}');
        let lines: Vec<&str> = text.split('\n').collect();
        for element in message.besked.descendants() {
            let rest = &lines[element.place.line - 1].as_bytes()[element.place.column - 1..];
            assert!(rest.starts_with(b"<"), "{} at {}", element.name, element.place);
        }
    }
    let mut subject = subject("");
    subject.message = Blob::new(MESSAGE, bytes.to_vec());
    subject.others.push(subject.message.clone());
    for direction in [MessageDirection::Sent, MessageDirection::Received] {
        subject.direction = direction;
        let found = verdicts(&subject);
        assert!(found.values().all(|v| *v != Verdict::Error), "{found:?}");
    }
}

proptest! {
    #[test]
    fn any_bytes_are_judged(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        survives(&bytes);
    }

    #[test]
    fn any_change_of_a_message_is_judged(
        seed in 0..SEEDS.len(),
        at in any::<prop::sample::Index>(),
        length in 0..40_usize,
        with in prop_oneof![
            ".{0,8}".boxed(),
            "[<>/&;:=\"'k]{0,6}".boxed(),
            Just("<k:Beskeddata>".to_owned()).boxed(),
            Just("</k:Beskeddata>".to_owned()).boxed(),
            Just("\u{FEFF}".to_owned()).boxed(),
            Just("<![CDATA[]]>".to_owned()).boxed(),
            Just("<UUIDIdentifikator/>".to_owned()).boxed(),
        ],
    ) {
        let bytes = SEEDS[seed].as_bytes();
        let at = at.index(bytes.len());
        let end = (at + length).min(bytes.len());
        survives(&[&bytes[..at], with.as_bytes(), &bytes[end..]].concat());
    }

    #[test]
    fn lists_take_any_text(text in ".{0,40}") {
        let _ = (lists::message_type(&text), lists::sensitivity(&text), lists::permitted(&text), lists::kle_topic(&text));
        let _ = (lists::kle_pattern(&text), lists::kle_includes(&text, "32.01.01"), lists::authority(&text));
        if let Some(time) = Time::parse(&text) {
            let _ = time.since(&Time::parse("2026-03-01T10:00:00").unwrap());
        }
    }
}

#[test]
fn the_greatest_messages_are_judged_too() {
    let (before, after) =
        with_base64().xml().split_once("<k:TilladtModtager>").map(|(b, a)| (b.to_owned(), a.to_owned())).unwrap();
    let wrong = format!("{before}{}<k:TilladtModtager>{after}", "<k:Wrong/>".repeat(2_400));
    let found = verdicts(&subject(&wrong));
    assert_eq!((found["readable"], found["schema-valid"]), (P, F));
    let data = format!("<k:Beskeddata>{}</k:Beskeddata>", format!("<a>{}</a>", "x".repeat(80)).repeat(19_000));
    let long = with_base64().xml().replace("</k:Haendelsesbesked>", &format!("{data}</k:Haendelsesbesked>"));
    let found = verdicts(&subject(&long));
    assert_eq!((found["readable"], found["schema-valid"]), (P, P));
}
