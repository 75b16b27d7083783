//! Cookies as browsers keep and send them.
//!
//! `cookie_store` knows Domain, Path and expiry (RFC 6265). What came after it is here, after draft-ietf-httpbis-rfc6265bis
//! ("6265bis") and Chrome: SameSite with Lax as the default, name prefixes, Secure for https alone. The system under test must
//! work in such browsers, so a cookie that they refuse must be refused here too.

use crate::subject::trial::transcript::SetCookie;
use cookie_store::{Cookie, CookieDomain, CookieStore};
use jiff::Timestamp;
use std::collections::BTreeMap;
use std::fmt;
use url::{Host, Url};

/// Most cookies of one host (6265bis, 6.1: at least 50).
const MAX_OF_HOST: usize = 50;
/// Longest name and value together, octets (6265bis, 5.6).
const MAX_PAIR: usize = 4096;
/// Longest attributes, octets. 6265bis, 5.6, ignores each one that is longer than 1024.
const MAX_ATTRIBUTES: usize = 4096;
/// Most cookies of one answer that are looked at.
const MAX_OF_ANSWER: usize = 200;
/// How long a cookie without SameSite is also sent on a cross-site POST: Chrome's "Lax + POST"
/// (<https://chromestatus.com/feature/5088147346030592>; `kLaxAllowUnsafeMaxAge` in Chromium's `net/cookies/cookie_constants.cc`).
const LAX_ALLOWS_POST: i64 = 120;

/// One browser's cookies. A copy is what the browser had at that moment.
#[derive(Clone, Default)]
pub struct Cookies {
    store: CookieStore,
    made: BTreeMap<Key, Made>,
    count: u64,
}

/// Domain, path and name, as the store has them.
type Key = (String, String, String);

#[derive(Clone, Copy)]
struct Made {
    at: Timestamp,
    order: u64,
}

/// The values are secrets of live sessions.
impl fmt::Debug for Cookies {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_set().entries(self.store.iter_unexpired().map(|c| c.name())).finish()
    }
}

/// What a request is, as SameSite sees it. Every request of this browser is a top-level navigation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Sending {
    /// Whether another site began the navigation.
    pub cross_site: bool,
    /// Whether it is a POST.
    pub post: bool,
}

/// Cookies for one request.
#[derive(Default)]
pub(super) struct Sent {
    /// Their names, in the order of the header.
    pub names: Vec<String>,
    /// The header, if there is any.
    pub header: Option<String>,
}

