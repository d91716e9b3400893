//! Why a run list has no solution: which item breaks it, which cookbook is in the way, and how one leads to the other.

use std::cmp::Reverse;

use rustc_hash::FxHashSet;

use super::available::{Dependency, Number};
use super::resolve::{Field, Outcome};
use super::{Contradiction, Unsolved};
use crate::{Constraint, Version};

/// How many steps a walk from the run list to the cookbook in the way may take, over all paths.
const MOST_STEPS: usize = 200_000;
/// How many cookbooks are tried at a time for being the one in the way.
const MOST_CANDIDATES: usize = 32;
/// How many paths a message names.
const MOST_PATHS: usize = 500;

pub(super) fn contradiction(field: &Field<'_>) -> Unsolved {
    find(field).map_or(Unsolved::OutOfTime, |found| Unsolved::Contradiction(Box::new(found)))
}

fn find(field: &Field<'_>) -> Option<Contradiction> {
    let (place, core) = (1..=field.wanted.len()).find_map(|count| match field.solve(count, &[]) {
        Outcome::Solved(_) => None,
        Outcome::None(core) => Some(Some((count - 1, core))),
        Outcome::OutOfTime => Some(None),
    })??;
    let in_the_way = obstacles(field, place + 1, core)?;
    let (missing, most_constrained): (Vec<Number>, Vec<Number>) =
        in_the_way.into_iter().partition(|number| !field.available.exists(*number));
    let reported = missing.first().or(most_constrained.first()).copied()?;
    let item = field.wanted[place].shown();
    let names = |numbers: &[Number]| numbers.iter().map(|number| field.available.name(*number).to_owned()).collect();
    Some(Contradiction {
        message: message(field, reported, &item),
        item,
        missing: names(&missing),
        most_constrained: most_constrained.iter().map(|number| oldest(field, *number)).collect(),
    })
}

/// The fewest cookbooks, in the order in which the run list reaches them, whose constraints have to be dropped.
fn obstacles(field: &Field<'_>, count: usize, mut core: FxHashSet<Number>) -> Option<Vec<Number>> {
    let reached = reachable(field);
    let suspicious = unmatched(field, &reached);
    let required: Vec<Number> = (0..count).filter_map(|place| field.wanted_number(place)).collect();
    let mut waived: Vec<Number> = Vec::new();
    loop {
        let mut candidates: Vec<Number> =
            reached.iter().copied().filter(|number| core.contains(number) && !waived.contains(number)).collect();
        if candidates.iter().any(|number| !required.contains(number)) {
            candidates.retain(|number| !required.contains(number));
        }
        // A cookbook of which nothing fits is in the way before all others.
        if candidates.iter().any(|number| suspicious.contains(number)) {
            candidates.retain(|number| suspicious.contains(number));
        }
        candidates.sort_by_cached_key(|number| Reverse(constraints_on(field, &reached, *number)));
        candidates.truncate(MOST_CANDIDATES);
        for candidate in &candidates {
            waived.push(*candidate);
            match field.solve(count, &waived) {
                Outcome::Solved(_) => {
                    waived.sort_by_key(|number| reached.iter().position(|known| known == number));
                    return Some(waived);
                }
                Outcome::OutOfTime => return None,
                Outcome::None(_) => {}
            }
            waived.pop();
        }
        waived.push(*candidates.first()?);
        match field.solve(count, &waived) {
            Outcome::None(next) => core = next,
            _ => return None,
        }
    }
}

/// Cookbooks that the run list may lead to, in the order of a walk through it.
fn reachable(field: &Field<'_>) -> Vec<Number> {
    let mut reached = Vec::new();
    let mut seen = vec![false; field.available.count()];
    let mut left: Vec<Number> = (0..field.wanted.len()).rev().filter_map(|place| field.wanted_number(place)).collect();
    while let Some(number) = left.pop() {
        if std::mem::replace(&mut seen[number as usize], true) {
            continue;
        }
        reached.push(number);
        let needed: Vec<Number> = field.versions(number).flat_map(|(_, needs)| needs).map(|need| need.on).collect();
        left.extend(needed.into_iter().rev());
    }
    reached
}

/// Cookbooks of which something needs a version that there is not.
fn unmatched(field: &Field<'_>, reached: &[Number]) -> Vec<Number> {
    let needs = reached.iter().flat_map(|number| field.versions(*number)).flat_map(|(_, needs)| needs);
    needs
        .filter(|need| !field.versions(need.on).any(|(version, _)| need.constraint.takes(version)))
        .map(|need| need.on)
        .collect()
}

/// How many different constraints may come upon a cookbook.
fn constraints_on(field: &Field<'_>, reached: &[Number], number: Number) -> usize {
    let needs = reached.iter().flat_map(|other| field.versions(*other)).flat_map(|(_, needs)| needs);
    needs.filter(|need| need.on == number).map(|need| need.constraint).collect::<FxHashSet<Constraint>>().len()
}

fn oldest(field: &Field<'_>, number: Number) -> String {
    let first = field.versions(number).next();
    let shown = first.map(|(version, needs)| {
        let needs: Vec<String> = needs.iter().map(|need| shown_need(field, need.on, need.constraint)).collect();
        format!("{version} -> [{}]", needs.join(", "))
    });
    format!("{} = {}", field.available.name(number), shown.unwrap_or_default())
}

