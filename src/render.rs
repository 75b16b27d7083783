//! Renderings of a report. Each is a pure function of `report.json`, so that `verify` can reproduce it byte for byte:
//! no clock, no locale, no registry of checks, no map with random order.

mod compare;
mod html;
mod junit;
mod notice;
mod sarif;
mod terminal;
mod usage;
mod values;
mod view;
pub mod words;

pub use compare::comparison;
pub use html::html;
pub use junit::junit;
pub use notice::{NoticeFacts, NoticeForm, has_defects, notice};
pub use sarif::sarif;
pub use terminal::{Options, terminal};
pub(crate) use values::{condition, value};

use crate::error::Result;
use crate::report::bundle::{HTML, JUNIT, SARIF};
use crate::report::v1::Report;

/// Every file rendering: path in the bundle and text.
pub fn all(report: &Report) -> Result<[(&'static str, String); 3]> {
    Ok([(HTML, html(report, report.language)?), (JUNIT, junit(report)?), (SARIF, sarif(report)?)])
}

/// Makes text from outside harmless for every rendering: characters that XML 1.0 forbids, other control characters, and
/// those that reorder the text around them become U+FFFD. Line breaks stay.
#[must_use]
pub fn harmless(text: &str) -> String {
    text.chars().map(|c| if is_hostile(c) { '\u{FFFD}' } else { c }).collect()
}

/// [`harmless`], on one line.
#[must_use]
pub fn one_line(text: &str) -> String {
    harmless(text).split_whitespace().collect::<Vec<_>>().join(" ")
}

fn is_hostile(c: char) -> bool {
    (c.is_control() && c != '\n')
        || matches!(
            c,
            '\u{200E}' | '\u{200F}' | '\u{061C}' | '\u{2028}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FFFE}' | '\u{FFFF}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_characters_are_replaced_and_line_breaks_stay() {
        assert_eq!(harmless("a\u{1b}[31m\u{202E}b\0c\nd\u{FFFF}"), "a\u{FFFD}[31m\u{FFFD}b\u{FFFD}c\nd\u{FFFD}");
        assert_eq!(one_line("a\n\tb  c"), "a \u{FFFD}b c");
    }
}
