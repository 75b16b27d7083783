//! What the system remembers: logins under way, sessions, used Responses, users. All of it in memory, all of it bounded.

use super::Refusal;
use super::fault::{Fault, Faults};
use super::response::Identity;
use jiff::{SignedDuration, Timestamp};
use std::collections::HashMap;
use std::hash::Hash;

/// Most entries of each kind.
const MAX_ENTRIES: usize = 10_000;
/// How long a user may take to log in.
const LOGIN: SignedDuration = SignedDuration::from_mins(15);
/// How long a session lives without a visit.
const IDLE: SignedDuration = SignedDuration::from_mins(30);
/// How long a LogoutRequest's ID is remembered: longer than it is fresh.
const LOGOUT: SignedDuration = SignedDuration::from_mins(15);

/// Something that ends.
trait Ends {
    fn end(&self) -> Timestamp;
}

impl Ends for Timestamp {
    fn end(&self) -> Timestamp {
        *self
    }
}

/// A login under way: one AuthnRequest.
#[derive(Clone, Debug)]
pub(super) struct Request {
    /// The browser that began it (the value of its cookie).
    pub(super) browser: String,
    /// Where the user wanted to go.
    pub(super) page: String,
    pub(super) relay_state: String,
    pub(super) until: Timestamp,
    pub(super) used: bool,
}

impl Ends for Request {
    fn end(&self) -> Timestamp {
        self.until
    }
}

/// A logged-in user in one browser.
#[derive(Clone, Debug)]
pub(super) struct Session {
    pub(super) identity: Identity,
    /// Number of the provisioned user.
    pub(super) user: usize,
    pub(super) until: Timestamp,
}

impl Ends for Session {
    fn end(&self) -> Timestamp {
        self.until
    }
}

#[derive(Debug, Default)]
pub(super) struct Store {
    /// By ID of the AuthnRequest.
    requests: HashMap<String, Request>,
    /// IDs of Assertions that were used, until nobody could use them again.
    used: HashMap<String, Timestamp>,
    /// By value of the cookie.
    sessions: HashMap<String, Session>,
    /// IDs of LogoutRequests that the system sent.
    sent_logouts: HashMap<String, Timestamp>,
    /// IDs of LogoutRequests that it obeyed.
    obeyed_logouts: HashMap<String, Timestamp>,
    /// Users by serial and CVR number: the same person for another organisation is another user.
    users: HashMap<(String, String), usize>,
    /// Fault `remember-me`: by value of the cookie.
    remembered: HashMap<String, Session>,
}

/// Puts an entry in, after the ended ones are out when there is no room.
fn put<K: Hash + Eq, V: Ends>(map: &mut HashMap<K, V>, key: K, value: V, now: Timestamp) -> Result<(), Refusal> {
    if map.len() >= MAX_ENTRIES {
        map.retain(|_, entry| entry.end() > now);
    }
    if map.len() >= MAX_ENTRIES {
        return Err(Refusal::busy());
    }
    map.insert(key, value);
    Ok(())
}

fn after(now: Timestamp, span: SignedDuration) -> Timestamp {
    now.checked_add(span).unwrap_or(now)
}

impl Store {
    pub(super) fn begin(
        &mut self,
        id: &str,
        browser: &str,
        page: &str,
        relay_state: &str,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let request = Request {
            browser: browser.to_owned(),
            page: page.to_owned(),
            relay_state: relay_state.to_owned(),
            until: after(now, LOGIN),
            used: false,
        };
        put(&mut self.requests, id.to_owned(), request, now)
    }

