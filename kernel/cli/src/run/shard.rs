//! A part of a run, for one of several machines.

use std::str::FromStr;

/// The I-th of N parts, counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    index: usize,
    count: usize,
}

impl Shard {
    /// Its place among all, counted from 1.
    pub fn index(self) -> usize {
        self.index
    }

    /// How many there are.
    pub fn count(self) -> usize {
        self.count
    }

    /// Every N-th item from the I-th on: neighbours, which are often alike, are spread evenly.
    pub fn part<T>(self, items: Vec<T>) -> Vec<T> {
        items.into_iter().skip(self.index - 1).step_by(self.count).collect()
    }
}

impl FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let numbers = text.split_once('/').map(|(one, two)| (one.parse(), two.parse()));
        match numbers {
            Some((Ok(index), Ok(count))) if 1 <= index && index <= count => {
                Ok(Self { index, count })
            }
            _ => Err("it must be `I/N`, with I from 1 to N".into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shards_share_everything_once() {
        let part = |text: &str| text.parse::<Shard>().unwrap().part((0..7).collect());
        assert_eq!(
            [part("1/3"), part("2/3"), part("3/3")],
            [vec![0, 3, 6], vec![1, 4], vec![2, 5]]
        );
        assert_eq!(part("1/1"), (0..7).collect::<Vec<_>>());
    }

    #[test]
    fn what_is_no_part_is_refused() {
        for text in ["0/2", "3/2", "1", "a/b", "1/0", "-1/2"] {
            assert!(text.parse::<Shard>().is_err(), "{text}");
        }
    }
}
