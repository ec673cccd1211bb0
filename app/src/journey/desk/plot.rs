//! Plots: bars and lines as SVG, in colours of the style sheet.
//!
//! A picture beside a table that says the same: the table is what everybody can read. No attribute of style, because the
//! Content-Security-Policy refuses it, and because colours have to follow the dark and the forced ones (decision 0018).

use backboard::report::Axis;
use leptos::prelude::*;

use crate::ui::node::{Node, el, text};

/// The picture's own units; it is as wide as the page lets it be.
const WIDTH: f64 = 720.0;
const HEIGHT: f64 = 280.0;
/// Of a letter beside the axis, about.
const LETTER: f64 = 7.5;
const RIGHT: f64 = 40.0;
const TOP: f64 = 12.0;
const BOTTOM: f64 = 32.0;
/// Share of its place that a bar takes up.
const BAR: f64 = 0.7;
/// The room that a day's name takes up below.
const NAME: f64 = 100.0;

/// How values are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Those of one place on top of each other.
    Bars,
    /// Each beside the others; a value that is not there interrupts its line.
    Lines,
}

/// What is drawn.
pub struct Plot {
    pub id: &'static str,
    pub title: String,
    pub shape: Shape,
    pub axis: Axis,
    /// A number of the axis, and a value, in words.
    pub say: fn(u64) -> String,
    /// What each place is called.
    pub places: Vec<String>,
    /// Each with its name.
    pub series: Vec<(String, Vec<Option<u64>>)>,
}

/// The picture, in a frame that scrolls where the page is narrower, with the names of its series.
#[must_use]
pub fn plot(plot: &Plot) -> AnyView {
    let (title, left) = (format!("{}-title", plot.id), plot.left());
    let mut picture = el("svg")
        .class("bb-plot")
        .attr("viewBox", format!("0 0 {WIDTH} {HEIGHT}"))
        .attr("role", "img")
        .attr("aria-labelledby", title.clone())
        .child(el("title").id(title).text(plot.title.clone()).view());
    picture = plot.axis.numbers().fold(picture, |picture, number| {
        let y = plot.height(number);
        picture.child(line("bb-plot__grid", left, y, WIDTH - RIGHT, y)).child(label(
            "end",
            left - 8.0,
            y + 4.0,
            (plot.say)(number),
        ))
    });
    picture = picture.all(plot.named().map(|(place, name)| label("middle", plot.middle(place), HEIGHT - 10.0, name)));
    picture = match plot.shape {
        Shape::Bars => picture.all(plot.bars()),
        Shape::Lines => picture.all(plot.lines()),
    };
    let frame = el("div")
        .class("bb-plot-frame")
        .attr("tabindex", "0")
        .attr("role", "group")
        .attr("aria-label", plot.title.clone())
        .child(picture.view());
    el("figure").class("bb-plot-figure").child(frame.view()).maybe(legend(plot)).view()
}

impl Plot {
    /// Where the marks begin: right of the axis' longest number, and of half a day's name.
    fn left(&self) -> f64 {
        let longest = self.axis.numbers().map(|number| (self.say)(number).chars().count()).max().unwrap_or_default();
        (longest as f64).mul_add(LETTER, 12.0).max(NAME / 2.0)
    }

    fn room(&self) -> f64 {
        (WIDTH - self.left() - RIGHT) / self.places.len().max(1) as f64
    }

    fn middle(&self, place: usize) -> f64 {
        self.room().mul_add(place as f64 + 0.5, self.left())
    }

    fn height(&self, value: u64) -> f64 {
        let share = value as f64 / self.axis.top.max(1) as f64;
        share.mul_add(-(HEIGHT - TOP - BOTTOM), HEIGHT - BOTTOM)
    }

    /// The places that are named below, so many as there is room for, the last one among them.
    fn named(&self) -> impl Iterator<Item = (usize, String)> {
        let every = (NAME / self.room()).ceil().max(1.0) as usize;
        let last = self.places.len().saturating_sub(1);
        self.places.iter().cloned().enumerate().filter(move |(place, _)| (last - place).is_multiple_of(every))
    }

