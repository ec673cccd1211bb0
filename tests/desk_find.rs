//! Finding a person at the desk.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops at once")]

use backboard::refused::{Field, Problem, Refused};
use backboard::service::desk::Actor;
use backboard::service::desk::find::{Hits, MOST, PER_PAGE, SEARCHES};
use backboard::staff::Role;
use testkit::fakes::{Resident, TestPortal};
use testkit::seed::{NewAccount, NewPerson};
use testkit::steps::{problems, why};

fn helper(staff: i64) -> Actor {
    Actor { staff, role: Role::Helpdesk, may_show: false, session: [staff as u8; 32] }
}

async fn search(portal: &TestPortal, typed: &str) -> Hits {
    let handle = portal.portal.desk_search(&helper(3), typed).await.unwrap();
    portal.portal.desk_hits(&helper(3), &handle, "").await.unwrap()
}

/// So many Smiths, each with an account: `smith1`, `smith2`, …
async fn smiths(portal: &TestPortal, count: usize) {
    for number in 1..=count {
        let account = portal.seed.add_account(&NewAccount::unclaimed(&format!("user{number}"))).await;
        let person = NewPerson {
            last_name: "Smith".to_owned(),
            first_name: format!("N{number:04}"),
            ..NewPerson::of(account, &format!("S-{number}"))
        };
        portal.seed.add_person(&person).await;
    }
}

fn names(hits: &Hits) -> Vec<&str> {
    hits.found.iter().map(|found| found.username.as_str()).collect()
}

#[tokio::test]
async fn a_person_is_found_by_name_username_address_and_certificate_once() {
    let portal = TestPortal::default();
    let account = portal.settle(Resident { earlier_names: &["Byron"], ..Resident::default() }).await;
    portal
        .settle(Resident {
            username: "hopper",
            last_name: "Hopper",
            ssn: None,
            certificate: None,
            email: None,
            ..Resident::default()
        })
        .await;
    for typed in [
        "Lovelace",
        "ada lovelace",
        "Lovelace, Ada",
        "byron",
        "ADA.LOVE",
        "ada@example.org",
        "emt-1001",
        "EMT10",
        "ada",
    ] {
        let hits = search(&portal, typed).await;
        assert_eq!(names(&hits), ["ada.lovelace"], "{typed}");
        assert_eq!((hits.found[0].account, hits.total, hits.is_cut, hits.page, hits.pages), (account, 1, false, 1, 1));
    }
    let none = search(&portal, "nobody like that").await;
    assert_eq!((none.found.len(), none.total, none.page, none.pages), (0, 0, 1, 1));
}

#[tokio::test]
async fn who_is_called_so_comes_before_who_only_begins_so() {
    let portal = TestPortal::default();
    for (username, last_name, address) in [
        ("smithers", "Smithson", "zz@example.org"),
        ("other", "Smith", "aa@example.org"),
        ("smith", "Jones", "bb@example.org"),
        ("third", "Jones", "smith@example.org"),
    ] {
        portal
            .settle(Resident {
                username,
                last_name,
                email: Some(address),
                ssn: None,
                certificate: None,
                ..Resident::default()
            })
            .await;
    }
    assert_eq!(names(&search(&portal, "smith").await), ["smith", "other", "smithers", "third"]);
}

#[tokio::test]
async fn results_are_capped_and_paged_and_any_page_gives_a_clear_answer() {
    let portal = TestPortal::default();
    smiths(&portal, MOST + 5).await;
    let handle = portal.portal.desk_search(&helper(3), "smith").await.unwrap();
    let pages = MOST / PER_PAGE;
    let mut seen = Vec::new();
    for page in 1..=pages {
        let hits = portal.portal.desk_hits(&helper(3), &handle, &page.to_string()).await.unwrap();
        assert_eq!((hits.page, hits.pages, hits.total, hits.is_cut), (page, pages, MOST, true));
        seen.extend(hits.found.iter().map(|found| found.first_name.clone()));
    }
    let expected: Vec<String> = (1..=MOST).map(|number| format!("N{number:04}")).collect();
    assert_eq!(seen, expected, "each once, in a stable order");
    for (typed, page) in [
        ("", 1),
        ("-1", 1),
        ("0", 1),
        ("1.5", 1),
        ("two", 1),
        ("%00", 1),
        ("1000000000", pages),
        ("99999999999999999999999", pages),
        ("-99999999999999999999999", 1),
        ("٢", 1),
        ("+3", 3),
    ] {
        let hits = portal.portal.desk_hits(&helper(3), &handle, typed).await.unwrap();
        assert_eq!((hits.page, hits.found.len()), (page, PER_PAGE), "{typed:?}");
    }
    let exact = search(&portal, "Smith, N0007").await;
    assert_eq!((exact.total, exact.is_cut), (1, false));
    let portal = TestPortal::default();
    smiths(&portal, MOST).await;
    let all = search(&portal, "smith").await;
    assert_eq!((all.total, all.is_cut), (MOST, false), "two hundred are all of them");
}

