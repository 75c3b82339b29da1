//! The report's blocks over its pages.

use crate::canvas::{Area, GREY, Page, RULE, SHADE, Style};
use crate::report::{Block, Column, Figure, Report, Table};
use crate::typeface::{Line, Notes, Typeface};
use crate::wrap::wrap;

const A4: (f64, f64) = (210.0, 297.0);
const LEFT: f64 = 18.0;
const WIDTH: f64 = A4.0 - 2.0 * LEFT;
const TOP: f64 = 18.0;
/// Lower edge of what a page holds; below it stands the foot.
const BOTTOM: f64 = A4.1 - 20.0;
const BODY: f64 = 3.5;
const CELL: f64 = 3.1;
const SMALL: f64 = 2.8;
/// Distance of two lines, in ems.
const LEADING: f64 = 1.45;
/// Room around the text of a cell.
const PAD: f64 = 1.3;
/// Lines of one cell; more is not a cell.
const MOST_LINES: usize = 120;
/// Lines of a heading, which has to leave room for rows on every page.
const MOST_HEADING_LINES: usize = 6;

/// Sets everything and numbers the pages.
pub(crate) fn set(face: &Typeface, report: &Report, notes: &mut Notes) -> Vec<Page> {
    let mut press = Press { face, notes, pages: vec![Page::new(A4.0, A4.1)], y: TOP };
    press.title(report);
    for section in &report.sections {
        press.heading(&section.heading, section.blocks.first());
        for block in &section.blocks {
            press.block(block);
        }
    }
    press.number(report)
}

struct Press<'a> {
    face: &'a Typeface,
    notes: &'a mut Notes,
    pages: Vec<Page>,
    /// Where the next thing goes on the last page.
    y: f64,
}

