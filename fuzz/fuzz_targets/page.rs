//! Pages of a system under test: any text, and what a browser would do with it.
#![no_main]

use kravprobe::capture::browser::page::{Html, refresh};

libfuzzer_sys::fuzz_target!(|text: &str| {
    let html = Html::read(text);
    let Ok(page) = url::Url::parse("https://system.example/login/start?x=1") else { return };
    for form in &html.forms {
        for at in 0..form.fields.len().min(100) {
            let _ = form.submission(Some(at));
        }
    }
    let _ = (html.automatic(), html.choose(&page, "1"), html.choose(&page, ""), refresh(text));
    for link in &html.links {
        let _ = html.resolve(&page, link);
    }
});
