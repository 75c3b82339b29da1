//! A day in the real window, by keys alone: batch, roster, desk, calls, booth, retake, absent, report, seal.

use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use fantoccini::Locator;
use journeys::webdriver::{Window, keys};
use serde_json::{Value, json};

const DEMO: &[&str] = &["--camera", "demo", "--demo-scene", "empty", "--size", "1366x768"];

/// One window at a time: keys go to the one that has the focus.
fn alone() -> MutexGuard<'static, ()> {
    static ONE: Mutex<()> = Mutex::new(());
    ONE.lock().unwrap_or_else(PoisonError::into_inner)
}

fn journey<F: Future<Output = ()>>(run: impl Fn(Window, std::path::PathBuf) -> F) {
    let _alone = alone();
    let folder = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let Some(window) = Window::open(folder.path(), DEMO).await else { return };
        run(window, folder.path().to_path_buf()).await;
    });
}

/// Goes to a place and lets it settle: a gun's keys are told from a person's by their times, and a window that is
/// drawing itself hears them late.
async fn go(window: &Window, key: &str, id: &str) {
    window.press(key).await;
    window.wait(id).await;
    tokio::time::sleep(Duration::from_millis(400)).await;
}

/// A barcode gun: the whole code in one go, and Enter.
async fn gun(window: &Window, code: &str) {
    window.press(&format!("{code}{}", keys::ENTER)).await;
    // Guns send their last Enter twice now and then, so the window is deaf to it for a moment.
    tokio::time::sleep(Duration::from_millis(350)).await;
}

