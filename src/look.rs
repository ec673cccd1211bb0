//! An office's own colours, and what becomes of them so that everybody can read what stands on them.
//!
//! Ratios are those of WCAG 2.2: text reaches 4.5:1 on whatever it stands on (1.4.3), and so do links. An office names at
//! most two colours; the rest of the palette follows from them, in light and in dark. A colour that would be too light or
//! too dark is moved towards black or white as little as is needed, and `backboard doctor` says so.

use std::fmt::{self, Write as _};
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// What text has to reach: WCAG 2.2, success criterion 1.4.3.
pub const LEAST: f64 = 4.5;

const WHITE: Colour = Colour([255, 255, 255]);
const BLACK: Colour = Colour([0, 0, 0]);
/// What links and buttons stand on besides white, in light and in dark: `style/_palette.scss`.
const LIGHT_PAGE: Colour = Colour([0xf1, 0xf3, 0xf6]);
const DARK_PAGE: Colour = Colour([0x13, 0x17, 0x1f]);
const DARK_SURFACE: Colour = Colour([0x1c, 0x23, 0x2e]);
const LIGHT_INK: Colour = Colour([0x1c, 0x1d, 0x1f]);
const DARK_INK: Colour = Colour([0xed, 0xef, 0xf0]);
/// Hundredths of white over the header where something in it is pointed at: `style/_frame.scss`.
const OVER_HEADER: u32 = 14;

/// What a profile says of its looks.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Look {
    /// Behind the office's name, at the top of each page.
    #[serde(default)]
    pub header: Option<Colour>,
    /// Of buttons and links.
    #[serde(default)]
    pub accent: Option<Colour>,
    /// An SVG or PNG file, beside the profile. It stands before the name and says nothing that the name does not.
    #[serde(default)]
    pub logo: Option<PathBuf>,
}

/// A colour of the screen (sRGB), written `#1a4480`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Colour(pub [u8; 3]);

/// What follows from a [`Look`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Palette {
    pub header: Option<Header>,
    pub accent: Option<Accent>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    pub asked: Colour,
    pub back: Colour,
    pub text: Colour,
    pub muted: Colour,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Accent {
    pub asked: Colour,
    pub light: Shades,
    pub dark: Shades,
}

/// Of buttons and links in one of the two schemes. Each reaches [`LEAST`] on page and surface, and carries `text`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shades {
    pub still: Colour,
    pub pointed_at: Colour,
    pub pressed: Colour,
    pub text: Colour,
    /// Behind notes and what is pointed at.
    pub tint: Colour,
}

impl Colour {
    /// # Errors
    /// It is not `#` and six hexadecimal digits.
    pub fn parse(text: &str) -> Result<Self, String> {
        let wrong = || format!("{text:?} is no colour; write # and six hexadecimal digits, as in \"#1a4480\"");
        let digits = text.strip_prefix('#').filter(|digits| digits.len() == 6).ok_or_else(wrong)?;
        let mut colour = [0; 3];
        for (part, pair) in colour.iter_mut().zip(digits.as_bytes().chunks(2)) {
            let pair =
                std::str::from_utf8(pair).ok().filter(|pair| pair.bytes().all(|digit| digit.is_ascii_hexdigit()));
            *part = u8::from_str_radix(pair.ok_or_else(wrong)?, 16).map_err(|_| wrong())?;
        }
        Ok(Self(colour))
    }

    /// Relative luminance, from 0 (black) to 1 (white): WCAG 2.2's definition.
    #[must_use]
    pub fn luminance(self) -> f64 {
        let [red, green, blue] = self.0.map(|part| {
            let part = f64::from(part) / 255.0;
            if part <= 0.040_45 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        });
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    }

    /// From 1 (none) to 21 (black on white), whichever of them is the text.
    #[must_use]
    pub fn contrast(self, other: Self) -> f64 {
        let (one, two) = (self.luminance(), other.luminance());
        (one.max(two) + 0.05) / (one.min(two) + 0.05)
    }

