//! See [`SdiObligatory`].

use super::{Findings, REMOVED, on_objects};
use crate::besked::read::{Element, IdKind};
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::requests::anvisninger::{Code, Relation, Role, Roles, Rule, is_import, relations, rules, section, shown};
use crate::requests::period::{Bound, Period};
use crate::requests::read::{Object, Operation};
use crate::subject::RequestSubject;
use std::collections::BTreeSet;

check! {
    /// The elements that the anvisninger call obligatory are filled.
    ///
    /// ## Why
    /// The schema leaves nearly everything out of choice and the index refuses nothing (general guide, 8), so that a case
    /// without title, case number or owner lies in the index and helps nobody.
    ///
    /// What is asked for depends on what the request does (general guide, 8.1): OB1 at import, and at an update of the
    /// properties where the anvisning says so; OB2 in every registration; OB3 in a relation that is added; OB4 where the
    /// condition shows in the request; OB5, the validity of what is filled. In an update nothing is asked of what
    /// ends, nor who changed what (AktoerRef, AktoerTypeKode), because it does not show whether something was
    /// changed. An end of validity that is left out is not counted: it may mean an open end (11). Where an element
    /// of OB1 is filled in one period of the properties and not in another, or is not filled in a relation that an
    /// update adds or changes, the check is inconclusive.
    ///
    /// ## What to do
    /// Fill the elements that are named.
    pub SdiObligatory {
        id: "request.sdi-obligatory",
        family: Request,
        title: da "De obligatoriske elementer er udfyldt", en "The obligatory elements are filled",
        rows: ["SDI-03"],
        basis: Norm,
        method: Inspected,
        sources: [
            ("KOMBIT, Generel vejledning til anvisninger for Indeksene 1.2 (11-11-2019)", "8.1, OB1 to OB5"),
            ("KOMBIT, Anvendelse af Sagsobjektet i Sags- og Dokumentindekset 1.7 (07-07-2023)", "3.1 to 3.13"),
            ("KOMBIT, Anvendelse af Dokumentobjektet i Sags- og Dokumentindekset", "every section"),
        ],
        remediation: da "Udfyld de elementer, der er nævnt.",
                     en "Fill the elements that are named.",
        parameters: [
            ("roles", List(&[]), "Further roles, each `objekt/relation/rolle=UUID`, from Fælleskommunalt Klassifikationssystem"),
        ],
    }
}

impl Check<RequestSubject> for SdiObligatory {
    fn judge(&self, subject: &RequestSubject, parameters: &Parameters) -> Outcome {
        const EXPECTED: &str = "the obligatory elements of the anvisninger";
        let roles = match Roles::with(parameters.list("roles")) {
            Ok(roles) => roles,
            Err(entry) => return Outcome::error(format!("parameter roles: {entry}")),
        };
        on_objects(subject, EXPECTED, |object, findings| {
            identity(object, findings);
            for registration in &object.registrations {
                registered(object, registration, findings);
                for relation in relations(object.kind, registration) {
                    related(object, &relation, &roles, findings);
                }
            }
            properties(object, findings);
        })
    }
}

/// A finding about an element that is not filled.
fn lacking(object: &Object<'_>, place: &Element, what: &str, element: &str, code: Code) -> String {
    let code = format!("{code:?}").to_uppercase();
    let line = place.place.line;
    if what.is_empty() {
        format!("{}: {element} ({code})", shown(object))
    } else {
        format!("{} line {line}: {what}/{element} ({code})", object.kind)
    }
}

fn identity(object: &Object<'_>, findings: &mut Findings) {
    findings.seen += 1;
    if !is_filled(object.element.child("UUIDIdentifikator")) {
        findings.breach(Reason::Missing, lacking(object, object.element, "", "UUIDIdentifikator", Code::Ob2));
    }
    if is_import(object) && object.registrations.is_empty() {
        findings.breach(Reason::Missing, lacking(object, object.element, "", "Registrering", Code::Ob2));
    }
}

