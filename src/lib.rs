//! What is true about accounts, identities, passwords, links and limits.
//!
//! **No I/O, no clock, no randomness.** Time and entropy come in as parameters, so every rule here
//! can be tested with properties and runs unchanged on the server and in the browser.
//!
//! | module | holds |
//! |---|---|
//! | [`refused`] | every reason a person may be given: codes, never text |
//! | [`moment`] | points in time and spans, in whole seconds |
//! | [`identity`] | names, dates of birth, SSNs, certificate numbers, e-mail addresses, and how they match |
//! | [`account`] | usernames and account states |
//! | [`password`] | policy and its checklist |
//! | [`challenge`] | the challenge question: answers, how they are compared, which will not do |
//! | [`expiry`] | when a password expires, and who is reminded when |
//! | [`keep`] | how long people are kept who left the roster (feature `service`) |
//! | [`look`] | an office's own colours, and what of them can be read |
//! | [`link`] | purposes, lifetimes, codes |
//! | [`limit`] | attempt budgets |
//! | [`agency`] | the profile and the policy presets |
//! | [`policy`] | what each value of a policy is held against, for the operator (feature `service`) |
//! | [`audit`] | the chain of what happened, and how its first bad row is found (feature `service`) |
//! | [`report`] | the desk's reports: weeks, days, and the steps of an axis (feature `service`) |
//! | [`form`] | one file per journey: fields, which of them may be kept, problems |
//! | [`roster`] | the roster file: its columns, what a row must be like, what a status does (feature `service`) |
//! | [`staff`] | the office's roles, what each may do, and why (feature `service`) |
//! | [`service`] | one file per journey: its use cases; and the ports they need (feature `service`) |

pub mod account;
pub mod agency;
#[cfg(feature = "service")]
pub mod audit;
pub mod challenge;
#[cfg(feature = "service")]
pub mod expiry;
pub mod form;
pub mod identity;
#[cfg(feature = "service")]
pub mod keep;
pub mod limit;
pub mod link;
pub mod look;
pub mod moment;
pub mod password;
#[cfg(feature = "service")]
pub mod policy;
pub mod refused;
#[cfg(feature = "service")]
pub mod report;
#[cfg(feature = "service")]
pub mod roster;
#[cfg(feature = "service")]
pub mod service;
#[cfg(feature = "service")]
pub mod staff;
