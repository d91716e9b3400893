//! What Chef's objects are found by.
//!
//! The entries of an object lie in [`fragment`]s, each of which is kept once for all objects of a collection that have
//! it. A search goes over the fragments' [`signature`]s, which are kept in [`memory`], reads the few fragments that may
//! hold what is asked for, and looks up whose they are. So a save writes only what changed, without an index of words,
//! and a search takes time in proportion to the fragments that differ.

mod fragment;
mod memory;
mod question;
mod signature;

use std::collections::BTreeMap;

use chef::search::{Leaf, Plan};
use rusqlite::{Connection, OptionalExtension};
use serde_json::Value;
use sha2::Digest;

pub(crate) use memory::{Memory, View};
use question::Question;

/// How objects are indexed. An index that was made in another way is made anew when the store is opened.
const MANNER: i64 = 1;

/// Fragments up to which their objects are looked up one by one. Beyond, all objects are gone through.
const FEW: usize = 500;

/// What is searched together: one kind of object of an organization, or a data bag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Collection(pub(crate) i64);

/// Tells fragments apart.
type Print = [u8; 16];

/// Makes what an object is found by that of `fields`.
pub(crate) fn put<'a>(
    connection: &Connection,
    collection: Collection,
    object: i64,
    fields: impl Iterator<Item = (&'a str, &'a Value)>,
) -> rusqlite::Result<()> {
    let contents: BTreeMap<Print, Vec<u8>> =
        fragment::divided(fields).into_iter().map(|content| (print(collection, &content), content)).collect();
    let before = kept(connection, object)?.map(|(_, prints)| prints).unwrap_or_default();
    if before.len() == contents.len() && before.keys().eq(contents.keys()) && !before.is_empty() {
        return Ok(());
    }
    let mut after: BTreeMap<Print, i64> = BTreeMap::new();
    let mut add = connection.prepare_cached("INSERT INTO search_part (fragment, object) VALUES (?1, ?2)")?;
    for (print, content) in contents {
        let fragment = if let Some(fragment) = before.get(&print) {
            *fragment
        } else {
            let fragment = kept_fragment(connection, collection, &print, &content)?;
            add.execute((fragment, object))?;
            fragment
        };
        after.insert(print, fragment);
    }
    for (_, fragment) in before.iter().filter(|(print, _)| !after.contains_key(*print)) {
        let_go(connection, collection, *fragment, object)?;
    }
    let mut fragments: Vec<i64> = after.values().copied().collect();
    fragments.sort_unstable();
    let mut steps = Vec::with_capacity(fragments.len() * 2);
    let mut from = 0;
    for fragment in fragments {
        fragment::write_number(&mut steps, (fragment - from) as usize);
        from = fragment;
    }
    connection
        .prepare_cached("INSERT OR REPLACE INTO search_object (collection, object, fragments) VALUES (?1, ?2, ?3)")?
        .execute((collection.0, object, steps))?;
    let prints: Vec<u8> =
        after.iter().flat_map(|(print, fragment)| print.iter().copied().chain(fragment.to_le_bytes())).collect();
    connection
        .prepare_cached("INSERT OR REPLACE INTO search_print (object, collection, prints) VALUES (?1, ?2, ?3)")?
        .execute((object, collection.0, prints))?;
    Ok(())
}

