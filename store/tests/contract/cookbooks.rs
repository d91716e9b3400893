//! Promises of the shelf: cookbooks, their files, sandboxes and policies.

use std::io::Read;

use chef::records::Changes as _;
use chef::{Kind, OrgId, organization};
use cookbooks::Version;
use cookbooks::document::Fields;
use cookbooks::shelf::{Changes, Kept, Shelf};
use cookbooks::solver::{Wanted, solve};
use jiff::Timestamp;
use serde_json::json;
use store::{Store, Transaction};

async fn write<T: Send + 'static>(store: &Store, work: impl FnOnce(&Transaction<'_>) -> T + Send + 'static) -> T {
    store.chef_write(|db| Ok(work(db))).await.unwrap()
}

/// An organization to put things in.
async fn org(store: &Store) -> i64 {
    write(store, |db| {
        let pivotal = organization::found_server(db, "a key").unwrap();
        organization::create(db, pivotal.id, "org", "Org", "a key").unwrap();
        chef::Records::organization(db, "org").unwrap().unwrap().id.0
    })
    .await
}

fn document(version: &str, needs: &serde_json::Value) -> Fields {
    let document = json!({"metadata": {"version": version, "dependencies": needs}, "recipes": []});
    cookbooks::document::object(document).unwrap()
}

fn put(db: &Transaction<'_>, org: i64, name: &str, version: &str, needs: &serde_json::Value, files: &[&str]) {
    let parsed = Version::parse(version).unwrap();
    let kept = Kept { name: name.to_owned(), version: parsed, document: document(version, needs) };
    let files: Vec<String> = files.iter().map(|file| (*file).to_owned()).collect();
    db.put_version(org, &kept, &files).unwrap();
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

async fn upload(store: &Store, org: i64, bytes: &[u8]) -> String {
    let mut upload = store.begin_cookbook_file();
    for chunk in bytes.chunks(10_000) {
        upload.write(chunk).await.unwrap();
    }
    let checksum = upload.checksum();
    upload.finish(org, at(0)).await.unwrap();
    checksum
}

pub(crate) async fn versions_come_newest_first(store: &Store) {
    let org = org(store).await;
    write(store, move |db| {
        for version in ["1.0.0", "1.10.0", "1.9.0", "1.2.9223372036854775807"] {
            put(db, org, "a", version, &json!({}), &[]);
        }
        put(db, org, "b", "1.0.0", &json!({}), &[]);
        put(db, org, "a", "1.0.0", &json!({"b": "= 1.0.0"}), &[]);
        let shown = |versions: Vec<Version>| versions.iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(shown(db.versions(org, "a").unwrap()), ["1.10.0", "1.9.0", "1.2.9223372036854775807", "1.0.0"]);
        let names: Vec<String> = db.cookbooks(org).unwrap().into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["a", "b"]);
        let kept = db.version(org, "a", Version::new(1, 0, 0)).unwrap().unwrap();
        assert_eq!(kept.document["metadata"]["dependencies"], json!({"b": "= 1.0.0"}));
        assert_eq!(db.version(org + 1, "a", Version::new(1, 0, 0)).unwrap(), None);
        db.delete_version(org, "b", Version::new(1, 0, 0)).unwrap();
        assert_eq!(db.versions(org, "b").unwrap(), vec![]);
    })
    .await;
}

pub(crate) async fn the_solver_sees_every_change(store: &Store) {
    let org = org(store).await;
    write(store, move |db| {
        let before = db.revision(org).unwrap();
        put(db, org, "a", "1.0.0", &json!({"b": ">= 1.0"}), &[]);
        put(db, org, "b", "1.5.0", &json!({}), &[]);
        assert_ne!(db.revision(org).unwrap(), before);
        let available = db.available(org).unwrap();
        let found = solve(&available, &[], &Wanted::of_run_list(["a"]), &|| false).unwrap();
        assert_eq!(found, [("a".to_owned(), Version::new(1, 0, 0)), ("b".to_owned(), Version::new(1, 5, 0))]);
        let changed = db.revision(org).unwrap();
        db.delete_version(org, "b", Version::new(1, 5, 0)).unwrap();
        assert_ne!(db.revision(org).unwrap(), changed);
    })
    .await;
}

pub(crate) async fn files_go_with_the_last_who_needs_them(store: &Store) {
    let org = org(store).await;
    for bytes in [b"".to_vec(), b"a recipe".to_vec(), b"0123456789".repeat(30_000)] {
        goes_with_the_last_who_needs_it(store, org, &bytes).await;
    }
}

