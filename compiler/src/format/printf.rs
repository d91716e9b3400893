//! `sprintf` as Ruby has it.

use crate::error::Failure;
use crate::format::{ruby_inspect, ruby_text};
use crate::value::{Hash, Value};

pub(crate) mod number;

/// The function `sprintf`: arguments as older functions see them.
pub(super) fn sprintf(format: &str, arguments: &[Value]) -> Result<String, Failure> {
    let arguments: Vec<Value> = arguments.iter().map(|argument| simplify(argument, true)).collect();
    Run { letters: &format.chars().collect::<Vec<_>>(), at: 0, arguments: &arguments, taken: Taken::None }.all()
}

/// One value by one directive, such as `%-5s`.
pub fn one(format: &str, value: &Value) -> Result<String, Failure> {
    let arguments = std::slice::from_ref(value);
    Run { letters: &format.chars().collect::<Vec<_>>(), at: 0, arguments, taken: Taken::None }.all()
}

/// Values that only the language has become strings; `undef` at the top an empty one.
fn simplify(value: &Value, top: bool) -> Value {
    match value {
        Value::Undef if top => Value::string(""),
        Value::Array(items) => Value::array(items.iter().map(|item| simplify(item, false)).collect()),
        Value::Hash(entries) => {
            Value::hash(entries.iter().map(|(key, value)| (simplify(key, false), simplify(value, false))).collect())
        }
        Value::Regexp(_)
        | Value::Timestamp(_)
        | Value::Timespan(_)
        | Value::SemVer(_)
        | Value::SemVerRange(_)
        | Value::Uri(_)
        | Value::Binary(_) => Value::string(ruby_text(value)),
        // Inside of a list the original shows what the resource is made of.
        other => match crate::functions::ruby_text::reference(other).filter(|_| top) {
            Some(name) => Value::from(name),
            None => other.clone(),
        },
    }
}

/// How arguments were asked for so far; the ways do not mix.
#[derive(Clone, Copy, PartialEq)]
enum Taken {
    None,
    InTurn(usize),
    ByNumber(usize),
    ByName,
}

/// One directive, up to its letter.
#[derive(Clone, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "one for each of printf's flags")]
struct Directive {
    minus: bool,
    plus: bool,
    space: bool,
    zero: bool,
    alternate: bool,
    width: Option<usize>,
    precision: Option<usize>,
}

/// Widths and precisions beyond this are refused.
const MAX_WIDTH: usize = 1_000_000;

/// A format may make this much text.
const MOST_BYTES: usize = 128 << 20;

struct Run<'a> {
    letters: &'a [char],
    at: usize,
    arguments: &'a [Value],
    taken: Taken,
}

