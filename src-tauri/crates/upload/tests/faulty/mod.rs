//! A proxy that spoils a tenth of what passes, seeded: one request a connection, so that a fault hits one request.
#![allow(dead_code)]

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// What passed and what was spoilt.
#[derive(Default)]
pub struct Figures {
    /// Requests that came.
    pub requests: AtomicU64,
    /// Of them spoilt.
    pub faults: AtomicU64,
}

/// Starts the proxy; `one_in` 0 spoils nothing, 1 everything. `only`: always this fault.
pub fn start(upstream: u16, one_in: u64, only: Option<u64>, seed: u64) -> (u16, Arc<Figures>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let figures = Arc::new(Figures::default());
    let told = figures.clone();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let n = told.requests.fetch_add(1, Ordering::Relaxed);
            let draw = upload::policy::mix(seed ^ n.wrapping_mul(0x1234_5678_9abc_def1));
            let fault = (one_in > 0 && draw.is_multiple_of(one_in)).then(|| only.unwrap_or((draw >> 32) % 8));
            if fault.is_some() {
                told.faults.fetch_add(1, Ordering::Relaxed);
            }
            std::thread::spawn(move || drop(pass(stream, upstream, fault)));
        }
    });
    (port, figures)
}

/// Reads one request whole; head and body with `Connection: close` put in.
fn request(stream: &mut TcpStream) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut chunk = [0; 65536];
    let end = loop {
        if let Some(at) = bytes.windows(4).position(|w| w == b"\r\n\r\n") {
            break at + 4;
        }
        match stream.read(&mut chunk)? {
            0 => return Err(std::io::ErrorKind::UnexpectedEof.into()),
            n => bytes.extend_from_slice(&chunk[..n]),
        }
    };
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let length = head
        .lines()
        .find_map(|l| l.to_ascii_lowercase().strip_prefix("content-length:")?.trim().parse().ok());
    while bytes.len() < end + length.unwrap_or(0) {
        match stream.read(&mut chunk)? {
            0 => return Err(std::io::ErrorKind::UnexpectedEof.into()),
            n => bytes.extend_from_slice(&chunk[..n]),
        }
    }
    let mut whole = head.trim_end().as_bytes().to_vec();
    whole.extend_from_slice(b"\r\nConnection: close\r\n\r\n");
    whole.extend_from_slice(&bytes[end..]);
    Ok(whole)
}

fn ask(upstream: u16, request: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut up = TcpStream::connect(("127.0.0.1", upstream))?;
    up.write_all(request)?;
    let mut answer = Vec::new();
    up.read_to_end(&mut answer)?;
    Ok(answer)
}

const PAGE: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: 31\r\nConnection: close\r\n\r\n<html>Please log in here</html>";

fn pass(mut stream: TcpStream, upstream: u16, fault: Option<u64>) -> std::io::Result<()> {
    let request = request(&mut stream)?;
    match fault {
        Some(0) => stream.write_all(b"HTTP/1.1 503 Slow\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"),
        Some(1) => Ok(()),
        // Cut in the middle of the body: the server sees half of it.
        Some(2) => {
            let mut up = TcpStream::connect(("127.0.0.1", upstream))?;
            up.write_all(&request[..request.len() / 2])
        }
        Some(3) => stream.write_all(PAGE),
        // Accepts and loses.
        Some(4) => stream.write_all(b"HTTP/1.1 200 OK\r\nETag: \"0\"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"),
        Some(5) => stream.write_all(b"\x00\xff garbage that is no answer\r\n\r\n"),
        // Done, and the answer is lost on the way: the next try finds it there.
        Some(6) => ask(upstream, &request).map(drop),
        // Sent twice, answered twice.
        Some(7) => {
            let (one, two) = (ask(upstream, &request)?, ask(upstream, &request)?);
            stream.write_all(&one)?;
            stream.write_all(&two)
        }
        Some(8) => stream.write_all(
            b"HTTP/1.1 403 Forbidden\r\nContent-Type: application/xml\r\nContent-Length: 55\r\nConnection: close\r\n\r\n<Error><Code>RequestTimeTooSkewed</Code></Error>       ",
        ),
        _ => {
            if fault == Some(9) {
                std::thread::sleep(Duration::from_millis(300));
            }
            let answer = ask(upstream, &request)?;
            stream.write_all(&answer)
        }
    }
}
