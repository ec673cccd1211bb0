//! `backboard staff`, as whoever runs the server types it, against a real database.

use backboard::identity::Email;
use backboard::service::desk::records::Member;
use backboard::service::ports::Store as _;
use backboard::staff::{Role, StaffState};
use server::store::Sqlite;

use crate::bench::Office;

impl Office {
    fn staffed(&self, arguments: &[&str]) -> String {
        let said = self.run(&[&["staff"], arguments].concat());
        assert_eq!((said.status, said.err.as_str()), (0, ""), "{arguments:?}");
        assert!(!said.out.contains("/link/") && !said.out.contains("http"), "{}", said.out);
        said.out
    }

    fn unstaffed(&self, arguments: &[&str]) -> String {
        let said = self.run(&[&["staff"], arguments].concat());
        assert_eq!((said.status, said.out.as_str()), (1, ""), "{arguments:?}: {}", said.err);
        assert!(said.err.starts_with("backboard: ") && said.err.trim_end().lines().count() == 1, "{:?}", said.err);
        said.err
    }

    async fn at_desk(&self) -> Sqlite {
        Sqlite::open(&self.folder.path().join("data/backboard.db")).await.unwrap()
    }

    async fn member(&self, email: &str) -> Member {
        let key = Email::parse(email).unwrap().key();
        let store = self.at_desk().await;
        let mut unit = store.read().await.unwrap();
        unit.find_member_by_email(&key).await.unwrap().unwrap()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn the_first_admin_is_invited_before_there_is_a_roster_and_no_link_is_printed() {
    let office = Office::new();
    assert_eq!(office.run(&["keys", "new"]).status, 0);
    assert!(office.unstaffed(&["list"]).contains("There is no database"));
    let invite = ["invite", "--email", "Ada@Office.example", "--role", "admin", "--name", "Ada Admin"];
    let said = office.staffed(&invite);
    assert!(said.contains("on its way to Ada@Office.example, role admin") && said.contains("24 hours"), "{said}");
    let member = office.member("ada@office.example").await;
    assert_eq!((member.role, member.state, member.invited_by), (Role::Admin, StaffState::Invited, None));
    assert_eq!((member.name.as_str(), member.password_hash), ("Ada Admin", None));
    // Again: a new link, and nobody twice.
    assert!(office.staffed(&invite).contains("the earlier one works no more"));
    let list = office.staffed(&["list"]);
    assert_eq!(list.lines().count(), 1, "{list}");
    assert!(list.contains("admin") && list.contains("invited") && list.contains("Ada Admin <Ada@Office.example>"));
    let store = office.at_desk().await;
    let mut unit = store.read().await.unwrap();
    let rows = unit.find_audit_after(0, 99).await.unwrap();
    let rows: Vec<(&str, &str, &str)> =
        rows.iter().map(|row| (row.actor.as_str(), row.action.as_str(), row.detail.as_str())).collect();
    assert_eq!(rows, [("office", "staff-invited", "staff 1 admin"), ("office", "staff-invited-again", "staff 1")]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn the_command_line_is_the_second_person_of_an_office_with_one_admin() {
    let office = Office::with_roster();
    assert!(office.staffed(&["list"]).contains("backboard staff invite --email ADDRESS --role admin"));
    for (email, role) in [("ada@office.example", "admin"), ("hana@office.example", "helpdesk")] {
        office.staffed(&["invite", "--email", email, "--role", role]);
    }
    assert_eq!(office.member("hana@office.example").await.name, "hana");
    assert!(office.staffed(&["role", "HANA@office.example", "admin"]).contains("role admin now"));
    assert_eq!(office.member("hana@office.example").await.role, Role::Admin);
    office.staffed(&["suspend", "hana@office.example"]);
    assert_eq!(office.member("hana@office.example").await.state, StaffState::Suspended);
    office.staffed(&["reactivate", "hana@office.example"]);
    // Without password and authenticator an invitation has to be taken up yet.
    assert_eq!(office.member("hana@office.example").await.state, StaffState::Invited);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn what_cannot_be_is_refused_in_one_sentence_with_the_way_out() {
    let office = Office::with_roster();
    office.staffed(&["invite", "--email", "ada@office.example", "--role", "admin"]);
    for (arguments, said) in [
        (&["suspend", "nobody@office.example"][..], "backboard staff list"),
        (&["suspend", "ada.lovelace"], "is no mail address"),
        (&["reactivate", "ada@office.example"], "not to be done"),
        (&["reset-second-factor", "ada@office.example"], "not to be done"),
        (&["invite", "--email", "a b", "--role", "admin"], "is no mail address"),
        (&["invite", "--email", "b@office.example", "--role", "helpdesk", "--name", "\u{1b}[31m"], "cannot be read"),
    ] {
        let sentence = office.unstaffed(arguments);
        assert!(sentence.contains(said), "{arguments:?}: {sentence}");
        assert!(!sentence.contains('\u{1b}'), "{sentence:?}");
    }
    let usage = office.run(&["staff", "role", "ada@office.example", "boss"]);
    assert_eq!(usage.status, 2, "{}", usage.err);
}
