//! The sender (BeskedAfsend): a message is kept until the Beskedfordeler has accepted it.

use super::client::BackOff;
use super::fault::Fault;
use super::pull::{deliveries, lost, within};
use super::store::Outgoing;
use super::tokens::{SEND, Token};
use super::{ClientError, Login, StoreError, System};
use crate::besked::KUVERT;
use crate::besked::reply;
use crate::besked::write::{Besked, new_uuid};
use jiff::Timestamp;
use lapin::options::{BasicConsumeOptions, BasicPublishOptions, ConfirmSelectOptions};
use lapin::types::{AMQPValue, FieldTable};
use lapin::{BasicProperties, Confirmation, Connection};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use tokio::sync::watch;

/// Where messages are sent.
const EXCHANGE: &str = "AFSEND_BESKED_EXCHANGE";
/// RabbitMQ's direct reply-to.
const REPLY_TO: &str = "amq.rabbitmq.reply-to";
const ACCEPTED: u16 = 20;
const TOKEN_EXPIRED: u16 = 41;
/// How often in a row a message is sent again at once because of its token.
const RENEWALS: u32 = 2;

/// Sends what is kept for sending until the system ends.
pub(super) async fn run(system: Arc<System>, mut ending: watch::Receiver<()>) {
    tokio::select! {
        () = send_for_ever(&system) => {}
        _ = ending.changed() => {}
    }
}

async fn send_for_ever(system: &System) {
    let mut back_off = BackOff::new(system.patience);
    let mut renewals = 0;
    loop {
        match send_all(system, &mut renewals).await {
            Ok(()) => {
                back_off.reset();
                system.to_send.notified().await;
            }
            Err(ClientError::Answer(_)) if system.faults.has(Fault::ResendsAtOnce) => {}
            Err(error) => {
                system.note("BeskedAfsend", &error);
                tokio::time::sleep(back_off.wait()).await;
            }
        }
    }
}

/// `renewals`: how often in a row the token was renewed without a message having been accepted.
async fn send_all(system: &System, renewals: &mut u32) -> Result<(), ClientError> {
    while let Some(message) = system.store.next_to_send()? {
        let sent = publish(system, &message).await;
        let lost = system.faults.has(Fault::LosesOnError);
        match sent {
            Ok(ACCEPTED) => {
                system.store.attempted(message.number, Some(ACCEPTED))?;
                *renewals = 0;
            }
            Ok(TOKEN_EXPIRED) if system.faults.has(Fault::DropsOn41) => {
                system.store.attempted(message.number, Some(TOKEN_EXPIRED))?;
            }
            Ok(TOKEN_EXPIRED) if *renewals < RENEWALS => {
                system.store.attempted(message.number, None)?;
                *renewals += 1;
                if !system.faults.has(Fault::SameTokenOn41) {
                    system.forget_token(SEND).await;
                }
                if system.faults.has(Fault::NewIdOnResend) {
                    let id = new_uuid();
                    system.store.rename(message.number, &id, &message.body.replace(&message.besked_id, &id))?;
                }
            }
            Ok(status) => {
                system.store.attempted(message.number, lost.then_some(status))?;
                if !lost {
                    return Err(ClientError::Answer("the message was not accepted"));
                }
            }
            // Nothing was said to it: it is as if it had not been sent.
            Err(ClientError::TooLate) if lost => system.store.attempted(message.number, Some(0))?,
            Err(error) => {
                system.store.attempted(message.number, None)?;
                return Err(error);
            }
        }
    }
    Ok(())
}

/// Sends one message and waits for the answer.
async fn publish(system: &System, message: &Outgoing) -> Result<u16, ClientError> {
    let token = match system.counterpart()?.login {
        Login::Token => Some(system.token(SEND).await?),
        Login::Plain { .. } => None,
    };
    let connection = system.connect(token.as_ref(), "BeskedAfsend").await?;
    tokio::select! {
        answer = publish_over(system, &connection, token.as_ref(), message) => answer,
        () = lost(&connection) => Err(ClientError::Lost),
    }
}

