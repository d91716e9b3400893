# The original compiler over an environment: one compile after another in one process, as a server of it does.
require 'json'
require 'set'
require 'puppet'
require 'puppet/gettext/stubs'
require 'puppet/pops'
require 'puppet/parser'
require 'puppet/node'
require 'puppet/node/facts'
require 'puppet/plugins/configuration'

# No file comes or goes meanwhile, and each compile looks for each function and type in every module: what was not
# found once is not looked for again.
module Absent
  module File
    def exist?(path) = (@known ||= {}).fetch(path.to_s) { |name| @known[name] = super }
  end

  module Definition
    NAMES = Set.new

    def find(name)
      return super if name.qualified?

      key = [name.type, name.name, @dependency_loaders.size]
      NAMES.include?(key) ? nil : super.tap { |found| NAMES << key if found.nil? }
    end
  end
end
# A file that fails to load is taken for loaded from then on, so that its classes are missing in later compiles.
module Failed
  class << self
    attr_accessor :loading
  end

  def load_files(*)
    super
  rescue StandardError
    Failed.loading = true
    raise
  end
end
Puppet::Parser::TypeLoader.prepend(Failed)
Puppet::FileSystem.singleton_class.prepend(Absent::File)
Puppet::Pops::Loader::DependencyLoader.prepend(Absent::Definition)

# Puppet 7 with folders of its own, holding one environment.
class Original
  NODE = 'node1.example.com'.freeze
  SERVER = { 'serverversion' => '7.23.0', 'servername' => 'puppet.test', 'serverip' => '127.0.0.1' }.freeze

  attr_reader :environment

  # `environment` is the folder of the environment, `scratch` an empty folder that the settings point into.
  def initialize(environment, scratch)
    configure(File.dirname(environment), File.basename(environment), scratch)
    loader = Puppet::Environments::Directories.new(File.dirname(environment), [])
    @environment = Puppet.override(environments: loader) { loader.get!(File.basename(environment)) }
    # As after pluginsync: what the libraries of modules require is found.
    @environment.modules.each { |mod| $LOAD_PATH << "#{mod.path}/lib" if File.directory?("#{mod.path}/lib") }
    fixed = Struct.new(:one) do
      def get(_name) = one
      def get!(_name) = one
      def list = [one]
      def search_paths = []
      def get_conf(_name) = nil
    end
    Puppet.push_context({ environments: fixed.new(@environment), current_environment: @environment, ssl_context: nil,
                          plugins: Puppet::Plugins::Configuration.load_plugins }, 'corpus')
  end

  # Whether the text is Puppet code.
  def parses?(text)
    Puppet::Pops::Parser::EvaluatingParser.new.parse_string(text, 'corpus')
    true
  rescue Puppet::Error
    false
  end

  # The classes and defined types of a manifest: `[:class or :define, name, parameters]`, where a parameter is its
  # name, the text of its type and that of its default (each nil when there is none).
  def definitions(file)
    program = Puppet::Pops::Parser::Parser.new.parse_file(file).model
    program.definitions.filter_map do |one|
      kind = { 'HostClassDefinition' => :class, 'ResourceTypeDefinition' => :define }[one.class.name.split('::').last]
      next unless kind

      [kind, one.name, one.parameters.map { |p| [p.name, source(p.type_expr), source(p.value)] }]
    end
  end

  # The type that a text means, or nil.
  def type(text)
    Puppet::Pops::Types::TypeParser.singleton.parse(text, Puppet.lookup(:loaders).private_environment_loader)
  rescue Puppet::Error
    nil
  end

  def instance?(type, value) = Puppet::Pops::Types::TypeCalculator.instance?(type, value)

  # Loads what every compile needs, so that processes made from this one share it.
  def warm
    Puppet.override(loaders: Puppet::Pops::Loaders.new(@environment)) { Puppet::Type.loadall }
    read_manifests
  end

  # `{"catalog": ..}` or `{"error": {"message": ..}}`.
  def compile(facts)
    forget_definitions if Failed.loading
    node = Puppet::Node.new(NODE, environment: @environment, facts: Puppet::Node::Facts.new(NODE, facts))
    node.merge(facts)
    host, domain = NODE.split('.', 2)
    node.trusted_data = { 'authenticated' => 'remote', 'certname' => NODE, 'extensions' => {}, 'hostname' => host,
                          'domain' => domain, 'external' => {} }
    node.add_server_facts(SERVER)
    catalog = Puppet::Parser::Compiler.compile(node).filter(&:virtual?)
    { 'catalog' => Puppet.override(rich_data: true) { catalog.to_data_hash } }
  rescue StandardError, ScriptError, SystemStackError => error
    { 'error' => { 'message' => error.message } }
  end

  private

  def forget_definitions
    Failed.loading = false
    @environment.instance_variable_set(:@known_resource_types, nil)
    read_manifests
  end

  def read_manifests
    Puppet.override(loaders: Puppet::Pops::Loaders.new(@environment)) { @environment.known_resource_types }
  end

  def source(expression)
    expression && expression.locator.extract_text(expression.offset, expression.length)
  end

  def configure(environmentpath, name, scratch)
    folders = %w[conf var code public log run].to_h { |dir| ["#{dir}dir".to_sym, "#{scratch}/#{dir}"] }
    arguments = folders.except(:rundir).flat_map { |setting, dir| ["--#{setting}", dir] }
    Puppet.settings.initialize_global_settings(arguments, true)
    defaults = Puppet::Settings.app_defaults_for_run_mode(Puppet::Util::RunMode[:server])
    Puppet.settings.initialize_app_defaults(defaults.merge(folders))
    Puppet[:environmentpath] = environmentpath
    Puppet[:environment] = name
    Puppet[:hiera_config] = "#{scratch}/no-hiera.yaml"
    Puppet[:node_terminus] = 'plain'
    Puppet[:storeconfigs] = false
    Puppet::Util::Log.level = :crit
  end
end
