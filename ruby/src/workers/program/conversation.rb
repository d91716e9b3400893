# Speaks with the compiler by turns. While a question waits for its answer, further things to run
# may be told.
module Quartermaster
  # An error that the compiler answered with: it keeps the error itself, and gets it back by its
  # number unless Ruby code rescues it.
  module Kept
    attr_accessor :number
  end

  # A jump of the language out of the call; no error that Ruby code may rescue.
  class Jump < Exception; end # rubocop:disable Lint/InheritException

  class Conversation
    def initialize(input, output)
      @input = input
      @output = output
    end

    attr_accessor :worker

    def say(kind, payload)
      text = JSON.generate(payload, max_nesting: false)
      @output.write([text.bytesize].pack('N'), kind, text)
      @output.flush
    end

    # Ends when the compiler goes.
    def hear
      head = @input.read(5)
      Kernel.exit!(0) if head.nil? || head.bytesize < 5
      length, kind = head.unpack('Na')
      text = @input.read(length)
      Kernel.exit!(0) if text.nil? || text.bytesize < length
      [kind, JSON.parse(text.force_encoding('UTF-8'), max_nesting: false)]
    end

    def serve
      loop do
        _, payload = hear
        run(payload)
      end
    end

    # The answer to a question; errors of the compiler are raised.
    def ask(question)
      say('Q', question)
      loop do
        kind, payload = hear
        return answer(payload) if kind == 'A'

        run(payload)
      end
    end

    private

    def run(payload)
      say('D', worker.outcome(payload))
    end

    def answer(payload)
      return payload unless payload.key?('error')

      told = payload['error']
      error = told['kind'] == 'jump' ? Jump.new : worker.api.kept_error(told)
      error.extend(Kept)
      error.number = payload['number']
      raise error
    end
  end
end

