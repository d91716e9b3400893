# record.rb [--modulepath DIR[:DIR]] FILE...
#
# Writes what the original answers to each expression of a case file under it. It needs ruby, puppet 7 and the
# modules that the file names.
#
#   module NAME        the file calls functions of this module: the files that define functions are listed after it
#   facts JSON         facts of the node
#   file PATH TEXT     a file of the environment (as JSON) that the modules' own stand for
#   > EXPRESSION       what is evaluated; after it comes the value as rich data, or the error
require 'json'
require 'tmpdir'
require 'fileutils'
require 'optparse'

modulepath = '/usr/share/puppet/modules'
OptionParser.new { |o| o.on('--modulepath P') { |v| modulepath = v } }.parse!(ARGV)

require 'puppet'
require 'puppet/pops'
require 'puppet/parser'
require 'puppet/node'
require 'puppet/node/facts'

BASE = Dir.mktmpdir('record')
at_exit { FileUtils.rm_rf(BASE) }

Puppet.settings.initialize_global_settings(['--confdir', "#{BASE}/conf", '--vardir', "#{BASE}/var", '--codedir', "#{BASE}/code", '--publicdir', "#{BASE}/public", '--logdir', "#{BASE}/log"], true)
Puppet.settings.initialize_app_defaults(Puppet::Settings.app_defaults_for_run_mode(Puppet::Util::RunMode[:server]).merge(confdir: "#{BASE}/conf", vardir: "#{BASE}/var", codedir: "#{BASE}/code", publicdir: "#{BASE}/public", logdir: "#{BASE}/log", rundir: "#{BASE}/run"))
Puppet[:node_terminus] = 'plain'
Puppet::Util::Log.level = :crit

def printable(text)
  text = text.dup.force_encoding('UTF-8')
  text = text.scrub('?') unless text.valid_encoding?
  text.gsub(/#<(\w+(?:::\w+)*):0x[0-9a-f]+[^>]*>/, '#<\1>')
end

def rich(value)
  Puppet::Pops::Serialization::ToDataConverter.convert(value, rich_data: true, symbol_as_string: true, local_reference: false, type_by_reference: true, message_prefix: '')
end

def evaluate(expression, environment, facts)
  node = Puppet::Node.new('test.example.com', environment: environment, facts: Puppet::Node::Facts.new('test.example.com', facts))
  node.merge(facts)
  node.trusted_data = { 'authenticated' => 'remote', 'certname' => 'test.example.com', 'extensions' => {}, 'hostname' => 'test', 'domain' => 'example.com', 'external' => {} }
  compiler = Puppet::Parser::Compiler.new(node)
  Puppet.override(compiler.context_overrides, 'record') do
    compiler.compile
    begin
      value = Puppet::Pops::Parser::EvaluatingParser.new.evaluate_string(compiler.topscope, expression)
      [:value, JSON.generate(rich(value))]
    rescue StandardError, ScriptError => e
      [:error, printable(e.message.sub(/ on node test.example.com\z/, ''))]
    end
  end
end

ARGV.each do |file|
  lines = File.readlines(file, chomp: true)
  modules = lines.grep(/\Amodule /).map { |line| line.split[1] }
  facts = lines.grep(/\Afacts /).map { |line| JSON.parse(line.delete_prefix('facts ')) }.first || {}
  environment = Puppet::Node::Environment.create(:production, modulepath.split(':'))
  known = Puppet::Environments::Static.new(environment)
  out = []
  Puppet.override({ environments: known, current_environment: environment }, 'record') do
    lines.each do |line|
      case line
      when /\Amodule (\S+)/
        name = Regexp.last_match(1)
        out << line
        root = modulepath.split(':').map { |folder| "#{folder}/#{name}" }.find { |folder| File.directory?(folder) } or abort "no module #{name}"
        metadata = "#{root}/metadata.json"
        out << "metadata #{JSON.generate(JSON.parse(File.read(metadata)).slice('name', 'version'))}" if File.exist?(metadata)
        Dir.glob("#{root}/lib/puppet/{functions,parser/functions}/**/*.rb").map { |path| path.delete_prefix("#{root}/") }.sort.each { |path| out << "  #{path}" }
      when /\A> (.*)/
        out << line
        kind, answer = evaluate(Regexp.last_match(1), environment, facts)
        out << (kind == :value ? "= #{answer}" : "! #{JSON.generate(answer)}")
      when /\A(#|facts |file )/, ''
        out << line
      end
    end
  end
  File.write(file, out.join("\n") + "\n")
end
