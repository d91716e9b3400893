use super::*;

#[test]
fn every_type_of_the_original_is_there() {
    for name in [
        "exec",
        "file",
        "filebucket",
        "group",
        "notify",
        "package",
        "resources",
        "schedule",
        "service",
        "stage",
        "tidy",
        "user",
    ] {
        let of = builtin(name).unwrap_or_else(|| panic!("no type {name}"));
        assert!(!of.namevars.is_empty(), "{name} has no name variable");
    }
    assert!(builtin("nosuch").is_none());
}

#[test]
fn every_pattern_of_the_data_is_read() {
    let written = include_str!("builtin.txt").lines().filter(|line| line.starts_with("title ")).count();
    let types = read(include_str!("builtin.txt"));
    assert_eq!(types.values().map(|of| of.title_patterns.len()).sum::<usize>(), written);
}

#[test]
fn a_path_loses_slashes_at_its_end() {
    let file = builtin("file").unwrap();
    assert_eq!(file.parse_title("/a/"), Some(vec![("path".into(), "/a".into())]));
    assert_eq!(file.parse_title("/"), Some(vec![("path".into(), "/".into())]));
}

#[test]
fn a_type_as_it_is_generated() {
    let text = "# This file was automatically generated\nPuppet::Resource::ResourceType3.new(\n  'test3',\n  [\n    # Docs\n    \
                Puppet::Resource::Param(Any, 'message')\n  ],\n  [\n    Puppet::Resource::Param(Any, 'a', true),\n    \
                Puppet::Resource::Param(Any, 'b', true),\n    Puppet::Resource::Param(Enum['x', 'y'], 'c')\n  ],\n  {\n    \
                /(?m-ix:^(.*)\\/(.*)$)/ => ['a', 'b']\n  },\n  false,\n  false)\n";
    let source = Arc::new(syntax::source::Source::new("/ENV/.resource_types/test3.pp", text));
    let program = syntax::parse(source, &syntax::Options::default()).unwrap().program;
    let of = ResourceType::read_generated(&program).unwrap();
    assert_eq!(of.namevars.iter().map(|name| &**name).collect::<Vec<_>>(), ["a", "b"]);
    assert!(of.takes("message") && of.takes("c") && !of.takes("d") && !of.isomorphic);
    assert_eq!(of.parse_title("x/y"), Some(vec![("a".into(), "x".into()), ("b".into(), "y".into())]));
    assert_eq!(of.parse_title("xy"), None);
}

#[test]
fn parameters_that_a_type_has() {
    let file = builtin("file").unwrap();
    assert!(file.takes("mode") && file.takes("path"));
    assert!(!file.takes("nosuch"));
    assert!(!builtin("exec").unwrap().isomorphic);
}
