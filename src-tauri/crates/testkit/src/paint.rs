//! Painting by formula: a layer of premultiplied colour, and shapes given by the distance to their edge.

use crate::sprite::Sprite;

/// A colour, 0..1 per channel.
pub type Colour = [f32; 3];

/// Where a drawing in its own units lies in the picture: turned about a pivot, enlarged, moved.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct View {
    /// Pixels for one unit of the drawing.
    pub scale: f32,
    /// Pixel at which the drawing's origin lies before it is turned.
    pub origin: [f32; 2],
    /// Turn in degrees, clockwise in the picture.
    pub turn_deg: f32,
    /// Point of the drawing that stays in place when it is turned.
    pub pivot: [f32; 2],
}

impl View {
    /// No turn.
    pub fn upright(scale: f32, origin: [f32; 2]) -> Self {
        Self { scale, origin, turn_deg: 0.0, pivot: [0.0, 0.0] }
    }

    /// The same, turned about a point of the drawing.
    pub fn turned(self, turn_deg: f32, pivot: [f32; 2]) -> Self {
        Self { turn_deg, pivot, ..self }
    }

    /// Pixel of a point of the drawing.
    pub fn to_pixel(&self, p: [f32; 2]) -> [f32; 2] {
        let (sin, cos) = self.turn_deg.to_radians().sin_cos();
        let (dx, dy) = (p[0] - self.pivot[0], p[1] - self.pivot[1]);
        let x = self.pivot[0] + dx * cos - dy * sin;
        let y = self.pivot[1] + dx * sin + dy * cos;
        [self.origin[0] + x * self.scale, self.origin[1] + y * self.scale]
    }

    /// Size of one pixel in units of the drawing.
    pub fn unit(&self) -> f32 {
        1.0 / self.scale
    }
}

/// Distance to an edge → how much of a pixel is covered; `unit` is the size of a pixel, negative is inside.
pub fn cover(distance: f32, unit: f32) -> f32 {
    (0.5 - distance / unit).clamp(0.0, 1.0)
}

/// 0 at `a`, 1 at `b`, smooth in between; `a` may be the larger one.
pub fn ramp(a: f32, b: f32, x: f32) -> f32 {
    let t = ((x - a) / (b - a)).clamp(0.0, 1.0);
    t * t * (3.0 - 2.0 * t)
}

/// Between two colours.
pub fn mix(a: Colour, b: Colour, t: f32) -> Colour {
    std::array::from_fn(|i| a[i] + (b[i] - a[i]) * t)
}

/// A colour made lighter or darker.
pub fn lit(colour: Colour, light: f32) -> Colour {
    colour.map(|c| (c * light).clamp(0.0, 1.0))
}

/// A colour from its usual six digits.
pub fn rgb(hex: u32) -> Colour {
    [hex >> 16 & 255, hex >> 8 & 255, hex & 255].map(|c| c as f32 / 255.0)
}

/// A bell: 1 in the middle, about 0.14 at two widths.
pub fn bell(x: f32, width: f32) -> f32 {
    let t = x / width;
    (-0.5 * t * t).exp()
}

/// Distance (nearly) to the edge of an ellipse around the origin.
pub fn ellipse(p: [f32; 2], rx: f32, ry: f32) -> f32 {
    let (u, v) = (p[0] / rx, p[1] / ry);
    let k = (u * u + v * v).sqrt();
    let g = ((u / rx).powi(2) + (v / ry).powi(2)).sqrt();
    if g < 1e-6 { -rx.min(ry) } else { k * (k - 1.0) / g }
}

/// Distance to the edge of a rectangle with round corners around the origin.
pub fn round_rect(p: [f32; 2], half: [f32; 2], radius: f32) -> f32 {
    let qx = p[0].abs() - half[0] + radius;
    let qy = p[1].abs() - half[1] + radius;
    qx.max(qy).min(0.0) + qx.max(0.0).hypot(qy.max(0.0)) - radius
}

/// Distance to a straight piece between two points, and where along it (0..1) the nearest point lies.
pub fn segment(p: [f32; 2], a: [f32; 2], b: [f32; 2]) -> (f32, f32) {
    let (px, py) = (p[0] - a[0], p[1] - a[1]);
    let (bx, by) = (b[0] - a[0], b[1] - a[1]);
    let t = ((px * bx + py * by) / (bx * bx + by * by).max(1e-12)).clamp(0.0, 1.0);
    ((px - bx * t).hypot(py - by * t), t)
}

/// Distance to the edge of a polygon, negative inside.
pub fn polygon(p: [f32; 2], corners: &[[f32; 2]]) -> f32 {
    let mut inside = false;
    let mut nearest = f32::MAX;
    for (i, &a) in corners.iter().enumerate() {
        let b = corners[(i + 1) % corners.len()];
        nearest = nearest.min(segment(p, a, b).0);
        if (a[1] > p[1]) != (b[1] > p[1]) && p[0] < (b[0] - a[0]) * (p[1] - a[1]) / (b[1] - a[1]) + a[0] {
            inside = !inside;
        }
    }
    if inside { -nearest } else { nearest }
}

