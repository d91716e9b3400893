# A web server with its sites, for measuring.
class webserver (
  String[1] $package = 'nginx',
  Enum['present', 'absent'] $ensure = 'present',
  Stdlib::Absolutepath $root = '/srv/www',
  Hash[String[1], Hash] $sites = {},
  Optional[Integer[1, 65535]] $port = undef,
  Boolean $manage_firewall = true,
) inherits webserver::params {
  if $facts['os']['family'] == 'Debian' and versioncmp($facts['os']['release']['major'], '11') >= 0 {
    $service = 'nginx'
  } elsif $facts['os']['family'] in ['RedHat', 'Suse'] {
    $service = "${package}.service"
  } else {
    fail("Unsupported family ${facts['os']['family']} on ${trusted['certname']}")
  }

  package { $package:
    ensure => $ensure ? {
      'absent' => purged,
      default  => installed,
    },
  }
  -> file {
    default:
      owner => 'root',
      group => 'root',
      mode  => '0644',
    ;
    ["${root}/html", "${root}/logs"]:
      ensure => directory,
      mode   => '0755',
    ;
    "${root}/html/index.html":
      content => epp('webserver/index.epp', { 'host' => $facts['networking']['fqdn'], 'port' => pick($port, 80) }),
    ;
  }
  ~> service { $service:
    ensure => running,
    enable => true,
  }

  $sites.each |String $name, Hash $options| {
    webserver::site { $name:
      * => { 'port' => $port } + $options.filter |$key, $value| { $value =~ NotUndef },
    }
  }

  case $facts['virtual'] {
    'physical', /^xen/: { include webserver::tuning }
    default:            { notice("no tuning on ${facts['virtual']}") }
  }

  if $manage_firewall {
    Firewall <| tag == 'webserver' and port != 22 |> -> Service[$service]
    @@firewall { "200 web ${trusted['certname']}":
      dport  => [80, 443] + Array($port, true),
      action => 'accept',
    }
  }
}

define webserver::site0 (
  Integer[1, 65535] $port = 80 + 0,
  Array[String[1]] $aliases = [],
  Hash $options = { 'timeout' => 00, 'names' => ['a', 'b'], nested => { deep => true } },
) {
  $config = @("END"/L)
    server {
      listen ${port};
      server_name ${title} ${aliases.join(' ')};
      root ${webserver::root}/${title};
    }
    | END
  file { "/etc/nginx/sites/${title}.conf":
    ensure  => file,
    content => $config,
    notify  => Service['nginx'],
    require => [Package['nginx'], File['/etc/nginx/sites']],
  }
  unless empty($aliases) {
    $aliases.map |$index, $alias| { "${index}: ${alias.upcase} \t" }.each |$line| { notice($line) }
  }
}

define webserver::site1 (
  Integer[1, 65535] $port = 80 + 1,
  Array[String[1]] $aliases = [],
  Hash $options = { 'timeout' => 10, 'names' => ['a', 'b'], nested => { deep => true } },
) {
  $config = @("END"/L)
    server {
      listen ${port};
      server_name ${title} ${aliases.join(' ')};
      root ${webserver::root}/${title};
    }
    | END
  file { "/etc/nginx/sites/${title}.conf":
    ensure  => file,
    content => $config,
    notify  => Service['nginx'],
    require => [Package['nginx'], File['/etc/nginx/sites']],
  }
  unless empty($aliases) {
    $aliases.map |$index, $alias| { "${index}: ${alias.upcase} \t" }.each |$line| { notice($line) }
  }
}

define webserver::site2 (
  Integer[1, 65535] $port = 80 + 2,
  Array[String[1]] $aliases = [],
  Hash $options = { 'timeout' => 20, 'names' => ['a', 'b'], nested => { deep => true } },
) {
  $config = @("END"/L)
    server {
      listen ${port};
      server_name ${title} ${aliases.join(' ')};
      root ${webserver::root}/${title};
    }
    | END
  file { "/etc/nginx/sites/${title}.conf":
    ensure  => file,
    content => $config,
    notify  => Service['nginx'],
    require => [Package['nginx'], File['/etc/nginx/sites']],
  }
  unless empty($aliases) {
    $aliases.map |$index, $alias| { "${index}: ${alias.upcase} \t" }.each |$line| { notice($line) }
  }
}

define webserver::site3 (
  Integer[1, 65535] $port = 80 + 3,
  Array[String[1]] $aliases = [],
  Hash $options = { 'timeout' => 30, 'names' => ['a', 'b'], nested => { deep => true } },
) {
  $config = @("END"/L)
    server {
      listen ${port};
      server_name ${title} ${aliases.join(' ')};
      root ${webserver::root}/${title};
    }
    | END
  file { "/etc/nginx/sites/${title}.conf":
    ensure  => file,
    content => $config,
    notify  => Service['nginx'],
    require => [Package['nginx'], File['/etc/nginx/sites']],
  }
  unless empty($aliases) {
    $aliases.map |$index, $alias| { "${index}: ${alias.upcase} \t" }.each |$line| { notice($line) }
  }
}

define webserver::site4 (
  Integer[1, 65535] $port = 80 + 4,
  Array[String[1]] $aliases = [],
  Hash $options = { 'timeout' => 40, 'names' => ['a', 'b'], nested => { deep => true } },
) {
  $config = @("END"/L)
    server {
      listen ${port};
      server_name ${title} ${aliases.join(' ')};
      root ${webserver::root}/${title};
    }
    | END
  file { "/etc/nginx/sites/${title}.conf":
    ensure  => file,
    content => $config,
    notify  => Service['nginx'],
    require => [Package['nginx'], File['/etc/nginx/sites']],
  }
  unless empty($aliases) {
    $aliases.map |$index, $alias| { "${index}: ${alias.upcase} \t" }.each |$line| { notice($line) }
  }
}

