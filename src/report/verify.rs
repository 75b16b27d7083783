//! Verifying a bundle, or a sealed report alone: what it proves, what it refutes and what it cannot show.
//!
//! One seal stands over everything: the report carries the digest of every other member, the renderings are made again and
//! compared byte for byte, and every verdict is computed again from the evidence. So any changed byte of any member shows.

use super::bundle::{BundleReader, REPORT, SEALED};
use super::replay::replay;
use super::v1::{Assurance, Report};
use super::{schema, v1};
use crate::canonical;
use crate::digest::sha256_hex;
use crate::document::read_bounded;
use crate::error::{Error, Result};
use crate::render;
use crate::seal::{self, Proof, Statement, Trust, Verification};
use crate::verdict::Method;
use jiff::Timestamp;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Most places that one statement names.
const MOST: usize = 10;

/// What a verification came to.
#[derive(Debug, Serialize)]
pub struct Verified {
    /// Whether nothing is refuted. What cannot be shown (such as the time) does not count against it.
    pub holds: bool,
    /// Every statement, in reading order.
    pub statements: Vec<Statement>,
    /// The report.
    pub report: Report,
}

impl Verified {
    fn new(report: Report, statements: Vec<Statement>) -> Self {
        Self { holds: statements.iter().all(|s| s.proof != Proof::Refuted), statements, report }
    }
}

/// Verifies a bundle (directory or `.zip`) or a `report.jades.json`. `at` is the instant for the certification path; without
/// it, the sealer's own time. An error means that there is nothing to verify; everything else is a statement.
pub fn verify(place: &Path, trust: &Trust, at: Option<Timestamp>) -> Result<Verified> {
    let sealed_alone =
        place.is_file() && place.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json"));
    if sealed_alone { verify_sealed(place, trust, at) } else { verify_bundle(place, trust, at) }
}

fn verify_sealed(place: &Path, trust: &Trust, at: Option<Timestamp>) -> Result<Verified> {
    let bytes = read_bounded(place, seal::verify::LIMIT)?;
    let verification = seal::verify(&bytes, trust, at).map_err(|error| Error::file(place, error))?;
    let report = read_report(place, &verification.payload)?;
    let mut statements = vec![form(&verification.payload, &report)?];
    statements.extend(described(&report, Some((&verification, trust))));
    statements.extend(verification.statements);
    statements.push(Statement::new(
        "bundle",
        Proof::NotProven,
        "Kun den forseglede rapport er undersøgt. Beviserne er ikke til stede, så ingen afgørelse er genberegnet.",
        "Only the sealed report has been examined. The evidence is not at hand, so no verdict has been recomputed.",
    ));
    Ok(Verified::new(report, statements))
}

fn verify_bundle(place: &Path, trust: &Trust, at: Option<Timestamp>) -> Result<Verified> {
    let mut bundle = BundleReader::open(place)?;
    let bytes = bundle.read(REPORT)?;
    let report = read_report(place, &bytes)?;
    let mut statements = vec![form(&bytes, &report)?];
    if bundle.has(SEALED) {
        match seal::verify(&bundle.read(SEALED)?, trust, at) {
            Ok(verification) => {
                statements.push(Statement::when(
                    "sealed-report",
                    verification.payload == bytes,
                    both(
                        "Den forseglede rapport er rapportpakkens rapport.",
                        "The sealed report is the bundle's report.",
                    ),
                    both(
                        "Den forseglede rapport er en anden end rapportpakkens report.json.",
                        "The sealed report differs from the bundle's report.json.",
                    ),
                ));
                statements.extend(described(&report, Some((&verification, trust))));
                statements.extend(verification.statements);
            }
            Err(error) => statements.push(Statement::new(
                "seal-form",
                Proof::Refuted,
                format!("Seglet kan ikke læses: {error}"),
                format!("The seal cannot be read: {error}"),
            )),
        }
    } else {
        statements.extend(described(&report, None));
    }
    statements.push(members(&mut bundle, &report)?);
    statements.push(renderings(&mut bundle, &report)?);
    statements.extend(recomputation(&mut bundle, &report));
    Ok(Verified::new(report, statements))
}

fn both(da: impl Into<String>, en: impl Into<String>) -> (String, String) {
    (da.into(), en.into())
}

fn read_report(place: &Path, bytes: &[u8]) -> Result<Report> {
    serde_json::from_slice(bytes)
        .map_err(|error| Error::file(place, format!("{REPORT} is no report of format 1: {error}")))
}

