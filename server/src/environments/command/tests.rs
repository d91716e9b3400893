use super::*;

fn argv(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

#[test]
fn output_and_input() {
    let output = run(&argv(&["/bin/cat"]), b"through", Duration::from_secs(5)).unwrap();
    assert_eq!(output.stdout, b"through");
    assert_eq!(checked(&argv(&["/bin/echo", "a  b"]), Duration::from_secs(5)).unwrap(), "a  b\n");
    assert_eq!(shell("echo $((1 + 2))", Duration::from_secs(5)).unwrap(), "3\n");
}

#[test]
fn input_that_nobody_reads_is_no_error() {
    let input = vec![b'x'; 1 << 20];
    assert!(run(&argv(&["/bin/true"]), &input, Duration::from_secs(5)).unwrap().status.success());
}

#[test]
fn failures_are_told() {
    let error = shell("echo out; echo err >&2; exit 3", Duration::from_secs(5)).unwrap_err().to_string();
    assert_eq!(error, "Execution of 'echo out; echo err >&2; exit 3' returned 3: out\nerr");
    assert!(matches!(run(&argv(&["/nonexistent"]), b"", Duration::from_secs(1)), Err(CommandError::NotStarted(_))));
    assert!(matches!(run(&[], b"", Duration::from_secs(1)), Err(CommandError::NotStarted(_))));
}

#[test]
fn slow_commands_are_ended() {
    let began = Instant::now();
    let slow = run(&argv(&["/bin/sleep", "30"]), b"", Duration::from_millis(100));
    assert!(matches!(slow, Err(CommandError::TooSlow(_))));
    // What is left behind does not hold the caller either.
    let left = shell("sleep 30 & echo done", Duration::from_millis(300));
    assert!(matches!(left, Err(CommandError::TooSlow(_))), "{left:?}");
    assert!(began.elapsed() < Duration::from_secs(10));
}

#[test]
fn what_a_slow_command_has_started_is_ended_too() {
    let folder = tempfile::tempdir().unwrap();
    let note = folder.path().join("pid");
    let slow = shell(&format!("sleep 300 & echo $! > {}; wait", note.display()), Duration::from_millis(500));
    assert!(matches!(slow, Err(CommandError::TooSlow(_))), "{slow:?}");
    let pid = std::fs::read_to_string(note).unwrap();
    // A process that has ended has no command line, even while nobody has taken note of its end.
    let runs = || std::fs::read(format!("/proc/{}/cmdline", pid.trim())).is_ok_and(|line| !line.is_empty());
    let began = Instant::now();
    while runs() && began.elapsed() < Duration::from_secs(10) {
        std::thread::sleep(TICK);
    }
    assert!(!runs(), "process {pid} is still there");
}

#[test]
fn endless_output_is_bounded() {
    let endless = run(&argv(&["/usr/bin/yes"]), b"", Duration::from_secs(20));
    assert!(
        matches!(endless, Err(CommandError::TooMuch(_) | CommandError::TooSlow(_)))
            || !endless.unwrap().status.success()
    );
}
