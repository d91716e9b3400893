//! The field of a search: available versions under an environment, and the run list as a cookbook of its own.

use std::fmt;

use pubgrub::{
    Dependencies, DependencyConstraints, DependencyProvider, DerivationTree, External, PackageResolutionStatistics,
    PubGrubError, Ranges,
};
use rustc_hash::{FxHashMap, FxHashSet};

use super::Wanted;
use super::available::{Available, Dependency, Number};
use crate::{Constraint, Version, name};

pub(super) struct Field<'a> {
    pub(super) available: &'a Available,
    pub(super) wanted: &'a [Wanted],
    wanted_numbers: Vec<Option<Number>>,
    environment: FxHashMap<Number, Vec<Constraint>>,
    out_of_time: &'a dyn Fn() -> bool,
}

pub(super) enum Outcome {
    Solved(Vec<(String, Version)>),
    /// The cookbooks that the contradiction is about.
    None(FxHashSet<Number>),
    OutOfTime,
}

impl<'a> Field<'a> {
    pub(super) fn new(
        available: &'a Available,
        constraints: &[(String, Constraint)],
        wanted: &'a [Wanted],
        out_of_time: &'a dyn Fn() -> bool,
    ) -> Self {
        let mut environment: FxHashMap<Number, Vec<Constraint>> = FxHashMap::default();
        for (cookbook, constraint) in constraints {
            if let Some(number) = available.number(name::cookbook_of(cookbook)) {
                environment.entry(number).or_default().push(*constraint);
            }
        }
        let wanted_numbers = wanted.iter().map(|item| available.number(&item.cookbook)).collect();
        Self { available, wanted, wanted_numbers, environment, out_of_time }
    }

    pub(super) fn is_out_of_time(&self) -> bool {
        (self.out_of_time)()
    }

    /// The number of the cookbook that an item of the run list names.
    pub(super) fn wanted_number(&self, place: usize) -> Option<Number> {
        self.wanted_numbers[place]
    }

    pub(super) fn has_version_for(&self, place: usize) -> bool {
        let constraint = self.wanted[place].constraint;
        self.wanted_number(place)
            .is_some_and(|number| self.versions(number).any(|(version, _)| constraint.takes(version)))
    }

    /// Versions that the environment allows, the oldest first.
    pub(super) fn versions(&self, number: Number) -> impl DoubleEndedIterator<Item = (Version, &'a [Dependency])> + '_ {
        let allowed = self.environment.get(&number).map_or(&[][..], Vec::as_slice);
        self.available
            .of(number)
            .iter()
            .map(|(version, needs)| (*version, needs.as_slice()))
            .filter(move |(version, _)| allowed.iter().all(|constraint| constraint.takes(*version)))
    }

    /// Solves the first `count` items of the run list; nothing that is asked of the cookbooks in `waived` counts.
    pub(super) fn solve(&self, count: usize, waived: &[Number]) -> Outcome {
        let search = Search { field: self, count, waived };
        match pubgrub::resolve(&search, Package::RunList, Version::ZERO) {
            Ok(solution) => {
                let mut versions: Vec<(String, Version)> = solution
                    .into_iter()
                    .filter_map(|(package, version)| match package {
                        Package::RunList => None,
                        Package::Cookbook(number) => Some((self.available.name(number).to_owned(), version)),
                    })
                    .collect();
                versions.sort_unstable();
                Outcome::Solved(versions)
            }
            Err(PubGrubError::NoSolution(tree)) => Outcome::None(cookbooks_of(&tree)),
            Err(_) => Outcome::OutOfTime,
        }
    }
}

/// What pubgrub solves for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Package {
    RunList,
    Cookbook(Number),
}

impl fmt::Display for Package {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::RunList => out.write_str("the run list"),
            Self::Cookbook(number) => write!(out, "cookbook {number}"),
        }
    }
}

struct Search<'a> {
    field: &'a Field<'a>,
    count: usize,
    waived: &'a [Number],
}

#[derive(Debug)]
struct OutOfTime;

impl fmt::Display for OutOfTime {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("the time to solve is over")
    }
}

impl std::error::Error for OutOfTime {}

