//! A channel: consuming, fetching and acknowledging (BeskedHent), publishing with replies (BeskedAfsend).

use super::super::hub::{Copy, Hub, Next, RETURN_PAUSE};
use super::super::tokens::{self, clean};
use super::connection::{Connection, MUCH, VHOST};
use super::content::{self, Content};
use super::exception::{Exception, short};
use super::frames::{OVERHEAD, write};
use super::publish;
use crate::subject::distribution::recording::Happening;
use amq_protocol::frame::{AMQPContentHeader, AMQPFrame};
use amq_protocol::protocol::basic::{self, AMQPMethod};
use amq_protocol::protocol::{AMQPClass, BasicProperties, channel, confirm, exchange, queue};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The exchange for messages to send.
pub const EXCHANGE: &str = "AFSEND_BESKED_EXCHANGE";
/// RabbitMQ's direct reply-to.
pub const REPLY_TO: &str = "amq.rabbitmq.reply-to";
/// Most consumers of a channel.
const MAX_CONSUMERS: usize = 64;

/// A channel.
#[derive(Debug)]
pub(super) struct Channel {
    number: u16,
    /// The broker closed it; only the confirmation counts.
    closing: bool,
    /// Number of the last publish, when publishes are confirmed.
    confirming: Option<u64>,
    last_tag: u64,
    unacked: BTreeMap<u64, Unacked>,
    consumers: BTreeMap<String, Consumer>,
    consumers_made: u64,
    /// Consumer tag of the direct reply-to.
    replies_to: Option<String>,
    /// Most unacknowledged messages of the channel; 0 for any number.
    prefetch: u16,
    incoming: Option<Content>,
    last_queue: String,
}

#[derive(Debug)]
struct Unacked {
    queue: String,
    copy: Copy,
}

#[derive(Clone, Debug)]
struct Consumer {
    queue: String,
    no_ack: bool,
}

/// What becomes of a message that was handed over.
#[derive(Clone, Copy)]
enum Settlement {
    Acked,
    Rejected { requeue: bool },
}

impl Channel {
    pub(super) const fn new(number: u16) -> Self {
        Self {
            number,
            closing: false,
            confirming: None,
            last_tag: 0,
            unacked: BTreeMap::new(),
            consumers: BTreeMap::new(),
            consumers_made: 0,
            replies_to: None,
            prefetch: 0,
            incoming: None,
            last_queue: String::new(),
        }
    }

    /// A frame of this channel; `false` when the channel is closed afterwards.
    pub(super) fn frame(&mut self, frame: AMQPFrame, connection: &mut Connection) -> Result<bool, Exception> {
        if self.closing {
            return Ok(match frame {
                AMQPFrame::Method(_, AMQPClass::Channel(channel::AMQPMethod::CloseOk(_))) => false,
                AMQPFrame::Method(_, AMQPClass::Channel(channel::AMQPMethod::Close(_))) => {
                    self.say_channel(connection, channel::AMQPMethod::CloseOk(channel::CloseOk {}));
                    true
                }
                _ => true,
            });
        }
        match (frame, self.incoming.take()) {
            (AMQPFrame::Method(_, class), None) => self.method(class, connection),
            (AMQPFrame::Header(_, header), Some(content)) => {
                self.incoming = Some(content.header(header)?);
                self.publish_when_whole(connection)
            }
            (AMQPFrame::Body(_, bytes), Some(mut content)) => {
                content.body(&bytes)?;
                self.incoming = Some(content);
                self.publish_when_whole(connection)
            }
            (AMQPFrame::Method(..), Some(_)) => {
                Err(Exception::unexpected("expected content header or body for class 60, got a method instead"))
            }
            _ => Err(Exception::unexpected("expected method frame, got non method frame instead")),
        }
    }

