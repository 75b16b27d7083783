//! Periods of validity (Virkning): from-times count in, to-times do not (general guide, 11).

use crate::besked::read::Element;
use crate::besked::time::Time;
use jiff::civil::date;
use jiff::{SignedDuration, Timestamp};
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

/// A stretch of time on an [`Axis`], with its end outside.
type Stretch = (SignedDuration, SignedDuration);

/// What several periods are compared on. Times without a zone come from one clock and can be compared with each other; beside
/// times with a zone they lie somewhere within 26 hours.
#[derive(Clone, Copy, Debug)]
pub struct Axis {
    origin: Time,
}

impl Axis {
    /// The axis for these periods.
    #[must_use]
    pub fn of(periods: &[Period]) -> Self {
        let zoned = |bound: Bound| matches!(bound, Bound::At(time) if time.is_zoned());
        if periods.iter().any(|p| zoned(p.from) || zoned(p.until)) {
            Self { origin: Time::Zoned(Timestamp::UNIX_EPOCH) }
        } else {
            Self { origin: Time::Local(date(1970, 1, 1).at(0, 0, 0, 0)) }
        }
    }

    /// Where these periods lie.
    #[must_use]
    pub fn stretches(self, periods: &[Period]) -> Stretches {
        let spans: Vec<Span> = periods.iter().map(|period| self.span(*period)).collect();
        let claimed = |s: &Span| (s.from.1, if s.no_end_stated { SignedDuration::MAX } else { s.until.0 });
        let (_, overlap) = united(spans.iter().map(|s| (s.from.1, s.until.0)).collect());
        let (claimed, _) = united(spans.iter().map(claimed).collect());
        let (possible, may_overlap) = united(spans.iter().map(|s| (s.from.0, s.until.1)).collect());
        Stretches { claimed, possible, overlap, may_overlap }
    }

    fn span(self, period: Period) -> Span {
        const UNKNOWN: (SignedDuration, SignedDuration) = (SignedDuration::MIN, SignedDuration::MAX);
        let place = |time: Time| time.since(&self.origin).unwrap_or(UNKNOWN);
        // Systems without an open end write a year such as 2999 or 9999 for it. This is the beginning of 2999.
        let far = SignedDuration::from_secs(32_472_144_000);
        let from = match period.from {
            Bound::At(time) => place(time),
            Bound::Open => (SignedDuration::MIN, SignedDuration::MIN),
            Bound::Nothing | Bound::Unreadable => UNKNOWN,
        };
        let until = match period.until {
            Bound::At(time) if place(time).0 >= far => (place(time).0, SignedDuration::MAX),
            Bound::At(time) => place(time),
            Bound::Open => (SignedDuration::MAX, SignedDuration::MAX),
            // An end that is left out may mean an open one (general guide, 11); it holds when it begins, at least.
            Bound::Nothing => (from.1.saturating_add(SignedDuration::from_nanos(1)), SignedDuration::MAX),
            Bound::Unreadable => UNKNOWN,
        };
        Span { from, until, no_end_stated: period.until == Bound::Nothing }
    }
}

/// The earliest and the latest instant that each end can mean.
#[derive(Clone, Copy)]
struct Span {
    from: Stretch,
    until: Stretch,
    no_end_stated: bool,
}

/// Where some periods lie together.
#[derive(Clone, Debug)]
pub struct Stretches {
    /// Where one of them holds, an end that is left out taken as open.
    claimed: Vec<Stretch>,
    /// Where one of them may hold.
    possible: Vec<Stretch>,
    overlap: bool,
    may_overlap: bool,
}

impl Stretches {
    /// Whether two of them hold at the same time; `None` when that cannot be told.
    #[must_use]
    pub fn overlap(&self) -> Option<bool> {
        if self.overlap {
            Some(true)
        } else if self.may_overlap {
            None
        } else {
            Some(false)
        }
    }

    /// Whether one of them holds at every time at which one of the others may; `Some(false)` when none of them holds at any
    /// such time, `None` when it is something between or cannot be told.
    #[must_use]
    pub fn hold_throughout(&self, others: &Self) -> Option<bool> {
        let covered = |time: &Stretch| {
            let begun = self.claimed.partition_point(|own| own.0 <= time.0);
            begun > 0 && time.1 <= self.claimed[begun - 1].1
        };
        let touched = |time: &Stretch| {
            let ended = self.possible.partition_point(|own| own.1 <= time.0);
            self.possible.get(ended).is_some_and(|own| own.0 < time.1)
        };
        if others.possible.is_empty() {
            None
        } else if others.possible.iter().all(covered) {
            Some(true)
        } else if others.possible.iter().any(touched) {
            None
        } else {
            Some(false)
        }
    }

    /// Whether what holds ends, at any time, without another that holds from there; `None` when that cannot be told.
    #[must_use]
    pub fn expire(&self) -> Option<bool> {
        let ends = |stretches: &[Stretch]| -> Vec<SignedDuration> {
            stretches.iter().map(|s| s.1).filter(|end| *end < SignedDuration::MAX).collect()
        };
        let (claimed, possible) = (ends(&self.claimed), ends(&self.possible));
        if claimed.is_empty() && possible.is_empty() && !self.claimed.is_empty() {
            Some(false)
        } else if claimed.iter().any(|end| possible.binary_search(end).is_ok()) {
            Some(true)
        } else {
            None
        }
    }
}

