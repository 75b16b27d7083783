//! The pictures of usage in `report.html`: their words, and where their parts stand.

use super::words;
use crate::denmark::danish_day;
use crate::language::Language;
use crate::report::v1::{DailyCalls, NewestCall, UsageCell, UsageFigures, UsageState};
use crate::usage::compare;
use jiff::civil::Date;

/// Height of the highest day.
pub const DAY_HEIGHT: u64 = 96;
/// Width of a day.
pub const DAY_WIDTH: u64 = 8;
/// Width of a day with the space after it.
const DAY_STEP: i64 = 10;
/// Width of the longest bar of ages.
const WIDEST: i64 = 300;
/// Room for the words beside a bar.
const WORDS: i64 = 210;
const LEFT: i64 = 120;
const ROW: usize = 24;

/// The state in classes.
pub const fn state_name(state: UsageState) -> &'static str {
    match state {
        UsageState::New => "new",
        UsageState::Old => "old",
        UsageState::None => "none",
    }
}

/// The state of a newest call in words, after a comma; nothing where there is no call.
const fn state_words(state: UsageState, language: Language) -> &'static str {
    match (state, language) {
        (UsageState::New, Language::Da) => ", nyt",
        (UsageState::New, Language::En) => ", new",
        (UsageState::Old, Language::Da) => ", for gammelt",
        (UsageState::Old, Language::En) => ", too old",
        (UsageState::None, _) => "",
    }
}

/// A cell of the table, in words, so that colour is never needed.
pub fn cell_words(cell: &UsageCell, language: Language) -> String {
    let UsageCell { percent, calls, least_recent, newest, state } = cell;
    let last = match (newest, language) {
        (Some(newest), _) => format!("{}{}", words::day(danish_day(*newest), language), state_words(*state, language)),
        (None, Language::Da) => "intet kald, der lykkedes".to_owned(),
        (None, Language::En) => "no call that succeeded".to_owned(),
    };
    match (language, state) {
        (Language::Da, UsageState::None) if *calls == 0 => "0 %; ingen kald i loggene".to_owned(),
        (Language::En, UsageState::None) if *calls == 0 => "0 %; no calls in the logs".to_owned(),
        (Language::Da, _) => format!("{percent} %; {calls} kald; ældst {least_recent}: {last}"),
        (Language::En, _) => format!("{percent} %; {calls} calls; least recent {least_recent}: {last}"),
    }
}

/// What the pictures leave out, in sentences; empty when they show everything.
pub fn left_out_words(usage: &UsageFigures, language: Language) -> String {
    let counts = [
        (usage.left_out_rows, "kommuner", "municipalities"),
        (usage.left_out_packages, "pakker", "packages"),
        (usage.left_out_integrations, "integrationer", "integrations"),
    ];
    let sentence = |(count, da, en): (u64, &str, &str)| match (count, language) {
        (0, _) => None,
        (_, Language::Da) => Some(format!("{count} flere {da} er ikke vist.")),
        (_, Language::En) => Some(format!("{count} more {en} not shown.")),
    };
    counts.into_iter().filter_map(sentence).collect::<Vec<_>>().join(" ")
}

/// A newest call as it is drawn.
pub struct DrawnAge {
    pub y: usize,
    pub label: String,
    pub state: &'static str,
    pub width: i64,
    pub limit: i64,
    pub text: String,
    pub text_at: i64,
}

fn age_words(age: &NewestCall, language: Language) -> String {
    let words = match (age.age_days, language) {
        (None, Language::Da) => "intet kald, der lykkedes".to_owned(),
        (None, Language::En) => "no call that succeeded".to_owned(),
        (Some(0), Language::Da) => "i dag".to_owned(),
        (Some(0), Language::En) => "today".to_owned(),
        (Some(1), Language::Da) => "1 dag".to_owned(),
        (Some(1), Language::En) => "1 day".to_owned(),
        (Some(days), Language::Da) => format!("{days} dage"),
        (Some(days), Language::En) => format!("{days} days"),
    };
    let words = match language {
        Language::Da if age.age_days.is_none() => format!("{words}; grænse {}", age.within_days),
        Language::En if age.age_days.is_none() => format!("{words}; limit {}", age.within_days),
        Language::Da => format!("{words}, højst {}", age.within_days),
        Language::En => format!("{words}, at most {}", age.within_days),
    };
    let Some(cvr) = &age.municipality else { return words };
    let name = compare::municipalities().iter().find(|m| m.cvr == *cvr).map_or(cvr, |m| &m.name);
    format!("{words} ({name})")
}

