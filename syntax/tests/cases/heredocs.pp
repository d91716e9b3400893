$a = @(END)
  text $x \n
  | END
$b = @("END":yaml/tn$)
  a: ${x}\t\$y
    b: ${y[1]}
  |- END
$c = [@(A), @(B)]
a
A
b
-B
$d = @(X/L)
  joined \
  lines
  | X
