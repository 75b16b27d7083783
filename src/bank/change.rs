//! What a new version of a profile changes for a vendor, in words.

use crate::check::{Parameters, Value};
use crate::checks;
use crate::language::{Language, Localised, Text};
use crate::profile::{CheckBinding, Profile, Requirement};
use crate::verdict::{Level, Method};
use serde::Serialize;
use std::collections::BTreeSet;

/// One change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Change {
    /// The requirement; none for a change of the profile as a whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub requirement: Option<String>,
    /// What it means for a vendor.
    pub effect: Effect,
    /// What changed, in words.
    pub text: Localised,
}

/// What a change means for a vendor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Effect {
    /// More is asked, or sooner.
    Stricter,
    /// Less is asked, or later.
    Looser,
    /// Neither can be told from the profiles.
    Other,
}

impl Effect {
    /// The effect as a reader sees it.
    #[must_use]
    pub const fn text(self) -> Text {
        match self {
            Self::Stricter => Text { da: "strengere", en: "stricter" },
            Self::Looser => Text { da: "lempeligere", en: "looser" },
            Self::Other => Text { da: "anden ændring", en: "other change" },
        }
    }

    const fn when_stricter(stricter: bool) -> Self {
        if stricter { Self::Stricter } else { Self::Looser }
    }
}

fn both(da: impl Into<String>, en: impl Into<String>) -> Localised {
    Localised { da: da.into(), en: en.into() }
}

/// What `new` changes against `old`: the profile as a whole first, then requirement by requirement in the newer order, those
/// that are gone last.
#[must_use]
pub fn changes(old: &Profile, new: &Profile) -> Vec<Change> {
    let mut out = of_the_whole(old, new);
    for requirement in &new.requirements {
        match old.requirements.iter().find(|r| r.id == requirement.id) {
            None => out.push(added(requirement)),
            Some(before) => out.extend(of_one(before, requirement)),
        }
    }
    let gone = old.requirements.iter().filter(|r| new.requirements.iter().all(|n| n.id != r.id));
    out.extend(gone.map(|requirement| {
        let reason = new.dropped.iter().find(|(dropped, _)| dropped.id == requirement.id).map(|(_, reason)| reason);
        let (da, en) =
            reason.map_or_else(Default::default, |r| (format!(" Begrundelse: {}", r.da), format!(" Reason: {}", r.en)));
        let title = &requirement.title;
        Change {
            requirement: Some(requirement.id.clone()),
            effect: Effect::Looser,
            text: both(
                format!("Kravet er udgået: {}.{da}", title.da),
                format!("The requirement is dropped: {}.{en}", title.en),
            ),
        }
    }));
    out
}

fn added(requirement: &Requirement) -> Change {
    let Requirement { id, level, category, title, source, .. } = requirement;
    // A requirement for information asks nothing of anybody.
    let effect = if *level == Level::May { Effect::Other } else { Effect::Stricter };
    let days = requirement.remedy_working_days;
    let (da, en) = days.map_or_else(Default::default, |d| {
        (format!(" Frist: {d} arbejdsdage."), format!(" Deadline: {d} working days."))
    });
    let (place, level) = (format!("{}, {}", source.document, source.section), level.text());
    Change {
        requirement: Some(id.clone()),
        effect,
        text: both(
            format!("Nyt krav ({}, {}): {}. Kilde: {place}.{da}", level.da, category.name(), title.da),
            format!("New requirement ({}, {}): {}. Source: {place}.{en}", level.en, category.name(), title.en),
        ),
    }
}

/// Collects the changes of one requirement or of the whole.
struct Notes {
    requirement: Option<String>,
    changes: Vec<Change>,
}

impl Notes {
    fn note(&mut self, effect: Effect, da: String, en: String) {
        self.changes.push(Change { requirement: self.requirement.clone(), effect, text: both(da, en) });
    }

    /// A value that has changed.
    fn changed(&mut self, effect: Effect, what: Text, before: &str, after: &str) {
        let shown = |text: &str, none: &str| if text.is_empty() { none.to_owned() } else { text.to_owned() };
        self.note(
            effect,
            format!("{} er ændret fra {} til {}.", what.da, shown(before, "intet"), shown(after, "intet")),
            format!("{} changed from {} to {}.", what.en, shown(before, "nothing"), shown(after, "nothing")),
        );
    }
}