/// The bars of ages. An age beyond four times its limit ends there; its words tell the number.
pub fn ages(all: &[NewestCall], language: Language) -> Vec<DrawnAge> {
    let shown = |age: &NewestCall| age.age_days.unwrap_or(0).min(age.within_days.max(1) * 4);
    let longest = all.iter().map(|age| shown(age).max(age.within_days)).max().unwrap_or(1).max(1);
    let draw = |(row, age): (usize, &NewestCall)| {
        let width = shown(age) * WIDEST / longest;
        let limit = LEFT + age.within_days * WIDEST / longest;
        let end = LEFT + width;
        DrawnAge {
            y: row * ROW,
            label: age.integration.clone(),
            state: state_name(age.state),
            width,
            limit,
            text: age_words(age, language),
            text_at: if (end..end + WORDS).contains(&limit) { limit + 8 } else { end + 8 },
        }
    };
    all.iter().enumerate().map(draw).collect()
}

pub fn ages_words(all: &[NewestCall], language: Language) -> String {
    let one = |age: &NewestCall| {
        let state = if age.age_days.is_some() { state_words(age.state, language) } else { "" };
        format!("{} {}{state}", age.integration, age_words(age, language))
    };
    let each = all.iter().map(one).collect::<Vec<_>>().join("; ");
    let one_of_several = match language {
        _ if all.iter().all(|age| age.municipality.is_none()) => "",
        Language::Da => " I parentes den kommune, hvis seneste kald er ældst.",
        Language::En => " In parentheses the municipality whose newest call is oldest.",
    };
    match language {
        Language::Da => format!("Alder i dage på det seneste kald, der lykkedes: {each}.{one_of_several}"),
        Language::En => format!("Age in days of the newest call that succeeded: {each}.{one_of_several}"),
    }
}

/// A day as it is drawn.
pub struct DrawnDay {
    pub x: i64,
    pub y: u64,
    pub height: u64,
    pub errors: u64,
}

fn place(calls: &DailyCalls, date: Date) -> i64 {
    i64::from((date - calls.from).get_days()) * DAY_STEP
}

pub fn days(calls: &DailyCalls) -> Vec<DrawnDay> {
    let most = calls.days.iter().map(|d| d.calls).max().unwrap_or(1).max(1);
    // A day with one call among millions is still to be seen.
    let height =
        |count: u64| if count == 0 { 0 } else { (count.saturating_mul(DAY_HEIGHT) / most).clamp(1, DAY_HEIGHT) };
    // Nor does the line below hide a day with few failures.
    let red = |errors: u64| if errors == 0 { 0 } else { height(errors).max(4) };
    let draw = |day: &crate::report::v1::DayCalls| {
        let high = height(day.calls);
        DrawnDay { x: place(calls, day.date), y: DAY_HEIGHT - high, height: high, errors: red(day.errors).min(high) }
    };
    calls.days.iter().map(draw).collect()
}

/// Where the line stands from which on a call counts as new.
pub fn limit(calls: &DailyCalls) -> Option<i64> {
    (calls.new_from >= calls.from).then(|| place(calls, calls.new_from))
}

/// The calls of the busiest day, with spaces between thousands: the height of the picture.
pub fn most(calls: &DailyCalls) -> String {
    let digits = calls.days.iter().map(|d| d.calls).max().unwrap_or(0).to_string();
    let parted = |(at, digit): (usize, char)| {
        let space = at > 0 && (digits.len() - at).is_multiple_of(3);
        space.then_some('\u{a0}').into_iter().chain([digit])
    };
    digits.chars().enumerate().flat_map(parted).collect()
}

/// Whose calls the pictures of days show: the table counts more.
pub fn daily_scope(usage: &UsageFigures, language: Language) -> &'static str {
    match (usage.rows.iter().any(|row| row.required), language) {
        (true, Language::Da) => {
            "Billederne dag for dag viser kun kald hos de kommuner, der skal bruge systemet, og kun de viste dage. Tabellen tæller kald hos alle kommuner i loggene og også fra før den første viste dag."
        }
        (true, Language::En) => {
            "The pictures of days show the calls of those municipalities alone that must use the system, and the days shown alone. The table counts the calls of every municipality in the logs, and those before the first day shown too."
        }
        (false, Language::Da) => {
            "Billederne dag for dag viser kun kald på de viste dage. Tabellen tæller også kald fra før den første viste dag."
        }
        (false, Language::En) => {
            "The pictures of days show the calls of the days shown alone. The table counts those before the first day shown too."
        }
    }
}

