//! I. Names and addresses in every writing.

use testkit::program::Plan;

use crate::bench::{Sink, begin, figure};
use crate::people::{PASSWORD, ask_reset, at_rest, give_password, row_at, ssn};

/// As it stands on file.
const STORED: &str = "Mike.Kelvin@Example.org";

#[tokio::test]
async fn i01_mail_goes_to_the_stored_bytes_and_never_to_the_typed_ones() {
    let sink = Sink::start();
    let people = row_at(0, "active", STORED) + &row_at(1, "active", "marker@example.org");
    let program = begin(&Plan { rows: people, smtp: Some(sink.port), ..Plan::default() }).await;
    give_password(&program, 0..2, PASSWORD).await;
    let look_alikes = [
        "mıke.kelvin@example.org",
        "Mike.\u{212a}elvin@example.org",
        "mike.kelvin@exam\u{17f}ple.org",
        "mike.kelvin@example.org\u{200b}",
        "ｍike.kelvin@example.org",
        "mi\u{301}ke.kelvin@example.org",
        "mike.kelvin@ex\u{430}mple.org",
        "mike.kelvin@examp\u{2113}e.org",
        "mike.kelvin@xn--exmple-cua.org",
        "mike.kelvin@example.org.",
        "mike.kelvin+tag@example.org",
        "mikekelvin@example.org",
        "\"mike.kelvin\"@example.org",
        "mike.kelvin@[192.0.2.1]",
        "mike.kelvin@example.org@evil.example",
        "mike.kelvin@\u{ff45}xample.org",
    ];
    let mut asked = 0;
    for typed in look_alikes {
        for (path, field) in [("/api/reset/request", "login"), ("/api/username/request", "email")] {
            let answer = program.visitor().submit(path, &[(field, typed), ("robot", "on")]).await;
            assert_eq!(answer.status, Some(303), "{typed}: {}", answer.text);
            asked += 1;
        }
    }
    at_rest(&program).await;
    assert_eq!(sink.recipients(), Vec::<String>::new(), "a look-alike was mailed");
    for typed in ["mike.kelvin@example.org", "MIKE.KELVIN@EXAMPLE.ORG", " Mike.Kelvin@Example.org "] {
        assert_eq!(ask_reset(&mut program.visitor(), typed).await.location().as_deref(), Some("/forgot-password/sent"));
        asked += 1;
    }
    at_rest(&program).await;
    let recipients = sink.recipients();
    assert!(!recipients.is_empty() && recipients.iter().all(|to| to == STORED), "{recipients:?}");
    figure(
        "I01",
        &format!(
            "{asked} requests in {} writings: mail to the {} stored bytes alone",
            look_alikes.len() + 3,
            STORED.len()
        ),
    );
}

#[tokio::test]
async fn i02_addresses_compare_alike_in_every_journey() {
    let sink = Sink::start();
    let program = begin(&Plan { rows: row_at(0, "active", STORED), smtp: Some(sink.port), ..Plan::default() }).await;
    give_password(&program, [0], PASSWORD).await;
    let writings = [
        ("mike.kelvin@example.org", true),
        ("MIKE.kelvin@EXAMPLE.ORG", true),
        ("míke.kelvin@example.org", false),
        ("mike.kelvin@example.org.", false),
        ("mike.kelvin+x@example.org", false),
        ("mike.kelvin@EXAMPLE.xn--org", false),
    ];
    let mut compared = 0;
    for (typed, is_meant) in writings {
        for (path, field) in [("/api/reset/request", "login"), ("/api/username/request", "email")] {
            let before = sink.received().len();
            program.visitor().submit(path, &[(field, typed), ("robot", "on")]).await;
            at_rest(&program).await;
            assert_eq!(sink.received().len() > before, is_meant, "{path} {typed}");
            compared += 1;
        }
    }
    figure("I02", &format!("{compared} comparisons over 2 journeys: one answer for each writing"));
}

#[tokio::test]
async fn i04_a_claim_works_for_every_form_of_a_name() {
    let sink = Sink::start();
    let long = "Wolfeschlegelsteinhausenbergerdorffwelchevoralternwarengewiss";
    // As stored, and as typed.
    let names = [
        ("O'Brien", "OBRIEN"),
        ("O\u{2019}Brien", "o'brien"),
        ("Nuñez", "NUNEZ"),
        ("Smith-Jones", "smith jones"),
        ("de la Cruz", "De La Cruz"),
        ("Parker", "Parker Jr"),
        ("Null", "null"),
        ("Y", "y"),
        (long, long),
        ("Łukasiewicz", "lukasiewicz"),
        ("True", "TRUE"),
        ("Ng", "NG"),
        ("D\u{2019}Arcy-O\u{2019}Neill", "darcy oneill"),
        ("Nun\u{303}ez", "Nuñez"),
    ];
    let row = |number: usize, name: &str| {
        format!(
            "P-{number},{name},Ada,,,1984-02-29,{},,EMT,n{number}@example.org,name{number:03},unclaimed,\n",
            ssn(number)
        )
    };
    let people: String = names.iter().enumerate().map(|(number, (stored, _))| row(number, stored)).collect();
    let program = begin(&Plan { rows: people, smtp: Some(sink.port), ..Plan::default() }).await;
    for (number, (stored, typed)) in names.iter().enumerate() {
        for name in [stored, typed] {
            let ssn = ssn(number);
            let mut fields = crate::people::lookup(&ssn);
            fields[3].1 = name;
            let answer = program.visitor().submit("/api/claim/lookup", &fields).await;
            assert_eq!(answer.location().as_deref(), Some("/claim/sent"), "{name}: {}", answer.text);
        }
    }
    at_rest(&program).await;
    let recipients = sink.recipients();
    for (number, (stored, typed)) in names.iter().enumerate() {
        let mails = recipients.iter().filter(|to| **to == format!("n{number}@example.org")).count();
        assert_eq!(mails, 2, "{stored}, typed {typed}");
    }
    figure("I04", &format!("{} stored names, each typed in two forms: all found", names.len()));
}
