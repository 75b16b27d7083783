use super::*;
use proptest::prelude::*;

fn pairs(fields: &[(&str, &str)]) -> Vec<(String, String)> {
    fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn values(fields: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs(fields).into_iter().collect()
}

fn page() -> Url {
    Url::parse("https://system.example/login/start?x=1").unwrap()
}

const SAML: &str = r#"<!DOCTYPE html><HTML><body onload="document.forms[0].submit()">
<noscript><p>Tryk</p></noscript>
<FORM METHOD=Post ACTION='https://idp.example/sso?a=1&amp;b=2'>
<input type="hidden" name="SAMLRequest" value="PHNh&#x4d;bD&#43;&equals;"/>
<INPUT TYPE=hidden NAME=RelayState VALUE="&quot;dybt&aelig;&quot;&#10;link"/>
<noscript><input type="submit" name="go" value="Continue"/></noscript>
</form></body></HTML>"#;

#[test]
fn a_saml_form_is_automatic_and_no_button_is_pressed() {
    let form = Html::read(SAML).automatic().unwrap();
    assert_eq!(form.action, "https://idp.example/sso?a=1&b=2");
    assert!(form.post);
    assert_eq!(form.fields, pairs(&[("SAMLRequest", "PHNhMbD+="), ("RelayState", "\"dybtæ\"\r\nlink")]));
}

#[test]
fn other_forms_are_not_automatic() {
    for page in [
        r#"<form method="post"><input name="user"><input type="password" name="password"></form>"#,
        r#"<script>var s = '<form><input name="SAMLRequest" value="x"></form>';</script>"#,
        r#"<!-- <form><input name="SAMLRequest" value="x"></form> -->"#,
        r#"<textarea><form><input name="SAMLRequest" value="x"></form></textarea>"#,
        r#"<template><form><input name="SAMLRequest" value="x"></form></template>"#,
        r#"<input name="SAMLRequest" value="x">"#,
        r#"<form><input name="SAMLRequest" value="x" disabled></form>"#,
        r#"<form><input name="samlrequest" value="x"></form>"#,
        r"<form><input name=SAMLRequest value=a></form><form><input name=SAMLRequest value=b></form>",
    ] {
        assert_eq!(Html::read(page).automatic(), None, "{page}");
    }
}

#[test]
fn fields_are_sent_as_a_browser_sends_them() {
    let html = Html::read(
        r#"<form id=f><input name=t value=1><input value=nameless><input type=checkbox name=c1 checked>
        <input type=checkbox name=c2 value=2><input type=radio name=r value=a checked><input type=radio name=r value=b>
        <select name=s><option>First  one<option value=2>Second</select>
        <select name=m multiple><option selected>x<option selected>y<option>z</select>
        <select name=d><option disabled>0<option value="">none<option selected value=7>Seven</select>
        <textarea name=a>
line
</textarea><input type=file name=up><input type=button name=no value=no><button type=button name=nor>x</button>
        <button name=b value=go>Go</button><input type=image name=i></form><input name=late value=late form=f>"#,
    );
    let common = [
        ("t", "1"),
        ("c1", "on"),
        ("r", "a"),
        ("s", "First one"),
        ("m", "x"),
        ("m", "y"),
        ("d", "7"),
        ("a", "line\r\n"),
    ];
    let form = &html.forms[0];
    assert_eq!(form.submission(None).fields, pairs(&[&common[..], &[("late", "late")]].concat()));
    let pressed = html.submit(&values(&[("t", "2"), ("r", "b"), ("s", "2")])).unwrap();
    let filled = [("t", "2"), ("c1", "on"), ("r", "b"), ("s", "2")];
    let rest = [("b", "go"), ("late", "late")];
    assert_eq!(pressed.fields, pairs(&[&filled[..], &common[4..], &rest].concat()));
    let image = form.fields.iter().position(|f| f.kind == Kind::Image);
    let sent = form.submission(image).fields;
    assert!(sent.contains(&("i.x".to_owned(), "0".to_owned())) && !sent.iter().any(|(name, _)| name == "b"));
    assert_eq!(html.submit(&values(&[("t", "2"), ("missing", "1")])), None);
    assert_eq!(html.submit(&values(&[("r", "c")])), None, "no such choice");
}

#[test]
fn the_form_with_all_fields_is_taken() {
    let html = Html::read(
        "<form action=/search><input name=q></form>
         <form action=/login method=post><input name=user><input name=q><input type=password name=pw>
         <button formaction=/other formmethod=get name=alt value=1>Alt</button></form>",
    );
    let form = html.submit(&values(&[("q", "x"), ("pw", "y")])).unwrap();
    assert_eq!((form.action.as_str(), form.post), ("/other", false), "the first button is pressed, and it says so");
    assert_eq!(form.fields, pairs(&[("user", ""), ("q", "x"), ("pw", "y"), ("alt", "1")]));
}

#[test]
fn choices() {
    let html = Html::read(
        r#"<base href="/deep/er/"><base href="/no/"><a href="javascript:kommune()">no</a><a name=x>none</a>
        <a href="idp?id=kommune&amp;x=%2f">K</a>
        <form action="go"><select name="idp"><option value="one">1<option value="two">2</select><input type=submit></form>
        <form action="post" method="POST"><button name="idp" value="three">3</button><button value="four" name="idp">4</button></form>"#,
    );
    let Some(Lead::Link { url, written }) = html.choose(&page(), "kommune") else { panic!("no link") };
    assert_eq!(url.as_str(), "https://system.example/deep/er/idp?id=kommune&x=%2f");
    assert_eq!(written, "idp?id=kommune&x=%2f");
    let fields = |choice: &str| match html.choose(&page(), choice) {
        Some(Lead::Form(form)) => form.fields,
        other => panic!("{other:?}"),
    };
    assert_eq!(fields("two"), pairs(&[("idp", "two")]));
    assert_eq!(fields("four"), pairs(&[("idp", "four")]));
    assert_eq!(html.choose(&page(), "five"), None);
}

#[test]
fn immediate_refreshes() {
    for (content, to) in [
        ("0;url=/next", Some("/next")),
        ("0; URL = '/next?a=b' trailing", Some("/next?a=b")),
        ("  0 , /next", Some("/next")),
        ("0.9;url=\"x", Some("x")),
        ("00;x", Some("x")),
        ("1;url=/next", None),
        ("5", None),
        ("0", None),
        ("", None),
        ("url=/next", None),
        ("0;url=", None),
        ("0;ur\u{e6}", Some("ur\u{e6}")),
    ] {
        assert_eq!(refresh(content).as_deref(), to, "{content}");
        let html = format!("<META HTTP-EQUIV=Refresh CONTENT=\"{}\">", content.replace('"', "&quot;"));
        assert_eq!(Html::read(&html).refresh.as_deref(), to, "{content}");
        assert_eq!(Html::read(&format!("<noscript>{html}</noscript>")).refresh, None);
    }
}

#[test]
fn huge_pages_stay_within_bounds() {
    let forms = Html::read(&"<form><input name=a></form>".repeat(10_000));
    assert_eq!(forms.forms.len(), MAX_FORMS);
    let fields = Html::read(&format!("<form>{}", "<select><option>x<textarea>".repeat(10_000)));
    assert!(fields.forms[0].fields.len() <= MAX_FIELDS);
    let inputs = Html::read(&format!("<form>{}", "<input name=a>".repeat(10_000)));
    assert_eq!(inputs.forms[0].fields.len(), MAX_FIELDS);
    assert_eq!(Html::read(&"<a href=x>".repeat(10_000)).links.len(), MAX_LINKS);
    let attributes: String = (0..50_000).fold("<form ".to_owned(), |text, n| format!("{text}a{n}=x "));
    assert!(Html::read(&attributes).forms.is_empty(), "a tag that never ends is none");
    let nested = Html::read(&"<form>".repeat(100_000));
    assert_eq!(nested.forms.len(), 1);
}

proptest! {
    #[test]
    fn reading_never_panics(text in ".*") {
        let html = Html::read(&text);
        let _ = (html.automatic(), html.choose(&page(), &text), refresh(&text));
    }

    #[test]
    fn broken_pages_never_panic(parts in prop::collection::vec(
        prop::sample::select(vec![
            "<form", "<form method=post>", "</form>", "<input name=SAMLRequest value='x'>", "<input", " type=radio", ">", "<select>",
            "<select name=s>", "<option>", "<option value=1 selected>", "</option>", "</select>", "<textarea>", "</textarea>", "<!--",
            "-->", "<script>", "</script>", "<base href='//['>", "<a href='http://[bad'>", "&#xfffffff;", "&amp", "\0", "æ", "<template>",
            "</template>", "<meta http-equiv=refresh content='0;", "url=x'>", "<button>", "'", "\"", "<![CDATA[", "<svg>", "</",
        ]), 0..60))
    {
        let text = parts.concat();
        let html = Html::read(&text);
        for form in &html.forms {
            for at in 0..form.fields.len() {
                let _ = form.submission(Some(at));
            }
        }
        let _ = (html.automatic(), html.choose(&page(), "1"), html.submit(&values(&[("s", "1")])));
    }
}
