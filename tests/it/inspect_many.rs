//! `kravprobe inspect` on many files in one call: the order of the answers, and one bad file among them.

use crate::support::{kravprobe, unpack};
use std::path::PathBuf;

const FILES: usize = 150;
const JUNK: usize = 70;

#[test]
fn answers_come_in_the_order_of_the_files() {
    let fixtures = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures/certificates");
    let accepted = fixtures.join("production/ADG_EXTTEST_Adgangsstyring_2.pem");
    let refused = fixtures.join("test/employee-Luca-Pacioli-6333c784.pem");
    let directory = tempfile::tempdir().unwrap();
    let mut names = Vec::new();
    for number in 0..FILES {
        let name = format!("{number:03}.pem");
        let path = directory.path().join(&name);
        if number == JUNK {
            std::fs::write(&path, "junk").unwrap();
        } else {
            std::fs::copy(if number % 2 == 0 { &accepted } else { &refused }, &path).unwrap();
        }
        names.push(name);
    }
    let output = kravprobe()
        .current_dir(directory.path())
        .args(["inspect", "certificate", "--environment", "external-test", "--at", "2026-01-15T00:00:00Z"])
        .args(["--offline", "--format", "json"])
        .args(&names)
        .output()
        .unwrap();
    let (code, answers, errors) = unpack(&output);
    assert_eq!(code, 2, "{errors}");
    assert_eq!(errors.lines().count(), 1, "{errors}");
    assert!(errors.contains("070.pem"), "{errors}");

    let answers: Vec<serde_json::Value> = serde_json::from_str(&answers).unwrap();
    assert_eq!(answers.iter().map(|a| a["file"].as_str().unwrap()).collect::<Vec<_>>(), names);
    for (number, answer) in answers.iter().enumerate() {
        // Offline, so revocation is not tested and nothing can be accepted.
        let expected = match number {
            JUNK => "error",
            _ if number % 2 == 0 => "inconclusive",
            _ => "not-accepted",
        };
        assert_eq!(answer["decision"], expected, "{}", answer["file"]);
    }
}
