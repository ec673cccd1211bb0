//! Who left the roster, and what housekeeping leaves of them.

use std::sync::Arc;

use backboard::challenge::Question;
use backboard::expiry::DAY;
use backboard::keep::PEOPLE_DAYS;
use backboard::service::Portal;
use backboard::service::ports::{Clock as _, Store as _};
use backboard::service::records::{Challenge, NewMail, NewTemporary};
use server::housekeeping;
use testkit::seed::email;
use tokio::sync::{Notify, watch};

use crate::bench::{ADA, Bench};

/// Whom every import names.
const BEA: &str = "P-2,Stays,Bea,,,1990-01-01,900-12-9999,E200,EMT,bea@example.org,bea,unclaimed,\n";
const KEPT: i64 = PEOPLE_DAYS as i64 * DAY;

impl Bench {
    async fn round(&self) {
        let (_going, stopped) = watch::channel(false);
        housekeeping::round(&self.test.portal, &Notify::new(), &stopped).await;
    }

    /// Ada left, and her days are over.
    async fn leave(&self, rows: &str) {
        self.import(&format!("{rows}{BEA}")).await;
        self.test.clock.pass(KEPT);
        self.import(BEA).await;
    }

    async fn people(&self) -> String {
        let people = "SELECT coalesce(group_concat(roster_id, ' '), '') FROM (SELECT * FROM person ORDER BY roster_id)";
        self.text(people).await
    }

    /// How often the files of the store hold these bytes.
    fn hits(&self, wanted: &[u8]) -> usize {
        let names = ["backboard.db", "backboard.db-wal", "backboard.db-shm"];
        let files = names.iter().map(|name| std::fs::read(self.path(name)).unwrap());
        files.map(|file| file.windows(wanted.len()).filter(|bytes| *bytes == wanted).count()).sum()
    }
}

#[tokio::test]
async fn who_left_is_forgotten_on_the_day_and_not_before() {
    let bench = Bench::new().await;
    bench.import(&format!("{ADA}{BEA}")).await;
    bench.test.clock.pass(KEPT - 2);
    bench.import(BEA).await;
    bench.round().await;
    assert_eq!(bench.people().await, "P-1 P-2");
    bench.test.clock.pass(1);
    bench.round().await;
    assert_eq!(bench.people().await, "P-2");
    assert_eq!(bench.count("SELECT count(*) FROM account WHERE username_key IN ('ada', 'bea')").await, 1);
}

#[tokio::test]
async fn an_import_in_between_saves_also_by_a_row_that_cannot_be_taken() {
    let bench = Bench::new().await;
    let unreadable = ADA.replace("900-12-3456", "12");
    for rows in [ADA, &unreadable, &ADA.replace("Paramedic", "EMT")] {
        bench.leave(rows).await;
        bench.import(&format!("{rows}{BEA}")).await;
        bench.round().await;
        assert_eq!(bench.people().await, "P-1 P-2", "{rows}");
    }
    bench.leave("").await;
    bench.round().await;
    assert_eq!(bench.people().await, "P-2");
}

#[tokio::test]
async fn nobody_is_forgotten_because_no_roster_came() {
    let bench = Bench::new().await;
    bench.import(&format!("{ADA}{BEA}")).await;
    bench.test.clock.pass(10 * KEPT);
    bench.round().await;
    assert_eq!(bench.people().await, "P-1 P-2");
}

#[tokio::test]
async fn accounts_in_use_or_closed_for_a_reason_are_the_offices_matter() {
    for (status, left) in [
        ("active", "P-1 P-2"),
        ("suspended", "P-1 P-2"),
        ("external", "P-1 P-2"),
        ("inactive", "P-2"),
        ("unclaimed", "P-2"),
    ] {
        let bench = Bench::new().await;
        bench.leave(&ADA.replace("unclaimed", status)).await;
        bench.round().await;
        assert_eq!(bench.people().await, left, "{status}");
    }
    let bench = Bench::new().await;
    bench.import(&format!("{ADA}{BEA}")).await;
    bench.claim("ada").await;
    bench.test.clock.pass(KEPT);
    bench.import(BEA).await;
    bench.round().await;
    assert_eq!(bench.people().await, "P-1 P-2");
}

