//! The checks on what is set up in the Beskedfordeler, in report order.
//!
//! They judge an export that somebody wrote or made (`docs/mailboxes.md`). Three rules make that just: what the export does not state
//! is `not-tested`; what can be read in more than one way is `inconclusive`; and a dueslag of another environment, or one that is no
//! longer in use, is not judged at all.

pub mod agreement_coverage;
pub mod all_active;
pub mod delivery_attempts;
pub mod expressions_readable;
pub mod expressions_select;
pub mod inactive_after_test;
pub mod inactive_during_outage;
pub mod kle_syntax;
pub mod mode_matches;
pub mod oldest_message;
pub mod post_status_filtered;
pub mod queue_trend;
pub mod receive_delay;
pub mod receive_gap;
pub mod receive_gap_alarm;
pub mod received_stored_acked;
pub mod required_types_subscribed;
pub mod retention;
pub mod sender_authorities;
pub mod sensitivity;
pub mod service_version;
pub mod subscriptions_covered;
pub mod tested_before_go_live;
pub mod value_list_age;
pub mod value_list_prefix;
pub mod value_list_purpose;

use crate::besked::mailboxes::{Abonnement, Dueslag, Id, Mailboxes, Observations, Serviceaftale};
use crate::besked::read::{Message, read};
use crate::check::Check;
use crate::denmark::danish_day;
use crate::outcome::{Outcome, Reason};
use crate::subject::MailboxSubject;
use crate::verdict::Environment;
use jiff::Timestamp;

/// Every check of the family.
pub static CHECKS: &[&dyn Check<MailboxSubject>] = &[
    &all_active::AllActive,
    &required_types_subscribed::RequiredTypesSubscribed,
    &subscriptions_covered::SubscriptionsCovered,
    &expressions_readable::ExpressionsReadable,
    &expressions_select::ExpressionsSelect,
    &post_status_filtered::PostStatusFiltered,
    &mode_matches::ModeMatches,
    &service_version::ServiceVersion,
    &agreement_coverage::AgreementCoverage,
    &sender_authorities::SenderAuthorities,
    &kle_syntax::KleSyntax,
    &sensitivity::Sensitivity,
    &inactive_after_test::InactiveAfterTest,
    &tested_before_go_live::TestedBeforeGoLive,
    &oldest_message::OldestMessage,
    &queue_trend::QueueTrend,
    &receive_delay::ReceiveDelay,
    &delivery_attempts::DeliveryAttempts,
    &receive_gap::ReceiveGap,
    &receive_gap_alarm::ReceiveGapAlarm,
    &retention::Retention,
    &received_stored_acked::ReceivedStoredAcked,
    &inactive_during_outage::InactiveDuringOutage,
    &value_list_age::ValueListAge,
    &value_list_prefix::ValueListPrefix,
    &value_list_purpose::ValueListPurpose,
];

/// Name of the service of the agreements that are judged.
const SERVICE: &str = "BeskedModtag";

/// What a limit is that no official document sets, as findings say it.
fn threshold(limit: &str) -> String {
    format!("{limit} (parameter of the profile; no official number exists)")
}

/// What the parts of an export came to: one breach is a failure, whatever else there is; one part that is unclear or not stated
/// keeps the rest from passing.
struct Findings {
    expected: String,
    broken: Vec<(Reason, String)>,
    unclear: Vec<String>,
    absent: Vec<String>,
    held: Vec<String>,
}

impl Findings {
    fn new(expected: impl Into<String>) -> Self {
        let expected = expected.into();
        Self { expected, broken: Vec::new(), unclear: Vec::new(), absent: Vec::new(), held: Vec::new() }
    }

    /// A part that breaks the requirement.
    fn broken(&mut self, reason: Reason, what: impl Into<String>) {
        self.broken.push((reason, what.into()));
    }

    /// A part that can be read in more than one way.
    fn unclear(&mut self, what: impl Into<String>) {
        self.unclear.push(what.into());
    }

    /// A part that the export does not state.
    fn absent(&mut self, what: impl Into<String>) {
        self.absent.push(what.into());
    }

