File['a'] -> File['b'] ~> Service['c'] <- Exec['d'] <~ User['e']
