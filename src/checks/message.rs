//! The checks on a [`MessageSubject`], in report order: strict on the envelope, tolerant on the payload.
//!
//! Three rules about who is judged:
//! - A message that the system received was made by others, so nothing in it counts for or against the system. What it
//!   deviates in is named, and the verdict is `not-applicable`.
//! - A message that cannot be read fails [`readable`] alone and leaves every other check `not-tested`.
//! - A value that redaction changed, or that only white space keeps from being right, is not concluded from.

use crate::besked::lists::uuid_of;
use crate::besked::read::{self, Id, IdKind, Message, Unreadable};
use crate::check::Check;
use crate::outcome::{Outcome, Reason};
use crate::saml::xml::Place;
use crate::subject::MessageSubject;
use crate::target::beskedfordeler::MessageDirection;
use crate::verdict::Verdict;

mod besked_id;
mod besked_id_not_of_sample;
mod besked_id_unique;
mod created;
mod message_type;
mod namespace;
mod no_invented_authority;
mod no_receiver_action;
mod payload_base64;
mod payload_schema;
mod permitted_receivers;
mod permitted_receivers_served;
mod readable;
mod responsible_actor;
mod responsible_actor_is_system;
mod responsible_authority;
mod responsible_authority_served;
mod schema_valid;
mod sensitivity;
mod sensitivity_of_type;
mod task_topic;
mod task_topic_in_kle;
mod time_order;
mod times_zoned;
mod uuid_forms;
mod version;

/// Every check of the family.
pub static CHECKS: &[&dyn Check<MessageSubject>] = &[
    &readable::Readable,
    &schema_valid::SchemaValid,
    &namespace::Namespace,
    &version::Version,
    &besked_id::BeskedId,
    &besked_id_unique::BeskedIdUnique,
    &besked_id_not_of_sample::BeskedIdNotOfSample,
    &message_type::MessageType,
    &responsible_actor::ResponsibleActor,
    &responsible_actor_is_system::ResponsibleActorIsSystem,
    &responsible_authority::ResponsibleAuthority,
    &responsible_authority_served::ResponsibleAuthorityServed,
    &created::Created,
    &sensitivity::Sensitivity,
    &sensitivity_of_type::SensitivityOfType,
    &task_topic::TaskTopic,
    &task_topic_in_kle::TaskTopicInKle,
    &permitted_receivers::PermittedReceivers,
    &permitted_receivers_served::PermittedReceiversServed,
    &no_invented_authority::NoInventedAuthority,
    &no_receiver_action::NoReceiverAction,
    &uuid_forms::UuidForms,
    &time_order::TimeOrder,
    &times_zoned::TimesZoned,
    &payload_base64::PayloadBase64,
    &payload_schema::PayloadSchema,
];

/// What redaction leaves in the place of a value.
const REMOVED: &str = "«redacted:";

/// Judges a message that could be read.
fn on_message(subject: &MessageSubject, judge: impl FnOnce(&Message) -> Outcome) -> Outcome {
    let outcome = match read_of(subject) {
        Ok(message) => judge(&message),
        Err(problem) => {
            Outcome::not_tested(Reason::SubjectUnreadable, "a message that can be read", problem.to_string())
        }
    };
    of_others(subject, outcome)
}

fn read_of(subject: &MessageSubject) -> Result<Message, Unreadable> {
    read::read(subject.message.data())
}

/// Whether redaction had to take the whole message, so that nothing is left to judge.
fn is_removed(subject: &MessageSubject) -> bool {
    subject.message.data().starts_with(b"<redacted>")
}

/// A message that others made is never the system's breach, and no merit of it either.
fn of_others(subject: &MessageSubject, outcome: Outcome) -> Outcome {
    if subject.direction == MessageDirection::Sent {
        return outcome;
    }
    let observed = match outcome.verdict {
        Verdict::Error => return outcome,
        Verdict::Fail => format!("received, made by others; deviates: {}", outcome.observed),
        _ => format!("received, made by others; {}", outcome.observed),
    };
    Outcome::not_applicable(outcome.expected, observed)
}

/// How a value looks against the form that it should have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Right,
    Wrong,
    /// Right but for white space around it. The schema keeps white space; what the Beskedfordeler does with it is said
    /// nowhere.
    Padded,
    /// Redaction changed it.
    Removed,
}

fn form(value: &str, is_right: impl Fn(&str) -> bool) -> Form {
    if value.contains(REMOVED) {
        Form::Removed
    } else if is_right(value) {
        Form::Right
    } else if is_right(value.trim()) {
        Form::Padded
    } else {
        Form::Wrong
    }
}

/// A value with its place, as findings show it.
fn shown(value: &str, place: Place) -> String {
    let short: String = value.chars().take(80).collect();
    format!("`{short}` at {place}")
}

/// Values that should each have a form. There is at least one; what its absence means is for the caller to say.
fn all_of_form(expected: &str, values: &[(&str, Place)], is_right: impl Fn(&str) -> bool) -> Outcome {
    let of = |wanted: Form| {
        let found = values.iter().filter(|(value, _)| form(value, &is_right) == wanted);
        found.map(|(value, place)| shown(value, *place)).collect::<Vec<_>>().join(", ")
    };
    let (wrong, removed, padded) = (of(Form::Wrong), of(Form::Removed), of(Form::Padded));
    if !wrong.is_empty() {
        Outcome::fail(Reason::Malformed, expected, wrong)
    } else if !removed.is_empty() {
        Outcome::inconclusive(Reason::AnswerUnusable, expected, removed)
    } else if !padded.is_empty() {
        Outcome::inconclusive(Reason::Unclear, expected, format!("white space around it: {padded}"))
    } else {
        let values: Vec<&str> = values.iter().take(5).map(|(value, _)| *value).collect();
        let more = if values.len() == 5 { ", …" } else { "" };
        Outcome::pass(expected, format!("{}{more}", values.join(", ")))
    }
}

/// An identifier that must be there and be a UUID in a UUIDIdentifikator.
fn required_uuid(expected: &str, id: Option<Id<'_>>) -> Outcome {
    match id {
        None => Outcome::fail(Reason::Missing, expected, "none"),
        Some(id) if id.kind == IdKind::Urn => {
            Outcome::fail(Reason::Malformed, expected, format!("URNIdentifikator {}", shown(id.value, id.place)))
        }
        Some(id) => all_of_form(expected, &[(id.value, id.place)], |v| uuid_of(v).is_some_and(|u| !u.is_nil())),
    }
}

fn places<'a>(ids: &[Id<'a>]) -> Vec<(&'a str, Place)> {
    ids.iter().map(|id| (id.value, id.place)).collect()
}
