//! What an import does to accounts: usernames, statuses, addresses.

use backboard::service::ports::Store as _;

use super::bench::{ADA, Bench, counts};

#[tokio::test]
async fn people_without_a_username_get_one_that_stays() {
    let bench = Bench::new().await;
    let row = |id: u32, first: &str, last: &str| format!("P-{id},{last},{first},,,1990-01-01,,,,,,,\n");
    let first: String = (1..=3).map(|id| row(id, "María", "O’Neil")).collect();
    bench.import(&first).await;
    let more: String = (1..=80).map(|id| row(id, "María", "O’Neil")).collect();
    assert_eq!(bench.import(&more).await, counts(77, 0, 3, 0, 0));
    let names = "SELECT group_concat(username, ',') FROM (SELECT username FROM account ORDER BY id LIMIT 4)";
    assert_eq!(bench.text(names).await, "maria.oneil,maria.oneil2,maria.oneil3,maria.oneil4");
    assert_eq!(bench.count("SELECT count(DISTINCT username_key) FROM account WHERE shared = 0").await, 80);
    assert_eq!(bench.import(&row(2, "María", "Married")).await, counts(0, 1, 0, 0, 0));
    assert_eq!(
        bench.text("SELECT username FROM account JOIN person ON account = account.id WHERE roster_id = 'P-2'").await,
        "maria.oneil2"
    );
}

#[tokio::test]
async fn a_made_username_never_takes_one_that_the_file_names_and_is_never_shared() {
    let bench = Bench::new().await;
    let rows = "P-1,Lovelace,Ada,,,1990-01-01,,,,,,,\nP-2,Byron,Annabella,,,1990-01-01,,,,,Ada.Lovelace,,\n";
    assert_eq!(bench.import(rows).await, counts(2, 0, 0, 0, 0));
    let names =
        "SELECT group_concat(roster_id || ' ' || username, ',') FROM person JOIN account ON account = account.id";
    assert_eq!(bench.text(names).await, "P-1 ada.lovelace2,P-2 Ada.Lovelace");
    let imported = bench.import("P-3,Thief,Tom,,,1990-01-01,,,,thief@example.org,ada.lovelace2,,\n").await;
    assert_eq!(imported, counts(0, 0, 0, 1, 0));
    assert_eq!(
        bench.reasons(),
        ["2 rejected username belongs to another person, whose row does not name it as a shared one"]
    );
    assert_eq!(bench.count("SELECT count(*) FROM person").await, 2);
}

#[tokio::test]
async fn one_username_on_several_rows_is_a_shared_account() {
    let bench = Bench::new().await;
    let row =
        |id: u32, status: &str| format!("P-{id},Crew,C{id},,,1990-01-01,,,,c{id}@example.org,Engine7,{status},\n");
    assert_eq!(bench.import(&(row(1, "active") + &row(2, "suspended"))).await, counts(2, 0, 0, 0, 0));
    assert_eq!(bench.count("SELECT shared FROM account").await, 1);
    assert_eq!(bench.state_of("engine7").await, "active");

    // Later, one more joins by another spelling of the same name.
    assert_eq!(bench.import(&row(3, "inactive").replace("Engine7", "ENGINE7")).await, counts(1, 0, 0, 0, 1));
    assert_eq!(bench.count("SELECT count(*) FROM account").await, 1);
    assert_eq!(bench.state_of("engine7").await, "active");
    assert_eq!(bench.count("SELECT count(*) FROM audit WHERE action = 'account-shared'").await, 1);

    // It is closed with the last of its people.
    assert_eq!(bench.import(&row(1, "inactive")).await, counts(0, 1, 0, 0, 0));
    assert_eq!(bench.state_of("engine7").await, "inactive");
}

#[tokio::test]
async fn who_joins_a_closed_account_opens_it_and_is_counted_as_new() {
    let bench = Bench::new().await;
    bench.import(&ADA.replace("unclaimed", "suspended")).await;
    let joined = bench.import("P-2,Other,One,,,1990-01-01,,,,,ada,active,\n").await;
    assert_eq!(joined, counts(1, 0, 0, 0, 0));
    assert_eq!(bench.state_of("ada").await, "unclaimed");
}

