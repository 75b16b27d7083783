//! The renderings of a report: what they say, and that nothing from outside can break them.

use crate::sample_report::sample;
use kravprobe::language::Language;
use kravprobe::render::{Options, html, junit, sarif, terminal};

fn plain(language: Language) -> Options {
    Options { color: false, width: 100, language }
}

#[test]
fn terminal_says_what_to_do() {
    insta::assert_snapshot!("terminal-da", terminal(&sample(Language::Da), plain(Language::Da)).unwrap());
    insta::assert_snapshot!("terminal-en", terminal(&sample(Language::En), plain(Language::En)).unwrap());
}

#[test]
fn junit_and_sarif_carry_every_verdict() {
    insta::assert_snapshot!("junit", junit(&sample(Language::Da)).unwrap());
    insta::assert_snapshot!("sarif", sarif(&sample(Language::Da)).unwrap());
}

#[test]
fn html_is_written() {
    for language in [Language::Da, Language::En] {
        let page = html(&sample(language)).unwrap();
        std::fs::write(format!("target/sample-{}.html", language.tag()), page).unwrap();
    }
}