fn shown_need(field: &Field<'_>, number: Number, constraint: Constraint) -> String {
    format!("({} {constraint})", field.available.name(number))
}

fn message(field: &Field<'_>, reported: Number, item: &str) -> String {
    let name = field.available.name(reported);
    let exists = if field.versions(reported).next().is_some() { "" } else { ", which does not exist," };
    let mut walk = Walk { field, target: reported, path: Vec::new(), found: Vec::new(), steps: 0 };
    for place in 0..field.wanted.len() {
        if let Some(number) = field.wanted_number(place) {
            walk.from(number, field.wanted[place].constraint);
        }
    }
    let paths: Vec<String> = collapsed(walk.found).iter().map(|path| shown_path(field, path)).collect();
    format!(
        "Unable to satisfy constraints on package {name}{exists} due to solution constraint {item}. \
         Solution constraints that may result in a constraint on {name}: {}",
        paths.join(", ")
    )
}

/// A step of a path: versions of a cookbook that lead on, or the constraint that a path ends with.
#[derive(Debug, Clone, PartialEq)]
enum Step {
    Versions(Number, Vec<Version>),
    Constraint(Number, Constraint),
}

/// Walks from the run list to a cookbook, along every version whose needs differ.
struct Walk<'a> {
    field: &'a Field<'a>,
    target: Number,
    path: Vec<(Number, Version)>,
    found: Vec<Vec<Step>>,
    steps: usize,
}

/// A cookbook on the path, with what of it is still to be walked.
struct Frame<'a> {
    number: Number,
    versions: Vec<(Version, &'a [Dependency])>,
    version: usize,
    need: usize,
}

impl<'a> Walk<'a> {
    fn from(&mut self, start: Number, constraint: Constraint) {
        let mut frames: Vec<Frame<'a>> = Vec::new();
        frames.extend(self.enter(start, constraint));
        while let Some(frame) = frames.last_mut() {
            self.steps += 1;
            if self.steps > MOST_STEPS || self.found.len() >= MOST_PATHS {
                self.path.clear();
                return;
            }
            let Some((version, needs)) = frame.versions.get(frame.version).copied() else {
                frames.pop();
                self.path.truncate(frames.len());
                continue;
            };
            self.path.truncate(frames.len() - 1);
            let frame = &mut frames[self.path.len()];
            let Some(need) = needs.get(frame.need) else {
                frame.version += 1;
                frame.need = 0;
                continue;
            };
            frame.need += 1;
            if need.on == frame.number {
                continue;
            }
            self.path.push((frame.number, version));
            let next = self.enter(need.on, need.constraint);
            frames.extend(next);
        }
    }

    /// The frame of a cookbook, unless it is the end of a path or leads nowhere.
    fn enter(&mut self, number: Number, constraint: Constraint) -> Option<Frame<'a>> {
        if number == self.target {
            let mut path: Vec<Step> =
                self.path.iter().map(|(number, version)| Step::Versions(*number, vec![*version])).collect();
            path.push(Step::Constraint(number, constraint));
            self.found.push(path);
            return None;
        }
        if self.path.iter().any(|(on_path, _)| *on_path == number) {
            return None;
        }
        let mut versions: Vec<(Version, &'a [Dependency])> = Vec::new();
        for (version, needs) in self.field.versions(number).filter(|(version, _)| constraint.takes(*version)) {
            if !versions.iter().any(|(_, known)| *known == needs) {
                versions.push((version, needs));
            }
        }
        (!versions.is_empty()).then_some(Frame { number, versions, version: 0, need: 0 })
    }
}

/// Neighbouring paths that differ in the version of one cookbook become one.
fn collapsed(paths: Vec<Vec<Step>>) -> Vec<Vec<Step>> {
    let mut kept: Vec<Vec<Step>> = Vec::new();
    for path in paths {
        if let Some(last) = kept.last_mut()
            && let Some((place, merged)) = merged(last, &path)
        {
            last[place] = merged;
        } else {
            kept.push(path);
        }
    }
    kept
}

fn merged(last: &[Step], path: &[Step]) -> Option<(usize, Step)> {
    if last.len() != path.len() {
        return None;
    }
    let mut differing = (0..path.len()).filter(|place| last[*place] != path[*place]);
    let place = differing.next()?;
    if differing.next().is_some() {
        return None;
    }
    match (&last[place], &path[place]) {
        (Step::Versions(one, versions), Step::Versions(other, more)) if one == other => {
            Some((place, Step::Versions(*one, versions.iter().chain(more).copied().collect())))
        }
        _ => None,
    }
}

fn shown_path(field: &Field<'_>, path: &[Step]) -> String {
    let steps: Vec<String> = path
        .iter()
        .map(|step| match step {
            Step::Constraint(number, constraint) => shown_need(field, *number, *constraint),
            Step::Versions(number, versions) => {
                let name = field.available.name(*number);
                match versions.as_slice() {
                    [version] => format!("({name} = {version})"),
                    several => {
                        let several: Vec<String> = several.iter().map(ToString::to_string).collect();
                        format!("({name} = {{{}}})", several.join(","))
                    }
                }
            }
        })
        .collect();
    format!("[{}]", steps.join(" -> "))
}
