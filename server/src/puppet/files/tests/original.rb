# Answers the requests on standard input with the file server of the puppet gem, one line of JSON each.
# Usage: ruby original.rb MODULEPATH SCRATCH
require 'json'
require 'puppet'
require 'puppet/file_serving/configuration'
require 'puppet/file_serving/metadata'
require 'puppet/file_serving/terminus_helper'
require 'puppet/indirector/request'

modulepath, scratch = ARGV
Puppet.initialize_settings(['--vardir', "#{scratch}/var", '--confdir', "#{scratch}/conf"])
environment = Puppet::Node::Environment.create(:production, [modulepath])

class Server
  include Puppet::FileServing::TerminusHelper

  def model
    Puppet::FileServing::Metadata
  end
end

def answer(kind, key, query, environment)
  options = { environment: environment }
  query.split('&').each do |pair|
    name, value = pair.split('=')
    name == 'ignore' ? (options[:ignore] ||= []) << value : options[name.to_sym] = value
  end
  method = kind == 'one' ? :find : :search
  request = Puppet::Indirector::Request.new(:file_metadata, method, key, nil, options)
  mount, path = Puppet::FileServing::Configuration.configuration.split_path(request)
  found = mount.public_send(method, path, request)
  return nil unless found

  kind == 'one' ? Server.new.path2instance(request, found) : Server.new.path2instances(request, *found)
end

STDIN.each_line(chomp: true) do |line|
  kind, key, query = line.split
  begin
    found = answer(kind, key, query, environment)
    found = found.is_a?(Array) ? found.map(&:to_data_hash) : found&.to_data_hash
  rescue StandardError => e
    found = e.message
  end
  puts JSON.generate(found)
end
