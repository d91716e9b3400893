//! Resource types of packaged modules, read without Ruby.

use compiler::resource_type::ResourceType;

#[test]
fn packaged_types_are_read() {
    let path = "/usr/share/puppet/modules/inifile/lib/puppet/type/ini_setting.rb";
    let Ok(source) = std::fs::read_to_string(path) else {
        eprintln!("skipped: the packaged module inifile is not there");
        return;
    };
    let found = ResourceType::read_ruby("ini_setting", &source);
    assert_eq!(found.namevars.iter().map(|name| &**name).collect::<Vec<_>>(), ["name"]);
    for name in ["section", "setting", "value", "path", "ensure"] {
        assert!(found.takes(name), "{name}");
    }
    assert!(!found.takes("nosuch"));
}
