//! Manifests grown from bytes by the grammar of the language.
//!
//! Names come from small sets, so that what is declared is also used. Where the bytes end, the
//! first and shortest choice is taken, so every program ends.

use arbitrary::Unstructured;

mod words;

use words::{ATTRIBUTES, DATA_TYPES, FUNCTIONS, NAMES, OPERATORS, REFERENCES, TITLES, TYPES, VARIABLES};

/// Expressions and statements stand at most this deep in one another.
const DEEPEST: u32 = 7;
const MOST_STATEMENTS: u8 = 6;

/// A manifest. The same bytes give the same text.
pub fn grow(bytes: &[u8]) -> String {
    let mut program = Program { choices: Unstructured::new(bytes), text: String::new(), depth: 0 };
    program.statements();
    program.text
}

struct Program<'a> {
    choices: Unstructured<'a>,
    text: String,
    depth: u32,
}

impl Program<'_> {
    /// A number below `of`; 0 where the bytes have ended.
    fn choose(&mut self, of: u8) -> u8 {
        self.choices.int_in_range(0..=of - 1).unwrap_or(0)
    }

    fn put(&mut self, text: &str) {
        self.text.push_str(text);
    }

    fn put_one(&mut self, of: &[&str]) {
        let index = self.choices.int_in_range(0..=of.len() - 1).unwrap_or(0);
        self.put(of[index]);
    }

    /// Writes what a part writes, unless it would stand too deep.
    fn within(&mut self, part: fn(&mut Self), instead: &str) {
        if self.depth >= DEEPEST {
            self.put(instead);
            return;
        }
        self.depth += 1;
        part(self);
        self.depth -= 1;
    }

    fn separated(&mut self, most: u8, part: fn(&mut Self)) {
        for index in 0..self.choose(most + 1) {
            if index > 0 {
                self.put(", ");
            }
            part(self);
        }
    }

    /// Separated, since a pattern at the start of one would go on with the one before as a division.
    fn statements(&mut self) {
        for index in 0..self.choose(MOST_STATEMENTS) {
            if index > 0 {
                self.put(";\n");
            }
            self.within(Self::statement, "notice('')");
        }
        self.put("\n");
    }

    fn block(&mut self) {
        self.put(" {\n");
        self.statements();
        self.put("}");
    }

    fn statement(&mut self) {
        match self.choose(18) {
            0 => self.call(),
            1 | 2 => self.resource(),
            3 => {
                self.put("$");
                self.put_one(&VARIABLES[..5]);
                self.put(" = ");
                self.expression();
            }
            4 => self.conditional(),
            5 => self.case(),
            6 => self.definition(),
            7 => self.collector(),
            8 => {
                self.reference();
                self.put_one(&[" -> ", " ~> ", " <- ", " <~ "]);
                self.reference();
            }
            9 => {
                self.reference();
                self.attributes();
            }
            10 => {
                self.put_one(&REFERENCES[..6]);
                self.attributes();
            }
            11 => {
                self.put("include ");
                self.put_one(NAMES);
            }
            12 => {
                self.collector();
                self.put(" -> ");
                self.resource();
            }
            13 => {
                self.put("function f(");
                self.parameters();
                self.put(")");
                self.block();
            }
            14 => {
                self.put("type T = ");
                self.data_type();
            }
            15 => {
                self.put_one(&["node default", "node 'n.example.com'", "node /n/"]);
                self.block();
            }
            16 => {
                self.expression();
                self.put(".each");
                self.lambda();
            }
            _ => {
                self.put("realize(");
                self.reference();
                self.put(")");
            }
        }
    }

    fn resource(&mut self) {
        self.put_one(&["", "", "@", "@@"]);
        self.put_one(TYPES);
        self.put(" { ");
        for _ in 0..=self.choose(2) {
            self.put_one(TITLES);
            self.put(": ");
            self.separated(4, Self::attribute);
            self.put("; ");
        }
        self.put("}");
    }

    fn attributes(&mut self) {
        self.put(" { ");
        self.separated(4, Self::attribute);
        self.put(" }");
    }

    fn attribute(&mut self) {
        if self.choose(8) == 7 {
            self.put("* => ");
        } else {
            self.put_one(ATTRIBUTES);
            self.put_one(&[" => ", " => ", " => ", " +> "]);
        }
        self.within(Self::expression, "1");
    }

    fn collector(&mut self) {
        self.put_one(&REFERENCES[..7]);
        let (open, close) = if self.choose(2) == 0 { (" <| ", " |>") } else { (" <<| ", " |>>") };
        self.put(open);
        if self.choose(3) > 0 {
            self.within(Self::query, "title == 't'");
        }
        self.put(close);
        if self.choose(4) == 3 {
            self.attributes();
        }
    }

    fn query(&mut self) {
        match self.choose(5) {
            0 | 1 => {
                self.put_one(&["tag", "title", "message", "ensure"]);
                self.put_one(&[" == ", " != "]);
                self.within(Self::simple, "'a'");
            }
            2 => {
                self.put("(");
                self.within(Self::query, "tag == 'a'");
                self.put(")");
            }
            _ => {
                self.within(Self::query, "tag == 'a'");
                self.put_one(&[" and ", " or "]);
                self.within(Self::query, "tag == 'b'");
            }
        }
    }

    fn reference(&mut self) {
        self.put_one(REFERENCES);
        self.put("[");
        self.put_one(&["'t'", "'a'", "'b'", "'/t'", "$x", "'t', 'u'", "'a::c'"]);
        self.put("]");
    }

    fn conditional(&mut self) {
        self.put_one(&["if ", "unless "]);
        self.within(Self::expression, "true");
        self.block();
        if self.choose(2) == 1 {
            self.put(" else");
            self.block();
        }
    }

    fn case(&mut self) {
        self.put("case ");
        self.within(Self::expression, "1");
        self.put(" {\n");
        for _ in 0..=self.choose(3) {
            self.within(Self::simple, "1");
            self.put(":");
            self.block();
            self.put("\n");
        }
        self.put("default: { }\n}");
    }

    fn definition(&mut self) {
        self.put_one(&["class ", "define "]);
        self.put_one(&["a", "b", "a::c", "b::d", "d", "b::e"]);
        self.put("(");
        self.parameters();
        self.put(")");
        self.block();
    }

    fn parameters(&mut self) {
        self.separated(3, |this| {
            if this.choose(2) == 1 {
                this.data_type();
                this.put(" ");
            }
            this.put("$");
            this.put_one(&["p", "q", "r"]);
            if this.choose(3) > 0 {
                this.put(" = ");
                this.within(Self::expression, "1");
            }
        });
    }

    fn lambda(&mut self) {
        self.put(" |");
        self.put_one(&["$x", "$x, $y", "Integer $x", "$x, *$y", "*$x", "$x = 1"]);
        self.put("|");
        self.block();
    }

    fn call(&mut self) {
        self.put_one(FUNCTIONS);
        self.put("(");
        self.separated(4, |this| this.within(Self::expression, "1"));
        self.put(")");
        if self.choose(3) == 2 {
            self.within(Self::lambda, "");
        }
    }

    fn expression(&mut self) {
        match self.choose(16) {
            0..=3 => self.simple(),
            4 | 5 => self.call(),
            6 => {
                self.put("(");
                self.within(Self::expression, "1");
                self.put(" ");
                self.put_one(OPERATORS);
                self.put(" ");
                self.within(Self::expression, "2");
                self.put(")");
            }
            7 => {
                self.put("[");
                self.separated(4, |this| this.within(Self::expression, "1"));
                self.put("]");
            }
            8 => {
                self.put("{");
                self.separated(3, |this| {
                    this.within(Self::simple, "'k'");
                    this.put(" => ");
                    this.within(Self::expression, "1");
                });
                self.put("}");
            }
            9 => {
                self.put("$");
                self.put_one(VARIABLES);
                self.put("[");
                self.within(Self::expression, "0");
                self.put("]");
            }
            10 => {
                self.put("(");
                self.within(Self::expression, "1");
                self.put(").");
                self.put_one(FUNCTIONS);
                if self.choose(2) == 1 {
                    self.within(Self::lambda, "");
                }
            }
            11 => {
                self.within(Self::simple, "1");
                self.put(" ? { ");
                self.within(Self::simple, "1");
                self.put(" => ");
                self.within(Self::expression, "1");
                self.put(", default => ");
                self.within(Self::expression, "1");
                self.put(" }");
            }
            12 => self.data_type(),
            13 => {
                self.put("\"t ${");
                self.within(Self::simple_value, "1");
                self.put("} u\"");
            }
            14 => {
                self.put_one(&["!", "-", "*"]);
                self.put("(");
                self.within(Self::expression, "1");
                self.put(")");
            }
            _ => {
                self.data_type();
                self.put(".new(");
                self.separated(3, |this| this.within(Self::expression, "1"));
                self.put(")");
            }
        }
    }

    /// A value without parts.
    fn simple(&mut self) {
        match self.choose(10) {
            0 => self.put("1"),
            1 => {
                self.put("$");
                self.put_one(VARIABLES);
            }
            2 => self.put_one(&["'t'", "''", "'a'", "'1.5'", "'-0x1f'", "'%s %d %x'", "'a,b;c'", "'é\u{1f600}'"]),
            3 => self.put_one(&["undef", "default", "true", "false"]),
            4 => self.put_one(&["/a/", "/(a)(b)?/", "/^(a+)+$/", "/[[:alpha:]]/"]),
            5 => self.put_one(&[
                "0",
                "7",
                "9223372036854775807",
                "-9223372036854775808",
                "0777",
                "0xffff",
                "1.5",
                "1e308",
            ]),
            6 => self.reference(),
            7 => self.put_one(DATA_TYPES),
            8 => self.put_one(&["[1, 2, 3]", "['a', 'b']", "{'a' => 1}", "[]", "{}", "[[1], [2, [3]]]"]),
            _ => {
                let number = self.choices.arbitrary::<i32>().unwrap_or(0);
                self.put(&number.to_string());
            }
        }
    }

    /// A value as it may stand in an interpolation.
    fn simple_value(&mut self) {
        self.put("$");
        self.put_one(VARIABLES);
        if self.choose(2) == 1 {
            self.put("[");
            self.within(Self::expression, "0");
            self.put("]");
        }
    }

    fn data_type(&mut self) {
        if self.choose(4) > 0 || self.depth >= DEEPEST {
            self.put_one(DATA_TYPES);
            return;
        }
        self.put_one(&[
            "Array", "Hash", "Variant", "Tuple", "Optional", "Type", "Integer", "String", "Callable", "Enum",
        ]);
        self.put("[");
        self.within(Self::type_arguments, "1");
        self.put("]");
    }

    fn type_arguments(&mut self) {
        for index in 0..=self.choose(2) {
            if index > 0 {
                self.put(", ");
            }
            if self.choose(3) == 2 { self.simple() } else { self.data_type() }
        }
    }
}
