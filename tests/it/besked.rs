//! Messages of the Beskedfordeler: our reading of them against xmllint's, and every real sample with its written verdicts.

use super::metadata::{mutants, xmllint};
use kravprobe::besked::schema::{Kind, validate};
use kravprobe::besked::write::{Besked, Payload};
use kravprobe::besked::{read, reply};
use kravprobe::saml::xml;
use std::path::Path;

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