/// What every registration says about itself.
fn registered(object: &Object<'_>, registration: &Element, findings: &mut Findings) {
    for rule in rules(object.kind).filter(|r| r.section == "Registreringsdata") {
        let asked = match rule.code {
            Code::Ob2 => object.has_time,
            _ => object.operation == Operation::Import,
        };
        if asked {
            findings.seen += 1;
            if !is_filled(registration.child(&rule.element)) {
                findings
                    .breach(Reason::Missing, lacking(object, registration, "Registrering", &rule.element, rule.code));
            }
        }
    }
}

/// Attributes and states. What an import must have may stand in any of its registrations.
fn properties(object: &Object<'_>, findings: &mut Findings) {
    const SECTIONS: [&str; 4] = ["Sagsegenskaber", "Dokumentegenskaber", "Tilstand", "Sagindeksegenskaber"];
    for name in SECTIONS {
        let rules: Vec<&Rule> = rules(object.kind).filter(|r| r.section == name).collect();
        let here: Vec<&Element> = object.registrations.iter().flat_map(|r| section(name, r)).collect();
        for rule in rules {
            match rule.code {
                Code::Ob1 if is_import(object) => {
                    findings.seen += 1;
                    let empty = here.iter().copied().find(|e| !is_filled(at(e, &rule.element)));
                    if !here.iter().any(|e| is_filled(at(e, &rule.element))) {
                        let place = here.first().copied().unwrap_or(object.element);
                        findings.breach(Reason::Missing, lacking(object, place, name, &rule.element, rule.code));
                    } else if let Some(place) = empty {
                        // Whether each period or registration must repeat it is said nowhere.
                        findings.undecided.push(lacking(object, place, name, &rule.element, rule.code));
                    }
                }
                Code::Ob1 if rule.condition == "ved-opdatering" => {
                    each(&here, object, name, rule, findings, |e| {
                        if ends(object, e) { Asked::Unclear } else { Asked::Yes }
                    });
                }
                Code::Ob4 => each(&here, object, name, rule, findings, |e| condition(rule, e)),
                Code::Ob5 => each(&here, object, name, rule, findings, |e| validity(object, rule, e)),
                _ => {}
            }
        }
    }
}

/// Whether a rule asks for its element.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Asked {
    Yes,
    No,
    /// What decides it was removed by redaction.
    Unclear,
}

fn each(
    elements: &[&Element],
    object: &Object<'_>,
    name: &str,
    rule: &Rule,
    findings: &mut Findings,
    asked: impl Fn(&Element) -> Asked,
) {
    for element in elements {
        let what = || lacking(object, element, name, &rule.element, rule.code);
        judge(asked(element), is_filled(at(element, &rule.element)), what, findings);
    }
}

/// Whether the condition of an OB4 holds.
fn condition(rule: &Rule, element: &Element) -> Asked {
    let filled = |path: &str| is_filled(at(element, path));
    let holds = match rule.condition.as_str() {
        "hjemmel" => {
            let at_end = rule.element.replace("TitelAlternativTekst", "OffentlighedUndtagetHjemmelTekst");
            filled(&at_end)
        }
        "version" => filled("VersionIdentifikator"),
        "indgaaende-brev" => match element.child("Type").map(|t| t.text.trim()) {
            Some(kind) if kind.contains(REMOVED) => return Asked::Unclear,
            kind => matches!(kind, Some("Brev, indgaaende" | "Brev, indgående")),
        },
        "notat" => filled("JournalpostEgenskaber/JournalnotatEgenskaber/Notat"),
        "notattitel" => filled("JournalpostEgenskaber/JournalnotatEgenskaber/Titel"),
        "urn" => is_urn(element),
        // Which type an OrgEnhed of a Dokument has is not public.
        "orgenhed-med-urn" if is_urn(element) => return Asked::Unclear,
        _ => false,
    };
    if holds { Asked::Yes } else { Asked::No }
}

fn is_urn(element: &Element) -> bool {
    element.child("ReferenceID").and_then(Element::id).is_some_and(|id| id.kind == IdKind::Urn)
}

/// Whether an OB5 is asked for: something that it covers is filled, and the request shows that it must be there.
fn validity(object: &Object<'_>, rule: &Rule, element: &Element) -> Asked {
    let covers = element.children.iter().any(|c| c.name.local != "Virkning" && is_filled(Some(c)));
    // An end that is left out may mean an open one (general guide, 11).
    let asked = covers
        && !rule.element.ends_with("TilTidspunkt")
        && (rule.condition != "tilfoejet-eller-aendret" || is_import(object));
    if asked { Asked::Yes } else { Asked::No }
}

