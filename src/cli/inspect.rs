//! `kravprobe inspect certificate|metadata|message|request|subscription`: a family's checks on files, without a target.

mod message;
mod subscription;

use super::{Common, Format};
use crate::aggregate::{Aggregate, Decision, aggregate, by_requirement};
use crate::besked::lists::uuid_of;
use crate::capture::distribution::files::read_message;
use crate::capture::usage::requests::{kept, read_request};
use crate::capture::{Session, capture_in, distribution, usage};
use crate::clock::now;
use crate::denmark::danish_day;
use crate::error::{Error, Result};
use crate::evidence::redact::redact;
use crate::judge::{CheckResult, judge};
use crate::language::{Language, Text};
use crate::outcome::Reason;
use crate::plan::Plan;
use crate::profile::Profile;
use crate::subject::certificate::{CertificateKind, CertificateRole};
use crate::subject::message::MESSAGE;
use crate::subject::{Blob, Family, Subject};
use crate::target::beskedfordeler::{Beskedfordeler, MessageDirection, MessageEntry};
use crate::target::usage::{RequestEntry, RequestService};
use crate::target::{
    AnchorEntry, AnchorUse, CertificateEntry, LoadedTarget, MetadataEntry, Parties, Party, Politeness, SecretReference,
    System, Target, is_cvr,
};
use crate::verdict::{Environment, Level, Verdict};
use crate::waiver::Waivers;
use jiff::Timestamp;
use serde::Serialize;
use std::fmt::Write;
use std::path::{Path, PathBuf};

/// Arguments of `inspect`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// Judge certificates: PEM, DER, PEM bundles or PKCS#12 (certificates only)
    Certificate(CertificateArgs),
    /// Judge SAML metadata of a brugervendt system
    Metadata(MetadataArgs),
    /// Try abonnementsudtryk: how an expression is read, and which messages it selects
    Subscription(subscription::Args),
    /// Judge messages of the Beskedfordeler: Haendelsesbesked, alone or in ModtagBeskedInput
    Message(MessageArgs),
    /// Judge captured requests to the Sags- og Dokumentindeks (SF1470) or to Organisation (SF1500)
    Request(RequestArgs),
}

#[derive(Debug, clap::Args)]
struct CertificateArgs {
    #[command(flatten)]
    shared: Shared,
    /// Profile to judge by.
    #[arg(long, default_value = "oces3")]
    profile: String,
    /// Kind the certificate should be.
    #[arg(long, value_enum)]
    kind: Option<KindArgument>,
    /// File with the password of PKCS#12 files.
    #[arg(long, value_name = "FILE", conflicts_with = "password_env")]
    password_file: Option<PathBuf>,
    /// Environment variable with the password of PKCS#12 files.
    #[arg(long, value_name = "VARIABLE")]
    password_env: Option<String>,
}

#[derive(Debug, clap::Args)]
struct MetadataArgs {
    #[command(flatten)]
    shared: Shared,
    /// Profile to judge by.
    #[arg(long, default_value = "sp-metadata")]
    profile: String,
}

#[derive(Debug, clap::Args)]
struct MessageArgs {
    /// Files to judge. A BeskedId that two of them share is compared.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Profile to judge by.
    #[arg(long, default_value = "beskedkuvert")]
    profile: String,
    /// Environment whose rules apply.
    ///
    /// Production, when absent: the strictest reading of a file of which nothing else is known.
    #[arg(long, value_enum, default_value_t = Environment::Production)]
    environment: Environment,
    /// Instant of judgement, RFC 3339; the present, when absent.
    #[arg(long, value_name = "RFC3339")]
    at: Option<Timestamp>,
    /// The system received the messages: others made them, so nothing in them counts against the system.
    #[arg(long)]
    received: bool,
    /// CVR number of an authority that the system serves.
    #[arg(long, value_name = "CVR")]
    cvr: Vec<String>,
    /// UUID of the IT-system in the Administrationsmodul.
    #[arg(long, value_name = "UUID")]
    system: Option<String>,
}

