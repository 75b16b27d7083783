//! What follows from the trials of a [`TlsSubject`]. Positive evidence only: a refusal counts when a loopback control
//! negotiated the very same offer with the same client code and the endpoint was alive; silence never counts.

use super::flight::KeyExchange;
use super::suites::{self, SuiteGroup};
use super::{Handshake, HttpExchange, LibraryTrial, Presented, RawTrial, Seen, TlsSubject, TlsVersion};

/// Whether something is accepted by the endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Acceptance {
    /// It was accepted.
    Accepted(String),
    /// It was refused, and the controls show that this proves something.
    Refused(String),
    /// No endpoint answered.
    Unreachable(String),
    /// The endpoint answered, but not with TLS, or contradicted itself.
    Unusable(String),
    /// A control failed, or the answer is one that proves nothing.
    Unproven(String),
}

impl Acceptance {
    /// What was accepted.
    #[must_use]
    pub fn accepted(&self) -> Option<&str> {
        match self {
            Self::Accepted(how) => Some(how),
            _ => None,
        }
    }
}

impl TlsSubject {
    /// Every negotiation that the endpoint answered with a ServerHello, with its version and suite.
    pub fn negotiations(&self) -> impl Iterator<Item = (TlsVersion, u16)> {
        let raw = self.raw.iter().map(RawTrial::seen);
        let library = self.library.iter().map(LibraryTrial::seen);
        raw.chain(library).filter_map(|seen| match seen {
            Seen::Negotiated { version, cipher } => Some((version, cipher)),
            _ => None,
        })
    }

    /// Whether the endpoint spoke TLS with us at all; otherwise what was seen instead.
    pub fn speaks_tls(&self) -> Result<(), Acceptance> {
        if self.negotiations().next().is_some() {
            return Ok(());
        }
        let seen: Vec<Seen> =
            self.raw.iter().map(RawTrial::seen).chain(self.library.iter().map(LibraryTrial::seen)).collect();
        // The most telling answer: garbage before silence before no connection.
        let telling = |wanted: fn(&Seen) -> bool| seen.iter().find(|s| wanted(s));
        if let Some(answer) = telling(|s| matches!(s, Seen::Malformed | Seen::Alert { .. })) {
            return Err(Acceptance::Unusable(answer.to_string()));
        }
        let silent = telling(|s| !matches!(s, Seen::ClientCannot { .. }));
        Err(Acceptance::Unreachable(silent.map_or_else(|| "nothing was tried".to_owned(), Seen::to_string)))
    }

    /// Whether the endpoint still took its good hello after everything else.
    fn alive_to_the_end(&self) -> bool {
        self.bracket.as_ref().is_some_and(|b| matches!(b.seen(), Seen::Negotiated { .. }))
    }

    fn raw_control(&self, version: TlsVersion, group: SuiteGroup) -> bool {
        self.controls.raw.iter().any(|c| {
            c.version == version
                && c.suites == group
                && matches!(c.seen(), Seen::Negotiated { version: v, .. } if v == version)
        })
    }

    fn library_control(&self, version: TlsVersion) -> bool {
        self.controls.library.iter().any(|c| {
            c.version == version
                && matches!(c.handshake, Handshake::Completed { .. })
                && matches!(c.seen(), Seen::Negotiated { version: v, .. } if v == version)
        })
    }

    /// A refusal, as far as it can be one: an alert, a choice of something else, or a hang-up while the endpoint lived on.
    fn is_refusal(&self, seen: &Seen, offered: TlsVersion) -> bool {
        match seen {
            // internal_error and the like are the server's trouble, not its word on the offer.
            Seen::Alert { description, .. } => matches!(description, 0 | 10 | 40 | 47 | 50 | 70 | 71 | 86 | 109),
            Seen::Negotiated { version, .. } => *version != offered,
            Seen::Closed => self.alive_to_the_end(),
            _ => false,
        }
    }

