//! The mailbox's pages.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use html_escape::{encode_double_quoted_attribute as attribute, encode_text as plain};
use sha2::{Digest as _, Sha256};

use super::mails::{FileName, Newest, Opened, SHOWN};
use super::{Demonstration, Opener};
use crate::demo::staff::Seated;

const STYLE: &str = include_str!("mailbox.css");
const SCRIPT: &str = include_str!("mailbox.js");

/// The content policy: this style and this script, and nothing that is not ours.
pub fn policy() -> String {
    let hash = |text: &str| STANDARD.encode(Sha256::digest(text.as_bytes()));
    format!(
        "default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'; connect-src 'self'; frame-src 'self'; \
         base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        hash(STYLE),
        hash(SCRIPT)
    )
}

pub fn home(mails: &Newest, people: &[Demonstration], staff: &[Seated], portal: &str) -> String {
    let body = format!(
        "<p class=\"demo\"><b>This is a demo.</b> No mail leaves this computer: everything the portal sends \
         lands here. The people below are made up, and so are their numbers.</p>\n\
         <p><a class=\"portal\" href=\"{href}\">Open the portal</a> <span class=\"quiet\">{shown}</span></p>\n{desk}\
         <section aria-labelledby=\"inbox\">\n<h2 id=\"inbox\">Mails</h2>\n\
         <div id=\"mails\" aria-live=\"polite\">{list}</div>\n</section>\n{people}",
        href = attribute(portal),
        shown = plain(portal),
        list = list(mails),
        people = table(people),
        desk = if staff.is_empty() { "" } else { DESK },
    );
    // Without scripts the page renews itself; with them only the list does.
    let renew = "<noscript><meta http-equiv=\"refresh\" content=\"5\"></noscript>\n";
    document("Demo mailbox", renew, &body, true)
}

/// Where the desk's staff stand: on a page of their own, because their codes change while one looks.
const DESK: &str = "<p><a href=\"/staff\">The office's desk, and who works there</a></p>\n";

/// The made-up staff, with what their authenticator apps show now. The page renews itself.
pub fn desk(staff: &[Seated], portal: &str) -> String {
    let mut rows = String::new();
    for seated in staff {
        let _ = write!(
            rows,
            "<tr><th scope=\"row\">{}</th><td>{}</td><td>{}</td><td><code>{}</code></td><td><code>{}</code></td></tr>",
            plain(seated.role.code()),
            plain(seated.name),
            plain(seated.email.as_str()),
            plain(seated.password.typed()),
            plain(&seated.code()),
        );
    }
    let body = format!(
        "<p><a href=\"/\">Back to the demo mailbox</a></p>\n<h2>The office's desk</h2>\n\
         <p>Sign in at <a href=\"{href}/desk\">{shown}/desk</a> with address and password; then type the code, which is what \
         an authenticator app would show now. A code works once: for the next sign-in wait until it has changed. \
         Passwords and keys are made anew each time the demo starts.</p>\n<table>\n<thead><tr><th scope=\"col\">Role</th>\
         <th scope=\"col\">Name</th><th scope=\"col\">E-mail</th><th scope=\"col\">Password</th>\
         <th scope=\"col\">Code now</th></tr></thead>\n<tbody>{rows}</tbody></table>",
        href = attribute(portal),
        shown = plain(portal),
    );
    document("The office's desk", "<meta http-equiv=\"refresh\" content=\"5\">\n", &body, false)
}

/// The list by itself: what the script asks for.
pub fn list(mails: &Newest) -> String {
    if mails.mails.is_empty() {
        return "<p class=\"quiet\">No mail yet. Ask the portal for one, and it shows up here by itself.</p>"
            .to_owned();
    }
    let mut html = String::from("<ul class=\"mails\">");
    for mail in &mails.mails {
        let _ = write!(
            html,
            "<li><a href=\"/mail/{}\"><b>{}</b><span>to {}</span><span class=\"quiet\">{}</span></a></li>",
            attribute(mail.name.as_str()),
            plain(&mail.subject),
            plain(&mail.to),
            plain(&mail.date),
        );
    }
    html.push_str("</ul>");
    if mails.count > SHOWN {
        let _ = write!(html, "<p class=\"quiet\">The newest {SHOWN} of {} mails.</p>", mails.count);
    }
    html
}

