class a {
  file { mode => 1 }
}
