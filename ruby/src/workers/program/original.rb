# The library of Puppet itself, where it is installed: functions are loaded, checked and called by
# it, with a scope and a catalog that ask the compiler.
module Quartermaster
  class Original
    def initialize(worker)
      @worker = worker
      prepare
    end

    attr_reader :worker, :scope

    # A new compile: the code that was loaded stays.
    def begin(told)
      Puppet[:strict] = told['strict'].to_sym
      Puppet[:strict_variables] = told['strict_variables']
      Puppet.clear_deprecation_warnings
      Puppet::Util::Warnings.clear_warnings
      @environment ||= open_environment(told)
      Puppet.pop_context if @scope
      @scope = @compilers.new(make_node(told), @loaders, self).topscope
      Puppet.push_context({ global_scope: @scope }, 'a compile')
    end

    def call(name, _file, arguments, place, block)
      Puppet::Pops::PuppetStack.stack(place[0], place[1], load(name), :call, [@scope, *arguments], &block)
    end

    # What the compiler has still to check of a result: nothing.
    def checked(_name)
      {}
    end

    # Parameters and result of each dispatch, as types.
    def signatures(name, _file)
      load(name).class.dispatcher.dispatchers.map do |dispatch|
        returns = dispatch.type.return_type
        { 'type' => dispatch.type.to_s, 'returns' => returns && returns.to_s }
      end
    end

    # Parameters, name variables and title patterns of a resource type.
    def describe(name, _file)
      type = Puppet::Type.type(name.to_sym) || return
      patterns = type.key_attributes.size == 1 && !type.singleton_methods(false).include?(:title_patterns) ? [] : type.title_patterns
      { 'parameters' => (type.parameters + type.properties.map(&:name)).map(&:to_s), 'namevars' => type.key_attributes.map(&:to_s),
        'isomorphic' => type.isomorphic?, 'title_patterns' => Quartermaster.title_patterns(patterns) }
    end

    def template(file, text)
      wrapper = Puppet::Parser::TemplateWrapper.new(@scope)
      return wrapper.result(text) if file.nil?

      wrapper.file = file
      wrapper.result
    end

    # An error that names its own place is taken as it is.
    def place(error)
      return unless error.is_a?(Puppet::ParseError) && (error.file || error.line)

      message = error.basic_message if error.respond_to?(:basic_message)
      message ||= error.message.delete_suffix(Puppet::Util::Errors.error_location_with_space(error.file, error.line, error.pos))
      { 'message' => message, 'file' => error.file, 'line' => error.line, 'column' => error.pos }
    end

    def kept_error(told)
      return Puppet::Pops::Evaluator::PuppetStopIteration.new(told['file'], told['line']) if told['kind'] == 'break'

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

    def loader
      @loaders.private_environment_loader
    end

    # Values

    def sensitive(value)
      Puppet::Pops::Types::PSensitiveType::Sensitive.new(value)
    end

    def type(text)
      Puppet::Pops::Types::TypeParser.singleton.parse(text, loader)
    end

    def object(name, attributes)
      type(name).from_hash(attributes)
    end

    def scalar(type, text)
      case type
      when 'Timestamp' then Puppet::Pops::Time::Timestamp.parse(text)
      when 'Timespan' then Puppet::Pops::Time::Timespan.parse(text)
      when 'SemVer' then SemanticPuppet::Version.parse(text)
      when 'SemVerRange' then SemanticPuppet::VersionRange.parse(text)
      when 'Binary' then Puppet::Pops::Types::PBinaryType::Binary.from_base64(text)
      when 'URI' then URI.parse(text)
      else raise ArgumentError, "a value of the kind #{type}, which the worker does not know"
      end
    end

    def lambda(handle)
      closure = Closure.new(self, handle)
      Puppet::Pops::Evaluator::PuppetProc.new(closure) { |*arguments| closure.call(*arguments) }
    end

    def opaque(handle)
      @contexts.new(@worker, handle)
    end

    def handle_of(block)
      return unless block.is_a?(Puppet::Pops::Evaluator::PuppetProc) && block.closure.is_a?(Closure)

      block.closure.handle.number
    end

    def encode(value, values)
      types = Puppet::Pops::Types
      case value
      when types::PSensitiveType::Sensitive then { '__ptype' => 'Sensitive', '__pvalue' => values.encode(value.unwrap) }
      when types::PAnyType, Puppet::Resource then tagged('Type', value.to_s)
      when Puppet::Pops::Time::Timestamp then tagged('Timestamp', value.to_s)
      when Puppet::Pops::Time::Timespan then tagged('Timespan', value.to_s)
      when SemanticPuppet::Version then tagged('SemVer', value.to_s)
      when SemanticPuppet::VersionRange then tagged('SemVerRange', value.to_s)
      when types::PBinaryType::Binary then tagged('Binary', value.to_s)
      when URI then tagged('URI', value.to_s)
      when types::Iterable then values.encode(value.to_a)
      when @contexts then tagged('Opaque', value.handle.number)
      when types::PuppetObject
        { '__ptype' => 'Object', 'type' => value._pcore_type.name, 'attributes' => values.encode(value._pcore_init_hash) }
      else values.foreign(value)
      end
    end

    # What a lambda of the compiler is to Ruby code: parameters, type and calls.
    class Closure
      Parameter = Struct.new(:name, :captures_rest, :value)

      def initialize(api, handle)
        @api = api
        @handle = handle
      end

      attr_reader :handle

      def parameters
        @handle.fields['parameters'].map { |name, kind| Parameter.new(name, kind == 'rest', kind == 'opt') }
      end

      def parameter_names
        parameters.map(&:name)
      end

      def type
        @type ||= @api.type(@handle.fields['type'])
      end

      def call(*arguments)
        worker = @api.worker
        worker.values.decode(worker.ask('ask' => 'lambda', 'number' => @handle.number, 'arguments' => worker.values.encode(arguments))['value'])
      end
    end

    private

    def tagged(type, value)
      { '__ptype' => type, '__pvalue' => value }
    end

    def load(name)
      loader.load(:function, name) || raise(ArgumentError, "Unknown function: '#{name}'")
    end

    def prepare
      folder = '/nonexistent'
      folders = %i[confdir vardir codedir publicdir logdir rundir].to_h { |name| [name, folder] }
      Puppet.settings.initialize_global_settings([], false)
      Puppet.settings.initialize_app_defaults(Puppet::Settings.app_defaults_for_run_mode(Puppet::Util::RunMode[:server]).merge(folders))
      Puppet[:hiera_config] = "#{folder}/hiera.yaml"
      Puppet::Util::Log.level = :info
      Puppet.push_context({ ssl_context: nil, rich_data: true }, 'a worker')
      @contexts = Original.context_class
      @compilers = Original.compiler_class(Original.scope_class, Original.catalog_class)
      log_to_compiler
      call_by_compiler
    end

    # What the library says while it runs is said in the compile.
    def log_to_compiler
      worker = @worker
      Puppet::Util::Log.singleton_class.prepend(
        Module.new do
          define_method(:newmessage) do |message|
            worker.ask('ask' => 'log', 'level' => message.level.to_s, 'message' => message.message.to_s)
          end
        end
      )
    end

    # The functions that Ruby code calls are the compiler's to find.
    def call_by_compiler
      api = self
      Puppet::Pops::Functions::Function.prepend(
        Module.new do
          define_method(:internal_call_function) do |_scope, name, arguments, &block|
            api.ask_function(name, arguments, block) do
              raise ArgumentError, "Function #{self.class.name}(): Unknown function: '#{name}'"
            end
          end
          protected :internal_call_function
        end
      )
      Puppet::Parser::Functions.singleton_class.prepend(
        Module.new do
          define_method(:function) do |name, *rest|
            in_environment = Puppet::Parser::Functions.environment_module(*rest.first(1).then { |given| given.empty? ? [Puppet.lookup(:current_environment)] : given })
            return super(name, *rest) if in_environment.get_function_info(name.to_sym)

            api.worker.ask('ask' => 'has_function', 'name' => name.to_s)['value'] ? "function_#{name}" : false
          end
        end
      )
    end

    def open_environment(told)
      path = told['environment_path']
      environment = Puppet::Node::Environment.create(told['environment'].to_sym, told['modulepath'])
      settings = Puppet::Settings::EnvironmentConf.new(path, nil, [])
      environment.define_singleton_method(:configuration) { settings }
      environments = Puppet::Environments::Static.new(environment)
      # Without a folder of its own an environment brings no functions.
      environments.define_singleton_method(:get_conf) { |_name| settings }
      Puppet[:environmentpath] = File.dirname(path)
      folders = ["#{path}/lib"] + environment.modules.map { |mod| "#{mod.path}/lib" }
      folders.each { |folder| $LOAD_PATH << folder if File.directory?(folder) }
      Puppet.push_context(
        { current_environment: environment, environments: environments, rich_data: true }, 'an environment'
      )
      @loaders = Puppet::Pops::Loaders.new(environment)
      Puppet.push_context({ loaders: @loaders }, 'its loaders')
      environment
    end

    def make_node(told)
      facts = Puppet::Node::Facts.new(told['node'], told['facts'])
      node = Puppet::Node.new(told['node'], environment: @environment, facts: facts, parameters: told['facts'].dup)
      node.trusted_data = told['trusted']
      node.add_server_facts(told['server_facts'].except('environment'))
      node
    end
  end
end

