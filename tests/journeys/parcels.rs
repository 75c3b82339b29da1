//! What leaves on a stick, as others see it: tools that we did not write open it, a locked one opens for whom it is
//! meant, names that would meet do not.

use std::path::{Path, PathBuf};
use std::process::Command;

use api::handover::operations::HandoverOperations;
use api::handover::view::*;
use domain::{CaptureCode, Subject};
use journeys::booth::{now, station};
use journeys::net::python::python;
use journeys::sealed_day::{NAMES, id_number, student_no};
use journeys::{places, stock};
use store::Store;

use super::handover::{BATCH, day, export, folder, wait};

fn tool(name: &str, packages: &[&str], modules: &str) -> Option<PathBuf> {
    python(&places::root().join("target"), name, packages, modules)
}

fn run(python: &Path, script: &str, argument: &Path) -> String {
    let output = Command::new(python).args(["-c", script]).arg(argument).output().expect("Python runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn the_list_opens_in_openpyxl_with_every_digit_and_the_bag_in_bagit() {
    let Some(excel) = tool("openpyxl", &["openpyxl"], "openpyxl") else { return };
    let Some(bagit) = tool("bagit", &["bagit", "setuptools<81"], "bagit") else { return };
    let (home, station) = day();
    let done = export(&station, &folder(&home, "stick"), ExportContents::default());
    let list = Path::new(&done.place).join("data/lists/list.xlsx");
    let script = "import openpyxl, sys
for row in openpyxl.load_workbook(sys.argv[1]).active.iter_rows(values_only=True):
    print('|'.join(f'{type(cell).__name__}:{cell}' for cell in row))";
    let cells = run(&excel, script, &list);
    for (n, name) in NAMES.into_iter().enumerate() {
        for text in [student_no(n), id_number(n), name.to_owned()] {
            assert!(cells.contains(&format!("str:{text}")), "{text} as text, digit by digit: {cells}");
        }
    }
    let valid = "import bagit, sys; print(bagit.Bag(sys.argv[1]).validate())";
    assert_eq!(run(&bagit, valid, Path::new(&done.place)).trim(), "True");
    let ours = api::handover::verify(&VerifyBagRequest { path: done.place, key: None }).expect("verified");
    assert!(ours.valid && ours.bag_checksum == done.bag_checksum);
}

#[test]
fn a_locked_parcel_opens_for_whom_it_is_meant_and_holds_no_plain_picture() {
    let (home, station) = day();
    let into = folder(&home, "stick");
    let identity = age::x25519::Identity::generate();
    let secret = age::secrecy::ExposeSecret::expose_secret(&identity.to_string()).to_owned();
    for (name, lock, key) in [
        (
            "收件人",
            ExportLock::Recipient { recipient: identity.to_public().to_string() },
            ParcelKey::Identity { identity: secret.into() },
        ),
        (
            "口令",
            ExportLock::Passphrase { passphrase: "毕业季 2026".into() },
            ParcelKey::Passphrase { passphrase: "毕业季 2026".into() },
        ),
    ] {
        let request = ExportRequest {
            batch: BATCH,
            into: into.clone(),
            name: name.into(),
            contents: ExportContents::default(),
            lock: Some(lock),
        };
        let job = station.export_start(request).expect("begun");
        let JobResult::Export(done) = wait(&station, &job).expect("exported") else { panic!("another") };
        assert!(done.complete && done.place.ends_with(".bag.tar.age"), "{done:?}");
        let sealed = std::fs::read(&done.place).expect("read");
        for secret in [student_no(0).as_bytes(), b"BagIt-Version", b"\xff\xd8\xff"] {
            assert!(!sealed.windows(secret.len()).any(|part| part == secret));
        }
        let verify = |key| api::handover::verify(&VerifyBagRequest { path: done.place.clone(), key });
        assert!(verify(Some(key)).expect("opens").valid);
        let wrong = ParcelKey::Passphrase { passphrase: "another one".into() };
        assert_eq!(verify(Some(wrong)).expect_err("refused").code, verify(None).expect_err("refused").code);
    }
    let short = ExportRequest {
        batch: BATCH,
        into,
        name: "短".into(),
        contents: ExportContents::default(),
        lock: Some(ExportLock::Passphrase { passphrase: "1234567".into() }),
    };
    let job = station.export_start(short).expect("begun");
    assert!(wait(&station, &job).is_err(), "a passphrase of seven characters is none");
}

/// Four people whom a careless naming would put into one file, or outside of the bag.
#[test]
fn names_that_would_meet_or_lead_away_give_every_person_a_file() {
    let home = tempfile::tempdir().expect("a folder");
    let data = home.path().join("data");
    let people = [
        ("张/三", "Abc", "../../etc"),
        ("张/三", "aBC", "CON"),
        ("李四", "x", "文学院"),
        ("李四", "y", "文学院 "),
    ];
    {
        let (mut db, _) = Store::open(&data, "A-1", now()).expect("a data folder");
        let batch = db.new_batch(&stock::plan(false), now()).expect("a batch").id;
        db.open_batch(batch, now()).expect("opened");
        for (n, (name, class, college)) in people.into_iter().enumerate() {
            let subject = Subject {
                student_no: Some(student_no(n)),
                name: Some(name.into()),
                class: Some(class.into()),
                college: Some(college.into()),
                ..Subject::default()
            };
            let line = db.add_late_entry(batch, &subject, "补录", now()).expect("a line");
            let code = CaptureCode::new(format!("code {n}")).expect("a code");
            let jpeg = stock::bytes(n);
            let new = stock::accepted(batch, &code, Some(line), &jpeg);
            db.take_in(&new, now()).expect("taken in");
        }
        db.seal_batch(batch, None, now()).expect("sealed");
    }
    let station = station(&data);
    for (name, short) in [("长", false), ("短", true)] {
        let into = folder(&home, name);
        let contents = ExportContents {
            template: "{学院}/{班级}/{姓名}".into(),
            short_paths: short,
            ..ExportContents::default()
        };
        let done = export(&station, &into, contents);
        assert!(done.complete, "{done:?}");
        let mut found = Vec::new();
        collect(Path::new(&done.place).join("data/portraits").as_path(), &mut found);
        assert_eq!(found.len(), people.len());
        let mut folded: Vec<String> =
            found.iter().map(|path| path.display().to_string().to_lowercase()).collect();
        folded.sort();
        folded.dedup();
        assert_eq!(folded.len(), people.len(), "no two are one on a stick that knows no case");
        let mut hashes: Vec<_> = found
            .iter()
            .map(|path| domain::ContentHash::of(&std::fs::read(path).expect("read")).to_hex())
            .collect();
        let mut wanted: Vec<_> =
            (0..people.len()).map(|n| domain::ContentHash::of(&stock::bytes(n)).to_hex()).collect();
        hashes.sort();
        wanted.sort();
        assert_eq!(hashes, wanted, "everybody's own picture, once");
        for path in &found {
            let below = path.strip_prefix(&done.place).expect("inside of the bag").display().to_string();
            assert!(!short || below.chars().count() <= 64, "{below}");
            assert!(
                !below.split(['/', '\\']).any(|part| part == ".." || part.eq_ignore_ascii_case("con")),
                "{below}"
            );
        }
        assert_eq!(std::fs::read_dir(&into).expect("listed").count(), 1, "nothing beside the bag");
    }
}

fn collect(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("listed").flatten() {
        let path = entry.path();
        if path.is_dir() { collect(&path, found) } else { found.push(path) }
    }
}
