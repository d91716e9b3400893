//! What Chef's objects are found by: a full-text table of tokens, one document for some of an object's fields.
//!
//! An object's fields are spread over [`BUCKETS`] documents by their names, so that a save writes only what changed.
//! Tokens are kept in hexadecimal digits, which the tokenizer leaves alone and which sort as the text does:
//!
//! - `k` collection `z` key: objects that have the key,
//! - `p` collection `z` key `y` value: objects that have the key with this value,
//! - `v` collection `z` value: objects that have the value anywhere,
//! - `w` collection `z` word: objects that have the word within a value.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::hash::{DefaultHasher, Hash, Hasher};

use chef::search::plan::is_near;
use chef::search::{Comparison, Group, Leaf, Pattern, Plan, Token, flatten::token_text};
use rusqlite::{Connection, OptionalExtension};

/// Documents that an object may have.
const BUCKETS: i64 = 4096;

/// What is searched together: one kind of object of an organization, or a data bag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Collection(pub(crate) i64);

/// Makes the tokens of an object those of `groups`.
pub(crate) fn put<'a>(
    connection: &Connection,
    collection: Collection,
    object: i64,
    groups: impl Iterator<Item = Group<'a>>,
) -> rusqlite::Result<()> {
    let mut documents: BTreeMap<u16, (u64, Vec<Group<'a>>)> = BTreeMap::new();
    for group in groups {
        let (print, fields) = documents.entry(bucket(group.key)).or_default();
        // Fields come in any order: their prints are added up.
        *print = print.wrapping_add(group.fingerprint());
        fields.push(group);
    }
    let prints: BTreeMap<u16, u64> = documents.iter().map(|(bucket, (print, _))| (*bucket, *print)).collect();
    let before = kept_prints(connection, object)?;
    if before == prints && !before.is_empty() {
        return Ok(());
    }
    let mut remove = connection.prepare_cached("DELETE FROM search_token WHERE rowid = ?1")?;
    for (bucket, _) in before.iter().filter(|(bucket, print)| prints.get(bucket) != Some(print)) {
        remove.execute([document(object, *bucket)])?;
    }
    let mut insert = connection.prepare_cached("INSERT INTO search_token (rowid, tokens) VALUES (?1, ?2)")?;
    let mut add_key =
        connection.prepare_cached("INSERT OR IGNORE INTO search_key (collection, key) VALUES (?1, ?2)")?;
    let mut text = String::new();
    let mut keys: BTreeSet<String> = BTreeSet::new();
    for (bucket, (_, fields)) in documents.iter().filter(|(bucket, (print, _))| before.get(bucket) != Some(print)) {
        text.clear();
        for group in fields {
            group.tokens(&mut |token| {
                if let Token::Key(key) = token
                    && !keys.contains(key)
                {
                    keys.insert(key.to_owned());
                }
                write_token(&mut text, collection, token);
            });
        }
        insert.execute((document(object, *bucket), &text))?;
    }
    for key in keys {
        add_key.execute((collection.0, key))?;
    }
    let prints: Vec<u8> =
        prints.iter().flat_map(|(bucket, print)| bucket.to_le_bytes().into_iter().chain(print.to_le_bytes())).collect();
    connection
        .prepare_cached(
            "INSERT INTO search_object (id, collection, prints) VALUES (?1, ?2, ?3) \
             ON CONFLICT (id) DO UPDATE SET prints = excluded.prints",
        )?
        .execute((object, collection.0, prints))?;
    Ok(())
}

/// Forgets an object.
pub(crate) fn remove(connection: &Connection, object: i64) -> rusqlite::Result<()> {
    let mut remove = connection.prepare_cached("DELETE FROM search_token WHERE rowid = ?1")?;
    for bucket in kept_prints(connection, object)?.into_keys() {
        remove.execute([document(object, bucket)])?;
    }
    connection.prepare_cached("DELETE FROM search_object WHERE id = ?1")?.execute([object])?;
    Ok(())
}

fn kept_prints(connection: &Connection, object: i64) -> rusqlite::Result<BTreeMap<u16, u64>> {
    let mut statement = connection.prepare_cached("SELECT prints FROM search_object WHERE id = ?1")?;
    let kept: Option<Vec<u8>> = statement.query_row([object], |row| row.get(0)).optional()?;
    let read = |bytes: &[u8]| {
        let (bucket, print) = bytes.split_first_chunk::<2>()?;
        Some((u16::from_le_bytes(*bucket), u64::from_le_bytes(*print.first_chunk::<8>()?)))
    };
    Ok(kept.unwrap_or_default().chunks_exact(10).filter_map(read).collect())
}

fn document(object: i64, bucket: u16) -> i64 {
    object * BUCKETS + i64::from(bucket)
}

/// Objects of a collection that a plan finds, in ascending order.
pub(crate) fn find(connection: &Connection, collection: Collection, plan: &Plan) -> rusqlite::Result<Vec<i64>> {
    let search = Search { connection, collection };
    let found = search.plan(plan)?;
    Ok(found)
}

fn bucket(key: &str) -> u16 {
    let mut hasher = DefaultHasher::new();
    key.hash(&mut hasher);
    (hasher.finish() % BUCKETS as u64) as u16
}

fn write_token(text: &mut String, collection: Collection, token: Token<'_>) {
    let Collection(number) = collection;
    // Writing to a string cannot fail.
    let _ = match token {
        Token::Key(_) => write!(text, "k{number:x}z"),
        Token::Pair(..) => write!(text, "p{number:x}z"),
        Token::Value(_) => write!(text, "v{number:x}z"),
        Token::Word(_) => write!(text, "w{number:x}z"),
    };
    match token {
        Token::Key(part) | Token::Value(part) | Token::Word(part) => write_hex(text, part),
        Token::Pair(key, value) => {
            write_hex(text, key);
            text.push('y');
            write_hex(text, value);
        }
    }
    text.push(' ');
}

fn write_hex(text: &mut String, part: &str) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    for byte in part.bytes() {
        text.push(char::from(DIGITS[usize::from(byte >> 4)]));
        text.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
}

/// Terms from one to before another, with what stands before the text they hold.
struct Span {
    from: String,
    before: String,
    prefix: usize,
}

struct Search<'a> {
    connection: &'a Connection,
    collection: Collection,
}

