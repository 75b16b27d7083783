//! What `kravprobe inspect message` shows of a message beside the verdicts: its fields with the names that the lists
//! know, and what in it deviates as official messages do.

use crate::besked::lists::{AuthorityKind, action, authority, cvr_of, message_type, object_type, sensitivity};
use crate::besked::read::{Element, Id, Message, read};
use crate::besked::samples::{deviations, sample_of};
use crate::evidence::redact::redact;
use crate::language::{Language, Text};
use crate::saml::xml::Place;
use serde::Serialize;
use std::fmt::Write;

/// Most fields shown; the rest is counted.
const MAX_FIELDS: usize = 40;

/// A message as it is shown.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Facts {
    /// The sample that it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    sample: Option<String>,
    /// Its fields in the envelope's order.
    fields: Vec<Field>,
    /// Fields beyond those shown.
    more_fields: usize,
    /// What it deviates in as official messages do.
    deviations: Vec<&'static str>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Field {
    name: &'static str,
    value: String,
    /// What the lists say that the value is.
    #[serde(skip_serializing_if = "Option::is_none")]
    known_as: Option<String>,
    line: usize,
    column: usize,
}

/// What can be shown of these bytes; nothing when they hold no message.
pub(super) fn facts(bytes: &[u8], language: Language) -> Option<Facts> {
    let message = read(bytes).ok()?;
    let mut fields = fields(&message, language);
    let more_fields = fields.len().saturating_sub(MAX_FIELDS);
    fields.truncate(MAX_FIELDS);
    Some(Facts {
        sample: sample_of(&message).map(|s| format!("{} ({})", s.name, s.source)),
        fields,
        more_fields,
        deviations: deviations(&message).into_iter().map(|d| d.text().get(language)).collect(),
    })
}

fn fields(message: &Message, language: Language) -> Vec<Field> {
    let mut fields = Vec::new();
    let mut add = |name, value: &str, place: Place, known_as: Option<String>| {
        fields.push(Field { name, value: harmless(value), known_as, line: place.line, column: place.column });
    };
    let owned = |text: Option<&str>| text.map(str::to_owned);
    let nothing = |_: &str| None;
    let names_authority = |value: &str| {
        let known = cvr_of(value).and_then(authority)?;
        let invented = Text { da: "opdigtet, til test", en: "invented, for tests" }.get(language);
        Some(if known.kind == AuthorityKind::Invented { invented.to_owned() } else { known.name.clone() })
    };
    let mut id = |name, id: Option<Id<'_>>, known_as: &dyn Fn(&str) -> Option<String>| {
        if let Some(id) = id {
            add(name, id.value, id.place, known_as(id.value));
        }
    };
    id("BeskedId", message.besked_id(), &nothing);
    id("Beskedtype", message.message_type(), &|v| message_type(v).map(|t| t.name.clone()));
    id("BeskedAnsvarligAktoer", message.responsible(), &nothing);
    for receiver in message.permitted() {
        id("TilladtModtager", Some(receiver), &names_authority);
    }
    let objects =
        message.related().map(|r| (r, "RelateretObjekt")).chain(message.registrations().map(|r| (r, "ObjektId")));
    for (object, name) in objects {
        let kind = object.child("ObjektType").and_then(Element::id).and_then(|t| object_type(t.value));
        id(name, object.child("ObjektId").and_then(Element::id), &|_| owned(kind));
        id(
            "ObjektAnsvarligMyndighed",
            object.child("ObjektAnsvarligMyndighed").and_then(Element::id),
            &names_authority,
        );
        id("ObjektHandling", object.child("ObjektHandling").and_then(Element::id), &|v| owned(action(v)));
        id("OpgaveEmne", object.child("OpgaveEmne").and_then(Element::id), &nothing);
    }
    id("Sikkerhedsklassificering", message.sensitivity(), &|v| sensitivity(v).map(|c| c.name.clone()));
    id("TransaktionsId", message.transaction(), &nothing);
    let registered = message.registrations().filter_map(|r| r.child("Registreringstidspunkt")?.time());
    let routes: Vec<_> = message.routes().collect();
    let of_routes = |name: &'static str| {
        routes.iter().filter_map(move |r| r.child(name)?.time()).map(move |time| (name, time)).collect::<Vec<_>>()
    };
    let times = registered
        .map(|time| ("Registreringstidspunkt", time))
        .chain(message.created().map(|time| ("Dannelsestidspunkt", time)))
        .chain(of_routes("ModtagelsesTidspunkt"))
        .chain(of_routes("LeveranceTidspunkt"));
    for (name, time) in times {
        add(name, time.value, time.place, None);
    }
    for payload in &message.payload {
        add("Beskeddata", &payload.name.to_string(), payload.place, None);
    }
    fields
}

/// A value of the message as it may be printed: no CPR number, no control characters, not endless.
fn harmless(value: &str) -> String {
    let value: String = value.chars().take(120).collect();
    let redacted = String::from_utf8_lossy(&redact(value.as_bytes(), "text/plain").bytes).into_owned();
    crate::render::harmless(&redacted)
}

impl Facts {
    /// The lines below a file's verdicts.
    pub(super) fn text(&self, language: Language) -> String {
        let words = |da, en| Text { da, en }.get(language);
        let mut out = String::new();
        if let Some(sample) = &self.sample {
            let _ = writeln!(out, "  {}: {sample}", words("offentligt eksempel", "public sample"));
        }
        for field in &self.fields {
            let known_as = field.known_as.as_ref().map(|name| format!(" ({name})")).unwrap_or_default();
            let place = format!("{}:{}", field.line, field.column);
            let _ = writeln!(out, "  {place:<8} {:<24} {}{known_as}", field.name, field.value);
        }
        if self.more_fields > 0 {
            let _ = writeln!(out, "  {} {}", self.more_fields, words("felter mere", "more fields"));
        }
        for deviation in &self.deviations {
            let _ = writeln!(
                out,
                "  {}: {deviation}",
                words("afviger som officielle beskeder", "deviates as official messages do")
            );
        }
        out
    }
}
