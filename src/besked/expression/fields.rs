//! The fields of the envelope (Beskedkuvert.xsd 1.0), for expressions that name them.

use super::{Field, Name, Problem, short};
use crate::document::nearest;

/// An element of the envelope.
#[derive(Debug)]
pub struct Element {
    /// Local name.
    pub name: &'static str,
    /// Whether it may stand more than once.
    pub many: bool,
    /// What is in it.
    pub content: Content,
}

/// What is in an element.
#[derive(Debug)]
pub enum Content {
    /// Text.
    Text,
    /// Elements.
    Elements(&'static [Element]),
    /// Elements, and anything else besides.
    Open(&'static [Element]),
}

const fn one(name: &'static str, content: Content) -> Element {
    Element { name, many: false, content }
}

const fn many(name: &'static str, content: Content) -> Element {
    Element { name, many: true, content }
}

const fn text(name: &'static str) -> Element {
    one(name, Content::Text)
}

/// UnikIdType (SagDokObjekt.xsd 3.0.0).
const ID: Content =
    Content::Elements(&[text("UUIDIdentifikator"), text("URNIdentifikator"), text("IdentifikatorType")]);
/// AktoerType, by PartType and SagDokObjektType.
const ACTOR: Content = Content::Elements(&[text("UUIDIdentifikator")]);
/// TidspunktType.
const TIME: Content = Content::Elements(&[text("TidsstempelDatoTid"), text("GraenseIndikator")]);
/// A signature; nothing in it can be meant by a filter.
const SIGNATURE: Content = Content::Open(&[]);

const OBJECT: &[Element] = &[one("ObjektId", ID), one("ObjektType", ID), one("ObjektRolle", ID)];

const REGISTRATION: &[Element] = &[
    one("ObjektRegistreringId", ID),
    one("RegistreringsAktoer", ACTOR),
    one("Registreringstidspunkt", TIME),
    one("ObjektAnsvarligMyndighed", ID),
    one("ObjektId", ID),
    one("ObjektType", ID),
    one("ObjektHandling", ID),
    one("OpgaveEmne", ID),
    one("ObjektRegistreringLokalUdvidelse", Content::Open(&[one("AfsenderSystemSignatur", SIGNATURE)])),
];

const FILTER: &[Element] = &[
    one("Beskedtype", ID),
    one("BeskedAnsvarligAktoer", ACTOR),
    many("TilladtModtager", ID),
    many("RelateretObjekt", Content::Elements(OBJECT)),
    many("ObjektRegistrering", Content::Elements(REGISTRATION)),
    many("TvaergaaendeProces", ID),
];

const ROUTE: &[Element] = &[
    one("Fordelingssystem", ID),
    one("ModtagelsesTidspunkt", TIME),
    one("LeveranceTidspunkt", TIME),
    one("ModtagetFraSystem", ACTOR),
    one("ErLeveretIHenholdTil", ID),
    one("LeveranceruteLokalUdvidelse", Content::Open(&[text("AntalLeveranceforsoeg")])),
];

const DELIVERY: &[Element] = &[
    one("Dannelsestidspunkt", TIME),
    one("TransaktionsId", ID),
    one("Kildesystem", ACTOR),
    text("KildesystemIPAdresse"),
    text("KildesystemAkkreditiver"),
    one("Sikkerhedsklassificering", ID),
    one("Leveranceruter", Content::Elements(&[many("Leverancerute", Content::Elements(ROUTE))])),
    one("LeveranceinformationLokalUdvidelse", Content::Open(&[one("BeskedfordelerSignatur", SIGNATURE)])),
];

/// The root of every path.
pub static ENVELOPE: Element = one(
    super::ROOT,
    Content::Elements(&[
        one("Filtreringsdata", Content::Elements(FILTER)),
        one("Leveranceinformation", Content::Elements(DELIVERY)),
        one("Modtagerhandling", Content::Elements(&[one("Handling", ID), one("Responsmodtager", ACTOR)])),
        one("GyldighedFra", TIME),
        one("GyldighedTil", TIME),
    ]),
);

/// Whether a field is in the envelope and is a single text. A name that the schema does not have is broken; what the schema has,
/// but the examples do not use in this way, is unknown.
pub fn check(field: &Field) -> Result<(), Problem> {
    let Some((root, names)) = field.path.split_first() else { return Ok(()) };
    let envelope = &ENVELOPE;
    if root.text != envelope.name {
        return Err(Problem::unknown(root.span.clone(), format!("`{}` is unknown", short(&root.text))));
    }
    let mut here = (root, envelope);
    here = descend(here, names, field.item.is_some())?;
    if let Some(item) = &field.item {
        if !here.1.many {
            let what = format!("`get` of `{}`, which stands once, is unknown", here.1.name);
            return Err(Problem::unknown(here.0.span.clone(), what));
        }
        here = descend(here, &item.path, false)?;
    }
    if matches!(here.1.content, Content::Text) {
        return Ok(());
    }
    let what = format!("`{}` holds elements; comparing it with a value is unknown", here.1.name);
    Err(Problem::unknown(here.0.span.clone(), what))
}

type Place<'a> = (&'a Name, &'static Element);

/// Goes down the names. `list`: whether the last one may be a list, because `get` takes one of it.
fn descend<'a>(from: Place<'a>, names: &'a [Name], list: bool) -> Result<Place<'a>, Problem> {
    let mut here = from;
    for (number, name) in names.iter().enumerate() {
        let element = child(here.1, name)?;
        let is_last = number + 1 == names.len();
        if element.many && !(list && is_last) {
            let what = format!("`{}` can stand more than once; naming it without `get` is unknown", element.name);
            return Err(Problem::unknown(name.span.clone(), what));
        }
        here = (name, element);
    }
    Ok(here)
}

fn child(parent: &'static Element, name: &Name) -> Result<&'static Element, Problem> {
    let (children, open) = match parent.content {
        Content::Text => (&[][..], false),
        Content::Elements(children) => (children, false),
        Content::Open(children) => (children, true),
    };
    if let Some(found) = children.iter().find(|c| c.name == name.text) {
        return Ok(found);
    }
    let span = name.span.clone();
    let written = short(&name.text);
    if let Some(other) = children.iter().find(|c| c.name.to_lowercase() == name.text.to_lowercase()) {
        let what =
            format!("`{written}` is written `{}` in the schema; whether letter case counts is unknown", other.name);
        return Err(Problem::unknown(span, what).helped(format!("write `{}`", other.name)));
    }
    if open {
        return Err(Problem::unknown(
            span,
            format!("the schema lets anything stand in `{}`, so `{written}` is unknown", parent.name),
        ));
    }
    let problem = Problem::broken(span, format!("`{}` has no `{written}` (Beskedkuvert.xsd)", parent.name));
    Err(match nearest(&name.text, children.iter().map(|c| c.name)) {
        Some(meant) => problem.helped(format!("did you mean `{meant}`?")),
        None => problem,
    })
}
