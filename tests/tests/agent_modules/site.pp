# Modules that much of the world uses, with parameters of many kinds. Nothing of it is there when a test runs it.
class { 'apache':
  mpm_module    => 'prefork',
  default_vhost => false,
  log_formats   => { vhost_common => '%v %h %l %u %t "%r" %>s %b' },
}
include apache::mod::rewrite
include apache::mod::ssl
include apache::mod::headers
include apache::mod::status
include apache::mod::php
apache::vhost { 'www.example.com':
  port          => 443,
  docroot       => '/var/www/www.example.com',
  ssl           => true,
  serveraliases => ['example.com', 'web.example.com'],
  directories   => [
    { path => '/var/www/www.example.com', allow_override => ['None'], options => ['-Indexes', '+FollowSymLinks'] },
    { path => '/status', provider => location, require => 'ip 192.0.2.0/24' },
  ],
  rewrites      => [{ comment => 'to the app', rewrite_rule => ['^/app/(.*)$ http://localhost:8080/$1 [P,L]'] }],
  headers       => ['set X-Frame-Options DENY'],
}
apache::vhost { 'plain.example.com':
  port            => 80,
  docroot         => '/var/www/plain',
  redirect_status => 'permanent',
  redirect_dest   => 'https://www.example.com/',
}

class { 'mysql::server':
  root_password    => 'strong',
  override_options => { mysqld => { max_connections => 512, bind_address => '0.0.0.0' } },
  users            => { 'someuser@localhost' => { ensure => present, password_hash => mysql::password('some') } },
}
mysql::db { 'shop':
  user     => 'shop',
  password => 'secret',
  host     => '10.%',
  grant    => ['SELECT', 'UPDATE'],
}
class { 'mysql::server::backup':
  backupuser     => 'backup',
  backuppassword => 'secret',
  backupdir      => '/var/backups/mysql',
}
include mysql::client

class { 'postgresql::globals':
  version  => '15',
  encoding => 'UTF-8',
}
class { 'postgresql::server':
  listen_addresses  => '*',
  postgres_password => 'secret',
}
postgresql::server::db { 'wiki':
  user     => 'wiki',
  password => postgresql::postgresql_password('wiki', 'secret'),
}
postgresql::server::pg_hba_rule { 'the app':
  type        => 'host',
  database    => 'wiki',
  user        => 'wiki',
  address     => '192.0.2.0/24',
  auth_method => 'md5',
}
postgresql::server::config_entry { 'shared_buffers': value => '128MB' }

class { 'ntp':
  servers  => ['0.debian.pool.ntp.org', '1.debian.pool.ntp.org'],
  restrict => ['default ignore', '127.0.0.1'],
}

class { 'ssh':
  storeconfigs_enabled => false,
  server_options       => {
    'Port'                   => [22, 2222],
    'PermitRootLogin'        => 'no',
    'Match User deploy'      => { 'ChrootDirectory' => '/srv/deploy', 'ForceCommand' => 'internal-sftp' },
  },
  client_options       => { 'Host *.example.com' => { 'User' => 'ops' } },
}

# A template of the module takes this from whatever scope has it.
$modules = ['$ModLoad imuxsock', '$ModLoad imklog']
class { 'rsyslog::client':
  server         => 'log.example.com',
  remote_type    => 'tcp',
  custom_config  => 'rsyslog/client.conf.erb',
  log_auth_local => true,
}
rsyslog::snippet { 'app': content => 'local0.* /var/log/app.log' }

class { 'haproxy':
  global_options   => { 'maxconn' => '4000', 'log' => '/dev/log local0' },
  defaults_options => { 'timeout' => ['connect 5s', 'client 50s', 'server 50s'] },
}
haproxy::listen { 'app':
  ipaddress => '*',
  ports     => '8140',
  mode      => 'tcp',
  options   => { 'option' => ['tcplog'], 'balance' => 'roundrobin' },
}
haproxy::balancermember { 'app1':
  listening_service => 'app',
  server_names      => ['app1', 'app2'],
  ipaddresses       => ['192.0.2.11', '192.0.2.12'],
  ports             => '8140',
  options           => 'check',
}
haproxy::frontend { 'www': bind => { ':8443' => [] }, options => { 'default_backend' => 'www' } }
haproxy::backend { 'www': options => [{ 'option' => ['httplog'] }, { 'server' => 'www1 192.0.2.21:80 check' }] }

class { 'rabbitmq':
  admin_enable      => true,
  default_user      => 'ops',
  default_pass      => 'secret',
  config_variables  => { 'hipe_compile' => true, 'frame_max' => 131072 },
  environment_variables => { 'NODENAME' => 'rabbit' },
}
rabbitmq_vhost { '/app': ensure => present }
rabbitmq_user { 'app': password => 'secret', tags => ['monitoring'] }
rabbitmq_user_permissions { 'app@/app': configure_permission => '.*', read_permission => '.*', write_permission => '.*' }

# There is no database to wait for.
Postgresql_conn_validator <| |> { tries => 1, sleep => 0 }
