//! A made-up report with every verdict, level and category, waivers, declarations, and hostile strings wherever a vendor or
//! a target file could put them.

use jiff::civil::date;
use kravprobe::aggregate::{CategoryCount, Decision, Fired};
use kravprobe::check::{Parameters, Value};
use kravprobe::language::{Language, Localised};
use kravprobe::plan::PlannedProfile;
use kravprobe::profile::{Limits, RequirementSource, Scope, Status};
use kravprobe::report::v1::*;
use kravprobe::target::{Assessor, Authorisation, Contract, Parties, Party, Relation};
use kravprobe::verdict::{Basis, Category, Environment, Level, Method, Verdict};
use std::collections::BTreeMap;

/// What hostile input looks like: markup, the end of a CDATA section and of a script, control characters, terminal
/// escapes, a right-to-left override, noncharacters.
pub const HOSTILE: &str = "<script>alert('x')</script> ]]> --> \"'& \u{0}\u{8}\u{1b}[31m \u{202E}txet\u{2028}\u{85}\u{FFFF} {{ 7*7 }} \u{1F600}";

fn both(da: &str, en: &str) -> Localised {
    Localised { da: da.to_owned(), en: en.to_owned() }
}

fn digest(of: &str) -> String {
    kravprobe::digest::sha256_hex(of.as_bytes())
}

fn requirement(id: &str, level: Level, category: Category, da: &str, en: &str) -> RequirementEntry {
    RequirementEntry {
        id: id.to_owned(),
        level,
        category,
        basis: if level == Level::Must { Basis::Norm } else { Basis::GoodPractice },
        title: both(da, en),
        contract_text: None,
        source: RequirementSource {
            document: "OCES3-CP".to_owned(),
            version: Some("1.0".to_owned()),
            section: "6.1.5".to_owned(),
        },
        applies_when: None,
        remedy_working_days: Some(5),
        minimum_method: None,
    }
}

fn check(verdict: Verdict, check: &str, expected: &str, observed: &str) -> CheckEntry {
    let reason = match verdict {
        Verdict::Pass => kravprobe::outcome::Reason::Met,
        Verdict::Fail => kravprobe::outcome::Reason::Different,
        Verdict::Inconclusive => kravprobe::outcome::Reason::Unreachable,
        Verdict::Error => kravprobe::outcome::Reason::ProbeFault,
        Verdict::NotTested => kravprobe::outcome::Reason::NotSupplied,
        Verdict::NotApplicable => kravprobe::outcome::Reason::DoesNotConcern,
    };
    CheckEntry {
        check: Some(check.to_owned()),
        declaration: None,
        subject: Some("certificate:signing".to_owned()),
        title: Some(both("Nøglen er mindst 3072 bit", "The key has at least 3072 bits")),
        basis: Some(Basis::Norm),
        verdict,
        reason: reason.code().to_owned(),
        message: reason.text().to_localised(),
        expected: expected.to_owned(),
        observed: observed.to_owned(),
        method: Method::Inspected,
        attested: false,
        parameters: Parameters(BTreeMap::from([
            ("bits".to_owned(), Value::Integer(3072)),
            ("kinds".to_owned(), Value::List(vec!["RSA".to_owned(), "EC".to_owned()])),
        ])),
        evidence: vec![digest("evidence 1"), digest("not in the list")],
        remediation: (verdict == Verdict::Fail).then(|| {
            both("Bestil et nyt certifikat med en større nøgle.", "Order a new certificate with a larger key.")
        }),
    }
}

fn result(requirement: &str, checks: Vec<CheckEntry>) -> RequirementResult {
    RequirementResult {
        requirement: requirement.to_owned(),
        verdict: Verdict::combine(checks.iter().map(|c| c.verdict)),
        waivers: Vec::new(),
        checks,
        fingerprint: digest(requirement),
    }
}

