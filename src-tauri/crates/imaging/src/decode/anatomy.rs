//! What a JPEG file is made of, read marker by marker without decoding a pixel (ITU-T T.81 annex B).
//!
//! The decoders answer "is there a picture"; this answers "is the file whole, and what does it claim": where it
//! ends, its size, density, tables and metadata. It never allocates by what the file promises.

use thiserror::Error;

/// What the markers say.
#[derive(Debug, Clone, PartialEq)]
pub struct Anatomy {
    /// Frame header; `None` in a file that goes to its end without one.
    pub frame: Option<FrameHeader>,
    /// Density in the JFIF header (APP0).
    pub density: Option<Density>,
    /// Quantisation tables in zigzag order, by their number in the file.
    pub tables: [Option<[u16; 64]>; 4],
    /// Where the TIFF block of the first EXIF segment lies in the file.
    pub exif: Option<std::ops::Range<usize>>,
    /// Segments that carry words or editing history: XMP, IPTC, ICC and comments, by name.
    pub notes: Vec<&'static str>,
    /// Whether Huffman tables are in it; cameras leave the standard ones out of their packets.
    pub huffman: bool,
    /// Scans (SOS markers) before the end.
    pub scans: usize,
    /// Bytes from SOI through EOI; whatever follows is not part of the picture.
    pub end: usize,
}

/// SOF segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FrameHeader {
    /// Low byte of the marker: 0xC0 baseline, 0xC1 extended, 0xC2 progressive, others rare.
    pub sof: u8,
    /// Bits a sample.
    pub precision: u8,
    /// Pixels from left to right.
    pub width: u16,
    /// Pixels from top to bottom; 0 where the file states it after the first scan (DNL).
    pub height: u16,
    /// Horizontal and vertical sampling factor and table number of each component.
    pub components: Vec<(u8, u8, u8)>,
}

/// Density of the JFIF header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Density {
    /// 0 aspect ratio only, 1 dots per inch, 2 dots per centimetre.
    pub unit: u8,
    /// Across.
    pub x: u16,
    /// Down.
    pub y: u16,
}

impl Density {
    /// Dots per inch across and down; `None` where the header holds only a ratio.
    pub fn dpi(&self) -> Option<(f64, f64)> {
        let scale = match self.unit {
            1 => 1.0,
            2 => 2.54,
            _ => return None,
        };
        Some((f64::from(self.x) * scale, f64::from(self.y) * scale))
    }
}

/// Why the markers cannot be followed to the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum AnatomyError {
    /// The first two bytes are no SOI marker.
    #[error("it does not begin like a JPEG")]
    NoStart,
    /// Ran out of bytes before EOI: cut off.
    #[error("it is cut off: no end marker within {0} bytes")]
    NoEnd(usize),
    /// A segment's length or a marker makes no sense at this offset.
    #[error("its structure breaks at byte {0}")]
    Broken(usize),
}

const SOI: u8 = 0xD8;
const EOI: u8 = 0xD9;
const SOS: u8 = 0xDA;
const DQT: u8 = 0xDB;

impl Anatomy {
    /// Follows the markers from SOI to EOI.
    pub fn of(bytes: &[u8]) -> Result<Self, AnatomyError> {
        if !bytes.starts_with(&[0xFF, SOI]) {
            return Err(AnatomyError::NoStart);
        }
        let mut found = Self {
            frame: None,
            density: None,
            tables: [None; 4],
            exif: None,
            notes: Vec::new(),
            huffman: false,
            scans: 0,
            end: 0,
        };
        let mut at = 2;
        loop {
            let marker = next_marker(bytes, &mut at)?;
            match marker {
                EOI => {
                    found.end = at;
                    return Ok(found);
                }
                // RSTn and TEM stand alone.
                0xD0..=0xD7 | 0x01 => {}
                0x00 | SOI => return Err(AnatomyError::Broken(at)),
                _ => {
                    let body = segment(bytes, at)?;
                    found.take(marker, bytes, body.clone())?;
                    at = body.end;
                    if marker == SOS {
                        found.scans += 1;
                        at = after_entropy(bytes, at)?;
                    }
                }
            }
        }
    }

