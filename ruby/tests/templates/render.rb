# render.rb FOLDER
#
# Renders every ERB template in a folder `templates` below FOLDER with real ERB, in several settings of its variables, and
# prints a line of JSON for each rendering:
#   {"template": "module/path.erb", "source": .., "variables": {..}, "calls": [[function, [arguments], result]..],
#    "output": ..}, or with "error": message.
# The variables that a template names and what it does with them say which values it is given; of many tries, those are
# kept whose outputs differ.
require 'erb'
require 'json'
require 'time'
require 'timeout'
require 'yaml'
require 'set'
require 'uri'
require 'puppet'
require 'puppet/util/package'

# What a template does with a variable.
class Usage
  LIST = /\A(each|map|collect|join|flatten|sort|sort_by|each_with_index|first|last|uniq|reject|select|any\?|compact|size|length|empty\?|include\?|zip|inject|each_index|drop|transpose|values_at)\z/
  HASH = /\A(each_pair|keys|values|has_key\?|key\?|fetch|to_hash|sort_by|sort|each|map|collect|select|reject|delete)\z/
  TEXT = /\A(gsub!?|sub|split|upcase|downcase|capitalize|strip|chomp|start_with\?|end_with\?|chars|lines|match|ljust|rjust|escape|unpack)\z/

  attr_reader :name

  # `spellings` match the variable where the source names it.
  def initialize(name, spellings, source)
    @name = name
    @spelling = Regexp.union(spellings)
    @source = source
  end

  # Kinds of values, the likeliest first.
  def kinds
    calls = @source.scan(/#{@spelling}\)?\.(\w+[?!]?)(?:\s*(?:do|\{)\s*\|([^|]*)\|)?/m)
    kinds = []
    kinds << :hash if calls.any? { |method, block| method.match?(HASH) && block.to_s.include?(',') || %w[each_pair keys values has_key? key? fetch].include?(method) }
    kinds << :hash if @source.match?(/#{@spelling}\s*\[\s*['":]/)
    kinds << :list if calls.any? { |method, _| method.match?(LIST) } || @source.match?(/(Array\(|\[)\s*#{@spelling}\s*[\])]/)
    kinds << :integer if calls.any? { |method, _| method.match?(/\Ato_[if]\z/) } || @source.match?(/Integer\(\s*#{@spelling}|#{@spelling}\s*[<>*\/]|[<>]=?\s*#{@spelling}/)
    kinds << :text if calls.any? { |method, _| method.match?(TEXT) } || @source.match?(/#{@spelling}\s*=~/)
    kinds << :boolean if @source.match?(/(if|unless|and|or|not|&&|\|\||!)\s*\(?\s*#{@spelling}\s*(-?%>|\)|and|or|&&|\|\||\?|$)/) || @source.match?(/#{@spelling}\s*[!=]=\s*(true|false)/)
    kinds << :text if kinds.empty? || @source.match?(/=\s*#{@spelling}\s*-?%>/)
    kinds.uniq
  end

  # Texts and numbers that it is compared with.
  def literals
    @source.scan(/#{@spelling}\s*[!=]=\s*(?:'([^']*)'|"([^"#]*)"|(\d+))/).map { |one, two, number| one || two || number.to_i }
  end
end

# Makes values for the variables of one template.
class Settings
  TEXTS = ['one', '/opt/example', '10.0', "it's \"two\"", 'x.example.com', '', 'UPPER lower', '1.2.3', 'a b  c', '%d & <x>', "grüße", '2.4'].freeze
  OTHERS = %i[text list hash integer boolean nil lists hashes nested float].freeze

  def initialize(source, random)
    @source = source
    @random = random
    named = Hash.new { |all, name| all[name] = [] }
    source.scan(/(?<![@\w])@(\w+)/) { |(name)| named[name] << /@#{name}\b/ }
    source.scan(/((?:lookupvar\s*\(?|scope\s*\[|has_variable\?\s*\(?)\s*['"](?:::)?([\w:]+)['"]\s*[\])]?)/) do |text, name|
      named[name] << Regexp.new(Regexp.escape(text))
    end
    @usages = named.reject { |name, _| name == '_erbout' }.map { |name, spellings| Usage.new(name, spellings.uniq, source) }
    @keys = source.scan(/\[\s*['"](\w+)['"]\s*\]|(?:has_key\?|key\?|fetch|include\?)\s*\(?\s*['"](\w+)['"]|\[\s*:(\w+)\s*\]/).flatten.compact.uniq.first(40)
  end

  # The settings of a try: the first tries take what is likeliest, later ones wander.
  def try(number)
    @usages.to_h do |usage|
      kinds = usage.kinds
      kind =
        if number.zero? then kinds.first
        elsif number == 1 then kinds.last
        elsif number == 2 then :nil
        else @random.rand < 0.8 ? kinds.sample(random: @random) : OTHERS.sample(random: @random)
        end
      [usage.name, value(kind, number, usage.literals)]
    end
  end

  private

  def value(kind, number, literals)
    case kind
    when :text then literals.any? && @random.rand < 0.5 ? literals.sample(random: @random) : text(number)
    when :integer then [0, 1, 7, 42, 1024].sample(random: @random)
    when :float then [0.5, 2.0, 1.0e20].sample(random: @random)
    when :boolean then number.zero? || @random.rand < 0.6
    when :list then number.zero? ? %w[one two] : Array.new(@random.rand(4)) { element(number) }
    when :hash then number.zero? ? hash(%i[text]) : hash([%i[text], %i[text integer boolean], %i[keyed], %i[list], %i[nil text]].sample(random: @random))
    when :lists then [%w[a b], %w[c d]]
    when :hashes then [hash(%i[text]), hash(%i[text list])]
    when :nested then { 'one' => hash(%i[text keyed]), 'two' => hash(%i[text integer list]) }
    end
  end

  def element(number)
    case @random.rand(8)
    when 0 then @random.rand(100)
    when 1 then hash(%i[text integer])
    when 2 then [text(number), text(number)]
    else text(number)
    end
  end

  def hash(kinds)
    keys = @keys.empty? || @random.rand < 0.3 ? %w[beta alpha] : @keys.select { @random.rand < 0.7 }
    keys += ['gamma'] if @random.rand < 0.2
    keys.to_h do |key|
      kind = kinds.sample(random: @random)
      [key, kind == :keyed ? @keys.to_h { |inner| [inner, text(1)] } : value(kind, 1, [])]
    end
  end

  def text(number) = number.zero? ? 'value' : TEXTS.sample(random: @random)
end

# What a template calls `scope`.
class Scope
  attr_reader :calls

  def initialize(folder, variables)
    @folder = folder
    @variables = variables
    @calls = []
  end

  def [](name) = @variables[name.to_s.delete_prefix('::')]
  alias lookupvar []
  def include?(name) = !self[name].nil?
  alias exist? include?
  def to_hash = @variables.reject { |name, value| name.include?('::') || value.nil? }
  def setvar(name, value, *) = @variables[name] = value

  def call_function(name, arguments, &_block)
    result =
      case name.to_s
      when 'versioncmp' then Puppet::Util::Package.versioncmp(*arguments)
      when 'template' then arguments.map { |file| template(file) }.join
      when 'fail' then raise Puppet::ParseError, arguments.join(' ')
      when 'warning' then nil
      else "#{name}(#{arguments.size})"
      end
    @calls << [name.to_s, Marshal.load(Marshal.dump(arguments)), result]
    result
  end

  def method_missing(name, *arguments)
    return super unless name.start_with?('function_')

    call_function(name.to_s.delete_prefix('function_'), *arguments)
  end

  def respond_to_missing?(name, all = false) = name.start_with?('function_') || super

  def template(name)
    mod, path = name.split('/', 2)
    # A module may stand in a folder that names its author too.
    file = Dir.glob(["#{@folder}/#{mod}/templates/#{path}", "#{@folder}/*-#{mod}/templates/#{path}"]).fetch(0)
    Wrapper.new(self).render(File.read(file, encoding: 'UTF-8'))
  end
end

# What a template is evaluated in.
class Wrapper
  def initialize(scope)
    @__scope__ = scope
  end

  def scope = @__scope__
  def has_variable?(name) = scope.include?(name.to_s)

  def render(source)
    scope.to_hash.each { |name, value| instance_variable_set("@#{name.gsub(/\W/, '_')}", value) }
    ERB.new(source, trim_mode: '-').result(binding)
  end
end

def rendering(folder, name, source, variables)
  line = { template: name, source: source, variables: Marshal.load(Marshal.dump(variables)) }
  scope = Scope.new(folder, variables)
  output = Timeout.timeout(5) { Wrapper.new(scope).render(source) }
  line.merge(calls: scope.calls, output: output)
rescue StandardError, ScriptError => error
  line.merge(calls: scope.calls, error: "#{error.class}: #{error.message.lines.first}".scrub)
end

TRIES = 60
OUTPUTS = 6
folder = ARGV.fetch(0)
$VERBOSE = nil
Dir.glob("#{folder}/*/**/templates/**/*.erb").sort.each do |file|
  name = file.delete_prefix("#{folder}/").sub('/templates/', '/')
  source = File.read(file, encoding: 'UTF-8')
  settings = Settings.new(source, Random.new(name.sum))
  seen = Set.new
  errors = 0
  TRIES.times do |number|
    line = rendering(folder, name, source, settings.try(number))
    key = line[:output] || line[:error]
    next if seen.include?(key)

    errors += 1 if line[:error]
    next if line[:error] && errors > 2

    seen << key
    puts JSON.generate(line)
    break if seen.size - [errors, 2].min >= OUTPUTS
  rescue JSON::GeneratorError
    next
  end
end
