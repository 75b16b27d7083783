//! Captured requests: each check on requests that pass it and that break it, with the verdicts written by hand; our reading of
//! the good ones against xmllint's; hostile files; `inspect request` and a run.

use super::metadata::xmllint;
use super::support::run;
use kravprobe::capture::usage::requests::kept;
use kravprobe::check::{Parameters, Value};
use kravprobe::checks::request::CHECKS;
use kravprobe::outcome::{Outcome, Reason};
use kravprobe::subject::request::REQUEST;
use kravprobe::subject::{Blob, RequestSubject};
use kravprobe::target::usage::RequestService::{self, Dokumentindeks, Organisation, Sagsindeks};
use kravprobe::verdict::Environment;
use kravprobe::verdict::Verdict::{self, Fail, Inconclusive, NotApplicable, NotTested, Pass};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

const EJER: &str = "9e979b84-b846-4472-8622-58007dc63c7e";
const HANDLING: &str = "05ef7011-11a7-4e4c-a46b-3de6aa457fc3";
const OTHER_ROLE: &str = "20000000-0000-4000-8000-000000000001";

fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/requests").join(name)
}

fn fixture(name: &str) -> String {
    std::fs::read_to_string(path(name)).unwrap()
}

fn sag() -> String {
    fixture("sag-importer.xml")
}

fn subject(service: RequestService, xml: &str, others: &[&str]) -> RequestSubject {
    let blob = |xml: &str| kept(xml.as_bytes()).0;
    RequestSubject {
        id: "request:test".to_owned(),
        name: "test".to_owned(),
        environment: Environment::ExternalTest,
        at: "2026-11-20T12:00:00Z".parse().unwrap(),
        service,
        request: blob(xml),
        others: others.iter().map(|other| blob(other)).collect(),
    }
}

fn outcomes_with(subject: &RequestSubject, roles: &[&str]) -> BTreeMap<&'static str, Outcome> {
    let judge = |check: &&dyn kravprobe::check::Check<RequestSubject>| {
        let mut parameters = Parameters::defaults(check.meta());
        if let Some(value) = parameters.0.get_mut("roles") {
            *value = Value::List(roles.iter().map(|role| (*role).to_owned()).collect());
        }
        (check.meta().id.strip_prefix("request.").unwrap(), check.judge(subject, &parameters))
    };
    CHECKS.iter().map(judge).collect()
}

fn outcomes(service: RequestService, xml: &str) -> BTreeMap<&'static str, Outcome> {
    outcomes_with(&subject(service, xml, &[]), &[])
}

/// Checks that come to another verdict than the good request's.
fn changed(service: RequestService, good: &str, bad: &str) -> Vec<(&'static str, Verdict)> {
    let before = outcomes(service, good);
    let after = outcomes(service, bad).into_iter();
    after.map(|(id, outcome)| (id, outcome.verdict)).filter(|(id, verdict)| before[id].verdict != *verdict).collect()
}

/// A request with one place replaced; the place must be there.
fn with(xml: &str, from: &str, to: &str) -> String {
    assert!(xml.contains(from), "{from}");
    xml.replacen(from, to, 1)
}

/// The request without the nth element of this name (from 0).
fn without(xml: &str, element: &str, number: usize) -> String {
    let (open, close) = (format!("<{element}>"), format!("</{element}>"));
    let start = xml.match_indices(&open).nth(number).unwrap_or_else(|| panic!("{element}")).0;
    let end = start + xml[start..].find(&close).unwrap() + close.len();
    format!("{}{}", &xml[..start], &xml[end..])
}

/// The request with its nth element of this name twice.
fn twice(xml: &str, element: &str, number: usize) -> String {
    let (open, close) = (format!("<{element}>"), format!("</{element}>"));
    let start = xml.match_indices(&open).nth(number).unwrap().0;
    let end = start + xml[start..].find(&close).unwrap() + close.len();
    format!("{}{}{}", &xml[..end], &xml[start..end], &xml[end..])
}

/// The operation alone.
fn body(xml: &str) -> String {
    let start = xml.find("<soap:Body>").unwrap() + "<soap:Body>".len();
    xml[start..xml.find("</soap:Body>").unwrap()].trim().to_owned()
}

fn verdicts(service: RequestService, xml: &str) -> Vec<(&'static str, Verdict)> {
    outcomes(service, xml).into_iter().map(|(id, outcome)| (id, outcome.verdict)).collect()
}

#[test]
fn good_requests_come_to_the_verdicts_written_here() {
    let index = |cardinality, obligatory, references| {
        vec![
            ("invocation-context", NotApplicable),
            ("org-batch", NotApplicable),
            ("org-transaction", NotApplicable),
            ("org-transaction-unique", NotApplicable),
            ("readable", Pass),
            ("sdi-cardinality", cardinality),
            ("sdi-obligatory", obligatory),
            ("sdi-periods", Pass),
            ("sdi-references", references),
        ]
    };
    assert_eq!(verdicts(Sagsindeks, &sag()), index(Pass, Pass, Pass));
    assert_eq!(verdicts(Sagsindeks, &fixture("sag-opdater.xml")), index(Pass, Pass, Pass));
    // The roles of a Dokument are not public: which relations they are, and what these must hold, cannot be told.
    assert_eq!(verdicts(Dokumentindeks, &fixture("dokument-importer.xml")), index(Inconclusive, Inconclusive, Pass));
    let organisation = |batch| {
        vec![
            ("invocation-context", NotApplicable),
            ("org-batch", batch),
            ("org-transaction", Pass),
            ("org-transaction-unique", NotTested),
            ("readable", Pass),
            ("sdi-cardinality", NotApplicable),
            ("sdi-obligatory", NotApplicable),
            ("sdi-periods", NotApplicable),
            ("sdi-references", NotApplicable),
        ]
    };
    let bruger = fixture("bruger-importer.xml");
    assert_eq!(verdicts(Organisation, &bruger), organisation(Pass));
    assert_eq!(verdicts(Organisation, &bruger.replace("ImportInput", "RetInput")), organisation(NotApplicable));
    let search = verdicts(Sagsindeks, &fixture("kontekst-fremsoeg.xml"));
    assert!(search.contains(&("invocation-context", Pass)) && search.contains(&("readable", Pass)));
    assert!(search.contains(&("sdi-cardinality", NotApplicable)));
}

