//! See [`HostsNamed`].

use super::{none_of, on_entity, urls};
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::subject::MetadataSubject;
use std::collections::BTreeSet;

check! {
    /// The endpoints' hosts are those that the target names for this system and environment.
    ///
    /// ## Why
    /// Production's metadata with a host of the test system sends production's assertions to the test system, and the other way
    /// round. A foreign host receives the users' data.
    ///
    /// ## What to do
    /// Deliver the metadata of the right environment, or name the host in the target if it belongs to the system.
    pub HostsNamed {
        id: "metadata.hosts-named",
        family: Metadata,
        title: da "Endepunkternes værter hører til det angivne miljø", en "The endpoints' hosts belong to the stated environment",
        rows: ["SP-MD-23"],
        basis: Inference,
        method: Inspected,
        sources: [("SAML V2.0 Metadata (saml-metadata-2.0-os)", "2.2.2 EndpointType")],
        remediation: da "Aflevér metadata for det rigtige miljø, eller tilføj værten i målfilen.",
                     en "Deliver the metadata of the right environment, or add the host to the target.",
        parameters: [],
    }
}

impl Check<MetadataSubject> for HostsNamed {
    fn judge(&self, subject: &MetadataSubject, _: &Parameters) -> Outcome {
        on_entity(subject, |entity| {
            let named = &subject.registered.hosts;
            let hosts: BTreeSet<String> = urls(entity).iter().filter_map(|u| u.host_str().map(str::to_owned)).collect();
            if named.is_empty() {
                return Outcome::not_tested(
                    Reason::NotSupplied,
                    "hosts named in the target",
                    hosts.into_iter().collect::<Vec<_>>().join(", "),
                );
            }
            let expected = named.join(", ");
            if hosts.is_empty() {
                return Outcome::not_tested(Reason::Missing, expected, "no endpoint");
            }
            let foreign: Vec<String> =
                hosts.iter().filter(|host| !named.iter().any(|n| n.eq_ignore_ascii_case(host))).cloned().collect();
            none_of(Reason::Contradiction, &expected, &format!("{} hosts", hosts.len()), &foreign)
        })
    }
}
