use backboard::service::records::{NewSession, SessionKind};

use super::{Bench, HOUR, NOW, digest};

pub async fn a_session_comes_back_with_its_username(bench: Bench) {
    let account = begun(&bench, &[1]).await;
    let found = bench.read().await.find_session(&digest(1)).await.unwrap().unwrap();
    assert_eq!((found.token, found.kind, found.account), (digest(1), SessionKind::Full, account));
    assert_eq!(found.username.as_str(), "ada.lovelace");
    assert_eq!((found.created, found.seen, found.expires), (NOW, NOW, NOW.plus(8 * HOUR)));
    assert!(bench.read().await.find_session(&digest(2)).await.unwrap().is_none());
}

pub async fn a_session_keeps_its_kind_and_what_it_began_with(bench: Bench) {
    let account = bench.account("ada.lovelace").await;
    let kinds = [
        (1, SessionKind::Full, false),
        (2, SessionKind::ChangeOnly, false),
        (3, SessionKind::ChangeOnly, true),
        (4, SessionKind::Full, true),
    ];
    let mut unit = bench.begin().await;
    for (id, kind, temporary) in kinds {
        unit.add_session(&NewSession { kind, temporary, ..session(id, account) }).await.unwrap();
    }
    for (id, kind, temporary) in kinds {
        let found = unit.find_session(&digest(id)).await.unwrap().unwrap();
        assert_eq!((found.kind, found.temporary), (kind, temporary));
    }
}

pub async fn no_two_sessions_share_a_token(bench: Bench) {
    let account = begun(&bench, &[1]).await;
    bench.begin().await.add_session(&session(1, account)).await.unwrap_err();
}

pub async fn a_session_of_no_account_is_a_fault(bench: Bench) {
    bench.begin().await.add_session(&session(1, 7)).await.unwrap_err();
}

pub async fn the_last_use_moves_forward_alone(bench: Bench) {
    begun(&bench, &[1, 2]).await;
    let mut unit = bench.begin().await;
    for (at, seen) in [(60, 60), (30, 60), (90, 90)] {
        unit.touch_session(&digest(1), NOW.plus(at)).await.unwrap();
        assert_eq!(unit.find_session(&digest(1)).await.unwrap().unwrap().seen, NOW.plus(seen));
    }
    let found = unit.find_session(&digest(1)).await.unwrap().unwrap();
    assert_eq!((found.created, found.expires), (NOW, NOW.plus(8 * HOUR)));
    assert_eq!(unit.find_session(&digest(2)).await.unwrap().unwrap().seen, NOW);
}

pub async fn using_an_ended_session_does_not_bring_it_back(bench: Bench) {
    begun(&bench, &[1]).await;
    let mut unit = bench.begin().await;
    assert!(unit.end_session(&digest(1)).await.unwrap());
    unit.touch_session(&digest(1), NOW.plus(60)).await.unwrap();
    unit.save().await.unwrap();
    assert!(bench.read().await.find_session(&digest(1)).await.unwrap().is_none());
}

pub async fn a_session_ends_once(bench: Bench) {
    begun(&bench, &[1, 2]).await;
    let mut unit = bench.begin().await;
    assert!(unit.end_session(&digest(1)).await.unwrap());
    assert!(!unit.end_session(&digest(1)).await.unwrap());
    assert!(unit.find_session(&digest(2)).await.unwrap().is_some());
}

pub async fn all_sessions_of_one_account_end_together(bench: Bench) {
    let ada = begun(&bench, &[1, 2, 3]).await;
    let grace = bench.account("grace.hopper").await;
    let mut unit = bench.begin().await;
    unit.add_session(&session(4, grace)).await.unwrap();
    assert_eq!(unit.end_sessions_of(ada).await.unwrap(), 3);
    assert_eq!(unit.end_sessions_of(ada).await.unwrap(), 0);
    assert!(unit.find_session(&digest(1)).await.unwrap().is_none());
    assert!(unit.find_session(&digest(4)).await.unwrap().is_some());
}

pub async fn purging_takes_expired_and_idle_sessions(bench: Bench) {
    let account = bench.account("ada.lovelace").await;
    let idle = NOW.plus(-HOUR);
    let mut unit = bench.begin().await;
    for (id, expires, created) in [
        (1, NOW.plus(-1), NOW),
        (2, NOW, NOW),
        (3, NOW.plus(1), idle.plus(-1)),
        (4, NOW.plus(1), idle),
        (5, NOW.plus(-1), idle.plus(-1)),
    ] {
        unit.add_session(&NewSession { expires, created, ..session(id, account) }).await.unwrap();
    }
    assert_eq!(unit.purge_sessions(NOW, idle).await.unwrap(), 3);
    let mut left = Vec::new();
    for id in 1..=5 {
        left.extend(unit.find_session(&digest(id)).await.unwrap().map(|_| id));
    }
    assert_eq!(left, [2, 4]);
}

async fn begun(bench: &Bench, ids: &[u8]) -> i64 {
    let account = bench.account("ada.lovelace").await;
    let mut unit = bench.begin().await;
    for id in ids {
        unit.add_session(&session(*id, account)).await.unwrap();
    }
    unit.save().await.unwrap();
    account
}

fn session(id: u8, account: i64) -> NewSession {
    NewSession {
        token: digest(id),
        kind: SessionKind::Full,
        temporary: false,
        account,
        created: NOW,
        expires: NOW.plus(8 * HOUR),
    }
}
