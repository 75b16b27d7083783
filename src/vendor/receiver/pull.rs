//! The pull client (BeskedHent): one message at a time is fetched, stored, then acknowledged.

use super::client::BackOff;
use super::envelope::{Envelope, Refusal};
use super::fault::Fault;
use super::store::Stored;
use super::tokens::{RECEIVE, Token};
use super::{ClientError, Counterpart, Login, StoreError, System};
use crate::besked::schema::Kind;
use jiff::Timestamp;
use lapin::message::{Delivery, DeliveryResult};
use lapin::options::{
    BasicAckOptions, BasicCancelOptions, BasicConsumeOptions, BasicGetOptions, BasicNackOptions, BasicQosOptions,
};
use lapin::types::FieldTable;
use lapin::{Acker, Channel, Connection, Consumer};
use std::sync::{Arc, PoisonError};
use std::time::Duration;
use tokio::sync::{mpsc, watch};

/// Of systems that are too slow for anybody to see the end of it.
const HOUR: Duration = Duration::from_hours(1);
/// After which the lax system stores what it has acknowledged.
const LATER: Duration = Duration::from_secs(3);
/// How long the system that acknowledges late waits.
const LATE: Duration = Duration::from_secs(4);
/// Longest wait for the broker's answer to a method.
const ANSWER: Duration = Duration::from_secs(10);
/// How often it is looked whether the connection still stands.
const LOOK: Duration = Duration::from_millis(200);
/// How long the system that gives up waits for a message.
const IDLE: Duration = Duration::from_secs(6);
/// Between two attempts at a message that a faulty system puts back.
const AGAIN: Duration = Duration::from_millis(100);

/// Fetches messages until the system ends.
pub(super) async fn run(system: Arc<System>, mut ending: watch::Receiver<()>) {
    tokio::select! {
        () = fetch_for_ever(&system) => {}
        _ = ending.changed() => {}
    }
}

async fn fetch_for_ever(system: &Arc<System>) {
    let mut back_off = BackOff::new(system.patience);
    loop {
        let mut connected = false;
        let ended = session(system, &mut connected).await;
        if connected {
            back_off.reset();
        }
        if connected && ended.is_err() {
            if system.faults.has(Fault::NeverReconnects) {
                std::future::pending::<()>().await;
            }
            if system.faults.has(Fault::ReconnectsSlowly) {
                tokio::time::sleep(HOUR).await;
            }
        }
        match ended {
            // The token was to be renewed: nothing is lost, so nothing is waited for.
            Ok(()) => {}
            Err(ClientError::Refused) if system.faults.has(Fault::RetryStorm) => {}
            Err(ClientError::Refused) if system.faults.has(Fault::GivesUpWhenRefused) => std::future::pending().await,
            Err(error) => {
                system.note("BeskedHent", &error);
                tokio::time::sleep(back_off.wait()).await;
            }
        }
    }
}

/// One connection, until its token is to be renewed.
async fn session(system: &Arc<System>, connected: &mut bool) -> Result<(), ClientError> {
    let counterpart = system.counterpart()?;
    let token = match counterpart.login {
        Login::Token => Some(system.token(RECEIVE).await?),
        Login::Plain { .. } => None,
    };
    let connection = system.connect(token.as_ref(), "BeskedHent").await?;
    tokio::select! {
        ended = consume(system, &connection, token.as_ref(), queue(system, counterpart), connected) => ended,
        () = lost(&connection) => Err(ClientError::Lost),
    }
}

async fn consume(
    system: &Arc<System>,
    connection: &Connection,
    token: Option<&Token>,
    queue: String,
    connected: &mut bool,
) -> Result<(), ClientError> {
    let channel = within(connection.create_channel()).await?;
    if system.faults.has(Fault::PollsRarely) {
        return poll(system, &channel, &queue, connected).await;
    }
    within(channel.basic_qos(1, BasicQosOptions::default())).await?;
    let options = BasicConsumeOptions { no_ack: system.faults.has(Fault::AutoAck), ..BasicConsumeOptions::default() };
    let consumer =
        within(channel.basic_consume(queue.into(), "fagsystem".into(), options, FieldTable::default())).await?;
    *connected = true;
    let mut deliveries = deliveries(&consumer);
    loop {
        let next = tokio::select! {
            next = deliveries.recv() => next,
            () = renewal(system, token) => return close(connection).await,
            () = idle(system) => {
                within(channel.basic_cancel("fagsystem".into(), BasicCancelOptions::default())).await?;
                renewal(system, token).await;
                return close(connection).await;
            }
        };
        let delivery = next.ok_or(ClientError::Lost)??;
        handle(system, &delivery.data, &delivery.acker, options.no_ack).await?;
    }
}

/// Until the connection is gone: who waits for an answer over it may never be told.
pub(super) async fn lost(connection: &Connection) {
    while connection.status().connected() {
        tokio::time::sleep(LOOK).await;
    }
}

/// A short conversation with the broker.
pub(super) async fn within<T>(answer: impl Future<Output = lapin::Result<T>>) -> Result<T, ClientError> {
    Ok(tokio::time::timeout(ANSWER, answer).await.map_err(|_| ClientError::TooLate)??)
}

fn queue(system: &System, counterpart: &Counterpart) -> String {
    let dueslag = counterpart.dueslag.clone().unwrap_or_default();
    if system.faults.has(Fault::WrongQueue) { format!("dueslag-{dueslag}") } else { dueslag }
}

