//! Constraints on versions: `>= 1.2`, `~> 1.2.3`, `1.0`.

use std::fmt;

use pubgrub::Ranges;

use crate::version::Version;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Operator {
    Equal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Pessimistic,
}

impl Operator {
    const fn sign(self) -> &'static str {
        match self {
            Self::Equal => "=",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
            Self::Pessimistic => "~>",
        }
    }
}

const OPERATORS: [Operator; 6] = [
    Operator::Less,
    Operator::Greater,
    Operator::LessOrEqual,
    Operator::GreaterOrEqual,
    Operator::Pessimistic,
    Operator::Equal,
];

/// An operator and a version. `~>` takes what has the same leading parts, all but the last that was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Constraint {
    operator: Operator,
    version: Version,
    /// `~>` with three parts keeps the minor number too.
    keeps_minor: bool,
}

impl Constraint {
    /// Takes every version.
    pub const ANY: Self = Self { operator: Operator::GreaterOrEqual, version: Version::ZERO, keeps_minor: false };

    pub const fn exactly(version: Version) -> Self {
        Self { operator: Operator::Equal, version, keeps_minor: true }
    }

    /// An operator, one space and a version; a version alone means itself.
    pub fn parse(text: &str) -> Option<Self> {
        let (operator, version) = OPERATORS
            .iter()
            .find_map(|operator| {
                text.strip_prefix(operator.sign())?.strip_prefix(' ').map(|version| (*operator, version))
            })
            .unwrap_or((Operator::Equal, text));
        let (version, parts) = Version::read(version)?;
        Some(Self { operator, version, keeps_minor: parts == 3 })
    }

    pub fn operator(&self) -> &'static str {
        self.operator.sign()
    }

    pub fn takes(&self, version: Version) -> bool {
        match self.operator {
            Operator::Equal => version == self.version,
            Operator::Less => version < self.version,
            Operator::LessOrEqual => version <= self.version,
            Operator::Greater => version > self.version,
            Operator::GreaterOrEqual => version >= self.version,
            Operator::Pessimistic => version >= self.version && version < self.ceiling(),
        }
    }

    /// The same as a set of versions.
    pub fn ranges(&self) -> Ranges<Version> {
        match self.operator {
            Operator::Equal => Ranges::singleton(self.version),
            Operator::Less => Ranges::strictly_lower_than(self.version),
            Operator::LessOrEqual => Ranges::lower_than(self.version),
            Operator::Greater => Ranges::strictly_higher_than(self.version),
            Operator::GreaterOrEqual => Ranges::higher_than(self.version),
            Operator::Pessimistic => Ranges::between(self.version, self.ceiling()),
        }
    }

    /// The first version that `~>` does not take.
    const fn ceiling(&self) -> Version {
        let Version { major, minor, .. } = self.version;
        if self.keeps_minor { Version::new(major, minor + 1, 0) } else { Version::new(major + 1, 0, 0) }
    }
}

impl fmt::Display for Constraint {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} {}", self.operator.sign(), self.version)
    }
}

#[cfg(test)]
mod tests;
