//! Municipalities by package: how much of each package a municipality has in use.

use super::is_of;
use super::summary::Group;
use crate::error::{Error, Result};
use jiff::Timestamp;
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// A municipality.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Municipality {
    /// Its name.
    pub name: String,
    /// Its CVR number.
    pub cvr: String,
}

/// The 98 municipalities.
#[must_use]
pub fn municipalities() -> &'static [Municipality] {
    static LIST: LazyLock<Vec<Municipality>> = LazyLock::new(|| {
        let lines = include_str!("../../fixtures/usage/kommuner.csv").lines().skip(1);
        let read = |line: &str| {
            let mut parts = line.trim().split(',').skip(1);
            Some(Municipality { name: parts.next()?.to_owned(), cvr: parts.next()?.to_owned() })
        };
        lines.filter_map(read).collect()
    });
    &LIST
}

/// A package of integrations.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Package {
    /// Its name.
    pub name: String,
    /// Its integrations. `SF1320` stands for `SF1320_A` and the like too.
    pub integrations: Vec<String>,
}

impl std::str::FromStr for Package {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let wrong = || Error::Usage(format!("`{text}` is no package; write NAME=SF1461,SF1462"));
        let (name, list) = text.split_once('=').ok_or_else(wrong)?;
        let integrations: Vec<_> =
            list.split(',').map(|part| part.trim().to_uppercase()).filter(|part| !part.is_empty()).collect();
        let is_number =
            |text: &String| super::scan::integration_number(text.as_bytes()).is_some_and(|n| n.len() == text.len());
        if name.trim().is_empty() || integrations.is_empty() || !integrations.iter().all(is_number) {
            return Err(wrong());
        }
        Ok(Self { name: name.trim().to_owned(), integrations })
    }
}

/// What counts.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    /// The packages; each integration is one of its own, when there are none.
    pub packages: Vec<Package>,
    /// Systems whose calls count; every system, when there are none.
    pub systems: Vec<String>,
    /// Calls before it do not count.
    pub since: Option<Timestamp>,
    /// Whether municipalities without any call are shown.
    pub all: bool,
}

/// Municipalities by package.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Comparison {
    /// The packages, in the order of the cells.
    pub packages: Vec<Package>,
    /// A row a municipality.
    pub rows: Vec<Row>,
    /// Calls of other systems, which were left out.
    pub hidden_calls: u64,
    /// Calls without an integration, which belong to no package.
    pub unnamed_calls: u64,
}

/// One municipality.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Row {
    /// CVR number, or what stands in its place.
    pub cvr: String,
    /// Its name; absent when the CVR number is not one of the 98.
    pub name: Option<String>,
    /// A cell a package.
    pub cells: Vec<Cell>,
}

/// One municipality and one package.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Cell {
    /// Share of the package's integrations that are in use, whole percent, rounded down: 100 means every one.
    pub percent: u32,
    /// Integrations that are in use: at least one call that did not fail.
    pub used: Vec<String>,
    /// Integrations that are not.
    pub missing: Vec<String>,
    /// Calls, failed ones included.
    pub calls: u64,
    /// Newest call that did not fail.
    pub newest: Option<Timestamp>,
}

/// Where no line of a log tells an outcome, every call counts as use: its newest stands as its newest success.
pub fn count_any_call(groups: &mut [Group]) {
    if groups.iter().all(|group| group.unknown == group.calls) {
        for group in groups {
            group.newest_success = Some(group.newest);
        }
    }
}

#[derive(Default)]
struct Seen {
    calls: u64,
    newest: Option<Timestamp>,
}

/// Compares municipalities.
#[must_use]
pub fn compare(groups: impl Iterator<Item = Group>, rules: &Rules) -> Comparison {
    let mut seen: BTreeMap<(String, String), Seen> = BTreeMap::new();
    let (mut hidden_calls, mut unnamed_calls) = (0, 0);
    let mut groups: Vec<_> = groups.collect();
    count_any_call(&mut groups);
    for group in groups {
        if !rules.systems.is_empty()
            && !rules.systems.iter().any(|system| system.eq_ignore_ascii_case(&group.key.system))
        {
            hidden_calls += group.calls;
            continue;
        }
        if group.key.integration.is_empty() {
            unnamed_calls += group.calls;
            continue;
        }
        let entry = seen.entry((group.key.municipality, group.key.integration)).or_default();
        entry.calls += group.calls;
        entry.newest = entry.newest.max(group.newest_success);
    }
    let packages = if rules.packages.is_empty() {
        let mut names: Vec<_> = seen.keys().map(|(_, integration)| integration.clone()).collect();
        names.sort();
        names.dedup();
        names.into_iter().map(|name| Package { integrations: vec![name.clone()], name }).collect()
    } else {
        rules.packages.clone()
    };
    let mut cvrs: Vec<_> = seen.keys().map(|(cvr, _)| cvr.clone()).collect();
    if rules.all {
        cvrs.extend(municipalities().iter().map(|municipality| municipality.cvr.clone()));
    }
    cvrs.sort();
    cvrs.dedup();
    let mut rows: Vec<_> = cvrs
        .into_iter()
        .map(|cvr| Row {
            name: municipalities().iter().find(|m| m.cvr == cvr).map(|m| m.name.clone()),
            cells: packages.iter().map(|package| cell(package, &cvr, &seen, rules.since)).collect(),
            cvr,
        })
        .collect();
    rows.sort_by(|a, b| (a.name.is_none(), &a.name, &a.cvr).cmp(&(b.name.is_none(), &b.name, &b.cvr)));
    Comparison { packages, rows, hidden_calls, unnamed_calls }
}

fn cell(package: &Package, cvr: &str, seen: &BTreeMap<(String, String), Seen>, since: Option<Timestamp>) -> Cell {
    let mut cell = Cell::default();
    for integration in &package.integrations {
        let of_it = seen.iter().filter(|((municipality, name), _)| municipality == cvr && is_of(integration, name));
        let mut newest = None;
        for (_, seen) in of_it {
            cell.calls += seen.calls;
            newest = newest.max(seen.newest);
        }
        cell.newest = cell.newest.max(newest);
        if newest.is_some_and(|newest| since.is_none_or(|since| newest >= since)) {
            cell.used.push(integration.clone());
        } else {
            cell.missing.push(integration.clone());
        }
    }
    let percent = cell.used.len() * 100 / package.integrations.len().max(1);
    cell.percent = u32::try_from(percent).unwrap_or(0);
    cell
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_whole() {
        assert_eq!(municipalities().len(), 98);
        assert!(municipalities().iter().all(|m| m.cvr.len() == 8 && m.cvr.bytes().all(|b| b.is_ascii_digit())));
    }

    #[test]
    fn packages_are_read() {
        let package: Package = "Beskeder=SF1461, sf1320_a".parse().unwrap();
        assert_eq!(package.integrations, ["SF1461", "SF1320_A"]);
        for wrong in ["SF1461", "x=", "=SF1461", "x=SF14", "x=SF1461;SF1462"] {
            assert!(wrong.parse::<Package>().is_err(), "{wrong}");
        }
    }
}
