//! Cut-out pictures that are laid over frames, moved by parts of a pixel.

use image::{GrayImage, Luma, RgbImage, RgbaImage};

/// A picture with cover (colour already multiplied by it) and the place of its upper left corner.
#[derive(Debug, Clone)]
pub struct Sprite {
    width: u32,
    height: u32,
    left: i32,
    top: i32,
    pixels: Vec<[u8; 4]>,
}

impl Sprite {
    /// From premultiplied colour 0..1 of a whole layer, cut down to what is covered plus an empty rim of one pixel,
    /// which the shift by part of a pixel needs.
    pub(crate) fn trimmed(width: u32, height: u32, layer: &[[f32; 4]]) -> Self {
        let (mut x0, mut y0, mut x1, mut y1) = (width, height, 0, 0);
        for y in 0..height {
            for x in 0..width {
                if layer[(y * width + x) as usize][3] > 0.002 {
                    (x0, x1) = (x0.min(x), x1.max(x + 1));
                    (y0, y1) = (y0.min(y), y1.max(y + 1));
                }
            }
        }
        if x1 <= x0 {
            return Self { width: 0, height: 0, left: 0, top: 0, pixels: Vec::new() };
        }
        let (w, h) = (x1 - x0 + 2, y1 - y0 + 2);
        let mut pixels = vec![[0; 4]; (w * h) as usize];
        for y in y0..y1 {
            for x in x0..x1 {
                let p = layer[(y * width + x) as usize];
                pixels[((y - y0 + 1) * w + x - x0 + 1) as usize] =
                    p.map(|v| (v * 255.0 + 0.5).clamp(0.0, 255.0) as u8);
            }
        }
        Self { width: w, height: h, left: x0 as i32 - 1, top: y0 as i32 - 1, pixels }
    }

    /// From premultiplied pixels; the outermost ones are emptied, for the same reason.
    pub(crate) fn from_premultiplied(
        width: u32,
        height: u32,
        left: i32,
        top: i32,
        mut pixels: Vec<[u8; 4]>,
    ) -> Self {
        let (w, h) = (width as usize, height as usize);
        for (i, pixel) in pixels.iter_mut().enumerate() {
            if i < w || i >= w * (h - 1) || i % w == 0 || i % w == w - 1 {
                *pixel = [0; 4];
            }
        }
        Self { width, height, left, top, pixels }
    }

    /// Moves the sprite for good.
    pub(crate) fn moved(mut self, dx: i32, dy: i32) -> Self {
        self.left += dx;
        self.top += dy;
        self
    }

    /// Lays the sprite over a frame, moved by `shift` pixels (parts of a pixel blend neighbours).
    pub fn draw(&self, frame: &mut RgbImage, shift: [f32; 2]) {
        let width = frame.width() as usize;
        self.rows(frame.width(), frame.height(), shift, |y, x0, row| {
            let start = (y * width + x0) * 3;
            let target = &mut frame.as_flat_samples_mut().samples[start..start + row.len() * 3];
            for (under, over) in target.chunks_exact_mut(3).zip(row) {
                // Most pixels are the inside of the person or nothing at all.
                if over[3] == 255 {
                    under.copy_from_slice(&over[..3]);
                    continue;
                }
                if over[3] == 0 {
                    continue;
                }
                let keep = u32::from(255 - over[3]);
                for c in 0..3 {
                    let rest = u32::from(under[c]).wrapping_mul(keep).wrapping_add(127) / 255;
                    under[c] = over[c].saturating_add(rest as u8);
                }
            }
        });
    }

    /// The exact cover that [`Sprite::draw`] used, added to a matte.
    pub fn draw_alpha(&self, matte: &mut GrayImage, shift: [f32; 2]) {
        self.rows(matte.width(), matte.height(), shift, |y, x0, row| {
            for (i, over) in row.iter().enumerate() {
                let Luma([under]) = *matte.get_pixel((x0 + i) as u32, y as u32);
                let keep = 255 - u32::from(over[3]);
                let sum = over[3].saturating_add((u32::from(under) * keep / 255) as u8);
                matte.put_pixel((x0 + i) as u32, y as u32, Luma([sum]));
            }
        });
    }