/// The report.
#[must_use]
pub fn sample(language: Language) -> Report {
    let requirements = vec![
        RequirementEntry {
            contract_text: Some("Leverandøren skal bruge nøgler på mindst 3072 bit.".to_owned()),
            ..requirement("S-01", Level::Must, Category::A, "Nøglen er stærk nok", "The key is strong enough")
        },
        requirement("S-02", Level::Must, Category::B, "Metadata er underskrevet", "The metadata is signed"),
        requirement("S-03", Level::Must, Category::C, "Endepunktet afviser TLS 1.0", "The endpoint refuses TLS 1.0"),
        requirement("S-04", Level::Should, Category::B, "Endepunktet tilbyder TLS 1.3", "The endpoint offers TLS 1.3"),
        requirement(
            "S-05",
            Level::May,
            Category::C,
            "Certifikatet udløber ikke snart",
            "The certificate does not end soon",
        ),
        requirement("S-06", Level::Must, Category::A, "Certifikatet er ikke spærret", "The certificate is not revoked"),
        requirement("S-07", Level::Must, Category::B, "Navnet passer", "The name matches"),
        requirement("S-08", Level::Should, Category::C, "Systemet er registreret", "The system is registered"),
        RequirementEntry {
            applies_when: Some("environment in [production]".to_owned()),
            ..requirement(
                "S-09",
                Level::Must,
                Category::A,
                "Certifikatet er fra produktion",
                "The certificate is from production",
            )
        },
        requirement("S-10", Level::Must, Category::A, "NSIS-niveauet er erklæret", "The NSIS level is declared"),
        requirement("S-11", Level::Must, Category::B, "Endepunktet svarer", "The endpoint answers"),
    ];
    let measured = |mut entry: CheckEntry| {
        entry.method = Method::Measured;
        entry.subject = Some("tls:portal".to_owned());
        entry
    };
    let declared = CheckEntry {
        check: None,
        declaration: Some("nsis-level".to_owned()),
        subject: None,
        title: None,
        basis: None,
        method: Method::Declared,
        parameters: Parameters::default(),
        evidence: Vec::new(),
        ..check(Verdict::Pass, "", "Substantial | High", "Substantial")
    };
    let mut waived =
        result("S-03", vec![measured(check(Verdict::Fail, "tls.version-1-0-refused", "refused", "TLS 1.0"))]);
    waived.waivers = vec![AppliedWaiver {
        id: "D-7".to_owned(),
        authority: format!("It-chef, Eksempel Kommune {HOSTILE}"),
        expires: date(2026, 12, 31),
        scope: "TLS 1.0".to_owned(),
    }];
    let results = vec![
        result(
            "S-01",
            vec![
                check(Verdict::Fail, "certificate.key-size", ">= 3072", "2048"),
                check(Verdict::Pass, "certificate.public-exponent", "65537", "65537"),
            ],
        ),
        result(
            "S-02",
            vec![CheckEntry { attested: true, ..check(Verdict::Fail, "metadata.signature-valid", "valid", HOSTILE) }],
        ),
        waived,
        result("S-04", vec![measured(check(Verdict::Fail, "tls.version-1-3-offered", "TLS 1.3", "TLS 1.2"))]),
        result("S-05", vec![check(Verdict::Fail, "certificate.remaining-life", ">= 60", "12")]),
        result(
            "S-06",
            vec![measured(check(Verdict::Inconclusive, "certificate.revocation", "good", "http://ocsp.example"))],
        ),
        result("S-07", vec![check(Verdict::Error, "tls.certificate-name", "", "panic")]),
        result(
            "S-08",
            vec![check(
                Verdict::NotTested,
                "metadata.url-served",
                "the target names no metadata that the profile selects",
                "",
            )],
        ),
        result(
            "S-09",
            vec![check(
                Verdict::NotApplicable,
                "certificate.environment",
                "applies when environment in [production]",
                "",
            )],
        ),
        result("S-10", vec![declared]),
        result("S-11", Vec::new()),
    ];
    let count = |verdict| results.iter().filter(|r| r.verdict == verdict).count() as u64;
    let by_method = Method::ALL.map(|method| {
        let of = |verdict| {
            let checks = results.iter().flat_map(|r| &r.checks);
            checks.filter(|c| c.method == method && c.verdict == verdict).count() as u64
        };
        (method.name().to_owned(), Verdict::ALL.map(|v| (v.name().to_owned(), of(v))).into_iter().collect())
    });
    Report {
        schema_version: SCHEMA_VERSION.to_owned(),
        report_id: "urn:uuid:6f1e2f8e-5b7b-4c0e-9a55-0d8a3c1b2e4f".to_owned(),
        issued: "2026-11-20T14:10:00Z".parse().unwrap(),
        language,
        parties: Parties {
            customer: Some(Party { name: "Eksempel Kommune".to_owned(), cvr: Some("12345678".to_owned()) }),
            supplier: Some(Party { name: format!("Leverandør A/S {HOSTILE}"), cvr: None }),
            assessor: Some(Assessor { name: "Prøvehuset".to_owned(), cvr: None, relation: Relation::ThirdParty }),
        },
        contract: Some(Contract {
            id: "2026-001".to_owned(),
            kind: Some("SKI 02.19".to_owned()),
            phase: Some("overtagelsesprøve".to_owned()),
        }),
        profile: ProfileReference {
            id: "sample".to_owned(),
            version: "1.0.0".to_owned(),
            status: Status::Effective,
            title: both("Eksempelprofil", "Sample profile"),
            scope: Scope { package: Some("I-08".to_owned()), ..Scope::default() },
            valid_from: date(2026, 11, 1),
            valid_until: None,
            files: vec![PlannedProfile {
                id: "sample".to_owned(),
                version: "1.0.0".to_owned(),
                sha256: digest("profile"),
            }],
        },
        system: SystemUnderTest {
            name: "Fagsystem <b>".to_owned(),
            version: Some("4.2".to_owned()),
            environment: Environment::ExternalTest,
            endpoints: vec!["portal.example:443".to_owned()],
            certificates: vec![CertificateEntry {
                subject: "certificate:signing".to_owned(),
                sha256: digest("certificate"),
            }],
            fingerprint: digest("identity"),
            authorisation: Some(Authorisation {
                granted_by: "It-chef".to_owned(),
                granted_at: "2026-11-01T08:00:00Z".parse().unwrap(),
                scope: "TLS".to_owned(),
                until: "2026-12-01T08:00:00Z".parse().unwrap(),
            }),
        },
        tool: Tool {
            name: "kravprobe".to_owned(),
            version: "0.1.0".to_owned(),
            source_revision: Some("abcdef0".to_owned()),
            binary_sha256: Some(digest("binary")),
            ruleset_sha256: digest("rules"),
            calibration: Some(Calibration { systems: 98, holding: 97, checks: 66 }),
        },
        run: Run {
            at: "2026-11-20T14:09:00Z".parse().unwrap(),
            clock: Clock::Given,
            offline: false,
            limitations: vec![both("Rapporten er ikke forseglet.", "The report is unsealed.")],
        },
        plan: PlanReference { sha256: digest("plan") },
        aggregate: AggregateEntry {
            decision: Decision::NotAccepted,
            limits: Limits { max_b: 0, max_c: 3 },
            counts: Counts {
                by_verdict: Verdict::ALL.map(|v| (v.name().to_owned(), count(v))).into_iter().collect(),
                by_category: BTreeMap::from([
                    ("A".to_owned(), CategoryCount { raw: 1, effective: 1 }),
                    ("B".to_owned(), CategoryCount { raw: 1, effective: 1 }),
                    ("C".to_owned(), CategoryCount { raw: 1, effective: 0 }),
                ]),
                by_method: by_method.into_iter().collect(),
                waived: 1,
            },
            coverage: Coverage { must_applicable: 7, must_decided: 4 },
            trace: vec![
                Fired { rule: "R1".to_owned(), effect: Decision::NotAccepted, because: vec!["S-01".to_owned()] },
                Fired {
                    rule: "R4".to_owned(),
                    effect: Decision::Inconclusive,
                    because: vec!["S-06".to_owned(), "S-07".to_owned()],
                },
            ],
        },
        requirements,
        dropped: vec![Dropped {
            requirement: "S-99".to_owned(),
            title: both("Certifikatet er en organisations", "The certificate is an organisation's"),
            reason: both("Dækkes af S-01.", "Covered by S-01."),
        }],
        results,
        waivers_without_effect: vec![IdleWaiver { id: "D-1".to_owned(), because: "expired".to_owned() }],
        declarations: vec![DeclarationEntry {
            kind: "nsis-level".to_owned(),
            value: vec!["Substantial".to_owned(), HOSTILE.to_owned()],
            who: "Systemejer".to_owned(),
            when: date(2026, 10, 1),
            until: None,
            document_sha256: Some(digest("document")),
        }],
        deadlines: ["S-01", "S-02", "S-04"]
            .map(|id| Deadline {
                requirement: id.to_owned(),
                working_days: if id == "S-02" { 1 } else { 5 },
                if_delivered: date(2026, 11, 20),
                due: (id != "S-04").then(|| date(2026, 11, 27)),
            })
            .to_vec(),
        traffic: Some(Traffic {
            latencies: vec![Latency {
                of: LatencyOf::DeliveryToAck,
                count: 3,
                p50_ms: 12,
                p95_ms: 1_500,
                max_ms: 1_500,
                bars: vec![
                    Bar { up_to_ms: Some(50), count: 2 },
                    Bar { up_to_ms: Some(60_000), count: 1 },
                    Bar { up_to_ms: None, count: 0 },
                ],
            }],
            session: Some(Session {
                subject: "pull:redelivered".to_owned(),
                started: "2026-11-20T14:08:00Z".parse().unwrap(),
                moments: vec![
                    Moment { after_ms: 3, what: MomentOf::Connected, message: None, label: None },
                    Moment {
                        after_ms: 90_000,
                        what: MomentOf::Redelivered,
                        message: Some(1),
                        label: Some(HOSTILE.to_owned()),
                    },
                ],
                left_out: 2,
            }),
        }),
        usage: Some(UsageFigures {
            packages: vec![UsagePackage {
                requirement: Some("S-01".to_owned()),
                title: Some(both("Pakken er i brug", "The package is in use")),
                integrations: vec!["SF1461".to_owned(), HOSTILE.to_owned()],
                within_days: 30,
            }],
            rows: vec![UsageRow {
                cvr: HOSTILE.to_owned(),
                name: Some("Aarhus".to_owned()),
                required: true,
                cells: vec![UsageCell {
                    percent: 50,
                    calls: 7,
                    least_recent: HOSTILE.to_owned(),
                    newest: Some("2026-11-19T14:08:00Z".parse().unwrap()),
                    state: UsageState::New,
                }],
            }],
            left_out_rows: 3,
            left_out_packages: 0,
            left_out_integrations: 1,
            ages: vec![
                NewestCall {
                    municipality: None,
                    integration: "SF1461".to_owned(),
                    newest: Some("2026-11-19T14:08:00Z".parse().unwrap()),
                    age_days: Some(1),
                    within_days: 30,
                    state: UsageState::New,
                },
                NewestCall {
                    municipality: Some(HOSTILE.to_owned()),
                    integration: HOSTILE.to_owned(),
                    newest: None,
                    age_days: None,
                    within_days: 30,
                    state: UsageState::None,
                },
            ],
            daily: vec![DailyCalls {
                integration: HOSTILE.to_owned(),
                from: date(2026, 9, 22),
                until: date(2026, 11, 20),
                new_from: date(2026, 10, 21),
                days: vec![DayCalls { date: date(2026, 11, 19), calls: 7, errors: 2 }],
            }],
        }),
        evidence: vec![EvidenceEntry {
            path: format!("evidence/{}", digest("evidence 1")),
            media_type: "application/pkix-cert".to_owned(),
            bytes: 1234,
            sha256: digest("evidence 1"),
            captured_at: "2026-11-20T14:09:01Z".parse().unwrap(),
            direction: Direction::In,
            peer: format!("signing.cer {HOSTILE}"),
            redactions: BTreeMap::from([("cpr".to_owned(), 2)]),
        }],
        members: vec![Member { path: "plan.json".to_owned(), bytes: 99, sha256: digest("plan") }],
        replay: ReplayReference { results_digest: digest("results"), command: "kravprobe replay BUNDLE".to_owned() },
        seal: Seal { assurance: Assurance::None, algorithm: None, certificate_sha256: None, time: TimeAssurance::None },
    }
}
