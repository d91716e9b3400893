@class { 'a': }
@File { a => 1 }
@@File['x'] { a => 1 }
file { 'x': a +> 1 }
file { 'y': * => $a, * => $b }
