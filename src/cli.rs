//! The command line: one file a subcommand.

mod bank;
mod bfo;
mod calibrate;
mod completions;
mod declare;
mod demo;
mod diff;
mod explain;
mod generate;
mod idp;
mod init;
mod inspect;
mod notice;
mod plan;
mod profile;
mod replay;
mod run;
mod seal;
mod vendor;
mod verify;

pub use init::STARTER as STARTER_TARGET;

use crate::error::{Error, Result};
use crate::language::Language;
use clap::{Parser, Subcommand, ValueEnum};
use std::io::{IsTerminal, Write};
use std::path::Path;
use std::process::ExitCode;
use std::sync::OnceLock;

/// Verifies a vendor's integrations to Denmark's common municipal infrastructure and writes a sealed report.
#[derive(Debug, Parser)]
#[command(
    name = "kravprobe",
    version,
    about,
    long_about = None,
    max_term_width = 100,
    arg_required_else_help = true,
    after_help = "Exit codes: 0 accepted (with or without remarks), 1 not accepted, 2 wrong use or wrong input file, \
                  3 inconclusive or incomplete, 4 fault of the program."
)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    options: Options,
}

/// Options of every subcommand.
#[derive(Clone, Copy, Debug, clap::Args)]
struct Options {
    /// Language of what people read.
    #[arg(long, global = true, value_enum, default_value_t, value_name = "LANGUAGE")]
    lang: Language,
    /// Print nothing but errors; the exit code still says what came of it.
    #[arg(long, short, global = true)]
    quiet: bool,
    /// Form of what is printed; most subcommands have text and json alone.
    #[arg(long, global = true, value_enum, default_value_t = Form::Text, value_name = "FORMAT")]
    format: Form,
}

/// What every subcommand is told.
#[derive(Clone, Copy, Debug)]
pub struct Common {
    /// Language of what people read.
    pub lang: Language,
    /// Print nothing but errors.
    pub quiet: bool,
    /// For people or for programs.
    pub format: Format,
    /// The exact form, for subcommands that have more than text and JSON.
    pub form: Form,
}

/// For whom it is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// For people.
    Text,
    /// For programs.
    Json,
}

/// Form of what is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Form {
    /// For people.
    Text,
    /// For programs.
    Json,
    /// A table for spreadsheets.
    Csv,
    /// A page.
    Html,
    /// A text with marks.
    Markdown,
}

impl Form {
    /// The forms that most subcommands have.
    const USUAL: &'static [Self] = &[Self::Text, Self::Json];

    fn name(self) -> String {
        self.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned())
    }
}

impl Options {
    /// What the subcommand is told; an error when it does not have the form that was asked for.
    fn common(self, forms: &[Form]) -> Result<Common> {
        let Self { lang, quiet, format: form } = self;
        if !forms.contains(&form) {
            let names: Vec<_> = forms.iter().map(|f| f.name()).collect();
            let message = format!("this subcommand has no form `{}`; it has {}", form.name(), names.join(", "));
            return Err(Error::Usage(message));
        }
        let format = if form == Form::Json { Format::Json } else { Format::Text };
        Ok(Common { lang, quiet, format, form })
    }
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Judge a target by a profile and leave a bundle with the report
    Run(run::Args),
    /// Say what a bundle or a sealed report proves, and what it does not
    Verify(verify::Args),
    /// Judge a bundle's evidence again, offline, and compare
    Replay(replay::Args),
    /// Say what changed between two bundles of the same system, and why
    Diff(diff::Args),
    /// Draft a notice of defects from a verified bundle, with what a lawyer must decide marked
    Notice(notice::Args),
    /// Explain a check: why, where it can be read, what to do
    Explain(explain::Args),
    /// Judge certificate or metadata files without a target
    Inspect(inspect::Args),
    /// Show what a run would do, what does not apply and what cannot run
    Plan(plan::Args),
    /// The requirement bank: what there is, what decides it, and what a new version changes
    Bank(bank::Args),
    /// Check, list or show profiles
    Profile(profile::Args),
    /// Write a commented starter target
    Init(init::Args),
    /// Write a form with the declarations that a plan lacks
    Declare(declare::Args),
    /// Judge the embedded reference vendor, good and with deliberate defects
    Demo(demo::Args),
    /// Try the checks on the reference vendor: each fault must turn red what it must, and nothing else
    Calibrate(calibrate::Args),
    /// The test identity provider: keys, metadata, and a page for a person with a browser
    Idp(idp::Args),
    /// The test Beskedfordeler: keys, token service, broker and value lists, for a vendor at a desk
    Bfo(bfo::Args),
    /// The reference vendor and its example PKI
    Vendor(vendor::Args),
    /// Make docs and JSON Schemas from the code
    #[command(hide = true)]
    Generate(generate::Args),
    /// Print a completion script for a shell
    Completions(completions::Args),
    /// Write man pages
    Man(completions::ManArgs),
}

