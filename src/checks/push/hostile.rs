//! Messages that must not be taken: broken, against the schema, and attacks on the XML parser.

use crate::checks::pushed::{answered_40, answered_40_or_41, never_confirmed, never_stops, not_fetched};
use crate::distribution_check;

distribution_check! {
    /// The message is not answered with StatusKode 20, and good messages around it are.
    ///
    /// ## Why
    /// Who confirms what cannot be read has lost it: the Beskedfordeler does not send it again. Whatever other answer
    /// comes, the message stays.
    ///
    /// ## What to do
    /// Validate the envelope against `AnvendersystemOperationer.xsd` before anything else, and answer StatusKode 40 with
    /// a text.
    pub MalformedNeverConfirmed {
        id: "push.malformed-never-confirmed",
        family: Push,
        case: "malformed",
        judged: never_confirmed,
        title: da "En besked, der ikke er velformet XML, kvitteres ikke", en "A message that is no well-formed XML is not confirmed",
        rows: ["BFO-PUSH-08"],
        basis: Norm,
        method: Measured,
        sources: [
            ("D.09.02 Besked-FåTilsendt-Snitflade", "6.5: the receiver validates; 5.2: StatusKode 40"),
        ],
        remediation: da "Validér kuverten mod AnvendersystemOperationer.xsd, før andet sker, og svar StatusKode 40 med en forklaring.",
                     en "Validate the envelope against AnvendersystemOperationer.xsd before anything else, and answer StatusKode 40 with an explanation.",
        parameters: [],
    }
}

distribution_check! {
    /// The message is not answered with StatusKode 51, 53 or 55.
    ///
    /// ## Why
    /// 51, 53 and 55 are about the service. One broken message must not stop all others.
    ///
    /// ## What to do
    /// Answer StatusKode 40 with a text.
    pub MalformedNeverStops {
        id: "push.malformed-never-stops",
        family: Push,
        case: "malformed",
        judged: never_stops,
        title: da "En besked, der ikke er velformet XML, stopper ikke dueslaget", en "A message that is no well-formed XML does not stop the dueslag",
        rows: ["BFO-PUSH-08"],
        basis: Norm,
        method: Measured,
        sources: [
            ("D.09.02 Besked-FåTilsendt-Snitflade", "5.2: 51, 53 and 55 stop sending from the dueslag"),
        ],
        remediation: da "Svar StatusKode 40 med en forklaring.",
                     en "Answer StatusKode 40 with an explanation.",
        parameters: [],
    }
}

distribution_check! {
    /// The answer is HTTP 200 with StatusKode 40, or 41 as the official sample answers.
    ///
    /// ## Why
    /// 40 says that this message cannot be received. HTTP errors without a StatusKode keep the message, too, and hide the
    /// reason; so it is retried at longer and longer intervals.
    ///
    /// ## What to do
    /// Catch parser errors and answer `ModtagBeskedOutput` with StatusKode 40 and the reason.
    pub MalformedAnsweredWithStatus {
        id: "push.malformed-answered-with-status",
        family: Push,
        case: "malformed",
        judged: answered_40_or_41,
        title: da "En besked, der ikke er velformet XML, besvares med HTTP 200 og StatusKode 40 eller 41", en "A message that is no well-formed XML is answered with HTTP 200 and StatusKode 40 or 41",
        rows: ["BFO-PUSH-08"],
        basis: Norm,
        method: Measured,
        sources: [
            ("D.09.02 Besked-FåTilsendt-Snitflade", "5.2: StatusKode 40, cannot be received"),
            ("kombit/bfo_infrastructureSamples-java", "MessageReceivingServlet answers 41"),
        ],
        remediation: da "Fang fejl fra XML-parseren, og svar ModtagBeskedOutput med StatusKode 40 og grunden.",
                     en "Catch errors of the XML parser, and answer ModtagBeskedOutput with StatusKode 40 and the reason.",
        parameters: [],
    }
}

