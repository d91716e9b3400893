User <| uid > 1 |>
User <| 1 + 2 |>
$x <| |>