    fn bars(&self) -> Vec<AnyView> {
        let width = self.room() * BAR;
        let mut bars = Vec::new();
        for (place, name) in self.places.iter().enumerate() {
            let mut below = 0;
            for (number, (series, values)) in (1..).zip(&self.series) {
                let Some(value) = values.get(place).copied().flatten().filter(|value| *value > 0) else { continue };
                let (top, bottom) = (self.height(below + value), self.height(below));
                below += value;
                let bar = el("rect")
                    .attr("class", format!("bb-plot__bar bb-plot__bar--{number}"))
                    .attr("x", units(self.middle(place) - width / 2.0))
                    .attr("y", units(top))
                    .attr("width", units(width))
                    .attr("height", units(bottom - top));
                bars.push(self.telling(bar, name, series, value));
            }
        }
        bars
    }

    fn lines(&self) -> Vec<AnyView> {
        let mut lines = Vec::new();
        for (number, (series, values)) in (1..).zip(&self.series) {
            let mut path = String::new();
            let mut points = Vec::new();
            let mut pen = 'M';
            for (place, name) in self.places.iter().enumerate() {
                let Some(value) = values.get(place).copied().flatten() else {
                    pen = 'M';
                    continue;
                };
                let (x, y) = (units(self.middle(place)), units(self.height(value)));
                path.push_str(&format!("{pen}{x} {y}"));
                pen = 'L';
                let point = el("circle")
                    .attr("class", format!("bb-plot__point bb-plot__point--{number}"))
                    .attr("cx", x)
                    .attr("cy", y)
                    .attr("r", "3");
                points.push(self.telling(point, name, series, value));
            }
            let class = format!("bb-plot__line bb-plot__line--{number}");
            lines.push(el("path").attr("class", class).attr("d", path).view());
            lines.extend(points);
        }
        lines
    }

    /// What a mouse over it tells.
    fn telling(&self, mark: Node, place: &str, series: &str, value: u64) -> AnyView {
        mark.child(el("title").text(format!("{place}, {series}: {}", (self.say)(value))).view()).view()
    }
}

/// The names of the series, each with what it looks like; one alone is named by the title.
fn legend(plot: &Plot) -> Option<AnyView> {
    if plot.series.len() < 2 {
        return None;
    }
    let keys = (1..).zip(&plot.series).map(|(number, (name, _))| {
        let key = el("svg").class("bb-plot__key").attr("viewBox", "0 0 28 12").attr("aria-hidden", "true");
        let key = match plot.shape {
            Shape::Bars => key.child(
                el("rect")
                    .attr("class", format!("bb-plot__bar bb-plot__bar--{number}"))
                    .attr("width", "28")
                    .attr("height", "12")
                    .view(),
            ),
            Shape::Lines => key.child(
                el("path")
                    .attr("class", format!("bb-plot__line bb-plot__line--{number}"))
                    .attr("d", "M0 6L28 6")
                    .view(),
            ),
        };
        el("li").child(key.view()).child(text("span", "", name.clone())).view()
    });
    Some(el("ul").class("bb-plot__legend").all(keys).view())
}

fn line(class: &'static str, x1: f64, y1: f64, x2: f64, y2: f64) -> AnyView {
    let ends = [("x1", x1), ("y1", y1), ("x2", x2), ("y2", y2)];
    ends.into_iter().fold(el("line").class(class), |line, (name, at)| line.attr(name, units(at))).view()
}

fn label(anchor: &'static str, x: f64, y: f64, said: String) -> AnyView {
    el("text")
        .class("bb-plot__text")
        .attr("text-anchor", anchor)
        .attr("x", units(x))
        .attr("y", units(y))
        .text(said)
        .view()
}

/// In tenths.
fn units(length: f64) -> String {
    format!("{:.1}", length)
}