/// Whether an update gives it an end: then it may be one that ends, or one that is added with an end.
fn ends(object: &Object<'_>, element: &Element) -> bool {
    !is_import(object) && matches!(Period::of(element).until, Bound::At(_) | Bound::Unreadable)
}

/// A relation: what its role demands; of an unknown role, what every role of the relation demands.
fn related(object: &Object<'_>, relation: &Relation<'_>, roles: &Roles, findings: &mut Findings) {
    let ends = ends(object, relation.element);
    let of_relation: Vec<&Rule> = rules(object.kind).filter(|r| r.section == relation.name).collect();
    let asked = |rule: &Rule| match rule.code {
        Code::Ob1 | Code::Ob2 if is_import(object) => Asked::Yes,
        // One that replaces another must have it too (8.1); whether it does is not shown.
        Code::Ob1 => Asked::Unclear,
        Code::Ob3 if ends => Asked::Unclear,
        Code::Ob3 => Asked::Yes,
        Code::Ob4 if ends && condition(rule, relation.element) != Asked::No => Asked::Unclear,
        Code::Ob4 => condition(rule, relation.element),
        Code::Ob5 => validity(object, rule, relation.element),
        Code::Ob2 => Asked::No,
    };
    let place = |rule: &Rule| lacking(object, relation.element, relation.name, &rule.element, rule.code);
    let role = match relation.role(object.kind, roles) {
        Role::Known(role) => Some(role),
        // Sikkerhedsprofil has one form, whatever its role.
        Role::Unknown => of_relation.first().filter(|rule| rule.role.is_empty()).map(|_| ""),
    };
    if let Some(role) = role {
        for rule in of_relation.iter().filter(|r| r.role == role || r.role.is_empty()) {
            judge(asked(rule), filled(relation, rule), || place(rule), findings);
        }
        return;
    }
    let all_roles: BTreeSet<&str> = of_relation.iter().map(|r| r.role.as_str()).collect();
    let mut seen = BTreeSet::new();
    for rule in &of_relation {
        if !seen.insert(&rule.element) {
            continue;
        }
        let of_element = || of_relation.iter().filter(|r| r.element == rule.element);
        let demanding = of_element().filter(|r| matches!(asked(r), Asked::Yes)).count();
        let unclear = of_element().any(|r| matches!(asked(r), Asked::Unclear));
        let asked = match demanding {
            n if n == all_roles.len() => Asked::Yes,
            0 if !unclear => Asked::No,
            _ => Asked::Unclear,
        };
        let what = || format!("{}, role not on the list", place(rule));
        judge(asked, filled(relation, rule), what, findings);
    }
}

/// An element that is asked for, and whether it is filled.
fn judge(asked: Asked, filled: bool, what: impl Fn() -> String, findings: &mut Findings) {
    findings.seen += usize::from(asked == Asked::Yes);
    match asked {
        Asked::Yes if !filled => findings.breach(Reason::Missing, what()),
        Asked::Unclear if !filled => findings.undecided.push(what()),
        _ => {}
    }
}

/// Whether a relation has an element: where the schema puts it, or in the parts that the index adds.
fn filled(relation: &Relation<'_>, rule: &Rule) -> bool {
    // The schemas call it CVR-Nummer on a Sag and CVR-Nr on a Dokument.
    let names: &[&str] =
        if rule.element == "CVR-Nummer" { &["CVR-Nummer", "CVR-Nr"] } else { &[rule.element.as_str()] };
    names.iter().any(|name| {
        is_filled(at(relation.element, name)) || relation.extensions().any(|part| is_filled(at(part, name)))
    })
}

fn at<'a>(element: &'a Element, path: &str) -> Option<&'a Element> {
    path.split('/').try_fold(element, |element, local| element.child(local))
}

/// Whether something stands in it, at any depth. What redaction removed stood there.
fn is_filled(element: Option<&Element>) -> bool {
    element.is_some_and(|e| !e.text.trim().is_empty() || e.children.iter().any(|child| is_filled(Some(child))))
}