impl Search<'_> {
    fn plan(&self, plan: &Plan) -> rusqlite::Result<Vec<i64>> {
        match plan {
            Plan::All => self.all(),
            Plan::Leaf(leaf) => self.leaf(leaf),
            Plan::Combined { must, may, must_not } => {
                let mut found: Option<Vec<i64>> = None;
                for plan in must {
                    let next = self.plan(plan)?;
                    found = Some(found.map_or(next.clone(), |found| both(&found, &next)));
                }
                if must.is_empty() && !may.is_empty() {
                    let mut any = Vec::new();
                    for plan in may {
                        any.extend(self.plan(plan)?);
                    }
                    any.sort_unstable();
                    any.dedup();
                    found = Some(any);
                }
                let mut found = found.map_or_else(|| self.all(), Ok)?;
                for plan in must_not {
                    found = without(&found, &self.plan(plan)?);
                }
                Ok(found)
            }
        }
    }

    fn all(&self) -> rusqlite::Result<Vec<i64>> {
        let mut statement =
            self.connection.prepare_cached("SELECT id FROM search_object WHERE collection = ?1 ORDER BY id")?;
        statement.query_map([self.collection.0], |row| row.get(0))?.collect()
    }

    fn leaf(&self, leaf: &Leaf) -> rusqlite::Result<Vec<i64>> {
        let Some(key) = leaf.key.as_ref().filter(|key| !key.is_any()) else {
            let mut found = self.anywhere('v', &leaf.comparison)?;
            if leaf.key.is_none() {
                found.extend(self.anywhere('w', &leaf.comparison)?);
                found.sort_unstable();
                found.dedup();
            }
            return Ok(found);
        };
        if let Some(key) = key.as_literal() {
            return self.with_key(&key, &leaf.comparison);
        }
        let keys = self.keys(key)?;
        self.with_keys(&keys, &leaf.comparison)
    }

    fn anywhere(&self, kind: char, comparison: &Comparison) -> rusqlite::Result<Vec<i64>> {
        let start = format!("{kind}{:x}z", self.collection.0);
        self.compared(&start, comparison)
    }

    fn with_key(&self, key: &str, comparison: &Comparison) -> rusqlite::Result<Vec<i64>> {
        if *comparison == Comparison::Present {
            return self.matching(&quoted(&self.key_term(key)));
        }
        self.compared(&self.pair_start(key), comparison)
    }

    fn with_keys(&self, keys: &[String], comparison: &Comparison) -> rusqlite::Result<Vec<i64>> {
        /// Terms that are asked for at once.
        const AT_ONCE: usize = 200;
        let mut found = Vec::new();
        for keys in keys.chunks(AT_ONCE) {
            let terms: Option<Vec<String>> = keys
                .iter()
                .map(|key| match comparison {
                    Comparison::Present => Some(quoted(&self.key_term(key))),
                    Comparison::Equal(text) => Some(equal(&self.pair_start(key), text)),
                    _ => None,
                })
                .collect();
            match terms {
                Some(terms) => found.extend(self.matching(&terms.join(" OR "))?),
                None => {
                    for key in keys {
                        found.extend(self.with_key(key, comparison)?);
                    }
                }
            }
        }
        found.sort_unstable();
        found.dedup();
        Ok(found)
    }

    /// Keys that a pattern takes.
    fn keys(&self, pattern: &Pattern) -> rusqlite::Result<Vec<String>> {
        let prefix = pattern.prefix();
        let mut statement = self
            .connection
            .prepare_cached("SELECT key FROM search_key WHERE collection = ?1 AND key >= ?2 ORDER BY key")?;
        let mut rows = statement.query((self.collection.0, &prefix))?;
        let mut keys = Vec::new();
        while let Some(row) = rows.next()? {
            let key = row.get_ref(0)?.as_str().unwrap_or_default();
            if !key.starts_with(&prefix) {
                break;
            }
            if pattern.takes(key) {
                keys.push(key.to_owned());
            }
        }
        Ok(keys)
    }

    fn compared(&self, start: &str, comparison: &Comparison) -> rusqlite::Result<Vec<i64>> {
        match comparison {
            Comparison::Present => self.matching(&format!("{} *", quoted(start))),
            Comparison::Equal(text) => self.matching(&equal(start, text)),
            Comparison::Like(pattern) if pattern.is_prefix() => {
                self.matching(&format!("{} *", quoted(&(start.to_owned() + &hex(&pattern.prefix())))))
            }
            Comparison::Like(pattern) => {
                self.scan(&Span::beginning(start, &pattern.prefix()), |word| pattern.takes(word))
            }
            Comparison::Near { text, edits } => {
                self.scan(&Span::beginning(start, ""), |word| is_near(text, word, *edits))
            }
            Comparison::Between { from, to, inclusive } => {
                let above =
                    |word: &str| from.as_ref().is_none_or(|from| word > from.as_str() || *inclusive && word == from);
                let below = |word: &str| to.as_ref().is_none_or(|to| word < to.as_str() || *inclusive && word == to);
                let mut span = Span::beginning(start, "");
                if let Some(from) = from {
                    span.from = start.to_owned() + &hex(from);
                }
                if let Some(to) = to {
                    // What begins with the bound and goes on with another word is not above it.
                    span.before = start.to_owned() + &hex(to) + "21";
                }
                self.scan(&span, |word| above(word) && below(word))
            }
        }
    }

    /// Objects with a term in the span whose first word is taken.
    fn scan(&self, span: &Span, takes: impl Fn(&str) -> bool) -> rusqlite::Result<Vec<i64>> {
        /// After so many documents of a term that is not taken, looking up the next term is cheaper.
        const PATIENCE: usize = 32;
        let mut statement =
            self.connection.prepare_cached("SELECT term, doc FROM search_instance WHERE term >= ?1 AND term < ?2")?;
        let mut found = Vec::new();
        let mut from = span.from.clone();
        loop {
            let mut rows = statement.query((&from, &span.before))?;
            let mut term: Vec<u8> = Vec::new();
            let (mut wanted, mut passed) = (false, 0);
            let mut skipped = false;
            while let Some(row) = rows.next()? {
                let bytes = row.get_ref(0)?.as_bytes().unwrap_or_default();
                if term != bytes {
                    term = bytes.to_vec();
                    passed = 0;
                    wanted = span.text(&term).is_some_and(|text| takes(text.split(' ').next().unwrap_or_default()));
                }
                if wanted {
                    found.push(row.get::<_, i64>(1)?.div_euclid(BUCKETS));
                    continue;
                }
                passed += 1;
                if passed > PATIENCE {
                    skipped = true;
                    break;
                }
            }
            if !skipped {
                break;
            }
            // The mark sorts before every letter that a term may go on with.
            from = String::from_utf8_lossy(&term).into_owned() + "!";
        }
        found.sort_unstable();
        found.dedup();
        Ok(found)
    }

    fn matching(&self, query: &str) -> rusqlite::Result<Vec<i64>> {
        let mut statement = self
            .connection
            .prepare_cached("SELECT rowid FROM search_token WHERE search_token MATCH ?1 ORDER BY rowid")?;
        let mut rows = statement.query([query])?;
        let mut found: Vec<i64> = Vec::new();
        while let Some(row) = rows.next()? {
            let object = row.get::<_, i64>(0)?.div_euclid(BUCKETS);
            if found.last() != Some(&object) {
                found.push(object);
            }
        }
        Ok(found)
    }

    fn key_term(&self, key: &str) -> String {
        format!("k{:x}z{}", self.collection.0, hex(key))
    }

    fn pair_start(&self, key: &str) -> String {
        format!("p{:x}z{}y", self.collection.0, hex(key))
    }
}