#[derive(Debug, clap::Args)]
struct RequestArgs {
    /// Files to judge: a SOAP envelope or its body. A TransaktionsUUID that two of them share is compared.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// What the requests were sent to.
    #[arg(long, value_enum, default_value_t = ServiceArgument::Sagsindeks)]
    service: ServiceArgument,
    /// Profile to judge by.
    #[arg(long, default_value = "captured-requests")]
    profile: String,
    /// Environment whose rules apply.
    ///
    /// Production, when absent: the strictest reading of a file of which nothing else is known.
    #[arg(long, value_enum, default_value_t = Environment::Production)]
    environment: Environment,
    /// Instant of judgement, RFC 3339; the present, when absent.
    #[arg(long, value_name = "RFC3339")]
    at: Option<Timestamp>,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum ServiceArgument {
    /// Cases in the Sags- og Dokumentindeks
    Sagsindeks,
    /// Documents in the Sags- og Dokumentindeks
    Dokumentindeks,
    /// Organisation
    Organisation,
}

#[derive(Debug, clap::Args)]
struct Shared {
    /// Files to judge.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Environment whose rules apply.
    ///
    /// Production, when absent: the strictest reading of a file of which nothing else is known.
    #[arg(long, value_enum, default_value_t = Environment::Production)]
    environment: Environment,
    /// Instant of judgement, RFC 3339; the present, when absent.
    #[arg(long, value_name = "RFC3339")]
    at: Option<Timestamp>,
    /// Ask nobody; revocation that is not supplied is then not tested.
    #[arg(long)]
    offline: bool,
    /// Certificate revocation list (DER or PEM).
    #[arg(long, value_name = "FILE")]
    crl: Vec<PathBuf>,
    /// OCSP response (DER).
    #[arg(long, value_name = "FILE")]
    ocsp_response: Vec<PathBuf>,
    /// Further certificates of the chain.
    #[arg(long, value_name = "FILE")]
    supplied: Vec<PathBuf>,
    /// Root of a test PKI; counts in environment `local` alone.
    #[arg(long, value_name = "FILE")]
    anchor: Vec<PathBuf>,
    /// CVR number the certificates should belong to.
    #[arg(long)]
    cvr: Option<String>,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum KindArgument {
    System,
    Organisation,
    Employee,
}

/// One file's answer, as JSON.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct FileAnswer<'a> {
    file: &'a str,
    environment: Environment,
    at: Timestamp,
    profile: &'a str,
    decision: &'a str,
    /// Requirements of the profile that a file cannot decide; a target can.
    requirements_left_out: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<&'a message::Facts>,
    results: Vec<ResultAnswer<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ResultAnswer<'a> {
    check: &'a str,
    verdict: Verdict,
    expected: &'a str,
    observed: &'a str,
    title: &'a str,
    requirement: &'a str,
    level: Level,
    reason: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    subject: Option<&'a str>,
}

pub(super) fn run(args: &Args, common: Common) -> Result<u8> {
    match &args.what {
        What::Certificate(args) => {
            let kind = args.kind.map(|kind| match kind {
                KindArgument::System => CertificateKind::System,
                KindArgument::Organisation => CertificateKind::Organisation,
                KindArgument::Employee => CertificateKind::Employee,
            });
            let password = (args.password_file.is_some() || args.password_env.is_some())
                .then(|| SecretReference { file: args.password_file.clone(), env: args.password_env.clone() });
            let entry = |file: &Path, target: &mut Target| {
                target.certificate.push(CertificateEntry {
                    name: "file".to_owned(),
                    file: Some(file.to_owned()),
                    url: None,
                    role: CertificateRole::Unspecified,
                    kind,
                    cvr: args.shared.cvr.clone(),
                    other_system: None,
                    other_environment: None,
                    supplied: args.shared.supplied.clone(),
                    ocsp_response: args.shared.ocsp_response.clone(),
                    crl: args.shared.crl.clone(),
                    password: password.clone(),
                });
            };
            inspect(&args.shared, &args.profile, &[Family::Certificate], &entry, common)
        }
        What::Metadata(args) => {
            let entry = |file: &Path, target: &mut Target| {
                target.metadata.push(MetadataEntry {
                    name: "file".to_owned(),
                    file: Some(file.to_owned()),
                    url: None,
                    other_environment: None,
                    supplied: args.shared.supplied.clone(),
                    ocsp_response: args.shared.ocsp_response.clone(),
                    crl: args.shared.crl.clone(),
                });
            };
            inspect(&args.shared, &args.profile, &[Family::Metadata, Family::Certificate], &entry, common)
        }
        What::Subscription(args) => subscription::run(args, common),
        What::Message(args) => messages(args, common),
        What::Request(args) => requests(args, common),
    }
}

impl Shared {
    /// For files that are judged by what stands in them alone.
    fn by_themselves(files: &[PathBuf], environment: Environment, at: Option<Timestamp>) -> Self {
        Self {
            files: files.to_owned(),
            environment,
            at,
            offline: true,
            crl: Vec::new(),
            ocsp_response: Vec::new(),
            supplied: Vec::new(),
            anchor: Vec::new(),
            cvr: None,
        }
    }
}

fn messages(args: &MessageArgs, common: Common) -> Result<u8> {
    if args.cvr.iter().any(|cvr| !is_cvr(cvr)) {
        return Err(Error::Usage("a CVR number has eight digits".into()));
    }
    if args.system.as_ref().is_some_and(|system| uuid_of(system).is_none()) {
        return Err(Error::Usage("--system is a UUID with hyphens".into()));
    }
    let shared = Shared::by_themselves(&args.files, args.environment, args.at);
    let direction = if args.received { MessageDirection::Received } else { MessageDirection::Sent };
    let entry = |file: &Path, target: &mut Target| {
        target.beskedfordeler = Some(Beskedfordeler {
            cvr: args.cvr.first().cloned().unwrap_or_default(),
            other_cvr: args.cvr.iter().skip(1).cloned().collect(),
            system: args.system.clone(),
            message: vec![MessageEntry { name: "file".to_owned(), file: file.to_owned(), direction }],
            ..Beskedfordeler::default()
        });
    };
    let read = |file: &Path| Ok(Blob::new(MESSAGE, redact(&read_message(file)?, MESSAGE).bytes));
    let others = neighbours(&args.files, read);
    judge_files(&shared, &args.profile, &[Family::Message], &entry, others, common)
}

fn requests(args: &RequestArgs, common: Common) -> Result<u8> {
    let shared = Shared::by_themselves(&args.files, args.environment, args.at);
    let service = match args.service {
        ServiceArgument::Sagsindeks => RequestService::Sagsindeks,
        ServiceArgument::Dokumentindeks => RequestService::Dokumentindeks,
        ServiceArgument::Organisation => RequestService::Organisation,
    };
    let entry = |file: &Path, target: &mut Target| {
        target.request.push(RequestEntry { name: "file".to_owned(), file: file.to_owned(), service });
    };
    let others = neighbours(&args.files, |file| Ok(kept(&read_request(file)?).0));
    judge_files(&shared, &args.profile, &[Family::Request], &entry, others, common)
}

/// Most messages or requests that are compared with each other.
const MAX_NEIGHBOURS: usize = 200;

/// The messages or requests by their files. One that cannot be read is nobody's neighbour; its own answer says why.
fn neighbours(files: &[PathBuf], read: impl Fn(&Path) -> Result<Blob>) -> Vec<(PathBuf, Blob)> {
    let read = |file: &PathBuf| Some((file.clone(), read(file).ok()?));
    files.iter().take(MAX_NEIGHBOURS).filter_map(read).collect()
}

/// Puts a file into a target.
type Entry<'a> = &'a (dyn Fn(&Path, &mut Target) + Sync);

/// Files whose answers are held back until they can be printed in order. Bounds the memory, however many files there are.
const BATCH: usize = 64;

fn inspect(shared: &Shared, profile: &str, families: &[Family], entry: Entry<'_>, common: Common) -> Result<u8> {
    if shared.anchor.is_empty() == (shared.environment == Environment::Local) {
        return Err(Error::Usage(match shared.environment {
            Environment::Local => {
                "environment `local` trusts nobody of itself; name the root of your test PKI with --anchor".into()
            }
            _ => "--anchor counts in environment `local` alone; the OCES anchors are pinned".to_owned(),
        }));
    }
    if shared.cvr.as_deref().is_some_and(|cvr| !is_cvr(cvr)) {
        return Err(Error::Usage("a CVR number has eight digits".into()));
    }
    judge_files(shared, profile, families, entry, Vec::new(), common)
}

fn judge_files(
    shared: &Shared,
    profile: &str,
    families: &[Family],
    entry: Entry<'_>,
    neighbours: Vec<(PathBuf, Blob)>,
    common: Common,
) -> Result<u8> {
    let mut profile = Profile::load(profile)?;
    // What a file cannot decide (declarations, endpoints) is not asked of a file.
    let of_family = |id: &str| crate::checks::by_id(id).is_some_and(|c| families.contains(&c.meta().family));
    let all = profile.requirements.len();
    profile.requirements.retain(|r| r.declaration.is_none() && r.check.iter().all(|c| of_family(&c.id)));
    let left_out = all - profile.requirements.len();
    let inspector = Inspector::new(profile, left_out, shared, neighbours, common)?;
    let mut worst = 0;
    let mut first = true;
    if common.format == Format::Json {
        common.print_part("[");
    }
    for batch in shared.files.chunks(BATCH) {
        for answer in inspector.answers(batch, entry)? {
            let Answer { code, text, problem } = answer?;
            if let Some(problem) = problem {
                eprintln!("kravprobe: {}", crate::render::harmless(&problem));
            }
            worst = worse(worst, code);
            if common.format == Format::Json {
                common.print_part(if first { "\n" } else { ",\n" });
                first = false;
            }
            common.print_part(&text);
        }
    }
    if common.format == Format::Json {
        common.print_part("\n]\n");
    }
    Ok(worst)
}

/// The gravest of two exit codes: fault, wrong input, not accepted, inconclusive, accepted.
fn worse(a: u8, b: u8) -> u8 {
    const GRAVITY: [u8; 5] = [0, 3, 1, 2, 4];
    let rank = |code| GRAVITY.iter().position(|g| *g == code).unwrap_or(GRAVITY.len());
    if rank(a) >= rank(b) { a } else { b }
}

/// A target that names no file yet.
fn bare_target(shared: &Shared) -> Target {
    let supplier = shared.cvr.as_ref().map(|cvr| Party { name: "-".to_owned(), cvr: Some(cvr.clone()) });
    let anchor = |file: &PathBuf| AnchorEntry { file: file.clone(), purpose: AnchorUse::Oces };
    Target {
        usage: None,
        request: Vec::new(),
        schema: 1,
        environment: shared.environment,
        system: System { name: "-".to_owned(), version: None },
        parties: Parties { supplier, ..Parties::default() },
        contract: None,
        allowed_hosts: Vec::new(),
        politeness: Politeness::default(),
        certificate: Vec::new(),
        metadata: Vec::new(),
        tls: Vec::new(),
        anchor: shared.anchor.iter().map(anchor).collect(),
        declaration: Vec::new(),
        saml: None,
        beskedfordeler: None,
        authorisation: None,
        declarations: Vec::new(),
        declaration_files: Vec::new(),
        expired: Vec::new(),
    }
}

const fn loaded(target: Target) -> LoadedTarget {
    LoadedTarget { target, text: String::new(), base: PathBuf::new() }
}

/// What is printed about one file.
struct Answer {
    code: u8,
    text: String,
    problem: Option<String>,
}

struct Inspector<'a> {
    profile: Profile,
    /// Requirements of the profile that no file can decide (declarations, endpoints).
    left_out: usize,
    at: Timestamp,
    shared: &'a Shared,
    language: Language,
    format: Format,
    session: Session,
    /// Messages or requests to compare with.
    neighbours: Vec<(PathBuf, Blob)>,
}

