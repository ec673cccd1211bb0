//! What the figures are compared with, measured in the same run: the work that nobody can spare, and nothing around it.

use std::fs::File;
use std::io::Write as _;
use std::net::SocketAddr;
use std::path::Path;
use std::time::{Duration, Instant};

use argon2::{Algorithm, Argon2, Block, Params, Version};
use axum::Router;
use axum::extract::State;
use axum::response::Html;
use axum::routing::get;
use tokio::net::TcpListener;

/// As server/src/hasher.rs has them.
const MEMORY: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// Password hashes a second: a thread for each core, each in memory of its own that it uses again and again.
pub fn hashes_a_second(seconds: u32) -> f64 {
    let cores = std::thread::available_parallelism().unwrap().get();
    let lasts = Duration::from_secs(seconds.into());
    let each = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..cores).map(|_| scope.spawn(|| hash_for(lasts))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect::<Vec<f64>>()
    });
    each.iter().sum()
}

fn hash_for(lasts: Duration) -> f64 {
    let params = Params::new(MEMORY, PASSES, LANES, None).unwrap();
    let mut memory = vec![Block::new(); params.block_count()];
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let (mut output, mut count, since) = ([0_u8; 32], 0_u32, Instant::now());
    while since.elapsed() < lasts {
        argon2
            .hash_password_into_with_memory(b"Correct-Horse-9", b"sixteen bytes of", &mut output, &mut memory)
            .unwrap();
        count += 1;
    }
    f64::from(count) / since.elapsed().as_secs_f64()
}

/// Times a second that a page of 4 KiB at the end of a file is on the disk, one after the other: what a database does
/// at the least for a commit that is to outlive a power cut.
pub fn durable_writes_a_second(folder: &Path, seconds: u32) -> f64 {
    let path = folder.join("durable");
    let mut file = File::create(&path).unwrap();
    let lasts = Duration::from_secs(seconds.into());
    let (mut count, since) = (0_u32, Instant::now());
    while since.elapsed() < lasts {
        file.write_all(&[7; 4096]).unwrap();
        file.sync_data().unwrap();
        count += 1;
    }
    let rate = f64::from(count) / since.elapsed().as_secs_f64();
    std::fs::remove_file(path).unwrap();
    rate
}

/// Answers every request for the page with these bytes: the library that the portal stands on, and no portal.
pub async fn serve_page(listen: SocketAddr, page: String) {
    let listener = TcpListener::bind(listen).await.unwrap();
    let router = Router::new().route("/sign-in", get(async |State(page): State<String>| Html(page))).with_state(page);
    axum::serve(listener, router).await.unwrap();
}