/// Runs the program and gives its exit code.
#[must_use]
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let done = cli.options.common(cli.command.forms()).and_then(|common| dispatch(cli.command, common));
    match done.and_then(|code| written().map(|()| code)) {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            // Errors quote files and bundles of others, which may hold what a terminal would obey.
            eprintln!("kravprobe: {}", crate::render::harmless(&error.to_string()));
            ExitCode::from(error.exit_code())
        }
    }
}

impl Command {
    /// Forms that the subcommand can print.
    const fn forms(&self) -> &'static [Form] {
        match self {
            Self::Bank(args) => args.forms(),
            Self::Notice(_) => &[Form::Text, Form::Html, Form::Markdown],
            _ => Form::USUAL,
        }
    }
}

fn dispatch(command: Command, common: Common) -> Result<u8> {
    match command {
        Command::Run(args) => run::run(&args, common),
        Command::Verify(args) => verify::run(&args, common),
        Command::Demo(args) => demo::run(&args, common),
        Command::Replay(args) => replay::run(&args, common),
        Command::Diff(args) => diff::run(&args, common),
        Command::Notice(args) => notice::run(&args, common),
        Command::Explain(args) => explain::run(&args, common),
        Command::Inspect(args) => inspect::run(&args, common),
        Command::Plan(args) => plan::run(&args, common),
        Command::Bank(args) => bank::run(&args, common),
        Command::Profile(args) => profile::run(&args, common),
        Command::Init(args) => init::run(&args, common),
        Command::Declare(args) => declare::run(&args, common),
        Command::Calibrate(args) => calibrate::run(&args, common),
        Command::Idp(args) => idp::run(&args, common),
        Command::Bfo(args) => bfo::run(&args, common),
        Command::Vendor(args) => vendor::run(&args, common),
        Command::Generate(args) => generate::run(&args, common),
        Command::Completions(args) => Ok(completions::run(&args)),
        Command::Man(args) => completions::man(&args),
    }
}

/// Writes a file that must not exist yet, whole or not at all.
fn new_file(out: &Path, text: &str) -> Result<()> {
    let mut file = std::fs::OpenOptions::new().write(true).create_new(true).open(out).map_err(|e| {
        let hint = if e.kind() == std::io::ErrorKind::AlreadyExists {
            "exists already; name another file".to_owned()
        } else {
            e.to_string()
        };
        Error::file(out, hint)
    })?;
    if let Err(error) = file.write_all(text.as_bytes()).and_then(|()| file.sync_all()) {
        drop(file);
        // Half a file is worse than none; that the file cannot be removed either adds nothing.
        let _ = std::fs::remove_file(out);
        return Err(Error::file(out, error));
    }
    Ok(())
}

/// The first error of standard output, kept until the command is done.
static LOST: OnceLock<String> = OnceLock::new();

/// Remembers that output was lost. The reader going away (`| head`) ends the output and nothing else.
fn note(result: std::io::Result<()>) {
    if let Err(error) = result
        && error.kind() != std::io::ErrorKind::BrokenPipe
    {
        // Only the first error counts.
        let _ = LOST.set(error.to_string());
    }
}

/// An error when what was printed did not get out: half an answer must not look like a whole one.
fn written() -> Result<()> {
    note(std::io::stdout().flush());
    LOST.get().map_or(Ok(()), |error| Err(Error::Usage(format!("standard output cannot be written: {error}"))))
}

impl Common {
    /// Prints what people or programs asked for. A closed pipe is not an error of the program.
    pub fn print(self, text: &str) {
        if !self.quiet {
            let mut out = std::io::stdout().lock();
            note(
                out.write_all(text.as_bytes())
                    .and_then(|()| if text.ends_with('\n') { Ok(()) } else { out.write_all(b"\n") }),
            );
        }
    }

    /// Prints text as it is, without ending the line.
    pub fn print_part(self, text: &str) {
        if !self.quiet {
            note(std::io::stdout().lock().write_all(text.as_bytes()));
        }
    }

    /// Prints a value as JSON, pretty.
    pub fn print_json<T: serde::Serialize>(self, value: &T) -> Result<()> {
        let text = serde_json::to_string_pretty(value).map_err(|e| Error::Internal(e.to_string()))?;
        self.print(&text);
        Ok(())
    }

    /// Whether colour may be used: a terminal, and no NO_COLOR.
    #[must_use]
    pub fn colour(self) -> bool {
        std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty())
    }
}
