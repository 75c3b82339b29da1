//! The longer proofs: a day that is killed again and again, the real camera driver, the screens, the figures.

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use crate::packages::For;
use crate::paths;
use crate::shell::{self, Done, command};
use crate::start;

/// Kills a replayed day at `times` random moments.
pub fn kill(times: &str) -> Done {
    start::setup(For::Running)?;
    start::build(&["--workspace"])?;
    let mut test = command("cargo", ["test", "-q", "--workspace", "--test", "kill", "--", "--nocapture"]);
    test.env("GRADBOOTH_KILLS", times);
    shell::step(&format!("a day killed {times} times"), test)
}

/// The camera on the kernel's own UVC driver, in a small virtual machine.
pub fn camera() -> Done {
    let script = std::env::var_os("GRADBOOTH_VCAM")
        .map_or_else(|| paths::root().join("../shared/vcam/vcam.sh"), PathBuf::from);
    if !script.exists() {
        println!("No virtual camera at {}: set GRADBOOTH_VCAM to its script. Skipped.", script.display());
        return Ok(());
    }
    shell::step(
        "building the probe",
        command("cargo", ["build", "-q", "-p", "camera", "--example", "camera_probe"]),
    )?;
    let probe = paths::target().join("debug/examples/camera_probe");
    let args = ["--engine".as_ref(), "uml".as_ref(), "--".as_ref(), probe.as_os_str()];
    shell::step("camera on the real driver", command(&script.to_string_lossy(), args))
}

/// Pictures of every screen of the real window.
pub fn screens(into: Option<&str>) -> Done {
    start::setup(For::Tests)?;
    start::build(&["--workspace"])?;
    let dir = into.map_or_else(|| paths::cache().join("screens"), PathBuf::from);
    let mut test = command(
        "cargo",
        [
            "test",
            "-q",
            "--workspace",
            "--test",
            "screens",
            "--",
            "--ignored",
            "--nocapture",
            "--test-threads=1",
        ],
    );
    test.env("GRADBOOTH_SCREENS", &dir);
    under_display("screens", test)?;
    println!("Pictures are in {}", dir.display());
    Ok(())
}

/// Figures of the whole station.
pub fn bench() -> Done {
    start::setup(For::Tests)?;
    start::build(&["--workspace"])?;
    portraits()?;
    let figures = "test -q --workspace --test figures -- --ignored --nocapture --test-threads=1";
    under_display("figures", command("cargo", figures.split(' ')))
}

/// Stages of a portrait, live guidance and scanning, on the cases where they are there.
fn portraits() -> Done {
    let cases = std::env::var_os("GRADBOOTH_CASES")
        .map_or_else(|| paths::root().join("../shared/cases"), PathBuf::from);
    if !cases.is_dir() {
        println!("No cases at {}: portrait stages and scanning were not measured.", cases.display());
        return Ok(());
    }
    let (booth, qr) = (cases.join("booth"), cases.join("qr"));
    let run = ["run", "-q", "-p", "imaging", "--example"].map(std::ffi::OsString::from);
    let example = |name: &str, args: &[&std::ffi::OsStr]| {
        let rest = [name.as_ref(), "--".as_ref()].into_iter().chain(args.iter().copied());
        command("cargo", run.iter().map(|a| a.as_os_str()).chain(rest))
    };
    let frames = ["--frames".as_ref(), booth.as_os_str()];
    shell::step("portrait stages", example("portrait_bench", &frames))?;
    shell::step("live guidance", example("portrait_bench", &[frames[0], frames[1], "--live".as_ref()]))?;
    shell::step("scanning", example("scan_report", &[qr.as_os_str()]))
}

/// Runs it with a display of its own, so that no window opens in anybody's face and sizes are known.
pub fn under_display(what: &str, mut test: Command) -> Done {
    let mut display = Display::start()?;
    test.env("DISPLAY", &display.name)
        .env_remove("WAYLAND_DISPLAY")
        .env("GRADBOOTH_PROGRAM", paths::program());
    let done = shell::step(what, test);
    display.stop();
    done
}

struct Display {
    server: Child,
    name: String,
}

impl Display {
    fn start() -> Result<Self, String> {
        let mut server = Command::new("Xvfb")
            .args(["-displayfd", "1", "-screen", "0", "1920x1080x24", "-nolisten", "tcp"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|e| format!("Xvfb does not start: {e}"))?;
        let mut number = String::new();
        if let Some(out) = server.stdout.take() {
            use std::io::{BufRead, BufReader};
            BufReader::new(out).read_line(&mut number).map_err(|e| e.to_string())?;
        }
        Ok(Self { server, name: format!(":{}", number.trim()) })
    }

    fn stop(&mut self) {
        // Nothing to do about a server that is gone already.
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}