fn of_the_whole(old: &Profile, new: &Profile) -> Vec<Change> {
    let mut notes = Notes { requirement: None, changes: Vec::new() };
    let (a, b) = (&old.file, &new.file);
    let mut plain = |what, before: &str, after: &str| {
        if before != after {
            notes.changed(Effect::Other, what, before, after);
        }
    };
    plain(Text { da: "Profilens id", en: "The profile's id" }, &a.id, &b.id);
    plain(Text { da: "Profilens version", en: "The profile's version" }, &a.version, &b.version);
    plain(Text { da: "Status", en: "The status" }, a.status.text().en, b.status.text().en);
    let day = |day: Option<jiff::civil::Date>| day.map(|d| d.to_string()).unwrap_or_default();
    plain(
        Text { da: "Første gyldige dag", en: "The first valid day" },
        &a.valid_from.to_string(),
        &b.valid_from.to_string(),
    );
    plain(Text { da: "Sidste gyldige dag", en: "The last valid day" }, &day(a.valid_until), &day(b.valid_until));
    plain(
        Text { da: "Det, profilen hører til,", en: "What the profile belongs to" },
        &super::scope(&a.scope).join(", "),
        &super::scope(&b.scope).join(", "),
    );
    let limits = [("B", old.limits.max_b, new.limits.max_b), ("C", old.limits.max_c, new.limits.max_c)];
    for (category, before, after) in limits {
        if before != after {
            let effect = Effect::when_stricter(after < before);
            notes.note(
                effect,
                format!("Antallet af tålte brud i kategori {category} er ændret fra {before} til {after}."),
                format!("The tolerated breaches in category {category} changed from {before} to {after}."),
            );
        }
    }
    if old.calendar != new.calendar {
        notes.note(
            Effect::Other,
            "Kalenderen over fridage er ændret; frister kan falde på andre dage.".to_owned(),
            "The calendar of days off changed; deadlines may fall on other days.".to_owned(),
        );
    }
    notes.changes
}

fn of_one(old: &Requirement, new: &Requirement) -> Vec<Change> {
    let mut notes = Notes { requirement: Some(new.id.clone()), changes: Vec::new() };
    if old.level != new.level {
        let (a, b) = (old.level.text(), new.level.text());
        let raised = new.level > old.level;
        notes.note(
            Effect::when_stricter(raised),
            format!("Niveauet er {} fra »{}« til »{}«.", if raised { "hævet" } else { "sænket" }, a.da, b.da),
            format!("The level is {} from \"{}\" to \"{}\".", if raised { "raised" } else { "lowered" }, a.en, b.en),
        );
    }
    if old.category != new.category {
        // Category::A orders first and is the most serious.
        let effect = Effect::when_stricter(new.category < old.category);
        let what = Text { da: "Kategorien", en: "The category" };
        notes.changed(effect, what, old.category.name(), new.category.name());
    }
    if old.remedy_working_days != new.remedy_working_days {
        let days = |days: Option<u16>| days.map(|d| d.to_string()).unwrap_or_default();
        let effect = match (old.remedy_working_days, new.remedy_working_days) {
            (Some(before), Some(after)) => Effect::when_stricter(after < before),
            (before, _) => Effect::when_stricter(before.is_none()),
        };
        let what = Text { da: "Fristen i arbejdsdage", en: "The deadline in working days" };
        notes.changed(effect, what, &days(old.remedy_working_days), &days(new.remedy_working_days));
    }
    let method = |m: Option<Method>| m.unwrap_or(Method::Declared);
    if method(old.minimum_method) != method(new.minimum_method) {
        let (a, b) = (method(old.minimum_method), method(new.minimum_method));
        let (was, is) = (a.text(), b.text());
        notes.note(
            Effect::when_stricter(b < a),
            format!("Den svageste slags bevis er ændret fra »{}« til »{}«.", was.da, is.da),
            format!("The weakest kind of proof changed from \"{}\" to \"{}\".", was.en, is.en),
        );
    }
    applies(&mut notes, old, new);
    declares(&mut notes, old, new);
    let mut ids: Vec<&str> = Vec::new();
    for binding in new.check.iter().chain(&old.check) {
        if !ids.contains(&binding.id.as_str()) {
            ids.push(&binding.id);
        }
    }
    for id in ids {
        let of = |r: &'_ Requirement| r.check.iter().filter(|b| b.id == id).cloned().collect::<Vec<_>>();
        check(&mut notes, id, &of(old), &of(new));
    }
    let source = |r: &Requirement| {
        let s = &r.source;
        let parts = [Some(s.document.as_str()), s.version.as_deref(), Some(s.section.as_str())];
        parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
    };
    let plain = [
        (Text { da: "Grundlaget", en: "The basis" }, old.basis.name().to_owned(), new.basis.name().to_owned()),
        (Text { da: "Kilden", en: "The source" }, source(old), source(new)),
    ];
    for (what, before, after) in plain {
        if before != after {
            notes.changed(Effect::Other, what, &before, &after);
        }
    }
    if old.title != new.title {
        notes.note(
            Effect::Other,
            format!("Teksten er ændret fra »{}« til »{}«.", old.title.da, new.title.da),
            format!("The text changed from \"{}\" to \"{}\".", old.title.en, new.title.en),
        );
    }
    if old.contract_text != new.contract_text {
        notes.note(
            Effect::Other,
            "Citatet fra kontrakten er ændret.".to_owned(),
            "The quotation of the contract changed.".to_owned(),
        );
    }
    notes.changes
}

