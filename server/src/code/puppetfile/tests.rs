use std::path::PathBuf;
use std::time::{Duration, Instant};

use modules::puppetfile::{Context, Origin, Puppetfile, Reference};

use super::{Interpreter, Source, read};

/// `None`, and a word why, where there is no Ruby.
fn interpreter() -> Option<Interpreter> {
    let there = std::process::Command::new("ruby").arg("--version").output().is_ok();
    if !there {
        eprintln!("skipped: ruby is not installed");
    }
    there.then(|| Interpreter { command: "ruby".into(), timeout: Duration::from_secs(20), memory: 1 << 30 })
}

fn run_in(folder: &std::path::Path, text: &str, ruby: Option<&Interpreter>) -> Result<Puppetfile, String> {
    let path = folder.join("Puppetfile");
    std::fs::write(&path, text).unwrap();
    let source = Source { text, path: &path, environment: "feature_x", branch: "feature/x" };
    let context = Context { root: "/feature_x", default_branch_override: None };
    read(source, &context, ruby).map_err(|error| error.in_file("Puppetfile"))
}

fn run(text: &str) -> Option<Result<Puppetfile, String>> {
    let ruby = interpreter()?;
    Some(run_in(tempfile::tempdir().unwrap().path(), text, Some(&ruby)))
}

#[test]
fn logic_is_refused_with_its_place_and_the_setting_that_allows_it() {
    let folder = tempfile::tempdir().unwrap();
    let fault = run_in(folder.path(), "mod 'a/b', '1.0.0' if true\n", None).unwrap_err();
    assert!(fault.contains("deploy.puppetfile_ruby") && fault.contains("line: 1, column: 20"), "{fault}");
}

#[test]
fn a_file_that_is_run_declares_what_it_would_if_it_were_written_out() {
    let text = r#"
forge 'https://forge.example'
moduledir File.join(__dir__, 'site')

def branch_or(default)
  match = /(.+)_(cdpe|cdpe_ia)_\d+$/.match(@librarian.environment.name)
  match ? match[1] : default
end

%w[web db].each do |name|
  mod "acme-#{name}",
      git: "https://git.example/#{name}.git",
      branch: branch_or("main of #{@librarian.environment.name}")
end
mod 'acme/late', :latest if @librarian.environment.dirname == 'feature_x'
eval(File.read('Puppetfile.more'), binding, 'Puppetfile.more')
"#;
    let Some(ruby) = interpreter() else { return };
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("Puppetfile.more"), "mod 'more', local: true").unwrap();
    let file = run_in(folder.path(), text, Some(&ruby)).unwrap();
    let titles: Vec<&str> = file.modules.iter().map(|module| module.title.as_str()).collect();
    assert_eq!(titles, ["acme-web", "acme-db", "acme-late", "more"]);
    let web = &file.modules[0];
    assert_eq!((web.folder.as_str(), web.line), ("site", 11));
    let Origin::Git { remote, reference, .. } = &web.origin else { panic!("{web:?}") };
    assert_eq!(remote, "https://git.example/web.git");
    assert_eq!(*reference, Reference::Named("main of feature/x".to_owned()));
}

#[test]
fn mistakes_have_their_lines() {
    let Some(unknown) = run("x = [1].map { |y| y }\nmodd 'a/b'\n") else { return };
    let fault = unknown.unwrap_err();
    assert!(fault.contains("unrecognized declaration 'modd'") && fault.contains("line: 2,"), "{fault}");
    let fault = run("[1].each { mod 'b' }\n\nraise 'no'\n").unwrap().unwrap_err();
    assert!(fault.contains("Forge module names must match") && fault.contains("line: 1,"), "{fault}");
    let fault = run("[1].each { }\n\nraise 'no'\n").unwrap().unwrap_err();
    assert!(fault.contains(": no (") && fault.contains("line: 3,"), "{fault}");
    let fault = run("[1].each { }\nexit\n").unwrap().unwrap_err();
    assert!(fault.contains("it ended the program"), "{fault}");
    let fault = run("[1].each { }\nmod 'a/b', Time.now\n").unwrap().unwrap_err();
    assert!(fault.contains("is no text, number, symbol"), "{fault}");
}

#[test]
fn what_it_prints_is_told_and_what_it_writes_is_not_there() {
    let Some(ruby) = interpreter() else { return };
    let folder = tempfile::tempdir().unwrap();
    let text = "puts 'hello'\nSTDOUT.puts '{\"calls\": []}'\nmod 'a/b', '1.0.0'\n";
    let file = run_in(folder.path(), text, Some(&ruby)).unwrap();
    assert_eq!(file.modules.len(), 1);
    assert_eq!(file.warnings, ["the Puppetfile printed: hello", "the Puppetfile printed: {\"calls\": []}"]);
    let fault = run_in(folder.path(), "File.write('metadata.json', 'x')\n", Some(&ruby)).unwrap_err();
    assert!(fault.contains("File too large") && fault.contains("line: 1,"), "{fault}");
    assert_eq!(std::fs::read_to_string(folder.path().join("metadata.json")).unwrap_or_default(), "");
}

#[test]
fn a_run_is_bounded_and_what_is_missing_is_named() {
    let Some(ruby) = interpreter() else { return };
    let folder = tempfile::tempdir().unwrap();
    let hasty = Interpreter { timeout: Duration::from_millis(1500), ..ruby.clone() };
    let began = Instant::now();
    let fault = run_in(folder.path(), "loop { }\n", Some(&hasty)).unwrap_err();
    assert!(fault.contains("ruby.timeout"), "{fault}");
    assert!(began.elapsed() < Duration::from_secs(15));
    let small = Interpreter { memory: 400 << 20, ..ruby.clone() };
    let fault = run_in(folder.path(), "x = 'x' * (1 << 30)\n[1].each { }\n", Some(&small)).unwrap_err();
    assert!(fault.contains("failed to allocate memory") && fault.contains("line: 1,"), "{fault}");
    let absent = Interpreter { command: PathBuf::from("/nowhere/ruby"), ..ruby };
    let fault = run_in(folder.path(), "[1].each { }\n", Some(&absent)).unwrap_err();
    assert!(fault.contains("/nowhere/ruby") && fault.contains("ruby.command"), "{fault}");
}
