use super::*;
use crate::disk::memory::Memory;

fn expand(pattern: &str) -> Vec<String> {
    let disk = Memory::of(&[
        ("/d/a.yaml", ""),
        ("/d/b.yaml", ""),
        ("/d/.hidden.yaml", ""),
        ("/d/sub/a.yaml", ""),
        ("/d/sub/deep/c.yaml", ""),
        ("/d/.git/x.yaml", ""),
    ]);
    on_disk(&disk, pattern)
}

#[test]
fn names_and_folders() {
    assert_eq!(expand("/d/*.yaml"), ["/d/a.yaml", "/d/b.yaml"]);
    assert_eq!(expand("/d/*/a.yaml"), ["/d/sub/a.yaml"]);
    assert_eq!(expand("/d/a.yaml"), ["/d/a.yaml"]);
    assert!(expand("/d/none.yaml").is_empty());
    assert!(expand("/nowhere/*").is_empty());
}

#[test]
fn any_depth() {
    assert_eq!(expand("/d/**/*.yaml"), ["/d/a.yaml", "/d/b.yaml", "/d/sub/a.yaml", "/d/sub/deep/c.yaml"]);
}

#[test]
fn braces() {
    assert_eq!(expand("/d/{a,b,{sub/a,x}}.yaml"), ["/d/a.yaml", "/d/b.yaml", "/d/sub/a.yaml"]);
}

#[test]
fn fixed_parts() {
    assert_eq!(fixed_part("/d/x/*.yaml"), "/d/x");
    assert_eq!(fixed_part("/d/x/a.yaml"), "/d/x/a.yaml");
    assert_eq!(fixed_part("/d/x{a,b}/c"), "/d");
}
