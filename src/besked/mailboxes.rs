//! What is set up for a system in the Beskedfordeler and the Administrationsmodul, and what was observed of it: this program's own
//! file format, because no official export is public. JSON or TOML; `docs/mailboxes.md` describes it, `schemas/mailboxes.schema.json`
//! is its schema.
//!
//! Every part may be left out. What is left out is "not stated", which is another thing than an empty list ("there is none").

pub mod selection;

use crate::document::{Document, suggest};
use crate::error::{Diagnostic, Error, Result};
use crate::report::schema;
use crate::verdict::Environment;
use jiff::Timestamp;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::de::Visitor;
use serde::{Deserialize, Deserializer, Serialize};
use std::collections::BTreeSet;
use std::fmt;
use std::sync::LazyLock;
use uuid::Uuid;

/// Media type of an export in JSON.
pub const JSON: &str = "application/json";
/// Media type of an export in TOML.
pub const TOML: &str = "application/toml";
/// Largest export, bytes.
pub const MAX_BYTES: u64 = 16 << 20;

/// An export.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Mailboxes {
    /// Version of this file format: 1.
    pub schema: u32,
    /// When it was taken, RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub exported: Option<Timestamp>,
    /// Who took it, and from what: the user interface, a script.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// The IT-system.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub system: Option<ItSystem>,
    /// The message types that the system needs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub required: Option<Vec<Required>>,
    /// Which of the target's messages the subscriptions are meant to select.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub samples: Option<Vec<Sample>>,
    /// The dueslag, of every environment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dueslag: Option<Vec<Dueslag>>,
    /// The serviceaftaler on BeskedModtag.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub serviceaftaler: Option<Vec<Serviceaftale>>,
    /// What was observed over a period.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observations: Option<Observations>,
    /// The value lists.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vaerdilister: Option<Vec<Vaerdiliste>>,
    /// Tests and go-live.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tests: Option<Tests>,
}

/// A UUID. Letter case does not matter.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[schemars(extend("format" = "uuid"))]
pub struct Id(String);

impl Id {
    /// The UUID in lower case, with hyphens.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether this text is the same UUID.
    #[must_use]
    pub fn is(&self, text: &str) -> bool {
        self.0.eq_ignore_ascii_case(text.trim())
    }
}

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        deserializer.deserialize_str(Checked("a UUID", |text| {
            Uuid::try_parse(text).ok().map(|uuid| Self(uuid.hyphenated().to_string()))
        }))
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A CVR number.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[schemars(extend("pattern" = "^[0-9]{8}$"))]
pub struct Cvr(String);

impl Cvr {
    /// Its eight digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<'de> Deserialize<'de> for Cvr {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        // No checksum: the test authorities 11111111 and 99999999 would not pass it.
        deserializer.deserialize_str(Checked("a CVR number of eight digits", |text| {
            crate::target::is_cvr(text).then(|| Self(text.to_owned()))
        }))
    }
}

/// Reads a text that must be something: what, and how it is read. A visitor, because only its errors get a place in JSON.
struct Checked<T>(&'static str, fn(&str) -> Option<T>);

impl<T> Visitor<'_> for Checked<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> std::result::Result<T, E> {
        (self.1)(text).ok_or_else(|| E::custom(format!("{} is expected here", self.0)))
    }
}

/// The IT-system.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ItSystem {
    /// Its UUID in the Administrationsmodul.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uuid: Option<Id>,
    /// Its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// A message type that the system needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Required {
    /// UUID of the Beskedtype.
    pub beskedtype: Id,
    /// Its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// UUID of the Sikkerhedsklassificering of its messages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub foelsomhed: Option<Id>,
}

/// A message of the target, and whether the subscriptions are meant to select it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Sample {
    /// Its BeskedId.
    pub besked_id: String,
    /// Whether the system needs it; one that it does not need lies outside its purpose.
    pub wanted: bool,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

