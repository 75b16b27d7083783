//! Calibration: the instrument is tried on the reference vendor before anybody is judged with it. The strict vendor must get no
//! failure, and each fault must turn red exactly the checks that were written down for it by hand.
//!
//! The vendor is two systems: one where users log in and out, and one that receives and sends messages.

mod expected;
mod expected_receiver;
mod messages;

pub use expected::{Expected, expected};
pub use expected_receiver::expected as expected_of_messages;

use crate::canonical;
use crate::capture::{self, Session};
use crate::check::{Meta, Parameters};
use crate::checks::{self, AnyCheck};
use crate::digest::sha256_hex;
use crate::error::{Error, Result};
use crate::fki::{IdentityProvider, Style};
use crate::language::Text;
use crate::outcome::{Outcome, Reason};
use crate::plan::{Plan, PlanItem, State};
use crate::subject::{Family, Subject};
use crate::target::{LoadedTarget, Target};
use crate::vendor::pki::ExampleKeys;
use crate::vendor::service_provider::{ServiceProvider, Setup};
use crate::vendor::{receiver, service_provider};
use crate::verdict::Verdict;
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// One of the two systems of the reference vendor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Users log in there and out.
    ServiceProvider,
    /// It receives and sends messages.
    Receiver,
}

/// Checks of event logs that a log of logins can decide. The others judge messages, items, post and tokens, of which it has no line.
const OF_LOGIN_LOGS: [&str; 2] = ["event-log.no-secrets", "event-log.times"];

impl Role {
    /// Both.
    pub const ALL: [Self; 2] = [Self::ServiceProvider, Self::Receiver];

    /// What the system without faults is called.
    #[must_use]
    pub const fn strict(self) -> &'static str {
        match self {
            Self::ServiceProvider => "strict",
            Self::Receiver => "strict-receiver",
        }
    }

    /// Whether this check is tried on it.
    #[must_use]
    pub fn is_tried_by(self, check: &Meta) -> bool {
        match self {
            Self::ServiceProvider => check.family.is_trial() || is_of_login_logs(check),
            Self::Receiver => check.family.is_distribution(),
        }
    }
}

/// A deliberate fault of one of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Of the system where users log in.
    ServiceProvider(service_provider::Fault),
    /// Of the system that receives and sends messages.
    Receiver(receiver::Fault),
}

impl From<service_provider::Fault> for Fault {
    fn from(fault: service_provider::Fault) -> Self {
        Self::ServiceProvider(fault)
    }
}

impl From<receiver::Fault> for Fault {
    fn from(fault: receiver::Fault) -> Self {
        Self::Receiver(fault)
    }
}

impl Fault {
    /// Every fault of both systems, in the order they are listed.
    pub fn all() -> impl Iterator<Item = Self> {
        let logins = service_provider::Fault::ALL.iter().copied().map(Self::from);
        logins.chain(receiver::Fault::ALL.iter().copied().map(Self::from))
    }

    /// The system that has it.
    #[must_use]
    pub const fn role(self) -> Role {
        match self {
            Self::ServiceProvider(_) => Role::ServiceProvider,
            Self::Receiver(_) => Role::Receiver,
        }
    }

    /// The name on the command line. No two are the same.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::ServiceProvider(fault) => fault.name(),
            Self::Receiver(fault) => fault.name(),
        }
    }

    /// What is wrong.
    #[must_use]
    pub const fn what(self) -> Text {
        match self {
            Self::ServiceProvider(fault) => fault.what(),
            Self::Receiver(fault) => fault.what(),
        }
    }

    /// What must come of it.
    #[must_use]
    pub const fn expected(self) -> Expected {
        match self {
            Self::ServiceProvider(fault) => expected(fault),
            Self::Receiver(fault) => expected_of_messages(fault),
        }
    }

    /// Whether this check can see it at all: the others are not tried, because they would only take time.
    #[must_use]
    pub fn is_tried_by(self, check: &Meta) -> bool {
        match self {
            Self::ServiceProvider(fault) => match fault.area() {
                service_provider::Area::EventLog => is_of_login_logs(check),
                _ => self.role().is_tried_by(check),
            },
            Self::Receiver(fault) => messages::is_tried_by(fault.area(), check.family),
        }
    }
}

impl std::str::FromStr for Fault {
    type Err = String;

    fn from_str(name: &str) -> std::result::Result<Self, String> {
        let found = Self::all().find(|fault| fault.name() == name);
        let nearest = || crate::document::nearest(name, Self::all().map(Self::name));
        found.ok_or_else(|| match nearest() {
            Some(other) => format!("no fault is named `{name}`; did you mean `{other}`?"),
            None => format!("no fault is named `{name}`"),
        })
    }
}

