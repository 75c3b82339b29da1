//! A plain endpoint: takes `PUT` once, shows what it has by `HEAD` and `GET`, and remembers what was asked.

use std::collections::BTreeMap;
use std::io::Write;
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::wire::{Request, read_request};

/// Method, path, idempotency key, authorization.
pub type Asked = (String, String, Option<String>, Option<String>);

/// What it has and what it was asked.
#[derive(Default)]
pub struct Shelf {
    /// Objects by path.
    pub objects: Mutex<BTreeMap<String, Vec<u8>>>,
    /// Every request.
    pub asked: Mutex<Vec<Asked>>,
    /// Puts of paths that end so are done and never answered.
    pub mute: Mutex<Option<&'static str>>,
}

impl Shelf {
    /// Paths in the order in which they were put.
    pub fn put_order(&self) -> Vec<String> {
        let asked = self.asked.lock().expect("not poisoned");
        asked.iter().filter(|(method, ..)| method == "PUT").map(|(_, path, ..)| path.clone()).collect()
    }
}

/// Starts one.
pub fn start() -> (u16, Arc<Shelf>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = listener.local_addr().expect("its port").port();
    let shelf = Arc::new(Shelf::default());
    let own = shelf.clone();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let shelf = own.clone();
            std::thread::spawn(move || drop(serve(stream, &shelf)));
        }
    });
    (port, shelf)
}

fn serve(mut stream: TcpStream, shelf: &Shelf) -> std::io::Result<()> {
    let request = read_request(&mut stream)?;
    let of = |name: &str| request.header(name).map(str::to_owned);
    let entry = (request.method.clone(), request.path.clone(), of("idempotency-key"), of("authorization"));
    shelf.asked.lock().expect("not poisoned").push(entry);
    let (status, body) = answer(&request, shelf);
    let mute = shelf.mute.lock().expect("not poisoned").is_some_and(|end| request.path.ends_with(end));
    if mute && request.method == "PUT" {
        std::thread::sleep(Duration::from_secs(600));
    }
    let head = format!("HTTP/1.1 {status} X\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
    stream.write_all(head.as_bytes())?;
    if request.method == "HEAD" { Ok(()) } else { stream.write_all(&body) }
}

fn answer(request: &Request, shelf: &Shelf) -> (u16, Vec<u8>) {
    let mut objects = shelf.objects.lock().expect("not poisoned");
    match (request.method.as_str(), objects.get(&request.path)) {
        ("PUT", Some(_)) if request.header("if-none-match") == Some("*") => (412, Vec::new()),
        ("PUT", _) => {
            objects.insert(request.path.clone(), request.body.clone());
            (201, Vec::new())
        }
        (_, Some(body)) => (200, body.clone()),
        _ => (404, Vec::new()),
    }
}
