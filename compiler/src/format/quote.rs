//! Texts as literals of the language.

use std::fmt::Write;

/// In single quotes; in double quotes when there are control characters.
pub fn quote(text: &str) -> String {
    if text.chars().any(|letter| letter < ' ') {
        return double_quote(text);
    }
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('\'');
    let mut escaped = false;
    for letter in text.chars() {
        if escaped {
            quoted.push('\\');
            quoted.push(letter);
            escaped = false;
        } else if letter == '\'' {
            quoted.push_str("\\'");
        } else if letter == '\\' {
            escaped = true;
        } else {
            quoted.push(letter);
        }
    }
    if escaped {
        quoted.push('\\');
    }
    quoted.push('\'');
    quoted
}

/// In double quotes.
pub fn double_quote(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for letter in text.chars() {
        match letter {
            '\t' => quoted.push_str("\\t"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '"' => quoted.push_str("\\\""),
            '$' => quoted.push_str("\\$"),
            '\\' => quoted.push_str("\\\\"),
            other if other < ' ' => {
                let _ = write!(quoted, "\\u{{{:X}}}", other as u32);
            }
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    quoted
}
