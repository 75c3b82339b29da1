//! One HTTP request by hand, past everything that is tested.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;

/// A request as it came.
pub struct Request {
    /// `PUT`.
    pub method: String,
    /// `/bucket/key`.
    pub path: String,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
    /// All of it, with `Connection: close` put in, to be passed on.
    pub whole: Vec<u8>,
}

impl Request {
    /// A header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }
}

/// Reads one request whole.
pub fn read_request(stream: &mut impl Read) -> std::io::Result<Request> {
    let mut bytes = Vec::new();
    let mut chunk = [0; 65536];
    let end = loop {
        if let Some(at) = bytes.windows(4).position(|w| w == b"\r\n\r\n") {
            break at + 4;
        }
        match stream.read(&mut chunk)? {
            0 => return Err(ErrorKind::UnexpectedEof.into()),
            n => bytes.extend_from_slice(&chunk[..n]),
        }
    };
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let mut lines = head.lines();
    let first = lines.next().unwrap_or_default();
    let mut words = first.split(' ');
    let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.trim().to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let length = headers.iter().find(|(n, _)| n == "content-length").and_then(|(_, v)| v.parse().ok());
    while bytes.len() < end + length.unwrap_or(0) {
        match stream.read(&mut chunk)? {
            0 => return Err(ErrorKind::UnexpectedEof.into()),
            n => bytes.extend_from_slice(&chunk[..n]),
        }
    }
    let mut whole = head.trim_end().as_bytes().to_vec();
    whole.extend_from_slice(b"\r\nConnection: close\r\n\r\n");
    whole.extend_from_slice(&bytes[end..]);
    let (method, path) = (method.to_owned(), path.to_owned());
    Ok(Request { method, path, headers, body: bytes[end..].to_vec(), whole })
}

/// Passes a request on and gives the whole answer.
pub fn ask(upstream: u16, request: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut up = TcpStream::connect(("127.0.0.1", upstream))?;
    up.write_all(request)?;
    let mut answer = Vec::new();
    up.read_to_end(&mut answer)?;
    Ok(answer)
}

/// Status and body of a request without one.
pub fn http(method: &str, port: u16, path: &str) -> (u16, Vec<u8>) {
    let head = format!(
        "{method} {path} HTTP/1.0\r\nHost: 127.0.0.1:{port}\r\nContent-Length: 0\r\nAuthorization: AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0\r\n\r\n"
    );
    let all = ask(port, head.as_bytes()).expect("the server answers");
    let at = all.windows(4).position(|w| w == b"\r\n\r\n").expect("an end of the head");
    let status = String::from_utf8_lossy(&all[9..12]).parse().expect("a status");
    (status, all[at + 4..].to_vec())
}
