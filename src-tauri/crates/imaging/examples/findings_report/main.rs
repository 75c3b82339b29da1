//! Prints for each finding how many of the faults it sees and how often it cries wolf.
//!
//! ```text
//! GRADBOOTH_CASES=…/cases cargo run -p imaging --example findings_report -- [--quick] [--misses] [--values] [--measures] [parts of faults' names …]
//! ```
//!
//! Three sets: the frames and photographs of the cases as they are, by their truth; the same faults put onto every
//! clean one of them and onto drawn people, in two strengths (`faults.rs`); and harmless changes of the clean ones
//! (light, noise, compression, place in the frame), which must change nothing. A fault counts as found if the finding is
//! there for the operator to see (`review` or `retake`; those that are notes by nature also as `info`).

mod cases;
mod faults;

use std::collections::BTreeMap;

use cases::{Base, Failure};
use domain::{Class, FindingCode, PhotoSpec};
use faults::{Change, FAULTS, HARMLESS};
use image::RgbImage;
use imaging::engine::{Options, PortraitEngine};

/// Findings that only ever make a note.
const NOTES: [FindingCode; 3] = [FindingCode::EarsHidden, FindingCode::NeckHidden, FindingCode::Metadata];

#[derive(Default)]
struct Row {
    found: usize,
    faults: usize,
    alarms: usize,
    clean: usize,
}

struct Report {
    engine: PortraitEngine,
    spec: PhotoSpec,
    misses: bool,
    values: bool,
    measures: bool,
    rows: BTreeMap<String, Row>,
    alarms: BTreeMap<FindingCode, Row>,
}

fn main() -> Result<(), Failure> {
    let begun = std::time::Instant::now();
    let (mut misses, mut values, mut measures, mut parts) = (false, false, false, Vec::new());
    let mut every = 1;
    for argument in std::env::args().skip(1) {
        match argument.as_str() {
            "--misses" => misses = true,
            "--values" => values = true,
            "--measures" => measures = true,
            // Every fourth picture: a minute and a half instead of six.
            "--quick" => every = 4,
            other => parts.push(other.to_owned()),
        }
    }
    let Some(folder) = cases::folder() else {
        println!("skipped: no cases folder (set GRADBOOTH_CASES)");
        return Ok(());
    };
    let (engine, spec) = (cases::engine()?, cases::spec()?);
    let bases = cases::bases(&folder, &engine, &spec)?;
    let mut report =
        Report { engine, spec, misses, values, measures, rows: BTreeMap::new(), alarms: BTreeMap::new() };
    let wanted = |name: &str| parts.is_empty() || parts.iter().any(|part| name.contains(part.as_str()));
    if wanted("cases as they are") {
        for base in &bases {
            report.as_it_is(base);
        }
    }
    for change in FAULTS.iter().filter(|change| wanted(change.name)) {
        eprintln!("{:>5.0} s {}", begun.elapsed().as_secs_f64(), change.name);
        for base in bases.iter().filter(|base| base.is_clean()).step_by(every) {
            report.fault(base, change);
        }
    }
    if wanted("harmless") {
        for change in &HARMLESS {
            eprintln!("{:>5.0} s {}", begun.elapsed().as_secs_f64(), change.name);
            for base in bases.iter().filter(|base| base.is_clean()).step_by(every) {
                report.harmless(base, change);
            }
        }
    }
    report.print();
    Ok(())
}

impl Report {
    /// What is found, with class and value.
    fn look(&self, name: &str, frame: &RgbImage) -> Vec<(FindingCode, Class, f64)> {
        match self.engine.portrait(frame, &self.spec, None, &Options::default()) {
            Ok(made) => {
                if self.measures {
                    println!("{name} {}", serde_json::to_string(&made.measures).unwrap_or_default());
                }
                made.findings.iter().map(|f| (f.code, f.class, f.value.unwrap_or(0.0))).collect()
            }
            // A picture for which no file can be written still has to be told about; none of ours may be one.
            Err(error) => {
                println!("! {error}");
                Vec::new()
            }
        }
    }

    fn seen(found: &[(FindingCode, Class, f64)], codes: &[FindingCode]) -> bool {
        found
            .iter()
            .any(|(code, class, _)| codes.contains(code) && (*class > Class::Info || NOTES.contains(code)))
    }

