//! Which column of an event log is what, and which of its values mean which event.

use crate::document::{Document, Step};
use crate::error::Result;
use crate::usage::event::{EventKind, Field};
use crate::usage::mapping::{FileForm, MissingColumns, TimeColumn, text_of, zone};
use jiff::tz::TimeZone;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};
use std::path::Path;

/// The mappings that ship, by name.
pub const SHIPPED: &[(&str, &str)] = &[("kravprobe-events", include_str!("../mappings/canonical-events.toml"))];

/// A mapping of an event log as it is written.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EventMapping {
    /// Version of this file format: 1.
    pub schema: u32,
    /// Name of the mapping.
    pub name: String,
    /// How the file is written.
    #[serde(default)]
    pub file: FileForm,
    /// When the event of a line happened. Its form and zone hold for every other time too.
    pub time: TimeColumn,
    /// What the event of a line is.
    pub event: EventColumn,
    /// More events of the same line: the kind, and the column that says when. Where the column is empty, it has not happened.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub times: BTreeMap<EventKind, String>,
    /// Columns by what they hold.
    #[serde(default)]
    pub columns: EventColumns,
    /// What is the same on every line and stands in no column.
    #[serde(default)]
    pub fixed: EventFixed,
    /// Whether the event succeeded. A login that failed is a refused login.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<OutcomeColumn>,
}

/// What the event of a line is: a column with the values that mean something, or one kind for every line.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct EventColumn {
    /// Column.
    pub column: Option<String>,
    /// Its values that mean a kind of event; case does not matter. Lines with other values are counted and left out.
    pub values: BTreeMap<EventKind, Vec<String>>,
    /// The kind of every line.
    pub fixed: Option<EventKind>,
}

/// Columns by what they hold.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct EventColumns {
    /// `BeskedId`, or the id of the case, document, post or file.
    pub id: Option<String>,
    /// `TransaktionsId` or `TransaktionsUUID`.
    pub transaction: Option<String>,
    /// Integration. Its number is recognised inside longer text.
    pub integration: Option<String>,
    /// Service; for a token, its `AppliesTo`.
    pub service: Option<String>,
    /// CVR number of the municipality.
    pub municipality: Option<String>,
    /// CVR number in the token that was used.
    pub token_municipality: Option<String>,
    /// Why something was refused or failed.
    pub reason: Option<String>,
    /// ID of the Assertion.
    pub assertion: Option<String>,
    /// The user's account in the system. It is kept as a digest alone.
    pub account: Option<String>,
    /// The NameID that came with the login, as the log writes it. It is kept as a digest alone.
    pub name_id: Option<String>,
    /// AntalLeveranceforsøg.
    pub attempts: Option<String>,
    /// LeveranceTidspunkt.
    pub delivered: Option<String>,
    /// Size of what was sent, bytes.
    pub bytes: Option<String>,
    /// The system: name or UUID.
    pub system: Option<String>,
    /// Id of the line, unique over every extract: lines with the same id and content count once.
    pub log_id: Option<String>,
}

/// What is the same on every line and stands in no column.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct EventFixed {
    /// Integration.
    pub integration: Option<String>,
    /// Service.
    pub service: Option<String>,
    /// CVR number of the municipality.
    pub municipality: Option<String>,
    /// The system.
    pub system: Option<String>,
}

/// Whether the event succeeded. `2xx` stands for 200 to 299; case does not matter; other values say nothing.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OutcomeColumn {
    /// Column.
    pub column: String,
    /// Values that mean success.
    #[serde(default)]
    pub success: Vec<String>,
    /// Values that mean failure.
    #[serde(default)]
    pub failure: Vec<String>,
    /// Values that mean that it is not closed yet.
    #[serde(default)]
    pub pending: Vec<String>,
}

/// What a column is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Slot {
    /// When.
    Time,
    /// Time of day, when [`Slot::Time`] is the date alone.
    TimeOfDay,
    /// What.
    Event,
    /// The system.
    System,
    /// Id of the line.
    LogId,
    /// A field of the event.
    Field(Field),
    /// When another event of the line happened.
    Further(EventKind),
}

