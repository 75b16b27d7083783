//! What a recording shows of the system's sessions with the broker, the token service and the exchange. Pure: every conclusion
//! is computed from the events alone.
//!
//! Connections outlive recordings: a recording of a later trial begins with the events of connections that were still open, at
//! their own earlier times. What is counted by time therefore looks only at what happened since [`Recording::started`].

use super::recording::{End, Event, Happening, Recording, TokenAnswer, TokenSeen};
use jiff::{SignedDuration, Timestamp};
use std::collections::{BTreeMap, BTreeSet};

/// A connection to the broker, as far as it went.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Connection<'a> {
    /// Its number.
    pub number: u32,
    /// When TLS was up.
    pub connected: Option<Timestamp>,
    /// TLS version.
    pub tls: &'a str,
    /// SHA-256 of the client certificate, hex.
    pub certificate: Option<&'a str>,
    /// The login, if it came so far.
    pub login: Option<Login<'a>>,
    /// Why the login came to nothing.
    pub refused: Option<&'a str>,
    /// Heartbeat that the client agreed to, seconds; 0 for none.
    pub heartbeat: Option<u16>,
    /// vhost that it opened.
    pub vhost: Option<&'a str>,
    /// Every time it asked a queue for messages.
    pub looks: Vec<Look<'a>>,
    /// When and how it ended.
    pub end: Option<(Timestamp, Leave)>,
}

/// `connection.start-ok`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Login<'a> {
    /// When.
    pub at: Timestamp,
    /// SASL mechanism.
    pub mechanism: &'a str,
    /// The SAML assertion in the response.
    pub token: Option<&'a TokenSeen>,
}

/// A question for messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Look<'a> {
    /// When.
    pub at: Timestamp,
    /// The queue.
    pub queue: &'a str,
    /// Whether messages count as delivered without an acknowledgement.
    pub no_ack: bool,
    /// Whether it stands (`basic.consume`) or is one question (`basic.get`).
    pub stands: bool,
    /// Whether it is one question, and a message came: then the next question belongs to the same visit.
    pub brought: bool,
}

/// How a connection ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leave {
    /// The broker ended it.
    Broker(End),
    /// The client ended it, or it was lost.
    Client,
    /// The client broke the protocol.
    Protocol,
}

/// One delivery of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// Index into [`Recording::messages`].
    pub message: usize,
    /// The connection.
    pub connection: u32,
    /// Which delivery of this message it is, from 1.
    pub attempt: u32,
    /// When.
    pub at: Timestamp,
    /// When and how the system settled it.
    pub settled: Option<(Timestamp, Settled)>,
}

/// How a delivery was settled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settled {
    /// `basic.ack`.
    Acked,
    /// It counted as delivered at once, because the client asked for no acknowledgements.
    Unasked,
    /// `basic.nack` or `basic.reject`; it comes again.
    Requeued,
    /// `basic.nack` or `basic.reject`; it does not come again.
    Rejected,
}

/// A time in which nobody asked for messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gap {
    /// When the last question ended.
    pub from: Timestamp,
    /// When the next one came.
    pub until: Timestamp,
}

impl Gap {
    /// How long it was.
    #[must_use]
    pub fn length(&self) -> SignedDuration {
        self.until.duration_since(self.from)
    }
}

/// How the system watches its dueslag.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Watch {
    /// The times between two questions.
    pub gaps: Vec<Gap>,
    /// Whether a consumer stood until the recording, or the broker, ended it.
    pub standing: bool,
    /// How many times it looked until nothing was there.
    pub visits: usize,
}

/// A request for a token while an earlier one for the same authority, service and certificate could still be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Needless {
    /// When.
    pub at: Timestamp,
    /// How long the earlier token would still have counted.
    pub left: SignedDuration,
}

/// A call with a token that had ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExpiredCall {
    /// When.
    pub at: Timestamp,
    /// How long the token had ended.
    pub late: SignedDuration,
}