    /// Whether the endpoint takes this protocol version.
    #[must_use]
    pub fn version(&self, version: TlsVersion) -> Acceptance {
        if let Err(nothing) = self.speaks_tls() {
            return nothing;
        }
        if let Some((_, cipher)) = self.negotiations().find(|(v, _)| *v == version) {
            return Acceptance::Accepted(format!("{} {}", version.name(), suites::name_of(cipher)));
        }
        let raw = self
            .raw
            .iter()
            .filter(|t| t.version == version && matches!(t.suites, SuiteGroup::Broad | SuiteGroup::Tls13))
            .map(|t| (t.seen(), self.raw_control(version, t.suites)));
        let library = self
            .library
            .iter()
            .filter(|t| t.version == version && t.presented == Presented::None)
            .map(|t| (t.seen(), self.library_control(version)));
        let trials: Vec<(Seen, bool)> = raw.chain(library).collect();
        let refusals = || trials.iter().filter(|(seen, _)| self.is_refusal(seen, version));
        if let Some((seen, _)) = refusals().find(|(_, control)| *control) {
            return Acceptance::Refused(format!("{}: {seen}", version.name()));
        }
        if let Some((seen, _)) = refusals().next() {
            return Acceptance::Unproven(format!("{seen}; no loopback control negotiated {}", version.name()));
        }
        let seen: Vec<String> = trials.iter().map(|(seen, _)| seen.to_string()).collect();
        Acceptance::Unproven(if seen.is_empty() { "not tried".to_owned() } else { seen.join("; ") })
    }

    /// Whether the endpoint takes any suite of this group.
    #[must_use]
    pub fn suite_group(&self, group: SuiteGroup) -> Acceptance {
        if let Err(nothing) = self.speaks_tls() {
            return nothing;
        }
        if let Some((version, cipher)) = self.negotiations().find(|(_, cipher)| group.holds(*cipher)) {
            return Acceptance::Accepted(format!("{} ({})", suites::name_of(cipher), version.name()));
        }
        let trials: Vec<&RawTrial> = self.raw.iter().filter(|t| t.suites == group).collect();
        if trials.is_empty() {
            // Only TLS 1.3 is spoken, which has no such suite.
            let older = [TlsVersion::Tls12, TlsVersion::Tls11, TlsVersion::Tls10];
            return if older.into_iter().all(|v| matches!(self.version(v), Acceptance::Refused(_))) {
                Acceptance::Refused("TLS 1.3 alone".to_owned())
            } else {
                Acceptance::Unproven(format!("{}: not tried", group.name()))
            };
        }
        for trial in trials {
            let seen = trial.seen();
            if !self.raw_control(trial.version, group) {
                return Acceptance::Unproven(format!("{}: no loopback control", group.name()));
            }
            if matches!(seen, Seen::Negotiated { .. }) || !self.is_refusal(&seen, trial.version) {
                return Acceptance::Unproven(format!("{}: {seen}", group.name()));
            }
        }
        Acceptance::Refused(group.name().to_owned())
    }

    /// The ephemeral key exchanges that were seen in the clear.
    #[must_use]
    pub fn key_exchanges(&self) -> Vec<KeyExchange> {
        let raw = self.raw.iter().filter(|t| matches!(t.seen(), Seen::Negotiated { .. })).map(RawTrial::flight);
        raw.chain(self.library.iter().map(LibraryTrial::flight)).filter_map(|f| f.key_exchange).collect()
    }

    /// Whether the endpoint asked for a client certificate where that can be seen: in a handshake before TLS 1.3.
    #[must_use]
    pub fn asked_for_certificate(&self) -> bool {
        self.raw.iter().any(|t| t.flight().certificate_requested)
            || self.library.iter().any(|t| t.flight().certificate_requested)
    }

    /// Whether the endpoint lets in a client with this certificate.
    ///
    /// What counts as refusal (D.09.02 6.1 asks for two-way TLS; handshake failure or 401/403):
    /// an alert that names the certificate, or nginx' page that does; 401, 403 or `handshake_failure` where the endpoint
    /// is known to have asked for a certificate; and any other ending only when the registered certificate was let in.
    /// An endpoint that refuses everybody therefore proves nothing, and neither does a 404, 405, 406, 411, 415 or a 5xx: these
    /// speak of the request or the server's state, not of the caller (RFC 9110 15.5, 15.6). Only where the endpoint never asked
    /// for a certificate is one of the former the answer to a client let in.
    #[must_use]
    pub fn client(&self, presented: Presented) -> Acceptance {
        if let Err(nothing) = self.speaks_tls() {
            return nothing;
        }
        let asked = self.asked_for_certificate();
        let trials = || self.library.iter().filter(|t| t.presented == presented && t.was_taken_up());
        let entries: Vec<(TlsVersion, Entry)> = trials().map(|t| (t.version, t.entry(asked))).collect();
        if let Some((version, Entry::LetIn(how))) = entries.iter().find(|(_, e)| matches!(e, Entry::LetIn(_))) {
            return Acceptance::Accepted(format!("{how} ({})", version.name()));
        }
        let good_is_let_in = presented != Presented::Registered
            && self
                .library
                .iter()
                .any(|t| t.presented == Presented::Registered && matches!(t.entry(asked), Entry::LetIn(_)));
        let good_is_kept_out = presented != Presented::Registered
            && !good_is_let_in
            && self.library.iter().any(|t| t.presented == Presented::Registered);
        let mut shown = Vec::new();
        for (version, entry) in &entries {
            let (proven, how) = match entry {
                Entry::CertificateRefused(how) => (true, how),
                Entry::Refused(how) => (good_is_let_in || (asked && !good_is_kept_out), how),
                Entry::Ended(how) => (good_is_let_in, how),
                Entry::LetIn(how) | Entry::Silent(how) => (false, how),
            };
            let how = format!("{how} ({})", version.name());
            if !proven {
                return Acceptance::Unproven(how);
            }
            shown.push(how);
        }
        if shown.is_empty() {
            return Acceptance::Unproven("no handshake got so far".to_owned());
        }
        Acceptance::Refused(shown.join("; "))
    }

