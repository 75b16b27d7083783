//! See [`Times`].

use super::{Findings, Line, SKEW, View, after, on_logs, seconds};
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::subject::EventLogSubject;
use std::collections::BTreeMap;

/// A mapping that names the wrong zone sets Danish times so far ahead at most, seconds.
const ZONE: i64 = 2 * 3600;

/// One step back in so many lines at most is a clock that was set; with more, the file is in another order than that of time.
const ORDERED: usize = 20;

check! {
    /// The times of the system's log do not go back, and none lies in the future.
    ///
    /// ## Why
    /// Only a log whose clock runs evenly shows what came after what. Each file is judged by itself, in the order in which it stands (oldest or
    /// newest first); a file in another order is inconclusive. A time after the instant of the run comes from a clock that is ahead; up to two
    /// hours it may come from a mapping that names the wrong zone, and is inconclusive. Lines of logs that the vendor keeps count. The
    /// clock is held against UTC by `trace`.
    ///
    /// ## What to do
    /// Keep the clocks of all servers by NTP, write times with their zone, and never set a clock back while the system runs.
    pub Times {
        id: "event-log.times",
        family: EventLog,
        title: da "Loggens tider går ikke tilbage og ligger ikke i fremtiden", en "The log's times do not go back and do not lie in the future",
        rows: ["USE-07", "FKI-LOG-06"],
        basis: GoodPractice,
        method: Inspected,
        sources: [("SAPA Revisionsrapport (kombit/sapa_revision)", "Log ID"), ("kravprobe default; the contract sets it", "seconds")],
        remediation: da "Hold alle serveres ure med NTP, skriv tider med tidszone, og stil aldrig et ur tilbage under drift.", en "Keep the clocks of all servers by NTP, write times with their zone, and never set a clock back while the system runs.",
        parameters: [
            ("seconds", Integer(5), "How far a line's time may lie before that of an earlier line, seconds; no official number exists"),
            ("window_days", Integer(90), "Lines of the last so many days before the run count, days; no official number exists"),
        ],
    }
}

impl Check<EventLogSubject> for Times {
    fn judge(&self, subject: &EventLogSubject, parameters: &Parameters) -> Outcome {
        let tolerance = parameters.integer("seconds").max(0);
        let expected = format!("no step back of more than {tolerance} s, none after the run");
        on_logs(subject, parameters.integer("window_days"), &expected, |view| {
            let mut findings = Findings::default();
            let lines = View::own(view.recent(&mut findings), &mut findings);
            View::whole(&lines, &mut findings);
            let future: Vec<_> = lines.iter().copied().filter(|l| l.time > after(subject.at, SKEW)).collect();
            let (far, near): (Vec<_>, Vec<_>) =
                future.into_iter().partition(|l| l.time > after(subject.at, ZONE + SKEW));
            let near: Vec<_> = near.into_iter().filter(|l| !l.is_covered()).collect();
            view.of_keeper(&far, Reason::Forbidden, "lines after the run", &mut findings);
            if !near.is_empty() {
                let what = format!("{} lines shortly after the run; the mapping may name the wrong zone", near.len());
                findings.unclear(format!("{what}; {}", view.places(&near)));
            }
            let mut files: BTreeMap<_, Vec<Line<'_>>> = BTreeMap::new();
            for line in &lines {
                let file = files.entry((line.log(), line.file)).or_default();
                // A line may tell of several events; its own time is that of the first.
                if file.last().is_none_or(|last| last.line != line.line) {
                    file.push(*line);
                }
            }
            for (_, mut file) in files {
                // Most steps tell the order, not the ends: one clock that is behind may have written the last line.
                let down = steps_back(&file, 0).len();
                file.reverse();
                let up = steps_back(&file, 0).len();
                if down <= up {
                    file.reverse();
                }
                let back = steps_back(&file, tolerance);
                if down == 1 && up == 0 && seconds_between_ends(&file) > tolerance {
                    findings.unclear(format!("a file in another order than that of time; {}", view.places(&file)));
                } else if back.len() > file.len() / ORDERED + 1 {
                    findings.unclear(format!("a file in another order than that of time; {}", view.places(&back)));
                } else if let [step] = back.as_slice()
                    && returns(&file, step)
                {
                    findings.unclear(format!(
                        "one step back in time, as in a file joined of several; {}",
                        view.places(&back)
                    ));
                } else {
                    view.of_keeper(&back, Reason::Contradiction, "steps back in time", &mut findings);
                }
            }
            if !lines.is_empty() {
                findings.held(format!("{} lines", lines.len()));
            }
            findings
        })
    }
}

/// Whether the file goes through times again that lay before a step back: a clock that was set back and a file that was joined of two
/// look the same.
fn returns(file: &[Line<'_>], step: &Line<'_>) -> bool {
    const FEW: usize = 3;
    let Some(place) = file.iter().position(|line| line.line == step.line) else { return false };
    let latest = file[..place].iter().map(|line| line.time).max();
    file[place..].iter().filter(|line| latest.is_some_and(|latest| line.time < latest)).count() >= FEW
}

fn seconds_between_ends(file: &[Line<'_>]) -> i64 {
    file.first().zip(file.last()).map_or(0, |(first, last)| seconds(first.time, last.time))
}

/// The lines at which the time goes back from the line before by more than is tolerated.
fn steps_back<'a>(file: &[Line<'a>], tolerance: i64) -> Vec<Line<'a>> {
    let steps = file.iter().zip(file.iter().skip(1));
    steps.filter(|(before, line)| seconds(line.time, before.time) > tolerance).map(|(_, line)| *line).collect()
}
