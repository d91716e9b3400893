//! Shell patterns as Ruby matches them.

/// Ruby's `File.fnmatch?(pattern, name)` without flags, for one file name.
///
/// `*` and `?` do not match a leading dot; `[a-z]`, `[^a]` and `\x` mean what they mean in a shell;
/// braces mean nothing.
pub fn matches(pattern: &str, name: &str) -> bool {
    let (pattern, name) = (chars(pattern), chars(name));
    if name.first() == Some(&'.') && matches!(pattern.first(), Some('*' | '?' | '[')) {
        return false;
    }
    let (mut p, mut n) = (0, 0);
    // Where to go on after a mismatch: just past the last star, one character further in the name.
    let mut retry: Option<(usize, usize)> = None;
    loop {
        if p == pattern.len() && n == name.len() {
            return true;
        }
        if pattern.get(p) == Some(&'*') {
            retry = Some((p + 1, n));
            p += 1;
            continue;
        }
        let step = name.get(n).and_then(|&c| one(&pattern, p, c));
        match (step, retry) {
            (Some(next), _) => (p, n) = (next, n + 1),
            (None, Some((after, from))) if from < name.len() => {
                retry = Some((after, from + 1));
                (p, n) = (after, from + 1);
            }
            (None, _) => return false,
        }
    }
}

/// Matches one character against the pattern at `p`; the place after the matched part.
fn one(pattern: &[char], p: usize, c: char) -> Option<usize> {
    match pattern.get(p)? {
        '?' => Some(p + 1),
        '[' => class(pattern, p, c),
        '\\' => match pattern.get(p + 1) {
            Some(&literal) => (literal == c).then_some(p + 2),
            None => (c == '\\').then_some(p + 1),
        },
        &literal => (literal == c).then_some(p + 1),
    }
}

/// `[...]` at `p`; one that is not closed matches nothing.
fn class(pattern: &[char], p: usize, c: char) -> Option<usize> {
    let mut at = p + 1;
    let negated = matches!(pattern.get(at), Some('^' | '!'));
    at += usize::from(negated);
    let mut found = false;
    loop {
        let mut from = *pattern.get(at)?;
        if from == ']' {
            return (found != negated).then_some(at + 1);
        }
        if from == '\\' {
            at += 1;
            from = *pattern.get(at)?;
        }
        at += 1;
        let mut to = from;
        if pattern.get(at) == Some(&'-') && pattern.get(at + 1).is_some_and(|&end| end != ']') {
            at += 1;
            if pattern[at] == '\\' {
                at += 1;
            }
            to = *pattern.get(at)?;
            at += 1;
        }
        found |= (from..=to).contains(&c);
    }
}

fn chars(text: &str) -> Vec<char> {
    text.chars().collect()
}

#[cfg(test)]
mod tests;
