# A plain host: about fifty resources.
class bench::base (
  Array[String[1]]             $packages,
  String                       $banner,
  Hash[String, String]         $settings,
  Hash[String, Bench::Person] $accounts,
  Array[String[1]]             $ntp_servers,
) {
  class { 'ntp': servers => $ntp_servers, panic => 0 }

  package { $packages: ensure => installed }
  Package <| title == 'curl' |> { tag => 'early' }
  Package <| tag == 'early' |> -> File['/opt/site']

  $accounts.each |String $name, Hash $account| {
    bench::account { $name: * => $account }
  }
  $settings.each |String $key, String $value| {
    file { "/etc/sysctl.d/60-${regsubst($key, '[^a-z0-9]', '_', 'G')}.conf":
      content => "${key} = ${value}\n",
      notify  => Exec['sysctl-reload'],
    }
  }
  exec { 'sysctl-reload':
    command     => '/sbin/sysctl --system',
    refreshonly => true,
  }
  file { '/etc/motd':
    ensure  => file,
    owner   => 'root',
    mode    => '0644',
    content => epp('bench/motd.epp', { 'banner' => $banner, 'users' => $accounts.keys }),
  }
  file { '/etc/profile.d/site.sh':
    ensure => file,
    mode   => '0755',
    source => 'puppet:///modules/bench/small.txt',
  }
  file { '/opt/site':
    ensure  => directory,
    recurse => true,
    source  => 'puppet:///modules/bench/tree',
  }
  cron { 'site-cleanup':
    command => '/usr/bin/find /var/tmp -mtime +14 -delete',
    hour    => fqdn_rand(24, 'cleanup'),
    minute  => fqdn_rand(60, 'cleanup'),
  }
  case $facts['os']['family'] {
    'Debian': {
      exec { 'apt-refresh':
        command     => '/usr/bin/apt-get update',
        refreshonly => true,
        tries       => 3,
      }
    }
    default: { notify { "no package lists on ${facts['os']['family']}": } }
  }
}