fn applies(notes: &mut Notes, old: &Requirement, new: &Requirement) {
    if old.applies_when == new.applies_when {
        return;
    }
    let describe =
        |r: &Requirement| r.applies_when.as_ref().map(crate::profile::Predicate::describe).unwrap_or_default();
    let effect = match (&old.applies_when, &new.applies_when) {
        (None, _) => Effect::Looser,
        (_, None) => Effect::Stricter,
        _ => Effect::Other,
    };
    let (before, after) = (describe(old), describe(new));
    let always = |text: &str, word: &str| if text.is_empty() { word.to_owned() } else { format!("`{text}`") };
    let danish = |text: &str| always(&crate::render::condition(text, Language::Da), "altid");
    notes.note(
        effect,
        format!("Hvornår kravet gælder, er ændret fra {} til {}.", danish(&before), danish(&after)),
        format!(
            "When the requirement applies changed from {} to {}.",
            always(&before, "always"),
            always(&after, "always")
        ),
    );
}

fn declares(notes: &mut Notes, old: &Requirement, new: &Requirement) {
    match (&old.declaration, &new.declaration) {
        (before, after) if before == after => {}
        (None, Some(kind)) => notes.note(
            Effect::Stricter,
            format!("Kravet skal nu også afgøres af erklæringen `{kind}`."),
            format!("The declaration `{kind}` now decides the requirement too."),
        ),
        (Some(kind), None) => notes.note(
            Effect::Other,
            format!("Erklæringen `{kind}` afgør ikke længere kravet."),
            format!("The declaration `{kind}` no longer decides the requirement."),
        ),
        (before, after) => {
            let what =
                Text { da: "Erklæringen, der afgør kravet,", en: "The declaration that decides the requirement" };
            notes.changed(
                Effect::Other,
                what,
                before.as_deref().unwrap_or_default(),
                after.as_deref().unwrap_or_default(),
            );
        }
    }
    if old.contradicted_by != new.contradicted_by {
        let set = |r: &Requirement| r.contradicted_by.iter().cloned().collect::<BTreeSet<_>>();
        let (before, after) = (set(old), set(new));
        let effect = match (before.is_subset(&after), after.is_subset(&before)) {
            (true, false) => Effect::Stricter,
            (false, true) => Effect::Looser,
            _ => Effect::Other,
        };
        let list = |set: BTreeSet<String>| set.into_iter().collect::<Vec<_>>().join(", ");
        let what =
            Text { da: "De krav, der modsiger erklæringen,", en: "The requirements that contradict the declaration" };
        notes.changed(effect, what, &list(before), &list(after));
    }
    if old.declaration_is != new.declaration_is {
        let set = |r: &Requirement| r.declaration_is.iter().flatten().cloned().collect::<BTreeSet<_>>();
        let (before, after) = (set(old), set(new));
        let effect = match (&old.declaration_is, &new.declaration_is) {
            (None, Some(_)) => Effect::Stricter,
            (Some(_), None) => Effect::Looser,
            _ if after.is_subset(&before) => Effect::Stricter,
            _ if before.is_subset(&after) => Effect::Looser,
            _ => Effect::Other,
        };
        let list = |set: BTreeSet<String>| set.into_iter().collect::<Vec<_>>().join(", ");
        let what = Text {
            da: "De erklærede værdier, der opfylder kravet,",
            en: "The declared values that meet the requirement",
        };
        notes.changed(effect, what, &list(before), &list(after));
    }
}

