//! One Ruby process: how it is started, spoken to and ended.

use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};

use super::{PROGRAM, Settings, frame};
use crate::conversation::{Fault, Said, Told};

/// Hears what Ruby code writes to its standard output and error, line by line.
pub(super) type Log = dyn Fn(&str) + Send + Sync;

pub(super) struct Process {
    child: Child,
    told: mpsc::Sender<(u8, String)>,
    said: mpsc::Receiver<std::io::Result<(u8, String)>>,
    timeout: Duration,
    /// Things to run whose outcome was not said yet.
    running: usize,
    ended: bool,
}

/// Ruby reads its program from the pipe; nothing else is told before it says that it is ready.
const BOOT: &str = "PARTS = Array.new(3) { STDIN.read(Integer(STDIN.gets)).force_encoding('UTF-8') }
eval(PARTS[0], TOPLEVEL_BINDING, 'worker.rb')";
/// What of the server's own environment Ruby gets to see.
const KEPT: [&str; 5] = ["PATH", "TZ", "GEM_HOME", "GEM_PATH", "RUBYLIB"];
/// Time to load Ruby and its libraries on a busy machine.
const START: Duration = Duration::from_mins(1);
/// How often who waits looks whether that is in vain.
pub(super) const GLANCE: Duration = Duration::from_millis(50);
/// Longer lines are cut where they are logged.
const LONGEST_LINE: u64 = 8192;

