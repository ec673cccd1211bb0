//! What a reset request costs against how many people there are: a drawing of two plots.

use std::fmt::Write as _;

use crate::measure::Point;
use crate::table::{figure, grouped};

const WIDTH: f64 = 360.0;
const HEIGHT: f64 = 220.0;
/// From the left, the top, the right and the bottom of a plot to its axes.
const MARGIN: (f64, f64, f64, f64) = (46.0, 40.0, 16.0, 34.0);
/// Dark enough on white, and told apart without colours by what stands beside the lines.
const COLOURS: [&str; 2] = ["#005ea2", "#b50909"];

/// The drawing as SVG.
pub fn draw(points: &[Point]) -> String {
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0}\" height=\"{HEIGHT}\" viewBox=\"0 0 {0} {HEIGHT}\" \
         font-family=\"sans-serif\" font-size=\"11\">\n<title>What a reset request costs against how many people there are\
         </title>\n<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n",
        2.0 * WIDTH
    );
    plot(&mut svg, 0.0, "CPU, ms a reset request", points, |point| point.processor);
    plot(&mut svg, WIDTH, "SQL statements a reset request", points, |point| point.statements);
    svg.push_str("</svg>\n");
    svg
}

fn plot(svg: &mut String, left: f64, title: &str, points: &[Point], of: impl Fn(&Point) -> f64) {
    let (from, top, right, bottom) = (left + MARGIN.0, MARGIN.1, left + WIDTH - MARGIN.2, HEIGHT - MARGIN.3);
    let scale = |people: usize| f64::from(u32::try_from(people).unwrap_or(u32::MAX)).log10();
    let ends = points.iter().map(|point| scale(point.people));
    let (least, most) = ends.fold((f64::MAX, f64::MIN), |(least, most), end| (least.min(end), most.max(end)));
    let highest = points.iter().map(&of).fold(f64::MIN_POSITIVE, f64::max) * 1.15;
    let x = |people: usize| from + (right - from) * (scale(people) - least) / (most - least).max(1.0);
    let y = |value: f64| bottom - (bottom - top) * value / highest;
    let _ = writeln!(svg, "<text x=\"{from}\" y=\"18\" font-weight=\"bold\">{title}</text>");
    let _ = writeln!(svg, "<path d=\"M{from} {top}V{bottom}H{right}\" fill=\"none\" stroke=\"#565c65\"/>");
    for value in [0.0, highest / 2.0, highest] {
        let _ = writeln!(
            svg,
            "<text x=\"{}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>",
            from - 4.0,
            y(value) + 4.0,
            if value == 0.0 { "0".to_owned() } else { figure(value) }
        );
    }
    let mut counts: Vec<usize> = points.iter().map(|point| point.people).collect();
    counts.sort_unstable();
    counts.dedup();
    for people in counts {
        let anchor = if x(people) > right - 20.0 { "end" } else { "middle" };
        let _ = writeln!(
            svg,
            "<text x=\"{:.1}\" y=\"{}\" text-anchor=\"{anchor}\">{}</text>",
            x(people),
            bottom + 15.0,
            grouped(people)
        );
    }
    let mut bases: Vec<&str> = points.iter().map(|point| point.base).collect();
    bases.dedup();
    for (place, (base, colour)) in bases.iter().zip(COLOURS).enumerate() {
        let own: Vec<&Point> = points.iter().filter(|point| point.base == *base).collect();
        let line: Vec<String> = own.iter().map(|point| format!("{:.1},{:.1}", x(point.people), y(of(point)))).collect();
        let _ = writeln!(
            svg,
            "<polyline points=\"{}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"/>",
            line.join(" ")
        );
        for point in &own {
            let (x, y) = (x(point.people), y(of(point)));
            let _ = writeln!(svg, "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3\" fill=\"{colour}\"/>");
        }
        let along = from + 8.0 + 70.0 * f64::from(u32::try_from(place).unwrap_or_default());
        let _ = writeln!(svg, "<text x=\"{along}\" y=\"34\" fill=\"{colour}\">{base}</text>");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_database_is_a_line_through_all_its_points() {
        let point = |base, people, processor| Point { base, people, processor, statements: 4.0 };
        let svg = draw(&[point("A", 1_000, 1.0), point("A", 1_000_000, 2.0), point("B", 1_000, 3.0)]);
        assert_eq!(svg.matches("<polyline").count(), 4);
        assert_eq!(svg.matches("<circle").count(), 6);
        assert!(svg.contains(">1,000,000</text>") && !svg.contains("NaN"), "{svg}");
    }
}
