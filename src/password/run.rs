//! Passwords a finger makes without thinking: repeats, the alphabet, the digits, walks over the keyboard.

/// A run of fewer characters is too short to be a habit; so a password is refused when it breaks into no more
/// runs than a quarter of its length: `qwer1234!` is two, `Kestrel&42rows` is many.
const SHORTEST_RUN: usize = 4;
/// Fewer different characters than this make no password, however long it is.
const FEWEST_DISTINCT: usize = 4;
/// The keys of a US keyboard. A key touches its neighbours in its row, the key below it and the one left of
/// that.
const ROWS: [&str; 4] = ["1234567890-=", "qwertyuiop[]", "asdfghjkl;'", "zxcvbnm,./"];

/// Whether `lower` has next to no different characters, repeats a part, or is made of runs.
pub fn is_run(lower: &str) -> bool {
    let keys: Vec<char> = lower.chars().map(unshifted).collect();
    let mut distinct = keys.clone();
    distinct.sort_unstable();
    distinct.dedup();
    distinct.len() < FEWEST_DISTINCT || repeats(&keys) || runs(&keys) * SHORTEST_RUN <= keys.len()
}

/// A part twice or more from start to end, the last time perhaps cut off: `horsehorse`, `kx7kx7kx`.
fn repeats(keys: &[char]) -> bool {
    (1..=keys.len() / 2).any(|part| keys.iter().zip(keys.iter().skip(part)).all(|(one, next)| one == next))
}

/// How many runs the password breaks into, each as long as it can be.
fn runs(keys: &[char]) -> usize {
    let mut rest = keys;
    let mut runs = 0;
    while !rest.is_empty() {
        let longest = run(rest, in_sequence).max(run(rest, are_neighbours));
        rest = rest.get(longest..).unwrap_or_default();
        runs += 1;
    }
    runs
}

fn run(keys: &[char], step: fn(char, char) -> bool) -> usize {
    1 + keys.iter().zip(keys.iter().skip(1)).take_while(|(one, next)| step(**one, **next)).count()
}

/// The same character, or the one before or after it in the alphabet or among the digits.
fn in_sequence(one: char, next: char) -> bool {
    let alike = one.is_ascii_digit() == next.is_ascii_digit() && one.is_alphanumeric() == next.is_alphanumeric();
    one == next || (alike && u32::from(one).abs_diff(u32::from(next)) == 1)
}

fn are_neighbours(one: char, next: char) -> bool {
    let (Some((row, column)), Some((other_row, other_column))) = (place(one), place(next)) else { return one == next };
    match other_row.abs_diff(row) {
        0 => column.abs_diff(other_column) <= 1,
        1 => {
            let (above, below) = if row < other_row { (column, other_column) } else { (other_column, column) };
            below == above || below + 1 == above
        }
        _ => false,
    }
}

fn place(key: char) -> Option<(usize, usize)> {
    ROWS.iter()
        .enumerate()
        .find_map(|(row, keys)| keys.chars().position(|known| known == key).map(|column| (row, column)))
}

/// The key a mark is typed with.
const fn unshifted(c: char) -> char {
    match c {
        '!' => '1',
        '@' => '2',
        '#' => '3',
        '$' => '4',
        '%' => '5',
        '^' => '6',
        '&' => '7',
        '*' => '8',
        '(' => '9',
        ')' => '0',
        '_' => '-',
        '+' => '=',
        c => c,
    }
}
