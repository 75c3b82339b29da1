//! An S3-compatible server that we did not write: moto's, from PyPI.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use super::wire::http;

/// A running server with the bucket `photos`, and its port.
pub struct Moto(Child, pub u16);

impl Drop for Moto {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The server, or a word why there is none.
pub fn moto(target: &Path) -> Option<Moto> {
    let python = super::python::python(target, "moto", &["moto[server]"], "moto.server, flask")?;
    let mut child = Command::new(python)
        .args(["-u", "-m", "moto.server", "-H", "127.0.0.1", "-p", "0"])
        .env("AWS_ACCESS_KEY_ID", "test")
        .env("AWS_SECRET_ACCESS_KEY", "test")
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("python starts");
    let mut lines = BufReader::new(child.stderr.take().expect("piped")).lines();
    let port = lines.by_ref().map_while(Result::ok).find_map(|l| {
        let (_, rest) = l.split_once("http://127.0.0.1:")?;
        rest.trim().parse().ok()
    });
    std::thread::spawn(move || lines.for_each(drop));
    let moto = Moto(child, port.expect("moto says its port"));
    assert_eq!(http("PUT", moto.1, "/photos").0, 200);
    Some(moto)
}
