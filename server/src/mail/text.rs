//! The text part.

use std::fmt::Write as _;

use super::draft::{Block, Draft};

#[must_use]
pub fn text(draft: &Draft) -> String {
    let mut text = String::new();
    for block in &draft.blocks {
        if !text.is_empty() {
            text.push('\n');
        }
        // Writing to a string cannot fail.
        let _ = match block {
            Block::Paragraph(sentence) => writeln!(text, "{sentence}"),
            Block::Username { label, username } => writeln!(text, "{label}\n    {username}"),
            // No spaces before it: they would be copied and typed with it.
            Block::Secret { label, secret } => writeln!(text, "{label}\n{secret}"),
            Block::Action { label, url } | Block::Quiet { label, url } => writeln!(text, "{label}\n{url}"),
            Block::Address(url) => writeln!(text, "{url}"),
            Block::Code { label, code } => writeln!(text, "{label}\n    {code}"),
            Block::Office { heading, lines } => {
                let lines: Vec<&str> = lines.iter().map(|line| line.text.as_str()).collect();
                writeln!(text, "{heading}\n{}", lines.join("\n"))
            }
        };
    }
    text
}
