# What modules say of the devices that they manage: files that register the schema of a transport.
module Quartermaster
  module Transports
    # As far as schemas need it, where the library itself is not installed.
    module Registry
      def self.register_transport(schema)
        raise ArgumentError, 'requires a hash as schema' unless schema.is_a?(Hash)

        missing = %i[name desc connection_info].find { |field| !schema.key?(field) }
        raise ArgumentError, "requires `#{missing.inspect}`" if missing

        schema[:connection_info_order] ||= schema[:connection_info].keys
        raise ArgumentError, "Transport `#{schema[:name]}` is already registered" if known.key?(schema[:name])

        known[schema[:name]] = schema
      end

      def self.known
        @known ||= {}
      end
    end

    # The definitions that the files register, in their order. `folders` is where else they may require from.
    def self.read(files, folders)
      folders.each { |folder| $LOAD_PATH << folder unless $LOAD_PATH.include?(folder) }
      list = library
      files.each { |file| Kernel.load(file) }
      list.call.map { |definition| plain(definition) }
    end

    def self.library
      raise LoadError, 'the library of Puppet' unless Quartermaster.const_defined?(:Original)

      require 'puppet/resource_api'
      require 'puppet/resource_api/transport'
      registered = Puppet::ResourceApi::Transport
      registered.instance_variable_set(:@transports, {})
      -> { registered.list.values.map(&:definition) }
    rescue LoadError
      stand_in
      Registry.known.clear
      -> { Registry.known.values }
    end

    def self.stand_in
      Puppet::ResourceApi.define_singleton_method(:register_transport) { |schema| Registry.register_transport(schema) }
      $LOADED_FEATURES << 'puppet/resource_api.rb' unless $LOADED_FEATURES.include?('puppet/resource_api.rb')
    end

    def self.plain(value)
      case value
      when Hash then value.to_h { |key, held| [key.to_s, plain(held)] }
      when Array then value.map { |held| plain(held) }
      when String, Numeric, true, false, nil then value
      else value.to_s
      end
    end
  end
end
