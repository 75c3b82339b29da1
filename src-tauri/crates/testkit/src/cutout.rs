//! People cut out of photographs: made once at set-up, kept as a PNG with alpha and a small TOML beside it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use domain::FacePoints;
use image::{GrayImage, RgbImage, Rgba, RgbaImage};
use serde::{Deserialize, Serialize};

/// A person without the background, and where the face is.
#[derive(Debug, Clone)]
pub struct Cutout {
    /// The person; colours are not multiplied by the alpha.
    pub image: RgbaImage,
    /// Middles of the eyes in pixels of the image, the one at the smaller x first.
    pub eyes: [[f32; 2]; 2],
    /// Cheek to cheek in pixels of the image.
    pub face_width: f32,
}

/// What stands in the TOML beside the PNG.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Sidecar {
    eyes: [[f32; 2]; 2],
    face_width: Option<f32>,
}

/// Distance of the eyes in widths of a usual face, for cut-outs that do not say how wide theirs is.
const EYES_APART: f32 = 0.44;

/// Cuts a person out of a photograph: everything around the head that a booth's frame can show, with the colours
/// of half-covered pixels taken from the person nearby instead of from the old background.
///
/// `matte` must have the size of the photograph; `None` if it has not, or if the face lies outside.
pub fn from_photo(photo: &RgbImage, matte: &GrayImage, face: &FacePoints) -> Option<Cutout> {
    let unit = face.face_width() as f32;
    if photo.dimensions() != matte.dimensions() || unit < 8.0 {
        return None;
    }
    let (centre, eyes) = (face.centre_x() as f32, face.eye_line() as f32);
    let clip = |from: f32, to: f32, size: u32| {
        let (from, to) =
            (from.floor().clamp(0.0, size as f32) as u32, to.ceil().clamp(0.0, size as f32) as u32);
        (to > from).then_some((from, to - from))
    };
    let (x, width) = clip(centre - 2.1 * unit, centre + 2.1 * unit, photo.width())?;
    let (y, height) = clip(face.head_top as f32 - 0.3 * unit, eyes + 2.6 * unit, photo.height())?;
    let image = RgbaImage::from_fn(width, height, |i, j| {
        let [r, g, b] = photo.get_pixel(x + i, y + j).0;
        Rgba([r, g, b, clean(matte.get_pixel(x + i, y + j)[0])])
    });
    let inside = |p: [f64; 2]| [p[0] as f32 - x as f32, p[1] as f32 - y as f32];
    let eyes = [inside(face.eye_left), inside(face.eye_right)];
    Some(Cutout { image: purified(&image, unit), eyes, face_width: unit })
}

/// A matte is never quite 0 or 255 where it should be.
fn clean(alpha: u8) -> u8 {
    let stretched = (f32::from(alpha) - 8.0) / (247.0 - 8.0);
    (stretched.clamp(0.0, 1.0) * 255.0) as u8
}

/// Replaces the colour of half-covered pixels by the mean of the fully covered ones around them.
fn purified(image: &RgbaImage, unit: f32) -> RgbaImage {
    let sums = Sums::of_opaque(image);
    let radii = [0.02, 0.05, 0.12].map(|share| (share * unit).ceil() as u32);
    RgbaImage::from_fn(image.width(), image.height(), |x, y| {
        let pixel = *image.get_pixel(x, y);
        if pixel[3] == 255 || pixel[3] == 0 {
            return pixel;
        }
        // The nearest ring that holds enough of the person wins.
        radii
            .into_iter()
            .find_map(|r| sums.mean(x, y, r))
            .map_or(pixel, |[r, g, b]| Rgba([r, g, b, pixel[3]]))
    })
}

/// Sums over the upper left of each pixel, so that the mean of any square is four look-ups.
struct Sums {
    width: u32,
    height: u32,
    table: Vec<[u64; 4]>,
}

impl Sums {
    fn of_opaque(image: &RgbaImage) -> Self {
        let (width, height) = image.dimensions();
        let stride = (width + 1) as usize;
        let mut table = vec![[0u64; 4]; stride * (height + 1) as usize];
        for (x, y, pixel) in image.enumerate_pixels() {
            let at = (y as usize + 1) * stride + x as usize + 1;
            let here =
                if pixel[3] == 255 { [pixel[0], pixel[1], pixel[2], 1].map(u64::from) } else { [0; 4] };
            table[at] = std::array::from_fn(|c| {
                here[c] + table[at - 1][c] + table[at - stride][c] - table[at - stride - 1][c]
            });
        }
        Self { width, height, table }
    }

    fn mean(&self, x: u32, y: u32, radius: u32) -> Option<[u8; 3]> {
        let stride = (self.width + 1) as usize;
        let (x0, y0) = (x.saturating_sub(radius) as usize, y.saturating_sub(radius) as usize);
        let (x1, y1) =
            ((x + radius + 1).min(self.width) as usize, (y + radius + 1).min(self.height) as usize);
        let sum = |c: usize| {
            let at = |y: usize, x: usize| self.table[y * stride + x][c];
            at(y1, x1) + at(y0, x0) - at(y0, x1) - at(y1, x0)
        };
        let count = sum(3);
        let enough = u64::from(radius) * u64::from(radius) / 3 + 1;
        (count >= enough).then(|| std::array::from_fn(|c| (sum(c) / count) as u8))
    }
}

