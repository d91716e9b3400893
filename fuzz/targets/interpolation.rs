//! Any text as a value in Hiera data, as a path of a hierarchy, and as a key that is looked up.
#![no_main]

use compiler::testing::Texts;
use fuzz::{ENVIRONMENT, evaluate, quoted, with_stack};
use libfuzzer_sys::fuzz_target;
use serde_json::json;

fuzz_target!(|text: &str| {
    with_stack(|| {
        let value = json!({"k": text, "list": [text, "b"], "hash": {"a": text}, "plain": "p", text: "by name"});
        let hiera = json!({
            "version": 5,
            "hierarchy": [
                {"name": "by text", "data_hash": "json_data", "paths": [text, "common.json"]},
                {"name": "by glob", "data_hash": "json_data", "glob": text},
            ],
        });
        let world = Texts::new(ENVIRONMENT)
            .with_file("/code/hiera.yaml", hiera.to_string())
            .with_file("/code/data/common.json", value.to_string())
            .with_code("$x = {'y' => [1, 2]}");
        let key = quoted(text);
        for expression in [
            "lookup('k', Any, 'first', 'none')".to_owned(),
            "lookup('list', Any, 'unique', 'none')".to_owned(),
            "lookup('hash', Any, 'deep', {})".to_owned(),
            format!("lookup({key}, Any, 'first', 'none')"),
            format!("getvar({key}) "),
        ] {
            let _ = evaluate(&world, &expression);
        }
    });
});
