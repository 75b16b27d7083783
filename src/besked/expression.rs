//! Abonnementsudtryk: the filter of a subscription, parsed, checked against the envelope's schema, and tried on messages.
//!
//! No grammar is public. What is read here is what the official examples show (ORGE 5, PG1601, OS2valghalla): a path that begins at
//! `Beskedkuvert`, `get(list, index)`, the operators `=` and `in (...)`, and strings in single quotes. A construct that no example
//! shows is *unknown*: it is named with its place and never guessed at, because it may well be right. Only what no grammar of this
//! kind could take (a quote or a bracket without its partner, a value that is missing) is called *broken*.

pub mod fields;
mod tokens;

use crate::besked::read::Element;
use crate::error::Diagnostic;
use std::fmt;
use std::ops::Range;
use tokens::{Kind, Token};

/// Longest expression, bytes.
pub const MAX_BYTES: usize = 64 * 1024;
/// Most names of one path; the envelope has seven levels.
const MAX_NAMES: usize = 32;
/// Where every path of the sources begins.
pub const ROOT: &str = "Beskedkuvert";

/// An expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expression {
    /// What is compared.
    pub field: Field,
    /// What it is compared with.
    pub condition: Condition,
}

/// A field of the envelope: `a.b`, `get(a.b, 0)` or `get(a.b, 0).c.d`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// The names from the root, at least one.
    pub path: Vec<Name>,
    /// One item of the list that the path names, and what is taken of it.
    pub item: Option<Item>,
}

/// One item of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// Which, from 0.
    pub index: u32,
    /// The names below it.
    pub path: Vec<Name>,
}

/// The name of an element.
#[derive(Clone, Debug)]
pub struct Name {
    /// The name.
    pub text: String,
    /// Where it stands, bytes.
    pub span: Range<usize>,
}

impl PartialEq for Name {
    /// Where a name stands is no part of what it says.
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}
impl Eq for Name {}

/// What a field is compared with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Condition {
    /// `= 'value'`
    Equals(String),
    /// `in ('value', 'value')`
    In(Vec<String>),
}

impl Condition {
    /// The operator.
    #[must_use]
    pub const fn operator(&self) -> &'static str {
        match self {
            Self::Equals(_) => "=",
            Self::In(_) => "in",
        }
    }

    /// The values.
    #[must_use]
    pub fn values(&self) -> &[String] {
        match self {
            Self::Equals(value) => std::slice::from_ref(value),
            Self::In(values) => values,
        }
    }
}

/// How sure it is that something is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Certainty {
    /// No grammar of this kind takes it.
    Broken,
    /// No source shows it; it may be right.
    Unknown,
}

/// Why an expression was not read, or does not fit the envelope.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// How sure it is.
    pub certainty: Certainty,
    /// Where, bytes of the expression.
    pub span: Range<usize>,
    /// What.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
}

impl Problem {
    fn broken(span: Range<usize>, message: impl Into<String>) -> Self {
        Self { certainty: Certainty::Broken, span, message: message.into(), help: None }
    }

    fn unknown(span: Range<usize>, message: impl Into<String>) -> Self {
        let help = "no public source shows it, so nothing is said about what the Beskedfordeler makes of it".to_owned();
        Self { certainty: Certainty::Unknown, span, message: message.into(), help: Some(help) }
    }

    fn helped(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Line and column of its place, from 1; columns count characters.
    #[must_use]
    pub fn place(&self, source: &str) -> (usize, usize) {
        let before = source.get(..self.span.start).unwrap_or(source);
        let line = before.matches('\n').count() + 1;
        (line, before.chars().rev().take_while(|c| *c != '\n').count() + 1)
    }

    /// The problem with its place, as people read it. `name` says where the expression is from.
    #[must_use]
    pub fn diagnostic(&self, name: &str, source: &str) -> Diagnostic {
        Diagnostic::new(name, source, self.span.clone(), self.message.clone(), self.help.clone())
    }
}

/// Reads an expression.
pub fn parse(text: &str) -> Result<Expression, Problem> {
    if text.len() > MAX_BYTES {
        let what = format!("the expression has {} bytes; at most {MAX_BYTES} are read", text.len());
        return Err(Problem::unknown(0..0, what));
    }
    let tokens = tokens::read(text)?;
    let mut parser = Parser { tokens: &tokens, end: text.trim_end().len() };
    let field = parser.field()?;
    let condition = parser.condition()?;
    match parser.tokens.first() {
        None => Ok(Expression { field, condition }),
        Some(_) => Err(parser.unexpected("the end of the expression")),
    }
}

struct Parser<'a> {
    tokens: &'a [Token],
    end: usize,
}

