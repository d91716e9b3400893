$a = A::b