impl Slot {
    /// Whether digits in it are a time or a number of known meaning.
    #[must_use]
    pub const fn is_typed(self) -> bool {
        use Field::{Attempts, Bytes, Delivered};
        matches!(self, Self::Time | Self::TimeOfDay | Self::Further(_) | Self::Field(Attempts | Delivered | Bytes))
    }

    /// The field of the event that it is for.
    #[must_use]
    pub const fn field(self) -> Option<Field> {
        match self {
            Self::Field(field) => Some(field),
            _ => None,
        }
    }
}

/// A mapping that has been checked, ready for reading.
#[derive(Clone, Debug)]
pub struct Ready {
    /// The mapping as written.
    pub mapping: EventMapping,
    /// Columns by what they are for.
    pub columns: Vec<(Slot, String)>,
    /// Fields that are the same on every line.
    pub fixed: Vec<(Slot, String)>,
    /// Zone of times that carry none.
    pub zone: Option<TimeZone>,
    /// Kinds by the value that means them, in lower case.
    pub kinds: HashMap<String, EventKind>,
}

impl EventMapping {
    /// The mapping of this name, or in this file.
    pub fn load(name: &str) -> Result<Ready> {
        Self::read(&text_of(SHIPPED, name, Path::new(""))?)
    }

    /// Reads and checks a mapping.
    pub fn read(document: &Document) -> Result<Ready> {
        let mapping: Self = document.parse()?;
        let mistake = |path: &[Step<'_>], message: &str, help: &str| {
            Err(document.mistake(path, message, Some(help.to_owned())).into())
        };
        if mapping.schema != 1 {
            return mistake(
                &[Step::Key("schema")],
                "this program reads event mappings of schema 1",
                "write `schema = 1`",
            );
        }
        let place = [Step::Key("time"), Step::Key("zone")];
        let zone = match mapping.time.zone.as_deref().map(zone) {
            Some(None) => {
                let help = "write `Europe/Copenhagen`, `UTC` or an offset such as `+01:00`";
                return mistake(&place, "there is no such zone", help);
            }
            zone => zone.flatten(),
        };
        if let Some(problem) = mapping.file.problem() {
            return mistake(&[Step::Key("file"), Step::Key("delimiter")], problem, "most files have `;`, `,` or `\\t`");
        }
        let event = &mapping.event;
        if event.column.is_some() == event.fixed.is_some() {
            let help = "write `column` with a table `[event.values]`, or `fixed = \"called\"`";
            return mistake(&[Step::Key("event")], "an event is either a column or one kind for every line", help);
        }
        if event.column.is_some() == event.values.values().all(Vec::is_empty) {
            let help = "write for instance `login = [\"login\", \"logget ind\"]` under `[event.values]`";
            return mistake(&[Step::Key("event")], "values belong to a column, and a column needs values", help);
        }
        let mut kinds = HashMap::new();
        for (kind, value) in event.values.iter().flat_map(|(kind, values)| values.iter().map(move |v| (*kind, v))) {
            if kinds.insert(value.trim().to_lowercase(), kind).is_some_and(|before| before != kind) {
                let place = [Step::Key("event"), Step::Key("values")];
                return mistake(&place, &format!("`{value}` means two kinds of event"), "keep the one that holds");
            }
        }
        let (columns, fixed) = (mapping.columns(), mapping.fixed.by_slot());
        if let Some((slot, _)) = fixed.iter().find(|(slot, _)| columns.iter().any(|(other, _)| other == slot)) {
            let problem = format!("{slot:?} is both a column and fixed");
            return mistake(&[Step::Key("fixed")], &problem, "keep the one that holds");
        }
        Ok(Ready { mapping, columns, fixed, zone, kinds })
    }

