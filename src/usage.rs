//! Usage data: logs of calls and messages, as extracts of FKI Forbrug, vendors' logs and SAPA's audit log hold them.
//!
//! ```text
//! files -> input (decompression, encodings, workbooks) -> reader (chunks of whole records) -> workers (rows) -> tally -> summary
//! ```
//!
//! One streaming pass: a reader cuts the text at record boundaries, one worker per processor counts, and the tallies merge.

pub mod compare;
pub mod days;
pub mod event;
pub mod events;
pub mod guess;
pub mod ids;
pub mod input;
pub mod mapping;
pub mod read;
pub mod reader;
pub mod scan;
pub mod summary;
pub mod tables;
pub mod tally;
pub mod time;
pub mod worker;

/// Whether `number` is that of the integration `wanted`: `SF1320` stands for `SF1320_A` and the like too.
#[must_use]
pub fn is_of(wanted: &str, number: &str) -> bool {
    let (wanted, number) = (wanted.trim(), number.trim());
    number.get(..wanted.len()).is_some_and(|head| head.eq_ignore_ascii_case(wanted))
        && !wanted.is_empty()
        && (number.len() == wanted.len() || number.as_bytes()[wanted.len()] == b'_')
}

/// Whether so many numbers in the form of a CPR number, beside so many other numbers of ten digits in a column, are CPR numbers and no
/// chance. Of numbers of ten digits 7.44 % have a date in front (62 days of 100 and 12 months of 100), so five of nine come together once
/// in five thousand columns. Three of five would come together once in three hundred.
#[must_use]
pub const fn are_no_chance(cpr: u64, others: u64) -> bool {
    cpr >= 5 && cpr > others
}

#[cfg(test)]
mod tests {
    use super::is_of;

    #[test]
    fn a_number_without_letter_stands_for_those_with_one() {
        for number in ["SF1320", "SF1320_A", " sf1320_b "] {
            assert!(is_of("SF1320", number), "{number}");
        }
        for number in ["SF13201", "SF132", "", "SF1320å"] {
            assert!(!is_of("SF1320", number), "{number}");
        }
        assert!(!is_of("SF1320_A", "SF1320"));
        assert!(!is_of("", "SF1320"));
    }
}