    /// Keeps what a segment says.
    fn take(&mut self, marker: u8, bytes: &[u8], body: std::ops::Range<usize>) -> Result<(), AnatomyError> {
        let start = body.start;
        let data = &bytes[body.clone()];
        match marker {
            // SOF0..15 without DHT (C4), JPG (C8), DAC (CC).
            0xC0..=0xC3 | 0xC5..=0xC7 | 0xC9..=0xCB | 0xCD..=0xCF => {
                self.frame = Some(FrameHeader::read(marker, data).ok_or(AnatomyError::Broken(start))?);
            }
            0xC4 => self.huffman = true,
            DQT => self.take_tables(data).ok_or(AnatomyError::Broken(start))?,
            0xE0 if data.starts_with(b"JFIF\0") && data.len() >= 12 => {
                let density = Density {
                    unit: data[7],
                    x: u16::from_be_bytes([data[8], data[9]]),
                    y: u16::from_be_bytes([data[10], data[11]]),
                };
                self.density.get_or_insert(density);
            }
            0xE1 if data.starts_with(b"Exif\0") && data.len() > 6 => {
                self.exif.get_or_insert(start + 6..body.end);
            }
            0xE1 if data.starts_with(b"http://ns.adobe.com/x") => self.note("XMP"),
            0xE2 if data.starts_with(b"ICC_PROFILE\0") => self.note("ICC"),
            0xED => self.note("IPTC"),
            0xFE => self.note("comment"),
            _ => {}
        }
        Ok(())
    }

    fn note(&mut self, name: &'static str) {
        if !self.notes.contains(&name) {
            self.notes.push(name);
        }
    }

    fn take_tables(&mut self, mut data: &[u8]) -> Option<()> {
        while let [head, rest @ ..] = data {
            let wide = head >> 4 != 0;
            let slot = self.tables.get_mut(usize::from(head & 15))?;
            let taken = if wide { 128 } else { 64 };
            let body = rest.get(..taken)?;
            let mut table = [0u16; 64];
            for (i, value) in table.iter_mut().enumerate() {
                *value = if wide {
                    u16::from_be_bytes([body[2 * i], body[2 * i + 1]])
                } else {
                    u16::from(body[i])
                };
            }
            *slot = Some(table);
            data = &rest[taken..];
        }
        Some(())
    }

    /// Quality factor on libjpeg's scale (1–100) whose tables come nearest to the ones in the file, by the sum of
    /// absolute differences; `None` without a luma table. Exact for every encoder that scales the tables of
    /// T.81 annex K as libjpeg does, a good guess for others.
    pub fn quality(&self) -> Option<u8> {
        let frame = self.frame.as_ref()?;
        let table_of = |component: usize| {
            let &(_, _, number) = frame.components.get(component)?;
            self.tables.get(usize::from(number)).copied().flatten()
        };
        let luma = table_of(0)?;
        let chroma = (frame.components.len() == 3).then(|| table_of(1)).flatten();
        let distance = |quality: u8| {
            let of = |table: &[u16; 64], base: &[u16; 64]| -> u64 {
                table
                    .iter()
                    .zip(base)
                    .map(|(&found, &base)| u64::from(found.abs_diff(scaled_entry(base, quality))))
                    .sum()
            };
            of(&luma, &ANNEX_K_LUMA) + chroma.as_ref().map_or(0, |table| of(table, &ANNEX_K_CHROMA))
        };
        // The higher of two equally near ones: 1 and 2 differ in nothing at the clamped end.
        (1..=100).rev().min_by_key(|&quality| distance(quality))
    }
}

impl FrameHeader {
    fn read(sof: u8, data: &[u8]) -> Option<Self> {
        let [precision, h1, h0, w1, w0, count, rest @ ..] = data else {
            return None;
        };
        let components: Vec<_> =
            rest.chunks_exact(3).take(usize::from(*count)).map(|c| (c[1] >> 4, c[1] & 15, c[2])).collect();
        (components.len() == usize::from(*count)).then_some(Self {
            sof,
            precision: *precision,
            width: u16::from_be_bytes([*w1, *w0]),
            height: u16::from_be_bytes([*h1, *h0]),
            components,
        })
    }
}

/// Reads `FF .. FF marker` at `at` and moves behind it.
fn next_marker(bytes: &[u8], at: &mut usize) -> Result<u8, AnatomyError> {
    let no_end = AnatomyError::NoEnd(bytes.len());
    if *bytes.get(*at).ok_or(no_end)? != 0xFF {
        return Err(AnatomyError::Broken(*at));
    }
    // Any number of fill bytes may stand before a marker (T.81 B.1.1.2).
    while *bytes.get(*at).ok_or(no_end)? == 0xFF {
        *at += 1;
    }
    *at += 1;
    Ok(bytes[*at - 1])
}

/// Where the data of the segment whose length field lies at `at` is.
fn segment(bytes: &[u8], at: usize) -> Result<std::ops::Range<usize>, AnatomyError> {
    let no_end = AnatomyError::NoEnd(bytes.len());
    let length = bytes.get(at..at + 2).ok_or(no_end)?;
    let length = usize::from(u16::from_be_bytes([length[0], length[1]]));
    if length < 2 {
        return Err(AnatomyError::Broken(at));
    }
    if at + length > bytes.len() {
        return Err(no_end);
    }
    Ok(at + 2..at + length)
}

