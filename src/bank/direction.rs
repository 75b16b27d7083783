//! Which way each parameter of a check becomes stricter. It is stated here, one by one: the words of a description may be turned without anybody thinking
//! of a comparison. A test proves that every number and every list of every check stands here once.

use super::change::Effect;
use crate::check::Value;
use std::collections::{BTreeMap, BTreeSet};

/// How a change of a parameter is judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Direction {
    /// A number: a lower one is stricter.
    Lower,
    /// A number: a higher one is stricter.
    Higher,
    /// A list of what is demanded or judged: more items are stricter.
    More,
    /// The same, and an empty list means every one.
    MoreOrEmpty,
    /// A list of what is accepted or let off: fewer items are stricter.
    Fewer,
    /// The same, and an empty list means that every one is accepted, or that nothing is decided.
    FewerButNotEmpty,
    /// A list of `INTEGRATION=VERSION`, in which the versions of one integration are alternatives.
    Versions,
    /// A number or a list that says neither more nor less of what is asked.
    Neither,
}

use Direction::{Fewer, FewerButNotEmpty, Higher, Lower, More, MoreOrEmpty, Neither, Versions};

/// Direction, and `check parameter` for each that has it.
const DIRECTIONS: &[(Direction, &[&str])] = &[
    (
        Lower,
        &[
            "authn-request.issue-instant seconds",
            "certificate.lifetime tolerance_days",
            "certificate.lifetime-maximum days",
            "event-log.deleted-removed minutes",
            "event-log.failed-post-handled hours",
            "event-log.indexed-within-minutes minutes",
            "event-log.nothing-lost minutes",
            "event-log.post-closed hours",
            "event-log.receive-delay seconds",
            "event-log.receive-gap hours",
            "event-log.redelivered-share attempts",
            "event-log.redelivered-share per_mille",
            "event-log.times seconds",
            "event-log.token-reuse further",
            "logout.request-issue-instant seconds",
            "mailbox.delivery-attempts attempts",
            "mailbox.delivery-attempts per_mille",
            // The shortest outage that is judged: a lower number judges more outages.
            "mailbox.inactive-during-outage outage_hours",
            "mailbox.inactive-during-outage within_minutes",
            "mailbox.oldest-message minutes",
            "mailbox.queue-trend tolerance",
            "mailbox.receive-delay pull_seconds",
            "mailbox.receive-delay push_seconds",
            "mailbox.receive-gap-alarm hours",
            "mailbox.received-stored-acked minutes",
            "mailbox.value-list-age days",
            "message.time-order tolerance_seconds",
            "metadata.entity-id max_length",
            "metadata.size max_bytes",
            "pull.ack-latency max_seconds",
            "pull.deviating-payload-does-not-block max_deliveries",
            "pull.deviating-payload-does-not-block max_seconds",
            "pull.dropped-connection-reconnected max_seconds",
            "pull.invalid-envelope-does-not-block max_deliveries",
            "pull.invalid-envelope-does-not-block max_seconds",
            "pull.large-message-does-not-block max_deliveries",
            "pull.large-message-does-not-block max_seconds",
            "pull.late-message-fetched max_seconds",
            "pull.malformed-does-not-block max_deliveries",
            "pull.malformed-does-not-block max_seconds",
            "pull.poll-interval max_seconds",
            "pull.refused-login-no-hot-loop max_per_minute",
            "pull.refused-login-recovered max_seconds",
            "pull.silence-noticed max_seconds",
            "pull.token-expiry-renewed max_seconds",
            "pull.unknown-type-does-not-block max_deliveries",
            "pull.unknown-type-does-not-block max_seconds",
            "push.answer-time p95_ms",
            "send.expired-token-renewed max_seconds",
            "send.no-retry-storm max_per_minute",
            "token.not-used-expired skew_seconds",
            "token.reused margin_seconds",
            "token.reused spare",
            "trace.clock max_seconds",
            "trace.login-logged window_seconds",
            "trace.logout-logged window_seconds",
            "trace.refusal-logged window_seconds",
            "usage.ack-delay seconds",
            "usage.any-call-since-go-live days",
            "usage.claimed-packages days",
            "usage.error-share percent",
            "usage.log-days gap_days",
            "usage.log-times backward_per_mille",
            "usage.newest-call days",
            "usage.receive-delay pull_seconds",
            "usage.receive-delay push_seconds",
            // The longest pause is the retention less the margin.
            "usage.receive-gap retention_days",
            "usage.receive-gap-alarm hours",
            "usage.reconciled-daily every_days",
            "usage.redelivered-share attempts",
            "usage.redelivered-share per_mille",
            "usage.weekday-events agreed_hour",
        ],
    ),
    (
        Higher,
        &[
            "certificate.key-size minimum_bits",
            "certificate.key-size minimum_curve_bits",
            "certificate.remaining-life days",
            // The longer a token may be used, the more requests in its life are needless.
            "event-log.token-reuse minutes",
            "event-log.token-reuse short_minutes",
            "mailbox.receive-gap margin_hours",
            // The outage that the retention must outlast.
            "mailbox.retention outage_days",
            "metadata.signing-rollover days",
            "tls.certificate-key ec_bits",
            "tls.certificate-key rsa_bits",
            "tls.certificate-remaining-validity days",
            "tls.hsts days",
            "tls.key-exchange-strength dh_bits",
            "usage.receive-gap margin_hours",
        ],
    ),
    (
        More,
        &[
            "event-log.correlated own_transaction",
            "mailbox.expressions-select forbidden",
            "mailbox.expressions-select required",
            "metadata.encryption-methods forbidden",
            "tls.weak-suites-refused groups",
            "usage.any-call-since-go-live integrations",
            "usage.newest-call integrations",
            "usage.no-closed-integration closed",
        ],
    ),
    (MoreOrEmpty, &["usage.error-share integrations", "usage.portfolio integrations"]),
    (
        Fewer,
        &[
            "authn-request.name-id-policy formats",
            "event-log.no-secrets columns",
            "mailbox.post-status-filtered own_actors",
            "metadata.contact-person types",
            "metadata.encryption-methods required_content",
            "metadata.encryption-methods required_transport",
            "metadata.name-id-format accepted",
            "metadata.signature-algorithms digest_methods",
            "metadata.signature-algorithms signature_methods",
            "metadata.signature-certificate-oces3 hierarchies",
            "usage.known-authority other_authorities",
        ],
    ),
    (
        FewerButNotEmpty,
        &["message.task-topic-in-kle topics", "usage.known-authority agreed", "usage.reconciled-daily services"],
    ),
    (Versions, &["usage.current-versions current"]),
    // Exact values, and facts of the system or of its agreements.
    (
        Neither,
        &[
            "certificate.lifetime days",
            "certificate.serial-number-length octets",
            "event-log.acknowledged-after-stored retention_days",
            "event-log.post-size digital",
            "event-log.post-size physical",
            "event-log.token-reuse short_services",
            // An empty list means the export's own, so the two cannot be compared by their items.
            "mailbox.required-types-subscribed required",
            "metadata.role-descriptor roles",
            "request.sdi-cardinality roles",
            "request.sdi-obligatory roles",
            "request.sdi-references roles",
            "tls.port port",
        ],
    ),
    // How much, how new and from which period the material is that is judged: it decides what can be told, not what is asked.
    (
        Neither,
        &[
            "event-log.acknowledged-after-stored window_days",
            "event-log.business-receipt window_days",
            "event-log.correlated window_days",
            "event-log.deleted-removed window_days",
            "event-log.failed-post-handled window_days",
            "event-log.indexed-within-minutes fewest",
            "event-log.indexed-within-minutes window_days",
            "event-log.no-secrets window_days",
            "event-log.nothing-lost window_days",
            "event-log.post-closed window_days",
            "event-log.post-size window_days",
            "event-log.receive-delay fewest",
            "event-log.receive-delay window_days",
            "event-log.receive-gap window_days",
            "event-log.redelivered-share fewest",
            "event-log.redelivered-share window_days",
            "event-log.times window_days",
            "event-log.token-authority window_days",
            "event-log.token-reuse window_days",
            "event-log.token-use-logged window_days",
            "event-log.transaction-unique window_days",
            "mailbox.delivery-attempts fewest",
            "mailbox.queue-trend samples",
            "mailbox.receive-delay fewest",
            "push.answer-time samples",
            "usage.ack-delay fewest",
            "usage.ack-delay fresh_days",
            "usage.any-call-since-go-live fresh_days",
            "usage.claimed-packages fresh_days",
            "usage.current-versions fresh_days",
            "usage.current-versions since_days",
            "usage.error-share days",
            "usage.error-share fewest_calls",
            "usage.known-authority fresh_days",
            "usage.known-authority since_days",
            "usage.newest-call fresh_days",
            "usage.no-closed-integration fresh_days",
            "usage.no-closed-integration since_days",
            "usage.portfolio days",
            "usage.portfolio fresh_days",
            "usage.receive-delay fewest",
            "usage.receive-delay fresh_days",
            "usage.receive-gap fresh_days",
            "usage.receive-gap-alarm fresh_days",
            "usage.reconciled-daily days",
            "usage.reconciled-daily fresh_days",
            "usage.redelivered-share fewest",
            "usage.redelivered-share fresh_days",
            "usage.weekday-events days",
            "usage.weekday-events fresh_days",
        ],
    ),
];

