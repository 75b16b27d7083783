//! Times as logs write them: every common ISO and Danish form, never a guess. What could be two instants is refused.

use super::mapping::{DateForm, Ready, RepeatedHour, TimeColumn};
use jiff::civil;
use jiff::tz::{AmbiguousOffset, Offset, TimeZone};

/// First instant that is believed, milliseconds since 1970: the year 2000. FKI is younger.
pub const EARLIEST: i64 = 946_684_800_000;

/// First instant that is believed no more: the year 2100.
pub const LATEST: i64 = 4_102_444_800_000;

/// Why a time cannot be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Problem {
    /// Nothing stands there.
    Missing,
    /// No known form, or no such date.
    Unreadable,
    /// Day and month could be exchanged.
    Ambiguous,
    /// A date alone.
    NoTimeOfDay,
    /// It carries no zone, and the mapping gives none.
    NoZone,
    /// In the hour that the clock shows twice.
    Repeated,
    /// In the hour that the clock skips.
    Skipped,
    /// Before 2000 or after 2099.
    OutOfRange,
}

/// Reads times by the rules of one mapping.
#[derive(Clone, Debug)]
pub struct Clock {
    form: DateForm,
    zone: Zone,
    repeated: RepeatedHour,
    /// The last date that was read, as it is written, and its midnight: neighbouring lines are of the same day.
    date: ([u8; 10], i64),
}

#[derive(Clone, Debug)]
enum Zone {
    None,
    Fixed(i64),
    Rules { zone: TimeZone, seen: Vec<(i64, Local)> },
}

/// What the zone's rules say of a quarter of an hour on the local clock. Milliseconds east of UTC.
#[derive(Clone, Copy, Debug)]
enum Local {
    Once(i64),
    Twice(i64, i64),
    Never,
}

const QUARTER: i64 = 15 * 60 * 1000;
const REMEMBERED: i64 = 4096;
const DAY: i64 = 86_400_000;

impl Clock {
    /// A clock by the mapping's rules.
    #[must_use]
    pub fn new(ready: &Ready) -> Self {
        Self::of(&ready.mapping.time, ready.zone.as_ref())
    }

    /// A clock by the rules of one column.
    #[must_use]
    pub fn of(time: &TimeColumn, zone: Option<&TimeZone>) -> Self {
        let zone = match zone {
            None => Zone::None,
            Some(zone) => match zone.to_fixed_offset() {
                Ok(offset) => Zone::Fixed(i64::from(offset.seconds()) * 1000),
                Err(_) => Zone::Rules {
                    zone: zone.clone(),
                    seen: vec![(i64::MIN, Local::Never); usize::try_from(REMEMBERED).unwrap_or(1)],
                },
            },
        };
        Self { form: time.form, zone, repeated: time.repeated_hour, date: (*b"1970-01-01", 0) }
    }

    /// Milliseconds since 1970.
    pub fn read(&mut self, text: &[u8]) -> Result<i64, Problem> {
        let instant = if let Some((civil, rest)) = self.fixed_form(text) {
            let (millis, rest) = fraction(rest);
            self.place(civil + millis, parse_zone(rest).ok_or(Problem::Unreadable)?)?
        } else {
            self.read_any(text.trim_ascii())?
        };
        if (EARLIEST..LATEST).contains(&instant) { Ok(instant) } else { Err(Problem::OutOfRange) }
    }

