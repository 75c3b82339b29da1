//! What stands where on a sheet of prints.

use domain::Text;

use crate::canvas::Area;
use crate::people::PrintPerson;
use crate::size::{PaperSize, PrintSize, SmallTwoInch};

/// A sheet: its paper, the prints on it, and the captions outside of them. Read by [`SheetLayout::parse`], which
/// refuses overlaps and whatever lies outside the margin.
#[derive(Debug, Clone, PartialEq)]
pub struct SheetLayout {
    /// Name in settings and files.
    pub id: String,
    /// Name for the operator.
    pub name: Text,
    /// The paper.
    pub paper: PaperSize,
    /// Width and height of the page as it is printed: the paper upright or on its side, in mm.
    pub page: (f64, f64),
    /// Edge that the printer may cut off or leave white, in mm.
    pub margin: f64,
    /// People on one sheet; 1 on photo paper.
    pub people: usize,
    /// All prints.
    pub places: Vec<Place>,
    /// One caption for each person, in their order.
    pub captions: Vec<CaptionBox>,
}

/// One print on the sheet.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Place {
    /// Which of the sheet's people, from 0.
    pub person: usize,
    /// What it is cut to.
    pub size: PrintSize,
    /// Where, in mm; wide and low if `turned`.
    pub area: Area,
    /// Lies on its side to save paper; the cut print is upright again.
    pub turned: bool,
}

/// Where a person's caption stands.
#[derive(Debug, Clone, PartialEq)]
pub struct CaptionBox {
    /// Room for it, in mm.
    pub area: Area,
    /// Reads from the bottom to the top.
    pub turned: bool,
    /// Height of the letters' em, in mm.
    pub text_mm: f64,
    /// The lines; one that comes out empty is left out.
    pub lines: Vec<Template>,
}

/// A line of a caption with the person's own words put in: `{name}`, `{student_no}`, `{college}`, `{major}`,
/// `{class}`, `{serial}`, `{number}` (拍摄号).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template(Vec<Piece>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Words(String),
    Field(Field),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Field {
    Name,
    StudentNo,
    College,
    Major,
    Class,
    Serial,
    Number,
}

impl Template {
    /// Reads a line; fails with the name of an unknown field, or with the piece that lacks its brace.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some(open) = rest.find('{') {
            let (before, from) = rest.split_at(open);
            let close = from.find('}').ok_or_else(|| from.chars().take(20).collect::<String>())?;
            if !before.is_empty() {
                pieces.push(Piece::Words(before.to_owned()));
            }
            pieces.push(Piece::Field(Field::named(&from[1..close])?));
            rest = &from[close + 1..];
        }
        if !rest.is_empty() {
            pieces.push(Piece::Words(rest.to_owned()));
        }
        Ok(Self(pieces))
    }

    /// The line for one person; empty if it names fields and none of them is known.
    pub(crate) fn fill(&self, person: &PrintPerson) -> String {
        let fields = self.0.iter().filter_map(|piece| match piece {
            Piece::Field(field) => Some(field.of(person)),
            Piece::Words(_) => None,
        });
        let mut named = false;
        let known = fields.fold(false, |known, value| {
            named = true;
            known || !value.trim().is_empty()
        });
        if named && !known {
            return String::new();
        }
        let word = |piece: &Piece| match piece {
            Piece::Words(words) => words.clone(),
            Piece::Field(field) => field.of(person),
        };
        self.0.iter().map(word).collect()
    }
}

impl Field {
    fn named(name: &str) -> Result<Self, String> {
        Ok(match name {
            "name" => Self::Name,
            "student_no" => Self::StudentNo,
            "college" => Self::College,
            "major" => Self::Major,
            "class" => Self::Class,
            "serial" => Self::Serial,
            "number" => Self::Number,
            unknown => return Err(unknown.chars().take(20).collect()),
        })
    }

    fn of(self, person: &PrintPerson) -> String {
        let s = &person.subject;
        let field = match self {
            Self::Name => &s.name,
            Self::StudentNo => &s.student_no,
            Self::College => &s.college,
            Self::Major => &s.major,
            Self::Class => &s.class,
            Self::Serial => &s.serial,
            Self::Number => return person.shot_number(),
        };
        field.clone().unwrap_or_default()
    }
}

impl SheetLayout {
    /// The notice's sheet: 4 小二寸 and 8 一寸 on 102×152 mm, for either usage of 小二寸.
    ///
    /// Upright only, with 1 mm between them, they do not fit on this paper in any arrangement (all were searched; for
    /// 33×48 not even without gaps and margin). With two of the 一寸 on their side there is room for both: 1 mm between
    /// the prints, and margins of 2 mm (33×48) or 1.5 mm (35×45).
    pub fn notice(small: SmallTwoInch) -> Result<Self, crate::PaperError> {
        Self::parse(match small {
            SmallTwoInch::W33H48 => include_str!("../../../../assets/prints/notice-33x48.toml"),
            SmallTwoInch::W35H45 => include_str!("../../../../assets/prints/notice-35x45.toml"),
        })
    }

    /// How many prints of a size one person gets.
    pub fn count(&self, size: PrintSize) -> usize {
        self.places.iter().filter(|place| place.person == 0 && place.size == size).count()
    }

    /// The sizes that one person's picture has to be cut to.
    pub fn sizes(&self) -> Vec<PrintSize> {
        PrintSize::ALL.into_iter().filter(|size| self.count(*size) > 0).collect()
    }
}
