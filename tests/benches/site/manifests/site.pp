File { backup => false }

node /^large\d+/ {
  include bench::base
  include bench
}
node default {
  include bench::base
}