    /// `2026-03-04T05:06:07` or with a space, as milliseconds of the local clock since 1970, and what follows.
    #[inline]
    fn fixed_form<'a>(&mut self, text: &'a [u8]) -> Option<(i64, &'a [u8])> {
        let (head, rest) = text.split_first_chunk::<19>()?;
        let (date, time) = head.split_first_chunk::<10>()?;
        let &[b'T' | b' ' | b't', h1, h2, b':', m1, m2, b':', s1, s2] = time else { return None };
        let (hour, minute, second) = (pair(h1, h2)?, pair(m1, m2)?, pair(s1, s2)?);
        if *date != self.date.0 {
            let &[y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = date else { return None };
            let year = pair(y1, y2)? * 100 + pair(y3, y4)?;
            self.date = (*date, civil(year, pair(m1, m2)?, pair(d1, d2)?, 0, 0, 0)?);
        }
        // As in `civil`.
        (hour <= 23 && minute <= 59 && second <= 60)
            .then_some((self.date.1 + (hour * 3600 + minute * 60 + second) * 1000, rest))
    }

    fn read_any(&mut self, text: &[u8]) -> Result<i64, Problem> {
        if text.is_empty() {
            return Err(Problem::Missing);
        }
        match self.form {
            DateForm::EpochSeconds => epoch(text, 1000),
            DateForm::EpochMilliseconds => epoch(text, 1),
            form => {
                let (civil, zone) = any_form(text, form)?;
                self.place(civil, zone)
            }
        }
    }

    /// The instant of a local time.
    fn place(&mut self, civil: i64, offset: Option<i64>) -> Result<i64, Problem> {
        if let Some(offset) = offset {
            return Ok(civil - offset);
        }
        let local = match &mut self.zone {
            Zone::None => return Err(Problem::NoZone),
            Zone::Fixed(offset) => return Ok(civil - *offset),
            Zone::Rules { zone, seen } => {
                let quarter = civil.div_euclid(QUARTER);
                let slot = &mut seen[usize::try_from(quarter.rem_euclid(REMEMBERED)).unwrap_or(0)];
                if slot.0 != quarter {
                    *slot = (quarter, look_up(zone, civil).ok_or(Problem::OutOfRange)?);
                }
                slot.1
            }
        };
        match (local, self.repeated) {
            (Local::Once(offset), _)
            | (Local::Twice(offset, _), RepeatedHour::Earlier)
            | (Local::Twice(_, offset), RepeatedHour::Later) => Ok(civil - offset),
            (Local::Twice(..), RepeatedHour::Refuse) => Err(Problem::Repeated),
            (Local::Never, _) => Err(Problem::Skipped),
        }
    }
}

fn look_up(zone: &TimeZone, civil: i64) -> Option<Local> {
    let at = jiff::Timestamp::from_millisecond(civil).ok()?;
    let local: civil::DateTime = Offset::UTC.to_datetime(at);
    let millis = |offset: Offset| i64::from(offset.seconds()) * 1000;
    Some(match zone.to_ambiguous_timestamp(local).offset() {
        AmbiguousOffset::Unambiguous { offset } => Local::Once(millis(offset)),
        AmbiguousOffset::Fold { before, after } => Local::Twice(millis(before), millis(after)),
        AmbiguousOffset::Gap { .. } => Local::Never,
    })
}

/// The number of two digits.
fn pair(tens: u8, ones: u8) -> Option<i64> {
    let (tens, ones) = (tens.wrapping_sub(b'0'), ones.wrapping_sub(b'0'));
    (tens < 10 && ones < 10).then(|| i64::from(tens) * 10 + i64::from(ones))
}

/// Milliseconds of the local clock since 1970; `None` when there is no such time.
fn civil(year: i64, month: i64, day: i64, hour: i64, minute: i64, second: i64) -> Option<i64> {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let longest = match month {
        4 | 6 | 9 | 11 => 30,
        2 => 28 + i64::from(leap),
        1..=12 => 31,
        _ => return None,
    };
    // Second 60 is a leap second.
    if !(1..=longest).contains(&day) || hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    // Days since 1970 by the calendar that begins in March (Howard Hinnant's days_from_civil).
    let shifted = if month <= 2 { year - 1 } else { year };
    let era = shifted.div_euclid(400);
    let of_era = shifted.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let days = era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468;
    Some(days * DAY + (hour * 3600 + minute * 60 + second) * 1000)
}

/// `.123` or `,123456` as milliseconds, cut, and what follows.
fn fraction(text: &[u8]) -> (i64, &[u8]) {
    let Some((b'.' | b',', digits)) = text.split_first() else { return (0, text) };
    if let [a @ b'0'..=b'9', b @ b'0'..=b'9', c @ b'0'..=b'9', rest @ ..] = digits
        && !rest.first().is_some_and(u8::is_ascii_digit)
    {
        let digit = |digit: &u8| i64::from(digit - b'0');
        return (digit(a) * 100 + digit(b) * 10 + digit(c), rest);
    }
    let count = digits.iter().take_while(|b| b.is_ascii_digit()).count();
    if count == 0 {
        return (0, text);
    }
    let mut millis = 0;
    for digit in digits[..count].iter().chain(b"000").take(3) {
        millis = millis * 10 + i64::from(digit - b'0');
    }
    (millis, &digits[count..])
}

