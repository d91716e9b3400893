//! Promises of the transactions that `chef` works on.

use chef::key::Key;
use chef::node::Facets;
use chef::records::{Changes, Records};
use chef::user::Profile;
use chef::{
    Caller, Entity, Error, Kind, OrgId, Permission, Result, acl, association, authorization, organization, readers,
};
use jiff::Timestamp;
use store::{Store, Transaction};

async fn write<T: Send + 'static>(
    store: &Store,
    work: impl FnOnce(&Transaction<'_>) -> Result<T> + Send + 'static,
) -> T {
    store.chef_write(work).await.unwrap()
}

fn user(db: &Transaction<'_>, name: &str) -> Entity {
    db.add_entity(OrgId::GLOBAL, Kind::User, name).unwrap().unwrap()
}

fn made(db: &Transaction<'_>, org: OrgId, kind: Kind, name: &str) -> Entity {
    db.add_entity(org, kind, name).unwrap().unwrap()
}

pub(crate) async fn names_are_unique_among_a_kind(store: &Store) {
    write(store, |db| {
        let first = made(db, OrgId(1), Kind::Node, "a");
        assert_eq!(db.add_entity(OrgId(1), Kind::Node, "a")?, None);
        assert_ne!(made(db, OrgId(2), Kind::Node, "a").id, first.id);
        let role = made(db, OrgId(1), Kind::Role, "a");
        made(db, OrgId(1), Kind::Role, "b");
        assert!(!db.rename_entity(role.id, "b")?);
        assert!(db.rename_entity(role.id, "c")?);
        let names: Vec<String> = db.entities(OrgId(1), Kind::Role)?.into_iter().map(|role| role.name).collect();
        assert_eq!(names, ["b", "c"]);
        Ok(())
    })
    .await;
}

pub(crate) async fn rows_are_never_given_twice(store: &Store) {
    write(store, |db| {
        let first = made(db, OrgId(1), Kind::Node, "a");
        db.remove_entity(first.id)?;
        assert!(made(db, OrgId(1), Kind::Node, "a").id > first.id);
        Ok(())
    })
    .await;
}

pub(crate) async fn what_is_refused_leaves_nothing(store: &Store) {
    let refused = store.chef_write(|db| {
        made(db, OrgId(1), Kind::Node, "a");
        Err::<(), _>(Error::forbidden("no"))
    });
    assert!(matches!(refused.await, Err(Error::Forbidden(message)) if message.text == "no"));
    let found = store.chef_read(|db| db.entity(OrgId(1), Kind::Node, "a"));
    assert_eq!(found.await.unwrap(), None);
}

pub(crate) async fn groups_give_permissions_however_deep(store: &Store) {
    write(store, |db| {
        let (me, node) = (user(db, "me"), made(db, OrgId(1), Kind::Node, "n"));
        let groups = ["a", "b", "c"].map(|name| made(db, OrgId(1), Kind::Group, name));
        db.set_ace(node.id, Permission::Read, &[groups[0].id])?;
        db.add_member(groups[0].id, groups[1].id)?;
        db.add_member(groups[1].id, groups[2].id)?;
        assert!(!db.permitted(me.id, node.id, Permission::Read)?);
        db.add_member(groups[2].id, me.id)?;
        assert!(db.permitted(me.id, node.id, Permission::Read)?);
        assert!(!db.permitted(me.id, node.id, Permission::Update)?);
        assert!(db.is_member(me.id, groups[0].id)?);
        assert!(!db.is_member(groups[0].id, groups[2].id)?);
        // A circle is no trap.
        db.add_member(groups[2].id, groups[0].id)?;
        assert!(db.permitted(me.id, node.id, Permission::Read)?);
        db.remove_member(groups[2].id, me.id)?;
        assert!(!db.permitted(me.id, node.id, Permission::Read)?);
        Ok(())
    })
    .await;
}

pub(crate) async fn lists_are_replaced_extended_and_copied(store: &Store) {
    write(store, |db| {
        let (a, b) = (user(db, "a"), user(db, "b"));
        let (from, to) = (made(db, OrgId(1), Kind::Container, "nodes"), made(db, OrgId(1), Kind::Node, "n"));
        let names = |on: &Entity| -> Vec<String> {
            db.ace(on.id, Permission::Read).unwrap().into_iter().map(|one| one.name).collect()
        };
        db.extend_ace(from.id, Permission::Read, &[b.id, a.id, b.id])?;
        assert_eq!(names(&from), ["a", "b"]);
        db.extend_ace(to.id, Permission::Read, &[a.id])?;
        db.copy_acl(from.id, to.id)?;
        assert_eq!(names(&to), ["a", "b"]);
        db.set_ace(from.id, Permission::Read, &[b.id])?;
        assert_eq!((names(&from), names(&to)), (vec!["b".to_owned()], vec!["a".to_owned(), "b".to_owned()]));
        db.remove_from_ace(to.id, Permission::Read, b.id)?;
        db.remove_entity(b.id)?;
        assert_eq!((names(&from).len(), names(&to)), (0, vec!["a".to_owned()]));
        Ok(())
    })
    .await;
}

