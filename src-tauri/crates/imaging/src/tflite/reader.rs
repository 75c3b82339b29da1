//! The part of the TFLite flatbuffer schema (version 3) that inference needs, read with every access checked.
//!
//! A flatbuffer table starts with a signed offset back to its vtable; the vtable says at which byte of the table each
//! field lies, 0 meaning "absent, take the default". Strings, vectors and sub-tables are unsigned offsets forward.

use super::TfliteError;

/// Most tensors, operators or dimensions that are believed; the largest model in use has some 770 tensors.
const MOST: usize = 20_000;

/// Element types of tensors that occur.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    F32,
    F16,
    I32,
    Other(i8),
}

/// One value of the graph.
#[derive(Debug)]
pub struct Tensor<'a> {
    pub name: String,
    pub shape: Vec<usize>,
    pub kind: Kind,
    /// Little-endian contents of a constant; empty for a value that is computed.
    pub data: &'a [u8],
}

impl Tensor<'_> {
    /// Number of elements.
    pub fn len(&self) -> usize {
        self.shape.iter().product()
    }
}

/// One operator with the indices of its tensors (−1: an optional input that is absent).
#[derive(Debug)]
pub struct Operator<'a> {
    pub code: i32,
    pub inputs: Vec<i32>,
    pub outputs: Vec<i32>,
    pub options: Option<Table<'a>>,
}

/// The main subgraph of a model.
#[derive(Debug)]
pub struct Model<'a> {
    pub tensors: Vec<Tensor<'a>>,
    pub operators: Vec<Operator<'a>>,
    pub inputs: Vec<i32>,
    pub outputs: Vec<i32>,
}

impl<'a> Model<'a> {
    /// Reads the main subgraph.
    pub fn read(bytes: &'a [u8]) -> Result<Self, TfliteError> {
        if bytes.get(4..8) != Some(b"TFL3") {
            return Err(TfliteError::Unsupported("not a TFLite file of version 3".into()));
        }
        let model = Table::at_offset(bytes, 0)?;
        let codes = model.tables(1)?.iter().map(operator_code).collect::<Result<Vec<_>, _>>()?;
        let buffers = model.tables(4)?;
        let subgraphs = model.tables(2)?;
        let [main] = subgraphs.as_slice() else {
            return Err(TfliteError::Unsupported(format!("{} subgraphs", subgraphs.len())));
        };
        let tensors = main.tables(0)?.iter().map(|t| tensor(t, &buffers)).collect::<Result<Vec<_>, _>>()?;
        let operators = main.tables(3)?.iter().map(|t| operator(t, &codes)).collect::<Result<Vec<_>, _>>()?;
        Ok(Self { tensors, operators, inputs: main.ints(1)?, outputs: main.ints(2)? })
    }
}

fn operator_code(table: &Table<'_>) -> Result<i32, TfliteError> {
    // Old files hold the code in a byte; where it does not fit, the byte is capped and the int is right.
    Ok(table.i32(3, 0)?.max(i32::from(table.i8(0, 0)?)))
}

fn tensor<'a>(table: &Table<'a>, buffers: &[Table<'a>]) -> Result<Tensor<'a>, TfliteError> {
    let kind = match table.i8(1, 0)? {
        0 => Kind::F32,
        1 => Kind::F16,
        2 => Kind::I32,
        other => Kind::Other(other),
    };
    let mut shape = Vec::new();
    let mut elements: usize = 1;
    for side in table.ints(0)? {
        let side = usize::try_from(side).map_err(|_| TfliteError::Unsupported("open dimension".into()))?;
        elements = elements.saturating_mul(side);
        shape.push(side);
    }
    if elements > 1 << 28 {
        return Err(TfliteError::Inconsistent(format!("a tensor of shape {shape:?}")));
    }
    if table.table(6)?.is_some() {
        return Err(TfliteError::Unsupported("sparse weights".into()));
    }
    let buffer = usize::try_from(table.u32(2, 0)?).unwrap_or(usize::MAX);
    let data = match buffers.get(buffer) {
        Some(buffer) => buffer.bytes(0)?,
        None => return Err(TfliteError::Inconsistent(format!("no buffer {buffer}"))),
    };
    let name = String::from_utf8_lossy(table.bytes(3)?).into_owned();
    Ok(Tensor { name, shape, kind, data })
}

fn operator<'a>(table: &Table<'a>, codes: &[i32]) -> Result<Operator<'a>, TfliteError> {
    let index = usize::try_from(table.u32(0, 0)?).unwrap_or(usize::MAX);
    let code =
        *codes.get(index).ok_or_else(|| TfliteError::Inconsistent(format!("no operator code {index}")))?;
    Ok(Operator { code, inputs: table.ints(1)?, outputs: table.ints(2)?, options: table.table(4)? })
}

/// One table of the flatbuffer.
#[derive(Debug, Clone, Copy)]
pub struct Table<'a> {
    bytes: &'a [u8],
    start: usize,
    vtable: usize,
    vtable_len: usize,
}

impl<'a> Table<'a> {
    /// The table that the offset stored at `place` points to.
    fn at_offset(bytes: &'a [u8], place: usize) -> Result<Self, TfliteError> {
        let start = follow(bytes, place)?;
        let back = i64::from(i32::from_le_bytes(word(bytes, start)?));
        let damaged = TfliteError::Damaged(start);
        let vtable = i64::try_from(start).ok().and_then(|s| usize::try_from(s - back).ok()).ok_or(damaged)?;
        let vtable_len = usize::from(u16::from_le_bytes(word(bytes, vtable)?));
        Ok(Self { bytes, start, vtable, vtable_len })
    }

