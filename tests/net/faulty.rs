//! A line that spoils a part of what passes, seeded: one request a connection, so that a fault hits one request.

use std::io::Write;
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use super::wire::{ask, read_request};

/// What may happen to a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// 503.
    Busy,
    /// The connection is closed without an answer.
    Silent,
    /// Cut in the middle of the body: the server sees half of it.
    Cut,
    /// 200 with a login page.
    Page,
    /// Says yes and keeps nothing.
    Loses,
    /// Bytes that are no answer.
    Garbage,
    /// Done, and the answer is lost on the way: the next try finds it there.
    AnswerLost,
    /// Sent twice, answered twice.
    Twice,
    /// Takes its time.
    Slow,
    /// 403: the clock of who asks is too far off.
    Skewed,
    /// Never answers.
    Hangs,
}

/// Those that a bad line and a bad server have in store by themselves.
pub const USUAL: [Fault; 9] = [
    Fault::Busy,
    Fault::Silent,
    Fault::Cut,
    Fault::Page,
    Fault::Loses,
    Fault::Garbage,
    Fault::AnswerLost,
    Fault::Twice,
    Fault::Slow,
];

/// What passed and what was spoilt; and how much is to be.
#[derive(Default)]
pub struct Line {
    /// Requests that came.
    pub requests: AtomicU64,
    /// Of them spoilt.
    pub faults: AtomicU64,
    /// One in so many is spoilt; 0: none, 1: all.
    pub one_in: AtomicU64,
}

/// Scatters neighbouring seeds (one step of SplitMix64).
fn mix(seed: u64) -> u64 {
    let mut z = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// Starts the line to `upstream`; `faults` are drawn from.
pub fn start(upstream: u16, one_in: u64, faults: &'static [Fault], seed: u64) -> (u16, Arc<Line>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = listener.local_addr().expect("its port").port();
    let line = Arc::new(Line { one_in: one_in.into(), ..Line::default() });
    let told = line.clone();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let n = told.requests.fetch_add(1, Ordering::Relaxed);
            let draw = mix(seed ^ n.wrapping_mul(0x1234_5678_9abc_def1));
            let one_in = told.one_in.load(Ordering::Relaxed);
            let hit = one_in > 0 && draw.is_multiple_of(one_in) && !faults.is_empty();
            let fault = hit.then(|| faults[(draw >> 32) as usize % faults.len()]);
            if fault.is_some() {
                told.faults.fetch_add(1, Ordering::Relaxed);
            }
            std::thread::spawn(move || drop(pass(stream, upstream, fault)));
        }
    });
    (port, line)
}

const PAGE: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: 31\r\nConnection: close\r\n\r\n<html>Please log in here</html>";
const BUSY: &[u8] = b"HTTP/1.1 503 Slow\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
const YES: &[u8] = b"HTTP/1.1 200 OK\r\nETag: \"0\"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
const SKEWED: &[u8] = b"HTTP/1.1 403 Forbidden\r\nContent-Type: application/xml\r\nContent-Length: 55\r\nConnection: close\r\n\r\n<Error><Code>RequestTimeTooSkewed</Code></Error>       ";

fn pass(mut stream: TcpStream, upstream: u16, fault: Option<Fault>) -> std::io::Result<()> {
    let request = read_request(&mut stream)?.whole;
    match fault {
        Some(Fault::Busy) => stream.write_all(BUSY),
        Some(Fault::Silent) => Ok(()),
        Some(Fault::Cut) => {
            let mut up = TcpStream::connect(("127.0.0.1", upstream))?;
            up.write_all(&request[..request.len() / 2])
        }
        Some(Fault::Page) => stream.write_all(PAGE),
        Some(Fault::Loses) => stream.write_all(YES),
        Some(Fault::Garbage) => stream.write_all(b"\x00\xff garbage that is no answer\r\n\r\n"),
        Some(Fault::AnswerLost) => ask(upstream, &request).map(drop),
        Some(Fault::Twice) => {
            let (one, two) = (ask(upstream, &request)?, ask(upstream, &request)?);
            stream.write_all(&one)?;
            stream.write_all(&two)
        }
        Some(Fault::Skewed) => stream.write_all(SKEWED),
        Some(Fault::Hangs) => {
            std::thread::sleep(Duration::from_secs(600));
            Ok(())
        }
        Some(Fault::Slow) => {
            std::thread::sleep(Duration::from_millis(700));
            stream.write_all(&ask(upstream, &request)?)
        }
        None => stream.write_all(&ask(upstream, &request)?),
    }
}