    /// Calls `with` for each row that falls into a frame of this size: y, first x, and the shifted pixels.
    fn rows(&self, width: u32, height: u32, shift: [f32; 2], mut with: impl FnMut(usize, usize, &[[u8; 4]])) {
        let whole = shift.map(f32::floor);
        let fx = ((shift[0] - whole[0]) * 16.0) as u16;
        let fy = ((shift[1] - whole[1]) * 16.0) as u16;
        let (left, top) = (self.left + whole[0] as i32, self.top + whole[1] as i32);
        let x0 = left.max(0);
        let x1 = (left + self.width as i32).min(width as i32);
        if x1 <= x0 {
            return;
        }
        // Sixteenths of a pixel: the weights add up to 256, and every sum fits 16 bits.
        let weights = [(16 - fx) * (16 - fy), fx * (16 - fy), (16 - fx) * fy, fx * fy];
        let skip = (x0 - left) as usize;
        let mut row = vec![[0u8; 4]; (x1 - x0) as usize];
        for y in top.max(0)..(top + self.height as i32).min(height as i32) {
            let this = self.line((y - top) as usize);
            // The row above the first one is the empty rim itself, and so is the pixel left of the first.
            let above = self.line(((y - top) as usize).saturating_sub(1));
            let first = usize::from(skip == 0);
            let at = skip + first;
            blend(
                row[first..].as_flattened_mut(),
                [&this[at..], &this[at - 1..], &above[at..], &above[at - 1..]].map(<[[u8; 4]]>::as_flattened),
                weights,
            );
            with(y as usize, x0 as usize, &row);
        }
    }

    fn line(&self, y: usize) -> &[[u8; 4]] {
        let w = self.width as usize;
        &self.pixels[y * w..(y + 1) * w]
    }

    /// As an ordinary picture (colour no longer multiplied), for looking at and for writing.
    pub fn to_rgba(&self) -> RgbaImage {
        RgbaImage::from_fn(self.width, self.height, |x, y| {
            let [r, g, b, a] = self.pixels[(y * self.width + x) as usize];
            let back = |v: u8| (u32::from(v) * 255).checked_div(u32::from(a)).unwrap_or(0).min(255) as u8;
            image::Rgba([back(r), back(g), back(b), a])
        })
    }
}

/// The weighted mean of four rows of bytes, in a form that compilers turn into vector instructions.
fn blend(out: &mut [u8], rows: [&[u8]; 4], weights: [u16; 4]) {
    let n = out.len();
    let [p, q, r, s] = rows.map(|row| &row[..n]);
    // Nothing can overflow (255 · 256 + 128 fits 16 bits), but the checks of a debug build would forbid vectors.
    let part = |v: u8, w: u16| u16::from(v).wrapping_mul(w);
    for i in 0..n {
        let upper = part(p[i], weights[0]).wrapping_add(part(q[i], weights[1]));
        let lower = part(r[i], weights[2]).wrapping_add(part(s[i], weights[3]));
        out[i] = (upper.wrapping_add(lower).wrapping_add(128) >> 8) as u8;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Rgb;

    fn dot() -> Sprite {
        let mut layer = vec![[0.0; 4]; 100];
        layer[55] = [1.0, 0.0, 0.0, 1.0];
        Sprite::trimmed(10, 10, &layer)
    }

    #[test]
    fn half_a_pixel_is_shared_by_two() {
        let mut frame = RgbImage::new(10, 10);
        dot().draw(&mut frame, [0.5, 0.0]);
        assert_eq!((frame.get_pixel(5, 5)[0], frame.get_pixel(6, 5)[0]), (128, 128));
        assert_eq!(frame.get_pixel(4, 5), &Rgb([0, 0, 0]));
    }

    #[test]
    fn a_sprite_partly_outside_is_cut_not_wrapped() {
        let mut frame = RgbImage::new(10, 10);
        dot().draw(&mut frame, [5.0, 0.0]);
        dot().draw(&mut frame, [-90.0, -90.0]);
        assert!(frame.pixels().all(|p| p[0] == 0), "nothing may appear on the other side");
        dot().draw(&mut frame, [4.0, 4.0]);
        assert_eq!(frame.get_pixel(9, 9)[0], 255);
    }

    #[test]
    fn alpha_is_what_was_drawn() {
        let (mut frame, mut matte) = (RgbImage::new(10, 10), GrayImage::new(10, 10));
        dot().draw(&mut frame, [0.25, 0.75]);
        dot().draw_alpha(&mut matte, [0.25, 0.75]);
        for (x, y, p) in frame.enumerate_pixels() {
            assert!(p[0].abs_diff(matte.get_pixel(x, y)[0]) <= 1);
        }
    }
}
