//! Report format 1. Frozen structs of their own, so that the rest of the program can change without changing the format.
//!
//! I-JSON for RFC 8785: integers only, no `null` (absent members are left out), times as UTC with `Z`, arrays in defined
//! order, unknown members refused on reading.

use crate::aggregate::{CategoryCount, Decision, Fired};
use crate::check::Parameters;
use crate::language::{Language, Localised};
use crate::plan::PlannedProfile;
use crate::profile::{Limits, RequirementSource, Scope, Status};
use crate::target::{Authorisation, Contract, Parties};
use crate::verdict::{Basis, Category, Environment, Level, Method, Verdict};
use jiff::Timestamp;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Version of the format.
pub const SCHEMA_VERSION: &str = "1.0.0";

/// The whole report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Report {
    /// Version of the format.
    pub schema_version: String,
    /// Unique id, `urn:uuid:...`.
    pub report_id: String,
    /// When it was issued, UTC.
    #[schemars(with = "String")]
    pub issued: Timestamp,
    /// Language of its renderings.
    pub language: Language,
    /// Who is involved.
    pub parties: Parties,
    /// The contract.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contract: Option<Contract>,
    /// The profile that was judged by.
    pub profile: ProfileReference,
    /// The system under test.
    pub system: SystemUnderTest,
    /// What made the report.
    pub tool: Tool,
    /// The run.
    pub run: Run,
    /// The plan's digest.
    pub plan: PlanReference,
    /// Every requirement of the profile, in profile order.
    pub requirements: Vec<RequirementEntry>,
    /// Requirements that the profile's owner dropped from an included profile, with the reason.
    pub dropped: Vec<Dropped>,
    /// One entry a requirement, in the same order.
    pub results: Vec<RequirementResult>,
    /// The decision and how it came about.
    pub aggregate: AggregateEntry,
    /// Waivers that were given but had no effect.
    pub waivers_without_effect: Vec<IdleWaiver>,
    /// What was declared, word for word.
    pub declarations: Vec<DeclarationEntry>,
    /// Deadlines, if the report is delivered on the day it is issued.
    pub deadlines: Vec<Deadline>,
    /// Messages that went between probe and system, when there were any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub traffic: Option<Traffic>,
    /// What the usage logs show, when there were any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usage: Option<UsageFigures>,
    /// Evidence, by digest.
    pub evidence: Vec<EvidenceEntry>,
    /// Every other file of the bundle except renderings and seal, by path.
    pub members: Vec<Member>,
    /// How to recompute it.
    pub replay: ReplayReference,
    /// The seal.
    pub seal: Seal,
}

/// The profile that was judged by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ProfileReference {
    /// Its id.
    pub id: String,
    /// Its version.
    pub version: String,
    /// Where it is in its life.
    pub status: Status,
    /// What it is called.
    pub title: Localised,
    /// What it belongs to.
    pub scope: Scope,
    /// First day it may be used to judge.
    #[schemars(with = "String")]
    pub valid_from: Date,
    /// Last day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub valid_until: Option<Date>,
    /// Its files, top file first.
    pub files: Vec<PlannedProfile>,
}

/// The system under test.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SystemUnderTest {
    /// Its name.
    pub name: String,
    /// Version or build, as the target says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// Where it runs.
    pub environment: Environment,
    /// Endpoints of the target.
    pub endpoints: Vec<String>,
    /// Certificates that were judged.
    pub certificates: Vec<CertificateEntry>,
    /// SHA-256 over the observed identity (certificates, metadata and endpoints), hex.
    pub fingerprint: String,
    /// Permission for active trials, when given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authorisation: Option<Authorisation>,
}

/// A certificate that was judged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CertificateEntry {
    /// The subject's id.
    pub subject: String,
    /// SHA-256 of the certificate, hex.
    pub sha256: String,
}

/// What made the report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Tool {
    /// `kravprobe`.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Source revision it was built from, when known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_revision: Option<String>,
    /// SHA-256 of the program file, hex, when readable.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub binary_sha256: Option<String>,
    /// SHA-256 over all checks' data (the rule set), hex.
    pub ruleset_sha256: String,
    /// How the same rule set did on the reference vendor, when the run was given that result.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calibration: Option<Calibration>,
}

