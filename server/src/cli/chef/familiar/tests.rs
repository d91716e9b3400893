use std::ffi::OsString;

use super::translated;

fn written(line: &str) -> String {
    let arguments = line.split(' ').map(OsString::from).collect();
    let words: Vec<String> = translated(arguments).iter().map(|word| word.to_string_lossy().into_owned()).collect();
    words.join(" ")
}

#[test]
fn names_of_chef_server_ctl_are_known() {
    assert_eq!(written("qm chef org-create acme Acme"), "qm chef org create acme Acme");
    assert_eq!(written("qm --json chef password alice"), "qm --json chef user password alice");
    assert_eq!(written("qm chef add-client-key acme web01 -k two"), "qm chef key add --org acme web01 -k two");
    assert_eq!(written("qm chef add-client-key --help"), "qm chef key add --help");
    assert_eq!(written("qm chef list-user-keys alice"), "qm chef key list alice");
}

#[test]
fn other_words_stay() {
    for line in ["qm", "qm chef", "qm chef org create password x", "qm node show password", "qm chef user list"] {
        assert_eq!(written(line), line);
    }
}
