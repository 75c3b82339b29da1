//! Which part of each pixel is the person: MODNet on a piece of the frame.
//!
//! The model sees the delivered piece, with some room around it, at 256×352 and, coarsely, the head with its
//! surroundings, which is needed anyway to find the top of the hair. At full resolution it would see no better: it was
//! taught on smaller heads, now and then loses a sleeve of a large one, and the fine edge is told from the picture's
//! colours afterwards ([`refine`]). Mean error in the soft band against the model at full resolution, on 32 runs over booth
//! frames and 168 over the same people before other backdrops: 0.50 and 0.63; at 288×384, earlier, 0.51 and 0.62. Before `refine`
//! was taught a coarse look at 192×256 lost one head of wispy hair before a room, with more than three times the model's
//! error; one at 256×320 was no better than at 224×288 (`examples/booth_report.rs` prints today's).

mod colours;
mod fuse;
mod person;
mod refine;
mod seat;

use domain::{Crop, Size};
use image::RgbImage;

use crate::error::ImagingError;
use crate::face::{Face, Head};
use crate::models::Models;
use crate::parallel;
use crate::resample::{self, Kernel, Plane};

pub use fuse::{Disputed, Trust, View, fuse};
pub use refine::{doubt, refine};
pub use seat::consult;

/// The model's sides must be multiples of this.
const STEP: u32 = 32;
/// Sides of the coarse matte.
const COARSE: Size = Size { width: 224, height: 288 };
/// Sides of the still coarser one for live guidance.
const LIVE: Size = Size { width: 192, height: 256 };

/// Part of a planned crop's sides by which more is looked at before the top of the hair is known, and the most that may
/// be looked at for what then becomes the crop.
const MARGIN: f64 = 0.075;
const FAREST: f64 = 1.15;
/// Shared part of the union of two pieces that show the same surroundings.
const ALIKE: f64 = 0.7;

/// A piece of the frame and its matte, pixel for pixel.
#[derive(Debug, Clone)]
pub struct Matte {
    /// Where the piece lies in the frame.
    pub crop: Crop,
    /// The piece, scaled.
    pub picture: RgbImage,
    /// 1 is the person, 0 is not.
    pub alpha: Plane,
}

/// What the model says of a piece of the frame, at the model's resolution.
#[derive(Debug, Clone)]
pub struct Look {
    crop: Crop,
    alpha: Plane,
}

impl Look {
    /// Looks at `crop`, of which `size` would be delivered.
    ///
    /// # Errors
    /// [`ImagingError::Inference`] if the model fails.
    pub fn at(models: &Models, frame: &RgbImage, crop: &Crop, size: Size) -> Result<Self, ImagingError> {
        let seen = seen(size);
        let input = tensor(&person::lifted(resample::cut_rgb(frame, crop, seen, Kernel::Sharp)));
        let outputs = models.matting.run(&shape(seen), &input)?;
        Ok(Self { crop: *crop, alpha: plane(outputs, seen)? })
    }

    /// Looks at what `crop` is likely to become once the top of the hair is known: at a little more on every side.
    ///
    /// # Errors
    /// [`ImagingError::Inference`] if the model fails.
    pub fn around(models: &Models, frame: &RgbImage, crop: &Crop, size: Size) -> Result<Self, ImagingError> {
        Self::at(models, frame, &grown(crop, frame), size)
    }

    /// Looks at a head with its shoulders and what is around them, coarsely: two thirds of the fine look's time.
    ///
    /// # Errors
    /// [`ImagingError::Inference`] if the model fails.
    pub fn surroundings(models: &Models, frame: &RgbImage, head: &Head) -> Result<Self, ImagingError> {
        let crop = surroundings(head, frame, COARSE);
        let outputs = models.matting.run_beside(&shape(COARSE), &coarse_tensor(frame, &crop, COARSE))?;
        Ok(Self { crop, alpha: plane(outputs, COARSE)? })
    }

    /// Whether the surroundings of `head` are what was looked at, nearly.
    pub fn surrounds(&self, frame: &RgbImage, head: &Head) -> bool {
        let (seen, wanted) = (&self.crop, surroundings(head, frame, COARSE));
        let shared =
            |a: f64, side_a: f64, b: f64, side_b: f64| ((a + side_a).min(b + side_b) - a.max(b)).max(0.0);
        let both = shared(seen.x, seen.w, wanted.x, wanted.w) * shared(seen.y, seen.h, wanted.y, wanted.h);
        both >= ALIKE * (seen.w * seen.h + wanted.w * wanted.h - both)
    }

    /// Its matte of `face` alone, and where it was looked for.
    pub fn tidied(mut self, face: &Face) -> Self {
        person::tidy(&mut self.alpha, &self.crop, face);
        self
    }

    /// Top of the hair, y of the frame; see [`head_top`].
    pub fn head_top(&self, face: &Face) -> Option<f64> {
        head_top(&self.alpha, &self.crop, face)
    }