/// How a rule set did on the reference vendor with its deliberate faults.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Calibration {
    /// Systems tried: the strict one and one a fault.
    pub systems: u64,
    /// Systems on which exactly the checks failed that must.
    pub holding: u64,
    /// Checks that judged them.
    pub checks: u64,
}

/// Messages that went between probe and system.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Traffic {
    /// How long the system took.
    pub latencies: Vec<Latency>,
    /// One session with the broker, as it passed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<Session>,
}

/// What the usage logs show. Pictures only: the verdicts stand with the requirements.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UsageFigures {
    /// The packages, in the order of the cells.
    pub packages: Vec<UsagePackage>,
    /// A row a municipality, those that must use the system first.
    pub rows: Vec<UsageRow>,
    /// Further municipalities that are not listed.
    pub left_out_rows: u64,
    /// Packages, and integrations of the other pictures, that are not shown because there are too many.
    #[serde(default)]
    pub left_out_packages: u64,
    /// See `left_out_packages`.
    #[serde(default)]
    pub left_out_integrations: u64,
    /// Newest call of each integration; of several municipalities of the target, that of the municipality whose newest call is oldest.
    pub ages: Vec<NewestCall>,
    /// Calls per day of each integration that has any.
    pub daily: Vec<DailyCalls>,
}

/// Integrations that belong together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UsagePackage {
    /// The requirement that asks for them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requirement: Option<String>,
    /// Its title.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<Localised>,
    /// The integrations.
    pub integrations: Vec<String>,
    /// Days within which a call counts as new.
    pub within_days: i64,
}

/// One municipality.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UsageRow {
    /// CVR number, or what stands in its place.
    pub cvr: String,
    /// Name; absent when the CVR number is none of the 98.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Whether it must use the system.
    pub required: bool,
    /// A cell a package.
    pub cells: Vec<UsageCell>,
}

/// One municipality and one package.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UsageCell {
    /// Share of the package's integrations with a new call that did not fail, whole percent; 100 stands for every one alone.
    pub percent: u32,
    /// Calls, failed ones included.
    pub calls: u64,
    /// The integration that was called least recently.
    pub least_recent: String,
    /// Its newest call that did not fail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub newest: Option<Timestamp>,
    /// New when every integration is, none when the logs hold no call of any.
    pub state: UsageState,
}

/// How new the newest call is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum UsageState {
    /// Within the days that count as new.
    New,
    /// Older.
    Old,
    /// The logs hold none.
    None,
}

/// Newest call of one integration, at the municipalities that must use the system.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewestCall {
    /// Integration.
    pub integration: String,
    /// CVR number of the municipality, where the target names several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub municipality: Option<String>,
    /// Newest call that did not fail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub newest: Option<Timestamp>,
    /// Its age at the instant of judgement, days of the Danish calendar.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub age_days: Option<i64>,
    /// Days within which it counts as new.
    pub within_days: i64,
    /// How new it is.
    pub state: UsageState,
}

/// Calls per day of one integration. Days are calendar days in Denmark.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DailyCalls {
    /// Integration.
    pub integration: String,
    /// First day of the picture.
    #[schemars(with = "String")]
    pub from: Date,
    /// Last day.
    #[schemars(with = "String")]
    pub until: Date,
    /// The day on which the limit of new calls lies.
    #[schemars(with = "String")]
    pub new_from: Date,
    /// The days with calls.
    pub days: Vec<DayCalls>,
}

/// Calls of one day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DayCalls {
    /// The day.
    #[schemars(with = "String")]
    pub date: Date,
    /// Calls.
    pub calls: u64,
    /// Failed calls.
    pub errors: u64,
}

/// How long the system took for one kind of thing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Latency {
    /// What was measured.
    pub of: LatencyOf,
    /// Samples.
    pub count: u64,
    /// Median by nearest rank, milliseconds.
    pub p50_ms: u64,
    /// 95th percentile by nearest rank, milliseconds.
    pub p95_ms: u64,
    /// Largest, milliseconds.
    pub max_ms: u64,
    /// Histogram; every sample is in one bar.
    pub bars: Vec<Bar>,
}

/// What a latency was measured of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum LatencyOf {
    /// From a push to its complete answer.
    PushAnswer,
    /// From a delivery by the broker to its acknowledgement.
    DeliveryToAck,
}

