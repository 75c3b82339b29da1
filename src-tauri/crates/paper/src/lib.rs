//! What is printed: sheets of pictures, proof sheets, the report of a day, as PDF.
//!
//! Invariants: opens no file and reads no clock (font, pictures and the moment of making arrive as values); the same
//! values give the same bytes; a picture is cut, scaled uniformly and at most laid on its side on the sheet, never
//! mirrored or retouched; no text from outside reaches a page before [`Typeface`] has cleaned it.
//!
//! Colour: every page speaks sRGB by an embedded ICC profile and every file is PDF/A-2b with sRGB as its output intent.
//! Sizes: 1 mm on the page is 1 mm on paper if the file is printed at 100% ("actual size", no fitting to the page).

mod canvas;
pub mod crop;
pub mod error;
pub mod layout;
mod layout_file;
mod marks;
pub mod order;
mod pdf;
pub mod people;
mod picture;
pub mod prints;
pub mod proof;
pub mod report;
mod report_pages;
pub mod run;
mod separator;
pub mod size;
pub mod typeface;
mod wrap;

pub use canvas::Area;
pub use crop::{HeadInPrint, PrintCrop, plan_print};
pub use error::PaperError;
pub use layout::SheetLayout;
pub use pdf::Imprint;
pub use people::{Group, PrintPerson};
pub use prints::{PrintPicture, PrintSetup, print_sheets};
pub use proof::{ProofSetup, proof_sheets};
pub use report::{Report, ReportPdf, report_pdf};
pub use run::{Part, Parts, Remark, RunError, Summary};
pub use size::{PaperSize, PrintSize, SmallTwoInch};
pub use typeface::Typeface;
