//! From Ruby's patterns to those of `fancy-regex`.
//!
//! Differences: `^` and `$` are always per line; `(?m)` makes the dot match newlines; `\d`, `\w`,
//! `\s`, `\h` are ASCII; `[[:alpha:]]` and friends are Unicode; `{` that begins no repetition and
//! escapes without a meaning stand for themselves.

/// A pattern with the same meaning, or what is wrong with it in Ruby's words.
pub fn to_rust(source: &str) -> Result<String, &'static str> {
    let letters: Vec<char> = source.chars().collect();
    let out = String::with_capacity(source.len() + 8);
    let mut translator = Translator { letters: &letters, at: 0, out, open: 0, classes: 0 };
    translator.out.push_str("(?m:");
    translator.run()?;
    translator.out.push(')');
    Ok(translator.out)
}

const DIGIT: &str = "0-9";
const WORD: &str = "a-zA-Z0-9_";
const SPACE: &str = r" \t\r\n\x0C\x0B";
const HEX: &str = "0-9a-fA-F";

struct Translator<'a> {
    letters: &'a [char],
    at: usize,
    out: String,
    /// Parentheses not closed yet.
    open: usize,
    /// Sets of letters around the current place.
    classes: usize,
}

/// Sets of letters in one another.
const MOST_CLASSES: usize = 100;

