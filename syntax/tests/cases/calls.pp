include a, b
notice 'x'
foo(1, a => 2, b => 3, 4)
$x.bar
$x.bar(1).baz |$y| { $y }
foo() |Integer $a, *$b| >> String { 'x' }
Integer('1')
type($x)
$x.type
(notice)