    /// Where field `slot` lies, `None` if it has its default.
    fn field(&self, slot: usize) -> Result<Option<usize>, TfliteError> {
        let entry = 4 + 2 * slot;
        if entry + 2 > self.vtable_len {
            return Ok(None);
        }
        let offset = usize::from(u16::from_le_bytes(word(self.bytes, self.vtable + entry)?));
        Ok((offset != 0).then_some(self.start + offset))
    }

    /// Whether a boolean field is set.
    pub fn flag(&self, slot: usize) -> Result<bool, TfliteError> {
        Ok(self.i8(slot, 0)? != 0)
    }

    /// An 8-bit field.
    pub fn i8(&self, slot: usize, default: i8) -> Result<i8, TfliteError> {
        Ok(match self.field(slot)? {
            Some(at) => i8::from_le_bytes(word(self.bytes, at)?),
            None => default,
        })
    }

    /// A 32-bit field.
    pub fn i32(&self, slot: usize, default: i32) -> Result<i32, TfliteError> {
        Ok(match self.field(slot)? {
            Some(at) => i32::from_le_bytes(word(self.bytes, at)?),
            None => default,
        })
    }

    /// An unsigned 32-bit field.
    fn u32(&self, slot: usize, default: u32) -> Result<u32, TfliteError> {
        Ok(match self.field(slot)? {
            Some(at) => u32::from_le_bytes(word(self.bytes, at)?),
            None => default,
        })
    }

    /// A 32-bit floating-point field.
    pub fn f32(&self, slot: usize, default: f32) -> Result<f32, TfliteError> {
        Ok(match self.field(slot)? {
            Some(at) => f32::from_le_bytes(word(self.bytes, at)?),
            None => default,
        })
    }

    fn table(&self, slot: usize) -> Result<Option<Table<'a>>, TfliteError> {
        self.field(slot)?.map(|at| Table::at_offset(self.bytes, at)).transpose()
    }

    /// Start and length of a vector whose elements take `size` bytes.
    fn vector(&self, slot: usize, size: usize) -> Result<(usize, usize), TfliteError> {
        let Some(at) = self.field(slot)? else { return Ok((0, 0)) };
        let start = follow(self.bytes, at)?;
        let count = u32::from_le_bytes(word(self.bytes, start)?);
        let count = usize::try_from(count).map_err(|_| TfliteError::Damaged(start))?;
        let end = count.checked_mul(size).and_then(|n| n.checked_add(start + 4));
        if end.is_none_or(|end| end > self.bytes.len()) {
            return Err(TfliteError::Damaged(start));
        }
        Ok((start + 4, count))
    }

    fn bytes(&self, slot: usize) -> Result<&'a [u8], TfliteError> {
        let (start, count) = self.vector(slot, 1)?;
        Ok(&self.bytes[start..start + count])
    }

    fn ints(&self, slot: usize) -> Result<Vec<i32>, TfliteError> {
        let (start, count) = self.vector(slot, 4)?;
        believable(start, count)?;
        (0..count).map(|i| Ok(i32::from_le_bytes(word(self.bytes, start + 4 * i)?))).collect()
    }

    fn tables(&self, slot: usize) -> Result<Vec<Table<'a>>, TfliteError> {
        let (start, count) = self.vector(slot, 4)?;
        believable(start, count)?;
        (0..count).map(|i| Table::at_offset(self.bytes, start + 4 * i)).collect()
    }
}

fn believable(at: usize, count: usize) -> Result<(), TfliteError> {
    if count > MOST { Err(TfliteError::Damaged(at)) } else { Ok(()) }
}

fn word<const N: usize>(bytes: &[u8], at: usize) -> Result<[u8; N], TfliteError> {
    let end = at.checked_add(N).ok_or(TfliteError::Damaged(at))?;
    bytes.get(at..end).and_then(|b| b.try_into().ok()).ok_or(TfliteError::Damaged(at))
}

fn follow(bytes: &[u8], place: usize) -> Result<usize, TfliteError> {
    let offset = u32::from_le_bytes(word(bytes, place)?);
    usize::try_from(offset).ok().and_then(|o| place.checked_add(o)).ok_or(TfliteError::Damaged(place))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file whose root table has one field (slot 0, a byte of 7) and nothing else.
    fn tiny() -> Vec<u8> {
        let mut bytes = vec![16, 0, 0, 0];
        bytes.extend(b"TFL3");
        bytes.extend([6, 0, 8, 0, 4, 0, 0, 0]); // vtable: 6 bytes long, table of 8 bytes, slot 0 at byte 4
        bytes.extend(8i32.to_le_bytes()); // the vtable lies 8 bytes before the table
        bytes.extend([7, 0, 0, 0]);
        bytes
    }

    #[test]
    fn fields_and_defaults_are_told_apart() {
        let bytes = tiny();
        let table = Table::at_offset(&bytes, 0).unwrap();
        assert_eq!(table.i8(0, 1), Ok(7));
        assert_eq!(table.i8(1, 42), Ok(42));
        assert_eq!(table.ints(3), Ok(vec![]));
    }

    #[test]
    fn a_cut_file_is_damaged_and_an_empty_one_has_no_subgraph() {
        let bytes = tiny();
        assert!(matches!(Model::read(&bytes[..14]), Err(TfliteError::Damaged(_))));
        assert_eq!(Model::read(&bytes).unwrap_err(), TfliteError::Unsupported("0 subgraphs".into()));
    }
}
