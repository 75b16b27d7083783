//! `kravprobe calibrate`: tries the checks on logins and logouts on the reference vendor, strict and with each fault.

use super::{Common, Format};
use crate::calibrate::{Calibration, Expected, Line};
use crate::checks::{self, AnyCheck};
use crate::error::{Error, Result};
use crate::language::{Language, Text};
use crate::subject;
use crate::vendor::service_provider::Fault;
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
}

impl Family {
    const fn of_checks(self) -> subject::Family {
        match self {
            Self::AuthnRequest => subject::Family::AuthnRequest,
            Self::Login => subject::Family::Login,
            Self::Logout => subject::Family::Logout,
        }
    }
}

/// Most systems at the same time.
const MOST_AT_ONCE: usize = 4;

pub(super) fn run(args: &Args, common: Common) -> Result<u8> {
    let judged = |check: &AnyCheck| {
        let family = check.meta().family;
        family.is_trial() && args.family.is_none_or(|wanted| wanted.of_checks() == family)
    };
    let checks: Vec<AnyCheck> = checks::all().filter(judged).collect();
    let faults = if args.fault.is_empty() { Fault::ALL } else { args.fault.as_slice() };
    let systems: Vec<Option<Fault>> = std::iter::once(None).chain(faults.iter().copied().map(Some)).collect();

    let width = Fault::ALL.iter().map(|fault| fault.name().len()).max().unwrap_or_default();
    let text = common.format == Format::Text;
    let lines = judge(&systems, &checks, &mut |line| {
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
            "checks": checks.len(),
            "holds": all_hold,
            "lines": lines.iter().map(json).collect::<Vec<_>>(),
        }))?;
    }
    Ok(u8::from(!all_hold))
}

/// Judges the systems, some at the same time, and gives the lines in their order; `ready` sees each as soon as its turn has come.
fn judge(systems: &[Option<Fault>], checks: &[AnyCheck], ready: &mut dyn FnMut(&Line)) -> Result<Vec<Line>> {
    let calibration = Calibration::new(crate::clock::now())?;
    let workers = std::thread::available_parallelism().map_or(1, usize::from).min(MOST_AT_ONCE);
    let next = AtomicUsize::new(0);
    let (sender, receiver) = mpsc::channel();
    std::thread::scope(|scope| {
        for _ in 0..workers {
            let (sender, next, calibration) = (sender.clone(), &next, &calibration);
            scope.spawn(move || {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    let Some(system) = systems.get(number) else { break };
                    let line =
                        system.map_or_else(|| calibration.strict(checks), |fault| calibration.line(fault, checks));
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

fn name(line: &Line) -> &'static str {
    line.fault.map_or("strict", Fault::name)
}

fn sentence(line: &Line, width: usize, language: Language) -> String {
    let (failed, must_fail) = (line.failed(), line.must_fail());
    let word =
        if line.holds() { Text { da: "holder", en: "holds" } } else { Text { da: "HOLDER IKKE", en: "DOES NOT HOLD" } };
    let mut out = format!("{:<width$}  {}", name(line), word.get(language));
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
        if let Expected::Nothing(because) = line.expected {
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
    let because = match line.expected {
        Expected::Nothing(because) => Some(serde_json::json!({ "da": because.da, "en": because.en })),
        Expected::Red(_) => None,
    };
    serde_json::json!({
        "system": name(line),
        "holds": line.holds(),
        "mustFail": line.must_fail(),
        "failed": line.failed(),
        "undecided": line.undecided(),
        "nothingMustFailBecause": because,
    })
}