/// Canonical bytes and schema.
fn form(bytes: &[u8], report: &Report) -> Result<Statement> {
    let problem = if canonical::bytes(report)? != bytes {
        Some("not canonical JSON (RFC 8785)".to_owned())
    } else if report.schema_version != v1::SCHEMA_VERSION {
        Some(format!("schemaVersion {}", crate::render::one_line(&report.schema_version)))
    } else {
        schema::validate(bytes).err().map(|error| error.to_string())
    };
    let problem = crate::render::one_line(&problem.unwrap_or_default());
    Ok(Statement::when(
        "report-form",
        problem.is_empty(),
        both(
            "Rapporten følger sit skema og har kanonisk form.",
            "The report follows its schema and has canonical form.",
        ),
        both(
            format!("Rapporten har ikke den form, den skal have: {problem}"),
            format!("The report does not have the form it must have: {problem}"),
        ),
    ))
}

/// What the report says about its seal against the seal that is there.
fn described(report: &Report, sealed: Option<(&Verification, &Trust)>) -> Vec<Statement> {
    let says = &report.seal;
    let Some((verification, trust)) = sealed else {
        return vec![if says.assurance == Assurance::None {
            Statement::new(
                "seal",
                Proof::NotProven,
                "Rapporten er ikke forseglet: intet viser, hvem der har lavet den, eller at den er uændret.",
                "The report is unsealed: nothing shows who made it or that it is unchanged.",
            )
        } else {
            Statement::new(
                "seal",
                Proof::Refuted,
                "Rapporten siger, at den er forseglet, men seglet mangler.",
                "The report says that it is sealed, but the seal is missing.",
            )
        }];
    };
    let matches = says.assurance != Assurance::None
        && says.algorithm.as_deref() == Some(verification.algorithm)
        && says.certificate_sha256.as_deref() == Some(verification.certificate_sha256.as_str());
    let mut statements = vec![Statement::when(
        "seal-described",
        matches,
        both("Seglet er det, som rapporten beskriver.", "The seal is the one that the report describes."),
        both(
            "Seglet er et andet end det, rapporten beskriver (algoritme eller certifikat).",
            "The seal is another than the report describes (algorithm or certificate).",
        ),
    )];
    if says.assurance == Assurance::Example {
        statements.push(Statement::new(
            "seal-example",
            Proof::NotProven,
            "Seglet er et eksempel: det beviser ikke, hvem der har forseglet.",
            "The seal is an example: it does not prove who sealed.",
        ));
    }
    if says.assurance == Assurance::AdvancedOces {
        statements.extend(assurance(verification, trust));
    }
    statements
}

/// Whether the seal can be what the report calls it. The report's own word for its seal is the sealer's, so a key of
/// anybody's making could call its seal an advanced one.
fn assurance(verification: &Verification, trust: &Trust) -> Option<Statement> {
    if !verification.of_an_organisation {
        return Some(Statement::new(
            "seal-assurance",
            Proof::Refuted,
            "Rapporten kalder seglet et avanceret segl med OCES3-certifikat, men certifikatet er ikke udstedt til en organisation eller dens system.",
            "The report calls the seal an advanced one with an OCES3 certificate, but the certificate was not issued to an organisation or its system.",
        ));
    }
    (!trust.is_production()).then(|| {
        Statement::new(
            "seal-assurance",
            Proof::NotProven,
            "Rapporten kalder seglet et avanceret segl med OCES3-certifikat. Det er ikke vist, for stien er kun kontrolleret til en rod, som brugeren selv har angivet.",
            "The report calls the seal an advanced one with an OCES3 certificate. That is not shown, for the path was checked only to a root that the user named.",
        )
    })
}

/// Every member has the size and digest that the report says, none is missing, and there is none beside them.
fn members(bundle: &mut BundleReader, report: &Report) -> Result<Statement> {
    let listed = report.members.iter().map(|m| (m.path.as_str(), m.bytes, m.sha256.as_str()));
    let evidence = report.evidence.iter().map(|e| (e.path.as_str(), e.bytes, e.sha256.as_str()));
    let mut problems = Vec::new();
    let mut known: BTreeMap<&str, (u64, &str)> = BTreeMap::new();
    for (path, size, sha256) in listed.chain(evidence) {
        // One piece of evidence may be listed for several places it came from, always with the same digest.
        if known.insert(path, (size, sha256)).is_some_and(|before| before != (size, sha256)) {
            problems.push(format!("{path}: two digests"));
        }
    }
    for (path, (size, sha256)) in &known {
        if !bundle.has(path) {
            problems.push(format!("{path}: missing"));
        } else if bundle.digest(path)? != (*size, (*sha256).to_owned()) {
            problems.push(format!("{path}: changed"));
        }
    }
    let own: BTreeSet<&str> = render::all(report)?.iter().map(|(path, _)| *path).chain([REPORT, SEALED]).collect();
    for name in bundle.list().filter(|name| !known.contains_key(name) && !own.contains(name)) {
        problems.push(format!("{name}: not listed"));
    }
    let count = known.len();
    let named = name_some(&problems);
    Ok(Statement::when(
        "members",
        problems.is_empty(),
        both(
            format!(
                "Alle {count} øvrige filer har de digests, som rapporten angiver; ingen mangler, og ingen er for meget."
            ),
            format!(
                "All {count} other files have the digests that the report states; none is missing and none too many."
            ),
        ),
        both(
            format!("Rapportpakkens filer passer ikke til rapporten: {named}"),
            format!("The bundle's files do not match the report: {named}"),
        ),
    ))
}