distribution_check! {
    /// The answer is HTTP 200 with StatusKode 40 exactly.
    ///
    /// ## Why
    /// The official sample answers 41, which the document does not have. What the Beskedfordeler makes of 41 is not
    /// written anywhere.
    ///
    /// ## What to do
    /// Answer StatusKode 40.
    pub MalformedAnswered40 {
        id: "push.malformed-answered-40",
        family: Push,
        case: "malformed",
        judged: answered_40,
        title: da "En besked, der ikke er velformet XML, besvares med StatusKode 40", en "A message that is no well-formed XML is answered with StatusKode 40",
        rows: ["BFO-PUSH-08"],
        basis: Norm,
        method: Measured,
        sources: [
            ("D.09.02 Besked-FåTilsendt-Snitflade", "5.2: the table has 40 and no 41"),
        ],
        remediation: da "Svar StatusKode 40; 41 findes ikke i dokumentets tabel.",
                     en "Answer StatusKode 40; the document's table has no 41.",
        parameters: [],
    }
}

distribution_check! {
    /// The message is not answered with StatusKode 20, and good messages around it are.
    ///
    /// ## Why
    /// The receiver must validate what comes. Without a BeskedId nothing can be told from a repetition.
    ///
    /// ## What to do
    /// Validate the envelope against `AnvendersystemOperationer.xsd` before anything else, and answer StatusKode 40 with
    /// a text.
    pub NoBeskedIdNeverConfirmed {
        id: "push.no-besked-id-never-confirmed",
        family: Push,
        case: "no-besked-id",
        judged: never_confirmed,
        title: da "En besked uden BeskedId kvitteres ikke", en "A message without BeskedId is not confirmed",
        rows: ["BFO-PUSH-09"],
        basis: Norm,
        method: Measured,
        sources: [
            ("D.09.02 Besked-FåTilsendt-Snitflade", "6.5: the receiver must validate incoming XML against the schema"),
            ("Beskedkuvert.xsd (SF1461 v2.0)", "BeskedId is mandatory"),
        ],
        remediation: da "Validér kuverten mod AnvendersystemOperationer.xsd, før andet sker, og svar StatusKode 40 med en forklaring.",
                     en "Validate the envelope against AnvendersystemOperationer.xsd before anything else, and answer StatusKode 40 with an explanation.",
        parameters: [],
    }
}

distribution_check! {
    /// The message is not answered with StatusKode 20, and good messages around it are.
    ///
    /// ## Why
    /// An envelope of another version may mean other things by the same names. Who reads it by local names alone has not
    /// validated it.
    ///
    /// ## What to do
    /// Validate the envelope against `AnvendersystemOperationer.xsd` before anything else, and answer StatusKode 40 with
    /// a text.
    pub WrongNamespaceNeverConfirmed {
        id: "push.wrong-namespace-never-confirmed",
        family: Push,
        case: "wrong-namespace",
        judged: never_confirmed,
        title: da "En kuvert i et ukendt navnerum kvitteres ikke", en "An envelope in an unknown namespace is not confirmed",
        rows: ["BFO-PUSH-09"],
        basis: Norm,
        method: Measured,
        sources: [
            ("D.09.02 Besked-FåTilsendt-Snitflade", "6.5: the receiver must validate incoming XML against the schema"),
            ("Beskedkuvert.xsd (SF1461 v2.0)", "targetNamespace"),
        ],
        remediation: da "Validér kuverten mod AnvendersystemOperationer.xsd, før andet sker, og svar StatusKode 40 med en forklaring.",
                     en "Validate the envelope against AnvendersystemOperationer.xsd before anything else, and answer StatusKode 40 with an explanation.",
        parameters: [],
    }
}

distribution_check! {
    /// The message is not answered with StatusKode 20, and good messages around it are.
    ///
    /// ## Why
    /// Nothing is no message. A receiver that confirms it confirms without looking.
    ///
    /// ## What to do
    /// Validate the envelope against `AnvendersystemOperationer.xsd` before anything else, and answer StatusKode 40 with
    /// a text.
    pub EmptyNeverConfirmed {
        id: "push.empty-never-confirmed",
        family: Push,
        case: "empty",
        judged: never_confirmed,
        title: da "En tom forespørgsel kvitteres ikke", en "An empty request is not confirmed",
        rows: ["BFO-PUSH-09"],
        basis: Norm,
        method: Measured,
        sources: [
            ("D.09.02 Besked-FåTilsendt-Snitflade", "6.5: the receiver must validate incoming XML against the schema"),
        ],
        remediation: da "Validér kuverten mod AnvendersystemOperationer.xsd, før andet sker, og svar StatusKode 40 med en forklaring.",
                     en "Validate the envelope against AnvendersystemOperationer.xsd before anything else, and answer StatusKode 40 with an explanation.",
        parameters: [],
    }
}

