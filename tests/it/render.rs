//! The renderings of a report: what they say, and that nothing from outside can break them.

use crate::sample_report::{HOSTILE, sample};
use crate::support::python;
use kravprobe::language::Language;
use kravprobe::render::{Options, html, junit, sarif, terminal, words};
use kravprobe::report::v1::{LatencyOf, MomentOf};
use kravprobe::report::{schema, v1};
use kravprobe::verdict::Verdict;
use proptest::prelude::*;
use regex::Regex;
use std::collections::BTreeSet;
use std::process::Command;

const LANGUAGES: [Language; 2] = [Language::Da, Language::En];

fn plain(language: Language) -> Options {
    Options { color: false, width: 100, language }
}

fn regex(pattern: &str) -> Regex {
    Regex::new(pattern).unwrap()
}

/// The page without its stylesheet and its embedded report: what a reader sees, with tags.
fn visible(page: &str) -> String {
    let without_style = regex(r"(?s)<style>.*?</style>").replace_all(page, "").into_owned();
    regex(r"(?s)<script type.*?</script>").replace_all(&without_style, "").into_owned()
}

/// The page's text without tags.
fn text(page: &str) -> String {
    regex(r"(?s)<[^>]*>").replace_all(&visible(page), " ").into_owned()
}

#[test]
fn terminal_says_what_to_do() {
    for language in LANGUAGES {
        let name = format!("terminal-{}", language.tag());
        insta::assert_snapshot!(name, terminal(&sample(language), plain(language)).unwrap());
    }
}

#[test]
fn terminal_is_the_same_with_and_without_colour() {
    let report = sample(Language::Da);
    let colored = terminal(&report, Options { color: true, ..plain(Language::Da) }).unwrap();
    assert!(colored.contains("\u{1b}["), "colour was asked for");
    let stripped = regex("\u{1b}\\[[0-9;]*m").replace_all(&colored, "").into_owned();
    assert_eq!(stripped, terminal(&report, plain(Language::Da)).unwrap(), "colour carries nothing alone");
}

#[test]
fn terminal_keeps_to_the_width() {
    for width in [40, 60, 80, 120] {
        let shown = terminal(&sample(Language::Da), Options { width, ..plain(Language::Da) }).unwrap();
        let longest = shown.lines().map(|l| l.chars().count()).max().unwrap();
        assert!(longest <= width, "{longest} columns in a terminal of {width}");
    }
}

#[test]
fn junit_carries_every_verdict() {
    let xml = junit(&sample(Language::Da)).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("junit.xml");
    std::fs::write(&path, &xml).unwrap();
    let xmllint = Command::new("xmllint").args(["--noout", "--nonet"]).arg(&path).output();
    let xmllint = xmllint.expect("xmllint is needed: apt-get install libxml2-utils");
    assert!(xmllint.status.success(), "{}", String::from_utf8_lossy(&xmllint.stderr));
    // A second reader agrees on what passed, failed, broke and was skipped.
    let script = "import sys; from junitparser import JUnitXml; x = JUnitXml.fromfile(sys.argv[1]); \
                  cases = [c for s in x for c in s]; kinds = [type(c.result[0]).__name__ if c.result else 'Passed' for c in cases]; \
                  print(x.tests, x.failures, x.errors, x.skipped, *[kinds.count(k) for k in ('Failure', 'Error', 'Skipped', 'Passed')])";
    assert_eq!(python(&["-c", script, path.to_str().unwrap()]).trim(), "12 4 2 4 4 2 4 2");
    insta::assert_snapshot!("junit", xml);
}

