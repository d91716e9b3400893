Facter.add(:bench_marker) { setcode { 'present' } }
