//! The cases in which the system sends a message.

use super::stage::Stage;
use crate::fki::beskedfordeler::Reply;
use crate::fki::beskedfordeler::broker::EXCHANGE;
use crate::subject::distribution::recording::{Event, Happening, Recording, Stopped};
use crate::target::beskedfordeler::Send;
use crate::trial::pull::{Dispatch, DispatchAnswer};

/// So many publications show a storm; more would only burden both sides.
const STORM: usize = 300;
const BECAUSE: &str = "the system to send a message";

/// A case that was made.
pub(super) struct Made {
    pub(super) recording: Recording,
    /// Whether the system sent something.
    pub(super) worked: bool,
}

/// One case.
pub(super) async fn trial(stage: &mut Stage<'_>, case: &Dispatch, send: &Send) -> Made {
    stage.begin();
    stage.services.behave(|b| match case.answer {
        DispatchAnswer::Accepted => {}
        DispatchAnswer::TokenExpired => b.reply_once = Some(Reply::Status(41)),
        DispatchAnswer::Error(code, _) => b.reply = Reply::Status(code),
        DispatchAnswer::Nothing(_) => b.reply = Reply::Nothing,
    });
    let mut stopped = None;
    let arrived = published(stage, send, &mut stopped).await;
    // What went to another exchange is no message that could be answered.
    let worked = arrived && answerable(&stage.recording().events);
    if worked {
        match case.answer {
            DispatchAnswer::Accepted => {}
            DispatchAnswer::TokenExpired => again(stage, send).await,
            DispatchAnswer::Error(_, seconds) | DispatchAnswer::Nothing(seconds) => {
                let window = stage.length(seconds);
                stage.until("seeing how the system tries again", window, |e, _| publications(e).count() > STORM).await;
                stage.services.behave(|b| b.reply = Reply::Deserved);
                again(stage, send).await;
            }
        }
    }
    stage.services.behave(|b| (b.reply, b.reply_once) = (Reply::Deserved, None));
    let mut recording = stage.recording();
    recording.stopped = recording.stopped.or(stopped);
    Made { recording, worked }
}

/// Makes the system send, and waits for the message.
async fn published(stage: &mut Stage<'_>, send: &Send, stopped: &mut Option<Stopped>) -> bool {
    let known = publications(&stage.recording().events).count();
    *stopped = stage.trigger(send.trigger.as_ref()).await;
    if stopped.is_some() {
        return false;
    }
    let what = if send.trigger.is_some() { "waiting for the message" } else { "let the system send a message now" };
    let limit = stage.wait;
    let came = stage.until(what, limit, |events, _| publications(events).count() > known).await;
    if !came {
        *stopped = Some(Stopped::Waited { what: BECAUSE.to_owned(), seconds: limit.as_secs() });
    }
    came
}

/// Waits until the first message comes again and is taken. When it does not, the system is made to send another one: that this
/// one comes shows that it still sends.
async fn again(stage: &mut Stage<'_>, send: &Send) {
    let limit = stage.wait;
    if !stage.until("waiting for the same message again", limit, |events, _| came_again(events)).await {
        published(stage, send, &mut None).await;
    }
}

fn publications(events: &[Event]) -> impl Iterator<Item = (Option<&str>, Option<u16>)> {
    events.iter().filter_map(|event| match &event.what {
        Happening::Published { besked_id, replied, .. } => Some((besked_id.as_deref(), *replied)),
        _ => None,
    })
}

/// Whether a message went to the exchange that takes messages.
fn answerable(events: &[Event]) -> bool {
    let exchanges = events.iter().filter_map(|event| match &event.what {
        Happening::Published { exchange, .. } => Some(exchange.as_str()),
        _ => None,
    });
    exchanges.into_iter().any(|exchange| exchange == EXCHANGE)
}

/// Whether the first message came once more and was taken.
fn came_again(events: &[Event]) -> bool {
    let mut all = publications(events);
    let Some((first, _)) = all.next() else { return false };
    all.any(|(id, replied)| id == first && replied == Some(20))
}
