//! The day's commands on files: roster and schedule in, template and report out, the make-up day.

use std::fs;
use std::path::Path;
use std::process::Output;

use journeys::places::{gradbooth, json_lines};
use serde_json::{Value, json};

fn run(data: &Path, args: &[&str]) -> Output {
    let data = data.to_str().unwrap();
    gradbooth(&[args, &["--data", data, "--json"]].concat())
}

fn told(output: &Output) -> Value {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    json_lines(output).remove(0)
}

fn complaint(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stdout));
    String::from_utf8(output.stderr.clone()).unwrap()
}

const ROSTER: &str =
    "学号,姓名,学院,是否缴费\n2022001,张小三,文学院,是\n2022002,李小四,文学院,是\n2022003,王小五,理学院,否\n";

fn batch(data: &Path) {
    let args = [
        "batch",
        "new",
        "--school",
        "某某大学",
        "--date",
        "2026-05-13",
        "--way",
        "desk",
        "--prepaid",
        "1700",
    ];
    told(&run(data, &[&args[..], &["--open"]].concat()));
}

#[test]
fn a_roster_is_tried_taken_and_taken_again_and_every_refused_row_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let (data, file) = (folder.path().join("data"), folder.path().join("名单.csv"));
    batch(&data);
    let name = file.to_str().unwrap();
    fs::write(&file, ROSTER).unwrap();
    let tried = told(&run(&data, &["roster", "import", name, "--dry-run"]));
    assert_eq!((&tried["roster"]["added"], &tried["roster"]["generation"]), (&json!(3), &json!(0)));
    assert!(json_lines(&run(&data, &["roster", "search", "2022"])).is_empty(), "a dry run writes nothing");
    assert_eq!(told(&run(&data, &["roster", "import", name]))["roster"]["added"], 3);

    // The school's second sheet: one name is put right, one number came out of Excel broken.
    let second = ROSTER.replace("王小五,理学院,否", "王晓五,理学院,是") + "2.02E+09,赵小六,理学院,是\n";
    fs::write(&file, second).unwrap();
    let again = run(&data, &["roster", "import", name]);
    assert_eq!(again.status.code(), Some(1), "a refused row is a failed input");
    let again = json_lines(&again).remove(0);
    let roster = &again["roster"];
    assert_eq!(
        (&roster["added"], &roster["changed"], &roster["unchanged"]),
        (&json!(0), &json!(1), &json!(2))
    );
    assert_eq!(roster["rows"][0]["outcome"]["fields"], json!(["name", "paid"]));
    let entries = again["sheet"]["entries"].as_array().unwrap();
    let told = |key: &str, value: &str| entries.iter().any(|e| e["row"] == 5 && e[key] == value);
    assert!(told("fate", "row_refused") && told("field", "student_no"), "{entries:?}");
    assert_eq!(json_lines(&run(&data, &["roster", "search", "wxw"]))[0]["masked_name"], "王*五");
}

#[test]
fn a_schedule_replaces_the_one_before_and_an_overlap_leaves_it() {
    let folder = tempfile::tempdir().unwrap();
    let (data, file) = (folder.path().join("data"), folder.path().join("安排.csv"));
    batch(&data);
    let name = file.to_str().unwrap();
    fs::write(&file, "学院,人数,日期,时间,地点\n文学院,120,5月13日,8:00-10:00,体育馆\n理学院,90,5月13日,10:00-11:30,体育馆\n").unwrap();
    let taken = told(&run(&data, &["schedule", "import", name]));
    assert_eq!(taken["slots"][1]["start"], 600);
    assert_eq!(taken["board"].as_array().map(Vec::len), Some(2));
    fs::write(&file, "学院,人数,日期,时间,地点\n文学院,120,5月13日,8:00-10:00,体育馆\n理学院,90,5月13日,9:00-11:30,体育馆\n").unwrap();
    for arguments in [&["schedule", "import", name, "--dry-run"][..], &["schedule", "import", name]] {
        let told = complaint(&run(&data, arguments));
        assert!(told.contains("重叠"), "{told}");
    }
    let (store, _) = store::Store::open(&data, "look", domain::Timestamp(0)).unwrap();
    let id = store.open_one().unwrap().unwrap().id;
    let slots = store.reader_door().open().unwrap().slots(id).unwrap();
    assert_eq!(slots[1].1.start.minutes(), 600, "the schedule of before stands");
}

#[test]
fn a_template_is_written_once_and_read_back_whole() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("模板.xlsx");
    let name = file.to_str().unwrap();
    assert!(gradbooth(&["roster", "template", "--out", name]).status.success());
    let before = fs::read(&file).unwrap();
    assert_eq!(gradbooth(&["roster", "template", "--out", name]).status.code(), Some(1));
    assert_eq!(fs::read(&file).unwrap(), before, "what the school has filled in is never overwritten");
    let data = folder.path().join("data");
    batch(&data);
    let empty = run(&data, &["roster", "import", name, "--dry-run"]);
    assert!(json_lines(&empty).first().is_none_or(|line| line["roster"]["added"] == 0));
}

#[test]
fn the_report_is_two_files_and_the_make_up_day_takes_over_who_is_left() {
    let folder = tempfile::tempdir().unwrap();
    let (data, file, out) =
        (folder.path().join("data"), folder.path().join("名单.csv"), folder.path().join("给学校"));
    batch(&data);
    fs::write(&file, ROSTER).unwrap();
    told(&run(&data, &["roster", "import", file.to_str().unwrap()]));
    let made = told(&run(&data, &["report", "--out", out.to_str().unwrap()]));
    let size = |title: &str| {
        let lists = made["lists"].as_array().unwrap();
        lists.iter().find(|list| list["title"] == title).unwrap_or_else(|| panic!("{title}"))["rows"].clone()
    };
    assert_eq!(
        (size("未到"), size("应退费"), size("未缴费"), size("已拍")),
        (json!(3), json!(2), json!(1), json!(0))
    );
    let files: Vec<&str> = made["files"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    assert!(fs::read(files[0]).unwrap().starts_with(b"%PDF-"));
    assert!(fs::read(files[1]).unwrap().starts_with(b"PK"));

    let open = complaint(&run(&data, &["batch", "make-up", "1", "--date", "2026-06-01"]));
    assert!(open.contains("batch_still_open"), "{open}");
    told(&run(&data, &["batch", "seal", "1"]));
    let template = folder.path().join("template.json");
    fs::write(&template, run(&data, &["batch", "list"]).stdout).unwrap();
    let like = ["batch", "new", "--template", template.to_str().unwrap(), "--date", "2026-05-14"];
    let copied = told(&run(&data, &like));
    assert_eq!(
        (&copied["plan"]["school"], &copied["plan"]["date"]),
        (&json!("某某大学"), &json!("2026-05-14"))
    );
    let second = told(&run(&data, &["batch", "make-up", "1", "--date", "2026-06-01"]));
    assert_eq!((&second["people"], &second["paid"]), (&json!(3), &json!(2)));
    assert_eq!(second["batch"]["plan"]["make_up_of"], 1);
    let verified = told(&run(&data, &["audit", "verify"]));
    assert_eq!(verified["broken"], Value::Null);
}
