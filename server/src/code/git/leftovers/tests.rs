use std::os::unix::process::CommandExt;
use std::process::Command;

use super::*;

#[test]
fn a_call_that_outlived_its_server_is_ended() {
    let folder = tempfile::tempdir().unwrap();
    let mark = Mark::set(folder.path()).unwrap();
    let mut command = Command::new("sleep");
    command.arg("600").process_group(0).stdin(mark.stdin().unwrap());
    let mut child = command.spawn().unwrap();
    drop(command);
    mark.name(child.id()).unwrap();
    // As when the server is killed: its file is closed, and stays where it is.
    let path = mark.path.clone();
    let copy = folder.path().join("1-1.call");
    fs::hard_link(&path, &copy).unwrap();
    drop(mark);
    let began = Instant::now();
    end_strays(folder.path()).unwrap();
    assert!(!child.wait().unwrap().success());
    assert!(began.elapsed() < PATIENCE);

    // One that has ended by itself: the number is somebody else's by now.
    fs::write(&copy, std::process::id().to_string()).unwrap();
    end_strays(folder.path()).unwrap();
}

#[test]
fn locks_and_halves_of_objects_go_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let cache = folder.path().join("a.git");
    let gone = ["packed-refs.lock", "refs/heads/main.lock", "objects/pack/tmp_pack_x", "objects/pack/.tmp-1-pack-x"];
    let stays = ["refs/heads/tmp_branch", "refs/heads/objects/tmp_x", "objects/pack/pack-1.pack"];
    for name in gone.iter().chain(&stays) {
        fs::create_dir_all(cache.join(name).parent().unwrap()).unwrap();
        fs::write(cache.join(name), "").unwrap();
    }
    clear(folder.path());
    assert!(gone.iter().all(|name| !cache.join(name).exists()));
    assert!(stays.iter().all(|name| cache.join(name).exists()));
}
