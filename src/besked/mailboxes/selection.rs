//! Which messages the subscriptions of an export select.

use super::{Abonnement, Dueslag};
use crate::besked::expression::{self, Selection};
use crate::besked::read::Message;

/// All of the parts; `None` when one is not stated and none is false.
fn all(parts: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let parts: Vec<_> = parts.collect();
    if parts.contains(&Some(false)) { Some(false) } else { parts.iter().all(Option::is_some).then_some(true) }
}

impl Dueslag {
    /// Whether a subscription of it can deliver: dueslag, abonnement and every abonnementsudtryk active. `None` when that is not stated.
    #[must_use]
    pub fn delivers(&self, subscription: &Abonnement) -> Option<bool> {
        all([self.active, subscription.is_active()].into_iter())
    }
}

impl Abonnement {
    /// Whether it and each of its filters is active. `None` when that is not stated.
    #[must_use]
    pub fn is_active(&self) -> Option<bool> {
        let filters = self.abonnementsudtryk.as_ref();
        let own = [self.active, filters.map(|_| true)].into_iter();
        all(own.chain(filters.into_iter().flatten().map(|f| f.active)))
    }

    /// Whether it selects a message, active or not: by its type, and by its filter. How several filters of one subscription go together
    /// is not known.
    #[must_use]
    pub fn selects(&self, message: &Message) -> Selection {
        match message.message_type() {
            Some(of) if self.beskedtype.is(of.value) => {}
            Some(_) => return Selection::NotSelected,
            None => return Selection::Unknown("the message has no Beskedtype".to_owned()),
        }
        let Some(filters) = &self.abonnementsudtryk else {
            return Selection::Unknown(format!("the filter of {} is not stated", self.title()));
        };
        let mut each = filters.iter().map(|filter| match expression::parse(&filter.expression) {
            Ok(expression) => expression.selects(&message.besked),
            Err(problem) => Selection::Unknown(problem.message),
        });
        let Some(first) = each.next() else { return Selection::Selected };
        match each.find(|other| *other != first) {
            None => first,
            Some(_) => Selection::Unknown(format!("the filters of {} do not agree", self.title())),
        }
    }
}

/// What all active subscriptions make of a message together. Whether their dueslag is active is another question: one that is inactive
/// for a while still has its filters.
#[must_use]
pub fn selection(subscriptions: &[&Abonnement], message: &Message) -> Selection {
    let mut unknown = None;
    for subscription in subscriptions {
        match (subscription.selects(message), subscription.is_active()) {
            (Selection::NotSelected, _) | (_, Some(false)) => {}
            (Selection::Selected, Some(true)) => return Selection::Selected,
            (Selection::Selected, None) => {
                unknown = Some(format!("whether {} is active is not stated", subscription.title()));
            }
            (Selection::Unknown(why), _) => unknown = Some(why),
        }
    }
    unknown.map_or(Selection::NotSelected, Selection::Unknown)
}
