//! Tables of errors over all frames and over each kind.

use crate::edge_colours::ColourErrors;
use crate::errors::AlphaErrors;

/// One frame.
pub struct Row {
    pub name: String,
    pub kinds: Vec<&'static str>,
    pub ours: AlphaErrors,
    /// MODNet as published, on the same crop.
    pub modnet: AlphaErrors,
    /// The delivered file and MODNet's raw composite against the ideal portrait.
    pub colours: Option<[ColourErrors; 2]>,
}

/// All frames.
#[derive(Default)]
pub struct Tables {
    rows: Vec<Row>,
    geometry: [Vec<f64>; 4],
    pub ms: Vec<f64>,
}

impl Tables {
    pub fn add(&mut self, row: Row) {
        self.rows.push(row);
    }

    /// Errors of head top, eye line, face width and centre, in delivered pixels.
    pub fn geometry(&mut self, off: [f64; 4]) {
        for (all, one) in self.geometry.iter_mut().zip(off) {
            all.push(one.abs());
        }
    }

    pub fn print(&self, title: &str) {
        let mut kinds: Vec<&str> = vec!["all"];
        for kind in self.rows.iter().flat_map(|row| &row.kinds) {
            if !kinds.contains(kind) {
                kinds.push(kind);
            }
        }
        println!("\n## {title}\n");
        println!(
            "Matte errors in 1/1000, ours / MODNet as published on the same crop; worst: largest ratio of one frame.\n"
        );
        println!(
            "| kind | frames | whole | soft band | gradient, whole | gradient, band | band ratio | worst |"
        );
        println!("|---|---|---|---|---|---|---|---|");
        for kind in &kinds {
            self.mattes(kind);
        }
        if self.rows.iter().any(|row| row.colours.is_some()) {
            println!("\nThe delivered file / MODNet's raw composite against the ideal portrait.\n");
            println!(
                "| kind | frames | soft band, levels | ratio | soft band, ΔE00 | background off by > 2 beyond 8 px (1/1000) |"
            );
            println!("|---|---|---|---|---|---|");
            for kind in &kinds {
                self.colours(kind);
            }
        }
        self.places();
    }

    fn of<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a Row> {
        self.rows.iter().filter(move |row| kind == "all" || row.kinds.contains(&kind))
    }

    fn mattes(&self, kind: &str) {
        let rows: Vec<&Row> = self.of(kind).collect();
        let pair = |pick: fn(&AlphaErrors) -> f64| {
            let mean = |of: fn(&Row) -> &AlphaErrors| mean(rows.iter().map(|row| pick(of(row))));
            (mean(|row| &row.ours), mean(|row| &row.modnet))
        };
        let (whole, band) = (pair(|e| e.whole), pair(|e| e.band));
        let (gradient, gradient_band) = (pair(|e| e.gradient), pair(|e| e.gradient_band));
        let ratio = |row: &Row| row.ours.band / row.modnet.band.max(1e-9);
        let worst = rows.iter().max_by(|a, b| ratio(a).total_cmp(&ratio(b)));
        println!(
            "| {kind} | {} | {:.2} / {:.2} | {:.1} / {:.1} | {:.2} / {:.2} | {:.2} / {:.2} | {:.2} | {} |",
            rows.len(),
            whole.0,
            whole.1,
            band.0,
            band.1,
            gradient.0,
            gradient.1,
            gradient_band.0,
            gradient_band.1,
            band.0 / band.1.max(1e-9),
            worst.map_or_else(String::new, |row| format!("{:.2} {}", ratio(row), row.name)),
        );
    }

    fn colours(&self, kind: &str) {
        let rows: Vec<&[ColourErrors; 2]> = self.of(kind).filter_map(|row| row.colours.as_ref()).collect();
        if rows.is_empty() {
            return;
        }
        let of = |side: usize, pick: fn(&ColourErrors) -> f64| mean(rows.iter().map(|row| pick(&row[side])));
        let (ours, theirs) = (of(0, |e| e.levels), of(1, |e| e.levels));
        println!(
            "| {kind} | {} | {ours:.2} / {theirs:.2} | {:.2} | {:.2} / {:.2} | {:.2} / {:.2} |",
            rows.len(),
            ours / theirs.max(1e-9),
            of(0, |e| e.delta_e),
            of(1, |e| e.delta_e),
            of(0, |e| e.stray),
            of(1, |e| e.stray),
        );
    }

    fn places(&self) {
        if self.geometry[0].is_empty() {
            return;
        }
        println!("\n| delivered pixels off the truth | mean | 95% within | worst | frames within 4 px |");
        println!("|---|---|---|---|---|");
        for (label, v) in ["head top", "eye line", "face width", "centre"].iter().zip(&self.geometry) {
            let mut sorted = v.clone();
            sorted.sort_by(f64::total_cmp);
            let at = |share: f64| sorted[((sorted.len() - 1) as f64 * share).ceil() as usize];
            let close = sorted.iter().filter(|&&v| v <= 4.0).count();
            println!(
                "| {label} | {:.1} | {:.1} | {:.1} | {close} of {} |",
                mean(v.iter().copied()),
                at(0.95),
                at(1.0),
                v.len()
            );
        }
        let mut ms = self.ms.clone();
        ms.sort_by(f64::total_cmp);
        println!("\ntotal: median {:.0} ms", ms.get(ms.len() / 2).copied().unwrap_or(0.0));
    }
}

fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let (mut sum, mut count) = (0.0, 0u32);
    for v in values {
        sum += v;
        count += 1;
    }
    sum / f64::from(count.max(1))
}