distribution_check! {
    /// A message whose text is an entity of its own document type declaration is not confirmed.
    ///
    /// ## Why
    /// No message of the Beskedfordeler has a document type declaration. A parser that takes one can be made to fetch, to
    /// read files or to fill its memory.
    ///
    /// ## What to do
    /// Switch DTDs off in the XML parser (`disallow-doctype-decl`, `DtdProcessing.Prohibit`, `resolve_entities=False`).
    pub InternalEntityRefused {
        id: "push.internal-entity-refused",
        family: Push,
        case: "internal-entity",
        judged: never_confirmed,
        title: da "En besked med DTD afvises", en "A message with a DTD is refused",
        rows: ["BFO-PUSH-10"],
        basis: GoodPractice,
        method: Measured,
        sources: [
            ("os2kitos: FK Organization user integration", "DTDs and external entities are rejected"),
            ("OWASP XML External Entity Prevention Cheat Sheet", "General guidance: disable DTDs completely"),
        ],
        remediation: da "Slå DTD fra i XML-parseren (disallow-doctype-decl, DtdProcessing.Prohibit, resolve_entities=False).",
                     en "Switch DTDs off in the XML parser (disallow-doctype-decl, DtdProcessing.Prohibit, resolve_entities=False).",
        parameters: [],
    }
}

distribution_check! {
    /// A message with a general external entity provokes no request.
    ///
    /// ## Why
    /// Who can send a message could make the system call any address inside its own network and read files. A request
    /// that comes is a demonstrated breach. Silence counts only when the control showed that the system can reach the
    /// listener.
    ///
    /// ## What to do
    /// Switch DTDs off in the XML parser (`disallow-doctype-decl`, `DtdProcessing.Prohibit`, `resolve_entities=False`).
    pub ExternalEntityNotFetched {
        id: "push.external-entity-not-fetched",
        family: Push,
        case: "external-entity",
        judged: not_fetched,
        title: da "En ekstern entitet i en besked hentes ikke", en "An external entity in a message is not fetched",
        rows: ["BFO-PUSH-10"],
        basis: Norm,
        method: Measured,
        sources: [
            ("Databeskyttelsesforordningen (EU) 2016/679", "article 32: a fetch at the bidding of a message is a demonstrated breach of security"),
            ("os2kitos: FK Organization user integration", "DTDs and external entities are rejected"),
            ("OWASP XML External Entity Prevention Cheat Sheet", "General guidance: disable DTDs completely"),
        ],
        remediation: da "Slå DTD fra i XML-parseren (disallow-doctype-decl, DtdProcessing.Prohibit, resolve_entities=False).",
                     en "Switch DTDs off in the XML parser (disallow-doctype-decl, DtdProcessing.Prohibit, resolve_entities=False).",
        parameters: [],
    }
}

distribution_check! {
    /// A message with a general external entity is not confirmed.
    ///
    /// ## Why
    /// No message of the Beskedfordeler has a document type declaration. A parser that takes one can be made to fetch, to
    /// read files or to fill its memory.
    ///
    /// ## What to do
    /// Switch DTDs off in the XML parser (`disallow-doctype-decl`, `DtdProcessing.Prohibit`, `resolve_entities=False`).
    pub ExternalEntityRefused {
        id: "push.external-entity-refused",
        family: Push,
        case: "external-entity",
        judged: never_confirmed,
        title: da "En besked med en ekstern entitet afvises", en "A message with an external entity is refused",
        rows: ["BFO-PUSH-10"],
        basis: GoodPractice,
        method: Measured,
        sources: [
            ("os2kitos: FK Organization user integration", "DTDs and external entities are rejected"),
            ("OWASP XML External Entity Prevention Cheat Sheet", "General guidance: disable DTDs completely"),
        ],
        remediation: da "Slå DTD fra i XML-parseren (disallow-doctype-decl, DtdProcessing.Prohibit, resolve_entities=False).",
                     en "Switch DTDs off in the XML parser (disallow-doctype-decl, DtdProcessing.Prohibit, resolve_entities=False).",
        parameters: [],
    }
}

