//! See [`ValueListPrefix`].

use super::{Findings, kind_of_prefix, on_export};
use crate::besked::read::{Element, Message};
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::subject::MailboxSubject;
use std::collections::BTreeSet;

check! {
    /// The entries of a value list begin as the numbers in the messages do.
    ///
    /// ## Why
    /// The documents changed from `urn:oio:cpr-nr` to `urn:oio:cpr` in the value lists, while messages still carry the old one. A list with
    /// the one matches no message with the other, and nothing says so.
    ///
    /// ## What to do
    /// Compare the entries with received messages of the type, and write them with the messages' prefix.
    pub ValueListPrefix {
        id: "mailbox.value-list-prefix",
        family: Mailbox,
        title: da "Værdilisters præfiks er det samme som i beskederne", en "The prefix of value lists is that of the messages",
        rows: ["BFO-VAL-02"],
        basis: GoodPractice,
        method: Inspected,
        sources: [("D.09.05 Vaerdiliste-Rediger-Snitflade", "history, 04-02-2022")],
        remediation: da "Skriv værdierne med samme præfiks som i de modtagne beskeder.", en "Write the values with the prefix that received messages carry.",
        parameters: [],
    }
}

impl Check<MailboxSubject> for ValueListPrefix {
    fn judge(&self, subject: &MailboxSubject, _: &Parameters) -> Outcome {
        const EXPECTED: &str = "the prefix of the messages";
        on_export(subject, EXPECTED, |view| {
            let mut findings = Findings::new(EXPECTED);
            match &view.export.vaerdilister {
                None => findings.absent("vaerdilister"),
                Some(lists) if lists.is_empty() => return Outcome::not_applicable(EXPECTED, "no value list"),
                Some(_) => {}
            }
            let messages = view.messages();
            for list in view.export.vaerdilister.iter().flatten() {
                let Some(prefix) = list.prefix.as_deref().map(|p| p.trim().trim_end_matches(':')) else {
                    findings.absent(format!("prefix of {}", list.name));
                    continue;
                };
                let is_of_type = |message: &Message| {
                    list.beskedtype
                        .as_ref()
                        .is_none_or(|wanted| message.message_type().is_some_and(|of| wanted.is(of.value)))
                };
                let found: BTreeSet<String> = messages
                    .iter()
                    .filter(|m| is_of_type(m))
                    .flat_map(objects)
                    .filter(|p| kind_of_prefix(p) == kind_of_prefix(prefix))
                    .collect();
                let of = format!("{}: {prefix}", list.name);
                let seen = found.iter().cloned().collect::<Vec<_>>().join(", ");
                match (found.contains(prefix), found.len()) {
                    (_, 0) => findings.absent(format!("a message with the kind of number that {} holds", list.name)),
                    (true, 1) => findings.held(of),
                    (true, _) => findings.unclear(format!("{of}; messages: {seen}")),
                    (false, _) => findings.broken(Reason::Different, format!("{of}; messages: {seen}")),
                }
            }
            findings.outcome()
        })
    }
}

/// The prefixes of the objects that a message is about. The number behind a prefix may have been redacted.
fn objects(message: &Message) -> Vec<String> {
    let urns = message.related().chain(message.registrations()).filter_map(|o| o.at(&["ObjektId", "URNIdentifikator"]));
    let text = |urn: &Element| urn.text.split('«').next().unwrap_or_default().trim().to_owned();
    urns.filter_map(|urn| text(urn).rsplit_once(':').map(|(prefix, _)| prefix.to_owned())).collect()
}