/// Every rendering is what this report gives.
fn renderings(bundle: &mut BundleReader, report: &Report) -> Result<Statement> {
    let mut problems = Vec::new();
    for (path, text) in render::all(report)? {
        if !bundle.has(path) {
            problems.push(format!("{path}: missing"));
        } else if bundle.read(path)? != text.as_bytes() {
            problems.push(format!("{path}: {} / {}", sha256_hex(text.as_bytes()), bundle.digest(path)?.1));
        }
    }
    let named = name_some(&problems);
    let (made, this) = (crate::render::one_line(&report.tool.version), env!("CARGO_PKG_VERSION"));
    Ok(Statement::when(
        "renderings",
        problems.is_empty(),
        both(
            "Alle visninger af rapporten er gendannet byte for byte.",
            "Every rendering of the report was reproduced byte for byte.",
        ),
        both(
            format!(
                "Visninger er ændret, eller version {this} viser anderledes end version {made}, som lavede rapporten: {named}"
            ),
            format!(
                "Renderings were changed, or version {this} renders otherwise than version {made}, which made the report: {named}"
            ),
        ),
    ))
}

/// Every verdict again, from the evidence.
fn recomputation(bundle: &mut BundleReader, report: &Report) -> Vec<Statement> {
    let checks = || report.results.iter().flat_map(|result| &result.checks);
    let declared = checks().filter(|c| c.method == Method::Declared).count();
    let attested = checks().filter(|c| c.method != Method::Declared && c.attested).count();
    let raw = checks().count() - declared - attested;
    let (problems, same_rules) = match replay(report, &mut |path| bundle.read(path)) {
        Ok(again) => {
            let ruleset = crate::checks::ruleset_sha256().unwrap_or_default();
            (again.differences, ruleset == report.tool.ruleset_sha256)
        }
        Err(error) => (vec![error.to_string()], true),
    };
    let named = name_some(&problems);
    let (rules_da, rules_en) = if same_rules {
        ("", "")
    } else {
        (
            " Programmets regelsæt er et andet end det, rapporten er lavet med.",
            " The program's rule set is another than the one the report was made with.",
        )
    };
    let (raw_da, raw_en) = single_results(raw);
    let mut statements = vec![Statement::when(
        "recomputation",
        problems.is_empty(),
        both(
            format!(
                "Alle afgørelser og konklusionen er genberegnet med samme resultat, {raw_da} direkte fra de rå beviser.{rules_da}"
            ),
            format!(
                "Every verdict and the decision were recomputed with the same result, {raw_en} straight from raw evidence.{rules_en}"
            ),
        ),
        both(
            format!("Genberegningen giver noget andet: {named}.{rules_da}"),
            format!("The recomputation differs: {named}.{rules_en}"),
        ),
    )];
    if attested > 0 {
        let (da, en) = single_results(attested);
        statements.push(Statement::new(
            "attested",
            Proof::NotProven,
            format!("{da} bygger på forhold, som programmet konstaterede under optagelsen, før personoplysninger blev fjernet, og kan ikke genberegnes fra rå beviser."),
            format!("{en} resting on facts that the program attested at capture, before personal data was removed, cannot be recomputed from raw evidence."),
        ));
    }
    if declared > 0 {
        let (da, en) = single_results(declared);
        statements.push(Statement::new(
            "declared",
            Proof::NotProven,
            format!("{da} bygger på erklæringer: at de er afgivet, fremgår af målfilen; at de er sande, er ikke vist."),
            format!("Declarations decide {en}: that they were made is in the target; that they are true is not shown."),
        ));
    }
    statements
}

/// A count of single results, in both languages.
fn single_results(count: usize) -> (String, String) {
    if count == 1 {
        ("1 enkeltresultat".to_owned(), "1 single result".to_owned())
    } else {
        (format!("{count} enkeltresultater"), format!("{count} single results"))
    }
}

fn name_some(problems: &[String]) -> String {
    let shown: Vec<_> = problems.iter().take(MOST).map(|problem| render::one_line(problem)).collect();
    match problems.len().checked_sub(MOST) {
        Some(more) if more > 0 => format!("{} (+{more})", shown.join("; ")),
        _ => shown.join("; "),
    }
}
