$x.each |$k, $v = 1| { notice($k) }
$x.map | | { 1 }
