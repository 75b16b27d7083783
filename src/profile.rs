//! A profile: a dated, versioned set of requirements, each bound to checks with parameters, level, category and remedy time.
//! The strength of a finding comes from here, never from the check.

mod load;
mod predicate;
pub mod shipped;

pub use load::{Profile, ProfileSource};
pub use predicate::{Predicate, Truth};

use crate::check::Parameters;
use crate::language::Localised;
use crate::subject::certificate::CertificateRole;
use crate::subject::tls::TlsPurpose;
use crate::verdict::{Basis, Category, Level, Method};
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A profile file as it is written.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProfileFile {
    /// Version of this file format: 1.
    pub schema: u32,
    /// Id, by which other profiles include it.
    pub id: String,
    /// Version of the profile itself, such as `1.2.0`.
    pub version: String,
    /// Where it is in its life.
    pub status: Status,
    /// First day it may be used to judge.
    #[schemars(with = "String")]
    pub valid_from: Date,
    /// Last day it may be used to judge.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub valid_until: Option<Date>,
    /// What it is called.
    pub title: Localised,
    /// Framework or contract it belongs to.
    #[serde(default)]
    pub scope: Scope,
    /// Profiles whose requirements it takes over.
    #[serde(default)]
    pub include: Vec<Include>,
    /// Changes to included requirements.
    #[serde(default)]
    pub adjust: Vec<Adjust>,
    /// Limits of acceptance.
    #[serde(default)]
    pub aggregate: Option<Limits>,
    /// Days that are no working days.
    #[serde(default)]
    pub calendar: Option<Calendar>,
    /// Its own requirements.
    #[serde(default)]
    pub requirement: Vec<Requirement>,
}

/// Where a profile is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// Not agreed yet; a report says so.
    Draft,
    /// In force.
    Effective,
    /// Replaced; a report says so.
    Deprecated,
}

/// Framework or contract a profile belongs to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Scope {
    /// Framework agreement, such as `SKI 02.19 (2023)`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub framework: Option<String>,
    /// Contract.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contract: Option<String>,
    /// Service area (ydelsesområde), such as `Y05`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service_area: Option<String>,
    /// Use case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub use_case: Option<String>,
    /// Integration package, such as `I-08`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub package: Option<String>,
}

/// Takes over another profile's requirements.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Include {
    /// Id of a profile that ships with the program, or a path that starts with `.` or `/`.
    pub profile: String,
}

/// Changes one included requirement.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Adjust {
    /// Id of the included requirement.
    pub requirement: String,
    /// What happens to it.
    pub action: Action,
    /// New level; only stricter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<Level>,
    /// New category; only more serious.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<Category>,
    /// New remedy time in working days; only shorter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remedy_working_days: Option<u16>,
    /// New weakest kind of proof; only stronger.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minimum_method: Option<Method>,
    /// Why, for the reader of the report.
    pub reason: Localised,
}

/// What an adjustment does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// The requirement is left out.
    Drop,
    /// The requirement becomes stricter. The tightened level rests on the profile owner's decision, so its basis is `contract`.
    Tighten,
}

/// Limits of acceptance.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// Most unwaived failures of `must` requirements in category B that are still accepted.
    pub max_b: u32,
    /// The same for category C.
    pub max_c: u32,
}

/// Days that are no working days beside Saturday and Sunday.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Calendar {
    /// Last day the table covers; no deadline is computed past it.
    #[schemars(with = "String")]
    pub covers_until: Date,
    /// Public holidays and other days off.
    #[schemars(with = "Vec<String>")]
    pub holidays: Vec<Date>,
}

/// One requirement (krav).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Requirement {
    /// Id, unique in the profile with its includes.
    pub id: String,
    /// How binding it is.
    pub level: Level,
    /// Error category when it is not met.
    pub category: Category,
    /// What it rests on. `must` needs `norm` or `contract`.
    pub basis: Basis,
    /// What holds when it is met.
    pub title: Localised,
    /// The contract's own words, in the municipality's copy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contract_text: Option<String>,
    /// Where it can be read.
    pub source: RequirementSource,
    /// Working days to remedy a failure, counted from delivery of the report.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remedy_working_days: Option<u16>,
    /// When it applies; always, when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub applies_when: Option<Predicate>,
    /// Kind of declaration that decides it (alone, or beside the checks).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub declaration: Option<String>,
    /// Values of the declaration that meet the requirement; any but `false`, when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub declaration_is: Option<Vec<String>>,
    /// Ids of other requirements of the profile, decided by checks: while one of them is broken, the declaration shows nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub contradicted_by: Vec<String>,
    /// The weakest kind of proof that shows it: a weaker one leaves it not tested. Any, when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minimum_method: Option<Method>,
    /// Checks that decide it.
    #[serde(default)]
    pub check: Vec<CheckBinding>,
}

/// Where a requirement can be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RequirementSource {
    /// Document.
    pub document: String,
    /// Version of the document.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// Section, clause or table.
    pub section: String,
}

/// Binds a check to a requirement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CheckBinding {
    /// Id of the check.
    pub id: String,
    /// Which subjects of the check's family it judges; all, when absent.
    #[serde(default)]
    pub on: Selector,
    /// Parameters that differ from the check's defaults.
    #[serde(default)]
    pub params: Parameters,
}

/// Which subjects a check judges. Given fields must all hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Selector {
    /// Roles of certificates.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<Vec<CertificateRole>>,
    /// Purposes of TLS endpoints.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purpose: Option<Vec<TlsPurpose>>,
    /// Names in the target.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Vec<String>>,
}