#[test]
fn a_profile_that_knows_the_roles_decides_on_a_dokument() {
    let subject = subject(Dokumentindeks, &fixture("dokument-importer.xml"), &[]);
    let uuid = |n: u8| format!("10000000-0000-4000-8000-00000000000{n}");
    let names = [
        "Dokumentaktør/Ejer",
        "Dokumentaktør/Ansvarlig",
        "Dokumentklasse/Primær klasse",
        "IT-system/Master",
        "IT-system/Afsender",
    ];
    let roles: Vec<String> = names.iter().zip(1..).map(|(name, n)| format!("Dokument/{name}={}", uuid(n))).collect();
    let roles: Vec<&str> = roles.iter().map(String::as_str).collect();
    let outcomes = outcomes_with(&subject, &roles);
    assert_eq!(outcomes["sdi-cardinality"].verdict, Pass, "{:?}", outcomes["sdi-cardinality"]);
    assert_eq!(outcomes["sdi-obligatory"].verdict, Pass);
    assert_eq!(outcomes_with(&subject, &["Dokument/Konge=x"])["sdi-cardinality"].verdict, Verdict::Error);
}

#[test]
fn cardinality_counts_what_holds_at_the_same_time() {
    let only = |verdict| vec![("sdi-cardinality", verdict)];
    let good = sag();
    let bad = |xml: &str| changed(Sagsindeks, &good, xml);
    for number in [0, 1] {
        assert_eq!(bad(&without(&good, "sag:Sagsaktoer", number)), only(Fail), "actor {number}");
        assert_eq!(bad(&without(&good, "sag:Sagsklasse", number)), only(Fail), "class {number}");
        assert_eq!(bad(&without(&good, "si:SagsitsystemRelation", number)), only(Fail), "system {number}");
        assert_eq!(bad(&twice(&good, "sag:Sagsaktoer", number)), only(Fail), "two actors {number}");
    }
    // Primær behandler and Primær part: none or one.
    assert_eq!(bad(&without(&good, "sag:Sagsaktoer", 2)), []);
    assert_eq!(bad(&without(&good, "sag:Sagspart", 0)), []);
    assert_eq!(bad(&twice(&good, "sag:Sagspart", 0)), only(Fail));
    // A role that is not on the list may be the one that is missing; two missing ones and one unknown are too few.
    let unclear = ("sdi-obligatory", Inconclusive);
    assert_eq!(bad(&with(&good, EJER, OTHER_ROLE)), vec![("sdi-cardinality", Inconclusive), unclear]);
    let one_class = without(&good, "sag:Sagsklasse", 0);
    assert_eq!(bad(&with(&one_class, HANDLING, OTHER_ROLE)), vec![("sdi-cardinality", Fail), unclear]);
    // What an update does not hold is unchanged; what follows in time is no second one, but a period too long is.
    let update = fixture("sag-opdater.xml");
    let bad = |xml: &str| changed(Sagsindeks, &update, xml);
    let end = "<sd:TilTidspunkt><sd:TidsstempelDatoTid>2026-04-01T10:00:00.000+02:00";
    assert_eq!(bad(&with(&update, end, &end.replace("10:00", "10:01"))), only(Fail));
    assert_eq!(bad(&with(&update, end, &end.replace("10:00:00.000+02:00", "08:00:00.000Z"))), []);
    // Without a zone it may be before or after.
    let both = [("sdi-cardinality", Inconclusive), ("sdi-periods", Inconclusive)];
    assert_eq!(bad(&with(&update, end, end.trim_end_matches("+02:00"))), both);
}

/// The request with the nth relation of this name (from 0) valid from and until these times, `*` for an open end.
fn valid(xml: &str, element: &str, number: usize, from: &str, until: &str) -> String {
    let start = xml.match_indices(&format!("<{element}>")).nth(number).unwrap().0;
    let from_at = start + xml[start..].find("<sd:FraTidspunkt>").unwrap();
    let close = "</sd:TilTidspunkt>";
    let until_at = from_at + xml[from_at..].find(close).unwrap() + close.len();
    let time = |text: &str| match text {
        "*" => "<sd:GraenseIndikator>true</sd:GraenseIndikator>".to_owned(),
        time => format!("<sd:TidsstempelDatoTid>{time}</sd:TidsstempelDatoTid>"),
    };
    let (from, until) = (time(from), time(until));
    let period = format!("<sd:FraTidspunkt>{from}</sd:FraTidspunkt><sd:TilTidspunkt>{until}</sd:TilTidspunkt>");
    format!("{}{period}{}", &xml[..from_at], &xml[until_at..])
}

fn cardinality(xml: &str) -> Outcome {
    outcomes(Sagsindeks, xml)["sdi-cardinality"].clone()
}

const BEFORE: &str = "2025-01-01T00:00:00.000+01:00";
/// When everything in the fixture begins.
const BEGIN: &str = "2026-03-01T10:00:00.000+01:00";
const LATER: &str = "2026-04-01T00:00:00.000+02:00";