/// The stated direction of a parameter; none for a text or a switch.
pub(super) fn of(check: &str, parameter: &str) -> Option<Direction> {
    let name = format!("{check} {parameter}");
    DIRECTIONS.iter().find(|(_, names)| names.contains(&name.as_str())).map(|(direction, _)| *direction)
}

/// What a change of a parameter means for a vendor.
pub(super) fn effect(direction: Direction, before: &Value, after: &Value) -> Effect {
    match (before, after) {
        (Value::Integer(a), Value::Integer(b)) => match direction {
            Lower => towards(b < a, b > a),
            Higher => towards(b > a, b < a),
            _ => Effect::Other,
        },
        (Value::List(a), Value::List(b)) => of_lists(direction, a, b),
        _ => Effect::Other,
    }
}

fn towards(stricter: bool, looser: bool) -> Effect {
    match (stricter, looser) {
        (true, false) => Effect::Stricter,
        (false, true) => Effect::Looser,
        _ => Effect::Other,
    }
}

fn of_lists(direction: Direction, before: &[String], after: &[String]) -> Effect {
    if direction == Versions {
        return of_versions(before, after);
    }
    let set = |list: &[String]| list.iter().cloned().collect::<BTreeSet<_>>();
    let (a, b) = (set(before), set(after));
    // An empty list that means every one holds all that the other does.
    let everything = matches!(direction, MoreOrEmpty | FewerButNotEmpty);
    let holds = |outer: &BTreeSet<String>, inner: &BTreeSet<String>| {
        if everything && (outer.is_empty() || inner.is_empty()) { outer.is_empty() } else { outer.is_superset(inner) }
    };
    let (grown, shrunk) = (holds(&b, &a) && a != b, holds(&a, &b) && a != b);
    match direction {
        More | MoreOrEmpty => towards(grown, shrunk),
        Fewer | FewerButNotEmpty => towards(shrunk, grown),
        _ => Effect::Other,
    }
}

