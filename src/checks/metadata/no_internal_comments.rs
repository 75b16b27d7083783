//! See [`NoInternalComments`].

use super::{none_of, on_reading};
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::subject::MetadataSubject;
use regex::Regex;
use std::sync::LazyLock;

check! {
    /// Comments in the metadata disclose nothing internal: no credentials, addresses of the inner network, file paths, people or
    /// notes to be done.
    ///
    /// ## Why
    /// Metadata is published; comments are what people forget in it, and they are not covered by the signature.
    ///
    /// ## What to do
    /// Remove the comments before signing.
    pub NoInternalComments {
        id: "metadata.no-internal-comments",
        family: Metadata,
        title: da "Kommentarer røber ingen interne oplysninger", en "Comments disclose no internal information",
        rows: ["SP-MD-26"],
        basis: Inference,
        method: Inspected,
        sources: [("OWASP Web Security Testing Guide 4.2", "WSTG-INFO-05")],
        remediation: da "Fjern kommentarerne, før metadata signeres.", en "Remove the comments before the metadata is signed.",
        parameters: [],
    }
}

/// Kinds of internal data; a pattern that does not compile is found by the test below.
static KINDS: LazyLock<Vec<(&str, Regex)>> = LazyLock::new(|| {
    [
        ("credentials", r"(?i)\b(password|passwd|pwd|secret|api[-_ ]?key|token|kodeord|adgangskode|hemmelig\w*)\b"),
        ("internal address", r"\b(10\.\d+|192\.168|172\.(1[6-9]|2\d|3[01]))\.\d+\.\d+\b"),
        ("internal host", r"(?i)\b([a-z0-9-]+\.)+(local|lan|intern|internal|corp)\b|\blocalhost\b"),
        ("file path", r"(?i)\b[a-z]:\\\w|\\\\[\w.-]+\\|(^|\s)/(home|etc|var|opt|srv|usr)/\w"),
        ("e-mail address", r"[\w.+-]+@[\w-]+\.[\w.-]+"),
        ("note to be done", r"\b(TODO|FIXME|XXX|HACK)\b"),
    ]
    .into_iter()
    .filter_map(|(kind, pattern)| Some((kind, Regex::new(pattern).ok()?)))
    .collect()
});

impl Check<MetadataSubject> for NoInternalComments {
    fn judge(&self, subject: &MetadataSubject, _: &Parameters) -> Outcome {
        on_reading(subject, |reading| {
            let comments = &reading.metadata.comments;
            let found: Vec<String> = comments
                .iter()
                .enumerate()
                .flat_map(|(n, comment)| {
                    KINDS
                        .iter()
                        .filter(|(_, r)| r.is_match(comment))
                        .map(move |(kind, _)| format!("comment {}: {kind}", n + 1))
                })
                .collect();
            none_of(Reason::Forbidden, "no internal data in comments", &format!("{} comments", comments.len()), &found)
        })
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_pattern_compiles() {
        assert_eq!(super::KINDS.len(), 6);
    }
}
