//! Session truth: whose session a browser has, as a pure function of what was recorded.
//!
//! A witness of a conversation is two visits with the browser's cookies: first to the protected page, then to the page that
//! shows who is logged in (or the protected page again, so that a message left over from the visit before does not count).
//! What HTTP status the system gave to a SAML message never counts.

use super::transcript::{Exchange, Marker, Outcome, Step, Stop, Transcript};
use std::collections::BTreeSet;

/// Whose session a browser has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Session {
    /// No session.
    None,
    /// That of the identity that the identity provider vouched for.
    Genuine,
    /// That of the forged identity.
    Forged,
    /// A session that shows both: for instance the genuine NameID with forged attributes.
    Mixture,
    /// A session, but nothing shows whose.
    Somebody,
    /// Not to be told.
    Unknown(String),
}

impl Session {
    /// Whether there certainly is a session.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        matches!(self, Self::Genuine | Self::Forged | Self::Mixture | Self::Somebody)
    }

    /// What a report shows.
    #[must_use]
    pub fn describe(&self) -> String {
        match self {
            Self::None => "no session".to_owned(),
            Self::Genuine => "a session as the genuine identity".to_owned(),
            Self::Forged => "a session as the forged identity".to_owned(),
            Self::Mixture => "a session that mixes the genuine and the forged identity".to_owned(),
            Self::Somebody => "a session of an identity that no page shows".to_owned(),
            Self::Unknown(why) => format!("not to be told; {why}"),
        }
    }
}

/// How a visit ended, seen from outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Door {
    /// The user was sent to the identity provider.
    SentToLogin,
    /// 401 or 403.
    Denied,
    /// Another answer below 500.
    Page,
    /// 500 or above.
    Error(u16),
    /// No usable answer.
    Failed(Stop),
}

/// One visit: how it ended, and what the last page said.
#[derive(Clone, Debug)]
struct Visit<'t> {
    door: Door,
    page: &'t str,
}

impl<'t> Visit<'t> {
    fn of(last: &'t Exchange) -> Self {
        let (door, page) = match &last.outcome {
            Outcome::ToIdentityProvider => (Door::SentToLogin, ""),
            Outcome::Failed(stop) => (Door::Failed(stop.clone()), ""),
            Outcome::Answered { status: 401 | 403, body, .. } => (Door::Denied, body.as_str()),
            Outcome::Answered { status: status @ 500.., body, .. } => (Door::Error(*status), body.as_str()),
            Outcome::Answered { body, .. } => (Door::Page, body.as_str()),
        };
        Self { door, page }
    }

    fn shows(&self, marker: &Marker) -> bool {
        !marker.value.is_empty() && self.page.to_lowercase().contains(&marker.value.to_lowercase())
    }
}

/// The two visits of one witness.
#[derive(Clone, Debug)]
pub struct Witness<'t> {
    protected: Visit<'t>,
    identity: Visit<'t>,
}

impl<'t> Witness<'t> {
    /// The witness of a step; `None` when it was not taken.
    #[must_use]
    pub fn of(transcript: &'t Transcript, step: Step) -> Option<Self> {
        let mut visits: Vec<&Exchange> = Vec::new();
        for exchange in transcript.of_step(step) {
            match visits.last_mut() {
                Some(last) if last.visit == exchange.visit => *last = exchange,
                _ => visits.push(exchange),
            }
        }
        let (first, last) = (visits.first()?, visits.last()?);
        (visits.len() > 1).then(|| Self { protected: Visit::of(first), identity: Visit::of(last) })
    }

    fn failure(&self) -> Option<String> {
        [&self.protected.door, &self.identity.door].into_iter().find_map(|door| match door {
            Door::Failed(stop) => Some(stop.describe()),
            Door::Error(status) => Some(format!("the system answered with status {status}")),
            _ => None,
        })
    }

    /// What the page says that shows who is logged in.
    #[must_use]
    pub const fn identity_page(&self) -> &'t str {
        self.identity.page
    }
}

/// What tells a session from no session on this system, learnt from a visit without one and a good login.
#[derive(Clone, Debug)]
pub struct Oracle<'t> {
    nobody: Witness<'t>,
    inside: Witness<'t>,
    fields: BTreeSet<&'t str>,
}

/// Why an oracle cannot be had.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoOracle {
    /// The visit without a session did not work.
    #[error("the pages could not be visited without a session; {0}")]
    Nobody(String),
    /// The good login did not get as far as the pages.
    #[error("the good login before the trial did not come through; {0}")]
    Control(String),
    /// The good login came through, and the system looks as it does to nobody.
    #[error("the good login before the trial opened no session that the pages show")]
    Refused,
    /// A visitor without a session and a logged-in user get the same pages, and no marker is visible.
    #[error("the pages do not tell a logged-in user from a visitor without a session")]
    Blind,
}

