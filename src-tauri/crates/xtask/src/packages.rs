//! System packages: what the build, the window and the tests need from the machine.

use crate::shell::{self, Done};

/// For what the machine is being made ready.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum For {
    /// Building and starting the station.
    Running,
    /// The same and the tests in the real window.
    Tests,
}

/// Debian's and Ubuntu's names, with what each is for.
const RUNNING: &[&str] = &[
    "build-essential",
    "pkg-config",
    "cmake",                     // zxing-cpp
    "libclang-dev",              // the camera's V4L2 bindings
    "libwebkit2gtk-4.1-dev",     // the window
    "gstreamer1.0-plugins-good", // sounds in the window
    "fonts-noto-cjk",            // Chinese on a machine that has none
    "python3-pip",               // models come as PyPI packages; nothing of Python runs in the station
];
const TESTS: &[&str] = &[
    "xvfb",
    "webkit2gtk-driver",
    "poppler-utils",
    "postgresql", // the hall: each test starts a server of its own, as another account than root
];

/// Installs what is missing, or says the exact line to type.
pub fn install(purpose: For) -> Done {
    if !cfg!(target_os = "linux") {
        return other_system();
    }
    if !shell::has("dpkg-query") {
        println!("Not Debian or Ubuntu: please see that these are there under their names on this system:");
        println!("  {} {}", RUNNING.join(" "), TESTS.join(" "));
        return Ok(());
    }
    let wanted = RUNNING.iter().chain(if purpose == For::Tests { TESTS } else { &[] });
    let missing: Vec<&str> = wanted.copied().filter(|name| !is_there(name)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let line = format!("apt-get install -y --no-install-recommends {}", missing.join(" "));
    println!("Missing system packages: {}", missing.join(" "));
    let as_root = shell::output("id", &["-u"]).as_deref() == Some("0");
    let may_sudo = !as_root && shell::output("sudo", &["-n", "true"]).is_some();
    if !as_root && !may_sudo {
        return Err(format!("please type this line, then start again:\n\n  sudo {line}\n"));
    }
    let prefix = if as_root { "" } else { "sudo -n " };
    let script =
        format!("export DEBIAN_FRONTEND=noninteractive; {prefix}apt-get update -q && {prefix}{line} -q");
    let install = shell::command("sh", ["-c", &script]);
    shell::quiet("installing system packages", install)
}

fn is_there(package: &str) -> bool {
    // pip may have come with another Python than Debian's.
    if package == "python3-pip" && shell::output("python3", &["-m", "pip", "--version"]).is_some() {
        return true;
    }
    shell::output("dpkg-query", &["-W", "-f=${db:Status-Status}", package]).as_deref() == Some("installed")
}

fn other_system() -> Done {
    println!(
        "On this system the set-up does not install system packages. Needed: a C++ compiler, CMake, LLVM (libclang), Python 3 with pip, Node."
    );
    if cfg!(windows) {
        println!(
            "On Windows: Visual Studio Build Tools with C++, `winget install Kitware.CMake LLVM.LLVM Python.Python.3.12 OpenJS.NodeJS.LTS`; WebView2 is part of Windows 11."
        );
    }
    Ok(())
}