async fn publish_over(
    system: &System,
    connection: &Connection,
    token: Option<&Token>,
    message: &Outgoing,
) -> Result<u16, ClientError> {
    let faults = &system.faults;
    let channel = within(connection.create_channel()).await?;
    if !faults.has(Fault::NoConfirms) {
        within(channel.confirm_select(ConfirmSelectOptions::default())).await?;
    }
    // Direct reply-to is consumed without acknowledgement, on the channel that publishes.
    let options = BasicConsumeOptions { no_ack: true, ..BasicConsumeOptions::default() };
    let consumer =
        within(channel.basic_consume(REPLY_TO.into(), "svar".into(), options, FieldTable::default())).await?;
    let mut replies = deliveries(&consumer);
    let correlation = new_uuid();
    let (exchange, key) = if faults.has(Fault::WrongExchange) { ("", EXCHANGE) } else { (EXCHANGE, "") };
    let options = BasicPublishOptions { mandatory: !faults.has(Fault::NotMandatory), ..BasicPublishOptions::default() };
    let confirm = channel.basic_publish(
        exchange.into(),
        key.into(),
        options,
        message.body.as_bytes(),
        properties(system, token, &correlation),
    );
    let confirmation = within(within(confirm).await?).await?;
    if matches!(confirmation, Confirmation::Nack(_) | Confirmation::Ack(Some(_))) {
        return Err(ClientError::Answer("the broker did not take the message"));
    }
    // Without reply-to no answer can come; whoever does so takes the confirm for one.
    let answer = if faults.has(Fault::NoReplyTo) {
        ACCEPTED
    } else {
        let waiting = async {
            loop {
                let reply = replies.recv().await.ok_or(ClientError::Lost)??;
                let ours = reply.properties.correlation_id().as_ref().is_none_or(|id| id.as_str() == correlation);
                if ours {
                    let text = String::from_utf8_lossy(&reply.data).into_owned();
                    let code = reply::read(&text).and_then(|standard| standard.code());
                    return code.ok_or(ClientError::Answer("the reply is no StandardRetur"));
                }
            }
        };
        tokio::time::timeout(system.patience.reply, waiting).await.map_err(|_| ClientError::TooLate)??
    };
    let _ = connection.close(200, "OK".into()).await;
    Ok(answer)
}

fn properties(system: &System, token: Option<&Token>, correlation: &str) -> BasicProperties {
    let mut headers = FieldTable::default();
    headers.insert("correlationId".into(), AMQPValue::LongString(correlation.into()));
    if let Some(token) = token.filter(|_| !system.faults.has(Fault::NoTokenHeader)) {
        headers.insert("token".into(), AMQPValue::LongString(token.text.as_str().into()));
    }
    let properties = BasicProperties::default()
        .with_content_type("application/xml".into())
        .with_message_id(new_uuid().into())
        .with_correlation_id(correlation.into())
        .with_headers(headers);
    if system.faults.has(Fault::NoReplyTo) { properties } else { properties.with_reply_to(REPLY_TO.into()) }
}

impl System {
    /// Makes a message, keeps it for sending, and gives its BeskedId.
    pub(super) fn compose(&self) -> Result<String, StoreError> {
        let faults = &self.faults;
        let now = Timestamp::now();
        let mut besked = Besked::good(self.authority(), now);
        if faults.has(Fault::SendsRepeatedId) {
            besked.besked_id = Some("5f1c1d2a-6a51-4d52-9c3e-1f8a2c9b7e10".to_owned());
        }
        if faults.has(Fault::SendsNumberedId) {
            besked.besked_id = Some(self.counter.fetch_add(1, Ordering::Relaxed).to_string());
        }
        if faults.has(Fault::SendsWithoutResponsible) {
            besked.responsible = None;
        }
        if faults.has(Fault::SendsWithoutAuthority) {
            besked.authority = None;
        }
        if faults.has(Fault::SendsUnknownSensitivity) {
            besked.sensitivity = Some("00000000-0000-4000-8000-000000000001".to_owned());
        }
        if faults.has(Fault::SendsPlainTask) {
            besked.task = Some("32.01.01".to_owned());
        }
        if faults.has(Fault::SendsBadPermitted) {
            besked.permitted = vec!["Eksempel Kommune".to_owned()];
        }
        let mut xml = besked.xml();
        if faults.has(Fault::SendsWrongNamespace) {
            xml = xml.replace(KUVERT, "urn:oio:ns2:kuvert:1.0");
        }
        if faults.has(Fault::SendsRecipientAction) {
            xml = xml.replace(
                "</k:Beskedkuvert>",
                "<k:Modtagerhandling><k:Handling><UUIDIdentifikator>f7161a89-5068-4023-bc80-d7f4daad2a2e</UUIDIdentifikator>\
                 </k:Handling></k:Modtagerhandling></k:Beskedkuvert>",
            );
        }
        self.store.keep(besked.id(), &xml, now)?;
        self.to_send.notify_one();
        Ok(besked.id().to_owned())
    }
}
