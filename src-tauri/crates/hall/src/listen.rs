//! News from the hall, for boards: a thread that waits for `NOTIFY` and says when to read again.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use crate::{HallError, HallSettings, Server};

/// Waits between attempts to connect, in seconds: quick enough for a cable that was put back, slow enough for a
/// server that comes up.
pub(crate) const BACKOFF: [u64; 5] = [1, 1, 2, 3, 5];
/// How often a silent connection is asked whether it is one.
const PING_EVERY: u32 = 10;
/// Longest wait before the thread looks whether it is to end.
const WAIT: Duration = Duration::from_millis(500);

/// What a listener says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Changed {
    /// It is connected: something may have been missed, read once.
    Connected,
    /// Somebody wrote something.
    Facts,
    /// The connection is gone; it is being made again.
    Lost,
}

/// A listening thread. Dropping it ends the thread within the time for an answer; nobody waits for that.
#[derive(Debug)]
pub struct Listener {
    stop: Arc<AtomicBool>,
}

impl Listener {
    /// Starts listening. `tell` must not block for long.
    pub fn start(
        settings: HallSettings,
        tell: impl FnMut(Changed) + Send + 'static,
    ) -> Result<Self, HallError> {
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = stop.clone();
        thread::Builder::new()
            .name("hall-listen".to_owned())
            .spawn(move || run(&settings, tell, &stopped))
            .map_err(|error| HallError::System(error.kind().to_string()))?;
        Ok(Self { stop })
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}

fn run(settings: &HallSettings, mut tell: impl FnMut(Changed), stop: &AtomicBool) {
    let mut failed = 0;
    while !stop.load(Ordering::Relaxed) {
        let connected = Server::connect(settings).and_then(|mut server| {
            server.listen()?;
            Ok(server)
        });
        match connected {
            Ok(mut server) => {
                failed = 0;
                tell(Changed::Connected);
                let ended = hear(&mut server, &mut tell, stop);
                if let Err(error) = ended {
                    tracing::warn!(code = error.code(), "no news from the hall");
                    tell(Changed::Lost);
                }
            }
            Err(error) => tracing::debug!(code = error.code(), "listener not connected"),
        }
        let pause = BACKOFF[failed.min(BACKOFF.len() - 1)];
        failed += 1;
        for _ in 0..pause * 2 {
            if !stop.load(Ordering::Relaxed) {
                thread::park_timeout(WAIT);
            }
        }
    }
}

fn hear(server: &mut Server, tell: &mut impl FnMut(Changed), stop: &AtomicBool) -> Result<(), HallError> {
    let mut silent = 0;
    while !stop.load(Ordering::Relaxed) {
        if server.wait(WAIT)? {
            silent = 0;
            tell(Changed::Facts);
            continue;
        }
        silent += 1;
        if silent >= PING_EVERY {
            server.ping()?;
            silent = 0;
        }
    }
    Ok(())
}
