//! `kravprobe calibrate`: tries the checks on logins, logouts and messages on the reference vendor, strict and with each fault.

use super::{Common, Format};
use crate::calibrate::{Calibration, Fault, Line, Role};
use crate::check::Meta;
use crate::checks::{self, AnyCheck};
use crate::error::{Error, Result};
use crate::language::{Language, Text};
use crate::subject;
use clap::ValueEnum;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;

/// Arguments of `calibrate`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Try this fault alone beside the strict vendor; repeatable. `vendor faults` lists them.
    #[arg(long, value_name = "NAME")]
    fault: Vec<Fault>,
    /// Judge the checks of this family alone.
    #[arg(long, value_enum, value_name = "FAMILY")]
    family: Option<Family>,
}

/// A family of checks on trials.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Family {
    /// What the system asks the identity provider for.
    AuthnRequest,
    /// What the system makes of a Response.
    Login,
    /// Single logout.
    Logout,
    /// Messages pushed to the system.
    Push,
    /// Messages that the system fetches.
    Pull,
    /// How it uses tokens.
    Token,
    /// Messages that it sends.
    Send,
    /// Its maintenance of value lists.
    ValueList,
    /// What its log says about logins.
    Trace,
    /// What its log holds beside: secrets, and times that cannot be.
    EventLog,
}

impl Family {
    const fn of_checks(self) -> subject::Family {
        match self {
            Self::AuthnRequest => subject::Family::AuthnRequest,
            Self::Login => subject::Family::Login,
            Self::Logout => subject::Family::Logout,
            Self::Push => subject::Family::Push,
            Self::Pull => subject::Family::Pull,
            Self::Token => subject::Family::Token,
            Self::Send => subject::Family::Send,
            Self::ValueList => subject::Family::ValueList,
            Self::Trace => subject::Family::Trace,
            Self::EventLog => subject::Family::EventLog,
        }
    }
}

/// Most systems at the same time. Those that receive messages mostly wait.
const MOST_AT_ONCE: usize = 8;

/// A system to try, with the checks that are tried on it.
struct Try {
    role: Role,
    fault: Option<Fault>,
    checks: Vec<AnyCheck>,
}

pub(super) fn run(args: &Args, common: Common) -> Result<u8> {
    let wanted = |check: &AnyCheck| args.family.is_none_or(|wanted| wanted.of_checks() == check.meta().family);
    let of = |is: &dyn Fn(&Meta) -> bool| -> Vec<AnyCheck> {
        checks::all().filter(|check| is(check.meta()) && wanted(check)).collect()
    };
    let faults: Vec<Fault> = if args.fault.is_empty() { Fault::all().collect() } else { args.fault.clone() };
    let strict = Role::ALL.into_iter().map(|role| (role, None));
    let systems: Vec<Try> = strict
        .chain(faults.iter().map(|fault| (fault.role(), Some(*fault))))
        .filter(|(role, _)| faults.iter().any(|fault| fault.role() == *role))
        .map(|(role, fault)| Try {
            role,
            fault,
            checks: of(&|check| fault.map_or(role.is_tried_by(check), |fault| fault.is_tried_by(check))),
        })
        .filter(|system| !system.checks.is_empty())
        .collect();
    let tried: BTreeSet<&str> = systems.iter().flat_map(|s| s.checks.iter().map(|c| c.meta().id)).collect();

    let width = Fault::all().map(|fault| fault.name().len()).max().unwrap_or_default();
    let text = common.format == Format::Text;
    let lines = judge(&systems, &mut |line| {
        if text {
            common.print(&sentence(line, width, common.lang));
        }
    })?;
    let holding = lines.iter().filter(|line| line.holds()).count();
    let all_hold = holding == lines.len();
    if text {
        let words = Text { da: "linjer holder", en: "lines hold" };
        common.print(&format!("{holding}/{} {}", lines.len(), words.get(common.lang)));
    } else {
        common.print_json(&serde_json::json!({
            "ruleset": checks::ruleset_sha256()?,
            "checks": tried.len(),
            "holds": all_hold,
            "lines": lines.iter().map(json).collect::<Vec<_>>(),
        }))?;
    }
    Ok(u8::from(!all_hold))
}

/// Judges the systems, some at the same time, and gives the lines in their order; `ready` sees each as soon as its turn has come.
fn judge(systems: &[Try], ready: &mut dyn FnMut(&Line)) -> Result<Vec<Line>> {
    let calibration = Calibration::new(crate::clock::now())?;
    let waits = systems.iter().all(|system| system.role == Role::Receiver);
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    let workers = if waits { MOST_AT_ONCE } else { processors.min(MOST_AT_ONCE) };
    let next = AtomicUsize::new(0);
    let (sender, receiver) = mpsc::channel();
    std::thread::scope(|scope| {
        for _ in 0..workers {
            let (sender, next, calibration) = (sender.clone(), &next, &calibration);
            scope.spawn(move || {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    let Some(system) = systems.get(number) else { break };
                    let line = match system.fault {
                        None => calibration.strict(system.role, &system.checks),
                        Some(fault) => calibration.line(fault, &system.checks),
                    };
                    let failed = line.is_err();
                    // Nobody listens any more when another system could not be judged at all.
                    if sender.send((number, line)).is_err() || failed {
                        break;
                    }
                }
            });
        }
        drop(sender);
        let mut waiting = BTreeMap::new();
        let mut lines = Vec::new();
        for (number, line) in receiver {
            waiting.insert(number, line?);
            while let Some(line) = waiting.remove(&lines.len()) {
                ready(&line);
                lines.push(line);
            }
        }
        if lines.len() == systems.len() {
            Ok(lines)
        } else {
            Err(Error::Internal("a system was not judged to the end".to_owned()))
        }
    })
}

fn sentence(line: &Line, width: usize, language: Language) -> String {
    let (failed, must_fail) = (line.failed(), line.must_fail());
    let word =
        if line.holds() { Text { da: "holder", en: "holds" } } else { Text { da: "HOLDER IKKE", en: "DOES NOT HOLD" } };
    let mut out = format!("{:<width$}  {}", line.name(), word.get(language));
    let mut list = |what: Text, ids: &BTreeSet<&'static str>| {
        if !ids.is_empty() {
            out.push_str("; ");
            out.push_str(what.get(language));
            out.push(' ');
            out.push_str(&ids.iter().copied().collect::<Vec<_>>().join(", "));
        }
    };
    list(Text { da: "rød:", en: "red:" }, &(&failed & &must_fail));
    if line.holds() {
        if let Some(because) = line.expected.because() {
            out.push_str("; ");
            out.push_str(because.get(language));
        }
        return out;
    }
    list(Text { da: "skulle være rød:", en: "should be red:" }, &(&must_fail - &failed));
    list(Text { da: "skulle ikke være rød:", en: "should not be red:" }, &(&failed - &must_fail));
    list(Text { da: "uafgjort:", en: "undecided:" }, &line.undecided());
    out
}

fn json(line: &Line) -> serde_json::Value {
    let because = line.expected.because().map(|text| serde_json::json!({ "da": text.da, "en": text.en }));
    serde_json::json!({
        "system": line.name(),
        "holds": line.holds(),
        "mustFail": line.must_fail(),
        "failed": line.failed(),
        "undecided": line.undecided(),
        "nothingMustFailBecause": because,
    })
}