#[test]
fn two_relations_at_a_time_in_one_unknown_role_are_not_passed() {
    let unknown = |xml: &str| with(xml, "bf1f93ed-9441-4af4-835b-baeb201f3076", OTHER_ROLE);
    let good = sag();
    let one = unknown(&good);
    assert_eq!(cardinality(&one).verdict, Pass);
    let two = twice(&one, "sag:Sagsaktoer", 2);
    assert_eq!(cardinality(&two).verdict, Inconclusive, "{:?}", cardinality(&two));
    // Written otherwise it is the same role.
    let upper = two.replacen(OTHER_ROLE, &OTHER_ROLE.to_uppercase(), 1);
    assert_eq!(cardinality(&upper).verdict, Inconclusive);
    // One after the other, and in two roles, they are one of each.
    let in_turn = valid(&valid(&two, "sag:Sagsaktoer", 2, BEGIN, LATER), "sag:Sagsaktoer", 3, LATER, "*");
    assert_eq!(cardinality(&in_turn).verdict, Pass);
    let other = OTHER_ROLE.replace("0001", "0002");
    assert_eq!(cardinality(&two.replacen(OTHER_ROLE, &other, 1)).verdict, Pass);
    // No role of the Journalpost occurs once alone.
    let note = format!(
        "<sag:Journalpost><gd:Rolle><sd:UUIDIdentifikator>{OTHER_ROLE}</sd:UUIDIdentifikator></gd:Rolle></sag:Journalpost>"
    );
    assert_eq!(cardinality(&with(&good, "<sag:Sagspart>", &format!("{note}{note}<sag:Sagspart>"))).verdict, Pass);
    // A profile that knows the role decides.
    let with_role = |role: &str| {
        outcomes_with(&subject(Sagsindeks, &two, &[]), &[&format!("Sag/Sagsaktør/{role}={OTHER_ROLE}")])
            ["sdi-cardinality"]
            .verdict
    };
    assert_eq!((with_role("Andre behandlere"), with_role("Udlånt til")), (Pass, Fail));
}

#[test]
fn a_demanded_role_is_there_while_the_case_is_valid() {
    let good = sag();
    let actor = |number: usize, from: &str, until: &str| valid(&good, "sag:Sagsaktoer", number, from, until);
    let class = |number: usize, from: &str, until: &str| valid(&good, "sag:Sagsklasse", number, from, until);
    let verdict = |xml: &str| cardinality(xml).verdict;
    // At no time at which the case is valid: every demanded role.
    for number in [0, 1] {
        assert_eq!(verdict(&actor(number, BEFORE, BEGIN)), Fail, "actor {number}");
        assert_eq!(verdict(&class(number, BEFORE, BEGIN)), Fail, "class {number}");
        assert_eq!(verdict(&valid(&good, "si:SagsitsystemRelation", number, BEFORE, BEGIN)), Fail, "system {number}");
    }
    let found = cardinality(&actor(0, BEFORE, BEGIN)).observed;
    assert!(found.contains("Ejer × 1; at no time at which the object is valid"), "{found}");
    // None of Ejer, Ansvarlig and Primær klasse may expire without another (3.6 and 3.8); of the rest nothing is said.
    assert_eq!(verdict(&actor(0, BEGIN, LATER)), Fail);
    assert_eq!(verdict(&actor(1, BEGIN, LATER)), Fail);
    assert_eq!(verdict(&class(0, BEGIN, LATER)), Fail);
    assert_eq!(verdict(&class(1, BEGIN, LATER)), Inconclusive);
    // Primær behandler and Primær part need not be there.
    assert_eq!(verdict(&actor(2, BEFORE, BEGIN)), Pass);
    // Begun after the case, it is in doubt; begun before it, it is there.
    assert_eq!(verdict(&actor(0, LATER, "*")), Inconclusive);
    assert_eq!(verdict(&actor(0, BEFORE, "*")), Pass);
    // A successor takes over where the first ends, and not a second later.
    let two = twice(&good, "sag:Sagsaktoer", 0);
    let followed = |from: &str| valid(&valid(&two, "sag:Sagsaktoer", 0, BEGIN, LATER), "sag:Sagsaktoer", 1, from, "*");
    assert_eq!(verdict(&followed(LATER)), Pass);
    assert_eq!(verdict(&followed("2026-03-31T22:00:00.000Z")), Pass);
    assert_eq!(verdict(&followed("2026-04-01T00:00:01.000+02:00")), Fail);
    assert_eq!(verdict(&followed("2026-04-01T00:00:00.000")), Inconclusive);
    // Its successor may stand in a role that is not on the list.
    assert_eq!(
        verdict(&with(&actor(0, BEGIN, LATER), "bf1f93ed-9441-4af4-835b-baeb201f3076", OTHER_ROLE)),
        Inconclusive
    );
    // A case that begins before its relations by its states alone: which period is the case's is said nowhere.
    assert_eq!(verdict(&valid(&good, "sag:Fremdrift", 0, BEFORE, "*")), Inconclusive);
    // A closed case whose states and properties end still has its owner, with or without an end.
    let closed = ["sag:Egenskaber", "si:SagIndeksEgenskaber", "sag:Fremdrift"]
        .iter()
        .fold(good.clone(), |xml, element| valid(&xml, element, 0, BEGIN, LATER));
    assert_eq!(verdict(&closed), Pass);
    let handling = valid(&closed, "sag:Sagsklasse", 1, BEGIN, LATER);
    assert_eq!(verdict(&handling), Pass);
}

#[test]
fn unknown_roles_fill_as_many_demanded_ones_as_there_are() {
    // Ejer and Ansvarlig are missing; two relations in one unknown role can be one of them alone.
    let none = without(&without(&sag(), "sag:Sagsaktoer", 0), "sag:Sagsaktoer", 0);
    let one = with(&none, "bf1f93ed-9441-4af4-835b-baeb201f3076", OTHER_ROLE);
    let two = twice(&one, "sag:Sagsaktoer", 0);
    assert_eq!(cardinality(&two).verdict, Fail);
    let other = OTHER_ROLE.replace("0001", "0002");
    assert_eq!(cardinality(&two.replacen(OTHER_ROLE, &other, 1)).verdict, Inconclusive);
    // One that has ended before the case begins is none of them.
    let old = valid(&without(&sag(), "sag:Sagsaktoer", 0), "sag:Sagsaktoer", 1, BEFORE, BEGIN);
    assert_eq!(cardinality(&with(&old, "bf1f93ed-9441-4af4-835b-baeb201f3076", OTHER_ROLE)).verdict, Fail);
}

