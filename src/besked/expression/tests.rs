use super::Certainty::{Broken, Unknown};
use super::*;
use crate::besked::read::read;
use crate::besked::write::Besked;
use jiff::Timestamp;
use proptest::prelude::*;

/// The examples of ORGE 5, PG1601 and OS2valghalla, with the UUIDs filled in.
const OFFICIAL: [&str; 3] = [
    "get(Beskedkuvert.Filtreringsdata.ObjektRegistrering, 0).ObjektHandling.UUIDIdentifikator in ('fa833512-46a9-4830-acac-bf362f1144ba', 'a826e32f-e784-40a5-9ce1-f88517b6e190')",
    "get(Beskedkuvert.Filtreringsdata.RelateretObjekt,0).ObjektId.UUIDIdentifikator = '53213778-de6b-42ee-8fbd-8aa73b0d4d85'",
    "Beskedkuvert.Filtreringsdata.BeskedAnsvarligAktoer.UUIDIdentifikator = '96514e13-afdd-44d6-95a8-adc2ca19b127'",
];

fn problem(text: &str) -> Problem {
    parse(text).and_then(|e| fields::check(&e.field).map(|()| e)).expect_err(text)
}

#[test]
fn the_official_examples_are_read_and_name_fields_of_the_envelope() {
    for text in OFFICIAL {
        let expression = parse(text).unwrap();
        assert_eq!(fields::check(&expression.field), Ok(()), "{text}");
        assert_eq!(expression.to_string().replace(' ', ""), text.replace(' ', ""));
    }
    let first = parse(OFFICIAL[0]).unwrap();
    assert_eq!(first.condition.values().len(), 2);
    assert_eq!(first.field.item.unwrap().index, 0);
}

#[test]
fn misplaced_quotes_and_brackets_are_broken_at_their_place() {
    // ORGB's own example has a misplaced quote; each way to misplace one.
    let list = "get(Beskedkuvert.Filtreringsdata.ObjektRegistrering, 0).ObjektHandling.UUIDIdentifikator in ";
    for (values, place) in [
        ("('aaa, 'bbb')", 1..8),
        ("('aaa', bbb')", 11..12),
        ("(aaa', 'bbb')", 4..5),
        ("('aaa', 'bbb)", 8..9),
        ("'('aaa', 'bbb')", 0..3),
        ("('aaa', 'bbb')'", 14..15),
        ("('aaa' 'bbb')", 7..12),
        ("('aaa', 'bbb'", 0..1),
        ("'aaa', 'bbb')", 12..13),
        ("('aaa',)", 7..8),
        ("('aaa', 'bbb'))", 14..15),
    ] {
        let found = problem(&format!("{list}{values}"));
        assert_eq!(found.certainty, Broken, "{values}: {}", found.message);
        assert_eq!(found.span, list.len() + place.start..list.len() + place.end, "{values}: {}", found.message);
    }
    for text in [
        "",
        "  ",
        "= 'x'",
        "Beskedkuvert.",
        "Beskedkuvert..A = 'x'",
        "Beskedkuvert.A =",
        "Beskedkuvert.A in",
        ".A = 'x'",
    ] {
        assert_eq!(problem(text).certainty, Broken, "{text}");
    }
}

#[test]
fn what_no_source_shows_is_unknown_and_never_broken() {
    let field = "Beskedkuvert.Filtreringsdata.Beskedtype.UUIDIdentifikator";
    for text in [
        format!("{field} = 'a' and {field} = 'b'"),
        format!("{field} = 'a' or {field} = 'b'"),
        format!("{field} = 'a';"),
        format!("not {field} = 'a'"),
        format!("not({field} = 'a')"),
        format!("({field} = 'a')"),
        format!("{field} like 'a%'"),
        format!("{field} IN ('a')"),
        format!("{field} not in ('a')"),
        format!("{field} == 'a'"),
        format!("{field} != 'a'"),
        format!("{field} = \"a\""),
        format!("{field} = ‘a’"),
        format!("{field} = 'it''s'"),
        format!("{field} = 'it\\'s'"),
        format!("{field} = 1d81c472-0808-44cc-963d-f5ef0170ae1d"),
        format!("{field} = 5"),
        format!("{field} in vaerdiliste('L')"),
        format!("{field} in (MinListe)"),
        format!("{field} in L"),
        format!("{field} in ()"),
        format!("{field} in 'a'"),
        format!("contains({field}, 'a')"),
        format!("'a' = {field}"),
        field.to_owned(),
        "get(Beskedkuvert.Filtreringsdata.TilladtModtager).URNIdentifikator = 'a'".to_owned(),
        "get(Beskedkuvert.Filtreringsdata.TilladtModtager, n).URNIdentifikator = 'a'".to_owned(),
        "get(Beskedkuvert.Filtreringsdata.TilladtModtager, 99999999999).URNIdentifikator = 'a'".to_owned(),
        "get(get(Beskedkuvert.A, 0), 0) = 'a'".to_owned(),
        "Beskeddata.A = 'a'".to_owned(),
        "beskedkuvert.A = 'a'".to_owned(),
        // Parsed, but used as no example uses them.
        "Beskedkuvert.Filtreringsdata.TilladtModtager.URNIdentifikator = 'a'".to_owned(),
        "Beskedkuvert.Filtreringsdata.beskedtype.UUIDIdentifikator = 'a'".to_owned(),
        "Beskedkuvert.Filtreringsdata.Beskedtype = 'a'".to_owned(),
        "get(Beskedkuvert.Filtreringsdata.Beskedtype, 0).UUIDIdentifikator = 'a'".to_owned(),
        "get(Beskedkuvert.Filtreringsdata.ObjektRegistrering, 0).ObjektRegistreringLokalUdvidelse.Andet = 'a'"
            .to_owned(),
        "x".repeat(MAX_BYTES + 1),
    ] {
        let found = problem(&text);
        assert_eq!(found.certainty, Unknown, "{}: {}", short(&text), found.message);
        assert!(found.help.is_some(), "{}", short(&text));
    }
}