impl Span {
    /// Terms that begin with `start` and a text.
    fn beginning(start: &str, text: &str) -> Self {
        let from = start.to_owned() + &hex(text);
        // Digits of hexadecimal numbers sort before every other letter.
        let before = from.clone() + "g";
        Self { from, before, prefix: start.len() }
    }

    /// The text that a term holds.
    fn text(&self, term: &[u8]) -> Option<String> {
        let digits = term.get(self.prefix..)?;
        let bytes = digits.chunks_exact(2).map(|pair| Some((digit(pair[0])? << 4) | digit(pair[1])?));
        String::from_utf8(bytes.collect::<Option<Vec<u8>>>()?).ok()
    }
}

fn digit(letter: u8) -> Option<u8> {
    char::from(letter).to_digit(16).map(|digit| digit as u8)
}

/// The value, or the words it begins with.
fn equal(start: &str, text: &str) -> String {
    let whole = start.to_owned() + &hex(&token_text(text));
    format!("({} OR {} *)", quoted(&whole), quoted(&(whole.clone() + "20")))
}

fn hex(text: &str) -> String {
    let mut digits = String::with_capacity(text.len() * 2);
    write_hex(&mut digits, text);
    digits
}

fn quoted(term: &str) -> String {
    format!("\"{term}\"")
}

fn both(one: &[i64], other: &[i64]) -> Vec<i64> {
    one.iter().filter(|object| other.binary_search(object).is_ok()).copied().collect()
}

fn without(one: &[i64], other: &[i64]) -> Vec<i64> {
    one.iter().filter(|object| other.binary_search(object).is_err()).copied().collect()
}
