//! `kravprobe demo`: judges the embedded reference vendor, good and with deliberate defects, and verifies what it sealed.

use super::{Common, run};
use crate::aggregate::Decision;
use crate::error::{Error, Result};
use crate::language::Text;
use crate::report::v1::Report;
use crate::report::verify;
use crate::run::{Options, run as run_target};
use crate::seal::{KeySource, SealingKey, SealingPolicy, Trust};
use crate::vendor::pki::ExampleKeys;
use crate::vendor::system::{PurchasedSystem, purchase_defects};
use crate::verdict::Verdict;
use std::path::{Path, PathBuf};

/// Arguments of `demo`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Directory that the demo makes; it must not exist yet.
    #[arg(long, default_value = "demo", value_name = "DIR")]
    out: PathBuf,
}

/// The example purchase, from login to log.
const PROFILE: &str = "eksempel-koeb-sundhedspleje";

pub(super) fn run(args: &Args, common: Common) -> Result<u8> {
    if args.out.exists() {
        return Err(Error::file(&args.out, "exists already; name another directory"));
    }
    let keys = ExampleKeys::shipped().map_err(|e| Error::Internal(e.to_string()))?;
    let good = judge(&args.out.join("good"), &keys, false, common)?;
    let defective = judge(&args.out.join("defects"), &keys, true, common)?;
    let as_expected = good.aggregate.decision <= Decision::AcceptedWithRemarks
        && defective.aggregate.decision == Decision::NotAccepted
        && found_all(&defective, common);
    if as_expected {
        let done = Text {
            da: "Det gode system er godkendt (slutkode 0), det fejlbehæftede er ikke godkendt (slutkode 1).",
            en: "The good system is accepted (exit code 0), the defective one is not accepted (exit code 1).",
        };
        common.print(&format!("\n{}\n{}", done.get(common.lang), args.out.display()));
        let next = Text {
            da: "Et udkast til reklamation over det fejlbehæftede system:",
            en: "A draft notice of defects on the defective system:",
        };
        let bundle = args.out.join("defects");
        common.print(&format!(
            "{}\n  kravprobe notice {} --trust {}",
            next.get(common.lang),
            bundle.join("report").display(),
            bundle.join("system/root-ca.pem").display()
        ));
        Ok(0)
    } else {
        Err(Error::Internal("the demo did not come out as it must".into()))
    }
}

/// Lists the defects that were seeded, each with whether the report found it.
fn found_all(report: &Report, common: Common) -> bool {
    let heading = Text { da: "De indlagte fejl i det andet system", en: "The defects seeded in the second system" };
    common.print(&format!("\n{}:", heading.get(common.lang)));
    let mut found_all = true;
    for seeded in purchase_defects() {
        let found = failed(report, seeded.check);
        found_all &= found;
        let word = if found { Text { da: "fundet", en: "found" } } else { Text { da: "IKKE fundet", en: "NOT found" } };
        common.print(&format!("  {:<12} {:<36} {}", word.get(common.lang), seeded.check, seeded.what.get(common.lang)));
    }
    found_all
}

fn failed(report: &Report, id: &str) -> bool {
    report
        .results
        .iter()
        .flat_map(|r| &r.checks)
        .any(|c| c.verdict == Verdict::Fail && (c.check.as_deref() == Some(id) || c.declaration.as_deref() == Some(id)))
}

fn judge(directory: &Path, keys: &ExampleKeys, defective: bool, common: Common) -> Result<Report> {
    let fault = |e: &dyn std::fmt::Display| Error::file(directory, e);
    let at = crate::clock::now();
    let system = PurchasedSystem::start(&directory.join("system"), keys, at, defective).map_err(|e| fault(&e))?;
    let source =
        KeySource::Pem { key: system.seal_key.clone(), certificates: system.seal_certificate.clone(), password: None };
    let trust = Trust::production();
    let policy = SealingPolicy { at, trust: &trust, allow_example: true };
    let key = SealingKey::load(&source, Path::new(""), None, policy)?;
    let out = directory.join("report");
    let options = Options {
        profile: PROFILE,
        target: &system.target,
        waivers: None,
        out: &out,
        at,
        clock_given: false,
        offline: false,
        calibration: None,
        language: common.lang,
        key: Some(&key),
    };
    let finished = run_target(&options, &mut |_| ())?;
    run::print(&finished, common)?;
    let verified = verify::verify(&finished.path, &Trust::from_file(&system.root)?, None)?;
    if !verified.holds {
        return Err(Error::Internal(format!(
            "the sealed report does not verify:\n{}",
            super::verify::text(&verified, common.lang)
        )));
    }
    let sentence = Text {
        da: "Rapporten er kontrolleret som med denne kommando; roden er demoens egen, så den skal nævnes:",
        en: "The report was verified as by this command; the root is the demo's own, so it must be named:",
    };
    let command = format!("kravprobe verify {} --trust {}", finished.path.display(), system.root.display());
    common.print(&format!("{}\n  {command}", sentence.get(common.lang)));
    Ok(finished.report)
}