    /// Whether `crop` was seen whole and near enough.
    pub fn serves(&self, crop: &Crop) -> bool {
        let all = &self.crop;
        let inside = |start: f64, side: f64, from: f64, room: f64| {
            // Rounding apart.
            start >= from - 1e-6 && start + side <= from + room + 1e-6
        };
        inside(crop.x, crop.w, all.x, all.w)
            && inside(crop.y, crop.h, all.y, all.h)
            && all.h <= crop.h * FAREST
    }

    /// The matte of `picture`, which shows `crop`.
    pub fn matte(&self, picture: RgbImage, crop: &Crop, face: &Face) -> Matte {
        let view = seen_in(&self.alpha, &self.crop, crop);
        let size = Size { width: picture.width(), height: picture.height() };
        let mut alpha = resample::cut_plane(&self.alpha, &view, size, Kernel::Smooth);
        person::tidy(&mut alpha, crop, face);
        Matte { crop: *crop, picture, alpha }
    }
}

/// Where `crop` of the frame lies in `alpha`, which shows `shown` of it, in its pixels.
fn seen_in(alpha: &Plane, shown: &Crop, crop: &Crop) -> Crop {
    let (across, down) = (alpha.width as f64 / shown.w, alpha.height as f64 / shown.h);
    Crop {
        x: (crop.x - shown.x) * across,
        y: (crop.y - shown.y) * down,
        w: crop.w * across,
        h: crop.h * down,
    }
}

/// A little more than `crop` on every side, inside the frame where it can be.
fn grown(crop: &Crop, frame: &RgbImage) -> Crop {
    let (w, h) = (crop.w * (1.0 + MARGIN), crop.h * (1.0 + MARGIN));
    Crop {
        x: inside(crop.x - (w - crop.w) / 2.0, w, frame.width()),
        y: inside(crop.y - (h - crop.h) / 2.0, h, frame.height()),
        w,
        h,
    }
}

/// Cuts `crop` out of the frame at `size` and finds the person in it.
///
/// # Errors
/// [`ImagingError::Inference`] if the model fails.
pub fn cut(
    models: &Models,
    frame: &RgbImage,
    face: &Face,
    crop: &Crop,
    size: Size,
) -> Result<Matte, ImagingError> {
    let (look, picture) =
        parallel::both(|| Look::at(models, frame, crop, size), || picture(frame, crop, size));
    Ok(look?.matte(picture, crop, face))
}

/// `crop` of the frame as it is delivered.
pub fn picture(frame: &RgbImage, crop: &Crop, size: Size) -> RgbImage {
    resample::cut_rgb(frame, crop, size, Kernel::Sharp)
}

/// Top of the hair (y of the frame) for live guidance, in some 20 ms; `None` if it cannot be told or if a portrait is
/// being made, which must not wait.
///
/// # Errors
/// [`ImagingError::Inference`] if the model fails.
pub fn rough_head_top(models: &Models, frame: &RgbImage, face: &Face) -> Result<Option<f64>, ImagingError> {
    let crop = surroundings(&face.head(), frame, LIVE);
    let Some(outputs) = models.matting.try_run(&shape(LIVE), &coarse_tensor(frame, &crop, LIVE))? else {
        return Ok(None);
    };
    Ok(Look { crop, alpha: plane(outputs, LIVE)? }.tidied(face).head_top(face))
}

/// What a coarse look shows the model.
fn coarse_tensor(frame: &RgbImage, crop: &Crop, size: Size) -> Vec<f32> {
    tensor(&person::lifted(resample::cut_rgb(frame, crop, size, Kernel::Smooth)))
}

/// Head, tall hair and shoulders in the shape of `size`, moved into the frame where it can be.
fn surroundings(head: &Head, frame: &RgbImage, size: Size) -> Crop {
    let height = head.chin - head.top;
    let h = height * 2.15;
    let w = h * f64::from(size.width) / f64::from(size.height);
    let (x, y) = (head.centre - w / 2.0, head.top - height * 0.42);
    Crop { x: inside(x, w, frame.width()), y: inside(y, h, frame.height()), w, h }
}

/// Where a piece `side` long that would begin at `at` begins so that it lies inside `room`, or around its middle.
fn inside(at: f64, side: f64, room: u32) -> f64 {
    let room = f64::from(room);
    if side < room { at.clamp(0.0, room - side) } else { (room - side) / 2.0 }
}

