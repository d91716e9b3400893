//! A type that was read and printed reads as the same type; references to types that nobody declared are printed
//! in a form that cannot be read, as in the original.
#![no_main]

use compiler::testing::Texts;
use compiler::types::parse::{self, BuiltIn};
use fuzz::{ENVIRONMENT, evaluate, quoted, with_stack};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    with_stack(|| {
        if let Ok(of) = parse::text(text, &mut BuiltIn) {
            let printed = of.to_string();
            match parse::text(&printed, &mut BuiltIn) {
                _ if printed.contains("TypeReference[") => (),
                Ok(again) => assert_eq!(printed, again.to_string(), "printed from {text:?}"),
                Err(error) => panic!("{printed:?}, printed from {text:?}, cannot be read: {error}"),
            }
        }
        let world = Texts::new(ENVIRONMENT);
        let _ = evaluate(&world, &format!("[{text}, {text} == Any, 'x' =~ {text}, [1, {{'a' => 2}}] =~ {text}]"));
        let _ = evaluate(&world, &format!("Type({})", quoted(text)));
    });
});
