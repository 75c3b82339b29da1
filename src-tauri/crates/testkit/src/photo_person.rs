//! A cut-out on the chair: the photograph is carried on where it ends, scaled, tilted and made to blink.

use domain::Size;
use fast_image_resize::images::{TypedImage, TypedImageRef};
use fast_image_resize::pixels::U8x4;
use fast_image_resize::{FilterType, ResizeAlg, ResizeOptions, Resizer};
use image::RgbaImage;

use crate::cutout::Cutout;
use crate::paint::{bell, ramp};
use crate::person::{EYE_LINE, FACE_WIDTH};
use crate::scene::Pose;
use crate::sprite::Sprite;

/// How far the carried-on picture reaches from the middle between the eyes, in widths of the face.
const SIDE: f32 = 1.9;
const BELOW: f32 = 4.0;
/// The point of the neck about which the head tilts, and where the tilt begins and ends.
const NECK: f32 = 0.92;
const STIFF: [f32; 2] = [1.45, 0.75];

/// Premultiplied pixels.
#[derive(Debug, Clone)]
struct Picture {
    width: u32,
    height: u32,
    pixels: Vec<U8x4>,
}

/// One person out of a photograph.
#[derive(Debug, Clone)]
pub(crate) struct PhotoPerson {
    picture: Picture,
    /// Middle between the eyes in the picture.
    middle: [f32; 2],
    /// The eyes, from the middle, in widths of the face.
    eyes: [[f32; 2]; 2],
    /// Width of the face in the picture.
    unit: f32,
    /// Tilt of the head in the photograph, which the booth takes out: whoever sits well sits upright.
    own_roll_deg: f32,
}

impl PhotoPerson {
    pub(crate) fn new(cutout: &Cutout) -> Self {
        let unit = cutout.face_width;
        let [a, b] = cutout.eyes;
        let middle = [(a[0] + b[0]) / 2.0, (a[1] + b[1]) / 2.0];
        let eyes = [a, b].map(|e| [(e[0] - middle[0]) / unit, (e[1] - middle[1]) / unit]);
        let (left, picture) = carried_on(&cutout.image, middle, unit);
        let own = (b[1] - a[1]).atan2(b[0] - a[0]).to_degrees();
        // Bending costs a little sharpness, so a tilt that nobody sees stays.
        let own_roll_deg = if own.abs() < 0.7 { 0.0 } else { own };
        let middle = [middle[0] + left as f32, middle[1]];
        Self { picture, middle, eyes, unit, own_roll_deg }
    }

    pub(crate) fn sprite(&self, pose: &Pose, frame: Size) -> Sprite {
        let k = frame.height as f32 / 720.0;
        let scale = FACE_WIDTH * k * pose.scale.min(2.5) / self.unit;
        let scaled = self.picture.scaled(scale);
        let at = self.middle.map(|v| v * scale);
        let roll_deg = pose.roll_deg - self.own_roll_deg;
        let pixels = if pose.eyes_closed || roll_deg != 0.0 {
            self.bent(&scaled, at, self.unit * scale, &Pose { roll_deg, ..*pose })
        } else {
            scaled.pixels.iter().map(|p| p.0).collect()
        };
        let left = (frame.width as f32 / 2.0 - at[0]).round() as i32;
        let top = (EYE_LINE * k - at[1]).round() as i32;
        Sprite::from_premultiplied(scaled.width, scaled.height, left, top, pixels)
    }

    /// Tilts the head about the neck, leaves the shoulders where they are, and draws the lids down.
    fn bent(&self, from: &Picture, middle: [f32; 2], unit: f32, pose: &Pose) -> Vec<[u8; 4]> {
        let mut out = Vec::with_capacity(from.pixels.len());
        for y in 0..from.height {
            let v = (y as f32 - middle[1]) / unit;
            let (sin, cos) = (pose.roll_deg * ramp(STIFF[0], STIFF[1], v)).to_radians().sin_cos();
            for x in 0..from.width {
                let u = (x as f32 - middle[0]) / unit;
                let p = [u * cos + (v - NECK) * sin, NECK - u * sin + (v - NECK) * cos];
                let (p, dark) = if pose.eyes_closed { self.lid(p) } else { (p, 0.0) };
                let [r, g, b, a] = from.at(middle[0] + p[0] * unit, middle[1] + p[1] * unit);
                let light = |c: u8| (f32::from(c) * (1.0 - dark)) as u8;
                out.push([light(r), light(g), light(b), a]);
            }
        }
        out
    }

