//! Whatever happens to somebody in whatever order: they wait exactly while they have to.

use backboard::expiry::DAY;
use backboard::service::bounce::Taken;
use backboard::service::ports::Clock as _;
use backboard::service::records::Mail;
use proptest::prelude::*;
use testkit::seed::email;

use super::{ada, came_back, move_to, queue, reason, sent, settled};

/// When, and of which address.
type Trouble = (i64, usize);

/// What happens to somebody, in any order.
#[derive(Clone, Copy, Debug)]
enum Step {
    Ask,
    /// The newest mail that was sent comes back.
    Back,
    /// Another address, or the one from before.
    Move,
    TakeOff,
    PutBack,
    Wait(i64),
    Settle,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        3 => Just(Step::Ask),
        3 => Just(Step::Back),
        1 => Just(Step::Move),
        1 => Just(Step::TakeOff),
        1 => Just(Step::PutBack),
        2 => (60..2 * DAY).prop_map(Step::Wait),
        1 => Just(Step::Settle),
    ];
    prop::collection::vec(step, 1..24)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn somebody_waits_exactly_while_their_address_is_dead_and_nobody_has_seen_to_it(steps in steps()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        runtime.block_on(async {
            let (portal, _, helper) = settled(ada()).await;
            let addresses = ["ada@example.org", "ada@example.com"];
            let (mut place, mut mails, mut told) = (0, Vec::<(Mail, i64, bool)>::new(), Vec::new());
            // The last trouble of the address now on file, if somebody has not taken it off; and what may be put back.
            let (mut trouble, mut off): (Option<Trouble>, Option<Trouble>) = (None, None);
            for step in &steps {
                let now = portal.clock.now().0;
                match step {
                    Step::Ask => {
                        portal.ask_reset("ada.lovelace").await.ok();
                        portal.work_off().await;
                        let due = portal.unit().await.find_due_mails(portal.clock.now(), 9).await.unwrap();
                        for _ in due {
                            mails.push((sent(&portal).await, now, false));
                        }
                    }
                    Step::Back => {
                        if let Some((mail, _, back)) = mails.iter_mut().rev().find(|(_, _, back)| !back) {
                            *back = true;
                            prop_assert_eq!(came_back(&portal, mail).await, Taken::Bounced);
                            if mail.recipient == email(addresses[place]) {
                                trouble = Some((now, place));
                            }
                        }
                    }
                    Step::Move => {
                        place = 1 - place;
                        move_to(&portal, 1, addresses[place]).await;
                        // Written down by and by, so it may come back until then.
                        portal.portal.settle_dead_mail(90 * DAY).await.unwrap();
                        trouble = None;
                    }
                    Step::TakeOff => {
                        if let [entry] = &queue(&portal, &helper).await[..] {
                            portal.portal.desk_take_off(&helper, entry.id, &reason()).await.unwrap();
                            told.push(entry.id);
                            (off, trouble) = (trouble, None);
                        }
                    }
                    Step::PutBack => {
                        if let Some(id) = told.last().copied()
                            && portal.portal.desk_put_back(&helper, id).await.is_ok()
                        {
                            (trouble, off) = (off, None);
                        }
                    }
                    Step::Wait(seconds) => portal.clock.pass(*seconds),
                    Step::Settle => portal.portal.settle_dead_mail(90 * DAY).await.unwrap(),
                }
                let now = portal.clock.now().0;
                let arrived = |since: i64| mails.iter().any(|(mail, sent, back)| {
                    mail.recipient == email(addresses[place]) && *sent > since && *sent < now - DAY && !back
                });
                // What went by itself does not come back by itself.
                if matches!(step, Step::Settle | Step::Move) {
                    trouble = trouble.filter(|(since, _)| !arrived(*since));
                }
                let waits = trouble.is_some_and(|(since, of)| of == place && !arrived(since));
                prop_assert_eq!(queue(&portal, &helper).await.len(), usize::from(waits), "{:?} in {:?}", step, &steps);
            }
            Ok(())
        })?;
    }
}
