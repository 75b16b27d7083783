//! `kravprobe notice`: a draft notice of defects from a verified bundle.

use super::{Common, Form, new_file};
use crate::denmark::danish_day;
use crate::error::{Error, Result};
use crate::language::Text;
use crate::render::{NoticeFacts, NoticeForm, has_defects, notice, one_line};
use crate::report::bundle::BundleReader;
use crate::report::replay;
use crate::report::verify::{Verified, verify};
use crate::seal::{Proof, Trust};
use jiff::Timestamp;
use jiff::civil::Date;
use std::path::{Path, PathBuf};

/// Arguments of `notice`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Bundle: a directory or a zip file. It must verify.
    bundle: PathBuf,
    /// File to write, `.html` or `.md`; it must not exist yet. The draft is printed as Markdown, when absent.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Day on which report and notice are delivered, such as 2026-12-01. Without it the deadlines are no dates: a day that
    /// nobody has set would give the vendor a deadline that does not hold.
    #[arg(long, value_name = "DATE", value_parser = day)]
    delivered: Option<Date>,
    /// Root that the sealing certificate must lead to, PEM; the OCES3 production root, when absent.
    #[arg(long, value_name = "FILE")]
    trust: Option<PathBuf>,
    /// Instant for the certification path, RFC 3339; the sealer's own word, when absent.
    #[arg(long, value_name = "RFC3339")]
    at: Option<Timestamp>,
}

/// A day as the user writes it; the Danish order of day, month and year is told the form that is wanted.
fn day(text: &str) -> std::result::Result<Date, String> {
    text.parse().map_err(|_| "write the day as year-month-day, such as 2026-12-18".to_owned())
}

pub(super) fn run(args: &Args, common: Common) -> Result<u8> {
    let form = form(args.out.as_deref(), common.form)?;
    let trust = match &args.trust {
        Some(file) => Trust::from_file(file)?,
        None => Trust::production(),
    };
    let verified = verify(&args.bundle, &trust, args.at)?;
    usable(&verified, &args.bundle)?;
    let report = &verified.report;
    if let Some(day) = args.delivered
        && day < danish_day(report.issued)
    {
        return Err(Error::Usage(format!("the report cannot be delivered on {day}: it was issued later")));
    }
    if !has_defects(report)? {
        let nothing = Text {
            da: "Intet skal-krav er vist brudt uden dispensation, så der er intet at reklamere over. Intet er skrevet.",
            en: "No must requirement is shown to be broken without a waiver, so there is nothing to give notice of. Nothing was written.",
        };
        common.print(nothing.get(common.lang));
        return Ok(0);
    }
    let mut bundle = BundleReader::open(&args.bundle)?;
    let profile = replay::profile(&mut |path| bundle.read(path))?;
    let not_proven: Vec<_> = verified.statements.iter().filter(|s| s.proof == Proof::NotProven).collect();
    let facts =
        NoticeFacts { language: common.lang, delivered: args.delivered, profile: &profile, not_proven: &not_proven };
    let text = notice(report, facts, form)?;
    match &args.out {
        Some(out) => {
            new_file(out, &text)?;
            common.print(&out.display().to_string());
        }
        None => common.print(&text),
    }
    Ok(0)
}

/// The form asked for, else the one that the file's ending says.
fn form(out: Option<&Path>, asked: Form) -> Result<NoticeForm> {
    let ending = out.and_then(Path::extension).map(std::ffi::OsStr::to_ascii_lowercase);
    match (asked, ending.as_ref().and_then(|e| e.to_str())) {
        (Form::Html, _) | (Form::Text, Some("html" | "htm")) => Ok(NoticeForm::Html),
        (Form::Markdown, _) | (Form::Text, Some("md" | "markdown")) => Ok(NoticeForm::Markdown),
        (Form::Text, None) if out.is_none() => Ok(NoticeForm::Markdown),
        _ => Err(Error::Usage("the notice is HTML or Markdown: end the file in .html or .md, or say --format".into())),
    }
}

/// A notice accuses somebody, so it rests on a whole bundle of which nothing is refuted, and on a profile that was in force.
fn usable(verified: &Verified, place: &Path) -> Result<()> {
    if let Some(refuted) = verified.statements.iter().find(|s| s.proof == Proof::Refuted) {
        return Err(Error::file(
            place,
            format!(
                "does not verify, so no notice can rest on it: {} `kravprobe verify` says everything",
                one_line(&refuted.text.en)
            ),
        ));
    }
    if verified.statements.iter().any(|s| s.id == "bundle") {
        return Err(Error::file(
            place,
            "is the sealed report alone; a notice needs the whole bundle with its evidence",
        ));
    }
    if verified.report.aggregate.trace.iter().any(|fired| fired.rule == "R0") {
        return Err(Error::file(
            place,
            "was judged by a profile that was not in force on that day, so it binds nobody and no notice can rest on it",
        ));
    }
    Ok(())
}