pub fn mail(name: &FileName, mail: &Opened) -> String {
    let path = attribute(name.as_str());
    let body = format!(
        "<p><a href=\"/\">Back to the demo mailbox</a></p>\n<h2>{subject}</h2>\n\
         <dl><dt>From</dt><dd>{from}</dd><dt>To</dt><dd>{to}</dd><dt>Date</dt><dd>{date}</dd></dl>\n\
         <iframe src=\"/mail/{path}/html\" title=\"The mail as HTML\" \
         sandbox=\"allow-top-navigation-by-user-activation allow-popups\"></iframe>\n\
         <details><summary>As text</summary><pre>{text}</pre></details>\n\
         <p><a href=\"/mail/{path}/source\">Raw source</a></p>",
        subject = plain(&mail.subject),
        from = plain(&mail.from),
        to = plain(&mail.to),
        date = plain(&mail.date),
        text = plain(&mail.text),
    );
    document(&mail.subject, "", &body, false)
}

/// A mail's HTML for its frame: a link in it opens in the whole window.
pub fn framed(html: &str) -> String {
    html.replacen("<head>", "<head>\n<base target=\"_top\">", 1)
}

pub fn missing() -> String {
    document("No such mail", "", "<h2>No such mail</h2>\n<p><a href=\"/\">Back to the demo mailbox</a></p>", false)
}

fn table(people: &[Demonstration]) -> String {
    if people.is_empty() {
        return String::new();
    }
    let mut html = String::from(
        "<section aria-labelledby=\"people\">\n<h2 id=\"people\">People to try it with</h2>\n\
         <p class=\"quiet\">Each time the demo starts, they are put back as they are listed here.</p>\n<table>\n<thead><tr>",
    );
    let heads = ["Account", "Name", "Date of birth", "SSN", "Certificate", "Username", "Password", "Mail", "Try this"];
    for head in heads {
        let _ = write!(html, "<th scope=\"col\">{head}</th>");
    }
    html.push_str("</tr></thead>\n<tbody>\n");
    for person in people {
        html.push_str("<tr>");
        let (password, known) = match &person.opener {
            Opener::Nothing => ("", "code"),
            Opener::Password(password) => (password.as_str(), "code"),
            Opener::Mailed => ("in the mail", ""),
        };
        let cells = [
            (person.state.as_str(), ""),
            (person.name.as_str(), "code"),
            (person.born.as_str(), "code"),
            (person.ssn.as_str(), "code"),
            (person.certificate.as_str(), "code"),
            (person.username.as_str(), "code"),
            (password, known),
            (person.email.as_str(), ""),
            (person.hint.as_str(), ""),
        ];
        for (head, (value, class)) in heads.iter().zip(cells) {
            let value = match (value.is_empty(), class) {
                (true, _) => "<span class=\"quiet\">none</span>".to_owned(),
                (false, "code") => format!("<code>{}</code>", plain(value)),
                _ => plain(value).into_owned(),
            };
            let _ = write!(html, "<td data-head=\"{head}\">{value}</td>");
        }
        html.push_str("</tr>\n");
    }
    html.push_str("</tbody>\n</table>\n</section>");
    html
}

fn document(title: &str, head: &str, body: &str, script: bool) -> String {
    let script = if script { format!("<script>{SCRIPT}</script>\n") } else { String::new() };
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n{head}<title>{title}</title>\n\
         <style>{STYLE}</style>\n</head>\n<body>\n<header><h1><a href=\"/\">Demo mailbox</a></h1></header>\n\
         <main>\n{body}\n</main>\n{script}</body>\n</html>\n",
        title = plain(title),
    )
}