impl Run<'_> {
    fn all(mut self) -> Result<String, Failure> {
        let mut out = String::new();
        while let Some(&letter) = self.letters.get(self.at) {
            self.at += 1;
            if letter == '%' {
                out.push_str(&self.directive()?);
                if out.len() > MOST_BYTES {
                    return Err(Failure::argument(format!("a format makes more than {MOST_BYTES} bytes of text")));
                }
            } else {
                out.push(letter);
            }
        }
        Ok(out)
    }

    fn directive(&mut self) -> Result<String, Failure> {
        let mut directive = Directive::default();
        let mut named: Option<Value> = None;
        loop {
            let Some(&letter) = self.letters.get(self.at) else {
                return Err(Failure::argument("incomplete format specifier; use %% (double %) instead"));
            };
            self.at += 1;
            match letter {
                '-' => directive.minus = true,
                '+' => directive.plus = true,
                ' ' => directive.space = true,
                '0' => directive.zero = true,
                '#' => directive.alternate = true,
                '1'..='9' => {
                    self.at -= 1;
                    let number = self.digits()?;
                    if self.letters.get(self.at) == Some(&'$') {
                        self.at += 1;
                        named = Some(self.numbered(number)?);
                    } else {
                        directive.width = Some(number);
                    }
                }
                '*' => {
                    let width = self.next()?.as_integer().unwrap_or_default();
                    directive.minus |= width < 0;
                    directive.width = Some((width.unsigned_abs() as usize).min(MAX_WIDTH));
                }
                '.' if self.letters.get(self.at) == Some(&'*') => {
                    self.at += 1;
                    let precision = usize::try_from(self.next()?.as_integer().unwrap_or_default()).ok();
                    directive.precision = precision.map(|precision| precision.min(MAX_WIDTH));
                }
                '.' => directive.precision = Some(self.digits()?),
                '<' => named = Some(self.by_name('>')?),
                '{' => {
                    let value = self.by_name('}')?;
                    return Ok(pad(&directive, &cut(&directive, ruby_text(&value))));
                }
                '%' => return Ok("%".to_owned()),
                '\n' | '\0' => return Ok(format!("%{letter}")),
                letter if letter.is_ascii_alphabetic() => {
                    if !"diubBoxXeEfgGaAcspd".contains(letter) {
                        return Err(Failure::argument(format!("malformed format string - %{letter}")));
                    }
                    let value = match named {
                        Some(value) => value,
                        None => self.next()?,
                    };
                    return one_value(letter, &directive, &value);
                }
                other => return Err(Failure::argument(format!("malformed format string - %{other}"))),
            }
        }
    }

    fn digits(&mut self) -> Result<usize, Failure> {
        let mut number = 0_usize;
        while let Some(digit) = self.letters.get(self.at).and_then(|letter| letter.to_digit(10)) {
            number = number * 10 + digit as usize;
            if number > MAX_WIDTH {
                return Err(Failure::argument("width too big"));
            }
            self.at += 1;
        }
        Ok(number)
    }

    fn next(&mut self) -> Result<Value, Failure> {
        let index = match self.taken {
            Taken::None => 0,
            Taken::InTurn(count) => count,
            Taken::ByNumber(number) => {
                return Err(Failure::argument(format!("unnumbered(1) mixed with numbered{}", hidden(number))));
            }
            Taken::ByName => return Err(Failure::argument("unnumbered(1) mixed with named")),
        };
        self.taken = Taken::InTurn(index + 1);
        self.arguments.get(index).cloned().ok_or_else(|| Failure::argument("too few arguments"))
    }

    fn numbered(&mut self, number: usize) -> Result<Value, Failure> {
        match self.taken {
            Taken::InTurn(count) => {
                return Err(Failure::argument(format!("numbered({number}) after unnumbered({count})")));
            }
            Taken::ByName => return Err(Failure::argument(format!("numbered({number}) after named"))),
            _ => self.taken = Taken::ByNumber(number),
        }
        self.arguments.get(number - 1).cloned().ok_or_else(|| Failure::argument("too few arguments"))
    }

    fn by_name(&mut self, close: char) -> Result<Value, Failure> {
        let open = if close == '>' { '<' } else { '{' };
        let rest = &self.letters[self.at..];
        let Some(end) = rest.iter().position(|&letter| letter == close) else {
            return Err(Failure::argument("malformed name - unmatched parenthesis"));
        };
        let name: String = rest[..end].iter().collect();
        self.at += end + 1;
        match self.taken {
            Taken::InTurn(count) => {
                return Err(Failure::argument(format!("named{open}{name}{close} after unnumbered({count})")));
            }
            Taken::ByNumber(number) => {
                return Err(Failure::argument(format!("named{open}{name}{close} after numbered({number})")));
            }
            _ => self.taken = Taken::ByName,
        }
        let [Value::Hash(entries)] = self.arguments else { return Err(Failure::argument("one hash required")) };
        named(entries, &name).ok_or_else(|| Failure::argument(format!("key{open}{name}{close} not found")))
    }
}

/// Ruby names no number there.
fn hidden(_number: usize) -> &'static str {
    ""
}

fn named(entries: &Hash, name: &str) -> Option<Value> {
    entries.get(&Value::string(name)).cloned()
}

fn one_value(letter: char, directive: &Directive, value: &Value) -> Result<String, Failure> {
    Ok(match letter {
        's' => pad(directive, &cut(directive, ruby_text(value))),
        'p' => pad(directive, &cut(directive, ruby_inspect(value))),
        'c' => pad(directive, &character(value)?),
        'd' | 'i' | 'u' => number::decimal(directive, number::integer(value)?),
        'b' | 'B' | 'o' | 'x' | 'X' => number::radix(directive, letter, number::integer(value)?),
        _ => number::float(directive, letter, number::to_float(value)?),
    })
}

fn character(value: &Value) -> Result<String, Failure> {
    match value {
        Value::String(text) if text.chars().count() == 1 => Ok(text.to_string()),
        Value::String(_) => Err(Failure::argument("%c requires a character")),
        other => {
            let code = u32::try_from(number::integer(other)?).ok().and_then(char::from_u32);
            code.map(String::from).ok_or_else(|| Failure::argument("invalid character"))
        }
    }
}

fn cut(directive: &Directive, text: String) -> String {
    match directive.precision {
        Some(most) => text.chars().take(most).collect(),
        None => text,
    }
}

fn pad(directive: &Directive, text: &str) -> String {
    let missing = directive.width.unwrap_or(0).saturating_sub(text.chars().count());
    let blanks = " ".repeat(missing);
    if directive.minus { format!("{text}{blanks}") } else { format!("{blanks}{text}") }
}
