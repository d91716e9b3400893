# Scope, catalog and lookup context as Ruby code of the original's API sees them: each looks like
# the original's own and asks the compiler.
module Quartermaster
  class Original
    def self.scope_class
      Class.new(Puppet::Parser::Scope) do
        def initialize(compiler, api)
          @api = api
          super(compiler)
        end

        def lookupvar(name, _options = {})
          raise Puppet::ParseError, "Scope variable name #{name} is a #{name.class}, not a string" unless name.is_a?(String)

          answer = ask('variable', 'name' => name)
          return @api.worker.values.decode(answer['value']) if answer['found']

          variable_not_found(name, answer['reason'])
        end

        def [](name, options = {})
          lookupvar(name, options)
        end

        def exist?(name)
          ask('variable', 'name' => name.to_s)['found']
        end

        def bound?(name)
          ask('bound', 'name' => name.to_s)['value']
        end

        def setvar(name, value, _options = {})
          ask('set_variable', 'name' => name.to_s, 'value' => @api.worker.values.encode(value))
          value
        end

        def []=(name, value, _ignored = nil)
          setvar(name, value)
        end

        def to_hash(_recursive = true, _include_undef = false)
          @api.worker.values.decode(ask('variables')['value'])
        end

        def call_function(name, arguments, &block)
          @api.ask_function(name, arguments, block) { raise ArgumentError, "Unknown function '#{name}'" }
        end

        def method_missing(method, *arguments, &block)
          name = method[/\Afunction_(.*)\z/, 1]
          return super unless name

          given = arguments.first
          raise ArgumentError, "custom functions must be called with a single array that contains the arguments. For example, function_example([1]) instead of function_example(1)" unless given.is_a?(Array)

          @api.ask_function(name, given, block) { super }
        end

        def respond_to_missing?(method, all = false)
          name = method[/\Afunction_(.*)\z/, 1]
          name ? ask('has_function', 'name' => name)['value'] : super
        end

        def resource
          reference = ask('scope')['resource']
          reference && catalog.resource(*reference)
        end

        def parent_module_name
          ask('scope')['module'].then { |name| name.empty? ? nil : name }
        end

        def source
          Source.new(ask('scope')['module'], resource)
        end

        def findresource(type, title = nil)
          compiler.catalog.resource(type, title)
        end

        def find_hostclass(name)
          ask('definition', 'kind' => 'class', 'name' => name)['value'] && Definition.new(name, :hostclass)
        end

        def find_definition(name)
          ask('definition', 'kind' => 'define', 'name' => name)['value'] && Definition.new(name, :definition)
        end

        def class_scope(_class)
          self
        end

        def enclosing_scope
          nil
        end

        def inherited_scope
          nil
        end

        def tags
          ask('scope')['tags'].to_a
        end

        def to_s
          reference = ask('scope')['resource']
          reference ? "Scope(#{reference[0]}[#{reference[1]}])" : 'Scope()'
        end

        private

        def ask(question, fields = {})
          @api.worker.ask({ 'ask' => question }.merge(fields))
        end
      end
    end

    # What declares the code that calls.
    Source = Struct.new(:module_name, :resource) do
      def name
        resource ? resource.title.to_s.downcase : ''
      end

      def type
        resource && resource.type == 'Class' ? :hostclass : :definition
      end
    end

    # A class or defined type by its name.
    Definition = Struct.new(:name, :type)

    def self.catalog_class
      Class.new(Puppet::Resource::Catalog) do
        attr_accessor :api, :scope

        def resource(type, title = nil)
          type, title = type.to_s.match(/\A([^\[]+)\[(.*)\]\z/m)&.captures || [type, ''] if title.nil?
          found = api.worker.ask('ask' => 'resource', 'type' => type.to_s, 'title' => title.to_s)['value']
          found && build(found)
        end

        def resources
          references.map { |reference| resource(*reference) }
        end

        def resource_refs
          references.map { |type, title| "#{type}[#{title}]" }
        end

        def resource_keys
          references
        end

        def classes
          api.worker.ask('ask' => 'classes')['value']
        end

        def add_resource(*_resources)
          raise Puppet::Error, 'Ruby code cannot add resources by itself: it may call the functions create_resources, ensure_resource and include'
        end

        private

        def references
          api.worker.ask('ask' => 'resources')['value']
        end

        def build(found)
          type, title = found['reference']
          resource = Puppet::Parser::Resource.new(type, title, scope: scope, file: found['file'], line: found['line'])
          api.worker.values.decode(found['parameters']).each { |name, value| resource[name.to_sym] = value }
          resource.tag(*found['tags'])
          resource
        end
      end
    end

    def self.compiler_class(scopes, catalogs)
      Class.new(Puppet::Parser::Compiler) do
        # Does nothing of what the original does here: the compile is elsewhere.
        define_method(:initialize) do |node, loaders, api| # rubocop:disable Lint/MissingSuper
          @node = node
          @loaders = loaders
          @catalog = catalogs.new(node.name, node.environment)
          @catalog.api = api
          @qualified_variables = {}
          @topscope = scopes.new(self, api)
          @catalog.scope = @topscope
        end

        def resources
          catalog.resources
        end

        def findresource(*reference)
          catalog.resource(*reference)
        end

        def evaluate_classes(classes, scope, _lazy = true)
          scope.call_function('include', [classes.is_a?(Hash) ? classes.keys : classes])
        end

        def add_resource(_scope, resource)
          catalog.add_resource(resource)
        end
      end
    end

    def self.context_class
      Class.new(Puppet::Pops::Lookup::Context) do
        def self._pcore_type
          superclass._pcore_type
        end

        include LookupContext
      end
    end
  end
end