impl Process {
    pub(super) fn start(settings: &Settings, log: &Arc<Log>, given_up: &dyn Fn() -> bool) -> Result<Self, Fault> {
        let shown = || settings.command.to_string_lossy().into_owned();
        let mut command = Command::new(&settings.command);
        command
            .args(["-Eutf-8:utf-8", "-e", BOOT])
            .arg(settings.memory.to_string())
            .arg(if settings.library { "library" } else { "shim" })
            .env_clear()
            .envs(KEPT.iter().filter_map(|name| Some((name, std::env::var_os(name)?))))
            .env("LANG", "C.UTF-8")
            .env("HOME", "/")
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0);
        let mut child =
            command.spawn().map_err(|error| Fault::NoRuby { command: shown(), reason: error.to_string() })?;
        let (told, to_tell) = mpsc::channel();
        let (say, said) = mpsc::sync_channel(1);
        if let (Some(stdin), Some(stdout), Some(stderr)) =
            (child.stdin.take(), child.stdout.take(), child.stderr.take())
        {
            let log = log.clone();
            std::thread::spawn(move || tell(stdin, &to_tell));
            std::thread::spawn(move || listen(stdout, &say));
            std::thread::spawn(move || log_lines(stderr, &*log));
        }
        let mut process = Self { child, told, said, timeout: settings.timeout, running: 1, ended: false };
        match process.hear(START.max(settings.timeout), given_up) {
            Ok(Said::Done(_)) => Ok(process),
            Ok(Said::Asks(text)) => Err(Fault::NotReady { command: shown(), reason: text }),
            Err(Fault::GivenUp) => Err(Fault::GivenUp),
            Err(fault) => Err(Fault::NotReady { command: shown(), reason: fault.to_string() }),
        }
    }

    /// Says something, and waits for what the process says to that.
    pub(super) fn exchange(&mut self, told: Told<'_>, given_up: &dyn Fn() -> bool) -> Result<Said, Fault> {
        let (kind, text) = match told {
            Told::Run(text) => (frame::RUN, text),
            Told::Answer(text) => (frame::ANSWER, text),
        };
        if text.len() > frame::LONGEST {
            self.end();
            return Err(Fault::TooLong { bytes: text.len(), most: frame::LONGEST });
        }
        if kind == frame::RUN {
            self.running += 1;
        }
        // A process that is gone is noticed by what it does not say.
        drop(self.told.send((kind, text.to_owned())));
        self.hear(self.timeout, given_up)
    }

    /// Whether it waits for something to run: nothing runs, and it neither died nor spoke unasked.
    pub(super) fn is_idle(&self) -> bool {
        self.running == 0 && !self.ended && matches!(self.said.try_recv(), Err(mpsc::TryRecvError::Empty))
    }

    fn hear(&mut self, limit: Duration, given_up: &dyn Fn() -> bool) -> Result<Said, Fault> {
        if self.ended {
            return Err(Fault::Ended("before this was asked of it".to_owned()));
        }
        let deadline = Instant::now() + limit;
        let heard = loop {
            let rest = deadline.saturating_duration_since(Instant::now());
            match self.said.recv_timeout(rest.min(GLANCE)) {
                Err(mpsc::RecvTimeoutError::Timeout) if given_up() => {
                    self.end();
                    return Err(Fault::GivenUp);
                }
                Err(mpsc::RecvTimeoutError::Timeout) if rest > GLANCE => {}
                heard => break heard,
            }
        };
        match heard {
            Ok(Ok((frame::QUESTION, text))) => Ok(Said::Asks(text)),
            Ok(Ok((_, text))) => {
                self.running = self.running.saturating_sub(1);
                Ok(Said::Done(text))
            }
            Ok(Err(error)) if error.kind() == ErrorKind::InvalidData => {
                self.end();
                Err(Fault::Garbled(error.to_string()))
            }
            Ok(Err(_)) | Err(mpsc::RecvTimeoutError::Disconnected) => Err(Fault::Ended(self.last_words())),
            Err(mpsc::RecvTimeoutError::Timeout) => {
                self.end();
                Err(Fault::TooSlow(limit))
            }
        }
    }

    /// How a process that closed its pipe ended by itself, if it does so soon.
    fn last_words(&mut self) -> String {
        for _ in 0..40 {
            if self.has_exited() {
                return self.end().map_or_else(|| "its status is not known".to_owned(), describe);
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        self.end();
        "it closed its pipe".to_owned()
    }

    /// Leaves the process to be waited for.
    fn has_exited(&self) -> bool {
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
        self.number().is_some_and(|number| matches!(waitid(WaitId::Pid(number), options), Ok(Some(_))))
    }

    fn number(&self) -> Option<Pid> {
        i32::try_from(self.child.id()).ok().and_then(Pid::from_raw)
    }

    /// Ends the process and all that it has started.
    fn end(&mut self) -> Option<ExitStatus> {
        if std::mem::replace(&mut self.ended, true) {
            return None;
        }
        // The process itself was not waited for yet, so the number is still its own.
        if self.number().is_none_or(|group| kill_process_group(group, Signal::KILL).is_err()) {
            drop(self.child.kill());
        }
        self.child.wait().ok()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.end();
    }
}

fn describe(status: ExitStatus) -> String {
    match (status.code(), status.signal()) {
        (Some(code), _) => format!("exit status {code}"),
        (None, Some(signal)) => format!("signal {signal}"),
        (None, None) => "no exit status".to_owned(),
    }
}

/// The program first, then what is told. Ends with the process or with who tells.
fn tell(mut stdin: ChildStdin, to_tell: &mpsc::Receiver<(u8, String)>) {
    for part in PROGRAM {
        if writeln!(stdin, "{}", part.len()).and_then(|()| stdin.write_all(part.as_bytes())).is_err() {
            return;
        }
    }
    while let Ok((kind, text)) = to_tell.recv() {
        if frame::write(&mut stdin, kind, &text).is_err() {
            return;
        }
    }
}

fn listen(mut stdout: impl Read, say: &mpsc::SyncSender<std::io::Result<(u8, String)>>) {
    loop {
        let heard = frame::read(&mut stdout);
        let is_last = heard.is_err();
        if say.send(heard).is_err() || is_last {
            return;
        }
    }
}

fn log_lines(stderr: impl Read, log: &Log) {
    let mut stderr = BufReader::new(stderr);
    let mut line = Vec::new();
    while let Ok(1..) = (&mut stderr).take(LONGEST_LINE).read_until(b'\n', &mut line) {
        let text = String::from_utf8_lossy(&line);
        let text = text.trim_end();
        if !text.is_empty() {
            log(text);
        }
        line.clear();
    }
}
