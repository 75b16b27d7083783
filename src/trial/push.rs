//! What the push trials do, as data: which messages are posted, what is wrong with them, and what happens around them.
//!
//! A good message stands before and after each of them. The checks are in `src/checks/push/`.

/// Label of a message that any working system takes. It is the control.
pub const GOOD: &str = "good";
/// Beskedtype `PKO_PostStatus` (lists/beskedtyper.json of the reference data).
pub const PKO_POST_STATUS: &str = "d2bed63c-4853-4008-b6e0-a74c15b15fbf";
/// Label of a second message with the BeskedId of the first.
pub const OTHER: &str = "other";

/// One case of a push trial.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Case {
    /// Unique; the trial's subject is `push:ID`.
    pub id: &'static str,
    /// What is done, in this order. Nothing: the case is the good message itself, which needs no authorisation.
    pub steps: &'static [Step],
}

/// One step of a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Posts a new message with these changes. Its label is the case's id.
    Post(&'static [Change]),
    /// Posts the first message again, octet for octet.
    Again,
    /// Posts a new message so many times at once.
    AtOnce(u32),
    /// Posts a message with the BeskedId of the first and these changes. Its label is [`OTHER`].
    SameId(&'static [Change]),
    /// Posts a good message in so many pieces with so many milliseconds between them.
    Slowly(usize, u64),
    /// Posts so many good messages, one after the other.
    Good(usize),
    /// Stops the store, or starts it again.
    Store(bool),
}

/// One change of a good message. Those from `Malformed` on change the document after it has been written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// No BeskedId, which the schema forbids.
    NoBeskedId,
    /// A Beskedtype that nobody knows.
    UnknownType,
    /// Another text than a good message has.
    OtherContent,
    /// TilladtModtager is written so.
    Permitted(Syntax),
    /// A list of many TilladtModtager, the system's authority the last of them.
    ManyPermitted,
    /// TilladtModtager is the second authority of the target alone.
    OtherAuthorityAlone,
    /// The text in an element `Base64` of this namespace; empty: of none.
    Base64(&'static str),
    /// Beskedtype `PKO_PostStatus` with a receipt as the infrastructure really sends it, which its own schema does not allow:
    /// ForsendelseTypeIdentifikator is missing.
    PkoReceipt,
    /// A text of so many bytes.
    Large(usize),
    /// The document ends before its last end tag.
    Malformed,
    /// The envelope is in a namespace of no known version.
    WrongNamespace,
    /// A document type declaration.
    Doctype(Doctype),
    /// Nothing at all is posted.
    Empty,
}

/// How a TilladtModtager is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Syntax {
    /// `urn:oio:cvr-nr:12345678`
    CvrNr,
    /// `12345678`
    Digits,
    /// `*`
    Everybody,
}

/// What a document type declaration does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doctype {
    /// Declares an entity that stands for the text.
    Internal,
    /// Declares an entity whose content lies at the canary's address, and uses it.
    External,
    /// Declares and uses a parameter entity at the canary's address.
    Parameter,
    /// Names the canary's address as its external subset.
    Subset,
    /// Declares entities within entities, which grow to a hundred kilobytes.
    Expansion,
}

impl Doctype {
    /// Whether it makes a careless parser fetch from the canary's address.
    #[must_use]
    pub const fn fetches(self) -> bool {
        matches!(self, Self::External | Self::Parameter | Self::Subset)
    }
}

impl Case {
    /// Whether it sends anything else than one good message.
    #[must_use]
    pub const fn is_active(&self) -> bool {
        !self.steps.is_empty()
    }

    /// Every change that it makes.
    pub fn changes(&self) -> impl Iterator<Item = Change> {
        self.steps.iter().flat_map(|step| match step {
            Step::Post(changes) | Step::SameId(changes) => changes.iter().copied(),
            _ => [].iter().copied(),
        })
    }
}

/// Bytes of the text of a large message. No official document gives a limit.
pub const LARGE: usize = 10 * 1024 * 1024;

macro_rules! cases {
    ($($id:literal => [$($step:expr),* $(,)?];)+) => {
        /// Every case, in the order they are made. The store is stopped last, because a system that does not come back ends the rest.
        pub static CASES: &[Case] = &[$(Case { id: $id, steps: &[$($step),*] }),+];
    };
}

cases! {
    "good" => [];
    "answer-time" => [Step::Good(20)];
    "slow" => [Step::Slowly(10, 300)];
    "duplicate" => [Step::Post(&[]), Step::Again];
    "at-once" => [Step::AtOnce(10)];
    "same-id" => [Step::Post(&[]), Step::SameId(&[Change::OtherContent])];
    "base64-kuvert" => [Step::Post(&[Change::Base64("urn:oio:besked:kuvert:1.0")])];
    "base64-besked" => [Step::Post(&[Change::Base64("urn:besked:kuvert:1.0")])];
    "base64-none" => [Step::Post(&[Change::Base64("")])];
    "permitted-cvr-nr" => [Step::Post(&[Change::Permitted(Syntax::CvrNr)])];
    "permitted-digits" => [Step::Post(&[Change::Permitted(Syntax::Digits)])];
    "permitted-everybody" => [Step::Post(&[Change::Permitted(Syntax::Everybody)])];
    "permitted-many" => [Step::Post(&[Change::ManyPermitted])];
    "other-authority" => [Step::Post(&[Change::OtherAuthorityAlone])];
    "unknown-type" => [Step::Post(&[Change::UnknownType])];
    "deviating-payload" => [Step::Post(&[Change::PkoReceipt])];
    "malformed" => [Step::Post(&[Change::Malformed])];
    "no-besked-id" => [Step::Post(&[Change::NoBeskedId])];
    "wrong-namespace" => [Step::Post(&[Change::WrongNamespace])];
    "empty" => [Step::Post(&[Change::Empty])];
    "internal-entity" => [Step::Post(&[Change::Doctype(Doctype::Internal)])];
    "external-entity" => [Step::Post(&[Change::Doctype(Doctype::External)])];
    "parameter-entity" => [Step::Post(&[Change::Doctype(Doctype::Parameter)])];
    "external-subset" => [Step::Post(&[Change::Doctype(Doctype::Subset)])];
    "entity-expansion" => [Step::Post(&[Change::Doctype(Doctype::Expansion)])];
    "large" => [Step::Post(&[Change::Large(LARGE)])];
    "store-down" => [Step::Store(false), Step::Post(&[]), Step::Store(true), Step::Again];
}

/// The case with this id.
#[must_use]
pub fn case(id: &str) -> Option<&'static Case> {
    CASES.iter().find(|case| case.id == id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::push::CHECKS;
    use std::collections::BTreeSet;

    #[test]
    fn every_case_is_judged_and_every_check_has_a_case() {
        let cases: BTreeSet<_> = CASES.iter().map(|c| c.id).collect();
        assert_eq!(cases.len(), CASES.len(), "two cases with one id");
        let judged: BTreeSet<_> = CHECKS.iter().map(|c| c.case()).collect();
        assert_eq!(cases, judged);
    }

    #[test]
    fn one_good_message_alone_needs_no_authorisation_and_a_stopped_store_is_started_again() {
        assert_eq!(CASES.iter().filter(|c| !c.is_active()).map(|c| c.id).collect::<Vec<_>>(), [GOOD]);
        for case in CASES {
            let switched: Vec<_> =
                case.steps.iter().filter_map(|s| if let Step::Store(on) = s { Some(*on) } else { None }).collect();
            assert!(switched.is_empty() || switched == [false, true], "{}", case.id);
        }
    }
}
