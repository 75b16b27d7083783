//! Log ids of overlapping extracts.
//!
//! An id is remembered as 64 bits of its hash and 32 bits of its row's. A row is left out only when both were seen before; so two
//! different rows are taken for one with a probability below n²/2⁹⁷ for n rows (10⁻¹⁵ for ten million). Two ids whose 64 bits agree
//! count as one id with two contents (n²/2⁶⁵, 10⁻⁶ for ten million): the rows are counted all the same.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasherDefault, Hash, Hasher};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

const SHARDS: usize = 64;

/// Ids that were seen.
#[derive(Debug)]
pub struct Ids {
    shards: Vec<Mutex<Shard>>,
    limit: u64,
    count: AtomicU64,
    hash: ahash::RandomState,
}

/// There are more ids than are remembered.
#[derive(Clone, Copy, Debug)]
pub struct Full {
    /// How many are remembered.
    pub limit: u64,
}

#[derive(Debug, Default)]
struct Shard {
    /// The first content of each id.
    first: HashMap<u64, u32, BuildHasherDefault<AsIs>>,
    /// Other contents of the same ids.
    others: HashSet<(u64, u32)>,
}

/// The keys are hashes already.
#[derive(Clone, Copy, Debug, Default)]
struct AsIs(u64);

impl Hasher for AsIs {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, value: u64) {
        self.0 = value;
    }
}

impl Ids {
    /// Remembers at most `limit` ids.
    #[must_use]
    pub fn new(limit: u64) -> Self {
        Self {
            shards: (0..SHARDS).map(|_| Mutex::default()).collect(),
            limit,
            count: AtomicU64::new(0),
            hash: ahash::RandomState::new(),
        }
    }

    /// Whether a row with this id and content was seen; it is remembered.
    pub fn is_known(&self, id: &[u8], content: &impl Hash) -> Result<bool, Full> {
        let hash = self.hash.hash_one(id);
        #[expect(clippy::cast_possible_truncation, reason = "32 bits are wanted")]
        let content = self.hash.hash_one(content) as u32;
        // The map takes its place from the low bits, the shard from the high ones.
        let shard = &self.shards[usize::try_from(hash >> 58).unwrap_or(0) % SHARDS];
        let mut shard = shard.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let known = match shard.first.get(&hash) {
            Some(first) if *first == content => return Ok(true),
            Some(_) => !shard.others.insert((hash, content)),
            None => {
                shard.first.insert(hash, content);
                false
            }
        };
        if !known && self.count.fetch_add(1, Ordering::Relaxed) >= self.limit {
            return Err(Full { limit: self.limit });
        }
        Ok(known)
    }

    /// Whether there is any id.
    #[must_use]
    pub fn any(&self) -> bool {
        self.count.load(Ordering::Relaxed) > 0
    }

    /// How many contents stand under an id that another content has too.
    #[must_use]
    pub fn conflicts(&self) -> u64 {
        let ids = self.shards.iter().map(|shard| {
            let shard = shard.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            shard.others.iter().map(|(id, _)| *id).collect::<HashSet<_>>().len() as u64
        });
        ids.sum()
    }
}
