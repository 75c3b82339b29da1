//! `run`: from a fresh clone to the open window.

use crate::packages::{self, For};
use crate::paths;
use crate::shell::{self, Done};
use crate::{fetch, window};

/// System packages, models, the font for print, demo pictures, window.
pub fn setup(purpose: For) -> Done {
    packages::install(purpose)?;
    let assets = paths::root().join("assets");
    fetch::manifest(&assets.join("models/models.toml"))?;
    fetch::manifest(&assets.join("fonts/fonts.toml"))?;
    fetch::manifest(&assets.join("demo/demo.toml"))?;
    window::build()
}

/// Builds the program and, once, the demo camera's cut-outs.
pub fn build(what: &[&str]) -> Done {
    shell::step("building the station", shell::command("cargo", ["build", "-q"].iter().chain(what)))?;
    let program = paths::program();
    let prepare = shell::command(&program.to_string_lossy(), ["demo", "prepare"]);
    shell::quiet("preparing the demo pictures", prepare)
}

/// Sets up, builds, starts.
pub fn run(args: &[String]) -> Done {
    setup(For::Running)?;
    build(&["-p", "gradbooth"])?;
    if args.is_empty() && !has_display() {
        return headless();
    }
    let program = paths::program();
    let status = shell::command(&program.to_string_lossy(), args).status().map_err(|e| e.to_string())?;
    if status.success() { Ok(()) } else { Err(format!("the station ended with {status}")) }
}

fn has_display() -> bool {
    let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    !cfg!(target_os = "linux") || set("DISPLAY") || set("WAYLAND_DISPLAY")
}

/// Without a display: a small demo day goes through the real loop, and its results are shown.
fn headless() -> Done {
    println!("No display: a demo day goes through the station without a window.");
    let day = paths::cache().join("demo-day");
    let data = paths::cache().join("demo-data");
    for dir in [&day, &data] {
        if dir.exists() {
            std::fs::remove_dir_all(dir).map_err(|e| format!("{}: {e}", dir.display()))?;
        }
    }
    let program = paths::program().to_string_lossy().into_owned();
    let (day, data) = (day.to_string_lossy().into_owned(), data.to_string_lossy().into_owned());
    shell::quiet(
        "drawing a demo day",
        shell::command(&program, ["demo", "day", "--out", &day, "--students", "6"]),
    )?;
    shell::step("replaying it", shell::command(&program, ["replay", &day, "--data", &data, "--json"]))?;
    println!("\nPortraits and originals are in {data}");
    println!("For the window, start this again where there is a display (or: xvfb-run -a cargo xtask run).");
    Ok(())
}
