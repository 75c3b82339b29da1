//! A proxy that passes `CONNECT` on, and may want a login.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use base64::Engine;

/// Starts one; gives its port and the number of connections that it has made for others.
pub fn start(login: Option<(&str, &str)>) -> (u16, Arc<AtomicU64>) {
    let encode = |text: String| base64::engine::general_purpose::STANDARD.encode(text);
    let wanted = login.map(|(name, password)| format!("Basic {}", encode(format!("{name}:{password}"))));
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = listener.local_addr().expect("its port").port();
    let made = Arc::new(AtomicU64::new(0));
    let told = made.clone();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let (wanted, told) = (wanted.clone(), told.clone());
            std::thread::spawn(move || drop(pass(stream, wanted.as_deref(), &told)));
        }
    });
    (port, made)
}

fn pass(mut stream: TcpStream, wanted: Option<&str>, told: &AtomicU64) -> std::io::Result<()> {
    let request = super::wire::read_request(&mut stream)?;
    if request.method != "CONNECT" {
        return stream.write_all(b"HTTP/1.1 405 X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    }
    if wanted.is_some() && request.header("proxy-authorization") != wanted {
        let refusal = b"HTTP/1.1 407 X\r\nProxy-Authenticate: Basic realm=\"x\"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
        return stream.write_all(refusal);
    }
    let mut up = TcpStream::connect(&request.path)?;
    told.fetch_add(1, Ordering::Relaxed);
    stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n")?;
    let (from, to) = (stream.try_clone()?, up.try_clone()?);
    let back = std::thread::spawn(move || copy(to, from));
    copy(stream, up.try_clone()?);
    let _ = up.flush();
    let _ = back.join();
    Ok(())
}

fn copy(mut from: TcpStream, mut to: TcpStream) {
    let mut buffer = [0; 65536];
    while let Ok(n @ 1..) = from.read(&mut buffer) {
        if to.write_all(&buffer[..n]).is_err() {
            break;
        }
    }
    // One side may have gone already.
    let _ = to.shutdown(Shutdown::Write);
}