impl DependencyProvider for Search<'_> {
    type P = Package;
    type V = Version;
    type VS = Ranges<Version>;
    /// The run list itself, its items in order, then what conflicts most, then what has the fewest versions left.
    type Priority = (bool, std::cmp::Reverse<usize>, u32, std::cmp::Reverse<usize>, std::cmp::Reverse<Number>);
    type M = String;
    type Err = OutOfTime;

    fn prioritize(
        &self,
        package: &Package,
        range: &Ranges<Version>,
        statistics: &PackageResolutionStatistics,
    ) -> Self::Priority {
        use std::cmp::Reverse;
        let Package::Cookbook(number) = package else {
            return (true, Reverse(0), 0, Reverse(0), Reverse(0));
        };
        let item = (0..self.count).find(|place| self.field.wanted_number(*place) == Some(*number));
        let left = self.field.versions(*number).filter(|(version, _)| range.contains(version)).count();
        (false, Reverse(item.unwrap_or(self.count)), statistics.conflict_count(), Reverse(left), Reverse(*number))
    }

    fn choose_version(&self, package: &Package, range: &Ranges<Version>) -> Result<Option<Version>, OutOfTime> {
        Ok(match package {
            Package::RunList => Some(Version::ZERO),
            Package::Cookbook(number) => {
                self.field.versions(*number).rev().map(|(version, _)| version).find(|version| range.contains(version))
            }
        })
    }

    fn get_dependencies(
        &self,
        package: &Package,
        version: &Version,
    ) -> Result<Dependencies<Package, Ranges<Version>, String>, OutOfTime> {
        let mut needs: FxHashMap<Number, Ranges<Version>> = FxHashMap::default();
        let mut order = Vec::new();
        let mut need = |number: Number, ranges: Ranges<Version>| {
            if self.waived.contains(&number) {
                return;
            }
            match needs.entry(number) {
                std::collections::hash_map::Entry::Occupied(mut known) => {
                    let both = known.get().intersection(&ranges);
                    known.insert(both);
                }
                std::collections::hash_map::Entry::Vacant(new) => {
                    new.insert(ranges);
                    order.push(number);
                }
            }
        };
        match package {
            Package::RunList => {
                for place in 0..self.count {
                    if let Some(number) = self.field.wanted_number(place) {
                        need(number, self.field.wanted[place].constraint.ranges());
                    }
                }
            }
            Package::Cookbook(number) => {
                for dependency in self.field.available.of(*number).get(version).into_iter().flatten() {
                    need(dependency.on, dependency.ranges.clone());
                }
            }
        }
        // A cookbook that needs itself at another version can never be; pubgrub wants that said in words.
        if let Package::Cookbook(number) = package
            && let Some(own) = needs.remove(number)
        {
            order.retain(|other| other != number);
            if !own.contains(version) {
                return Ok(Dependencies::Unavailable("needs itself at another version".to_owned()));
            }
        }
        let listed: DependencyConstraints<Package, Ranges<Version>> =
            order.into_iter().filter_map(|number| Some((Package::Cookbook(number), needs.remove(&number)?))).collect();
        Ok(Dependencies::Available(listed))
    }

    fn should_cancel(&self) -> Result<(), OutOfTime> {
        if self.field.is_out_of_time() { Err(OutOfTime) } else { Ok(()) }
    }
}

type Tree = DerivationTree<Package, Ranges<Version>, String>;

/// The cookbooks that a proof speaks of. Proofs share their parts, so each part is read once.
fn cookbooks_of(tree: &Tree) -> FxHashSet<Number> {
    let mut found = FxHashSet::default();
    let mut seen: FxHashSet<*const Tree> = FxHashSet::default();
    let mut left: Vec<&Tree> = vec![tree];
    let mut note = |package: &Package| {
        if let Package::Cookbook(number) = package {
            found.insert(*number);
        }
    };
    while let Some(tree) = left.pop() {
        if !seen.insert(std::ptr::from_ref(tree)) {
            continue;
        }
        match tree {
            Tree::Derived(derived) => left.extend([derived.cause1.as_ref(), derived.cause2.as_ref()]),
            Tree::External(External::FromDependencyOf(one, _, other, _)) => {
                note(one);
                note(other);
            }
            Tree::External(
                External::NoVersions(package, _) | External::NotRoot(package, _) | External::Custom(package, _, _),
            ) => note(package),
        }
    }
    found
}
