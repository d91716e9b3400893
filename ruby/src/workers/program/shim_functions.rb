# `Puppet::Functions` and `Puppet::Parser::Functions` of the shim.
module Quartermaster
  module Shim
    # One `dispatch` of a function, as the compiler gets to see it.
    class Dispatch
      def initialize(method_name, aliases = {})
        @method_name = method_name
        @aliases = aliases
        @parameters = []
        @injections = []
      end

      attr_reader :method_name, :returns

      def declared
        { 'parameters' => @parameters, 'block' => @block }
      end

      def injected(scope)
        @injections.map { |what| what == :scope ? scope : raise(Puppet::Error, "this function needs the library of Puppet: it asks for a #{what}") }
      end

      def param(type, name)
        @parameters << [name.to_s, text(type), 'req']
      end
      alias required_param param

      def optional_param(type, name)
        @parameters << [name.to_s, text(type), 'opt']
      end

      def repeated_param(type, name)
        @parameters << [name.to_s, text(type), 'rest']
      end
      alias optional_repeated_param repeated_param

      def required_repeated_param(type, name)
        @parameters << [name.to_s, text(type), 'req_rest']
      end

      def block_param(*type_and_name)
        type = type_and_name.size == 2 || type_and_name.first.is_a?(String) ? text(type_and_name.first) : 'Callable'
        @block = [type, true]
      end
      alias required_block_param block_param

      def optional_block_param(*type_and_name)
        block_param(*type_and_name)
        @block[1] = false
      end

      def return_type(type)
        @returns = text(type)
      end

      def scope_param
        @injections << :scope
      end

      def cache_param
        @injections << :cache
      end

      def compiler_param
        @injections << :compiler
      end
      alias script_compiler_param compiler_param

      private

      def text(type)
        @aliases.reduce(type.to_s) { |whole, (name, meant)| whole.gsub(/(?<![\w:])#{Regexp.escape(name)}(?![\w:])/, meant) }
      end
    end

    # The types that a function defines for itself.
    class LocalTypes
      attr_reader :aliases

      def initialize
        @aliases = {}
      end

      def type(text)
        name, meant = text.split('=', 2)
        @aliases[name.strip] = meant.strip
      end
    end
  end
end

module Puppet
  module Functions
    class Function
      class << self
        attr_accessor :function_name, :dispatches, :local_aliases

        def name
          function_name.to_s
        end

        def dispatch(method_name, &block)
          declared = Quartermaster::Shim::Dispatch.new(method_name, local_aliases || {})
          declared.instance_eval(&block)
          (self.dispatches ||= []) << declared
        end

        def argument_mismatch(_method_name, &block); end

        def local_types(&block)
          types = Quartermaster::Shim::LocalTypes.new
          types.instance_eval(&block)
          self.local_aliases = types.aliases
        end

        # Without a dispatch, the parameters of the method that has the function's name.
        def complete
          return if dispatches

          method_name = function_name.split('::').last.to_sym
          raise ArgumentError, "Function Creation Error, cannot create a default dispatcher for function '#{function_name}', no method with this name found" unless method_defined?(method_name)

          declared = Quartermaster::Shim::Dispatch.new(method_name)
          instance_method(method_name).parameters.each do |kind, name|
            case kind
            when :req then declared.param('Any', name)
            when :opt then declared.optional_param('Any', name)
            when :rest then declared.repeated_param('Any', name)
            when :block then declared.optional_block_param
            end
          end
          self.dispatches = [declared]
        end
      end

      def closure_scope
        Quartermaster::Shim.api.scope
      end

      def loader
        nil
      end

      def call_function(name, *arguments, &block)
        Quartermaster::Shim.api.ask_function(name, arguments, block) do
          raise ArgumentError, "Function #{self.class.name}(): Unknown function: '#{name}'"
        end
      end
    end

    class InternalFunction < Function
      def call_function_with_scope(_scope, name, *arguments, &block)
        call_function(name, *arguments, &block)
      end
    end

    def self.create_function(name, base = Function, &block)
      made = Class.new(base)
      made.function_name = name.to_s
      made.class_eval(&block)
      made.complete
      Quartermaster::Shim.api.functions[name.to_s] = made
    end

    def self.create_loaded_function(name, _loader, base = Function, &block)
      create_function(name, base, &block)
    end
  end

  module Pops
    module Functions
      Function = Puppet::Functions::Function
    end
  end

  module Parser
    # Functions of the old kind are methods of scopes; modules of them are this module reopened.
    module Functions
      def self.newfunction(name, options = {}, &block)
        name = name.to_sym
        arity = options[:arity] || -1
        is_value = options[:type] == :rvalue
        define_method("real_function_#{name}", &block)
        define_method("function_#{name}") do |arguments|
          raise ArgumentError, 'custom functions must be called with a single array that contains the arguments. For example, function_example([1]) instead of function_example(1)' unless arguments.is_a?(Array)

          least = (arity + 1).abs
          raise ArgumentError, "#{name}(): Wrong number of arguments given (#{arguments.size} for #{arity})" if arity >= 0 && arguments.size != arity
          raise ArgumentError, "#{name}(): Wrong number of arguments given (#{arguments.size} for minimum #{least})" if arity.negative? && arguments.size < least

          result = public_send("real_function_#{name}", arguments)
          is_value ? result : nil
        end
        Quartermaster::Shim.api.legacy[name.to_s] = { arity: arity, type: options[:type] || :statement, name: "function_#{name}" }
      end

      # The name of the method, so that old code may ask before it calls.
      def self.function(name, _environment = nil)
        known = Quartermaster::Shim.api.legacy.key?(name.to_s)
        known || Quartermaster::Shim.api.worker.ask('ask' => 'has_function', 'name' => name.to_s)['value'] ? "function_#{name}" : false
      end

      def self.rvalue?(name)
        known = Quartermaster::Shim.api.legacy[name.to_s]
        known.nil? || known[:type] == :rvalue
      end

      # Nothing needs to be loaded by hand.
      def self.autoloader
        Class.new { def self.load(*) = true; def self.loadall(*) = true; def self.loaded?(*) = true }
      end
    end
  end
end

