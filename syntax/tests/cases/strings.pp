$a = "plain"
$b = "a $x b ${y} c ${z[1]} d ${w.f} e ${1} f ${if} g ${u + 1}"
$c = 'a\'b\\c\n'
$d = "\t\n\r\s\$\"\\ \u00e9 \u{1F600}"
$e = "${"${x}"}"
$f = "$ $-"
$g = '''