#[test]
fn an_update_that_ends_a_demanded_role_shows_another_or_is_not_passed() {
    let update = fixture("sag-opdater.xml");
    assert_eq!(cardinality(&update).verdict, Pass);
    assert_eq!(cardinality(&without(&update, "sag:Sagsaktoer", 1)).verdict, Inconclusive);
    assert_eq!(cardinality(&without(&update, "sag:Sagsaktoer", 0)).verdict, Pass);
}

#[test]
fn a_period_without_an_instant_is_no_second_relation() {
    let two = twice(&sag(), "sag:Sagsaktoer", 0);
    assert_eq!(cardinality(&valid(&two, "sag:Sagsaktoer", 1, LATER, LATER)).verdict, Pass);
    // An end that is left out may lie before the next begins.
    let silent = with(&two, "<sd:TilTidspunkt><sd:GraenseIndikator>true</sd:GraenseIndikator></sd:TilTidspunkt>", "");
    let at = silent.find("<sag:Sagsaktoer>").unwrap();
    let (head, tail) = silent.split_at(at);
    let open = "<sd:TilTidspunkt><sd:GraenseIndikator>true</sd:GraenseIndikator></sd:TilTidspunkt>";
    let silent = format!("{head}{}", with(tail, open, ""));
    assert_eq!(cardinality(&silent).verdict, Fail, "both hold when they begin");
    assert_eq!(cardinality(&valid(&silent, "sag:Sagsaktoer", 1, LATER, "*")).verdict, Inconclusive);
}

#[test]
fn a_later_registration_may_correct_an_earlier_one() {
    let good = sag();
    let start = good.find("<sag:Registrering>").unwrap();
    let end = good.find("</sag:Registrering>").unwrap() + "</sag:Registrering>".len();
    let (first, relations) = (&good[start..end], "<sag:RelationListe>");
    let again = |registration: &str| with(&good, "</sag:Registrering>", &format!("</sag:Registrering>{registration}"));
    assert_eq!(cardinality(&again(first)).verdict, Pass);
    // It says that the handling ends; the first said that it does not.
    assert_eq!(cardinality(&again(&valid(first, "sag:Sagsklasse", 1, BEGIN, LATER))).verdict, Inconclusive);
    // A registration of something else leaves the relations.
    let states = &first[..first.find(relations).unwrap()];
    assert_eq!(cardinality(&again(&format!("{states}</sag:Registrering>"))).verdict, Pass);
}

#[test]
fn obligatory_elements_are_asked_for_where_the_request_shows_that_they_are() {
    let only = |verdict| vec![("sdi-obligatory", verdict)];
    let good = sag();
    let bad = |xml: &str| changed(Sagsindeks, &good, xml);
    for element in [
        "sd:LivscyklusKode",
        "sd:BrugerRef",
        "sag:BrugervendtNoegle",
        "sag:Sagsnummer",
        "sag:Titel",
        "sag:FremdriftStatusKode",
        "si:Foelsomhed",
        "si:FuldtNavn",
        "si:CVR-Nummer",
        "si:SystemNavn",
        "gd:Type",
        "gd:ReferenceID",
        "si:BrugervendtNoegle",
        "sd:FraTidspunkt",
        "sd:AktoerRef",
        "sd:AktoerTypeKode",
        "sd:Tidspunkt",
    ] {
        // Without the beginning of the properties' validity it cannot be told who owns the case when.
        let expected = if element == "sd:FraTidspunkt" {
            vec![("sdi-cardinality", Inconclusive), ("sdi-obligatory", Fail)]
        } else {
            only(Fail)
        };
        assert_eq!(bad(&without(&good, element, 0)), expected, "{element}");
    }
    assert_eq!(
        bad(&with(&good, "<sag:Titel>Aftale om forebyggende hjemmebesøg</sag:Titel>", "<sag:Titel> </sag:Titel>")),
        only(Fail)
    );
    // An end that is left out may mean an open one.
    assert_eq!(bad(&without(&good, "sd:TilTidspunkt", 0)), []);
    // Two periods of properties, one of them without a title.
    let first = without(&twice(&good, "sag:Egenskaber", 0), "sag:Titel", 1);
    assert_eq!(bad(&first), only(Inconclusive));
    // A relation without its role can be none of the demanded ones.
    assert_eq!(bad(&without(&good, "gd:Rolle", 2)), only(Fail));
    // OB4: the alternative title with its legal basis; a key where the reference is a URN.
    let hidden = "<sag:OffentlighedUndtaget><sd:OffentlighedUndtagetHjemmelTekst>§ 1</sd:OffentlighedUndtagetHjemmelTekst></sag:OffentlighedUndtaget><sag:Titel>";
    assert_eq!(bad(&with(&good, "<sag:Titel>", hidden)), only(Fail));
    let both = hidden.replace("<sd:Off", "<sd:TitelAlternativTekst>x</sd:TitelAlternativTekst><sd:Off");
    assert_eq!(bad(&with(&good, "<sag:Titel>", &both)), []);
    // A role that is not on the list is judged by what every role demands, and in doubt not at all.
    let other = with(&good, "bf1f93ed-9441-4af4-835b-baeb201f3076", OTHER_ROLE);
    assert_eq!(bad(&without(&other, "gd:Type", 2)), only(Fail));
    let unclear = outcomes(Sagsindeks, &other)["sdi-obligatory"].clone();
    assert_eq!(unclear.verdict, Inconclusive, "{unclear:?}");
    // An update asks for the time of registration, and for whole properties when it has any.
    let update = fixture("sag-opdater.xml");
    let bad = |xml: &str| changed(Sagsindeks, &update, xml);
    assert_eq!(bad(&without(&update, "sdi:Tidspunkt", 0)), only(Fail));
    let own = "<sd:UUIDIdentifikator>00000000-0000-4000-8000-0000000000a1</sd:UUIDIdentifikator>";
    assert_eq!(bad(&with(&update, own, "")), only(Fail));
    let title = "<sag:AttributListe><sag:Egenskaber><sag:Virkning><sd:FraTidspunkt><sd:TidsstempelDatoTid>2026-04-01T10:00:00Z</sd:TidsstempelDatoTid></sd:FraTidspunkt></sag:Virkning><sag:Titel>Ny</sag:Titel></sag:Egenskaber></sag:AttributListe><sag:RelationListe>";
    assert_eq!(bad(&with(&update, "<sag:RelationListe>", title)), only(Fail));
    assert_eq!(bad(&without(&update, "sd:AktoerRef", 0)), []);
    // What an import must have, a relation that replaces another has too.
    assert_eq!(bad(&without(&update, "si:CVR-Nummer", 1)), only(Inconclusive));
}