/// A message that the system published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Publication<'a> {
    /// When.
    pub at: Timestamp,
    /// Exchange.
    pub exchange: &'a str,
    /// Routing key.
    pub routing_key: &'a str,
    /// Whether an unroutable message must come back.
    pub mandatory: bool,
    /// Names of the headers.
    pub headers: &'a [String],
    /// The token in the header `token`.
    pub token: Option<&'a TokenSeen>,
    /// Property reply-to.
    pub reply_to: Option<&'a str>,
    /// Property correlation-id, or the header correlationId.
    pub correlation_id: Option<&'a str>,
    /// BeskedId of the envelope.
    pub besked_id: Option<&'a str>,
    /// Whether channel confirms were on.
    pub confirmed: bool,
    /// StatusKode of the reply.
    pub replied: Option<u16>,
}

/// Every connection, in the order of their numbers.
#[must_use]
pub fn connections(recording: &Recording) -> Vec<Connection<'_>> {
    let mut all: BTreeMap<u32, Connection<'_>> = BTreeMap::new();
    for event in recording.events.iter().filter(|e| e.connection > 0) {
        let connection = all
            .entry(event.connection)
            .or_insert_with(|| Connection { number: event.connection, ..Connection::default() });
        enter(connection, event);
    }
    all.into_values().collect()
}

fn enter<'a>(connection: &mut Connection<'a>, event: &'a Event) {
    let at = event.at;
    match &event.what {
        Happening::Connected { tls, certificate } => {
            connection.connected = Some(at);
            connection.tls = tls;
            connection.certificate = certificate.as_deref();
        }
        Happening::StartOk { mechanism, token, .. } => {
            connection.login = Some(Login { at, mechanism, token: token.as_ref() });
        }
        Happening::LoginRefused { because } => connection.refused = Some(because),
        Happening::TuneOk { heartbeat, .. } => connection.heartbeat = Some(*heartbeat),
        Happening::Opened { vhost } => connection.vhost = Some(vhost),
        Happening::Consumed { queue, no_ack } => {
            connection.looks.push(Look { at, queue, no_ack: *no_ack, stands: true, brought: false });
        }
        Happening::Got { queue, no_ack, empty } => {
            connection.looks.push(Look { at, queue, no_ack: *no_ack, stands: false, brought: !empty });
        }
        // What is said first about the end is its cause; what follows is only that it is over.
        Happening::Ended { because } => {
            connection.end.get_or_insert((at, Leave::Broker(*because)));
        }
        Happening::ClientLeft { .. } => {
            connection.end.get_or_insert((at, Leave::Client));
        }
        Happening::ProtocolError { .. } => {
            connection.end.get_or_insert((at, Leave::Protocol));
        }
        _ => {}
    }
}

/// Events about connections that were still open when the recording ended, for the recording that comes next.
#[must_use]
pub fn standing(recording: &Recording) -> Vec<Event> {
    let open: Vec<u32> =
        connections(recording).iter().filter(|c| c.vhost.is_some() && c.end.is_none()).map(|c| c.number).collect();
    let lasts = |what: &Happening| {
        matches!(
            what,
            Happening::Connected { .. }
                | Happening::StartOk { .. }
                | Happening::TuneOk { .. }
                | Happening::Opened { .. }
                | Happening::Qos { .. }
                | Happening::Consumed { .. }
                | Happening::ConfirmSelected
        )
    };
    recording.events.iter().filter(|e| open.contains(&e.connection) && lasts(&e.what)).cloned().collect()
}