#[tokio::test]
async fn days_of_0_keep_everybody_for_good() {
    let mut bench = Bench::new().await;
    let portal: &mut Portal = Arc::get_mut(&mut bench.test.portal).unwrap();
    portal.people_days = 0;
    bench.leave(ADA).await;
    bench.round().await;
    assert_eq!((bench.people().await.as_str(), bench.test.portal.gone().await.unwrap().len()), ("P-1 P-2", 0));
}

#[tokio::test]
async fn who_comes_back_to_the_roster_is_made_anew() {
    let bench = Bench::new().await;
    bench.leave(&ADA.replace("unclaimed", "inactive")).await;
    let old = bench.account("ada").await;
    assert_eq!(bench.test.portal.gone().await.unwrap().len(), 1);
    bench.round().await;
    assert_eq!(bench.import(&format!("{ADA}{BEA}")).await.added, 1);
    assert_eq!(bench.state_of("ada").await, "unclaimed");
    assert!(bench.account("ada").await > old);
    bench.round().await;
    assert_eq!(bench.people().await, "P-1 P-2");
}

#[tokio::test]
async fn a_shared_account_stays_with_who_is_left_and_older_links_lead_nowhere() {
    let bench = Bench::new().await;
    let crew = |id: &str, name: &str| format!("{id},Crew,{name},,,1984-02-29,,,EMT,{name}@example.org,engine7,,\n");
    bench.import(&(crew("P-3", "one") + &crew("P-4", "two"))).await;
    let account = bench.account("engine7").await;
    bench.test.clock.pass(KEPT);
    bench.import(&crew("P-4", "two")).await;
    bench.visit(account, 1).await;
    bench.round().await;
    assert_eq!(bench.people().await, "P-4");
    assert_eq!((bench.account("engine7").await, bench.live_links().await), (account, 0));
    assert_eq!(bench.text("SELECT detail FROM audit WHERE action = 'person-forgotten'").await, "shared");
}

#[tokio::test]
async fn more_than_are_looked_for_at_once_go_in_one_round_each_with_its_row() {
    let bench = Bench::new().await;
    let rows: String = (10..1_260).map(|id| format!("P-{id},A,B,,,1990-01-01,,,,,user{id},,\n")).collect();
    bench.leave(&rows).await;
    let (stop, stopped) = watch::channel(false);
    stop.send(true).unwrap();
    housekeeping::round(&bench.test.portal, &Notify::new(), &stopped).await;
    assert_eq!(bench.count("SELECT count(*) FROM person").await, 1_251);

    bench.round().await;
    assert_eq!(bench.people().await, "P-2");
    let rows = "SELECT count(DISTINCT account) FROM audit WHERE action = 'person-forgotten' AND actor = 'worker' \
                AND detail = 'account'";
    assert_eq!(bench.count(rows).await, 1_250);
    assert!(bench.test.portal.verify_audit(Vec::new(), |_| ()).await.unwrap().flaw.is_none());
    bench.round().await;
    assert_eq!(bench.count(rows).await, 1_250);
}

#[tokio::test]
async fn what_fails_halfway_leaves_nobody_half_forgotten_and_comes_again() {
    let bench = Bench::new().await;
    bench.leave(ADA).await;
    let before = bench.dump().await;
    sqlx::query("ALTER TABLE challenge RENAME TO challenge_gone").execute(&bench.pool).await.unwrap();
    bench.round().await;
    assert_eq!(bench.dump().await, before);
    sqlx::query("ALTER TABLE challenge_gone RENAME TO challenge").execute(&bench.pool).await.unwrap();
    bench.round().await;
    assert_eq!(bench.people().await, "P-2");
}

#[tokio::test]
async fn nothing_of_a_person_is_left_in_pages_that_others_stay_on() {
    leave_nothing(true).await;
}

#[tokio::test]
async fn nothing_of_a_person_is_left_in_pages_that_nobody_needs_any_more() {
    leave_nothing(false).await;
}

