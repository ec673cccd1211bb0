//! The agency's profile: whom people reach when nothing else works, and what is asked of their passwords; and how long
//! the office keeps people who left.

use backboard::agency::Agency;
use backboard::look::{Accent, Colour, Header, LEAST};

use crate::config::{Draft, Finding};

/// NIST SP 800-63B-4 section 3.1.1.2: no password is shorter, whatever else protects the account.
const SHORTEST: u32 = 8;
/// Fewer days than these, and a mistake in one roster or two is not noticed in time.
const FEWEST_DAYS: u32 = 90;
/// Top-level domains that nobody owns (RFC 2606), and numbers that nobody has.
const MADE_UP: [&str; 5] = [".example", ".test", ".invalid", ".localhost", "example.org"];

pub fn look(draft: &Draft) -> Vec<Finding> {
    let kept = kept(draft.people_days);
    let Some(agency) = &draft.agency else { return vec![kept] };
    let mut findings = vec![Finding::ok("agency", format!("{} ({})", agency.id, agency.name)), kept];
    findings.push(contacts(agency, draft));
    findings.push(sender(agency, draft));
    findings.push(shortest(agency));
    findings.extend(looks(agency));
    findings
}

fn kept(people_days: u32) -> Finding {
    let key = "keep.people_days";
    match people_days {
        0 => Finding::warning(
            key,
            "keep.people_days = 0 keeps names, dates of birth and addresses of people who left the roster for good; write the \
             days that your state's records schedule asks for, under [keep].",
        ),
        days if days < FEWEST_DAYS => Finding::warning(
            key,
            format!(
                "keep.people_days = {days} forgets people whom one or two rosters left out by mistake, with their claims; \
                 write {FEWEST_DAYS} or more, as your state's records schedule asks."
            ),
        ),
        days => Finding::ok(key, format!("{days} days after the last roster that names them; backboard account gone")),
    }
}

fn contacts(agency: &Agency, draft: &Draft) -> Finding {
    let contact = &agency.contact;
    let made_up = is_made_up(&contact.email) || contact.phones.iter().any(|phone| phone.contains("555-01"));
    if made_up && !draft.is_loopback() {
        return Finding::warning(
            "agency",
            format!(
                "agency: {} and {} are made up, and every dead end sends people there; write the office's own under \
                 [contact] of a profile of your own.",
                contact.phones.join(", "),
                contact.email
            ),
        );
    }
    Finding::ok("agency.contact", format!("{}, {}", contact.phones.join(", "), contact.email))
}

fn sender(agency: &Agency, draft: &Draft) -> Finding {
    let address = &agency.sender.address;
    let domain = address.rsplit_once('@').map_or("", |(_, domain)| domain).to_lowercase();
    if draft.is_loopback() {
        return Finding::ok("agency.sender", address.clone());
    }
    if is_made_up(address) {
        return Finding::warning(
            "agency.sender",
            format!(
                "agency: mails come from {address}, which nobody owns, and will be thrown away; write your own under [sender]."
            ),
        );
    }
    let host = draft.public_url.as_ref().map_or("", |url| url.host());
    if !host.is_empty() && above(host) != above(&domain) {
        return Finding::warning(
            "agency.sender",
            format!(
                "agency: mails come from {domain} and link to {host}, which looks like a forgery to people and filters; \
                 let both be of one domain, or have SPF and DKIM set up for {domain}."
            ),
        );
    }
    Finding::ok("agency.sender", address.clone())
}

fn shortest(agency: &Agency) -> Finding {
    let shortest = agency.policy.password.shortest;
    if shortest < SHORTEST {
        return Finding::warning(
            "agency.policy",
            format!(
                "agency: policy.password.shortest = {shortest} lets people choose passwords that are guessed in minutes; \
                 write {SHORTEST} or more (15 is what NIST asks)."
            ),
        );
    }
    Finding::ok(
        "agency.policy",
        format!(
            "passwords of {shortest} to {} characters; more with: backboard policy explain",
            agency.policy.password.longest
        ),
    )
}

/// What text on the office's own colours reaches (WCAG 2.2, success criterion 1.4.3), and which of them could not stay.
fn looks(agency: &Agency) -> Vec<Finding> {
    let palette = agency.look.palette();
    let header = palette.header.map(|Header { asked, back, text, .. }| {
        let key = "agency.look.header";
        if asked == back {
            return Finding::ok(key, format!("{text} on {back}, {:.1} to 1", text.contrast(back)));
        }
        Finding::warning(
            key,
            format!(
                "agency: look.header = {asked} is neither dark enough for white text nor light enough for black (WCAG 2.2, \
                 1.4.3), so pages have {back}; write that, or another, under [look]."
            ),
        )
    });
    let accent = palette.accent.map(|Accent { asked, light, dark }| {
        let key = "agency.look.accent";
        let (white, still) = (Colour([255; 3]), light.still);
        if asked == still {
            let reached = still.contrast(white);
            return Finding::ok(key, format!("{still} on white, {reached:.1} to 1; {} on dark pages", dark.still));
        }
        Finding::warning(
            key,
            format!(
                "agency: look.accent = {asked} reaches {:.1} to 1 on white where text needs {LEAST} on every ground (WCAG 2.2, \
                 1.4.3), so links and buttons have {still}; write that, or a darker one, under [look].",
                asked.contrast(white)
            ),
        )
    });
    header.into_iter().chain(accent).collect()
}

fn is_made_up(address: &str) -> bool {
    let address = address.to_lowercase();
    MADE_UP.iter().any(|domain| address.ends_with(domain))
}

/// The last two labels: the domain that somebody owns, in most countries.
fn above(host: &str) -> Vec<&str> {
    let mut labels: Vec<&str> = host.rsplit('.').take(2).collect();
    labels.reverse();
    labels
}