/// How messages reach the system.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// BeskedFåTilsendt.
    Push,
    /// BeskedHent.
    Pull,
}

impl Mode {
    /// Its name in the file.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Push => "push",
            Self::Pull => "pull",
        }
    }
}

/// A dueslag.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Dueslag {
    /// Dueslag ident, a UUID; the name of the queue.
    pub ident: Id,
    /// Its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Its environment; that of the target, when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment: Option<Environment>,
    /// How messages reach the system.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mode: Option<Mode>,
    /// The address registered for push.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub endpoint: Option<String>,
    /// Column "Aktiv".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub active: Option<bool>,
    /// Whether it is no longer in use; then nothing is asked of it but that it is inactive after the test.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub retired: bool,
    /// Days until messages are deleted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retention_days: Option<u32>,
    /// Its abonnementer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub abonnementer: Option<Vec<Abonnement>>,
}

impl Dueslag {
    /// What people call it.
    #[must_use]
    pub fn title(&self) -> &str {
        self.name.as_deref().unwrap_or_else(|| self.ident.as_str())
    }
}

/// A subscription: one message type of one dueslag.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Abonnement {
    /// Its UUID, as ErLeveretIHenholdTil of a message names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ident: Option<Id>,
    /// Its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// UUID of the Beskedtype.
    pub beskedtype: Id,
    /// Version of the message type.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// Column "Aktiv".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub active: Option<bool>,
    /// Whether it is no longer in use; then nothing is asked of it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub retired: bool,
    /// Its filters; empty when it has none and takes every message of the type.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub abonnementsudtryk: Option<Vec<Abonnementsudtryk>>,
}

impl Abonnement {
    /// What people call it.
    #[must_use]
    pub fn title(&self) -> &str {
        self.name.as_deref().unwrap_or_else(|| self.beskedtype.as_str())
    }
}

/// The filter of a subscription.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Abonnementsudtryk {
    /// The expression as it stands in the user interface.
    pub expression: String,
    /// Column "Aktiv".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub active: Option<bool>,
}

/// A service agreement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Serviceaftale {
    /// Its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Its UUID.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ident: Option<Id>,
    /// Its environment; that of the target, when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment: Option<Environment>,
    /// The service; `BeskedModtag`, when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
    /// Version of the service, such as `2.0`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// The role, such as `Modtag`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// Serviceaftaletype, such as `Uden videregivelse`.
    #[serde(default, rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// Whether the authority has approved it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approved: Option<bool>,
    /// "Gyldig til": its last day; for ever, when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub valid_until: Option<Date>,
    /// CVR numbers of the authorities that it covers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub myndigheder: Option<Vec<Cvr>>,
    /// Its data limits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dataafgraensninger: Option<Dataafgraensninger>,
}

impl Serviceaftale {
    /// What people call it.
    #[must_use]
    pub fn title(&self) -> &str {
        self.name.as_deref().or_else(|| self.ident.as_ref().map(Id::as_str)).unwrap_or("serviceaftale")
    }
}

/// The data limits of a service agreement.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Dataafgraensninger {
    /// Afsendende myndighed: the items of the list as they are written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub afsendende_myndighed: Option<Vec<String>>,
    /// UUIDs of the message types.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub beskedtype: Option<Vec<Id>>,
    /// UUID of the highest Sikkerhedsklassificering; it includes the lower ones.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub foelsomhed: Option<Id>,
    /// Kommunalt forvaltningsområde: the items of the list as they are written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kle: Option<Vec<String>>,
}

/// What was observed over a period.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Observations {
    /// Begin of the period.
    #[schemars(with = "String")]
    pub from: Timestamp,
    /// Its end.
    #[schemars(with = "String")]
    pub until: Timestamp,
    /// How full the udkø was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub queues: Option<Vec<QueueSample>>,
    /// Every delivery of the period.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deliveries: Option<Vec<Delivery>>,
    /// When a dueslag was set inactive.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inactive: Option<Vec<Inactive>>,
    /// When the system could not receive.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outages: Option<Vec<Outage>>,
}

