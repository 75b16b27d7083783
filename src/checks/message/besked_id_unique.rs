//! See [`BeskedIdUnique`].

use super::{on_message, shown};
use crate::besked::read::{Element, Message, read};
use crate::check;
use crate::check::{Check, Parameters};
use crate::checks::same_id::SameId;
use crate::outcome::{Outcome, Reason};
use crate::subject::{Blob, MessageSubject};
use std::fmt::Write;

check! {
    /// No other message of the target has the same BeskedId and another content.
    ///
    /// ## Why
    /// A receiver that has seen a BeskedId drops the next message that has it, as it must (SF1461 chapter 3, condition
    /// 4). A message with a used BeskedId is lost without a trace. Sending the same message again with its BeskedId is
    /// right, and what the Beskedfordeler adds or reduces on the way does not count as another content; nor does
    /// Dannelsestidspunkt.
    ///
    /// ## What to do
    /// Make a new UUID for every message; keep it when the same message is sent again.
    pub BeskedIdUnique {
        id: "message.besked-id-unique",
        family: Message,
        title: da "BeskedId bruges kun til ét indhold", en "A BeskedId is used for one content alone",
        rows: ["BFO-SEND-02"],
        basis: Norm,
        method: Inspected,
        sources: [
            ("Underbilag 2O, Beskedkuvert (SF1461 2.0)", "3.2.1"),
            ("SF1461 Modtag beskeder via Beskedfordeler 2.0", "3, vilkår 4"),
        ],
        remediation: da "Dan et nyt UUID til hver ny besked; genbrug det kun, når den samme besked sendes igen.",
                     en "Make a new UUID for every new message; use it again only when the same message is sent again.",
        parameters: [],
    }
}

impl Check<MessageSubject> for BeskedIdUnique {
    fn judge(&self, subject: &MessageSubject, _: &Parameters) -> Outcome {
        const EXPECTED: &str = "one content for each BeskedId";
        on_message(subject, |message| {
            let Some(id) = message.besked_id().filter(|id| !id.value.trim().is_empty()) else {
                return Outcome::not_tested(Reason::Missing, EXPECTED, "no BeskedId");
            };
            if subject.others.is_empty() {
                return Outcome::not_tested(Reason::NotSupplied, EXPECTED, "no other message to compare with");
            }
            let same: Vec<String> = with_id(id.value, &subject.others).iter().map(content).collect();
            let (own, shown) = (content(message), shown(id.value, id.place));
            let (own, shown, others) = (own.as_str(), shown.as_str(), subject.others.len());
            SameId { expected: EXPECTED, shown, own, same: &same, others, word: "messages" }.judge()
        })
    }
}

/// The other messages with this BeskedId. Only those that hold its text at all are read.
fn with_id(id: &str, others: &[Blob]) -> Vec<Message> {
    let Ok(text) = regex::bytes::RegexBuilder::new(&regex::escape(id.trim())).case_insensitive(true).build() else {
        return Vec::new();
    };
    let same = |message: &Message| message.besked_id().is_some_and(|i| i.value.trim().eq_ignore_ascii_case(id.trim()));
    let candidates = others.iter().filter(|other| text.is_match(other.data()));
    candidates.filter_map(|other| read(other.data()).ok()).filter(same).collect()
}

/// What a sender says with a message, without what the Beskedfordeler adds and reduces, and without how it is written.
fn content(message: &Message) -> String {
    let mut out = String::new();
    for element in message.filter().into_iter().flat_map(|f| &f.children) {
        if element.name.local != "TilladtModtager" {
            add(element, &mut out);
        }
    }
    if let Some(class) = message.delivery().and_then(|d| d.child("Sikkerhedsklassificering")) {
        add(class, &mut out);
    }
    for payload in &message.payload {
        // What is redacted shows in the decoded text alone.
        let decoded = payload.decoded().map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        let text = decoded.as_deref().unwrap_or(&payload.text);
        let text: Vec<&str> = text.split_whitespace().collect();
        let _ = write!(
            out,
            "
{}={}",
            payload.name.local,
            text.join(" ")
        );
    }
    out
}

fn add(element: &Element, out: &mut String) {
    let text = element.text.trim();
    let _ = write!(
        out,
        "
{}={}",
        element.name.local,
        text.to_ascii_lowercase()
    );
    for child in &element.children {
        add(child, out);
    }
}