/// A demand on one more integration is stricter, and so is a version that is no longer accepted; when versions both come and go, the lowest of them tells.
fn of_versions(before: &[String], after: &[String]) -> Effect {
    let (Some(a), Some(b)) = (versions(before), versions(after)) else { return Effect::Other };
    let (mut stricter, mut looser) = (false, false);
    for key in a.keys().chain(b.keys()).collect::<BTreeSet<_>>() {
        match (a.get(key), b.get(key)) {
            (Some(old), Some(new)) if old == new => {}
            (Some(old), Some(new)) => {
                stricter |= new.is_subset(old) || (!new.is_superset(old) && new.first() > old.first());
                looser |= new.is_superset(old) || (!new.is_subset(old) && new.first() < old.first());
            }
            (None, _) => stricter = true,
            (_, None) => looser = true,
        }
    }
    towards(stricter, looser)
}

/// Accepted versions by integration and service; none when a text or a number cannot be read.
fn versions(list: &[String]) -> Option<BTreeMap<&str, BTreeSet<Vec<u32>>>> {
    let mut out: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
    for text in list {
        let (integration, version) = text.split_once('=')?;
        let numbers = version.trim().split('.').map(|n| n.parse().ok()).collect::<Option<Vec<u32>>>()?;
        out.entry(integration.trim()).or_default().insert(numbers);
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::Default;
    use crate::checks;

    #[test]
    fn every_number_and_list_of_every_check_has_one_stated_direction_of_its_kind() {
        let mut stated: BTreeMap<&str, Direction> = BTreeMap::new();
        for (direction, names) in DIRECTIONS {
            for name in *names {
                assert!(stated.insert(name, *direction).is_none(), "`{name}` stands twice");
            }
        }
        for meta in checks::all().map(|check| check.meta()) {
            for parameter in meta.parameters {
                let name = format!("{} {}", meta.id, parameter.name);
                let direction = stated.remove(name.as_str());
                match (parameter.default, direction) {
                    (Default::Integer(_), Some(Lower | Higher | Neither)) => {}
                    (Default::List(_), Some(Lower | Higher) | None) | (Default::Integer(_), _) => {
                        panic!(
                            "`{name}`: state in src/bank/direction.rs which way it becomes stricter, or that it does not"
                        )
                    }
                    (Default::List(_), Some(_)) | (Default::Text(_) | Default::Boolean(_), None) => {}
                    (Default::Text(_) | Default::Boolean(_), Some(_)) => panic!("`{name}` is no number and no list"),
                }
            }
        }
        assert!(stated.is_empty(), "no check has {stated:?}");
    }

    #[test]
    fn a_change_is_judged_by_the_stated_direction() {
        let number =
            |check, parameter, a, b| effect(of(check, parameter).unwrap(), &Value::Integer(a), &Value::Integer(b));
        assert_eq!(number("usage.newest-call", "days", 30, 7), Effect::Stricter);
        assert_eq!(number("usage.newest-call", "days", 7, 30), Effect::Looser);
        assert_eq!(number("certificate.key-size", "minimum_bits", 2048, 3072), Effect::Stricter);
        assert_eq!(number("mailbox.inactive-during-outage", "outage_hours", 4, 1), Effect::Stricter, "judges more");
        assert_eq!(number("usage.ack-delay", "fewest", 20, 5), Effect::Other, "says how much material is needed");
        assert_eq!(number("tls.port", "port", 443, 8443), Effect::Other);
        let list = |check, parameter, a: &[&str], b: &[&str]| {
            let value = |items: &[&str]| Value::List(items.iter().map(|i| (*i).to_owned()).collect());
            effect(of(check, parameter).unwrap(), &value(a), &value(b))
        };
        let calls = "usage.any-call-since-go-live";
        assert_eq!(list(calls, "integrations", &["SF1470"], &["SF1470", "SF1500"]), Effect::Stricter);
        assert_eq!(list(calls, "integrations", &["SF1470"], &["SF1500"]), Effect::Other, "one goes, one comes");
        let share = "usage.error-share";
        assert_eq!(list(share, "integrations", &[], &["SF1470"]), Effect::Looser, "every one, when empty");
        assert_eq!(list(share, "integrations", &["SF1470"], &[]), Effect::Stricter);
        assert_eq!(list("usage.known-authority", "agreed", &[], &["1"]), Effect::Stricter);
        assert_eq!(list("usage.known-authority", "agreed", &["1"], &["1", "2"]), Effect::Looser);
        assert_eq!(list("metadata.name-id-format", "accepted", &["a", "b"], &["a"]), Effect::Stricter);
        let version = |a, b| list("usage.current-versions", "current", a, b);
        assert_eq!(version(&["SF1470=3.0"], &["SF1470=4.0"]), Effect::Stricter);
        assert_eq!(version(&["SF1470=4.0"], &["SF1470=3.0"]), Effect::Looser);
        assert_eq!(version(&["SF1470=9.0"], &["SF1470=10.0"]), Effect::Stricter, "numbers, not letters");
        assert_eq!(version(&["SF1470=3.0"], &["SF1470=3.0", "SF1470=6.0"]), Effect::Looser, "an alternative");
        assert_eq!(version(&["SF1470=3.0"], &["SF1470=3.0", "SF1500=3.2"]), Effect::Stricter, "one more integration");
        assert_eq!(version(&["SF1470=3.0", "SF1500=3.2"], &["SF1470=4.0"]), Effect::Other, "both ways");
        assert_eq!(version(&["SF1470=new"], &["SF1470=3.0"]), Effect::Other);
    }
}
