class a {
  file { '/x' mode => 1 }
}