impl Translator<'_> {
    fn run(&mut self) -> Result<(), &'static str> {
        let mut repeatable = false;
        while let Some(letter) = self.next() {
            match letter {
                '\\' => self.escape()?,
                '[' => self.class()?,
                '(' => {
                    self.open += 1;
                    self.group();
                    repeatable = false;
                    continue;
                }
                ')' => {
                    self.open = self.open.checked_sub(1).ok_or("unmatched close parenthesis")?;
                    self.out.push(')');
                }
                '{' => self.brace(),
                '}' => self.out.push_str("\\}"),
                ']' => self.out.push_str("\\]"),
                '*' | '+' | '?' if !repeatable => return Err("target of repeat operator is not specified"),
                '|' => {
                    self.out.push('|');
                    repeatable = false;
                    continue;
                }
                other => self.out.push(other),
            }
            repeatable = true;
        }
        if self.open > 0 { Err("end pattern with unmatched parenthesis") } else { Ok(()) }
    }

    fn next(&mut self) -> Option<char> {
        let letter = self.letters.get(self.at).copied();
        self.at += 1;
        letter
    }

    fn peek(&self, offset: usize) -> Option<char> {
        self.letters.get(self.at + offset).copied()
    }

    /// After `\`, outside of brackets.
    fn escape(&mut self) -> Result<(), &'static str> {
        let Some(letter) = self.next() else { return Err("too short escape sequence") };
        match letter {
            'd' => self.bracketed("[", DIGIT),
            'D' => self.bracketed("[^", DIGIT),
            'w' => self.bracketed("[", WORD),
            'W' => self.bracketed("[^", WORD),
            's' => self.bracketed("[", SPACE),
            'S' => self.bracketed("[^", SPACE),
            'h' => self.bracketed("[", HEX),
            'H' => self.bracketed("[^", HEX),
            'Z' => self.out.push_str(r"(?=\n?\z)"),
            'e' => self.out.push_str(r"\x1B"),
            'p' | 'P' => self.property(letter),
            'A'
            | 'z'
            | 'b'
            | 'B'
            | 'G'
            | 'K'
            | 'R'
            | 'X'
            | 'k'
            | 'g'
            | 'n'
            | 't'
            | 'r'
            | 'f'
            | 'v'
            | 'a'
            | 'x'
            | 'u'
            | '1'..='9' => {
                self.out.push('\\');
                self.out.push(letter);
                // The braces of \u{..} and \x{..} are no repetition.
                if matches!(letter, 'u' | 'x') && self.peek(0) == Some('{') {
                    self.copy_through('}');
                }
                if matches!(letter, 'k' | 'g') && self.peek(0) == Some('<') {
                    self.copy_through('>');
                }
            }
            '0' => self.out.push_str(r"\x00"),
            other => self.literal(other),
        }
        Ok(())
    }

    fn bracketed(&mut self, open: &str, inner: &str) {
        self.out.push_str(open);
        self.out.push_str(inner);
        self.out.push(']');
    }

    fn literal(&mut self, letter: char) {
        if letter.is_ascii_punctuation() && letter != '<' && letter != '>' {
            self.out.push('\\');
        }
        self.out.push(letter);
    }

    fn copy_through(&mut self, last: char) {
        while let Some(letter) = self.next() {
            self.out.push(letter);
            if letter == last {
                break;
            }
        }
    }

    /// `\p{Name}`, `\p{^Name}`
    fn property(&mut self, letter: char) {
        let rest = self.letters.get(self.at..).unwrap_or_default();
        let end = rest.iter().position(|&c| c == '}');
        let (Some('{'), Some(end)) = (self.peek(0), end) else {
            self.out.push(letter);
            return;
        };
        let name: String = rest[1..end].iter().collect();
        self.at += end + 1;
        let (negated, name) = name.strip_prefix('^').map_or((false, name.as_str()), |name| (true, name));
        let negated = negated != (letter == 'P');
        if let Some(inner) = posix(&name.to_lowercase()) {
            self.bracketed(if negated { "[^" } else { "[" }, inner);
        } else {
            self.out.push_str(if negated { r"\P{" } else { r"\p{" });
            self.out.push_str(name);
            self.out.push('}');
        }
    }

    /// After `(`: flags are named differently.
    fn group(&mut self) {
        self.out.push('(');
        if self.peek(0) != Some('?') {
            return;
        }
        let flags: String = self.letters[self.at + 1..]
            .iter()
            .take_while(|c| matches!(c, 'm' | 'i' | 'x' | '-' | 'a' | 'd' | 'u'))
            .collect();
        let closing = self.peek(1 + flags.len());
        if flags.is_empty() || !matches!(closing, Some(')' | ':')) {
            if self.peek(1) == Some('#') {
                self.comment();
            } else {
                self.at += 1;
                self.out.push('?');
            }
            return;
        }
        self.at += 1 + flags.len();
        self.out.push('?');
        let kept = flags
            .chars()
            .filter(|flag| !matches!(flag, 'a' | 'd' | 'u'))
            .map(|flag| if flag == 'm' { 's' } else { flag });
        let kept: String = kept.collect();
        self.out.push_str(kept.strip_suffix('-').unwrap_or(&kept));
    }

    /// `(?# … )` says nothing.
    fn comment(&mut self) {
        while let Some(letter) = self.next() {
            if letter == ')' {
                break;
            }
        }
        self.open -= 1;
        self.out.push_str("?:)");
    }

    /// After `{`: a repetition, or the letter itself.
    fn brace(&mut self) {
        let rest: String = self.letters[self.at..].iter().take_while(|&&c| c != '}').collect();
        let closed = self.peek(rest.chars().count()) == Some('}');
        let is_number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        let repetition = match rest.split_once(',') {
            None => is_number(&rest),
            Some(("", to)) => is_number(to),
            Some((from, to)) => is_number(from) && (to.is_empty() || is_number(to)),
        };
        if closed && repetition {
            self.out.push('{');
            if rest.starts_with(',') {
                self.out.push('0');
            }
            self.out.push_str(&rest);
            self.out.push('}');
            self.at += rest.chars().count() + 1;
        } else {
            self.out.push_str("\\{");
        }
    }

    /// After `[`: a set of letters.
    fn class(&mut self) -> Result<(), &'static str> {
        if self.classes >= MOST_CLASSES {
            return Err("too deep nest level");
        }
        self.classes += 1;
        self.out.push('[');
        if self.peek(0) == Some('^') {
            self.at += 1;
            self.out.push('^');
        }
        let mut first = true;
        loop {
            let Some(letter) = self.next() else { return Err("premature end of char-class") };
            match letter {
                ']' if first => self.out.push_str("\\]"),
                ']' => break,
                '[' if self.peek(0) == Some(':') => self.posix_class(),
                '[' => self.class()?,
                '\\' => self.escape_in_class()?,
                '&' if self.peek(0) == Some('&') => {
                    self.at += 1;
                    self.out.push_str("&&");
                }
                '-' if self.peek(0) == Some('-') || self.peek(0) == Some('[') => self.out.push_str("\\-"),
                '~' | '&' => {
                    self.out.push('\\');
                    self.out.push(letter);
                }
                other => self.out.push(other),
            }
            first = false;
        }
        self.classes -= 1;
        self.out.push(']');
        Ok(())
    }

    fn posix_class(&mut self) {
        let rest: String =
            self.letters[self.at + 1..].iter().take_while(|c| c.is_ascii_alphabetic() || **c == '^').collect();
        let length = rest.chars().count();
        let closed = self.peek(1 + length) == Some(':') && self.peek(2 + length) == Some(']');
        let (negated, name) = rest.strip_prefix('^').map_or((false, rest.as_str()), |name| (true, name));
        match posix(name).filter(|_| closed) {
            Some(inner) => {
                self.bracketed(if negated { "[^" } else { "[" }, inner);
                self.at += length + 3;
            }
            None => self.out.push_str("\\["),
        }
    }

    fn escape_in_class(&mut self) -> Result<(), &'static str> {
        let Some(letter) = self.next() else { return Err("premature end of char-class") };
        match letter {
            'd' => self.out.push_str(DIGIT),
            'w' => self.out.push_str(WORD),
            's' => self.out.push_str(SPACE),
            'h' => self.out.push_str(HEX),
            'D' => self.bracketed("[^", DIGIT),
            'W' => self.bracketed("[^", WORD),
            'S' => self.bracketed("[^", SPACE),
            'H' => self.bracketed("[^", HEX),
            'p' | 'P' => self.property(letter),
            'b' => self.out.push_str(r"\x08"),
            'e' => self.out.push_str(r"\x1B"),
            '0' => self.out.push_str(r"\x00"),
            'n' | 't' | 'r' | 'f' | 'v' | 'a' | 'x' | 'u' => {
                self.out.push('\\');
                self.out.push(letter);
            }
            other => self.literal(other),
        }
        Ok(())
    }
}

/// The inside of brackets for a named class.
fn posix(name: &str) -> Option<&'static str> {
    Some(match name {
        "alpha" => r"\p{Alphabetic}",
        "alnum" => r"\p{Alphabetic}\p{Nd}",
        "digit" => r"\p{Nd}",
        "upper" => r"\p{Uppercase}",
        "lower" => r"\p{Lowercase}",
        "punct" => r"\p{P}$+<=>^`|~",
        "space" => r"\s",
        "blank" => r"\p{Zs}\t",
        "cntrl" => r"\p{Cc}",
        "word" => r"\w",
        "xdigit" => HEX,
        "graph" => r"[^\s\p{Cc}\p{Cn}\p{Cs}]",
        "print" => r"[^\p{Cc}\p{Cn}\p{Cs}]",
        "ascii" => r"\x00-\x7F",
        _ => return None,
    })
}
