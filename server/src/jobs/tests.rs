use std::fs;
use std::sync::Arc;

use actix_web::web::Data;
use arc_swap::ArcSwap;
use certs::{KeyKind, PrivateKey, Submission, pem};

use super::reload;
use crate::app::App;
use crate::chef;
use crate::clock;
use crate::code_manager::ledger::Ledger;
use crate::config::{Config, Flags};
use crate::data_dir::DataDir;
use crate::founding::{self, KeyRace};
use crate::guard::Guard;
use crate::metrics::Metrics;
use crate::rooms::Rooms;

async fn app(flags: &Flags) -> Data<App> {
    let config = Arc::new(Config::load(flags, std::iter::empty()).unwrap());
    let data = DataDir::open(&config.data_dir).unwrap();
    let metrics = Metrics::new().unwrap();
    let rooms = Rooms::open(config.clone(), metrics.clone()).await.unwrap();
    let (ledger, mode) = (Arc::new(rooms.store.clone()), rooms.autosign.clone());
    let race = Some(KeyRace::begin(config.ca.key));
    let authority = founding::authority(&config, mode, data.root(), race, ledger, &metrics).await.unwrap();
    let authority = Arc::new(authority);
    let guard = ArcSwap::from_pointee(Guard::new(&config.authorization, &config.admin_certnames).unwrap());
    let kitchen = chef::founding::open(data.root(), &rooms.store, "default", None).await.unwrap();
    let counter = crate::forge::Counter::open(&rooms).unwrap();
    Data::new(App {
        rooms: Arc::new(rooms.with(authority.clone(), None)),
        authority,
        guard,
        kitchen,
        counter,
        deploys: Ledger::default(),
    })
}

/// Hands a request in as the handler does; whether it was signed unasked.
async fn signs(app: &Data<App>, name: &str) -> bool {
    let request = PrivateKey::generate(KeyKind::P256).unwrap().request(name, &[]).unwrap();
    app.follow_autosign_file();
    let body = pem::encode(pem::REQUEST, &request);
    matches!(app.authority.submit(name, body.as_bytes(), clock::now()).await, Ok(Submission::Signed(_)))
}

#[actix_web::test]
async fn autosigning_that_was_turned_off_stays_off() {
    let folder = tempfile::tempdir().unwrap();
    let (file, list) = (folder.path().join("qm.toml"), folder.path().join("list"));
    let policy = folder.path().join("policy");
    fs::write(&list, "*.lab.test\n").unwrap();
    fs::write(&policy, "#!/bin/sh\nexec cat > /dev/null\n").unwrap();
    fs::set_permissions(&policy, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let write = |autosign: &str| {
        let data = folder.path().join("data");
        let text = format!(
            "data_dir = {data:?}\ncertname = \"puppet.lab.test\"\nautosign = {autosign:?}\n[ca]\nkey = \"p256\"\n"
        );
        fs::write(&file, text).unwrap();
    };
    let flags = Flags { file: Some(file.clone()), settings: Vec::new() };

    write(list.to_str().unwrap());
    let app = app(&flags).await;
    assert!(signs(&app, "a.lab.test").await);
    write("false");
    reload(&app, &flags);
    assert!(!signs(&app, "b.lab.test").await, "the list of before does not come back");
    write(list.to_str().unwrap());
    reload(&app, &flags);
    fs::write(&list, "d.lab.test\n").unwrap();
    assert!(!signs(&app, "c.lab.test").await && signs(&app, "d.lab.test").await, "the list is followed again");
    write(policy.to_str().unwrap());
    reload(&app, &flags);
    assert!(signs(&app, "e.lab.test").await, "an executable can be set by a reload too");
}