    /// The HTTP answer over TLS, of the first trial that got one.
    #[must_use]
    pub fn https_answer(&self) -> Option<&HttpExchange> {
        let order = [Presented::None, Presented::Registered];
        order.into_iter().find_map(|presented| {
            self.library
                .iter()
                .filter(|t| t.presented == presented)
                .filter_map(|t| t.http.as_ref())
                .find(|h| matches!(h, HttpExchange::Answered { .. }))
        })
    }
}

/// What one trial says about letting a client in.
enum Entry {
    LetIn(String),
    /// Refused because of the certificate, in so many words.
    CertificateRefused(String),
    /// Refused by a word that has other uses too.
    Refused(String),
    /// Ended without a word about why.
    Ended(String),
    Silent(String),
}

impl Entry {
    fn of_alert(description: u8) -> Self {
        let how = format!("alert {}", super::flight::alert_name(description));
        match description {
            41..=46 | 48 | 49 | 116 => Self::CertificateRefused(how),
            40 => Self::Refused(how),
            _ => Self::Ended(how),
        }
    }

    /// `open`: the client presented the registered certificate, or the endpoint was seen not to ask for any.
    fn of_http(http: &HttpExchange, open: bool) -> Self {
        match http {
            HttpExchange::Answered { status, blames_client_certificate, .. } => {
                let how = format!("HTTP {status}");
                match status {
                    400 if *blames_client_certificate => Self::CertificateRefused(how),
                    400 => Self::Ended(how),
                    401 | 403 => Self::Refused(how),
                    404 | 405 | 406 | 411 | 415 if open => Self::LetIn(how),
                    404 | 405 | 406 | 408 | 411 | 415 | 421 | 429 | 500..=599 => Self::Silent(how),
                    _ => Self::LetIn(how),
                }
            }
            HttpExchange::Alert { description } => Self::of_alert(*description),
            HttpExchange::Closed => Self::Ended("connection closed".to_owned()),
            HttpExchange::NotHttp => Self::Silent("answer is not HTTP".to_owned()),
            HttpExchange::TimedOut => Self::Silent("time-out".to_owned()),
            HttpExchange::Unreachable { why } => Self::Silent(format!("unreachable: {why}")),
        }
    }
}

impl LibraryTrial {
    /// The endpoint agreed to the version, or this trial has a word about the certificate.
    fn was_taken_up(&self) -> bool {
        self.http.is_some() || matches!(self.seen(), Seen::Negotiated { version, .. } if version == self.version)
    }

    fn entry(&self, asked: bool) -> Entry {
        match (&self.handshake, &self.http) {
            (_, Some(http)) => {
                let seen_not_to_ask = !asked && self.version < TlsVersion::Tls13;
                Entry::of_http(http, self.presented == Presented::Registered || seen_not_to_ask)
            }
            (Handshake::Alert { description }, None) => Entry::of_alert(*description),
            (Handshake::Closed, None) => Entry::Ended("connection closed".to_owned()),
            (Handshake::ClientCannot { why }, None) => Entry::Silent(format!("client: {why}")),
            (Handshake::Unreachable { why }, None) => Entry::Silent(format!("unreachable: {why}")),
            (Handshake::Completed { .. } | Handshake::TooMuch | Handshake::TimedOut, None) => {
                Entry::Silent("no answer".to_owned())
            }
        }
    }
}
