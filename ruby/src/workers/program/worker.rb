# Runs what the compiler tells: functions, templates, descriptions of types.
module Quartermaster
  class Worker
    attr_reader :api, :values, :conversation

    def initialize(conversation)
      @conversation = conversation
      conversation.worker = self
      @api = Quartermaster.api(self)
      @values = Values.new(@api)
    end

    def ask(question)
      conversation.ask(question)
    end

    # What a thing to run came to: a result, or why there is none. Ruby code may raise anything.
    def outcome(told)
      blocks = values.block_count
      perform(told)
    rescue Exception => error # rubocop:disable Lint/RescueException
      failure(error)
    ensure
      values.forget_blocks(blocks) unless told['run'] == 'block'
    end

    private

    def perform(told)
      case told['run']
      when 'begin' then api.begin(told) && { 'result' => nil }
      when 'function' then { 'result' => values.encode(function(told)) }.merge(api.checked(told['name']))
      when 'signatures' then { 'result' => api.signatures(told['name'], told['file']) }
      when 'template' then { 'result' => values.encode(api.template(told['file'], told['text'])) }
      when 'block' then { 'result' => values.encode(values.kept(told['number']).call(*values.decode(told['arguments']))) }
      when 'transports' then { 'result' => Transports.read(told['files'], told['folders']) }
      when 'type' then { 'result' => api.describe(told['name'], told['file']) }
      else raise ArgumentError, "unknown thing to run: #{told['run']}"
      end
    end

    def function(told)
      block = told['block'] && values.decode(told['block'])
      api.call(told['name'], told['file'], values.decode(told['arguments']), [told['called_in'], told['called_at']], block)
    end

    def failure(error)
      return { 'stop' => error.number } if error.is_a?(Kept) && error.number

      message = error.is_a?(SystemExit) ? "#{error.class}: exit" : error.message.to_s
      message = message.dup.force_encoding('UTF-8').scrub
      place = api.place(error)
      at = (error.backtrace || []).first(12)
      { 'error' => { 'message' => place ? place.delete('message') : message, 'class' => error.class.name, 'backtrace' => at }.merge(place || {}) }
    end
  end

  # What the compiler keeps of a lookup, asked by its handle.
  module LookupContext
    attr_reader :handle

    def initialize(worker, handle)
      @worker = worker
      @handle = handle
    end

    %i[
      environment_name module_name not_found explain interpolate cache cache_all cache_has_key cached_value
      cached_entries cached_file_data
    ].each do |method|
      define_method(method) do |*arguments, &block|
        values = @worker.values
        answer = @worker.ask('ask' => 'method', 'number' => handle.number, 'name' => method.to_s,
                             'arguments' => values.encode(arguments), 'block' => values.encode(block))
        values.decode(answer['value'])
      end
    end
  end

  # Code that prints must not be taken for a message, nor read one.
  def self.open_pipes
    input = STDIN.dup
    output = STDOUT.dup
    [input, output].each { |pipe| pipe.binmode && pipe.close_on_exec = true }
    STDIN.reopen(File::NULL)
    STDOUT.reopen(STDERR)
    STDOUT.sync = true
    [input, output]
  end

  # A worker that loops without a word does not notice that the server is gone.
  def self.follow(parent)
    Thread.new do
      sleep 1 while Process.ppid == parent
      Kernel.exit!(0)
    end
  end

  # The library of Puppet where it is installed, else what stands in for it.
  def self.load_library(wanted)
    wanted && require('puppet') && require('puppet/parser') && require('puppet/pops') && require('puppet/node/facts')
    chosen = wanted ? 1 : 2
  rescue LoadError
    chosen = 2
  ensure
    eval(PARTS[chosen], TOPLEVEL_BINDING, chosen == 1 ? 'original.rb' : 'shim.rb')
    @api = chosen == 1 ? Original : Shim::Api
  end

  def self.api(worker)
    @api.new(worker)
  end

  def self.main
    memory = Integer(ARGV.shift || 0)
    library = ARGV.shift != 'shim'
    Process.setrlimit(Process::RLIMIT_AS, memory) if memory.positive?
    follow(Process.ppid)
    input, output = open_pipes
    conversation = Conversation.new(input, output)
    load_library(library)
    Worker.new(conversation)
    conversation.say('D', { 'result' => 'ready' })
    conversation.serve
  end
end

Quartermaster.main
