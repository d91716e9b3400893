# The rest of Puppet's API that module code leans on, in the shim.
require 'uri'
require 'erb'

module Puppet
  PUPPETVERSION = '8.10.0'

  class Error < RuntimeError
    attr_accessor :original

    def initialize(message = nil, original = nil)
      super(message.to_s.scrub)
      @original = original
    end
  end

  class ParseError < Error
    attr_accessor :file, :line, :pos
    attr_reader :basic_message

    def initialize(message, file = nil, line = nil, pos = nil, original = nil)
      super(message, original)
      @basic_message = message.to_s
      @file = file
      @line = line
      @pos = pos
    end
  end

  class ParseErrorWithIssue < ParseError; end
  class PreformattedError < ParseErrorWithIssue; end
  class ResourceError < Error; end
  class DevError < Error; end
  class ExecutionFailure < Error; end

  class << self
    %i[debug info notice warning err alert emerg crit].each do |level|
      define_method(level) { |message = nil, &block| Quartermaster::Shim.api.log(level, block ? block.call : message) }
    end

    def version
      PUPPETVERSION
    end

    def [](name)
      told = Quartermaster::Shim.api.told
      case name.to_sym
      when :strict then told['strict'].to_sym
      when :strict_variables then told['strict_variables']
      when :environment then told['environment']
      when :tasks then false
      else told['settings'][name.to_s]
      end
    end

    def settings
      self
    end

    def lookup(name)
      case name
      when :current_environment then Quartermaster::Shim.api.scope.environment
      when :global_scope then Quartermaster::Shim.api.scope
      when :trusted_information then Quartermaster::Shim.api.told['trusted']
      else block_given? ? yield : raise(Error, "Unable to lookup '#{name}'")
      end
    end

    def deprecation_warning(message, key = nil)
      warn_once('deprecation', key || message, message)
    end

    def puppet_deprecation_warning(message, options = {})
      warn_once('deprecation', options[:key] || message, message)
    end

    def warn_once(kind, key, message, file = nil, line = nil, level = :warning)
      return unless Quartermaster::Shim.api.first?([kind, key])

      place = file || line ? "(file: #{file || 'unknown'}, line: #{line || 'unknown'})" : '(file & line not available)'
      Quartermaster::Shim.api.log(level, "#{message}\n   #{place}")
    end

    def features
      Class.new { def self.method_missing(*) = true; def self.respond_to_missing?(*) = true }
    end
  end

  # A reference to a resource, or what the catalog holds of one.
  class Resource
    attr_reader :type, :title, :file, :line, :tags

    def initialize(type, title = nil, found = {})
      type, title = type.match(/\A([^\[]+)\[(.*)\]\z/m).captures if title.nil?
      @type = type.to_s.split('::').map(&:capitalize).join('::')
      @title = title
      @parameters = (found['parameters'] || {}).transform_keys(&:to_sym)
      @file = found['file']
      @line = found['line']
      @tags = found['tags'] || []
    end

    def [](name)
      @parameters[name.to_sym]
    end

    def to_hash
      @parameters.dup
    end
    alias parameters to_hash

    def ref
      "#{type}[#{title}]"
    end
    alias to_s ref

    def name
      title
    end
  end

  # What a Hiera backend is given to work with; it is the compiler's.
  class LookupContext
    include Quartermaster::LookupContext
  end

  class Environment
    def name
      Quartermaster::Shim.api.told['environment'].to_sym
    end
    alias to_s name

    def modulepath
      Quartermaster::Shim.api.told['modulepath']
    end

    def full_modulepath
      modulepath
    end

    def module(name)
      path = modulepath.map { |folder| "#{folder}/#{name}" }.find { |folder| File.directory?(folder) }
      path && Module.new(name, path)
    end

    def modules
      modulepath.flat_map { |folder| Dir.children(folder).sort.map { |name| self.module(name) } }.compact.uniq(&:name)
    end

    Module = Struct.new(:name, :path) do
      def file(relative)
        found = "#{path}/files/#{relative}"
        File.exist?(found) ? found : nil
      end

      def template(relative)
        found = "#{path}/templates/#{relative}"
        File.exist?(found) ? found : nil
      end

      def metadata_file
        "#{path}/metadata.json"
      end
    end
  end

  # `Puppet::Module.find`, as old functions use it.
  class Module
    def self.find(name, _environment = nil)
      Quartermaster::Shim.api.scope.environment.module(name)
    end
  end

  module Pops
    module Types
      class PSensitiveType
        class Sensitive
          def initialize(value)
            @value = value
          end

          def unwrap
            @value
          end

          def to_s
            'Sensitive [value redacted]'
          end

          def inspect
            "#<#{self}>"
          end

          def ==(other)
            other.is_a?(Sensitive) && other.hash == hash
          end
          alias eql? ==

          def hash
            @value.hash
          end
        end
      end

      class PBinaryType
        class Binary < Quartermaster::Shim::Text
          def self.from_binary_string(bytes)
            new([bytes].pack('m0'))
          end

          def self.from_base64(text)
            new(text)
          end

          def binary_buffer
            to_s.unpack1('m')
          end
        end
      end

      PAnyType = Quartermaster::Shim::Type
    end

    module Time
      class Timestamp < Quartermaster::Shim::Text; end
      class Timespan < Quartermaster::Shim::Text; end
    end

    module PuppetStack
      def self.stacktrace
        Quartermaster::Shim.api.stack.dup
      end

      def self.top_of_stack
        Quartermaster::Shim.api.stack.first || []
      end
    end
  end

  module Util
    # What code includes but does not call needs to be there.
    def self.const_missing(name)
      const_set(name, ::Module.new)
    end

    module_function

    def absolute_path?(path, platform = nil)
      platform == :windows ? path.match?(%r{\A(?:[A-Za-z]:[\\/]|[\\/]{2}[^\\/])}) : path.start_with?('/')
    end

    def which(name)
      return name if name.start_with?('/') && File.executable?(name)

      ENV['PATH'].to_s.split(':').map { |folder| "#{folder}/#{name}" }.find { |path| File.file?(path) && File.executable?(path) }
    end

    def symbolizehash(hash)
      hash.transform_keys { |key| key.respond_to?(:to_sym) ? key.to_sym : key }
    end

    def uri_encode(text, _options = {})
      URI::DEFAULT_PARSER.escape(text)
    end

    module Package
      module_function

      # Numbers by their value, `-` before `.` before everything else.
      def versioncmp(one, other)
        parts = [one, other].map { |text| text.to_s.scan(/[-.]|\d+|[^-.\d]+/) }
        parts[0].zip(parts[1]).each do |left, right|
          next if left == right
          return one.to_s <=> other.to_s if right.nil?

          ['-', '.'].each { |mark| return left == mark ? -1 : 1 if [left, right].include?(mark) }
          numbers = [left, right].all? { |part| part.match?(/\A(?:0|[1-9]\d*)\z/) }
          return numbers ? left.to_i <=> right.to_i : left.upcase <=> right.upcase
        end
        one.to_s <=> other.to_s
      end
    end

    module Platform
      def self.windows?
        false
      end
    end

    module Execution
      def self.execute(command, options = {})
        text, status = command.is_a?(Array) ? IO.popen([*command.map(&:to_s), err: %i[child out]]) { |pipe| [pipe.read, nil] } : [`#{command} 2>&1`, nil]
        status = $?
        raise ExecutionFailure, "Execution of '#{Array(command).join(' ')}' returned #{status.exitstatus}: #{text.strip}" if options.fetch(:failonfail, true) && !status.success?

        text
      end
    end
  end

  module FileSystem
    def self.exist?(path) = File.exist?(path)
    def self.file?(path) = File.file?(path)
    def self.directory?(path) = File.directory?(path)
    def self.read(path, encoding: 'UTF-8') = File.read(path, encoding: encoding)
    def self.read_preserve_line_endings(path) = File.read(path, encoding: 'UTF-8', newline: nil)
  end

  module Parser
    module Files
      def self.find_template(name, _environment = nil) = find(name, 'templates')
      def self.find_file(name, _environment = nil) = find(name, 'files')

      def self.find(name, folder)
        return (File.exist?(name) ? name : nil) if name.start_with?('/')

        mod, relative = name.split('/', 2)
        path = relative && Quartermaster::Shim.api.scope.environment.module(mod)&.path
        path && File.exist?("#{path}/#{folder}/#{relative}") ? "#{path}/#{folder}/#{relative}" : nil
      end
    end

    # The scope that calls, as Ruby code sees it.
    class Scope
      include Functions

      UNDEFINED = /\A(?:module_name|caller_module_name|\d+)\z/

      def lookupvar(name, _options = {})
        raise ParseError, "Scope variable name #{name} is a #{name.class}, not a string" unless name.is_a?(String)

        answer = ask('variable', 'name' => name)
        return values.decode(answer['value']) if answer['found']

        missing(name)
      end

      def [](name, options = {})
        lookupvar(name, options)
      end

      def include?(name)
        catch(:undefined_variable) { return !self[name].nil? }
        false
      end

      def exist?(name)
        ask('variable', 'name' => name.to_s)['found']
      end

      def setvar(name, value, _options = {})
        ask('set_variable', 'name' => name.to_s, 'value' => values.encode(value))
        value
      end
      alias []= setvar

      def to_hash(*)
        values.decode(ask('variables')['value'])
      end

      def call_function(name, arguments, &block)
        Quartermaster::Shim.api.ask_function(name, Array(arguments), block) { raise ArgumentError, "Unknown function '#{name}'" }
      end

      def method_missing(method, *arguments, &block)
        name = method[/\Afunction_(.*)\z/, 1]
        return super unless name

        given = arguments.first
        raise ArgumentError, 'custom functions must be called with a single array that contains the arguments. For example, function_example([1]) instead of function_example(1)' unless given.is_a?(Array)

        Quartermaster::Shim.api.ask_function(name, given, block) { super }
      end

      def respond_to_missing?(method, all = false)
        name = method[/\Afunction_(.*)\z/, 1]
        name ? ask('has_function', 'name' => name)['value'] : super
      end

      def environment
        @environment ||= Environment.new
      end

      def compiler
        self
      end

      def catalog
        @catalog ||= Catalog.new
      end

      def resource
        reference = ask('scope')['resource']
        reference && catalog.resource(*reference)
      end

      def source
        Source.new(ask('scope')['module'], resource)
      end

      def node
        told = Quartermaster::Shim.api.told
        Node.new(told['node'], told['facts'], told['trusted'])
      end

      def findresource(type, title = nil)
        catalog.resource(type, title)
      end

      def parent_module_name
        ask('scope')['module'].then { |name| name.empty? ? nil : name }
      end

      def to_s
        reference = ask('scope')['resource']
        reference ? "Scope(#{reference[0]}[#{reference[1]}])" : 'Scope()'
      end

      Source = Struct.new(:module_name, :resource) do
        def name = resource ? resource.title.to_s.downcase : ''
      end

      Node = Struct.new(:name, :facts, :trusted_data) do
        def parameters = facts
      end

      private

      def missing(name)
        return if UNDEFINED.match?(name)

        begin
          throw :undefined_variable
        rescue UncaughtThrowError
          text = "Undefined variable '#{name}'; "
          raise ArgumentError, text if Puppet[:strict] == :error

          Puppet.warn_once('undefined_variables', "Variable: #{name}", text) if Puppet[:strict] == :warning
        end
        nil
      end

      def ask(question, fields = {})
        Quartermaster::Shim.api.worker.ask({ 'ask' => question }.merge(fields))
      end

      def values
        Quartermaster::Shim.api.worker.values
      end
    end

    # What was declared so far.
    class Catalog
      def resource(type, title = nil)
        type, title = type.to_s.match(/\A([^\[]+)\[(.*)\]\z/m)&.captures || [type, ''] if title.nil?
        found = Quartermaster::Shim.api.worker.ask('ask' => 'resource', 'type' => type.to_s, 'title' => title.to_s)['value']
        return unless found

        found['parameters'] = Quartermaster::Shim.api.worker.values.decode(found['parameters'])
        Resource.new(*found['reference'], found)
      end

      def resources
        Quartermaster::Shim.api.worker.ask('ask' => 'resources')['value'].map { |reference| resource(*reference) }
      end

      def classes
        Quartermaster::Shim.api.worker.ask('ask' => 'classes')['value']
      end
    end
  end

  module Node
    Environment = Puppet::Environment
  end
end

module SemanticPuppet
  class Version < Quartermaster::Shim::Text
    def self.parse(text) = new(text)
    def major = to_s[/\A\d+/].to_i
    def minor = to_s[/\A\d+\.(\d+)/, 1].to_i
    def patch = to_s[/\A\d+\.\d+\.(\d+)/, 1].to_i

    def <=>(other)
      Gem::Version.new(to_s.tr('-', '.')) <=> Gem::Version.new(other.to_s.tr('-', '.'))
    end
  end

  class VersionRange < Quartermaster::Shim::Text
    def self.parse(text) = new(text)
  end
end

module Quartermaster
  module Shim
    # An ERB template with the variables of a scope.
    class TemplateWrapper
      def initialize(scope, file)
        @__scope__ = scope
        @__file__ = file
      end

      def file
        @__file__
      end

      def scope
        @__scope__
      end

      def has_variable?(name)
        scope.include?(name.to_s)
      end

      def classes
        scope.catalog.classes
      end

      def result(text)
        text = File.read(@__file__, encoding: 'UTF-8') if @__file__
        scope.to_hash.each { |name, value| instance_variable_set("@#{name.gsub(/[^\w]/, '_')}", value) }
        template = ERB.new(text, trim_mode: '-')
        template.filename = @__file__
        template.result(binding)
      end
    end
  end
end