/// One bar of a histogram.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Bar {
    /// Its upper end, included, milliseconds; the last bar has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub up_to_ms: Option<u64>,
    /// Samples in it.
    pub count: u64,
}

/// One session with the broker.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Session {
    /// The trial it belongs to.
    pub subject: String,
    /// When it began, UTC.
    #[schemars(with = "String")]
    pub started: Timestamp,
    /// What happened, in order.
    pub moments: Vec<Moment>,
    /// Later moments that are not listed.
    pub left_out: u64,
}

/// Something that happened in a session.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Moment {
    /// Milliseconds after the session began.
    pub after_ms: u64,
    /// What.
    pub what: MomentOf,
    /// Number of the message, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<u64>,
    /// What the message is in its trial.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
}

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum MomentOf {
    /// The system connected.
    Connected,
    /// Its login was refused.
    LoginRefused,
    /// A message was delivered for the first time.
    Delivered,
    /// A message was delivered again.
    Redelivered,
    /// A message was acknowledged.
    Acked,
    /// A message was rejected.
    Rejected,
    /// The broker ended the connection.
    EndedByBroker,
    /// The system left.
    ClientLeft,
}

impl MomentOf {
    /// The name in the file format.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Connected => "connected",
            Self::LoginRefused => "login-refused",
            Self::Delivered => "delivered",
            Self::Redelivered => "redelivered",
            Self::Acked => "acked",
            Self::Rejected => "rejected",
            Self::EndedByBroker => "ended-by-broker",
            Self::ClientLeft => "client-left",
        }
    }
}

/// The run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Run {
    /// The instant that time-dependent checks used, UTC.
    #[schemars(with = "String")]
    pub at: Timestamp,
    /// Where that instant came from.
    pub clock: Clock,
    /// Whether the network was left alone.
    pub offline: bool,
    /// What the reader must know before relying on it.
    pub limitations: Vec<Localised>,
}

/// Where the instant of judgement came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Clock {
    /// The machine's clock.
    System,
    /// The user, with `--at`.
    Given,
}

/// The plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PlanReference {
    /// SHA-256 of its canonical JSON, hex.
    pub sha256: String,
}

/// A requirement as the profile has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RequirementEntry {
    /// Its id.
    pub id: String,
    /// How binding it is.
    pub level: Level,
    /// Its category.
    pub category: Category,
    /// What it rests on.
    pub basis: Basis,
    /// What holds when it is met.
    pub title: Localised,
    /// The contract's own words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contract_text: Option<String>,
    /// Where it can be read.
    pub source: RequirementSource,
    /// When it applies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub applies_when: Option<String>,
    /// Working days to remedy a failure, counted from delivery of the report.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remedy_working_days: Option<u16>,
    /// The weakest kind of proof that shows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minimum_method: Option<Method>,
}

/// A requirement that was dropped.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Dropped {
    /// Its id.
    pub requirement: String,
    /// Its title.
    pub title: Localised,
    /// Why.
    pub reason: Localised,
}

/// What a requirement came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RequirementResult {
    /// The requirement.
    pub requirement: String,
    /// The raw verdict; a waiver never changes it.
    pub verdict: Verdict,
    /// The waivers that cover the failure.
    pub waivers: Vec<AppliedWaiver>,
    /// The results it was made of.
    pub checks: Vec<CheckEntry>,
    /// Stable id of the finding, for comparing with other reports: SHA-256, hex.
    pub fingerprint: String,
}

/// A waiver that had effect.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AppliedWaiver {
    /// Its id.
    pub id: String,
    /// Who granted it.
    pub authority: String,
    /// Last day it counts.
    #[schemars(with = "String")]
    pub expires: Date,
    /// What it is about.
    pub scope: String,
}

/// One result.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CheckEntry {
    /// The check.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub check: Option<String>,
    /// The kind of declaration.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub declaration: Option<String>,
    /// The subject.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// The check's title.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<Localised>,
    /// What the check rests on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub basis: Option<Basis>,
    /// The verdict.
    pub verdict: Verdict,
    /// Code of the reason.
    pub reason: String,
    /// The reason in words.
    pub message: Localised,
    /// What is asked for, as a value.
    pub expected: String,
    /// What was there, as a value.
    pub observed: String,
    /// How it was reached.
    pub method: Method,
    /// Whether it rests on facts attested at capture because redaction changed the bytes.
    pub attested: bool,
    /// Parameters that were used.
    pub parameters: Parameters,
    /// SHA-256 of the evidence it rests on, hex.
    pub evidence: Vec<String>,
    /// What to do about a failure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remediation: Option<Localised>,
}

