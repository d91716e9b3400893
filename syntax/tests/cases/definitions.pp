class a::b (Integer $x = 1, $y, Optional[String] $z = undef) inherits a { class c { } define d { } }
define e($f) { notice($title) }
function g::h(Integer $x, *$rest) >> Array[Integer[1]] { [$x] }
node 'n', /re/, default, a.b-c.d { }
type T = Variant[Integer, Array[T]]
type O = { attributes => { a => String } }
type P = O { attributes => {} }
