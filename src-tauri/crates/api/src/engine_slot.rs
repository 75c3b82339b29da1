//! The portrait engine, loaded beside the start of the window so that nobody waits for it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use imaging::engine::PortraitEngine;
use imaging::models::Models;

use crate::assets::{Assets, model_error};
use crate::error::ApiError;
use crate::view::Settings;

#[derive(Clone)]
enum State {
    Loading,
    Ready(Arc<PortraitEngine>),
    Failed(ApiError),
}

/// Holds the engine once it is there.
pub struct EngineSlot {
    state: Mutex<State>,
    changed: Condvar,
    loading: Mutex<Option<JoinHandle<()>>>,
    stop: AtomicBool,
}

/// Threads that one inference may use: both cores of the smallest booth laptop.
const THREADS: usize = 2;

/// Loads the engine here and now.
pub fn load(assets: &Assets) -> Result<PortraitEngine, ApiError> {
    let models = Models::load(assets.models()?, THREADS).map_err(model_error)?;
    Ok(PortraitEngine::new(models))
}

impl EngineSlot {
    /// A slot that stays empty, for work without pictures.
    pub fn empty() -> Arc<Self> {
        let none = ApiError::new(
            "engine_missing",
            "这个命令不启动图像模型，不能出片。",
            "This command does not start the imaging models.",
        );
        Arc::new(Self {
            state: Mutex::new(State::Failed(none)),
            changed: Condvar::new(),
            loading: Mutex::default(),
            stop: AtomicBool::new(false),
        })
    }

    /// Starts loading on a thread of its own; `then` is called when it is decided.
    pub fn start(assets: Assets, then: impl FnOnce() + Send + 'static) -> Arc<Self> {
        let slot = Arc::new(Self {
            state: Mutex::new(State::Loading),
            changed: Condvar::new(),
            loading: Mutex::default(),
            stop: AtomicBool::new(false),
        });
        let filling = Arc::clone(&slot);
        let loading = std::thread::spawn(move || {
            let loaded = std::panic::catch_unwind(|| load(&assets)).unwrap_or_else(|_| {
                Err(ApiError::new(
                    "model_broken",
                    "图像模型无法启动。请重装程序。",
                    "The imaging models do not start. Reinstall.",
                ))
            });
            let state = match loaded {
                Ok(engine) => State::Ready(Arc::new(engine)),
                Err(error) => {
                    tracing::error!(%error, "engine");
                    State::Failed(error)
                }
            };
            *filling.state.lock().unwrap_or_else(PoisonError::into_inner) = state;
            filling.changed.notify_all();
            then();
            // The first student of the day waits no longer than the second. Nothing hangs on it: a model that fails
            // here fails again, and is told, with the first picture.
            if filling.stop.load(Ordering::Relaxed) {
                return;
            }
            if let (Some(engine), Ok(spec)) = (filling.ready(), assets.spec(&Settings::default().spec, None))
            {
                let _ = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| engine.warm(&spec)));
            }
        });
        *slot.loading.lock().unwrap_or_else(PoisonError::into_inner) = Some(loading);
        slot
    }

    /// Waits until nothing is being loaded any more: a program that ends while the inference library still works in
    /// another thread crashes on its way out.
    pub fn finish(&self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(loading) = self.loading.lock().unwrap_or_else(PoisonError::into_inner).take() {
            // What it had to say it has said in the slot.
            let _ = loading.join();
        }
    }

    /// The engine, if it is there already.
    pub fn ready(&self) -> Option<Arc<PortraitEngine>> {
        match &*self.state.lock().unwrap_or_else(PoisonError::into_inner) {
            State::Ready(engine) => Some(Arc::clone(engine)),
            _ => None,
        }
    }

    /// Why there will be none.
    pub fn failure(&self) -> Option<ApiError> {
        match &*self.state.lock().unwrap_or_else(PoisonError::into_inner) {
            State::Failed(error) => Some(error.clone()),
            _ => None,
        }
    }

    /// Waits for it, but not for ever.
    pub fn wait(&self, patience: Duration) -> Option<Arc<PortraitEngine>> {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let waited =
            self.changed.wait_timeout_while(state, patience, |state| matches!(state, State::Loading));
        drop(waited);
        self.ready()
    }
}