impl Parser<'_> {
    fn next(&self) -> Option<&Kind> {
        self.tokens.first().map(|t| &t.kind)
    }

    fn span(&self) -> Range<usize> {
        self.tokens.first().map_or(self.end..self.end, |t| t.span.clone())
    }

    fn skip(&mut self) {
        self.tokens = self.tokens.get(1..).unwrap_or_default();
    }

    fn takes(&mut self, kind: &Kind) -> bool {
        let there = self.next() == Some(kind);
        if there {
            self.skip();
        }
        there
    }

    /// What stands here instead of what the examples show at this place. A separator or the end where something must stand is
    /// broken; words, operators and brackets can be a construct that no example shows.
    fn unexpected(&self, wanted: &str) -> Problem {
        let span = self.span();
        match self.next() {
            None => Problem::broken(span, format!("the expression ends where {wanted} should stand")),
            Some(Kind::Dot | Kind::Comma | Kind::Close) => Problem::broken(span, format!("{wanted} should stand here")),
            Some(Kind::String(_)) => Problem::broken(
                span,
                format!("a string stands where {wanted} should stand; an operator, a comma or a quote is missing"),
            ),
            Some(Kind::Word(word)) => {
                Problem::unknown(span, format!("`{}` is unknown here, where the examples have {wanted}", short(word)))
            }
            Some(Kind::Number(_)) => {
                Problem::unknown(span, format!("a number is unknown here, where the examples have {wanted}"))
            }
            Some(Kind::Operator(operator)) => Problem::unknown(
                span,
                format!("the operator `{}` is unknown here, where the examples have {wanted}", short(operator)),
            ),
            Some(Kind::Open) => {
                Problem::unknown(span, format!("a bracket is unknown here, where the examples have {wanted}"))
            }
        }
    }

    fn field(&mut self) -> Result<Field, Problem> {
        const FIELD: &str = "a field (`Beskedkuvert. ...` or `get(Beskedkuvert. ..., 0)`)";
        let span = self.span();
        match self.next() {
            None => return Err(Problem::broken(span, "the expression is empty")),
            Some(Kind::Operator(operator)) if operator == "=" => {
                return Err(Problem::broken(span, "the field to compare is missing before `=`"));
            }
            // A value first (`'x' = field`) is not shown, and not absurd.
            Some(Kind::String(_)) => return Err(Problem::unknown(span, "a value before the field is unknown")),
            Some(Kind::Word(_)) => {}
            Some(_) => return Err(self.unexpected(FIELD)),
        }
        let called = self.tokens.get(1).is_some_and(|t| t.kind == Kind::Open);
        if !called {
            return Ok(Field { path: self.rooted()?, item: None });
        }
        if self.next() != Some(&Kind::Word("get".to_owned())) {
            return Err(self.unexpected("`get`"));
        }
        self.skip();
        self.skip();
        let path = self.rooted()?;
        if !self.takes(&Kind::Comma) {
            return Err(match self.next() {
                Some(Kind::Close) => Problem::unknown(self.span(), "`get` without an index is unknown"),
                _ => self.unexpected("a comma and the index of `get`"),
            });
        }
        let index = match self.next() {
            Some(Kind::Number(digits)) => digits.parse::<u32>().ok().filter(|n| *n < 1_000_000),
            _ => return Err(self.unexpected("the index of `get`, a number")),
        };
        let Some(index) = index else { return Err(Problem::unknown(self.span(), "an index this large is unknown")) };
        self.skip();
        if !self.takes(&Kind::Close) {
            return Err(self.unexpected("the closing bracket of `get`"));
        }
        let path = Field { path, item: None };
        let below = if self.takes(&Kind::Dot) { self.names()? } else { Vec::new() };
        Ok(Field { item: Some(Item { index, path: below }), ..path })
    }

    /// A path that begins at the root.
    fn rooted(&mut self) -> Result<Vec<Name>, Problem> {
        if self.tokens.get(1).is_some_and(|t| t.kind == Kind::Open) && matches!(self.next(), Some(Kind::Word(_))) {
            return Err(Problem::unknown(self.span(), "a function inside `get` is unknown"));
        }
        let names = self.names()?;
        match names.first() {
            Some(root) if root.text == ROOT => Ok(names),
            Some(root) => {
                let what = format!(
                    "a field that begins with `{}` is unknown: the examples begin with `{ROOT}`",
                    short(&root.text)
                );
                Err(Problem::unknown(root.span.clone(), what))
            }
            None => Err(self.unexpected("a field")),
        }
    }

    fn names(&mut self) -> Result<Vec<Name>, Problem> {
        let mut names = Vec::new();
        loop {
            let span = self.span();
            let Some(Kind::Word(text)) = self.next() else { return Err(self.unexpected("the name of an element")) };
            names.push(Name { text: text.clone(), span: span.clone() });
            self.skip();
            if names.len() > MAX_NAMES {
                return Err(Problem::unknown(span, "a path this long is unknown"));
            }
            if !self.takes(&Kind::Dot) {
                return Ok(names);
            }
        }
    }

    fn condition(&mut self) -> Result<Condition, Problem> {
        match self.next() {
            Some(Kind::Operator(operator)) if operator == "=" => {
                self.skip();
                Ok(Condition::Equals(self.value()?))
            }
            Some(Kind::Word(word)) if word == "in" => {
                self.skip();
                self.list().map(Condition::In)
            }
            None => Err(Problem::unknown(self.span(), "a field that is compared with nothing is unknown")),
            Some(_) => Err(self.unexpected("`=` or `in`")),
        }
    }

    fn list(&mut self) -> Result<Vec<String>, Problem> {
        if !self.takes(&Kind::Open) {
            return Err(match self.next() {
                Some(Kind::String(_)) => {
                    Problem::unknown(self.span(), "`in` with values that stand in no bracket is unknown")
                }
                _ => self.unexpected("a bracket with the values of `in`"),
            });
        }
        if self.next() == Some(&Kind::Close) {
            return Err(Problem::unknown(self.span(), "`in` without values is unknown"));
        }
        let mut values = vec![self.value()?];
        while self.takes(&Kind::Comma) {
            values.push(self.value()?);
        }
        if self.takes(&Kind::Close) {
            Ok(values)
        } else {
            Err(self.unexpected("a comma or the closing bracket of `in`"))
        }
    }

    fn value(&mut self) -> Result<String, Problem> {
        let Some(Kind::String(text)) = self.next() else { return Err(self.unexpected("a value in single quotes")) };
        let text = text.clone();
        self.skip();
        Ok(text)
    }
}

