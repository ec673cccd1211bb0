//! Builds the program anew when the browser's files changed.

fn main() {
    println!("cargo:rerun-if-changed=../target/site");
    println!("cargo:rerun-if-changed=../target/site/pkg");
    println!("cargo:rerun-if-changed=migrations");
}
