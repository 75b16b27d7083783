//! Official samples, and what in official messages deviates from the official documents. A deviation that KOMBIT's own
//! messages show is named as such; whether it counts against anybody is for the checks to say.

use super::lists::message_type;
use super::read::{Message, Name};
use super::time::Time;
use crate::language::Text;

/// A sample message out of KOMBIT's or another public repository.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sample {
    /// Name of its file.
    pub name: &'static str,
    /// Where it is published.
    pub source: &'static str,
    /// BeskedId.
    besked_id: &'static str,
    /// Dannelsestidspunkt as written; three samples share one BeskedId.
    created: Option<&'static str>,
}

const BFO: &str = "kombit/bfo_infrastructureSamples-java";
const LEGACY: &str = "rimi-itk/Beskedfordeler_kodeeksempler";
const SF1601: &str = "SF1601, Programmers guide";
const ITK: &str = "itk-dev/beskedfordeler-drupal";

/// The samples, with their files in `fixtures/beskedfordeler`.
const SAMPLES: [Sample; 9] = [
    sample("bfo-externTestBesked.xml", BFO, "01157488-c45c-4fd2-b076-1de12effbf66", Some("2022-02-13T08:00:00")),
    sample("bfo-push-ModtagBeskedInput-minimal.xml", BFO, "248ce14c-a863-4fb5-9e6f-7df9ea850809", None),
    sample("legacy-testbesked01.xml", LEGACY, "01157488-c45c-4fd2-b076-1de12effbf66", Some("2016-03-15T08:00:00")),
    sample("legacy-testbesked02.xml", LEGACY, "c372127c-9343-40b0-8603-ced0c76dd1ac", Some("2016-03-16T09:00:02")),
    sample("legacy-testbesked03.xml", LEGACY, "01157488-c45c-4fd2-b076-1de12effbf66", Some("2016-08-15T08:00:00")),
    sample(
        "push-PostStatusBeskedModtag.error.xml",
        ITK,
        "dac92c8b-a6ff-4f04-aab3-15be45576887",
        Some("2023-02-13T12:04:13.262Z"),
    ),
    sample(
        "push-PostStatusBeskedModtag.success.xml",
        ITK,
        "bd12c645-de98-453a-ac80-f58a76942eda",
        Some("2023-02-13T11:22:05.570Z"),
    ),
    sample(
        "sf1601-receipt-memo-delivered.xml",
        SF1601,
        "c4579c2f-cc09-4e51-b555-9282f6fa67c3",
        Some("2022-02-09T08:31:27.609Z"),
    ),
    sample(
        "sf1601-receipt-memo-failed.xml",
        SF1601,
        "e74bdc89-a719-4c59-ae16-3124561f724f",
        Some("2022-02-08T14:24:18.629Z"),
    ),
];

const fn sample(
    name: &'static str,
    source: &'static str,
    besked_id: &'static str,
    created: Option<&'static str>,
) -> Sample {
    Sample { name, source, besked_id, created }
}

/// The sample that a message is, by its BeskedId and Dannelsestidspunkt.
#[must_use]
pub fn sample_of(message: &Message) -> Option<&'static Sample> {
    let id = message.besked_id()?.value;
    let created = message.created().map(|c| c.value);
    SAMPLES.iter().find(|s| s.besked_id.eq_ignore_ascii_case(id) && s.created == created)
}

/// A sample with this BeskedId, whatever else is in it.
#[must_use]
pub fn sample_with_id(besked_id: &str) -> Option<&'static Sample> {
    SAMPLES.iter().find(|s| s.besked_id.eq_ignore_ascii_case(besked_id))
}

/// Something in which official messages deviate from the official documents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deviation {
    /// The envelope stands in `urn:oio:ns2:kuvert:1.0`.
    EnvelopeNamespace,
    /// `Base64` stands in `urn:besked:kuvert:1.0`.
    PayloadNamespace,
    /// `Base64` stands in no namespace.
    PayloadWithoutNamespace,
    /// A receipt of the post component is not valid against its schema.
    PostStatus,
    /// A receipt of the post component has a URN in a UUIDIdentifikator.
    PostStatusUrn,
    /// A message of the organisation system has an empty RegistreringsAktoer.
    OrganisationActor,
    /// A time has no zone.
    TimeWithoutZone,
}