    /// That an identity answers a live, unused request of this browser with an Assertion that was never used, and is used now.
    /// Gives the request.
    pub(super) fn answer(
        &mut self,
        identity: &Identity,
        browser: Option<&str>,
        faults: &Faults,
        now: Timestamp,
    ) -> Result<Option<Request>, Refusal> {
        let unchecked = faults.has(Fault::AcceptsReplayWithoutCookie) && browser.is_none();
        let replayed = self.used.get(&identity.assertion_id).is_some_and(|until| *until > now);
        if replayed && !faults.has(Fault::AcceptsReplay) && !unchecked {
            return Err(Refusal::forbidden("svaret er brugt før", "the Response was used before"));
        }
        let request = match &identity.in_response_to {
            None if faults.has(Fault::AcceptsUnsolicited) => None,
            None => {
                return Err(Refusal::forbidden("svaret er uopfordret", "nobody asked for the Response"));
            }
            Some(id) => self.requests.get_mut(id).filter(|r| r.until > now),
        };
        if let Some(request) = request.as_deref() {
            let own = browser == Some(&request.browser);
            if !own && !faults.has(Fault::AcceptsForeignRequest) && !unchecked {
                return Err(Refusal::forbidden(
                    "login blev begyndt i en anden browser",
                    "the login was begun in another browser",
                ));
            }
            if request.used && !faults.has(Fault::AcceptsReplay) && !unchecked {
                return Err(Refusal::forbidden("login er allerede gennemført", "the login was completed before"));
            }
        } else if identity.in_response_to.is_some() && !faults.has(Fault::AcceptsUnknownRequest) {
            return Err(Refusal::forbidden(
                "der er intet login i gang, som svaret hører til",
                "no login under way belongs to the Response",
            ));
        }
        let request = request.map(|request| {
            request.used = true;
            request.clone()
        });
        put(&mut self.used, identity.assertion_id.clone(), identity.usable_until, now)?;
        Ok(request)
    }

    /// Opens a session and provisions the user.
    pub(super) fn open(&mut self, cookie: String, identity: Identity, now: Timestamp) -> Result<Session, Refusal> {
        let next = self.users.len() + 1;
        if next > MAX_ENTRIES {
            return Err(Refusal::busy());
        }
        let user = *self.users.entry((identity.serial.clone(), identity.cvr.clone())).or_insert(next);
        let session = Session { identity, user, until: after(now, IDLE) };
        put(&mut self.sessions, cookie, session.clone(), now)?;
        Ok(session)
    }

    /// The live session of a cookie, which lives on from now.
    pub(super) fn session(&mut self, cookie: &str, now: Timestamp) -> Option<Session> {
        let session = self.sessions.get_mut(cookie)?;
        let ended = session.until <= now || session.identity.session_until.is_some_and(|until| until <= now);
        if ended {
            self.sessions.remove(cookie);
            return None;
        }
        session.until = after(now, IDLE);
        Some(session.clone())
    }

    /// Ends a session in the server, so that no cookie brings it back.
    pub(super) fn end(&mut self, cookie: &str, faults: &Faults) -> Option<Session> {
        let session = self.sessions.remove(cookie)?;
        if faults.has(Fault::AcceptsReplayAfterLogout) {
            self.used.remove(&session.identity.assertion_id);
            let request = session.identity.in_response_to.as_ref().and_then(|id| self.requests.get_mut(id));
            if let Some(request) = request {
                request.used = false;
            }
        }
        Some(session)
    }

    /// Cookies of the sessions that fit.
    pub(super) fn sessions_of(&self, fits: impl Fn(&Identity) -> bool) -> Vec<String> {
        self.sessions.iter().filter(|(_, s)| fits(&s.identity)).map(|(cookie, _)| cookie.clone()).collect()
    }

    pub(super) fn logout_sent(&mut self, id: &str, now: Timestamp) -> Result<(), Refusal> {
        put(&mut self.sent_logouts, id.to_owned(), after(now, LOGOUT), now)
    }

    /// Whether the system waits for the answer to this LogoutRequest; it waits no more.
    pub(super) fn logout_answered(&mut self, id: &str, now: Timestamp) -> bool {
        self.sent_logouts.remove(id).is_some_and(|until| until > now)
    }

    /// Notes the ID of a LogoutRequest; false when it came before.
    pub(super) fn logout_obeyed(&mut self, id: &str, now: Timestamp) -> Result<bool, Refusal> {
        let seen = self.obeyed_logouts.get(id).is_some_and(|until| *until > now);
        put(&mut self.obeyed_logouts, id.to_owned(), after(now, LOGOUT), now)?;
        Ok(!seen)
    }

    pub(super) fn remember(&mut self, cookie: String, session: Session, now: Timestamp) -> Result<(), Refusal> {
        put(&mut self.remembered, cookie, session, now)
    }

    pub(super) fn remembered(&self, cookie: &str) -> Option<Session> {
        self.remembered.get(cookie).cloned()
    }
}