/// The bindings of one check to one requirement.
fn check(notes: &mut Notes, id: &str, old: &[CheckBinding], new: &[CheckBinding]) {
    let title = checks::by_id(id).map_or(Text { da: "", en: "" }, |c| c.meta().title);
    match (old, new) {
        (before, after) if before == after => {}
        ([], _) => notes.note(
            Effect::Stricter,
            format!("Ny prøve `{id}`: {}.", title.da),
            format!("New check `{id}`: {}.", title.en),
        ),
        (_, []) => notes.note(
            Effect::Looser,
            format!("Prøven `{id}` er udgået: {}.", title.da),
            format!("The check `{id}` is dropped: {}.", title.en),
        ),
        ([before], [after]) => {
            parameters(notes, id, &before.params, &after.params);
            if before.on != after.on {
                notes.note(
                    Effect::Other,
                    format!("Prøven `{id}` gælder for andre dele af systemet end før."),
                    format!("The check `{id}` concerns other parts of the system than before."),
                );
            }
        }
        _ => notes.note(
            Effect::Other,
            format!("Prøven `{id}` er bundet på en anden måde end før."),
            format!("The check `{id}` is bound otherwise than before."),
        ),
    }
}

fn parameters(notes: &mut Notes, id: &str, old: &Parameters, new: &Parameters) {
    let names: BTreeSet<_> = old.0.keys().chain(new.0.keys()).collect();
    for name in names {
        let (before, after) = (old.0.get(name), new.0.get(name));
        if before == after {
            continue;
        }
        let effect = match (before, after, stricter_when(id, name)) {
            (Some(Value::Integer(a)), Some(Value::Integer(b)), Some(direction)) => {
                Effect::when_stricter((b < a) == (direction == Direction::Lower))
            }
            _ => Effect::Other,
        };
        let shown = |v: Option<&Value>| v.and_then(|v| serde_json::to_string(v).ok()).unwrap_or_default();
        let (before, after) = (shown(before), shown(after));
        notes.note(
            effect,
            format!("Prøven `{id}`: `{name}` er ændret fra {before} til {after}."),
            format!("The check `{id}`: `{name}` changed from {before} to {after}."),
        );
    }
}

/// Which way a threshold becomes stricter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Direction {
    Lower,
    Higher,
}

/// Thresholds whose description does not begin with the word that tells.
const DIRECTIONS: &[(&str, &str, Direction)] = &[
    ("certificate.remaining-life", "days", Direction::Higher),
    ("certificate.lifetime", "tolerance_days", Direction::Lower),
    ("metadata.signing-rollover", "days", Direction::Higher),
];

/// Which way an integer parameter becomes stricter; nobody says, when `None`.
fn stricter_when(check: &str, parameter: &str) -> Option<Direction> {
    if let Some((_, _, direction)) = DIRECTIONS.iter().find(|(c, p, _)| (*c, *p) == (check, parameter)) {
        return Some(*direction);
    }
    let meta = checks::by_id(check)?.meta();
    let doc = meta.parameters.iter().find(|p| p.name == parameter)?.doc;
    match doc.split(' ').next()?.to_lowercase().as_str() {
        "most" | "longest" | "largest" | "latest" => Some(Direction::Lower),
        "fewest" | "shortest" | "smallest" | "least" => Some(Direction::Higher),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_direction_of_a_threshold_is_what_its_description_says() {
        let direction = |check, parameter| stricter_when(check, parameter);
        assert_eq!(direction("certificate.key-size", "minimum_bits"), Some(Direction::Higher), "shortest modulus");
        assert_eq!(direction("tls.hsts", "days"), Some(Direction::Higher), "fewest days");
        assert_eq!(direction("tls.certificate-key", "rsa_bits"), Some(Direction::Higher));
        assert_eq!(direction("certificate.lifetime-maximum", "days"), Some(Direction::Lower), "longest period");
        assert_eq!(direction("metadata.size", "max_bytes"), Some(Direction::Lower), "largest size");
        assert_eq!(direction("authn-request.issue-instant", "seconds"), Some(Direction::Lower), "most seconds");
        assert_eq!(direction("certificate.remaining-life", "days"), Some(Direction::Higher));
        assert_eq!(direction("tls.port", "port"), None, "another port is neither stricter nor looser");
        assert_eq!(direction("certificate.lifetime", "days"), None, "an exact length");
        assert_eq!(direction("no.such-check", "days"), None);
        for (check, parameter, _) in DIRECTIONS {
            let meta = checks::by_id(check).unwrap().meta();
            assert!(meta.parameters.iter().any(|p| p.name == *parameter), "{check} {parameter}");
        }
    }
}