impl Deviation {
    /// Where it is seen, and what it means.
    #[must_use]
    pub const fn text(self) -> Text {
        let (da, en) = match self {
            Self::EnvelopeNamespace => (
                "Kuvertens namespace urn:oio:ns2:kuvert:1.0 er forkert. Det står i vejledningens eksempel på en ugyldig besked og fejlagtigt i eksemplet i specifikationen af PKO_PostStatus.",
                "The envelope's namespace urn:oio:ns2:kuvert:1.0 is wrong. It stands in the guide's example of an invalid message and, by mistake, in the example of the specification of PKO_PostStatus.",
            ),
            Self::PayloadNamespace => (
                "Base64 står i namespace urn:besked:kuvert:1.0 i stedet for urn:oio:besked:kuvert:1.0, som i KOMBITs egne kvitteringer.",
                "Base64 stands in the namespace urn:besked:kuvert:1.0 instead of urn:oio:besked:kuvert:1.0, as in KOMBIT's own receipts.",
            ),
            Self::PayloadWithoutNamespace => (
                "Base64 står uden namespace, som i eksemplet i D.09.02.",
                "Base64 stands in no namespace, as in the example of D.09.02.",
            ),
            Self::PostStatus => (
                "PKO_PostStatus er ikke gyldig efter sit skema (ForsendelseTypeIdentifikator eller FejlKode mangler), som i KOMBITs egne kvitteringer for Digital Post.",
                "PKO_PostStatus is not valid against its schema (ForsendelseTypeIdentifikator or FejlKode is missing), as in KOMBIT's own receipts of Digital Post.",
            ),
            Self::PostStatusUrn => (
                "Der står en URN i UUIDIdentifikator, som i specifikationen af PKO_PostStatus.",
                "A URN stands in UUIDIdentifikator, as in the specification of PKO_PostStatus.",
            ),
            Self::OrganisationActor => (
                "RegistreringsAktoer har en tom UUIDIdentifikator, som i eksemplerne til ORG_Bruger og ORG_OrgEnhed.",
                "RegistreringsAktoer has an empty UUIDIdentifikator, as in the examples of ORG_Bruger and ORG_OrgEnhed.",
            ),
            Self::TimeWithoutZone => (
                "Et tidspunkt har ingen tidszone, som i KOMBITs eksempler på beskeder, der sendes.",
                "A time has no zone, as in KOMBIT's examples of messages to send.",
            ),
        };
        Text { da, en }
    }
}

/// Every deviation of official messages that this message shows too.
#[must_use]
pub fn deviations(message: &Message) -> Vec<Deviation> {
    let namespace = |name: &Name| name.namespace.clone();
    let base64 = || message.payload.iter().filter(|p| p.name.local == "Base64");
    let misplaced = misplaced_uuids(message);
    let checks = [
        (namespace(&message.besked.name).as_deref() == Some("urn:oio:ns2:kuvert:1.0"), Deviation::EnvelopeNamespace),
        (base64().any(|p| namespace(&p.name).as_deref() == Some("urn:besked:kuvert:1.0")), Deviation::PayloadNamespace),
        (base64().any(|p| p.name.namespace.is_none()), Deviation::PayloadWithoutNamespace),
        (super::payload::post_status(message).is_some_and(|receipt| receipt.as_official), Deviation::PostStatus),
        (misplaced.contains(&Deviation::PostStatusUrn), Deviation::PostStatusUrn),
        (misplaced.contains(&Deviation::OrganisationActor), Deviation::OrganisationActor),
        (
            times(message).iter().any(|t| Time::parse(t).is_some_and(|time| !time.is_zoned())),
            Deviation::TimeWithoutZone,
        ),
    ];
    checks.into_iter().filter_map(|(shown, deviation)| shown.then_some(deviation)).collect()
}

