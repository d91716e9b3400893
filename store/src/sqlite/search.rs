//! What Chef's objects are found by.
//!
//! The entries of an object lie in [`fragment`]s, each of which is kept once for all objects of a collection that have
//! it. A search goes over the fragments' [`signature`]s, which are kept in [`memory`], reads the few fragments that may
//! hold what is asked for and are not told whole there, and looks up whose they are. So a save writes only what changed, without an index of words,
//! and a search takes time in proportion to the fragments that differ.

mod fragment;
mod memory;
mod question;
mod signature;

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use chef::search::{Leaf, Plan};
use rusqlite::{Connection, OptionalExtension};
use serde_json::Value;
use sha2::Digest;

pub(crate) use memory::{Memory, View};
use question::{Mark, Question};

/// How objects are indexed. An index that was made in another way is made anew when the store is opened.
const MANNER: i64 = 2;

/// Fragments up to which their objects are looked up one by one. Beyond, all objects are gone through.
const FEW: usize = 500;

/// What is searched together: one kind of object of an organization, or a data bag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Collection(pub(crate) i64);

/// Tells fragments apart.
type Print = [u8; 16];

/// The fragments of each of an object's fields, by the print of the field.
type Fields = BTreeMap<Print, Vec<(Print, i64)>>;

/// Makes what an object is found by that of `fields`.
pub(crate) fn put<'a>(
    connection: &Connection,
    collection: Collection,
    object: i64,
    fields: impl Iterator<Item = (&'a str, &'a Value)>,
) -> rusqlite::Result<()> {
    let before = kept(connection, object)?.map(|(_, fields)| fields).unwrap_or_default();
    let mut known: BTreeMap<Print, i64> = before.values().flatten().copied().collect();
    let mut after = Fields::new();
    let mut add = connection.prepare_cached("INSERT INTO search_part (fragment, object) VALUES (?1, ?2)")?;
    let mut text = Vec::new();
    for (key, value) in fields {
        text.clear();
        let failed = |error| rusqlite::Error::ToSqlConversionFailure(Box::new(error));
        serde_json::to_writer(&mut text, &(key, value)).map_err(failed)?;
        let field = print(collection, &text);
        if let Some(fragments) = before.get(&field) {
            after.insert(field, fragments.clone());
            continue;
        }
        let mut fragments = Vec::new();
        for content in fragment::divided(key, value) {
            let print = print(collection, &content);
            if let Entry::Vacant(place) = known.entry(print) {
                let fragment = kept_fragment(connection, collection, &print, &content)?;
                add.execute((fragment, object))?;
                place.insert(fragment);
            }
            fragments.push((print, known[&print]));
        }
        after.insert(field, fragments);
    }
    if after.len() == before.len() && after.keys().eq(before.keys()) && !before.is_empty() {
        return Ok(());
    }
    let numbers = |fields: &Fields| -> BTreeSet<i64> { fields.values().flatten().map(|(_, number)| *number).collect() };
    let fragments = numbers(&after);
    for fragment in numbers(&before).difference(&fragments) {
        let_go(connection, *fragment, object)?;
    }
    let mut steps = Vec::with_capacity(fragments.len() * 2);
    let mut from = 0;
    for fragment in fragments {
        fragment::write_number(&mut steps, (fragment - from) as usize);
        from = fragment;
    }
    connection
        .prepare_cached("INSERT OR REPLACE INTO search_object (collection, object, fragments) VALUES (?1, ?2, ?3)")?
        .execute((collection.0, object, steps))?;
    connection
        .prepare_cached("INSERT OR REPLACE INTO search_print (object, collection, prints) VALUES (?1, ?2, ?3)")?
        .execute((object, collection.0, written(&after)))?;
    Ok(())
}

/// Forgets an object.
pub(crate) fn remove(connection: &Connection, object: i64) -> rusqlite::Result<()> {
    let Some((collection, fields)) = kept(connection, object)? else { return Ok(()) };
    let fragments: BTreeSet<i64> = fields.into_values().flatten().map(|(_, fragment)| fragment).collect();
    for fragment in fragments {
        let_go(connection, fragment, object)?;
    }
    connection
        .prepare_cached("DELETE FROM search_object WHERE collection = ?1 AND object = ?2")?
        .execute((collection.0, object))?;
    connection.prepare_cached("DELETE FROM search_print WHERE object = ?1")?.execute([object])?;
    Ok(())
}

/// Whether objects are indexed as they would be now.
pub(crate) fn is_current(connection: &Connection) -> rusqlite::Result<bool> {
    connection.query_row("SELECT manner = ?1 FROM search_manner", [MANNER], |row| row.get(0))
}

/// Forgets all, to be put as objects are indexed now.
pub(crate) fn clear(connection: &Connection) -> rusqlite::Result<()> {
    for table in ["fragment", "signature", "part", "object", "print"] {
        connection.execute(&format!("DELETE FROM search_{table}"), [])?;
    }
    connection.execute("UPDATE search_manner SET manner = ?1", [MANNER])?;
    Ok(())
}

