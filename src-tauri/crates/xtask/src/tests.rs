//! `test`: all checks, each part also by its name.

use std::time::Instant;

use crate::packages::For;
use crate::paths;
use crate::shell::{self, Done, command};
use crate::{proofs, start, window};

/// A part of the checks: its name, and what it runs.
type Part = (&'static str, fn() -> Done);

/// The parts in their order: cheap and telling ones first.
const PARTS: &[Part] = &[("lint", lint), ("ui", window::check), ("rust", rust), ("deny", deny)];

/// Runs the named parts, or all.
pub fn run(names: &[String]) -> Done {
    if let Some(unknown) = names.iter().find(|name| PARTS.iter().all(|(part, _)| part != name)) {
        let names: Vec<&str> = PARTS.iter().map(|(name, _)| *name).collect();
        return Err(format!("no part {unknown:?}; there are {names:?}"));
    }
    let begun = Instant::now();
    start::setup(For::Tests)?;
    start::build(&["--workspace"])?;
    for (name, part) in PARTS {
        if names.is_empty() || names.iter().any(|n| n == name) {
            println!("\n══ {name}");
            part()?;
        }
    }
    println!("\nAll checks passed in {:.0} s", begun.elapsed().as_secs_f64());
    Ok(())
}

fn lint() -> Done {
    shell::step("rustfmt", command("cargo", ["fmt", "--all", "--check"]))?;
    let args = ["clippy", "-q", "--workspace", "--all-targets", "--", "-D", "warnings"];
    shell::step("clippy", command("cargo", args))
}

/// Unit tests, journeys, the real window, a sample of the kills. One call for all: cargo chooses the features of the
/// dependencies by what is asked for, and would build them again for every other choice.
fn rust() -> Done {
    let mut tests = command("cargo", ["test", "-q", "--workspace"]);
    // Tests keep no keys in the home of whoever runs them.
    tests.env("GRADBOOTH_KEYS", paths::target().join("keys"));
    proofs::under_display("tests", tests)
}

/// Version of the checker; its rules change between versions.
const DENY: &str = "0.20.2";

/// Licences, bans and sources; advisories where their database can be reached.
fn deny() -> Done {
    let tools = paths::cache().join("tools");
    let checker = tools.join("bin").join(format!("cargo-deny{}", std::env::consts::EXE_SUFFIX));
    let checker = checker.to_string_lossy();
    if shell::output(&checker, &["--version"]).is_none_or(|version| !version.ends_with(DENY)) {
        let root = tools.to_string_lossy();
        let args = ["install", "-q", "cargo-deny", "--locked", "--version", DENY, "--root", &root];
        shell::step("building the licence checker", command("cargo", args))?;
    }
    let check = |what: &[&str]| command(&checker, ["--log-level", "error", "check"].iter().chain(what));
    shell::step("licences, bans, sources", check(&["licenses", "bans", "sources"]))?;
    if shell::quiet("advisories", command(&checker, ["fetch", "db"])).is_err() {
        println!("The advisory database cannot be reached: advisories were not checked");
        return Ok(());
    }
    shell::step("advisories", check(&["advisories"]))
}