/// A person with something in every place leaves; their neighbours in the file stay or leave with them.
async fn leave_nothing(neighbours_stay: bool) {
    const NAME: &str = "Quetzalcanary";
    const EARLIER: &str = "Ibisoncecanary";
    const CERTIFICATE: &str = "CANARY7741";
    const ADDRESS: &str = "wren.canary@example.org";
    const OLD_ADDRESS: &str = "rook.canary@example.org";
    const USERNAME: &str = "heron.canary";
    const BORN: &str = "1961-07-13";
    const ROSTER_ID: &str = "CANARY-0815";
    let row = |address: &str, status: &str| {
        format!(
            "{ROSTER_ID},{NAME},Kea,,{EARLIER},{BORN},900-47-6613,{CERTIFICATE},EMT,{address},{USERNAME},{status},\n"
        )
    };
    let others: String =
        (10..400).map(|id| format!("P-{id},Other,Person,,,1990-01-01,,,,o{id}@example.org,o{id},,\n")).collect();
    let bench = Bench::new().await;
    bench.import(&(row(OLD_ADDRESS, "unclaimed") + &others)).await;
    bench.claim(USERNAME).await;
    let (account, now) = (bench.account(USERNAME).await, bench.test.clock.now());
    let mut unit = bench.store.begin().await.unwrap();
    let challenge =
        Challenge { question: Question::FirstPet, answer_hash: "$answer-canary$".to_owned(), confirmed: now };
    unit.save_challenge(account, &challenge).await.unwrap();
    unit.save_hash(account, "$hash-canary$").await.unwrap();
    let temporary = NewTemporary {
        id: "temporary-canary".to_owned(),
        account,
        digest: [0xC7; 32],
        issued: now,
        expires: now.plus(10 * KEPT),
        issuer: "office".to_owned(),
        why: "asked-the-office".to_owned(),
        mail: None,
    };
    unit.add_temporary(&temporary).await.unwrap();
    unit.save().await.unwrap();
    bench.import(&(row(ADDRESS, "inactive") + &others)).await;
    bench.test.deliver().await;
    let digest: Vec<u8> = sqlx::query_scalar("SELECT ssn FROM person WHERE roster_id = 'CANARY-0815'")
        .fetch_one(&bench.pool)
        .await
        .unwrap();
    let fingerprint: Vec<u8> = sqlx::query_scalar("SELECT fingerprint FROM person WHERE roster_id = 'CANARY-0815'")
        .fetch_one(&bench.pool)
        .await
        .unwrap();
    bench.test.clock.pass(KEPT);
    bench.import(if neighbours_stay { &others } else { BEA }).await;
    // The newest mail of the account is still in the ledger when it goes.
    let mut unit = bench.store.begin().await.unwrap();
    let mail = NewMail {
        id: "mail-canary".to_owned(),
        recipient: email(ADDRESS),
        account: Some(account),
        kind: "inactive".to_owned(),
        sealed: b"sealed-canary".to_vec(),
        due: bench.test.clock.now(),
    };
    unit.add_mail(&mail).await.unwrap();
    unit.save().await.unwrap();

    let canaries: [&[u8]; 15] = [
        NAME.as_bytes(),
        EARLIER.as_bytes(),
        CERTIFICATE.as_bytes(),
        ADDRESS.as_bytes(),
        OLD_ADDRESS.as_bytes(),
        USERNAME.as_bytes(),
        BORN.as_bytes(),
        ROSTER_ID.as_bytes(),
        b"answer-canary",
        b"hash-canary",
        b"mail-canary",
        b"sealed-canary",
        &[0xC7; 32],
        &digest,
        &fingerprint,
    ];
    for canary in canaries {
        assert!(bench.hits(canary) > 0, "{} was never there", String::from_utf8_lossy(canary));
    }
    bench.round().await;
    for canary in canaries {
        assert_eq!(bench.hits(canary), 0, "{}", String::from_utf8_lossy(canary));
    }
    assert_eq!(bench.hits(b"o399@example.org") > 0, neighbours_stay);
}
