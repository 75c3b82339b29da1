//! The same operations for a browser on this machine.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

use journeys::places::program;
use serde_json::Value;

pub(crate) struct Served {
    child: Child,
    address: String,
    token: String,
}

impl Drop for Served {
    fn drop(&mut self) {
        // Gone already is as good.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Served {
    fn start(data: &std::path::Path) -> Self {
        Self::with(data, &["--camera", "demo"])
    }

    /// With these arguments more.
    pub(crate) fn with(data: &std::path::Path, more: &[&str]) -> Self {
        let mut child = Command::new(program())
            .args(["serve", "--data", data.to_str().unwrap()])
            .args(more)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let said: Value = serde_json::from_str(&line).unwrap();
        let url = said["url"].as_str().unwrap();
        let (base, token) = url.split_once("/?token=").unwrap();
        let address = base.strip_prefix("http://").unwrap().to_owned();
        Self { child, address, token: token.to_owned() }
    }

    /// One request; status and body.
    fn ask(&self, method: &str, path: &str, host: &str, token: &str, body: &str) -> (u16, Vec<u8>) {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nHost: {host}\r\nX-Gradbooth-Token: {token}\r\nConnection: close\r\n\
             Content-Length: {}\r\n\r\n{body}",
            body.len()
        )
        .unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        let end = answer.windows(4).position(|w| w == b"\r\n\r\n").unwrap();
        let status = String::from_utf8_lossy(&answer[9..12]).parse().unwrap();
        (status, answer.split_off(end + 4))
    }

    /// Kills the program as a power cut would.
    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    pub(crate) fn rpc(&self, name: &str, request: &Value) -> (u16, Value) {
        let path = format!("/rpc/{name}");
        let (status, body) = self.ask("POST", &path, &self.address, &self.token, &request.to_string());
        (status, serde_json::from_slice(&body).unwrap())
    }
}

#[test]
fn a_browser_with_the_token_reaches_every_operation_and_sees_the_picture() {
    let folder = tempfile::tempdir().unwrap();
    let served = Served::start(folder.path());
    let (status, view) = served.rpc("station.view", &serde_json::json!({}));
    assert_eq!((status, &view["camera"]["demo"]), (200, &Value::Bool(true)));
    let code = serde_json::json!({ "text": "SERVED-1", "source": "gun" });
    assert_eq!(served.rpc("station.type_code", &code).1["phase"]["kind"], "armed");
    let (status, refused) = served.rpc("no.such", &serde_json::json!({}));
    assert_eq!((status, &refused["code"]), (409, &Value::from("unknown_operation")));
    let (status, jpeg) = served.ask("GET", "/frame/live?after=0", &served.address, &served.token, "");
    assert_eq!((status, &jpeg[..2]), (200, &[0xff, 0xd8][..]));
    let (status, page) = served.ask("GET", "/", &served.address, "", "");
    assert_eq!(status, 200, "the page itself is no secret");
    assert!(String::from_utf8_lossy(&page).contains("<script"));
}

#[test]
fn without_the_token_or_under_another_name_nothing_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let served = Served::start(folder.path());
    for path in ["/rpc/station.view", "/frame/live?after=0", "/picture/portrait/00", "/events"] {
        let method = if path.starts_with("/rpc") { "POST" } else { "GET" };
        assert_eq!(served.ask(method, path, &served.address, "", "").0, 401, "{path}");
        assert_eq!(served.ask(method, path, &served.address, &"0".repeat(32), "").0, 401, "{path}");
    }
    let (status, _) = served.ask("POST", "/rpc/station.view", "elsewhere.example", &served.token, "{}");
    assert_eq!(status, 403, "a page of another site must not reach the station through this browser");
}
