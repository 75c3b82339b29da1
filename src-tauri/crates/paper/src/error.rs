//! Why nothing was printed, with a fixed code for the program and a sentence for the operator.

use domain::Text;
use thiserror::Error;

/// Why there is no PDF. Holds no identity and no text of a page.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PaperError {
    /// No font came with the request.
    #[error("the font is missing")]
    FontMissing,
    /// The font's bytes are not a font that this crate can embed.
    #[error("the font cannot be used: {0}")]
    FontUnusable(&'static str),
    /// A layout file says something that cannot be printed.
    #[error("line {line}: {reason_en}")]
    Layout {
        /// Line of the file, from 1.
        line: usize,
        /// What is wrong there, in Chinese.
        reason: String,
        /// What is wrong there, in English.
        reason_en: String,
    },
    /// A picture without pixels, or larger than any camera's.
    #[error("a picture of {width}x{height} pixels cannot be printed")]
    Picture {
        /// Pixels from left to right.
        width: u32,
        /// Pixels from top to bottom.
        height: u32,
    },
    /// The points of the face are no face: not finite, chin above the eyes, or a few pixels high.
    #[error("the points of the face are no face")]
    NoFace,
    /// The picture that came is another person's than the one asked for.
    #[error("the picture belongs to another portrait")]
    OtherPicture,
    /// A report beyond the limits of one document.
    #[error("the report is too large: {0}")]
    TooLarge(&'static str),
    /// The PDF library refused.
    #[error("the PDF could not be written: {0}")]
    Pdf(String),
}

impl PaperError {
    /// Fixed name of the failure, for programs. Never rename one.
    pub fn code(&self) -> &'static str {
        match self {
            Self::FontMissing => "print_font_missing",
            Self::FontUnusable(_) => "print_font_unusable",
            Self::Layout { .. } => "print_layout",
            Self::Picture { .. } => "print_picture",
            Self::NoFace => "print_no_face",
            Self::OtherPicture => "print_other_picture",
            Self::TooLarge(_) => "print_too_large",
            Self::Pdf(_) => "print_pdf",
        }
    }

    /// What happened and what to do, for the operator.
    pub fn text(&self) -> Text {
        match self {
            Self::FontMissing => Text::new(
                "缺少打印用的字体文件，没有生成 PDF。请重新运行安装（cargo xtask setup）或重装程序。",
                "The font for print is missing; no PDF was made. Run the set-up again (cargo xtask setup) or reinstall.",
            ),
            Self::FontUnusable(_) => Text::new(
                "打印用的字体文件已损坏，没有生成 PDF。请重新运行安装（cargo xtask setup）或重装程序。",
                "The font for print is damaged; no PDF was made. Run the set-up again (cargo xtask setup) or reinstall.",
            ),
            Self::Layout { line, reason, reason_en } => Text::new(
                format!("排版文件第 {line} 行：{reason}。请改正后再打印。"),
                format!("The layout file, line {line}: {reason_en}. Correct it and print again."),
            ),
            Self::Picture { width, height } => Text::new(
                format!("有一张照片的尺寸（{width}×{height}）不能打印。请检查原图。"),
                format!("A picture of {width}×{height} pixels cannot be printed. Check the original."),
            ),
            Self::NoFace => Text::new(
                "有一张照片没有可用的人脸位置，不能按规格裁切。请重新检测或重拍。",
                "A picture has no usable position of the face and cannot be cropped. Detect again or retake it.",
            ),
            Self::OtherPicture => Text::new(
                "取到的照片与要打印的人不一致，为防止张冠李戴已停止打印。请把日志交给技术人员。",
                "The picture that came is not the one of this person; printing was stopped, or a face could go under another name. Hand the log to a technician.",
            ),
            Self::TooLarge(_) => Text::new(
                "内容太多，一份 PDF 放不下。请缩小范围（例如按学院）分别生成。",
                "This is too much for one PDF. Make it in parts, for example by college.",
            ),
            Self::Pdf(_) => Text::new(
                "PDF 没有写成，数据没有变化。请再试一次；仍不行请把日志交给技术人员。",
                "The PDF could not be written; no data has changed. Try again, or hand the log to a technician.",
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_failure_has_its_own_code_and_both_sentences() {
        let all = [
            PaperError::FontMissing,
            PaperError::FontUnusable("x"),
            PaperError::Layout { line: 3, reason: "重叠".into(), reason_en: "overlap".into() },
            PaperError::Picture { width: 0, height: 0 },
            PaperError::NoFace,
            PaperError::OtherPicture,
            PaperError::TooLarge("rows"),
            PaperError::Pdf("x".into()),
        ];
        for (i, error) in all.iter().enumerate() {
            assert!(all[..i].iter().all(|other| other.code() != error.code()), "{}", error.code());
            let text = error.text();
            assert!(text.zh.ends_with('。') && text.en.ends_with('.'), "{}", error.code());
        }
    }
}
