//! The switchable faults of the receiver: each is one mistake that a real vendor has made or could make, and one switch in the code.

use crate::document::nearest;
use crate::language::Text;

/// Where a fault shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Area {
    /// In what the system answers to a pushed message, and in what it makes of it.
    Push,
    /// In what it makes of any message, however it came.
    Content,
    /// In how it fetches messages.
    Pull,
    /// In how it gets and uses tokens.
    Token,
    /// In what it sends.
    Send,
    /// In its maintenance of value lists.
    ValueList,
}

macro_rules! faults {
    ($($area:ident { $($name:ident = $kebab:literal, $da:literal, $en:literal;)+ })+) => {
        /// One deliberate fault of the reference vendor as a receiver and sender of messages.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Fault { $($(#[doc = $en] $name,)+)+ }

        impl Fault {
            /// Every fault, in the order they are listed.
            pub const ALL: &'static [Self] = &[$($(Self::$name,)+)+];

            /// The name on the command line.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $($(Self::$name => $kebab,)+)+ }
            }

            /// What is wrong.
            #[must_use]
            pub const fn what(self) -> Text {
                match self { $($(Self::$name => Text { da: $da, en: $en },)+)+ }
            }

            /// Where it shows.
            #[must_use]
            pub const fn area(self) -> Area {
                match self { $($(Self::$name => Area::$area,)+)+ }
            }
        }
    };
}

