//! The commands of the handover.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};

use crate::clock;
use crate::commands::{print, status};

/// What the person who hands the batch over can type.
#[derive(Subcommand)]
pub enum HandoverCommand {
    /// Look over a data folder: every picture there, whole, and the history unbroken.
    Verify(VerifyArgs),
}

#[derive(Args)]
pub struct VerifyArgs {
    /// Data folder.
    #[arg(long)]
    pub data: PathBuf,
    /// JSON lines instead of text.
    #[arg(long)]
    pub json: bool,
}

/// Runs one of them.
pub fn run(command: &HandoverCommand) -> ExitCode {
    match command {
        HandoverCommand::Verify(args) => verify(args),
    }
}

/// `gradbooth verify`.
fn verify(args: &VerifyArgs) -> ExitCode {
    let opened = store::Store::open(&args.data, "verify", clock::now());
    let looked = opened.and_then(|(store, _)| Ok((store.verify()?, store.verify_audit()?)));
    match looked {
        Ok((pictures, history)) => {
            let all_well = pictures.is_clean() && history.broken.is_none();
            let value = serde_json::json!({ "pictures": pictures, "history": history, "whole": all_well });
            print(args.json, &value, || {
                if all_well {
                    "完整。(Whole.)".to_owned()
                } else {
                    format!("不完整！(Not whole!) {value}")
                }
            });
            status(all_well)
        }
        Err(error) => {
            eprintln!("{}\n{}", error.text().zh, error.text().en);
            ExitCode::FAILURE
        }
    }
}
