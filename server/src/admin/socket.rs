//! Both ends of the admin socket.

use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::Semaphore;

use super::{Answer, Command, perform};
use crate::rooms::Rooms;

/// Longest line in either direction: a factset in, a list of every node out.
const LONGEST: u64 = 512 * 1024 * 1024;
/// Commands at once.
const AT_ONCE: usize = 64;
/// How long a client may take to say what it wants.
const SAY_WITHIN: Duration = Duration::from_secs(30);

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
        Ok(command) => perform(rooms, command).await,
        Err(error) => Answer::Failed(format!("the server does not know this command: {error}")),
    };
    let mut line = serde_json::to_vec(&answer)?;
    line.push(b'\n');
    stream.get_mut().write_all(&line).await?;
    stream.get_mut().shutdown().await
}

/// Sends a command to the server behind `path`; `None` when there is none.
pub(crate) async fn ask(path: &Path, command: &Command) -> io::Result<Option<Answer>> {
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
    let line = read_line(&mut stream).await?;
    Ok(Some(serde_json::from_str(&line)?))
}

async fn read_line(stream: &mut BufReader<UnixStream>) -> io::Result<String> {
    let mut line = String::new();
    stream.take(LONGEST).read_line(&mut line).await?;
    if line.ends_with('\n') {
        return Ok(line);
    }
    Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the line on the admin socket ended too early or is too long"))
}
