//! Which checks each fault of the vendor's receiver and sender must turn red, thought out by hand. Where a fault turns more than one
//! red, the comment says why. A check that merely cannot decide any more (because no message gets through, for one) is not red.

use super::Expected;
use crate::language::Text;
use crate::vendor::receiver::Fault;

const ENVELOPES: Text = Text {
    da: "konvolutten i sendte beskeder bedømmes af familien message, som ikke er et forsøg",
    en: "the envelope of sent messages is judged by the family message, which is no trial",
};
const MANDATORY: Text = Text {
    da: "mandatory nævnes i kommentaren til exchangen, men ingen norm kræver det",
    en: "mandatory is mentioned beside the exchange, but no norm demands it",
};
const KEPT_INSIDE: Text = Text {
    da: "om nogen fik besked, ses kun inde i systemet",
    en: "whether somebody was told is to be seen inside the system alone",
};
const SETTING: Text = Text {
    da: "præfikset sammenholdes med værdilisten i opsætningen, ikke i et forsøg",
    en: "the prefix is compared with the value list in the set-up, not in a trial",
};
const NOTHING_FETCHED: Text = Text {
    da: "systemet henter intet, så intet kan afgøres; de uafgjorte fund siger hvorfor",
    en: "the system fetches nothing, so that nothing is decided; the undecided findings say why",
};

