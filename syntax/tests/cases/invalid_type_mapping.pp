type Runtime[ruby, 'X'] = [/a/, 'b']
type Foo[a] = B
type Runtime[ruby, [/a/, 'b']] = C
