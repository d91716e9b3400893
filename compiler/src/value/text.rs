//! The text of a string.

use std::borrow::Borrow;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Deref;
use std::sync::Arc;

use crate::format::to_text;
use crate::value::Value;

/// Letters, shared; equal when the letters are.
///
/// Ruby tells texts from bytes (its encoding `ASCII-8BIT`): what `crypt` and the decoding of base64
/// give are bytes, even where they are letters, and a catalog carries those as `Binary`.
#[derive(Clone)]
pub struct Text {
    letters: Arc<str>,
    is_bytes: bool,
}

impl Text {
    /// Letters that Ruby holds as bytes.
    pub fn bytes(letters: impl Into<Arc<str>>) -> Self {
        Self { letters: letters.into(), is_bytes: true }
    }

    /// Whether Ruby holds the letters as bytes.
    pub fn is_bytes(&self) -> bool {
        self.is_bytes
    }

    /// Letters made of these: bytes where these are, unless letters beyond ASCII came in.
    pub(crate) fn derived(&self, letters: impl Into<Arc<str>>) -> Self {
        let letters = letters.into();
        let is_bytes = self.is_bytes && (letters.is_ascii() || !self.letters.is_ascii());
        Self { letters, is_bytes }
    }

    pub fn letters(&self) -> &Arc<str> {
        &self.letters
    }
}

impl Deref for Text {
    type Target = str;

    fn deref(&self) -> &str {
        &self.letters
    }
}

impl<T: Into<Arc<str>>> From<T> for Text {
    fn from(letters: T) -> Self {
        Self { letters: letters.into(), is_bytes: false }
    }
}

impl PartialEq for Text {
    fn eq(&self, other: &Self) -> bool {
        self.letters == other.letters
    }
}

impl Eq for Text {}

impl Hash for Text {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.letters.hash(state);
    }
}

impl Borrow<str> for Text {
    fn borrow(&self) -> &str {
        &self.letters
    }
}

impl AsRef<str> for Text {
    fn as_ref(&self) -> &str {
        &self.letters
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&**self, f)
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, f)
    }
}

/// A text that grows, as Ruby's `+=` and `join` grow one: it is bytes when what came first was, until letters beyond
/// ASCII decide.
#[derive(Default)]
pub(crate) struct Joined {
    letters: String,
    is_bytes: Option<bool>,
}

impl Joined {
    /// Letters beyond ASCII cannot be joined with bytes beyond ASCII: an error in Ruby's words.
    pub(crate) fn push(&mut self, part: &str, is_bytes: bool) -> Result<(), &'static str> {
        match self.is_bytes {
            None => self.is_bytes = Some(is_bytes),
            Some(own) if own != is_bytes && !part.is_ascii() => {
                if !self.letters.is_ascii() {
                    return Err(if own {
                        "incompatible character encodings: ASCII-8BIT and UTF-8"
                    } else {
                        "incompatible character encodings: UTF-8 and ASCII-8BIT"
                    });
                }
                self.is_bytes = Some(is_bytes);
            }
            Some(_) => {}
        }
        self.letters.push_str(part);
        Ok(())
    }

    /// Adds a value as text.
    pub(crate) fn push_value(&mut self, value: &Value) -> Result<(), &'static str> {
        match value {
            Value::String(text) => self.push(text, text.is_bytes),
            value => self.push(&to_text(value), false),
        }
    }
}

impl From<Joined> for Text {
    fn from(joined: Joined) -> Self {
        Self { letters: joined.letters.into(), is_bytes: joined.is_bytes.unwrap_or_default() }
    }
}
