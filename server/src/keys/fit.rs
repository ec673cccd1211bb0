//! Whether a key file is the one that a database was written with.

use backboard::moment::Moment;
use backboard::service::ports::Fault;

use super::{Keys, Ring};
use crate::clock::SystemClock;
use crate::store::KeyLedger;
use backboard::service::ports::Clock as _;

/// The first thing that the keys cannot read or would deny: half a sentence. None when they fit.
///
/// What is known by its digest alone says nothing of its key: there the mark of the key that the portal was last started
/// with stands for the ring.
///
/// # Errors
/// When the database fails.
pub async fn find_misfit(store: &dyn KeyLedger, keys: &Keys) -> Result<Option<String>, Fault> {
    for begun in store.find_begun().await? {
        let (ring, id) = (begun.ring.name(), begun.key);
        match keys.ring(begun.ring).find(id) {
            None => return Ok(Some(format!("it was written with key {id} of [[{ring}]], which the key file lacks"))),
            Some(key) if key.mark().as_slice() != begun.mark => {
                return Ok(Some(format!("key {id} of [[{ring}]] is another one than it was written with")));
            }
            Some(_) => {}
        }
    }
    for ring in Ring::ALL.into_iter().filter(|ring| *ring != Ring::Digest) {
        for lying in store.find_lying(ring, Moment(i64::MIN), SystemClock.now()).await? {
            if let Some(id) = lying.key.filter(|id| keys.ring(ring).find(*id).is_none()) {
                let (one, several) = lying.what;
                let what = if lying.count == 1 { one } else { several };
                let (count, ring) = (lying.count, ring.name());
                return Ok(Some(format!("{count} {what} lie under key {id} of [[{ring}]], which the key file lacks")));
            }
        }
    }
    Ok(None)
}
