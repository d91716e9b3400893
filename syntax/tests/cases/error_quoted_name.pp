define 'x' { }
