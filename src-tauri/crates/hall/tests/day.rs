//! The day of a whole school, in virtual time.

mod rig;
#[path = "day/mod.rs"]
mod simulation;

use simulation::{DayPlan, run};

#[test]
fn a_small_day_with_a_cut_ends_with_everybody_in_one_state() {
    let Some(cluster) = rig::Cluster::start() else { return };
    let folder = tempfile::tempdir().unwrap();
    let plan = DayPlan { people: 200, colleges: 4, campuses: 1, booths_per_campus: 3, cuts: 1, seed: 5 };
    let figures = run(&cluster.database("day"), folder.path(), &plan);
    println!("{figures}");
    assert!(figures.claims_alone > 0, "the cut made no difference");
}

/// The numbers of a real notice: about 4,500 people, two campuses.
#[test]
#[ignore = "a few minutes"]
fn the_day_of_4500_people_at_8_booths_with_3_cut_off_for_ten_minutes_each() {
    let Some(cluster) = rig::Cluster::start() else { return };
    let folder = tempfile::tempdir().unwrap();
    let plan =
        DayPlan { people: 4_500, colleges: 30, campuses: 2, booths_per_campus: 4, cuts: 3, seed: 2025 };
    let figures = run(&cluster.database("day"), folder.path(), &plan);
    println!("{figures}");
    assert!(figures.claims_alone > 100 && figures.conflicts.contains_key("two_numbers"));
}
