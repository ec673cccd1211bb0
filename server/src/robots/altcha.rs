//! A proof of work by the ALTCHA protocol, version 2, with its official library.
//!
//! The server derives one key from a counter it draws, and the browser counts up until it finds the same
//! key. Issuing costs one derivation, the browser some thousands, and judging two HMACs however hard the
//! challenge was, because the challenge carries a keyed hash of the key that is looked for.
//!
//! When a challenge ends stands in its signed `data`, not in ALTCHA's own `expiresAt`: the library reads
//! the system's clock for that one, and everything here takes its time from the Clock port.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use altcha::{
    Challenge, CreateChallengeOptions, HmacAlgorithm, Payload, VerifySolutionOptions, create_challenge, verify_solution,
};
use async_trait::async_trait;
use backboard::moment::Moment;
use backboard::service::epoch::Epoch;
use backboard::service::ports::{Entropy, Fault, Proof, Robots, Vault};
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::Value;

use crate::clock::SystemEntropy;

const ALGORITHM: &str = "PBKDF2/SHA-256";
/// Iterations of one derivation: what a challenge costs the server.
const COST: u32 = 500;
/// Derivations that a browser has to make: between the two, so 1.5 times the first on average. With the wasm
/// solver that is half a second on a desktop and four on a phone an eighth as fast.
const FEWEST: u32 = 2_400;
const MOST: u32 = 2 * FEWEST;

/// Seconds that a challenge is good for.
pub const CHALLENGE_SECONDS: i64 = 5 * 60;
/// Seconds that the clocks of two servers may differ.
const CLOCKS_DIFFER: i64 = 60;
/// The longest proof that is looked at, in bytes.
const LONGEST: usize = 4 * 1024;

/// When a challenge ends, in seconds since 1970.
const ENDS: &str = "ends";
/// How many derivations it takes on average, for the browser's progress bar.
const EXPECTED: &str = "expected";

/// The proof of work.
pub struct Altcha {
    vault: Arc<dyn Vault>,
    /// The first makes; a challenge that was handed out before a rotation can still be answered.
    secrets: Vec<Secrets>,
}

struct Secrets {
    challenges: String,
    keys: String,
}

impl Altcha {
    #[must_use]
    pub fn new(vault: Arc<dyn Vault>) -> Self {
        Self::of(vault, &Epoch::FIRST)
    }

    /// The one of an epoch, which takes no other's proofs.
    #[must_use]
    pub fn of(vault: Arc<dyn Vault>, epoch: &Epoch) -> Self {
        // The first stands for itself: challenges from before there were epochs can still be answered.
        let life = match epoch.number {
            ..=1 => Vec::new(),
            number => [number, epoch.since.0].map(i64::to_be_bytes).concat(),
        };
        let secrets = |label: &str| vault.digests(label, &life).into_iter().map(|digest| BASE64.encode(digest));
        let pairs = secrets("robots: challenges").zip(secrets("robots: keys"));
        Self { secrets: pairs.map(|(challenges, keys)| Secrets { challenges, keys }).collect(), vault }
    }

    fn create(&self, now: Moment) -> Result<String, Fault> {
        let secrets = self.secrets.first().ok_or_else(|| Fault::Other("a ring without a key".to_owned()))?;
        let data = BTreeMap::from([
            (ENDS.to_owned(), Value::from(now.plus(CHALLENGE_SECONDS).0)),
            (EXPECTED.to_owned(), Value::from(u64::from(FEWEST + MOST) / 2)),
        ]);
        let challenge = create_challenge(CreateChallengeOptions {
            algorithm: ALGORITHM.to_owned(),
            cost: COST,
            counter: Some(counter()),
            data: Some(data),
            hmac_algorithm: HmacAlgorithm::Sha256,
            hmac_signature_secret: Some(secrets.challenges.clone()),
            hmac_key_signature_secret: Some(secrets.keys.clone()),
            ..CreateChallengeOptions::default()
        })
        .map_err(Fault::other)?;
        serde_json::to_string(&challenge).map_err(Fault::other)
    }

    fn judge(&self, proof: &str, now: Moment) -> Option<Proof> {
        if proof.len() > LONGEST {
            return None;
        }
        let json = BASE64.decode(proof.trim_ascii()).ok()?;
        let payload: Payload = serde_json::from_slice(&json).ok()?;
        // Nothing of the challenge is believed before its signature has been.
        let place = self.secrets.iter().position(|secrets| {
            let options = VerifySolutionOptions {
                hmac_key_signature_secret: Some(secrets.keys.clone()),
                ..VerifySolutionOptions::new(&payload.challenge, &payload.solution, secrets.challenges.as_str())
            };
            verify_solution(options).is_ok_and(|solution| solution.verified)
        })?;
        let until = ends(&payload.challenge)?;
        let left = until.since(now);
        // A challenge from the future is one from before somebody set the clock back.
        if left <= 0 || left > CHALLENGE_SECONDS + CLOCKS_DIFFER {
            return Some(Proof::Expired);
        }
        let signature = payload.challenge.signature.as_deref()?;
        // Under the key of the challenge itself: spent before a rotation, it is spent after it too.
        let once = self.vault.digests("robots: once", signature.as_bytes()).get(place).copied()?;
        Some(Proof::Good { once, until })
    }
}

#[async_trait]
impl Robots for Altcha {
    fn challenge(&self, now: Moment) -> Option<String> {
        self.create(now).inspect_err(|fault| tracing::error!(%fault, "no challenge could be made")).ok()
    }

    async fn check(&self, proof: &str, now: Moment) -> Result<Proof, Fault> {
        Ok(self.judge(proof, now).unwrap_or(Proof::Bad))
    }
}

impl fmt::Debug for Altcha {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Altcha(…)")
    }
}

fn ends(challenge: &Challenge) -> Option<Moment> {
    challenge.parameters.data.as_ref()?.get(ENDS)?.as_i64().map(Moment)
}

fn counter() -> u32 {
    let mut bytes = [0; 4];
    SystemEntropy.fill(&mut bytes);
    FEWEST + u32::from_le_bytes(bytes) % (MOST - FEWEST)
}
