//! What the lists in `schemas/beskedfordeler/lists` say: message types, sensitivity classes, status codes, authorities; and
//! the forms of CVR numbers and KLE topics. No list is complete, so that something is not in it shows nothing.

use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::LazyLock;
use uuid::Uuid;

/// A message type.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct MessageType {
    /// Its UUID; absent where only the name is public.
    #[serde(default)]
    pub uuid: Option<Uuid>,
    /// Its name.
    #[serde(rename = "navn")]
    pub name: String,
    /// Version of its specification.
    #[serde(default)]
    pub version: Option<String>,
    /// The integration that it belongs to.
    #[serde(default)]
    pub integration: Option<String>,
    /// Sikkerhedsklassificering that its specification gives it.
    #[serde(default, rename = "foelsomhed")]
    pub sensitivity: Option<Uuid>,
    /// How sure the entry is.
    pub status: String,
    /// Where it was read.
    pub source: String,
}

/// A class of Sikkerhedsklassificering.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Sensitivity {
    /// 1 is the least sensitive; an agreement on one rank includes those below.
    pub rank: u8,
    /// Its UUID.
    pub uuid: Uuid,
    /// Its name.
    #[serde(rename = "navn")]
    pub name: String,
}

/// An authority.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authority {
    /// CVR number.
    pub cvr: String,
    /// Name.
    pub name: String,
    /// What it is.
    pub kind: AuthorityKind,
}

/// What an authority is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuthorityKind {
    /// One of the 98 municipalities.
    Municipality,
    /// Another real authority or company.
    Other,
    /// Invented, for test environments and samples.
    Invented,
}

/// CVR numbers of the list that belong to nobody.
const INVENTED: [&str; 3] = ["11111111", "12345678", "99999999"];

#[derive(Deserialize)]
struct Classifications {
    sikkerhedsklassificering: Vec<Sensitivity>,
    objekttyper: BTreeMap<String, String>,
}

#[derive(Deserialize)]
struct OtherAuthorities {
    items: Vec<OtherAuthority>,
}

#[derive(Deserialize)]
struct OtherAuthority {
    cvr: String,
    navn: String,
}

/// Everything in the lists. They are part of the program and a test reads each, so a list that does not parse is empty here.
#[derive(Default)]
struct Lists {
    types: Vec<MessageType>,
    classes: Vec<Sensitivity>,
    object_types: BTreeMap<String, String>,
    actions: BTreeMap<String, BTreeMap<String, String>>,
    status: BTreeMap<String, BTreeMap<String, String>>,
    authorities: Vec<Authority>,
}

static LISTS: LazyLock<Lists> = LazyLock::new(|| load().unwrap_or_default());

fn load() -> serde_json::Result<Lists> {
    let classifications: Classifications =
        serde_json::from_str(include_str!("../../schemas/beskedfordeler/lists/klassifikation-uuids.json"))?;
    let others: OtherAuthorities =
        serde_json::from_str(include_str!("../../schemas/beskedfordeler/lists/testmyndigheder.json"))?;
    let municipalities =
        include_str!("../../schemas/beskedfordeler/lists/kommuner.csv").lines().skip(1).filter_map(|line| {
            let mut fields = line.split(',').skip(1);
            let (name, cvr) = (fields.next()?, fields.next()?);
            Some(Authority { cvr: cvr.to_owned(), name: name.to_owned(), kind: AuthorityKind::Municipality })
        });
    let others = others.items.into_iter().map(|other| {
        let invented = INVENTED.contains(&other.cvr.as_str());
        let kind = if invented { AuthorityKind::Invented } else { AuthorityKind::Other };
        Authority { cvr: other.cvr, name: other.navn, kind }
    });
    Ok(Lists {
        types: serde_json::from_str(include_str!("../../schemas/beskedfordeler/lists/beskedtyper.json"))?,
        classes: classifications.sikkerhedsklassificering,
        object_types: classifications.objekttyper,
        actions: serde_json::from_str(include_str!("../../schemas/beskedfordeler/lists/objekthandlinger.json"))?,
        status: serde_json::from_str(include_str!("../../schemas/beskedfordeler/lists/statuskoder.json"))?,
        authorities: municipalities.chain(others).collect(),
    })
}

/// Every message type of the list, those without a UUID too.
#[must_use]
pub fn message_types() -> &'static [MessageType] {
    &LISTS.types
}

/// The message type with this UUID, in any case.
#[must_use]
pub fn message_type(uuid: &str) -> Option<&'static MessageType> {
    let uuid = uuid_of(uuid)?;
    LISTS.types.iter().find(|t| t.uuid == Some(uuid))
}