/// Every delivery, in order of time.
#[must_use]
pub fn deliveries(recording: &Recording) -> Vec<Delivery> {
    let automatic: Vec<u32> = connections(recording)
        .iter()
        .filter(|c| c.looks.last().is_some_and(|look| look.no_ack))
        .map(|c| c.number)
        .collect();
    let mut all: Vec<Delivery> = Vec::new();
    let mut open: BTreeMap<(u32, u64, usize), usize> = BTreeMap::new();
    for event in &recording.events {
        match event.what {
            Happening::Delivered { message, tag, attempt } => {
                open.insert((event.connection, tag, message), all.len());
                let settled = automatic.contains(&event.connection).then_some((event.at, Settled::Unasked));
                all.push(Delivery { message, connection: event.connection, attempt, at: event.at, settled });
            }
            Happening::Acked { message, tag } => {
                if let Some(index) = open.remove(&(event.connection, tag, message)) {
                    all[index].settled = Some((event.at, Settled::Acked));
                }
            }
            Happening::Rejected { message, tag, requeue } => {
                if let Some(index) = open.remove(&(event.connection, tag, message)) {
                    let how = if requeue { Settled::Requeued } else { Settled::Rejected };
                    all[index].settled = Some((event.at, how));
                }
            }
            _ => {}
        }
    }
    all
}

/// When the system took a message: by its acknowledgement, or by asking for none.
#[must_use]
pub fn taken(deliveries: &[Delivery], message: usize) -> Option<Timestamp> {
    deliveries.iter().filter(|d| d.message == message).find_map(|d| match d.settled {
        Some((at, Settled::Acked | Settled::Unasked)) => Some(at),
        _ => None,
    })
}

/// When the system acknowledged a message.
#[must_use]
pub fn acked(deliveries: &[Delivery], message: usize) -> Option<Timestamp> {
    deliveries.iter().filter(|d| d.message == message).find_map(|d| match d.settled {
        Some((at, Settled::Acked)) => Some(at),
        _ => None,
    })
}

/// Which delivery of a message the system acknowledged in vain, because the connection was lost then: it had that one, and the
/// next one is the same message again.
#[must_use]
pub fn acked_in_vain(recording: &Recording, message: usize) -> Option<u32> {
    let of = |event: &Event| match event.what {
        Happening::AckDiscarded { message: acked, tag } if acked == message => Some((event.connection, tag)),
        _ => None,
    };
    let (connection, in_vain) = recording.events.iter().find_map(of)?;
    recording.events.iter().find_map(|event| match event.what {
        Happening::Delivered { message: delivered, tag, attempt } => {
            ((event.connection, delivered, tag) == (connection, message, in_vain)).then_some(attempt)
        }
        _ => None,
    })
}

/// Times from delivery to acknowledgement, of every delivery that was acknowledged.
#[must_use]
pub fn ack_latencies(deliveries: &[Delivery]) -> Vec<SignedDuration> {
    deliveries
        .iter()
        .filter_map(|d| match d.settled {
            Some((at, Settled::Acked)) => Some(at.duration_since(d.at)),
            _ => None,
        })
        .collect()
}

/// The value below or at which `percent` of the values lie, by nearest rank; `None` of nothing.
#[must_use]
pub fn percentile(values: &[SignedDuration], percent: usize) -> Option<SignedDuration> {
    let mut sorted = values.to_vec();
    sorted.sort_unstable();
    crate::percentile::nearest_rank(&sorted, percent)
}

/// How the system watched `queue` from the first question on.
#[must_use]
pub fn watch(recording: &Recording, queue: &str) -> Watch {
    let mut spans: Vec<(Timestamp, Timestamp, bool)> = Vec::new();
    let mut standing = false;
    for connection in connections(recording) {
        for look in connection.looks.iter().filter(|l| l.queue == queue) {
            let until = match (look.stands, connection.end) {
                (false, _) => look.at,
                (true, None) => recording.ended,
                (true, Some((at, _))) => at,
            };
            let by_us = |end| matches!(end, Leave::Broker(End::TokenExpired | End::Ordered | End::Over));
            standing |= look.stands && connection.end.is_none_or(|(_, end)| by_us(end));
            spans.push((look.at, until.max(look.at), look.brought));
        }
    }
    spans.sort_unstable();
    let mut watch = Watch { standing, ..Watch::default() };
    let mut last: Option<Timestamp> = None;
    for (from, until, brought) in spans {
        let apart = last.is_none_or(|end| from > end);
        watch.visits += usize::from(apart && !brought);
        watch.gaps.extend(last.filter(|_| apart).map(|end| Gap { from: end, until: from }));
        last = Some(last.map_or(until, |end| end.max(until)));
    }
    watch
}