/// What came of judging one file.
struct Judged {
    results: Vec<CheckResult>,
    total: Aggregate,
    /// What is shown of a message.
    facts: Option<message::Facts>,
}

impl<'a> Inspector<'a> {
    fn new(
        profile: Profile,
        left_out: usize,
        shared: &'a Shared,
        neighbours: Vec<(PathBuf, Blob)>,
        common: Common,
    ) -> Result<Self> {
        let target = bare_target(shared);
        let session = Session::new(&loaded(target), shared.offline)?;
        let at = shared.at.unwrap_or_else(now);
        Ok(Self { profile, left_out, at, shared, language: common.lang, format: common.format, session, neighbours })
    }

    /// The answers about some files, in their order, with every processor at work.
    fn answers(&self, files: &[PathBuf], entry: Entry<'_>) -> Result<Vec<Result<Answer>>> {
        let workers = std::thread::available_parallelism().map_or(1, usize::from);
        let each = files.len().div_ceil(workers).max(1);
        std::thread::scope(|scope| {
            let parts: Vec<_> = files
                .chunks(each)
                .map(|part| scope.spawn(move || part.iter().map(|file| self.answer(file, entry)).collect::<Vec<_>>()))
                .collect();
            let mut answers = Vec::with_capacity(files.len());
            for part in parts {
                answers.extend(part.join().map_err(|_| Error::Internal("panic while a file was judged".into()))?);
            }
            Ok(answers)
        })
    }