pub(crate) async fn profiles_and_keys_come_back(store: &Store) {
    write(store, |db| {
        let (a, b) = (user(db, "a"), user(db, "b"));
        let mut profile = Profile { email: Some("A@x.org".to_owned()), recovery: true, ..Profile::default() };
        profile.personal.insert("city".to_owned(), "Ur".into());
        assert!(db.put_profile(a.id, &profile)?);
        assert_eq!(db.profile(a.id)?, Some(profile));
        assert_eq!(db.users_by_email("a@X.org")?, ["a"]);
        let same = Profile { email: Some("a@x.ORG".to_owned()), ..Profile::default() };
        assert!(!db.put_profile(b.id, &same)?);
        assert!(db.put_profile(b.id, &Profile::default())?);

        let end: Timestamp = "2049-12-24T21:00:00Z".parse().unwrap();
        let key = Key { name: "k".to_owned(), public_key: "pem".to_owned(), expires_at: Some(end) };
        assert!(db.add_key(a.id, &key)?);
        assert!(!db.add_key(a.id, &key)?);
        assert!(db.add_key(a.id, &Key::default_with("pem"))?);
        assert!(!db.replace_key(a.id, "k", &Key::default_with("pem"))?);
        let renamed = Key { name: "l".to_owned(), ..key };
        assert!(db.replace_key(a.id, "k", &renamed)?);
        assert_eq!(db.keys(a.id)?, [Key::default_with("pem"), renamed.clone()]);
        assert_eq!(db.key(a.id, "l")?, Some(renamed));
        db.remove_key(a.id, "l")?;
        assert_eq!(db.key(a.id, "l")?, None);
        Ok(())
    })
    .await;
}

pub(crate) async fn an_organization_comes_and_goes_whole(store: &Store) {
    write(store, |db| {
        let pivotal = organization::found_server(db, "pem")?;
        let made_one = organization::create(db, pivotal.id, "o", "O!", "pem")?.unwrap();
        assert_eq!(organization::create(db, pivotal.id, "o", "O!", "pem")?, None);
        assert_eq!(db.organization("o")?.as_ref(), Some(&made_one));
        assert_eq!(db.entities(made_one.id, Kind::Container)?.len(), 12);
        let validator = db.entity(made_one.id, Kind::Client, "o-validator")?.unwrap();
        assert_eq!(db.is_validator(validator.id)?, Some(true));
        assert!(!db.permitted(validator.id, validator.id, Permission::Read)?);
        let nodes = db.entity(made_one.id, Kind::Container, "nodes")?.unwrap();
        assert!(db.permitted(validator.id, nodes.id, Permission::Create)?);
        assert!(!db.permitted(validator.id, nodes.id, Permission::Update)?);
        assert!(db.permitted(pivotal.id, nodes.id, Permission::Grant)?);

        let me = user(db, "me");
        assert!(db.associate(me.id, made_one.id, Timestamp::UNIX_EPOCH)?);
        assert!(!db.associate(me.id, made_one.id, Timestamp::UNIX_EPOCH)?);
        assert_eq!(db.associated(made_one.id)?, ["me"]);
        assert_eq!(db.organizations_of(me.id)?, std::slice::from_ref(&made_one));
        let invitation = db.invite(pivotal.id, made_one.id, me.id, Timestamp::UNIX_EPOCH)?.unwrap();
        assert_eq!(db.invite(pivotal.id, made_one.id, me.id, Timestamp::UNIX_EPOCH)?, None);
        assert_eq!(db.invitation(&invitation.id)?.as_ref(), Some(&invitation));
        assert_eq!(db.invitations_of(pivotal.id)?, std::slice::from_ref(&invitation));
        assert_eq!(db.invitations_to(made_one.id)?, std::slice::from_ref(&invitation));

        organization::remove(db, &made_one)?;
        assert_eq!(db.organization("o")?, None);
        assert_eq!(db.entity(made_one.id, Kind::Client, "o-validator")?, None);
        let groups: Vec<String> =
            db.entities(OrgId::GLOBAL, Kind::Group)?.into_iter().map(|group| group.name).collect();
        assert_eq!(groups, ["server-admins"]);
        assert_eq!((db.organizations_of(me.id)?.len(), db.invitation(&invitation.id)?), (0, None));
        Ok(())
    })
    .await;
}

