//! The draft notice of defects: what it claims, what it does not, and what it refuses to rest on.

use crate::declarations::{Desk, declaration, requirement};
use crate::sample_report::{HOSTILE, sample};
use crate::support::run;
use jiff::civil::date;
use kravprobe::language::Language;
use kravprobe::profile::Profile;
use kravprobe::render::{NoticeFacts, NoticeForm, has_defects, notice, words};
use kravprobe::report::v1::{DeclarationEntry, Report};
use kravprobe::seal::{Proof, Statement};
use kravprobe::verdict::Verdict;
use regex::Regex;
use std::collections::BTreeSet;

const FORMS: [NoticeForm; 2] = [NoticeForm::Html, NoticeForm::Markdown];
const LANGUAGES: [Language; 2] = [Language::Da, Language::En];

fn statement() -> Statement {
    Statement::new("seal", Proof::NotProven, "Intet viser, hvem der har lavet rapporten.", "Nothing shows who made it.")
}

fn draft(language: Language, form: NoticeForm, delivered: Option<jiff::civil::Date>) -> String {
    draft_of(&sample(language), &Profile::load("calendar-dk").unwrap(), language, form, delivered)
}

fn draft_of(
    report: &Report,
    profile: &Profile,
    language: Language,
    form: NoticeForm,
    delivered: Option<jiff::civil::Date>,
) -> String {
    let statement = statement();
    notice(report, NoticeFacts { language, delivered, profile, not_proven: &[&statement] }, form).unwrap()
}

fn regex(pattern: &str) -> Regex {
    Regex::new(pattern).unwrap()
}

/// What a reader sees of the page.
fn text(page: &str) -> String {
    let page = regex(r"(?s)<style>.*?</style>").replace_all(page, "").into_owned();
    let text = regex(r"(?s)<[^>]*>").replace_all(&page, " ").into_owned();
    text.split_whitespace().collect::<Vec<_>>().join(" ").replace("&#39;", "'")
}

/// The part of a text between two headings.
fn between<'a>(text: &'a str, from: &str, to: &str) -> &'a str {
    let start = text.rfind(from).unwrap_or_else(|| panic!("no `{from}` in {text}"));
    let rest = &text[start..];
    &rest[..rest.find(to).unwrap_or_else(|| panic!("no `{to}` after `{from}` in {rest}"))]
}

#[test]
fn only_broken_musts_without_a_waiver_are_defects() {
    let page = text(&draft(Language::Da, NoticeForm::Html, Some(date(2026, 12, 18))));
    let defects = between(&page, "Mangler (2)", "Forhold, der ønskes begrundet (1)");
    assert!(defects.contains("1. S-01") && defects.contains("2. S-02"), "{defects}");
    for other in ["S-03", "S-04", "S-05", "S-06", "S-07", "S-08", "S-09", "S-10", "S-11"] {
        assert!(!defects.contains(other), "{other} is no defect: {defects}");
    }
    let matters = between(&page, "Forhold, der ønskes begrundet (1)", "Brudt, men dispenseret (1)");
    assert!(matters.contains("S-04") && !matters.contains("S-05"), "{matters}");
    assert!(matters.contains("står i rapporten: 1."), "a remark for information is counted, not claimed: {matters}");
    assert!(!matters.contains("Frist for afhjælpning"), "{matters}");
    let waived = between(&page, "Brudt, men dispenseret (1)", "Ikke vist (4)");
    assert!(waived.contains("S-03") && waived.contains("Dispensation D-7"), "{waived}");
    assert!(waived.contains("Der reklameres ikke over disse forhold."));
    assert!(!waived.contains("gælder ikke længere på leveringsdagen"), "it ends on 31 December: {waived}");
    let not_shown = between(&page, "Ikke vist (4)", "Hvad rapporten viser, og hvad den ikke viser");
    for id in ["S-06", "S-07", "S-08", "S-11"] {
        assert!(not_shown.contains(id), "{id}: {not_shown}");
    }
    assert!(!page.contains("S-09") && !page.contains("S-10"), "neither not applicable nor met requirements");
    let late = text(&draft(Language::Da, NoticeForm::Html, Some(date(2027, 1, 4))));
    assert!(
        between(&late, "Brudt, men dispenseret (1)", "Ikke vist").contains("gælder ikke længere på leveringsdagen")
    );
}