    fn method(&mut self, class: AMQPClass, connection: &mut Connection) -> Result<bool, Exception> {
        match class {
            AMQPClass::Channel(method) => return self.channel_method(method, connection),
            AMQPClass::Basic(method) => self.basic_method(method, connection)?,
            AMQPClass::Queue(method) => self.queue_method(method, connection)?,
            AMQPClass::Exchange(method) => self.exchange_method(&method, connection)?,
            AMQPClass::Confirm(confirm::AMQPMethod::Select(select)) => {
                self.confirming.get_or_insert(0);
                connection.record(Happening::ConfirmSelected);
                if !select.nowait {
                    let ok = confirm::AMQPMethod::SelectOk(confirm::SelectOk {});
                    connection.method(self.number, AMQPClass::Confirm(ok));
                }
            }
            AMQPClass::Tx(_) => return Err(Exception::not_implemented("transactions")),
            _ => return Err(Exception::invalid("a method that a client does not send")),
        }
        Ok(true)
    }

    fn channel_method(&mut self, method: channel::AMQPMethod, connection: &mut Connection) -> Result<bool, Exception> {
        match method {
            channel::AMQPMethod::Close(_) => {
                self.close(connection);
                self.say_channel(connection, channel::AMQPMethod::CloseOk(channel::CloseOk {}));
                Ok(false)
            }
            channel::AMQPMethod::Open(_) => Err(Exception::channel("second 'channel.open' seen")),
            channel::AMQPMethod::Flow(flow) if flow.active => {
                self.say_channel(connection, channel::AMQPMethod::FlowOk(channel::FlowOk { active: true }));
                Ok(true)
            }
            channel::AMQPMethod::Flow(_) => Err(Exception::not_implemented("active=false")),
            _ => Err(Exception::invalid("a channel method that a client does not send")),
        }
    }

    fn basic_method(&mut self, method: AMQPMethod, connection: &mut Connection) -> Result<(), Exception> {
        match method {
            AMQPMethod::Qos(qos) => {
                connection.record(Happening::Qos { prefetch: qos.prefetch_count });
                // A consumer's own limit never binds: of one queue, one message at a time is handed over.
                if qos.global {
                    self.prefetch = qos.prefetch_count;
                }
                self.say(connection, AMQPMethod::QosOk(basic::QosOk {}));
            }
            AMQPMethod::Consume(consume) => self.consume(&consume, connection)?,
            AMQPMethod::Cancel(cancel) => {
                let tag = cancel.consumer_tag;
                if let Some(consumer) = self.consumers.remove(tag.as_str()) {
                    connection.hub.change(|state| state.consumers(&consumer.queue, -1));
                }
                if self.replies_to.as_deref() == Some(tag.as_str()) {
                    self.replies_to = None;
                }
                if !cancel.nowait {
                    self.say(connection, AMQPMethod::CancelOk(basic::CancelOk { consumer_tag: tag }));
                }
            }
            AMQPMethod::Get(get) => self.get(&get, connection)?,
            AMQPMethod::Ack(ack) => self.settle(connection, ack.delivery_tag, ack.multiple, Settlement::Acked)?,
            AMQPMethod::Nack(nack) => {
                let settlement = Settlement::Rejected { requeue: nack.requeue };
                self.settle(connection, nack.delivery_tag, nack.multiple, settlement)?;
            }
            AMQPMethod::Reject(reject) => {
                let settlement = Settlement::Rejected { requeue: reject.requeue };
                self.settle(connection, reject.delivery_tag, false, settlement)?;
            }
            AMQPMethod::Recover(basic::Recover { requeue }) => {
                self.recover(connection, requeue)?;
                self.say(connection, AMQPMethod::RecoverOk(basic::RecoverOk {}));
            }
            AMQPMethod::RecoverAsync(basic::RecoverAsync { requeue }) => self.recover(connection, requeue)?,
            AMQPMethod::Publish(publish) if publish.immediate => {
                return Err(Exception::not_implemented("immediate=true"));
            }
            AMQPMethod::Publish(publish) => self.incoming = Some(Content::new(publish)),
            _ => return Err(Exception::invalid("a basic method that a client does not send")),
        }
        Ok(())
    }