faults! {
    Push {
        EmptyAnswer = "empty-answer",
            "svarer 200 uden indhold",
            "answers 200 without content";
        HtmlAnswer = "html-answer",
            "svarer 200 med en HTML-side",
            "answers 200 with an HTML page";
        PlainTextAnswer = "plain-text-answer",
            "svarer med Content-Type text/plain",
            "answers with Content-Type text/plain";
        WrongNamespaceAnswer = "wrong-namespace-answer",
            "StandardRetur i svaret står i et forkert navnerum",
            "StandardRetur in the answer is in a wrong namespace";
        IncompleteAnswer = "incomplete-answer",
            "svarets StandardRetur mangler StatusKode",
            "StandardRetur in the answer lacks StatusKode";
        SlowAnswers = "slow-answers",
            "er seks sekunder om at svare",
            "takes six seconds to answer";
        MalformedAccepted = "malformed-accepted",
            "kvitterer med 20 for en besked, der ikke er velformet XML",
            "answers 20 to a message that is no well-formed XML";
        MalformedWith500 = "malformed-with-500",
            "svarer HTTP 500 på en besked, der ikke er velformet XML",
            "answers HTTP 500 to a message that is no well-formed XML";
        MalformedStops = "malformed-stops",
            "svarer 53 på en besked, der ikke er velformet XML, så dueslaget stopper",
            "answers 53 to a message that is no well-formed XML, so that the dueslag stops";
        ImpatientReading = "impatient-reading",
            "afviser en besked, der er mere end et par sekunder om at komme",
            "refuses a message that takes more than a few seconds to arrive";
        SchemaNotChecked = "schema-not-checked",
            "kvitterer med 20 for en besked uden BeskedId",
            "answers 20 to a message without BeskedId";
        AcceptsStrangers = "accepts-strangers",
            "modtager beskeder fra hvem som helst uden klientcertifikat",
            "takes messages from anybody without a client certificate";
        AcceptsDtd = "accepts-dtd",
            "godtager en besked med DTD",
            "takes a message with a DTD";
        FollowsEntities = "follows-entities",
            "henter eksterne XML-entiteter",
            "fetches external XML entities";
    }
    Content {
        AcknowledgesUnstored = "acknowledges-unstored",
            "kvitterer for beskeden, før den er gemt, og gemmer den senere",
            "acknowledges the message before it is stored, and stores it later";
        StoresTwice = "stores-twice",
            "udfører en besked igen, hver gang den kommer",
            "carries out a message again each time it comes";
        FailsOnDuplicates = "fails-on-duplicates",
            "fejler, når en besked kommer igen",
            "fails when a message comes again";
        DuplicateRace = "duplicate-race",
            "udfører en besked flere gange, når den kommer flere gange samtidig",
            "carries out a message more than once when it comes more than once at the same time";
        OverwritesContent = "overwrites-content",
            "overskriver en besked med en anden, der har samme BeskedId",
            "overwrites a message with another one of the same BeskedId";
        RemembersUnstored = "remembers-unstored",
            "husker BeskedId, før beskeden er gemt, og kvitterer næste gang uden at gemme den",
            "remembers the BeskedId before the message is stored, and acknowledges it the next time without storing it";
        UnknownTypeStops = "unknown-type-stops",
            "svarer 51 på en ukendt beskedtype, eller lægger den tilbage, så dueslaget står stille",
            "answers 51 to an unknown message type, or puts it back, so that the dueslag stands still";
        DropsUnknownType = "drops-unknown-type",
            "kvitterer for en besked af ukendt type og smider den væk",
            "acknowledges a message of an unknown type, and throws it away";
        LargeMessageStops = "large-message-stops",
            "svarer 53 på en besked over en megabyte, eller lægger den tilbage, så dueslaget står stille",
            "answers 53 to a message of more than a megabyte, or puts it back, so that the dueslag stands still";
        RejectsPayload = "rejects-payload",
            "afviser en besked, hvis beskeddata ikke følger deres skema",
            "rejects a message whose Beskeddata deviates from its schema";
        DropsPayload = "drops-payload",
            "kvitterer for en besked, hvis beskeddata ikke følger deres skema, og smider den væk",
            "acknowledges a message whose Beskeddata deviates from its schema, and throws it away";
        OneBase64Namespace = "one-base64-namespace",
            "kender kun elementet Base64 i ét navnerum",
            "knows the element Base64 in one namespace alone";
        OtherBase64Namespace = "other-base64-namespace",
            "kender kun elementet Base64 i navnerummet urn:besked:kuvert:1.0",
            "knows the element Base64 in the namespace urn:besked:kuvert:1.0 alone";
        RefusesOtherSyntax = "refuses-other-syntax",
            "afviser en besked, hvis TilladtModtager ikke er skrevet som urn:oio:cvr:",
            "refuses a message whose TilladtModtager is not written as urn:oio:cvr:";
        RefusesManyPermitted = "refuses-many-permitted",
            "afviser en besked med mere end én TilladtModtager",
            "refuses a message with more than one TilladtModtager";
        FirstPermittedOnly = "first-permitted-only",
            "læser kun den første TilladtModtager",
            "reads the first TilladtModtager alone";
        OneCvrSyntax = "one-cvr-syntax",
            "forstår kun TilladtModtager skrevet som urn:oio:cvr:",
            "understands TilladtModtager as urn:oio:cvr: alone";
        ServesEverybody = "serves-everybody",
            "udfører beskeder for alle sine myndigheder, uanset TilladtModtager",
            "carries messages out for all its authorities, whatever TilladtModtager says";
    }
    Pull {
        AutoAck = "auto-ack",
            "henter med automatisk kvittering",
            "fetches with automatic acknowledgement";
        BlocksOnPoison = "blocks-on-poison",
            "lægger en ulæselig besked tilbage i køen igen og igen",
            "puts an unreadable message back into the queue again and again";
        StopsAtPoison = "stops-at-poison",
            "standser ved en ulæselig besked uden at kvittere",
            "stops at an unreadable message without acknowledging it";
        PlainLogin = "plain-login",
            "logger ind med SASL PLAIN og tokenet som adgangskode",
            "logs in by SASL PLAIN with the token as password";
        WrongVhost = "wrong-vhost",
            "åbner vhost / i stedet for BF",
            "opens vhost / instead of BF";
        WrongQueue = "wrong-queue",
            "henter fra en kø med et andet navn end dueslagets",
            "fetches from a queue of another name than the dueslag's";
        OtherCertificate = "other-certificate",
            "bruger et andet certifikat i TLS end det, tokenet er bundet til",
            "uses another certificate in TLS than the one that the token is bound to";
        RetryStorm = "retry-storm",
            "forsøger igen med det samme, når login afvises",
            "tries again at once when the login is refused";
        NeverReconnects = "never-reconnects",
            "opretter ikke forbindelsen igen, når den er afbrudt",
            "does not connect again after the connection was lost";
        ReconnectsSlowly = "reconnects-slowly",
            "venter en time, før det forbinder igen",
            "waits an hour before it connects again";
        GivesUpWhenRefused = "gives-up-when-refused",
            "holder op med at hente, når login er afvist en gang",
            "stops fetching when a login has been refused once";
        PollsRarely = "polls-rarely",
            "henter beskeder ti gange så sjældent, som det ellers venter",
            "fetches messages ten times as seldom as it waits otherwise";
        AcknowledgesLate = "acknowledges-late",
            "kvitterer først nogle sekunder efter, at beskeden er gemt",
            "acknowledges a message only some seconds after it is stored";
        GivesUpWhenIdle = "gives-up-when-idle",
            "holder op med at hente, når der ikke har været beskeder en tid",
            "stops fetching when there have been no messages for a while";
        OutOfOrder = "out-of-order",
            "kvitterer for den anden besked om et objekt, før den er gemt, så den tredje overhaler den",
            "acknowledges the second message about an object before it is stored, so that the third overtakes it";
        NoHeartbeat = "no-heartbeat",
            "slår heartbeat fra og opdager ikke en død forbindelse",
            "turns heartbeats off and does not notice a dead connection";
    }
    Token {
        WrongAudience = "wrong-audience",
            "beder om token til en anden service end den, det bruger tokenet til",
            "asks for a token for another service than the one it uses it at";
        WrongAuthority = "wrong-authority",
            "beder om token til en anden myndighed end den, beskederne er til",
            "asks for a token for another authority than the messages are for";
        TokenPerConnection = "token-per-connection",
            "henter et nyt token til hver forbindelse",
            "gets a new token for each connection";
        IgnoresExpiry = "ignores-expiry",
            "bliver ved med at bruge et udløbet token",
            "goes on using an expired token";
    }
    Send {
        NoConfirms = "no-confirms",
            "sender uden bekræftelse (confirm.select)",
            "publishes without confirms (confirm.select)";
        NoReplyTo = "no-reply-to",
            "sender uden reply-to og får derfor intet svar",
            "publishes without reply-to and so gets no answer";
        NoTokenHeader = "no-token-header",
            "sender uden token i headeren",
            "publishes without a token in the header";
        NotMandatory = "not-mandatory",
            "sender uden mandatory",
            "publishes without mandatory";
        WrongExchange = "wrong-exchange",
            "sender til standardexchangen med køens navn som routing key",
            "publishes to the default exchange with the queue's name as routing key";
        DropsOn41 = "drops-on-41",
            "dropper beskeden, når svaret er 41",
            "drops the message when the answer is 41";
        NewIdOnResend = "new-id-on-resend",
            "giver beskeden et nyt BeskedId, når den sendes igen",
            "gives the message a new BeskedId when it is sent again";
        SameTokenOn41 = "same-token-on-41",
            "sender igen med det samme token, når svaret er 41",
            "sends again with the same token when the answer is 41";
        ResendsAtOnce = "resends-at-once",
            "sender igen uden pause, når svaret er en fejl",
            "sends again without a pause when the answer is an error";
        LosesOnError = "loses-on-error",
            "smider beskeden væk, når svaret er en fejl eller udebliver",
            "throws the message away when the answer is an error or does not come";
        SendsWrongNamespace = "sends-wrong-namespace",
            "sender konvolutten i navnerummet urn:oio:ns2:kuvert:1.0",
            "sends the envelope in the namespace urn:oio:ns2:kuvert:1.0";
        SendsRepeatedId = "sends-repeated-id",
            "sender alle beskeder med samme BeskedId",
            "sends every message with the same BeskedId";
        SendsNumberedId = "sends-numbered-id",
            "BeskedId er et løbenummer og ikke en UUID",
            "BeskedId is a running number and no UUID";
        SendsWithoutResponsible = "sends-without-responsible",
            "sender uden BeskedAnsvarligAktoer",
            "sends without BeskedAnsvarligAktoer";
        SendsWithoutAuthority = "sends-without-authority",
            "sender uden ObjektAnsvarligMyndighed",
            "sends without ObjektAnsvarligMyndighed";
        SendsUnknownSensitivity = "sends-unknown-sensitivity",
            "Sikkerhedsklassificering er ingen af de fire klasser",
            "Sikkerhedsklassificering is none of the four classes";
        SendsPlainTask = "sends-plain-task",
            "OpgaveEmne er et KLE-nummer uden urn:oio:kle:",
            "OpgaveEmne is a KLE number without urn:oio:kle:";
        SendsBadPermitted = "sends-bad-permitted",
            "TilladtModtager er kommunens navn og ikke et CVR-nummer",
            "TilladtModtager is the municipality's name and no CVR number";
        SendsRecipientAction = "sends-recipient-action",
            "sender med Modtagerhandling",
            "sends with Modtagerhandling";
    }
    ValueList {
        ValueListWithToken = "value-list-with-token",
            "sender et token med i kald til værdilister",
            "sends a token along in calls about value lists";
        ValueListRecreated = "value-list-recreated",
            "sletter og opretter værdilisten i stedet for at ændre den",
            "deletes and creates the value list instead of changing it";
        ValueListOtherPrefix = "value-list-other-prefix",
            "skriver værdierne med et andet præfiks, end beskederne har",
            "writes the values with another prefix than the messages have";
    }
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

/// No fault has this name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no fault is named `{name}`{}", .nearest.map(|n| format!("; did you mean `{n}`?")).unwrap_or_default())]
pub struct UnknownFault {
    name: String,
    nearest: Option<&'static str>,
}

impl std::str::FromStr for Fault {
    type Err = UnknownFault;

    fn from_str(name: &str) -> Result<Self, UnknownFault> {
        let found = Self::ALL.iter().find(|fault| fault.name() == name).copied();
        found.ok_or_else(|| UnknownFault {
            name: name.chars().take(60).collect(),
            nearest: nearest(name, Self::ALL.iter().map(|fault| fault.name())),
        })
    }
}

/// The faults that are switched on.
#[derive(Clone, Debug, Default)]
pub(super) struct Faults(Vec<Fault>);

impl Faults {
    pub(super) fn new(faults: &[Fault]) -> Self {
        Self(faults.to_vec())
    }

    /// Whether the fault is on.
    pub(super) fn has(&self, fault: Fault) -> bool {
        self.0.contains(&fault)
    }
}
