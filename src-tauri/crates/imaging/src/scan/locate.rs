//! Where in a frame a code may be.

use image::GrayImage;

/// A box in pixels of the frame: left, top, right, bottom.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Place(pub(super) [f32; 4]);

impl Place {
    /// The upright box around four corners.
    pub(super) fn around(corners: &[[f32; 2]; 4]) -> Self {
        let along = |axis: usize| corners.map(|corner| corner[axis]);
        let least = |values: [f32; 4]| values.into_iter().fold(f32::INFINITY, f32::min);
        let most = |values: [f32; 4]| values.into_iter().fold(f32::NEG_INFINITY, f32::max);
        Self([least(along(0)), least(along(1)), most(along(0)), most(along(1))])
    }

    /// The box of corners that a square seen at a slant could have: sides within a factor of 2.5 of each other and
    /// at least 21 modules of two pixels long. Chance arrangements of three dots mostly fail this.
    pub(super) fn plausible(corners: &[[f32; 2]; 4]) -> Option<Self> {
        let sides: [f32; 4] = std::array::from_fn(|i| {
            let (a, b) = (corners[i], corners[(i + 1) % 4]);
            (a[0] - b[0]).hypot(a[1] - b[1])
        });
        let shortest = sides.into_iter().fold(f32::INFINITY, f32::min);
        let longest = sides.into_iter().fold(0.0, f32::max);
        (shortest >= 42.0 && longest <= 2.5 * shortest).then(|| Self::around(corners))
    }

    /// Square pixels.
    pub(super) fn area(&self) -> f32 {
        let [x0, y0, x1, y1] = self.0;
        (x1 - x0).max(0.0) * (y1 - y0).max(0.0)
    }

    /// Whether most of another box lies inside this one.
    pub(super) fn holds_most_of(&self, other: &Self) -> bool {
        let [x0, y0, x1, y1] = self.0;
        let [u0, v0, u1, v1] = other.0;
        let shared = Self([x0.max(u0), y0.max(v0), x1.min(u1), y1.min(v1)]);
        shared.area() > 0.7 * other.area()
    }

    pub(super) fn origin(&self) -> [f32; 2] {
        [self.0[0], self.0[1]]
    }

    /// With room for a quiet zone and for what a hand moves between frames, in whole pixels inside the frame, and
    /// at most [`LARGEST`] pixels a side around the middle.
    pub(super) fn with_margin_in(self, luma: &GrayImage) -> Self {
        let [x0, y0, x1, y1] = self.0;
        let span = |low: f32, high: f32, most: u32| {
            let margin = (high - low) * 0.2 + 16.0;
            let (middle, half) = ((low + high) / 2.0, ((high - low) / 2.0 + margin).min(LARGEST / 2.0));
            let most = most as f32;
            ((middle - half).floor().clamp(0.0, most), (middle + half).ceil().clamp(0.0, most))
        };
        let (x0, x1) = span(x0, x1, luma.width());
        let (y0, y1) = span(y0, y1, luma.height());
        Self([x0, y0, x1, y1])
    }
}

/// A larger part of the frame than this needs no doubling: a code that fills it has modules enough.
const LARGEST: f32 = 560.0;

/// Side of a cell in pixels.
const CELL: usize = 8;

/// The part of a frame that changes most between neighbouring pixels: a code has more edges than faces, cloth and
/// walls have. `None` in a frame without texture.
pub(super) fn densest(luma: &GrayImage) -> Option<Place> {
    let columns = luma.width() as usize / CELL;
    let rows = luma.height() as usize / CELL;
    if columns < 8 || rows < 8 {
        return None;
    }
    let energy = smooth(&edge_energy(luma, columns, rows), columns, rows);
    let (peak, &most) = energy.iter().enumerate().max_by_key(|(_, energy)| **energy)?;
    if most == 0 {
        return None;
    }
    let mut reached = vec![false; energy.len()];
    let mut open = vec![peak];
    let mut found = [usize::MAX, usize::MAX, 0, 0];
    while let Some(cell) = open.pop() {
        if reached[cell] || energy[cell] * 2 < most {
            continue;
        }
        reached[cell] = true;
        let (x, y) = (cell % columns, cell / columns);
        found = [found[0].min(x), found[1].min(y), found[2].max(x), found[3].max(y)];
        let neighbours = [
            (x > 0, -1),
            (x + 1 < columns, 1),
            (y > 0, -(columns as isize)),
            (y + 1 < rows, columns as isize),
        ];
        open.extend(neighbours.iter().filter(|n| n.0).filter_map(|n| cell.checked_add_signed(n.1)));
    }
    let [x0, y0, x1, y1] = found;
    Some(Place([x0 * CELL, y0 * CELL, (x1 + 1) * CELL, (y1 + 1) * CELL].map(|v| v as f32)))
}

/// Sum of the steps along and across in each cell, on every second row; a step counts up to 40, so that one strong
/// outline does not outweigh many fine edges.
fn edge_energy(luma: &GrayImage, columns: usize, rows: usize) -> Vec<u32> {
    let width = luma.width() as usize;
    let pixels = luma.as_raw();
    let mut energy = vec![0u32; columns * rows];
    for y in (0..rows * CELL - 2).step_by(2) {
        let line = &pixels[y * width..][..width];
        let below = &pixels[(y + 2) * width..][..width];
        for (cell, (part, under)) in line.chunks_exact(CELL).zip(below.chunks_exact(CELL)).enumerate() {
            let along: u32 = part.windows(3).map(|w| u32::from(w[0].abs_diff(w[2]).min(40))).sum();
            let across: u32 = part.iter().zip(under).map(|(a, b)| u32::from(a.abs_diff(*b).min(40))).sum();
            if let Some(sum) = energy.get_mut(y / CELL * columns + cell) {
                *sum += along + across;
            }
        }
    }
    energy
}

/// Sum over 5×5 cells.
fn smooth(energy: &[u32], columns: usize, rows: usize) -> Vec<u32> {
    let sum = |x: usize, y: usize| -> u32 {
        let across = x.saturating_sub(2)..(x + 3).min(columns);
        (y.saturating_sub(2)..(y + 3).min(rows))
            .map(|v| energy[v * columns..][across.clone()].iter().sum::<u32>())
            .sum()
    };
    (0..columns * rows).map(|cell| sum(cell % columns, cell / columns)).collect()
}
