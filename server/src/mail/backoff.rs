//! How long to wait before a mail, or a server that is down, is tried again.

/// Seconds after the first, second, … attempt; the last one repeats.
const MAIL: [i64; 5] = [15, 60, 5 * 60, 15 * 60, 60 * 60];
/// Seconds after the first, second, … refused connection. Shorter than those of a mail, because asking
/// costs nobody anything and everything that is queued waits for the answer.
const SERVER: [i64; 3] = [15, 60, 5 * 60];

/// Seconds after which a mail is given up, from when it was queued.
pub const GIVEN_UP_AFTER: i64 = 3 * 24 * 60 * 60;

/// The wait after so many attempts at one mail.
pub fn mail(tries: u32) -> i64 {
    after(&MAIL, tries)
}

/// The wait after so many connections in a row that failed.
pub fn server(failures: u32) -> i64 {
    after(&SERVER, failures)
}

fn after(waits: &[i64], count: u32) -> i64 {
    let place = usize::try_from(count.saturating_sub(1)).unwrap_or(usize::MAX).min(waits.len().saturating_sub(1));
    waits.get(place).copied().unwrap_or(15)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mail_waits_longer_each_time_and_hourly_in_the_end() {
        let waits: Vec<i64> = (1..=8).map(mail).collect();
        assert_eq!(waits, [15, 60, 300, 900, 3600, 3600, 3600, 3600]);
        assert_eq!(mail(u32::MAX), 3600);
    }

    #[test]
    fn a_server_that_is_down_is_asked_at_least_every_five_minutes() {
        let waits: Vec<i64> = (1..=5).map(server).collect();
        assert_eq!(waits, [15, 60, 300, 300, 300]);
    }
}
