//! Pictures of the day's screens: desk, today with all its pages, imports, the call screen.

use std::path::Path;
use std::time::Duration;

use journeys::webdriver::{Window, keys};
use serde_json::{Value, json};

const COLLEGES: [&str; 4] = ["计算机科学与技术学院", "文学院", "经济与管理学院", "机电工程学院"];
const NAMES: [&str; 6] = ["张小三", "李四", "欧阳晓五", "王六一", "阿卜杜拉·买买提", "赵七"];

/// A batch in the middle of its morning.
async fn morning(window: &Window, tongue: &str) -> Value {
    super::language(window, tongue).await;
    window.rpc("operator.set", json!({ "name": "李老师" })).await;
    let today = &today(window).await;
    let plan = json!({
        "school": "某某工业大学", "date": today, "place": "一校区体育馆", "group": "1 组", "spec": "registry-safe",
        "way": "desk", "fee": { "kind": "prepaid", "amount_fen": 1700 }, "double_proof": true, "masked_names": true,
        "naming": "{学院}/{学号}",
        "consent": { "version": "2026-1", "text": "采集的图像用于毕业证书和学历注册，不作他用。\n本人已阅读并同意。" },
        "make_up": { "words": "未到者以后用手机小程序自行补采", "from": today, "fee_fen": 3500 },
    });
    let batch = window.rpc("batch.new", plan).await;
    window.rpc("batch.open", json!({ "batch": batch["id"] })).await;
    let subjects: Vec<Value> = (0..60)
        .map(|n| {
            json!({
                "student_no": format!("20221107{n:04}"), "name": NAMES[n % 6], "college": COLLEGES[n % 4],
                "class": format!("22{:02}班", n % 5 + 1), "paid": n % 11 != 7,
            })
        })
        .collect();
    window.rpc("roster.apply", json!({ "subjects": subjects })).await;
    let slots: Vec<Value> = (0..4)
        .map(|n| {
            json!({
                "college": COLLEGES[n], "head_count": 15, "date": today, "start": 480 + n * 90, "end": 570 + n * 90,
                "room": "体育馆东侧", "group": "1 组",
            })
        })
        .collect();
    window.rpc("schedule.apply", json!({ "slots": slots })).await;
    let lines = window.rpc("roster.search", json!({ "text": "20221107", "limit": 60 })).await;
    for (n, line) in lines.as_array().into_iter().flatten().enumerate().filter(|(n, _)| n % 11 != 7).take(14)
    {
        let check_in = json!({ "code": format!("SCREENS-{n}"), "subject": line["subject"], "consent": true, "id_card": true });
        window.rpc("desk.check_in", check_in).await;
    }
    batch["id"].clone()
}

/// The day by the clock of the window, which is that of the station.
async fn today(window: &Window) -> Value {
    let script = "const d = new Date(); const two = (n) => String(n).padStart(2, '0'); \
         return `${d.getFullYear()}-${two(d.getMonth() + 1)}-${two(d.getDate())}`;";
    window.client.execute(script, vec![]).await.expect("the window knows the day")
}

async fn photographed(window: &Window, code: &str) {
    window.rpc("queue.next", json!({})).await;
    window.rpc("station.type_code", json!({ "text": code, "source": "gun" })).await;
    window.demo("seated").await;
    window.wait("band-eye_line").await;
    window.press(keys::SPACE).await;
    window.phase("reviewing").await;
    window.press(keys::ENTER).await;
    window.phase("idle").await;
}

