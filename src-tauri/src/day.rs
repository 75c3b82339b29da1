//! The commands of the day.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Subcommand;

use crate::clock;
use crate::commands::{print, status};

/// What the crew's lead and the queue staff can type.
#[derive(Subcommand)]
pub enum DayCommand {
    /// The audit log.
    Audit {
        #[command(subcommand)]
        command: AuditCommand,
    },
}

#[derive(Subcommand)]
pub enum AuditCommand {
    /// Prove that no entry was changed, taken out or put in.
    Verify {
        /// Data folder.
        #[arg(long)]
        data: PathBuf,
        /// JSON lines instead of text.
        #[arg(long)]
        json: bool,
    },
}

/// Runs one of them.
pub fn run(command: &DayCommand) -> ExitCode {
    match command {
        DayCommand::Audit { command: AuditCommand::Verify { data, json } } => audit_verify(data, *json),
    }
}

fn audit_verify(data: &std::path::Path, json: bool) -> ExitCode {
    let checked = store::Store::open(data, "audit", clock::now()).and_then(|(store, _)| store.verify_audit());
    match checked {
        Ok(check) => {
            print(json, &check, || match &check.broken {
                None => format!("审计日志完整：{} 条，{}", check.events, check.head),
                Some(at) => format!("审计日志在第 {} 条断开：{}", at.id, at.reason),
            });
            status(check.broken.is_none())
        }
        Err(error) => {
            eprintln!("{}\n{}", error.text().zh, error.text().en);
            ExitCode::FAILURE
        }
    }
}