impl Press<'_> {
    fn page(&mut self) -> &mut Page {
        if self.pages.is_empty() {
            self.pages.push(Page::new(A4.0, A4.1));
        }
        let last = self.pages.len() - 1;
        &mut self.pages[last]
    }

    fn new_page(&mut self) {
        self.pages.push(Page::new(A4.0, A4.1));
        self.y = TOP;
    }

    /// Goes to a new page if this one has less than `height` left.
    fn need(&mut self, height: f64) {
        if self.y + height > BOTTOM && self.y > TOP {
            self.new_page();
        }
    }

    fn lines(&mut self, text: &str, size: f64, width: f64) -> Vec<Line> {
        wrap(self.face, text, size, width, self.notes)
    }

    /// Text from `x`, line by line, over pages if it must be.
    fn paragraph(&mut self, text: &str, style: Style, x: f64, width: f64) {
        for line in self.lines(text, style.size, width) {
            self.need(style.size * LEADING);
            let y = self.y + style.size;
            self.page().text(x, y, style, line);
            self.y += style.size * LEADING;
        }
    }

    fn title(&mut self, report: &Report) {
        self.paragraph(&report.title, Style::bold(6.4), LEFT, WIDTH);
        self.y += 1.0;
        for line in &report.subtitle {
            self.paragraph(line, Style::grey(BODY), LEFT, WIDTH);
        }
        self.y += 2.5;
        let y = self.y;
        self.page().rule([LEFT, y], [LEFT + WIDTH, y], 0.5, GREY);
        self.y += 4.0;
    }

    fn heading(&mut self, text: &str, first: Option<&Block>) {
        if text.is_empty() {
            return;
        }
        // A heading stays with the beginning of what it heads.
        let follows = match first {
            Some(Block::Table(_)) => 24.0,
            Some(Block::Figures(_) | Block::Signatures(_)) => 22.0,
            _ => 12.0,
        };
        self.y += 2.5;
        self.need(8.0 + follows);
        self.paragraph(text, Style::bold(4.5), LEFT, WIDTH);
        self.y += 1.2;
    }

    fn block(&mut self, block: &Block) {
        match block {
            Block::Figures(figures) => self.figures(figures),
            Block::Text(text) => self.paragraph(text, Style::plain(BODY), LEFT, WIDTH),
            Block::Table(table) => self.table(table),
            Block::Signatures(roles) => self.signatures(roles),
            Block::NewPage => {
                if self.y > TOP {
                    self.new_page();
                }
            }
        }
        self.y += 2.5;
    }

    fn figures(&mut self, figures: &[Figure]) {
        const IN_ROW: usize = 4;
        const GAP: f64 = 3.0;
        const HEIGHT: f64 = 19.0;
        let width = (WIDTH - GAP * (IN_ROW - 1) as f64) / IN_ROW as f64;
        for row in figures.chunks(IN_ROW) {
            self.need(HEIGHT + GAP);
            for (i, figure) in row.iter().enumerate() {
                let area = Area { x: LEFT + i as f64 * (width + GAP), y: self.y, w: width, h: HEIGHT };
                self.page().fill(area, SHADE);
                let texts = [
                    (&figure.label, Style::plain(3.2), 5.0),
                    (&figure.value, Style::bold(6.0), 12.2),
                    (&figure.note, Style::grey(SMALL), 16.8),
                ];
                for (text, style, down) in texts {
                    let line = self.face.line(text, self.notes);
                    let (line, size) = self.face.fit(line, style.size, width - 5.0, self.notes);
                    self.page().text(area.x + 2.5, area.y + down, Style { size, ..style }, line);
                }
            }
            self.y += HEIGHT + GAP;
        }
    }

    fn signatures(&mut self, roles: &[String]) {
        const HEIGHT: f64 = 17.0;
        let half = (WIDTH - 10.0) / 2.0;
        for row in roles.chunks(2) {
            self.need(HEIGHT);
            for (i, role) in row.iter().enumerate() {
                let x = LEFT + i as f64 * (half + 10.0);
                let y = self.y + HEIGHT - 4.0;
                let line = self.face.line(role, self.notes);
                let (line, size) = self.face.fit(line, 3.2, half * 0.4, self.notes);
                let begin = x + self.face.width(&line) * size + 2.0;
                let date = self.face.line("日期", self.notes);
                self.page().text(x, y, Style::plain(size), line);
                self.page().rule([begin, y + 0.8], [x + half - 32.0, y + 0.8], 0.2, GREY);
                self.page().text(x + half - 30.0, y, Style::plain(3.2), date);
                self.page().rule([x + half - 22.5, y + 0.8], [x + half, y + 0.8], 0.2, GREY);
            }
            self.y += HEIGHT;
        }
    }

    fn table(&mut self, table: &Table) {
        let widths = widths(&table.columns);
        if widths.is_empty() {
            return;
        }
        let headings: Vec<String> = table.columns.iter().map(|c| c.heading.clone()).collect();
        let heading = self.row(&headings, &widths, MOST_HEADING_LINES);
        self.need(heading.height() + 10.0);
        self.table_head(&heading, table, &widths);
        if table.rows.is_empty() {
            let line = self.face.line(&table.empty, self.notes);
            let y = self.y + PAD + CELL;
            self.page().text(LEFT + PAD, y, Style::grey(CELL), line);
            self.y += CELL * LEADING + 2.0 * PAD;
        }
        for cells in &table.rows {
            let row = self.row(cells, &widths, MOST_LINES);
            self.table_row(&row, &heading, table, &widths);
        }
        let y = self.y;
        self.page().rule([LEFT, y], [LEFT + WIDTH, y], 0.3, GREY);
    }

    fn row(&mut self, cells: &[String], widths: &[f64], most_lines: usize) -> Row {
        let last = widths.len() - 1;
        let text = |i: usize| -> String {
            if i == last {
                cells.get(last..).unwrap_or_default().join(" ")
            } else {
                cells.get(i).cloned().unwrap_or_default()
            }
        };
        let set = |(i, width): (usize, &f64)| {
            let mut lines = self.lines(&text(i), CELL, width - 2.0 * PAD);
            self.notes.cut |= lines.len() > most_lines;
            lines.truncate(most_lines);
            lines
        };
        Row(widths.iter().enumerate().map(set).collect())
    }

    fn table_head(&mut self, heading: &Row, table: &Table, widths: &[f64]) {
        let area = Area { x: LEFT, y: self.y, w: WIDTH, h: heading.height() };
        self.page().fill(area, SHADE);
        self.cells(heading, 0..heading.lines(), table, widths, Style::bold(CELL));
    }

    /// A row on this page, or on the next, or, if it is taller than a page, as many lines of it as each page holds.
    fn table_row(&mut self, row: &Row, heading: &Row, table: &Table, widths: &[f64]) {
        let mut from = 0;
        while from < row.lines() {
            let room = BOTTOM - self.y - 2.0 * PAD;
            let fits = (room / (CELL * LEADING)).floor().max(0.0) as usize;
            let rest = row.lines() - from;
            // Headings are short, so that a new page always has room: the loop goes on.
            let new_page = ((BOTTOM - TOP - heading.height() - 2.0 * PAD) / (CELL * LEADING)) as usize;
            if fits == 0 || (rest > fits && rest <= new_page) {
                self.new_page();
                self.table_head(heading, table, widths);
                continue;
            }
            let count = rest.min(fits);
            self.cells(row, from..from + count, table, widths, Style::plain(CELL));
            from += count;
        }
    }

    fn cells(
        &mut self,
        row: &Row,
        lines: std::ops::Range<usize>,
        table: &Table,
        widths: &[f64],
        style: Style,
    ) {
        let top = self.y;
        let mut x = LEFT;
        for ((cell, width), column) in row.0.iter().zip(widths).zip(&table.columns) {
            for (i, line) in cell.iter().skip(lines.start).take(lines.len()).enumerate() {
                let y = top + PAD + i as f64 * CELL * LEADING + CELL * 1.05;
                let indent =
                    if column.right { width - PAD - self.face.width(line) * style.size } else { PAD };
                self.page().text(x + indent, y, style, line.clone());
            }
            x += width;
        }
        self.y += lines.len() as f64 * CELL * LEADING + 2.0 * PAD;
        let y = self.y;
        self.page().rule([LEFT, y], [LEFT + WIDTH, y], 0.1, RULE);
    }

    /// Foot of every page, and the title at the head of all but the first.
    fn number(self, report: &Report) -> Vec<Page> {
        let Press { face, notes, mut pages, .. } = self;
        let count = pages.len();
        for (i, page) in pages.iter_mut().enumerate() {
            let y = A4.1 - 11.0;
            page.rule([LEFT, y - 4.0], [LEFT + WIDTH, y - 4.0], 0.1, RULE);
            let number = face.line(&format!("第 {} 页，共 {count} 页", i + 1), notes);
            let x = LEFT + WIDTH - face.width(&number) * SMALL;
            page.text(x, y, Style::grey(SMALL), number);
            let (line, size) = face.fit(face.line(&report.footer, notes), SMALL, x - LEFT - 5.0, notes);
            page.text(LEFT, y, Style::grey(size), line);
            if i > 0 {
                let (line, size) = face.fit(face.line(&report.title, notes), SMALL, WIDTH, notes);
                page.text(LEFT, TOP - 5.0, Style::grey(size), line);
            }
        }
        pages
    }
}

/// The cells of a row, each broken into lines.
struct Row(Vec<Vec<Line>>);

impl Row {
    fn lines(&self) -> usize {
        self.0.iter().map(Vec::len).max().unwrap_or_default()
    }

    fn height(&self) -> f64 {
        self.lines() as f64 * CELL * LEADING + 2.0 * PAD
    }
}

/// Widths of the columns in mm.
fn widths(columns: &[Column]) -> Vec<f64> {
    let share = |c: &Column| if c.width.is_finite() && c.width > 0.0 { c.width.min(1e6) } else { 1.0 };
    let all: f64 = columns.iter().map(share).sum();
    // No column so narrow that not even one character fits.
    let least = CELL + 2.0 * PAD + 0.5;
    let spread = WIDTH - least * columns.len() as f64;
    columns.iter().map(|c| least + spread * share(c) / all).collect()
}
