//! The requirement bank (kravbank): the shipped profiles, what decides each of their requirements, and what a new version of a
//! profile changes for a vendor.

mod change;
mod direction;
pub(crate) mod open;

pub use change::{Change, Effect, changes};

use crate::checks;
use crate::document::Document;
use crate::error::Result;
use crate::explain::generate::{Row, decided, embedded_rows};
use crate::language::Localised;
use crate::profile::{Profile, ProfileFile, Requirement, Scope, Status, shipped};
use crate::verdict::{Basis, Category, Level, Method};
use jiff::civil::Date;
use serde::Serialize;
use std::collections::BTreeSet;

/// A shipped profile in one line.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Entry {
    /// Its id.
    pub id: String,
    /// Its version.
    pub version: String,
    /// Where it is in its life.
    pub status: Status,
    /// First day it may be used to judge.
    pub valid_from: Date,
    /// Requirements, with those of its includes.
    pub requirements: usize,
    /// How many of them are `must`, `should` and `may`.
    pub levels: [usize; 3],
    /// What it is called.
    pub title: Localised,
    /// Framework, contract, service area, use case and package it belongs to, those that it names.
    pub scope: Vec<String>,
}

/// What decides one requirement, in part: one line a check or declaration.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Decider {
    /// The profile whose file has the requirement.
    pub profile: String,
    /// The requirement.
    pub requirement: String,
    /// Its title.
    pub title: Localised,
    /// Its level.
    pub level: Level,
    /// Its category.
    pub category: Category,
    /// What the requirement rests on.
    pub basis: Basis,
    /// `check` or `declaration`.
    pub kind: &'static str,
    /// Id of the check, or kind of the declaration.
    pub by: String,
    /// How the verdict is reached.
    pub method: Method,
    /// What the check rests on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub check_basis: Option<Basis>,
    /// Strengths of the rows that the check decides: how well the facts are confirmed.
    pub strength: Vec<String>,
    /// Rows of the fact tables that the check decides.
    pub rows: Vec<String>,
}

/// A row of the fact tables that no check decides.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct OpenRow {
    /// Its id.
    pub row: String,
    /// The fact sheet.
    pub fact_sheet: String,
    /// The table.
    pub section: String,
    /// What it is about.
    pub observed: String,
    /// How well it is confirmed.
    pub strength: String,
    /// Why no check decides it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<Localised>,
}

/// What decides what.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Coverage {
    /// By profile and requirement, in their order.
    pub requirements: Vec<Decider>,
    /// Rows that no check decides; for named profiles, those of the topics of which their checks decide other rows.
    pub rows_without_check: Vec<OpenRow>,
}

/// Every shipped profile.
pub fn shipped() -> Result<Vec<Profile>> {
    shipped::SHIPPED.iter().map(|(id, _)| Profile::load(id)).collect()
}

/// The bank, one entry a profile.
pub fn list() -> Result<Vec<Entry>> {
    let entry = |profile: Profile| {
        let count = |level| profile.requirements.iter().filter(|r| r.level == level).count();
        Entry {
            id: profile.file.id.clone(),
            version: profile.file.version.clone(),
            status: profile.file.status,
            valid_from: profile.file.valid_from,
            requirements: profile.requirements.len(),
            levels: [Level::Must, Level::Should, Level::May].map(count),
            title: profile.file.title.clone(),
            scope: scope(&profile.file.scope),
        }
    };
    Ok(shipped()?.into_iter().map(entry).collect())
}

fn scope(scope: &Scope) -> Vec<String> {
    let Scope { framework, contract, service_area, use_case, package } = scope;
    [framework, contract, service_area, use_case, package].into_iter().flatten().cloned().collect()
}

/// A requirement and the profile whose file has it.
struct Written {
    profile: String,
    requirement: Requirement,
}

/// What decides the requirements that these profiles write themselves, and every row that no check decides.
pub(crate) fn coverage(profiles: &[Profile], rows: &[Row]) -> Coverage {
    let written = profiles.iter().flat_map(|profile| {
        let id = &profile.file.id;
        profile.file.requirement.iter().map(|r| Written { profile: id.clone(), requirement: r.clone() })
    });
    Coverage {
        requirements: written.flat_map(|written| deciders(&written, rows)).collect(),
        rows_without_check: open_rows(rows).collect(),
    }
}

