# Some 880 resources of the kinds that sites are made of.
class bench (
  Integer[1]           $sites = 110,
  Hash[String, String] $options = {},
) {
  range(1, $sites).each |Integer $i| {
    bench::site { "site${i}":
      port    => 8000 + $i,
      aliases => ["www.site${i}.example.org", "site${i}.internal"],
      options => $options,
      tag     => 'bench',
    }
  }
  Bench::Site <| tag == 'bench' |> -> service { 'bench': ensure => running, enable => true }
}
