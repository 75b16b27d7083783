//! Requests that a system sent to the Sags- og Dokumentindeks (SF1470) or to Organisation (SF1500): reading them, and the
//! rules of the anvisninger as data. Pure.

pub mod anvisninger;
pub mod period;
pub mod read;

use crate::saml::xml;
use std::borrow::Cow;
use uppsala::{Document, NodeId};

/// A captured request without the credentials that its SOAP header carries (WS-Security, SAML assertions), and how many
/// there were. Lines stay where they are. What cannot be read and may hold some is removed whole.
#[must_use]
pub fn without_credentials(bytes: &[u8]) -> (Cow<'_, [u8]>, u32) {
    let parsed = xml::decode_within(bytes, read::MAX_BYTES)
        .and_then(|text| Ok((text, xml::parse_within(text, read::MAX_NODES)?)));
    let Ok((text, document)) = parsed else {
        let may_hold = ["Assertion", "BinarySecurityToken", "Security>"]
            .iter()
            .any(|name| memchr::memmem::find(bytes, name.as_bytes()).is_some());
        let removed = Cow::Borrowed(&b"<redacted>\xC2\xABredacted:token\xC2\xBB</redacted>"[..]);
        return if may_hold { (removed, 1) } else { (Cow::Borrowed(bytes), 0) };
    };
    let mut ranges = Vec::new();
    if let Some(root) = document.document_element() {
        credentials(&document, root, &mut ranges);
    }
    if ranges.is_empty() {
        return (Cow::Borrowed(bytes), 0);
    }
    let (mut kept, mut from) = (String::with_capacity(text.len()), 0);
    for range in &ranges {
        kept.push_str(text.get(from..range.start).unwrap_or_default());
        kept.push_str("<!-- «redacted:token» -->");
        let lines = text.get(range.clone()).unwrap_or_default().matches('\n').count();
        kept.push_str(&"\n".repeat(lines));
        from = range.end;
    }
    kept.push_str(text.get(from..).unwrap_or_default());
    (Cow::Owned(kept.into_bytes()), u32::try_from(ranges.len()).unwrap_or(u32::MAX))
}

/// Where credentials stand, in the document's order. The parser keeps the depth within [`xml::MAX_DEPTH`].
fn credentials(document: &Document<'_>, node: NodeId, ranges: &mut Vec<std::ops::Range<usize>>) {
    const NAMES: [&str; 4] = ["Security", "Assertion", "EncryptedAssertion", "BinarySecurityToken"];
    let is_one = document.element(node).is_some_and(|e| NAMES.contains(&&*e.name.local_name));
    match document.node_range(node).filter(|_| is_one) {
        Some(range) => ranges.push(range),
        None => {
            for child in document.children(node) {
                credentials(document, child, ranges);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_go_and_lines_stay() {
        let xml = "<e:Envelope xmlns:e='x'><e:Header><w:Security xmlns:w='y'>\n<a:Assertion xmlns:a='z'>secret\n</a:Assertion></w:Security><id/></e:Header>\n<e:Body/></e:Envelope>";
        let (kept, count) = without_credentials(xml.as_bytes());
        let kept = String::from_utf8(kept.into_owned()).unwrap();
        assert_eq!((count, kept.contains("secret"), kept.lines().count()), (1, false, xml.lines().count()), "{kept}");
        assert!(kept.contains("<id/>") && xml::parse(&kept).is_ok(), "{kept}");
        assert_eq!(without_credentials(b"<a>b</a>"), (Cow::Borrowed(&b"<a>b</a>"[..]), 0));
        let (cut, count) = without_credentials(b"<e:Envelope><a:Assertion>secret");
        assert_eq!((count, cut.starts_with(b"<redacted>")), (1, true));
        assert_eq!(without_credentials(b"<a><b>").1, 0);
    }
}
