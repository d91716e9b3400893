use chef::search::plan::Part;
use chef::search::{Comparison, Leaf, Pattern};
use serde_json::{Map, Value, json};

use super::{Mark, Question};
use crate::sqlite::search::{fragment, signature};

/// Numbers that look like chance and are the same in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
        (self.0 >> 33) as usize % limit
    }

    fn text(&mut self) -> String {
        const PARTS: [&str; 16] =
            ["", "a", "_", "__", "ab", "eth0", "ä", "日本", "10.0.0.1", " ", "x_y", "*", "deadbeef", "-", "\u{1}", "Z"];
        (0..=self.below(4)).map(|_| PARTS[self.below(PARTS.len())]).collect()
    }

    fn value(&mut self, depth: usize) -> Value {
        match self.below(if depth == 0 { 3 } else { 6 }) {
            0 => json!(self.text()),
            1 => json!(self.below(1_000_000)),
            2 => json!(format!("{} {}", self.text(), self.text().repeat(self.below(40)))),
            3 => Value::Array((0..self.below(4)).map(|_| self.value(depth - 1)).collect()),
            _ => Value::Object(self.fields(depth - 1)),
        }
    }

    fn fields(&mut self, depth: usize) -> Map<String, Value> {
        (0..self.below(12)).map(|_| (self.text(), self.value(depth))).collect()
    }

    /// The text with some of it left out.
    fn pattern(&mut self, text: &str) -> Pattern {
        let mut parts = Vec::new();
        for letter in text.chars() {
            parts.push(match self.below(5) {
                0 => Part::Any,
                1 => Part::One,
                _ => Part::Letter(letter),
            });
        }
        Pattern::new(parts)
    }
}

/// What finds an entry.
fn questions(dice: &mut Dice, key: &str, value: Option<&str>) -> Vec<Leaf> {
    let keys = [Some(Pattern::literal(key)), Some(dice.pattern(key)), Some(Pattern::new(vec![Part::Any])), None];
    let comparisons = match value {
        None => vec![Comparison::Present],
        Some(value) => {
            let first = signature::first_word(value).to_owned();
            let mut within = vec![Part::Any];
            within.extend(first.chars().skip(dice.below(3)).take(1 + dice.below(5)).map(Part::Letter));
            within.push(Part::Any);
            vec![
                Comparison::Equal(value.to_owned()),
                Comparison::Like(Pattern::new(within)),
                Comparison::Like(dice.pattern(&first)),
                Comparison::Near { text: first.clone(), edits: 1 },
                Comparison::Between { from: Some(first.clone()), to: None, inclusive: true },
            ]
        }
    };
    let all = keys.iter().flat_map(|key| comparisons.iter().map(move |one| (key.clone(), one.clone())));
    all.map(|(key, comparison)| Leaf { key, comparison }).collect()
}

#[test]
fn a_signature_never_denies_what_its_fragment_holds() {
    let mut dice = Dice(7);
    let (mut asked, mut passed, mut held) = (0, 0, 0);
    for _ in 0..15 {
        let (key, value) = (dice.text(), dice.value(4));
        for content in fragment::divided(&key, &value) {
            let signature = signature::of(&content);
            let mut entries = Vec::new();
            fragment::any(&content, &mut String::new(), |entry| {
                entries.extend(entry.keys().map(|key| (key.to_owned(), entry.value.map(str::to_owned))));
                false
            });
            for (key, value) in entries {
                for leaf in questions(&mut dice, &key, value.as_deref()) {
                    let mut question = Question::new(&leaf);
                    if !question.is_of_all() {
                        asked += 1;
                        held += usize::from(question.is_held_by(&content));
                        passed += usize::from(question.mark(&signature) != Mark::Not);
                        assert!(
                            !question.is_held_by(&content) || question.mark(&signature) != Mark::Not,
                            "{leaf:?} in {content:?}"
                        );
                    }
                }
            }
        }
    }
    // Some patterns ask for a letter more than there is, and texts are kept with one space between words.
    assert!(asked > 5_000 && held * 10 > asked * 8 && passed >= held, "{held} and {passed} of {asked}");
}