/// When the system tried to connect since the recording began: every connection, and every handshake that failed.
#[must_use]
pub fn attempts(recording: &Recording) -> Vec<Timestamp> {
    recording
        .events
        .iter()
        .filter(|e| matches!(e.what, Happening::Connected { .. } | Happening::HandshakeFailed { .. }))
        .map(|e| e.at)
        .filter(|at| *at >= recording.started)
        .collect()
}

/// The largest number of instants within any `span`.
#[must_use]
pub fn busiest(instants: &[Timestamp], span: SignedDuration) -> usize {
    let within = |from: &Timestamp| instants.iter().filter(|at| *at >= from && at.duration_since(*from) < span).count();
    instants.iter().map(within).max().unwrap_or_default()
}

/// Since when the system was without a connection that the broker had let in: the ends of such connections by `because`.
#[must_use]
pub fn ended_by(recording: &Recording, because: End) -> Vec<Timestamp> {
    connections(recording)
        .iter()
        .filter_map(|c| c.end)
        .filter(|(at, end)| *end == Leave::Broker(because) && *at >= recording.started)
        .map(|(at, _)| at)
        .collect()
}

/// Ends of the short tokens that the system was let in with. Shorter lives than ten minutes are given out by trials alone.
#[must_use]
pub fn short_tokens(recording: &Recording) -> Vec<Timestamp> {
    const SHORT: SignedDuration = SignedDuration::from_mins(10);
    let connections = connections(recording);
    let let_in = connections.iter().filter(|c| c.vhost.is_some()).filter_map(|c| c.login.as_ref());
    let ends = let_in.filter_map(|login| Some((login.at, login.token?.not_on_or_after?)));
    ends.filter(|(at, end)| end.duration_since(*at) < SHORT).map(|(_, end)| end).collect()
}

/// When the system was at work with a token that outlives `expiry`: on a connection made before (then at `expiry` itself) or after it.
#[must_use]
pub fn renewed(recording: &Recording, expiry: Timestamp) -> Option<Timestamp> {
    let connections = connections(recording);
    openings(recording).into_iter().find_map(|(at, number)| {
        let connection = connections.iter().find(|c| c.number == number)?;
        let end = connection.login.as_ref()?.token?.not_on_or_after?;
        let stood = connection.end.is_none_or(|(left, _)| left > expiry);
        (end > expiry && end > at && stood).then_some(at.max(expiry))
    })
}

/// When a login was let in, on which connection.
#[must_use]
pub fn openings(recording: &Recording) -> Vec<(Timestamp, u32)> {
    let opened = recording.events.iter().filter(|e| matches!(e.what, Happening::Opened { .. }));
    opened.map(|e| (e.at, e.connection)).collect()
}

/// Anything that shows that the system was at work after an instant: a call of the broker, the token service, or the value lists.
#[must_use]
pub fn sign_of_life(recording: &Recording, after: Timestamp) -> bool {
    recording.events.iter().any(|event| {
        event.at > after
            && matches!(
                event.what,
                Happening::TokenAsked { .. }
                    | Happening::Connected { .. }
                    | Happening::HandshakeFailed { .. }
                    | Happening::ValueListCalled { .. }
                    | Happening::ReadBack { answer: super::recording::Answer::Answered { status: 200..=299, .. }, .. }
            )
    })
}

/// Whether the system made contact at all: everything but the probe's own doing is its contact.
#[must_use]
pub fn contact(recording: &Recording) -> bool {
    let own = |what: &Happening| {
        matches!(
            what,
            Happening::ReadBack { .. }
                | Happening::StoreSwitched { .. }
                | Happening::Triggered { .. }
                | Happening::QuietEnded { .. }
        )
    };
    recording.events.iter().any(|event| !own(&event.what))
}

