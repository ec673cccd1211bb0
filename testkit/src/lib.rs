//! What tests share: fakes of every port, the suite that each store is held to, a scriptable SMTP
//! server and the like. Never part of the product.

pub mod cases;
pub mod cluster;
pub mod contract;
pub mod fakes;
pub mod grammar;
pub mod outbox;
pub mod program;
pub mod races;
pub mod seed;
pub mod smtp;
pub mod steps;
