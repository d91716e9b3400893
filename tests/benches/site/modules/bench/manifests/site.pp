# One site: a user, folders, a configuration, a job.
define bench::site (
  Integer[1, 65535]    $port,
  Array[String[1]]     $aliases = [],
  Hash                 $options = {},
  Stdlib::Absolutepath $root = "/srv/${title}",
) {
  $merged = { 'timeout' => 30, 'log' => "${root}/log" } + $options
  user { "svc-${title}": ensure => present, system => true, home => $root }
  file { [$root, "${root}/log", "${root}/conf"]:
    ensure => directory,
    owner  => "svc-${title}",
    mode   => '0755',
  }
  file { "${root}/conf/site.conf":
    ensure  => file,
    content => epp('bench/site.epp', { 'name' => $title, 'port' => $port, 'aliases' => $aliases, 'options' => $merged }),
    require => User["svc-${title}"],
  }
  cron { "rotate-${title}":
    command => "/usr/bin/find ${root}/log -mtime +14 -delete",
    hour    => fqdn_rand(24, $title),
    minute  => fqdn_rand(60, $title),
    user    => "svc-${title}",
  }
  if $port % 2 == 0 {
    exec { "check-${title}": command => "/bin/true ${port}", refreshonly => true, subscribe => File["${root}/conf/site.conf"] }
  }
}
