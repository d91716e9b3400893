//! Commands with a limit on time and output.

use std::io::{Read, Write};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};

/// What a command did.
#[derive(Debug)]
pub(crate) struct Output {
    pub(crate) status: ExitStatus,
    pub(crate) stdout: Vec<u8>,
    pub(crate) stderr: Vec<u8>,
}

/// Why a command has no output.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CommandError {
    #[error("Could not execute posix command: {0}")]
    NotStarted(std::io::Error),
    #[error("it took longer than {0:?} and was ended")]
    TooSlow(Duration),
    #[error("it printed more than {0} bytes")]
    TooMuch(usize),
    #[error("Execution of '{command}' returned {code}: {output}")]
    Failed { command: String, code: i32, output: String },
}

/// The most that is taken from one command.
const MOST_OUTPUT: usize = 16 * 1024 * 1024;
/// How often a running command is looked at.
const TICK: Duration = Duration::from_millis(5);

/// Runs a program and waits for it, `limit` at most. No shell has a hand in it.
pub(crate) fn run(argv: &[String], stdin: &[u8], limit: Duration) -> Result<Output, CommandError> {
    let (program, arguments) = argv.split_first().ok_or_else(|| {
        CommandError::NotStarted(std::io::Error::new(std::io::ErrorKind::InvalidInput, "no command was given"))
    })?;
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0)
        .spawn()
        .map_err(CommandError::NotStarted)?;
    let deadline = Instant::now() + limit;
    feed(&mut child, stdin.to_vec());
    let stdout = collect(child.stdout.take());
    let stderr = collect(child.stderr.take());
    let status = loop {
        match child.try_wait().map_err(CommandError::NotStarted)? {
            Some(status) => break status,
            None if Instant::now() >= deadline => {
                end(&mut child);
                return Err(CommandError::TooSlow(limit));
            }
            None => std::thread::sleep(TICK),
        }
    };
    // A process that it left behind may still hold the pipes open.
    let take = |pipe: mpsc::Receiver<Vec<u8>>| {
        let rest = deadline.saturating_duration_since(Instant::now()).max(TICK);
        pipe.recv_timeout(rest).map_err(|_| CommandError::TooSlow(limit))
    };
    let (stdout, stderr) = (take(stdout)?, take(stderr)?);
    if stdout.len() > MOST_OUTPUT || stderr.len() > MOST_OUTPUT {
        return Err(CommandError::TooMuch(MOST_OUTPUT));
    }
    Ok(Output { status, stdout, stderr })
}

/// Standard output of a program that must succeed.
pub(crate) fn checked(argv: &[String], limit: Duration) -> Result<String, CommandError> {
    let output = run(argv, &[], limit)?;
    let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
    if output.status.success() {
        return Ok(stdout);
    }
    let said = stdout + &String::from_utf8_lossy(&output.stderr);
    let code = output.status.code().unwrap_or(-1);
    Err(CommandError::Failed { command: argv.join(" "), code, output: said.trim_end().to_owned() })
}

/// Standard output of a line that is read as a shell reads it.
pub(crate) fn shell(line: &str, limit: Duration) -> Result<String, CommandError> {
    checked(&["/bin/sh".to_owned(), "-c".to_owned(), line.to_owned()], limit).map_err(|error| match error {
        CommandError::Failed { code, output, .. } => CommandError::Failed { command: line.to_owned(), code, output },
        other => other,
    })
}

/// A line that is to look at a text: a `%` of its own is the path of a file with it, which else comes last.
pub(crate) fn check(content: &str, line: &str, limit: Duration) -> Result<(), CommandError> {
    let mut file = tempfile::NamedTempFile::new().map_err(CommandError::NotStarted)?;
    file.write_all(content.as_bytes()).map_err(CommandError::NotStarted)?;
    let path = file.path().display().to_string();
    let marked = line.split(char::is_whitespace).skip(1).any(|word| word == "%");
    let line = if marked { line.replace('%', &path) } else { format!("{line} {path}") };
    shell(&line, limit).map(drop)
}

/// Ends a child with all that it has started: it leads a process group of its own.
fn end(child: &mut Child) {
    let group = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
    if group.is_none_or(|group| kill_process_group(group, Signal::KILL).is_err()) {
        drop(child.kill());
    }
    drop(child.wait());
}

/// Gives the child its standard input; a child that does not want it is no error.
fn feed(child: &mut Child, bytes: Vec<u8>) {
    if let Some(mut stdin) = child.stdin.take() {
        std::thread::spawn(move || drop(stdin.write_all(&bytes)));
    }
}

fn collect(pipe: Option<impl Read + Send + 'static>) -> mpsc::Receiver<Vec<u8>> {
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(pipe) = pipe {
            drop(pipe.take(MOST_OUTPUT as u64 + 1).read_to_end(&mut bytes));
        }
        drop(sender.send(bytes));
    });
    receiver
}

#[cfg(test)]
mod tests;
