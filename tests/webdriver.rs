//! The real window through WebDriver. On Linux WebKitGTK's own driver starts the program; no other driver is needed.

use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};

use crate::places;

/// An open window with the program behind it.
pub struct Window {
    /// For everything that is not wrapped here.
    pub client: Client,
    driver: Driver,
}

/// WebKitWebDriver and, in its process group, the program that it started. Both end with this, also when a test
/// fails: a window that lives on would hold its data folder and both cores.
struct Driver(Child);

impl Drop for Driver {
    fn drop(&mut self) {
        // Gone already is as good.
        let _ = Command::new("kill").args(["-KILL", "--", &format!("-{}", self.0.id())]).status();
        let _ = self.0.wait();
    }
}

impl Window {
    /// Opens the window on a data folder; `arguments` go to the program. `None`, and a line that says so, where there
    /// is no display or no driver.
    pub async fn open(data: &Path, arguments: &[&str]) -> Option<Self> {
        if std::env::var_os("DISPLAY").is_none() {
            println!("SKIPPED: no display; run `cargo xtask test window`");
            return None;
        }
        let port = TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a free port").port();
        let mut command = Command::new("WebKitWebDriver");
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let driver = command
            .args([format!("--port={port}"), "--host=127.0.0.1".into()])
            .env("TAURI_WEBVIEW_AUTOMATION", "true")
            .env("LANG", "zh_CN.UTF-8")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        let driver = match driver {
            Ok(driver) => Driver(driver),
            Err(error) => {
                println!("SKIPPED: WebKitWebDriver does not start: {error}");
                return None;
            }
        };
        let mut args = vec!["--data".to_owned(), data.display().to_string()];
        args.extend(arguments.iter().map(|a| (*a).to_owned()));
        let capabilities =
            json!({ "webkitgtk:browserOptions": { "binary": places::program(), "args": args } });
        let Value::Object(capabilities) = capabilities else { unreachable!("an object was written above") };
        let url = format!("http://127.0.0.1:{port}");
        let begun = Instant::now();
        let client = loop {
            let mut builder = ClientBuilder::new(HttpConnector::new());
            match builder.capabilities(capabilities.clone()).connect(&url).await {
                Ok(client) => break client,
                Err(error) => {
                    assert!(begun.elapsed() < Duration::from_secs(40), "the window does not open: {error}")
                }
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        };
        let window = Self { client, driver };
        window.wait_css("[data-testid=\"phase\"], [data-testid=\"trouble\"]").await;
        Some(window)
    }

    /// Closes the window and waits until the program has let go of `data`.
    pub async fn close_on(self, data: &Path) {
        self.close().await;
        let begun = Instant::now();
        while let Err(error) = store::Store::open(data, "look", domain::Timestamp(0)) {
            assert!(
                begun.elapsed() < Duration::from_secs(10),
                "the folder is not free after the end: {error}"
            );
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Closes the window and its driver.
    pub async fn close(self) {
        // A session that is gone already is closed.
        let _ = self.client.clone().close().await;
        drop(self.driver);
    }

    /// Waits for an element by its test id.
    pub async fn wait(&self, id: &str) -> fantoccini::elements::Element {
        self.wait_css(&format!("[data-testid=\"{id}\"]")).await
    }

    /// Waits for an element by a CSS selector.
    pub async fn wait_css(&self, css: &str) -> fantoccini::elements::Element {
        match self.client.wait().at_most(Duration::from_secs(30)).for_element(Locator::Css(css)).await {
            Ok(element) => element,
            Err(error) => {
                let text = self.client.execute("return document.body.innerText", vec![]).await;
                let text = text.ok().and_then(|t| t.as_str().map(str::to_owned)).unwrap_or_default();
                panic!("no {css} after 30 s: {error}\n{}", text.chars().take(4000).collect::<String>());
            }
        }
    }

    /// Whether an element is there now.
    pub async fn has(&self, id: &str) -> bool {
        self.client.find(Locator::Css(&format!("[data-testid=\"{id}\"]"))).await.is_ok()
    }

    /// Waits until an element is gone.
    pub async fn gone(&self, id: &str) {
        let begun = Instant::now();
        while self.has(id).await {
            assert!(begun.elapsed() < Duration::from_secs(30), "{id} is still there after 30 s");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Waits for a phase of the sitting.
    pub async fn phase(&self, kind: &str) {
        self.wait_css(&format!("[data-testid=\"phase\"][data-kind=\"{kind}\"]")).await;
    }

    /// Waits for a notice.
    pub async fn notice(&self, code: &str) {
        self.wait_css(&format!("[data-testid=\"notice\"][data-code=\"{code}\"]")).await;
    }

    /// Presses keys, wherever the focus is: several at a barcode gun's speed, a single one as a person does, who needs
    /// a moment before the next. Use `\u{E007}` and the like for special keys.
    pub async fn press(&self, keys: &str) {
        /// Longer than the window waits for a gun's next key.
        const PERSONS_GAP: Duration = Duration::from_millis(60);
        let body = self.client.active_element().await.expect("something has the focus");
        match body.send_keys(keys).await {
            // A key that closes a form takes the field away before the driver has let the key go.
            Err(error) if error.is_stale_element_reference() => {}
            sent => sent.expect("keys arrive"),
        }
        if keys.chars().count() == 1 {
            tokio::time::sleep(PERSONS_GAP).await;
        }
    }

    /// Types text as a person does, wherever the focus is.
    pub async fn type_text(&self, text: &str) {
        for key in text.chars() {
            self.press(key.encode_utf8(&mut [0; 4])).await;
        }
    }

    /// Puts text into a field as pasting does, in place of what it holds: typed at a driver's speed it would be a
    /// barcode gun's.
    pub async fn paste(&self, id: &str, text: &str) {
        let script = "const field = document.activeElement; \
             if (!document.querySelector(`[data-testid=\"${arguments[1]}\"]`)?.contains(field)) return false; \
             field.select(); document.execCommand('insertText', false, arguments[0]); return true;";
        let begun = Instant::now();
        // What arrives above a field moves it away from under the pointer: then it is clicked again.
        loop {
            self.wait(id).await.click().await.expect("the field is clicked");
            let taken = self.client.execute(script, vec![json!(text), json!(id)]).await;
            if taken.expect("the field takes text") == json!(true) {
                return;
            }
            assert!(begun.elapsed() < Duration::from_secs(30), "{id} does not take the focus");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Waits for an element by its test id with an attribute.
    pub async fn wait_with(&self, id: &str, attribute: &str, value: &str) -> fantoccini::elements::Element {
        self.wait_css(&format!("[data-testid=\"{id}\"][data-{attribute}=\"{value}\"]")).await
    }

    /// Calls an operation as the window does.
    pub async fn rpc(&self, name: &str, request: Value) -> Value {
        let script = "const [name, request, done] = arguments; \
             window.__TAURI_INTERNALS__.invoke('rpc', { name, request }).then(done, (e) => done({ error: e }));";
        self.client.execute_async(script, vec![json!(name), request]).await.expect("the bridge answers")
    }

    /// Lets the demo camera show a scene.
    pub async fn demo(&self, scene: &str) {
        let answer = self.rpc("demo.show", json!({ "scene": scene })).await;
        assert!(answer.get("error").is_none(), "{answer}");
    }

    /// A picture of the window.
    pub async fn screenshot(&self, path: &Path) {
        // WebKit takes the picture at the next repaint; a page on which nothing moves would keep it waiting for ever.
        let nudge = "let on = false; setInterval(() => { on = !on; \
             document.body.style.outline = on ? '1px solid transparent' : 'none'; }, 60);";
        self.client.execute(nudge, vec![]).await.expect("the page can be nudged");
        let taken = tokio::time::timeout(Duration::from_secs(20), self.client.screenshot());
        let png = taken.await.expect("a screenshot within 20 s").expect("a screenshot");
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("the folder is made");
        std::fs::write(path, png).expect("the picture is written");
    }
}

/// Keys as WebDriver writes them.
pub mod keys {
    /// Enter.
    pub const ENTER: &str = "\u{E007}";
    /// Esc.
    pub const ESCAPE: &str = "\u{E00C}";
    /// Space.
    pub const SPACE: &str = " ";
    /// F2.
    pub const F2: &str = "\u{E032}";
    /// F3.
    pub const F3: &str = "\u{E033}";
    /// F5.
    pub const F5: &str = "\u{E035}";
    /// F6.
    pub const F6: &str = "\u{E036}";
    /// F7.
    pub const F7: &str = "\u{E037}";
    /// F8.
    pub const F8: &str = "\u{E038}";
}
