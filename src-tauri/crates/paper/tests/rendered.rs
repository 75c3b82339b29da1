//! What comes out of the printer: files rendered at 300 dpi by another program (pdftoppm) and measured.

#![allow(clippy::unwrap_used)]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use domain::{FacePoints, PortraitId, ShotNumber, Size, Subject, Timestamp};
use image::{Rgb, RgbImage};
use paper::layout::Place;
use paper::report::{Block, Column, Figure, Report, Section, Table};
use paper::{
    Imprint, PaperError, Part, Parts, PrintPerson, PrintPicture, PrintSetup, PrintSize, ProofSetup, Remark,
    RunError, SheetLayout, SmallTwoInch, Typeface, print_sheets, proof_sheets, report_pdf,
};

type Never = std::convert::Infallible;

fn typeface() -> Typeface {
    static ONE: LazyLock<Typeface> = LazyLock::new(load_typeface);
    ONE.clone()
}

fn load_typeface() -> Typeface {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../assets/fonts/NotoSansSC-Regular.ttf");
    let bytes = std::fs::read(file).expect("the font is not there: cargo xtask setup brings it");
    Typeface::from_bytes(bytes).unwrap()
}

fn imprint() -> Imprint {
    Imprint { title: "2026 届".into(), made: Timestamp(1_779_264_000_000), id: "batch-1/prints".into() }
}

fn person(id: i64, class: &str, name: &str) -> PrintPerson {
    let subject = Subject {
        college: Some("计算机科学与技术学院".into()),
        class: Some(class.into()),
        student_no: Some(format!("2022110{id:04}")),
        name: Some(name.into()),
        ..Subject::default()
    };
    PrintPerson { portrait: PortraitId(id), subject, number: Some(ShotNumber(id)) }
}

const RED: Rgb<u8> = Rgb([220, 20, 60]);

/// A frame of one colour with an ordinary face's points.
fn flat(portrait: PortraitId) -> PrintPicture {
    let face = FacePoints {
        eye_left: [890.0, 540.0],
        eye_right: [1030.0, 540.0],
        chin: [960.0, 800.0],
        cheek_left: 800.0,
        cheek_right: 1120.0,
        head_top: 284.0,
    };
    PrintPicture { portrait, frame: RgbImage::from_pixel(1920, 1080, RED), face }
}

/// A drawn person in front of the delivered blue.
fn drawn(portrait: PortraitId) -> PrintPicture {
    static BOOTH: LazyLock<testkit::Booth> =
        LazyLock::new(|| testkit::Booth::new(Size { width: 1920, height: 1080 }, vec![]));
    let booth = &*BOOTH;
    let scene = testkit::Scene::seated(portrait.0 as usize);
    let (mut frame, alpha) = (booth.frame(&scene, 7), booth.alpha(&scene, 7));
    for (pixel, a) in frame.pixels_mut().zip(alpha.pixels()) {
        for (v, blue) in pixel.0.iter_mut().zip([100.0f32, 197.0, 255.0]) {
            let a = f32::from(a[0]) / 255.0;
            *v = (f32::from(*v) * a + blue * (1.0 - a)) as u8;
        }
    }
    PrintPicture { portrait, frame, face: booth.truth(&scene, 7).unwrap() }
}

fn setup(layout: SheetLayout) -> PrintSetup {
    PrintSetup { layout, cut_marks: true, separators: false, parts: Parts::default(), imprint: imprint() }
}

fn sheets(
    setup: &PrintSetup,
    people: Vec<PrintPerson>,
    load: impl Fn(PortraitId) -> PrintPicture,
) -> (Vec<Part>, paper::Summary) {
    let mut parts = Vec::new();
    let summary = print_sheets::<Never>(
        &typeface(),
        setup,
        people,
        |person| Ok(Some(load(person.portrait))),
        |part| {
            parts.push(part);
            Ok(())
        },
    )
    .unwrap();
    (parts, summary)
}

