file { '/a': ensure => file, mode => '0644', }
file { 'b': ; 'c': owner => root; }
@user { 'u': uid => 1 }
@@host { 'h': * => $defaults }
class { 'x': }
Resource[$t] { 'd': a => 1 }
File { mode => '0600' }
File['/a'] { owner => root, groups +> wheel }
file { default: mode => '1'; ['x', 'y']: }
