//! Promises of `modules::forge::Releases` and `Fetched`, and of the archives behind them.

use std::io::Read;

use jiff::{Timestamp, ToSpan};
use modules::forge::fetched::{Document, Fetched};
use modules::forge::query::{ModuleQuery, ModuleSort, Page, ReleaseQuery, ReleaseSort};
use modules::forge::release::{Contents, Deleted, Deprecation, File, Release, Releases, Texts};
use modules::forge::{Metadata, ModuleSlug};
use serde_json::json;
use store::Store;

const ALL: Page = Page { offset: 0, limit: 100 };

pub(crate) async fn releases_come_back_whole_and_are_never_replaced(store: &impl Releases) {
    let first = release("acme-web", "1.2.3-rc1", 5);
    assert!(store.publish(first.clone()).await.unwrap());
    assert!(!store.publish(Release { texts: Texts::default(), ..first.clone() }).await.unwrap());
    assert_eq!(store.release(first.slug()).await.unwrap(), Some(first.clone()));
    assert_eq!(store.release(&"acme-web-1.2.3".parse().unwrap()).await.unwrap(), None);
    let module = store.module(&slug("ACME-web")).await.unwrap().expect("names of authors have no case");
    assert_eq!((module.slug, module.current), (slug("acme-web"), first));
    assert_eq!(store.module(&slug("acme-other")).await.unwrap(), None);
    assert_eq!(store.changed_at().await.unwrap(), Some(second(5)));
}

pub(crate) async fn releases_are_filtered_sorted_and_paged(store: &impl Releases) {
    for (name, version, at) in [("a-x", "1.9.0", 3), ("a-x", "1.10.0", 1), ("b-y", "2.0.0", 2)] {
        assert!(store.publish(release(name, version, at)).await.unwrap());
    }
    store.downloaded(&"b-y-2.0.0".parse().unwrap()).await.unwrap();
    let find = async |query: ReleaseQuery, page: Page| {
        let found = store.releases(&query, page).await.unwrap();
        (found.total, found.page.iter().map(|release| release.slug().to_string()).collect::<Vec<_>>())
    };
    let sorted = async |sort| find(ReleaseQuery { sort, ..ReleaseQuery::default() }, ALL).await.1;
    assert_eq!(sorted(ReleaseSort::ReleaseDate).await, ["a-x-1.9.0", "b-y-2.0.0", "a-x-1.10.0"]);
    assert_eq!(sorted(ReleaseSort::Version).await, ["b-y-2.0.0", "a-x-1.10.0", "a-x-1.9.0"]);
    assert_eq!(sorted(ReleaseSort::Module).await, ["a-x-1.10.0", "a-x-1.9.0", "b-y-2.0.0"]);
    assert_eq!(sorted(ReleaseSort::Downloads).await[0], "b-y-2.0.0");
    let of_x = ReleaseQuery { module: Some(slug("a-x")), sort: ReleaseSort::Version, ..ReleaseQuery::default() };
    let second_page = Page { offset: 1, limit: 1 };
    assert_eq!(find(of_x, second_page).await, (2, vec!["a-x-1.9.0".to_owned()]));
    let ranged = model::VersionRange::parse(">= 1.9.0 < 1.10.0").unwrap();
    let ranged = ReleaseQuery { version: Some(ranged), owner: Some("A".to_owned()), ..ReleaseQuery::default() };
    assert_eq!(find(ranged, ALL).await, (1, vec!["a-x-1.9.0".to_owned()]));
}

