use super::{Bench, NOW, flow, together, yes};

pub async fn the_oldest_job_that_is_due_comes_first(bench: Bench) {
    let mut unit = bench.begin().await;
    for (kind, due) in [("second", -10), ("third", 0), ("first", -20), ("not yet", 1)] {
        unit.add_job(kind, kind.as_bytes(), NOW.plus(due)).await.unwrap();
    }
    for kind in ["first", "second", "third"] {
        let job = unit.take_job(NOW, NOW.plus(60)).await.unwrap().unwrap();
        assert_eq!((job.kind.as_str(), job.sealed.as_slice(), job.tries), (kind, kind.as_bytes(), 1));
    }
    assert_eq!(unit.take_job(NOW, NOW.plus(60)).await.unwrap(), None);
}

pub async fn a_job_is_added_with_its_flow_or_neither_is(bench: Bench) {
    let mut unit = bench.begin().await;
    unit.add_job_with(&flow(1), "job", b"sealed", NOW).await.unwrap();
    unit.save().await.unwrap();
    let mut unit = bench.begin().await;
    let found = unit.find_flow(&flow(1).browser).await.unwrap().unwrap();
    assert_eq!((found.id, found.expires), (flow(1).id, flow(1).expires));
    let job = unit.take_job(NOW, NOW.plus(60)).await.unwrap().unwrap();
    assert_eq!((job.kind.as_str(), job.sealed.as_slice(), job.tries), ("job", b"sealed".as_slice(), 1));
    unit.save().await.unwrap();

    bench.begin().await.add_job_with(&flow(1), "job", b"again", NOW).await.unwrap_err();
    assert_eq!(bench.begin().await.take_job(NOW, NOW.plus(60)).await.unwrap(), None);
}

pub async fn jobs_of_one_second_come_in_order(bench: Bench) {
    let mut unit = bench.begin().await;
    for number in 0..20 {
        unit.add_job("job", &[number], NOW).await.unwrap();
    }
    for number in 0..20 {
        assert_eq!(unit.take_job(NOW, NOW.plus(60)).await.unwrap().unwrap().sealed, [number]);
    }
}

pub async fn a_leased_job_is_not_seen_until_its_lease_is_over(bench: Bench) {
    let mut unit = bench.begin().await;
    unit.add_job("job", b"", NOW).await.unwrap();
    let first = unit.take_job(NOW, NOW.plus(60)).await.unwrap().unwrap();
    assert_eq!(unit.take_job(NOW.plus(59), NOW.plus(119)).await.unwrap(), None);
    let second = unit.take_job(NOW.plus(60), NOW.plus(120)).await.unwrap().unwrap();
    assert_eq!((first.id, first.tries, second.tries), (second.id, 1, 2));
}

pub async fn parallel_workers_get_different_jobs(bench: Bench) {
    let mut unit = bench.begin().await;
    for _ in 0..20 {
        unit.add_job("job", b"", NOW).await.unwrap();
    }
    unit.save().await.unwrap();
    let taken = together(32, &bench, |_, store| async move {
        let mut unit = store.begin().await.unwrap();
        let job = unit.take_job(NOW, NOW.plus(60)).await.unwrap();
        unit.save().await.unwrap();
        job.map(|job| job.id)
    })
    .await;
    let mut taken: Vec<i64> = taken.into_iter().flatten().collect();
    taken.sort_unstable();
    taken.dedup();
    assert_eq!(taken.len(), 20);
}

pub async fn a_job_ends_once(bench: Bench) {
    let mut unit = bench.begin().await;
    unit.add_job("job", b"", NOW).await.unwrap();
    unit.add_job("other", b"", NOW).await.unwrap();
    let job = unit.take_job(NOW, NOW.plus(60)).await.unwrap().unwrap();
    unit.save().await.unwrap();
    let ends = together(8, &bench, |_, store| async move {
        let mut unit = store.begin().await.unwrap();
        let ended = unit.end_job(job.id).await.unwrap();
        unit.save().await.unwrap();
        ended
    })
    .await;
    assert_eq!(yes(&ends), 1);
    let left = bench.begin().await.take_job(NOW.plus(60), NOW.plus(120)).await.unwrap().unwrap();
    assert_eq!(left.kind, "other");
}

pub async fn a_lease_that_was_not_saved_is_none(bench: Bench) {
    let mut unit = bench.begin().await;
    unit.add_job("job", b"", NOW).await.unwrap();
    unit.save().await.unwrap();
    assert!(bench.begin().await.take_job(NOW, NOW.plus(60)).await.unwrap().is_some());
    assert_eq!(bench.begin().await.take_job(NOW, NOW.plus(60)).await.unwrap().unwrap().tries, 1);
}
