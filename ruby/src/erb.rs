//! From an ERB template to the Ruby program that writes it.
//!
//! The program is laid out as Ruby's own library does it (trim mode `-`), so that lines count
//! alike and code that runs from one tag into the next means the same.

/// The program of a template. It appends to `_erbout`.
pub fn program(template: &str) -> String {
    let mut writer = Writer { script: String::with_capacity(template.len() * 2), line: String::new() };
    writer.push("_erbout = +''");
    let mut content = String::new();
    let mut rest = template;
    while !rest.is_empty() {
        let (text, tag, after) = next_tag(rest);
        content.push_str(text);
        rest = after;
        match tag {
            Tag::End => {}
            Tag::Escaped => content.push_str("<%"),
            Tag::Code | Tag::Output | Tag::Comment => {
                writer.put(&content);
                content.clear();
                rest = writer.tag(&tag, rest);
            }
        }
    }
    writer.put(&content);
    writer.push("_erbout");
    writer.cr();
    writer.script
}

/// What opens a tag.
enum Tag {
    Code,
    Output,
    Comment,
    /// `<%%`
    Escaped,
    /// No more tags.
    End,
}

/// The text before the next tag, the tag, and what follows it.
fn next_tag(text: &str) -> (&str, Tag, &str) {
    let Some(at) = text.find("<%") else { return (text, Tag::End, "") };
    let (before, tag) = text.split_at(at);
    let after = &tag[2..];
    if let Some(after) = after.strip_prefix('-') {
        // The white space before such a tag goes, when nothing else stands before it on its line.
        let trimmed = before.trim_end_matches([' ', '\t']);
        let before = if trimmed.is_empty() || trimmed.ends_with('\n') { trimmed } else { before };
        return (before, Tag::Code, after);
    }
    match after.as_bytes().first() {
        Some(b'%') => (before, Tag::Escaped, &after[1..]),
        Some(b'=') => (before, Tag::Output, &after[1..]),
        Some(b'#') => (before, Tag::Comment, &after[1..]),
        _ => (before, Tag::Code, after),
    }
}

struct Writer {
    script: String,
    /// Commands of the line being written.
    line: String,
}

impl Writer {
    fn push(&mut self, command: &str) {
        if !self.line.is_empty() {
            self.line.push_str("; ");
        }
        self.line.push_str(command);
    }

    fn cr(&mut self) {
        self.script.push_str(&self.line);
        self.script.push('\n');
        self.line.clear();
    }

    /// Text that stands outside of tags.
    fn put(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        let mut command = String::with_capacity(text.len() + 16);
        command.push_str("_erbout.<< \"");
        for letter in text.chars() {
            match letter {
                '"' | '\\' | '#' => command.extend(['\\', letter]),
                '\n' => command.push_str("\\n"),
                '\r' => command.push_str("\\r"),
                _ => command.push(letter),
            }
        }
        command.push_str("\".freeze");
        command.extend(std::iter::repeat_n('\n', text.matches('\n').count()));
        self.push(&command);
    }

    /// Writes the code of a tag that has been opened; answers what follows the tag.
    fn tag<'t>(&mut self, tag: &Tag, text: &'t str) -> &'t str {
        let mut code = String::new();
        let mut rest = text;
        loop {
            let Some(at) = rest.find("%>") else {
                // A tag that never closes is text.
                code.push_str(rest);
                self.put(&code);
                return "";
            };
            let (before, after) = (&rest[..at], &rest[at + 2..]);
            if let Some(before) = before.strip_suffix('%') {
                code.push_str(before);
                code.push_str("%>");
                rest = after;
                continue;
            }
            let trims = before.ends_with('-');
            code.push_str(before.strip_suffix('-').unwrap_or(before));
            self.close(tag, &code);
            if !trims {
                return after;
            }
            let stripped = after.strip_prefix("\r\n").or_else(|| after.strip_prefix('\n'));
            if stripped.is_some() || after.is_empty() {
                self.cr();
            }
            return stripped.unwrap_or(after);
        }
    }

    fn close(&mut self, tag: &Tag, code: &str) {
        match tag {
            Tag::Code => match code.strip_suffix('\n') {
                Some(code) => {
                    self.push(code);
                    self.cr();
                }
                None => self.push(code),
            },
            Tag::Output => self.push(&format!("_erbout.<<(({code}).to_s)")),
            Tag::Comment | Tag::Escaped | Tag::End => {}
        }
    }
}

#[cfg(test)]
mod tests;