/// Waits until an element is gone.
async fn gone(window: &Window, id: &str) {
    for _ in 0..200 {
        if !window.has(id).await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("{id} stays");
}

/// The desk finds the person of the code in hand by the 学号.
async fn find_person(window: &Window, student_no: &str) {
    // The code names nobody, and only the bill tells who may have a number: who it is comes next by itself.
    window.paste("search-text", student_no).await;
    window.wait_css(&format!("[data-testid=\"search-result\"][data-key=\"{student_no}\"]")).await;
    window.press(keys::ENTER).await;
    window.wait_with("desk-person", "key", student_no).await;
}

async fn issue(window: &Window, code: &str, student_no: &str, number: &str) {
    gun(window, code).await;
    find_person(window, student_no).await;
    window.wait_with("at-desk", "step", "check_in").await;
    window.press(keys::ENTER).await;
    assert_eq!(window.wait("issued-number").await.text().await.unwrap().trim(), number);
}

/// From the armed seat to the accepted picture.
async fn shoot(window: &Window) {
    window.phase("armed").await;
    window.demo("seated").await;
    window.wait("band-eye_line").await;
    window.press(keys::SPACE).await;
    window.phase("reviewing").await;
    window.press(keys::ENTER).await;
    window.phase("idle").await;
    window.demo("empty").await;
}

async fn make_batch(window: &Window) {
    window.press(keys::F7).await;
    window.wait("no-batch").await;
    window.press("a").await;
    window.paste("field-school", "某某大学").await;
    window.paste("field-amount", "17").await;
    window.paste("field-consent_version", "2026-1").await;
    window.paste("field-consent", "本人同意采集毕业证书图像。").await;
    window.paste("field-make_up", "未到者以后用手机小程序自行补采").await;
    let prepaid = "[data-testid=\"field-fee\"] button:nth-of-type(2)";
    window.client.find(Locator::Css(prepaid)).await.unwrap().click().await.unwrap();
    window.press(keys::ENTER).await;
    window.wait("open-batch").await;
    window.press(keys::ENTER).await;
    window.wait("overview").await;
}

async fn import_roster(window: &Window, data: &Path) {
    let file = data.join("名单.csv");
    let rows = "毕业生名单,,,\n学号,姓名,学院,是否缴费\n2022001,张小三,文学院,是\n2022002,李小四,文学院,是\n\
         2022003,王小五,理学院,否\n2.02E+09,赵小六,理学院,是\n";
    std::fs::write(&file, rows).unwrap();
    window.press("3").await;
    window.wait("roster").await;
    window.press("i").await;
    window.paste("import-path", file.to_str().unwrap()).await;
    window.press(keys::ENTER).await;
    window.wait_with("import", "step", "columns").await;
    window.press(keys::ENTER).await;
    window.wait_with("import", "step", "report").await;
    window.wait_with("import-added", "count", "3").await;
    window.wait_with("import-refused", "count", "1").await;
    window.wait_css("[data-testid=\"import-lines-row\"][data-name=\"6\"]").await;
    assert_eq!(
        window.rpc("roster.search", json!({ "text": "2022" })).await,
        json!([]),
        "a dry run writes nothing"
    );
    window.press(keys::ENTER).await;
    window.wait_with("import", "step", "done").await;
    window.press(keys::ENTER).await;
    gone(window, "import").await;
    assert_eq!(
        window.rpc("roster.search", json!({ "text": "2022" })).await.as_array().map(Vec::len),
        Some(3)
    );
}

#[test]
fn a_day_from_the_batch_to_the_seal() {
    journey(|window, data| async move {
        make_batch(&window).await;
        import_roster(&window, &data).await;

        go(&window, keys::F6, "desk-wait").await;
        issue(&window, "CODE-A-0001", "2022001", "1").await;
        issue(&window, "CODE-B-0002", "2022002", "2").await;
        // Prepaid and not paid: no number, whatever is pressed.
        gun(&window, "CODE-C-0003").await;
        find_person(&window, "2022003").await;
        window.wait_with("desk-refusal", "code", "unpaid").await;
        window.press(keys::ENTER).await;
        window.press(keys::ESCAPE).await;
        assert_eq!(window.rpc("queue.status", json!({})).await["waiting_count"], 2);
        window.press("n").await;
        window.wait_with("queue-line", "stage", "called").await;

        // The second one sits down with the own phone: refused at the booth, loudly.
        go(&window, keys::F5, "phase").await;
        gun(&window, "CODE-B-0002").await;
        window.notice("jumped_queue").await;
        window.phase("idle").await;
        gun(&window, "CODE-A-0001").await;
        shoot(&window).await;
        window.press("n").await;
        tokio::time::sleep(Duration::from_millis(300)).await;
        gun(&window, "CODE-B-0002").await;
        shoot(&window).await;

        // The first one wants another picture, at the exit.
        window.press(keys::F7).await;
        window.press("4").await;
        window.wait("retakes").await;
        window.press("a").await;
        window.paste("field-number", "1").await;
        window.paste("field-reason", "闭眼").await;
        window.press(keys::ENTER).await;
        gone(&window, "sheet-retake").await;
        go(&window, keys::F6, "desk").await;
        gun(&window, "CODE-A-0001").await;
        window.wait_with("at-desk", "step", "check_in").await;
        window.press(keys::ENTER).await;
        assert_eq!(window.wait("issued-number").await.text().await.unwrap().trim(), "3");
        window.press("n").await;
        window.wait_with("queue-line", "stage", "called").await;
        go(&window, keys::F5, "phase").await;
        gun(&window, "CODE-A-0001").await;
        window.phase("ask_repeat").await;
        window.press(keys::ENTER).await;
        shoot(&window).await;

        window.press(keys::F7).await;
        window.press("5").await;
        window.wait_with("absent", "count", "1").await;
        assert!(window.wait("absent-make-up").await.text().await.unwrap().contains("手机小程序"));
        window.press("1").await;
        window.wait_with("count-shot", "count", "2").await;
        window.wait_with("adds-up", "ok", "true").await;
        let out = data.join("给学校");
        window.press("r").await;
        window.paste("field-out", out.to_str().unwrap()).await;
        window.press(keys::ENTER).await;
        window.wait("sheet-report-done").await;
        window.press(keys::ESCAPE).await;
        let mut written: Vec<String> =
            std::fs::read_dir(&out).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        written.sort();
        assert_eq!(written.len(), 2, "{written:?}");
        assert!(written[0].ends_with(".pdf") && written[1].ends_with(".xlsx"), "{written:?}");

        window.press("7").await;
        window.wait("batch-table").await;
        window.press("x").await;
        window.wait("sheet-seal").await;
        window.press(keys::ENTER).await;
        gone(&window, "sheet-seal").await;
        let batches = window.rpc("batch.list", json!({})).await;
        assert_eq!(batches[0]["batch"]["state"], "sealed", "{batches}");
        assert_eq!(window.rpc("audit.verify", json!({})).await["broken"], Value::Null);
        window.close_on(&data.join("demo")).await;
        let (store, _) = store::Store::open(data.join("demo"), "look", domain::Timestamp(0)).unwrap();
        assert!(store.verify().unwrap().is_clean());
        // Three pictures of two people: the retake counts in the place of the first.
        let counts = store.reader_door().open().unwrap().reconcile(domain::BatchId(1)).unwrap();
        let pictures = store.today(domain::Timestamp(0), 10).unwrap().len();
        assert_eq!((pictures, counts.shot, counts.absent), (3, 2, 1));
    });
}

#[test]
fn the_desk_reads_a_phone_by_camera_and_the_booth_takes_its_code_from_the_desk() {
    journey(|window, data| async move {
        let plan = json!({
            "school": "某某大学", "date": "2026-05-13", "spec": "chsi-2017", "way": "desk", "fee": { "kind": "none" },
        });
        let batch = window.rpc("batch.new", plan).await;
        let before = window.rpc("station.view", json!({})).await["spec"]["id"].clone();
        window.rpc("batch.open", json!({ "batch": batch["id"] })).await;
        let view = window.rpc("station.view", json!({})).await;
        assert_eq!((&before, &view["spec"]["id"]), (&json!("registry-safe"), &json!("chsi-2017")));

        window.press(keys::F6).await;
        window.wait("desk-eye").await;
        window.demo("phone").await;
        window.wait("at-desk").await;
        let code = window.wait("desk-code").await.text().await.unwrap();
        assert_eq!(
            window.rpc("station.view", json!({})).await["phase"]["kind"],
            "idle",
            "no sitting at the desk"
        );
        window.press(keys::ENTER).await;
        assert_eq!(window.wait("issued-number").await.text().await.unwrap().trim(), "1");
        // The phone stays in view: nobody is pushed aside and no second number is given.
        tokio::time::sleep(Duration::from_millis(1_200)).await;
        assert!(window.has("issued-number").await && !window.has("at-desk").await);
        window.demo("empty").await;
        window.press("n").await;
        go(&window, keys::F5, "phase").await;
        window.phase("armed").await;
        let seat = window.rpc("station.view", json!({})).await["phase"]["sitting"]["fingerprint"].clone();
        let seen: String = code.split_whitespace().collect();
        assert!(seat.as_str().unwrap().starts_with(&seen) && !seen.is_empty(), "{seat} {code}");
        shoot(&window).await;

        // Put aside, the standard of the settings holds again.
        window.rpc("batch.close", json!({ "batch": batch["id"] })).await;
        assert_eq!(window.rpc("station.view", json!({})).await["spec"]["id"], "registry-safe");
        window.close_on(&data.join("demo")).await;
    });
}
