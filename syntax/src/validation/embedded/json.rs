//! Whether a text is JSON; if not, from where on it is not understood.

/// How deep arrays and objects may stand in one another.
const MAX_NESTING: usize = 100;

/// The text from the first fault on; of a faulty object from its brace on. `None` for valid JSON.
pub(super) fn unexpected(text: &str) -> Option<&str> {
    let mut reader = Reader { text, at: 0 };
    reader.document().err().and_then(|at| text.get(at..))
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

/// The offset of the fault.
type Outcome = Result<(), usize>;

impl Reader<'_> {
    fn document(&mut self) -> Outcome {
        self.blanks();
        self.value(0)?;
        self.blanks();
        if self.at == self.text.len() { Ok(()) } else { Err(self.at) }
    }

    fn value(&mut self, nesting: usize) -> Outcome {
        let start = self.at;
        match self.peek() {
            Some(b'{') if nesting < MAX_NESTING => self.object(nesting + 1).map_err(|fault| fault.unwrap_or(start)),
            Some(b'[') if nesting < MAX_NESTING => self.array(nesting + 1),
            Some(b'"') => self.string(),
            Some(b'-' | b'0'..=b'9') => self.number(),
            _ => {
                let word = ["true", "false", "null"].into_iter().find(|word| self.text[self.at..].starts_with(word));
                self.at += word.ok_or(start)?.len();
                Ok(())
            }
        }
    }

    fn array(&mut self, nesting: usize) -> Outcome {
        self.at += 1;
        self.blanks();
        if self.eat(b']') {
            return Ok(());
        }
        loop {
            self.value(nesting)?;
            self.blanks();
            if self.eat(b']') {
                return Ok(());
            }
            if !self.eat(b',') {
                return Err(self.at);
            }
            self.blanks();
        }
    }

    /// A fault of the object itself has no offset of its own.
    fn object(&mut self, nesting: usize) -> Result<(), Option<usize>> {
        self.at += 1;
        self.blanks();
        if self.eat(b'}') {
            return Ok(());
        }
        loop {
            self.string().map_err(|_| None)?;
            self.blanks();
            if !self.eat(b':') {
                return Err(None);
            }
            self.blanks();
            let nested = matches!(self.peek(), Some(b'[' | b'{'));
            self.value(nesting).map_err(|at| nested.then_some(at))?;
            self.blanks();
            if self.eat(b'}') {
                return Ok(());
            }
            if !self.eat(b',') {
                return Err(None);
            }
            self.blanks();
        }
    }

    fn string(&mut self) -> Outcome {
        let start = self.at;
        if !self.eat(b'"') {
            return Err(start);
        }
        loop {
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(());
                }
                Some(b'\\') => self.at += 2,
                Some(b) if b >= 0x20 => self.at += 1,
                _ => return Err(start),
            }
        }
    }

    fn number(&mut self) -> Outcome {
        let start = self.at;
        self.eat(b'-');
        let leading_zero = self.peek() == Some(b'0');
        let whole = self.digits();
        if whole == 0 || leading_zero && whole > 1 {
            return Err(start);
        }
        if self.eat(b'.') && self.digits() == 0 {
            return Err(start);
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            if self.digits() == 0 {
                return Err(start);
            }
        }
        Ok(())
    }

    fn digits(&mut self) -> usize {
        let start = self.at;
        while self.peek().is_some_and(|b| b.is_ascii_digit()) {
            self.at += 1;
        }
        self.at - start
    }

    /// White space, and comments, which Ruby's reader accepts.
    fn blanks(&mut self) {
        loop {
            let rest = &self.text[self.at..];
            let end = if rest.starts_with("/*") {
                rest.find("*/").map(|end| end + 2)
            } else if rest.starts_with("//") {
                Some(rest.find('\n').unwrap_or(rest.len()))
            } else {
                rest.starts_with([' ', '\t', '\r', '\n']).then_some(1)
            };
            match end {
                Some(end) => self.at += end,
                None => return,
            }
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn eat(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }
}
