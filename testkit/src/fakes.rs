//! Stand-ins for every port: quick, repeatable, and as strict as the real ones.

mod clock;
mod entropy;
mod hasher;
mod memory;
mod portal;
mod robots;
mod vault;

pub use clock::TestClock;
pub use entropy::SeededEntropy;
pub use hasher::PlainHasher;
pub use memory::Memory;
pub use portal::{Received, Resident, TestPortal, password};
pub use robots::TestRobots;
pub use vault::TestVault;
