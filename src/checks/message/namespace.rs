//! See [`Namespace`].

use super::on_message;
use crate::besked::KUVERT;
use crate::besked::samples::{Deviation, deviations};
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::subject::MessageSubject;

check! {
    /// The envelope stands in the namespace `urn:oio:besked:kuvert:1.0`.
    ///
    /// ## Why
    /// The guide shows a message in `urn:oio:ns2:kuvert:1.0` as its example of an invalid one, and the same namespace
    /// stands by mistake in the example of the specification of PKO_PostStatus. Who copies that example sends messages
    /// that nobody can read.
    ///
    /// ## What to do
    /// Write every element of the envelope in `urn:oio:besked:kuvert:1.0`. The prefix is free.
    pub Namespace {
        id: "message.namespace",
        family: Message,
        title: da "Kuverten står i namespace urn:oio:besked:kuvert:1.0", en "The envelope stands in the namespace urn:oio:besked:kuvert:1.0",
        rows: ["BFO-SEND-01"],
        basis: Norm,
        method: Inspected,
        sources: [
            ("Beskedkuvert.xsd (SF1461 2.0)", "targetNamespace"),
            ("KMD-Bf-samples 1.4 (2020)", "2.11"),
        ],
        remediation: da "Skriv alle kuvertens elementer i namespace urn:oio:besked:kuvert:1.0.",
                     en "Write every element of the envelope in the namespace urn:oio:besked:kuvert:1.0.",
        parameters: [],
    }
}

impl Check<MessageSubject> for Namespace {
    fn judge(&self, subject: &MessageSubject, _: &Parameters) -> Outcome {
        on_message(subject, |message| {
            let name = &message.besked.name;
            let known = deviations(message).contains(&Deviation::EnvelopeNamespace);
            let note = if known { " (the guide's example of an invalid message)" } else { "" };
            let observed = format!("{}{note}", name.namespace.as_deref().unwrap_or("none"));
            Outcome::when(message.in_namespace(), Reason::Different, KUVERT, observed)
        })
    }
}
