//! The same message more than once, and another one with its BeskedId.

use crate::checks::pushed::{again_confirmed, all_answered, one_effect, second_never_confirmed};
use crate::distribution_check;

distribution_check! {
    /// The same message, octet for octet, is confirmed both times.
    ///
    /// ## Why
    /// The Beskedfordeler sends a message again whenever the first answer did not reach it. A receiver that then reports
    /// an error holds up its own dueslag.
    ///
    /// ## What to do
    /// Look the BeskedId up before storing. When the same message is already there, answer StatusKode 20 and do nothing.
    pub DuplicateConfirmed {
        id: "push.duplicate-confirmed",
        family: Push,
        case: "duplicate",
        judged: again_confirmed,
        title: da "En besked, der kommer igen, kvitteres igen", en "A message that comes again is confirmed again",
        rows: ["BFO-PUSH-05"],
        basis: Norm,
        method: Measured,
        sources: [
            ("D.09.02 Besked-FåTilsendt-Snitflade", "4 and 7.1: the same BeskedId several times without failing"),
            ("SF1461 Modtag beskeder via Beskedfordeler v2.0", "chapter 3, condition 4"),
        ],
        remediation: da "Slå BeskedId op, før der gemmes. Er beskeden modtaget før, så svar StatusKode 20 og gør intet.",
                     en "Look the BeskedId up before storing. When the message has been received before, answer StatusKode 20 and do nothing.",
        parameters: [],
    }
}

distribution_check! {
    /// The same message, posted twice, leaves one stored effect.
    ///
    /// ## Why
    /// A case that is opened twice or a letter that is sent twice because a message came twice is the receiver's fault:
    /// coming twice is normal. Judged on the target's read-back page.
    ///
    /// ## What to do
    /// Make BeskedId unique in the store, and write message and effect in one transaction.
    pub DuplicateOneEffect {
        id: "push.duplicate-one-effect",
        family: Push,
        case: "duplicate",
        judged: one_effect,
        title: da "En besked, der kommer igen, giver kun én virkning", en "A message that comes again has one effect only",
        rows: ["BFO-PUSH-05"],
        basis: Norm,
        method: Measured,
        sources: [
            ("D.09.02 Besked-FåTilsendt-Snitflade", "4 and 7.1: idempotent"),
            ("SF1461 Modtag beskeder via Beskedfordeler v2.0", "chapter 3, condition 4"),
        ],
        remediation: da "Gør BeskedId entydig i lageret, og skriv besked og virkning i samme transaktion.",
                     en "Make BeskedId unique in the store, and write message and effect in one transaction.",
        parameters: [],
    }
}

distribution_check! {
    /// Each of ten deliveries at the same time is answered with StatusKode 20 or 40, and one with 20 at least.
    ///
    /// ## Why
    /// A message may come again while its first delivery is still at work, on another node for instance. What then fails
    /// shows a race.
    ///
    /// ## What to do
    /// Let the second one wait for the first, or answer StatusKode 40 so that it comes again later; never HTTP 500.
    pub AtOnceAnswered {
        id: "push.at-once-answered",
        family: Push,
        case: "at-once",
        judged: all_answered,
        title: da "Den samme besked ti gange på én gang besvares uden serverfejl", en "The same message ten times at once is answered without a server error",
        rows: ["BFO-PUSH-06"],
        basis: GoodPractice,
        method: Measured,
        sources: [
            ("D.09.02 Besked-FåTilsendt-Snitflade", "7.1: idempotent; ten at once is the probe's choice"),
        ],
        remediation: da "Lad den anden levering vente på den første, eller svar StatusKode 40; aldrig HTTP 500.",
                     en "Let the second delivery wait for the first, or answer StatusKode 40; never HTTP 500.",
        parameters: [],
    }
}

distribution_check! {
    /// The same message, posted ten times at the same time, leaves one stored effect.
    ///
    /// ## Why
    /// Looking a BeskedId up and storing it afterwards lets two deliveries in between. Judged on the target's read-back
    /// page.
    ///
    /// ## What to do
    /// Let the database decide: a unique key on BeskedId, and the effect in the same transaction.
    pub AtOnceOneEffect {
        id: "push.at-once-one-effect",
        family: Push,
        case: "at-once",
        judged: one_effect,
        title: da "Den samme besked ti gange på én gang giver kun én virkning", en "The same message ten times at once has one effect only",
        rows: ["BFO-PUSH-06"],
        basis: GoodPractice,
        method: Measured,
        sources: [
            ("D.09.02 Besked-FåTilsendt-Snitflade", "7.1: idempotent; ten at once is the probe's choice"),
        ],
        remediation: da "Lad databasen afgøre det: en entydig nøgle på BeskedId og virkningen i samme transaktion.",
                     en "Let the database decide: a unique key on BeskedId and the effect in the same transaction.",
        parameters: [],
    }
}

distribution_check! {
    /// A second message with the BeskedId of the first and another content is not answered with StatusKode 20.
    ///
    /// ## Why
    /// Two different messages with one BeskedId are a sender's fault. A receiver that confirms the second drops one of
    /// them in silence. A receiver that logs the conflict and confirms is within the rule too, which cannot be seen from
    /// outside: its log is the answer to this remark.
    ///
    /// ## What to do
    /// Keep a digest of the message beside its BeskedId. On a difference, answer StatusKode 40 or park the message, and
    /// log the conflict.
    pub SameIdOtherContentRefused {
        id: "push.same-id-other-content-refused",
        family: Push,
        case: "same-id",
        judged: second_never_confirmed,
        title: da "En anden besked med et brugt BeskedId kvitteres ikke", en "Another message with a used BeskedId is not confirmed",
        rows: ["BFO-PUSH-07"],
        basis: GoodPractice,
        method: Measured,
        sources: [
            ("os2kitos: FK Organization user integration", "equal replay is answered 20, the same id with other content is not"),
            ("2O Beskedkuvert", "3.2.1: a BeskedId is never used again"),
        ],
        remediation: da "Gem et fingeraftryk af beskeden ved dens BeskedId. Afviger indholdet, så svar StatusKode 40 eller parkér beskeden, og log konflikten.",
                     en "Keep a digest of the message beside its BeskedId. If the content differs, answer StatusKode 40 or park the message, and log the conflict.",
        parameters: [],
    }
}

distribution_check! {
    /// After a second message with the same BeskedId and another content there is one stored effect under that id.
    ///
    /// ## Why
    /// A BeskedId names one message. Two effects under one id cannot be told apart afterwards. Judged on the target's
    /// read-back page.
    ///
    /// ## What to do
    /// Make BeskedId unique in the store, whatever the content is.
    pub SameIdOneEffect {
        id: "push.same-id-one-effect",
        family: Push,
        case: "same-id",
        judged: one_effect,
        title: da "En anden besked med et brugt BeskedId giver ikke endnu en virkning", en "Another message with a used BeskedId has no further effect",
        rows: ["BFO-PUSH-07"],
        basis: GoodPractice,
        method: Measured,
        sources: [
            ("os2kitos: FK Organization user integration", "the same id with other content"),
            ("D.09.02 Besked-FåTilsendt-Snitflade", "4: a message is identified by its BeskedId"),
        ],
        remediation: da "Gør BeskedId entydig i lageret, uanset indholdet.",
                     en "Make BeskedId unique in the store, whatever the content is.",
        parameters: [],
    }
}
