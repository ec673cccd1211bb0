//! Any colour of an office's own leaves everything readable, in light and in dark.

#![expect(clippy::unwrap_used, reason = "a colour that is none has failed")]

use backboard::look::{Colour, LEAST, Look};
use proptest::prelude::*;

const WHITE: Colour = Colour([255, 255, 255]);
const BLACK: Colour = Colour([0, 0, 0]);

fn colour(text: &str) -> Colour {
    Colour::parse(text).unwrap()
}

fn look(header: Colour, accent: Colour) -> Look {
    Look { header: Some(header), accent: Some(accent), logo: None }
}

#[test]
fn contrast_is_that_of_the_standards_own_examples() {
    assert!((WHITE.contrast(BLACK) - 21.0).abs() < 1e-9);
    assert!((BLACK.contrast(WHITE) - 21.0).abs() < 1e-9);
    assert!((WHITE.contrast(WHITE) - 1.0).abs() < 1e-9);
    // The lightest grey that text may have on white, and the next one.
    assert!(colour("#767676").contrast(WHITE) >= LEAST);
    assert!(colour("#777777").contrast(WHITE) < LEAST);
}

#[test]
fn a_colour_is_six_digits_and_nothing_else() {
    for right in ["#000000", "#1a4480", "#FFcc00"] {
        assert_eq!(colour(right).to_string(), right.to_lowercase());
    }
    for wrong in ["", "#", "1a4480", "#1a448", "#1a44800", "#1a44g0", "#+12345", "blue", "#1a448é", "rgb(0,0,0)"] {
        let said = Colour::parse(wrong).unwrap_err();
        assert!(said.contains("#1a4480"), "{said}");
    }
}

#[test]
fn a_colour_that_can_be_read_is_left_as_it_is() {
    let palette = look(colour("#7a1f2b"), colour("#7a1f2b")).palette();
    let (header, accent) = (palette.header.unwrap(), palette.accent.unwrap());
    assert_eq!((header.back, header.text), (header.asked, WHITE));
    assert_eq!(accent.light.still, accent.asked);
    assert_ne!(accent.dark.still, accent.asked, "too dark for a dark page");
    let yellow = look(colour("#ffcc00"), colour("#ffcc00")).palette();
    assert_eq!(yellow.header.map(|header| (header.back, header.text)), Some((colour("#ffcc00"), BLACK)));
    assert_ne!(yellow.accent.unwrap().light.still, colour("#ffcc00"), "too light for a white page");
    assert_eq!(yellow.accent.unwrap().dark.still, colour("#ffcc00"));
}

#[test]
fn nothing_is_said_about_what_nobody_asked_for() {
    assert_eq!(Look::default().palette().css(), "");
    let header = Look { header: Some(BLACK), ..Look::default() }.palette().css();
    assert!(
        header.contains("--bb-header:#000000") && !header.contains("accent") && !header.contains("dark"),
        "{header}"
    );
}

proptest! {
    #[test]
    fn every_colour_leaves_everything_readable(header: [u8; 3], accent: [u8; 3]) {
        let palette = look(Colour(header), Colour(accent)).palette();
        let head = palette.header.unwrap();
        let over = head.back.mixed(WHITE, 14);
        for (text, back) in [(head.text, head.back), (head.text, over), (head.muted, head.back)] {
            prop_assert!(text.contrast(back) >= LEAST, "{text} on {back}");
        }
        let accent = palette.accent.unwrap();
        // Page, surface and ink of style/_palette.scss.
        let light = (accent.light, ["#f1f3f6", "#ffffff"], "#1c1d1f");
        let dark = (accent.dark, ["#13171f", "#1c232e"], "#edeff0");
        for (shades, backs, ink) in [light, dark] {
            for still in [shades.still, shades.pointed_at, shades.pressed] {
                for back in backs.map(colour).into_iter().chain([shades.text, shades.tint]) {
                    prop_assert!(still.contrast(back) >= LEAST, "{still} on {back}");
                }
            }
            prop_assert!(colour(ink).contrast(shades.tint) >= LEAST, "{ink} on {}", shades.tint);
        }
    }

    #[test]
    fn no_colour_is_moved_further_than_it_must(accent: [u8; 3]) {
        let asked = Colour(accent);
        let accent = look(BLACK, asked).palette().accent.unwrap();
        let enough = |back: &str, text: Colour| asked.contrast(colour(back)) >= LEAST && asked.contrast(text) >= LEAST;
        // Generously: what reaches 5.5 on the page reaches 4.5 on everything else.
        if asked.contrast(colour("#f1f3f6")) >= 5.5 && enough("#ffffff", WHITE) {
            prop_assert_eq!(accent.light.still, asked);
        }
        if asked.contrast(colour("#1c232e")) >= 5.5 {
            prop_assert_eq!(accent.dark.still, asked);
        }
    }

    #[test]
    fn the_rules_hold_nothing_but_colours(header: [u8; 3], accent: [u8; 3]) {
        let css = look(Colour(header), Colour(accent)).palette().css();
        let known = |c: char| c.is_ascii_alphanumeric() || "-:;#{}()@ \n".contains(c);
        prop_assert!(css.chars().all(known), "{css}");
        prop_assert_eq!(css.matches('{').count(), css.matches('}').count());
        prop_assert_eq!(css.matches("@media screen").count(), 2);
    }
}
