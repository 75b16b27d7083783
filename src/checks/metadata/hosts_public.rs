//! See [`HostsPublic`].

use super::{none_of, on_entity, urls};
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::subject::MetadataSubject;
use crate::verdict::Environment;
use std::collections::BTreeSet;
use std::net::{Ipv4Addr, Ipv6Addr};
use url::{Host, Url};

check! {
    /// No endpoint and no entityID names a developer's machine, a private address or a reserved example domain.
    ///
    /// ## Why
    /// Such a name leads every user's browser to another place than the system, and shows that a development configuration was
    /// delivered.
    ///
    /// ## What to do
    /// Make the metadata from the environment's own configuration, with its public host names.
    pub HostsPublic {
        id: "metadata.hosts-public",
        family: Metadata,
        title: da "Metadata nævner ingen lokale værter eller eksempelværter", en "Metadata names no local and no example hosts",
        rows: ["SP-MD-23"],
        basis: Inference,
        method: Inspected,
        sources: [("IETF RFC 6761", "6 Special-Use Domain Names"), ("IETF RFC 1918", "3 Private Address Space")],
        remediation: da "Dan metadata ud fra miljøets egen konfiguration med dets offentlige værtsnavne.",
                     en "Make the metadata from the environment's own configuration with its public host names.",
        parameters: [],
    }
}

impl Check<MetadataSubject> for HostsPublic {
    fn judge(&self, subject: &MetadataSubject, _: &Parameters) -> Outcome {
        on_entity(subject, |entity| {
            const EXPECTED: &str = "public hosts";
            if subject.environment == Environment::Local {
                return Outcome::not_applicable(EXPECTED, "environment local");
            }
            let mut all = urls(entity);
            all.extend(entity.entity_id.as_deref().and_then(|id| Url::parse(id).ok()));
            let hosts: BTreeSet<String> = all.iter().filter_map(|url| Some(url.host()?.to_string())).collect();
            if hosts.is_empty() {
                return Outcome::not_tested(Reason::Missing, EXPECTED, "no host");
            }
            let local: BTreeSet<String> =
                all.iter().filter_map(Url::host).filter(|host| is_local(host)).map(|host| host.to_string()).collect();
            let local: Vec<String> = local.into_iter().collect();
            none_of(Reason::Forbidden, EXPECTED, &hosts.into_iter().collect::<Vec<_>>().join(", "), &local)
        })
    }
}

fn is_local(host: &Host<&str>) -> bool {
    const SUFFIXES: [&str; 10] =
        ["localhost", "local", "internal", "intern", "lan", "corp", "test", "example", "invalid", "home.arpa"];
    const EXAMPLES: [&str; 4] = ["example.com", "example.org", "example.net", "tempuri.org"];
    match host {
        Host::Domain(name) => {
            let name = name.trim_end_matches('.').to_ascii_lowercase();
            let under = |suffix: &&str| name == **suffix || name.ends_with(&format!(".{suffix}"));
            !name.contains('.') || SUFFIXES.iter().any(under) || EXAMPLES.iter().any(under)
        }
        Host::Ipv4(address) => {
            address.is_private()
                || address.is_loopback()
                || address.is_link_local()
                || *address == Ipv4Addr::UNSPECIFIED
        }
        Host::Ipv6(address) => {
            address.is_loopback()
                || address.is_unique_local()
                || address.is_unicast_link_local()
                || *address == Ipv6Addr::UNSPECIFIED
        }
    }
}
