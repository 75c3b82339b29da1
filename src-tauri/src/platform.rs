//! What differs between Linux, Windows and macOS, as far as the shell is concerned.

use std::path::PathBuf;

/// What has to be set before the first window or line of output.
pub fn before_anything() {
    #[cfg(windows)]
    attach_to_console();
    #[cfg(target_os = "linux")]
    draw_without_a_graphics_card();
}

/// WebKitGTK composes layers on the graphics card; where there is none it does so in software at half the frame
/// rate of drawing straight into the window.
#[cfg(target_os = "linux")]
#[allow(unsafe_code)] // the environment may only be changed before there are threads, and that is here
fn draw_without_a_graphics_card() {
    const SWITCH: &str = "WEBKIT_DISABLE_COMPOSITING_MODE";
    if !std::path::Path::new("/dev/dri").exists() && std::env::var_os(SWITCH).is_none() {
        // SAFETY: called first thing in `main`; no other thread is running that could read the environment.
        unsafe { std::env::set_var(SWITCH, "1") };
    }
}

/// A program for the window subsystem has no console of its own; if it was started from one, it writes there.
#[cfg(windows)]
#[allow(unsafe_code)] // one call without arguments that can go wrong
fn attach_to_console() {
    #[link(name = "kernel32")]
    unsafe extern "system" {
        fn AttachConsole(process: u32) -> i32;
    }
    const PARENT: u32 = u32::MAX;
    // SAFETY: takes a number and touches no memory of this program; failing means that there is no console.
    unsafe {
        AttachConsole(PARENT);
    }
}

/// Where the pictures are kept if nobody says otherwise.
pub fn data_folder() -> PathBuf {
    let from = |name: &str| std::env::var_os(name).filter(|v| !v.is_empty()).map(PathBuf::from);
    let base = if cfg!(windows) {
        from("LOCALAPPDATA")
    } else if cfg!(target_os = "macos") {
        from("HOME").map(|home| home.join("Library/Application Support"))
    } else {
        from("XDG_DATA_HOME").or_else(|| from("HOME").map(|home| home.join(".local/share")))
    };
    base.unwrap_or_else(std::env::temp_dir).join("gradbooth")
}

/// Whether secrets may go into the system's keyring; `GRADBOOTH_KEYRING=off` keeps them in sealed files.
pub fn may_use_keyring() -> bool {
    std::env::var_os("GRADBOOTH_KEYRING").is_none_or(|value| value != "off")
}

/// Whether a window can be opened at all.
pub fn has_display() -> bool {
    let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    !cfg!(target_os = "linux") || set("DISPLAY") || set("WAYLAND_DISPLAY")
}
