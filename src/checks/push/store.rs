//! Messages while the system's store is down.

use crate::checks::pushed::{never_confirmed_without_store, taken_once_after_store};
use crate::distribution_check;

distribution_check! {
    /// A good message that comes while the store is stopped gets StatusKode 40 or no answer, never 20.
    ///
    /// ## Why
    /// A confirmed message does not come again. Who confirms before the message is stored loses it when the store is
    /// down. The target names how its store is stopped; a system with two stores names a way that stops both.
    ///
    /// ## What to do
    /// Confirm after the transaction that stores the message has been committed. On an error, answer StatusKode 40.
    pub StoreDownNeverConfirmed {
        id: "push.store-down-never-confirmed",
        family: Push,
        case: "store-down",
        judged: never_confirmed_without_store,
        title: da "Ingen besked kvitteres, mens lageret er nede", en "No message is confirmed while the store is down",
        rows: ["BFO-PUSH-13"],
        basis: Norm,
        method: Measured,
        sources: [
            ("SF1461 Modtag beskeder via Beskedfordeler v2.0", "chapter 3, conditions 2 and 3: after the confirmation the receiver is responsible for the message"),
            ("D.09.02 Besked-FåTilsendt-Snitflade", "5.2: StatusKode 40"),
        ],
        remediation: da "Kvittér først, når transaktionen, der gemmer beskeden, er gennemført. Ved fejl svares StatusKode 40.",
                     en "Confirm only after the transaction that stores the message has been committed. On an error, answer StatusKode 40.",
        parameters: [],
    }
}

distribution_check! {
    /// The same message is confirmed after the store has been started, and leaves one effect.
    ///
    /// ## Why
    /// After an outage every message comes again. What was half done before must not count twice, and must not keep the
    /// message out. Judged on the target's read-back page.
    ///
    /// ## What to do
    /// Store message and effect in one transaction, and note a BeskedId as seen only in it.
    pub StoreDownTakenOnce {
        id: "push.store-down-taken-once",
        family: Push,
        case: "store-down",
        judged: taken_once_after_store,
        title: da "En besked, der ikke kunne gemmes, modtages én gang, når den kommer igen", en "A message that could not be stored is received once when it comes again",
        rows: ["BFO-PUSH-13"],
        basis: Norm,
        method: Measured,
        sources: [
            ("SF1461 Modtag beskeder via Beskedfordeler v2.0", "chapter 3, conditions 2 to 4"),
            ("D.09.02 Besked-FåTilsendt-Snitflade", "5.2: the message stays and is sent again"),
        ],
        remediation: da "Gem besked og virkning i samme transaktion, og notér først BeskedId som modtaget i den.",
                     en "Store message and effect in one transaction, and note a BeskedId as received only in it.",
        parameters: [],
    }
}
