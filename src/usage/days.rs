//! Calendar days in Denmark, by the second.

use crate::denmark::begins;
use jiff::civil::{Date, date};
use jiff::{Span, Unit};
use std::sync::LazyLock;

/// When each day begins, in seconds since 2000 (UTC). Day 0 is 1 January 2000, whose first hour lies before.
#[derive(Debug)]
pub struct Calendar {
    begins: Vec<u32>,
}

/// A day.
#[derive(Clone, Copy, Debug)]
pub struct LocalDay {
    /// Number since 1 January 2000.
    pub number: u16,
    /// First second.
    pub begins: u32,
    /// First second of the next day.
    pub ends: u32,
}

const FIRST: Date = date(2000, 1, 1);

impl Calendar {
    /// The Danish calendar from 2000 to 2100.
    #[must_use]
    pub fn danish() -> &'static Self {
        static CALENDAR: LazyLock<Calendar> = LazyLock::new(Calendar::new);
        &CALENDAR
    }

    fn new() -> Self {
        let begins = FIRST
            .series(Span::new().days(1))
            .take_while(|day| day.year() <= 2100)
            .map(|day| {
                let begins = begins(day).as_second();
                u32::try_from(begins - super::time::EARLIEST / 1000).unwrap_or(0)
            })
            .collect();
        Self { begins }
    }

    /// The day of a second since 2000.
    #[must_use]
    pub fn day(&self, second: u32) -> LocalDay {
        let mut number = (second / 86_400) as usize;
        // Denmark is east of UTC, so the guess is right or one too low.
        while self.begins.get(number + 1).is_some_and(|next| *next <= second) {
            number += 1;
        }
        LocalDay {
            number: u16::try_from(number).unwrap_or(u16::MAX),
            begins: self.begins.get(number).copied().unwrap_or(0),
            ends: self.begins.get(number + 1).copied().unwrap_or(u32::MAX),
        }
    }

    /// First second of a day.
    #[must_use]
    pub fn begins(&self, day: u16) -> u32 {
        self.begins.get(usize::from(day)).copied().unwrap_or(0)
    }

    /// Date of a day.
    #[must_use]
    pub fn date(day: u16) -> Date {
        FIRST.checked_add(Span::new().days(i64::from(day))).unwrap_or(FIRST)
    }
}

/// Whole days between two dates.
#[must_use]
pub fn between(from: Date, to: Date) -> i64 {
    from.until((Unit::Day, to)).map_or(0, |span| i64::from(span.get_days()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_begin_at_danish_midnight() {
        let calendar = Calendar::danish();
        let second =
            |text: &str| u32::try_from(text.parse::<jiff::Timestamp>().unwrap().as_second() - 946_684_800).unwrap();
        let day = |text: &str| Calendar::date(calendar.day(second(text)).number).to_string();
        assert_eq!(day("2026-03-04T22:59:59Z"), "2026-03-04");
        assert_eq!(day("2026-03-04T23:00:00Z"), "2026-03-05");
        assert_eq!(day("2026-07-04T21:59:59Z"), "2026-07-04");
        assert_eq!(day("2026-07-04T22:00:00Z"), "2026-07-05");
        assert_eq!(day("2000-01-01T00:00:00Z"), "2000-01-01");
        assert_eq!(day("2099-12-31T23:30:00Z"), "2100-01-01");
        // The day on which summer time begins has 23 hours.
        let short = calendar.day(second("2026-03-29T12:00:00Z"));
        assert_eq!(short.ends - short.begins, 23 * 3600);
    }
}
