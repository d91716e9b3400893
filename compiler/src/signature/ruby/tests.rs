use super::{RubyDispatch, RubyParameter, dispatches};

#[test]
fn declared_dispatches_are_read() {
    let source = "Puppet::Functions.create_function(:f) do\n  dispatch :f do\n    param 'String[1]', :a\n    \
                  optional_param(\"Integer\", :b)\n    repeated_param 'Any', :rest\n    return_type 'Boolean'\n  end\n\n  \
                  dispatch :g do\n    required_block_param\n  end\n\n  def f(a)\n    param 'x'\n  end\nend\n";
    let parameter = |of: &str, required, repeated| RubyParameter { of: of.to_owned(), required, repeated };
    let first = RubyDispatch {
        parameters: vec![
            parameter("String[1]", true, false),
            parameter("Integer", false, false),
            parameter("Any", false, true),
        ],
        returns: Some("Boolean".to_owned()),
        requires_block: false,
    };
    let second = RubyDispatch { requires_block: true, ..RubyDispatch::default() };
    assert_eq!(dispatches(source), [first, second]);
    assert_eq!(dispatches("module Puppet::Parser::Functions\nend"), []);
}
