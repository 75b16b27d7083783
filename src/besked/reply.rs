//! Answers to messages: StandardRetur, alone (BeskedAfsend) or inside ModtagBeskedOutput (BeskedFåTilsendt).

use super::{SAGDOK, STS};
use crate::saml::xml;
use quick_xml::escape::escape;

/// StandardRetur.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StandardRetur {
    /// StatusKode as written.
    pub status: String,
    /// FejlbeskedTekst.
    pub text: Option<String>,
}

impl StandardRetur {
    /// Its StatusKode as a number.
    #[must_use]
    pub fn code(&self) -> Option<u16> {
        self.status.trim().parse().ok()
    }
}

/// Reads the first StandardRetur of an answer, whatever stands around it; how the whole document ought to look is for the
/// schema to say. `None` when there is none, or when the text is no well-formed XML.
#[must_use]
pub fn read(answer: &str) -> Option<StandardRetur> {
    let document = xml::parse(answer).ok()?;
    let named = |node, name: &str| {
        document
            .element(node)
            .is_some_and(|e| &*e.name.local_name == name && e.name.namespace_uri.as_deref() == Some(SAGDOK))
    };
    let standard = document.descendants(document.root()).into_iter().find(|n| named(*n, "StandardRetur"))?;
    let text = |name: &str| {
        let child = document.children(standard).into_iter().find(|n| named(*n, name))?;
        Some(document.text_content_deep(child))
    };
    Some(StandardRetur { status: text("StatusKode")?, text: text("FejlbeskedTekst") })
}

/// The document `StandardRetur` with this code, as the exchange answers a sender.
#[must_use]
pub fn standard_retur(code: u16, text: &str) -> String {
    format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{}", element(code, text))
}

/// The document `ModtagBeskedOutput` with this code, as a receiver answers a push.
#[must_use]
pub fn modtag_besked_output(code: u16, text: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ModtagBeskedOutput xmlns=\"{STS}\">{}</ModtagBeskedOutput>",
        element(code, text)
    )
}

/// The element StandardRetur, for answers of other kinds.
#[must_use]
pub fn element(code: u16, text: &str) -> String {
    format!(
        "<StandardRetur xmlns=\"{SAGDOK}\"><StatusKode>{code}</StatusKode><FejlbeskedTekst>{}</FejlbeskedTekst></StandardRetur>",
        escape(text)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        let text = "afvist <&>";
        let expected = StandardRetur { status: "40".to_owned(), text: Some(text.to_owned()) };
        assert_eq!(read(&modtag_besked_output(40, text)), Some(expected.clone()));
        assert_eq!(read(&standard_retur(40, text)), Some(expected));
        assert_eq!(read("<StatusKode>20</StatusKode>"), None);
        assert_eq!(read(""), None);
    }
}
