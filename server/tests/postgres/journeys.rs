//! What is rather a matter of the database than of the rules: the rules' own tests run on the store's contract.

use testkit::cluster::OwnDatabase;

use super::{PASSWORD, claim, email, program, sign_in, username};
use testkit::program::{mails, until};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_account_is_claimed_forgotten_and_reset_and_the_audit_is_whole() {
    let own = OwnDatabase::new();
    let mut program = program(&own, 3).await;
    program.start().await;
    let mut visitor = claim(&program, [&program; 3], 1).await;
    assert_eq!(visitor.open("/home").await.status, Some(200));
    assert!(!sign_in(&mut program.visitor(), 1, "Not her password 9").await);
    assert!(sign_in(&mut program.visitor(), 1, PASSWORD).await);

    let mut visitor = program.visitor();
    let (folder, to) = (program.path("mail"), email(1));
    let tokens = || mails(&folder).into_iter().filter(|mail| mail.to == to).filter_map(|mail| mail.token());
    let claimed: Vec<String> = tokens().collect();
    let answer = visitor.submit("/api/reset/request", &[("login", &username(1)), ("robot", "on")]).await;
    assert_eq!(answer.status, Some(303), "{}", answer.text);
    until("another link is mailed", async || tokens().any(|token| !claimed.contains(&token))).await;
    let token = tokens().find(|token| !claimed.contains(token)).unwrap();
    assert_eq!(visitor.submit("/api/reset/start", &[("token", &token)]).await.status, Some(303));
    let password = "Another 17 kestrels";
    let fields = [("password", password), ("password_again", password)];
    let answer = visitor.submit("/api/reset/password", &fields).await;
    assert!(answer.text.contains("location: /reset/done"), "{}", answer.text);
    assert!(sign_in(&mut program.visitor(), 1, password).await);
    assert!(!sign_in(&mut program.visitor(), 1, PASSWORD).await);
    assert!(program.stop().await.success());

    let said = program.run(&["audit", "verify"]).await;
    assert!(String::from_utf8_lossy(&said.stdout).contains("each as it was written"), "{said:?}");
    let said = program.run(&["account", "show", &username(1)]).await;
    assert!(String::from_utf8_lossy(&said.stdout).contains("active"), "{said:?}");
    program.run(&["keys", "rotate"]).await;
    program.start().await;
    assert!(sign_in(&mut program.visitor(), 1, password).await, "under the keys from before");
}
