//! How long picking versions takes in an organization with 400 cookbooks of 25 versions each.

use cookbooks::solver::{Available, Wanted, solve};
use cookbooks::{Constraint, Version};

fn main() {
    divan::main();
}

fn name(number: usize) -> String {
    format!("cookbook{number}")
}

/// Numbers that look like chance and are the same in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % limit
    }
}

/// Each version needs three later cookbooks: any version, not the oldest, one major version, or not a newer one.
fn needs(cookbook: usize, version: u64) -> Vec<(String, Constraint)> {
    let mut dice = Dice(cookbook as u64 * 100 + version);
    (0..3)
        .filter(|_| cookbook + 1 < 400)
        .map(|_| {
            let on = cookbook as u64 + 1 + dice.below(399 - cookbook as u64);
            let text = match dice.below(4) {
                0 => ">= 0.0.0".to_owned(),
                1 => ">= 1.0.0".to_owned(),
                2 => format!("~> {}.0", 2 + dice.below(23)),
                _ => "<= 25.0.0".to_owned(),
            };
            (name(on as usize), Constraint::parse(&text).expect("a constraint"))
        })
        .collect()
}

fn available() -> Available {
    let mut available = Available::new();
    for cookbook in 0..400 {
        for version in 1..=25 {
            available.add(&name(cookbook), Version::new(version, 0, 0), &needs(cookbook, version));
        }
    }
    available
}

#[divan::bench]
fn fill(bencher: divan::Bencher<'_, '_>) {
    bencher.bench_local(available);
}

#[divan::bench]
fn solution(bencher: divan::Bencher<'_, '_>) {
    let available = available();
    let wanted = Wanted::of_run_list(["cookbook0", "cookbook80", "cookbook160", "cookbook240", "cookbook320"]);
    bencher.bench_local(|| solve(&available, &[], &wanted, &|| false).expect("a solution").len());
}

#[divan::bench]
fn contradiction(bencher: divan::Bencher<'_, '_>) {
    let available = available();
    let environment: Vec<(String, Constraint)> =
        (390..400).map(|cookbook| (name(cookbook), Constraint::parse("< 0.1.0").expect("a constraint"))).collect();
    let wanted = Wanted::of_run_list(["cookbook0", "cookbook80", "cookbook160", "cookbook240", "cookbook320"]);
    bencher.bench_local(|| solve(&available, &environment, &wanted, &|| false).err());
}