/// The classes of Sikkerhedsklassificering, the least sensitive first.
#[must_use]
pub fn sensitivities() -> &'static [Sensitivity] {
    &LISTS.classes
}

/// The class with this UUID, in any case.
#[must_use]
pub fn sensitivity(uuid: &str) -> Option<&'static Sensitivity> {
    let uuid = uuid_of(uuid)?;
    LISTS.classes.iter().find(|c| c.uuid == uuid)
}

/// Name of the object type with this UUID, such as `Person`.
#[must_use]
pub fn object_type(uuid: &str) -> Option<&'static str> {
    let same = |(_, listed): &(&String, &String)| listed.eq_ignore_ascii_case(uuid);
    LISTS.object_types.iter().find(same).map(|(name, _)| name.as_str())
}

/// Name of the ObjektHandling with this UUID, whichever message type it belongs to.
#[must_use]
pub fn action(uuid: &str) -> Option<&'static str> {
    // One UUID stands twice in its source; the second time with a note behind it, which is no match.
    let same = |(_, listed): &(&String, &String)| listed.eq_ignore_ascii_case(uuid);
    LISTS.actions.values().flatten().find(same).map(|(name, _)| name.as_str())
}

/// A service whose answers carry a StatusKode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Service {
    /// What a receiver answers to a push (D.09.02 5.2).
    Push,
    /// What the exchange answers a sender.
    Send,
    /// VærdilisteRediger (D.09.05).
    ValueList,
}

/// What a StatusKode means; `None` for a code that the service's documents do not have.
#[must_use]
pub fn status(service: Service, code: u16) -> Option<&'static str> {
    let prefix = match service {
        Service::Push => "push ",
        Service::Send => "afsend ",
        Service::ValueList => "VaerdilisteRediger ",
    };
    let (_, codes) = LISTS.status.iter().find(|(name, _)| name.starts_with(prefix))?;
    codes.get(&code.to_string()).map(String::as_str)
}

/// The known authorities: the municipalities and those of [`AuthorityKind::Other`] and [`AuthorityKind::Invented`].
#[must_use]
pub fn authorities() -> &'static [Authority] {
    &LISTS.authorities
}

/// The known authority with this CVR number.
#[must_use]
pub fn authority(cvr: &str) -> Option<&'static Authority> {
    LISTS.authorities.iter().find(|a| a.cvr == cvr)
}

/// A UUID in the form with hyphens, in any case. The other forms that UUID readers know are none here.
#[must_use]
pub fn uuid_of(text: &str) -> Option<Uuid> {
    if text.len() == 36 { Uuid::try_parse(text).ok() } else { None }
}

/// Who may receive a message, as TilladtModtager says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Permitted<'a> {
    /// One authority, by its CVR number.
    Authority(&'a str),
    /// Everybody (`*`).
    Everybody,
}

/// Reads TilladtModtager in one of the accepted forms (SF1461 6): `urn:oio:cvr:12345678`, `urn:oio:cvr-nr:12345678`,
/// `12345678` and `*`.
#[must_use]
pub fn permitted(text: &str) -> Option<Permitted<'_>> {
    if text == "*" { Some(Permitted::Everybody) } else { cvr_of(text).map(Permitted::Authority) }
}

/// The CVR number in one of the three forms that name an authority. Its check digit is not looked at: the invented numbers
/// of test environments have none.
#[must_use]
pub fn cvr_of(text: &str) -> Option<&str> {
    let number = ["urn:oio:cvr:", "urn:oio:cvr-nr:"].iter().find_map(|p| text.strip_prefix(p)).unwrap_or(text);
    (number.len() == 8 && number.bytes().all(|b| b.is_ascii_digit())).then_some(number)
}

/// The KLE topic in an OpgaveEmne: `32.01.01` of `urn:oio:kle:32.01.01`. Whether there is such a topic is not known here.
#[must_use]
pub fn kle_topic(text: &str) -> Option<&str> {
    let topic = text.strip_prefix("urn:oio:kle:")?;
    (kle_pattern(topic)? == KlePattern::Topic).then_some(topic)
}

/// The forms in which a service agreement names KLE (SF1461 table 1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KlePattern {
    /// `NN.NN.NN`.
    Topic,
    /// `NN.NN.*`.
    Group,
    /// `NN.*`.
    MainGroup,
    /// `*`.
    Everything,
}

/// The form of one entry of an agreement's KLE list; `None` for none of the four.
#[must_use]
pub fn kle_pattern(text: &str) -> Option<KlePattern> {
    let two = |part: &str| part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit());
    match text.split('.').collect::<Vec<_>>().as_slice() {
        ["*"] => Some(KlePattern::Everything),
        [main, "*"] if two(main) => Some(KlePattern::MainGroup),
        [main, group, "*"] if two(main) && two(group) => Some(KlePattern::Group),
        [main, group, topic] if two(main) && two(group) && two(topic) => Some(KlePattern::Topic),
        _ => None,
    }
}

