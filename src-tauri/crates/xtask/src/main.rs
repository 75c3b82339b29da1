//! Set-up, run, test: what the README's commands call.
//!
//! `cargo xtask run` and `cargo xtask test` do all that a fresh machine needs; the other verbs are parts of
//! them, or long proofs that nobody wants to wait for on every change.

mod compare;
mod fetch;
mod packages;
mod paths;
mod proofs;
mod shell;
mod start;
mod tests;
mod window;

use std::process::ExitCode;

const USAGE: &str = "cargo xtask VERB
  run [ARG…]      set up what is missing, build, start the station (arguments go to the program)
  test [PART…]    set up what is missing, run all checks; parts: lint, ui, rust, deny
  setup           only set up: system packages, models, demo pictures, window
  bindings        write the TypeScript types of the operations
  kill [N]        kill a replayed day at N random moments (default 50) and look at what is left
  camera          the real V4L2 driver in a small virtual machine (minutes; needs root and apt)
  screens [DIR]   pictures of every screen of the real window
  bench           figures: start, shutter to portrait, preview, scan, memory, portrait stages
  compare [DIR]   the peers from the registries beside the station on the same frames (DIR: the cases)";

fn main() -> ExitCode {
    let mut args = std::env::args().skip(1);
    let verb = args.next().unwrap_or_default();
    let rest: Vec<String> = args.collect();
    let done = match verb.as_str() {
        "run" => start::run(&rest),
        "test" => tests::run(&rest),
        "setup" => start::setup(packages::For::Tests),
        "bindings" => window::write_bindings(),
        "kill" => proofs::kill(rest.first().map_or("50", String::as_str)),
        "camera" => proofs::camera(),
        "screens" => proofs::screens(rest.first().map(String::as_str)),
        "bench" => proofs::bench(),
        "compare" => compare::run(&rest),
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("\nxtask: {message}");
            ExitCode::FAILURE
        }
    }
}