fn print(collection: Collection, content: &[u8]) -> Print {
    let mut digest = sha2::Sha256::new();
    digest.update(collection.0.to_le_bytes());
    digest.update(content);
    let whole: [u8; 32] = digest.finalize().into();
    let mut print = Print::default();
    print.copy_from_slice(&whole[..16]);
    print
}

/// Whose an object is, and its fragments.
fn kept(connection: &Connection, object: i64) -> rusqlite::Result<Option<(Collection, Fields)>> {
    let mut statement = connection.prepare_cached("SELECT collection, prints FROM search_print WHERE object = ?1")?;
    let read = |row: &rusqlite::Row<'_>| Ok((Collection(row.get(0)?), row.get_ref(1)?.as_blob()?.to_vec()));
    let found = statement.query_row([object], read).optional()?;
    Ok(found.map(|(collection, prints)| (collection, read_fields(&prints))))
}

/// Of each field the print, the number of fragments, and of each of these the print and the number.
fn written(fields: &Fields) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (field, fragments) in fields {
        bytes.extend_from_slice(field);
        bytes.extend_from_slice(&(fragments.len() as u32).to_le_bytes());
        for (print, fragment) in fragments {
            bytes.extend_from_slice(print);
            bytes.extend_from_slice(&fragment.to_le_bytes());
        }
    }
    bytes
}

fn read_fields(mut bytes: &[u8]) -> Fields {
    fn next<const N: usize>(bytes: &mut &[u8]) -> Option<[u8; N]> {
        let (first, rest) = bytes.split_first_chunk()?;
        *bytes = rest;
        Some(*first)
    }
    let mut fields = Fields::new();
    while let (Some(field), Some(count)) = (next(&mut bytes), next(&mut bytes)) {
        let fragments = (0..u32::from_le_bytes(count)).map_while(|_| {
            let print = next(&mut bytes)?;
            Some((print, i64::from_le_bytes(next(&mut bytes)?)))
        });
        fields.insert(field, fragments.collect());
    }
    fields
}

/// The fragment with this content, made if it is not there.
fn kept_fragment(
    connection: &Connection,
    collection: Collection,
    print: &Print,
    content: &[u8],
) -> rusqlite::Result<i64> {
    let mut find = connection.prepare_cached("SELECT id FROM search_fragment WHERE print = ?1")?;
    if let Some(fragment) = find.query_row([print], |row| row.get(0)).optional()? {
        return Ok(fragment);
    }
    connection
        .prepare_cached("INSERT INTO search_fragment (print, content) VALUES (?1, ?2)")?
        .execute((print, content))?;
    let fragment = connection.last_insert_rowid();
    connection
        .prepare_cached("INSERT INTO search_signature (fragment, collection, signature) VALUES (?1, ?2, ?3)")?
        .execute((fragment, collection.0, signature::of(content)))?;
    Ok(fragment)
}

/// Takes a fragment from an object; one that is nobody's is dropped.
fn let_go(connection: &Connection, fragment: i64, object: i64) -> rusqlite::Result<()> {
    connection
        .prepare_cached("DELETE FROM search_part WHERE fragment = ?1 AND object = ?2")?
        .execute((fragment, object))?;
    if connection.prepare_cached("SELECT 1 FROM search_part WHERE fragment = ?1")?.exists([fragment])? {
        return Ok(());
    }
    connection.prepare_cached("DELETE FROM search_fragment WHERE id = ?1")?.execute([fragment])?;
    connection.prepare_cached("DELETE FROM search_signature WHERE fragment = ?1")?.execute([fragment])?;
    Ok(())
}

/// Objects of a collection that a plan finds, in ascending order.
pub(crate) fn find(
    connection: &Connection,
    view: Option<&View>,
    collection: Collection,
    plan: &Plan,
) -> rusqlite::Result<Vec<i64>> {
    Search { connection, view, collection }.plan(plan)
}

