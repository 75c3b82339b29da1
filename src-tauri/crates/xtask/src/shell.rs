//! Running other programs.

use std::ffi::OsStr;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

/// What every verb gives: nothing, or a sentence for the person at the terminal.
pub type Done = Result<(), String>;

/// A program with its arguments, in the workspace's root.
pub fn command<S: AsRef<OsStr>>(program: &str, args: impl IntoIterator<Item = S>) -> Command {
    // On Windows npm is a script that only its full name starts.
    let program = if cfg!(windows) && program == "npm" { "npm.cmd" } else { program };
    let mut command = Command::new(program);
    command.args(args).current_dir(crate::paths::root());
    command
}

/// Runs it in the open, and says how long it took.
pub fn step(what: &str, mut command: Command) -> Done {
    println!("\n── {what}");
    let start = Instant::now();
    let status =
        command.status().map_err(|e| format!("{what}: {:?} does not start: {e}", command.get_program()))?;
    println!("── {what}: {:.0} s", start.elapsed().as_secs_f64());
    if status.success() { Ok(()) } else { Err(format!("{what} failed ({status})")) }
}

/// Runs it quietly and shows its output only if it fails.
pub fn quiet(what: &str, mut command: Command) -> Done {
    let out = command
        .stdin(Stdio::null())
        .output()
        .map_err(|e| format!("{what}: {:?} does not start: {e}", command.get_program()))?;
    if out.status.success() {
        return Ok(());
    }
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
    Err(format!("{what} failed ({})\n{}\n{}", out.status, text(&out.stdout), text(&out.stderr)))
}

/// What it prints, if it can be run and ends well.
pub fn output(program: &str, args: &[&str]) -> Option<String> {
    let out = command(program, args).stderr(Stdio::null()).stdin(Stdio::null()).output().ok()?;
    out.status.success().then(|| String::from_utf8_lossy(&out.stdout).trim().to_owned())
}

/// Whether a program of this name can be run.
pub fn has(program: &str) -> bool {
    command(program, ["--version"]).stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok()
}

/// A file of the set-up: its text says for what state of the sources the step was done.
pub fn is_stamped(stamp: &Path, state: &str) -> bool {
    std::fs::read_to_string(stamp).is_ok_and(|text| text == state)
}

/// Remembers that the step was done for this state.
pub fn stamp(stamp: &Path, state: &str) -> Done {
    let dir = stamp.parent().ok_or("a stamp needs a folder")?;
    std::fs::create_dir_all(dir)
        .and_then(|()| std::fs::write(stamp, state))
        .map_err(|e| format!("{}: {e}", stamp.display()))
}
