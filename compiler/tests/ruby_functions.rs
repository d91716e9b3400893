//! Functions that are written in Ruby, run by Ruby: with the library of Puppet where it is
//! installed, and with the one that stands in for it.

#![allow(clippy::print_stdout, reason = "what was left out is for whoever runs the tests")]

use std::fmt::Write as _;
use std::path::Path;
use std::time::Duration;

use compiler::Level;
use compiler::testing::{Node, Texts};
use ruby::workers::{self, Pool};
use serde_json::json;

/// Files below the environment's folder, a manifest, and what it comes to: notices joined by
/// newlines, or the error. All cases share one environment.
struct Case {
    files: &'static [(&'static str, &'static str)],
    manifest: &'static str,
    outcome: &'static str,
}

fn pool(library: bool) -> Option<Pool> {
    if std::process::Command::new("ruby").arg("--version").output().is_err() {
        println!("skipped: Ruby is not installed");
        return None;
    }
    if library && !Path::new("/usr/lib/ruby/vendor_ruby/puppet.rb").exists() {
        println!("skipped: the library of Puppet is not installed");
        return None;
    }
    let settings =
        workers::Settings { command: "ruby".into(), workers: 1, timeout: Duration::from_mins(1), memory: 0, library };
    Some(Pool::open(settings, |line| println!("{line}")))
}

/// An environment with the files of all cases.
fn environment(cases: &[Case]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder can be made");
    for (path, text) in cases.iter().flat_map(|case| case.files) {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().expect("a file stands in a folder")).expect("it can be made");
        assert!(!path.exists(), "{} is there twice", path.display());
        std::fs::write(&path, text).expect("a file can be written");
    }
    folder
}

fn outcome(cases: &[Case], case: &Case, root: &str, pool: &Pool) -> String {
    let lender = pool.clone();
    let mut world =
        Texts::new(root).with_code(case.manifest).with_ruby(move || Ok(Box::new(lender.lease(1, &|| false)?)));
    for (path, text) in cases.iter().flat_map(|case| case.files) {
        world.add_file(&format!("{root}/{path}"), text);
    }
    let node = Node::new("web.example.com", &json!({"os": {"family": "Debian"}, "hostname": "web"}));
    let compiled = compiler::compile(&node.request(), &world);
    let text = match compiled {
        Ok(compilation) => {
            let said = compilation.logs.iter().filter(|entry| entry.level >= Level::Notice);
            said.map(|entry| entry.message.as_str()).collect::<Vec<_>>().join("\n")
        }
        Err(error) => error.message,
    };
    text.trim_end().replace(root, "/ENV")
}

fn check(library: bool, cases: &'static [Case]) {
    let Some(pool) = pool(library) else { return };
    let run = move || {
        let folder = environment(cases);
        let root = folder.path().to_string_lossy().into_owned();
        let mut failed = String::new();
        for case in cases {
            let actual = outcome(cases, case, &root, &pool);
            if actual != case.outcome {
                let _ = writeln!(failed, "{}\n  expected {}\n  got      {actual}", case.manifest, case.outcome);
            }
        }
        assert!(failed.is_empty(), "{failed}");
    };
    let thread = std::thread::Builder::new().stack_size(compiler::STACK_BYTES).spawn(run);
    thread.expect("a thread can be started").join().expect("all cases come out as expected");
}

#[test]
fn with_the_library() {
    check(true, CASES);
}

#[test]
fn without_the_library() {
    check(false, CASES);
}

