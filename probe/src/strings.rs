//! `probe-strings FOLDER COUNT`: writes one file for each policy, `legacy-state.jsonl` and so on. The first line is the
//! policy as it goes over the wire; each further one is what was typed, the username, the checklist as the server
//! evaluates it, and whether the server takes the password. The same strings every time.

use std::fs::File;
use std::io::{BufWriter, Error, Write};
use std::path::Path;

use backboard::agency::{Agency, Policy};
use backboard::password::{Met, Password, PasswordPolicy, Preset};
use rand::rngs::Xoshiro256PlusPlus;
use rand::{RngExt as _, SeedableRng as _};

const SEED: u64 = 916;
const USERNAMES: [&str; 6] = ["ada.lovelace", "al", "JSmith", "jo.smith@ems.example", "medic-77", "a_b@c.example"];
/// What people type, and what the blocklist has to say something about.
const WORDS: [&str; 16] = [
    "Welcome1!",
    "Welcome2!",
    "password",
    "qwerty",
    "abcd1234",
    "1qaz2wsx",
    "19840229",
    "Ems2026!",
    "trombone",
    "kx7",
    "correct horse",
    "Straße",
    "İstanbul",
    "ǅungla",
    "e\u{301}clair",
    "👩🏽‍🚒",
];
/// Where upper and lower case, digits and marks are told apart by tables that each Unicode version makes longer.
const RANGES: [(u32, u32); 22] = [
    (0x20, 0x7e),
    (0xa0, 0xff),
    (0x100, 0x24f),
    (0x250, 0x2ff),
    (0x300, 0x36f),
    (0x370, 0x52f),
    (0x531, 0x587),
    (0x660, 0x669),
    (0x966, 0x96f),
    (0x10a0, 0x10ff),
    (0x13a0, 0x13fd),
    (0x1c80, 0x1cbf),
    (0x1e00, 0x1fff),
    (0x2000, 0x206f),
    (0x2100, 0x218f),
    (0x24b6, 0x24e9),
    (0x2c00, 0x2d2f),
    (0xa640, 0xa7ff),
    (0xff01, 0xff5e),
    (0x1_0400, 0x1_057f),
    (0x1_d400, 0x1_d7ff),
    (0x1_f300, 0x1_faff),
];

fn main() -> Result<(), Error> {
    let mut arguments = std::env::args().skip(1);
    let (Some(folder), Some(Ok(count))) = (arguments.next(), arguments.next().map(|count| count.parse::<u32>())) else {
        return Err(Error::other("usage: probe-strings FOLDER COUNT"));
    };
    let louisiana = Agency::from_toml(include_str!("../../agencies/louisiana-bems.toml")).map_err(Error::other)?;
    let preset = |preset: Preset| Policy::of(preset, preset.password(), Vec::new());
    let policies = [
        ("legacy-state", preset(Preset::LegacyState), Vec::new()),
        ("modern", preset(Preset::Modern), Vec::new()),
        ("bridge", preset(Preset::Bridge), Vec::new()),
        ("louisiana-bems", louisiana.policy.clone(), louisiana.names().to_vec()),
    ];
    // The lists of common words take the time, so every policy has a thread of its own.
    std::thread::scope(|scope| {
        let threads: Vec<_> = policies
            .iter()
            .zip(SEED..)
            .map(|((name, policy, names), seed)| {
                let file = Path::new(&folder).join(format!("{name}.jsonl"));
                scope.spawn(move || write_all(&file, policy, names, seed, count))
            })
            .collect();
        threads.into_iter().try_for_each(|thread| thread.join().unwrap_or_else(|_| Err(Error::other("a thread broke"))))
    })
}

fn write_all(file: &Path, policy: &Policy, names: &[&str], seed: u64, count: u32) -> Result<(), Error> {
    let mut out = BufWriter::new(File::create(file)?);
    let mut random = Xoshiro256PlusPlus::seed_from_u64(seed);
    writeln!(out, "{}", serde_json::to_string(policy)?)?;
    for _ in 0..count {
        let username = pick(&USERNAMES, &mut random);
        let typed = typed(&policy.password, username, &mut random);
        let line = serde_json::json!([
            typed,
            username,
            checklist(&policy.password, &typed, username),
            takes(&policy.password, &typed, username, names)
        ]);
        writeln!(out, "{line}")?;
    }
    out.flush()
}