/// Text of others inside a message of ours.
fn short(text: &str) -> String {
    const MOST: usize = 60;
    let cut: String = text.chars().take(MOST).collect();
    if cut.len() < text.len() { cut + "…" } else { cut }
}

impl fmt::Display for Expression {
    /// The expression as the examples write it; reading it again gives the same expression.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.condition {
            Condition::Equals(value) => write!(f, "{} = '{value}'", self.field),
            Condition::In(values) => {
                let values: Vec<_> = values.iter().map(|v| format!("'{v}'")).collect();
                write!(f, "{} in ({})", self.field, values.join(", "))
            }
        }
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let dotted = |names: &[Name]| names.iter().map(|n| n.text.as_str()).collect::<Vec<_>>().join(".");
        match &self.item {
            None => write!(f, "{}", dotted(&self.path)),
            Some(item) if item.path.is_empty() => write!(f, "get({}, {})", dotted(&self.path), item.index),
            Some(item) => write!(f, "get({}, {}).{}", dotted(&self.path), item.index, dotted(&item.path)),
        }
    }
}

/// Whether an expression selects a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Selection {
    /// It does.
    Selected,
    /// It does not.
    NotSelected,
    /// That cannot be said, and why.
    Unknown(String),
}

impl Expression {
    /// Whether it selects a message. `besked` is the element `Haendelsesbesked`.
    ///
    /// The sources do not say whether letter case or white space counts, nor what a repeated element without `get` means: where
    /// that decides, the answer is unknown. A value that redaction removed can be compared with nothing.
    #[must_use]
    pub fn selects(&self, besked: &Element) -> Selection {
        if let Err(problem) = fields::check(&self.field) {
            return Selection::Unknown(problem.message);
        }
        let names = |names: &[Name]| names.iter().map(|n| n.text.clone()).collect::<Vec<_>>();
        let mut found = below(besked, &names(&self.field.path));
        if let Some(item) = &self.field.item {
            let one = usize::try_from(item.index).ok().and_then(|index| found.get(index).copied());
            found = one.map_or_else(Vec::new, |one| below(one, &names(&item.path)));
        }
        match found.as_slice() {
            [] => Selection::NotSelected,
            [element] => compare(&element.text, self.condition.values()),
            _ => Selection::Unknown(format!("`{}` stands in the message more than once", self.field)),
        }
    }
}

/// Every element that a path leads to.
fn below<'a>(from: &'a Element, path: &[String]) -> Vec<&'a Element> {
    path.iter().fold(vec![from], |elements, name| {
        elements.into_iter().flat_map(|e| e.children.iter().filter(|c| c.name.local == *name)).collect()
    })
}

fn compare(found: &str, values: &[String]) -> Selection {
    const REDACTED: &str = "«redacted:";
    if found.contains(REDACTED) || values.iter().any(|v| v.contains(REDACTED)) {
        return Selection::Unknown("a value that must not be kept was removed before the comparison".to_owned());
    }
    if values.iter().any(|v| v == found) {
        return Selection::Selected;
    }
    let same = |v: &String| v.trim().to_lowercase() == found.trim().to_lowercase();
    match values.iter().find(|v| same(v)) {
        Some(value) => {
            let (value, found) = (short(value), short(found));
            Selection::Unknown(format!("`{value}` and `{found}` differ in letter case or white space alone"))
        }
        None => Selection::NotSelected,
    }
}

#[cfg(test)]
mod tests;