    /// The queue that a method names; the empty name is the last one declared.
    fn queue(&self, named: &str, connection: &Connection) -> Result<String, Exception> {
        let name = if named.is_empty() { self.last_queue.as_str() } else { named };
        if name.is_empty() {
            return Err(Exception::not_found("no previously declared queue"));
        }
        let refused = || connection.record(Happening::QueueRefused { queue: clean(name, 200) });
        if !connection.hub.lock().has_queue(name) {
            refused();
            return Err(Exception::not_found(&format!("no queue '{}' in vhost '{VHOST}'", clean(name, 100))));
        }
        if connection.audience != tokens::RECEIVE {
            refused();
            let text = format!("access to queue '{name}' in vhost '{VHOST}' refused: the token is for another service");
            return Err(Exception::refused(&text));
        }
        Ok(name.to_owned())
    }

    fn consume(&mut self, consume: &basic::Consume, connection: &mut Connection) -> Result<(), Exception> {
        let mut tag = consume.consumer_tag.as_str().to_owned();
        if tag.is_empty() {
            self.consumers_made += 1;
            tag = format!("amq.ctag-{}-{}-{}", connection.id, self.number, self.consumers_made);
        }
        if self.consumers.contains_key(&tag) || self.replies_to.as_deref() == Some(tag.as_str()) {
            return Err(Exception::not_allowed("attempt to reuse consumer tag"));
        }
        if self.consumers.len() >= MAX_CONSUMERS {
            return Err(Exception::not_allowed("too many consumers on one channel"));
        }
        if consume.queue.as_str() == REPLY_TO {
            if !consume.no_ack {
                return Err(Exception::precondition("reply consumer cannot acknowledge"));
            }
            if self.replies_to.is_some() {
                return Err(Exception::precondition("reply consumer already set"));
            }
            self.replies_to = Some(tag.clone());
        } else {
            let queue = self.queue(consume.queue.as_str(), connection)?;
            connection.record(Happening::Consumed { queue: clean(&queue, 200), no_ack: consume.no_ack });
            connection.hub.change(|state| state.consumers(&queue, 1));
            self.consumers.insert(tag.clone(), Consumer { queue, no_ack: consume.no_ack });
        }
        if !consume.nowait {
            self.say(connection, AMQPMethod::ConsumeOk(basic::ConsumeOk { consumer_tag: short(&tag) }));
        }
        Ok(())
    }

    fn get(&mut self, get: &basic::Get, connection: &mut Connection) -> Result<(), Exception> {
        let queue = self.queue(get.queue.as_str(), connection)?;
        let next = connection.hub.lock().take(&queue, Instant::now());
        let empty = !matches!(next, Next::Ready(_));
        connection.record(Happening::Got { queue: clean(&queue, 200), no_ack: get.no_ack, empty });
        let Next::Ready(copy) = next else {
            self.say(connection, AMQPMethod::GetEmpty(basic::GetEmpty {}));
            return Ok(());
        };
        let tag = self.next_tag();
        let message_count = connection.hub.lock().depth(&queue).0;
        self.say(
            connection,
            AMQPMethod::GetOk(basic::GetOk {
                delivery_tag: tag,
                redelivered: copy.attempts > 1,
                exchange: short(""),
                routing_key: short(&queue),
                message_count,
            }),
        );
        self.hand_over(connection, queue, copy, tag, get.no_ack);
        Ok(())
    }

    const fn next_tag(&mut self) -> u64 {
        self.last_tag += 1;
        self.last_tag
    }

