//! An SMTP server for tests; see `testkit::smtp` for what it does.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Parser, ValueEnum};
use testkit::smtp::{Protection, Settings, serve};

/// Records mail in a folder and fails as the folder's file `mode` says.
#[derive(Parser)]
struct Arguments {
    /// Where mails are kept and the file `mode` is read.
    #[arg(long)]
    folder: PathBuf,
    /// Port 0 takes any that is free; the first line on stdout says which.
    #[arg(long, default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    #[arg(long, value_enum, default_value = "off")]
    tls: TlsArgument,
    /// Take mail only from this user.
    #[arg(long, requires = "password")]
    user: Option<String>,
    #[arg(long, requires = "user")]
    password: Option<String>,
}

#[derive(Clone, Copy, ValueEnum)]
enum TlsArgument {
    Off,
    Starttls,
    Implicit,
}

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let arguments = Arguments::parse();
    let protection = match arguments.tls {
        TlsArgument::Off => Protection::Off,
        TlsArgument::Starttls => Protection::Starttls,
        TlsArgument::Implicit => Protection::Implicit,
    };
    let sign_in = arguments.user.zip(arguments.password);
    serve(Settings { folder: arguments.folder, listen: arguments.listen, protection, sign_in }).await
}
