//! The registry: every check, by family, in report order. Explicit, so that order is stable and nothing vanishes silently.

pub mod authn_request;
pub mod called;
pub mod certificate;
mod chained;
pub mod distributed;
pub mod event_log;
pub mod login;
pub mod logout;
pub mod mailbox;
pub mod message;
pub mod metadata;
pub mod pull;
pub mod push;
pub mod pushed;
mod recorded;
pub mod request;
mod same_id;
pub mod send;
pub mod tls;
pub mod token;
pub mod trace;
pub mod trials;
pub mod usage;
pub mod value_list;

use crate::check::{Check, Meta, Parameters};
use crate::document::nearest;
use crate::outcome::Outcome;
use crate::subject::{
    CertificateSubject, EventLogSubject, Family, MailboxSubject, MessageSubject, MetadataSubject, RequestSubject,
    Subject, TlsSubject, TrialSubject, UsageSubject,
};

/// How long something still lasts, or how long ago it ended, in whole days that are left or have passed: neither is rounded up.
pub(crate) fn days_left(seconds: i64) -> String {
    let days = seconds.unsigned_abs() / 86_400;
    let counted = if days == 1 { "1 day".to_owned() } else { format!("{days} days") };
    match (seconds < 0, days) {
        (false, _) => counted,
        (true, 0) => "expired less than 1 day ago".to_owned(),
        (true, _) => format!("expired {counted} ago"),
    }
}

