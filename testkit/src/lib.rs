

pub mod smtp;
