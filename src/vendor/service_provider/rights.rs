//! Rights: what the privilege list of a login says about one role (OIO Basic Privilege Profile).

use super::fault::{Fault, Faults};
use crate::saml::privileges::{CVR_SCOPE, Namespace, PrivilegeList};

/// Where the types of data restrictions that this system knows live; a role restricted by any other is not honoured, because
/// to ignore the restriction would widen the role.
const CONSTRAINTS: &str = "http://sts.kombit.dk/constraints/";

/// Whether a privilege list (base64) gives `role` for the organisation with this CVR number. A list that cannot be read gives
/// no rights.
pub(super) fn has_role(list: Option<&str>, role: &str, cvr: &str, faults: &Faults) -> bool {
    let Some(list) = list else { return faults.has(Fault::RightsWithoutPrivileges) };
    let Ok(list) = PrivilegeList::from_attribute(list) else { return false };
    if faults.has(Fault::OneNamespace) && list.namespace != Namespace::Itst {
        return false;
    }
    let count = if faults.has(Fault::FirstGroupOnly) { 1 } else { usize::MAX };
    list.groups.iter().take(count).any(|group| {
        let in_scope = group.scope.strip_prefix(CVR_SCOPE) == Some(cvr) || faults.has(Fault::ScopeIgnored);
        let understood = group.constraints.iter().all(|c| c.name.starts_with(CONSTRAINTS));
        let named = group.privileges.iter().any(|given| {
            if faults.has(Fault::RoleSubstring) { given.contains(short_name(role)) } else { given == role }
        });
        in_scope && understood && named
    })
}

/// `sagsbehandler` of `http://<domæne>/roles/usersystemrole/sagsbehandler/1`.
fn short_name(role: &str) -> &str {
    role.rsplit('/').nth(1).unwrap_or(role)
}
