//! Days and hours in Denmark. The rules are those compiled in, never the machine's, so that a verdict is the same everywhere.

use jiff::civil::Date;
use jiff::tz::{TimeZone, TimeZoneDatabase};
use jiff::{Timestamp, Zoned};
use std::sync::LazyLock;

static ZONE: LazyLock<TimeZone> = LazyLock::new(|| zone("Europe/Copenhagen").unwrap_or(TimeZone::UTC));

/// A time zone by its name in the IANA database.
#[must_use]
pub fn zone(name: &str) -> Option<TimeZone> {
    TimeZoneDatabase::bundled().get(name).ok()
}

/// An instant as Danish clocks show it.
#[must_use]
pub fn danish(at: Timestamp) -> Zoned {
    at.to_zoned(ZONE.clone())
}

/// The calendar day in Denmark.
#[must_use]
pub fn danish_day(at: Timestamp) -> Date {
    danish(at).date()
}

/// First instant of a day in Denmark; for the first and last days that there are, the end of time that is nearer.
#[must_use]
pub fn begins(day: Date) -> Timestamp {
    let end = if day.year() < 0 { Timestamp::MIN } else { Timestamp::MAX };
    day.to_zoned(ZONE.clone()).map_or(end, |at| at.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn danish_days() {
        assert_eq!(danish_day("2026-11-20T23:30:00Z".parse().unwrap()), date(2026, 11, 21));
        assert_eq!(danish_day("2026-07-20T22:30:00Z".parse().unwrap()), date(2026, 7, 21));
        assert_eq!(begins(date(2026, 11, 21)), "2026-11-20T23:00:00Z".parse().unwrap());
        assert_eq!(begins(date(2026, 7, 21)), "2026-07-20T22:00:00Z".parse().unwrap());
        assert_eq!(begins(Date::MIN), Timestamp::MIN);
        assert_eq!(zone("Europe/Nowhere"), None);
    }
}