impl Cookies {
    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.store.iter_unexpired().next().is_none()
    }

    /// The cookies for a request (6265bis, 5.8.3).
    pub(super) fn for_request(&self, url: &Url, sending: Sending, now: Timestamp) -> Sent {
        let mut found: Vec<_> = self
            .store
            .matches(url)
            .into_iter()
            .map(|cookie| (cookie, self.made.get(&key(cookie)).copied()))
            .filter(|(cookie, made)| {
                // The store takes loopback for secure.
                (url.scheme() == "https" || !cookie.secure().unwrap_or(false))
                    && (!sending.cross_site || crosses(cookie, *made, sending.post, now))
            })
            .collect();
        // Longer paths first, then the older ones. The store's own order is random.
        found.sort_by_key(|(cookie, made)| {
            (std::cmp::Reverse(String::from(&cookie.path).len()), made.map_or(0, |made| made.order))
        });
        if found.is_empty() {
            return Sent::default();
        }
        let pairs: Vec<_> = found.iter().map(|(cookie, _)| format!("{}={}", cookie.name(), cookie.value())).collect();
        Sent {
            names: found.iter().map(|(cookie, _)| cookie.name().to_owned()).collect(),
            header: Some(pairs.join("; ")),
        }
    }

    /// Takes the Set-Cookie headers of an answer. All of them answer top-level navigations, which may set every SameSite kind
    /// (6265bis, 5.7).
    pub(super) fn take<'h>(
        &mut self,
        url: &Url,
        headers: impl Iterator<Item = &'h [u8]>,
        now: Timestamp,
    ) -> Vec<SetCookie> {
        headers.take(MAX_OF_ANSWER).map(|header| self.set(url, header, now)).collect()
    }

    fn set(&mut self, url: &Url, header: &[u8], now: Timestamp) -> SetCookie {
        let text = String::from_utf8_lossy(header);
        let (pair, attributes) = text.split_once(';').unwrap_or((&text, ""));
        let name = pair.split_once('=').map_or("", |(name, _)| name.trim());
        let refused = self.keep(url, header, pair.trim().len(), attributes.len(), now).err().map(str::to_owned);
        SetCookie { name: cut(name, 256), attributes: cut(attributes.trim(), 1024), refused }
    }

    fn keep(
        &mut self,
        url: &Url,
        header: &[u8],
        pair: usize,
        attributes: usize,
        now: Timestamp,
    ) -> Result<(), &'static str> {
        let text = std::str::from_utf8(header).map_err(|_| "not UTF-8")?;
        if text.chars().any(|c| c.is_ascii_control() && c != '\t') {
            return Err("a control character");
        }
        if pair > MAX_PAIR {
            return Err("name and value are longer than 4096 octets");
        }
        if attributes > MAX_ATTRIBUTES {
            return Err("attributes longer than 4096 octets");
        }
        let cookie = Cookie::parse(text.to_owned(), url).map_err(|error| match error {
            cookie_store::CookieError::DomainMismatch => "Domain is not the host's own",
            _ => "no name and value that can be read",
        })?;
        let https = url.scheme() == "https";
        let secure = cookie.secure().unwrap_or(false);
        if secure && !https {
            return Err("Secure over plain http");
        }
        if cookie.same_site().is_some_and(|kind| kind.is_none()) && !secure {
            return Err("SameSite=None without Secure");
        }
        let name = cookie.name().to_ascii_lowercase();
        if name.starts_with("__secure-") && !secure {
            return Err("the prefix __Secure- without Secure");
        }
        if name.starts_with("__host-") && !(secure && cookie.domain().is_none() && cookie.path() == Some("/")) {
            return Err("the prefix __Host- without Secure and Path=/, or with Domain");
        }
        if let CookieDomain::Suffix(domain) = &cookie.domain
            && !domain.contains('.')
            && url.host_str() != Some(domain)
        {
            return Err("Domain is a whole top-level domain");
        }
        if !https && self.covers_secure(&cookie, url) {
            return Err("it would cover a Secure cookie");
        }
        self.insert(cookie.into_owned(), url, now)
    }

    /// 6265bis, 5.7, "leave secure cookies alone".
    fn covers_secure(&self, new: &Cookie<'_>, url: &Url) -> bool {
        self.store.iter_unexpired().any(|old| {
            old.name() == new.name()
                && old.secure().unwrap_or(false)
                && old.domain.matches(url)
                && String::from(&new.path).starts_with(String::from(&old.path).as_str())
        })
    }

    fn insert(&mut self, cookie: Cookie<'static>, url: &Url, now: Timestamp) -> Result<(), &'static str> {
        let key = key(&cookie);
        let (domain, path, name) = (&key.0, &key.1, &key.2);
        if cookie.is_expired() {
            // How a server deletes a cookie; whether there was one does not matter.
            self.store.remove(domain, path, name);
            self.made.remove(&key);
            return Ok(());
        }
        let old = self.store.get(domain, path, name).map(|old| old.value() == cookie.value());
        if old.is_none() {
            let gone: Vec<_> = self.store.iter_any().filter(|old| old.is_expired()).map(|old| self::key(old)).collect();
            for key in gone {
                self.store.remove(&key.0, &key.1, &key.2);
                self.made.remove(&key);
            }
            if self.made.keys().filter(|(of, ..)| of == domain).count() >= MAX_OF_HOST {
                return Err("the host has 50 cookies already");
            }
        }
        self.store.insert(cookie, url).map_err(|_| "it does not fit the address")?;
        self.count += 1;
        let before = self.made.get(&key).copied().filter(|_| old.is_some());
        // Chrome lets a cookie that is set again keep its age only when the value is the same; 6265bis always does.
        let at = before.filter(|_| old == Some(true)).map_or(now, |made| made.at);
        self.made.insert(key, Made { at, order: before.map_or(self.count, |made| made.order) });
        Ok(())
    }
}

/// Whether a cookie goes along when another site began the navigation.
fn crosses(cookie: &Cookie<'_>, made: Option<Made>, post: bool, now: Timestamp) -> bool {
    match cookie.same_site() {
        Some(kind) if kind.is_none() => true,
        Some(kind) if kind.is_strict() => false,
        Some(_) => !post,
        None => !post || made.is_some_and(|made| now.duration_since(made.at).as_secs() < LAX_ALLOWS_POST),
    }
}

fn key(cookie: &Cookie<'_>) -> Key {
    (String::from(&cookie.domain), String::from(&cookie.path), cookie.name().to_owned())
}

fn cut(text: &str, most: usize) -> String {
    text.chars().take(most).collect()
}

/// Whether two addresses belong to one site: the same scheme and the same registrable domain. That is taken to be the last
/// two labels, which is so under `.dk`; under longer public suffixes (`co.uk`) two strangers count as one site, so that
/// such a system sees more of its cookies than from a browser, never fewer.
pub(super) fn same_site(a: &Url, b: &Url) -> bool {
    fn site(url: &Url) -> Option<String> {
        Some(match url.host()? {
            Host::Domain(name) => {
                let mut labels: Vec<_> = name.trim_end_matches('.').rsplitn(3, '.').take(2).collect();
                labels.reverse();
                labels.join(".")
            }
            address => address.to_string(),
        })
    }
    a.scheme() == b.scheme() && site(a).is_some() && site(a) == site(b)
}

#[cfg(test)]
mod tests;
