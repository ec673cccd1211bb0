use async_trait::async_trait;
use backboard::moment::Moment;
use backboard::service::ports::{Fault, Proof, Robots};
use sha2::{Digest as _, Sha256};

/// Believes every proof that begins with `good`, each once; `expired…` is too old, all else is bad.
#[derive(Debug, Default)]
pub struct TestRobots;

#[async_trait]
impl Robots for TestRobots {
    fn challenge(&self, _now: Moment) -> Option<String> {
        Some("{}".to_owned())
    }

    async fn check(&self, proof: &str, now: Moment) -> Result<Proof, Fault> {
        Ok(if proof.starts_with("good") {
            Proof::Good { once: Sha256::digest(proof).into(), until: now.plus(300) }
        } else if proof.starts_with("expired") {
            Proof::Expired
        } else {
            Proof::Bad
        })
    }
}