/// What stands after a time: nothing, `Z`, `UTC`, `GMT`, `CET`, `CEST` or an offset. `None` when it is something else.
#[expect(clippy::option_option, reason = "no zone and no sense are two things")]
fn parse_zone(rest: &[u8]) -> Option<Option<i64>> {
    match rest {
        [] => return Some(None),
        [b'Z' | b'z'] => return Some(Some(0)),
        _ => {}
    }
    let rest = rest.trim_ascii();
    match rest {
        [] => Some(None),
        b"Z" | b"z" | b"UTC" | b"GMT" => Some(Some(0)),
        b"CET" => Some(Some(3_600_000)),
        b"CEST" => Some(Some(7_200_000)),
        _ => offset_minutes(rest).map(|minutes| Some(i64::from(minutes) * 60_000)),
    }
}

/// Minutes of `+01:00`, `+0100` or `-01`.
#[must_use]
pub fn offset_minutes(text: &[u8]) -> Option<i32> {
    let (sign, digits) = text.split_first()?;
    let sign = match sign {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let (hours, minutes) = match digits {
        [a, b] => ([*a, *b], [b'0', b'0']),
        [a, b, c, d] | [a, b, b':', c, d] => ([*a, *b], [*c, *d]),
        _ => return None,
    };
    let pair = |pair: [u8; 2]| {
        pair.iter().all(u8::is_ascii_digit).then(|| i32::from(pair[0] - b'0') * 10 + i32::from(pair[1] - b'0'))
    };
    let (hours, minutes) = (pair(hours)?, pair(minutes)?);
    (hours <= 14 && minutes <= 59).then_some(sign * (hours * 60 + minutes))
}

fn epoch(text: &[u8], scale: i64) -> Result<i64, Problem> {
    let digits = text.iter().take_while(|b| b.is_ascii_digit()).count();
    if digits == 0 || digits > 15 {
        return Err(Problem::Unreadable);
    }
    let whole = text[..digits].iter().fold(0_i64, |sum, b| sum * 10 + i64::from(b - b'0'));
    let (millis, rest) = fraction(&text[digits..]);
    if !rest.is_empty() {
        return Err(Problem::Unreadable);
    }
    // Decimals of a millisecond are cut.
    let millis = if scale == 1000 { millis } else { 0 };
    whole.checked_mul(scale).map(|whole| whole + millis).ok_or(Problem::OutOfRange)
}

/// A cursor over text.
struct Cursor<'a>(&'a [u8]);

impl<'a> Cursor<'a> {
    fn number(&mut self) -> Option<(i64, usize)> {
        let count = self.0.iter().take_while(|b| b.is_ascii_digit()).count();
        if count == 0 || count > 14 {
            return None;
        }
        let value = self.0[..count].iter().fold(0_i64, |sum, b| sum * 10 + i64::from(b - b'0'));
        self.0 = &self.0[count..];
        Some((value, count))
    }

    fn word(&mut self) -> &'a [u8] {
        let count = self.0.iter().take_while(|b| b.is_ascii_alphabetic() || **b >= 0x80).count();
        let (word, rest) = self.0.split_at(count);
        self.0 = rest;
        word
    }

    fn skip(&mut self, set: &[u8]) -> usize {
        let count = self.0.iter().take_while(|b| set.contains(b)).count();
        self.0 = &self.0[count..];
        count
    }

    fn take(&mut self, set: &[u8]) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        set.contains(first).then(|| {
            self.0 = rest;
            *first
        })
    }
}

/// Number of a month by its Danish or English name, whole or shortened to three letters and more.
fn month(word: &[u8]) -> Option<i64> {
    const MONTHS: [[&str; 2]; 12] = [
        ["januar", "january"],
        ["februar", "february"],
        ["marts", "march"],
        ["april", "april"],
        ["maj", "may"],
        ["juni", "june"],
        ["juli", "july"],
        ["august", "august"],
        ["september", "september"],
        ["oktober", "october"],
        ["november", "november"],
        ["december", "december"],
    ];
    let word = word.to_ascii_lowercase();
    let fits = |name: &str| word.len() >= 3 && name.as_bytes().starts_with(&word);
    MONTHS.iter().position(|names| names.iter().any(|name| fits(name))).and_then(|at| i64::try_from(at + 1).ok())
}

fn is_weekday(word: &[u8]) -> bool {
    const DAYS: [&str; 14] = [
        "mandag",
        "tirsdag",
        "onsdag",
        "torsdag",
        "fredag",
        "lørdag",
        "søndag",
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
    ];
    let word = String::from_utf8_lossy(word).to_lowercase();
    word.chars().count() >= 3 && DAYS.iter().any(|day| day.starts_with(word.as_str()))
}

