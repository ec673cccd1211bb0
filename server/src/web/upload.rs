//! A form with a file, `multipart/form-data` (RFC 7578), read as it comes: the fields before the file, then the file into
//! its folder, never whole in memory. The file is the last part: what decides about it has to stand before.

use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, BodyDataStream, Bytes};
use backboard::refused::{Field, Problem, Refused};
use backboard::service::desk::import::Upload;
use futures_util::Stream;
use http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use http::{HeaderMap, StatusCode};
use multer::Multipart;

use super::operations::Operation;
use super::{Web, fields};
use crate::imports::{Arriving, Folder};

/// Bytes before the file's first one, and of everything around it. More than what one read of a connection brings, since
/// that may hold the first of the file already.
const AROUND: u64 = 1024 * 1024;
/// The most bytes of the fields.
const FIELDS: usize = 32 * 1024;
/// Seconds in which the next piece must have arrived.
const STALL: Duration = Duration::from_secs(20);
/// Seconds in which what is thrown away must have arrived.
const DRAIN: Duration = Duration::from_secs(60);

/// Why a form with a file is not taken.
#[derive(Debug)]
pub enum Wrong {
    Away(StatusCode),
    Back(Problem),
}

const fn at_file(refused: Refused) -> Wrong {
    Wrong::Back(Problem::at(Field::Roster, refused))
}

/// The boundary of a form with a file that is not compressed.
pub fn boundary(headers: &HeaderMap) -> Option<String> {
    let mut kinds = headers.get_all(CONTENT_TYPE).iter();
    let (Some(kind), None) = (kinds.next(), kinds.next()) else { return None };
    if headers.contains_key(CONTENT_ENCODING) {
        return None;
    }
    let boundary = multer::parse_boundary(kind.to_str().ok()?).ok()?;
    // RFC 2046 section 5.1.1.
    (1..=70).contains(&boundary.len()).then_some(boundary)
}

/// A form that comes in.
pub struct Incoming {
    body: Arc<Mutex<Watched>>,
    multipart: Multipart<'static>,
    /// The name of the file's field.
    field: String,
    file: Option<multer::Field<'static>>,
    most_bytes: u64,
}

/// The body, with an eye on how much of it came.
struct Watched {
    stream: BodyDataStream,
    came: u64,
    /// None: as much as comes.
    most: Option<u64>,
    is_over: bool,
}

struct Shared(Arc<Mutex<Watched>>);

fn locked(body: &Mutex<Watched>) -> MutexGuard<'_, Watched> {
    body.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Stream for Shared {
    type Item = Result<Bytes, axum::Error>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let mut body = locked(&self.0);
        if body.is_over {
            return Poll::Ready(None);
        }
        let next = Pin::new(&mut body.stream).poll_next(context);
        if let Poll::Ready(Some(Ok(piece))) = &next {
            body.came = body.came.saturating_add(piece.len() as u64);
            if body.most.is_some_and(|most| body.came > most) {
                body.is_over = true;
                return Poll::Ready(None);
            }
        }
        next
    }
}

impl Incoming {
    pub fn new(field: &str, boundary: String, body: Body, folder: &Folder) -> Self {
        let stream = body.into_data_stream();
        let body = Arc::new(Mutex::new(Watched { stream, came: 0, most: Some(AROUND), is_over: false }));
        let multipart = Multipart::new(Shared(Arc::clone(&body)), boundary);
        Self { body, multipart, field: field.to_owned(), file: None, most_bytes: folder.most_bytes }
    }

    /// The fields that stand before the file.
    pub async fn fields(&mut self, operation: &Operation) -> Result<Vec<(String, String)>, Wrong> {
        let mut read: Vec<(String, String)> = Vec::new();
        let mut bytes = 0;
        while let Some(mut part) = self.part().await? {
            let name = part.name().unwrap_or_default().to_owned();
            if name == self.field {
                self.file = Some(part);
                break;
            }
            let mut value = Vec::new();
            while let Some(piece) = self.within(part.chunk()).await? {
                bytes += piece.len();
                if bytes > FIELDS {
                    return Err(Wrong::Away(StatusCode::PAYLOAD_TOO_LARGE));
                }
                value.extend_from_slice(&piece);
            }
            let value = String::from_utf8(value).map_err(|_| Wrong::Away(StatusCode::BAD_REQUEST))?;
            read.push((name, value));
        }
        // Read once more as every other form is, by the same rules; the file stands in no field.
        let known: Vec<String> = operation.fields.iter().filter(|name| **name != self.field).cloned().collect();
        match fields::read(fields::write(&read).as_bytes(), &known) {
            Ok(read) => Ok(read),
            Err(_) => Err(Wrong::Away(StatusCode::BAD_REQUEST)),
        }
    }

