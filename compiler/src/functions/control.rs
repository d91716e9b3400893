//! Functions that steer the flow of evaluation.

use super::Function;
use crate::error::{Failure, Stop};
use crate::signature::{Declared, optional, repeated, required};

pub(super) static FUNCTIONS: &[Function] = &[
    Function::new("break", &[Declared::new(&[])], |call| Err(Stop::Break(call.caller.call_site()))),
    Function::new("next", &[Declared::new(&[optional("value", "Any")])], |call| Err(Stop::Next(call.take(0)))),
    Function::new("return", &[Declared::new(&[optional("value", "Any")])], |call| Err(Stop::Return(call.take(0)))),
    Function::new(
        "call",
        &[
            Declared::new(&[required("function_name", "String"), repeated("arguments", "Any")])
                .block(optional("block", "Callable")),
            Declared::new(&[required("deferred", "Deferred")]),
        ],
        |call| {
            if call.dispatch == 1 {
                return Err(Failure::missing("call() of a Deferred").into());
            }
            let name = call.text(0).to_owned();
            let arguments = call.arguments.split_off(1);
            let block = call.block.take();
            call.caller.call_function(&name, arguments, block)
        },
    ),
    Function::legacy("import", 0, None, |_| {
        Err(crate::error::Error {
            issue_code: "DISCONTINUED_IMPORT",
            message: "Use of 'import' has been discontinued in favor of a manifest directory. See \
                      http://links.puppet.com/puppet-import-deprecation"
                .to_owned(),
            position: None,
        }
        .into())
    }),
];