#[tokio::test]
async fn a_single_account_becomes_shared_when_another_row_names_it() {
    let bench = Bench::new().await;
    bench.import(ADA).await;
    bench.import("P-2,Other,One,,,1990-01-01,,,,,ADA,,\n").await;
    assert_eq!(
        bench.count("SELECT count(*) FROM person WHERE account = (SELECT id FROM account WHERE shared = 1)").await,
        2
    );
}

#[tokio::test]
async fn a_username_that_was_given_out_does_not_change() {
    let bench = Bench::new().await;
    bench.import(ADA).await;
    let renamed = ADA.replace(",ada,", ",countess,");
    assert_eq!(bench.import(&renamed).await, counts(0, 0, 1, 0, 1));
    assert_eq!(
        bench.reasons(),
        ["2 imported username stays ada, because a username that was given out does not change"]
    );
    assert_eq!(bench.text("SELECT group_concat(username) FROM account").await, "ada");
    assert_eq!(bench.import(&renamed).await, counts(0, 0, 1, 0, 0));
}

#[tokio::test]
async fn a_new_row_takes_its_status() {
    let bench = Bench::new().await;
    let rows: String = ["", "unclaimed", "active", "Inactive", "suspended", "external"]
        .iter()
        .enumerate()
        .map(|(id, status)| format!("P-{id},A,B,,,1990-01-01,,,,,user{id},{status},\n"))
        .collect();
    bench.import(&rows).await;
    let states = "SELECT group_concat(state, ',') FROM (SELECT state FROM account ORDER BY username)";
    assert_eq!(bench.text(states).await, "unclaimed,unclaimed,active,inactive,suspended,external");
}

#[tokio::test]
async fn a_status_never_undoes_a_claim_and_closing_ends_sessions_and_links() {
    let bench = Bench::new().await;
    let row = |status: &str| ADA.replace("unclaimed", status);
    bench.import(ADA).await;
    let account = bench.claim("ada").await;
    for status in ["active", "unclaimed", ""] {
        bench.import(&row(status)).await;
        assert_eq!(bench.state_of("ada").await, "active");
        assert_eq!((bench.sessions().await, bench.live_links().await), (1, 1));
    }
    for (number, status) in (2..).zip(["inactive", "suspended", "external"]) {
        assert_eq!(bench.import(&row(status)).await, counts(0, 1, 0, 0, 0));
        assert_eq!(bench.state_of("ada").await, status);
        assert_eq!((bench.sessions().await, bench.live_links().await), (0, 0), "{status}");
        assert_eq!(bench.import(&row("active")).await, counts(0, 1, 0, 0, 0));
        assert_eq!(bench.state_of("ada").await, "active");
        bench.visit(account, number).await;
    }
    let audit = "SELECT group_concat(detail, ',') FROM audit WHERE action = 'state-changed'";
    assert_eq!(
        bench.text(audit).await,
        "active>inactive,inactive>active,active>suspended,suspended>active,active>external,external>active"
    );
}

#[tokio::test]
async fn an_account_without_a_password_comes_back_unclaimed_and_active_only_by_the_rosters_word() {
    let bench = Bench::new().await;
    let row = |status: &str| ADA.replace("unclaimed", status);
    for (status, state) in [
        ("unclaimed", "unclaimed"),
        ("active", "active"),
        ("suspended", "suspended"),
        ("active", "unclaimed"),
        ("inactive", "inactive"),
        ("unclaimed", "unclaimed"),
        ("external", "external"),
        ("unclaimed", "unclaimed"),
    ] {
        bench.import(&row(status)).await;
        assert_eq!(bench.state_of("ada").await, state, "{status}");
    }
}

#[tokio::test]
async fn what_the_desk_decided_outlives_an_import_until_the_status_is_news() {
    let bench = Bench::new().await;
    let row = |status: &str, email: &str| ADA.replace("unclaimed", status).replace("ada@", email);
    bench.import(&row("active", "ada@")).await;
    bench.claim("ada").await;
    sqlx::query("UPDATE account SET state = 'suspended'").execute(&bench.pool).await.unwrap();
    assert_eq!(bench.import(&row("active", "countess@")).await, counts(0, 1, 0, 0, 0));
    assert_eq!(bench.state_of("ada").await, "suspended");
    bench.import(&row("inactive", "countess@")).await;
    bench.import(&row("active", "countess@")).await;
    assert_eq!(bench.state_of("ada").await, "active");
}

