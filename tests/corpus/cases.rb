# What is declared of a module: every class with its defaults and with its switches turned over, every defined type and
# resource type once, and the examples that the module comes with.

# A piece of Puppet code that a catalog is made of; its name is `module/kind/what`.
Case = Struct.new(:name, :code)

# The cases of one module.
class Cases
  # Values for parameters without a default, by name; the first that the type takes is given.
  BY_NAME = [
    [/password|secret|key|token/, ["'secret'"]],
    [/port/, ['8080', "'8080'"]],
    [/(\A|_)(ip|address|host|bind)/, ["'192.0.2.20'"]],
    [/(path|dir|file|target)\z/, ["'/opt/example'"]],
    [/ur[il]|endpoint|connection/, ["'http://www.example.com/'"]],
    [/ensure/, ["'present'"]],
    [/servers|hosts|addresses/, ["['192.0.2.20']"]],
    [/content|source/, ["'text'"]],
    [/order|priority|weight|size|count|number/, ['10', "'10'"]]
  ].freeze
  ANY = ["'example'", "'/opt/example'", '10', 'true', "['example']", "{'example' => 'value'}", "'192.0.2.20'",
         "'http://www.example.com/'", "'present'", "'0644'", "'10'", "['/opt/example']", '[1]', "{'example' => {}}",
         "[{'example' => 'value'}]", '1.5', '[]', '{}', 'undef'].freeze

  def initialize(original, mod)
    @original = original
    @mod = mod
  end

  # Lists of cases. Those after the first of a list are for when the ones before do not compile: a class that wants
  # parameters, or the module's main class first.
  def groups
    groups = definitions + resource_types + examples
    groups.map { |group| group.select { |one| @original.parses?(wrap(one)) } }.reject(&:empty?)
  end

  # Code that evaluates a case when the fact asks for it.
  def wrap(one) = "case $facts['corpus_case'] {\n  '#{one.name}': {\n#{one.code}\n  }\n}\n"

  private

  def definitions
    files = Dir.glob("#{@mod.path}/manifests/**/*.pp").sort
    files.flat_map { |file| @original.definitions(file) }.uniq { |_, name| name }.flat_map do |kind, name, parameters|
      required = parameters.select { |_, _, default| default.nil? }.map { |parameter, type,| [parameter, sample(parameter, type)] }
      switches = parameters.filter_map do |parameter, _, default|
        [parameter, default == 'true' ? 'false' : 'true'] if %w[true false].include?(default)
      end
      title = kind == :class ? name : 'example'
      type = kind == :class ? 'class' : name
      groups = []
      groups << group(kind, name, [*("include #{name}" if kind == :class), *(declare(type, title, required) if kind == :define || required.any?)])
      groups << group('switched', name, [declare(type, title, required + switches)]) if switches.any?
      groups
    end
  end

  def group(kind, name, codes)
    prefix = "#{@mod.name}/#{kind}/#{name}"
    after_main = name == @mod.name ? [] : codes.map { |code| "include #{@mod.name}\n#{code}" }
    (codes + after_main).each_with_index.map { |code, index| Case.new("#{prefix}#{"/#{index + 1}" if index.positive?}", code) }
  end

  def resource_types
    Dir.glob("#{@mod.path}/lib/puppet/type/*.rb").sort.map do |file|
      name = File.basename(file, '.rb')
      [Case.new("#{@mod.name}/type/#{name}", declare(name, '/opt/example', []))]
    end
  end

  def examples
    blocks = documents.flat_map { |file| fenced(file) }
    blocks += Dir.glob("#{@mod.path}/examples/**/*.pp").sort.map { |file| File.read(file, encoding: 'UTF-8') }
    blocks.each_with_index.map { |code, index| [Case.new(format('%s/example/%02d', @mod.name, index + 1), code)] }
  end

  # The module's README: in its folder, or where Debian keeps it.
  def documents
    package = "/usr/share/doc/puppet-module-#{File.basename(File.realpath(@mod.path))}"
    Dir.glob(["#{@mod.path}/README*", "#{package}/README.m*"]).sort
  end

  def fenced(file)
    text = (file.end_with?('.gz') ? Zlib::GzipReader.open(file, &:read) : File.read(file)).force_encoding('UTF-8').scrub
    text.scan(/^ *``` *(?:puppet)? *\n(.*?)^ *``` *$/m).flatten.select { |code| code.match?(/[{}]|\binclude\b/) }
  end

  def declare(type, title, parameters)
    lines = parameters.map { |name, value| "  #{name} => #{value},\n" }
    "#{type} { '#{title}':\n#{lines.join}}"
  end

  # The text of a value that the parameter takes.
  def sample(parameter, type)
    candidates = BY_NAME.filter_map { |pattern, values| values if parameter.match?(pattern) }.flatten + ANY
    type = type && @original.type(type)
    type ||= @original.type('Any')
    enumerated = type.respond_to?(:values) ? type.values.map(&:inspect) : []
    candidates = enumerated + candidates
    candidates.find { |text| @original.instance?(type, value(text)) } || candidates.first
  end

  def value(text)
    @values ||= {}
    @values.fetch(text) { @values[text] = Puppet::Pops::Parser::EvaluatingParser.new.evaluate_string(nil, text, 'corpus') }
  end
end
