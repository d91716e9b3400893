use super::Random;

#[test]
fn numbers_are_those_of_ruby() {
    // Recorded from Ruby 3.1: Random.new(seed).rand(max)
    let recorded: [(u128, u64, u64); 6] = [
        (0, 1000, 684),
        (5, 1000, 867),
        (1 << 32, 1000, 684),
        ((1 << 32) + 7, 1000, 175),
        ((1 << 127) + 12345, 1000, 55),
        ((1 << 64) + 3, 1_000_000_000_000, 714_298_351_335),
    ];
    for (seed, max, expected) in recorded {
        assert_eq!(Random::new(seed).below(max), expected, "seed {seed}, max {max}");
    }
}

#[test]
fn a_sequence_goes_on_past_the_first_block() {
    let mut random = Random::new((1 << 100) + 77);
    assert_eq!((0..5).map(|_| random.below(7)).collect::<Vec<_>>(), [3, 6, 5, 3, 5]);
    let mut random = Random::new(1);
    for _ in 0..700 {
        random.below(100);
    }
    assert_eq!(random.below(100), 61);
}

#[test]
fn nothing_below_one() {
    assert_eq!(Random::new(9).below(1), 0);
    assert_eq!(Random::new(9).below(0), 0);
}
