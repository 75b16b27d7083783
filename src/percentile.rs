//! Percentiles by nearest rank. A verdict may hang on the definition, so it stands in one place.

/// The smallest value that at least `percent` of all values do not exceed; `None` of nothing. The values are sorted.
#[must_use]
pub fn nearest_rank<T: Copy>(sorted: &[T], percent: usize) -> Option<T> {
    let rank = (sorted.len() * percent).div_ceil(100);
    sorted.get(rank.checked_sub(1)?).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_by_nearest_rank() {
        let samples: Vec<u64> = (1..=20).collect();
        assert_eq!((nearest_rank(&samples, 50), nearest_rank(&samples, 95)), (Some(10), Some(19)));
        assert_eq!((nearest_rank(&[7], 50), nearest_rank(&[7], 95)), (Some(7), Some(7)));
        assert_eq!(nearest_rank::<u64>(&[], 95), None);
    }
}
