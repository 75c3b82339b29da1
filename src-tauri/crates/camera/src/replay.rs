//! A source that plays the pictures of a folder.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use domain::{PixelFormat, RawFrame, Size};

use crate::synthetic::Pace;
use crate::{FrameSource, Opener, SourceCode, SourceError, StreamFormat, packet};

/// What follows the last picture of a replay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repeat {
    /// The first again.
    Loop,
    /// Nothing: the feed keeps showing the last.
    Once,
}

/// Opens a folder of `.jpg`, `.jpeg`, `.mjpg` (one or more JPEGs on end) and `.png` files, played in the order
/// of their names. The size of each picture is its own; [`StreamFormat`] tells that of the first.
pub struct Replay {
    folder: PathBuf,
    fps: Option<u32>,
    repeat: Repeat,
}

impl Replay {
    /// Plays `fps` pictures a second; `None` as fast as they are asked for.
    pub fn new(folder: impl Into<PathBuf>, fps: Option<u32>, repeat: Repeat) -> Self {
        Self { folder: folder.into(), fps, repeat }
    }
}

impl Opener for Replay {
    fn name(&self) -> String {
        let name = self.folder.file_name().unwrap_or(self.folder.as_os_str());
        format!("replay of {}", name.to_string_lossy())
    }

    fn open(&self) -> Result<Box<dyn FrameSource>, SourceError> {
        let files = pictures_in(&self.folder)?;
        let mut reel = Reel { files, at: 0, pending: Vec::new(), repeat: self.repeat };
        let first = reel.next()?;
        let format = StreamFormat { pixel: first.pixel, size: first.size, fps: self.fps.unwrap_or(30) };
        Ok(Box::new(Playing {
            name: self.name(),
            format,
            reel,
            first: Some(first),
            pace: Pace::new(self.fps),
            seq: 0,
        }))
    }
}

fn pictures_in(folder: &Path) -> Result<Vec<PathBuf>, SourceError> {
    let unreadable =
        |e: std::io::Error| SourceError::new(SourceCode::NoDevice, format!("replay folder: {e}"));
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if kind_of(&path).is_some() {
            files.push(path);
        }
    }
    if files.is_empty() {
        return Err(SourceError::new(
            SourceCode::NoUsableFormat,
            "replay folder: no .jpg, .mjpg or .png in it",
        ));
    }
    files.sort();
    Ok(files)
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Jpegs,
    Png,
}

fn kind_of(path: &Path) -> Option<Kind> {
    match path.extension()?.to_str()?.to_ascii_lowercase().as_str() {
        "jpg" | "jpeg" | "mjpg" | "mjpeg" => Some(Kind::Jpegs),
        "png" => Some(Kind::Png),
        _ => None,
    }
}

struct Picture {
    pixel: PixelFormat,
    size: Size,
    bytes: Vec<u8>,
}

/// The files, and the pictures of the present one that were not shown yet (last first).
struct Reel {
    files: Vec<PathBuf>,
    at: usize,
    pending: Vec<Picture>,
    repeat: Repeat,
}

impl Reel {
    fn next(&mut self) -> Result<Picture, SourceError> {
        if let Some(picture) = self.pending.pop() {
            return Ok(picture);
        }
        if self.at >= self.files.len() {
            if self.repeat == Repeat::Once {
                return Err(SourceError::new(SourceCode::Ended, "end of the replay"));
            }
            self.at = 0;
        }
        let path = &self.files[self.at];
        self.at += 1;
        self.pending = read_pictures(path)?;
        self.pending.reverse();
        self.pending.pop().ok_or_else(|| broken(path, "holds no picture"))
    }
}

fn broken(path: &Path, what: impl std::fmt::Display) -> SourceError {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    SourceError::new(SourceCode::Broken, format!("{name}: {what}"))
}

fn read_pictures(path: &Path) -> Result<Vec<Picture>, SourceError> {
    let bytes = std::fs::read(path).map_err(|e| broken(path, e))?;
    if kind_of(path) == Some(Kind::Png) {
        let decoded = image::load_from_memory_with_format(&bytes, image::ImageFormat::Png)
            .map_err(|e| broken(path, e))?
            .into_rgb8();
        let size = Size { width: decoded.width(), height: decoded.height() };
        return Ok(vec![Picture { pixel: PixelFormat::Rgb8, size, bytes: decoded.into_raw() }]);
    }
    let mut pictures = Vec::new();
    let mut rest = bytes.as_slice();
    while !rest.is_empty() {
        match packet::whole_jpeg(rest) {
            Ok(jpeg) => {
                let (whole, after) = rest.split_at(jpeg.len);
                pictures.push(Picture { pixel: PixelFormat::Mjpeg, size: jpeg.size, bytes: whole.to_vec() });
                rest = after;
            }
            // Whatever follows a whole picture and is none itself is padding.
            Err(_) if !pictures.is_empty() => break,
            Err(fault) => return Err(broken(path, fault)),
        }
    }
    Ok(pictures)
}

