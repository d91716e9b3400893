//! Both ends of the admin socket.

use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::{Semaphore, mpsc};

use super::{Answer, Command, perform};
use crate::code::progress::{Said, Step};
use crate::rooms::Rooms;

/// Longest line in either direction: a factset in, a list of every node out.
const LONGEST: u64 = 512 * 1024 * 1024;
/// Commands at once.
const AT_ONCE: usize = 64;
/// How long a client may take to say what it wants.
const SAY_WITHIN: Duration = Duration::from_secs(30);

/// A line that the server writes: any number of steps, then the answer.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Told {
    Progress(Step),
    Answer(Answer),
}

/// Takes commands until the task is dropped. A socket that an earlier server left behind is
/// replaced; the lock on the data folder says that it is nobody's.
pub(crate) fn listen(path: &Path, rooms: Arc<Rooms>) -> io::Result<impl Future<Output = ()> + use<>> {
    match std::fs::remove_file(path) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    let listener = UnixListener::bind(path)?;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600))?;
    let slots = Arc::new(Semaphore::new(AT_ONCE));
    Ok(async move {
        loop {
            let Ok(slot) = slots.clone().acquire_owned().await else { return };
            match listener.accept().await {
                Ok((stream, _)) => {
                    let rooms = rooms.clone();
                    actix_web::rt::spawn(async move {
                        if let Err(error) = serve(stream, &rooms).await {
                            tracing::warn!(%error, "a command on the admin socket was not answered");
                        }
                        drop(slot);
                    });
                }
                Err(error) => {
                    tracing::error!(%error, "the admin socket accepts no more for a moment");
                    actix_web::rt::time::sleep(Duration::from_millis(100)).await;
                }
            }
        }
    })
}

async fn serve(stream: UnixStream, rooms: &Rooms) -> io::Result<()> {
    let mut stream = BufReader::new(stream);
    let line = actix_web::rt::time::timeout(SAY_WITHIN, read_line(&mut stream)).await??;
    let answer = match serde_json::from_str::<Command>(&line) {
        Ok(command) => telling(&mut stream, rooms, command).await,
        Err(error) => Answer::Failed(format!("the server does not know this command: {error}")),
    };
    write_line(&mut stream, &Told::Answer(answer)).await?;
    stream.get_mut().shutdown().await
}

/// Carries a command out, and tells how far it has come.
async fn telling(stream: &mut BufReader<UnixStream>, rooms: &Rooms, command: Command) -> Answer {
    let (sender, mut steps) = mpsc::unbounded_channel();
    // Who has gone hears nothing more; the command goes on.
    let said: Said = Arc::new(move |step: &Step| drop(sender.send(step.clone())));
    let mut done = pin!(perform(rooms, command, &said));
    loop {
        tokio::select! {
            biased;
            answer = &mut done => return answer,
            Some(step) = steps.recv() => drop(write_line(stream, &Told::Progress(step)).await),
        }
    }
}

async fn write_line(stream: &mut BufReader<UnixStream>, told: &Told) -> io::Result<()> {
    let mut line = serde_json::to_vec(told)?;
    line.push(b'\n');
    stream.get_mut().write_all(&line).await
}

/// Sends a command to the server behind `path`; `None` when there is none. `heard` is told how far it has come.
pub(crate) async fn ask(path: &Path, command: &Command, heard: &Said) -> io::Result<Option<Answer>> {
    let stream = match UnixStream::connect(path).await {
        Ok(stream) => stream,
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused) => {
            return Ok(None);
        }
        Err(error) => return Err(error),
    };
    let mut stream = BufReader::new(stream);
    let mut line = serde_json::to_vec(command)?;
    line.push(b'\n');
    stream.get_mut().write_all(&line).await?;
    loop {
        let line = read_line(&mut stream).await?;
        match serde_json::from_str(&line)? {
            Told::Progress(step) => heard(&step),
            Told::Answer(answer) => return Ok(Some(answer)),
        }
    }
}

async fn read_line(stream: &mut BufReader<UnixStream>) -> io::Result<String> {
    let mut line = String::new();
    stream.take(LONGEST).read_line(&mut line).await?;
    if line.ends_with('\n') {
        return Ok(line);
    }
    Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the line on the admin socket ended too early or is too long"))
}
