//! Validation against the schemas of the Beskedfordeler.

use super::{KUVERT, SAGDOK, STS};
use crate::saml::schema::{MAX_ERRORS, compile};
use std::fmt;
use std::sync::LazyLock;
use uppsala::{Document, XsdValidator};

/// The schema documents, as `schemas/beskedfordeler/ORIGIN.md` lists them; the entry point comes first.
const SCHEMAS: [(&str, &str); 6] = [
    ("AnvendersystemOperationer.xsd", include_str!("../../schemas/beskedfordeler/AnvendersystemOperationer.xsd")),
    ("Beskedkuvert.xsd", include_str!("../../schemas/beskedfordeler/Beskedkuvert.xsd")),
    ("1.1/SagDokObjekt.xsd", include_str!("../../schemas/beskedfordeler/1.1/SagDokObjekt.xsd")),
    ("1.1/OrganisationFaelles.xsd", include_str!("../../schemas/beskedfordeler/1.1/OrganisationFaelles.xsd")),
    ("1.1/Part.xsd", include_str!("../../schemas/beskedfordeler/1.1/Part.xsd")),
    ("cached/xmldsig-core-schema.xsd", include_str!("../../schemas/beskedfordeler/cached/xmldsig-core-schema.xsd")),
];

static SCHEMA: LazyLock<Result<XsdValidator, String>> = LazyLock::new(|| {
    // The schema compiler takes an extension that adds nothing (AktoerType, PartType, ModtagBeskedOutputType) for one that
    // allows anything. An empty sequence in it says the same to the schema language and is understood.
    let adds_nothing = regex::Regex::new(r#"<extension base="([^"]+)"\s*(?:/>|>\s*</extension>)"#);
    let adds_nothing = adds_nothing.map_err(|error| error.to_string())?;
    let with_sequence = r#"<extension base="$1"><sequence/></extension>"#;
    let schemas = SCHEMAS.map(|(name, text)| (name, adds_nothing.replace_all(text, with_sequence)));
    compile(&schemas.each_ref().map(|(name, text)| (*name, &**text)))
});

/// A kind of document. The schemas alone would accept any of their elements as a document of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A message, as pull and sending carry it.
    Haendelsesbesked,
    /// A message, as push carries it.
    ModtagBeskedInput,
    /// The answer to a push.
    ModtagBeskedOutput,
    /// The answer to a sender.
    StandardRetur,
}

impl Kind {
    /// Both kinds that hold a message.
    pub const MESSAGE: [Self; 2] = [Self::Haendelsesbesked, Self::ModtagBeskedInput];

    /// Local name and namespace of the document element.
    #[must_use]
    pub const fn root(self) -> (&'static str, &'static str) {
        match self {
            Self::Haendelsesbesked => ("Haendelsesbesked", KUVERT),
            Self::ModtagBeskedInput => ("ModtagBeskedInput", STS),
            Self::ModtagBeskedOutput => ("ModtagBeskedOutput", STS),
            Self::StandardRetur => ("StandardRetur", SAGDOK),
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (local, namespace) = self.root();
        write!(f, "{{{namespace}}}{local}")
    }
}

/// Schema errors of a document that ought to be of one of these kinds, with their places; empty when it is valid. `Err` is a
/// fault of the program.
pub fn validate(document: &Document<'_>, kinds: &[Kind]) -> Result<Vec<String>, String> {
    let validator = SCHEMA.as_ref().map_err(Clone::clone)?;
    let root = document.document_element().and_then(|node| document.element(node));
    let expected = |kind: &Kind| {
        let (local, namespace) = kind.root();
        root.is_some_and(|r| r.name.matches(Some(namespace), local))
    };
    if !kinds.iter().any(expected) {
        let found = root.map_or_else(String::new, |r| r.name.to_string());
        let found: String = found.chars().take(160).collect();
        let kinds: Vec<String> = kinds.iter().map(ToString::to_string).collect();
        return Ok(vec![format!("the document element is {found}, not {}", kinds.join(" or "))]);
    }
    Ok(validator.validate(document).iter().take(MAX_ERRORS).map(ToString::to_string).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::besked::{reply, write::Besked};
    use crate::saml::xml;

    fn errors(text: &str, kinds: &[Kind]) -> Vec<String> {
        validate(&xml::parse(text).unwrap(), kinds).unwrap()
    }

    #[test]
    fn each_kind_is_valid_as_itself_alone() {
        let good = Besked::good("11111111", "2026-03-01T10:00:00Z".parse().unwrap());
        let documents = [
            (good.xml(), Kind::Haendelsesbesked),
            (good.push_xml(), Kind::ModtagBeskedInput),
            (reply::modtag_besked_output(20, "Ok"), Kind::ModtagBeskedOutput),
            (reply::standard_retur(41, "token"), Kind::StandardRetur),
        ];
        for (text, of) in documents {
            for kind in [Kind::Haendelsesbesked, Kind::ModtagBeskedInput, Kind::ModtagBeskedOutput, Kind::StandardRetur]
            {
                let errors = errors(&text, &[kind]);
                assert_eq!(errors.is_empty(), kind == of, "{of} as {kind}: {errors:?}");
            }
        }
    }

    #[test]
    fn an_element_that_the_schema_knows_is_no_document() {
        let said = errors("<BeskedVersion xmlns='urn:oio:besked:kuvert:1.0'>1.0</BeskedVersion>", &Kind::MESSAGE);
        let [only] = &said[..] else { panic!("{said:?}") };
        assert!(only.contains("BeskedVersion") && only.contains("ModtagBeskedInput"), "{only}");
    }
}
