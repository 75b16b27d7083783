//! The case in which the system maintains its value lists.

use super::stage::Stage;
use crate::subject::distribution::recording::{Event, Happening, Recording, Stopped};

/// A change is over when nothing was called for so many seconds.
const QUIET: u64 = 5;
/// So many calls are waited for.
const CALLS: usize = 100;

/// Makes the system change a value list twice: the first time it may have to create it.
pub(super) async fn maintain(stage: &mut Stage<'_>) -> Recording {
    stage.begin();
    let trigger = stage.work.table.value_lists.as_ref().and_then(|v| v.trigger.clone());
    let mut stopped = None;
    for time in ["first", "second"] {
        // A trigger may answer only when the change is made.
        let known = calls(&stage.services.recording().events);
        stopped = stage.trigger(trigger.as_ref()).await;
        if stopped.is_some() {
            break;
        }
        let what = match trigger {
            Some(_) => format!("waiting for the {time} change of a value list"),
            None => format!("let the system change a value list now, for the {time} time"),
        };
        let limit = stage.wait;
        if !stage.until(&what, limit, |events, _| calls(events) > known).await {
            stopped = Some(Stopped::Waited {
                what: "the system to change a value list".to_owned(),
                seconds: limit.as_secs(),
            });
            break;
        }
        over(stage).await;
    }
    let mut recording = stage.recording();
    recording.stopped = recording.stopped.or(stopped);
    recording
}

/// Waits until nothing more is called.
async fn over(stage: &mut Stage<'_>) {
    let quiet = stage.length(QUIET);
    for _ in 0..CALLS {
        let known = calls(&stage.services.recording().events);
        if !stage.until("waiting for the change to be over", quiet, |events, _| calls(events) > known).await {
            return;
        }
    }
}

fn calls(events: &[Event]) -> usize {
    events.iter().filter(|e| matches!(e.what, Happening::ValueListCalled { .. })).count()
}