#[test]
fn a_field_that_the_schema_does_not_have_is_broken_and_the_meant_one_named() {
    let found = problem("Beskedkuvert.Filtreringsdata.BeskedType2.UUIDIdentifikator = 'a'");
    assert_eq!((found.certainty, found.span), (Broken, 29..40));
    assert_eq!(found.help.as_deref(), Some("did you mean `Beskedtype`?"));
    assert_eq!(problem("Beskedkuvert.Filtreringsdata.Beskedtype.UUIDIdentifikator.X = 'a'").certainty, Broken);
}

#[test]
fn a_problem_shows_its_line() {
    let text = "Beskedkuvert.Filtreringsdata.Beskedtype.UUIDIdentifikator\n  like 'æ'";
    let found = problem(text);
    assert_eq!(found.place(text), (2, 3));
    let shown = found.diagnostic("udtryk", text).to_string();
    assert!(shown.contains("udtryk:2:3") && shown.contains("^^^^"), "{shown}");
}

fn selects(text: &str, xml: &str) -> Selection {
    parse(text).unwrap().selects(&read(xml.as_bytes()).unwrap().besked)
}

const fn sample() -> &'static str {
    include_str!("../../../fixtures/beskedfordeler/push-PostStatusBeskedModtag.success.xml")
}

#[test]
fn a_real_message_is_selected_by_what_stands_in_it() {
    use super::Selection::{NotSelected, Selected};
    assert_eq!(selects(OFFICIAL[0], sample()), NotSelected);
    assert_eq!(selects(OFFICIAL[1], sample()), Selected);
    assert_eq!(selects(OFFICIAL[2], sample()), Selected);
    for (text, selection) in [
        (
            "get(Beskedkuvert.Filtreringsdata.RelateretObjekt, 1).ObjektId.UUIDIdentifikator = '53213778-de6b-42ee-8fbd-8aa73b0d4d85'",
            NotSelected,
        ),
        (
            "get(Beskedkuvert.Filtreringsdata.TilladtModtager, 0).URNIdentifikator in ('urn:oio:cvr:1', 'urn:oio:cvr:55133018')",
            Selected,
        ),
        ("get(Beskedkuvert.Filtreringsdata.TilladtModtager, 0).UUIDIdentifikator = ''", NotSelected),
        (
            "get(Beskedkuvert.Leveranceinformation.Leveranceruter.Leverancerute, 0).LeveranceruteLokalUdvidelse.AntalLeveranceforsoeg = '1'",
            Selected,
        ),
    ] {
        assert_eq!(selects(text, sample()), selection, "{text}");
    }
}

#[test]
fn what_the_sources_leave_open_selects_nothing_and_passes_nothing() {
    let unknown = |text: &str, xml: &str| assert!(matches!(selects(text, xml), Selection::Unknown(_)), "{text}");
    unknown(
        &OFFICIAL[2].to_uppercase().replace(
            "BESKEDKUVERT.FILTRERINGSDATA.BESKEDANSVARLIGAKTOER.UUIDIDENTIFIKATOR",
            "Beskedkuvert.Filtreringsdata.BeskedAnsvarligAktoer.UUIDIdentifikator",
        ),
        sample(),
    );
    unknown("Beskedkuvert.Filtreringsdata.RelateretObjekt.ObjektId.UUIDIdentifikator = 'a'", sample());
    unknown(
        "Beskedkuvert.Filtreringsdata.Beskedtype.UUIDIdentifikator = ' d2bed63c-4853-4008-b6e0-a74c15b15fbf'",
        sample(),
    );
    let mut besked = Besked::good("12345678", Timestamp::UNIX_EPOCH);
    besked.responsible = Some("urn:oio:cpr:«redacted:cpr»".to_owned());
    unknown(
        "Beskedkuvert.Filtreringsdata.BeskedAnsvarligAktoer.UUIDIdentifikator = 'urn:oio:cpr:«redacted:cpr»'",
        &besked.xml(),
    );
    unknown("Beskedkuvert.Filtreringsdata.BeskedAnsvarligAktoer.UUIDIdentifikator = 'other'", &besked.xml());
}