/// Whether a check judges the log of a system where users log in.
fn is_of_login_logs(check: &Meta) -> bool {
    check.family == Family::Trace || OF_LOGIN_LOGS.contains(&check.id)
}

/// A login, refusals with and without a verified Assertion, and both ways out: what fills a log, when nothing else asks for trials.
const TRACED: [&str; 5] = [
    "login.good-response-accepted",
    "login.other-audience-refused",
    "login.replay-at-once-refused",
    "logout.local-session-ended",
    "logout.identity-provider-ends-session",
];

/// Makes the trials that some checks need on a target, and judges those checks. What a run does, without profile, report and
/// bundle.
pub fn judge_trials(
    loaded: &LoadedTarget,
    checks: &[AnyCheck],
    parameters: &dyn Fn(&Meta) -> Parameters,
    at: Timestamp,
) -> Result<BTreeMap<&'static str, Outcome>> {
    let logged = checks.iter().any(|check| matches!(check.meta().family, Family::Trace | Family::EventLog));
    let beside = TRACED.iter().filter(|_| logged).filter_map(|id| checks::by_id(id));
    let items = checks.iter().copied().chain(beside).map(|check| PlanItem {
        requirement: check.meta().id.to_owned(),
        check: Some(check.meta().id.to_owned()),
        declaration: None,
        subject: check.subject(),
        roles: Vec::new(),
        parameters: parameters(check.meta()),
        state: State::Run,
        because: None,
    });
    let plan = Plan {
        schema: 1,
        profile: Vec::new(),
        target_sha256: sha256_hex(loaded.text.as_bytes()),
        declarations_sha256: Vec::new(),
        environment: loaded.target.environment,
        items: items.collect(),
    };
    let session = Session::new(loaded, false)?;
    let captured = capture::capture_in(&session, loaded, at, &mut |_| ())?;
    let mut trials = capture::trial::capture(&session, loaded, &plan, &captured.subjects, at, &mut |_| ())?;
    trials.extend(capture::distribution::capture(&session, loaded, &plan, &captured.subjects, at, &mut |_| ())?);
    trials.extend(capture::usage::capture(&session, loaded, &plan, &trials, at, &mut |_| ())?);
    let mut subjects: Vec<Subject> = trials.into_iter().map(|captured| captured.subject).collect();
    // As a bundle would keep them: a subject that does not survive writing and reading must not be judged better here.
    for subject in &mut subjects {
        let mut again: Subject =
            serde_json::from_slice(&canonical::bytes(subject)?).map_err(|e| Error::Internal(e.to_string()))?;
        for (empty, full) in again.blobs_mut().into_iter().zip(subject.blobs_mut()) {
            let redacted = crate::evidence::redact::redact(full.data(), &full.media_type).bytes;
            *empty = crate::subject::Blob::new(&full.media_type, redacted);
        }
        *subject = again;
    }
    let judge = |check: &AnyCheck| {
        let id = check.subject().unwrap_or_default();
        let subject = subjects.iter().find(|s| s.id() == id);
        let missing = || Outcome::not_tested(Reason::Missing, id.as_str(), "");
        (check.meta().id, subject.map_or_else(missing, |s| check.judge(s, &parameters(check.meta()))))
    };
    Ok(checks.iter().map(judge).collect())
}

/// What the trials on one system are made with: an identity provider of the probe's own and the example keys.
#[derive(Debug)]
pub struct Calibration {
    directory: TempDir,
    identity_provider: PathBuf,
    metadata: String,
    keys: ExampleKeys,
    at: Timestamp,
}

/// What came of one system.
#[derive(Clone, Debug)]
pub struct Line {
    /// The system.
    pub role: Role,
    /// The system's fault; `None` for the strict vendor.
    pub fault: Option<Fault>,
    /// What must come of the fault, whatever is judged.
    pub expected: Expected,
    /// The checks that were judged, with their outcomes.
    pub outcomes: BTreeMap<&'static str, Outcome>,
}

/// The strict vendor has no fault.
const STRICT: Expected = Expected::Nothing(Text { da: "systemet er uden fejl", en: "the system is without fault" });

