//! The mail server refuses, hangs, cuts the connection after the mail, says "later".

use testkit::program::until;
use testkit::smtp::Mode;

use crate::bench::{figure, is_long};
use crate::stand::Base;
use crate::verdict::Scene;

/// How the server fails, and what the log or the sink shows of it.
const FAILURES: [(Mode, &str); 4] = [
    (Mode::Refuse, "cannot be reached"),
    (Mode::Drop, "will be tried again"),
    (Mode::Greylist, "will be tried again"),
    (Mode::Hang, ""),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_the_mail_server_does_every_mail_comes_at_last_and_answers_stay_the_same_on_sqlite() {
    fail_at_mail(Base::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_the_mail_server_does_every_mail_comes_at_last_and_answers_stay_the_same_on_postgres() {
    fail_at_mail(Base::Postgres).await;
}

async fn fail_at_mail(base: Base) {
    let mut scene = Scene::begin(base, 40).await;
    let crowd = scene.crowd();
    scene.world.warms_up().await;
    for (mode, said) in FAILURES {
        let (before, hung) = (scene.program.logged().matches(said).count(), scene.world.inbox.unanswered());
        // At a start: a connection that is open is not refused.
        scene.stop().await;
        scene.forgive().await;
        scene.sink.set(mode);
        scene.back().await;
        // Nobody sees it: who is known and who is not are answered alike.
        let mut answers = Vec::new();
        for login in [scene.bystander(), "nobody00000".to_owned()] {
            let path = "/api/reset/request";
            answers
                .push(scene.world.visitor().submit(path, &[("login", login.as_str()), ("robot", "on")]).await.seen());
        }
        assert_eq!(answers[0], answers[1], "{mode:?}");
        assert_eq!(answers[0].status, Some(303), "{mode:?}");
        until(&format!("noticed {mode:?}"), async || match mode {
            Mode::Hang => scene.world.inbox.unanswered() > hung,
            _ => scene.program.logged().matches(said).count() > before,
        })
        .await;
        scene.world.answers(20).await;
        scene.sink.set(Mode::Accept);
        scene.check(&format!("after {mode:?}")).await;
        // A mail is tried again after a quarter of a minute, and this is that time; a server after as long, which a short
        // run waits for once. The one that hangs is given up after half a minute, which it leaves to the next start.
        scene.wait_out().await;
        let came = scene.world.inbox.times().len();
        if mode == Mode::Refuse || is_long() {
            until("by itself", async || scene.world.inbox.times().len() > came).await;
        }
    }
    let cut = scene.world.inbox.unanswered();
    let (outcome, _) = scene.judge(crowd).await;
    assert_eq!(outcome.busy, 0, "mail that is down kept somebody waiting");
    figure(
        "mail",
        &format!(
            "{}, refused, cut off, put off, hung: {outcome}; {cut} mails taken without an answer, sent again",
            scene.base()
        ),
    );
}