/// The decision and how it came about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AggregateEntry {
    /// The decision.
    pub decision: Decision,
    /// Limits of acceptance that the profile sets.
    pub limits: Limits,
    /// Counts.
    pub counts: Counts,
    /// How many `must` requirements were decided.
    pub coverage: Coverage,
    /// The rules that fired; the first decides.
    pub trace: Vec<Fired>,
}

/// Counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Counts {
    /// Requirements by verdict.
    pub by_verdict: BTreeMap<String, u64>,
    /// Failed `must` requirements by category.
    pub by_category: BTreeMap<String, CategoryCount>,
    /// Results by method and verdict.
    pub by_method: BTreeMap<String, BTreeMap<String, u64>>,
    /// Requirements whose failure is waived.
    pub waived: u64,
}

/// How many `must` requirements were decided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Coverage {
    /// `must` requirements that apply.
    pub must_applicable: u64,
    /// ... and are decided.
    pub must_decided: u64,
}

/// A waiver without effect.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct IdleWaiver {
    /// Its id.
    pub id: String,
    /// `expired`, `not-begun` or `nothing-failed-in-scope`.
    pub because: String,
}

/// A declaration, word for word.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DeclarationEntry {
    /// Its kind.
    pub kind: String,
    /// What is declared.
    pub value: Vec<String>,
    /// Who says so.
    pub who: String,
    /// Day of the statement.
    #[schemars(with = "String")]
    pub when: Date,
    /// Last day it counts, when it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub until: Option<Date>,
    /// SHA-256 of the document it rests on, hex.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document_sha256: Option<String>,
}

/// When a failure must be remedied, if the report is delivered on the day it is issued.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Deadline {
    /// The failed requirement.
    pub requirement: String,
    /// Working days after delivery.
    pub working_days: u16,
    /// The assumed day of delivery (Europe/Copenhagen).
    #[schemars(with = "String")]
    pub if_delivered: Date,
    /// The last day for the remedy; absent when the profile's calendar does not cover it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub due: Option<Date>,
}

/// One piece of evidence.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EvidenceEntry {
    /// Path in the bundle.
    pub path: String,
    /// Media type.
    pub media_type: String,
    /// Size in bytes.
    pub bytes: u64,
    /// SHA-256, hex.
    pub sha256: String,
    /// When it was captured, UTC.
    #[schemars(with = "String")]
    pub captured_at: Timestamp,
    /// Which way it went.
    pub direction: Direction,
    /// Who it came from or went to: file name, URL or host:port.
    pub peer: String,
    /// What was redacted, by type, with counts.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub redactions: BTreeMap<String, u32>,
}

/// Which way evidence went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// From the peer to the probe.
    In,
    /// From the probe to the peer.
    Out,
    /// Handed over as a file by whoever ran the probe.
    Supplied,
}

/// Another file of the bundle.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Member {
    /// Path in the bundle.
    pub path: String,
    /// Size in bytes.
    pub bytes: u64,
    /// SHA-256, hex.
    pub sha256: String,
}

/// How to recompute the report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ReplayReference {
    /// SHA-256 over the canonical JSON of `{requirements, results, aggregate}`, hex.
    pub results_digest: String,
    /// The command.
    pub command: String,
}

/// The seal, as far as it is known before sealing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Seal {
    /// What the seal's certificate amounts to.
    pub assurance: Assurance,
    /// JWS algorithm.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub algorithm: Option<String>,
    /// SHA-256 of the sealing certificate, hex.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificate_sha256: Option<String>,
    /// Proof of time: a B-B seal has none.
    pub time: TimeAssurance,
}

/// What the seal's certificate amounts to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Assurance {
    /// Unsealed.
    None,
    /// Sealed with an example key: proves nothing about anybody.
    Example,
    /// An advanced electronic seal with an OCES3 certificate.
    AdvancedOces,
}

/// Proof of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum TimeAssurance {
    /// The times are the machine's own word.
    None,
}
