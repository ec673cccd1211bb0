//! What the desk finds after an import.

use backboard::service::desk::Actor;
use backboard::staff::Role;

use super::bench::{ADA, Bench, counts};

impl Bench {
    async fn found(&self, typed: &str) -> Vec<String> {
        let actor = Actor { staff: 3, role: Role::Helpdesk, may_show: false, session: [3; 32] };
        let portal = &self.test.portal;
        let handle = portal.desk_search(&actor, typed).await.unwrap();
        let hits = portal.desk_hits(&actor, &handle, "1").await.unwrap();
        hits.found.iter().map(|found| format!("{} {}", found.first_name, found.last_name)).collect()
    }
}

#[tokio::test]
async fn whoever_the_roster_names_is_found_at_once_and_as_it_names_them_now() {
    let bench = Bench::new().await;
    bench.import(ADA).await;
    for typed in ["lovelace", "Ada Lovelace", "ada@", "E100", "ada"] {
        assert_eq!(bench.found(typed).await, ["Ada Lovelace"], "{typed}");
    }
    // Another name, without the old one as an earlier one, then with it.
    let married = ADA.replace("P-1,Lovelace,Ada,,", "P-1,O’King,Augusta,,");
    assert_eq!(bench.import(&married).await, counts(0, 1, 0, 0, 0));
    assert!(bench.found("lovelace").await.is_empty());
    assert_eq!(bench.found("oking, aug").await, ["Augusta O’King"]);
    let told = married.replace("Augusta,,", "Augusta,,Lovelace;Byron");
    assert_eq!(bench.import(&told).await, counts(0, 1, 0, 0, 0));
    for typed in ["lovelace", "byron", "oking"] {
        assert_eq!(bench.found(typed).await, ["Augusta O’King"], "{typed}");
    }
    // A dry run and a row that says nothing new leave the keys alone.
    let keys = "SELECT count(*) FROM person_name";
    let before = bench.count(keys).await;
    bench.import(&told).await;
    bench.try_run(format!("{}{ADA}", super::bench::HEADER).as_bytes(), true).await.unwrap();
    assert_eq!((bench.count(keys).await, before), (3, 3));
}

#[tokio::test]
async fn everybody_of_several_batches_has_their_own_keys() {
    let bench = Bench::new().await;
    let rows: String = (0..250).map(|id| format!("P-{id},Smith,N{id},,,1990-01-01,,,,,,,\n")).collect();
    bench.import(&rows).await;
    let odd = "SELECT count(*) FROM person_name WHERE person NOT IN (SELECT id FROM person)";
    assert_eq!((bench.count("SELECT count(*) FROM person_name").await, bench.count(odd).await), (250, 0));
    assert_eq!(bench.found("Smith, N249").await, ["N249 Smith"]);
}