const CASES: &[Case] = &[
    Case {
        files: &[(
            "modules/m/lib/puppet/functions/m/add.rb",
            "Puppet::Functions.create_function(:'m::add') do
               dispatch :add do
                 param 'Integer', :a
                 optional_param 'Integer', :b
                 return_type 'Integer'
               end
               dispatch :join do
                 required_repeated_param 'String', :texts
               end
               def add(a, b = 10) = a + b
               def join(*texts) = texts.join('+')
             end",
        )],
        manifest: "notice(m::add(1, 2), m::add(1), m::add('a', 'b'))",
        outcome: "3 11 a+b",
    },
    Case {
        files: &[(
            "modules/m/lib/puppet/functions/m/one.rb",
            "Puppet::Functions.create_function(:'m::one') do
               dispatch(:one) { param 'Integer[1, 5]', :a }
               def one(a) = a
             end",
        )],
        manifest: "m::one('x')",
        outcome: "Evaluation Error: Error while evaluating a Function Call, 'm::one' parameter 'a' expects an Integer value, \
                  got String (line: 1, column: 1) on node web.example.com",
    },
    Case {
        files: &[(
            "modules/m/lib/puppet/functions/m/each_twice.rb",
            "Puppet::Functions.create_function(:'m::each_twice') do
               dispatch :each_twice do
                 param 'Array', :list
                 block_param 'Callable[1, 1]', :block
               end
               def each_twice(list) = list.map { |item| yield(item) * 2 }
             end",
        )],
        manifest: "notice(m::each_twice([1, 2]) |$x| { $x + 1 })",
        outcome: "[4, 6]",
    },
    Case {
        files: &[
            (
                "modules/m/lib/puppet/functions/m/outer.rb",
                "Puppet::Functions.create_function(:'m::outer') do
                   def outer = call_function('m::inner')
                 end",
            ),
            (
                "modules/m/lib/puppet/functions/m/inner.rb",
                "Puppet::Functions.create_function(:'m::inner') do
                   def inner = exit!(7)
                 end",
            ),
        ],
        manifest: "m::outer()",
        outcome: "Evaluation Error: Error while evaluating a Function Call, The function 'm::inner' (file: \
                  /ENV/modules/m/lib/puppet/functions/m/inner.rb) ended its Ruby worker (exit status 7) (line: 1, column: 1) \
                  on node web.example.com",
    },
    Case {
        files: &[(
            "modules/m/lib/puppet/functions/m/back.rb",
            "Puppet::Functions.create_function(:'m::back') do
               def back(list)
                 scope = closure_scope
                 call_function('notice', scope['facts']['hostname'], scope.lookupvar('hostname'))
                 call_function('map', list) { |x| call_function('m::plus', x) }
               end
             end",
        )],
        manifest: "function m::plus($x) { $x + 1 } notice(m::back([1, 2]))",
        outcome: "web web\n[2, 3]",
    },
    Case {
        files: &[(
            "modules/m/lib/puppet/functions/m/rich.rb",
            "Puppet::Functions.create_function(:'m::rich') do
               def rich(value) = [value.class.name.split('::').last, value]
             end",
        )],
        manifest: "[Sensitive(1), Timestamp('2020-01-01T00:00:00.000 UTC'), /a.b/, default, undef, SemVer('1.2.3'),
            Binary('aGVq'), { 1 => [undef] }, 1.5, Timespan(90)].each |$value| {
              $answer = m::rich($value)
              notice($answer[1] == $value, type($answer[1], 'generalized'))
            }
            notice(m::rich(File['/x'])[1], m::rich(Optional[Integer])[1])",
        outcome: "true Sensitive[Integer]\ntrue Timestamp\ntrue Regexp[/a.b/]\ntrue Default\ntrue Undef\ntrue SemVer\ntrue Binary\n\
                  true Hash[Integer, Array[Undef]]\ntrue Float\ntrue Timespan\nFile['/x'] Optional[Integer]",
    },
    Case {
        files: &[
            (
                "modules/m/lib/puppet/parser/functions/old.rb",
                "module Puppet::Parser::Functions
                   newfunction(:old, type: :rvalue, arity: -2) do |args|
                     raise Puppet::ParseError, 'old(): too few' if args.size < 2
                     [args, lookupvar('hostname'), function_m_other([args.first]), call_function('upcase', ['x'])].flatten.map(&:inspect)
                   end
                 end",
            ),
            (
                "modules/m/lib/puppet/parser/functions/m_other.rb",
                "Puppet::Parser::Functions.newfunction(:m_other, :type => :rvalue) { |args| args[0].to_s * 2 }",
            ),
        ],
        manifest: "notice(old(undef, default, 'a'))",
        outcome: "[\"\", :default, \"a\", \"web\", \"\", \"X\"]",
    },
    Case {
        files: &[(
            "modules/m/lib/puppet/parser/functions/refuses.rb",
            "module Puppet::Parser::Functions
               newfunction(:refuses, type: :rvalue) { |args| raise Puppet::ParseError, 'old(): too few' }
             end",
        )],
        manifest: "\n$x = refuses()",
        outcome: "Evaluation Error: Error while evaluating a Function Call, old(): too few (line: 2, column: 6) on node \
                  web.example.com",
    },
    Case {
        files: &[(
            "modules/m/lib/puppet/functions/m/lenient.rb",
            "Puppet::Functions.create_function(:'m::lenient') do
               def lenient
                 call_function('fail', 'inner')
               rescue Puppet::Error => e
                 \"rescued\"
               end
             end",
        )],
        manifest: "notice(m::lenient())",
        outcome: "rescued",
    },
    Case {
        files: &[(
            "modules/m/lib/puppet/functions/m/strict.rb",
            "Puppet::Functions.create_function(:'m::strict') { def strict; call_function('m::inner'); end }",
        )],
        manifest: "function m::inner() {\n  fail('inner')\n}\nm::strict()",
        outcome: "Evaluation Error: Error while evaluating a Function Call, inner (line: 2, column: 3) on node \
                  web.example.com",
    },
    Case {
        files: &[
            ("hiera.yaml", "version: 5\nhierarchy: [{name: ruby, lookup_key: 'm::backend', options: {greeting: hello}}]"),
            (
                "modules/m/lib/puppet/functions/m/backend.rb",
                "Puppet::Functions.create_function(:'m::backend') do
                   dispatch :find do
                     param 'String[1]', :key
                     param 'Hash', :options
                     param 'Puppet::LookupContext', :context
                   end
                   def find(key, options, context)
                     return context.not_found unless key.start_with?('told')
                     again = context.cache_has_key(key)
                     context.cache(key, 'before')
                     \"#{options['greeting']} #{key} #{again} #{context.cached_value(key)} \" \\
                       \"#{context.environment_name} #{context.interpolate('%{facts.hostname}')}\"
                   end
                 end",
            ),
        ],
        manifest: "notice(lookup('told'))\nnotice(lookup('other', String, 'first', 'not there'))",
        outcome: "hello told false before production web\nnot there",
    },
    Case {
        files: &[(
            "modules/m/lib/puppet/functions/m/die.rb",
            "Puppet::Functions.create_function(:'m::die') { def die; exit!(3); end }",
        )],
        manifest: "m::die()",
        outcome: "Evaluation Error: Error while evaluating a Function Call, The function 'm::die' (file: \
                  /ENV/modules/m/lib/puppet/functions/m/die.rb) ended its Ruby worker (exit status 3) (line: 1, column: 1) on \
                  node web.example.com",
    },
];