/// Forgets an object.
pub(crate) fn remove(connection: &Connection, object: i64) -> rusqlite::Result<()> {
    let Some((collection, prints)) = kept(connection, object)? else { return Ok(()) };
    for fragment in prints.into_values() {
        let_go(connection, collection, fragment, object)?;
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
fn kept(connection: &Connection, object: i64) -> rusqlite::Result<Option<(Collection, BTreeMap<Print, i64>)>> {
    let mut statement = connection.prepare_cached("SELECT collection, prints FROM search_print WHERE object = ?1")?;
    let read = |row: &rusqlite::Row<'_>| Ok((Collection(row.get(0)?), row.get::<_, Vec<u8>>(1)?));
    let found = statement.query_row([object], read).optional()?;
    Ok(found.map(|(collection, prints)| {
        let read = |bytes: &[u8]| {
            let (print, fragment) = bytes.split_first_chunk::<16>()?;
            Some((*print, i64::from_le_bytes(*fragment.first_chunk::<8>()?)))
        };
        (collection, prints.chunks_exact(24).filter_map(read).collect())
    }))
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
        .prepare_cached("INSERT INTO search_signature (collection, fragment, signature) VALUES (?1, ?2, ?3)")?
        .execute((collection.0, fragment, signature::of(content)))?;
    Ok(fragment)
}

/// Takes a fragment from an object; one that is nobody's is dropped.
fn let_go(connection: &Connection, collection: Collection, fragment: i64, object: i64) -> rusqlite::Result<()> {
    connection
        .prepare_cached("DELETE FROM search_part WHERE fragment = ?1 AND object = ?2")?
        .execute((fragment, object))?;
    if connection.prepare_cached("SELECT 1 FROM search_part WHERE fragment = ?1")?.exists([fragment])? {
        return Ok(());
    }
    connection.prepare_cached("DELETE FROM search_fragment WHERE id = ?1")?.execute([fragment])?;
    connection
        .prepare_cached("DELETE FROM search_signature WHERE collection = ?1 AND fragment = ?2")?
        .execute((collection.0, fragment))?;
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
            self.connection.prepare_cached("SELECT object FROM search_object WHERE collection = ?1 ORDER BY object")?;
        statement.query_map([self.collection.0], |row| row.get(0))?.collect()
    }

    fn leaf(&self, leaf: &Leaf) -> rusqlite::Result<Vec<i64>> {
        let question = Question::new(leaf);
        if question.is_of_all() {
            return self.all();
        }
        let fragments = self.passing(&question)?;
        if fragments.len() <= FEW { self.owners(&question, &fragments) } else { self.among_all(&question, &fragments) }
    }

    /// Fragments that may hold what is asked for.
    fn passing(&self, question: &Question<'_>) -> rusqlite::Result<Vec<i64>> {
        let filters = question.filters();
        let passes = |signature: &[u8]| filters.iter().any(|filter| filter.passes(signature));
        if let Some(view) = self.view
            && let Some(fragments) = view.passing(self.connection, self.collection, &passes)?
        {
            return Ok(fragments);
        }
        let mut statement = self.connection.prepare_cached(
            "SELECT fragment, signature FROM search_signature WHERE collection = ?1 ORDER BY fragment",
        )?;
        let mut rows = statement.query([self.collection.0])?;
        let mut fragments = Vec::new();
        while let Some(row) = rows.next()? {
            if passes(row.get_ref(1)?.as_blob().unwrap_or_default()) {
                fragments.push(row.get(0)?);
            }
        }
        Ok(fragments)
    }

    fn holds(&self, question: &Question<'_>, fragment: i64) -> rusqlite::Result<bool> {
        let mut statement = self.connection.prepare_cached("SELECT content FROM search_fragment WHERE id = ?1")?;
        let mut rows = statement.query([fragment])?;
        // One that is gone holds nothing.
        let Some(row) = rows.next()? else { return Ok(false) };
        Ok(fragment::any(row.get_ref(0)?.as_blob().unwrap_or_default(), |entry| question.takes(entry)))
    }

    /// Looks from the fragments to their objects.
    fn owners(&self, question: &Question<'_>, fragments: &[i64]) -> rusqlite::Result<Vec<i64>> {
        let mut statement = self.connection.prepare_cached("SELECT object FROM search_part WHERE fragment = ?1")?;
        let mut found = Vec::new();
        for fragment in fragments {
            if self.holds(question, *fragment)? {
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
    fn among_all(&self, question: &Question<'_>, fragments: &[i64]) -> rusqlite::Result<Vec<i64>> {
        let mut marks = Marks::default();
        for fragment in fragments {
            *marks.of(*fragment) = Mark::Unknown;
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

/// What is known of a fragment.
#[derive(Clone, Copy, Default)]
enum Mark {
    #[default]
    Not,
    Unknown,
    Holds,
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