/// Skips entropy-coded data: up to the first `FF` that is neither stuffed (`FF 00`) nor a restart marker.
fn after_entropy(bytes: &[u8], mut at: usize) -> Result<usize, AnatomyError> {
    let no_end = AnatomyError::NoEnd(bytes.len());
    loop {
        at += bytes.get(at..).and_then(|rest| rest.iter().position(|&b| b == 0xFF)).ok_or(no_end)?;
        match *bytes.get(at + 1).ok_or(no_end)? {
            0x00 | 0xD0..=0xD7 => at += 2,
            0xFF => at += 1,
            _ => return Ok(at),
        }
    }
}

/// One entry of a base table at a quality, as libjpeg's `jpeg_set_quality` scales it for baseline files.
fn scaled_entry(base: u16, quality: u8) -> u16 {
    let quality = u32::from(quality.clamp(1, 100));
    let scale = if quality < 50 { 5000 / quality } else { 200 - 2 * quality };
    ((u32::from(base) * scale + 50) / 100).clamp(1, 255) as u16
}

/// T.81 table K.1 in zigzag order.
const ANNEX_K_LUMA: [u16; 64] = zigzag([
    16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55, 14, 13, 16, 24, 40, 57, 69, 56, 14, 17,
    22, 29, 51, 87, 80, 62, 18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113, 92, 49, 64, 78,
    87, 103, 121, 120, 101, 72, 92, 95, 98, 112, 100, 103, 99,
]);

/// T.81 table K.2 in zigzag order.
const ANNEX_K_CHROMA: [u16; 64] = zigzag([
    17, 18, 24, 47, 99, 99, 99, 99, 18, 21, 26, 66, 99, 99, 99, 99, 24, 26, 56, 99, 99, 99, 99, 99, 47, 66,
    99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99,
    99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99,
]);

/// Orders a table of 8 rows along the diagonals (T.81 figure 5).
const fn zigzag(rows: [u16; 64]) -> [u16; 64] {
    let mut out = [0; 64];
    let (mut x, mut y) = (0usize, 0usize);
    let mut i = 0;
    while i < 64 {
        out[i] = rows[y * 8 + x];
        let up = (x + y) % 2 == 0;
        if up {
            if x == 7 {
                y += 1;
            } else {
                x += 1;
                y = y.saturating_sub(1);
            }
        } else if y == 7 {
            x += 1;
        } else {
            y += 1;
            x = x.saturating_sub(1);
        }
        i += 1;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn jpeg(quality: u8) -> Vec<u8> {
        let pixels: Vec<u8> = (0..64 * 48 * 3).map(|i| (i * 7 % 251) as u8).collect();
        let mut out = Vec::new();
        let mut encoder = jpeg_encoder::Encoder::new(&mut out, quality);
        encoder.set_density(jpeg_encoder::PixelDensity::dpi(300));
        encoder.encode(&pixels, 64, 48, jpeg_encoder::ColorType::Rgb).unwrap();
        out
    }

    #[test]
    fn zigzag_runs_along_the_diagonals() {
        // Annex K's table K.1 in zigzag order begins so in every libjpeg file of quality 50.
        assert_eq!(&ANNEX_K_LUMA[..10], &[16, 11, 12, 14, 12, 10, 16, 14, 13, 14]);
        assert_eq!(ANNEX_K_LUMA[63], 99);
        assert_eq!(ANNEX_K_LUMA.iter().sum::<u16>(), 3688);
    }

    #[test]
    fn reads_size_density_quality_and_end() {
        for quality in [10, 60, 75, 80, 95, 100] {
            let bytes = jpeg(quality);
            let found = Anatomy::of(&bytes).unwrap();
            assert_eq!(found.quality(), Some(quality));
            assert_eq!(found.density.and_then(|d| d.dpi()), Some((300.0, 300.0)));
            let frame = found.frame.unwrap();
            assert_eq!((frame.width, frame.height, frame.components.len()), (64, 48, 3));
            assert_eq!(found.end, bytes.len());
        }
    }

    #[test]
    fn bytes_after_the_end_are_seen_and_a_cut_is_told() {
        let mut bytes = jpeg(80);
        let whole = bytes.len();
        bytes.extend_from_slice(&[0; 100]);
        assert_eq!(Anatomy::of(&bytes).unwrap().end, whole);
        for cut in 2..whole - 1 {
            assert!(Anatomy::of(&bytes[..cut]).is_err(), "cut at {cut}");
        }
        assert_eq!(Anatomy::of(b""), Err(AnatomyError::NoStart));
    }

    #[test]
    fn an_end_marker_inside_a_segment_does_not_end_the_file() {
        let bytes = jpeg(80);
        let mut with_comment = bytes[..2].to_vec();
        with_comment.extend_from_slice(&[0xFF, 0xFE, 0, 6, 0xFF, 0xD8, 0xFF, 0xD9]);
        with_comment.extend_from_slice(&bytes[2..]);
        let found = Anatomy::of(&with_comment).unwrap();
        assert_eq!(found.end, with_comment.len());
        assert_eq!(found.notes, ["comment"]);
    }
}
