//! See [`TokenUseLogged`].

use super::{Findings, Line, View, on_logs};
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::subject::EventLogSubject;
use crate::usage::event::{EventKind, Field};

check! {
    /// The system logs each token request with CVR number and AppliesTo, and each call with its TransaktionsId.
    ///
    /// ## Why
    /// Without them nobody can follow a call through the systems, or tell for whom a token was used. Lines `token-requested` and `called` of logs
    /// that the vendor keeps count; what the infrastructure keeps is not the system's log. A column that the mapping does not name is
    /// not missed. That a request left no line at all is not seen here.
    ///
    /// ## What to do
    /// Write CVR number and AppliesTo into the line of each token request, and x-TransaktionsId or TransaktionsUUID into that of each call.
    pub TokenUseLogged {
        id: "event-log.token-use-logged",
        family: EventLog,
        title: da "Hver tokenanmodning logges med CVR-nummer og AppliesTo, hvert kald med TransaktionsId", en "Each token request is logged with CVR number and AppliesTo, each call with its TransaktionsId",
        rows: ["FKI-LOG-05"],
        basis: Inference,
        method: Inspected,
        sources: [("SF1601 Programmer's Guide", "x-TransaktionsId"), ("Transaktionsspor (docs.kombit.dk/id/cd9e58aa)", "title")],
        remediation: da "Skriv CVR-nummer og AppliesTo i linjen for hver tokenanmodning og TransaktionsId i linjen for hvert kald.", en "Write CVR number and AppliesTo into the line of each token request, and TransaktionsId into that of each call.",
        parameters: [("window_days", Integer(90), "Lines of the last so many days before the run count, days; no official number exists")],
    }
}

impl Check<EventLogSubject> for TokenUseLogged {
    fn judge(&self, subject: &EventLogSubject, parameters: &Parameters) -> Outcome {
        const EXPECTED: &str = "CVR number and AppliesTo of each token request, TransaktionsId of each call";
        on_logs(subject, parameters.integer("window_days"), EXPECTED, |view| {
            let mut findings = Findings::default();
            let wanted = [
                (EventKind::TokenRequested, Field::Municipality, "token requests without a CVR number"),
                (EventKind::TokenRequested, Field::Service, "token requests without AppliesTo"),
                (EventKind::Called, Field::Transaction, "calls without a TransaktionsId"),
            ];
            for (kind, field, what) in wanted {
                let lines = View::own(view.lines(&[kind], &mut findings), &mut findings);
                let lines = View::with_field(lines, field, &mut findings);
                View::whole(&lines, &mut findings);
                let lacks = |line: &Line<'_>| {
                    let value = match field {
                        Field::Municipality => &line.event.municipality,
                        Field::Service => &line.event.service,
                        _ => &line.event.transaction,
                    };
                    value.as_ref().is_none_or(|value| value.trim().is_empty())
                };
                let lacking: Vec<_> = lines.iter().copied().filter(lacks).collect();
                view.of_keeper(&lacking, Reason::Missing, what, &mut findings);
                if !lines.is_empty() && field != Field::Service {
                    findings.held(format!("{} lines", lines.len()));
                }
            }
            findings
        })
    }
}
