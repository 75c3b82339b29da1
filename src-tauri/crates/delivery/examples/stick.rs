//! Hands made-up people over to a folder, e.g. a stick, and says what came of it:
//! `stick write DIR COUNT BYTES` or `stick verify DIR`. Ends with 0 if the bag is whole, 3 if it is not.

#![allow(clippy::unwrap_used)] // a tool for trying things out

#[path = "../tests/sample/mod.rs"]
mod sample;

use std::path::Path;
use std::process::ExitCode;

use delivery::{CancelToken, Disk, verify_bag, write_bag};
use domain::Timestamp;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let cancel = CancelToken::default();
    let whole = match args.as_slice() {
        ["write", dir, count, bytes] => {
            let (count, bytes) = (count.parse().unwrap(), bytes.parse().unwrap());
            let plan = sample::plan(&sample::items(count, bytes));
            let pictures = sample::pictures(count, bytes);
            let now = Timestamp(1_780_000_000_000);
            let mut phase = None;
            let mut progress = |at: delivery::Progress| {
                if phase != Some(at.phase) || at.files_done.is_multiple_of(25) {
                    phase = Some(at.phase);
                    println!("{:?} {}/{}", at.phase, at.files_done, at.files);
                }
            };
            match write_bag(&plan, Path::new(dir), &Disk, &pictures, now, &mut progress, &cancel) {
                Ok(done) => {
                    let reason = done.missing.first().map(|missing| missing.reason);
                    let (missing, complete) = (done.missing.len(), done.complete);
                    println!(
                        "complete={complete} written={} kept={} missing={missing} {reason:?}",
                        done.written, done.kept
                    );
                    complete
                }
                Err(e) => {
                    println!("refused={} {e}", e.code());
                    false
                }
            }
        }
        ["verify", dir] => match verify_bag(Path::new(dir), &mut |_, _| {}, &cancel) {
            Ok(report) => {
                println!(
                    "valid={} sound={} problems={}",
                    report.is_valid(),
                    report.sound,
                    report.problem_count
                );
                report.is_valid()
            }
            Err(e) => {
                println!("refused={} {e}", e.code());
                false
            }
        },
        _ => {
            eprintln!("stick write DIR COUNT BYTES | stick verify DIR");
            return ExitCode::from(2);
        }
    };
    if whole { ExitCode::SUCCESS } else { ExitCode::from(3) }
}
