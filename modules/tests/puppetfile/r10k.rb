# Reads Puppetfiles with r10k: a JSON list of texts on standard input, a JSON list of what each
# declares on standard output.
require 'json'
require 'r10k/module_loader/puppetfile'

class Reader < R10K::ModuleLoader::Puppetfile
  attr_accessor :text, :forge

  def puppetfile_content(_path)
    text
  end

  def set_forge(forge)
    @forge = forge
  end
end

VARIABLES = {
  'version'  => :@expected_version, 'remote' => :@remote, 'reference' => :@desired_ref, 'default' => :@default_ref,
  'override' => :@default_override_ref, 'source' => :@source, 'checksum' => :@checksum
}.freeze

def shown(value)
  value.is_a?(Symbol) ? ":#{value}" : value
end

def described(mod)
  fields = VARIABLES.transform_values { |variable| shown(mod.instance_variable_get(variable)) }.compact
  fields.merge('kind' => mod.class.name.split('::').last, 'title' => mod.title, 'name' => mod.name,
               'folder' => mod.dirname.to_s, 'spec_deletable' => mod.spec_deletable,
               'exclude_spec' => !!mod.instance_variable_get(:@exclude_spec))
end

def read(text)
  reader = Reader.new(basedir: '/srv/environments/production')
  reader.text = text
  reader.load!
  { 'forge' => reader.forge, 'modules' => reader.modules.map { |mod| described(mod) } }
rescue ScriptError, StandardError => e
  original = e.respond_to?(:original) && e.original ? e.original : e
  { 'error' => original.message, 'class' => original.class.name }
end

R10K::Logging.level = 'fatal'
puts JSON.generate(JSON.parse($stdin.read).map { |text| read(text) })
