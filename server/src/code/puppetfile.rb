# Runs a Puppetfile that is more than a list, and prints the calls that it makes.
# The file comes in by standard input; arguments: its path, the environment, the branch, bytes of memory (0: no bound).
require 'json'

path, environment, branch, memory = ARGV
Process.setrlimit(Process::RLIMIT_AS, memory.to_i) unless memory == '0'
# What it may change is what it declares: no file gets a byte by its hand.
trap('XFSZ', 'IGNORE')
Process.setrlimit(Process::RLIMIT_FSIZE, 0)
TOLD = $stdout.dup
$stdout.reopen($stderr)
TEXT = STDIN.read.force_encoding('UTF-8')

# What Puppetfiles that look at their environment ask for.
Named = Struct.new(:name, :ref, :dirname)
Site = Struct.new(:environment, :environment_name, :basedir)

class Puppetfile
  attr_reader :calls

  def initialize(site, path)
    @librarian = site
    @path = path
    @calls = []
  end

  %w[forge moduledir mod].each do |verb|
    define_method(verb) { |*arguments| note(verb, arguments) }
  end

  def method_missing(name, *_arguments)
    raise NoMethodError, "unrecognized declaration '#{name}'"
  end

  def respond_to_missing?(*)
    false
  end

  private

  def note(verb, arguments)
    place = caller_locations.find { |known| known.path == @path }
    @calls << { verb: verb, line: place ? place.lineno : 1, arguments: arguments.map { |value| told(value) } }
    nil
  end

  def told(value)
    case value
    when nil, true, false, Integer then value
    when Float then value.finite? ? value : { object: value.to_s }
    when String then value.encode('UTF-8', invalid: :replace, undef: :replace)
    when Symbol then { symbol: value.to_s }
    when Array then value.map { |item| told(item) }
    when Hash then { hash: value.map { |key, item| [told(key), told(item)] } }
    else { object: value.inspect[0, 200] }
    end
  end
end

folder = File.dirname(path)
# As in r10k, the name of an environment is its branch, and its folder what is made of that.
file = Puppetfile.new(Site.new(Named.new(branch, branch, environment), branch, folder), path)
begin
  Dir.chdir(folder)
  file.instance_eval(TEXT, path)
rescue SystemExit
  error = { kind: 'run', message: 'it ended the program: exit', line: 1 }
rescue SyntaxError => e
  error = { kind: 'syntax', message: e.message, line: e.message[/:(\d+):/, 1].to_i }
rescue Exception => e # rubocop:disable Lint/RescueException
  place = (e.backtrace_locations || []).find { |known| known.path == path }
  error = { kind: 'run', message: e.message, line: place ? place.lineno : 1 }
end
error[:message] = error[:message].encode('UTF-8', invalid: :replace, undef: :replace) if error
TOLD.write(JSON.generate({ calls: file.calls, error: error }, max_nesting: 200))
TOLD.flush
exit!(0)