#[tokio::test]
async fn another_address_is_told_to_both_and_kills_the_links() {
    let bench = Bench::new().await;
    bench.import(ADA).await;
    let account = bench.claim("ada").await;
    let moved = ADA.replace("ada@example.org", "Ada@example.net");
    assert_eq!(bench.import(&moved).await, counts(0, 1, 0, 0, 0));
    assert_eq!(bench.live_links().await, 0);
    assert_eq!(bench.sessions().await, 1);
    let mut mails = bench.mails().await;
    mails.sort();
    assert_eq!(mails, ["Ada@example.net email-now", "ada@example.org email-replaced"]);
    assert_eq!(bench.count("SELECT count(*) FROM audit WHERE action = 'email-changed' AND detail = ''").await, 1);

    bench.visit(account, 2).await;
    assert_eq!(bench.import(&moved.replace("Ada@example.net", "")).await, counts(0, 1, 0, 0, 0));
    assert_eq!(bench.live_links().await, 0);
    assert_eq!(bench.mails().await, ["Ada@example.net email-replaced"]);
    bench.import(&moved).await;
    assert_eq!(bench.mails().await, ["Ada@example.net email-now"]);
}

#[tokio::test]
async fn another_address_of_an_account_nobody_claimed_is_not_told_and_kills_the_links() {
    let bench = Bench::new().await;
    bench.import(ADA).await;
    let account = bench.account("ada").await;
    bench.visit(account, 1).await;
    bench.import(&ADA.replace("ada@", "countess@")).await;
    assert_eq!(bench.live_links().await, 0);
    assert!(bench.mails().await.is_empty());
}

#[tokio::test]
async fn an_address_that_the_desk_took_in_stays_until_the_roster_says_something_new() {
    let bench = Bench::new().await;
    let row = |level: &str, address: &str| ADA.replace("Paramedic", level).replace("ada@example.org", address);
    bench.import(ADA).await;
    bench.claim("ada").await;
    let person = bench.count("SELECT id FROM person").await;
    let mut unit = bench.store.begin().await.unwrap();
    assert!(unit.save_email(person, &testkit::seed::email("ada@desk.example")).await.unwrap());
    unit.save().await.unwrap();
    let on_file = || bench.text("SELECT email FROM person");

    // The roster has not learned it yet, whatever else it says.
    assert_eq!(bench.import(ADA).await, counts(0, 0, 1, 0, 0));
    assert_eq!(bench.import(&row("EMT", "ada@example.org")).await, counts(0, 1, 0, 0, 0));
    assert_eq!(on_file().await, "ada@desk.example");
    assert!(bench.mails().await.is_empty());
    assert_eq!(bench.live_links().await, 1);

    // It has learned it: from then on its old address would be news.
    bench.import(&row("EMT", "ada@desk.example")).await;
    assert_eq!(on_file().await, "ada@desk.example");
    assert!(bench.mails().await.is_empty());
    bench.import(&row("EMT", "ada@example.org")).await;
    assert_eq!(on_file().await, "ada@example.org");

    // A third one is news at once, and ends a change that waits.
    let mut unit = bench.store.begin().await.unwrap();
    assert!(unit.save_email(person, &testkit::seed::email("ada@desk.example")).await.unwrap());
    unit.save().await.unwrap();
    sqlx::query(
        "INSERT INTO email_change (id, account, person, old, new, asked, asked_by, due) \
         SELECT 'one', account, id, email, 'ada@fourth.example', 0, 1, 0 FROM person",
    )
    .execute(&bench.pool)
    .await
    .unwrap();
    bench.import(&row("EMT", "ada@third.example")).await;
    assert_eq!(on_file().await, "ada@third.example");
    assert_eq!(bench.count("SELECT count(*) FROM email_change WHERE fate = 'replaced'").await, 1);
    assert_eq!(bench.count("SELECT count(*) FROM person WHERE overruled IS NULL").await, 1);
}
