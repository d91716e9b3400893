use std::fs;

use super::*;

#[test]
fn every_mistake_has_its_place() {
    let root = tempfile::TempDir::new().unwrap();
    let write = |relative: &str, content: &str| {
        let path = root.path().join(relative);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    };
    write("manifests/good.pp", "notice(1)\n");
    write("manifests/bad.pp", "notice(1)\n$x ]\n");
    write("modules/m/templates/bad.epp", "<% if { %>");
    write("modules/m/metadata.json", "{ not json");
    write("modules/m/plans/p.pp", "plan m::p() {}");
    write("modules/m/spec/bad.pp", "{{{");
    write("data/bad.yaml", "a: [1\n");
    write("data/good.yaml", "a: 1\n");
    write("environment.conf", "frob = 1\n");
    let mut heard = 0;
    let report = check(root.path(), Path::new(""), &mut |_| heard += 1).unwrap();
    let lines: Vec<String> = report
        .findings
        .iter()
        .map(|finding| finding.to_string().replace(&root.path().display().to_string(), ""))
        .collect();
    assert_eq!((report.files, heard), (7, 7));
    let starts = [
        "/data/bad.yaml: error: ",
        "/environment.conf: warning: Invalid settings",
        "/manifests/bad.pp:2:4: error: Syntax error at ']'",
        "/modules/m/metadata.json: error: ",
        "/modules/m/templates/bad.epp:",
    ];
    assert_eq!(lines.len(), starts.len(), "{lines:#?}");
    for (line, start) in lines.iter().zip(starts) {
        assert!(line.starts_with(start), "{line}");
    }
    assert_eq!(report.findings.iter().filter(|finding| finding.is_error()).count(), 4);
}

#[test]
fn what_needs_ruby_is_named() {
    let root = tempfile::TempDir::new().unwrap();
    let write = |relative: &str, content: &str| {
        let path = root.path().join(relative);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    };
    write("modules/m/lib/puppet/functions/m/own.rb", "Puppet::Functions.create_function(:'m::own')");
    write("modules/m/lib/puppet/functions/m/backend.rb", "Puppet::Functions.create_function(:'m::backend')");
    write("modules/m/lib/puppet/parser/functions/old.rb", "newfunction(:old)");
    write("modules/stdlib/lib/puppet/parser/functions/pick.rb", "newfunction(:pick)");
    write(
        "modules/m/lib/puppet/type/plain.rb",
        "Puppet::Type.newtype(:plain) do\n  newparam(:name) { isnamevar }\nend",
    );
    write("modules/m/lib/puppet/type/loops.rb", "%w[a b].each { |x| newparam(x.to_sym) }");
    write("modules/m/lib/puppet/provider/plain/one.rb", "");
    write(
        "hiera.yaml",
        "version: 5\nhierarchy:\n- {name: a, data_hash: yaml_data, path: x.yaml}\n- {name: b, lookup_key: 'm::backend'}\n",
    );
    let report = check(root.path(), Path::new(""), &mut |_| ()).unwrap();
    let folder = root.path().display().to_string();
    let mut lines: Vec<String> = report.ruby.iter().map(|one| one.to_string().replace(&folder, "")).collect();
    lines.sort();
    assert_eq!(
        lines,
        [
            "/hiera.yaml: needs Ruby: Hiera backend m::backend",
            "/modules/m/lib/puppet/functions/m/backend.rb: needs Ruby: function m::backend",
            "/modules/m/lib/puppet/functions/m/own.rb: needs Ruby: function m::own",
            "/modules/m/lib/puppet/parser/functions/old.rb: needs Ruby: function old",
            "/modules/m/lib/puppet/type/loops.rb: needs Ruby: resource type loops",
        ]
    );
    assert!(report.findings.is_empty(), "{:?}", report.findings);
}

#[test]
fn one_file_may_be_named() {
    let file = tempfile::Builder::new().suffix(".pp").tempfile().unwrap();
    fs::write(file.path(), "$a = ").unwrap();
    assert_eq!(check(file.path(), Path::new(""), &mut |_| ()).unwrap().findings.len(), 1);
}

#[test]
fn a_folder_must_be_there() {
    assert!(check(Path::new("/nonexistent/folder"), Path::new(""), &mut |_| ()).is_err());
}
