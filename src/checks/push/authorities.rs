//! For whom a message is: the list TilladtModtager.

use crate::checks::pushed::{confirmed, not_processed_for_others, processed_for_authority};
use crate::distribution_check;

distribution_check! {
    /// A message whose TilladtModtager is written as `urn:oio:cvr-nr:12345678` is confirmed.
    ///
    /// ## Why
    /// Real messages, official samples and the documents write authorities in several ways, and a receiver meets them
    /// all.
    ///
    /// ## What to do
    /// Read the last eight digits as the CVR number, whatever prefix stands before them, and `*` as everybody.
    pub PermittedCvrNrConfirmed {
        id: "push.permitted-cvr-nr-confirmed",
        family: Push,
        case: "permitted-cvr-nr",
        judged: confirmed,
        title: da "TilladtModtager skrevet som urn:oio:cvr-nr:12345678 kvitteres", en "TilladtModtager written as urn:oio:cvr-nr:12345678 is confirmed",
        rows: ["BFO-PUSH-24"],
        basis: Norm,
        method: Measured,
        sources: [
            ("SF1461 Modtag beskeder via Beskedfordeler v2.0", "6: accepted syntaxes of TilladtModtager"),
        ],
        remediation: da "Læs CVR-nummeret uanset præfiks (urn:oio:cvr:, urn:oio:cvr-nr: eller intet), og * som alle.",
                     en "Read the CVR number whatever its prefix (urn:oio:cvr:, urn:oio:cvr-nr: or none), and * as everybody.",
        parameters: [],
    }
}

distribution_check! {
    /// A message whose TilladtModtager is written as `urn:oio:cvr-nr:12345678` has an effect for the authority.
    ///
    /// ## Why
    /// A receiver that confirms a message and does not know the authority in it has lost it for that authority. Judged on
    /// the target's read-back page for one authority.
    ///
    /// ## What to do
    /// Read the last eight digits as the CVR number, whatever prefix stands before them, and `*` as everybody.
    pub PermittedCvrNrProcessed {
        id: "push.permitted-cvr-nr-processed",
        family: Push,
        case: "permitted-cvr-nr",
        judged: processed_for_authority,
        title: da "TilladtModtager skrevet som urn:oio:cvr-nr:12345678 forstås", en "TilladtModtager written as urn:oio:cvr-nr:12345678 is understood",
        rows: ["BFO-PUSH-24"],
        basis: Norm,
        method: Measured,
        sources: [
            ("SF1461 Modtag beskeder via Beskedfordeler v2.0", "6: accepted syntaxes of TilladtModtager"),
        ],
        remediation: da "Læs CVR-nummeret uanset præfiks (urn:oio:cvr:, urn:oio:cvr-nr: eller intet), og * som alle.",
                     en "Read the CVR number whatever its prefix (urn:oio:cvr:, urn:oio:cvr-nr: or none), and * as everybody.",
        parameters: [],
    }
}

distribution_check! {
    /// A message whose TilladtModtager is written as `12345678` is confirmed.
    ///
    /// ## Why
    /// Real messages, official samples and the documents write authorities in several ways, and a receiver meets them
    /// all.
    ///
    /// ## What to do
    /// Read the last eight digits as the CVR number, whatever prefix stands before them, and `*` as everybody.
    pub PermittedDigitsConfirmed {
        id: "push.permitted-digits-confirmed",
        family: Push,
        case: "permitted-digits",
        judged: confirmed,
        title: da "TilladtModtager skrevet som 12345678 kvitteres", en "TilladtModtager written as 12345678 is confirmed",
        rows: ["BFO-PUSH-24"],
        basis: Norm,
        method: Measured,
        sources: [
            ("SF1461 Modtag beskeder via Beskedfordeler v2.0", "6: accepted syntaxes of TilladtModtager"),
        ],
        remediation: da "Læs CVR-nummeret uanset præfiks (urn:oio:cvr:, urn:oio:cvr-nr: eller intet), og * som alle.",
                     en "Read the CVR number whatever its prefix (urn:oio:cvr:, urn:oio:cvr-nr: or none), and * as everybody.",
        parameters: [],
    }
}

distribution_check! {
    /// A message whose TilladtModtager is written as `12345678` has an effect for the authority.
    ///
    /// ## Why
    /// A receiver that confirms a message and does not know the authority in it has lost it for that authority. Judged on
    /// the target's read-back page for one authority.
    ///
    /// ## What to do
    /// Read the last eight digits as the CVR number, whatever prefix stands before them, and `*` as everybody.
    pub PermittedDigitsProcessed {
        id: "push.permitted-digits-processed",
        family: Push,
        case: "permitted-digits",
        judged: processed_for_authority,
        title: da "TilladtModtager skrevet som 12345678 forstås", en "TilladtModtager written as 12345678 is understood",
        rows: ["BFO-PUSH-24"],
        basis: Norm,
        method: Measured,
        sources: [
            ("SF1461 Modtag beskeder via Beskedfordeler v2.0", "6: accepted syntaxes of TilladtModtager"),
        ],
        remediation: da "Læs CVR-nummeret uanset præfiks (urn:oio:cvr:, urn:oio:cvr-nr: eller intet), og * som alle.",
                     en "Read the CVR number whatever its prefix (urn:oio:cvr:, urn:oio:cvr-nr: or none), and * as everybody.",
        parameters: [],
    }
}