impl Cutout {
    /// Writes `NAME.png` and `NAME.toml`.
    pub fn save(&self, folder: &Path, name: &str) -> io::Result<()> {
        fs::create_dir_all(folder)?;
        let sidecar = Sidecar { eyes: self.eyes, face_width: Some(self.face_width) };
        let text = toml::to_string(&sidecar).map_err(io::Error::other)?;
        self.image.save(folder.join(format!("{name}.png"))).map_err(io::Error::other)?;
        // The sidecar comes last: a picture without one is not taken for finished.
        fs::write(folder.join(format!("{name}.toml")), text)
    }

    /// Reads a PNG and the TOML beside it.
    pub fn load(png: &Path) -> io::Result<Self> {
        let broken = |what: String| io::Error::other(format!("{}: {what}", png.display()));
        let image = image::open(png).map_err(|e| broken(e.to_string()))?.to_rgba8();
        let text = fs::read_to_string(png.with_extension("toml"))?;
        let sidecar: Sidecar = toml::from_str(&text).map_err(|e| broken(e.to_string()))?;
        let [a, b] = sidecar.eyes;
        let apart = (a[0] - b[0]).hypot(a[1] - b[1]);
        let face_width = sidecar.face_width.unwrap_or(apart / EYES_APART);
        if !(face_width.is_finite() && face_width >= 8.0) {
            return Err(broken(format!("a face {face_width} pixels wide")));
        }
        Ok(Self { image, eyes: sidecar.eyes, face_width })
    }

    /// A cut-out from parts, with a face as wide as faces are for eyes so far apart.
    pub fn new(image: RgbaImage, eyes: [[f32; 2]; 2]) -> Self {
        let apart = (eyes[0][0] - eyes[1][0]).hypot(eyes[0][1] - eyes[1][1]);
        Self { image, eyes, face_width: (apart / EYES_APART).max(8.0) }
    }
}

/// The finished cut-outs of a folder, by name; none if there is no such folder.
pub(crate) fn in_folder(folder: &Path) -> io::Result<Vec<Cutout>> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(e) => return Err(e),
    };
    let mut pngs: Vec<PathBuf> =
        entries.collect::<io::Result<Vec<_>>>()?.iter().map(fs::DirEntry::path).collect();
    pngs.retain(|path| path.extension().is_some_and(|e| e == "png") && path.with_extension("toml").is_file());
    pngs.sort();
    pngs.iter().map(|png| Cutout::load(png)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::temp::TempFolder;
    use image::{Luma, Rgb};

    fn face() -> FacePoints {
        FacePoints {
            eye_left: [90.0, 100.0],
            eye_right: [110.0, 100.0],
            chin: [100.0, 140.0],
            cheek_left: 77.0,
            cheek_right: 123.0,
            head_top: 60.0,
        }
    }

    /// A red disc on green, with a matte that is half at its rim.
    fn disc() -> (RgbImage, GrayImage) {
        let radius = |x: u32, y: u32| (x as f32 - 100.0).hypot(y as f32 - 110.0);
        let photo = RgbImage::from_fn(200, 200, |x, y| {
            if radius(x, y) < 50.0 { Rgb([200, 10, 10]) } else { Rgb([100, 105, 10]) }
        });
        let matte = GrayImage::from_fn(200, 200, |x, y| {
            Luma([match radius(x, y) {
                r if r < 50.0 => 255,
                r if r < 52.0 => 128,
                _ => 0,
            }])
        });
        (photo, matte)
    }

    #[test]
    fn rim_pixels_take_the_persons_colour() {
        let (photo, matte) = disc();
        let cutout = from_photo(&photo, &matte, &face()).unwrap();
        let rim: Vec<_> = cutout.image.pixels().filter(|p| p[3] > 100 && p[3] < 150).collect();
        assert!(rim.len() > 100);
        assert!(rim.iter().all(|p| p[0] > 190 && p[1] < 20), "no green may stay");
        assert!((cutout.eyes[1][0] - cutout.eyes[0][0] - 20.0).abs() < 0.01);
    }

    #[test]
    fn a_matte_of_another_size_is_refused() {
        let (photo, _) = disc();
        assert!(from_photo(&photo, &GrayImage::new(10, 10), &face()).is_none());
    }

    #[test]
    fn what_was_saved_is_loaded_and_the_unfinished_is_not() {
        let folder = TempFolder::new("cutouts").unwrap();
        let (photo, matte) = disc();
        let cutout = from_photo(&photo, &matte, &face()).unwrap();
        cutout.save(folder.path(), "b").unwrap();
        cutout.image.save(folder.path().join("a.png")).unwrap();
        let found = in_folder(folder.path()).unwrap();
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].image.as_raw(), found[0].eyes), (cutout.image.as_raw(), cutout.eyes));
        assert!(in_folder(&folder.path().join("none")).unwrap().is_empty());
        fs::write(folder.path().join("b.toml"), "eyes = 3").unwrap();
        assert!(in_folder(folder.path()).is_err());
    }
}