struct Playing {
    name: String,
    format: StreamFormat,
    reel: Reel,
    first: Option<Picture>,
    pace: Pace,
    seq: u64,
}

impl FrameSource for Playing {
    fn next(&mut self, _patience: Duration) -> Result<RawFrame, SourceError> {
        self.pace.wait();
        self.seq += 1;
        let picture = match self.first.take() {
            Some(first) => first,
            None => self.reel.next()?,
        };
        Ok(RawFrame {
            seq: self.seq,
            at: Instant::now(),
            format: picture.pixel,
            size: picture.size,
            packet: picture.bytes.into(),
        })
    }

    fn name(&self) -> &str {
        &self.name
    }

    fn format(&self) -> StreamFormat {
        self.format
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATIENCE: Duration = Duration::from_secs(1);

    fn picture(level: u8, width: u32) -> image::RgbImage {
        image::RgbImage::from_pixel(width, 16, image::Rgb([level, level, level]))
    }

    fn jpeg(level: u8) -> Vec<u8> {
        let mut bytes = std::io::Cursor::new(Vec::new());
        picture(level, 32).write_to(&mut bytes, image::ImageFormat::Jpeg).unwrap();
        bytes.into_inner()
    }

    fn play(folder: &Path, repeat: Repeat) -> Box<dyn FrameSource> {
        Replay::new(folder, None, repeat).open().unwrap()
    }

    #[test]
    fn files_play_in_the_order_of_their_names_and_end() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("b.JPG"), jpeg(20)).unwrap();
        picture(10, 48).save(dir.path().join("a.png")).unwrap();
        let two = [jpeg(30), jpeg(40), vec![0; 9]].concat();
        std::fs::write(dir.path().join("c.mjpg"), two).unwrap();
        std::fs::write(dir.path().join("notes.txt"), "not a picture").unwrap();
        let mut source = play(dir.path(), Repeat::Once);
        assert_eq!(source.format().size, Size { width: 48, height: 16 });
        let png = source.next(PATIENCE).unwrap();
        assert_eq!((png.format, png.packet.len()), (PixelFormat::Rgb8, 48 * 16 * 3));
        assert_eq!(png.packet[..3], [10, 10, 10]);
        for (seq, level) in [(2, 20), (3, 30), (4, 40)] {
            let frame = source.next(PATIENCE).unwrap();
            assert_eq!((frame.seq, frame.format), (seq, PixelFormat::Mjpeg));
            assert_eq!(*frame.packet, *jpeg(level));
        }
        assert_eq!(source.next(PATIENCE).unwrap_err().code, SourceCode::Ended);
    }

    #[test]
    fn a_loop_starts_again_with_the_first() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("1.jpg"), jpeg(1)).unwrap();
        std::fs::write(dir.path().join("2.jpg"), jpeg(200)).unwrap();
        let mut source = play(dir.path(), Repeat::Loop);
        let packets: Vec<_> = (0..4).map(|_| source.next(PATIENCE).unwrap().packet).collect();
        assert_eq!(packets[0], packets[2]);
        assert_eq!(packets[1], packets[3]);
        assert_ne!(packets[0], packets[1]);
    }

    #[test]
    fn a_broken_file_is_reported_and_passed_over() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("1.jpg"), jpeg(1)).unwrap();
        std::fs::write(dir.path().join("2.jpg"), &jpeg(1)[..200]).unwrap();
        std::fs::write(dir.path().join("3.jpg"), jpeg(3)).unwrap();
        let mut source = play(dir.path(), Repeat::Once);
        assert!(source.next(PATIENCE).is_ok());
        let error = source.next(PATIENCE).unwrap_err();
        assert_eq!(error.code, SourceCode::Broken);
        assert!(error.detail.starts_with("2.jpg"), "{}", error.detail);
        assert_eq!(*source.next(PATIENCE).unwrap().packet, *jpeg(3));
    }

    #[test]
    fn an_empty_or_missing_folder_does_not_open() {
        let dir = tempfile::tempdir().unwrap();
        let code = |path: &Path| Replay::new(path, None, Repeat::Once).open().err().unwrap().code;
        assert_eq!(code(dir.path()), SourceCode::NoUsableFormat);
        assert_eq!(code(&dir.path().join("missing")), SourceCode::NoDevice);
    }
}
