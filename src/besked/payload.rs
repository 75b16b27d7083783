//! The payload of the message types whose schema is public: receipts of the post component (PKO_PostStatus, SF1601).
//!
//! The payload belongs to its message type, not to the Beskedfordeler, and KOMBIT's own receipts are not valid against
//! KOMBIT's schema. So nothing that is wrong in it makes a message bad.

use super::read::Message;
use crate::saml::schema::{MAX_ERRORS, compile};
use crate::saml::xml;
use std::sync::LazyLock;
use uppsala::XsdValidator;

/// Namespace of the receipts.
pub const POST_STATUS: &str = "http://serviceplatformen.dk/xml/print/PKO_PostStatus/1/types";

static SCHEMA: LazyLock<Result<XsdValidator, String>> = LazyLock::new(|| {
    compile(&[("PKO_PostStatus.xsd", include_str!("../../schemas/beskedfordeler/PKO_PostStatus.xsd"))])
});

/// What the schema says of a receipt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// Schema errors with their places inside the payload; empty when it is valid.
    pub errors: Vec<String>,
    /// Whether it lacks no more than KOMBIT's own receipts of Digital Post lack.
    pub as_official: bool,
}

/// Judges the first receipt in a message; `None` when there is none that can be read.
#[must_use]
pub fn post_status(message: &Message) -> Option<Receipt> {
    message.payload.iter().find_map(|payload| {
        let bytes = payload.decoded()?;
        let text = xml::decode(&bytes).ok()?;
        let errors = validate(text)?;
        let as_official = !errors.is_empty() && validate(&completed(text)).is_some_and(|rest| rest.is_empty());
        Some(Receipt { errors, as_official })
    })
}

/// Schema errors of a receipt; `None` when the text is none.
fn validate(text: &str) -> Option<Vec<String>> {
    let document = xml::parse(text).ok()?;
    let root = document.element(document.document_element()?)?;
    let is_receipt = root.name.matches(Some(POST_STATUS), "PKO_PostStatus");
    let errors = || SCHEMA.as_ref().ok().map(|schema| schema.validate(&document));
    is_receipt.then(errors)?.map(|errors| errors.iter().take(MAX_ERRORS).map(ToString::to_string).collect())
}

/// The receipt with what KOMBIT's own receipts leave out: ForsendelseTypeIdentifikator, and either FejlKode or everything in
/// FejlDetaljer.
fn completed(receipt: &str) -> String {
    let add = |text: String, element: &str, before: &str| {
        let opening = format!("<{element}");
        if text.contains(&opening) { text } else { text.replacen(before, &format!("{opening}/>{before}"), 1) }
    };
    let text = receipt.replacen("<FejlDetaljer/>", "", 1);
    add(add(text, "ForsendelseTypeIdentifikator", "<CorrelationId"), "FejlKode", "<FejlTekst")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::besked::read::read;
    use crate::besked::write::{Besked, Payload};

    fn receipt(content: &str) -> Option<Receipt> {
        let mut besked = Besked::good("11111111", "2026-03-01T10:00:00Z".parse().unwrap());
        let content = content.replace("ROOT", &format!("PKO_PostStatus xmlns=\"{POST_STATUS}\""));
        besked.payload = Payload::Base64 { namespace: "urn:besked:kuvert:1.0", content: content.into_bytes() };
        post_status(&read(besked.xml().as_bytes()).unwrap())
    }

    const BEGIN: &str = "<ROOT><KanalKode>Digital Post</KanalKode>\
         <TransaktionsDatoTid>2026-03-01T10:00:00Z</TransaktionsDatoTid>\
         <TransaktionsStatusKode>Fejlet</TransaktionsStatusKode>";

    #[test]
    fn a_receipt_is_valid_deviates_as_the_official_ones_or_deviates() {
        let judge = |rest: &str| {
            let receipt = receipt(&format!("{BEGIN}{rest}</PKO_PostStatus>")).unwrap();
            (receipt.errors.is_empty(), receipt.as_official)
        };
        let whole = "<ForsendelseTypeIdentifikator>x</ForsendelseTypeIdentifikator><CorrelationId>1</CorrelationId>";
        assert_eq!(judge(whole), (true, false));
        assert_eq!(judge("<CorrelationId>1</CorrelationId><FejlDetaljer/>"), (false, true));
        let text_alone = "<FejlDetaljer><FejlTekst>x</FejlTekst></FejlDetaljer>";
        assert_eq!(judge(&format!("<CorrelationId>1</CorrelationId>{text_alone}")), (false, true));
        assert_eq!(judge("<FejlDetaljer/>"), (false, false), "CorrelationId is missing");
        assert_eq!(judge(&format!("{whole}<More/>")), (false, false));
    }

    #[test]
    fn what_is_no_receipt_is_not_judged() {
        for content in ["", "<a/>", "<ROOT>", "<PKO_PostStatus/>", "\u{0}"] {
            assert_eq!(receipt(content), None, "{content}");
        }
    }
}