/// Tokens that were asked for while an earlier one would still have counted for longer than `margin`. A request after a login
/// that was refused, or after a reply 41, is not needless: the system was told that its token is no good.
#[must_use]
pub fn needless_requests(recording: &Recording, margin: SignedDuration) -> Vec<Needless> {
    type Key<'a> = (&'a str, &'a str, Option<&'a str>);
    let mut known: BTreeMap<Key<'_>, Timestamp> = BTreeMap::new();
    let mut needless = Vec::new();
    for event in &recording.events {
        match &event.what {
            Happening::TokenAsked { applies_to, cvr, certificate, use_key, answer, .. } => {
                let TokenAnswer::Issued { not_on_or_after, .. } = answer else { continue };
                let key = (cvr.as_str(), applies_to.as_str(), use_key.as_deref().or(certificate.as_deref()));
                if let Some(end) = known.insert(key, *not_on_or_after) {
                    let left = end.duration_since(event.at);
                    if left > margin {
                        needless.push(Needless { at: event.at, left });
                    }
                }
            }
            Happening::LoginRefused { .. } | Happening::Published { replied: Some(41), .. } => known.clear(),
            _ => {}
        }
    }
    needless
}

/// How many tokens were issued.
#[must_use]
pub fn tokens_issued(recording: &Recording) -> usize {
    let issued = |e: &&Event| matches!(e.what, Happening::TokenAsked { answer: TokenAnswer::Issued { .. }, .. });
    recording.events.iter().filter(issued).count()
}

/// Every token that was used: at a login, or with a message that was published.
#[must_use]
pub fn tokens_used(recording: &Recording) -> Vec<(Timestamp, &TokenSeen)> {
    let used = recording.events.iter().filter_map(|event| match &event.what {
        Happening::StartOk { token: Some(token), .. } | Happening::Published { token: Some(token), .. } => {
            Some((event.at, token))
        }
        _ => None,
    });
    used.collect()
}

/// How often a token was used again while it counted for longer than `margin`: at another login, or with another message. The
/// first message of a connection goes with the login, whose token it shares.
#[must_use]
pub fn reuses(recording: &Recording, margin: SignedDuration) -> usize {
    let mut used: BTreeSet<&str> = BTreeSet::new();
    let mut logins: BTreeMap<u32, &str> = BTreeMap::new();
    let mut again = 0;
    for event in &recording.events {
        let (token, login) = match &event.what {
            Happening::StartOk { token: Some(token), .. } => (token, true),
            Happening::Published { token: Some(token), .. } => (token, false),
            _ => continue,
        };
        let id = token.id.as_str();
        let with_login = !login && logins.remove(&event.connection) == Some(id);
        let good = token.not_on_or_after.is_some_and(|end| end.duration_since(event.at) > margin);
        if !used.insert(id) && !with_login && good && token.ours {
            again += 1;
        }
        if login {
            logins.insert(event.connection, id);
        }
    }
    again
}

/// Calls with a token that had ended for longer than `skew`.
#[must_use]
pub fn expired_calls(recording: &Recording, skew: SignedDuration) -> Vec<ExpiredCall> {
    tokens_used(recording)
        .into_iter()
        .filter_map(|(at, token)| {
            let late = at.duration_since(token.not_on_or_after?);
            (late > skew).then_some(ExpiredCall { at, late })
        })
        .collect()
}

/// Every message that the system published, in order of time.
#[must_use]
pub fn publications(recording: &Recording) -> Vec<Publication<'_>> {
    recording
        .events
        .iter()
        .filter_map(|event| match &event.what {
            Happening::Published {
                exchange,
                routing_key,
                mandatory,
                headers,
                token,
                reply_to,
                correlation_id,
                besked_id,
                confirmed,
                replied,
                ..
            } => Some(Publication {
                at: event.at,
                exchange,
                routing_key,
                mandatory: *mandatory,
                headers,
                token: token.as_ref(),
                reply_to: reply_to.as_deref(),
                correlation_id: correlation_id.as_deref(),
                besked_id: besked_id.as_deref(),
                confirmed: *confirmed,
                replied: *replied,
            }),
            _ => None,
        })
        .collect()
}
