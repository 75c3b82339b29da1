//! What a file really is, by its first bytes; an extension is only a claim.

/// Picture formats that turn up on a photographer's disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileKind {
    /// No bytes at all.
    Empty,
    /// JPEG.
    Jpeg,
    /// PNG.
    Png,
    /// GIF.
    Gif,
    /// Windows bitmap.
    Bmp,
    /// WebP.
    Webp,
    /// TIFF and the raw formats built on it.
    Tiff,
    /// HEIC, HEIF and AVIF, as phones write them.
    Heif,
    /// PDF, where somebody exported a document.
    Pdf,
    /// None of these.
    Unknown,
}

impl FileKind {
    /// Judges by the magic numbers of the formats.
    pub fn of(bytes: &[u8]) -> Self {
        match bytes {
            [] => Self::Empty,
            [0xFF, 0xD8, ..] => Self::Jpeg,
            [0x89, b'P', b'N', b'G', ..] => Self::Png,
            [b'G', b'I', b'F', b'8', ..] => Self::Gif,
            [b'B', b'M', ..] => Self::Bmp,
            [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Self::Webp,
            [b'I', b'I', 42, 0, ..] | [b'M', b'M', 0, 42, ..] => Self::Tiff,
            [_, _, _, _, b'f', b't', b'y', b'p', ..] => Self::Heif,
            [b'%', b'P', b'D', b'F', ..] => Self::Pdf,
            _ => Self::Unknown,
        }
    }

    /// Its usual name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Empty => "an empty file",
            Self::Jpeg => "JPEG",
            Self::Png => "PNG",
            Self::Gif => "GIF",
            Self::Bmp => "BMP",
            Self::Webp => "WebP",
            Self::Tiff => "TIFF",
            Self::Heif => "HEIC/HEIF",
            Self::Pdf => "PDF",
            Self::Unknown => "a file of unknown kind",
        }
    }
}