    fn as_it_is(&mut self, base: &Base) {
        let found = self.look(&format!("{} as it is", base.name), &base.frame);
        for (attribute, codes, faulty) in &base.truth {
            let row = self.rows.entry(format!("as it is: {attribute}")).or_default();
            let seen = Self::seen(&found, codes);
            if *faulty {
                (row.faults, row.found) = (row.faults + 1, row.found + usize::from(seen));
            } else {
                (row.clean, row.alarms) = (row.clean + 1, row.alarms + usize::from(seen));
            }
            if self.misses && *faulty != seen {
                println!("{} {attribute}: {:?}", base.name, short(&found));
            }
        }
        if base.is_clean() {
            self.count_alarms(base, "as it is", &found);
        }
    }

    fn fault(&mut self, base: &Base, change: &Change) {
        for strength in 0..2 {
            let Some(frame) = (change.make)(base, strength) else { continue };
            if let Some(folder) = std::env::var_os("SAVE") {
                let name = format!("{}-{}-{strength}.png", change.name.replace(' ', "_"), base.name);
                let _ = frame.save(std::path::Path::new(&folder).join(name));
            }
            let found = self.look(&format!("{} {}", base.name, change.name), &frame);
            let seen = Self::seen(&found, change.codes);
            let row = self.rows.entry(format!("made: {}", change.name)).or_default();
            (row.faults, row.found) = (row.faults + 1, row.found + usize::from(seen));
            if self.misses && !seen || self.values {
                println!("{} {} {strength}: {:?}", base.name, change.name, short(&found));
            }
        }
    }

    fn harmless(&mut self, base: &Base, change: &Change) {
        let Some(frame) = (change.make)(base, 0) else { return };
        let found = self.look(&format!("{} {}", base.name, change.name), &frame);
        self.count_alarms(base, change.name, &found);
    }

    /// On a clean picture whatever asks for a look is a false alarm, but for what its truth leaves open.
    fn count_alarms(&mut self, base: &Base, what: &str, found: &[(FindingCode, Class, f64)]) {
        for code in cases::JUDGED {
            if base.open.contains(&code) {
                continue;
            }
            let seen = Self::seen(found, &[code]);
            let row = self.alarms.entry(code).or_default();
            (row.clean, row.alarms) = (row.clean + 1, row.alarms + usize::from(seen));
            if self.misses && seen {
                println!("{} {what}: false {code:?} of {:?}", base.name, short(found));
            }
        }
    }

    fn print(&self) {
        println!("\n{:44} {:>14} {:>16}", "fault", "found/faults", "false/clean");
        for (name, row) in &self.rows {
            let rate =
                |part: usize, all: usize| if all == 0 { "–".into() } else { format!("{part}/{all}") };
            let mark = if row.found * 10 < row.faults * 9 || row.alarms * 20 > row.clean { " <" } else { "" };
            println!(
                "{name:44} {:>14} {:>16}{mark}",
                rate(row.found, row.faults),
                rate(row.alarms, row.clean)
            );
        }
        println!("\n{:44} {:>14} {:>16}", "false alarms on clean and harmlessly changed", "", "false/clean");
        let (mut alarms, mut clean) = (0, 0);
        for (code, row) in &self.alarms {
            let mark = if row.alarms * 20 > row.clean { " <" } else { "" };
            println!(
                "{:44} {:>14} {:>16}{mark}",
                format!("{code:?}"),
                "",
                format!("{}/{}", row.alarms, row.clean)
            );
            println!("    {}", imaging::quality::source(*code));
            (alarms, clean) = (alarms + row.alarms, clean + row.clean);
        }
        println!("{:44} {:>14} {:>16}", "all together", "", format!("{alarms}/{clean}"));
    }
}

fn short(found: &[(FindingCode, Class, f64)]) -> Vec<String> {
    let mark = |class: &Class| match class {
        Class::Info => "·",
        Class::Review => "?",
        Class::Retake => "!",
    };
    found.iter().map(|(code, class, value)| format!("{}{code:?}={value:.2}", mark(class))).collect()
}
