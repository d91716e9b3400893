use super::*;

pub(super) fn git() -> Git {
    let protocols = ["file", "http", "https", "ssh"].map(str::to_owned).to_vec();
    Git {
        program: "git".into(),
        protocols,
        timeout: Duration::from_secs(30),
        access: sources::Git::default(),
        github: Github::default(),
        drafts: std::env::temp_dir(),
    }
}

#[test]
fn addresses_that_could_be_anything_else_are_refused() {
    for good in
        ["/srv/x.git", "https://example.com/x.git", "git@example.com:x/y.git", "ssh://git@host:22/x", "file:///x"]
    {
        assert_eq!(git().remote(good).unwrap().as_str(), good);
    }
    let bad = ["", "-x", "--upload-pack=touch /tmp/x", "ext::sh -c id", "fd::3", "relative/path", "git://x/y", "./x:y"];
    for bad in
        bad.into_iter().chain(["ssh://-oProxyCommand=x/y", "-oProxyCommand=x:y", "git@-x:y", "ftp://x", "a\nb:c"])
    {
        assert!(git().remote(bad).is_err(), "{bad}");
    }
}

#[test]
fn names_lead_to_commits_as_git_has_it() {
    let (one, two, three) = ("1".repeat(40), "2".repeat(40), "3".repeat(40));
    let output = format!(
        "{one}\tHEAD\n{one}\trefs/heads/main\n{two}\trefs/heads/both\n{two}\trefs/tags/v1\n{three}\trefs/tags/v1^{{}}\n\
         {three}\trefs/tags/both\n{two}\trefs/pull/1/head\nnonsense\n"
    );
    let refs = Refs::parse(&output);
    for (name, commit) in [
        ("main", Some(&one)),
        ("HEAD", Some(&one)),
        ("v1", Some(&three)),
        ("both", Some(&three)),
        ("heads/both", Some(&two)),
        ("refs/heads/both", Some(&two)),
        ("tags/both", Some(&three)),
        ("refs/pull/1/head", None),
        ("other", None),
    ] {
        assert_eq!(refs.commit(name), commit.map(String::as_str), "{name}");
    }
}

#[test]
fn an_address_keeps_its_password_to_itself() {
    for (written, address, user, password) in [
        ("https://user:se%40cret@host:1/x.git", "https://host:1/x.git", Some("user"), Some("se@cret")),
        ("https://token@host/x", "https://host/x", Some("token"), None),
        ("https://:only@host/x", "https://host/x", None, Some("only")),
        ("https://host/a@b", "https://host/a@b", None, None),
        ("ssh://git:pw@host/x", "ssh://git@host/x", Some("git"), Some("pw")),
        ("ssh://git@host/x", "ssh://git@host/x", Some("git"), None),
        ("git@host:a/b.git", "git@host:a/b.git", Some("git"), None),
        ("host:a/b.git", "host:a/b.git", None, None),
        ("/srv/x.git", "/srv/x.git", None, None),
    ] {
        let remote = git().remote(written).unwrap();
        assert_eq!(remote.shown(), address);
        assert_eq!((remote.user.as_deref(), remote.password.as_deref()), (user, password), "{written}");
        assert_eq!(remote.as_str(), written);
    }
    let said = git().remote("ftp://user:secret@host/x").unwrap_err().to_string();
    assert!(!said.contains("secret"), "{said}");
}

#[test]
fn a_call_that_takes_too_long_is_ended() {
    let slow = Git { program: "/bin/sh".into(), timeout: Duration::from_millis(100), ..git() };
    let mut command = Command::new("/bin/sh");
    command.args(["-c", "sleep 60 & sleep 60"]).stdout(Stdio::piped()).stderr(Stdio::piped()).process_group(0);
    let began = std::time::Instant::now();
    let done = slow.wait(command, &Call::new(&["fetch"]), None);
    assert!(matches!(done, Err(GitError::TooSlow { .. })), "{done:?}");
    assert!(began.elapsed() < Duration::from_secs(20));
}