/// The stretches joined where they touch, without empty ones, in their order; and whether two of them overlap.
fn united(mut stretches: Vec<Stretch>) -> (Vec<Stretch>, bool) {
    stretches.retain(|s| s.0 < s.1);
    stretches.sort_unstable();
    let (mut joined, mut overlap): (Vec<Stretch>, bool) = (Vec::new(), false);
    for next in stretches {
        match joined.last_mut() {
            Some(last) if next.0 <= last.1 => {
                overlap |= next.0 < last.1;
                last.1 = last.1.max(next.1);
            }
            _ => joined.push(next),
        }
    }
    (joined, overlap)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A period as `from/until`; nothing, `*` for an open end, or a time of the day.
    fn period(text: &str) -> Period {
        let bound = |text: &str| match text {
            "" => Bound::Nothing,
            "*" => Bound::Open,
            time => Time::parse(&format!("2026-03-01T{time}")).map_or(Bound::Unreadable, Bound::At),
        };
        let (from, until) = text.split_once('/').unwrap();
        Period { from: bound(from), until: bound(until) }
    }

    #[test]
    fn an_end_in_a_far_year_may_mean_none() {
        let until = |year: &str| Bound::At(Time::parse(&format!("{year}-12-30T00:00:00Z")).unwrap());
        for (year, expire) in [("2998", Some(true)), ("2999", None), ("9999", None)] {
            let far = [Period { until: until(year), ..period("08:00:00Z/*") }];
            let stretches = Axis::of(&far).stretches(&far);
            assert_eq!((stretches.expire(), stretches.overlap()), (expire, Some(false)), "{year}");
        }
    }

    fn periods(texts: &[&str]) -> Vec<Period> {
        texts.iter().map(|text| period(text)).collect()
    }

    #[test]
    fn periods_overlap_where_an_instant_lies_in_two() {
        for (texts, overlap) in [
            (&["08:00:00Z/09:00:00Z", "09:00:00Z/*"][..], Some(false)),
            (&["08:00:00Z/09:00:00Z", "10:00:00+01:00/*"], Some(false)),
            (&["08:00:00Z/09:00:01Z", "09:00:00Z/*"], Some(true)),
            (&["08:00:00Z/20:00:00Z", "09:00:00Z/10:00:00Z", "10:00:00Z/11:00:00Z"], Some(true)),
            // An empty period and one that ends before it begins hold no instant.
            (&["09:00:00Z/09:00:00Z", "08:00:00Z/*"], Some(false)),
            (&["10:00:00Z/09:00:00Z", "08:00:00Z/*"], Some(false)),
            // Without a zone: on one clock certain, beside a zone not.
            (&["08:00:00/09:00:00", "09:00:00/*"], Some(false)),
            (&["08:00:00/09:00:00", "09:00:00Z/*"], None),
            // An end that is left out may be before the other's beginning.
            (&["08:00:00Z/", "09:00:00Z/*"], None),
            (&["09:00:00Z/", "09:00:00Z/*"], Some(true)),
            (&["08:00:00Z/09:00:00Z", "/"], None),
            (&["08:00:00Z/25:00:00Z", "09:00:00Z/*"], None),
            (&["08:00:00Z/*"], Some(false)),
        ] {
            let periods = periods(texts);
            assert_eq!(Axis::of(&periods).stretches(&periods).overlap(), overlap, "{texts:?}");
        }
    }

    #[test]
    fn what_holds_throughout_leaves_no_gap() {
        for (held, others, throughout, expire) in [
            (&["08:00:00Z/*"][..], &["08:00:00Z/*"][..], Some(true), Some(false)),
            (&["08:00:00Z/"], &["08:00:00Z/"], Some(true), Some(false)),
            (&["08:00:00Z/09:00:00Z", "09:00:00Z/*"], &["08:00:00Z/*"], Some(true), Some(false)),
            (&["08:00:00Z/08:59:59Z", "09:00:00Z/*"], &["08:00:00Z/*"], None, Some(true)),
            (&["09:00:00Z/*"], &["08:00:00Z/*"], None, Some(false)),
            (&["07:00:00Z/08:00:00Z"], &["08:00:00Z/*"], Some(false), Some(true)),
            (&["08:00:00Z/10:00:00Z"], &["08:00:00Z/09:00:00Z", "09:00:00Z/10:00:00Z"], Some(true), Some(true)),
            (&["08:00:00Z/*"], &["/*"], None, Some(false)),
            (&["08:00:00Z/*"], &[], None, Some(false)),
            (&["/"], &["08:00:00Z/*"], None, None),
            (&["08:00:00Z/25:00:00Z"], &["09:00:00Z/*"], None, None),
            (&["08:00:00/09:00:00"], &["20:00:00Z/*"], None, None),
        ] {
            let (held, others) = (periods(held), periods(others));
            let axis = Axis::of(&[held.clone(), others.clone()].concat());
            let held_there = axis.stretches(&held);
            assert_eq!(held_there.hold_throughout(&axis.stretches(&others)), throughout, "{held:?} {others:?}");
            assert_eq!(held_there.expire(), expire, "{held:?}");
        }
    }

    #[test]
    fn many_periods_are_compared_in_time_that_grows_with_their_number() {
        let many: Vec<Period> = (0..60_000u32)
            .map(|n| {
                let at = |second: u32| Bound::At(Time::Zoned(Timestamp::from_second(i64::from(second)).unwrap()));
                Period { from: at(2 * n), until: at(2 * n + 1) }
            })
            .collect();
        let stretches = Axis::of(&many).stretches(&many);
        assert_eq!((stretches.overlap(), stretches.hold_throughout(&stretches)), (Some(false), Some(true)));
    }
}