/// Any other form: milliseconds of the local clock, and the offset it carries.
fn any_form(text: &[u8], form: DateForm) -> Result<(i64, Option<i64>), Problem> {
    // As web servers write it.
    let text = text.strip_prefix(b"[").and_then(|text| text.strip_suffix(b"]")).unwrap_or(text);
    let mut cursor = Cursor(text);
    let bad = Problem::Unreadable;
    let mut word = cursor.word();
    if !word.is_empty() && month(word).is_none() {
        if !is_weekday(word) {
            return Err(bad);
        }
        cursor.skip(b",. ");
        word = cursor.word();
        if matches!(word, b"d" | b"den") {
            cursor.skip(b". ");
            word = b"";
        }
    }
    let (year, month, day) = if let Some(month) = month(word) {
        // Nov 21, 2026
        cursor.skip(b". ");
        let day = cursor.number().ok_or(bad)?.0;
        cursor.skip(b", ");
        (year(cursor.number(), form)?, month, day)
    } else if word.is_empty() {
        date(&mut cursor, form)?
    } else {
        return Err(bad);
    };
    if cursor.0.is_empty() || cursor.0.iter().all(u8::is_ascii_whitespace) {
        return Err(Problem::NoTimeOfDay);
    }
    // 2026-03-04T05:06, 04.03.2026 kl. 05.06, 04/Mar/2026:05:06:07
    cursor.skip(b"Tt :,");
    if cursor.0.starts_with(b"kl") {
        cursor.0 = &cursor.0[2..];
        cursor.skip(b". ");
    }
    let (hour, minute, second, millis) = time_of_day(&mut cursor)?;
    let zone = parse_zone(cursor.0).ok_or(bad)?;
    let local = civil(year, month, day, hour, minute, second).ok_or(bad)?;
    Ok((local + millis, zone))
}

/// A year of four digits; of two, where the mapping says which number is what.
fn year(number: Option<(i64, usize)>, form: DateForm) -> Result<i64, Problem> {
    match number {
        Some((year, 4)) => Ok(year),
        Some((year, 2)) if matches!(form, DateForm::DayMonthYear | DateForm::MonthDayYear) => Ok(2000 + year),
        _ => Err(Problem::Unreadable),
    }
}

/// Year, month and day.
fn date(cursor: &mut Cursor<'_>, form: DateForm) -> Result<(i64, i64, i64), Problem> {
    let bad = Problem::Unreadable;
    // 20260304050607: the time follows with nothing between.
    if let Some((date, time)) = cursor.0.split_at_checked(8)
        && cursor.0.iter().take_while(|b| b.is_ascii_digit()).count() == 14
    {
        cursor.0 = date;
        let (date, _) = cursor.number().ok_or(bad)?;
        cursor.0 = time;
        return Ok((date / 10_000, date / 100 % 100, date % 100));
    }
    let (first, digits) = cursor.number().ok_or(bad)?;
    match digits {
        8 => return Ok((first / 10_000, first / 100 % 100, first % 100)),
        4 => {
            let separator = cursor.take(b"-/.").ok_or(bad)?;
            let month = cursor.number().ok_or(bad)?.0;
            cursor.take(&[separator]).ok_or(bad)?;
            return Ok((first, month, cursor.number().ok_or(bad)?.0));
        }
        1 | 2 => {}
        _ => return Err(bad),
    }
    let separator = cursor.take(b"-/. ").ok_or(bad)?;
    cursor.skip(b" ");
    let word = cursor.word();
    if !word.is_empty() {
        let month = month(word).ok_or(bad)?;
        cursor.skip(b"-/. ");
        return Ok((year(cursor.number(), form)?, month, first));
    }
    let (second, digits) = cursor.number().filter(|(_, digits)| *digits <= 2).ok_or(bad)?;
    let _ = digits;
    // 4/3-2026 and 4/3 2026 are Danish and nothing else.
    let is_danish = separator == b'/' && cursor.take(b"- ").is_some();
    if !is_danish {
        cursor.take(&[separator]).ok_or(bad)?;
    }
    let year = year(cursor.number(), form)?;
    match form {
        _ if is_danish => Ok((year, second, first)),
        DateForm::MonthDayYear => Ok((year, first, second)),
        // With dots it is Danish, and with day 13 or later there is one reading. 03/04 could be March or April.
        DateForm::Auto if separator != b'.' && first <= 12 && second <= 12 && first != second => {
            Err(Problem::Ambiguous)
        }
        DateForm::Auto if separator == b'/' && second > 12 => Ok((year, first, second)),
        _ => Ok((year, second, first)),
    }
}

