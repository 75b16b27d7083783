//! Calibration: the instrument is tried on the reference vendor before anybody is judged with it. The strict vendor must get no
//! failure, and each fault must turn red exactly the checks that were written down for it by hand.

mod expected;

pub use expected::{Expected, expected};

use crate::canonical;
use crate::capture::{self, Session};
use crate::check::Parameters;
use crate::checks::AnyCheck;
use crate::digest::sha256_hex;
use crate::error::{Error, Result};
use crate::fki::{IdentityProvider, Style};
use crate::outcome::{Outcome, Reason};
use crate::plan::{Plan, PlanItem, State};
use crate::subject::Subject;
use crate::target::{LoadedTarget, Target};
use crate::vendor::pki::ExampleKeys;
use crate::vendor::service_provider::{Fault, ServiceProvider, Setup};
use crate::verdict::Verdict;
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use tempfile::TempDir;

/// Makes the trials that some checks need on a target, and judges those checks with their default parameters. What a run does,
/// without profile, report and bundle.
pub fn judge_trials(
    loaded: &LoadedTarget,
    checks: &[AnyCheck],
    at: Timestamp,
) -> Result<BTreeMap<&'static str, Outcome>> {
    let items = checks.iter().map(|check| PlanItem {
        requirement: check.meta().id.to_owned(),
        check: Some(check.meta().id.to_owned()),
        declaration: None,
        subject: check.subject(),
        roles: Vec::new(),
        parameters: Parameters::defaults(check.meta()),
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
    let trials = capture::trial::capture(&session, loaded, &plan, &captured.subjects, at, &mut |_| ())?;
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
        (check.meta().id, subject.map_or_else(missing, |s| check.judge(s, &Parameters::defaults(check.meta()))))
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
    /// The system's fault; `None` for the strict vendor.
    pub fault: Option<Fault>,
    /// What must come of the fault, whatever is judged.
    pub expected: Expected,
    /// The checks that were judged, with their outcomes.
    pub outcomes: BTreeMap<&'static str, Outcome>,
}

/// The strict vendor has no fault.
const STRICT: Expected =
    Expected::Nothing(crate::language::Text { da: "systemet er uden fejl", en: "the system is without fault" });

impl Line {
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
            Expected::Red(_) => self.broken().is_empty(),
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

    /// Judges the vendor without faults.
    pub fn strict(&self, checks: &[AnyCheck]) -> Result<Line> {
        self.judged(None, checks)
    }

    /// Judges the vendor with one fault.
    pub fn line(&self, fault: Fault, checks: &[AnyCheck]) -> Result<Line> {
        self.judged(Some(fault), checks)
    }

    fn judged(&self, fault: Option<Fault>, checks: &[AnyCheck]) -> Result<Line> {
        let broken = |e: &dyn std::fmt::Display| Error::Internal(e.to_string());
        let setup = Setup::new(self.metadata.clone(), self.keys.clone()).with(fault.as_slice());
        let system = ServiceProvider::start(setup).map_err(|e| broken(&e))?;
        // Lines are made at the same time, each in a folder of its own.
        let folder = tempfile::tempdir_in(self.directory.path()).map_err(|e| broken(&e))?;
        for (name, bytes) in [("sp.xml", system.metadata().as_bytes()), ("web.der", system.web_root())] {
            std::fs::write(folder.path().join(name), bytes).map_err(|e| broken(&e))?;
        }
        let text = format!(
            "schema = 1\nenvironment = \"local\"\n[system]\nname = \"Eksempel Fagsystem\"\n\
             [politeness]\nrequests_per_second = 100\n[[anchor]]\nfile = \"web.der\"\nuse = \"tls\"\n\
             [[metadata]]\nname = \"sp\"\nfile = \"sp.xml\"\n{}",
            system.saml_table(&self.identity_provider, self.at)
        );
        let target = Target::parse("calibration.toml", &text)?;
        let loaded = LoadedTarget { target, text, base: folder.path().to_owned() };
        let outcomes = judge_trials(&loaded, checks, self.at)?;
        Ok(Line { fault, expected: fault.map_or(STRICT, expected), outcomes })
    }
}
