use std::path::Path;

use super::*;

fn texts(names: &[Arc<str>]) -> Vec<&str> {
    names.iter().map(|name| &**name).collect()
}

#[test]
fn classic_types() {
    let source = "
      Puppet::Type.newtype(:thing) do
        ensurable
        newparam(:path, namevar: true) do
          desc 'x'
        end
        newparam :force, boolean: true
        # newparam(:never)
        newproperty(:mode) { }
      end";
    let thing = read("thing", source);
    assert_eq!(texts(&thing.namevars), ["path"]);
    assert_eq!(texts(thing.parameters.as_ref().unwrap()), ["path", "force", "mode", "ensure"]);
    assert!(thing.isomorphic);
}

#[test]
fn name_is_the_name_unless_another_is() {
    assert_eq!(texts(&read("t", "newparam(:name)\nnewproperty(:x)").namevars), ["name"]);
    assert_eq!(texts(&read("t", "newparam(:name)\nnewparam(:x) { isnamevar }").namevars), ["x"]);
    assert_eq!(texts(&read("t", "newproperty(:x)").namevars), ["name"]);
}

#[test]
fn what_is_not_plain_is_unknown() {
    assert_eq!(read("t", "%w[a b].each { |x| newparam(x.to_sym) }").parameters, None);
    assert_eq!(read("t", "newparam(:a)\n  apply_to_all\n").parameters, None);
}

#[test]
fn resource_api() {
    let source = "
      Puppet::ResourceApi.register_type(
        name: 'thing',
        attributes: {
          ensure: {
            type: 'Enum[present, absent]',
          },
          path: {
            type: 'String',
            behaviour: :namevar,
          },
        },
      )";
    let thing = read("thing", source);
    assert_eq!(texts(&thing.namevars), ["path"]);
    assert_eq!(texts(thing.parameters.as_ref().unwrap()), ["ensure", "path"]);
}

#[test]
fn packaged_types_are_read() {
    let modules = Path::new("/usr/share/puppet/modules");
    let Ok(source) = std::fs::read_to_string(modules.join("concat/lib/puppet/type/concat_file.rb")) else {
        eprintln!("skipped: the packaged module concat is not there");
        return;
    };
    let found = read("concat_file", &source);
    assert_eq!(texts(&found.namevars), ["path"]);
    for name in ["tag", "order", "show_diff", "ensure_newline"] {
        assert!(found.parameters.as_ref().unwrap().iter().any(|known| &**known == name), "{name}");
    }
}
