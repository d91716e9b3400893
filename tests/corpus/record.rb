# record.rb --environment DIR --facts FILE.. [--modules A,B] [--jobs N] [--cases TEXT]
#
# Writes a manifest for each module of the environment DIR, which evaluates the case that the fact `corpus_case` names,
# compiles every case with the original for each file of facts, and prints a line of JSON for each:
#   {"module": .., "case": .., "facts": .., "catalog": {..}}, or with "error": {"message": ..}.
require 'optparse'
require 'tmpdir'
require 'fileutils'
require 'zlib'
require_relative 'original'
require_relative 'cases'

options = { facts: [], jobs: 2 }
OptionParser.new do |parser|
  parser.on('--environment DIR') { |dir| options[:environment] = File.realpath(dir) }
  parser.on('--facts FILE') { |file| options[:facts] << file }
  parser.on('--modules LIST') { |list| options[:modules] = list.split(',') }
  parser.on('--jobs N', Integer) { |number| options[:jobs] = number }
  parser.on('--cases TEXT') { |text| options[:cases] = text }
end.parse!

# The text of an outcome; the environment's folder is called /ENV.
def printed(line, environment)
  JSON.generate(line).gsub(environment, '/ENV')
rescue JSON::GeneratorError
  JSON.generate(line.slice('module', 'case', 'facts').merge('error' => { 'message' => 'the catalog is not UTF-8' }))
end

Dir.mktmpdir('corpus') do |scratch|
  manifests = "#{options[:environment]}/manifests"
  FileUtils.mkdir_p(manifests)
  FileUtils.rm_f(Dir.glob("#{manifests}/*.pp"))
  # Cases are found in a process of its own, since an environment reads its manifests once.
  listed = IO.popen('-') do |reader|
    next reader.read if reader

    begin
      original = Original.new(options[:environment], scratch)
      original.warm
      mods = original.environment.modules.sort_by(&:name)
      mods = mods.select { |mod| options[:modules].include?(mod.name) } if options[:modules]
      Puppet.override(loaders: Puppet::Pops::Loaders.new(original.environment)) do
        mods.each do |mod|
          cases = Cases.new(original, mod)
          groups = cases.groups.select { |group| group.first.name.include?(options[:cases].to_s) }
          File.write("#{manifests}/#{mod.name}.pp", groups.flatten.map { |one| cases.wrap(one) }.join)
          puts JSON.generate([mod.name, groups.map { |group| group.map(&:name) }])
        end
      end
      $stdout.flush
      exit!(0)
    rescue StandardError => error
      warn error.full_message
      exit!(1)
    end
  end
  modules = listed.lines.map { |line| JSON.parse(line) }
  abort 'record.rb: the cases could not be made' if modules.empty?

  original = Original.new(options[:environment], scratch)
  original.warm
  facts = options[:facts].to_h { |file| [File.basename(file, '.json'), JSON.parse(File.read(file))] }
  lock = "#{scratch}/lock"
  queue = modules.sort_by { |_, groups| -groups.size }
  running = 0
  until queue.empty? && running.zero?
    if queue.any? && running < options[:jobs]
      name, groups = queue.shift
      fork do
        File.open(lock, 'w') do |guard|
          facts.to_a.product(groups).each do |(system, values), group|
            group.each do |one|
              outcome = original.compile(values.merge('corpus_case' => one))
              line = printed({ 'module' => name, 'case' => one, 'facts' => system }.merge(outcome), options[:environment])
              guard.flock(File::LOCK_EX)
              $stdout.write("#{line}\n")
              $stdout.flush
              guard.flock(File::LOCK_UN)
              break if outcome.key?('catalog')
            end
          end
        end
        exit!(0)
      end
      running += 1
    else
      Process.wait
      running -= 1
    end
  end
end
