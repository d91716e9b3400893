$a = [1, -2, 0x1F, 017, 1.5, 2e3, 1.0e-7, true, false, undef, default, 'x', word, Type]
