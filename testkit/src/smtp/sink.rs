//! Listening and taking connections.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use super::certificate::acceptor;
use super::dialogue::{Dialogue, Stream};
use super::record::Record;

/// How connections are protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protection {
    Off,
    Starttls,
    Implicit,
}

/// How a sink is set up.
pub struct Settings {
    pub folder: PathBuf,
    pub listen: SocketAddr,
    pub protection: Protection,
    /// A name and password without which no mail is taken.
    pub sign_in: Option<(String, String)>,
}

/// What all connections share.
pub struct Shared {
    pub record: Record,
    pub protection: Protection,
    pub acceptor: Option<TlsAcceptor>,
    pub sign_in: Option<(String, String)>,
}

/// Serves until the process ends.
///
/// # Errors
/// The folder, the address or the certificate cannot be used.
pub async fn serve(settings: Settings) -> io::Result<()> {
    std::fs::create_dir_all(&settings.folder)?;
    let listener = TcpListener::bind(settings.listen).await?;
    let record = Record::new(&settings.folder);
    serve_on(listener, settings, record).await
}

/// The same on a socket that listens, into this record.
pub async fn serve_on(listener: TcpListener, settings: Settings, record: Record) -> io::Result<()> {
    let acceptor = match settings.protection {
        Protection::Off => None,
        Protection::Starttls | Protection::Implicit => Some(acceptor(&settings.folder)?),
    };
    let shared = Arc::new(Shared { record, protection: settings.protection, acceptor, sign_in: settings.sign_in });
    shared.record.event(&format!("listening {}", listener.local_addr()?.port()))?;
    loop {
        let (socket, _) = listener.accept().await?;
        let shared = Arc::clone(&shared);
        tokio::spawn(async move {
            let stream: Box<dyn Stream> = match (&shared.acceptor, shared.protection) {
                (Some(acceptor), Protection::Implicit) => match acceptor.accept(socket).await {
                    Ok(stream) => Box::new(stream),
                    Err(_) => return shared.record.event("left"),
                },
                _ => Box::new(socket),
            };
            let secured = shared.protection == Protection::Implicit;
            match Dialogue::new(&shared, stream, secured).hold().await {
                // A peer that hangs up in the middle is an event, not an error of the sink.
                Ok(()) | Err(_) => shared.record.event("left"),
            }
        });
    }
}
