# Runs command lines of `puppet lookup`, each in a process of its own, without starting Ruby for each.
# Standard input: JSON, a list of lists of arguments. Standard output: for each, the exit code and both outputs.
require 'json'
require 'puppet'
require 'puppet/util/command_line'
require 'puppet/application/lookup'

def look_up(arguments)
  Puppet::Util::CommandLine.new('puppet', ['lookup', *arguments]).execute
end

def run(arguments)
  reader, writer = IO.pipe
  errors, to_errors = IO.pipe
  child = fork do
    $stdout.reopen(writer)
    $stderr.reopen(to_errors)
    look_up(arguments)
  end
  [writer, to_errors].each(&:close)
  said = Thread.new { errors.read }
  printed = reader.read
  Process.wait(child)
  [$?.exitstatus, printed.force_encoding('UTF-8'), said.value.force_encoding('UTF-8')]
end

# What a lookup loads, for those that follow.
def loaded(arguments)
  IO.popen('-') do |child|
    next child.readlines(chomp: true) if child

    at_exit { print "\n", $LOADED_FEATURES.join("\n") }
    look_up(arguments)
  end
end

lines = JSON.parse($stdin.read)
$stdout.sync = true
loaded(lines.first).each do |file|
  require file if file.include?('/puppet/') && File.exist?(file)
rescue LoadError, NameError
  # Some files cannot be loaded out of their order; who needs them loads them.
end
print JSON.generate(lines.map { |arguments| run(arguments) })
