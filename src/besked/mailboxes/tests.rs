use super::*;

const IDENT: &str = "a9efc97c-3473-45b5-9519-7fc837b89fa8";

fn error(text: &str) -> String {
    Mailboxes::parse("mailboxes.json", text.as_bytes(), JSON).expect_err(text).to_string()
}

/// The example of a language in the guide.
fn example(language: &str) -> &'static str {
    let guide = include_str!("../../../docs/mailboxes.md");
    let from = guide.split_once(&format!("```{language}\n")).unwrap().1;
    from.split_once("\n```").unwrap().0
}

#[test]
fn the_examples_of_the_guide_are_read_and_fit_the_schema() {
    let export = Mailboxes::parse("example", example("json").as_bytes(), JSON).unwrap();
    assert_eq!(export.dueslag.as_ref().unwrap()[0].mode, Some(Mode::Pull));
    let value: serde_json::Value = serde_json::from_str(example("json")).unwrap();
    let schema = crate::report::schema::of::<Mailboxes>("mailboxes");
    let validator = jsonschema::draft202012::new(schema.as_value()).unwrap();
    let mistakes: Vec<_> = validator.iter_errors(&value).map(|e| e.to_string()).collect();
    assert!(mistakes.is_empty(), "{mistakes:?}");
    // What is read is what stood there.
    let again = serde_json::to_string(&export).unwrap();
    assert_eq!(Mailboxes::parse("again", again.as_bytes(), JSON).unwrap(), export);
    let short = Mailboxes::parse("example", example("toml").as_bytes(), TOML).unwrap();
    assert_eq!(short.dueslag.unwrap()[0].ident, export.dueslag.unwrap()[0].ident);
}

#[test]
fn what_is_left_out_is_not_an_empty_list() {
    let export = Mailboxes::parse("x", br#"{"schema": 1, "dueslag": []}"#, JSON).unwrap();
    assert_eq!((export.dueslag, export.serviceaftaler), (Some(Vec::new()), None));
}

#[test]
fn a_mistake_has_its_place_and_a_remedy() {
    for (text, wanted) in [
        (
            "{\n \"schema\": 1,\n \"duesla\": []\n}",
            &["mailboxes.json:3:", "unknown field `duesla`", "did you mean `dueslag`?"][..],
        ),
        (
            "{\n \"schema\": 1,\n \"dueslag\": [{\"ident\": \"q-1\"}]\n}",
            &["mailboxes.json:3:", "a UUID is expected here"],
        ),
        (
            "{\"schema\": 1, \"serviceaftaler\": [{\"myndigheder\": [\"*\"]}]}",
            &["mailboxes.json:1:", "a CVR number of eight digits"],
        ),
        ("{\"schema\": 1, \"exported\": \"i går\"}", &["mailboxes.json:1:"]),
        ("{\"schema\": 1, \"dueslag\": [{\"mode\": \"pul\"}]}", &["mailboxes.json:1:", "did you mean `pull`?"]),
        ("{\"schema\": 1, \"schema\": 1}", &["duplicate field `schema`"]),
        ("{\"schema\": 2}", &["at `schema`", "version 1"]),
        ("{}", &["missing field `schema`"]),
        ("[", &["mailboxes.json:1:"]),
        ("", &["mailboxes.json:1:1"]),
        ("{\"schema\": 1,\n\"æøå\": ", &["mailboxes.json:2:"]),
    ] {
        let shown = error(text);
        for part in wanted {
            assert!(shown.contains(part), "{text}: {part} is not in {shown}");
        }
    }
}

#[test]
fn contradictions_are_named_with_their_path() {
    let observed = |list: &str| {
        format!(
            r#"{{"schema": 1, "dueslag": [{{"ident": "{IDENT}"}}], "observations": {{"from": "2026-11-01T00:00:00Z", "until": "2026-11-02T00:00:00Z", {list}}}}}"#
        )
    };
    let other = "a9efc97c-3473-45b5-9519-7fc837b89fa9";
    for (text, path) in [
        (
            format!(r#"{{"schema": 1, "dueslag": [{{"ident": "{IDENT}"}}, {{"ident": "{}"}}]}}"#, IDENT.to_uppercase()),
            "dueslag[1].ident",
        ),
        (
            observed(&format!(r#""queues": [{{"dueslag": "{other}", "at": "2026-11-01T00:00:00Z", "depth": 1}}]"#)),
            "observations.queues[0].dueslag",
        ),
        (
            observed(&format!(r#""deliveries": [{{"dueslag": "{other}", "beskedId": "x"}}]"#)),
            "observations.deliveries[0].dueslag",
        ),
        (
            observed(&format!(
                r#""inactive": [{{"dueslag": "{IDENT}", "from": "2026-11-01T02:00:00Z", "until": "2026-11-01T01:00:00Z"}}]"#
            )),
            "observations.inactive[0].until",
        ),
        (
            observed(r#""outages": [{"from": "2026-11-01T02:00:00Z", "until": "2026-11-01T01:00:00Z"}]"#),
            "observations.outages[0].until",
        ),
        (
            r#"{"schema": 1, "observations": {"from": "2026-11-02T00:00:00Z", "until": "2026-11-01T00:00:00Z"}}"#
                .to_owned(),
            "observations.until",
        ),
    ] {
        let shown = error(&text);
        assert!(shown.contains(&format!("at `{path}`")), "{path}: {shown}");
    }
}
