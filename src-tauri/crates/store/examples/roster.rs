//! How long a roster of 20,000 rows takes, and a search in it: `cargo run --release -p store --example roster`.

use std::time::Instant;

use domain::{BatchPlan, Consent, Day, FeeRule, Subject, Timestamp, Way};
use store::{RosterChunk, RosterCounts, Store, StoreError, check_rows};

const ROWS: usize = 20_000;
/// As the station does it.
const PIECE: usize = 250;

fn rows() -> Vec<Subject> {
    let surnames: Vec<char> = "赵钱孙李周吴郑王曾单解".chars().collect();
    let given: Vec<char> = "小明华伟芳娜敏静丽强磊洋艳勇军杰".chars().collect();
    let name = |n: usize| -> String {
        [surnames[n % surnames.len()], given[n / 11 % given.len()], given[n / 176 % given.len()]]
            .iter()
            .collect()
    };
    (0..ROWS)
        .map(|n| Subject {
            student_no: Some(format!("2022{n:06}")),
            name: Some(name(n)),
            college: Some(format!("学院{}", n % 30)),
            id_number: Some(format!("11010119990101{n:04}")),
            ..Subject::default()
        })
        .collect()
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let dir = tempfile::tempdir()?;
    let now = Timestamp(1_780_000_000_000);
    let (mut store, _) = Store::open(dir.path(), "A-1", now)?;
    let plan = BatchPlan {
        school: "某某大学".into(),
        date: Day::default(),
        place: String::new(),
        group: String::new(),
        spec: "registry-safe".into(),
        fee: FeeRule::None,
        way: Way::Desk,
        double_proof: true,
        masked_names: false,
        naming: String::new(),
        consent: Consent::default(),
        upload_allowed: false,
        make_up: domain::MakeUpTerms::default(),
        make_up_of: None,
    };
    let batch = store.new_batch(&plan, now)?.id;
    let rows = rows();
    for what in ["first import", "the same again"] {
        let begun = Instant::now();
        let mut longest = 0.0_f64;
        let good: Vec<&Subject> =
            rows.iter().zip(check_rows(&rows)).filter(|(_, bad)| bad.is_none()).map(|(row, _)| row).collect();
        let generation = store.begin_roster(batch, now)?;
        let mut counts = RosterCounts::default();
        for piece in good.chunks(PIECE) {
            let piece_begun = Instant::now();
            let chunk = RosterChunk { batch, generation, rows: piece, identities_too: false };
            store.apply_roster(&chunk, &mut counts, now)?;
            longest = longest.max(piece_begun.elapsed().as_secs_f64() * 1000.0);
        }
        store.end_roster(batch, generation, &counts, now)?;
        println!("{what}: {:.2} s, longest piece {longest:.1} ms, {counts:?}", begun.elapsed().as_secs_f64());
    }
    let reader = store.reader_door().open()?;
    let time = |what: &str, ask: &dyn Fn() -> Result<usize, StoreError>| -> Result<(), StoreError> {
        let mut best = f64::MAX;
        let mut worst = 0.0_f64;
        let mut found = 0;
        for _ in 0..20 {
            let begun = Instant::now();
            found = ask()?;
            let ms = begun.elapsed().as_secs_f64() * 1000.0;
            (best, worst) = (best.min(ms), worst.max(ms));
        }
        println!("{what}: {best:.1} to {worst:.1} ms, {found} found");
        Ok(())
    };
    for text in ["2022019", "明", "zxm", "zzzz", "没有这个人"] {
        time(&format!("search {text}"), &|| Ok(reader.search(batch, text, 20)?.len()))?;
    }
    time("reconcile", &|| Ok(reader.reconcile(batch)?.due as usize))?;
    Ok(())
}
