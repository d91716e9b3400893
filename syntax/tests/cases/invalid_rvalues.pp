$a = class b { }
foo(User <| |>)
notice(1 + User <| |>)
$x = [User <| |>]
