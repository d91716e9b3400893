class a ($name, $title, $x, $x, $1, $Y, *$z) { }
$x.each |*$a, $b| { }
function f($a = ($b = 1)) { }