/// Pages at 300 dpi, or `None` where there is no renderer. With `GRADBOOTH_PAPER` set to a folder, files and pages are
/// kept there to be looked at.
fn render(name: &str, pdf: &[u8]) -> Option<Vec<RgbImage>> {
    let temp = tempfile::tempdir().unwrap();
    let kept = std::env::var_os("GRADBOOTH_PAPER").map(PathBuf::from);
    let folder = kept.unwrap_or_else(|| temp.path().to_owned());
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join(format!("{name}.pdf"));
    std::fs::write(&file, pdf).unwrap();
    let done =
        Command::new("pdftoppm").args(["-r", "300", "-png"]).arg(&file).arg(folder.join(name)).output();
    let Ok(done) = done else {
        println!("skipped: there is no pdftoppm to measure with");
        return None;
    };
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    assert!(done.stderr.is_empty(), "{}", String::from_utf8_lossy(&done.stderr));
    let mut files: Vec<PathBuf> = std::fs::read_dir(&folder)
        .unwrap()
        .flatten()
        .map(|e| e.path())
        .filter(|p| p.extension().is_some_and(|e| e == "png"))
        .filter(|p| {
            let stem = p.file_stem().unwrap().to_string_lossy().into_owned();
            stem.strip_prefix(&format!("{name}-")).is_some_and(|rest| rest.parse::<u32>().is_ok())
        })
        .collect();
    files.sort();
    Some(files.iter().map(|p| image::open(p).unwrap().to_rgb8()).collect())
}

fn is_red(p: &Rgb<u8>) -> bool {
    p.0.iter().zip(RED.0).all(|(a, b)| a.abs_diff(b) <= 12)
}

fn mm(dots: u32) -> f64 {
    f64::from(dots) * 25.4 / 300.0
}

/// The red rectangle around the middle of a place: left, top, width, height in mm.
fn measure(page: &RgbImage, place: &Place) -> [f64; 4] {
    let dot = |at: f64| (at / 25.4 * 300.0) as u32;
    let (x, y) = (dot(place.area.x + place.area.w / 2.0), dot(place.area.y + place.area.h / 2.0));
    let run = |dx: i32, dy: i32| {
        let mut n = 0u32;
        let (mut x, mut y) = (x as i32, y as i32);
        while page.get_pixel_checked(x as u32, y as u32).is_some_and(is_red) {
            (x, y, n) = (x + dx, y + dy, n + 1);
        }
        n
    };
    let (left, right, up, down) = (run(-1, 0), run(1, 0), run(0, -1), run(0, 1));
    [mm(x + 1 - left), mm(y + 1 - up), mm(left + right - 1), mm(up + down - 1)]
}

fn all_layouts() -> Vec<SheetLayout> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../assets/prints");
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .flatten()
        .map(|e| e.path())
        .filter(|p| p.extension().is_some_and(|e| e == "toml"))
        .collect();
    files.sort();
    files.iter().map(|f| SheetLayout::parse(&std::fs::read_to_string(f).unwrap()).unwrap()).collect()
}

#[test]
fn every_print_on_every_sheet_has_its_size_and_place_within_half_a_millimetre() {
    for layout in all_layouts() {
        let people = (1..=layout.people as i64).map(|id| person(id, "一班", "张三")).collect();
        let (parts, summary) = sheets(&setup(layout.clone()), people, flat);
        assert_eq!((summary.parts, summary.pages), (1, 1), "{}", layout.id);
        let Some(pages) = render(&format!("flat-{}", layout.id), &parts[0].pdf) else { return };
        let page = &pages[0];
        assert!((mm(page.width()) - layout.page.0).abs() < 0.2, "{}", layout.id);
        assert!((mm(page.height()) - layout.page.1).abs() < 0.2, "{}", layout.id);
        for place in &layout.places {
            let area = place.area;
            let found = measure(page, place);
            for (found, wanted) in found.iter().zip([area.x, area.y, area.w, area.h]) {
                assert!((found - wanted).abs() < 0.5, "{}: {found} for {wanted}, {place:?}", layout.id);
            }
        }
    }
}