define webserver::site5 (
  Integer[1, 65535] $port = 80 + 5,
  Array[String[1]] $aliases = [],
  Hash $options = { 'timeout' => 50, 'names' => ['a', 'b'], nested => { deep => true } },
) {
  $config = @("END"/L)
    server {
      listen ${port};
      server_name ${title} ${aliases.join(' ')};
      root ${webserver::root}/${title};
    }
    | END
  file { "/etc/nginx/sites/${title}.conf":
    ensure  => file,
    content => $config,
    notify  => Service['nginx'],
    require => [Package['nginx'], File['/etc/nginx/sites']],
  }
  unless empty($aliases) {
    $aliases.map |$index, $alias| { "${index}: ${alias.upcase} \t" }.each |$line| { notice($line) }
  }
}

define webserver::site6 (
  Integer[1, 65535] $port = 80 + 6,
  Array[String[1]] $aliases = [],
  Hash $options = { 'timeout' => 60, 'names' => ['a', 'b'], nested => { deep => true } },
) {
  $config = @("END"/L)
    server {
      listen ${port};
      server_name ${title} ${aliases.join(' ')};
      root ${webserver::root}/${title};
    }
    | END
  file { "/etc/nginx/sites/${title}.conf":
    ensure  => file,
    content => $config,
    notify  => Service['nginx'],
    require => [Package['nginx'], File['/etc/nginx/sites']],
  }
  unless empty($aliases) {
    $aliases.map |$index, $alias| { "${index}: ${alias.upcase} \t" }.each |$line| { notice($line) }
  }
}

define webserver::site7 (
  Integer[1, 65535] $port = 80 + 7,
  Array[String[1]] $aliases = [],
  Hash $options = { 'timeout' => 70, 'names' => ['a', 'b'], nested => { deep => true } },
) {
  $config = @("END"/L)
    server {
      listen ${port};
      server_name ${title} ${aliases.join(' ')};
      root ${webserver::root}/${title};
    }
    | END
  file { "/etc/nginx/sites/${title}.conf":
    ensure  => file,
    content => $config,
    notify  => Service['nginx'],
    require => [Package['nginx'], File['/etc/nginx/sites']],
  }
  unless empty($aliases) {
    $aliases.map |$index, $alias| { "${index}: ${alias.upcase} \t" }.each |$line| { notice($line) }
  }
}

define webserver::site8 (
  Integer[1, 65535] $port = 80 + 8,
  Array[String[1]] $aliases = [],
  Hash $options = { 'timeout' => 80, 'names' => ['a', 'b'], nested => { deep => true } },
) {
  $config = @("END"/L)
    server {
      listen ${port};
      server_name ${title} ${aliases.join(' ')};
      root ${webserver::root}/${title};
    }
    | END
  file { "/etc/nginx/sites/${title}.conf":
    ensure  => file,
    content => $config,
    notify  => Service['nginx'],
    require => [Package['nginx'], File['/etc/nginx/sites']],
  }
  unless empty($aliases) {
    $aliases.map |$index, $alias| { "${index}: ${alias.upcase} \t" }.each |$line| { notice($line) }
  }
}

define webserver::site9 (
  Integer[1, 65535] $port = 80 + 9,
  Array[String[1]] $aliases = [],
  Hash $options = { 'timeout' => 90, 'names' => ['a', 'b'], nested => { deep => true } },
) {
  $config = @("END"/L)
    server {
      listen ${port};
      server_name ${title} ${aliases.join(' ')};
      root ${webserver::root}/${title};
    }
    | END
  file { "/etc/nginx/sites/${title}.conf":
    ensure  => file,
    content => $config,
    notify  => Service['nginx'],
    require => [Package['nginx'], File['/etc/nginx/sites']],
  }
  unless empty($aliases) {
    $aliases.map |$index, $alias| { "${index}: ${alias.upcase} \t" }.each |$line| { notice($line) }
  }
}

define webserver::site10 (
  Integer[1, 65535] $port = 80 + 10,
  Array[String[1]] $aliases = [],
  Hash $options = { 'timeout' => 100, 'names' => ['a', 'b'], nested => { deep => true } },
) {
  $config = @("END"/L)
    server {
      listen ${port};
      server_name ${title} ${aliases.join(' ')};
      root ${webserver::root}/${title};
    }
    | END
  file { "/etc/nginx/sites/${title}.conf":
    ensure  => file,
    content => $config,
    notify  => Service['nginx'],
    require => [Package['nginx'], File['/etc/nginx/sites']],
  }
  unless empty($aliases) {
    $aliases.map |$index, $alias| { "${index}: ${alias.upcase} \t" }.each |$line| { notice($line) }
  }
}

define webserver::site11 (
  Integer[1, 65535] $port = 80 + 11,
  Array[String[1]] $aliases = [],
  Hash $options = { 'timeout' => 110, 'names' => ['a', 'b'], nested => { deep => true } },
) {
  $config = @("END"/L)
    server {
      listen ${port};
      server_name ${title} ${aliases.join(' ')};
      root ${webserver::root}/${title};
    }
    | END
  file { "/etc/nginx/sites/${title}.conf":
    ensure  => file,
    content => $config,
    notify  => Service['nginx'],
    require => [Package['nginx'], File['/etc/nginx/sites']],
  }
  unless empty($aliases) {
    $aliases.map |$index, $alias| { "${index}: ${alias.upcase} \t" }.each |$line| { notice($line) }
  }
}