    fn answer(&self, file: &Path, entry: Entry<'_>) -> Result<Answer> {
        let name = file.display().to_string();
        let mut target = bare_target(self.shared);
        entry(file, &mut target);
        match self.judge(file, target) {
            Ok(judged) => {
                let text = match self.format {
                    Format::Json => self.json(&name, Ok(&judged))?,
                    Format::Text => self.text(&name, &judged),
                };
                Ok(Answer { code: judged.total.decision.exit_code(), text, problem: None })
            }
            // One unusable file does not hide the verdicts on the others.
            Err(error) => {
                let text = match self.format {
                    Format::Json => self.json(&name, Err(&error))?,
                    Format::Text => String::new(),
                };
                Ok(Answer { code: error.exit_code(), text, problem: Some(error.to_string()) })
            }
        }
    }

    fn judge(&self, file: &Path, target: Target) -> Result<Judged> {
        let plan = Plan::compile(&self.profile, &target, "");
        let loaded = loaded(target);
        let mut captured = capture_in(&self.session, &loaded, self.at, &mut |_| ())?.subjects;
        captured.extend(distribution::capture(&self.session, &loaded, &plan, &captured, self.at, &mut |_| ())?);
        captured.extend(usage::capture(&self.session, &loaded, &plan, &captured, self.at, &mut |_| ())?);
        let mut subjects: Vec<_> = captured.into_iter().map(|c| c.subject).collect();
        let mut facts = None;
        let others = || self.neighbours.iter().filter(|(path, _)| path != file).map(|(_, blob)| blob.clone()).collect();
        for subject in &mut subjects {
            match subject {
                Subject::Message(message) => {
                    message.others = others();
                    facts = message::facts(message.message.data(), self.language);
                }
                Subject::Request(request) => request.others = others(),
                _ => {}
            }
        }
        let results = judge(&plan, &self.profile, &loaded.target, &subjects);
        let verdicts = by_requirement(&self.profile, &results, &Waivers::default(), danish_day(self.at));
        let total = aggregate(&self.profile, &verdicts, &results, true);
        Ok(Judged { results, total, facts })
    }