pub(crate) async fn modules_are_found_by_words(store: &impl Releases) {
    for (name, version, at) in [("acme-web", "1.0.0", 1), ("acme-webmail", "1.0.0", 3), ("other-db", "1.0.0", 2)] {
        assert!(store.publish(release(name, version, at)).await.unwrap());
    }
    let find = async |words: &[&str], sort| {
        let words = words.iter().map(|word| (*word).to_owned()).collect();
        let found = store.modules(&ModuleQuery { words, sort, ..ModuleQuery::default() }, ALL).await.unwrap();
        found.page.iter().map(|module| module.slug.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(find(&[], ModuleSort::LatestRelease).await, ["acme-webmail", "other-db", "acme-web"]);
    assert_eq!(find(&["web"], ModuleSort::Rank).await, ["acme-web", "acme-webmail"]);
    assert_eq!(find(&["web", "nothing"], ModuleSort::Rank).await, [] as [&str; 0]);
}

pub(crate) async fn what_is_deleted_is_marked_and_hidden(store: &impl Releases) {
    for version in ["1.0.0", "2.0.0"] {
        assert!(store.publish(release("acme-web", version, 1)).await.unwrap());
    }
    let deleted = Deleted { at: second(9), reason: Some("broken".to_owned()) };
    let newest = "acme-web-2.0.0".parse().unwrap();
    assert!(store.delete(&newest, deleted.clone()).await.unwrap());
    assert!(!store.delete(&newest, deleted.clone()).await.unwrap());
    assert_eq!(store.release(&newest).await.unwrap().unwrap().deleted, Some(deleted.clone()));
    assert!(!store.publish(release("acme-web", "2.0.0", 10)).await.unwrap(), "a version is used once");
    let module = store.module(&slug("acme-web")).await.unwrap().unwrap();
    assert_eq!((module.current.slug().to_string(), module.releases.len()), ("acme-web-1.0.0".to_owned(), 2));
    assert_eq!(module.updated_at, second(9));
    assert_eq!(store.releases(&ReleaseQuery::default(), ALL).await.unwrap().total, 1);
    let shown = ReleaseQuery { show_deleted: true, ..ReleaseQuery::default() };
    assert_eq!(store.releases(&shown, ALL).await.unwrap().total, 2);
    assert!(store.delete_module(&slug("acme-web"), deleted.clone()).await.unwrap());
    assert!(!store.delete_module(&slug("acme-web"), deleted).await.unwrap());
    assert_eq!(store.modules(&ModuleQuery::default(), ALL).await.unwrap().total, 0);
    assert_eq!(
        store.modules(&ModuleQuery { show_deleted: true, ..ModuleQuery::default() }, ALL).await.unwrap().total,
        1
    );
}

pub(crate) async fn modules_can_be_deprecated(store: &impl Releases) {
    assert!(store.publish(release("acme-web", "1.0.0", 1)).await.unwrap());
    let what = Deprecation { at: second(7), reason: None, replacement: Some(slug("acme-www")) };
    assert!(store.deprecate(&slug("acme-web"), Some(what.clone()), second(7)).await.unwrap());
    assert!(!store.deprecate(&slug("acme-none"), Some(what.clone()), second(7)).await.unwrap());
    let module = store.module(&slug("acme-web")).await.unwrap().unwrap();
    assert_eq!((module.deprecation, module.current.deprecated_at), (Some(what), Some(second(7))));
    let hidden = ReleaseQuery { hide_deprecated: true, ..ReleaseQuery::default() };
    assert_eq!(store.releases(&hidden, ALL).await.unwrap().total, 0);
    assert!(store.deprecate(&slug("acme-web"), None, second(8)).await.unwrap());
    assert_eq!(store.releases(&hidden, ALL).await.unwrap().total, 1);
}

pub(crate) async fn archives_go_when_nothing_needs_them(store: &Store) {
    let (needed, lost) = (b"needed".as_slice(), b"lost".as_slice());
    for bytes in [needed, lost] {
        store.keep_archive_bytes(bytes, &File::of(bytes), second(0)).await.unwrap();
    }
    let release = Release { file: File::of(needed), ..release("acme-web", "1.0.0", 1) };
    assert!(store.publish(release.clone()).await.unwrap());
    let there = async |bytes: &[u8]| {
        let Some(mut contents) = store.archive_bytes(&File::of(bytes).sha256).await.unwrap() else { return false };
        let mut read = Vec::new();
        contents.reader.read_to_end(&mut read).unwrap();
        read == bytes
    };
    assert_eq!(store.sweep_archives(second(60)).await.unwrap(), 0, "its row may still come");
    assert_eq!(store.sweep_archives(second(3601)).await.unwrap(), 1);
    assert!(there(needed).await && !there(lost).await);
    assert!(store.delete(release.slug(), Deleted { at: second(4000), reason: None }).await.unwrap());
    assert_eq!(store.sweep_archives(second(4001)).await.unwrap(), 0);
    assert_eq!(store.sweep_archives(second(8000)).await.unwrap(), 1);
    assert!(!there(needed).await);
}

pub(crate) async fn what_was_fetched_is_bounded(store: &impl Fetched) {
    let document = |body: &str, at: i64| Document { body: body.as_bytes().to_vec(), fetched_at: second(at) };
    for (key, at) in [("a", 1), ("b", 2), ("c", 3)] {
        store.keep_document(key, document(key, at), 2).await.unwrap();
    }
    assert_eq!(store.document("a").await.unwrap(), None);
    store.keep_document("b", document("new", 4), 2).await.unwrap();
    assert_eq!(store.document("b").await.unwrap(), Some(document("new", 4)));
    assert_eq!(store.document("c").await.unwrap(), Some(document("c", 3)));
    let release = "acme-web-1.0.0".parse().unwrap();
    assert_eq!(store.archive(&release).await.unwrap(), None);
    store.keep_archive(&release, File::of(b"x"), second(1)).await.unwrap();
    assert_eq!(store.archive(&release).await.unwrap(), Some(File::of(b"x")));
}

fn release(name: &str, version: &str, at: i64) -> Release {
    let document = json!({"name": name, "version": version, "x_kept": [1, null]});
    Release {
        metadata: Metadata::parse(document.to_string().as_bytes()).unwrap(),
        file: File::of(format!("{name}-{version}").as_bytes()),
        texts: Texts { readme: Some("Read".to_owned()), ..Texts::default() },
        contents: Contents { tasks: vec![("go".to_owned(), vec!["go.sh".to_owned()])], plans: vec!["web".to_owned()] },
        created_at: second(at),
        deleted: None,
        downloads: 0,
        deprecated_at: None,
    }
}

fn slug(text: &str) -> ModuleSlug {
    text.parse().unwrap()
}

fn second(number: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH + number.seconds()
}
