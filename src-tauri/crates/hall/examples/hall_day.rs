//! The day of a whole school against a real PostgreSQL, with its figures: `cargo run -p hall --example hall_day
//! [PEOPLE]`.

#[path = "../tests/rig/mod.rs"]
mod rig;
#[path = "../tests/day/mod.rs"]
mod simulation;

fn main() {
    let people = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(4_500);
    let Some(cluster) = rig::Cluster::start() else { return };
    let Ok(folder) = tempfile::tempdir() else { return };
    let plan =
        simulation::DayPlan { people, colleges: 30, campuses: 2, booths_per_campus: 4, cuts: 3, seed: 2025 };
    println!("{}", simulation::run(&cluster.database("day"), folder.path(), &plan));
}
