//! Ranges of semantic versions (`>=1.2.0 <2`, `~1.2`, `1.x`), as `SemVerRange` reads them.

use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

use semver::{BuildMetadata, Prerelease, Version};

/// A text that is no range, in the original's words.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("Unparsable version range: \"{0}\"")]
pub struct Unparsable(String);

/// A range as written, and what it means: one of its intervals must hold a version.
#[derive(Clone, Debug)]
pub struct VersionRange {
    text: Arc<str>,
    intervals: Vec<Interval>,
}

impl VersionRange {
    /// Reads intersections (by blanks) and unions (by `||`) of comparisons, `~`, `^`, `x` and
    /// `a - b`.
    pub fn parse(text: &str) -> Result<Self, Unparsable> {
        let joined = join_operators(text);
        let alternatives: Vec<&str> = joined.split("||").map(str::trim).collect();
        if alternatives.iter().all(|alternative| alternative.is_empty()) {
            return Ok(Self { text: Arc::from("*"), intervals: vec![Interval::ALL] });
        }
        let mut intervals: Vec<Interval> = Vec::new();
        for alternative in alternatives {
            let found = parse_alternative(alternative, text)?;
            if let Some(interval) = found
                && !intervals.contains(&interval)
            {
                intervals.push(interval);
            }
        }
        Ok(Self { text: text.into(), intervals })
    }

    /// The range of one version.
    pub fn exactly(version: &Version) -> Self {
        Self::between(Some(version), Some(version), false)
    }

    /// From and to; without one there is no bound on that side.
    pub fn between(from: Option<&Version>, to: Option<&Version>, exclude_to: bool) -> Self {
        let low_text = from.map_or_else(|| "0.0.0-".to_owned(), Version::to_string);
        let high_text = to.map_or_else(|| "Infinity.0.0".to_owned(), Version::to_string);
        // The original prints the ends in this order, and agents see it.
        let text = if exclude_to { format!(">={high_text} <{low_text}") } else { format!("{high_text} - {low_text}") };
        let interval = Interval {
            low: from.map(|version| Bound { version: version.clone(), exclusive: false }),
            high: to.map(|version| Bound { version: version.clone(), exclusive: exclude_to }),
            all: false,
        };
        Self { text: text.into(), intervals: vec![interval] }
    }

    /// Whether a version is within. Pre-releases are only where the range names one of the same
    /// version.
    pub fn includes(&self, version: &Version) -> bool {
        self.intervals.iter().any(|interval| {
            interval.includes(version) && (version.pre.is_empty() || interval.admits_prerelease(version))
        })
    }

    /// Whether some version may be in both.
    pub fn overlaps(&self, other: &Self) -> bool {
        self.intervals.iter().any(|own| other.intervals.iter().any(|other| own.intersection(other).is_some()))
    }

    /// Whether every version of `other` is within one interval of this.
    pub fn covers(&self, other: &Self) -> bool {
        other.intervals.iter().all(|inner| self.intervals.iter().any(|outer| outer.covers(inner)))
    }
}

/// Joins ranges that touch; what does not stays apart, in order.
pub fn merge(mut ranges: Vec<Arc<VersionRange>>) -> Vec<Arc<VersionRange>> {
    let mut merged = Vec::new();
    while let Some(mut range) = ranges.pop() {
        ranges.retain(|other| match join(&range, other) {
            Some(joined) => {
                range = Arc::new(joined);
                false
            }
            None => true,
        });
        merged.push(range);
    }
    merged.reverse();
    merged
}

fn join(a: &VersionRange, b: &VersionRange) -> Option<VersionRange> {
    let ([a], [b]) = (a.intervals.as_slice(), b.intervals.as_slice()) else { return None };
    let meets = |x: &Interval, y: &Interval| match (&x.high, &y.low) {
        (Some(high), Some(low)) => high.exclusive && high.version.cmp_precedence(&low.version) == Ordering::Equal,
        _ => false,
    };
    let holds_start =
        |x: &Interval, y: &Interval| y.low.as_ref().map_or(x.low.is_none(), |low| x.includes(&low.version));
    if !(holds_start(a, b) || holds_start(b, a) || meets(a, b) || meets(b, a)) {
        return None;
    }
    let low = if compare_low(a.low.as_ref(), b.low.as_ref()).is_le() { &a.low } else { &b.low };
    let high = if compare_high(a.high.as_ref(), b.high.as_ref()).is_ge() { &a.high } else { &b.high };
    let version = |bound: &Option<Bound>| bound.as_ref().map(|bound| bound.version.clone());
    Some(VersionRange::between(
        version(low).as_ref(),
        version(high).as_ref(),
        high.as_ref().is_some_and(|bound| bound.exclusive),
    ))
}