    /// Writes the content of a delivery whose method has just been written, and books it.
    fn hand_over(&mut self, connection: &mut Connection, queue: String, copy: Copy, tag: u64, no_ack: bool) {
        let properties = BasicProperties::default()
            .with_content_type(short("application/xml"))
            .with_content_encoding(short("UTF-8"))
            .with_delivery_mode(2)
            .with_message_id(short(&copy.id));
        let body = content::for_attempt(&copy.body, copy.attempts);
        self.content(connection, properties, &body);
        connection.hub.change(|state| {
            if state.is_current(&copy) {
                let (message, attempt) = (copy.message, copy.attempts);
                state.record(connection.id, Happening::Delivered { message, tag, attempt });
            }
            if no_ack {
                state.settle(&queue, &copy);
            }
        });
        if !no_ack {
            self.unacked.insert(tag, Unacked { queue, copy });
        }
        connection.cut = no_ack && connection.hub.lock().breaks_at_ack();
    }

    /// Delivers what is due to the consumers.
    pub(super) fn deliver(&mut self, connection: &mut Connection, now: Instant) {
        if self.closing {
            return;
        }
        let consumers: Vec<(String, Consumer)> =
            self.consumers.iter().map(|(tag, consumer)| (tag.clone(), consumer.clone())).collect();
        for (consumer_tag, consumer) in consumers {
            while !connection.cut
                && connection.out.len() < MUCH
                && (self.prefetch == 0 || self.unacked.len() < usize::from(self.prefetch))
            {
                // The lock must not be held while the next lines run.
                let next = connection.hub.lock().take(&consumer.queue, now);
                let copy = match next {
                    Next::Ready(copy) => copy,
                    Next::At(due) => {
                        connection.next_delivery = Some(connection.next_delivery.map_or(due, |at| at.min(due)));
                        break;
                    }
                    Next::Nothing => break,
                };
                let tag = self.next_tag();
                self.say(
                    connection,
                    AMQPMethod::Deliver(basic::Deliver {
                        consumer_tag: short(&consumer_tag),
                        delivery_tag: tag,
                        redelivered: copy.attempts > 1,
                        exchange: short(""),
                        routing_key: short(&consumer.queue),
                    }),
                );
                self.hand_over(connection, consumer.queue.clone(), copy, tag, consumer.no_ack);
            }
        }
    }

    fn settle(
        &mut self,
        connection: &mut Connection,
        tag: u64,
        multiple: bool,
        settlement: Settlement,
    ) -> Result<(), Exception> {
        let tags: Vec<u64> = match (tag, multiple) {
            (0, true) => self.unacked.keys().copied().collect(),
            (_, true) => self.unacked.range(..=tag).map(|(tag, _)| *tag).collect(),
            (_, false) => self.unacked.contains_key(&tag).then_some(tag).into_iter().collect(),
        };
        if tags.is_empty() && tag != 0 || tag == 0 && !multiple || tag > self.last_tag {
            return Err(Exception::precondition(&format!("unknown delivery tag {tag}")));
        }
        if matches!(settlement, Settlement::Acked) && self.loses(connection, &tags) {
            return Ok(());
        }
        for tag in tags {
            if let Some(unacked) = self.unacked.remove(&tag) {
                book(&connection.hub, connection.id, tag, unacked, settlement);
            }
        }
        Ok(())
    }

    /// Whether the connection is lost with this acknowledgement, as the trial wants it. The messages come again.
    fn loses(&self, connection: &mut Connection, tags: &[u64]) -> bool {
        let (hub, id) = (Arc::clone(&connection.hub), connection.id);
        connection.cut = hub.change(|state| {
            let acked = tags.iter().filter_map(|tag| Some((*tag, self.unacked.get(tag)?)));
            let of_trial: Vec<_> = acked.filter(|(_, unacked)| state.is_current(&unacked.copy)).collect();
            let lost = !of_trial.is_empty() && state.breaks_at_ack();
            for (tag, unacked) in of_trial.into_iter().filter(|_| lost) {
                state.record(id, Happening::AckDiscarded { message: unacked.copy.message, tag });
            }
            lost
        });
        connection.cut
    }

    fn recover(&mut self, connection: &mut Connection, requeue: bool) -> Result<(), Exception> {
        if !requeue {
            return Err(Exception::not_implemented("requeue=false"));
        }
        // The last one first: each goes to the head of its queue.
        for (tag, unacked) in std::mem::take(&mut self.unacked).into_iter().rev() {
            book(&connection.hub, connection.id, tag, unacked, Settlement::Rejected { requeue });
        }
        Ok(())
    }

