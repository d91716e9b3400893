# What stands in for the library of Puppet where it is not installed: the part of its API that
# functions of modules use. Types, dispatches and functions are the compiler's.
module Quartermaster
  module Shim
    # The text of a type, or of a reference to a resource.
    class Type
      def initialize(text)
        @text = text
      end

      def type_name
        @text[/\A[^\[]+/]
      end
      alias type type_name
      alias name type_name

      def title
        @text[/\[['"]?(.*?)['"]?\]\z/m, 1]
      end

      def to_s
        @text
      end
      alias ref to_s
      alias inspect to_s

      def ==(other)
        other.is_a?(Type) && to_s == other.to_s
      end
      alias eql? ==

      def hash
        @text.hash
      end
    end

    # An instance of an object type.
    class Object
      def initialize(type, attributes)
        @type = type
        @attributes = attributes
      end

      attr_reader :type, :attributes

      def method_missing(name, *arguments)
        @attributes.key?(name.to_s) ? @attributes[name.to_s] : super
      end

      def respond_to_missing?(name, all = false)
        @attributes.key?(name.to_s) || super
      end
    end

    # A value that is known by its text.
    class Text
      include Comparable

      def initialize(text)
        @text = text
      end

      def to_s
        @text
      end
      alias to_str to_s

      def <=>(other)
        to_s <=> other.to_s
      end

      def hash
        @text.hash
      end

      def eql?(other)
        other.class == self.class && other.to_s == to_s
      end
    end

    class Lambda < Proc
      attr_accessor :handle

      def parameters(**)
        handle.fields['parameters'].map { |name, kind| [kind.to_sym, name.to_sym] }
      end

      def arity
        required = parameters.count { |kind, _| kind == :req }
        required == parameters.size ? required : -required - 1
      end

      def lambda?
        false
      end
    end

    class Api
      def initialize(worker)
        @worker = worker
        @files = {}
        @functions = {}
        @legacy = {}
        @types = {}
        Shim.api = self
      end

      attr_reader :worker, :scope, :functions, :legacy, :types, :told, :stack

      def begin(told)
        @told = told
        @stack = []
        @warned = {}
        @scope = Puppet::Parser::Scope.new
        folders = ["#{told['environment_path']}/lib"] + told['modulepath'].flat_map { |path| Dir.glob("#{path}/*/lib").sort }
        folders.each { |folder| $LOAD_PATH << folder if File.directory?(folder) && !$LOAD_PATH.include?(folder) }
        true
      end

      def call(name, file, arguments, place, block)
        load_file(file)
        @stack.unshift([place[0] || 'unknown', place[1] || 0])
        if @functions.key?(name)
          call_modern(@functions[name], arguments, block)
        elsif @legacy.key?(name)
          @scope.public_send("function_#{name}", arguments.map { |argument| legacy_argument(argument) })
        else
          raise ArgumentError, "The code loaded from #{file} does not create the function '#{name}'"
        end
      ensure
        @stack.shift
      end

      # What the compiler has still to check of a result: its type.
      def checked(_name)
        returned = @returned
        @returned = nil
        returned ? { 'returns' => returned[0], 'method' => returned[1] } : {}
      end

      def signatures(name, file)
        load_file(file)
        function = @functions[name] || raise(ArgumentError, "Unknown function: '#{name}'")
        function.dispatches.map { |dispatch| dispatch.declared.merge('returns' => dispatch.returns) }
      end

      def describe(name, file)
        load_file(file)
        @types[name]&.describe
      end

      def template(file, text)
        TemplateWrapper.new(@scope, file).result(text)
      end

      def place(error)
        return unless error.is_a?(Puppet::ParseError) && (error.file || error.line)

        { 'message' => error.basic_message, 'file' => error.file, 'line' => error.line, 'column' => error.pos }
      end

      def kept_error(told)
        return StopIteration.new(told['message']) if told['kind'] == 'break'

        Puppet::PreformattedError.new(told['message'], told['file'], told['line'], told['column'])
      end

      def ask_function(name, arguments, block)
        values = @worker.values
        kept = values.block_count
        answer = @worker.ask('ask' => 'function', 'name' => name.to_s, 'arguments' => values.encode(arguments), 'block' => values.encode(block))
        answer['unknown'] ? yield : values.decode(answer['value'])
      ensure
        values.forget_blocks(kept)
      end

      def log(level, message)
        @worker.ask('ask' => 'log', 'level' => level.to_s, 'message' => message.to_s)
        nil
      end

      # Whether this was not said before in this compile.
      def first?(key)
        !@warned.key?(key) && (@warned[key] = true)
      end

      # Values

      def sensitive(value)
        Puppet::Pops::Types::PSensitiveType::Sensitive.new(value)
      end

      def type(text)
        Type.new(text)
      end

      def object(name, attributes)
        Object.new(name, attributes)
      end

      def scalar(type, text)
        case type
        when 'Timestamp' then Puppet::Pops::Time::Timestamp.new(text)
        when 'Timespan' then Puppet::Pops::Time::Timespan.new(text)
        when 'SemVer' then SemanticPuppet::Version.new(text)
        when 'SemVerRange' then SemanticPuppet::VersionRange.new(text)
        when 'Binary' then Puppet::Pops::Types::PBinaryType::Binary.new(text)
        when 'URI' then URI.parse(text)
        else raise ArgumentError, "a value of the kind #{type}, which the worker does not know"
        end
      end

      def lambda(handle)
        made = Lambda.new do |*arguments|
          answer = @worker.ask('ask' => 'lambda', 'number' => handle.number, 'arguments' => @worker.values.encode(arguments))
          @worker.values.decode(answer['value'])
        end
        made.handle = handle
        made
      end

      def opaque(handle)
        Puppet::LookupContext.new(@worker, handle)
      end

      def handle_of(block)
        block.is_a?(Lambda) ? block.handle.number : nil
      end

      def encode(value, values)
        case value
        when Puppet::Pops::Types::PSensitiveType::Sensitive then { '__ptype' => 'Sensitive', '__pvalue' => values.encode(value.unwrap) }
        when Type, Puppet::Resource then tagged('Type', value.to_s)
        when Puppet::Pops::Time::Timestamp then tagged('Timestamp', value.to_s)
        when Puppet::Pops::Time::Timespan then tagged('Timespan', value.to_s)
        when SemanticPuppet::Version then tagged('SemVer', value.to_s)
        when SemanticPuppet::VersionRange then tagged('SemVerRange', value.to_s)
        when Puppet::Pops::Types::PBinaryType::Binary then tagged('Binary', value.to_s)
        when URI::Generic then tagged('URI', value.to_s)
        when Puppet::LookupContext then tagged('Opaque', value.handle.number)
        when Object then { '__ptype' => 'Object', 'type' => value.type, 'attributes' => values.encode(value.attributes) }
        when Enumerator then values.encode(value.to_a)
        else values.foreign(value)
        end
      end

      private

      def tagged(type, value)
        { '__ptype' => type, '__pvalue' => value }
      end

      def load_file(file)
        return if @files[file]

        eval(File.read(file, encoding: 'UTF-8'), TOPLEVEL_BINDING.dup, file, 1)
        @files[file] = true
      end

      def call_modern(function, arguments, block)
        chosen = @worker.ask('ask' => 'dispatch', 'signatures' => function.dispatches.map(&:declared))['value']
        dispatch = function.dispatches[chosen]
        result = function.new.public_send(dispatch.method_name, *dispatch.injected(@scope), *arguments, &block)
        @returned = dispatch.returns && [dispatch.returns, dispatch.method_name.to_s]
        result
      end

      # Functions of the old kind know no undef and no values with classes of their own.
      def legacy_argument(value, inner = false)
        case value
        when nil then inner ? nil : ''
        when Array then value.map { |item| legacy_argument(item, true) }
        when Hash then value.to_h { |key, item| [legacy_argument(key, true), legacy_argument(item, true)] }
        when Regexp then value.inspect
        when Text then value.to_s
        when Type then value.title ? Puppet::Resource.new(value.type_name, value.title) : value
        else value
        end
      end
    end

    class << self
      attr_accessor :api
    end
  end
end

