//! Code of modules that is itself Ruby, run by the server's processes.

#![allow(clippy::print_stderr, reason = "what was left out is for whoever runs the tests")]

use std::process::Command;

use acceptance::server::{Options, Server};
use anyhow::{Result, ensure};

const SITE: &str = "environments/production/manifests/site.pp";
const MODERN: &str = "environments/production/modules/m/lib/puppet/functions/m";
const OLD: &str = "environments/production/modules/m/lib/puppet/parser/functions";

/// An environment with functions of both kinds, good and bad.
fn code() -> Options {
    Options::default()
        .code(SITE, "node default { }\n")
        .code(
            &format!("{MODERN}/greet.rb"),
            "Puppet::Functions.create_function(:'m::greet') do
               dispatch(:greet) { param 'String', :name; block_param 'Callable[String]', :block }
               def greet(name) = \"#{yield(name)} from #{closure_scope['facts']['hostname']}\"
             end",
        )
        .code(
            &format!("{OLD}/old_greet.rb"),
            "module Puppet::Parser::Functions
               newfunction(:old_greet, type: :rvalue) { |args| \"old #{args[0].inspect} #{lookupvar('hostname')}\" }
             end",
        )
        .code(&format!("{MODERN}/die.rb"), "Puppet::Functions.create_function(:'m::die') { def die; exit!(9); end }")
        .code(&format!("{MODERN}/hang.rb"), "Puppet::Functions.create_function(:'m::hang') { def hang; loop { }; end }")
        .code(
            &format!("{MODERN}/print.rb"),
            "Puppet::Functions.create_function(:'m::print') do
               def print
                 puts 'D junk'
                 system('echo more junk')
                 STDOUT.write(\"\\0\\0\\0\\1D\")
                 'printed'
               end
             end",
        )
        .code("environments/production/hiera.yaml", "{version: 5, hierarchy: [{name: Ruby, data_hash: 'm::data'}]}\n")
        .code(
            &format!("{MODERN}/data.rb"),
            "Puppet::Functions.create_function(:'m::data') do
               dispatch(:data) { param 'Hash', :options; param 'Puppet::LookupContext', :context }
               def data(options, context) = { 'from_ruby' => \"data for #{closure_scope['facts']['hostname']}\" }
             end",
        )
        .code(
            "environments/production/modules/m/templates/beyond.erb",
            "<%= Struct.new(:host).new(@hostname).host %> rendered by Ruby\n",
        )
        .code(
            "environments/production/modules/m/lib/puppet/type/m_thing.rb",
            "Puppet::Type.newtype(:m_thing) do
               newparam(:name) { isnamevar }
               %w[one two].each { |name| newproperty(name.to_sym) }
             end",
        )
}

/// Compiles a manifest for a node, and answers the catalog or what was said instead.
fn compiled(server: &Server, manifest: &str) -> Result<String> {
    server.write_code(SITE, manifest)?;
    let facts = server.folder().join("facts.json");
    std::fs::write(&facts, r#"{"name": "web.test", "values": {"hostname": "web"}}"#)?;
    let facts = facts.to_string_lossy().into_owned();
    let output = server.command(&["compile", "web.test", "--facts", &facts])?;
    Ok(String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr))
}

fn expect(server: &Server, manifest: &str, wanted: &str) -> Result<()> {
    let said = compiled(server, manifest)?;
    ensure!(said.contains(wanted), "{manifest}\nwanted {wanted}\ngot    {said}");
    Ok(())
}

fn has_ruby() -> bool {
    let found = Command::new("ruby").arg("--version").output().is_ok();
    if !found {
        eprintln!("skipped: Ruby is not installed");
    }
    found
}

fn functions(library: &str) -> Result<()> {
    if !has_ruby() {
        return Ok(());
    }
    let server = code().arguments(&["--set", library, "--set", "ruby.timeout=4s"]).start()?;
    expect(&server, "notify { m::greet('hi') |$x| { \"<${x}>\" }: }", "<hi> from web")?;
    expect(&server, "notify { old_greet(undef): }", r#"old \"\" web"#)?;
    expect(&server, "notify { m::print(): }", "printed")?;
    expect(&server, "notify { lookup('from_ruby'): }", "data for web")?;
    expect(&server, "notify { template('m/beyond.erb'): }", "web rendered by Ruby")?;
    expect(&server, "m::die()", "m/lib/puppet/functions/m/die.rb) ended its Ruby worker (exit status 9)")?;
    expect(&server, "m::hang()", "took longer than 4s in Ruby and was ended (limited by the setting ruby.timeout)")?;
    expect(&server, "m_thing { 'x': one => 1, two => 2 }", r#""M_thing""#)?;
    expect(&server, "m_thing { 'x': three => 1 }", "no parameter named 'three'")?;
    expect(&server, "notify { m::greet('again') |$x| { $x }: }", "again from web")?;
    server.write_code(
        &format!("{MODERN}/greet.rb"),
        "Puppet::Functions.create_function(:'m::greet') do
           dispatch(:greet) { param 'String', :name; block_param }
           def greet(name) = \"new #{name}\"
         end",
    )?;
    expect(&server, "notify { m::greet('hi') |$x| { $x }: }", "new hi")
}

#[test]
fn functions_with_the_library_of_puppet() -> Result<()> {
    functions("ruby.library=true")
}

#[test]
fn functions_without_the_library_of_puppet() -> Result<()> {
    functions("ruby.library=false")
}

#[test]
fn ruby_ends_with_its_compile() -> Result<()> {
    if !has_ruby() {
        return Ok(());
    }
    let server = code().arguments(&["--set", "ruby.timeout=5m", "--set", "compile.timeout=3s"]).start()?;
    expect(&server, "m::hang()", "Evaluation takes too long (limited by the setting compile.timeout)")
}

#[test]
fn without_ruby_the_error_says_what_is_missing() -> Result<()> {
    let server = code().arguments(&["--set", "ruby.command=/nonexistent/ruby"]).start()?;
    expect(
        &server,
        "notify { m::greet('hi') |$x| { $x }: }",
        "m/lib/puppet/functions/m/greet.rb) needs Ruby, but '/nonexistent/ruby' cannot be started: ",
    )?;
    expect(&server, "notify { template('m/beyond.erb'): }", "m/templates/beyond.erb; ")?;
    expect(&server, "m_thing { 'x': one => 1 }", r#""M_thing""#)
}
