if $x { class a { } define b { } node c { } type T = Integer }
class d { function e() { } }
$x.each |$y| { class f { } }