#[test]
fn each_defect_says_clause_words_expected_observed_evidence_category_and_deadline() {
    let first = kravprobe::digest::sha256_hex(b"evidence 1");
    let unlisted = kravprobe::digest::sha256_hex(b"not in the list");
    for form in FORMS {
        let draft = draft(Language::En, form, Some(date(2026, 12, 18)));
        let shown = if form == NoticeForm::Html { text(&draft) } else { draft.replace('\\', "") };
        let defect = between(&shown, "1. S-01", "2. S-02");
        for part in [
            "The key is strong enough",
            "Category A (critical)",
            "OCES3-CP (1.0), 6.1.5",
            "Leverandøren skal bruge nøgler på mindst 3072 bit.",
            "The key has at least 3072 bits",
            "certificate.key-size: certificate:signing",
            "The value differs from the required one.",
            "2048",
            &format!("E1, SHA-256 {first}"),
            &format!("SHA-256 {unlisted}"),
            // Friday 18 December 2026: 21, 22, 23; then Christmas; 28 and 29 are the fourth and fifth working day.
            "29 December 2026 (5 working days from delivery on 18 December 2026)",
            "Order a new certificate with a larger key.",
        ] {
            assert!(defect.contains(part), "{form:?} lacks `{part}`: {defect}");
        }
        assert!(
            defect.contains(">= 3072") || defect.contains("&#62;= 3072") || defect.contains("&gt;= 3072"),
            "{defect}"
        );
        assert!(!defect.contains("65537"), "what passed is not held against anybody");
    }
}

#[test]
fn without_a_day_of_delivery_no_date_is_invented() {
    for form in FORMS {
        let draft = draft(Language::Da, form, None);
        assert!(draft.contains("5 arbejdsdage fra den dag, rapporten leveres"), "{draft}");
        assert!(
            !draft.contains("november 2026 (") && !draft.contains("december 2026 ("),
            "a date was made up: {draft}"
        );
        assert!(draft.contains("Ikke angivet."));
    }
    // The calendar ends with 2031.
    let past = draft(Language::Da, NoticeForm::Html, Some(date(2031, 12, 30)));
    assert!(past.contains("Profilens kalender dækker ikke dagen"));
}

#[test]
fn what_a_lawyer_must_decide_is_marked_and_the_seal_is_said() {
    for language in LANGUAGES {
        let (lawyer, unsealed) = match language {
            Language::Da => ("Til juristen", "Ikke forseglet"),
            Language::En => ("For the lawyer", "Unsealed"),
        };
        for form in FORMS {
            let draft = draft(language, form, None);
            let marks = draft.matches(&format!("[{lawyer}]")).count();
            assert_eq!(marks, 5, "{draft}");
            assert!(draft.contains(unsealed) && draft.contains(statement().text.get(language)));
            let head = &draft[..draft.find("id=\"letter\"").or_else(|| draft.find("\n## ")).unwrap()];
            assert!(head.contains(unsealed), "it is said before anything else");
        }
    }
}

#[test]
fn notices_keep_to_one_language_and_every_word_exists_in_both() {
    let danish = regex(r"(?i)\b(og|ikke|krav|kravet|eller|der|som|udløbet|frist|bør|skal)\b");
    let english = regex(r"(?i)\b(the|and|not|requirement|requirements|or|which|expired|deadline|should|must)\b");
    for (language, foreign) in [(Language::Da, english), (Language::En, danish)] {
        let contract = sample(language).requirements[0].contract_text.clone().unwrap();
        for shown in [text(&draft(language, NoticeForm::Html, None)), draft(language, NoticeForm::Markdown, None)] {
            let shown = shown.replace(&contract, "");
            let found: BTreeSet<_> = foreign.find_iter(&shown).map(|m| m.as_str().to_owned()).collect();
            assert!(found.is_empty(), "{} has {found:?} in {shown}", language.tag());
        }
    }
    for word in words::notice::ALL {
        assert!(!word.da.trim().is_empty() && !word.en.trim().is_empty() && word.da != word.en, "{word:?}");
    }
}

