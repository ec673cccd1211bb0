//! M. What strangers and rosters can put into a mail.

use testkit::program::Plan;

use crate::bench::{Sink, begin, figure};
use crate::people::{ask_reset, at_rest, email, lookup, rows, ssn};

#[tokio::test]
async fn m01_nothing_typed_makes_a_header_or_a_recipient() {
    let sink = Sink::start();
    let program = begin(&Plan { rows: rows(1), smtp: Some(sink.port), ..Plan::default() }).await;
    // Names from the roster with everything that could break a line; bad rows are left out, the others are mailed.
    let evil = [
        "\"Love\r\nBcc: evil@evil.example\"",
        "\"Love\nX-Evil: 1\"",
        "<b>Love</b>",
        "\"Love, evil@evil.example\"",
        "=?utf-8?q?evil?=",
    ];
    let mut roster = String::from(
        "person_id,last_name,first_name,suffix,earlier_names,date_of_birth,ssn,certificate_number,certification_level,\
         email,username,status,products\n",
    );
    for (number, name) in evil.iter().enumerate() {
        roster += &format!(
            "E-{number},{name},{name},,,1984-02-29,{},,EMT,evil{number}@example.org,,unclaimed,\n",
            ssn(50 + number)
        );
    }
    for (number, address) in
        ["\"a@example.org\r\nBcc: evil@evil.example\"", "\"a@example.org, evil@evil.example\"", "a@example.org>evil"]
            .iter()
            .enumerate()
    {
        roster += &format!("F-{number},Lovelace,Ada,,,1984-02-29,{},,EMT,{address},,unclaimed,\n", ssn(70 + number));
    }
    std::fs::write(program.path("evil.csv"), roster).unwrap();
    program.attempt(&["import", "evil.csv"]).await;
    let mut asked = 0;
    let agents = ["Mozilla\tBcc: evil@evil.example", "() { :; }; mail evil@evil.example", "x>evil@evil.example<"];
    for agent in agents {
        for typed in ["evil@evil.example%0d%0aBcc:x", "\"a\\r\\nBcc:evil@evil.example\"@example.org"] {
            ask_reset(&mut program.visitor().with("user-agent", agent), typed).await;
            asked += 1;
        }
        for number in [0, 50, 51, 52, 53, 54, 70, 71, 72] {
            let number = ssn(number);
            let mut fields = lookup(&number);
            for name in ["Lovelace", "Love", "<b>Love</b>", "Love, evil@evil.example"] {
                fields[3].1 = name;
                program.visitor().with("user-agent", agent).submit("/api/claim/lookup", &fields).await;
                asked += 1;
            }
        }
    }
    at_rest(&program).await;
    let received = sink.received();
    assert!(!received.is_empty());
    let known = ["To", "From", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Type", "Auto-Submitted"];
    for mail in &received {
        let text = String::from_utf8_lossy(&mail.bytes).into_owned();
        let head = text.split("\r\n\r\n").next().unwrap();
        for line in head.lines().filter(|line| !line.starts_with([' ', '\t'])) {
            let name = line.split(':').next().unwrap();
            assert!(!name.to_ascii_lowercase().contains("bcc") && !name.contains("Evil") && name != "Cc", "{line}");
            assert!(known.contains(&name) || name.starts_with("X-") || name.contains('-'), "{line}");
        }
        assert!(!mail.envelope.contains("evil.example"), "{}", mail.envelope);
        assert_eq!(mail.envelope.lines().filter(|line| line.starts_with("to: ")).count(), 1, "{}", mail.envelope);
        assert!(!head.contains("evil.example"), "{head}");
    }
    assert!(received.iter().any(|mail| mail.has(&format!("to: {}", email(0)))));
    figure(
        "M01",
        &format!(
            "{asked} hostile requests and {} hostile roster rows: {} mails, one recipient each, no header more",
            evil.len() + 3,
            received.len()
        ),
    );
}
