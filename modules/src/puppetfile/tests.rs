use super::*;

const CONTEXT: Context = Context { root: "/srv/environments/production", default_branch_override: None };

fn parse(text: &str) -> Result<Puppetfile, Error> {
    Puppetfile::parse(text, &CONTEXT)
}

fn refused(text: &str) -> String {
    parse(text).expect_err(text).to_string()
}

#[test]
fn errors_name_file_line_and_column() {
    let error = parse("# first\n  mod 'stdlib', '1.0.0'\n").expect_err("no owner");
    assert_eq!(
        error.in_file("/srv/Puppetfile"),
        "Failed to evaluate /srv/Puppetfile: Forge module names must match 'owner/modulename', instead got stdlib \
         (file: /srv/Puppetfile, line: 2, column: 3)"
    );
}

#[test]
fn what_is_no_ruby_is_told_before_what_is_declared_wrongly() {
    assert_eq!(refused("mod 'stdlib'\nmod 'a/b',\n"), "syntax error, unexpected end of file (line: 3, column: 1)");
    assert_eq!(refused("mod 'x', 'é#{}' 5"), "syntax error, unexpected '5' (line: 1, column: 17)");
}

#[test]
fn a_mistake_is_told_before_a_word_further_down() {
    let text = refused("mod 'a/b', '1'\nmetadata\n");
    assert_eq!(text, "unrecognized declaration 'metadata' (line: 2, column: 1)");
}

#[test]
fn subversion_is_refused() {
    let text = refused("mod 'apache', svn: 'https://svn.example.com/apache/trunk', rev: '154'");
    assert_eq!(
        text,
        "Module apache comes from Subversion, which is not supported: move it to Git (line: 1, column: 1)"
    );
}

#[test]
fn an_install_path_may_not_share_only_the_first_letters_of_the_environment() {
    let text = refused("mod 'a', git: 'x', install_path: '/srv/environments/production2'");
    assert!(text.contains("is not within /srv/environments/production"), "{text}");
}

#[test]
fn references_and_remotes_are_texts() {
    assert!(refused("mod 'a', git: 1").contains("The repository of module a must be a String, not 1"));
    assert!(refused("mod 'a', git: 'x', ref: :main").contains("The reference of module a must be a String, not :main"));
    assert!(refused("mod 'a', git: nil").contains("no repository is named"));
    assert!(refused("mod 'a', type: 'tarball'").contains("no source is named"));
}

#[test]
fn an_archive_has_a_short_form() {
    let file = parse("mod 'a', tarball: 'https://files.example.com/a.tar.gz', sha256: 'ab'").expect("valid");
    let (source, sha256) = ("https://files.example.com/a.tar.gz".to_owned(), Some("ab".to_owned()));
    assert_eq!(file.modules[0].origin, Origin::Tarball { source, sha256 });
}

#[test]
fn the_default_branch_of_a_deploy_is_that_of_every_module_from_git() {
    let context = Context { default_branch_override: Some("next"), ..CONTEXT };
    let text = "mod 'a', git: 'x', branch: :control_branch, default_branch: 'main'\nmod 'b/c', '1.0.0'";
    let file = Puppetfile::parse(text, &context).expect("valid");
    assert_eq!(file.warnings, Vec::<String>::new());
    assert_eq!(
        file.modules[0].origin.unresolved("a"),
        "Unable to manage Puppetfile content 'a': Could not resolve control repo branch or resolve the default branch \
         override 'next', or resolve default ref 'main'"
    );
    assert_eq!(file.modules[1].origin, Origin::Forge { version: Wanted::Exactly("1.0.0".to_owned()) });
}

#[test]
fn options_that_mean_nothing_are_warned_of() {
    let file = parse("\nmod 'a', git: 'x', ref: 'y', branch: 'z', path: 'p'").expect("valid");
    assert_eq!(
        file.warnings,
        [
            "R10K::Module::Git parameters 'ref' and 'branch' conflict. Specify one or the other, but not both (module a, \
             line 2)",
            "R10K::Module::Git cannot handle option 'path' (module a, line 2)"
        ]
    );
}

#[test]
fn nesting_size_and_growth_are_bounded() {
    let deep = format!("x = {}1", "[".repeat(100_000));
    assert!(refused(&deep).starts_with("expressions are nested deeper than 64 levels"));
    let deep = format!("x = {}", "\"#{".repeat(100_000));
    assert!(refused(&deep).starts_with("expressions are nested deeper than 64 levels"));
    let long = " ".repeat(MOST_BYTES + 1);
    assert!(refused(&long).starts_with("a Puppetfile may have 1048576 bytes"));
    let doubling = |first: &str, twice: &str| format!("x = {first}\n{}", format!("x = {twice}\n").repeat(60));
    assert!(refused(&doubling("'aaaa'", "x + x")).starts_with("this value holds more than"));
    assert!(refused(&doubling("'aaaa'", "\"#{x}#{x}\"")).starts_with("this value holds more than"));
    assert!(refused(&doubling("[1]", "[x, x]")).starts_with("this value holds more than"));
    let many: String = "mod 'a/b', '1.0.0'\n".repeat(10_001);
    assert!(refused(&many).starts_with("a Puppetfile may have 10000 declarations"));
}
