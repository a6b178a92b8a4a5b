#![no_main]

#[path = "../entries.rs"]
mod entries;

use libfuzzer_sys::fuzz_target;

fuzz_target!(
    // A decoder may break down on a damaged file: the reader catches that and says so. Only what gets past it ends a fuzzer.
    init: std::panic::set_hook(Box::new(|_| {})),
    |bytes: &[u8]| entries::decode(bytes)
);
