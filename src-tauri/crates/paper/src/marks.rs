//! Cut marks: short lines outside the prints, where their edges continue.

use crate::canvas::{Area, GREY, Page};
use crate::layout::SheetLayout;

/// Longest mark, in mm.
const LENGTH: f64 = 2.0;
/// Thinnest that photo printers hold, in mm; half of it falls outside the cut.
const WIDTH: f64 = 0.1;
/// Below this a mark would be a dot.
const SHORTEST: f64 = 0.3;

/// Draws the marks of all prints whose person is among the first `people` of the sheet. To be drawn before the prints,
/// which hide whatever would run into them.
pub(crate) fn draw(page: &mut Page, layout: &SheetLayout, people: usize) {
    let prints: Vec<Area> = layout.places.iter().filter(|p| p.person < people).map(|p| p.area).collect();
    for print in &prints {
        for (corner, out) in corners(print) {
            for axis in [0, 1] {
                let length = free_length(corner, out, axis, &prints, layout);
                if length >= SHORTEST {
                    let mut end = corner;
                    end[axis] += out[axis] * length;
                    page.rule(corner, end, WIDTH, GREY);
                }
            }
        }
    }
}

/// Each corner with the directions that lead away from the print.
fn corners(a: &Area) -> [([f64; 2], [f64; 2]); 4] {
    [
        ([a.x, a.y], [-1.0, -1.0]),
        ([a.right(), a.y], [1.0, -1.0]),
        ([a.right(), a.bottom()], [1.0, 1.0]),
        ([a.x, a.bottom()], [-1.0, 1.0]),
    ]
}

/// How far a mark can run from a corner along an axis before it meets another print, a caption or the paper's edge.
fn free_length(corner: [f64; 2], out: [f64; 2], axis: usize, prints: &[Area], layout: &SheetLayout) -> f64 {
    let paper = [layout.page.0, layout.page.1];
    let to_edge = if out[axis] > 0.0 { paper[axis] - corner[axis] } else { corner[axis] };
    let captions = layout.captions.iter().map(|caption| caption.area);
    let met = prints.iter().copied().chain(captions).filter_map(|area| {
        let (low, high) = ([area.x, area.y], [area.right(), area.bottom()]);
        let across = 1 - axis;
        let beside = corner[across] < low[across] - WIDTH || corner[across] > high[across] + WIDTH;
        let ahead = if out[axis] > 0.0 { low[axis] - corner[axis] } else { corner[axis] - high[axis] };
        (!beside && ahead > -1e-6).then_some(ahead)
    });
    met.fold(LENGTH.min(to_edge), f64::min)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::canvas::Mark;
    use crate::size::SmallTwoInch;

    #[test]
    fn no_mark_runs_into_a_print_or_off_the_paper() {
        for small in [SmallTwoInch::W33H48, SmallTwoInch::W35H45] {
            let layout = SheetLayout::notice(small).unwrap();
            let mut page = Page::new(layout.page.0, layout.page.1);
            draw(&mut page, &layout, 1);
            assert!(page.marks.len() > 40, "{}", page.marks.len());
            for mark in &page.marks {
                let Mark::Rule { from, to, .. } = mark else { panic!("{mark:?}") };
                let middle = [(from[0] + to[0]) / 2.0, (from[1] + to[1]) / 2.0];
                let dot = Area { x: middle[0] - 0.02, y: middle[1] - 0.02, w: 0.04, h: 0.04 };
                let inner = |a: &Area| Area { x: a.x + 0.05, y: a.y + 0.05, w: a.w - 0.1, h: a.h - 0.1 };
                assert!(layout.places.iter().all(|p| !inner(&p.area).overlaps(&dot)), "{mark:?}");
                assert!((0.0..=152.0).contains(&to[0]) && (0.0..=102.0).contains(&to[1]), "{mark:?}");
            }
        }
    }

    #[test]
    fn a_person_who_is_not_on_the_sheet_gets_no_marks() {
        let text = include_str!("../../../../assets/prints/a4-notice-33x48.toml");
        let layout = SheetLayout::parse(text).unwrap();
        let count = |people| {
            let mut page = Page::new(210.0, 297.0);
            draw(&mut page, &layout, people);
            page.marks.len()
        };
        assert_eq!(count(0), 0);
        assert!(count(1) < count(3));
    }
}
