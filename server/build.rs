//! Builds the program anew when the browser's files changed.

fn main() -> std::io::Result<()> {
    // Before the first build of the browser's share there is no folder, and cargo would look again every time.
    std::fs::create_dir_all("../target/site/pkg")?;
    println!("cargo:rerun-if-changed=../target/site");
    println!("cargo:rerun-if-changed=../target/site/pkg");
    println!("cargo:rerun-if-changed=migrations");
    Ok(())
}