distribution_check! {
    /// A message with an external parameter entity provokes no request.
    ///
    /// ## Why
    /// Who can send a message could make the system call any address inside its own network and read files. A request
    /// that comes is a demonstrated breach. Silence counts only when the control showed that the system can reach the
    /// listener.
    ///
    /// ## What to do
    /// Switch DTDs off in the XML parser (`disallow-doctype-decl`, `DtdProcessing.Prohibit`, `resolve_entities=False`).
    pub ParameterEntityNotFetched {
        id: "push.parameter-entity-not-fetched",
        family: Push,
        case: "parameter-entity",
        judged: not_fetched,
        title: da "En ekstern parameterentitet i en besked hentes ikke", en "An external parameter entity in a message is not fetched",
        rows: ["BFO-PUSH-10"],
        basis: Norm,
        method: Measured,
        sources: [
            ("Databeskyttelsesforordningen (EU) 2016/679", "article 32: a fetch at the bidding of a message is a demonstrated breach of security"),
            ("os2kitos: FK Organization user integration", "DTDs and external entities are rejected"),
            ("OWASP XML External Entity Prevention Cheat Sheet", "General guidance: disable DTDs completely"),
        ],
        remediation: da "Slå DTD fra i XML-parseren (disallow-doctype-decl, DtdProcessing.Prohibit, resolve_entities=False).",
                     en "Switch DTDs off in the XML parser (disallow-doctype-decl, DtdProcessing.Prohibit, resolve_entities=False).",
        parameters: [],
    }
}

distribution_check! {
    /// A message that names an external subset provokes no request.
    ///
    /// ## Why
    /// Who can send a message could make the system call any address inside its own network and read files. A request
    /// that comes is a demonstrated breach. Silence counts only when the control showed that the system can reach the
    /// listener.
    ///
    /// ## What to do
    /// Switch DTDs off in the XML parser (`disallow-doctype-decl`, `DtdProcessing.Prohibit`, `resolve_entities=False`).
    pub ExternalSubsetNotFetched {
        id: "push.external-subset-not-fetched",
        family: Push,
        case: "external-subset",
        judged: not_fetched,
        title: da "En ekstern DTD, som en besked nævner, hentes ikke", en "An external DTD that a message names is not fetched",
        rows: ["BFO-PUSH-10"],
        basis: Norm,
        method: Measured,
        sources: [
            ("Databeskyttelsesforordningen (EU) 2016/679", "article 32: a fetch at the bidding of a message is a demonstrated breach of security"),
            ("os2kitos: FK Organization user integration", "DTDs and external entities are rejected"),
            ("OWASP XML External Entity Prevention Cheat Sheet", "General guidance: disable DTDs completely"),
        ],
        remediation: da "Slå DTD fra i XML-parseren (disallow-doctype-decl, DtdProcessing.Prohibit, resolve_entities=False).",
                     en "Switch DTDs off in the XML parser (disallow-doctype-decl, DtdProcessing.Prohibit, resolve_entities=False).",
        parameters: [],
    }
}

distribution_check! {
    /// A message whose entities grow to a hundred kilobytes is not confirmed, and the system goes on. The attack known as
    /// billion laughs does the same without an end.
    ///
    /// ## Why
    /// No message of the Beskedfordeler has a document type declaration. A parser that takes one can be made to fetch, to
    /// read files or to fill its memory.
    ///
    /// ## What to do
    /// Switch DTDs off in the XML parser (`disallow-doctype-decl`, `DtdProcessing.Prohibit`, `resolve_entities=False`).
    pub EntityExpansionRefused {
        id: "push.entity-expansion-refused",
        family: Push,
        case: "entity-expansion",
        judged: never_confirmed,
        title: da "En besked med indlejrede entiteter afvises", en "A message with nested entities is refused",
        rows: ["BFO-PUSH-10"],
        basis: GoodPractice,
        method: Measured,
        sources: [
            ("os2kitos: FK Organization user integration", "DTDs and external entities are rejected"),
            ("OWASP XML External Entity Prevention Cheat Sheet", "General guidance: disable DTDs completely"),
        ],
        remediation: da "Slå DTD fra i XML-parseren (disallow-doctype-decl, DtdProcessing.Prohibit, resolve_entities=False).",
                     en "Switch DTDs off in the XML parser (disallow-doctype-decl, DtdProcessing.Prohibit, resolve_entities=False).",
        parameters: [],
    }
}
