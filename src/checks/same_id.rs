//! What several documents with one id say: the same again, or something else under a used id.

use crate::outcome::{Outcome, Reason};

/// What redaction leaves in the place of a value.
const REMOVED: &str = "«redacted:";

/// A document's content beside the contents of those that have its id.
pub struct SameId<'a> {
    /// What is expected.
    pub expected: &'a str,
    /// The id, as findings show it.
    pub shown: &'a str,
    /// What the document says, without how it is written.
    pub own: &'a str,
    /// What the others with its id say.
    pub same: &'a [String],
    /// How many documents there are beside it, whatever their id.
    pub others: usize,
    /// A word for them.
    pub word: &'a str,
}

impl SameId<'_> {
    /// An id stands for one content. What redaction removed may be what tells two contents apart, so that equal ones with
    /// something removed are inconclusive; different ones stay different.
    pub fn judge(&self) -> Outcome {
        let different = self.same.iter().filter(|content| *content != self.own).count();
        if different > 0 {
            let observed = format!("{} with another content in {different} more", self.shown);
            return Outcome::fail(Reason::Duplicate, self.expected, observed);
        }
        if !self.same.is_empty() && self.own.contains(REMOVED) {
            let observed = "redaction removed parts of the content";
            return Outcome::inconclusive(Reason::AnswerUnusable, self.expected, observed);
        }
        let observed = format!("{} other {}, {} of them this one again", self.others, self.word, self.same.len());
        Outcome::pass(self.expected, observed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verdict::Verdict;

    #[test]
    fn one_id_stands_for_one_content() {
        for (own, same, verdict) in [
            ("a", &[][..], Verdict::Pass),
            ("a", &["a", "a"], Verdict::Pass),
            ("a", &["a", "b"], Verdict::Fail),
            ("«redacted:cpr»", &[], Verdict::Pass),
            ("«redacted:cpr»", &["«redacted:cpr»"], Verdict::Inconclusive),
            ("«redacted:cpr»", &["a"], Verdict::Fail),
        ] {
            let same: Vec<String> = same.iter().map(|text| (*text).to_owned()).collect();
            let case = SameId { expected: "one", shown: "`x`", own, same: &same, others: 3, word: "messages" };
            assert_eq!(case.judge().verdict, verdict, "{own} {same:?}");
        }
    }
}
