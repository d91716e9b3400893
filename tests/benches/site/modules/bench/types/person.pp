type Bench::Person = Struct[{ uid => Integer[1000], Optional[shell] => Stdlib::Absolutepath, Optional[groups] => Array[String[1]] }]