impl fmt::Display for VersionRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl PartialEq for VersionRange {
    fn eq(&self, other: &Self) -> bool {
        self.intervals == other.intervals
    }
}

/// Versions from a lower to an upper bound.
#[derive(Clone, Debug, PartialEq)]
struct Interval {
    low: Option<Bound>,
    high: Option<Bound>,
    /// `*`: pre-releases too.
    all: bool,
}

#[derive(Clone, Debug, PartialEq)]
struct Bound {
    version: Version,
    exclusive: bool,
}

impl Interval {
    const ALL: Self = Self { low: None, high: None, all: true };

    fn low(version: Version, exclusive: bool) -> Self {
        Self { low: Some(Bound { version, exclusive }), high: None, all: false }
    }

    fn high(version: Version, exclusive: bool) -> Self {
        Self { low: None, high: Some(Bound { version, exclusive }), all: false }
    }

    fn includes(&self, version: &Version) -> bool {
        let above = self.low.as_ref().is_none_or(|low| match version.cmp_precedence(&low.version) {
            Ordering::Greater => true,
            Ordering::Equal => !low.exclusive,
            Ordering::Less => false,
        });
        let below = self.high.as_ref().is_none_or(|high| match version.cmp_precedence(&high.version) {
            Ordering::Less => true,
            Ordering::Equal => !high.exclusive,
            Ordering::Greater => false,
        });
        above && below
    }

    fn admits_prerelease(&self, version: &Version) -> bool {
        let same = |bound: &Option<Bound>| {
            bound.as_ref().is_some_and(|Bound { version: named, .. }| {
                !named.pre.is_empty()
                    && (named.major, named.minor, named.patch) == (version.major, version.minor, version.patch)
            })
        };
        self.all || same(&self.low) || same(&self.high)
    }

    fn covers(&self, other: &Self) -> bool {
        compare_low(self.low.as_ref(), other.low.as_ref()).is_le()
            && compare_high(self.high.as_ref(), other.high.as_ref()).is_ge()
    }

    fn intersection(&self, other: &Self) -> Option<Self> {
        if self.all {
            return Some(other.clone());
        }
        if other.all {
            return Some(self.clone());
        }
        let low = if compare_low(self.low.as_ref(), other.low.as_ref()).is_ge() { &self.low } else { &other.low };
        let high = if compare_high(self.high.as_ref(), other.high.as_ref()).is_le() { &self.high } else { &other.high };
        if let (Some(low), Some(high)) = (low, high) {
            match low.version.cmp_precedence(&high.version) {
                Ordering::Greater => return None,
                Ordering::Equal if low.exclusive || high.exclusive => return None,
                _ => {}
            }
        }
        Some(Self { low: low.clone(), high: high.clone(), all: false })
    }
}

/// The lower bound that begins earlier is less; none begins first.
fn compare_low(a: Option<&Bound>, b: Option<&Bound>) -> Ordering {
    match (a, b) {
        (None, None) => Ordering::Equal,
        (None, Some(_)) => Ordering::Less,
        (Some(_), None) => Ordering::Greater,
        (Some(a), Some(b)) => a.version.cmp_precedence(&b.version).then(a.exclusive.cmp(&b.exclusive)),
    }
}

/// The upper bound that ends earlier is less; none ends last.
fn compare_high(a: Option<&Bound>, b: Option<&Bound>) -> Ordering {
    match (a, b) {
        (None, None) => Ordering::Equal,
        (None, Some(_)) => Ordering::Greater,
        (Some(_), None) => Ordering::Less,
        (Some(a), Some(b)) => a.version.cmp_precedence(&b.version).then(b.exclusive.cmp(&a.exclusive)),
    }
}

/// Takes the blanks (and a `v`) after operators away.
fn join_operators(text: &str) -> String {
    let mut joined = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        joined.push(first);
        rest = &rest[first.len_utf8()..];
        if matches!(first, '>' | '<' | '=' | '~' | '^') {
            let trimmed = rest.trim_start();
            rest = trimmed.strip_prefix('v').unwrap_or(trimmed);
        }
    }
    joined
}

fn parse_alternative(text: &str, whole: &str) -> Result<Option<Interval>, Unparsable> {
    let unparsable = || Unparsable(whole.to_owned());
    let words: Vec<&str> = text.split_whitespace().collect();
    if let [from, "-", to] = words.as_slice() {
        let low = Interval::low(Partial::parse(from).ok_or_else(unparsable)?.lowest(), false);
        let high = Interval::high(Partial::parse(to).ok_or_else(unparsable)?.lowest(), false);
        return Ok(low.intersection(&high));
    }
    let mut found: Option<Interval> = None;
    for (index, word) in words.iter().enumerate() {
        let simple = parse_simple(word).ok_or_else(unparsable)?;
        found = match (index, found) {
            (0, _) => Some(simple),
            (_, Some(so_far)) => so_far.intersection(&simple),
            (_, None) => None,
        };
    }
    if words.is_empty() { Err(unparsable()) } else { Ok(found) }
}