#[test]
fn the_page_loads_nothing_and_can_be_navigated() {
    for language in LANGUAGES {
        let page = draft(language, NoticeForm::Html, Some(date(2026, 12, 1)));
        assert!(page.starts_with(&format!("<!DOCTYPE html>\n<html lang=\"{}\">", language.tag())));
        assert!(!page.contains("<script") && !page.contains(" style=") && !page.contains("url("));
        for target in regex(r#"\b(?:href|src|action)\s*=\s*"([^"]*)""#).captures_iter(&page) {
            assert!(target[1].starts_with('#'), "points outside: {}", &target[1]);
        }
        let policy = regex(r#"Content-Security-Policy" content="([^"]*)""#).captures(&page).unwrap()[1].to_owned();
        let style = regex(r"(?s)<style>(.*?)</style>").captures(&page).unwrap()[1].to_owned();
        let digest = kravprobe::digest::sha256(style.as_bytes());
        assert!(policy.contains(&base64::Engine::encode(&base64::engine::general_purpose::STANDARD, digest)));
        let seen = page.replace(&style, "");
        let ids: Vec<_> = regex(r#"\sid="([^"]*)""#).captures_iter(&seen).map(|c| c[1].to_owned()).collect();
        assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len(), "an id stands twice");
        for reference in regex(r##"(?:href="#|aria-labelledby=")([^"]*)""##).captures_iter(&seen) {
            assert!(ids.contains(&reference[1].to_owned()), "no element has the id {}", &reference[1]);
        }
        let levels: Vec<usize> = regex(r"<h([1-6])").captures_iter(&seen).map(|c| c[1].parse().unwrap()).collect();
        assert!(levels[0] == 1 && levels.iter().filter(|l| **l == 1).count() == 1);
        assert!(levels.windows(2).all(|w| w[1] <= w[0] + 1), "a heading level is skipped: {levels:?}");
        assert_eq!(seen.matches("<table").count(), seen.matches("<caption").count());
        let mut open: Vec<String> = Vec::new();
        for tag in regex(r"<(/?)([a-z0-9]+)[^>]*>").captures_iter(&seen) {
            if ["meta", "br"].contains(&&tag[2]) {
            } else if &tag[1] == "/" {
                assert_eq!(open.pop().as_deref(), Some(&tag[2]), "closed in another order than opened");
            } else {
                open.push(tag[2].to_owned());
            }
        }
        assert!(open.is_empty(), "never closed: {open:?}");
    }
}

#[test]
fn text_from_outside_stays_text() {
    assert!(HOSTILE.contains("<script>"), "the sample carries it");
    for form in FORMS {
        let draft = draft(Language::Da, form, None);
        // In Markdown a tag whose first mark is escaped is text.
        let tags = if form == NoticeForm::Markdown { draft.replace("\\<", "") } else { draft.clone() };
        assert!(!tags.contains("<script>") && !tags.contains("</b>") && !tags.contains("</script>"), "{draft}");
        assert!(!draft.contains(['\u{0}', '\u{8}', '\u{1b}', '\u{202E}', '\u{2028}', '\u{85}', '\u{FFFF}']));
    }
    let markdown = draft(Language::Da, NoticeForm::Markdown, None);
    assert!(markdown.contains("Fagsystem \\<b>"), "{markdown}");
    // Every list item, table row and heading is the template's own: nothing from outside begins a line.
    assert!(!regex(r"(?m)^\s*<").is_match(&markdown));
}

#[test]
fn an_accepted_report_has_nothing_to_give_notice_of() {
    let mut report = sample(Language::Da);
    assert!(has_defects(&report).unwrap());
    for result in &mut report.results {
        if matches!(result.requirement.as_str(), "S-01" | "S-02") {
            result.verdict = Verdict::Pass;
        }
    }
    assert!(!has_defects(&report).unwrap(), "a waived must, a should and a may are no defects");
}

/// A bundle of a system whose certificate is used by another system too.
fn broken_bundle() -> Desk {
    let desk = Desk::new();
    desk.profile(&format!(
        "{}{}",
        requirement(
            "R1",
            "must",
            "contract_text = \"Certifikatet må kun bruges af ét system.\"\nremedy_working_days = 10\n[[requirement.check]]\nid = \"certificate.unique-system\""
        ),
        requirement("R2", "must", "declaration = \"aftale\"")
    ));
    desk.target(
        "",
        &format!(
            "[[certificate]]\nname = \"andet\"\nfile = \"leaf.pem\"\nrole = \"signing\"\nother_system = \"Et andet system\"\n{}",
            declaration("sole-use", "true", "")
        ),
    );
    assert_eq!(desk.run("bundle", &[]).0, 1);
    desk
}

#[test]
fn the_program_drafts_from_a_verified_bundle_alone() {
    let desk = broken_bundle();
    let bundle = desk.text("bundle");
    let (html, md) = (desk.text("notice.html"), desk.text("notice.md"));
    let (code, out, err) = run(&["notice", &bundle, "--out", &html, "--delivered", "2026-12-01"]);
    assert_eq!((code, out.trim(), err.as_str()), (0, html.as_str(), ""));
    let page = std::fs::read_to_string(&html).unwrap();
    // Ten working days after Tuesday 1 December 2026: Tuesday 15 December.
    assert!(page.contains("15. december 2026 (10 arbejdsdage fra leveringen 1. december 2026)"), "{page}");
    assert!(page.contains("<blockquote>Certifikatet må kun bruges af ét system.</blockquote>"));
    assert!(page.contains("Kontrakt, Bilag 4, pkt. R1") && page.contains("Ikke forseglet"));
    let (code, _, err) = run(&["notice", &bundle, "--out", &md, "--lang", "en"]);
    assert_eq!((code, err.as_str()), (0, ""));
    let text = std::fs::read_to_string(&md).unwrap();
    assert!(text.starts_with("# Draft notice of defects: Eksempel Fagsystem\n"), "{text}");
    assert!(text.contains("  > Certifikatet må kun bruges af ét system."));
    let (_, printed, _) = run(&["notice", &bundle, "--lang", "en"]);
    assert_eq!(printed, text, "Markdown is printed without a file");
    let refused = |arguments: &[&str], part: &str| {
        let (code, _, err) = run(&[&["notice"], arguments].concat());
        assert!(code == 2 && err.contains(part), "`{part}` is not in: {err}");
    };
    refused(&[&bundle, "--out", &html], "exists already");
    refused(&[&bundle, "--out", &desk.text("notice.pdf")], ".html or .md");
    refused(&[&bundle, "--format", "json"], "has no form `json`");
    refused(&[&bundle, "--delivered", "2025-11-30"], "issued later");
    refused(&[&bundle, "--delivered", "18-12-2026"], "write the day as year-month-day, such as 2026-12-18");
    std::fs::write(desk.path("bundle/target.toml"), "schema = 1\n").unwrap();
    refused(&[&bundle, "--out", &desk.text("other.html")], "does not verify");
    assert!(!desk.path("other.html").exists());
}

#[test]
fn no_notice_rests_on_a_profile_that_was_not_in_force_or_on_an_accepted_report() {
    let desk = broken_bundle();
    let early = std::fs::read_to_string(desk.path("own.toml")).unwrap().replace("2025-01-01", "2026-01-01");
    desk.write("own.toml", &early);
    assert_eq!(desk.run("early", &[]).0, 3);
    let (code, _, err) = run(&["notice", &desk.text("early")]);
    assert!(code == 2 && err.contains("not in force"), "{err}");
    desk.profile(&requirement("R1", "must", "[[requirement.check]]\nid = \"certificate.version\""));
    assert_eq!(desk.run("good", &[]).0, 0);
    let (code, out, err) = run(&["notice", &desk.text("good"), "--out", &desk.text("none.html"), "--lang", "en"]);
    assert_eq!((code, err.as_str(), desk.path("none.html").exists()), (0, "", false));
    assert!(out.contains("nothing to give notice of"), "{out}");
}

#[test]
fn a_declared_no_says_whose_word_it_is_and_asks_the_lawyer() {
    let profile = Profile::load("calendar-dk").unwrap();
    let declared = |who: &str| {
        let mut report = sample(Language::Da);
        report.parties.customer.as_mut().unwrap().name = "Eksempel Kommune".to_owned();
        report.parties.supplier.as_mut().unwrap().name = "Eksempel Leverandør A/S".to_owned();
        report.declarations = vec![DeclarationEntry {
            kind: "registered-in-administrationsmodul".to_owned(),
            value: vec!["false".to_owned()],
            who: who.to_owned(),
            when: date(2026, 11, 1),
            until: None,
            document_sha256: Some("ab".repeat(32)),
        }];
        let check = &mut report.results[0].checks[0];
        (check.verdict, check.check, check.title) = (Verdict::Fail, None, None);
        check.declaration = Some("registered-in-administrationsmodul".to_owned());
        check.reason = "declared-not-met".to_owned();
        report.results[0].checks.truncate(1);
        let page = text(&draft_of(&report, &profile, Language::Da, NoticeForm::Html, None));
        between(&page, "1. S-01", "2. S-02").to_owned()
    };
    let customers = declared("Systemejer, Eksempel Kommune");
    for part in [
        "Erklæring: systemet er registreret som brugervendt system i Administrationsmodulet",
        "Erklæret ikke opfyldt",
        "Systemejer, Eksempel Kommune (kundens eget ord)",
        "1. november 2026",
        &"ab".repeat(32),
        "[Til juristen] Bruddet bygger på en erklæring (kundens eget ord)",
    ] {
        assert!(customers.contains(part), "`{part}` is not in {customers}");
    }
    assert!(!customers.contains("Krævet") && !customers.contains("stemmer ikke"), "{customers}");
    assert!(declared("Direktør, Eksempel Leverandør A/S").contains("(leverandørens eget ord)"));
    assert!(declared("En konsulent").contains("hvis ord det er, viser navnet ikke"));
}

#[test]
fn a_number_that_the_contract_sets_is_the_contracts() {
    let desk = Desk::new();
    let bound = |days: &str| {
        let check = format!(
            "[[requirement.check]]\nid = \"usage.newest-call\"\nparams = {{ integrations = [\"SF1511\"]{days} }}"
        );
        let profile = desk.profile(&requirement("S-01", "must", &check));
        Profile::load(&profile).unwrap()
    };
    let mut report = sample(Language::Da);
    let check = &mut report.results[0].checks[0];
    check.check = Some("usage.newest-call".to_owned());
    check.expected = "a successful call within 30 days; parameter of the profile, no official number exists".to_owned();
    check.parameters.0.insert("days".to_owned(), kravprobe::check::Value::Integer(30));
    let shown =
        |report: &Report, days: &str| text(&draft_of(report, &bound(days), Language::Da, NoticeForm::Html, None));
    let unofficial = "profilens parameter, der findes intet officielt tal";
    assert!(shown(&report, ", days = 30").contains(unofficial), "the requirement rests on no contract");
    report.requirements[0].basis = kravprobe::verdict::Basis::Contract;
    let set = shown(&report, ", days = 30");
    assert!(set.contains("et vellykket kald inden for 30 dage (fastsat i kontrakten)"), "{set}");
    assert!(!set.contains(unofficial));
    assert!(shown(&report, "").contains(unofficial), "a default is not the contract's number");
}

#[test]
fn without_a_calendar_nothing_says_that_one_was_used() {
    let profile = Profile::load("i-08-passive").unwrap();
    let bare = Profile { calendar: None, ..profile };
    for form in FORMS {
        let draft = draft_of(&sample(Language::Da), &bare, Language::Da, form, Some(date(2026, 12, 18)));
        assert!(
            !draft.contains("danske helligdagskalender") && draft.contains("profilen har ingen helligdagskalender")
        );
        assert!(draft.contains("Profilen har ingen helligdagskalender, så datoen skal fastsættes af juristen."));
    }
}
