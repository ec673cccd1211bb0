//! OWASP ASVS 5.0, chapter V11.

use super::super::rules::{self, asvs};
use super::{Item, Section, departs, host, meets, nothing, values};
use crate::policy::Source::Asvs;

pub const SECTIONS: &[Section] = &[Section { source: Asvs, title: "V11 Cryptography", items: CRYPTOGRAPHY }];

const CRYPTOGRAPHY: &[Item] = &[
    meets(asvs("11.1.1", "The life of the keys is written down."), "L2", "`docs/SECURITY.md`, keys."),
    meets(asvs("11.1.2", "Keys and algorithms are listed, with what each is for."), "L2", "`docs/SECURITY.md`, keys."),
    departs(
        asvs("11.1.3", "A tool looks for cryptography that nobody knows of."),
        "L3",
        "No tool is run for that.",
        "It stands in four files (`server/src/vault.rs`, `server/src/hasher.rs`, `server/src/keys.rs`, \
         `server/src/robots/altcha.rs`), and `deny.toml` lets no second TLS library in.",
    ),
    departs(
        asvs("11.1.4", "There is a plan for moving to other algorithms, such as after quantum computers."),
        "L3",
        "None is written.",
        "All keys of the program are symmetric and have 256 bits; only TLS has others, and that is the proxy's and the \
         mail server's.",
    ),
    meets(
        asvs("11.2.1", "Known implementations are used."),
        "L2",
        "RustCrypto and ring. None of them is validated after FIPS 140.",
    ),
    departs(
        asvs("11.2.2", "Algorithms, lengths and keys can be exchanged."),
        "L2",
        "Keys can, with `backboard keys rotate` (`server/tests/office/keys.rs`). An algorithm is exchanged by a release.",
        "A hash names its algorithm and cost, so others can stand beside it; sealed things live for days.",
    ),
    meets(
        asvs("11.2.3", "Everything has 128 bits of security or more."),
        "L2",
        "Keys of 256 bits: `server/src/keys.rs`.",
    ),
    departs(
        asvs("11.2.4", "Comparisons take the same time whatever is compared."),
        "L3",
        "Hashes, the mark of a session and *This wasn't me* do. Tokens are looked up by their digest in an index, and \
         the mark of a flow is compared plainly (`server/src/web/guard.rs`).",
        "The digest is keyed, so what an index betrays of it tells nothing of the token. The mark of a flow is made of \
         the sender's own cookie and keeps two tabs apart; it lets nobody in.",
    ),
    meets(
        asvs("11.2.5", "Failures reveal nothing."),
        "L3",
        "What does not open is treated as not there: `server/src/vault.rs`.",
    ),
    meets(asvs("11.3.1", "No weak modes or paddings."), "L1", "There are no block modes."),
    meets(
        asvs("11.3.2", "Approved ciphers alone."),
        "L1",
        "XChaCha20-Poly1305, which appendix C of the standard approves of; NIST does not: `server/src/vault.rs`.",
    ),
    meets(
        asvs("11.3.3", "What is encrypted cannot be changed unseen."),
        "L2",
        "`server/tests/vault.rs::what_was_sealed_opens_for_its_purpose_and_place_alone`.",
    ),
    meets(asvs("11.3.4", "A nonce is used once."), "L3", "192 random bits: `server/src/vault.rs`."),
    meets(asvs("11.3.5", "First encrypted, then authenticated."), "L3", "Poly1305 over the ciphertext."),
    meets(asvs("11.4.1", "Approved hash functions alone."), "L1", "SHA-256: `server/src/vault.rs`."),
    values(rules::ASVS_HASHING, "L2"),
    meets(asvs("11.4.3", "Digests that prove something have 256 bits."), "L2", "HMAC-SHA-256, never cut."),
    nothing(asvs("11.4.4", "Keys made of passwords are stretched."), "L2", "No key is made of a password."),
    departs(
        asvs("11.5.1", "What nobody may guess has 128 random bits or more."),
        "L2",
        "Tokens have 256. A typed code has 26, a temporary password 64 or more where 12 characters fit.",
        "Five tries at a code, in one browser, for an hour; for temporary passwords the limits of address, subnet and all: \
         15,000 in ten minutes, against 2⁶⁴.",
    ),
    meets(
        asvs("11.5.2", "Random numbers stay sound under load."),
        "L3",
        "The system's own; where it gives none the request ends: `server/src/clock.rs`.",
    ),
    nothing(asvs("11.6.1", "Key pairs and signatures are sound."), "L2", "The program has none of its own."),
    meets(asvs("11.6.2", "Key exchange is sound."), "L3", "To the mail server and a hosted captcha: rustls with ring."),
    host(asvs("11.7.1", "Memory is encrypted."), "L3", "A property of the machine."),
    departs(
        asvs("11.7.2", "Little is open while it is worked on, and what was open is encrypted again at once."),
        "L3",
        "Mails and jobs are. Names, dates of birth, certificate numbers and addresses lie readable in the database.",
        "The SSN does not. The file has mode 600; encrypt the volume and the backups.",
    ),
];
