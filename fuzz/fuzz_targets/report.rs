#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| fuzz::report::check(data));