#[test]
fn obligatory_elements_of_a_dokument_are_its_own() {
    let good = fixture("dokument-importer.xml");
    let bad = |xml: &str| changed(Dokumentindeks, &good, xml);
    for element in
        ["di:Dokumentnummer", "di:Foelsomhed", "di:Type", "di:Titel", "sd:Tidspunkt", "di:FuldtNavn", "gd:ReferenceID"]
    {
        assert_eq!(bad(&without(&good, element, 0)), vec![("sdi-obligatory", Fail)], "{element}");
    }
    assert_eq!(bad(&with(&good, "Internt Notat", "Brev, indgaaende")), vec![("sdi-obligatory", Fail)]);
    let versioned =
        with(&good, "<di:Dokumentnummer>", "<di:VersionIdentifikator>1</di:VersionIdentifikator><di:Dokumentnummer>");
    assert_eq!(bad(&versioned), vec![("sdi-obligatory", Fail)]);
}

#[test]
fn references_to_the_stoettesystemer_are_uuids() {
    let good = sag();
    let bad = |xml: &str| changed(Sagsindeks, &good, xml);
    let urn = |uuid: &str, urn: &str| {
        let from = format!("<sd:UUIDIdentifikator>{uuid}</sd:UUIDIdentifikator>");
        with(&good, &from, &format!("<sd:URNIdentifikator>{urn}</sd:URNIdentifikator>"))
    };
    let id = |n: u8| format!("00000000-0000-4000-8000-00000000000{n}");
    let only = |verdict| vec![("sdi-references", verdict)];
    assert_eq!(bad(&urn(&id(4), "urn:oio:kle:27.35.04")), only(Fail));
    assert_eq!(bad(&urn(&id(5), "urn:oio:kle:G01")), only(Fail));
    // The anvisning permits a URN of an actor that is not in Organisation; its key is then obligatory.
    assert_eq!(
        bad(&urn(&id(1), "urn:oio:cvr-nr:11111111")),
        vec![("sdi-obligatory", Fail), ("sdi-references", Inconclusive)]
    );
    // IT systems are those of the Administrationsmodul, by UUID alone (3.12).
    assert_eq!(bad(&urn(&id(7), "urn:oio:it-system-uuid:x")), only(Fail));
    let unclear = [("sdi-cardinality", Inconclusive), ("sdi-obligatory", Inconclusive)];
    assert_eq!(bad(&urn(EJER, "urn:oio:rolle:ejer")), [&unclear[..], &only(Fail)].concat());
    // A person is referred to by a URN.
    assert!(good.contains("<sd:URNIdentifikator>urn:oio:virksomhed:eksempel"));
    assert_eq!(bad(&with(&good, &id(4), "urn:oio:kle:27.35.04")), only(Fail));
}

#[test]
fn an_empty_urn_stands_for_a_note_of_the_journal_alone() {
    let verdict =
        |xml: &str, roles: &[&str]| outcomes_with(&subject(Sagsindeks, xml, &[]), roles)["sdi-references"].verdict;
    let journal = |reference: &str| {
        let note = format!(
            "<sag:Journalpost><gd:Rolle><sd:UUIDIdentifikator>{OTHER_ROLE}</sd:UUIDIdentifikator></gd:Rolle><gd:ReferenceID>{reference}\
             </gd:ReferenceID></sag:Journalpost><sag:Sagspart>"
        );
        with(&sag(), "<sag:Sagspart>", &note)
    };
    let urn = |urn: &str| format!("<sd:URNIdentifikator>{urn}</sd:URNIdentifikator>");
    let empty = journal(&urn("URN:Empty"));
    let role = |role: &str| format!("Sag/Journalpost/{role}={OTHER_ROLE}");
    assert_eq!(verdict(&empty, &[]), Inconclusive);
    assert_eq!(verdict(&empty, &[&role("Journalnotat")]), Pass);
    assert_eq!(verdict(&empty, &[&role("Tilakteret")]), Fail);
    // No role of the Journalpost has another URN.
    assert_eq!(verdict(&journal(&urn("urn:oio:dokument:x")), &[]), Fail);
    // Nor does it stand for a party, whatever its role.
    let part = "urn:oio:virksomhed:eksempel";
    assert_eq!(verdict(&with(&sag(), part, "URN:Empty"), &[]), Inconclusive);
    let unknown = with(&sag(), "d839f26a-d4d1-4441-b2d6-3dbbb12a9404", OTHER_ROLE);
    assert_eq!(verdict(&unknown, &[]), Pass);
    assert_eq!(verdict(&with(&unknown, part, "URN:Empty"), &[]), Inconclusive);
}

