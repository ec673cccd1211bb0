//! Builds the program anew when the browser's files changed, and tells it the year it is built in.

use std::time::{SystemTime, UNIX_EPOCH};

/// Seconds of a year, on average.
const YEAR: u64 = 31_556_952;

#[expect(clippy::disallowed_methods, reason = "a build has no Clock port")]
fn main() -> std::io::Result<()> {
    // Before the first build of the browser's share there is no folder, and cargo would look again every time.
    std::fs::create_dir_all("../target/site/pkg")?;
    println!("cargo:rerun-if-changed=../target/site");
    println!("cargo:rerun-if-changed=../target/site/pkg");
    println!("cargo:rerun-if-changed=migrations");
    // A build that is to come out the same byte for byte sets this.
    println!("cargo:rerun-if-env-changed=SOURCE_DATE_EPOCH");
    let set = std::env::var("SOURCE_DATE_EPOCH").ok().and_then(|seconds| seconds.parse().ok());
    let now = || SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    println!("cargo:rustc-env=BUILD_YEAR={}", 1970 + set.unwrap_or_else(now) / YEAR);
    Ok(())
}