/// All of them, in one window.
pub async fn tour(size: &str, tongue: &str, into: &Path) {
    let folder = tempfile::tempdir().unwrap();
    let arguments = ["--camera", "demo", "--demo-scene", "empty", "--size", size];
    let Some(window) = Window::open(folder.path(), &arguments).await else { return };
    let shot = async |name: &str| {
        tokio::time::sleep(Duration::from_millis(800)).await;
        window.screenshot(&into.join(format!("{name}.png"))).await;
    };
    let press = async |key: &str| {
        window.press(key).await;
        tokio::time::sleep(Duration::from_millis(150)).await;
    };
    let batch = morning(&window, tongue).await;
    for code in ["SCREENS-0", "SCREENS-1", "SCREENS-2"] {
        photographed(&window, code).await;
    }
    window.rpc("queue.next", json!({})).await;
    shot("30-booth-called").await;
    window.rpc("queue.hold", json!({ "number": 6, "reason": "hair" })).await;
    window.rpc("retake.add", json!({ "number": 2, "reason": "初审未通过：闭眼", "source": "results" })).await;
    window.demo("empty").await;
    press(keys::F6).await;
    window.wait("desk-eye").await;
    shot("31-desk").await;
    window.demo("phone").await;
    window.wait("search-text").await;
    shot("32-desk-code").await;
    window.paste("search-text", "202211070020").await;
    window.wait("search-result").await;
    press(keys::ENTER).await;
    shot("33-desk-person").await;
    press("d").await;
    shot("34-consent").await;
    press(keys::ESCAPE).await;
    press(keys::ENTER).await;
    window.wait("issued").await;
    shot("35-issued").await;
    window.demo("empty").await;
    press(keys::ESCAPE).await;
    press("s").await;
    window.paste("search-text", "202211070018").await;
    window.wait("search-result").await;
    press(keys::ENTER).await;
    shot("36-unpaid").await;
    press(keys::ESCAPE).await;
    press("o").await;
    shot("37-call-settings").await;
    press(keys::ESCAPE).await;

    press(keys::F7).await;
    window.wait("count-shot").await;
    shot("40-overview").await;
    press("r").await;
    shot("41-report").await;
    window.paste("field-out", &folder.path().join("out").display().to_string()).await;
    press(keys::ENTER).await;
    window.wait("sheet-report-done").await;
    shot("42-report-done").await;
    press(keys::ESCAPE).await;
    for (key, name) in [("2", "43-schedule"), ("4", "44-retakes"), ("5", "45-absent"), ("7", "46-batches")] {
        press(key).await;
        shot(name).await;
    }
    press("c").await;
    shot("47-batch-form").await;
    press(keys::ESCAPE).await;
    press("x").await;
    shot("48-seal").await;
    press(keys::ESCAPE).await;
    imports(&window, folder.path(), into).await;
    press("6").await;
    press("a").await;
    window.paste("field-one", "1").await;
    window.paste("field-other", "2").await;
    window.paste("field-reason", "学生在出口看照片时发现").await;
    press(keys::ENTER).await;
    window.wait("swap").await;
    shot("56-swap").await;
    press(keys::ESCAPE).await;
    window.rpc("queue.pass", json!({ "number": 4 })).await;
    window.rpc("batch.close", json!({ "batch": batch })).await;
    press("7").await;
    press("m").await;
    shot("57-make-up").await;
    press(keys::ESCAPE).await;
    window.rpc("batch.open", json!({ "batch": batch })).await;
    window.rpc("queue.next", json!({})).await;
    window.rpc("queue.next", json!({ "booth": "2" })).await;
    window.client.goto("tauri://localhost/index.html?screen=call").await.expect("the call screen opens");
    window.wait("called").await;
    shot("58-call").await;
    for booth in 3..8 {
        window.rpc("queue.next", json!({ "booth": booth.to_string() })).await;
    }
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    shot("59-call-many").await;
    window.close().await;
}

async fn imports(window: &Window, folder: &Path, into: &Path) {
    let shot = async |name: &str| {
        tokio::time::sleep(Duration::from_millis(700)).await;
        window.screenshot(&into.join(format!("{name}.png"))).await;
    };
    let file = folder.join("2026 届毕业生名单（教务处）.csv");
    let mut rows = "某某工业大学 2026 届毕业生名单,,,,,\n序号,学号,学生姓名,院系,班级,缴费情况\n".to_owned();
    for n in 0..40 {
        rows += &format!(
            "{},20221107{:04},{},{},22{:02}班,已缴\n",
            n + 1,
            n + 30,
            NAMES[n % 6],
            COLLEGES[n % 4],
            n % 5 + 1
        );
    }
    rows += "41,2.02E+11,某某某,文学院,2201班,已缴\n42,,无学号,文学院,2201班,未缴\n";
    std::fs::write(&file, rows).unwrap();
    window.press("3").await;
    window.wait("roster").await;
    shot("50-roster").await;
    window.press(keys::ESCAPE).await;
    tokio::time::sleep(Duration::from_millis(200)).await;
    window.press("i").await;
    window.paste("import-path", &file.display().to_string()).await;
    shot("51-import-file").await;
    window.press(keys::ENTER).await;
    window.wait("import-columns").await;
    shot("52-import-columns").await;
    window.press(keys::ENTER).await;
    window.wait("import-lines").await;
    shot("53-import-report").await;
    window.press(keys::ENTER).await;
    window.wait_with("import", "step", "done").await;
    shot("54-import-done").await;
    window.press(keys::ENTER).await;
    tokio::time::sleep(Duration::from_millis(200)).await;
    window.press("t").await;
    shot("55-template").await;
    window.press(keys::ESCAPE).await;
    tokio::time::sleep(Duration::from_millis(200)).await;
}
