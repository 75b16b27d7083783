//! Messages whose content is unusual and nevertheless allowed.

use crate::check::Parameters;
use crate::checks::pushed::{confirmed, never_stops, one_effect};
use crate::distribution_check;
use crate::outcome::{Outcome, Reason};
use crate::subject::DistributionSubject;
use crate::trial::push::PKO_POST_STATUS;

distribution_check! {
    /// A message whose Beskeddata is a Base64 element in urn:oio:besked:kuvert:1.0 is confirmed.
    ///
    /// ## Why
    /// Official schemas, samples and real messages write the element Base64 in three different ways. A receiver that
    /// knows one of them refuses real messages, and its dueslag stands still.
    ///
    /// ## What to do
    /// Find the element by its local name, whatever namespace it is in.
    pub Base64KuvertConfirmed {
        id: "push.base64-kuvert-confirmed",
        family: Push,
        case: "base64-kuvert",
        judged: confirmed,
        title: da "Beskeddata med Base64 i urn:oio:besked:kuvert:1.0 kvitteres", en "Beskeddata with Base64 in urn:oio:besked:kuvert:1.0 is confirmed",
        rows: ["BFO-PUSH-23"],
        basis: Norm,
        method: Measured,
        sources: [
            ("BeskeddataBase64 v2.00 (SF1461 v2.0)", "targetNamespace"),
        ],
        remediation: da "Find elementet Base64 på dets lokale navn, uanset navnerum.",
                     en "Find the element Base64 by its local name, whatever its namespace.",
        parameters: [],
    }
}

distribution_check! {
    /// A message whose Beskeddata is a Base64 element in urn:besked:kuvert:1.0 is confirmed.
    ///
    /// ## Why
    /// Official schemas, samples and real messages write the element Base64 in three different ways. A receiver that
    /// knows one of them refuses real messages, and its dueslag stands still.
    ///
    /// ## What to do
    /// Find the element by its local name, whatever namespace it is in.
    pub Base64BeskedConfirmed {
        id: "push.base64-besked-confirmed",
        family: Push,
        case: "base64-besked",
        judged: confirmed,
        title: da "Beskeddata med Base64 i urn:besked:kuvert:1.0 kvitteres", en "Beskeddata with Base64 in urn:besked:kuvert:1.0 is confirmed",
        rows: ["BFO-PUSH-23"],
        basis: Norm,
        method: Measured,
        sources: [
            ("Messages of the external test environment, 2023", "every one writes this namespace"),
            ("SF1601 Programmer's Guide", "examples of receipts"),
        ],
        remediation: da "Find elementet Base64 på dets lokale navn, uanset navnerum.",
                     en "Find the element Base64 by its local name, whatever its namespace.",
        parameters: [],
    }
}

distribution_check! {
    /// A message whose Beskeddata is a Base64 element without a namespace is confirmed.
    ///
    /// ## Why
    /// Official schemas, samples and real messages write the element Base64 in three different ways. A receiver that
    /// knows one of them refuses real messages, and its dueslag stands still.
    ///
    /// ## What to do
    /// Find the element by its local name, whatever namespace it is in.
    pub Base64NoneConfirmed {
        id: "push.base64-none-confirmed",
        family: Push,
        case: "base64-none",
        judged: confirmed,
        title: da "Beskeddata med Base64 uden navnerum kvitteres", en "Beskeddata with Base64 in no namespace is confirmed",
        rows: ["BFO-PUSH-23"],
        basis: Norm,
        method: Measured,
        sources: [
            ("D.09.02 Besked-FåTilsendt-Snitflade", "example of a message"),
        ],
        remediation: da "Find elementet Base64 på dets lokale navn, uanset navnerum.",
                     en "Find the element Base64 by its local name, whatever its namespace.",
        parameters: [],
    }
}

