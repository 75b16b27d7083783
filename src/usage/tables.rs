//! Small tables that people write: counts that somebody reported, and fulfilment that somebody claims. Every mistake gets its line.

use super::scan::{integration_number, shown_text};
use crate::document::{nearest, read_text};
use crate::error::{Error, Result};
use crate::subject::usage::{Claimed, Reported};
use crate::target::is_cvr;
use csv::{ReaderBuilder, StringRecord};
use jiff::civil::Date;
use std::collections::BTreeMap;
use std::path::Path;

/// Most lines of a table.
const MOST_LINES: usize = 10_000;

/// Reads `integration,municipality_cvr,from,until,calls`. An empty CVR number stands for every municipality together.
pub fn reported(path: &Path) -> Result<Vec<Reported>> {
    read(path, ["integration", "municipality_cvr", "from", "until", "calls"], |line| {
        let [integration, municipality, from, until, calls] = line;
        let row = Reported {
            integration: integration.integration()?,
            municipality_cvr: if municipality.text.is_empty() { None } else { Some(municipality.cvr()?) },
            from: from.date()?,
            until: until.date()?,
            calls: calls.number(u64::MAX)?,
        };
        if row.until < row.from {
            return Err(until.wrong("a day that is not before `from`"));
        }
        let key = (row.integration.clone(), row.municipality_cvr.clone(), row.from, row.until);
        Ok((row, format!("{key:?}")))
    })
}

/// Reads `package,integrations,municipality_cvr,percent`. Several integrations stand with spaces between.
pub fn claimed(path: &Path) -> Result<Vec<Claimed>> {
    read(path, ["package", "integrations", "municipality_cvr", "percent"], |line| {
        let [package, integrations, municipality, percent] = line;
        if package.text.is_empty() {
            return Err(package.wrong("the package's name"));
        }
        let names = integrations.text.split_whitespace().map(|text| Cell { text, ..integrations }.integration());
        let row = Claimed {
            package: shown_text(package.text.as_bytes()),
            integrations: names.collect::<std::result::Result<_, _>>()?,
            municipality_cvr: municipality.cvr()?,
            percent: u32::try_from(percent.number(100)?).unwrap_or(100),
        };
        if row.integrations.is_empty() {
            return Err(integrations.wrong("at least one integration, such as SF1461"));
        }
        let key = format!("{:?}", (&row.package, &row.municipality_cvr));
        Ok((row, key))
    })
}

/// A cell with its column's name.
#[derive(Clone, Copy)]
struct Cell<'a> {
    column: &'static str,
    text: &'a str,
}

impl Cell<'_> {
    fn wrong(&self, wanted: &str) -> String {
        format!("column `{}` holds `{}`; write {wanted}", self.column, shown_text(self.text.as_bytes()))
    }

    fn integration(&self) -> std::result::Result<String, String> {
        let number = integration_number(self.text.as_bytes()).filter(|number| number.len() == self.text.len());
        number.map(|_| self.text.to_uppercase()).ok_or_else(|| self.wrong("the integration's number, such as SF1461"))
    }

    fn cvr(&self) -> std::result::Result<String, String> {
        if is_cvr(self.text) { Ok(self.text.to_owned()) } else { Err(self.wrong("a CVR number of eight digits")) }
    }

    fn date(&self) -> std::result::Result<Date, String> {
        // Ten characters, so that `20260131` and times are not taken for days.
        let date = (self.text.len() == 10).then(|| self.text.parse().ok()).flatten();
        date.ok_or_else(|| self.wrong("a day such as 2026-01-31"))
    }

    fn number(&self, most: u64) -> std::result::Result<u64, String> {
        let digits = !self.text.is_empty() && self.text.bytes().all(|b| b.is_ascii_digit());
        let number = digits.then(|| self.text.parse().ok()).flatten().filter(|number| *number <= most);
        let bound = if most == u64::MAX { String::new() } else { format!(" from 0 to {most}") };
        number.ok_or_else(|| self.wrong(&format!("a whole number{bound}, digits alone")))
    }
}