    fn queue_method(&mut self, method: queue::AMQPMethod, connection: &mut Connection) -> Result<(), Exception> {
        match method {
            queue::AMQPMethod::Declare(declare) => {
                let name = declare.queue.as_str();
                // Queues are made in the Beskedfordeler's user interface. One that exists may be declared again: RabbitMQ
                // allows it, and whether the real broker does is not known.
                if !declare.passive && !connection.hub.lock().has_queue(name) {
                    connection.record(Happening::QueueRefused { queue: clean(name, 200) });
                    let text = format!("configure access to queue '{}' in vhost '{VHOST}' refused", clean(name, 100));
                    return Err(Exception::refused(&text));
                }
                let queue = self.queue(name, connection)?;
                let (message_count, consumer_count) = connection.hub.lock().depth(&queue);
                self.last_queue.clone_from(&queue);
                if !declare.nowait {
                    let queue = short(&queue);
                    let ok = queue::DeclareOk { queue, message_count, consumer_count };
                    connection.method(self.number, AMQPClass::Queue(queue::AMQPMethod::DeclareOk(ok)));
                }
                Ok(())
            }
            queue::AMQPMethod::Bind(_)
            | queue::AMQPMethod::Unbind(_)
            | queue::AMQPMethod::Purge(_)
            | queue::AMQPMethod::Delete(_) => Err(Exception::refused("queues are changed in the user interface alone")),
            _ => Err(Exception::invalid("a queue method that a client does not send")),
        }
    }

    fn exchange_method(&mut self, method: &exchange::AMQPMethod, connection: &mut Connection) -> Result<(), Exception> {
        match method {
            exchange::AMQPMethod::Declare(declare) if declare.exchange.as_str() == EXCHANGE => {
                if !declare.nowait {
                    let ok = exchange::AMQPMethod::DeclareOk(exchange::DeclareOk {});
                    connection.method(self.number, AMQPClass::Exchange(ok));
                }
                Ok(())
            }
            exchange::AMQPMethod::Declare(declare) if declare.passive => {
                let name = clean(declare.exchange.as_str(), 100);
                Err(Exception::not_found(&format!("no exchange '{name}' in vhost '{VHOST}'")))
            }
            exchange::AMQPMethod::Declare(_)
            | exchange::AMQPMethod::Delete(_)
            | exchange::AMQPMethod::Bind(_)
            | exchange::AMQPMethod::Unbind(_) => Err(Exception::refused("configure access to exchanges refused")),
            _ => Err(Exception::invalid("an exchange method that a client does not send")),
        }
    }

    fn publish_when_whole(&mut self, connection: &mut Connection) -> Result<bool, Exception> {
        match self.incoming.take() {
            Some(content) if content.is_whole() => self.publish(content, connection).map(|()| true),
            content => {
                self.incoming = content;
                Ok(true)
            }
        }
    }

    fn publish(&mut self, content: Content, connection: &mut Connection) -> Result<(), Exception> {
        let number = self.confirming.map(|last| last + 1);
        self.confirming = number;
        let exchange = content.publish.exchange.as_str();
        if exchange != EXCHANGE {
            publish::astray(&content, number.is_some(), connection);
        }
        if exchange.is_empty() {
            return self.publish_to_queue(content, number, connection);
        }
        if exchange != EXCHANGE {
            let text = format!("no exchange '{}' in vhost '{VHOST}'", clean(exchange, 100));
            return Err(Exception::not_found(&text));
        }
        if connection.audience != tokens::SEND {
            let text = format!(
                "write access to exchange '{EXCHANGE}' in vhost '{VHOST}' refused: the token is for another service"
            );
            return Err(Exception::refused(&text));
        }
        let wants_reply = content.properties.reply_to().as_ref().is_some_and(|to| to.as_str() == REPLY_TO);
        if wants_reply && self.replies_to.is_none() {
            return Err(Exception::precondition("fast reply consumer does not exist"));
        }
        let answer = publish::receive(&content, number.is_some(), connection);
        self.confirm(number, connection);
        let Some((reply, consumer)) = answer.zip(self.replies_to.clone()).filter(|_| wants_reply) else {
            return Ok(());
        };
        let tag = self.next_tag();
        self.say(
            connection,
            AMQPMethod::Deliver(basic::Deliver {
                consumer_tag: short(&consumer),
                delivery_tag: tag,
                redelivered: false,
                exchange: short(""),
                routing_key: short(&format!("{REPLY_TO}.{}-{}", connection.id, self.number)),
            }),
        );
        self.content(connection, reply.properties, reply.body.as_bytes());
        Ok(())
    }