/// What must come of each fault. A new fault does not compile until it stands here.
#[must_use]
#[allow(clippy::match_same_arms, reason = "a table, in the order in which the faults are listed")]
pub const fn expected(fault: Fault) -> Expected {
    use Expected::{Nothing, Red, Unseen};
    match fault {
        // Nothing is neither a document of the schema nor of any content type.
        Fault::EmptyAnswer => Red(&[
            "push.good-message-confirmed",
            "push.answer-not-empty",
            "push.answer-schema",
            "push.answer-content-type",
        ]),
        Fault::HtmlAnswer => Red(&["push.good-message-confirmed", "push.answer-schema", "push.answer-content-type"]),
        Fault::PlainTextAnswer => Red(&["push.answer-content-type"]),
        Fault::WrongNamespaceAnswer => Red(&["push.good-message-confirmed", "push.answer-schema"]),
        Fault::IncompleteAnswer => Red(&["push.good-message-confirmed", "push.answer-schema"]),
        Fault::SlowAnswers => Red(&["push.answer-time"]),
        // An empty body is no document either; and whoever answers 20 does not answer with a status that refuses.
        Fault::MalformedAccepted => Red(&[
            "push.malformed-never-confirmed",
            "push.malformed-answered-with-status",
            "push.malformed-answered-40",
            "push.empty-never-confirmed",
        ]),
        Fault::MalformedWith500 => Red(&["push.malformed-answered-with-status", "push.malformed-answered-40"]),
        // Nothing is no XML either, but the empty message's check asks only that it is not confirmed.
        Fault::MalformedStops => {
            Red(&["push.malformed-never-stops", "push.malformed-answered-with-status", "push.malformed-answered-40"])
        }
        Fault::ImpatientReading => Red(&["push.slow-message-confirmed"]),
        Fault::SchemaNotChecked => Red(&["push.no-besked-id-never-confirmed", "push.wrong-namespace-never-confirmed"]),
        Fault::AcceptsStrangers => Nothing(Text {
            da: "klientcertifikater bedømmes af familien tls",
            en: "client certificates are judged by the family tls",
        }),
        Fault::AcceptsDtd => {
            Red(&["push.internal-entity-refused", "push.external-entity-refused", "push.entity-expansion-refused"])
        }
        Fault::FollowsEntities => Red(&[
            "push.internal-entity-refused",
            "push.entity-expansion-refused",
            "push.external-entity-not-fetched",
            "push.external-entity-refused",
            "push.parameter-entity-not-fetched",
            "push.external-subset-not-fetched",
        ]),

        // What is acknowledged before it is stored is also acknowledged before anybody knows that its BeskedId is taken.
        Fault::AcknowledgesUnstored => Red(&[
            "push.store-down-never-confirmed",
            "push.same-id-other-content-refused",
            "pull.no-ack-without-store",
            "pull.stored-before-ack",
        ]),
        // The same BeskedId means nothing to it, whatever the content.
        Fault::StoresTwice => Red(&[
            "push.duplicate-one-effect",
            "push.at-once-one-effect",
            "push.same-id-one-effect",
            "push.same-id-other-content-refused",
            "pull.redelivered-one-effect",
            "pull.duplicate-one-effect",
        ]),
        Fault::FailsOnDuplicates => Red(&[
            "push.duplicate-confirmed",
            "push.at-once-answered",
            "pull.redelivered-acked",
            "pull.duplicate-acked",
        ]),
        Fault::DuplicateRace => Red(&["push.at-once-one-effect"]),
        Fault::OverwritesContent => Red(&["push.same-id-other-content-refused"]),
        // A fetched message is tried again while the store is down, and then taken for one that is stored.
        Fault::RemembersUnstored => Red(&["push.store-down-taken-once", "pull.no-ack-without-store"]),
        Fault::UnknownTypeStops => {
            Red(&["push.unknown-type-never-stops", "push.unknown-type-confirmed", "pull.unknown-type-does-not-block"])
        }
        Fault::DropsUnknownType => Red(&["push.unknown-type-kept"]),
        Fault::LargeMessageStops => Red(&["push.large-message-never-stops", "pull.large-message-does-not-block"]),
        // What was not confirmed is still the Beskedfordeler's, so nothing must be kept of it.
        Fault::RejectsPayload => Red(&["push.deviating-payload-confirmed", "pull.deviating-payload-does-not-block"]),
        Fault::DropsPayload => Red(&["push.deviating-payload-kept"]),
        // The deviating receipt comes in one of the other namespaces, as the real ones do.
        Fault::OneBase64Namespace => Red(&[
            "push.base64-besked-confirmed",
            "push.base64-none-confirmed",
            "push.deviating-payload-confirmed",
            "pull.deviating-payload-does-not-block",
        ]),
        Fault::OtherBase64Namespace => Red(&["push.base64-kuvert-confirmed", "push.base64-none-confirmed"]),
        Fault::RefusesOtherSyntax => Red(&[
            "push.permitted-cvr-nr-confirmed",
            "push.permitted-digits-confirmed",
            "push.permitted-everybody-confirmed",
        ]),
        Fault::RefusesManyPermitted => Red(&["push.permitted-many-confirmed"]),
        Fault::FirstPermittedOnly => Red(&["push.permitted-many-processed"]),
        Fault::OneCvrSyntax => Red(&[
            "push.permitted-cvr-nr-processed",
            "push.permitted-digits-processed",
            "push.permitted-everybody-processed",
        ]),
        Fault::ServesEverybody => Red(&["push.other-authority-not-processed"]),

        // What is acknowledged by being handed over is so without a store, too.
        Fault::AutoAck => Red(&["pull.no-auto-ack", "pull.no-ack-without-store"]),
        // What is larger than its parser takes is unreadable to it, too.
        Fault::BlocksOnPoison => Red(&[
            "pull.malformed-does-not-block",
            "pull.invalid-envelope-does-not-block",
            "pull.large-message-does-not-block",
        ]),
        // The invalid envelope comes first, and after it nothing more can be tried.
        Fault::StopsAtPoison => Red(&["pull.invalid-envelope-does-not-block"]),
        Fault::PlainLogin => Red(&["pull.sasl-external"]),
        Fault::WrongVhost => Red(&["pull.vhost"]),
        Fault::WrongQueue => Red(&["pull.queue-is-dueslag"]),
        Fault::OtherCertificate => Red(&["pull.certificate-of-token", "token.certificate-registered"]),
        Fault::RetryStorm => Red(&["pull.refused-login-no-hot-loop"]),
        Fault::NeverReconnects | Fault::ReconnectsSlowly => Red(&["pull.dropped-connection-reconnected"]),
        Fault::GivesUpWhenRefused => Red(&["pull.refused-login-recovered"]),
        Fault::PollsRarely => Red(&["pull.poll-interval"]),
        Fault::AcknowledgesLate => Red(&["pull.ack-latency"]),
        Fault::GivesUpWhenIdle => Red(&["pull.late-message-fetched"]),
        Fault::OutOfOrder => Red(&["pull.order-per-object"]),
        Fault::NoHeartbeat => Red(&["pull.silence-noticed"]),

        Fault::WrongAudience => Unseen(NOTHING_FETCHED),
        Fault::WrongAuthority => Red(&["token.authority"]),
        Fault::TokenPerConnection => Red(&["token.reused"]),
        Fault::IgnoresExpiry => Red(&["token.not-used-expired", "pull.token-expiry-renewed"]),

        Fault::NoConfirms => Red(&["send.publisher-confirms"]),
        // Nobody tells it that its token has expired, so it takes the message for sent.
        Fault::NoReplyTo => Red(&["send.reply-to", "send.expired-token-renewed"]),
        // Who sends no token does not send a new one either.
        Fault::NoTokenHeader => Red(&["send.token-header", "send.expired-token-renewed"]),
        Fault::NotMandatory => Nothing(MANDATORY),
        Fault::WrongExchange => Red(&["send.exchange"]),
        // The message is lost; it comes as another one; it comes with the token of which it was said that it has expired.
        Fault::DropsOn41 | Fault::NewIdOnResend | Fault::SameTokenOn41 => Red(&["send.expired-token-renewed"]),
        Fault::ResendsAtOnce => Red(&["send.no-retry-storm"]),
        Fault::LosesOnError => Unseen(KEPT_INSIDE),
        Fault::SendsWrongNamespace
        | Fault::SendsRepeatedId
        | Fault::SendsNumberedId
        | Fault::SendsWithoutResponsible
        | Fault::SendsWithoutAuthority
        | Fault::SendsUnknownSensitivity
        | Fault::SendsPlainTask
        | Fault::SendsBadPermitted
        | Fault::SendsRecipientAction => Nothing(ENVELOPES),

        Fault::ValueListWithToken => Red(&["value-list.certificate-without-token"]),
        Fault::ValueListRecreated => Red(&["value-list.change-pattern"]),
        Fault::ValueListOtherPrefix => Nothing(SETTING),
    }
}