/// Every TidsstempelDatoTid of the envelope, as written.
fn times(message: &Message) -> Vec<&str> {
    let all = message.envelope().map(super::read::Element::descendants).unwrap_or_default();
    all.into_iter().filter(|e| e.name.local == "TidsstempelDatoTid").map(|e| e.text.as_str()).collect()
}

fn misplaced_uuids(message: &Message) -> Vec<Deviation> {
    let all = message.envelope().map(super::read::Element::descendants).unwrap_or_default();
    all.iter()
        .flat_map(|parent| parent.all("UUIDIdentifikator").map(move |uuid| (parent, uuid)))
        .filter_map(|(parent, uuid)| official_misuse(message, &parent.name.local, &uuid.text))
        .collect()
}

/// Whether what stands in a UUIDIdentifikator below `parent`, and is no UUID, stands so in official messages of this type.
#[must_use]
pub fn official_misuse(message: &Message, parent: &str, text: &str) -> Option<Deviation> {
    let name = message_type(message.message_type()?.value)?.name.as_str();
    match name {
        "PKO_PostStatus" if parent == "ObjektId" && text.starts_with("urn:") => Some(Deviation::PostStatusUrn),
        "ORG_Bruger" | "ORG_OrgEnhed" if parent == "RegistreringsAktoer" && text.is_empty() => {
            Some(Deviation::OrganisationActor)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::besked::KUVERT;
    use crate::besked::lists::uuid_of;
    use crate::besked::read::read;
    use crate::besked::write::{Besked, Payload};

    const POST_STATUS: &str = "d2bed63c-4853-4008-b6e0-a74c15b15fbf";

    fn good() -> Besked {
        Besked::good("11111111", "2026-03-01T10:00:00Z".parse().unwrap())
    }

    fn found(xml: &str) -> Vec<Deviation> {
        deviations(&read(xml.as_bytes()).unwrap())
    }

    #[test]
    fn a_good_message_deviates_in_nothing() {
        let good = good();
        assert_eq!(found(&good.clone().delivered(good.created).push_xml()), []);
        assert_eq!(sample_of(&read(good.xml().as_bytes()).unwrap()), None);
    }

    #[test]
    fn every_deviation_is_recognised_by_its_form() {
        let xml = good().xml().replace(KUVERT, "urn:oio:ns2:kuvert:1.0");
        assert_eq!(found(&xml), [Deviation::EnvelopeNamespace]);
        let base64 = |namespace| {
            let mut besked = good();
            besked.payload = Payload::Base64 { namespace, content: b"<a/>".to_vec() };
            found(&besked.xml())
        };
        assert_eq!(base64("urn:besked:kuvert:1.0"), [Deviation::PayloadNamespace]);
        assert_eq!(base64(""), [Deviation::PayloadWithoutNamespace]);
        assert_eq!(base64(KUVERT), []);
        let mut besked = good();
        besked.message_type = POST_STATUS.to_owned();
        besked.object = "urn:oio:uuid:1".to_owned();
        assert_eq!(found(&besked.xml()), [Deviation::PostStatusUrn]);
        assert_eq!(found(&good().xml().replace("10:00:00.000Z", "10:00:00.000")), [Deviation::TimeWithoutZone]);
    }

    #[test]
    fn a_sample_is_known_by_two_of_its_fields() {
        let mut besked = good();
        besked.besked_id = Some("01157488-C45C-4FD2-B076-1DE12EFFBF66".to_owned());
        let same = besked.xml().replace("2026-03-01T10:00:00.000Z", "2016-08-15T08:00:00");
        assert_eq!(sample_of(&read(same.as_bytes()).unwrap()).unwrap().name, "legacy-testbesked03.xml");
        assert_eq!(sample_of(&read(besked.xml().as_bytes()).unwrap()), None);
        assert!(sample_with_id(besked.id()).is_some());
    }

    #[test]
    fn both_languages_say_something_else() {
        let texts =
            [Deviation::EnvelopeNamespace, Deviation::PostStatus, Deviation::TimeWithoutZone].map(Deviation::text);
        assert!(texts.iter().all(|t| t.da != t.en && !t.da.is_empty()));
        assert!(uuid_of(POST_STATUS).is_some());
    }
}
