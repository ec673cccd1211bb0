//! What `backboard doctor` finds out about the mail server, over real sockets. Here, because cargo builds the
//! `smtp-sink` of a package for that package's tests.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops at once")]

use std::os::unix::fs::PermissionsExt as _;

use server::cli::doctor::{DoctorArguments, run};
use server::keys::Keys;
use testkit::smtp::SinkProcess;

const BINARY: &str = env!("CARGO_BIN_EXE_smtp-sink");

/// The line about the mail server, with this under `[mail]`.
async fn line(mail: &str, password: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let secret = folder.path().join("password");
    std::fs::write(&secret, password).unwrap();
    std::fs::set_permissions(&secret, std::fs::Permissions::from_mode(0o600)).unwrap();
    Keys::create(&folder.path().join("secrets/keys.toml")).unwrap();
    let config = folder.path().join("backboard.toml");
    let text = format!(
        "public_url = \"https://accounts.example.gov\"\nagency = \"demo\"\nkeys.file = \"secrets/keys.toml\"\n\
         [mail]\ntransport = \"smtp\"\nhost = \"127.0.0.1\"\n{mail}\n"
    );
    std::fs::write(&config, text).unwrap();
    let mut out = Vec::new();
    let result = run(&DoctorArguments { config }, &mut out).await;
    let said = String::from_utf8(out).unwrap();
    let line = said.lines().find(|line| line.contains("mail.host")).unwrap_or_else(|| panic!("{said}")).to_owned();
    assert_eq!(result.is_err(), line.starts_with("danger"), "{said}");
    assert!(!said.contains("hunter"), "{said}");
    line
}

#[tokio::test]
async fn a_server_that_takes_us_is_fine_and_gets_no_mail() {
    let folder = tempfile::tempdir().unwrap();
    for protection in ["starttls", "implicit"] {
        let more = ["--tls", protection, "--user", "portal", "--password", "hunter42"];
        let sink = SinkProcess::start(BINARY, folder.path(), &more).await.unwrap();
        let mail = |name: &str| {
            let (port, ca_file) = (sink.port(), sink.ca_file().display().to_string());
            format!(
                "port = {port}\ntls = \"{protection}\"\nca_file = {ca_file:?}\nusername = \"{name}\"\npassword_file = \"password\""
            )
        };
        let fine = line(&mail("portal"), "hunter42").await;
        assert!(fine.starts_with("ok") && fine.contains("takes our password"), "{fine}");
        assert!(sink.received().unwrap().is_empty());

        let wrong = line(&mail("portal"), "hunter43").await;
        assert!(wrong.starts_with("danger") && wrong.contains("AUTH"), "{wrong}");
        // Its certificate is of an authority that nobody knows.
        let unknown = mail("portal").lines().filter(|line| !line.starts_with("ca_file")).collect::<Vec<_>>().join("\n");
        let unknown = line(&unknown, "hunter42").await;
        assert!(unknown.starts_with("danger") && unknown.to_lowercase().contains("certificate"), "{unknown}");
    }
}

#[tokio::test]
async fn a_server_that_is_not_there_or_not_protected_is_a_danger() {
    let folder = tempfile::tempdir().unwrap();
    let sink = SinkProcess::start(BINARY, folder.path(), &["--tls", "off"]).await.unwrap();
    let plain = line(&format!("port = {}\ntls = \"starttls\"", sink.port()), "").await;
    assert!(plain.starts_with("danger") && plain.to_lowercase().contains("starttls"), "{plain}");
    let port = {
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        free.local_addr().unwrap().port()
    };
    let nobody = line(&format!("port = {port}\ntls = \"none\""), "").await;
    assert!(nobody.starts_with("danger") && nobody.contains("firewall"), "{nobody}");
}
