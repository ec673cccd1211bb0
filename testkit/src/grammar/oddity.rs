//! What is no request, or two, or one that two readers read differently.

use rand::RngExt as _;
use rand::rngs::Xoshiro256PlusPlus as Dice;

use super::body::noise;
use super::request::Made;
use super::words::World;

/// Something odd, made of a request that was right.
pub fn made(dice: &mut Dice, world: &World, plain: &Made) -> Made {
    let head = format!(
        "POST /api/sign-in/password HTTP/1.1\r\nHost: {}\r\nSec-Fetch-Site: same-origin\r\nContent-Type: application/x-www-form-urlencoded\r\n",
        world.host
    );
    let get = format!("GET /sign-in HTTP/1.1\r\nHost: {}\r\n", world.host);
    let body = "username=a&password=b";
    let mut is_waiting = false;
    let mut asked = 1;
    let mut head_alone = false;
    let bytes: Vec<u8> = match dice.random_range(0..40) {
        0 => format!("{head}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /home HTTP/1.1\r\nHost: x\r\n\r\n").into(),
        1 => format!("{head}Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n").into(),
        2 => format!("{head}Content-Length: 21\r\nContent-Length: 20\r\n\r\n{body}").into(),
        3 => format!("{head}Content-Length: 21, 21\r\n\r\n{body}").into(),
        4 => format!("{head}Content-Length: -1\r\n\r\n{body}").into(),
        5 => format!("{head}Content-Length: +21\r\n\r\n{body}").into(),
        6 => format!("{head}Content-Length: 18446744073709551616\r\n\r\n{body}").into(),
        7 => format!("{head}Content-Length: 99999999999\r\n\r\n{body}").into(),
        8 => format!("{head}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n").into(),
        9 => format!("{head}Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFF\r\n").into(),
        10 => format!("{head}Transfer-Encoding: chunked\r\n\r\n5;{}\r\nabcde\r\n0\r\n\r\n", "x=y;".repeat(8_000)).into(),
        11 => format!("{head}Transfer-Encoding: chunked\r\n\r\n5\r\nabcdeXX0\r\n\r\n").into(),
        12 => format!("{head}Transfer-Encoding: chunked\r\n\r\n0\r\nX-Trailer: {}\r\nHost: evil\r\n\r\n", "t".repeat(20_000)).into(),
        13 => format!("{get}X-Fold: a\r\n b\r\n\r\n").into(),
        14 => format!("{get}\r\n").replace("\r\n", "\n").into(),
        15 => format!("{get}\r\n").replace("\r\n", "\r").into(),
        16 => format!("{get}X-Nul: a\0b\r\n\r\n").into(),
        17 => format!("{get}X Space: a\r\n\r\n").into(),
        18 => format!("{get}: a\r\n\r\n").into(),
        19 => format!("{get}{}\r\n", (0..dice.random_range(60..120)).map(|n| format!("X-{n}: y\r\n")).collect::<String>()).into(),
        20 => format!("{get}{}\r\n", (0..10_000).map(|n| format!("X-{n}: y\r\n")).collect::<String>()).into(),
        21 => format!("{get}Cookie: __Host-session={}\r\n\r\n", "c".repeat(64 * 1024)).into(),
        22 => format!("GET /{} HTTP/1.1\r\nHost: {}\r\n\r\n", "u".repeat(100_000), world.host).into(),
        23 => b"GET /sign-in\r\n".to_vec(),
        24 => format!("GET /sign-in HTTP/1.0\r\nHost: {}\r\n\r\n", world.host).into(),
        25 => b"GET /sign-in HTTP/1.0\r\n\r\n".to_vec(),
        26 => format!("GET /sign-in HTTP/{}.{}\r\nHost: {}\r\n\r\n", dice.random_range(0..10), dice.random_range(0..10), world.host).into(),
        27 => [b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec(), noise(dice)].concat(),
        28 => frames(dice),
        29 => [b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03".to_vec(), noise(dice)].concat(),
        30 => format!("{head}Expect: 100-continue\r\nContent-Length: 21\r\n\r\n{body}").into(),
        31 => format!("{head}Expect: the unexpected\r\nContent-Length: 21\r\n\r\n{body}").into(),
        32 => format!("{get}Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n\r\n").into(),
        33 => {
            asked = dice.random_range(2..6);
            is_waiting = true;
            format!("{get}\r\n").repeat(asked).into()
        }
        34 => noise(dice),
        _ => {
            head_alone = plain.head;
            spoilt(dice, &plain.bytes)
        }
    };
    // Half of a request ends with the visitor's half of the connection; a server need not wait for the rest.
    Made { bytes, head: head_alone, odd: true, is_waiting, asked, may_be_turned_off: true, secrets: Vec::new() }
}

/// The request with some bytes changed, left out, or cut off.
fn spoilt(dice: &mut Dice, bytes: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for _ in 0..dice.random_range(1..6) {
        if bytes.is_empty() {
            break;
        }
        let place = dice.random_range(0..bytes.len());
        match dice.random_range(0..5) {
            0 => drop(bytes.remove(place)),
            1 => bytes.insert(place, dice.random_range(0..=255)),
            2 => bytes.truncate(place),
            3 => bytes.splice(place..place, *b"\r\n").for_each(drop),
            _ => bytes.iter_mut().skip(place).take(1).for_each(|byte| *byte = dice.random_range(0..=255)),
        }
    }
    bytes
}

/// HTTP/2 with settings that are right, and frames of every kind that are not.
fn frames(dice: &mut Dice) -> Vec<u8> {
    let mut bytes = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0".to_vec();
    for _ in 0..dice.random_range(1..30) {
        let load = noise(dice);
        let length = u32::try_from(load.len()).unwrap_or_default().to_be_bytes();
        bytes.extend_from_slice(length.get(1..).unwrap_or_default());
        bytes.extend([dice.random_range(0..12), dice.random_range(0..=255), 0, 0, 0, dice.random_range(0..5)]);
        bytes.extend(load);
    }
    bytes
}
