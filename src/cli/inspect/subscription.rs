//! `kravprobe inspect subscription`: how an abonnementsudtryk is read, and which messages it selects.

use super::super::{Common, Format};
use crate::besked::expression::{Certainty, Expression, Problem, Selection, fields, parse};
use crate::besked::lists;
use crate::besked::mailboxes::{Abonnement, JSON, Mailboxes};
use crate::besked::read::{Message, read};
use crate::capture::distribution::files::{read_export, read_message};
use crate::error::{Error, Result};
use crate::evidence::redact::redact;
use crate::language::{Language, Text};
use crate::render::one_line;
use serde::Serialize;
use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::PathBuf;

/// Arguments of `inspect subscription`.
#[derive(Debug, clap::Args)]
#[command(group(clap::ArgGroup::new("what").required(true).args(["expression", "export"])))]
pub struct Args {
    /// The expression to try.
    #[arg(long, value_name = "TEXT")]
    expression: Option<String>,
    /// Export of mailboxes (JSON or TOML) whose subscriptions are tried.
    #[arg(long, value_name = "FILE")]
    export: Option<PathBuf>,
    /// UUID of a message type that must be selected; more than one may be given.
    ///
    /// Without it, the types that the export requires.
    #[arg(long, value_name = "UUID", value_parser = uuid)]
    require: Vec<String>,
    /// Files with a Haendelsesbesked or ModtagBeskedInput each.
    #[arg(value_name = "MESSAGE")]
    messages: Vec<PathBuf>,
}

fn uuid(text: &str) -> std::result::Result<String, String> {
    lists::uuid_of(text).map(|uuid| uuid.to_string()).ok_or_else(|| "a UUID is expected".to_owned())
}

/// What is tried: one expression on every message, or the subscriptions of an export.
enum Tried {
    Expression(String),
    Subscriptions(Vec<(String, Abonnement)>),
}

