use super::{ModuleSlug, ReleaseSlug};

#[test]
fn modules_are_named_by_author_and_name() {
    for (text, author, name) in [("puppetlabs-apache", "puppetlabs", "apache"), ("Camp2/a_1", "Camp2", "a_1")] {
        let slug: ModuleSlug = text.parse().unwrap();
        assert_eq!((slug.author(), slug.name()), (author, name));
        assert_eq!(slug.to_string(), format!("{author}-{name}"));
    }
    let long = format!("a-{}", "x".repeat(101));
    for text in ["", "a", "a-", "-b", "a-B", "a-1b", "a-b-c", "a/b/c", "a_b-c", "../b", "a-b.c", "ä-b", &long] {
        let fault = text.parse::<ModuleSlug>().unwrap_err();
        assert_eq!(fault.to_string(), format!("'{text}' is not a valid module slug"));
    }
}

#[test]
fn releases_have_a_whole_version() {
    for (text, version) in [("a-b-1.2.3", "1.2.3"), ("a/b-1.2.3-rc.1", "1.2.3-rc.1"), ("a-b/1.0.0+x", "1.0.0+x")] {
        let slug: ReleaseSlug = text.parse().unwrap();
        assert_eq!(slug.to_string(), format!("a-b-{version}"));
    }
    for text in ["a-b", "a-b-", "a-b-1", "a-b-1.2", "a-b-v1.2.3", "a-b-1.2.3/..", "a-b-01.2.3", "é-b-1.2.3", "a-"] {
        let fault = text.parse::<ReleaseSlug>().unwrap_err();
        assert_eq!(fault.to_string(), format!("'{text}' is not a valid release slug"));
    }
}