#[test]
fn every_identifier_is_judged_and_none_names_a_person() {
    let good = sag();
    let bad = |xml: &str| changed(Sagsindeks, &good, xml);
    let only = |verdict| vec![("sdi-references", verdict)];
    let uuid = |n: u8| format!("<sd:UUIDIdentifikator>00000000-0000-4000-8000-00000000000{n}</sd:UUIDIdentifikator>");
    // A URN beside an empty UUID, which the schema does not permit.
    let beside = "<sd:UUIDIdentifikator/><sd:URNIdentifikator>urn:oio:kle:27.35.04</sd:URNIdentifikator>";
    assert_eq!(bad(&with(&good, &uuid(4), beside)), only(Fail));
    let zeros = "<sd:UUIDIdentifikator>00000000-0000-0000-0000-000000000000</sd:UUIDIdentifikator>";
    assert_eq!(bad(&with(&good, &uuid(4), zeros)), only(Inconclusive));
    // Who registered and who changed: a UUID, an IT system, or in doubt.
    let user = |urn: &str| with(&good, &uuid(9), &format!("<sd:URNIdentifikator>{urn}</sd:URNIdentifikator>"));
    assert_eq!(bad(&user("urn:oio:it-system-uuid:00000000-0000-4000-8000-000000000007")), []);
    assert_eq!(bad(&user("urn:oio:kmd:sag:RACFID:ABCDEF")), only(Inconclusive));
    assert_eq!(bad(&with(&good, &uuid(9), "<sd:UUIDIdentifikator>ABCDEF</sd:UUIDIdentifikator>")), only(Fail));
    // Findings name the kind of a reference and not the person.
    for xml in
        [user("urn:oio:kmd:sag:RACFID:ABCDEF"), with(&good, &uuid(4), &uuid(4).replace("00000000-0000-4000", "ABCDEF"))]
    {
        let outcome = outcomes(Sagsindeks, &xml)["sdi-references"].clone();
        assert!(outcome.verdict != Pass && !outcome.observed.contains("ABCDEF"), "{outcome:?}");
    }
}

#[test]
fn a_number_that_redaction_removed_counts_as_filled_and_the_document_stays_readable() {
    let cpr = ["urn:oio:cpr-nr:", "0101", "01-", "1234"].concat().replace('-', "");
    let titled = ["Sag om 0101", "01-1234"].concat();
    let xml = with(&with(&sag(), "urn:oio:virksomhed:eksempel", &cpr), "Aftale om forebyggende hjemmebesøg", &titled);
    let subject = subject(Sagsindeks, &xml, &[]);
    let kept = String::from_utf8(subject.request.data().to_vec()).unwrap();
    assert!(!kept.contains(&titled) && !kept.contains(&cpr) && kept.contains("«redacted:cpr»"), "{kept}");
    for (id, outcome) in outcomes_with(&subject, &[]) {
        assert!(matches!(outcome.verdict, Pass | NotApplicable), "{id}: {outcome:?}");
    }
}

#[test]
fn a_token_in_the_header_is_not_kept_and_changes_no_verdict() {
    let token = "<w:Security xmlns:w=\"urn:w\"><a:Assertion xmlns:a=\"urn:a\">hemmelig</a:Assertion></w:Security>";
    let xml = with(&fixture("bruger-importer.xml"), "<soap:Header>", &format!("<soap:Header>{token}"));
    let (blob, counts) = kept(xml.as_bytes());
    assert!(!String::from_utf8_lossy(blob.data()).contains("hemmelig"));
    assert_eq!(counts.get("token"), Some(&1));
    assert_eq!(changed(Organisation, &fixture("bruger-importer.xml"), &xml), []);
}

#[test]
fn validity_begins_at_a_time_and_ends_after_it() {
    let good = fixture("sag-opdater.xml");
    let bad = |xml: &str| changed(Sagsindeks, &good, xml);
    let from = "<sd:FraTidspunkt><sd:TidsstempelDatoTid>2026-03-01T10:00:00.000+01:00</sd:TidsstempelDatoTid>";
    let only = |verdict| vec![("sdi-periods", verdict)];
    assert_eq!(bad(&with(&good, from, "<sd:FraTidspunkt><sd:GraenseIndikator>true</sd:GraenseIndikator>")), only(Fail));
    assert_eq!(bad(&with(&good, from, &from.replace("2026-03", "2026-05"))), only(Fail));
    assert_eq!(
        bad(&with(&good, from, &from.replace("03-01T10:00:00.000+01:00", "04-01T10:00:00.000+02:00"))),
        only(Inconclusive)
    );
    assert_eq!(bad(&with(&good, from, &from.replace(":00.000+01:00", ":00.000+01:0"))), only(Fail));
    // The anvisninger write their examples with a dot, which the schema refuses.
    assert_eq!(bad(&with(&good, from, &from.replace(":00.000+01:00", ":00.000+01.00"))), only(Inconclusive));
    // The last day that many systems mean by for ever has the form of a time and no known place in time.
    let end = "<sd:TilTidspunkt><sd:TidsstempelDatoTid>2026-04-01T10:00:00.000+02:00";
    let for_ever = end.replace("2026-04-01T10:00:00.000+02:00", "9999-12-31T24:00:00Z");
    assert!(bad(&with(&good, end, &for_ever)).contains(&("sdi-periods", Inconclusive)));
    let wrong = with(&good, "<sd:GraenseIndikator>true", "<sd:GraenseIndikator>false");
    assert_eq!(bad(&wrong), vec![("sdi-cardinality", Inconclusive), ("sdi-periods", Fail)]);
}