const OPERATORS: [&str; 9] = ["~>", "~=", ">=", "<=", "~", "^", ">", "<", "="];

fn parse_simple(word: &str) -> Option<Interval> {
    let operator = OPERATORS.into_iter().find(|operator| word.starts_with(operator)).unwrap_or_default();
    let partial = Partial::parse(&word[operator.len()..])?;
    Some(match operator {
        "~" | "~>" | "~=" => partial.patch_updates(true),
        "^" if partial.major == Some(0) => partial.patch_updates(true),
        "^" => partial.minor_updates(),
        ">=" => Interval::low(partial.lowest(), false),
        "<" => Interval::high(partial.lowest(), true),
        ">" => match (partial.major, partial.minor, partial.patch) {
            (None, _, _) => Interval::high(Version::new(0, 0, 0), true),
            (Some(major), None, _) => Interval::low(Version::new(major.saturating_add(1), 0, 0), false),
            (Some(major), Some(minor), None) => Interval::low(Version::new(major, minor.saturating_add(1), 0), false),
            _ => Interval::low(partial.lowest(), true),
        },
        "<=" => match (partial.major, partial.minor, partial.patch) {
            (None, _, _) => Interval::ALL,
            (Some(major), None, _) => Interval::high(Version::new(major.saturating_add(1), 0, 0), true),
            (Some(major), Some(minor), None) => Interval::high(Version::new(major, minor.saturating_add(1), 0), true),
            _ => Interval::high(partial.lowest(), false),
        },
        _ => partial.patch_updates(false),
    })
}

/// A version with parts left out or written as `x`.
struct Partial {
    major: Option<u64>,
    minor: Option<u64>,
    patch: Option<u64>,
    pre: Prerelease,
    build: BuildMetadata,
}

impl Partial {
    fn parse(text: &str) -> Option<Self> {
        let (text, build) = text.split_once('+').map_or((text, ""), |(text, build)| (text, build));
        let (numbers, pre) = text.split_once('-').map_or((text, ""), |(numbers, pre)| (numbers, pre));
        let parts: Vec<&str> = numbers.split('.').collect();
        if parts.len() > 3 || parts.len() < 3 && !(pre.is_empty() && build.is_empty()) {
            return None;
        }
        let number = |index: usize| match parts.get(index) {
            None | Some(&("x" | "X" | "*")) => Some(None),
            Some(digits)
                if digits.bytes().all(|b| b.is_ascii_digit()) && (*digits == "0" || !digits.starts_with('0')) =>
            {
                digits.parse().ok().map(Some)
            }
            Some(_) => None,
        };
        Some(Self {
            major: number(0)?,
            minor: number(1)?,
            patch: number(2)?,
            pre: Prerelease::new(pre).ok()?,
            build: BuildMetadata::new(build).ok()?,
        })
    }

    /// With zeroes for what is left out.
    fn lowest(&self) -> Version {
        Version {
            major: self.major.unwrap_or(0),
            minor: self.minor.unwrap_or(0),
            patch: self.patch.unwrap_or(0),
            pre: self.pre.clone(),
            build: self.build.clone(),
        }
    }

    fn patch_updates(&self, tilde: bool) -> Interval {
        let between = |low: Version, high: Version| Interval {
            low: Some(Bound { version: low, exclusive: false }),
            high: Some(Bound { version: high, exclusive: true }),
            all: false,
        };
        match (self.major, self.minor, self.patch) {
            (None, _, _) => Interval::ALL,
            (Some(major), None, _) => between(Version::new(major, 0, 0), Version::new(major.saturating_add(1), 0, 0)),
            (Some(major), Some(minor), None) => {
                between(Version::new(major, minor, 0), Version::new(major, minor.saturating_add(1), 0))
            }
            (Some(major), Some(minor), Some(_)) if tilde => {
                between(self.lowest(), Version::new(major, minor.saturating_add(1), 0))
            }
            _ => {
                let bound = Bound { version: self.lowest(), exclusive: false };
                Interval { low: Some(bound.clone()), high: Some(bound), all: false }
            }
        }
    }

    fn minor_updates(&self) -> Interval {
        let Some(major) = self.major else { return Interval::ALL };
        Interval {
            low: Some(Bound { version: self.lowest(), exclusive: false }),
            high: Some(Bound { version: Version::new(major.saturating_add(1), 0, 0), exclusive: true }),
            all: false,
        }
    }
}