distribution_check! {
    /// A message whose TilladtModtager is written as `*` is confirmed.
    ///
    /// ## Why
    /// Real messages, official samples and the documents write authorities in several ways, and a receiver meets them
    /// all. From version 2.0 of BeskedModtag on, `*` is replaced by a list before delivery.
    ///
    /// ## What to do
    /// Read the last eight digits as the CVR number, whatever prefix stands before them, and `*` as everybody.
    pub PermittedEverybodyConfirmed {
        id: "push.permitted-everybody-confirmed",
        family: Push,
        case: "permitted-everybody",
        judged: confirmed,
        title: da "TilladtModtager skrevet som * kvitteres", en "TilladtModtager written as * is confirmed",
        rows: ["BFO-PUSH-24"],
        basis: Norm,
        method: Measured,
        sources: [
            ("SF1461 Modtag beskeder via Beskedfordeler v2.0", "6: accepted syntaxes of TilladtModtager"),
        ],
        remediation: da "Læs CVR-nummeret uanset præfiks (urn:oio:cvr:, urn:oio:cvr-nr: eller intet), og * som alle.",
                     en "Read the CVR number whatever its prefix (urn:oio:cvr:, urn:oio:cvr-nr: or none), and * as everybody.",
        parameters: [],
    }
}

distribution_check! {
    /// A message whose TilladtModtager is written as `*` has an effect for the authority.
    ///
    /// ## Why
    /// A receiver that confirms a message and does not know the authority in it has lost it for that authority. Judged on
    /// the target's read-back page for one authority.
    ///
    /// ## What to do
    /// Read the last eight digits as the CVR number, whatever prefix stands before them, and `*` as everybody.
    pub PermittedEverybodyProcessed {
        id: "push.permitted-everybody-processed",
        family: Push,
        case: "permitted-everybody",
        judged: processed_for_authority,
        title: da "TilladtModtager skrevet som * forstås", en "TilladtModtager written as * is understood",
        rows: ["BFO-PUSH-24"],
        basis: Norm,
        method: Measured,
        sources: [
            ("SF1461 Modtag beskeder via Beskedfordeler v2.0", "6: accepted syntaxes of TilladtModtager"),
        ],
        remediation: da "Læs CVR-nummeret uanset præfiks (urn:oio:cvr:, urn:oio:cvr-nr: eller intet), og * som alle.",
                     en "Read the CVR number whatever its prefix (urn:oio:cvr:, urn:oio:cvr-nr: or none), and * as everybody.",
        parameters: [],
    }
}

distribution_check! {
    /// A message with 98 authorities in its list is confirmed.
    ///
    /// ## Why
    /// From version 2.0 on, `*` is replaced by a list of every authority that the system has an agreement with.
    ///
    /// ## What to do
    /// Read the whole list, without an upper limit below the number of municipalities.
    pub PermittedManyConfirmed {
        id: "push.permitted-many-confirmed",
        family: Push,
        case: "permitted-many",
        judged: confirmed,
        title: da "En besked med mange TilladtModtager kvitteres", en "A message with many TilladtModtager is confirmed",
        rows: ["BFO-PUSH-24"],
        basis: Norm,
        method: Measured,
        sources: [
            ("SF1461 Modtag beskeder via Beskedfordeler v2.0", "6 and 2.3.1: in version 2.0 a receiver gets a list"),
        ],
        remediation: da "Læs hele listen, uden en øvre grænse under antallet af kommuner.",
                     en "Read the whole list, without an upper limit below the number of municipalities.",
        parameters: [],
    }
}

distribution_check! {
    /// A message whose list names the authority as the last of 98 has an effect for it.
    ///
    /// ## Why
    /// A receiver that reads the first entry alone loses the message for everybody else. Judged on the target's read-back
    /// page for one authority.
    ///
    /// ## What to do
    /// Carry the message out for every authority of the list that the system serves.
    pub PermittedManyProcessed {
        id: "push.permitted-many-processed",
        family: Push,
        case: "permitted-many",
        judged: processed_for_authority,
        title: da "Hele listen af TilladtModtager bruges, ikke kun den første", en "The whole list of TilladtModtager is used, not the first alone",
        rows: ["BFO-PUSH-24"],
        basis: Norm,
        method: Measured,
        sources: [
            ("SF1461 Modtag beskeder via Beskedfordeler v2.0", "6 and 2.3.1: in version 2.0 a receiver gets a list"),
        ],
        remediation: da "Udfør beskeden for hver myndighed på listen, som systemet betjener.",
                     en "Carry the message out for every authority of the list that the system serves.",
        parameters: [],
    }
}

distribution_check! {
    /// A message for the target's second authority alone has an effect for that one and none for the first.
    ///
    /// ## Why
    /// One authority must not get another one's data. With an expired agreement messages still come, and only the list
    /// says for whom. Judged on the target's read-back page for two authorities.
    ///
    /// ## What to do
    /// Compare the list with the authorities that the system serves, and carry the message out for those in both.
    pub OtherAuthorityNotProcessed {
        id: "push.other-authority-not-processed",
        family: Push,
        case: "other-authority",
        judged: not_processed_for_others,
        title: da "En besked udføres ikke for en myndighed, som TilladtModtager ikke nævner", en "A message is not carried out for an authority that TilladtModtager does not name",
        rows: ["BFO-PUSH-25"],
        basis: Norm,
        method: Measured,
        sources: [
            ("SF1461 Modtag beskeder via Beskedfordeler v2.0", "2.3.1 and 6: TilladtModtager is reduced to the authorities of the agreement"),
        ],
        remediation: da "Sammenhold listen med de myndigheder, systemet betjener, og udfør kun beskeden for dem, der står begge steder.",
                     en "Compare the list with the authorities that the system serves, and carry the message out only for those in both.",
        parameters: [],
    }
}