#[test]
fn a_drawn_person_stands_upright_with_the_head_where_the_size_wants_it() {
    let layout = SheetLayout::notice(SmallTwoInch::W33H48).unwrap();
    let (parts, summary) = sheets(&setup(layout.clone()), vec![person(3, "一班", "欧阳小三")], drawn);
    assert_eq!(summary.remarks, []);
    let Some(pages) = render("notice-drawn", &parts[0].pdf) else { return };
    let blue = |p: &Rgb<u8>| p.0.iter().zip([100u8, 197, 255]).all(|(a, b)| a.abs_diff(b) <= 14);
    for place in layout.places.iter().filter(|p| !p.turned) {
        let dot = |at: f64| (at / 25.4 * 300.0) as u32;
        let x = dot(place.area.x + place.area.w / 2.0);
        let top = dot(place.area.y) + 2;
        let head = (top..).find(|y| !blue(pages[0].get_pixel(x, *y))).unwrap();
        let above = mm(head - top) / place.area.h;
        let rule = place.size.rule();
        assert!((rule.above.min..=rule.above.max).contains(&above), "{:?}: {above}", place.size);
    }
    // The lying prints have their upper edge to the left: background there, shoulders to the right.
    for place in layout.places.iter().filter(|p| p.turned) {
        let dot = |at: f64| (at / 25.4 * 300.0) as u32;
        let y = dot(place.area.y + place.area.h / 2.0);
        assert!(blue(pages[0].get_pixel(dot(place.area.x + 1.5), y)));
        assert!(!blue(pages[0].get_pixel(dot(place.area.right() - 1.5), y)));
    }
}

#[test]
fn the_same_values_give_the_same_bytes_and_the_colour_is_srgb() {
    let layout = SheetLayout::notice(SmallTwoInch::W35H45).unwrap();
    let make = || sheets(&setup(layout.clone()), vec![person(1, "一班", "张三")], drawn).0.remove(0).pdf;
    let first = make();
    assert_eq!(first, make());
    let has = |what: &[u8]| first.windows(what.len()).any(|w| w == what);
    assert!(has(b"/OutputIntents") && has(b"/ICCBased") && !has(b"/DeviceRGB"));
    let other = PrintSetup {
        imprint: Imprint { made: Timestamp(1_779_264_060_000), ..imprint() },
        ..setup(layout.clone())
    };
    let (parts, _) = sheets(&other, vec![person(1, "一班", "张三")], drawn);
    assert_ne!(parts[0].pdf, first);
}

#[test]
fn a_batch_leaves_in_parts_class_by_class_and_holds_one_frame_at_a_time() {
    let layout = SheetLayout::parse(include_str!("../../../../assets/prints/a4-notice-33x48.toml")).unwrap();
    let parts_of = |by_group, most_pages| Parts { by_group, most_pages };
    let people: Vec<PrintPerson> =
        (0..14).map(|i| person(i, ["十班", "二班"][i as usize % 2], "李四")).collect();
    let run = |parts| {
        let setup = PrintSetup { separators: true, parts, ..setup(layout.clone()) };
        let mut asked = Vec::new();
        let mut out = Vec::new();
        let summary = print_sheets::<Never>(
            &typeface(),
            &setup,
            people.clone(),
            |person| {
                asked.push(person.portrait.0);
                Ok((person.portrait.0 != 3).then(|| flat(person.portrait)))
            },
            |part| {
                out.push((part.ordinal, part.group.class.clone(), part.pages, part.people.len()));
                Ok(())
            },
        )
        .unwrap();
        (asked, out, summary)
    };
    let (asked, out, summary) = run(parts_of(true, 100));
    assert_eq!(asked, [1, 3, 5, 7, 9, 11, 13, 0, 2, 4, 6, 8, 10, 12]);
    assert_eq!(out, [(1, "二班".into(), 3, 6), (2, "十班".into(), 4, 7)]);
    assert_eq!(summary.remarks, [Remark::NoPicture { portrait: PortraitId(3) }]);
    assert_eq!((summary.parts, summary.pages, summary.people), (2, 7, 13));
    let (_, out, _) = run(parts_of(false, 2));
    assert_eq!(out.iter().map(|(_, _, pages, _)| *pages).collect::<Vec<_>>(), [2, 2, 2, 1]);
}

#[test]
fn another_persons_picture_and_a_callers_failure_end_the_run() {
    let setup = setup(SheetLayout::notice(SmallTwoInch::W33H48).unwrap());
    let people = vec![person(1, "一班", "张三"), person(2, "一班", "李四")];
    let run = |load: &dyn Fn(&PrintPerson) -> Result<Option<PrintPicture>, &'static str>| {
        print_sheets(&typeface(), &setup, people.clone(), load, |_| Ok(())).unwrap_err()
    };
    let exchanged = run(&|_| Ok(Some(flat(PortraitId(2)))));
    assert!(matches!(exchanged, RunError::Paper(PaperError::OtherPicture)));
    assert!(matches!(run(&|_| Err("cancelled")), RunError::Caller("cancelled")));
}