/// The whole bank by the fact tables that the program carries.
pub fn coverage_of_the_bank() -> Result<Coverage> {
    Ok(coverage(&shipped()?, &embedded_rows()?))
}

/// What decides the requirements of these profiles, with those of their includes as they are adjusted, and the rows without a
/// check of the topics that they touch.
pub fn coverage_of(profiles: &[Profile]) -> Result<Coverage> {
    let rows = embedded_rows()?;
    let mut requirements: Vec<Decider> = Vec::new();
    for profile in profiles {
        for written in with_includes(profile)? {
            let seen = |d: &Decider| d.profile == written.profile && d.requirement == written.requirement.id;
            // Two profiles may include a third.
            if !requirements.iter().any(seen) {
                requirements.extend(deciders(&written, &rows));
            }
        }
    }
    let decided: BTreeSet<&str> = requirements.iter().flat_map(|d| &d.rows).map(String::as_str).collect();
    let touched: BTreeSet<_> =
        rows.iter().filter(|r| decided.contains(r.id.as_str())).map(|r| topic(&r.section, &r.id)).collect();
    let open = open_rows(&rows).filter(|row| touched.contains(topic(&row.section, &row.row))).collect();
    Ok(Coverage { rows_without_check: open, requirements })
}

/// What a row is about: its table, such as `F. Privileges and data restrictions`. The numbered tables hold many topics, which the
/// names of their rows tell apart: `SP-SLO-01` is about `SP-SLO`.
fn topic<'a>(section: &'a str, row: &'a str) -> &'a str {
    if section.starts_with(|c: char| c.is_ascii_digit()) {
        row.rsplit_once('-').map_or(row, |(topic, _)| topic)
    } else {
        section
    }
}

/// Every requirement of a profile, with the file that it stands in.
fn with_includes(profile: &Profile) -> Result<Vec<Written>> {
    let mut file_of = std::collections::BTreeMap::new();
    for source in &profile.sources {
        let file: ProfileFile = Document::new(source.reference.clone(), source.text.clone()).parse()?;
        for requirement in file.requirement {
            file_of.entry(requirement.id).or_insert_with(|| file.id.clone());
        }
    }
    let written = |requirement: &Requirement| Written {
        profile: file_of.get(&requirement.id).unwrap_or(&profile.file.id).clone(),
        requirement: requirement.clone(),
    };
    Ok(profile.requirements.iter().map(written).collect())
}

fn deciders(written: &Written, rows: &[Row]) -> Vec<Decider> {
    let requirement = &written.requirement;
    let decider = |kind, by: &str, method, check_basis, own_rows: &[&str]| Decider {
        profile: written.profile.clone(),
        requirement: requirement.id.clone(),
        title: requirement.title.clone(),
        level: requirement.level,
        category: requirement.category,
        basis: requirement.basis,
        kind,
        by: by.to_owned(),
        method,
        check_basis,
        strength: strengths(own_rows, rows),
        rows: own_rows.iter().map(|row| (*row).to_owned()).collect(),
    };
    let declared = requirement.declaration.iter().map(|kind| decider("declaration", kind, Method::Declared, None, &[]));
    // The same check may be bound several times, to different subjects.
    let ids: Vec<_> = requirement.check.iter().map(|binding| binding.id.as_str()).collect();
    let distinct = ids.iter().enumerate().filter(|(n, id)| !ids[..*n].contains(id)).map(|(_, id)| *id);
    let checked = distinct
        .filter_map(checks::by_id)
        .map(|check| check.meta())
        .map(|meta| decider("check", meta.id, meta.method, Some(meta.basis), meta.rows));
    declared.chain(checked).collect()
}

fn open_rows(rows: &[Row]) -> impl Iterator<Item = OpenRow> + '_ {
    let decided = decided();
    rows.iter().filter(move |row| !decided.contains_key(row.id.as_str())).map(|row| OpenRow {
        row: row.id.clone(),
        fact_sheet: row.fact_sheet.clone(),
        section: row.section.clone(),
        observed: row.observed.clone(),
        strength: row.strength.clone(),
        reason: open::reason(&row.id).map(|why| why.to_localised()),
    })
}

fn strengths(own: &[&str], rows: &[Row]) -> Vec<String> {
    let of_own = rows.iter().filter(|row| own.contains(&row.id.as_str()));
    of_own.map(|row| row.strength.clone()).collect::<BTreeSet<_>>().into_iter().collect()
}
