# A person's account.
define bench::account (
  Integer[1000]        $uid,
  Stdlib::Absolutepath $shell = '/bin/sh',
  Array[String[1]]     $groups = [],
) {
  group { $title: ensure => present, gid => $uid }
  user { $title:
    ensure     => present,
    uid        => $uid,
    gid        => $title,
    groups     => unique($groups),
    shell      => $shell,
    home       => "/home/${title}",
    managehome => true,
    require    => Group[$title],
  }
  file { "/home/${title}/.profile":
    ensure  => file,
    owner   => $title,
    mode    => '0644',
    content => "umask 022\n",
    require => User[$title],
  }
}