async fn close(connection: &Connection) -> Result<(), ClientError> {
    Ok(connection.close(200, "OK".into()).await?)
}

/// Until the token is to be renewed.
async fn renewal(system: &System, token: Option<&Token>) {
    match token {
        Some(token) if !system.faults.has(Fault::IgnoresExpiry) => {
            let left = token.renew.duration_since(Timestamp::now());
            tokio::time::sleep(Duration::try_from(left).unwrap_or_default()).await;
        }
        _ => std::future::pending().await,
    }
}

/// Fault `gives-up-when-idle`: until it has waited for so long that it believes that nothing more will come.
async fn idle(system: &System) {
    if system.faults.has(Fault::GivesUpWhenIdle) {
        tokio::time::sleep(IDLE).await;
    } else {
        std::future::pending::<()>().await;
    }
}

/// What the broker delivers. The end of the channel is the end of the connection.
pub(super) fn deliveries(consumer: &Consumer) -> mpsc::UnboundedReceiver<Result<Delivery, lapin::Error>> {
    let (sender, receiver) = mpsc::unbounded_channel();
    consumer.set_delegate(move |result: DeliveryResult| {
        let delivered = match result {
            Ok(Some(delivery)) => Some(Ok(delivery)),
            Ok(None) => None,
            Err(error) => Some(Err(error)),
        };
        let sender = sender.clone();
        async move {
            let lost = || Err(lapin::ErrorKind::InvalidConnectionState(lapin::ConnectionState::Closed).into());
            let _ = sender.send(delivered.unwrap_or_else(lost));
        }
    });
    receiver
}

/// Stores a message and acknowledges it. What cannot be read is put aside and acknowledged, so that it does not stop the others.
async fn handle(system: &Arc<System>, body: &[u8], acker: &Acker, no_ack: bool) -> Result<(), ClientError> {
    let faults = &system.faults;
    let acknowledge = async || -> Result<(), ClientError> {
        if !no_ack {
            acker.ack(BasicAckOptions::default()).await?;
        }
        Ok(())
    };
    if faults.has(Fault::AcknowledgesUnstored) || faults.has(Fault::OutOfOrder) && is_second(system, body) {
        acknowledge().await?;
        let (system, body) = (Arc::clone(system), body.to_vec());
        tokio::spawn(async move {
            tokio::time::sleep(LATER).await;
            let _ = tokio::task::spawn_blocking(move || keep(&system, &body)).await;
        });
        return Ok(());
    }
    loop {
        let (worker, copy) = (Arc::clone(system), body.to_vec());
        let kept = tokio::task::spawn_blocking(move || keep(&worker, &copy)).await.unwrap_or(Err(Unkept::Unreadable));
        match kept {
            Ok(()) => {
                if faults.has(Fault::AcknowledgesLate) {
                    tokio::time::sleep(LATE).await;
                }
                return acknowledge().await;
            }
            // The store will be back; until then the message stays unacknowledged, here and in the queue.
            Err(Unkept::Store(_)) if !no_ack => tokio::time::sleep(system.patience.first).await,
            Err(Unkept::Store(error)) => return Err(error.into()),
            Err(Unkept::Unreadable) if faults.has(Fault::StopsAtPoison) => std::future::pending().await,
            Err(Unkept::Unreadable) => {
                tokio::time::sleep(AGAIN).await;
                let options = BasicNackOptions { requeue: true, ..BasicNackOptions::default() };
                acker.nack(options).await?;
                return Ok(());
            }
        }
    }
}

/// Why a message is neither stored nor put aside.
enum Unkept {
    Store(StoreError),
    /// Faults: it is put back.
    Unreadable,
}

fn keep(system: &System, body: &[u8]) -> Result<(), Unkept> {
    let faults = &system.faults;
    match Envelope::read(body, Kind::Haendelsesbesked, &system.message_types, faults) {
        Ok(envelope) => match system.receive(&envelope, body).map_err(Unkept::Store)? {
            Stored::Again if faults.has(Fault::FailsOnDuplicates) => Err(Unkept::Unreadable),
            Stored::New | Stored::Again | Stored::Conflict => Ok(()),
        },
        Err(Refusal::Fault(_) | Refusal::Stops | Refusal::UnknownType) => Err(Unkept::Unreadable),
        Err(Refusal::Dropped) => Ok(()),
        Err(_) if faults.has(Fault::BlocksOnPoison) || faults.has(Fault::StopsAtPoison) => Err(Unkept::Unreadable),
        Err(refusal) => system.store.park(body, refusal.text(), Timestamp::now()).map_err(Unkept::Store),
    }
}

/// Fault `out-of-order`: whether the message is the second about its object.
fn is_second(system: &System, body: &[u8]) -> bool {
    let Ok(envelope) = Envelope::read(body, Kind::Haendelsesbesked, &system.message_types, &system.faults) else {
        return false;
    };
    let mut known = system.objects.lock().unwrap_or_else(PoisonError::into_inner);
    let times = known.entry(envelope.object).or_default();
    *times += 1;
    *times == 2
}

/// Fault `polls-rarely`: empties the queue, and looks again much later.
async fn poll(system: &Arc<System>, channel: &Channel, queue: &str, connected: &mut bool) -> Result<(), ClientError> {
    loop {
        let got = channel.basic_get(queue.into(), BasicGetOptions { no_ack: false }).await?;
        *connected = true;
        match got {
            Some(message) => handle(system, &message.delivery.data, &message.delivery.acker, false).await?,
            None => tokio::time::sleep(system.patience.most * 10).await,
        }
    }
}