    /// With so many hundredths of another in it.
    #[must_use]
    pub fn mixed(self, other: Self, hundredths: u32) -> Self {
        let share = hundredths.min(100);
        let mix = |one: u8, two: u8| {
            let sum = u32::from(one) * (100 - share) + u32::from(two) * share;
            u8::try_from((sum + 50) / 100).unwrap_or(u8::MAX)
        };
        let ([a, b, c], [d, e, f]) = (self.0, other.0);
        Self([mix(a, d), mix(b, e), mix(c, f)])
    }

    /// The nearest on the way to `end` of which `fits` is true; `end` itself where no other is.
    fn towards(self, end: Self, fits: impl Fn(Self) -> bool) -> Self {
        (0..100).map(|share| self.mixed(end, share)).find(|colour| fits(*colour)).unwrap_or(end)
    }

    fn reads_on(self, backs: &[Self]) -> bool {
        backs.iter().all(|back| self.contrast(*back) >= LEAST)
    }
}

impl Look {
    #[must_use]
    pub fn palette(&self) -> Palette {
        Palette { header: self.header.map(Header::of), accent: self.accent.map(Accent::of) }
    }
}

impl Header {
    fn of(asked: Colour) -> Self {
        let over = |back: Colour| back.mixed(WHITE, OVER_HEADER);
        let fits = |text: Colour, back: Colour| text.reads_on(&[back, over(back)]);
        let back = asked.towards(BLACK, |back| fits(WHITE, back) || fits(BLACK, back));
        let text = if fits(WHITE, back) { WHITE } else { BLACK };
        let muted = text.mixed(back, 15);
        Self { asked, back, text, muted: if muted.reads_on(&[back]) { muted } else { text } }
    }
}

impl Accent {
    fn of(asked: Colour) -> Self {
        Self {
            asked,
            light: Shades::of(asked, [LIGHT_PAGE, WHITE], BLACK, WHITE, LIGHT_INK),
            dark: Shades::of(asked, [DARK_PAGE, DARK_SURFACE], WHITE, DARK_PAGE, DARK_INK),
        }
    }
}

impl Shades {
    /// `away` is where it goes to be read on `backs`; `text` is what stands on a button, `ink` what stands on a note.
    fn of(asked: Colour, backs: [Colour; 2], away: Colour, text: Colour, ink: Colour) -> Self {
        let [page, surface] = backs;
        let tint = |still: Colour| surface.mixed(still, 8);
        let fits = |still: Colour| still.reads_on(&[page, surface, tint(still), text]) && ink.reads_on(&[tint(still)]);
        let still = asked.towards(away, fits);
        let further = |share| still.mixed(away, share);
        Self { still, pointed_at: further(25), pressed: further(45), text, tint: tint(still) }
    }
}

impl Palette {
    /// The rules that set it, over those of `style/_palette.scss`. Printed pages stay black on white.
    #[must_use]
    pub fn css(&self) -> String {
        let mut light = String::new();
        let mut dark = String::new();
        if let Some(Header { back, text, muted, .. }) = self.header {
            let _ = write!(light, "--bb-header:{back};--bb-on-header:{text};--bb-on-header-muted:{muted};");
        }
        if let Some(accent) = self.accent {
            for (rules, shades) in [(&mut light, accent.light), (&mut dark, accent.dark)] {
                let Shades { still, pointed_at, pressed, text, tint } = shades;
                let _ = write!(
                    rules,
                    "--bb-accent:{still};--bb-accent-hover:{pointed_at};--bb-accent-active:{pressed};--bb-on-accent:{text};\
                     --bb-link:{still};--bb-link-hover:{pressed};--bb-focus:{still};--bb-tint:{tint};"
                );
            }
        }
        [("", light), (" and (prefers-color-scheme:dark)", dark)]
            .iter()
            .filter(|(_, rules)| !rules.is_empty())
            .map(|(scheme, rules)| format!("@media screen{scheme}{{:root{{{rules}}}}}\n"))
            .collect()
    }
}

impl fmt::Display for Colour {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [red, green, blue] = self.0;
        write!(formatter, "#{red:02x}{green:02x}{blue:02x}")
    }
}

impl TryFrom<String> for Colour {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Self::parse(&text)
    }
}

impl From<Colour> for String {
    fn from(colour: Colour) -> Self {
        colour.to_string()
    }
}
