//! Serves connections, with the time-outs that `axum::serve` lacks, until told to stop; then finishes
//! what is under way.

use std::convert::Infallible;
use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{ConnectInfo, Request};
use hyper::body::Incoming;
use hyper::server::conn::http1::Builder;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, watch};
use tower::ServiceExt as _;

/// Seconds in which a request's headers must have arrived.
const HEADER_SECONDS: u64 = 10;
/// Seconds that requests under way may take after the word to stop.
const DRAIN_SECONDS: u64 = 10;

/// How long a connection that was taken, and has sent nothing yet, may still send its first request after the word to stop.
const FIRST_REQUEST: Duration = Duration::from_secs(1);
/// How long the door has to be quiet before it is shut.
const QUIET: Duration = Duration::from_millis(20);

/// Serves until `stop` resolves.
///
/// Who was let in is answered: a proxy that has handed a form over to this node cannot ask another one. So at the end new
/// connections are turned away first, those that wait at the door are taken, and a connection is not ended before it had
/// the time to ask.
pub async fn serve(listener: TcpListener, router: Router, stop: impl Future<Output = ()>) {
    // HTTP/1 alone: to tell it from HTTP/2, hyper-util waits for the first bytes without any time-out, and the proxy in
    // front speaks HTTP/1 anyway. So the time for the headers begins with the connection, and half a megabyte of program
    // that would speak HTTP/2 is not there.
    let mut builder = Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(Duration::from_secs(HEADER_SECONDS)).max_headers(64);
    let (stopping, stopped) = watch::channel(false);
    let take = |stream: TcpStream, peer| {
        let _ = stream.set_nodelay(true);
        tokio::spawn(converse(builder.clone(), stream, peer, router.clone(), stopped.clone()));
    };
    tokio::pin!(stop);
    loop {
        tokio::select! {
            () = &mut stop => break,
            accepted = listener.accept() => match accepted {
                Ok((stream, peer)) => take(stream, peer),
                Err(error) => {
                    // Out of file descriptors, mostly: the next connection may do.
                    tracing::warn!(%error, "accept");
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
            },
        }
    }
    turn_away(&listener);
    while let Ok(Ok((stream, peer))) = tokio::time::timeout(QUIET, listener.accept()).await {
        take(stream, peer);
    }
    drop(listener);
    let _ = stopping.send(true);
    drop(stopped);
    // Closed when the last connection has dropped its end.
    if tokio::time::timeout(Duration::from_secs(DRAIN_SECONDS), stopping.closed()).await.is_err() {
        tracing::warn!("requests were still under way after {DRAIN_SECONDS} s");
    }
}

/// One connection, until its visitor leaves or it is told to stop.
async fn converse(
    builder: Builder,
    stream: TcpStream,
    peer: SocketAddr,
    router: Router,
    mut stopped: watch::Receiver<bool>,
) {
    let asked = Arc::new(Notify::new());
    let first = Arc::clone(&asked);
    let service = hyper::service::service_fn(move |request: Request<Incoming>| {
        // Kept for who waits later, so one that came before is not missed.
        first.notify_one();
        answer(router.clone(), peer, request)
    });
    let connection = builder.serve_connection(TokioIo::new(stream), service);
    tokio::pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => Some(ended),
        _ = stopped.wait_for(|stopped| *stopped) => None,
    };
    let ended = match ended {
        Some(ended) => ended,
        None => {
            let early = tokio::select! {
                ended = connection.as_mut() => Some(ended),
                () = asked.notified() => None,
                () = tokio::time::sleep(FIRST_REQUEST) => None,
            };
            match early {
                Some(ended) => ended,
                None => {
                    connection.as_mut().graceful_shutdown();
                    connection.await
                }
            }
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "connection");
    }
}

/// Lets the system drop what asks for a new connection: whoever asks finds the door shut when they ask again. Shut at
/// once, it would also be shut to those who were let in and wait behind it.
#[cfg(target_os = "linux")]
fn turn_away(listener: &TcpListener) {
    use socket2::{SockFilter, SockRef};
    // In the words of the Berkeley packet filter: load the byte of the flags, keep SYN and ACK, compare with SYN alone.
    const LOAD: u16 = 0x30;
    const AND: u16 = 0x54;
    const EQUALS: u16 = 0x15;
    const RETURN: u16 = 0x06;
    let filter = [
        SockFilter::new(LOAD, 0, 0, 13),
        SockFilter::new(AND, 0, 0, 0x12),
        SockFilter::new(EQUALS, 0, 1, 0x02),
        SockFilter::new(RETURN, 0, 0, 0),
        SockFilter::new(RETURN, 0, 0, u32::MAX),
    ];
    if let Err(error) = SockRef::from(listener).attach_filter(&filter) {
        tracing::debug!(%error, "new connections cannot be turned away; the door is shut all the same");
    }
}

#[cfg(not(target_os = "linux"))]
fn turn_away(_listener: &TcpListener) {}

async fn answer(
    router: Router,
    peer: SocketAddr,
    request: Request<Incoming>,
) -> Result<axum::response::Response, Infallible> {
    let mut request = request.map(axum::body::Body::new);
    request.extensions_mut().insert(ConnectInfo(peer));
    router.oneshot(request).await
}