#[tokio::test]
async fn what_cannot_be_searched_for_is_refused_at_its_field_and_leaves_no_trace() {
    let portal = TestPortal::default();
    for (typed, refused) in [
        ("", Refused::Missing),
        ("   ", Refused::Missing),
        ("%", Refused::TermTooShort),
        ("_", Refused::TermTooShort),
        ("a", Refused::TermTooShort),
        (&*"a".repeat(1_000), Refused::TooLong),
        ("ada\0", Refused::Unreadable),
        ("900-01-0001", Refused::TermSsn),
        ("Lovelace 900010001", Refused::TermSsn),
    ] {
        let answer = portal.portal.desk_search(&helper(3), typed).await;
        assert_eq!(problems(answer), [Problem::at(Field::Term, refused)], "{typed}");
    }
    assert!(portal.actions().await.is_empty());
}

#[tokio::test]
async fn the_audit_says_who_searched_among_what_and_how_many_and_not_for_whom() {
    let portal = TestPortal::default();
    portal.settle(Resident::default()).await;
    let admin = Actor { role: Role::Admin, ..helper(9) };
    for typed in ["Lovelace, Ada", "ada LOVELACE", "Hopper"] {
        portal.portal.desk_search(&helper(3), typed).await.unwrap();
    }
    let rows = portal.audit_rows().await;
    assert!(rows.iter().all(|row| (&*row.actor, &*row.action, row.account) == ("staff 3", "search", None)));
    let all = format!("{rows:?}").to_lowercase();
    assert!(!["lovelace", "hopper"].iter().any(|name| all.contains(name)), "{all}");
    assert!(rows[0].detail.starts_with("name hits=1 term="), "{}", rows[0].detail);
    // Whoever may read the audit can ask for a name, in any spelling of it.
    let marks = portal.portal.desk_term_marks(&admin, "Ada Lovelace").unwrap();
    let asked: Vec<bool> = rows.iter().map(|row| marks.iter().any(|mark| row.detail.ends_with(mark))).collect();
    assert_eq!(asked, [true, true, false]);
    assert_eq!(why(portal.portal.desk_term_marks(&helper(3), "Ada Lovelace")), [Refused::NotAllowed]);
}

#[tokio::test]
async fn a_handle_tells_nothing_and_is_of_no_use_in_another_session() {
    let portal = TestPortal::default();
    portal.settle(Resident::default()).await;
    let handle = portal.portal.desk_search(&helper(3), "Lovelace").await.unwrap();
    assert!(handle.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)), "{handle}");
    let elsewhere = Actor { session: [9; 32], ..helper(3) };
    for (actor, handle) in
        [(&elsewhere, &*handle), (&helper(3), ""), (&helper(3), "AAAA"), (&helper(3), "%%"), (&helper(3), &handle[1..])]
    {
        assert_eq!(why(portal.portal.desk_hits(actor, handle, "1").await), [Refused::SearchOver], "{handle}");
    }
    // Looking at it again is no new search.
    portal.portal.desk_hits(&helper(3), &handle, "1").await.unwrap();
    assert_eq!(portal.actions().await, ["search"]);
}

#[tokio::test]
async fn a_member_of_staff_has_so_many_searches_an_hour_and_no_one_elses() {
    let portal = TestPortal::default();
    for _ in 0..SEARCHES.burst {
        portal.portal.desk_search(&helper(3), "lovelace").await.unwrap();
    }
    assert_eq!(why(portal.portal.desk_search(&helper(3), "lovelace").await), [Refused::TooManyTries]);
    assert_eq!(portal.actions().await.len(), SEARCHES.burst as usize, "what was refused was not done");
    portal.portal.desk_search(&helper(4), "lovelace").await.unwrap();
    portal.clock.pass(i64::from(SEARCHES.every));
    portal.portal.desk_search(&helper(3), "lovelace").await.unwrap();
}
