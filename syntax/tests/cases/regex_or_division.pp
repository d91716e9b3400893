$a = 4 / 2 / 1
$b = $x =~ /a\/b/
$c = foo(/x/)
if /x/ in $y { }