/// Reads every line; `row` gives the row and what may stand once only.
fn read<const N: usize, T>(
    path: &Path,
    columns: [&'static str; N],
    row: impl Fn([Cell<'_>; N]) -> std::result::Result<(T, String), String>,
) -> Result<Vec<T>> {
    let text = read_text(path)?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    // Danish spreadsheets write semicolons.
    let header = text.lines().next().unwrap_or_default();
    let delimiter = if header.contains(';') { b';' } else { b',' };
    let mut reader = ReaderBuilder::new().delimiter(delimiter).trim(csv::Trim::All).from_reader(text.as_bytes());
    let broken = |e: csv::Error| Error::file(path, format!("is no table that can be read: {e}"));
    let places =
        places(reader.headers().map_err(broken)?, columns).map_err(|e| Error::file(path, format!("line 1: {e}")))?;
    let (mut rows, mut seen) = (Vec::new(), BTreeMap::new());
    let mut record = StringRecord::new();
    while reader.read_record(&mut record).map_err(broken)? {
        let line = record.position().map_or(0, csv::Position::line);
        let wrong = |problem: String| Error::file(path, format!("line {line}: {problem}"));
        let cells =
            std::array::from_fn(|at| Cell { column: columns[at], text: record.get(places[at]).unwrap_or_default() });
        let (row, key) = row(cells).map_err(wrong)?;
        if let Some(before) = seen.insert(key, line) {
            return Err(wrong(format!("says the same as line {before}, or the contrary; keep one of them")));
        }
        rows.push(row);
        if rows.len() > MOST_LINES {
            return Err(wrong(format!("more than {MOST_LINES} lines; keep those that count")));
        }
    }
    if rows.is_empty() {
        return Err(Error::file(path, format!("holds no line below its header; write {}", columns.join(","))));
    }
    Ok(rows)
}

/// Where each column stands. Every one must be there, once, and no other.
fn places<const N: usize>(
    header: &StringRecord,
    columns: [&'static str; N],
) -> std::result::Result<[usize; N], String> {
    let wanted = columns.join(",");
    if let Some(name) = header.iter().find(|name| !columns.contains(name)) {
        let near = nearest(name, columns).map_or(String::new(), |near| format!(" (did you mean `{near}`?)"));
        return Err(format!("there is no column `{}`{near}; the columns are {wanted}", shown_text(name.as_bytes())));
    }
    let mut places = [0; N];
    for (place, column) in places.iter_mut().zip(columns) {
        let mut found = header.iter().enumerate().filter(|(_, name)| *name == column);
        let Some((at, _)) = found.next() else {
            return Err(format!("column `{column}` is missing; the columns are {wanted}"));
        };
        if found.next().is_some() {
            return Err(format!("column `{column}` stands twice"));
        }
        *place = at;
    }
    Ok(places)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(text: &str) -> tempfile::NamedTempFile {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        file
    }

    #[test]
    fn counts_are_read_in_both_dialects_and_any_order_of_columns() {
        let commas = "integration,municipality_cvr,from,until,calls\nsf1461,64942212,2026-01-01,2026-01-31,12\nSF1470_B,,2026-01-01,2026-12-31,0\n";
        let rows = reported(file(commas).path()).unwrap();
        let first = Reported {
            integration: "SF1461".into(),
            municipality_cvr: Some("64942212".into()),
            from: "2026-01-01".parse().unwrap(),
            until: "2026-01-31".parse().unwrap(),
            calls: 12,
        };
        assert_eq!((&rows[0], rows.len()), (&first, 2));
        assert_eq!((rows[1].integration.as_str(), &rows[1].municipality_cvr, rows[1].calls), ("SF1470_B", &None, 0));
        let semicolons =
            "\u{feff}calls;integration;until;from;municipality_cvr\r\n12;SF1461;2026-01-31;2026-01-01;64942212\r\n";
        assert_eq!(reported(file(semicolons).path()).unwrap(), [first]);
    }

    #[test]
    fn claims_are_read() {
        let text = "package,integrations,municipality_cvr,percent\nBeskeder,SF1461 sf1462,64942212,100\n";
        let rows = claimed(file(text).path()).unwrap();
        assert_eq!(rows[0].integrations, ["SF1461", "SF1462"]);
        assert_eq!((rows[0].package.as_str(), rows[0].percent), ("Beskeder", 100));
    }

    #[test]
    fn mistakes_have_their_line_and_say_what_to_write() {
        let counts = |lines: &str| {
            let text = format!(
                "integration,municipality_cvr,from,until,calls\nSF1461,64942212,2026-01-01,2026-01-31,12\n{lines}"
            );
            reported(file(&text).path()).unwrap_err().to_string()
        };
        for (line, words) in [
            ("SF146,64942212,2026-01-01,2026-01-31,1", "line 3: column `integration` holds `SF146`"),
            ("SF1461 x,64942212,2026-01-01,2026-01-31,1", "column `integration`"),
            ("SF1470,6494221,2026-01-01,2026-01-31,1", "eight digits"),
            ("SF1470,64942212,01-01-2026,2026-01-31,1", "column `from`"),
            ("SF1470,64942212,20260101,2026-01-31,1", "column `from`"),
            ("SF1470,64942212,2026-02-01,2026-01-31,1", "not before `from`"),
            ("SF1470,64942212,2026-01-01,2026-01-31,-1", "whole number"),
            ("SF1470,64942212,2026-01-01,2026-01-31,1.000", "whole number"),
            ("SF1470,64942212,2026-01-01,2026-01-31", "line: 3"),
            ("SF1461,64942212,2026-01-01,2026-01-31,13", "line 3: says the same as line 2"),
        ] {
            let said = counts(line);
            assert!(said.contains(words), "{line}: {said}");
        }
        assert!(!counts("SF1470,0101701234,2026-01-01,2026-01-31,1").contains("0101701234"));
        let claims = |text: &str| claimed(file(text).path()).unwrap_err().to_string();
        let header = "package,integrations,municipality_cvr,percent\n";
        assert!(claims(&format!("{header}B,SF1461,64942212,101\n")).contains("from 0 to 100"));
        assert!(claims(&format!("{header}B,,64942212,10\n")).contains("at least one integration"));
        assert!(claims(header).contains("holds no line"));
        assert!(claims("package,integration,municipality_cvr,percent\n").contains("did you mean `integrations`"));
        assert!(claims("package,integrations,municipality_cvr\n").contains("`percent` is missing"));
    }
}