distribution_check! {
    /// A valid envelope with a Beskedtype that nobody knows is not answered with StatusKode 51, 53 or 55.
    ///
    /// ## Why
    /// 51 is about the service, not about the message. Who answers it to a message that cannot be used stops all
    /// deliveries until a person starts them again.
    ///
    /// ## What to do
    /// Confirm a valid message that nothing can be done with, park it, and tell somebody. Never map "unknown" to 51.
    pub UnknownTypeNeverStops {
        id: "push.unknown-type-never-stops",
        family: Push,
        case: "unknown-type",
        judged: never_stops,
        title: da "En ukendt beskedtype stopper ikke dueslaget", en "An unknown message type does not stop the dueslag",
        rows: ["BFO-PUSH-11"],
        basis: Norm,
        method: Measured,
        sources: [
            ("D.09.02 Besked-FåTilsendt-Snitflade", "5.2: 51, 53 and 55 stop sending from the dueslag"),
            ("SF1461 Modtag beskeder via Beskedfordeler v2.0", "chapter 3, condition 8"),
        ],
        remediation: da "Kvittér for en gyldig besked, som systemet ikke kan bruge, og parkér den. Svar aldrig 51, 53 eller 55 på grund af beskedens indhold.",
                     en "Confirm a valid message that the system cannot use, and park it. Never answer 51, 53 or 55 because of a message's content.",
        parameters: [],
    }
}

distribution_check! {
    /// A valid envelope with a Beskedtype that nobody knows is answered with StatusKode 20.
    ///
    /// ## Why
    /// Delivery is in order: a message that is not confirmed keeps all later ones waiting.
    ///
    /// ## What to do
    /// Confirm a valid envelope with StatusKode 20 and park the message outside the dueslag.
    pub UnknownTypeConfirmed {
        id: "push.unknown-type-confirmed",
        family: Push,
        case: "unknown-type",
        judged: confirmed,
        title: da "En besked af ukendt type kvitteres", en "A message of an unknown type is confirmed",
        rows: ["BFO-PUSH-11"],
        basis: Norm,
        method: Measured,
        sources: [
            ("SF1461 Modtag beskeder via Beskedfordeler v2.0", "chapter 3, condition 8: the receiver handles messages that it cannot process although they are valid"),
            ("D.09.02 Besked-FåTilsendt-Snitflade", "5.2"),
        ],
        remediation: da "Kvittér for en gyldig kuvert med StatusKode 20, og parkér beskeden uden for dueslaget.",
                     en "Confirm a valid envelope with StatusKode 20, and park the message outside the dueslag.",
        parameters: [],
    }
}

distribution_check! {
    /// A message of an unknown type that was confirmed leaves a trace.
    ///
    /// ## Why
    /// What was confirmed does not come again. A parked message that nobody can find is lost. A receiver that deletes
    /// what it does not need by its purpose is within the rules, and says so. Judged on the target's read-back page.
    ///
    /// ## What to do
    /// Keep parked messages where somebody sees them, or state that messages of unknown types are deleted.
    pub UnknownTypeKept {
        id: "push.unknown-type-kept",
        family: Push,
        case: "unknown-type",
        judged: one_effect,
        title: da "En kvitteret besked af ukendt type kan ses i systemet", en "A confirmed message of an unknown type can be seen in the system",
        rows: ["BFO-PUSH-11"],
        basis: GoodPractice,
        method: Measured,
        sources: [
            ("SF1461 Modtag beskeder via Beskedfordeler v2.0", "chapter 3, condition 3: after the confirmation the receiver is responsible"),
            ("SF1461 Modtag beskeder via Beskedfordeler v2.0", "7: what is not needed is deleted as soon as possible"),
        ],
        remediation: da "Vis parkerede beskeder, hvor nogen ser dem, eller oplys, at beskeder af ukendt type slettes.",
                     en "Show parked messages where somebody sees them, or state that messages of unknown types are deleted.",
        parameters: [],
    }
}