/// Top of the hair in pixels of the frame: the first row in which the person is as wide as a lock of hair.
///
/// Single strands that stand out do not count, as they do not count for the standard's 头顶.
pub fn head_top(alpha: &Plane, crop: &Crop, face: &Face) -> Option<f64> {
    /// Part of the face's width that makes a row belong to the head.
    const LOCK: f64 = 0.12;
    let scale = alpha.width as f64 / crop.w;
    let to_x = |x: f64| (((x - crop.x) * scale).max(0.0) as usize).min(alpha.width);
    let width = face.cheek_right - face.cheek_left;
    let (from, to) = (to_x(face.cheek_left - width * 0.3), to_x(face.cheek_right + width * 0.3));
    let wanted = width * scale * LOCK;
    let covered = |y: usize| alpha.row(y)[from..to].iter().filter(|&&a| a > 0.5).count() as f64;
    let mut before = 0.0;
    for y in 0..alpha.height {
        let now = covered(y);
        if now >= wanted {
            // Where between the rows the wanted width is reached.
            let part = if now > before { (now - wanted) / (now - before) } else { 0.0 };
            let top = y as f64 + 0.5 - part.clamp(0.0, 1.0);
            let y = crop.y + top.max(0.0) / scale;
            return (y < face.eye_left[1].min(face.eye_right[1])).then_some(y);
        }
        before = now;
    }
    None
}

/// Eleven twentieths of a piece's sides, rounded to what suits the model: 256×352 of 480×640.
fn seen(size: Size) -> Size {
    let side = |side: u32| ((side * 11 + 10 * STEP) / (20 * STEP) * STEP).max(STEP);
    Size { width: side(size.width), height: side(size.height) }
}

/// The shapes of the model's input while a portrait of `size` is made.
pub fn inputs(size: Size) -> [[usize; 4]; 2] {
    [shape(COARSE), shape(seen(size))]
}

fn shape(size: Size) -> [usize; 4] {
    [1, 3, size.height as usize, size.width as usize]
}

/// Planes of red, green and blue in −1..1.
fn tensor(picture: &RgbImage) -> Vec<f32> {
    let pixels = picture.as_raw().as_chunks::<3>().0;
    let channel = |c: usize| pixels.iter().map(move |p| f32::from(p[c]) / 127.5 - 1.0);
    channel(0).chain(channel(1)).chain(channel(2)).collect()
}

fn plane(outputs: Vec<Vec<f32>>, size: Size) -> Result<Plane, ImagingError> {
    let (width, height) = (size.width as usize, size.height as usize);
    match outputs.into_iter().next() {
        Some(values) if values.len() == width * height => Ok(Plane { width, height, values }),
        _ => Err(ImagingError::Inference("the matting model gave a matte of another size".into())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_model_sees_about_half() {
        let of = |width, height| seen(Size { width, height });
        assert_eq!(of(480, 640), Size { width: 256, height: 352 });
        assert_eq!(of(295, 413), Size { width: 160, height: 224 });
        assert_eq!(of(1, 1), Size { width: STEP, height: STEP });
    }

    #[test]
    fn a_look_serves_what_it_saw_whole_and_near_enough() {
        let crop = Crop { x: 400.0, y: 90.0, w: 480.0, h: 640.0 };
        let look = Look { crop: grown(&crop, &RgbImage::new(1280, 800)), alpha: Plane::filled(4, 4, 0.0) };
        assert!(look.serves(&crop));
        let moved = |dx: f64, dy: f64, by: f64| Crop {
            x: crop.x + dx,
            y: crop.y + dy,
            w: crop.w * by,
            h: crop.h * by,
        };
        assert!(look.serves(&moved(0.0, 20.0, 1.0)) && look.serves(&moved(-16.0, 0.0, 1.03)));
        for (dx, dy, by) in [(0.0, 30.0, 1.0), (-20.0, 0.0, 1.0), (-24.0, -32.0, 1.1), (40.0, 60.0, 0.9)] {
            assert!(!look.serves(&moved(dx, dy, by)), "{dx} {dy} {by}");
        }
        // At the frame's edge the room lies on the other side.
        let low = Crop { x: 0.0, y: 160.0, ..crop };
        let look = grown(&low, &RgbImage::new(1280, 800));
        assert!(look.x >= 0.0 && look.y + look.h <= 800.0 + 1e-9 && look.y < low.y);
    }

    #[test]
    fn surroundings_are_those_of_a_head_that_has_hardly_moved() {
        let frame = RgbImage::new(1280, 720);
        let head = Head { centre: 640.0, top: 180.0, chin: 480.0 };
        let crop = surroundings(&head, &frame, COARSE);
        let look = Look { crop, alpha: Plane::filled(4, 4, 0.0) };
        assert!(look.surrounds(&frame, &head));
        assert!(look.surrounds(&frame, &Head { centre: 655.0, top: 170.0, chin: 485.0 }));
        for (centre, top, chin) in [(840.0, 180.0, 480.0), (640.0, 330.0, 480.0), (640.0, 60.0, 480.0)] {
            assert!(!look.surrounds(&frame, &Head { centre, top, chin }), "{centre} {top} {chin}");
        }
    }

    #[test]
    fn the_tensor_holds_planes_from_minus_one_to_one() {
        let picture = RgbImage::from_fn(2, 1, |x, _| image::Rgb([if x == 0 { 0 } else { 255 }, 255, 0]));
        assert_eq!(tensor(&picture), [-1.0, 1.0, 1.0, 1.0, -1.0, -1.0]);
    }
}
