//! The mails that arrived at the sink, read once each.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Mutex;

use testkit::program::Mail;

/// Mails as their readers have them: what the sink took and answered for. Read on as they come.
pub struct Inbox {
    folder: PathBuf,
    read: Mutex<Read>,
}

#[derive(Default)]
struct Read {
    /// The number of the last mail that was read.
    last: u64,
    /// By recipient, in the order in which they came.
    mails: BTreeMap<String, Vec<Mail>>,
    /// How often each Message-ID came.
    times: BTreeMap<String, u32>,
    /// Mails that the sink took and cut off or left without an answer: the portal must send them again.
    unanswered: u32,
}

impl Inbox {
    pub fn of(folder: PathBuf) -> Self {
        Self { folder, read: Mutex::new(Read::default()) }
    }

    /// The mails to an address so far.
    pub fn of_address(&self, to: &str) -> Vec<Mail> {
        let mut read = self.read.lock().unwrap();
        self.read_on(&mut read);
        read.mails.get(to).cloned().unwrap_or_default()
    }

    /// How often each Message-ID came, by its local part.
    pub fn times(&self) -> BTreeMap<String, u32> {
        let mut read = self.read.lock().unwrap();
        self.read_on(&mut read);
        read.times.clone()
    }

    /// Mails that the sink took without saying so.
    pub fn unanswered(&self) -> u32 {
        let mut read = self.read.lock().unwrap();
        self.read_on(&mut read);
        read.unanswered
    }

    // The sink numbers what it keeps, and writes each file whole.
    fn read_on(&self, read: &mut Read) {
        loop {
            let next = read.last + 1;
            let path = |fate: &str| self.folder.join(format!("{next:06}.{fate}.eml"));
            if let Ok(bytes) = std::fs::read(path("accepted")) {
                let mail = Mail::read(&bytes);
                let id = mail.id.split('@').next().unwrap_or_default().to_owned();
                *read.times.entry(id).or_default() += 1;
                read.mails.entry(mail.to.clone()).or_default().push(mail);
            } else if path("dropped").exists() || path("hung").exists() {
                read.unanswered += 1;
            } else {
                return;
            }
            read.last = next;
        }
    }
}
