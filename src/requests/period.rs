//! Periods of validity (Virkning): from-times count in, to-times do not (general guide, 11).

use crate::besked::read::Element;
use crate::besked::time::Time;
use regex::Regex;
use std::sync::LazyLock;

/// Whether a text has the form of an `xs:dateTime`. Some that have it lie beyond what can be computed, such as midnight as 24:00
/// and the last day of the year 9999.
#[must_use]
pub fn has_form(text: &str) -> bool {
    static FORM: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r"^-?[0-9]{4,}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})?$")
            .ok()
    });
    FORM.as_ref().is_some_and(|form| form.is_match(text.trim()))
}

/// One end of a period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bound {
    /// At a time.
    At(Time),
    /// GraenseIndikator: without end in its direction.
    Open,
    /// Nothing there, or an empty element.
    Nothing,
    /// Something that is neither.
    Unreadable,
}

impl Bound {
    fn of(element: Option<&Element>) -> Self {
        let Some(element) = element else { return Self::Nothing };
        let time = element.child("TidsstempelDatoTid");
        match (time, element.child("GraenseIndikator")) {
            (Some(time), None) => Time::parse(&time.text).map_or(Self::Unreadable, Self::At),
            (None, Some(open)) if matches!(open.text.trim(), "true" | "1") => Self::Open,
            (None, None) if element.children.is_empty() && element.text.trim().is_empty() => Self::Nothing,
            _ => Self::Unreadable,
        }
    }
}

/// A period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    /// Its beginning, which belongs to it.
    pub from: Bound,
    /// Its end, which does not.
    pub until: Bound,
}

impl Period {
    /// The period in an element's Virkning.
    #[must_use]
    pub fn of(element: &Element) -> Self {
        let validity = element.child("Virkning");
        let bound = |name| Bound::of(validity.and_then(|v| v.child(name)));
        Self { from: bound("FraTidspunkt"), until: bound("TilTidspunkt") }
    }

    /// Whether an instant lies in both; `None` when that cannot be told.
    #[must_use]
    pub fn overlaps(&self, other: &Self) -> Option<bool> {
        // One that certainly ends before the other begins is enough.
        if precedes(self, other) == Some(true) || precedes(other, self) == Some(true) {
            return Some(false);
        }
        let known = precedes(self, other) == Some(false) && precedes(other, self) == Some(false);
        known.then_some(true)
    }

    /// Whether it ends after it begins: `Some(false)` only when it certainly ends before it begins, `None` when it is empty
    /// or cannot be told.
    #[must_use]
    pub fn is_ordered(&self) -> Option<bool> {
        match (self.from, self.until) {
            (Bound::At(from), Bound::At(until)) => {
                let (least, most) = until.since(&from)?;
                if most.is_negative() {
                    Some(false)
                } else if least.is_positive() {
                    Some(true)
                } else {
                    None
                }
            }
            (Bound::Unreadable, _) | (_, Bound::Unreadable) => None,
            _ => Some(true),
        }
    }
}

/// Whether `early` ends no later than `late` begins.
fn precedes(early: &Period, late: &Period) -> Option<bool> {
    match (early.until, late.from) {
        (Bound::At(until), Bound::At(from)) => {
            let (least, most) = from.since(&until)?;
            if !least.is_negative() {
                Some(true)
            } else if most.is_negative() {
                Some(false)
            } else {
                None
            }
        }
        // An end that is left out may mean an open one (general guide, 11).
        (Bound::Open | Bound::Nothing, _) if late.from != Bound::Unreadable => Some(false),
        (Bound::At(_), Bound::Open) => Some(false),
        _ => None,
    }
}