    /// Where the skin of a shut lid comes from: the lid and the skin below the brow, drawn over the eye. The second
    /// number is how dark the line of lashes is.
    fn lid(&self, p: [f32; 2]) -> ([f32; 2], f32) {
        const TOP: f32 = -0.082;
        for eye in self.eyes {
            let q = [p[0] - eye[0], p[1] - eye[1]];
            let arc = 1.0 - (q[0] / 0.130).powi(2);
            if arc <= 0.0 || q[1] < TOP || q[1] > 0.08 {
                continue;
            }
            let (shut, open) = (0.040 * arc, -0.052 * arc.powf(0.75));
            let lashes = 0.72 * bell(q[1] - shut, 0.009) * ramp(0.0, 0.35, arc);
            if q[1] > shut {
                return (p, lashes);
            }
            let along = (q[1] - TOP) / (shut - TOP);
            return ([p[0], eye[1] + TOP + along * (open - TOP)], lashes);
        }
        (p, 0.0)
    }
}

/// The cut-out with room at the sides and below, filled by what the photograph ends with: the booth's frame may
/// show more of a person than the photographer did. Returns the pixels added at the left.
fn carried_on(image: &RgbaImage, middle: [f32; 2], unit: f32) -> (u32, Picture) {
    let (w, h) = (image.width() as i32, image.height() as i32);
    let left = (SIDE * unit - middle[0]).max(2.0) as i32;
    let right = (SIDE * unit - (w as f32 - middle[0])).max(2.0) as i32;
    let below = (BELOW * unit - (h as f32 - middle[1])).max(2.0) as i32;
    let (width, height) = (w + left + right, h + below);
    // Mirrored strips show cloth instead of streaks.
    let strip_y = (h / 5).max(1);
    let strip_x = ((unit * 0.2) as i32).clamp(1, w.max(1));
    let mut pixels = Vec::with_capacity((width * height) as usize);
    for row in 0..height {
        for column in 0..width {
            let x = column - left;
            let out = (-x).max(x - w + 1).max(0);
            // Beyond the side of the photograph the shoulder goes on, and falls.
            let d = out as f32 / unit;
            let y = row - ((0.45 * d + 1.3 * d * d) * unit) as i32;
            let y = if y >= h { h - 1 - mirrored(y - h + 1, strip_y) } else { y };
            let x = if x < 0 {
                mirrored(out, strip_x)
            } else if x >= w {
                w - 1 - mirrored(out, strip_x)
            } else {
                x
            };
            let inside = y >= 0 && x >= 0 && x < w;
            pixels.push(if inside {
                premultiplied(image.get_pixel(x as u32, y as u32).0)
            } else {
                U8x4::new([0; 4])
            });
        }
    }
    (left as u32, Picture { width: width as u32, height: height as u32, pixels })
}

/// 0, 1, … n, n-1, … 0, 1, …
fn mirrored(i: i32, n: i32) -> i32 {
    let m = i.rem_euclid(2 * n);
    if m <= n { m } else { 2 * n - m }.min(n - 1).max(0)
}

fn premultiplied([r, g, b, a]: [u8; 4]) -> U8x4 {
    let times = |c: u8| ((u32::from(c) * u32::from(a) + 127) / 255) as u8;
    U8x4::new([times(r), times(g), times(b), a])
}

