class a { $x = 1 $x }
define b { if $a { 1 } }
node c { [1] }
