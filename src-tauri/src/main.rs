//! The shell of Gradbooth: the window, the one bridge to the operations, the preview frames, and the same program on
//! the command line. No decision is made here.
#![cfg_attr(all(windows, not(debug_assertions)), windows_subsystem = "windows")]

mod choose;
mod cli;
mod clock;
mod commands;
mod day;
mod day_files;
mod doors;
mod handover;
mod platform;
mod reveal;
mod screens;
mod serve;
mod window;

use std::process::ExitCode;

fn main() -> ExitCode {
    platform::before_anything();
    cli::main()
}
