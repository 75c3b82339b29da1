//! The parts of an ONNX model as slices of its file: field numbers from `onnx.proto3`.

use std::collections::HashMap;

use thiserror::Error;

/// Why a file cannot be read as a model.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("the model's file is cut off or damaged")]
pub struct Damaged;

/// One constant.
#[derive(Debug, Clone, PartialEq)]
pub struct Tensor<'a> {
    /// The message as it stands in the file.
    pub raw: &'a [u8],
    /// Length of each axis.
    pub shape: Vec<usize>,
    /// Little-endian values.
    pub data: &'a [u8],
}

impl Tensor<'_> {
    /// The values as 32-bit floats, if that is what they are by their number.
    pub fn floats(&self) -> Result<Vec<f32>, Damaged> {
        let values: Vec<f32> =
            self.data.as_chunks::<4>().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect();
        if values.len() == self.shape.iter().product::<usize>() { Ok(values) } else { Err(Damaged) }
    }
}

/// One operator.
#[derive(Debug, Clone, PartialEq)]
pub struct Node<'a> {
    /// The message as it stands in the file.
    pub raw: &'a [u8],
    /// Names of what it reads.
    pub inputs: Vec<&'a str>,
    /// Names of what it makes.
    pub outputs: Vec<&'a str>,
}

/// A model's graph.
#[derive(Debug, Default)]
pub struct Model<'a> {
    /// In an order in which they can run.
    pub nodes: Vec<Node<'a>>,
    /// By name.
    pub constants: HashMap<&'a str, Tensor<'a>>,
    /// Declarations of the inputs, as they stand in the file.
    pub inputs: Vec<&'a [u8]>,
    /// Declarations of the outputs, as they stand in the file.
    pub outputs: Vec<&'a [u8]>,
}

impl<'a> Model<'a> {
    /// Reads the graph of a model.
    pub fn read(bytes: &'a [u8]) -> Result<Self, Damaged> {
        let mut model = Self::default();
        for field in Fields(bytes) {
            if let (7, Payload::Bytes(graph)) = field? {
                model.read_graph(graph)?;
            }
        }
        Ok(model)
    }

    fn read_graph(&mut self, graph: &'a [u8]) -> Result<(), Damaged> {
        for field in Fields(graph) {
            match field? {
                (1, Payload::Bytes(raw)) => self.nodes.push(node(raw)?),
                (5, Payload::Bytes(raw)) => {
                    let (name, tensor) = tensor(raw)?;
                    self.constants.insert(name, tensor);
                }
                (11, Payload::Bytes(raw)) => self.inputs.push(raw),
                (12, Payload::Bytes(raw)) => self.outputs.push(raw),
                _ => {}
            }
        }
        Ok(())
    }
}

fn node(raw: &[u8]) -> Result<Node<'_>, Damaged> {
    let mut node = Node { raw, inputs: Vec::new(), outputs: Vec::new() };
    for field in Fields(raw) {
        match field? {
            (1, Payload::Bytes(name)) => node.inputs.push(text(name)?),
            (2, Payload::Bytes(name)) => node.outputs.push(text(name)?),
            _ => {}
        }
    }
    Ok(node)
}

fn tensor(raw: &[u8]) -> Result<(&str, Tensor<'_>), Damaged> {
    let mut name = "";
    let mut tensor = Tensor { raw, shape: Vec::new(), data: &[] };
    for field in Fields(raw) {
        match field? {
            (1, Payload::Number(side)) => tensor.shape.push(usize::try_from(side).map_err(|_| Damaged)?),
            (1, Payload::Bytes(mut packed)) => {
                while !packed.is_empty() {
                    tensor.shape.push(usize::try_from(varint(&mut packed)?).map_err(|_| Damaged)?);
                }
            }
            (8, Payload::Bytes(bytes)) => name = text(bytes)?,
            (9, Payload::Bytes(data)) => tensor.data = data,
            _ => {}
        }
    }
    Ok((name, tensor))
}

fn text(bytes: &[u8]) -> Result<&str, Damaged> {
    std::str::from_utf8(bytes).map_err(|_| Damaged)
}

enum Payload<'a> {
    Number(u64),
    Bytes(&'a [u8]),
    /// Of a fixed width: none that is read here.
    Other,
}

/// The fields of a message, one after another; ends after the first error.
struct Fields<'a>(&'a [u8]);

impl<'a> Iterator for Fields<'a> {
    type Item = Result<(u64, Payload<'a>), Damaged>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.0.is_empty() {
            return None;
        }
        let field = field(&mut self.0);
        if field.is_err() {
            self.0 = &[];
        }
        Some(field)
    }
}

fn field<'a>(rest: &mut &'a [u8]) -> Result<(u64, Payload<'a>), Damaged> {
    let key = varint(rest)?;
    let payload = match key & 7 {
        0 => Payload::Number(varint(rest)?),
        1 => take(rest, 8).map(|_| Payload::Other)?,
        2 => {
            let length = varint(rest)?;
            Payload::Bytes(take(rest, usize::try_from(length).map_err(|_| Damaged)?)?)
        }
        5 => take(rest, 4).map(|_| Payload::Other)?,
        _ => return Err(Damaged),
    };
    Ok((key >> 3, payload))
}

fn take<'a>(rest: &mut &'a [u8], length: usize) -> Result<&'a [u8], Damaged> {
    let (taken, left) = rest.split_at_checked(length).ok_or(Damaged)?;
    *rest = left;
    Ok(taken)
}

fn varint(rest: &mut &[u8]) -> Result<u64, Damaged> {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let (&byte, left) = rest.split_first().ok_or(Damaged)?;
        *rest = left;
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Ok(value);
        }
    }
    Err(Damaged)
}

#[cfg(test)]
mod tests {
    use super::super::{Attribute, Writer};
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_the_writer_wrote_is_read() {
        let mut writer = Writer::default();
        writer.input("in", &[1, 3]);
        writer.floats("w", &[2, 1], &[0.5, -3.0]);
        writer.node("Add", &["in", "w"], "out", &[Attribute::Int("axis", 1)]);
        writer.output("out", &[1, 3]);
        let bytes = writer.finish(11);
        let model = Model::read(&bytes).unwrap();
        assert_eq!(model.nodes.len(), 1);
        assert_eq!(model.nodes[0].inputs, ["in", "w"]);
        assert_eq!(model.nodes[0].outputs, ["out"]);
        let w = &model.constants["w"];
        assert_eq!((w.shape.as_slice(), w.floats().unwrap()), ([2, 1].as_slice(), vec![0.5, -3.0]));
        assert_eq!((model.inputs.len(), model.outputs.len()), (1, 1));
    }

    proptest! {
        #[test]
        fn any_bytes_give_an_answer_and_no_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = Model::read(&[&[0x3a, 0xff, 0x01], bytes.as_slice()].concat());
            let _ = Model::read(&bytes);
        }
    }
}
