file { 'a': if => 1, class => 2, type => 3, function => 4, default => 5, undef => 6 }
$x = [type, function]
$y = { type => function, a => type }
foo(type => 1)
