use super::*;

#[test]
fn kept_by_content_and_path() {
    let parsed = Parsed::reading(syntax::Strict::Warning);
    let get = |path: &str, text: &str| parsed.program(path, text.as_bytes(), Reading::Manifest).unwrap();
    let first = get("/a.pp", "notice(1)");
    assert!(Arc::ptr_eq(&first, &get("/a.pp", "notice(1)")));
    assert!(!Arc::ptr_eq(&first, &get("/b.pp", "notice(1)")));
    assert!(!Arc::ptr_eq(&first, &get("/a.pp", "notice(2)")));
}

#[test]
fn what_nobody_uses_goes() {
    let parsed = Parsed::reading(syntax::Strict::Warning);
    let get = |text: &str| parsed.program("/a.pp", text.as_bytes(), Reading::Manifest).unwrap();
    let used = get("notice(used)");
    for number in 0..SWEEP_FROM * 2 {
        get(&format!("notice({number})"));
    }
    assert!(parsed.programs.entries.lock().unwrap().by_content.len() <= SWEEP_FROM);
    assert!(Arc::ptr_eq(&used, &get("notice(used)")));
}

#[test]
fn byte_order_marks_do_not_count() {
    let parsed = Parsed::reading(syntax::Strict::Warning);
    assert!(parsed.program("/a.pp", b"\xef\xbb\xbfnotice(1)", Reading::Manifest).is_ok());
    assert!(parsed.program("/a.pp", b"notice('\xff')", Reading::Manifest).is_err());
}

#[test]
fn shelves_ask_once() {
    let shelf: Shelf<Box<str>, u32> = Shelf::default();
    let mut asked = 0;
    for _ in 0..3 {
        assert_eq!(
            shelf.get_or("q", || {
                asked += 1;
                7
            }),
            7
        );
    }
    assert_eq!(asked, 1);
}