/// The udkø of a dueslag at one instant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct QueueSample {
    /// Dueslag ident.
    pub dueslag: Id,
    /// When.
    #[schemars(with = "String")]
    pub at: Timestamp,
    /// Messages in it.
    pub depth: u32,
    /// Age of the oldest one, seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub oldest_seconds: Option<u32>,
}

/// A delivery of a message, as the system's own log has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Delivery {
    /// Dueslag ident.
    pub dueslag: Id,
    /// BeskedId.
    pub besked_id: String,
    /// LeveranceTidspunkt of the envelope.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub leverance_tidspunkt: Option<Timestamp>,
    /// AntalLeveranceforsoeg of the envelope.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub antal_leveranceforsoeg: Option<u32>,
    /// When the system received it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub received: Option<Timestamp>,
    /// When it was stored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub stored: Option<Timestamp>,
    /// When it was acknowledged: basic.ack, or StatusKode 20.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub acked: Option<Timestamp>,
}

/// A period in which a dueslag was inactive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Inactive {
    /// Dueslag ident.
    pub dueslag: Id,
    /// Its begin.
    #[schemars(with = "String")]
    pub from: Timestamp,
    /// Its end; it lasts, when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub until: Option<Timestamp>,
}

/// A period in which the system could not receive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Outage {
    /// Its begin.
    #[schemars(with = "String")]
    pub from: Timestamp,
    /// Its end; it lasts, when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub until: Option<Timestamp>,
    /// Whether it was planned.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub planned: bool,
    /// The dueslag that it concerns; every one, when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dueslag: Option<Id>,
    /// What happened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub what: Option<String>,
}

/// A value list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Vaerdiliste {
    /// Its name.
    pub name: String,
    /// UUID of the Beskedtype whose messages it filters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub beskedtype: Option<Id>,
    /// What its entries begin with, without the last colon, such as `urn:oio:cpr-nr`. Never the entries themselves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prefix: Option<String>,
    /// How many entries it has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entries: Option<u64>,
    /// How many of them belong to no open case (or whatever else the purpose rests on).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entries_without_purpose: Option<u64>,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purpose: Option<String>,
    /// When it was last updated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub last_updated: Option<Timestamp>,
    /// The calls that changed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changes: Option<Vec<Change>>,
}

/// A call that changed a value list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Change {
    /// The operation, such as `TilfoejVaerdier`.
    pub operation: String,
    /// When.
    #[schemars(with = "String")]
    pub at: Timestamp,
}

/// Tests and go-live.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Tests {
    /// Evidence of tests in the external test environment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<Vec<Evidence>>,
    /// First day in production.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub go_live: Option<Date>,
    /// When testing in the external test environment ended; absent while it goes on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub ended: Option<Timestamp>,
}

/// Evidence of a test.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Evidence {
    /// Day of the test.
    #[schemars(with = "String")]
    pub date: Date,
    /// What shows it: a report, a protocol.
    pub what: String,
}

static VALIDATOR: LazyLock<std::result::Result<jsonschema::Validator, String>> = LazyLock::new(|| {
    jsonschema::draft202012::new(schema::of::<Mailboxes>("mailboxes").as_value()).map_err(|e| e.to_string())
});

impl Mailboxes {
    /// Reads an export that somebody hands over: as [`Self::parse`], and strictly by its JSON Schema. The reader alone would take a list
    /// in the place of an object.
    pub fn open(name: &str, bytes: &[u8], media_type: &str) -> Result<Self> {
        let export = Self::parse(name, bytes, media_type)?;
        if media_type == JSON {
            let text = std::str::from_utf8(bytes).unwrap_or_default().trim_start_matches('\u{FEFF}');
            let value = serde_json::from_str(text).map_err(|e| Error::file(name, e))?;
            let validator = VALIDATOR.as_ref().map_err(|e| Error::Internal(format!("schema of mailboxes: {e}")))?;
            if let Some(error) = validator.iter_errors(&value).next() {
                return Err(Error::file(name, format!("at `{}`: {}", error.instance_path(), error.masked())));
            }
        }
        Ok(export)
    }