#[test]
fn transactions_of_organisation_are_named_short_and_unique() {
    let good = fixture("bruger-importer.xml");
    let bad = |xml: &str| changed(Organisation, &good, xml);
    let id = "00000000-0000-4000-8000-0000000000c1";
    assert_eq!(bad(&without(&good, "h:TransactionUUID", 0)), vec![("org-transaction", Fail)]);
    assert_eq!(bad(&with(&good, id, "")), vec![("org-transaction", Fail)]);
    assert_eq!(bad(&with(&good, id, &"x".repeat(512))), []);
    assert_eq!(bad(&with(&good, id, &"x".repeat(513))), vec![("org-transaction", Fail)]);
    // A body alone does not show the header.
    let body = &good[good.find("<b:ImportInput").unwrap()..good.find("</soap:Body>").unwrap()];
    assert_eq!(bad(body), vec![("invocation-context", NotTested), ("org-transaction", NotTested)]);
    let unique =
        |other: &str| outcomes_with(&subject(Organisation, &good, &[other]), &[])["org-transaction-unique"].verdict;
    assert_eq!(unique(&with(&good, id, "another")), Pass);
    assert_eq!(unique(&good), Pass, "the same call, captured twice");
    assert_eq!(unique(&with(&good, "eksempel01", "eksempel02")), Fail);
    assert_eq!(unique("<broken"), Pass, "what cannot be read has no TransaktionsUUID that anybody saw");
}

#[test]
fn an_import_carries_at_most_500_objects() {
    let unit = "<e:OrganisationEnhed><sd:UUIDIdentifikator>00000000-0000-4000-8000-0000000000e2</sd:UUIDIdentifikator><e:Registrering/></e:OrganisationEnhed>";
    let import = |units: usize| {
        format!(
            "<s:ImporterOrganisationSystemInput xmlns:s='http://stoettesystemerne.dk/organisation/organisationsystem/6/' xmlns:sd='urn:oio:sagdok:3.0.0' \
             xmlns:e='http://stoettesystemerne.dk/organisation/organisationenhed/6/' xmlns:o='http://stoettesystemerne.dk/organisation/organisation/6/'>\
             <o:Organisation><o:Registrering/></o:Organisation><s:OrganisationEnhederInput>{}</s:OrganisationEnhederInput>\
             </s:ImporterOrganisationSystemInput>",
            unit.repeat(units)
        )
    };
    for (units, verdict) in [(1, Pass), (499, Pass), (500, Inconclusive), (501, Fail), (2000, Fail)] {
        assert_eq!(outcomes(Organisation, &import(units))["org-batch"].verdict, verdict, "{units} units");
    }
}

#[test]
fn contexts_have_the_form_of_their_schemas() {
    let good = fixture("kontekst-fremsoeg.xml");
    let verdict = |xml: &str| outcomes(Sagsindeks, xml)["invocation-context"].verdict;
    for name in ["ServiceAgreementUUID", "UserSystemUUID", "UserUUID", "ServiceUUID"] {
        assert_eq!(verdict(&without(&good, &format!("i:{name}"), 0)), Fail, "{name}");
    }
    assert_eq!(verdict(&good.replace("b4a2e912", "B4A2E912")), Fail);
    for cvr in ["1111111", "111111111", "1111111A", " 11111111"] {
        assert_eq!(verdict(&with(&good, ">11111111<", &format!(">{cvr}<"))), Fail, "{cvr}");
    }
    assert_eq!(verdict(&without(&good, "a:MunicipalityCVR", 0)), Fail);
    let long = |n: usize| format!("<i:AccountingInfo>{}</i:AccountingInfo><i:ServiceUUID>", "x".repeat(n));
    assert_eq!(verdict(&with(&good, "<i:ServiceUUID>", &long(255))), Pass);
    assert_eq!(verdict(&with(&good, "<i:ServiceUUID>", &long(256))), Fail);
    // XML schemas of the Serviceplatform, asked of xmllint.
    let context = |xml: &str| {
        let start = xml.find("<i:InvocationContext").unwrap();
        xml[start..xml.find("</i:InvocationContext>").unwrap()].to_owned() + "</i:InvocationContext>"
    };
    let documents =
        [context(&good), context(&good.replace("b4a2e912", "B4A2E912")), context(&without(&good, "i:UserUUID", 0))];
    assert_eq!(xmllint("fixtures/requests/sp-context/InvocationContext_1.xsd", &documents), [true, false, false]);
}

#[test]
fn good_samples_are_valid_by_xmllint_too() {
    let body = |name: &str| body(&fixture(name));
    let index = ["sag-importer.xml", "sag-opdater.xml", "dokument-importer.xml"].map(body);
    let schema = "fixtures/requests/sf1470-6.0/6.0.STS-0/SagDokumentIndeksOperationer.xsd";
    assert_eq!(xmllint(schema, &index), [true; 3]);
    let schema = "fixtures/requests/sf1500-3.2/6.0.STS-0/BrugerOperationer.xsd";
    assert_eq!(xmllint(schema, &[body("bruger-importer.xml")]), [true]);
}

