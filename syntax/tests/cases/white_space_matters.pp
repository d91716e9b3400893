$a = $x[1]
$b = [$x [1]]
foo
(1)
foo (1)