#[test]
fn sarif_carries_every_verdict_and_follows_its_schema() {
    let log = sarif(&sample(Language::Da)).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("report.sarif");
    std::fs::write(&path, &log).unwrap();
    // The model was made from a late draft of the OASIS schema and refuses unknown members; `suppression.status` came after it.
    let script = "import json, sys; from pydantic_sarif import model; log = json.load(open(sys.argv[1])); \
                  [s.pop('status') for r in log['runs'][0]['results'] for s in r.get('suppressions', [])]; \
                  schema = model.StaticAnalysisResultsFormatSarifVersion210JsonSchema; \
                  print(len(schema.model_validate(log).runs[0].results))";
    assert_eq!(python(&["-c", script, path.to_str().unwrap()]).trim(), "10");

    let value: serde_json::Value = serde_json::from_str(&log).unwrap();
    let run = &value["runs"][0];
    let results = run["results"].as_array().unwrap();
    let of = |rule: &str| results.iter().find(|r| r["ruleId"] == rule);
    let kind_and_level = |rule: &str| of(rule).map(|r| (r["kind"].as_str().unwrap(), r["level"].as_str().unwrap()));
    assert_eq!(kind_and_level("S-01"), Some(("fail", "error")), "must");
    assert_eq!(kind_and_level("S-04"), Some(("fail", "warning")), "should");
    assert_eq!(kind_and_level("S-05"), Some(("fail", "note")), "may");
    assert_eq!(kind_and_level("S-06"), Some(("open", "none")), "inconclusive");
    assert_eq!(kind_and_level("S-07"), Some(("open", "none")), "error");
    assert_eq!(kind_and_level("S-08"), None, "not tested is no result");
    assert_eq!(kind_and_level("S-09"), Some(("notApplicable", "none")));
    assert_eq!(kind_and_level("S-10"), Some(("pass", "none")));
    assert_eq!(of("S-03").unwrap()["suppressions"][0]["status"], "accepted", "waived");
    assert!(of("S-01").unwrap().get("suppressions").is_none());
    let prints: BTreeSet<_> =
        results.iter().map(|r| r["partialFingerprints"]["kravprobeResult/v1"].as_str().unwrap()).collect();
    assert_eq!(prints.len(), results.len(), "every result has its own fingerprint");
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    for result in results {
        let rule = &rules[usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap()];
        assert_eq!(rule["id"], result["ruleId"]);
        assert!(!rule["help"]["text"].as_str().unwrap().is_empty());
    }
    let notified = run["invocations"][0]["toolExecutionNotifications"].as_array().unwrap();
    let notified: Vec<_> = notified.iter().map(|n| n["associatedRule"]["id"].as_str().unwrap()).collect();
    assert_eq!(notified, ["S-07", "S-08", "S-11"], "probe faults and what was not tested");
    assert_eq!(run["invocations"][0]["executionSuccessful"], false);
    insta::assert_snapshot!("sarif", log);
}

#[test]
fn html_says_everything() {
    for language in LANGUAGES {
        let report = sample(language);
        let shown = text(&html(&report, report.language).unwrap());
        let mut expected = vec![
            report.aggregate.decision.text().get(language).to_owned(),
            report.seal.assurance.text().get(language).to_owned(),
            report.seal.assurance.definition().get(language).to_owned(),
            report.replay.results_digest.clone(),
            report.plan.sha256.clone(),
            report.tool.ruleset_sha256.clone(),
            report.evidence[0].sha256.clone(),
            report.members[0].sha256.clone(),
            "kravprobe verify".to_owned(),
            "kravprobe replay".to_owned(),
            "Eksempel Kommune".to_owned(),
            "overtagelsesprøve".to_owned(),
            words::idle("expired").get(language).to_owned(),
            words::day(jiff::civil::date(2026, 11, 27), language),
            words::day(jiff::civil::date(2026, 12, 31), language),
            report.dropped[0].reason.get(language).to_owned(),
            report.run.limitations[0].get(language).to_owned(),
            "bits = 3072".to_owned(),
            words::TRAFFIC.get(language).to_owned(),
            words::latency_of(LatencyOf::DeliveryToAck).get(language).to_owned(),
            words::moment(MomentOf::Redelivered).get(language).to_owned(),
            match language {
                Language::Da => "97 af 98 referencesystemer".to_owned(),
                Language::En => "97 of 98 reference systems".to_owned(),
            },
        ];
        for verdict in Verdict::ALL {
            expected.push(verdict.text().get(language).to_owned());
            expected.push(verdict.definition().get(language).to_owned());
        }
        for requirement in &report.requirements {
            expected.push(requirement.id.clone());
            expected.push(requirement.title.get(language).to_owned());
        }
        for part in expected {
            let escaped = part.replace('\'', "&#39;");
            assert!(shown.contains(&escaped), "{}: the page lacks `{part}`", language.tag());
        }
    }
}