/// The answer, as JSON.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    expressions: Vec<ExpressionAnswer>,
    messages: Vec<MessageAnswer>,
    required: Vec<RequiredAnswer>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ExpressionAnswer {
    /// The subscription that it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    subscription: Option<String>,
    expression: String,
    /// `read`, `broken` or `unknown`.
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    tree: Option<Tree>,
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<ProblemAnswer>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Tree {
    path: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    index: Option<u32>,
    item_path: Vec<String>,
    operator: &'static str,
    values: Vec<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ProblemAnswer {
    line: usize,
    column: usize,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<String>,
    #[serde(skip)]
    shown: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct MessageAnswer {
    file: String,
    besked_id: String,
    beskedtype: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    type_name: Option<&'static str>,
    selected_by: Vec<SelectionAnswer>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct SelectionAnswer {
    #[serde(skip_serializing_if = "Option::is_none")]
    subscription: Option<String>,
    /// `selected`, `not-selected` or `unknown`.
    selection: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct RequiredAnswer {
    beskedtype: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    type_name: Option<&'static str>,
    /// `selected`, `missed`, `unknown` or `no-message`.
    state: &'static str,
}

pub(super) fn run(args: &Args, common: Common) -> Result<u8> {
    let (tried, required) = tried(args)?;
    let messages = args
        .messages
        .iter()
        .map(|path| {
            let message = read(&read_message(path)?).map_err(|e| Error::file(path, e))?;
            Ok((path.display().to_string(), message))
        })
        .collect::<Result<Vec<_>>>()?;
    let answer = answer(&tried, &required, &messages);
    let (text, media_type) = match common.format {
        Format::Json => (serde_json::to_string_pretty(&answer).map_err(|e| Error::Internal(e.to_string()))?, JSON),
        Format::Text => (text(&answer, common.lang), "text/plain"),
    };
    // An expression on a CPR number may end in the log of a build server.
    common.print(&String::from_utf8_lossy(&redact(text.as_bytes(), media_type).bytes));
    Ok(exit_code(&answer))
}

/// What is tried, and the required types.
fn tried(args: &Args) -> Result<(Tried, BTreeSet<String>)> {
    let mut required: BTreeSet<String> = args.require.iter().cloned().collect();
    if let Some(expression) = &args.expression {
        return Ok((Tried::Expression(expression.clone()), required));
    }
    let Some(path) = &args.export else { return Err(Error::Usage("name --expression or --export".into())) };
    let (bytes, media_type) = read_export(path)?;
    let export = Mailboxes::open(&path.display().to_string(), &bytes, media_type)?;
    if required.is_empty() {
        required.extend(export.required.iter().flatten().map(|r| r.beskedtype.to_string()));
    }
    let mut subscriptions = Vec::new();
    for dueslag in export.dueslag.into_iter().flatten().filter(|d| !d.retired) {
        let name = dueslag.title().to_owned();
        let used = dueslag.abonnementer.into_iter().flatten().filter(|a| !a.retired);
        subscriptions.extend(used.map(|a| (format!("{} in {name}", a.title()), a)));
    }
    if subscriptions.is_empty() {
        return Err(Error::file(path, "states no subscription in use; add `abonnementer` to a dueslag"));
    }
    Ok((Tried::Subscriptions(subscriptions), required))
}

fn answer(tried: &Tried, required: &BTreeSet<String>, messages: &[(String, Message)]) -> Answer {
    let expressions = match tried {
        Tried::Expression(text) => vec![expression_answer(None, text)],
        Tried::Subscriptions(all) => all
            .iter()
            .flat_map(|(name, a)| a.abonnementsudtryk.iter().flatten().map(move |f| (name, &f.expression)))
            .map(|(name, text)| expression_answer(Some(name.clone()), text))
            .collect(),
    };
    let messages: Vec<_> = messages.iter().map(|(file, message)| message_answer(tried, file, message)).collect();
    let required = required.iter().map(|of| required_answer(of, &messages)).collect();
    Answer { expressions, messages, required }
}

fn expression_answer(subscription: Option<String>, text: &str) -> ExpressionAnswer {
    let read = parse(text).and_then(|e| fields::check(&e.field).map(|()| e));
    let name = subscription.as_deref().unwrap_or("abonnementsudtryk");
    let (state, tree, problem) = match &read {
        Ok(expression) => ("read", Some(tree(expression)), None),
        Err(problem) if problem.certainty == Certainty::Broken => ("broken", None, Some(placed(problem, name, text))),
        Err(problem) => ("unknown", None, Some(placed(problem, name, text))),
    };
    ExpressionAnswer { expression: text.to_owned(), state, tree, problem, subscription }
}

fn tree(expression: &Expression) -> Tree {
    let texts = |names: &[crate::besked::expression::Name]| names.iter().map(|n| n.text.clone()).collect();
    let item = expression.field.item.as_ref();
    Tree {
        path: texts(&expression.field.path),
        index: item.map(|i| i.index),
        item_path: item.map(|i| texts(&i.path)).unwrap_or_default(),
        operator: expression.condition.operator(),
        values: expression.condition.values().to_vec(),
    }
}

fn placed(problem: &Problem, name: &str, text: &str) -> ProblemAnswer {
    let (line, column) = problem.place(text);
    let shown = problem.diagnostic(name, text).to_string();
    // What is unknown may be right.
    let shown = match (problem.certainty, shown.strip_prefix("error: ")) {
        (Certainty::Unknown, Some(rest)) => format!("note: {rest}"),
        _ => shown,
    };
    ProblemAnswer { line, column, message: problem.message.clone(), help: problem.help.clone(), shown }
}

fn message_answer(tried: &Tried, file: &str, message: &Message) -> MessageAnswer {
    let one = |subscription: Option<&String>, selection: Selection| {
        let (selection, why) = match selection {
            Selection::Selected => ("selected", None),
            Selection::NotSelected => ("not-selected", None),
            Selection::Unknown(why) => ("unknown", Some(why)),
        };
        SelectionAnswer { subscription: subscription.cloned(), selection, why }
    };
    let selected_by = match tried {
        Tried::Expression(text) => {
            let selection = parse(text).map_or_else(|p| Selection::Unknown(p.message), |e| e.selects(&message.besked));
            vec![one(None, selection)]
        }
        Tried::Subscriptions(all) => all
            .iter()
            .map(|(name, subscription)| match (subscription.selects(message), subscription.is_active()) {
                (Selection::Selected, Some(false)) => {
                    let why = Some("would select it, but is not active".to_owned());
                    SelectionAnswer { subscription: Some(name.clone()), selection: "not-selected", why }
                }
                (Selection::Selected, None) => {
                    let why = "would select it; whether it is active is not stated".to_owned();
                    one(Some(name), Selection::Unknown(why))
                }
                (selection, _) => one(Some(name), selection),
            })
            .collect(),
    };
    let text = |id: Option<crate::besked::read::Id<'_>>| id.map(|id| id.value.trim().to_owned()).unwrap_or_default();
    let beskedtype = text(message.message_type());
    MessageAnswer {
        file: file.to_owned(),
        besked_id: text(message.besked_id()),
        type_name: type_name(&beskedtype),
        beskedtype,
        selected_by,
    }
}

fn type_name(uuid: &str) -> Option<&'static str> {
    lists::message_type(uuid).map(|of| of.name.as_str())
}

fn required_answer(of: &str, messages: &[MessageAnswer]) -> RequiredAnswer {
    let selections: Vec<_> = messages
        .iter()
        .filter(|m| m.beskedtype.eq_ignore_ascii_case(of))
        .flat_map(|m| m.selected_by.iter().map(|s| s.selection))
        .collect();
    let state = if selections.contains(&"selected") {
        "selected"
    } else if selections.contains(&"unknown") {
        "unknown"
    } else if selections.is_empty() {
        "no-message"
    } else {
        "missed"
    };
    RequiredAnswer { beskedtype: of.to_owned(), type_name: type_name(of), state }
}

/// 1 when an expression is broken or a required type is missed, 3 when that cannot be said, else 0.
fn exit_code(answer: &Answer) -> u8 {
    let states = || answer.expressions.iter().map(|e| e.state).chain(answer.required.iter().map(|r| r.state));
    let selections = || answer.messages.iter().flat_map(|m| m.selected_by.iter().map(|s| s.selection));
    if states().any(|s| s == "broken" || s == "missed") {
        1
    } else if states().any(|s| s == "no-message") || states().chain(selections()).any(|s| s == "unknown") {
        3
    } else {
        0
    }
}

// Below, the results of `write!` are ignored: writing to a String cannot fail.

fn text(answer: &Answer, language: Language) -> String {
    let words = |da, en| Text { da, en }.get(language);
    let mut out = String::new();
    for expression in &answer.expressions {
        let name = expression.subscription.as_deref().unwrap_or("abonnementsudtryk");
        if let Some(tree) = &expression.tree {
            let _ = writeln!(out, "{}: {}", one_line(name), words("kan læses", "can be read"));
            let _ = writeln!(out, "  {} {}", tree.operator, words("sammenligner", "compares"));
            let _ = writeln!(out, "    {:<8} {}", words("felt", "field"), one_line(&tree.path.join(".")));
            if let Some(index) = tree.index {
                let _ = writeln!(out, "    {:<8} {index} {}", "get", words("(fra 0)", "(from 0)"));
                let _ = writeln!(out, "    {:<8} {}", words("heri", "in it"), one_line(&tree.item_path.join(".")));
            }
            for value in &tree.values {
                let _ = writeln!(out, "    {:<8} '{}'", words("værdi", "value"), one_line(value));
            }
        }
        if let Some(problem) = &expression.problem {
            let state = match expression.state {
                "broken" => words("kan ikke læses", "cannot be read"),
                _ => {
                    words("indeholder noget ukendt, som ikke bedømmes", "holds something unknown, which is not judged")
                }
            };
            let _ = writeln!(out, "{}: {state}\n{}", one_line(name), crate::render::harmless(&problem.shown));
        }
    }
    for message in &answer.messages {
        let of = message.type_name.unwrap_or(&message.beskedtype);
        let _ = writeln!(out, "{} ({}, {})", one_line(&message.file), one_line(of), one_line(&message.besked_id));
        for by in &message.selected_by {
            let state = match by.selection {
                "selected" => words("udvælges", "selected"),
                "not-selected" => words("udvælges ikke", "not selected"),
                _ => words("kan ikke afgøres", "cannot be said"),
            };
            let name = by.subscription.as_ref().map(|name| format!(": {name}")).unwrap_or_default();
            let why = by.why.as_ref().map(|why| format!(" ({why})")).unwrap_or_default();
            let _ = writeln!(out, "  {}", one_line(&format!("{state}{name}{why}")));
        }
    }
    for required in &answer.required {
        let of = required.type_name.unwrap_or(&required.beskedtype);
        let state = match required.state {
            "selected" => words("udvælges", "selected"),
            "missed" => words("udvælges ikke", "missed"),
            "no-message" => words("ingen besked af typen at prøve på", "no message of the type to try"),
            _ => words("kan ikke afgøres", "cannot be said"),
        };
        let _ = writeln!(out, "{} {}: {state}", words("krævet type", "required type"), one_line(of));
    }
    out
}
