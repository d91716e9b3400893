use std::sync::Arc;

use super::read;

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
    let thing = read("thing", "t.rb", source);
    assert_eq!(texts(&thing.namevars), ["path"]);
    assert_eq!(texts(thing.parameters.as_ref().unwrap()), ["path", "force", "mode", "ensure"]);
    assert!(thing.isomorphic);
}

#[test]
fn a_parameter_name_always_names() {
    assert_eq!(texts(&read("t", "t.rb", "newparam(:name)\nnewproperty(:x)").namevars), ["name"]);
    assert_eq!(texts(&read("t", "t.rb", "newparam(:name)\nnewparam(:x) { isnamevar }").namevars), ["name", "x"]);
    assert_eq!(texts(&read("t", "t.rb", "newproperty(:x) { isnamevar }").namevars), ["name"]);
}

#[test]
fn what_is_not_plain_is_unknown() {
    assert_eq!(read("t", "t.rb", "%w[a b].each { |x| newparam(x.to_sym) }").parameters, None);
    assert_eq!(read("t", "t.rb", "newparam(:a)\n  apply_to_all\n").parameters, None);
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
    let thing = read("thing", "t.rb", source);
    assert_eq!(texts(&thing.namevars), ["path"]);
    assert_eq!(texts(thing.parameters.as_ref().unwrap()), ["ensure", "path"]);
}