#[test]
fn html_loads_nothing_and_runs_nothing() {
    let page = html(&sample(Language::Da), Language::Da).unwrap();
    let seen = visible(&page);
    for target in regex(r#"\b(?:href|src|action|data|poster|background)\s*=\s*"([^"]*)""#).captures_iter(&seen) {
        assert!(target[1].starts_with('#'), "points outside: {}", &target[1]);
    }
    assert!(!page.contains("url(") && !page.contains("@import"), "the stylesheet loads something");
    assert_eq!(page.matches("<script").count(), 1, "only the embedded report");
    assert!(page.contains(r#"<script type="application/json" id="report-json">"#));
    assert!(!regex(r"\son[a-z]+\s*=").is_match(&regex(r">[^<]*<").replace_all(&seen, "><")), "an event handler");
    assert!(!seen.contains(" style="), "inline styles would need a looser policy");
    let policy = regex(r#"Content-Security-Policy" content="([^"]*)""#).captures(&page).unwrap()[1].to_owned();
    assert!(policy.starts_with("default-src 'none'; style-src 'sha256-") && policy.contains("script-src 'none'"));
    // The digest in the policy is that of the stylesheet in the page.
    let style = regex(r"(?s)<style>(.*?)</style>").captures(&page).unwrap()[1].to_owned();
    let digest =
        base64::Engine::encode(&base64::engine::general_purpose::STANDARD, kravprobe::digest::sha256(style.as_bytes()));
    assert!(policy.contains(&digest), "the browser would drop the stylesheet");
}

#[test]
fn html_can_be_navigated() {
    for language in LANGUAGES {
        let page = html(&sample(language), language).unwrap();
        let seen = visible(&page);
        assert!(page.starts_with(&format!("<!DOCTYPE html>\n<html lang=\"{}\">", language.tag())));
        let ids: Vec<_> = regex(r#"\sid="([^"]*)""#).captures_iter(&page).map(|c| c[1].to_owned()).collect();
        let unique: BTreeSet<_> = ids.iter().collect();
        assert_eq!(unique.len(), ids.len(), "an id stands twice");
        for reference in regex(r##"(?:href="#|aria-labelledby=")([^"]*)""##).captures_iter(&seen) {
            assert!(ids.contains(&reference[1].to_owned()), "no element has the id {}", &reference[1]);
        }
        let levels: Vec<usize> = regex(r"<h([1-6])").captures_iter(&seen).map(|c| c[1].parse().unwrap()).collect();
        assert_eq!(levels[0], 1);
        assert_eq!(levels.iter().filter(|l| **l == 1).count(), 1, "one main heading");
        assert!(levels.windows(2).all(|w| w[1] <= w[0] + 1), "a heading level is skipped: {levels:?}");
        let count = |part: &str| seen.matches(part).count();
        assert_eq!(count("<table"), count("<caption"), "every table has a caption");
        assert_eq!(count("<th "), regex(r#"<th scope="(?:col|row|rowgroup)""#).find_iter(&seen).count());
        assert_eq!(count("<th>"), 0);
        for landmark in ["<header>", "<main ", "<nav ", "<footer>", "class=\"skip\""] {
            assert_eq!(count(landmark), 1, "{landmark}");
        }
    }
}

#[test]
fn html_tags_are_balanced() {
    let seen = visible(&html(&sample(Language::Da), Language::Da).unwrap());
    let mut open: Vec<String> = Vec::new();
    for tag in regex(r"<(/?)([a-z0-9]+)[^>]*>").captures_iter(&seen) {
        let name = tag[2].to_owned();
        if ["meta", "br", "col"].contains(&name.as_str()) {
            continue;
        }
        if &tag[1] == "/" {
            assert_eq!(open.pop(), Some(name), "closed in another order than opened");
        } else {
            open.push(name);
        }
    }
    assert!(open.is_empty(), "never closed: {open:?}");
}

#[test]
fn renderings_keep_to_one_language() {
    let danish = regex(r"(?i)\b(og|ikke|krav|kravet|eller|der|som|udløbet|frist|bør|skal)\b");
    let english = regex(r"(?i)\b(the|and|not|requirement|requirements|or|which|expired|deadline|should|must)\b");
    for (language, foreign) in [(Language::Da, english), (Language::En, danish)] {
        let report = sample(language);
        let renderings = [
            ("html", text(&html(&report, report.language).unwrap())),
            ("terminal", terminal(&report, plain(language)).unwrap()),
        ];
        for (name, shown) in renderings {
            // The contract is quoted, never translated.
            let shown = shown.replace(report.requirements[0].contract_text.as_deref().unwrap(), "");
            let found: BTreeSet<_> = foreign.find_iter(&shown).map(|m| m.as_str().to_owned()).collect();
            assert!(found.is_empty(), "{name} in {} has {found:?}", language.tag());
        }
    }
}

#[test]
fn every_word_exists_in_both_languages() {
    for word in words::ALL {
        assert!(!word.da.trim().is_empty() && !word.en.trim().is_empty(), "{word:?}");
    }
}

#[test]
fn embedded_report_is_the_report() {
    let report = sample(Language::Da);
    assert_eq!(embedded(&html(&report, report.language).unwrap()), report);
}

fn embedded(page: &str) -> v1::Report {
    let json = regex(r#"(?s)id="report-json">(.*?)</script>"#).captures(page).unwrap()[1].to_owned();
    serde_json::from_str(&json).unwrap()
}

#[test]
fn sample_follows_the_report_schema_and_broken_reports_do_not() {
    let good = kravprobe::canonical::bytes(&sample(Language::Da)).unwrap();
    schema::validate(&good).unwrap();
    let broken = |change: &dyn Fn(&mut serde_json::Value)| {
        let mut value: serde_json::Value = serde_json::from_slice(&good).unwrap();
        change(&mut value);
        schema::validate(&serde_json::to_vec(&value).unwrap()).unwrap_err().to_string()
    };
    let error = broken(&|v| v["aggregate"]["decision"] = "perfect".into());
    assert!(error.contains("/aggregate/decision") && !error.contains("perfect"), "{error}");
    let error = broken(&|v| v["extra"] = 1.into());
    assert!(error.contains("report.json"), "{error}");
    broken(&|v| {
        v.as_object_mut().unwrap().remove("seal");
    });
    broken(&|v| v["deadlines"][0]["workingDays"] = (-1).into());
    broken(&|v| v["contract"] = serde_json::Value::Null);
    assert!(schema::validate(b"").is_err());
    assert!(schema::validate(b"[]").is_err());
}

#[test]
fn unlisted_requirement_is_an_error_and_no_rendering() {
    let mut report = sample(Language::Da);
    report.requirements.remove(0);
    assert!(html(&report, report.language).is_err() && junit(&report).is_err() && sarif(&report).is_err());
    let mut report = sample(Language::Da);
    report.results.pop();
    assert!(terminal(&report, plain(Language::Da)).is_err());
}

#[test]
fn empty_report_renders() {
    let mut report = sample(Language::En);
    report.requirements.clear();
    report.results.clear();
    report.evidence.clear();
    report.declarations.clear();
    report.dropped.clear();
    report.parties = kravprobe::target::Parties::default();
    report.contract = None;
    html(&report, report.language).unwrap();
    junit(&report).unwrap();
    sarif(&report).unwrap();
    terminal(&report, plain(Language::En)).unwrap();
}

/// The sample with one string everywhere a vendor, a target file or a profile can put one.
fn with(text: &str) -> v1::Report {
    let own = || text.to_owned();
    let mut report = sample(Language::Da);
    for requirement in &mut report.requirements {
        requirement.title.da = own();
        requirement.contract_text = Some(own());
        requirement.source.document = own();
        requirement.applies_when = Some(own());
    }
    for check in report.results.iter_mut().flat_map(|r| &mut r.checks) {
        check.expected = format!("x{text}");
        check.observed = format!("x{text}");
        check.subject = Some(own());
        check.message.da = own();
    }
    report.system.name = own();
    report.profile.title.da = own();
    report.evidence[0].peer = own();
    report.evidence[0].path = own();
    report.evidence[0].media_type = own();
    report.declarations[0].who = own();
    report.declarations[0].kind = own();
    report.results[2].waivers[0].scope = own();
    report.members[0].path = own();
    report.report_id = own();
    report
}

fn tags(page: &str) -> Vec<String> {
    regex(r"<[^>]*>").find_iter(&visible(page)).map(|m| m.as_str().to_owned()).collect()
}

fn is_xml_character(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..)
}

fn assert_unbroken(text: &str) -> Result<(), TestCaseError> {
    let report = with(text);
    let page = html(&report, report.language).unwrap();
    prop_assert_eq!(
        tags(&page),
        tags(&html(&with("x"), Language::Da).unwrap()),
        "the page's structure depends on a string"
    );
    prop_assert_eq!(&embedded(&page), &report);
    prop_assert!(!page.chars().any(|c| c.is_control() && c != '\n'));

    let xml = junit(&report).unwrap();
    prop_assert!(xml.chars().all(is_xml_character));
    let mut reader = quick_xml::Reader::from_str(&xml);
    reader.config_mut().check_end_names = true;
    loop {
        match reader.read_event() {
            Ok(quick_xml::events::Event::Eof) => break,
            Ok(quick_xml::events::Event::Start(e) | quick_xml::events::Event::Empty(e)) => {
                for attribute in e.attributes() {
                    prop_assert!(attribute.is_ok());
                }
            }
            Ok(_) => {}
            Err(error) => return Err(TestCaseError::fail(error.to_string())),
        }
    }

    let log: serde_json::Value = serde_json::from_str(&sarif(&report).unwrap()).unwrap();
    let uri = log["runs"][0]["artifacts"][0]["location"]["uri"].as_str().unwrap();
    prop_assert!(uri.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~/%".contains(&b)), "not a URI: {}", uri);

    let shown = terminal(&report, plain(Language::Da)).unwrap();
    let hidden = shown.chars().any(|c| (c.is_control() && c != '\n') || ('\u{202A}'..='\u{202E}').contains(&c));
    prop_assert!(!hidden, "a character hides or reorders text");
    Ok(())
}

#[test]
fn known_hostile_strings_break_nothing() {
    for text in
        [HOSTILE, "</script><script>", "]]>", "<!--", "-->", "&#0;", "\u{1b}]0;x\u{7}", "a\r\nb", "\u{2028}", ""]
    {
        assert_unbroken(text).unwrap();
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn arbitrary_strings_break_nothing(text in any::<String>()) {
        assert_unbroken(&text)?;
    }

    #[test]
    fn arbitrary_markup_breaks_nothing(text in r#"[<>/&;"'!\[\]?=a-z \x00-\x20\u{202a}-\u{202e}-]{0,40}"#) {
        assert_unbroken(&text)?;
    }
}

#[test]
fn renderings_are_reproducible_from_the_file() {
    let report = sample(Language::Da);
    let read: v1::Report = serde_json::from_slice(&kravprobe::canonical::bytes(&report).unwrap()).unwrap();
    assert_eq!(html(&report, report.language).unwrap(), html(&read, read.language).unwrap());
    assert_eq!(junit(&report).unwrap(), junit(&read).unwrap());
    assert_eq!(sarif(&report).unwrap(), sarif(&read).unwrap());
    assert_eq!(terminal(&report, plain(Language::Da)).unwrap(), terminal(&read, plain(Language::Da)).unwrap());
}
