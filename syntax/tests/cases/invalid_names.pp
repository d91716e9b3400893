class A { }
define ::b { }
function c-d() { }
class integer { }
type t::X = Integer