/// A check of any family.
#[derive(Clone, Copy)]
pub enum AnyCheck {
    /// Judges certificates.
    Certificate(&'static dyn Check<CertificateSubject>),
    /// Judges SAML metadata.
    Metadata(&'static dyn Check<MetadataSubject>),
    /// Judges TLS endpoints.
    Tls(&'static dyn Check<TlsSubject>),
    /// Judges AuthnRequests.
    AuthnRequest(&'static dyn Check<TrialSubject>),
    /// Judges login trials.
    Login(&'static dyn login::LoginCheck),
    /// Judges logout trials.
    Logout(&'static dyn logout::LogoutCheck),
    /// Judges trials with messages.
    Distribution(&'static dyn distributed::DistributionCheck),
    /// Judges what is set up in the Beskedfordeler.
    Mailbox(&'static dyn Check<MailboxSubject>),
    /// Judges messages.
    Message(&'static dyn Check<MessageSubject>),
    /// Judges requests to an index or to Organisation.
    Request(&'static dyn Check<RequestSubject>),
    /// Judges logs of calls.
    Usage(&'static dyn Check<UsageSubject>),
    /// Judges logs of events.
    EventLog(&'static dyn Check<EventLogSubject>),
    /// Holds logs against the logins of trials.
    Trace(&'static dyn Check<EventLogSubject>),
}

impl AnyCheck {
    /// The check's data.
    #[must_use]
    pub fn meta(&self) -> &'static Meta {
        match self {
            Self::Certificate(c) => c.meta(),
            Self::Metadata(c) => c.meta(),
            Self::Tls(c) => c.meta(),
            Self::AuthnRequest(c) => c.meta(),
            Self::Login(c) => c.meta(),
            Self::Logout(c) => c.meta(),
            Self::Distribution(c) => c.meta(),
            Self::Mailbox(c) => c.meta(),
            Self::Message(c) => c.meta(),
            Self::Request(c) => c.meta(),
            Self::Usage(c) => c.meta(),
            Self::EventLog(c) | Self::Trace(c) => c.meta(),
        }
    }

    /// The one subject that a trial's check judges; `None` for families with as many subjects as the target names.
    #[must_use]
    pub fn subject(&self) -> Option<String> {
        match self {
            Self::Certificate(_) | Self::Metadata(_) | Self::Tls(_) | Self::Message(_) | Self::Request(_) => None,
            Self::AuthnRequest(_) => Some("authn-request:login".to_owned()),
            Self::Login(c) => Some(format!("login:{}", c.case().id)),
            Self::Logout(c) => Some(format!("logout:{}", c.case().id())),
            Self::Distribution(c) => Some(format!("{}:{}", c.meta().family.name(), c.case())),
            Self::Mailbox(_) => Some("mailbox:configuration".to_owned()),
            Self::Usage(_) => Some(crate::subject::usage::ID.to_owned()),
            Self::EventLog(_) => Some(crate::subject::event_log::ID.to_owned()),
            Self::Trace(_) => Some(crate::subject::event_log::TRACE_ID.to_owned()),
        }
    }

    /// Judges a subject of the check's own family; anything else is a fault of the program. A panic inside a check is
    /// caught and becomes `error`, so that hostile input never ends a run without a report.
    #[must_use]
    pub fn judge(&self, subject: &Subject, parameters: &Parameters) -> Outcome {
        let judged = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| match (self, subject) {
            (Self::Certificate(c), Subject::Certificate(s)) => c.judge(s, parameters),
            (Self::Metadata(c), Subject::Metadata(s)) => c.judge(s, parameters),
            (Self::Tls(c), Subject::Tls(s)) => c.judge(s, parameters),
            (Self::AuthnRequest(c), Subject::AuthnRequest(s)) => c.judge(s, parameters),
            (Self::Login(c), Subject::Login(s)) => c.judge(s, parameters),
            (Self::Logout(c), Subject::Logout(s)) => c.judge(s, parameters),
            (
                Self::Distribution(c),
                Subject::Push(s) | Subject::Pull(s) | Subject::Token(s) | Subject::Send(s) | Subject::ValueList(s),
            ) if c.meta().family == subject.family() => c.judge(s, parameters),
            (Self::Mailbox(c), Subject::Mailbox(s)) => c.judge(s, parameters),
            (Self::Message(c), Subject::Message(s)) => c.judge(s, parameters),
            (Self::Request(c), Subject::Request(s)) => c.judge(s, parameters),
            (Self::Usage(c), Subject::Usage(s)) => c.judge(s, parameters),
            (Self::EventLog(c), Subject::EventLog(s)) | (Self::Trace(c), Subject::Trace(s)) => c.judge(s, parameters),
            _ => Outcome::error("subject of another family"),
        }));
        judged.unwrap_or_else(|_| Outcome::error("panic inside the check"))
    }
}

/// Every check.
pub fn all() -> impl Iterator<Item = AnyCheck> {
    certificate::CHECKS
        .iter()
        .map(|c| AnyCheck::Certificate(*c))
        .chain(metadata::CHECKS.iter().map(|c| AnyCheck::Metadata(*c)))
        .chain(tls::CHECKS.iter().map(|c| AnyCheck::Tls(*c)))
        .chain(authn_request::CHECKS.iter().map(|c| AnyCheck::AuthnRequest(*c)))
        .chain(login::CHECKS.iter().map(|c| AnyCheck::Login(*c)))
        .chain(logout::CHECKS.iter().map(|c| AnyCheck::Logout(*c)))
        .chain(distribution().map(AnyCheck::Distribution))
        .chain(mailbox::CHECKS.iter().map(|c| AnyCheck::Mailbox(*c)))
        .chain(message::CHECKS.iter().map(|c| AnyCheck::Message(*c)))
        .chain(request::CHECKS.iter().map(|c| AnyCheck::Request(*c)))
        .chain(usage::CHECKS.iter().map(|c| AnyCheck::Usage(*c)))
        .chain(event_log::CHECKS.iter().map(|c| AnyCheck::EventLog(*c)))
        .chain(trace::CHECKS.iter().map(|c| AnyCheck::Trace(*c)))
}

fn distribution() -> impl Iterator<Item = &'static dyn distributed::DistributionCheck> {
    [push::CHECKS, pull::CHECKS, token::CHECKS, send::CHECKS, value_list::CHECKS].into_iter().flatten().copied()
}

/// Every check of one family.
pub fn of_family(family: Family) -> impl Iterator<Item = AnyCheck> {
    all().filter(move |c| c.meta().family == family)
}

/// The check with this id.
#[must_use]
pub fn by_id(id: &str) -> Option<AnyCheck> {
    all().find(|c| c.meta().id == id)
}

/// The registered id that `id` was most likely meant to be.
#[must_use]
pub fn suggestion(id: &str) -> Option<&'static str> {
    nearest(id, all().map(|c| c.meta().id))
}

/// SHA-256 over the data of every check: two programs with the same digest judge by the same declared rules.
pub fn ruleset_sha256() -> crate::error::Result<String> {
    let rules: Vec<_> = all()
        .map(|check| {
            let meta = check.meta();
            serde_json::json!({
                "id": meta.id,
                "title": meta.title.en,
                "rows": meta.rows,
                "basis": meta.basis,
                "method": meta.method,
                "sources": meta.sources.iter().map(|s| [s.document, s.clause]).collect::<Vec<_>>(),
                "parameters": Parameters::defaults(meta),
            })
        })
        .collect();
    let rules = serde_json::json!({ "version": env!("CARGO_PKG_VERSION"), "checks": rules });
    Ok(crate::digest::sha256_hex(&crate::canonical::bytes(&rules)?))
}

#[cfg(test)]
mod tests {
    use super::days_left;

    #[test]
    fn days_are_those_that_are_left_or_have_passed() {
        const DAY: i64 = 86_400;
        let of = [30 * DAY, DAY + 5, DAY - 5, 0, -1, 5 - DAY, -DAY, -DAY - 360, -2 * DAY].map(days_left);
        let less = "expired less than 1 day ago";
        let one = "expired 1 day ago";
        assert_eq!(of, ["30 days", "1 day", "0 days", "0 days", less, less, one, one, "expired 2 days ago"]);
    }
}
