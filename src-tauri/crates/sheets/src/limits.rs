//! How much a spreadsheet may ask of this program. A school has some 10,000 graduates a year; everything beyond a
//! multiple of that is a mistake or an attack, and is refused before it costs memory.

/// Most bytes of a file: a roster of 100,000 rows has about 12 MB as xlsx and 20 MB as csv.
pub const FILE_BYTES: u64 = 64 << 20;
/// Most bytes that the parts of an xlsx may unpack to, together; measured by unpacking, not as declared.
pub const UNPACKED_BYTES: u64 = 320 << 20;
/// Parts below this size may be packed as tightly as they like.
pub const RATIO_FREE_BYTES: u64 = 16 << 20;
/// Most bytes that one packed byte may become in a larger part. Sheets of real schools lie between 5 and 40.
pub const RATIO: u64 = 250;
/// Most parts in an xlsx.
pub const PARTS: usize = 4_096;
/// Most rows of a sheet.
pub const ROWS: u32 = 100_000;
/// Most columns of a sheet.
pub const COLUMNS: u32 = 200;
/// Most cells of a sheet, the gaps between filled ones counted.
pub const CELLS: usize = 6_000_000;
/// Most bytes of text in the cells of a sheet: an xlsx can name one long text in every cell.
pub const TEXT_BYTES: usize = 128 << 20;
/// Most sheets that are looked at.
pub const SHEETS: usize = 64;
/// Rows in which a heading is looked for: titles, notes and blank rows may stand above it.
pub const HEADING_ROWS: usize = 20;
/// Most characters of a cell that become somebody's number or name.
pub const FIELD_CHARS: usize = 200;
/// Most characters of a cell at all, as in Excel.
pub const CELL_CHARS: usize = 32_767;
/// Most entries of a report that tell of a change or a doubt; refusals are never left out.
pub const REPORT_ENTRIES: usize = 20_000;