async fn goes_with_the_last_who_needs_it(store: &Store, org: i64, bytes: &[u8]) {
    let checksum = upload(store, org, bytes).await;
    let wanted = checksum.clone();
    let sha256 = write(store, move |db| {
        let sums = [wanted.clone()];
        assert_eq!(db.missing(org, &sums).unwrap(), sums, "a file without its sandbox");
        db.add_sandbox(org, "box", &sums, 0).unwrap();
        assert_eq!(db.sandbox(org, "box").unwrap().unwrap().checksums, [(wanted.clone(), true)]);
        db.commit_sandbox(org, "box", 0).unwrap();
        assert_eq!(db.sandbox(org, "box").unwrap(), None);
        assert_eq!(db.missing(org, &sums).unwrap(), Vec::<String>::new());
        for version in ["1.0.0", "2.0.0"] {
            put(db, org, "a", version, &json!({}), &[&wanted]);
        }
        db.delete_version(org, "a", Version::new(1, 0, 0)).unwrap();
        db.content(org, &wanted).unwrap().unwrap().0
    })
    .await;
    store.sweep_cookbook_files().await.unwrap();
    assert!(store.cookbook_file(&sha256).await.unwrap().is_some(), "another version needs it");
    let gone = checksum.clone();
    write(store, move |db| {
        put(db, org, "a", "2.0.0", &json!({}), &[]);
        assert_eq!(db.content(org, &gone).unwrap(), None);
    })
    .await;
    assert_eq!(store.sweep_cookbook_files().await.unwrap(), 1);
    assert!(store.cookbook_file(&sha256).await.unwrap().is_none());
    assert_eq!(upload(store, org, bytes).await, checksum);
    let mut again = store.cookbook_file(&sha256).await.unwrap().unwrap();
    let mut read = Vec::new();
    again.reader.read_to_end(&mut read).unwrap();
    assert!(read == bytes && again.len == bytes.len() as u64);
}

pub(crate) async fn uploads_that_came_to_nothing_are_dropped(store: &Store) {
    const SECOND: i64 = 1_000_000;
    let org = org(store).await;
    let mut sums = Vec::new();
    for bytes in [b"one", b"two", b"six", b"ten"] {
        sums.push(upload(store, org, bytes).await);
    }
    let [left, used, young, committed] = <[String; 4]>::try_from(sums.clone()).unwrap();
    write(store, move |db| {
        db.add_sandbox(org, "old", &[left, used.clone()], 0).unwrap();
        put(db, org, "a", "1.0.0", &json!({}), &[&used]);
        db.add_sandbox(org, "young", &[young], 50 * SECOND).unwrap();
        db.add_sandbox(org, "done", std::slice::from_ref(&committed), 0).unwrap();
        db.commit_sandbox(org, "done", 60 * SECOND).unwrap();

        assert_eq!(db.drop_unused(10 * SECOND).unwrap(), 1, "what the old sandbox brought and nothing needs");
        let there = |sum: &String| db.content(org, sum).unwrap().is_some();
        assert_eq!(sums.iter().map(there).collect::<Vec<_>>(), [false, true, true, true]);
        assert_eq!(db.sandbox(org, "old").unwrap(), None);
        assert!(db.sandbox(org, "young").unwrap().is_some());
        assert_eq!(db.drop_unused(55 * SECOND).unwrap(), 1, "the young one has grown old");
        assert_eq!(db.drop_unused(61 * SECOND).unwrap(), 1, "committed, but no cookbook came");
        assert_eq!(sums.iter().map(there).collect::<Vec<_>>(), [false, true, false, false]);
        db.delete_version(org, "a", Version::new(1, 0, 0)).unwrap();
    })
    .await;
    assert_eq!(store.sweep_cookbook_files().await.unwrap(), 4);
}

pub(crate) async fn groups_use_one_revision_of_a_policy(store: &Store) {
    let org = org(store).await;
    write(store, move |db| {
        let document = cookbooks::document::object(json!({"name": "p"})).unwrap();
        for revision in ["1", "2"] {
            db.add_revision(org, "p", revision, &document).unwrap();
        }
        db.assign(org, "dev", "p", "1").unwrap();
        db.assign(org, "prod", "p", "1").unwrap();
        db.assign(org, "dev", "p", "2").unwrap();
        assert_eq!(db.groups_using(org, "p", "1").unwrap(), ["prod"]);
        db.delete_revision(org, "p", "1").unwrap();
        let row = |group: &str| (group.to_owned(), "p".to_owned(), "2".to_owned());
        assert_eq!(db.assignments(org).unwrap(), [row("dev")]);
        db.unassign(org, "dev", None).unwrap();
        assert_eq!(db.assignments(org).unwrap(), vec![]);
        db.delete_policy(org, "p").unwrap();
        assert_eq!(db.policies(org).unwrap(), vec![]);
    })
    .await;
}

pub(crate) async fn an_organization_takes_its_shelf_along(store: &Store) {
    let org = org(store).await;
    let checksum = upload(store, org, b"x").await;
    write(store, move |db| {
        put(db, org, "a", "1.0.0", &json!({}), &[&checksum]);
        db.add_entity(OrgId(org), Kind::Cookbook, "a").unwrap();
        let organization = chef::Records::organization(db, "org").unwrap().unwrap();
        db.remove_organization(&organization).unwrap();
        assert_eq!(db.cookbooks(org).unwrap(), vec![]);
    })
    .await;
    assert_eq!(store.sweep_cookbook_files().await.unwrap(), 1);
}