struct Search<'a> {
    connection: &'a Connection,
    /// None where not all that is seen may come to stay.
    view: Option<&'a View>,
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
                    found = Some(match found {
                        None => self.plan(plan)?,
                        Some(found) if found.is_empty() => return Ok(found),
                        Some(found) => both(&found, &self.plan(plan)?),
                    });
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
            self.connection.prepare_cached("SELECT object FROM search_object WHERE collection = ?1 ORDER BY object")?;
        statement.query_map([self.collection.0], |row| row.get(0))?.collect()
    }

    fn leaf(&self, leaf: &Leaf) -> rusqlite::Result<Vec<i64>> {
        let mut question = Question::new(leaf);
        if question.is_of_all() {
            return self.all();
        }
        let fragments = self.marked(&mut question)?;
        if fragments.len() <= FEW {
            self.owners(&mut question, &fragments)
        } else {
            self.among_all(&mut question, &fragments)
        }
    }

    /// Fragments that hold, or may hold, what is asked for.
    fn marked(&self, question: &mut Question<'_>) -> rusqlite::Result<Vec<(i64, Mark)>> {
        let mut fragments = Vec::new();
        let mut look = |fragment: i64, signature: &[u8]| match question.mark(signature) {
            Mark::Not => {}
            mark => fragments.push((fragment, mark)),
        };
        if let Some(view) = self.view
            && let Some(blocks) = view.blocks(self.connection, self.collection)?
        {
            for (fragment, signature) in blocks.iter().flat_map(|block| block.signatures()) {
                look(fragment, signature);
            }
            return Ok(fragments);
        }
        let mut statement = self.connection.prepare_cached(
            "SELECT fragment, signature FROM search_signature WHERE collection = ?1 ORDER BY fragment",
        )?;
        let mut rows = statement.query([self.collection.0])?;
        while let Some(row) = rows.next()? {
            look(row.get(0)?, row.get_ref(1)?.as_blob().unwrap_or_default());
        }
        Ok(fragments)
    }

    fn holds(&self, question: &mut Question<'_>, fragment: i64) -> rusqlite::Result<bool> {
        let mut statement = self.connection.prepare_cached("SELECT content FROM search_fragment WHERE id = ?1")?;
        let mut rows = statement.query([fragment])?;
        // One that is gone holds nothing.
        let Some(row) = rows.next()? else { return Ok(false) };
        Ok(question.is_held_by(row.get_ref(0)?.as_blob().unwrap_or_default()))
    }

    /// Looks from the fragments to their objects.
    fn owners(&self, question: &mut Question<'_>, fragments: &[(i64, Mark)]) -> rusqlite::Result<Vec<i64>> {
        let mut statement = self.connection.prepare_cached("SELECT object FROM search_part WHERE fragment = ?1")?;
        let mut found = Vec::new();
        for (fragment, mark) in fragments {
            if *mark == Mark::Holds || self.holds(question, *fragment)? {
                for object in statement.query_map([fragment], |row| row.get::<_, i64>(0))? {
                    found.push(object?);
                }
            }
        }
        found.sort_unstable();
        found.dedup();
        Ok(found)
    }

    /// Looks from the objects to their fragments, and no further than needed.
    fn among_all(&self, question: &mut Question<'_>, fragments: &[(i64, Mark)]) -> rusqlite::Result<Vec<i64>> {
        let mut marks = Marks::default();
        for (fragment, mark) in fragments {
            *marks.of(*fragment) = *mark;
        }
        let mut statement = self
            .connection
            .prepare_cached("SELECT object, fragments FROM search_object WHERE collection = ?1 ORDER BY object")?;
        let mut rows = statement.query([self.collection.0])?;
        let mut found = Vec::new();
        let mut unknown = Vec::new();
        'objects: while let Some(row) = rows.next()? {
            let object = row.get(0)?;
            let mut list = row.get_ref(1)?.as_blob().unwrap_or_default();
            let mut fragment = 0;
            unknown.clear();
            while let Some(step) = fragment::read_number(&mut list) {
                fragment += step as i64;
                match marks.seen(fragment) {
                    Mark::Holds => {
                        found.push(object);
                        continue 'objects;
                    }
                    Mark::Unknown => unknown.push(fragment),
                    Mark::Not => {}
                }
            }
            for fragment in &unknown {
                let holds = self.holds(question, *fragment)?;
                *marks.of(*fragment) = if holds { Mark::Holds } else { Mark::Not };
                if holds {
                    found.push(object);
                    break;
                }
            }
        }
        Ok(found)
    }
}

/// Marks of fragments, by pages: their numbers lie far apart.
#[derive(Default)]
struct Marks(Vec<Option<Box<[Mark; Self::PAGE]>>>);

impl Marks {
    const PAGE: usize = 4096;

    fn of(&mut self, fragment: i64) -> &mut Mark {
        let (page, place) = (fragment as usize / Self::PAGE, fragment as usize % Self::PAGE);
        if self.0.len() <= page {
            self.0.resize_with(page + 1, || None);
        }
        &mut self.0[page].get_or_insert_with(|| Box::new([Mark::Not; Self::PAGE]))[place]
    }

    fn seen(&self, fragment: i64) -> Mark {
        let (page, place) = (fragment as usize / Self::PAGE, fragment as usize % Self::PAGE);
        self.0.get(page).and_then(Option::as_ref).map_or(Mark::Not, |page| page[place])
    }
}

fn both(one: &[i64], other: &[i64]) -> Vec<i64> {
    one.iter().filter(|object| other.binary_search(object).is_ok()).copied().collect()
}

fn without(one: &[i64], other: &[i64]) -> Vec<i64> {
    one.iter().filter(|object| other.binary_search(object).is_err()).copied().collect()
}