pub(crate) async fn lists_are_put_by_name(store: &Store) {
    write(store, |db| {
        let pivotal = organization::found_server(db, "pem")?;
        let here = organization::create(db, pivotal.id, "here", "Here", "pem")?.unwrap();
        organization::create(db, pivotal.id, "there", "There", "pem")?.unwrap();
        let node = made(db, here.id, Kind::Node, "n");
        let (inside, outside) = (user(db, "inside"), user(db, "outside"));
        association::join(db, &here, &inside, None, Timestamp::UNIX_EPOCH)?;
        let put = |body: &str, permission| {
            let list = acl::parse(body.as_bytes(), permission)?;
            acl::put(db, here.id, node.id, &list)?;
            Ok::<_, Error>(acl::json(db, here.id, node.id, true)?[permission.as_str()].to_string())
        };
        let refused = |body: &str| put(body, Permission::Read).unwrap_err().to_string();

        let whole = r#"{"read": {"actors": ["inside", "pivotal", "here-validator"],
                                 "groups": ["there::admins", "users", "::server-admins"]}}"#;
        assert_eq!(
            put(whole, Permission::Read)?,
            r#"{"actors":[],"users":["inside","pivotal"],"clients":["here-validator"],"groups":["::server-admins","there::admins","users"]}"#
        );
        assert!(db.permitted(inside.id, node.id, Permission::Read)?);
        assert!(!db.permitted(outside.id, node.id, Permission::Read)?);
        assert_eq!(
            refused(r#"{"read": {"actors": ["outside", "nobody"], "groups": []}}"#),
            "The actor(s) 'outside', 'nobody' do not exist in this organization as clients or users."
        );
        assert_eq!(
            refused(r#"{"read": {"actors": ["there::inside"], "groups": []}}"#),
            "Scoped actor names are not allowed in this context: 'there::inside'"
        );
        assert_eq!(
            refused(r#"{"read": {"actors": [], "groups": ["nobody", "users"]}}"#),
            "The group(s) 'nobody' do not exist in this organization."
        );
        made(db, here.id, Kind::Client, "inside");
        let ambiguous = put(r#"{"read": {"actors": ["inside"], "groups": []}}"#, Permission::Read);
        assert!(matches!(ambiguous, Err(Error::Ambiguous(_))));
        put(r#"{"read": {"actors": [], "users": ["inside"], "clients": ["inside"], "groups": []}}"#, Permission::Read)?;

        let caller = |entity: &Entity| Caller { entity: entity.clone(), key: None };
        put(r#"{"grant": {"actors": [], "groups": ["admins"]}}"#, Permission::Grant)?;
        let without = acl::parse(br#"{"grant": {"actors": [], "groups": []}}"#, Permission::Grant)?;
        let kept = acl::keeps_administrators(db, &caller(&inside), node.id, &without).unwrap_err();
        assert_eq!(kept.to_string(), "Admin group cannot be removed from the Grant ACE");
        acl::keeps_administrators(db, &caller(&pivotal), node.id, &without)
    })
    .await;
}

pub(crate) async fn who_leaves_an_organization_keeps_nothing(store: &Store) {
    write(store, |db| {
        let pivotal = organization::found_server(db, "pem")?;
        let org = organization::create(db, pivotal.id, "o", "O", "pem")?.unwrap();
        let me = user(db, "me");
        association::join(db, &org, &me, None, Timestamp::UNIX_EPOCH)?;
        let again = association::join(db, &org, &me, None, Timestamp::UNIX_EPOCH).unwrap_err();
        assert_eq!(again.to_string(), "The association already exists.");
        let nodes = db.entity(org.id, Kind::Container, "nodes")?.unwrap();
        assert!(db.permitted(me.id, nodes.id, Permission::Create)?);
        let admins = db.entity(org.id, Kind::Group, "admins")?.unwrap();
        db.add_member(admins.id, me.id)?;
        assert!(association::leave(db, &org, &me).unwrap_err().to_string().starts_with("Please remove me from"));
        db.remove_member(admins.id, me.id)?;
        association::leave(db, &org, &me)?;
        assert!(!db.permitted(me.id, nodes.id, Permission::Create)?);
        assert!(!db.is_associated(me.id, org.id)?);
        // An inviter who may not make groups may let nobody in.
        let refused = association::join(db, &org, &me, Some(me.id), Timestamp::UNIX_EPOCH).unwrap_err();
        assert!(refused.to_string().starts_with("This invitation is no longer valid."));
        assert!(!db.is_associated(me.id, org.id)?);
        Ok(())
    })
    .await;
}

pub(crate) async fn readers_read_all_and_change_nothing(store: &Store) {
    write(store, |db| {
        let pivotal = organization::found_server(db, "pem")?;
        let org = organization::create(db, pivotal.id, "o", "O", "pem")?.unwrap();
        let other = organization::create(db, pivotal.id, "p", "P", "pem")?.unwrap();
        let kinds = Kind::ALL.into_iter().filter(|kind| !matches!(kind, Kind::Organization | Kind::User));
        let make = |name: &str| -> Result<()> {
            for kind in kinds.clone().filter(|kind| *kind != Kind::Container) {
                authorization::make(db, None, org.id, kind, name)?.unwrap();
            }
            Ok(())
        };
        make("before")?;
        let ann = user(db, "ann");
        let robot = authorization::make(db, None, org.id, Kind::Client, "robot")?.unwrap();
        organization::join_clients(db, &robot, false)?;
        association::join(db, &org, &ann, None, Timestamp::UNIX_EPOCH)?;
        readers::admit(db, &org, &ann, Timestamp::UNIX_EPOCH)?;
        readers::admit(db, &org, &robot, Timestamp::UNIX_EPOCH)?;
        readers::admit(db, &org, &ann, Timestamp::UNIX_EPOCH)?;
        make("after")?;
        for reader in [&ann, &robot] {
            for kind in kinds.clone() {
                for entity in db.entities(org.id, kind)?.into_iter().filter(|entity| entity.id != reader.id) {
                    let (name, kind) = (&entity.name, kind.as_str());
                    assert!(db.permitted(reader.id, entity.id, Permission::Read)?, "{kind} {name}");
                    for change in [Permission::Create, Permission::Update, Permission::Delete, Permission::Grant] {
                        assert!(!db.permitted(reader.id, entity.id, change)?, "{kind} {name} {change:?}");
                    }
                }
                for entity in db.entities(other.id, kind)? {
                    assert!(!db.permitted(reader.id, entity.id, Permission::Read)?, "another organization");
                }
            }
            assert!(db.permitted(reader.id, org.entity.id, Permission::Read)?);
            assert!(!db.permitted(reader.id, org.entity.id, Permission::Update)?);
        }
        // A user who never was in the organization joins it; who leaves it keeps nothing.
        let new = user(db, "new");
        readers::admit(db, &org, &new, Timestamp::UNIX_EPOCH)?;
        let nodes = db.entity(org.id, Kind::Container, "nodes")?.unwrap();
        assert!(db.is_associated(new.id, org.id)? && db.permitted(new.id, nodes.id, Permission::Read)?);
        association::leave(db, &org, &new)?;
        assert!(!db.permitted(new.id, nodes.id, Permission::Read)?);
        Ok(())
    })
    .await;
}

pub(crate) async fn documents_come_back_as_they_were_put(store: &Store) {
    write(store, |db| {
        let (node, bag) = (made(db, OrgId(1), Kind::Node, "n"), made(db, OrgId(1), Kind::DataBag, "b"));
        let in_production = Facets { environment: Some("production".to_owned()), ..Facets::default() };
        let document = chef::json::object(br#"{"z": 1.0, "a": {"b": 2}}"#)?;
        assert_eq!(db.put_document(node.id, &document, &in_production)?, r#"{"z":1.0,"a":{"b":2}}"#);
        assert_eq!(db.document(node.id)?.as_deref(), Some(r#"{"z":1.0,"a":{"b":2}}"#));
        assert_eq!(db.nodes_in(OrgId(1), "production")?, ["n"]);
        assert!(db.nodes_in(OrgId(2), "production")?.is_empty());
        db.put_document(node.id, &chef::json::Object::new(), &Facets::default())?;
        assert!(db.nodes_in(OrgId(1), "production")?.is_empty());
        assert_eq!(db.count_nodes()?, 1);

        assert!(db.add_item(bag.id, "i", "{}")?);
        assert!(!db.add_item(bag.id, "i", "{}")?);
        db.put_item(bag.id, "i", r#"{"id":"i"}"#)?;
        assert_eq!(
            (db.items(bag.id)?, db.item(bag.id, "i")?.as_deref()),
            (vec!["i".to_owned()], Some(r#"{"id":"i"}"#))
        );
        db.remove_item(bag.id, "i")?;
        assert_eq!(db.item(bag.id, "i")?, None);
        assert!(db.add_item(bag.id, "j", "{}")?);
        for gone in [node.id, bag.id] {
            db.remove_entity(gone)?;
        }
        assert_eq!((db.document(node.id)?, db.items(bag.id)?.len(), db.count_nodes()?), (None, 0, 0));
        Ok(())
    })
    .await;
}
