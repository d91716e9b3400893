if $a { notice(1) } elsif $b { notice(2) } elsif $c { } else { notice(3) notice(4) }
unless $a { notice(1) } else { notice(2) }
case $x { 1, 2: { notice(1) } /x/: { } default: { notice(2) } }