    pub const fn has_file(&self) -> bool {
        self.file.is_some()
    }

    /// Puts the file down. Nothing of it stays unless somebody sets `kept`.
    pub async fn file(&mut self, web: &Web, kept: Arc<OnceLock<()>>) -> Result<(Upload, Arriving), Wrong> {
        let folder = &web.imports.folder;
        let broken = |error: std::io::Error| {
            tracing::warn!(%error, "a roster could not be put down");
            at_file(Refused::FileNoRoom)
        };
        let Some(mut part) = self.file.take() else { return Err(at_file(Refused::Missing)) };
        // How long it will be is not known before its end.
        if !folder.has_room(self.most_bytes).map_err(broken)? {
            tracing::error!("the disk has too little room for a roster");
            return Err(at_file(Refused::FileNoRoom));
        }
        locked(&self.body).most = Some(self.most_bytes.saturating_add(AROUND));
        let mut random = [0_u8; 16];
        web.portal.entropy.fill(&mut random);
        let stored: String = random.iter().map(|byte| format!("{byte:02x}")).collect();
        let name = part.file_name().unwrap_or_default().to_owned();
        let mut arriving = folder.arrive(&stored, kept).await.map_err(broken)?;
        while let Some(piece) = self.within(part.chunk()).await? {
            if arriving.bytes().saturating_add(piece.len() as u64) > self.most_bytes {
                return Err(at_file(Refused::FileTooLarge));
            }
            arriving.write(&piece).await.map_err(broken)?;
        }
        drop(part);
        // Whatever came behind it was to decide about it, too late.
        if self.part().await?.is_some() {
            return Err(Wrong::Away(StatusCode::BAD_REQUEST));
        }
        let digest = arriving.finish().await.map_err(broken)?;
        Ok((Upload { name, stored, bytes: arriving.bytes(), digest }, arriving))
    }

    /// Reads what is left, and throws it away: a browser hears the answer only when it has sent everything. No more than
    /// twice the most that a file may have, and not for long.
    pub async fn drain(&mut self) {
        self.file = None;
        let twice = self.most_bytes.saturating_mul(2).saturating_add(AROUND);
        let mut shared = Shared(Arc::clone(&self.body));
        {
            let mut body = locked(&self.body);
            (body.most, body.is_over) = (Some(twice.max(body.came)), false);
        }
        let reading = async {
            while let Some(Ok(_)) = std::future::poll_fn(|context| Pin::new(&mut shared).poll_next(context)).await {}
        };
        let _ = tokio::time::timeout(DRAIN, reading).await;
    }

    async fn part(&mut self) -> Result<Option<multer::Field<'static>>, Wrong> {
        let next = tokio::time::timeout(STALL, self.multipart.next_field()).await;
        next.map_err(|_| Wrong::Away(StatusCode::REQUEST_TIMEOUT))?.map_err(|error| self.wrong(&error))
    }

    async fn within<T>(&self, reading: impl Future<Output = Result<T, multer::Error>>) -> Result<T, Wrong> {
        let read = tokio::time::timeout(STALL, reading).await;
        read.map_err(|_| Wrong::Away(StatusCode::REQUEST_TIMEOUT))?.map_err(|error| self.wrong(&error))
    }

    fn wrong(&self, error: &multer::Error) -> Wrong {
        let body = locked(&self.body);
        if body.is_over && body.most.is_some_and(|most| most > AROUND) {
            return at_file(Refused::FileTooLarge);
        }
        tracing::debug!(%error, "a form with a file cannot be read");
        Wrong::Away(StatusCode::BAD_REQUEST)
    }
}