impl Line {
    /// What the system is called.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.fault.map_or(self.role.strict(), Fault::name)
    }

    /// Checks that must fail, of those that were judged.
    #[must_use]
    pub fn must_fail(&self) -> BTreeSet<&'static str> {
        self.expected.checks().iter().copied().filter(|id| self.outcomes.contains_key(id)).collect()
    }

    fn with(&self, is: impl Fn(Verdict) -> bool) -> BTreeSet<&'static str> {
        self.outcomes.iter().filter(|(_, outcome)| is(outcome.verdict)).map(|(id, _)| *id).collect()
    }

    /// Checks that failed.
    #[must_use]
    pub fn failed(&self) -> BTreeSet<&'static str> {
        self.with(|verdict| verdict == Verdict::Fail)
    }

    /// Checks that decided nothing.
    #[must_use]
    pub fn undecided(&self) -> BTreeSet<&'static str> {
        self.with(|verdict| !matches!(verdict, Verdict::Pass | Verdict::Fail | Verdict::NotApplicable))
    }

    /// Checks in which the probe itself broke.
    #[must_use]
    pub fn broken(&self) -> BTreeSet<&'static str> {
        self.with(|verdict| verdict == Verdict::Error)
    }

    /// Whether exactly the checks failed that must. A system in which nothing must fail leaves nothing undecided either; with a
    /// fault that shows, a check may well have lost what it needs to decide.
    #[must_use]
    pub fn holds(&self) -> bool {
        let all_decided = match self.expected {
            Expected::Red(_) | Expected::Unseen(_) => self.broken().is_empty(),
            Expected::Nothing(_) => self.undecided().is_empty(),
        };
        !self.outcomes.is_empty() && all_decided && self.failed() == self.must_fail()
    }
}

impl Calibration {
    /// Makes an identity provider with two keys in a directory that goes when this is dropped.
    pub fn new(at: Timestamp) -> Result<Self> {
        let fault = |e: &dyn std::fmt::Display| Error::Internal(e.to_string());
        let directory = tempfile::tempdir().map_err(|e| fault(&e))?;
        let file = IdentityProvider::create(&directory.path().join("idp"), Style::ContextHandler, 2, at);
        let identity_provider = file.map_err(|e| fault(&e))?;
        let metadata = IdentityProvider::load(&identity_provider)?.metadata(at).map_err(|e| fault(&e))?;
        let keys = ExampleKeys::shipped().map_err(|e| fault(&e))?;
        Ok(Self { directory, identity_provider, metadata, keys, at })
    }

    /// Judges one of the vendor's systems without faults.
    pub fn strict(&self, role: Role, checks: &[AnyCheck]) -> Result<Line> {
        self.judged(role, None, checks)
    }

    /// Judges the vendor with one fault.
    pub fn line(&self, fault: impl Into<Fault>, checks: &[AnyCheck]) -> Result<Line> {
        let fault = fault.into();
        self.judged(fault.role(), Some(fault), checks)
    }

    fn judged(&self, role: Role, fault: Option<Fault>, checks: &[AnyCheck]) -> Result<Line> {
        // Lines are made at the same time, each in a folder of its own.
        let folder = tempfile::tempdir_in(self.directory.path()).map_err(|e| internal(&e))?;
        let outcomes = match (role, fault) {
            (Role::Receiver, Some(Fault::Receiver(fault))) => {
                messages::judged(folder.path(), &self.keys, Some(fault), checks, self.at)?
            }
            (Role::Receiver, _) => messages::judged(folder.path(), &self.keys, None, checks, self.at)?,
            (Role::ServiceProvider, Some(Fault::ServiceProvider(fault))) => {
                self.judged_logins(folder.path(), Some(fault), checks)?
            }
            (Role::ServiceProvider, _) => self.judged_logins(folder.path(), None, checks)?,
        };
        Ok(Line { role, fault, expected: fault.map_or(STRICT, Fault::expected), outcomes })
    }

    fn judged_logins(
        &self,
        folder: &Path,
        fault: Option<service_provider::Fault>,
        checks: &[AnyCheck],
    ) -> Result<BTreeMap<&'static str, Outcome>> {
        let setup = Setup {
            event_log: Some(folder.join("events.csv")),
            ..Setup::new(self.metadata.clone(), self.keys.clone()).with(fault.as_slice())
        };
        let system = ServiceProvider::start(setup).map_err(|e| internal(&e))?;
        for (name, bytes) in [("sp.xml", system.metadata().as_bytes()), ("web.der", system.web_root())] {
            std::fs::write(folder.join(name), bytes).map_err(|e| internal(&e))?;
        }
        let text = format!(
            "schema = 1\nenvironment = \"local\"\n[system]\nname = \"Eksempel Fagsystem\"\n\
             [politeness]\nrequests_per_second = 100\n[[anchor]]\nfile = \"web.der\"\nuse = \"tls\"\n\
             [[metadata]]\nname = \"sp\"\nfile = \"sp.xml\"\n{}{}",
            system.saml_table(&self.identity_provider, self.at),
            ServiceProvider::usage_table("events.csv", self.at),
        );
        let target = Target::parse("calibration.toml", &text)?;
        let loaded = LoadedTarget { target, text, base: folder.to_owned() };
        judge_trials(&loaded, checks, &Parameters::defaults, self.at)
    }
}

fn internal(error: &dyn std::fmt::Display) -> Error {
    Error::Internal(error.to_string())
}