    fn level(&self, requirement: &str) -> Level {
        self.profile.requirements.iter().find(|r| r.id == requirement).map_or(Level::May, |r| r.level)
    }

    fn json(&self, file: &str, judged: std::result::Result<&Judged, &Error>) -> Result<String> {
        let answer = FileAnswer {
            file,
            environment: self.shared.environment,
            at: self.at,
            profile: &self.profile.file.id,
            decision: judged.map_or("error", |j| j.total.decision.name()),
            requirements_left_out: self.left_out,
            error: judged.err().map(ToString::to_string),
            message: judged.ok().and_then(|j| j.facts.as_ref()),
            results: judged
                .map_or(&[][..], |j| &j.results)
                .iter()
                .filter_map(|r| {
                    let check = r.check.as_deref()?;
                    Some(ResultAnswer {
                        check,
                        verdict: r.outcome.verdict,
                        expected: &r.outcome.expected,
                        observed: &r.outcome.observed,
                        title: crate::checks::by_id(check)?.meta().title.get(self.language),
                        requirement: &r.requirement,
                        level: self.level(&r.requirement),
                        reason: r.outcome.reason.code(),
                        subject: r.subject.as_deref(),
                    })
                })
                .collect(),
        };
        serde_json::to_string_pretty(&answer).map_err(|e| Error::Internal(e.to_string()))
    }

