//! Uploads a batch from a folder of bodies and a journal, as a program of its own that may be killed at any moment.
//!
//! `upload_child WORK ENDPOINT`: `WORK/ledger` is the journal, `WORK/bodies/<hash>` the bodies.

use std::path::PathBuf;

use domain::Timestamp;
use upload::{
    BatchId, Bodies, BodyError, Closing, Control, Entry, JournalLedger, Network, Run, Secret, Settings,
    TargetSettings,
};

struct Folder(PathBuf);

impl Bodies for Folder {
    fn read(&self, entry: &Entry) -> Result<Vec<u8>, BodyError> {
        std::fs::read(self.0.join(entry.content.to_hex())).map_err(|_| BodyError::Missing)
    }
}

fn now() -> Timestamp {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    Timestamp(since.map_or(0, |d| d.as_millis() as i64))
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut args = std::env::args().skip(1);
    let (Some(work), Some(endpoint)) = (args.next().map(PathBuf::from), args.next()) else {
        return Err("upload_child WORK ENDPOINT".into());
    };
    let target = TargetSettings::S3 {
        endpoint,
        region: "us-east-1".into(),
        bucket: "photos".into(),
        path_style: true,
        access_key: "test".into(),
        secret_key: Secret("test".into()),
        conditional_put: true,
    };
    let network = Network { proxy: upload::ProxyChoice::Direct, ..Network::default() };
    let mut ledger = JournalLedger::open(&work.join("ledger"))?;
    let bodies = Folder(work.join("bodies"));
    let run = Run {
        batch: BatchId::new("proof")?,
        settings: Settings { allowed: true, parallel: 8 },
        closing: Closing::Manifest,
        target: upload::target::open(&target, &network)?,
        seal: None,
        bodies: &bodies,
        clock: &now,
        control: Control::default(),
    };
    let report = run.perform(&mut ledger, &mut |_| {})?;
    println!("{report:?}");
    if report.ending == upload::Ending::Complete { Ok(()) } else { Err("not complete".into()) }
}