distribution_check! {
    /// A PKO_PostStatus receipt as it is really sent, which lacks a mandatory element, is confirmed.
    ///
    /// ## Why
    /// The infrastructure's own receipts do not follow their own schema. A receiver that refuses them by it stops its own
    /// dueslag.
    ///
    /// ## What to do
    /// Validate the envelope strictly and the payload tolerantly. Confirm, and park what cannot be read.
    pub DeviatingPayloadConfirmed {
        id: "push.deviating-payload-confirmed",
        family: Push,
        case: "deviating-payload",
        judged: confirmed,
        title: da "En besked, hvis beskeddata afviger fra sit skema, kvitteres", en "A message whose Beskeddata deviates from its schema is confirmed",
        rows: ["BFO-PUSH-12"],
        basis: Norm,
        method: Measured,
        sources: [
            ("SF1461 Modtag beskeder via Beskedfordeler v2.0", "chapter 3, condition 7: the receiver handles Beskeddata that breaks its specification"),
            ("PKO_PostStatus.xsd (SF1601)", "ForsendelseTypeIdentifikator is mandatory, and the real receipts for Digital Post lack it"),
        ],
        remediation: da "Validér kuverten strengt og beskeddata tolerant. Kvittér, og parkér det, der ikke kan læses.",
                     en "Validate the envelope strictly and Beskeddata tolerantly. Confirm, and park what cannot be read.",
        parameters: [],
    }
}

distribution_check! {
    /// A deviating PKO_PostStatus receipt that was confirmed leaves one effect.
    ///
    /// ## Why
    /// Who confirms a receipt and then fails to read it has lost it. Judged on the target's read-back page, and only
    /// where the system receives PKO_PostStatus (`message_type`).
    ///
    /// ## What to do
    /// Store the message before reading its payload, and show what could not be read.
    pub DeviatingPayloadKept {
        id: "push.deviating-payload-kept",
        family: Push,
        case: "deviating-payload",
        judged: deviating_payload_kept,
        title: da "En kvitteret besked med afvigende beskeddata kan ses i systemet", en "A confirmed message with deviating Beskeddata can be seen in the system",
        rows: ["BFO-PUSH-12"],
        basis: Norm,
        method: Measured,
        sources: [
            ("SF1461 Modtag beskeder via Beskedfordeler v2.0", "chapter 3, conditions 3 and 7: after the confirmation the receiver is responsible, also for Beskeddata that breaks its specification"),
        ],
        remediation: da "Gem beskeden, før beskeddata læses, og vis det, der ikke kunne læses.",
                     en "Store the message before its payload is read, and show what could not be read.",
        parameters: [],
    }
}

distribution_check! {
    /// A message of ten megabytes is answered, not with StatusKode 51, 53 or 55, and the system goes on.
    ///
    /// ## Why
    /// Sooner or later a large message comes. It may be confirmed or refused, but it must not stop everything else.
    ///
    /// ## What to do
    /// Read bodies with a limit of your own, and answer StatusKode 40 with a text above it.
    pub LargeMessageNeverStops {
        id: "push.large-message-never-stops",
        family: Push,
        case: "large",
        judged: never_stops,
        title: da "En meget stor besked stopper ikke dueslaget", en "A very large message does not stop the dueslag",
        rows: [],
        basis: GoodPractice,
        method: Measured,
        sources: [
            ("D.09.02 Besked-FåTilsendt-Snitflade", "5.2: 51, 53 and 55 stop sending; no document gives a largest size"),
        ],
        remediation: da "Læs beskeder med en øvre grænse, og svar StatusKode 40 med en forklaring over den.",
                     en "Read messages with an upper limit, and answer StatusKode 40 with an explanation above it.",
        parameters: [],
    }
}

/// As [`one_effect`], where the system receives receipts at all.
fn deviating_payload_kept(subject: &DistributionSubject, parameters: &Parameters) -> Outcome {
    if subject.not_made.is_none() && subject.setting.message_type != PKO_POST_STATUS {
        let expected = "a system that receives PKO_PostStatus (`message_type` in [beskedfordeler])";
        return Outcome::not_tested(Reason::NotSupplied, expected, &subject.setting.message_type);
    }
    one_effect(subject, parameters)
}