#[test]
fn what_is_no_request_of_the_service_is_nobodys_breach() {
    let cases: [(&str, RequestService, String, Verdict); 11] = [
        ("cut off", Sagsindeks, sag()[..2000].to_owned(), Inconclusive),
        ("cut off after a tag", Sagsindeks, sag().split_inclusive('>').take(40).collect(), Inconclusive),
        ("a tag too many", Sagsindeks, with(&sag(), "<sag:Titel>", "<sag:Titel><sag:x>"), Fail),
        (
            "a DTD",
            Sagsindeks,
            format!("<!DOCTYPE a [<!ENTITY b 'c'>]>{}", sag().split_once('\n').unwrap().1),
            Inconclusive,
        ),
        ("too deep", Sagsindeks, "<a>".repeat(200), Inconclusive),
        ("another document", Sagsindeks, "<a/>".to_owned(), Inconclusive),
        (
            "two requests",
            Sagsindeks,
            with(&sag(), "</soap:Body>", &format!("{}</soap:Body>", body(&sag()))),
            Inconclusive,
        ),
        ("an answer", Sagsindeks, sag().replace("IndeksInput", "IndeksOutput"), Inconclusive),
        ("another service", Organisation, sag(), Inconclusive),
        ("documents alone", Sagsindeks, fixture("dokument-importer.xml"), Inconclusive),
        (
            "another namespace",
            Sagsindeks,
            sag().replace("urn:oio:sts:sagdok:sagdokumentindeks:6", "urn:other"),
            Inconclusive,
        ),
    ];
    for (what, service, xml, verdict) in cases {
        for (id, outcome) in outcomes(service, &xml) {
            let expected = if id == "readable" { verdict } else { NotTested };
            assert_eq!(outcome.verdict, expected, "{what}: {id}: {outcome:?}");
        }
    }
    for large in [format!("<a>{}</a>", "<b/>".repeat(200_001)), format!("<a>{}</a>", "x".repeat(16 << 20))] {
        let mut subject = subject(Sagsindeks, "<a/>", &[]);
        subject.request = Blob::new(REQUEST, large.into_bytes());
        let readable = CHECKS[0].judge(&subject, &Parameters::default());
        assert_eq!((readable.verdict, readable.reason), (Inconclusive, Reason::TooLarge), "{readable:?}");
    }
    // An older version is named and judged.
    let old = sag().replace("sagdokumentindeks:6", "sagdokumentindeks:1.2.4.0");
    let readable = outcomes(Sagsindeks, &old)["readable"].clone();
    assert_eq!((readable.verdict, readable.observed.contains("1.2.4.0")), (Pass, true), "{readable:?}");
    // A request that carries nothing shows nothing.
    let start = sag().find("<sdi:SagIndeks>").unwrap();
    let end = sag().find("</sdi:SagIndeks>").unwrap() + "</sdi:SagIndeks>".len();
    let empty = format!("{}{}", &sag()[..start], &sag()[end..]);
    assert_eq!(outcomes(Sagsindeks, &empty)["sdi-obligatory"].verdict, NotTested);
}

#[test]
fn inspect_request_judges_files_in_text_and_json() {
    let (sag, bruger) = (path("sag-importer.xml"), path("bruger-importer.xml"));
    let (sag, bruger) = (sag.to_str().unwrap(), bruger.to_str().unwrap());
    let at = ["--at", "2026-11-20T12:00:00Z"];
    let (code, out, err) = run(&[&["inspect", "request", sag, "--lang", "en"], &at[..]].concat());
    assert_eq!((code, err.as_str()), (0, ""), "{out}");
    assert!(out.contains("sag-importer.xml: Accepted"), "{out}");
    let arguments = ["inspect", "request", bruger, "--service", "organisation", "--format", "json"];
    let (_, out, _) = run(&[&arguments[..], &at].concat());
    let answers: serde_json::Value = serde_json::from_str(&out).unwrap();
    let results = answers[0]["results"].as_array().unwrap();
    let verdict = |check: &str| results.iter().find(|r| r["check"] == check).unwrap()["verdict"].as_str().unwrap();
    assert_eq!((verdict("request.readable"), verdict("request.org-transaction")), ("pass", "pass"));
    // The same TransaktionsUUID in another call, and a file that is no XML.
    let folder = tempfile::tempdir().unwrap();
    let other = folder.path().join("other.xml");
    std::fs::write(&other, fixture("bruger-importer.xml").replace("eksempel01", "eksempel02")).unwrap();
    let (code, out, _) =
        run(&["inspect", "request", bruger, other.to_str().unwrap(), "--service", "organisation", "--lang", "en"]);
    assert_eq!((code, out.matches("request.org-transaction-unique").count()), (1, 2), "{out}");
    let text = folder.path().join("text.xml");
    std::fs::write(&text, "no xml").unwrap();
    let (code, _, err) = run(&["inspect", "request", text.to_str().unwrap()]);
    assert_eq!((code, err.contains("text.xml") && err.contains("is not XML")), (2, true), "{err}");
}

#[test]
fn a_run_judges_the_requests_of_the_target_and_verifies() {
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("target.toml");
    let entry = |name: &str, file: &str, service: &str| {
        format!(
            "[[request]]\nname = \"{name}\"\nfile = {:?}\nservice = \"{service}\"\n",
            path(file).display().to_string()
        )
    };
    let text = format!(
        "schema = 1\nenvironment = \"external-test\"\n[system]\nname = \"Fagsystem Eksempel\"\n{}{}{}",
        entry("sag", "sag-importer.xml", "sagsindeks"),
        entry("sag-igen", "sag-opdater.xml", "sagsindeks"),
        entry("bruger", "bruger-importer.xml", "organisation"),
    );
    std::fs::write(&target, text).unwrap();
    let bundle = folder.path().join("bundle");
    let arguments = ["run", "captured-requests", target.to_str().unwrap(), "--out", bundle.to_str().unwrap()];
    let (code, out, err) = run(&[&arguments[..], &["--at", "2026-11-20T12:00:00Z", "--offline"]].concat());
    assert!(code < 2 || code == 3, "{code}: {out}{err}");
    let report: serde_json::Value =
        serde_json::from_slice(&std::fs::read(bundle.join("report.json")).unwrap()).unwrap();
    let results = report["results"].as_array().unwrap();
    let results: Vec<_> = results.iter().flat_map(|r| r["checks"].as_array().unwrap()).collect();
    let found = |check: &str, subject: &str| {
        let found = results.iter().find(|r| r["check"] == check && r["subject"] == subject);
        found.unwrap_or_else(|| panic!("{check} {subject}: {results:#?}"))["verdict"].as_str().unwrap().to_owned()
    };
    assert_eq!(found("request.sdi-cardinality", "request:sag"), "pass");
    assert_eq!(found("request.sdi-obligatory", "request:sag-igen"), "pass");
    assert_eq!(found("request.org-transaction", "request:bruger"), "pass");
    assert_eq!(found("request.org-transaction-unique", "request:bruger"), "pass");
    let (code, out, err) = run(&["verify", bundle.to_str().unwrap()]);
    assert!(code != 2 && code != 4, "{code}: {out}{err}");
}
