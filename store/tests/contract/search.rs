//! Promises of search: exact, and in the very next transaction.

use chef::node::Facets;
use chef::records::{Changes, Records};
use chef::search::{Index, query};
use chef::{EntityId, Kind, OrgId};
use serde_json::{Value, json};
use store::{Store, Transaction};

const ORG: OrgId = OrgId(1);

async fn write<T: Send + 'static>(store: &Store, work: impl FnOnce(&Transaction<'_>) -> T + Send + 'static) -> T {
    store.chef_write(|db| Ok(work(db))).await.unwrap()
}

fn put(db: &Transaction<'_>, name: &str, attributes: &Value) -> EntityId {
    let id = db.entity(ORG, Kind::Node, name).unwrap().map(|entity| entity.id);
    let id = id.unwrap_or_else(|| db.add_entity(ORG, Kind::Node, name).unwrap().unwrap().id);
    let node = json!({"name": name, "chef_environment": "prod", "automatic": attributes, "run_list": ["role[web]"]});
    db.put_document(id, &node.to_string(), &Facets::default()).unwrap();
    id
}

fn found(db: &Transaction<'_>, text: &str) -> Vec<String> {
    let found = db.search(ORG, Index::Node, &query::parse(text).unwrap()).unwrap();
    found.into_iter().map(|found| db.hit(Index::Node, found).unwrap().unwrap().entity.name).collect()
}

/// Three nodes to look for.
fn nodes(db: &Transaction<'_>) {
    put(db, "one", &json!({"platform": "debian", "text": "hello big world", "n": 5, "if": {"eth0": {"mtu": 1500}}}));
    put(db, "two", &json!({"platform": "Debian", "text": "hello-world", "n": 50, "if": {"eth1": {"mtu": 1500}}}));
    put(
        db,
        "three",
        &json!({"platform": "redhat", "text": "x*y", "n": 7, "if": {"lo": {"mtu": 65536}}, "nothing": null}),
    );
}

pub(crate) async fn every_form_of_query_is_exact(store: &Store) {
    write(store, |db| {
        nodes(db);
        for (query, expected) in [
            ("*:*", "one two three"),
            ("name:one", "one"),
            ("platform:debian", "one"),
            ("platform:*ebian", "one two"),
            ("platform:d?bian", "one"),
            ("platform:r*", "three"),
            ("*:redhat", "three"),
            ("redhat", "three"),
            ("world", "one"),
            ("text:hello", "one"),
            ("text:world", ""),
            ("text:\"hello big\"", "one"),
            ("text:hello-world", "two"),
            ("text:hello-*", "two"),
            ("text:x\\*y", "three"),
            ("if_eth0_mtu:1500", "one"),
            ("if_*_mtu:1500", "one two"),
            ("*_mtu:65*", "three"),
            ("mtu:1500", "one two"),
            ("if:eth1", "two"),
            ("nothing:*", "three"),
            ("n:[5 TO 6]", "one two"),
            ("n:{5 TO 7}", "two"),
            ("n:[7 TO *]", "three"),
            ("n:{* TO 5]", ""),
            ("platform:debian~", "one two"),
            ("NOT platform:debian", "two three"),
            ("mtu:1500 AND NOT platform:debian", "two"),
            ("platform:debian OR platform:redhat", "one three"),
            ("platform:(debian redhat)", "one three"),
            ("role:web AND chef_environment:prod", "one two three"),
            ("X_CHEF_type_CHEF_X:node", "one two three"),
            ("platform:nowhere", ""),
        ] {
            match query::parse(query) {
                Ok(_) => assert_eq!(found(db, query).join(" "), expected, "{query}"),
                Err(_) => assert_eq!(expected, "", "{query}"),
            }
        }
    })
    .await;
}

pub(crate) async fn a_save_is_seen_at_once_and_leaves_nothing_behind(store: &Store) {
    write(store, |db| {
        nodes(db);
        put(db, "one", &json!({"platform": "ubuntu", "n": 5}));
        assert_eq!(found(db, "platform:ubuntu"), ["one"]);
        assert_eq!(found(db, "platform:debian"), Vec::<String>::new());
        assert_eq!(found(db, "text:*"), ["two", "three"]);
        assert_eq!(found(db, "n:5"), ["one"]);
        let two = db.entity(ORG, Kind::Node, "two").unwrap().unwrap();
        db.remove_entity(two.id).unwrap();
        assert_eq!(found(db, "*:*"), ["one", "three"]);
        assert_eq!(found(db, "text:*"), ["three"]);
    })
    .await;
}

pub(crate) async fn items_are_found_in_their_bag_only(store: &Store) {
    write(store, |db| {
        let bags: Vec<EntityId> =
            ["a", "b"].iter().map(|name| db.add_entity(ORG, Kind::DataBag, name).unwrap().unwrap().id).collect();
        for bag in &bags {
            db.add_item(*bag, "x", r#"{"id": "x", "ssh": {"key": "k"}}"#).unwrap();
        }
        let count = |bag: EntityId, text: &str| {
            db.search(ORG, Index::DataBag(bag), &query::parse(text).unwrap()).unwrap().len()
        };
        assert_eq!(count(bags[0], "ssh_key:k"), 1);
        db.put_item(bags[0], "x", r#"{"id": "x"}"#).unwrap();
        assert_eq!((count(bags[0], "ssh_key:*"), count(bags[1], "ssh_key:*")), (0, 1));
        assert_eq!(count(bags[0], "data_bag:a"), 1);
        db.remove_item(bags[0], "x").unwrap();
        assert_eq!(count(bags[0], "*:*"), 0);
        db.remove_entity(bags[1]).unwrap();
        assert_eq!(count(bags[1], "*:*"), 0);
        assert_eq!(found(db, "*:*"), Vec::<String>::new());
    })
    .await;
}