#[test]
fn hostile_captions_break_no_page() {
    let names = [
        "\u{0}\u{1b}[2J\u{202e}张\u{200d}三",
        &"很长的名字".repeat(200_000),
        "مرحبا بالعالم",
        "👨\u{200d}👩\u{200d}👧 🎓",
        "=cmd|' /C calc'!A0) Tj ET",
        &format!("z{}", "\u{351}".repeat(5000)),
        "",
    ];
    let people = names.iter().enumerate().map(|(i, name)| person(i as i64, name, name)).collect();
    let layout = SheetLayout::parse(include_str!("../../../../assets/prints/one-inch-8.toml")).unwrap();
    let setup = PrintSetup { separators: true, ..setup(layout) };
    let (parts, summary) = sheets(&setup, people, flat);
    assert!(summary.remarks.contains(&Remark::CaptionCut { portrait: PortraitId(1) }));
    let without_glyph = |id| {
        summary
            .remarks
            .iter()
            .any(|r| matches!(r, Remark::NoGlyph { portrait, .. } if *portrait == PortraitId(id)))
    };
    assert!(without_glyph(2) && without_glyph(3) && !without_glyph(4));
    let Some(pages) = render("hostile", &parts[0].pdf) else { return };
    assert_eq!(pages.len(), 14);
}

#[test]
fn separators_name_the_class_and_no_person() {
    let layout = SheetLayout::notice(SmallTwoInch::W33H48).unwrap();
    let setup = PrintSetup { separators: true, ..setup(layout) };
    let (parts, _) = sheets(&setup, vec![person(1, "2201班", "张三"), person(2, "2201班", "李四")], drawn);
    assert_eq!(parts[0].pages, 3);
    render("separator", &parts[0].pdf);
}

#[test]
fn proof_sheets_hold_twenty_a_page_and_nobodys_whole_identity() {
    let people: Vec<PrintPerson> = (0..23).map(|id| person(id, "2201班", "欧阳小三")).collect();
    let portrait = |id: i64| {
        let picture = drawn(PortraitId(id));
        let crop = paper::plan_print(&picture.face, Size { width: 1920, height: 1080 }, PrintSize::OneInch);
        let crop = crop.unwrap().crop;
        let size = Size { width: 480, height: 640 };
        imaging::resample::cut_rgb(&picture.frame, &crop, size, imaging::resample::Kernel::Sharp)
    };
    let portraits: Vec<RgbImage> = (0..3).map(portrait).collect();
    let setup = ProofSetup { parts: Parts::default(), imprint: imprint() };
    let mut parts = Vec::new();
    let summary = proof_sheets::<Never>(
        &typeface(),
        &setup,
        people,
        |person| {
            Ok((person.portrait.0 != 5)
                .then(|| (person.portrait, portraits[person.portrait.0 as usize % 3].clone())))
        },
        |part| {
            parts.push(part);
            Ok(())
        },
    )
    .unwrap();
    assert_eq!((summary.pages, summary.people, parts.len()), (2, 23, 1));
    assert_eq!(summary.remarks, [Remark::NoPicture { portrait: PortraitId(5) }]);
    let Some(_) = render("proof", &parts[0].pdf) else { return };
    let text = text_of(&parts[0].pdf);
    assert!(text.contains("欧*三") && text.contains("…0007"), "{text}");
    assert!(!text.contains("欧阳小三") && !text.contains("20221100007"), "{text}");
}

fn text_of(pdf: &[u8]) -> String {
    let temp = tempfile::tempdir().unwrap();
    let file = temp.path().join("a.pdf");
    std::fs::write(&file, pdf).unwrap();
    let out = Command::new("pdftotext").arg("-layout").arg(&file).arg("-").output().unwrap();
    String::from_utf8_lossy(&out.stdout).into_owned()
}

