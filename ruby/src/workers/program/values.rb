# Values between their JSON form and Ruby. What JSON has no word for is a hash with `__ptype`.
require 'json'

module Quartermaster
  # Title patterns as text, with the parameters that their groups give. What a pattern computes of a
  # group cannot be told: such patterns are refused.
  def self.title_patterns(patterns)
    patterns.map do |pattern, attributes|
      attributes.each do |attribute, compute|
        same = compute.nil? || ['a/B:c ', '/x/'].all? { |text| compute.call(text) == text }
        raise ArgumentError, "the title pattern #{pattern.inspect} computes '#{attribute}', which is not supported" unless same
      end
      [pattern.options.zero? ? pattern.source : pattern.to_s, attributes.map { |attribute, _| attribute.to_s }]
    end
  end

  # What the compiler holds and Ruby only names: lambdas and contexts of lookups.
  Handle = Struct.new(:number, :kind, :fields)

  class Values
    # `api` makes and knows the classes of the library that is used.
    def initialize(api)
      @api = api
      @blocks = []
    end

    # Blocks live as long as the call that gave them.
    def forget_blocks(count)
      @blocks.slice!(count..-1)
    end

    def block_count
      @blocks.size
    end

    def kept(number)
      @blocks.fetch(number)
    end

    def decode(json)
      case json
      when Array then json.map { |item| decode(item) }
      when Hash then json.key?('__ptype') ? tagged(json) : json.transform_values { |value| decode(value) }
      else json
      end
    end

    def encode(value)
      case value
      when nil, true, false, Integer then value
      when Float then value.finite? ? value : { '__ptype' => 'Runtime', 'class' => 'Float', 'text' => value.to_s }
      when String then text(value)
      when :undef then nil
      when :default then { '__ptype' => 'Default' }
      when Symbol then text(value.name)
      when Array then value.map { |item| encode(item) }
      when Hash then hash(value)
      when Regexp then { '__ptype' => 'Regexp', '__pvalue' => value.options.zero? ? value.source : value.to_s }
      when Proc, Method then block(value)
      else @api.encode(value, self)
      end
    end

    # Anything that neither the language nor JSON knows.
    def foreign(value)
      { '__ptype' => 'Runtime', 'class' => value.class.name.to_s, 'text' => text(value.to_s) }
    end

    private

    # A lambda goes back as what it is; a block of Ruby's own is named, with its parameters.
    def block(value)
      handle = @api.handle_of(value)
      return { '__ptype' => 'Lambda', '__pvalue' => handle } if handle

      @blocks << value
      { '__ptype' => 'Block', '__pvalue' => @blocks.size - 1, 'parameters' => value.parameters.map { |kind, name| [kind, name || 'x'] } }
    end

    def text(string)
      string = string.encoding == Encoding::UTF_8 ? string : string.dup.force_encoding('UTF-8')
      string.valid_encoding? ? string : string.scrub
    end

    def hash(value)
      plain = value.each_key.all? { |key| (key.is_a?(String) && key != '__ptype') || (key.is_a?(Symbol) && key != :default && key != :undef) }
      return value.to_h { |key, item| [text(key.to_s), encode(item)] } if plain

      { '__ptype' => 'Hash', '__pvalue' => value.flat_map { |key, item| [encode(key), encode(item)] } }
    end

    def tagged(json)
      value = json['__pvalue']
      case json['__ptype']
      when 'Default' then :default
      when 'Hash' then value.each_slice(2).to_h { |key, item| [decode(key), decode(item)] }
      when 'Regexp' then Regexp.new(value)
      when 'Sensitive' then @api.sensitive(decode(value))
      when 'Type' then @api.type(value)
      when 'Object' then @api.object(json['type'], decode(json['attributes']))
      when 'Lambda' then @api.lambda(Handle.new(value, :lambda, json))
      when 'Opaque' then @api.opaque(Handle.new(value, :opaque, json))
      else @api.scalar(json['__ptype'], value)
      end
    end
  end
end

