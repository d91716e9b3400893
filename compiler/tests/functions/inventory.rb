# inventory.rb NAME=FOLDER...
#
# Lists the functions that Ruby files define: `NAME PATH`, with the path below the folder. For Puppet itself the folder
# is that of `puppet/functions`, for a module its own.
ARGV.each do |argument|
  name, folder = argument.split('=', 2)
  pattern = name.start_with?('puppet') ? 'puppet/{functions,parser/functions}/**/*.rb' : 'lib/puppet/{functions,parser/functions}/**/*.rb'
  Dir.glob("#{folder}/#{pattern}").sort.each { |path| puts "#{name} #{path.delete_prefix("#{folder}/")}" }
end
