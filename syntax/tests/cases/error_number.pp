$a = 3g