    /// A part that meets the requirement.
    fn held(&mut self, what: impl Into<String>) {
        self.held.push(what.into());
    }

    fn outcome(self) -> Outcome {
        let Self { expected, broken, unclear, absent, held } = self;
        if let Some((reason, _)) = broken.first() {
            let what: Vec<_> = broken.iter().map(|(_, what)| what.as_str()).collect();
            return Outcome::fail(*reason, expected, what.join("; "));
        }
        if !unclear.is_empty() {
            return Outcome::inconclusive(Reason::Unclear, expected, unclear.join("; "));
        }
        if !absent.is_empty() {
            return Outcome::not_tested(Reason::NotSupplied, expected, format!("not stated: {}", absent.join("; ")));
        }
        if held.is_empty() {
            return Outcome::not_tested(Reason::NotSupplied, expected, "the export states nothing to judge");
        }
        Outcome::pass(expected, held.join("; "))
    }
}

/// An export with what its subject says of the target.
struct View<'a> {
    subject: &'a MailboxSubject,
    export: Mailboxes,
}

/// Judges the export; one that cannot be read leaves every check `not-tested`.
fn on_export(subject: &MailboxSubject, expected: &str, judge: impl FnOnce(&View<'_>) -> Outcome) -> Outcome {
    match Mailboxes::parse(&subject.id, subject.export.data(), &subject.export.media_type) {
        Ok(export) => judge(&View { subject, export }),
        Err(_) => Outcome::not_tested(Reason::SubjectUnreadable, expected, "the export cannot be read"),
    }
}

/// A period, of which the second one counts no longer.
type Period = (Timestamp, Timestamp);

impl View<'_> {
    fn is_here(&self, environment: Option<Environment>) -> bool {
        environment.is_none_or(|e| e == self.subject.environment)
    }

    /// The dueslag of this environment that are in use.
    fn dueslag(&self, findings: &mut Findings) -> Vec<&Dueslag> {
        let Some(all) = &self.export.dueslag else {
            findings.absent("dueslag");
            return Vec::new();
        };
        let used: Vec<_> = all.iter().filter(|d| !d.retired && self.is_here(d.environment)).collect();
        if used.is_empty() {
            findings.absent(format!("a dueslag in use in {}", self.subject.environment.name()));
        }
        used
    }

    /// Their subscriptions that are in use.
    fn subscriptions(&self, findings: &mut Findings) -> Vec<(&Dueslag, &Abonnement)> {
        let mut found = Vec::new();
        for dueslag in self.dueslag(findings) {
            match &dueslag.abonnementer {
                None => findings.absent(format!("abonnementer of {}", dueslag.title())),
                Some(all) => found.extend(all.iter().filter(|a| !a.retired).map(|a| (dueslag, a))),
            }
        }
        found
    }

    /// The agreements of this environment on receiving messages.
    fn agreements(&self, findings: &mut Findings) -> Vec<&Serviceaftale> {
        let Some(all) = &self.export.serviceaftaler else {
            findings.absent("serviceaftaler");
            return Vec::new();
        };
        let is =
            |text: &Option<String>, wanted: &str| text.as_ref().is_none_or(|t| t.trim().eq_ignore_ascii_case(wanted));
        all.iter().filter(|a| self.is_here(a.environment) && is(&a.service, SERVICE) && is(&a.role, "Modtag")).collect()
    }

    fn observations(&self, findings: &mut Findings) -> Option<&Observations> {
        if self.export.observations.is_none() {
            findings.absent("observations");
        }
        self.export.observations.as_ref()
    }

    /// The dueslag with this ident; an error when it is of another environment or no longer in use.
    fn observed(&self, ident: &Id) -> Result<Option<&Dueslag>, ()> {
        let Some(all) = &self.export.dueslag else { return Ok(None) };
        let found = all.iter().find(|d| d.ident == *ident && !d.retired && self.is_here(d.environment));
        found.map(Some).ok_or(())
    }

    /// What people call a dueslag.
    fn title<'b>(&'b self, ident: &'b Id) -> &'b str {
        let found = self.export.dueslag.iter().flatten().find(|d| d.ident == *ident);
        found.map_or_else(|| ident.as_str(), Dueslag::title)
    }

    /// The idents that are observed in this environment, each once, in their order.
    fn idents<'b>(&self, all: impl Iterator<Item = &'b Id>) -> Vec<&'b Id> {
        let mut seen: Vec<&Id> = Vec::new();
        for ident in all.filter(|i| self.observed(i).is_ok()) {
            if !seen.contains(&ident) {
                seen.push(ident);
            }
        }
        seen
    }

    /// The periods in which a dueslag was inactive, in order and without overlap, within the observed period.
    fn inactive(&self, ident: &Id) -> Vec<Period> {
        let Some(seen) = &self.export.observations else { return Vec::new() };
        let of_it = seen.inactive.iter().flatten().filter(|i| i.dueslag == *ident);
        let mut periods: Vec<Period> = of_it.map(|i| (i.from, i.until.unwrap_or(seen.until))).collect();
        periods.sort_unstable();
        let mut merged: Vec<Period> = Vec::new();
        for (from, until) in periods {
            match merged.last_mut() {
                Some(last) if from <= last.1 => last.1 = last.1.max(until),
                _ => merged.push((from, until)),
            }
        }
        merged
    }

    /// Whether the target is a test environment in which the test has ended; then everything there should be inactive.
    fn test_is_over(&self) -> bool {
        let ended = self.export.tests.as_ref().and_then(|t| t.ended);
        self.subject.environment == Environment::ExternalTest && ended.is_some_and(|ended| ended <= self.taken())
    }

    /// Whether a dueslag is stated to be inactive for a while, because the system cannot receive.
    fn is_unfit(&self, dueslag: &Dueslag) -> bool {
        let taken = self.taken();
        let stated = self.export.observations.iter().flat_map(|o| o.inactive.iter().flatten());
        let mut of_it = stated.filter(|i| i.dueslag == dueslag.ident);
        of_it.any(|i| i.from <= taken && i.until.is_none_or(|until| taken <= until))
    }

    /// The instant that the export speaks of: when it was taken, else that of the run.
    fn taken(&self) -> Timestamp {
        self.export.exported.map_or(self.subject.at, |e| e.min(self.subject.at))
    }

    /// UUID of the IT-system, as the target or the export states it.
    fn system(&self) -> Option<&str> {
        let stated = self.export.system.as_ref().and_then(|s| s.uuid.as_ref()).map(Id::as_str);
        self.subject.system.as_deref().or(stated)
    }

    /// The messages that could be read.
    fn messages(&self) -> Vec<Message> {
        self.subject.messages.iter().filter_map(|blob| read(blob.data()).ok()).collect()
    }

    /// Whether an agreement is in force.
    fn force(&self, agreement: &Serviceaftale) -> Force {
        if agreement.approved == Some(false) {
            return Force::Not("not approved".to_owned());
        }
        if let Some(last) = agreement.valid_until
            && last < danish_day(self.subject.at)
        {
            // It may have been renewed since the export was taken.
            return if last < danish_day(self.taken()) {
                Force::Not(format!("ended {last}"))
            } else {
                Force::Unclear(format!("ended {last}, after the export was taken"))
            };
        }
        if agreement.approved.is_none() { Force::NotStated } else { Force::Yes }
    }
}

/// Whether an agreement is in force.
enum Force {
    Yes,
    Not(String),
    Unclear(String),
    NotStated,
}

/// Seconds from one instant to another, without those in the periods; never negative.
fn seconds_outside((from, until): Period, periods: &[Period]) -> i64 {
    let length = |from: Timestamp, until: Timestamp| until.duration_since(from).as_secs().max(0);
    let inside: i64 = periods.iter().map(|(a, b)| length((*a).max(from), (*b).min(until))).sum();
    (length(from, until) - inside).max(0)
}

/// The word after `urn:oio:` and before a hyphen: `cpr` of `urn:oio:cpr` and of `urn:oio:cpr-nr`. Two prefixes of one kind name the
/// same sort of number.
fn kind_of_prefix(prefix: &str) -> &str {
    let last = prefix.trim().trim_end_matches(':').rsplit(':').next().unwrap_or_default();
    last.split('-').next().unwrap_or_default()
}
