# `Puppet::Type` and `Puppet::ResourceApi` of the shim: what they declare, not what they do.
module Quartermaster
  module Shim
    # The body of a parameter or property: only whether it names the resource matters.
    class Attribute
      attr_reader :name, :is_namevar

      def initialize(name, options)
        @name = name.to_s
        @is_namevar = (options[:namevar] && true) || @name == 'name'
      end

      def isnamevar(*)
        @is_namevar = true
      end

      # Only parameters name resources.
      def names_nothing
        @is_namevar = false
      end

      def method_missing(*) = self
      def respond_to_missing?(*) = true
      def define_method(*) = nil
    end

    # The body of a type.
    class TypeBody
      class << self
        attr_reader :type_name, :parameters, :isomorphic

        def declare(name)
          @type_name = name.to_s
          @parameters = []
        end

        def newparam(name, options = {}, &block)
          attribute = Attribute.new(name, options)
          run(attribute, block)
          @parameters << attribute
          attribute
        end

        def newproperty(name, options = {}, &block)
          attribute = Attribute.new(name, options)
          run(attribute, block)
          attribute.names_nothing
          @parameters << attribute
          attribute
        end

        def ensurable(*)
          newproperty(:ensure)
        end

        def properties
          @parameters
        end

        def describe
          names = @parameters.select(&:is_namevar).map(&:name).uniq
          patterns = singleton_methods(false).include?(:title_patterns) ? title_patterns : []
          raise ArgumentError, 'you must specify title patterns when there are two or more key attributes' if names.size > 1 && patterns.empty?

          { 'parameters' => @parameters.map(&:name).uniq, 'namevars' => names, 'isomorphic' => @isomorphic != false,
            'title_patterns' => Quartermaster.title_patterns(patterns) }
        end

        def method_missing(*) = nil
        def respond_to_missing?(*) = true

        private

        # `def` in the body of an attribute belongs to a class of its own.
        def run(attribute, block)
          return unless block

          attribute.singleton_class.class_eval { define_method(:desc) { |*| nil } }
          attribute.instance_eval(&block)
        end
      end
    end
  end
end

module Puppet
  class Type < Quartermaster::Shim::TypeBody
    def self.newtype(name, _options = {}, &block)
      made = Class.new(Quartermaster::Shim::TypeBody)
      made.declare(name)
      Quartermaster::Shim.api.types[name.to_s] = made
      made.class_eval(&block) if block
      made
    end

    # A type that is not declared here is one that other code may add to.
    def self.type(name)
      Quartermaster::Shim.api.types[name.to_s] ||= Class.new(Quartermaster::Shim::TypeBody).tap { |made| made.declare(name) }
    end
  end

  # Whatever declarations lean on: what it does is not asked for.
  module Unknown
    def const_missing(name)
      const_set(name, ::Class.new.extend(Unknown))
    end
  end

  class Parameter
    extend Unknown
  end

  class Property
    extend Unknown
  end

  class Provider
    extend Unknown
  end

  module ResourceApi
    def self.register_type(definition)
      attributes = definition[:attributes]
      made = Class.new(Quartermaster::Shim::TypeBody)
      made.declare(definition[:name])
      attributes.each { |name, options| made.newparam(name, namevar: [options[:behaviour], options[:behavior]].include?(:namevar)) }
      patterns = definition[:title_patterns]
      made.define_singleton_method(:title_patterns) { patterns.map { |one| [one[:pattern], one[:pattern].names.map { |name| [name.to_sym] }] } } if patterns
      Quartermaster::Shim.api.types[definition[:name].to_s] = made
    end
  end
end

