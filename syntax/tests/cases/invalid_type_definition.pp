type A { }
type B inherits A { }