    fn text(&self, file: &str, judged: &Judged) -> String {
        let Judged { results, total, facts } = judged;
        let words = |da, en| Text { da, en }.get(self.language);
        let decision = match total.decision {
            Decision::Accepted => words("Godkendt", "Accepted"),
            Decision::AcceptedWithRemarks => words("Godkendt med bemærkninger", "Accepted with remarks"),
            Decision::Inconclusive => words("Kan ikke afgøres", "Inconclusive"),
            Decision::NotAccepted => words("Ikke godkendt", "Not accepted"),
        };
        let verdicts = [
            (Verdict::Pass, words("bestået", "pass")),
            (Verdict::Fail, words("ikke bestået", "fail")),
            (Verdict::Inconclusive, words("kan ikke afgøres", "inconclusive")),
            (Verdict::NotTested, words("ikke prøvet", "not-tested")),
            (Verdict::NotApplicable, words("ikke relevant", "not-applicable")),
            (Verdict::Error, words("prøvefejl", "error")),
        ];
        let count = |verdict| results.iter().filter(|r| r.outcome.verdict == verdict).count();
        let counts = verdicts.map(|(verdict, word)| format!("{} {word}", count(verdict)));
        let mut out =
            format!("{file}: {decision} ({}, {})\n  {}\n", self.shared.environment.name(), self.at, counts.join(", "));
        if let Some(facts) = facts {
            out.push_str(&facts.text(self.language));
        }
        // One check says that the subject cannot be read; the others, and those on what is inside it, need not repeat it.
        let is_unreadable = results.iter().any(|r| r.outcome.reason == Reason::SubjectUnreadable);
        let unreadable = |result: &&CheckResult| {
            let inside =
                result.outcome.reason == Reason::Missing && result.subject.as_ref().is_some_and(|s| s.ends_with('*'));
            result.outcome.reason == Reason::SubjectUnreadable || (is_unreadable && inside)
        };
        let shown = [Verdict::Fail, Verdict::Error, Verdict::Inconclusive, Verdict::NotTested];
        for verdict in shown {
            for result in results.iter().filter(|r| r.outcome.verdict == verdict && !unreadable(r)) {
                self.line(&mut out, result);
            }
        }
        if self.left_out > 0 {
            let note = words(
                "krav i profilen kan ikke afgøres af en fil alene; brug `kravprobe run`",
                "requirements of the profile cannot be decided by a file alone; use `kravprobe run`",
            );
            let _ = writeln!(out, "  {} {note}", self.left_out);
        }
        let rest = results.iter().filter(unreadable).count();
        if rest > 0 {
            let checks = words("prøver", "checks");
            let reason = Reason::SubjectUnreadable.text().get(self.language);
            let _ = writeln!(out, "  {:<12} {rest} {checks}: {reason}", Verdict::NotTested.name());
        }
        out
    }

    fn line(&self, out: &mut String, result: &CheckResult) {
        let Some(check) = result.check.as_deref().and_then(crate::checks::by_id) else { return };
        let (meta, outcome) = (check.meta(), &result.outcome);
        let level = self.level(&result.requirement).name();
        let _ = writeln!(
            out,
            "  {:<12} {level:<6} {:<36} {}",
            outcome.verdict.name(),
            meta.id,
            meta.title.get(self.language)
        );
        let subject = result.subject.as_deref().and_then(|s| s.split_once('/')).map_or("", |(_, name)| name);
        if !subject.is_empty() {
            let _ = writeln!(out, "      {subject}");
        }
        let _ = writeln!(out, "      {}", outcome.reason.text().get(self.language));
        let labels = [
            (Text { da: "krævet", en: "expected" }, &outcome.expected),
            (Text { da: "fundet", en: "observed" }, &outcome.observed),
        ];
        for (label, value) in labels {
            if !value.is_empty() {
                let value = crate::render::value(value, self.language);
                let _ = writeln!(out, "      {}: {value}", label.get(self.language));
            }
        }
        if outcome.verdict == Verdict::Fail {
            let _ = writeln!(out, "      -> {}", meta.remediation.get(self.language));
        }
    }
}