    fn columns(&self) -> Vec<(Slot, String)> {
        let named = &self.columns;
        let fields = [
            (Field::Id, &named.id),
            (Field::Transaction, &named.transaction),
            (Field::Integration, &named.integration),
            (Field::Service, &named.service),
            (Field::Municipality, &named.municipality),
            (Field::TokenMunicipality, &named.token_municipality),
            (Field::Reason, &named.reason),
            (Field::Assertion, &named.assertion),
            (Field::Account, &named.account),
            (Field::NameId, &named.name_id),
            (Field::Attempts, &named.attempts),
            (Field::Delivered, &named.delivered),
            (Field::Bytes, &named.bytes),
        ];
        let mut columns = vec![(Slot::Time, self.time.column.clone())];
        let mut add = |slot, name: Option<&String>| columns.extend(name.map(|name| (slot, name.clone())));
        add(Slot::TimeOfDay, self.time.time_of_day.as_ref());
        add(Slot::Event, self.event.column.as_ref());
        add(Slot::System, named.system.as_ref());
        add(Slot::LogId, named.log_id.as_ref());
        add(Slot::Field(Field::Outcome), self.outcome.as_ref().map(|outcome| &outcome.column));
        for (field, name) in fields {
            add(Slot::Field(field), name.as_ref());
        }
        for (kind, name) in &self.times {
            add(Slot::Further(*kind), Some(name));
        }
        columns
    }
}

impl EventFixed {
    fn by_slot(&self) -> Vec<(Slot, String)> {
        let parts = [
            (Slot::Field(Field::Integration), &self.integration),
            (Slot::Field(Field::Service), &self.service),
            (Slot::Field(Field::Municipality), &self.municipality),
            (Slot::System, &self.system),
        ];
        parts.into_iter().filter_map(|(slot, text)| Some((slot, text.clone()?))).collect()
    }
}

impl Ready {
    /// Whether it says which system a line is of.
    #[must_use]
    pub fn names_system(&self) -> bool {
        self.columns.iter().chain(&self.fixed).any(|(slot, _)| *slot == Slot::System)
    }

    /// Whether a column must stand in every file.
    #[must_use]
    pub fn demands(&self, slot: Slot) -> bool {
        matches!(slot, Slot::Time | Slot::Event) || self.mapping.file.missing_columns == MissingColumns::Error
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "schema = 1\nname = \"x\"\n[time]\ncolumn = \"t\"\n";

    #[test]
    fn shipped_mappings_are_right_and_name_every_kind_and_field() {
        for (name, _) in SHIPPED {
            let ready = EventMapping::load(name).unwrap();
            assert_eq!(ready.mapping.name, *name);
        }
        let ready = EventMapping::load("kravprobe-events").unwrap();
        // In the canonical form kinds and columns are named as the program names them.
        for (value, kind) in &ready.kinds {
            assert_eq!(serde_json::to_value(kind).unwrap(), *value.as_str());
        }
        assert_eq!(ready.kinds.len(), 18);
        for (slot, column) in &ready.columns {
            if let Slot::Field(field) = slot {
                let name = serde_json::to_value(field).unwrap().as_str().unwrap().replace('-', "_");
                assert_eq!(name, *column);
            }
        }
        assert_eq!(ready.columns.iter().filter(|(slot, _)| matches!(slot, Slot::Field(_))).count(), 14);
    }

    #[test]
    fn mistakes_are_placed() {
        let say =
            |text: &str| EventMapping::read(&Document::new("m.toml", format!("{HEAD}{text}"))).unwrap_err().to_string();
        for (text, words) in [
            ("", "missing field `event`"),
            ("[event]\n", "either a column or one kind"),
            ("[event]\ncolumn = \"e\"\n", "a column needs values"),
            ("[event]\nfixed = \"called\"\n[event.values]\nlogin = [\"x\"]\n", "values belong to a column"),
            ("[event]\ncolumn = \"e\"\n[event.values]\nlogin = [\"x\"]\nlogout = [\"X\"]\n", "means two kinds"),
            ("[event]\nfixed = \"calld\"\n", "did you mean `called`"),
            ("zone = \"Europe/Kopenhagen\"\n[event]\nfixed = \"called\"\n", "m.toml:5"),
            ("[event]\nfixed = \"called\"\n[columns]\nsystem = \"s\"\n[fixed]\nsystem = \"A\"\n", "both"),
            ("[event]\nfixed = \"called\"\n[file]\ndelimiter = \"\\\"\"\n", "one ASCII character"),
        ] {
            let said = say(text);
            assert!(said.contains(words), "{text}: {said}");
        }
    }
}
