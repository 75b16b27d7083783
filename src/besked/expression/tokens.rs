//! The words and signs of an abonnementsudtryk.

use super::Problem;
use std::ops::Range;

/// A word or sign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Letters, digits and underscores, not digits alone.
    Word(String),
    /// Digits.
    Number(String),
    /// The text between two single quotes.
    String(String),
    /// `.`
    Dot,
    /// `,`
    Comma,
    /// `(`
    Open,
    /// `)`
    Close,
    /// A run of operator signs; only `=` is known.
    Operator(String),
}

/// A word or sign with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// What.
    pub kind: Kind,
    /// Where, bytes.
    pub span: Range<usize>,
}

const OPERATORS: &str = "=<>!~&|+*/%^-";

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Reads every word and sign. Quotes and brackets come in pairs.
pub fn read(text: &str) -> Result<Vec<Token>, Problem> {
    let mut tokens: Vec<Token> = Vec::new();
    let mut open = Vec::new();
    let mut at = 0;
    while let Some(first) = text[at..].chars().next() {
        let run = |wanted: &dyn Fn(char) -> bool| {
            let rest = &text[at..];
            at + rest.find(|c| !wanted(c)).unwrap_or(rest.len())
        };
        let (kind, end) = match first {
            c if c.is_whitespace() => {
                at += c.len_utf8();
                continue;
            }
            '\'' => string(text, at, &tokens)?,
            '.' => (Kind::Dot, at + 1),
            ',' => (Kind::Comma, at + 1),
            '(' => {
                open.push(at);
                (Kind::Open, at + 1)
            }
            ')' => {
                if open.pop().is_none() {
                    return Err(Problem::broken(at..at + 1, "this bracket was never opened"));
                }
                (Kind::Close, at + 1)
            }
            c if c.is_ascii_digit() => {
                let end = run(&is_word);
                let run = text[at..end].to_owned();
                // A UUID without quotes, most likely.
                let digits = run.bytes().all(|b| b.is_ascii_digit());
                (if digits { Kind::Number(run) } else { Kind::Word(run) }, end)
            }
            c if is_word(c) => {
                let end = run(&is_word);
                (Kind::Word(text[at..end].to_owned()), end)
            }
            c if OPERATORS.contains(c) => {
                let end = run(&|c| OPERATORS.contains(c));
                (Kind::Operator(text[at..end].to_owned()), end)
            }
            '"' | '‘' | '’' | '“' | '”' | '´' | '`' => {
                let problem =
                    Problem::unknown(at..at + first.len_utf8(), format!("the quotation mark {first} is unknown"));
                return Err(problem.helped("the examples have straight single quotes: 'value'"));
            }
            other => {
                let shown: String = other.escape_debug().collect();
                return Err(Problem::unknown(at..at + other.len_utf8(), format!("the sign `{shown}` is unknown")));
            }
        };
        tokens.push(Token { kind, span: at..end });
        at = end;
    }
    match open.last() {
        Some(place) => Err(Problem::broken(*place..*place + 1, "this bracket is never closed")),
        None => Ok(tokens),
    }
}

/// The string that begins at `at`, and where it ends.
fn string(text: &str, at: usize, before: &[Token]) -> Result<(Kind, usize), Problem> {
    const HELP: &str = "each value stands between two single quotes, with a comma between values: 'one', 'two'";
    let misplaced = |span: Range<usize>, message: &str| Problem::broken(span, message).helped(HELP);
    if text[..at].chars().next_back().is_some_and(is_word) {
        return Err(misplaced(
            at..at + 1,
            "a quote stands directly after a word: it is misplaced, or the one before the word is missing",
        ));
    }
    let content = at + 1;
    let Some(length) = text[content..].find('\'') else {
        // The quote that lacks its partner is often an earlier one: then a comma or a bracket has become part of a value.
        let torn = before.iter().find(|t| matches!(&t.kind, Kind::String(s) if s.contains([',', '(', ')'])));
        let span = torn.map_or(at..at + 1, |t| t.span.clone());
        return Err(misplaced(span, "a quote is missing or misplaced: quotes do not come in pairs"));
    };
    let end = content + length + 1;
    let value = &text[content..content + length];
    match text[end..].chars().next() {
        _ if value.ends_with('\\') => {
            Err(Problem::unknown(content + length - 1..end, "a backslash before a quote is unknown"))
        }
        Some('\'') => Err(Problem::unknown(end - 1..end + 1, "two quotes in a row are unknown")),
        Some(c) if is_word(c) => Err(misplaced(
            at..end,
            "a quote ends this string directly before a word: it is misplaced, or another one is missing",
        )),
        _ => Ok((Kind::String(value.to_owned()), end)),
    }
}
