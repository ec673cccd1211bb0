//! The HTML part: simple enough for old mail programs, no pictures, nothing fetched.
//!
//! Only the button has colours of its own. Everything else takes those of the mail program, so that
//! dark mode has nothing to get wrong.

use std::fmt::Write as _;

use html_escape::{encode_double_quoted_attribute as attribute, encode_text as plain};

use super::draft::{Block, Draft, Line};

const FONT: &str =
    "font-family:-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif;font-size:16px;line-height:1.5";
const BIG: &str = "font-family:ui-monospace,Consolas,Menlo,monospace;font-size:20px;font-weight:bold";
const BUTTON: &str = "display:inline-block;padding:12px 20px;border-radius:6px;background-color:#1d4ed8;\
                      color:#ffffff;font-weight:bold;text-decoration:none";
/// Small, with room for a finger.
const QUIET: &str = "display:inline-block;padding:4px 0;font-size:14px";
/// One line, whatever the width, and one tap selects all of it.
const SECRET: &str = "display:inline-block;white-space:nowrap;-webkit-user-select:all;user-select:all";
/// What does not fit on a narrow screen is reached by moving it aside.
const ASIDE: &str = "overflow-x:auto";
const HIDDEN: &str = "display:none;max-height:0;overflow:hidden;mso-hide:all";

#[must_use]
pub fn html(draft: &Draft, language: &str) -> String {
    let mut html = String::new();
    // Writing to a string cannot fail.
    let _ = write!(
        html,
        "<!doctype html>\n<html lang=\"{language}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <meta name=\"supported-color-schemes\" content=\"light dark\">\n\
         <title>{subject}</title>\n</head>\n<body style=\"margin:0;padding:0\">\n\
         <div style=\"{HIDDEN}\">{preview}</div>\n\
         <div style=\"max-width:560px;margin:0 auto;padding:24px 16px;{FONT}\">\n",
        language = attribute(language),
        subject = plain(&draft.subject),
        preview = plain(&draft.preview),
    );
    for block in &draft.blocks {
        write(&mut html, block);
    }
    html.push_str("</div>\n</body>\n</html>\n");
    html
}

fn write(html: &mut String, block: &Block) {
    let _ = match block {
        Block::Paragraph(sentence) => writeln!(html, "<p>{}</p>", plain(sentence)),
        Block::Username { label, username } => {
            writeln!(html, "<p>{}<br>\n<span style=\"{BIG}\">{}</span></p>", plain(label), unlinked(username))
        }
        Block::Secret { label, secret } => writeln!(
            html,
            "<p style=\"{ASIDE}\">{}<br>\n<span style=\"{BIG};{SECRET}\">{}</span></p>",
            plain(label),
            unlinked(secret)
        ),
        Block::Action { label, url } => {
            let (label, href, shown) = (plain(label), attribute(url), plain(url));
            writeln!(
                html,
                "<p><a href=\"{href}\" style=\"{BUTTON}\">{label}</a></p>\n\
                 <p style=\"font-size:14px;word-break:break-all\"><a href=\"{href}\">{shown}</a></p>"
            )
        }
        Block::Address(url) => {
            let (href, shown) = (attribute(url), plain(url));
            writeln!(html, "<p style=\"word-break:break-all\"><a href=\"{href}\">{shown}</a></p>")
        }
        Block::Quiet { label, url } => {
            writeln!(html, "<p><a href=\"{}\" style=\"{QUIET}\">{}</a></p>", attribute(url), plain(label))
        }
        Block::Code { label, code } => {
            writeln!(html, "<p>{}<br>\n<span style=\"{BIG}\">{}</span></p>", plain(label), plain(code))
        }
        Block::Office { heading, lines } => {
            let lines: Vec<String> = lines.iter().map(line).collect();
            writeln!(
                html,
                "<hr style=\"border:0;border-top:1px solid #808080\">\n<p><b>{}</b><br>\n{}</p>",
                plain(heading),
                lines.join("<br>\n")
            )
        }
    };
}

fn line(line: &Line) -> String {
    let text = plain(&line.text);
    match &line.href {
        Some(href) => format!("<a href=\"{}\">{text}</a>", attribute(href)),
        None => text.into_owned(),
    }
}

/// A username or password that no mail program turns into a link: `anna.black` is a name, and also somebody's site.
fn unlinked(name: &str) -> String {
    let mut html = String::with_capacity(name.len());
    for letter in name.chars() {
        if matches!(letter, '.' | '@') {
            let _ = write!(html, "<span>{letter}</span>");
        } else {
            html.push_str(&plain(letter.encode_utf8(&mut [0; 4])));
        }
    }
    html
}
