//! Every version of every cookbook of an organization with what it needs, names turned into numbers.

use std::collections::BTreeMap;

use pubgrub::Ranges;
use rustc_hash::FxHashMap;

use crate::{Constraint, Version, name};

/// A cookbook's number.
pub(super) type Number = u32;

#[derive(Debug, Clone, PartialEq)]
pub struct Dependency {
    pub(super) on: Number,
    pub(super) constraint: Constraint,
    pub(super) ranges: Ranges<Version>,
}

/// Cookbooks by number; one that is only needed has no versions.
#[derive(Debug, Default)]
pub struct Available {
    names: Vec<String>,
    numbers: FxHashMap<String, Number>,
    versions: Vec<BTreeMap<Version, Vec<Dependency>>>,
}

impl Available {
    pub fn new() -> Self {
        Self::default()
    }

    pub fn add(&mut self, cookbook: &str, version: Version, needs: &[(String, Constraint)]) {
        let number = self.intern(cookbook);
        let needs = needs
            .iter()
            .map(|(on, constraint)| Dependency {
                on: self.intern(name::cookbook_of(on)),
                constraint: *constraint,
                ranges: constraint.ranges(),
            })
            .collect();
        self.versions[number as usize].insert(version, needs);
    }

    fn intern(&mut self, name: &str) -> Number {
        if let Some(number) = self.numbers.get(name) {
            return *number;
        }
        let number = self.names.len() as Number;
        self.names.push(name.to_owned());
        self.numbers.insert(name.to_owned(), number);
        self.versions.push(BTreeMap::new());
        number
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.number(name).is_some_and(|number| self.exists(number))
    }

    pub(super) fn number(&self, name: &str) -> Option<Number> {
        self.numbers.get(name).copied()
    }

    pub(super) fn exists(&self, number: Number) -> bool {
        !self.of(number).is_empty()
    }

    pub(super) fn of(&self, number: Number) -> &BTreeMap<Version, Vec<Dependency>> {
        &self.versions[number as usize]
    }

    pub(super) fn name(&self, number: Number) -> &str {
        &self.names[number as usize]
    }

    pub(super) fn count(&self) -> usize {
        self.names.len()
    }
}