pub fn daily_words(calls: &DailyCalls, language: Language) -> String {
    let DailyCalls { integration, from, until, new_from, days } = calls;
    let (sum, errors) = days.iter().fold((0, 0), |(all, bad), day| (all + day.calls, bad + day.errors));
    let most = days.iter().map(|d| d.calls).max().unwrap_or(0);
    let [from, until, new_from] = [from, until, new_from].map(|day| words::day(*day, language));
    let on = days.len();
    match language {
        Language::Da => format!(
            "{integration}: kald om dagen fra {from} til {until}: {sum} i alt på {on} dage, højst {most}; {errors} fejlede (åbne felter med kant). Grænsen for nye kald ligger {new_from} (stiplet streg)."
        ),
        Language::En => format!(
            "{integration}: calls per day from {from} to {until}: {sum} in all on {on} days, {most} at most; {errors} failed (hollow boxes). The limit of new calls lies on {new_from} (dashed line)."
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::v1::DayCalls;
    use jiff::civil::date;

    #[test]
    fn days_stand_where_they_belong() {
        let day = |day, calls, errors| DayCalls { date: date(2026, 11, day), calls, errors };
        let calls = DailyCalls {
            integration: "SF1461".to_owned(),
            from: date(2026, 11, 1),
            until: date(2026, 11, 30),
            new_from: date(2026, 11, 10),
            days: vec![day(1, 1_000_000, 0), day(3, 1, 1), day(30, 500_000, 250_000)],
        };
        let drawn: Vec<_> = days(&calls).iter().map(|d| (d.x, d.y, d.height, d.errors)).collect();
        assert_eq!(drawn, [(0, 0, 96, 0), (20, 95, 1, 1), (290, 48, 48, 24)]);
        assert_eq!(limit(&calls), Some(90));
        let words = daily_words(&calls, Language::Da);
        assert!(words.contains("1500001 i alt på 3 dage, højst 1000000; 250001 fejlede"), "{words}");
        assert_eq!(most(&calls), "1\u{a0}000\u{a0}000");
    }

    #[test]
    fn a_cell_tells_its_state_without_colour() {
        let cell = |state, newest: Option<&str>| UsageCell {
            percent: 67,
            calls: 5,
            least_recent: "SF1470".to_owned(),
            newest: newest.map(|at| at.parse().unwrap()),
            state,
        };
        let old = cell_words(&cell(UsageState::Old, Some("2026-09-01T08:00:00Z")), Language::Da);
        assert_eq!(old, "67 %; 5 kald; ældst SF1470: 1. september 2026, for gammelt");
        let none = cell_words(&cell(UsageState::Old, None), Language::Da);
        assert_eq!(none, "67 %; 5 kald; ældst SF1470: intet kald, der lykkedes");
        assert!(cell_words(&cell(UsageState::New, Some("2026-11-20T08:00:00Z")), Language::En).ends_with(", new"));
    }

    #[test]
    fn ages_tell_their_number() {
        let age = |days, within_days, state| NewestCall {
            municipality: None,
            integration: "SF1470".to_owned(),
            newest: None,
            age_days: days,
            within_days,
            state,
        };
        let all =
            [age(Some(0), 30, UsageState::New), age(Some(1500), 30, UsageState::Old), age(None, 30, UsageState::None)];
        let drawn = ages(&all, Language::En);
        assert_eq!(
            drawn.iter().map(|d| d.text.as_str()).collect::<Vec<_>>(),
            ["today, at most 30", "1500 days, at most 30", "no call that succeeded; limit 30"]
        );
        let words = ages_words(&all, Language::Da);
        assert!(
            words.contains("SF1470 i dag, højst 30, nyt; SF1470 1500 dage, højst 30, for gammelt; SF1470 intet kald"),
            "{words}"
        );
        assert_eq!(drawn[1].width, WIDEST, "an old age ends where four limits would");
        assert!(drawn.iter().all(|d| d.text_at >= LEFT && d.limit <= LEFT + WIDEST));
    }
}