/// Whether an entry of an agreement's KLE list includes a topic.
#[must_use]
pub fn kle_includes(pattern: &str, topic: &str) -> bool {
    kle_pattern(pattern).is_some_and(|form| match form {
        KlePattern::Topic => pattern == topic,
        KlePattern::Everything => true,
        KlePattern::Group | KlePattern::MainGroup => topic.starts_with(pattern.trim_end_matches('*')),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::besked::{NOT_CONFIDENTIAL, TEST_TYPE};

    #[test]
    fn every_list_is_read_whole() {
        let lists = load().unwrap();
        assert_eq!(lists.types.len(), 11);
        let ranks: Vec<_> = lists.classes.iter().map(|c| c.rank).collect();
        assert_eq!(ranks, [1, 2, 3, 4]);
        let municipalities = lists.authorities.iter().filter(|a| a.kind == AuthorityKind::Municipality);
        assert_eq!(municipalities.count(), 98);
        assert!(lists.authorities.iter().all(|a| cvr_of(&a.cvr) == Some(&*a.cvr) && !a.name.is_empty()));
        let classes: Vec<_> = lists.classes.iter().map(|c| c.uuid).collect();
        assert!(lists.types.iter().filter_map(|t| t.sensitivity).all(|s| classes.contains(&s)));
    }

    #[test]
    fn what_is_listed_is_found_in_any_case() {
        assert_eq!(message_type(&TEST_TYPE.to_uppercase()).unwrap().name, "Test/TestbeskedType1");
        assert_eq!(message_type("d2bed63c-4853-4008-b6e0-a74c15b15fbf").unwrap().name, "PKO_PostStatus");
        assert_eq!(sensitivity(NOT_CONFIDENTIAL).unwrap().rank, 1);
        assert_eq!(sensitivity("44F4108B-26D4-46DE-A90F-35E35B55B8D8").unwrap().rank, 4);
        assert_eq!(sensitivity("1d81c472"), None);
        assert_eq!(object_type("ce7fcf97-a8a2-447a-8690-d38aa0f6e23c"), Some("Person"));
        assert_eq!(action("f7161a89-5068-4023-bc80-d7f4daad2a2e"), Some("Afleveret Digital Post"));
        let kind = |cvr| authority(cvr).map(|a| a.kind);
        assert_eq!(kind("64942212"), Some(AuthorityKind::Municipality));
        assert_eq!(kind("19435075"), Some(AuthorityKind::Other));
        assert_eq!(kind("11111111"), Some(AuthorityKind::Invented));
        assert_eq!(kind("00000000"), None);
    }

    #[test]
    fn status_codes_belong_to_their_service() {
        assert!(status(Service::Push, 40).unwrap().contains("paused"));
        assert_eq!(status(Service::Push, 41), None);
        assert!(status(Service::Send, 41).unwrap().contains("renew"));
        assert!(status(Service::ValueList, 44).is_some());
        assert_eq!(status(Service::ValueList, 51), None);
    }

    #[test]
    fn authorities_are_named_in_three_forms_and_everybody_in_one() {
        for text in ["urn:oio:cvr:12345678", "urn:oio:cvr-nr:12345678", "12345678"] {
            assert_eq!(permitted(text), Some(Permitted::Authority("12345678")), "{text}");
        }
        assert_eq!(permitted("*"), Some(Permitted::Everybody));
        let refused = ["", "1234567", "123456789", "urn:oio:cvr:*", "URN:OIO:CVR:12345678", "DK12345678", " 12345678"];
        assert!(refused.iter().all(|text| permitted(text).is_none()));
        assert_eq!(cvr_of("*"), None);
    }

    #[test]
    fn kle_has_four_forms_and_a_message_one() {
        assert_eq!(kle_topic("urn:oio:kle:32.01.01"), Some("32.01.01"));
        for text in ["32.01.01", "urn:oio:kle:32.01", "urn:oio:kle:32.01.*", "urn:oio:kle:3a.01.01", "urn:oio:kle:"] {
            assert_eq!(kle_topic(text), None, "{text}");
        }
        assert!(kle_includes("*", "32.01.01") && kle_includes("32.*", "32.01.01"));
        assert!(kle_includes("32.01.*", "32.01.01") && kle_includes("32.01.01", "32.01.01"));
        assert!(!kle_includes("32.02.*", "32.01.01") && !kle_includes("3*", "32.01.01"));
        assert_eq!(kle_pattern("32.01.01.G01"), None);
    }
}
