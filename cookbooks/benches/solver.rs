//! How long picking versions takes in an organization with 400 cookbooks of 25 versions each.

use cookbooks::solver::{Available, Wanted, solve};
use cookbooks::{Constraint, Version};

fn main() {
    divan::main();
}

fn name(number: usize) -> String {
    format!("cookbook{number}")
}

/// Each version needs five later cookbooks, some of them not too new.
fn needs(cookbook: usize, version: u64) -> Vec<(String, Constraint)> {
    (1..=5)
        .map(|step| (cookbook + step * step * 3, step as u64))
        .filter(|(other, _)| *other < 400)
        .map(|(other, step)| {
            let text = if (version + step).is_multiple_of(3) {
                format!("< {}.0.0", 20 + step)
            } else {
                format!(">= {step}.0.0")
            };
            (name(other), Constraint::parse(&text).expect("a constraint"))
        })
        .collect()
}

fn available() -> Available {
    let mut available = Available::new();
    for cookbook in 0..400 {
        for version in 0..25 {
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
    let wanted = Wanted::of_run_list(["cookbook0", "cookbook1", "cookbook7"]);
    bencher.bench_local(|| solve(&available, &[], &wanted, &|| false).expect("a solution").len());
}

#[divan::bench]
fn contradiction(bencher: divan::Bencher<'_, '_>) {
    let available = available();
    let environment = [(name(100), Constraint::parse("< 0.1.0").expect("a constraint"))];
    let wanted = Wanted::of_run_list(["cookbook0", "cookbook1", "cookbook7"]);
    bencher.bench_local(|| solve(&available, &environment, &wanted, &|| false).err());
}