/// A rectangle of the drawing that a shape does not leave: x from, y from, x to, y to.
pub type Bounds = [f32; 4];

/// A layer that is painted on, from back to front.
pub struct Canvas {
    width: u32,
    height: u32,
    pixels: Vec<[f32; 4]>,
}

impl Canvas {
    /// Empty, nothing covered.
    pub fn new(width: u32, height: u32) -> Self {
        Self { width, height, pixels: vec![[0.0; 4]; (width * height) as usize] }
    }

    /// Paints whatever `shade` says for each point of the drawing inside `bounds`: colour and cover.
    pub fn paint(&mut self, view: &View, bounds: Bounds, shade: impl Fn([f32; 2]) -> (Colour, f32)) {
        self.each(view, bounds, |pixel, p| {
            let (colour, alpha) = shade(p);
            if alpha > 0.002 {
                let keep = 1.0 - alpha;
                for (c, value) in colour.iter().enumerate() {
                    pixel[c] = pixel[c] * keep + value * alpha;
                }
                pixel[3] = pixel[3] * keep + alpha;
            }
        });
    }

    /// Lightens or darkens what is there already, without covering more.
    pub fn tint(&mut self, view: &View, bounds: Bounds, light: impl Fn([f32; 2]) -> f32) {
        self.each(view, bounds, |pixel, p| {
            if pixel[3] > 0.0 {
                let light = light(p);
                for value in &mut pixel[..3] {
                    *value *= light;
                }
            }
        });
    }

    fn each(&mut self, view: &View, bounds: Bounds, mut with: impl FnMut(&mut [f32; 4], [f32; 2])) {
        let [x0, y0, x1, y1] = bounds;
        let corners = [[x0, y0], [x1, y0], [x0, y1], [x1, y1]].map(|p| view.to_pixel(p));
        let range = |axis: usize, size: u32| {
            let low = corners.iter().map(|c| c[axis]).fold(f32::MAX, f32::min) - 1.0;
            let high = corners.iter().map(|c| c[axis]).fold(f32::MIN, f32::max) + 2.0;
            (low.clamp(0.0, size as f32) as u32, high.clamp(0.0, size as f32) as u32)
        };
        let ((left, right), (top, bottom)) = (range(0, self.width), range(1, self.height));
        let (sin, cos) = view.turn_deg.to_radians().sin_cos();
        for y in top..bottom {
            for x in left..right {
                let dx = (x as f32 + 0.5 - view.origin[0]) / view.scale - view.pivot[0];
                let dy = (y as f32 + 0.5 - view.origin[1]) / view.scale - view.pivot[1];
                let p = [view.pivot[0] + dx * cos + dy * sin, view.pivot[1] - dx * sin + dy * cos];
                with(&mut self.pixels[(y * self.width + x) as usize], p);
            }
        }
    }

    /// Cut down to what is covered, ready to be laid over frames.
    pub fn into_sprite(self) -> Sprite {
        Sprite::trimmed(self.width, self.height, &self.pixels)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_turned_point_goes_clockwise() {
        let view = View::upright(10.0, [100.0, 100.0]).turned(90.0, [0.0, 0.0]);
        let p = view.to_pixel([1.0, 0.0]);
        assert!((p[0] - 100.0).abs() < 1e-3 && (p[1] - 110.0).abs() < 1e-3, "{p:?}");
    }

    #[test]
    fn paint_lands_where_the_view_says() {
        let mut canvas = Canvas::new(60, 40);
        let view = View::upright(10.0, [20.0, 20.0]).turned(30.0, [0.0, 0.0]);
        canvas.paint(&view, [0.5, -0.5, 2.5, 0.5], |p| {
            ([1.0, 0.0, 0.0], cover(ellipse([p[0] - 1.5, p[1]], 0.6, 0.3), 0.1))
        });
        let centre = view.to_pixel([1.5, 0.0]);
        let at = |x: f32, y: f32| canvas.pixels[(y as u32 * 60 + x as u32) as usize][3];
        assert!(at(centre[0], centre[1]) > 0.99);
        assert!(at(centre[0], centre[1] - 8.0) < 0.01);
    }

    #[test]
    fn distances_have_the_right_sign() {
        assert!(ellipse([0.0, 0.0], 2.0, 1.0) < 0.0 && ellipse([2.1, 0.0], 2.0, 1.0) > 0.0);
        assert!(round_rect([0.9, 0.9], [1.0, 1.0], 0.5) > 0.0, "the corner is round");
        let triangle = [[0.0, 0.0], [2.0, 0.0], [0.0, 2.0]];
        assert!(polygon([0.5, 0.5], &triangle) < 0.0 && polygon([1.5, 1.5], &triangle) > 0.0);
    }
}