    /// The default exchange, which leads to queues that nobody may write to.
    fn publish_to_queue(
        &mut self,
        content: Content,
        number: Option<u64>,
        connection: &mut Connection,
    ) -> Result<(), Exception> {
        let key = content.publish.routing_key.as_str();
        if connection.hub.lock().has_queue(key) {
            return Err(Exception::refused(&format!("write access to queue '{key}' in vhost '{VHOST}' refused")));
        }
        if content.publish.mandatory {
            let returned = basic::Return {
                reply_code: 312,
                reply_text: short("NO_ROUTE"),
                exchange: short(""),
                routing_key: short(key),
            };
            self.say(connection, AMQPMethod::Return(returned));
            self.content(connection, content.properties, &content.body);
        }
        self.confirm(number, connection);
        Ok(())
    }

    fn confirm(&self, number: Option<u64>, connection: &mut Connection) {
        if let Some(delivery_tag) = number {
            self.say(connection, AMQPMethod::Ack(basic::Ack { delivery_tag, multiple: false }));
        }
    }

    fn content(&self, connection: &mut Connection, properties: BasicProperties, body: &[u8]) {
        let header = AMQPContentHeader { class_id: 60, body_size: body.len() as u64, properties };
        write(&AMQPFrame::Header(self.number, header), &mut connection.out);
        for part in body.chunks(connection.frame_max - OVERHEAD) {
            write(&AMQPFrame::Body(self.number, part.to_vec()), &mut connection.out);
        }
    }

    fn say(&self, connection: &mut Connection, method: AMQPMethod) {
        connection.method(self.number, AMQPClass::Basic(method));
    }

    fn say_channel(&self, connection: &mut Connection, method: channel::AMQPMethod) {
        connection.method(self.number, AMQPClass::Channel(method));
    }

    /// Ends it: what was handed over and not settled goes back.
    pub(super) fn close(&mut self, connection: &mut Connection) {
        self.closing = true;
        self.incoming = None;
        let (consumers, unacked) = (std::mem::take(&mut self.consumers), std::mem::take(&mut self.unacked));
        if consumers.is_empty() && unacked.is_empty() {
            return;
        }
        connection.hub.change(|state| {
            for consumer in consumers.into_values() {
                state.consumers(&consumer.queue, -1);
            }
            for unacked in unacked.into_values().rev() {
                state.give_back(&unacked.queue, unacked.copy, Duration::ZERO);
            }
        });
    }
}

/// Books what became of a message that was handed over.
fn book(hub: &Hub, connection: u32, tag: u64, Unacked { queue, copy }: Unacked, settlement: Settlement) {
    hub.change(|state| {
        let message = copy.message;
        if state.is_current(&copy) {
            state.record(
                connection,
                match settlement {
                    Settlement::Acked => Happening::Acked { message, tag },
                    Settlement::Rejected { requeue } => Happening::Rejected { message, tag, requeue },
                },
            );
        }
        match settlement {
            Settlement::Rejected { requeue: true } => state.give_back(&queue, copy, RETURN_PAUSE),
            _ => state.settle(&queue, &copy),
        }
    });
}