fn name() -> impl Strategy<Value = Name> {
    "[A-Za-z_æøå][A-Za-z0-9_]{0,12}".prop_map(|text| Name { text, span: 0..0 })
}

fn value() -> impl Strategy<Value = String> {
    "[^'\\\\]{0,20}"
}

fn expression() -> impl Strategy<Value = Expression> {
    let names = |least| prop::collection::vec(name(), least..5);
    let item = prop::option::of((0_u32..1_000_000, names(0)).prop_map(|(index, path)| Item { index, path }));
    let field = (names(0), item).prop_map(|(mut path, item)| {
        path.insert(0, Name { text: ROOT.to_owned(), span: 0..0 });
        Field { path, item }
    });
    let condition =
        prop_oneof![value().prop_map(Condition::Equals), prop::collection::vec(value(), 1..5).prop_map(Condition::In)];
    (field, condition).prop_map(|(field, condition)| Expression { field, condition })
}

proptest! {
    #[test]
    fn what_is_printed_reads_the_same(expression in expression()) {
        prop_assert_eq!(parse(&expression.to_string()), Ok(expression));
    }

    #[test]
    fn any_text_gives_an_expression_or_a_placed_problem(text in "\\PC{0,60}") {
        if let Err(problem) = parse(&text) {
            prop_assert!(text.get(problem.span.clone()).is_some());
            let _ = problem.diagnostic("udtryk", &text).to_string();
        }
    }

    #[test]
    fn any_signs_give_an_expression_or_a_placed_problem(parts in prop::collection::vec(prop::sample::select(vec![
        "get", "(", ")", ",", ".", "=", "in", "'", "'a'", "Beskedkuvert", "Filtreringsdata", "0", " ", "\n", "æ", "and", "\\", "\"",
    ]), 0..20)) {
        let text = parts.concat();
        match parse(&text) {
            Ok(read) => prop_assert_eq!(parse(&read.to_string()), Ok(read)),
            Err(problem) => prop_assert!(text.get(problem.span).is_some()),
        }
    }
}

/// Every element of a name below a node.
fn named(document: &uppsala::Document<'_>, from: uppsala::NodeId, name: &str, out: &mut Vec<uppsala::NodeId>) {
    for child in document.children(from) {
        if document.element(child).is_some_and(|e| &*e.name.local_name == name) {
            out.push(child);
        }
        named(document, child, name, out);
    }
}

#[test]
fn the_fields_are_those_of_the_schema() {
    use uppsala::NodeId;
    const KUVERT: &str = include_str!("../../../schemas/beskedfordeler/Beskedkuvert.xsd");
    let document = uppsala::parse(KUVERT).unwrap();
    let root = document.document_element().unwrap();
    let attribute =
        |node: NodeId, name: &str| document.element(node).and_then(|e| e.get_attribute(name)).map(str::to_owned);
    let local = |text: &str| text.rsplit(':').next().unwrap().to_owned();
    let declared = |kind: &str, name: &str| {
        document.children(root).into_iter().find(|n| {
            document.element(*n).is_some_and(|e| &*e.name.local_name == kind)
                && attribute(*n, "name").as_deref() == Some(name)
        })
    };
    let mut seen = 0;
    let mut todo = vec![&fields::ENVELOPE];
    while let Some(element) = todo.pop() {
        let node = declared("element", element.name);
        let kind = node.and_then(|n| attribute(n, "type")).map(|t| local(&t));
        let Some(complex) = kind.as_deref().and_then(|k| declared("complexType", k)) else {
            // Declared in another schema (UnikIdType, AktoerType, TidspunktType, ds:Signature), or text.
            match (kind.as_deref(), &element.content) {
                (Some("UnikIdType" | "AktoerType" | "TidspunktType"), fields::Content::Elements(_))
                | (Some("string" | "integer"), fields::Content::Text)
                | (None, _) => {}
                other => panic!("{}: {other:?}", element.name),
            }
            continue;
        };
        let mut refs = Vec::new();
        named(&document, complex, "element", &mut refs);
        let wanted: Vec<_> = refs
            .iter()
            .map(|n| {
                (local(&attribute(*n, "ref").unwrap()), attribute(*n, "maxOccurs").as_deref() == Some("unbounded"))
            })
            .filter(|(name, _)| name != "Signature")
            .collect();
        let (fields::Content::Elements(children) | fields::Content::Open(children)) = element.content else {
            panic!("{} is no text", element.name)
        };
        assert_eq!(
            children.iter().map(|c| (c.name.to_owned(), c.many)).collect::<Vec<_>>(),
            wanted,
            "{}",
            element.name
        );
        seen += 1;
        todo.extend(children);
    }
    assert!(seen >= 12, "{seen} types compared");
}