/// Hour, minute, second and milliseconds.
fn time_of_day(cursor: &mut Cursor<'_>) -> Result<(i64, i64, i64, i64), Problem> {
    let bad = Problem::Unreadable;
    let (first, digits) = cursor.number().ok_or(bad)?;
    let (hour, minute, second) = match digits {
        6 => (first / 10_000, first / 100 % 100, first % 100),
        4 => (first / 100, first % 100, 0),
        1 | 2 => {
            let separator = cursor.take(b":.").ok_or(bad)?;
            let minute = cursor.number().filter(|(_, digits)| *digits == 2).ok_or(bad)?.0;
            let second = match cursor.take(&[separator]) {
                Some(_) => cursor.number().filter(|(_, digits)| *digits == 2).ok_or(bad)?.0,
                None => 0,
            };
            (first, minute, second)
        }
        _ => return Err(bad),
    };
    let (millis, rest) = fraction(cursor.0);
    cursor.0 = rest;
    let hour = match rest.trim_ascii_start().split_at_checked(2) {
        Some((half, rest)) if half.eq_ignore_ascii_case(b"AM") || half.eq_ignore_ascii_case(b"PM") => {
            cursor.0 = rest;
            let is_afternoon = half[0].eq_ignore_ascii_case(&b'P');
            (1..=12).contains(&hour).then(|| hour % 12 + if is_afternoon { 12 } else { 0 }).ok_or(bad)?
        }
        _ => hour,
    };
    Ok((hour, minute, second, millis))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Document;
    use crate::usage::mapping::Mapping;
    use proptest::prelude::*;

    fn clock(rules: &str) -> Clock {
        let text = format!("schema = 1\nname = \"x\"\n[time]\ncolumn = \"t\"\n{rules}");
        Clock::new(&Mapping::read(&Document::new("m.toml", text)).unwrap())
    }

    fn at(text: &str) -> i64 {
        text.parse::<jiff::Timestamp>().unwrap().as_millisecond()
    }

    #[test]
    fn common_forms_are_read() {
        let danish = "zone = \"Europe/Copenhagen\"";
        let cases = [
            ("2026-03-04T05:06:07Z", "2026-03-04T05:06:07Z"),
            ("2026-03-04T05:06:07.891234+01:00", "2026-03-04T04:06:07.891Z"),
            ("2026-03-04 05:06:07,5", "2026-03-04T04:06:07.500Z"),
            ("2026-03-04T05:06+0100", "2026-03-04T04:06:00Z"),
            ("20260304T050607Z", "2026-03-04T05:06:07Z"),
            ("2026/03/04 05:06:07", "2026-03-04T04:06:07Z"),
            ("2026.03.04 05.06.07", "2026-03-04T04:06:07Z"),
            ("04.03.2026 05:06", "2026-03-04T04:06:00Z"),
            ("4.3.2026 kl. 5.06", "2026-03-04T04:06:00Z"),
            ("4. marts 2026 kl. 05.06", "2026-03-04T04:06:00Z"),
            ("4 mar 2026 05:06:07", "2026-03-04T04:06:07Z"),
            ("onsdag den 4. marts 2026 05:06", "2026-03-04T04:06:00Z"),
            ("lørdag d. 4. juli 2026 05:06", "2026-07-04T03:06:00Z"),
            ("Wed, 04 Mar 2026 05:06:07 GMT", "2026-03-04T05:06:07Z"),
            ("04/Mar/2026:05:06:07 +0100", "2026-03-04T04:06:07Z"),
            ("Mar 4, 2026 05:06", "2026-03-04T04:06:00Z"),
            ("24-12-2026 18:00:00", "2026-12-24T17:00:00Z"),
            ("03/03/2026 12.00", "2026-03-03T11:00:00Z"),
            ("2026-07-01 12:00:00", "2026-07-01T10:00:00Z"),
            ("2024-02-29 00:00:00", "2024-02-28T23:00:00Z"),
            ("4/3-2026 05:06", "2026-03-04T04:06:00Z"),
            ("04/03 2026 kl. 05.06", "2026-03-04T04:06:00Z"),
            ("20260304050607", "2026-03-04T04:06:07Z"),
            ("20260304050607Z", "2026-03-04T05:06:07Z"),
            ("2026-03-04 05:06:07 CET", "2026-03-04T04:06:07Z"),
            ("2026-07-04 05:06:07 CEST", "2026-07-04T03:06:07Z"),
            ("[04/Mar/2026:05:06:07 +0100]", "2026-03-04T04:06:07Z"),
            ("11/21/2026 8:00:00 PM", "2026-11-21T19:00:00Z"),
            ("Nov 21, 2026 12:30 am", "2026-11-20T23:30:00Z"),
        ];
        for (text, expected) in cases {
            assert_eq!(clock(danish).read(text.as_bytes()), Ok(at(expected)), "{text}");
        }
    }

    #[test]
    fn named_forms_decide_the_order() {
        let mut day_first = clock("zone = \"UTC\"\nform = \"day-month-year\"");
        assert_eq!(day_first.read(b"03/04/2026 12:00"), Ok(at("2026-04-03T12:00:00Z")));
        assert_eq!(day_first.read(b"2026-04-03 12:00"), Ok(at("2026-04-03T12:00:00Z")));
        let mut month_first = clock("zone = \"UTC\"\nform = \"month-day-year\"");
        assert_eq!(month_first.read(b"03/04/2026 12:00"), Ok(at("2026-03-04T12:00:00Z")));
        for two in ["03.04.26 12:00", "3-apr-26 12:00", "03/04/26 12:00"] {
            assert_eq!(day_first.read(two.as_bytes()), Ok(at("2026-04-03T12:00:00Z")), "{two}");
        }
        assert_eq!(month_first.read(b"04/03/26 12:00 PM"), Ok(at("2026-04-03T12:00:00Z")));
        let mut epoch = clock("form = \"epoch-seconds\"");
        assert_eq!(epoch.read(b"1772600767.25"), Ok(at("2026-03-04T05:06:07.250Z")));
        let mut epoch = clock("form = \"epoch-milliseconds\"");
        assert_eq!(epoch.read(b"1772600767250"), Ok(at("2026-03-04T05:06:07.250Z")));
    }

    #[test]
    fn what_could_be_two_instants_is_refused() {
        let mut danish = clock("zone = \"Europe/Copenhagen\"");
        let cases = [
            ("03/04/2026 12:00", Problem::Ambiguous),
            ("03-04-2026 12:00", Problem::Ambiguous),
            ("03.04.26 12:00", Problem::Unreadable),
            ("03-apr-26 12:00", Problem::Unreadable),
            ("2026-03-04 13:00 PM", Problem::Unreadable),
            ("2026-03-04", Problem::NoTimeOfDay),
            ("2026-02-30 12:00:00", Problem::Unreadable),
            ("2026-10-25 02:30:00", Problem::Repeated),
            ("2026-03-29 02:30:00", Problem::Skipped),
            ("1999-12-31 12:00:00", Problem::OutOfRange),
            ("i går", Problem::Unreadable),
            ("", Problem::Missing),
            ("2026-03-04 12:00:00 hest", Problem::Unreadable),
        ];
        for (text, problem) in cases {
            assert_eq!(danish.read(text.as_bytes()), Err(problem), "{text}");
        }
        assert_eq!(clock("").read(b"2026-03-04 12:00:00"), Err(Problem::NoZone));
        let hour = b"2026-10-25 02:30:00";
        let mut earlier = clock("zone = \"Europe/Copenhagen\"\nrepeated_hour = \"earlier\"");
        assert_eq!(earlier.read(hour), Ok(at("2026-10-25T00:30:00Z")));
        let mut later = clock("zone = \"Europe/Copenhagen\"\nrepeated_hour = \"later\"");
        assert_eq!(later.read(hour), Ok(at("2026-10-25T01:30:00Z")));
    }

    proptest! {
        #[test]
        fn anything_is_read_or_refused(text in proptest::collection::vec(any::<u8>(), 0..60)) {
            let _ = clock("zone = \"Europe/Copenhagen\"").read(&text);
        }

        #[test]
        fn local_times_agree_with_jiff(seconds in EARLIEST / 1000..LATEST / 1000) {
            let instant = jiff::Timestamp::from_second(seconds).unwrap();
            let zone = TimeZone::get("Europe/Copenhagen").unwrap();
            let local = zone.to_datetime(instant);
            let read = clock("zone = \"Europe/Copenhagen\"").read(local.to_string().as_bytes());
            if let AmbiguousOffset::Unambiguous { .. } = zone.to_ambiguous_timestamp(local).offset() {
                prop_assert_eq!(read, Ok(seconds * 1000));
            } else {
                prop_assert_eq!(read, Err(Problem::Repeated));
            }
        }
    }
}
