$a = 1 + 2 * 3 - 4 / 2 % 3
$b = !$x and $y or $z
$c = 1 << 2 + 1 == 8
$d = 1 < 2 == true
$e = $x in $y =~ /r/
$f = -$x[0] * - 2
$g = $x ? { 1 => 2, default => 3 } + 1
$h = $x + 1 ? 2 => 3 and $y
