//! What `kravprobe calibrate --format json` found, for reports of the same rule set.

use super::v1::Calibration;
use crate::error::{Error, Result};
use serde::Deserialize;
use std::collections::BTreeSet;

/// Path of the calibration result in a bundle.
pub const CALIBRATION: &str = "calibration.json";

/// As much of the result as a report states.
#[derive(Deserialize)]
struct Found {
    ruleset: String,
    checks: u64,
    lines: Vec<Line>,
}

#[derive(Deserialize)]
struct Line {
    system: String,
    holds: bool,
}

/// The summary of a result. Refuses one of another rule set, one without systems or checks, and one that counts a system twice.
pub fn read(name: &str, bytes: &[u8], ruleset: &str) -> Result<Calibration> {
    let found: Found = serde_json::from_slice(bytes)
        .map_err(|e| Error::file(name, format!("is no result of `kravprobe calibrate --format json`: {e}")))?;
    if found.ruleset != ruleset {
        return Err(Error::file(name, "is of another rule set than this program's; run `kravprobe calibrate` again"));
    }
    let systems: BTreeSet<&str> = found.lines.iter().map(|l| l.system.as_str()).collect();
    if found.lines.is_empty() || found.checks == 0 || systems.len() != found.lines.len() {
        return Err(Error::file(name, "tries nothing, or one system twice"));
    }
    Ok(Calibration {
        systems: found.lines.len() as u64,
        holding: found.lines.iter().filter(|l| l.holds).count() as u64,
        checks: found.checks,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_result_of_the_same_rule_set_counts() {
        let text = r#"{"ruleset":"aa","checks":3,"holds":false,"lines":[{"system":"strict","holds":true},{"system":"x","holds":false}]}"#;
        let expected = Calibration { systems: 2, holding: 1, checks: 3 };
        assert_eq!(read("f", text.as_bytes(), "aa").unwrap(), expected);
        assert!(read("f", text.as_bytes(), "bb").is_err());
        assert!(read("f", text.replace("\"x\"", "\"strict\"").as_bytes(), "aa").is_err());
        assert!(read("f", br#"{"ruleset":"aa","checks":3,"lines":[]}"#, "aa").is_err());
        assert!(read("f", b"not JSON", "aa").is_err());
    }
}
