//! Just enough protobuf to write an ONNX model: field numbers from `onnx.proto3` (IR version 8).

/// ONNX element types.
const FLOAT: u64 = 1;
const UINT8: u64 = 2;
const INT8: u64 = 3;
const INT32: u64 = 6;
const INT64: u64 = 7;

/// A protobuf message under construction.
#[derive(Default)]
struct Message(Vec<u8>);

impl Message {
    fn varint(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.0.push((value & 0x7f) as u8 | 0x80);
            value >>= 7;
        }
        self.0.push(value as u8);
    }

    fn int(&mut self, field: u64, value: u64) {
        self.varint(field << 3);
        self.varint(value);
    }

    fn bytes(&mut self, field: u64, value: &[u8]) {
        self.varint(field << 3 | 2);
        self.varint(value.len() as u64);
        self.0.extend(value);
    }

    fn message(&mut self, field: u64, value: &Message) {
        self.bytes(field, &value.0);
    }
}

/// An attribute of a node.
pub enum Attribute<'a> {
    Float(&'a str, f32),
    Int(&'a str, i64),
    Ints(&'a str, &'a [i64]),
    Text(&'a str, &'a str),
}

impl Attribute<'_> {
    fn encode(&self) -> Message {
        let mut m = Message::default();
        match self {
            Attribute::Float(name, value) => {
                m.bytes(1, name.as_bytes());
                // Field 2, four bytes wide.
                m.varint(2 << 3 | 5);
                m.0.extend(value.to_le_bytes());
                m.int(20, 1);
            }
            Attribute::Int(name, value) => {
                m.bytes(1, name.as_bytes());
                m.int(3, value.cast_unsigned());
                m.int(20, 2);
            }
            Attribute::Text(name, value) => {
                m.bytes(1, name.as_bytes());
                m.bytes(4, value.as_bytes());
                m.int(20, 3);
            }
            Attribute::Ints(name, values) => {
                m.bytes(1, name.as_bytes());
                for value in *values {
                    m.int(8, value.cast_unsigned());
                }
                m.int(20, 7);
            }
        }
        m
    }
}

/// Collects the parts of a graph and writes them as one model.
#[derive(Default)]
pub struct Writer {
    graph: Message,
}

impl Writer {
    /// A node of the default operator set.
    pub fn node(&mut self, kind: &str, inputs: &[&str], output: &str, attributes: &[Attribute<'_>]) {
        let mut m = Message::default();
        for input in inputs {
            m.bytes(1, input.as_bytes());
        }
        m.bytes(2, output.as_bytes());
        m.bytes(3, output.as_bytes());
        m.bytes(4, kind.as_bytes());
        for attribute in attributes {
            m.message(5, &attribute.encode());
        }
        self.graph.message(1, &m);
    }

    /// A constant of floats.
    pub fn floats(&mut self, name: &str, shape: &[usize], values: &[f32]) {
        let raw: Vec<u8> = values.iter().flat_map(|v| v.to_le_bytes()).collect();
        self.constant(name, shape, FLOAT, &raw);
    }

    /// A constant list of integers.
    pub fn ints(&mut self, name: &str, values: &[i64]) {
        let raw: Vec<u8> = values.iter().flat_map(|v| v.to_le_bytes()).collect();
        self.constant(name, &[values.len()], INT64, &raw);
    }

    /// A constant of bytes without sign.
    pub fn bytes(&mut self, name: &str, shape: &[usize], values: &[u8]) {
        self.constant(name, shape, UINT8, values);
    }

    /// A constant of signed bytes.
    pub fn signed_bytes(&mut self, name: &str, shape: &[usize], values: &[i8]) {
        let raw: Vec<u8> = values.iter().map(|v| v.cast_unsigned()).collect();
        self.constant(name, shape, INT8, &raw);
    }

    /// A constant of 32-bit integers.
    pub fn short_ints(&mut self, name: &str, values: &[i32]) {
        let raw: Vec<u8> = values.iter().flat_map(|v| v.to_le_bytes()).collect();
        self.constant(name, &[values.len()], INT32, &raw);
    }

    /// A node as it stands in another model's file.
    pub fn copied_node(&mut self, raw: &[u8]) {
        self.graph.bytes(1, raw);
    }

    /// A constant as it stands in another model's file.
    pub fn copied_constant(&mut self, raw: &[u8]) {
        self.graph.bytes(5, raw);
    }

    /// The declaration of an input as it stands in another model's file.
    pub fn copied_input(&mut self, raw: &[u8]) {
        self.graph.bytes(11, raw);
    }

    /// The declaration of an output as it stands in another model's file.
    pub fn copied_output(&mut self, raw: &[u8]) {
        self.graph.bytes(12, raw);
    }

    /// Declares a float output whose shape only the run tells.
    pub fn open_output(&mut self, name: &str) {
        let mut tensor = Message::default();
        tensor.int(1, FLOAT);
        let mut kind = Message::default();
        kind.message(1, &tensor);
        let mut value = Message::default();
        value.bytes(1, name.as_bytes());
        value.message(2, &kind);
        self.graph.message(12, &value);
    }

    fn constant(&mut self, name: &str, shape: &[usize], kind: u64, raw: &[u8]) {
        let mut m = Message::default();
        for side in shape {
            m.int(1, *side as u64);
        }
        m.int(2, kind);
        m.bytes(8, name.as_bytes());
        m.bytes(9, raw);
        self.graph.message(5, &m);
    }

    /// Declares a float input of the model.
    pub fn input(&mut self, name: &str, shape: &[usize]) {
        let value = value_info(name, shape);
        self.graph.message(11, &value);
    }

    /// Declares a float output of the model.
    pub fn output(&mut self, name: &str, shape: &[usize]) {
        let value = value_info(name, shape);
        self.graph.message(12, &value);
    }

    /// The whole model, whose operators are those of `version` of the default set.
    pub fn finish(mut self, version: u64) -> Vec<u8> {
        self.graph.bytes(2, b"graph");
        let mut opset = Message::default();
        opset.bytes(1, b"");
        opset.int(2, version);
        let mut model = Message::default();
        model.int(1, 8);
        model.message(7, &self.graph);
        model.message(8, &opset);
        model.0
    }
}

fn value_info(name: &str, shape: &[usize]) -> Message {
    let mut dims = Message::default();
    for side in shape {
        let mut dim = Message::default();
        dim.int(1, *side as u64);
        dims.message(1, &dim);
    }
    let mut tensor = Message::default();
    tensor.int(1, FLOAT);
    tensor.message(2, &dims);
    let mut kind = Message::default();
    kind.message(1, &tensor);
    let mut value = Message::default();
    value.bytes(1, name.as_bytes());
    value.message(2, &kind);
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn varints_and_fields_are_written_as_protobuf_wants_them() {
        let mut m = Message::default();
        m.int(1, 300);
        assert_eq!(m.0, [0x08, 0xac, 0x02]);
        let mut m = Message::default();
        m.bytes(2, b"ab");
        assert_eq!(m.0, [0x12, 2, b'a', b'b']);
        let mut m = Message::default();
        m.int(3, (-1i64).cast_unsigned());
        assert_eq!(m.0.len(), 11);
    }
}