    /// Reads an export. `name` is the file as the user knows it. A mistake carries line and column, or the path of the value.
    pub fn parse(name: &str, bytes: &[u8], media_type: &str) -> Result<Self> {
        let Ok(text) = std::str::from_utf8(bytes) else { return Err(Error::file(name, "is not UTF-8 text")) };
        let text = text.trim_start_matches('\u{FEFF}');
        let export: Self = if media_type == TOML {
            Document::new(name, text).parse()?
        } else {
            serde_json::from_str(text).map_err(|error| Error::from(mistake(name, text, &error)))?
        };
        match export.problem() {
            None => Ok(export),
            Some((place, problem)) => Err(Error::file(name, format!("at `{place}`: {problem}"))),
        }
    }

    /// The first thing in it that contradicts the rest, with its path.
    fn problem(&self) -> Option<(String, String)> {
        let problem = |place: String, what: &str| Some((place, what.to_owned()));
        if self.schema != 1 {
            return problem("schema".to_owned(), "this program reads version 1 of the format");
        }
        let mut idents = BTreeSet::new();
        for (number, dueslag) in self.dueslag.iter().flatten().enumerate() {
            if !idents.insert(&dueslag.ident) {
                return problem(format!("dueslag[{number}].ident"), "two dueslag have this ident");
            }
        }
        let Some(seen) = &self.observations else { return None };
        if seen.until < seen.from {
            return problem("observations.until".to_owned(), "the period ends before it begins");
        }
        let known = |id: &Id| self.dueslag.is_none() || idents.contains(id);
        let queues = seen.queues.iter().flatten().map(|q| &q.dueslag).enumerate().map(|(n, id)| ("queues", n, id));
        let deliveries = seen.deliveries.iter().flatten().map(|d| &d.dueslag).enumerate();
        let deliveries = deliveries.map(|(n, id)| ("deliveries", n, id));
        let inactive = seen.inactive.iter().flatten().map(|i| &i.dueslag).enumerate();
        let inactive = inactive.map(|(n, id)| ("inactive", n, id));
        let outages = seen.outages.iter().flatten().enumerate();
        let outages = outages.filter_map(|(n, outage)| Some(("outages", n, outage.dueslag.as_ref()?)));
        let mut named = queues.chain(deliveries).chain(inactive).chain(outages);
        if let Some((list, number, id)) = named.find(|(_, _, id)| !known(id)) {
            let what = format!("no dueslag has the ident {id}; add it to `dueslag` or correct it");
            return problem(format!("observations.{list}[{number}].dueslag"), &what);
        }
        let inactive = seen.inactive.iter().flatten().map(|i| (i.from, i.until)).enumerate();
        let inactive = inactive.map(|(n, period)| ("inactive", n, period));
        let outages = seen.outages.iter().flatten().map(|o| (o.from, o.until)).enumerate();
        let mut periods = inactive.chain(outages.map(|(n, period)| ("outages", n, period)));
        let (list, number, _) = periods.find(|(_, _, (from, until))| until.is_some_and(|until| until < *from))?;
        problem(format!("observations.{list}[{number}].until"), "the period ends before it begins")
    }
}

/// A mistake of the JSON, with its place.
fn mistake(name: &str, text: &str, error: &serde_json::Error) -> Diagnostic {
    let message = error.to_string();
    let message = message.rsplit_once(" at line ").map_or(message.as_str(), |(message, _)| message).to_owned();
    let line_start: usize = text.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum();
    // The parser's column is the last byte that it read.
    let at = line_start + error.column().saturating_sub(1);
    let help = suggest(&message);
    Diagnostic::new(name, text, at..at + 1, message, help)
}

#[cfg(test)]
mod tests;
