//! Argon2 in memory that is used again.
//!
//! A crate of its own because of how it is built: the loop over the blocks is compiled where it is called, and the
//! program around it is built for size (see `[profile.release]`), which would cost a password a twentieth more time.

use argon2::{Argon2, Block, Result};

/// Fills `output`. `memory` has to hold as many blocks as the parameters ask for.
///
/// # Errors
/// The password, the salt, the output or the memory is too short or too long.
// Inlined, it would be built as its caller is.
#[inline(never)]
pub fn fill(argon2: &Argon2<'_>, typed: &[u8], salt: &[u8], output: &mut [u8], memory: &mut [Block]) -> Result<()> {
    argon2.hash_password_into_with_memory(typed, salt, output, memory)
}