fn checklist(policy: &PasswordPolicy, typed: &str, username: &str) -> String {
    let letter = |met| match met {
        Met::Yes => 'y',
        Met::No(_) => 'n',
        Met::ServerTells => '?',
    };
    policy.so_far(typed, username).into_iter().map(letter).collect()
}

/// Whether the server saves it.
fn takes(policy: &PasswordPolicy, typed: &str, username: &str, names: &[&str]) -> bool {
    Password::parse(typed).is_ok_and(|password| policy.check_beside(&password, username, names).is_ok())
}

/// Something that could stand in the field: pieces of every kind until it is about as long as it has to be.
fn typed(policy: &PasswordPolicy, username: &str, random: &mut Xoshiro256PlusPlus) -> String {
    let bound = if random.random_bool(0.5) { policy.shortest } else { policy.longest };
    let length = match random.random_range(0..10) {
        // Not often: what the lists cost grows with the square of the length.
        0 => random.random_range(0..140),
        1..=2 => random.random_range(0..24),
        _ => (bound + random.random_range(0..5)).saturating_sub(2),
    };
    // Half of them are what people type: ASCII alone.
    let kinds = if random.random_bool(0.5) { 6 } else { 12 };
    let mut text = String::new();
    let mut characters = 0;
    while characters < length {
        let piece = match random.random_range(0..kinds) {
            0..=1 => from(&['a'..='z'], random),
            2 => from(&['A'..='Z'], random),
            3 => from(&['0'..='9'], random),
            4 => mark(policy, random),
            5 => from(&['!'..='~'], random),
            6..=8 => {
                let (first, last) = pick(&RANGES, random);
                char::from_u32(random.random_range(first..=last)).map(String::from).unwrap_or_default()
            }
            9 => char::from_u32(random.random_range(0..0x11_0000)).map(String::from).unwrap_or_default(),
            10 => pick(&WORDS, random).to_owned(),
            _ => "\u{301}".to_owned(),
        };
        characters += u32::try_from(piece.chars().count()).unwrap_or(u32::MAX);
        text += &piece;
    }
    around(text, username, random)
}

/// Now and then with a username or a word in it, or with what comes along in pasting.
fn around(text: String, username: &str, random: &mut Xoshiro256PlusPlus) -> String {
    let middle = text.char_indices().nth(text.chars().count() / 2).map_or(0, |(place, _)| place);
    let (before, after) = text.split_at(middle);
    let name = username.split('@').next().unwrap_or_default();
    match random.random_range(0..24) {
        0 => format!("{before}{username}{after}"),
        1 => format!("{before}{}{after}", name.to_uppercase()),
        2 => format!("{name}{text}"),
        3 => format!("{before}{}{after}", name.replace('k', "\u{212a}").replace('.', "")),
        4 => format!("{}{text}", pick(&WORDS, random)),
        5 => pick(&WORDS, random).to_owned(),
        6 => format!("{text}\r\n"),
        7 => format!("\t{text}\n"),
        8 => format!("{text} "),
        9 => format!("{before}\t{after}"),
        10 => format!("{before}\0{after}"),
        11 => format!("{before}\u{fffd}{after}"),
        _ => text,
    }
}

fn mark(policy: &PasswordPolicy, random: &mut Xoshiro256PlusPlus) -> String {
    let marks: Vec<char> = policy.special.chars().collect();
    if marks.is_empty() { from(&['!'..='/'], random) } else { pick(&marks, random).to_string() }
}

fn from(ranges: &[std::ops::RangeInclusive<char>], random: &mut Xoshiro256PlusPlus) -> String {
    ranges.iter().map(|range| random.random_range(range.clone())).collect()
}

fn pick<T: Copy>(some: &[T], random: &mut Xoshiro256PlusPlus) -> T {
    #[expect(clippy::indexing_slicing, reason = "the place is below the length, and no list here is empty")]
    some[random.random_range(0..some.len())]
}
