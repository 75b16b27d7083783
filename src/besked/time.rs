//! Times of a message (`xs:dateTime`). Messages in use have times with a zone and times without one; what a time without one
//! means is said nowhere, so only what holds for every zone of the world is concluded from it.

use jiff::civil::DateTime;
use jiff::{SignedDuration, Timestamp};

/// A time as written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Time {
    /// With a zone.
    Zoned(Timestamp),
    /// Without one.
    Local(DateTime),
}

/// Clocks go from 14 hours ahead of UTC to 12 hours behind it.
const AHEAD: SignedDuration = SignedDuration::from_hours(14);
const BEHIND: SignedDuration = SignedDuration::from_hours(12);

impl Time {
    /// Reads an `xs:dateTime`; white space around it does not count.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim_ascii();
        // Readers of times know more forms than the schema language.
        let shape = text.as_bytes();
        if shape.len() < 19 || shape.get(10) != Some(&b'T') || text.contains('[') {
            return None;
        }
        let zoned = text.ends_with('Z') || text.get(19..).is_some_and(|rest| rest.contains(['+', '-']));
        if zoned { text.parse().ok().map(Self::Zoned) } else { text.parse().ok().map(Self::Local) }
    }

    /// Whether it has a zone.
    #[must_use]
    pub const fn is_zoned(&self) -> bool {
        matches!(self, Self::Zoned(_))
    }

    /// How long after `earlier` it is: the shortest and the longest that can be meant; negative when it is before. `None`
    /// when it lies beyond what can be computed.
    #[must_use]
    pub fn since(&self, earlier: &Self) -> Option<(SignedDuration, SignedDuration)> {
        // Two times without a zone come from one sender, hence out of one clock.
        if let (Self::Local(late), Self::Local(early)) = (self, earlier) {
            let apart = late.duration_since(*early);
            return Some((apart, apart));
        }
        let (late, early) = (self.instants()?, earlier.instants()?);
        Some((late.0.duration_since(early.1), late.1.duration_since(early.0)))
    }

    /// The first and the last instant that can be meant.
    fn instants(self) -> Option<(Timestamp, Timestamp)> {
        match self {
            Self::Zoned(at) => Some((at, at)),
            Self::Local(clock) => {
                let utc = clock.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp();
                Some((utc.checked_sub(AHEAD).ok()?, utc.checked_add(BEHIND).ok()?))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn between(early: &str, late: &str) -> (i64, i64) {
        let (least, most) = Time::parse(late).unwrap().since(&Time::parse(early).unwrap()).unwrap();
        (least.as_secs(), most.as_secs())
    }

    #[test]
    fn forms_of_the_samples_are_read() {
        assert!(Time::parse("2023-02-13T12:04:13.262Z").unwrap().is_zoned());
        assert!(Time::parse(" 2023-02-13T12:22:31.990+01:00\n").unwrap().is_zoned());
        assert!(!Time::parse("2022-02-13T08:00:00").unwrap().is_zoned());
        for text in ["", "2022-02-13", "20220213T080000Z", "2022-02-13 08:00:00", "2022-02-30T08:00:00", "i går"] {
            assert_eq!(Time::parse(text), None, "{text}");
        }
        assert_eq!(Time::parse("2022-02-13T08:00:00+01:00[Europe/Copenhagen]"), None);
    }

    #[test]
    fn a_time_without_a_zone_leaves_the_zone_open() {
        assert_eq!(between("2022-02-13T08:00:00Z", "2022-02-13T09:00:01+01:00"), (1, 1));
        assert_eq!(between("2022-02-13T08:00:00", "2022-02-13T08:00:02"), (2, 2));
        assert_eq!(between("2022-02-13T08:00:00", "2022-02-13T08:00:00Z"), (-12 * 3600, 14 * 3600));
        assert_eq!(between("2022-02-13T08:00:00Z", "2022-02-13T08:00:00"), (-14 * 3600, 12 * 3600));
    }

    #[test]
    fn the_ends_of_time_do_not_break_it() {
        let (first, last) = (Time::parse("-9999-01-01T00:00:00"), Time::parse("9999-12-31T23:59:59.999999999"));
        for pair in [(first, last), (last, first)] {
            if let (Some(a), Some(b)) = pair {
                let _ = a.since(&b);
            }
        }
    }
}
