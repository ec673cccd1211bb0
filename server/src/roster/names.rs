//! Names of synthetic people: what real rosters hold, and what breaks portals.

use backboard::identity::NAME_LONGEST;
use rand::RngExt as _;
use rand::rngs::Xoshiro256PlusPlus;
use rand::seq::IndexedRandom as _;

const FIRST: [&str; 48] = [
    "Aaliyah",
    "Ada",
    "Aiden",
    "Ana María",
    "André",
    "Björn",
    "Brianna",
    "Chloé",
    "Connor",
    "D'Andre",
    "DeShawn",
    "Dolores",
    "Elena",
    "Emily",
    "Fatima",
    "François",
    "Grace",
    "Guadalupe",
    "Hannah",
    "Ivan",
    "Jamal",
    "James",
    "Jean-Luc",
    "José",
    "Juan Carlos",
    "Kayla",
    "Keoni",
    "Li",
    "Liam",
    "Lucía",
    "María José",
    "Marie-Ève",
    "Mary Ann",
    "Mohammed",
    "Nguyễn",
    "Noël",
    "Olivia",
    "Priya",
    "Raúl",
    "Renée",
    "Sean",
    "Siobhán",
    "Sofía",
    "Tomás",
    "Wei",
    "Xóchitl",
    "Zoë",
    "T.J.",
];

const LAST: [&str; 56] = [
    "Nguyen",
    "Smith",
    "Johnson",
    "García",
    "Martínez",
    "Brown",
    "Boudreaux",
    "Thibodeaux",
    "Landry",
    "Hébert",
    "Guidry",
    "Washington",
    "Jackson",
    "Muñoz",
    "Peña",
    "Núñez",
    "Müller",
    "Weiß",
    "Łukasiewicz",
    "Øvergaard",
    "Åkesson",
    "Žukauskas",
    "Dvořák",
    "Özdemir",
    "Şahin",
    "Kowalski",
    "Kaʻahumanu",
    "Begay",
    "Yazzie",
    "Xiong",
    "Vang",
    "Patel",
    "Kim",
    "Li",
    "O",
    "Ng",
    "Null",
    "True",
    "Test",
    "Van",
    "Jr",
    "Dijkstra",
    "Çelik",
    "Sørensen",
    "Ibáñez",
    "Fernández",
    "Rodríguez",
    "López",
    "Hernández",
    "Pérez",
    "Sánchez",
    "Cooper",
    "Baker",
    "Hill",
    "Featherstonehaugh",
    "Wolfeschlegelsteinhausenbergerdorffwelchevoralternwaren",
];

const JOINED: [&str; 10] = [
    "O'Brien",
    "O'Neil",
    "D'Angelo",
    "L'Heureux",
    "M'Bala",
    "O'Shaughnessy",
    "D'Amico",
    "N'Diaye",
    "T'Challa",
    "D'Souza",
];

const PARTICLED: [&str; 12] = [
    "de la Cruz",
    "De La Rosa",
    "van der Berg",
    "Van Buren",
    "von Trapp",
    "del Río",
    "dos Santos",
    "bin Rashid",
    "St. John",
    "Le Blanc",
    "de los Ángeles",
    "ten Boom",
];

/// What keyboards and old systems put where an apostrophe belongs.
const APOSTROPHES: [char; 6] = ['\'', '’', 'ʼ', '`', '´', '‘'];

const SUFFIXES: [&str; 6] = ["Jr.", "Sr.", "II", "III", "IV", "Jr"];

pub fn first(random: &mut Xoshiro256PlusPlus) -> String {
    with_apostrophe(pick(&FIRST, random), random)
}

/// A last name; in a few its case, its suffix or its letters stand as other systems left them.
pub fn last(random: &mut Xoshiro256PlusPlus) -> String {
    let name = match random.random_range(0..100) {
        0..8 => with_apostrophe(pick(&JOINED, random), random),
        8..16 => pick(&PARTICLED, random).to_owned(),
        16..24 => format!("{}-{}", pick(&LAST, random), pick(&LAST, random)),
        24..34 => format!("{} {}", pick(&LAST, random), pick(&LAST, random)),
        34..36 => format!("{}, {}", pick(&LAST, random), pick(&SUFFIXES, random)),
        36..37 => format!("{} {}", with_apostrophe(pick(&JOINED, random), random), pick(&SUFFIXES, random)),
        _ => pick(&LAST, random).to_owned(),
    };
    // The longest of all names twice is more than a form takes.
    let name = if name.chars().count() > NAME_LONGEST { pick(&JOINED, random).to_owned() } else { name };
    match random.random_range(0..100) {
        0..5 => name.to_uppercase(),
        5..7 => name.to_lowercase(),
        7..10 => apart(&name),
        _ => name,
    }
}

pub fn suffix(random: &mut Xoshiro256PlusPlus) -> String {
    if random.random_ratio(1, 20) { pick(&SUFFIXES, random).to_owned() } else { String::new() }
}

/// The names somebody had before, separated by `;`.
pub fn earlier(random: &mut Xoshiro256PlusPlus) -> String {
    match random.random_range(0..100) {
        0..7 => last(random),
        7..9 => format!("{};{}", last(random), last(random)),
        _ => String::new(),
    }
}

pub fn pick<'a>(list: &[&'a str], random: &mut Xoshiro256PlusPlus) -> &'a str {
    list.choose(random).copied().unwrap_or_default()
}

fn with_apostrophe(name: &str, random: &mut Xoshiro256PlusPlus) -> String {
    let apostrophe = APOSTROPHES.choose(random).copied().unwrap_or('\'');
    name.replace('\'', apostrophe.encode_utf8(&mut [0; 4]))
}

/// Letters and accents apart, as some systems export them (NFD), for the accents at hand here.
fn apart(name: &str) -> String {
    const ACCENTS: [(char, &str); 8] = [
        ('á', "a\u{301}"),
        ('é', "e\u{301}"),
        ('í', "i\u{301}"),
        ('ó', "o\u{301}"),
        ('ú', "u\u{301}"),
        ('ñ', "n\u{303}"),
        ('ü', "u\u{308}"),
        ('ö', "o\u{308}"),
    ];
    let mut apart = name.to_owned();
    for (whole, parts) in ACCENTS {
        apart = apart.replace(whole, parts);
    }
    apart
}
