//! What may succeed once, tried by 32 at once, a thousand times over. The database is raced in `server/tests/races.rs`.

use testkit::fakes::TestPortal;
use testkit::races;

const ROUNDS: u32 = 1_000;

macro_rules! race {
    ($($name:ident = $race:path;)+) => {
        $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn $name() {
                for round in 0..ROUNDS {
                    $race(&races::ready(TestPortal::default()), round).await;
                }
            }
        )+
    };
}

race! {
    one_of_32_passwords_is_set_with_one_link = races::one_link;
    one_of_32_right_codes_goes_on = races::one_code;
    one_of_32_sign_ins_gets_the_grace_of_an_expired_password = races::one_grace;
    one_of_32_changes_in_one_session_is_saved = races::one_change;
    one_of_32_alarms_stops_the_account = races::one_freeze;
    one_of_32_members_of_staff_does_an_act = races::one_act;
}