fn day() -> Report {
    let figure = |label: &str, value: &str, note: &str| Figure {
        label: label.into(),
        value: value.into(),
        note: note.into(),
    };
    let column = |heading: &str, width, right| Column { heading: heading.into(), width, right };
    let rows = (1..=90)
        .map(|i| {
            let reason = match i % 7 {
                0 => "学生本人在教室等候时离开，回来后重新取号；第一次拍摄时眼镜反光，摘镜后重拍合格。补充说明：由叫号员登记，现场负责人已确认。",
                _ => "未到",
            };
            vec![format!("{i}"), format!("2022110{i:04}"), "计算机科学与技术学院".into(), reason.into(), "17.00".into()]
        })
        .collect();
    let table = Table {
        columns: vec![
            column("序", 0.5, true),
            column("学号", 1.6, false),
            column("学院", 2.4, false),
            column("情况", 4.0, false),
            column("金额（元）", 1.2, true),
        ],
        rows,
        empty: "无".into(),
    };
    let none = Table { columns: table.columns.clone(), rows: vec![], empty: "无".into() };
    let section = |heading: &str, blocks| Section { heading: heading.into(), blocks };
    Report {
        title: "毕业生图像采集日报".into(),
        subtitle: vec!["某大学 2026 届 · 2026-05-20 · 第二教学楼 104".into()],
        footer: "毕采站 · 2026-05-20 18:03 生成".into(),
        sections: vec![
            section(
                "关键数字",
                vec![Block::Figures(vec![
                    figure("应到", "1,284", ""),
                    figure("实拍", "1,249", "97.3%"),
                    figure("缺席", "31", ""),
                    figure("重拍", "58", "其中闭眼 22"),
                    figure("每人用时（中位）", "9.8 s", ""),
                ])],
            ),
            section(
                "说明",
                vec![Block::Text(
                    "应到＝实拍＋缺席＋暂缓＋拒绝。数字随时可在程序中打开名单核对。\n第二段。".into(),
                )],
            ),
            section("缺席名单", vec![Block::Table(table)]),
            section("更正", vec![Block::Table(none)]),
            section(
                "签字",
                vec![Block::Signatures(vec!["拍摄负责人".into(), "学校老师".into(), "交付人".into()])],
            ),
        ],
    }
}

#[test]
fn a_report_repeats_its_headings_numbers_its_pages_and_loses_no_row() {
    let made = report_pdf(&typeface(), &imprint(), &day()).unwrap();
    assert_eq!(made, report_pdf(&typeface(), &imprint(), &day()).unwrap());
    assert!((3..=6).contains(&made.pages) && !made.cut && made.no_glyph.is_empty(), "{}", made.pages);
    let Some(pages) = render("report", &made.pdf) else { return };
    assert_eq!(pages.len() as u32, made.pages);
    let text = text_of(&made.pdf);
    for row in 1..=90 {
        assert!(text.contains(&format!("2022110{row:04}")), "row {row}");
    }
    let table_pages = text.split('\u{c}').filter(|page| page.contains("2022110")).count();
    assert!(table_pages >= 3 && text.matches("金额（元）").count() >= table_pages);
    assert!(text.contains(&format!("第 {0} 页，共 {0} 页", made.pages)));
}

#[test]
fn a_hostile_report_is_set_or_refused_and_never_hangs() {
    let column = |heading: &str| Column { heading: heading.into(), width: f64::NAN, right: true };
    let endless = "长".repeat(300_000);
    let table = Table {
        columns: vec![column(&endless), column("\u{202e}x"), column("")],
        rows: vec![vec![endless.clone(); 5], vec![], vec!["\u{0}".into()]],
        empty: String::new(),
    };
    let blocks = vec![
        Block::NewPage,
        Block::NewPage,
        Block::Text("\n".repeat(100_000)),
        Block::Table(table),
        Block::Table(Table::default()),
        Block::Signatures(vec![endless.clone()]),
        Block::Figures(vec![Figure {
            label: endless.clone(),
            value: endless.clone(),
            note: endless.clone(),
        }]),
    ];
    let report = Report { sections: vec![Section { heading: endless, blocks }], ..Report::default() };
    let made = report_pdf(&typeface(), &imprint(), &report).unwrap();
    assert!(made.cut && made.pages < 60, "{}", made.pages);
    let wide = Table { columns: vec![column("x"); 17], ..Table::default() };
    let report = Report {
        sections: vec![Section { heading: String::new(), blocks: vec![Block::Table(wide)] }],
        ..Report::default()
    };
    assert_eq!(report_pdf(&typeface(), &imprint(), &report), Err(PaperError::TooLarge("columns")));
}
