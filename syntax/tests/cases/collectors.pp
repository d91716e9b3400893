User <| title == 'a' and (uid != 1 or $x == 2) |>
User <<| |>> { shell => '/bin/sh', groups +> wheel }
User <| |>