impl<'t> Oracle<'t> {
    /// Learns from a visit without a session and a good login on the same system.
    pub fn learn(nobody: &'t Transcript, control: &'t Transcript) -> Result<Self, NoOracle> {
        let unvisited = || "the pages were not asked for".to_owned();
        let ended = |t: &Transcript| t.stopped.as_ref().map_or_else(unvisited, Stop::describe);
        let outside = Witness::of(nobody, Step::Witness).ok_or_else(|| NoOracle::Nobody(ended(nobody)))?;
        if let Some(why) = outside.failure() {
            return Err(NoOracle::Nobody(why));
        }
        let inside = Witness::of(control, Step::WitnessLogin).ok_or_else(|| NoOracle::Control(ended(control)))?;
        if let Some(why) = inside.failure() {
            return Err(NoOracle::Control(why));
        }
        let fields: BTreeSet<_> = control
            .genuine
            .iter()
            .filter(|m| inside.identity.shows(m) && !outside.identity.shows(m))
            .map(|m| m.field.as_str())
            .collect();
        let oracle = Self { nobody: outside, inside, fields };
        if oracle.fields.is_empty() && !oracle.doors_differ() {
            let same_pages = oracle.inside.identity.page == oracle.nobody.identity.page;
            let shut = oracle.nobody.protected.door != Door::Page || same_pages;
            return Err(if shut { NoOracle::Refused } else { NoOracle::Blind });
        }
        Ok(oracle)
    }

    /// Whether the pages show who is logged in. If not, a session can be told from none, but not whose it is.
    #[must_use]
    pub fn sees_identities(&self) -> bool {
        !self.fields.is_empty()
    }

    /// Whether the pages show this field of whoever is logged in.
    #[must_use]
    pub fn sees(&self, field: &str) -> bool {
        self.fields.contains(field)
    }

    /// Whether the doors alone tell a session from none.
    fn doors_differ(&self) -> bool {
        self.nobody.protected.door != self.inside.protected.door
            || self.nobody.identity.door != self.inside.identity.door
    }

    /// Whose session the user's browser had at a step of a conversation.
    #[must_use]
    pub fn session(&self, transcript: &Transcript, step: Step) -> Session {
        let Some(seen) = Witness::of(transcript, step) else {
            let why = transcript.stopped.as_ref().map(Stop::describe);
            return Session::Unknown(why.unwrap_or_else(|| "the pages were not asked for".to_owned()));
        };
        let visible = |m: &Marker| self.sees(&m.field) && seen.identity.shows(m);
        // A page that lists colleagues shows the forged user in every session, which proves nothing.
        let forged = transcript.forged.iter().any(|m| visible(m) && !self.inside.identity.shows(m));
        match (transcript.genuine.iter().any(visible), forged) {
            (true, true) => return Session::Mixture,
            (true, false) => return Session::Genuine,
            (false, true) => return Session::Forged,
            (false, false) => {}
        }
        if let Some(why) = seen.failure() {
            return Session::Unknown(why);
        }
        let as_for = |known: &Witness<'_>| {
            known.protected.door == seen.protected.door && known.identity.door == seen.identity.door
        };
        if self.doors_differ() {
            return if as_for(&self.nobody) {
                Session::None
            } else if as_for(&self.inside) {
                Session::Somebody
            } else {
                Session::Unknown("the pages look neither as they do to nobody nor as they do to a user".to_owned())
            };
        }
        // Everybody is let in and the page says who it is, as in a single-page application: no marker means nobody only when
        // the page says exactly what it said to nobody.
        if as_for(&self.nobody) && seen.identity.page == self.nobody.identity.page {
            Session::None
        } else {
            Session::Unknown("the identity page shows neither nobody nor anybody of this trial".to_owned())
        }
    }
}

impl Stop {
    /// What a report shows.
    #[must_use]
    pub fn describe(&self) -> String {
        match self {
            Self::Unreachable { reason } => format!("no connection; {reason}"),
            Self::Tls { reason } => format!("TLS failed; {reason}"),
            Self::TimedOut { seconds } => format!("no complete answer within {seconds} s"),
            Self::TooLarge { limit } => format!("an answer of more than {limit} bytes"),
            Self::Encoded => "a compressed answer that was not asked for".to_owned(),
            Self::Broken { reason } => format!("the exchange broke off; {reason}"),
            Self::TooManyHops { limit } => format!("more than {limit} redirects"),
            Self::ForeignHost { host } => format!("a way to {host}, which the target does not name"),
            Self::BadAddress => "an address that cannot be used".to_owned(),
            Self::NoWay { step } => format!("the page offers no way for the step {step}"),
            Self::NoRequest => "the way to login led to no request to the identity provider".to_owned(),
            Self::BadRequest { reason } => format!("the request to the identity provider cannot be read; {reason}"),
            Self::ProbeFault { reason } => format!("the probe failed; {reason}"),
        }
    }
}
