//! What a query means, with nothing left of how it was written.

/// What is to be found, as combinations of leaves.
#[derive(Debug, Clone, PartialEq)]
pub enum Plan {
    /// Every object.
    All,
    Leaf(Leaf),
    /// All of the first and none of the last. Where there is nothing that must be, something that may be has to be;
    /// where there is neither, everything else is found.
    Combined {
        must: Vec<Plan>,
        may: Vec<Plan>,
        must_not: Vec<Plan>,
    },
}

/// A key and what is asked of its value. Without a key any value will do, and words within a value too.
#[derive(Debug, Clone, PartialEq)]
pub struct Leaf {
    pub key: Option<Pattern>,
    pub comparison: Comparison,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Comparison {
    /// The key alone is asked for.
    Present,
    /// The value, or the words it begins with.
    Equal(String),
    Like(Pattern),
    /// Text between two bounds; `None` is open.
    Between {
        from: Option<String>,
        to: Option<String>,
        inclusive: bool,
    },
    /// At most so many letters differ.
    Near {
        text: String,
        edits: usize,
    },
}

/// A text in which `*` stands for any letters and `?` for one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    parts: Vec<Part>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    Letter(char),
    One,
    Any,
}

impl Pattern {
    pub fn new(parts: Vec<Part>) -> Self {
        Self { parts }
    }

    pub fn literal(text: &str) -> Self {
        Self { parts: text.chars().map(Part::Letter).collect() }
    }

    /// The text itself, if nothing stands for anything else.
    pub fn as_literal(&self) -> Option<String> {
        self.parts
            .iter()
            .map(|part| match part {
                Part::Letter(letter) => Some(*letter),
                Part::One | Part::Any => None,
            })
            .collect()
    }

    /// True for what takes every text.
    pub fn is_any(&self) -> bool {
        !self.parts.is_empty() && self.parts.iter().all(|part| *part == Part::Any)
    }

    /// The letters that come first.
    pub fn prefix(&self) -> String {
        let letters = self.parts.iter().map_while(|part| match part {
            Part::Letter(letter) => Some(*letter),
            Part::One | Part::Any => None,
        });
        letters.collect()
    }

    /// True where nothing but `*` follows the first letters.
    pub fn is_prefix(&self) -> bool {
        let letters = self.parts.iter().take_while(|part| matches!(part, Part::Letter(_))).count();
        letters < self.parts.len() && self.parts[letters..].iter().all(|part| *part == Part::Any)
    }

    /// The texts between what stands for others, none of them empty.
    pub fn literals(&self) -> Vec<String> {
        let mut literals = vec![String::new()];
        for part in &self.parts {
            match (part, literals.last_mut()) {
                (Part::Letter(letter), Some(last)) => last.push(*letter),
                _ => literals.push(String::new()),
            }
        }
        literals.retain(|literal| !literal.is_empty());
        literals
    }

    /// Takes time in proportion to both lengths at most.
    pub fn takes(&self, text: &str) -> bool {
        let (mut part, mut rest) = (0, text.chars());
        let mut retry: Option<(usize, std::str::Chars<'_>)> = None;
        loop {
            let mut after = rest.clone();
            let Some(letter) = after.next() else { break };
            match self.parts.get(part) {
                Some(Part::Any) => {
                    part += 1;
                    retry = Some((part, rest.clone()));
                }
                Some(Part::One) => {
                    part += 1;
                    rest = after;
                }
                Some(Part::Letter(wanted)) if *wanted == letter => {
                    part += 1;
                    rest = after;
                }
                _ => {
                    let Some((again, from)) = &mut retry else { return false };
                    from.next();
                    part = *again;
                    rest = from.clone();
                }
            }
        }
        self.parts[part..].iter().all(|part| *part == Part::Any)
    }
}

/// True where one text becomes the other by at most `edits` letters put in, left out, changed, or swapped with their
/// neighbour.
pub fn is_near(one: &str, other: &str, edits: usize) -> bool {
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    if one.len().abs_diff(other.len()) > edits {
        return false;
    }
    let width = other.len() + 1;
    let mut before: Vec<usize> = vec![0; width];
    let mut above: Vec<usize> = (0..width).collect();
    for (row, letter) in one.iter().enumerate() {
        let mut current = vec![row + 1; width];
        for column in 1..width {
            let same = usize::from(*letter != other[column - 1]);
            let mut least = (above[column] + 1).min(current[column - 1] + 1).min(above[column - 1] + same);
            if row > 0 && column > 1 && *letter == other[column - 2] && one[row - 1] == other[column - 1] {
                least = least.min(before[column - 2] + 1);
            }
            current[column] = least;
        }
        if current.iter().all(|distance| *distance > edits) {
            return false;
        }
        before = above;
        above = current;
    }
    above[width - 1] <= edits
}
