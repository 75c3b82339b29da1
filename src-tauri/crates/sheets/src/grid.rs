//! A sheet as it was read: cells in rows, before anybody knows what they mean.

use crate::{SheetError, limits};

/// What a cell holds.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) enum Value {
    #[default]
    Empty,
    Text(String),
    Number(f64),
    Truth(bool),
    /// A date, a time of day or both, as Excel counts them: days since the end of 1899, 1904 already allowed for.
    Moment(f64),
    /// A formula's error, such as #N/A.
    Fault,
}

/// A cell: its value, and whether a formula made it.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Cell {
    pub value: Value,
    pub formula: bool,
}

impl Cell {
    /// Nothing in it. A formula without a computed value is not nothing: its value is unknown.
    pub fn is_empty(&self) -> bool {
        !self.formula && self.is_blank()
    }

    fn is_blank(&self) -> bool {
        match &self.value {
            Value::Empty => true,
            Value::Text(text) => text.chars().all(crate::cell_text::is_space),
            _ => false,
        }
    }
}

/// A row with at least one filled cell.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Row {
    /// As the spreadsheet numbers it, from 1.
    pub number: u32,
    pub cells: Vec<Cell>,
}

impl Row {
    pub fn cell(&self, column: usize) -> Option<&Cell> {
        self.cells.get(column)
    }

    pub fn is_empty(&self) -> bool {
        self.cells.iter().all(Cell::is_empty)
    }
}

/// Cells that are shown as one; rows from 1, columns from 0, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Merge {
    pub rows: (u32, u32),
    pub columns: (u32, u32),
}

/// The filled rows of a sheet, in order, within the limits.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Grid {
    pub rows: Vec<Row>,
    pub merges: Vec<Merge>,
    slots: usize,
    text_bytes: usize,
}

impl Grid {
    /// Adds a cell. Cells of a row may come in any order, rows only one after the other: sheets in which they do not
    /// are damaged.
    pub fn put(&mut self, number: u32, column: u32, cell: Cell) -> Result<(), SheetError> {
        if cell.is_empty() {
            return Ok(());
        }
        if column >= limits::COLUMNS {
            return Err(SheetError::TooManyColumns);
        }
        if number > limits::ROWS && self.rows.len() >= limits::ROWS as usize {
            return Err(SheetError::TooManyRows);
        }
        match self.rows.last() {
            Some(last) if last.number == number => {}
            Some(last) if last.number > number => return Err(SheetError::Damaged("rows out of order")),
            _ => self.rows.push(Row { number, cells: Vec::new() }),
        }
        if let Value::Text(text) = &cell.value {
            self.text_bytes += text.len();
        }
        let Some(row) = self.rows.last_mut() else { return Err(SheetError::Damaged("no row")) };
        let column = column as usize;
        if row.cells.len() <= column {
            self.slots += column + 1 - row.cells.len();
            row.cells.resize(column + 1, Cell::default());
        }
        row.cells[column] = cell;
        if self.slots > limits::CELLS || self.text_bytes > limits::TEXT_BYTES {
            return Err(SheetError::TooManyCells);
        }
        Ok(())
    }

    /// Columns of the widest row.
    pub fn width(&self) -> usize {
        self.rows.iter().map(|row| row.cells.len()).max().unwrap_or(0)
    }

    /// Writes the first cell of each merged block that runs downwards into the rows below it, for the given columns.
    /// Returns how many cells were filled.
    pub fn fill_down(&mut self, columns: &[usize]) -> usize {
        let mut filled = 0;
        for merge in std::mem::take(&mut self.merges) {
            let column = merge.columns.0 as usize;
            if !columns.contains(&column) || merge.rows.1 <= merge.rows.0 {
                continue;
            }
            let first = self.rows.partition_point(|row| row.number < merge.rows.0);
            let end = self.rows.partition_point(|row| row.number <= merge.rows.1);
            let Some(source) = self.rows.get(first).filter(|row| row.number == merge.rows.0) else {
                continue;
            };
            let Some(cell) = source.cell(column).filter(|cell| !cell.is_empty()).cloned() else { continue };
            for row in &mut self.rows[first + 1..end.max(first + 1)] {
                if row.cell(column).is_none_or(Cell::is_empty) && filled < limits::ROWS as usize * 4 {
                    if row.cells.len() <= column {
                        row.cells.resize(column + 1, Cell::default());
                    }
                    row.cells[column] = cell.clone();
                    filled += 1;
                }
            }
        }
        filled
    }
}

/// A, B, …, Z, AA: as the spreadsheet names a column, counted from 0.
pub fn column_letter(column: usize) -> String {
    let mut rest = column;
    let mut letters = Vec::new();
    loop {
        letters.push(char::from(b'A' + (rest % 26) as u8));
        if rest < 26 {
            break;
        }
        rest = rest / 26 - 1;
    }
    letters.iter().rev().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Cell {
        Cell { value: Value::Text(text.into()), formula: false }
    }

    #[test]
    fn columns_are_named_as_spreadsheets_name_them() {
        for (column, letters) in
            [(0, "A"), (25, "Z"), (26, "AA"), (51, "AZ"), (52, "BA"), (701, "ZZ"), (702, "AAA")]
        {
            assert_eq!(column_letter(column), letters);
        }
    }

    #[test]
    fn a_merged_block_fills_the_rows_below_it_and_no_other() {
        let mut grid = Grid::default();
        for number in 1..=4 {
            grid.put(number, 1, text("x")).unwrap();
        }
        let mut with_college = Grid::default();
        for row in &grid.rows {
            if row.number == 1 {
                with_college.put(1, 0, text("文学院")).unwrap();
            }
            with_college.put(row.number, 1, text("x")).unwrap();
        }
        with_college.merges = vec![Merge { rows: (1, 3), columns: (0, 0) }];
        assert_eq!(with_college.fill_down(&[0]), 2);
        let found: Vec<bool> =
            with_college.rows.iter().map(|row| row.cell(0) == Some(&text("文学院"))).collect();
        assert_eq!(found, [true, true, true, false]);
    }

    #[test]
    fn blank_cells_take_no_room_however_far_away() {
        let mut grid = Grid::default();
        grid.put(1_048_576, 16_383, text("\u{3000} ")).unwrap();
        assert_eq!(grid, Grid::default());
    }

    #[test]
    fn rows_in_the_wrong_order_are_damage() {
        let mut grid = Grid::default();
        grid.put(2, 0, text("a")).unwrap();
        assert_eq!(grid.put(1, 0, text("b")), Err(SheetError::Damaged("rows out of order")));
    }
}
