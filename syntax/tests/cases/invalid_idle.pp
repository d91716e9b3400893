1
$x
'a' == 'b'
notice(1)