impl Picture {
    fn scaled(&self, scale: f32) -> Self {
        let size = |v: u32| ((v as f32 * scale).round() as u32).max(1);
        let (width, height) = (size(self.width), size(self.height));
        let filter = if scale > 1.0 { FilterType::CatmullRom } else { FilterType::Bilinear };
        let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(filter)).use_alpha(false);
        let mut target = TypedImage::new(width, height);
        let source = TypedImageRef::new(self.width, self.height, &self.pixels)
            .expect("the buffer is as large as width and height say");
        Resizer::new()
            .resize_typed(&source, &mut target, &options)
            .expect("any size of at least one pixel can be resized");
        Self { width, height, pixels: target.pixels().to_vec() }
    }

    /// Between four pixels; nothing outside.
    fn at(&self, x: f32, y: f32) -> [u8; 4] {
        let (x0, y0) = (x.floor(), y.floor());
        let (fx, fy) = (x - x0, y - y0);
        let get = |x: i32, y: i32| {
            let inside = x >= 0 && y >= 0 && x < self.width as i32 && y < self.height as i32;
            if inside { self.pixels[(y as u32 * self.width + x as u32) as usize].0 } else { [0; 4] }
        };
        let (x0, y0) = (x0 as i32, y0 as i32);
        let (p, q, r, s) = (get(x0, y0), get(x0 + 1, y0), get(x0, y0 + 1), get(x0 + 1, y0 + 1));
        std::array::from_fn(|c| {
            let upper = f32::from(p[c]) * (1.0 - fx) + f32::from(q[c]) * fx;
            let lower = f32::from(r[c]) * (1.0 - fx) + f32::from(s[c]) * fx;
            (upper * (1.0 - fy) + lower * fy + 0.5) as u8
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{GrayImage, Rgba};

    const HD: Size = Size { width: 1280, height: 720 };

    /// A photograph that ends at the chest: a head of 50 pixels, with the eyes as single marks.
    fn person() -> PhotoPerson {
        let mut image = RgbaImage::from_fn(160, 110, |x, y| {
            let head = (x as f32 - 80.0).hypot(y as f32 - 50.0) < 30.0;
            let body = y > 80 && (x as f32 - 80.0).abs() < 70.0;
            if head || body { Rgba([180, 140, 120, 255]) } else { Rgba([0; 4]) }
        });
        for x in [69, 91] {
            for (i, j) in [(0, 0), (1, 0), (0, 1), (1, 1)] {
                image.put_pixel(x + i, 50 + j, Rgba([0, 0, 0, 255]));
            }
        }
        PhotoPerson::new(&Cutout { image, eyes: [[70.0, 51.0], [92.0, 51.0]], face_width: 50.0 })
    }

    fn matte(pose: &Pose) -> GrayImage {
        let mut matte = GrayImage::new(1280, 720);
        person().sprite(pose, HD).draw_alpha(&mut matte, [0.0, 0.0]);
        matte
    }

    #[test]
    fn the_body_reaches_the_lower_edge() {
        for scale in [0.7, 1.0, 1.5] {
            let matte = matte(&Pose { scale, ..Pose::default() });
            assert_eq!(matte.get_pixel(640, 719)[0], 255, "scale {scale}");
            assert_eq!(matte.get_pixel(640, 5)[0], 0);
        }
    }

    #[test]
    fn a_tilt_moves_the_head_and_not_the_body() {
        let (straight, tilted) = (matte(&Pose::default()), matte(&Pose { roll_deg: 8.0, ..Pose::default() }));
        let left = |m: &GrayImage, y: u32| (0..1280).position(|x| m.get_pixel(x, y)[0] > 128).unwrap() as i32;
        assert!(left(&tilted, 300) - left(&straight, 300) > 15, "clockwise: the head goes to the right");
        assert_eq!(left(&tilted, 715), left(&straight, 715));
    }

    #[test]
    fn shut_lids_hide_the_eyes() {
        let darkest = |pose: &Pose| {
            let mut frame = image::RgbImage::from_pixel(1280, 720, image::Rgb([200; 3]));
            person().sprite(pose, HD).draw(&mut frame, [0.0, 0.0]);
            // The middle of the eye itself, above the line of lashes.
            (586..600).map(|x| frame.get_pixel(x, 356)[0]).min().unwrap()
        };
        assert!(darkest(&Pose::default()) < 60);
        assert!(darkest(&Pose::blinking()) > 90);
    }
}
