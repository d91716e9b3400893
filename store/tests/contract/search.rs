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
    db.put_document(id, node.as_object().unwrap(), &Facets::default()).unwrap();
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

pub(crate) async fn a_save_of_the_same_changes_nothing(store: &Store) {
    write(store, nodes).await;
    write(store, |db| {
        let attributes =
            json!({"platform": "debian", "text": "hello big world", "n": 5, "if": {"eth0": {"mtu": 1500}}});
        let id = put(db, "one", &attributes);
        assert_eq!(found(db, "text:hello AND n:5"), ["one"]);
        assert!(db.document(id).unwrap().unwrap().contains("hello big world"));
    })
    .await;
    assert_eq!(read(store, "text:hello").await, "one");
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

/// Names of what a reader finds.
async fn read(store: &Store, text: &'static str) -> String {
    store.chef_read(move |db| Ok(found(db, text).join(" "))).await.unwrap()
}

pub(crate) async fn a_reader_finds_what_was_kept_and_nothing_that_was_taken_back(store: &Store) {
    write(store, nodes).await;
    assert_eq!(read(store, "*:*ebia*").await, "one two");
    let refused = store.chef_write(|db| -> chef::Result<()> {
        put(db, "two", &json!({"platform": "taken back"}));
        assert_eq!(found(db, "platform:taken"), ["two"]);
        Err(chef::Error::invalid("no"))
    });
    refused.await.unwrap_err();
    // What comes next gets the numbers that were taken back.
    write(store, |db| put(db, "four", &json!({"platform": "plan9", "if": {"ether0": {"mtu": 9000}}}))).await;
    for (query, expected) in [
        ("platform:taken", ""),
        ("platform:plan9", "four"),
        ("*:*lan9", "four"),
        ("if_*_mtu:9000", "four"),
        ("platform:debian", "one"),
        ("mtu:*", "one two three four"),
    ] {
        assert_eq!(read(store, query).await, expected, "{query}");
    }
    write(store, |db| {
        put(db, "one", &json!({"platform": "plan9"}));
        let three = db.entity(ORG, Kind::Node, "three").unwrap().unwrap();
        db.remove_entity(three.id).unwrap();
    })
    .await;
    assert_eq!(read(store, "platform:*").await, "one two four");
    assert_eq!(read(store, "platform:plan9").await, "one four");
    assert_eq!(read(store, "mtu:*").await, "two four");
}

pub(crate) async fn what_others_read_meanwhile_takes_nothing_from_a_reader(store: &Store) {
    write(store, nodes).await;
    store.warm_search().await.unwrap();
    assert_eq!(read(store, "platform:*").await, "one two three");
    write(store, |db| put(db, "one", &json!({"fresh": true}))).await;
    let (others, handle) = (store.clone(), tokio::runtime::Handle::current());
    let seen = store.chef_read(move |db| {
        // From here on it sees what there is now.
        db.entity(ORG, Kind::Node, "one")?;
        handle.block_on(async {
            write(&others, |db| put(db, "one", &json!({"platform": "plan9"}))).await;
            assert_eq!(read(&others, "platform:plan9").await, "one");
            assert_eq!(read(&others, "fresh:*").await, "");
        });
        Ok((found(db, "fresh:*").join(" "), found(db, "platform:plan9").join(" ")))
    });
    assert_eq!(seen.await.unwrap(), ("one".to_owned(), String::new()));
}

pub(crate) async fn a_part_of_a_node_has_what_was_asked_for(store: &Store) {
    write(store, nodes).await;
    let part = |names: &'static [&'static str]| async move {
        let part = store.chef_read(move |db| {
            let found = db.search(ORG, Index::Node, &query::parse("name:one")?)?;
            Ok(db.node_part(found[0], names)?.unwrap())
        });
        let part = part.await.unwrap();
        assert_eq!(part.entity.name, "one");
        serde_json::from_str::<Value>(&part.json.unwrap()).unwrap()
    };
    let rest = |automatic: Value| json!({"name": "one", "chef_environment": "prod", "automatic": automatic, "run_list": ["role[web]"]});
    assert_eq!(part(&[]).await, rest(json!({})));
    assert_eq!(part(&["n", "if", "none"]).await, rest(json!({"n": 5, "if": {"eth0": {"mtu": 1500}}})));
}

pub(crate) async fn many_objects_are_found_as_one_by_one(store: &Store) {
    const COUNT: usize = 700;
    let attributes = |number: usize| {
        let own: serde_json::Map<String, Value> =
            (0..40).map(|key| (format!("k{key}"), json!(format!("{:x}", number * 7919 + key * 104_729)))).collect();
        json!({"number": number, "even": number.is_multiple_of(2), "text": format!("word{number} and more"), "own": own,
            "deep": {format!("key{}", number % 9): {"value": number % 13}}})
    };
    write(store, move |db| {
        for number in 0..COUNT {
            put(db, &format!("node{number}"), &attributes(number));
        }
    })
    .await;
    let names = |takes: &dyn Fn(usize) -> bool| -> String {
        (0..COUNT).filter(|number| takes(*number)).map(|number| format!("node{number}")).collect::<Vec<_>>().join(" ")
    };
    let holds = |number: usize, takes: &dyn Fn(&str) -> bool| {
        attributes(number)["own"].as_object().unwrap().values().any(|value| takes(value.as_str().unwrap()))
    };
    assert_eq!(read(store, "own_k3:*7*").await, names(&|number| holds_at(&attributes(number), "k3", "7")));
    assert_eq!(read(store, "own:k7").await, names(&|_| true));
    assert_eq!(read(store, "*:*4c2*").await, names(&|number| holds(number, &|value| value.contains("4c2"))));
    assert_eq!(read(store, "*:*zz*").await, "");
    assert_eq!(read(store, "*:*4c*").await, names(&|number| holds(number, &|value| value.contains("4c"))));
    assert_eq!(read(store, "number:*4*").await, names(&|number| number.to_string().contains('4')));
    assert_eq!(read(store, "word5").await, "node5");
    assert_eq!(read(store, "*:word5").await, "node5");
    assert_eq!(read(store, "more AND even:true").await, names(&|number| number.is_multiple_of(2)));
    assert_eq!(read(store, "deep_*5_value:3").await, names(&|number| number % 9 == 5 && number % 13 == 3));
    assert_eq!(read(store, "value:[10 TO 12]").await, names(&|number| (10..=12).contains(&(number % 13))));
    assert_eq!(read(store, "number:69?").await, names(&|number| (690..700).contains(&number)));
    assert_eq!(read(store, "text:word69*").await, names(&|number| number == 69 || (690..700).contains(&number)));
}

fn holds_at(attributes: &Value, key: &str, part: &str) -> bool {
    attributes["own"][key].as_str().unwrap().contains(part)
}
