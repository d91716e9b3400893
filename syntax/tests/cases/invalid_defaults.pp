case 1 { default: { } default: { } }
$x ? { default => 1, default => 2 }
notice(1)
