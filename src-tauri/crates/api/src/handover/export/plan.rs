//! What an export would write.

use delivery::{FileSystem, NameNoticeKind, TargetProblem};
use domain::Text;
use store::HandoverPicture;

use super::super::door::Room;
use super::super::view::*;
use super::{ANYWHERE, Prepared, Prints, facts_of, folder, prepare, there};
use crate::ApiError;

/// Most notices and sample paths in one answer.
const NOTICES: usize = 200;
const SAMPLE: usize = 20;

pub(super) fn problem(problem: &TargetProblem) -> Text {
    match problem {
        TargetProblem::NoRoom { short_by } => {
            let mb = short_by.div_ceil(1 << 20);
            Text::new(
                format!("空间不够，还差 {mb} MB。请换一个更大的 U 盘或腾出空间。"),
                format!("{mb} MB are missing. Take a larger stick or free some space."),
            )
        }
        TargetProblem::FileTooLarge { .. } => Text::new(
            "有文件超过 4 GB，FAT32 放不下。请把 U 盘格式化为 exFAT。",
            "A file is larger than FAT32 takes. Format the stick as exFAT.",
        ),
        TargetProblem::FolderTooFull { .. } => Text::new(
            "一个文件夹里的文件太多，FAT32 放不下。请在命名规则里加上学院或班级。",
            "Too many files in one folder for FAT32. Add the college or class to the naming template.",
        ),
    }
}

fn notice(picture: Option<&HandoverPicture>, kind: &NameNoticeKind) -> Text {
    let number = picture.map(|picture| picture.number.to_string()).unwrap_or_default();
    let (zh, en) = match kind {
        NameNoticeKind::Missing { field } => {
            (format!("没有“{}”，已用别的代替", field.label()), format!("has no {}", field.name()))
        }
        NameNoticeKind::Altered => {
            ("有文件名不能用的字符，已替换".into(), "had characters that file names cannot have".into())
        }
        NameNoticeKind::Shortened => ("名称太长，已截短".into(), "was too long and cut".into()),
        NameNoticeKind::Collision { people, .. } => (
            format!("与另外 {} 人重名，已加区分", people.saturating_sub(1)),
            format!("shares its name with {} others; told apart", people.saturating_sub(1)),
        ),
    };
    Text::new(format!("{number} 号：{zh}"), format!("Number {number}: {en}"))
}

/// What an export would write. As long as no place is chosen it tells what would be written anywhere.
pub(in super::super) fn plan(room: &Room, request: &ExportRequest) -> Result<ExportPlan, ApiError> {
    let into = Some(request.into.trim()).filter(|into| !into.is_empty()).map(folder).transpose()?;
    let prepared = prepare(room, request.batch, &request.name, &request.contents, Prints::Expected)?;
    let Prepared { pictures, plan, prints, .. } = prepared;
    let facts = into.as_deref().map_or(ANYWHERE, facts_of);
    let bag = into.as_ref().map(|into| into.join(&plan.name));
    let mut check = plan.check_target(facts, bag.as_deref().map_or(0, |bag| there(bag, &plan)));
    let mut name = plan.name.clone();
    if request.lock.is_some() {
        name = format!("{name}.bag.tar.age");
        check.needed = delivery::parcel_size(&plan);
        check.problems.clear();
        if check.needed > facts.free {
            check.problems.push(TargetProblem::NoRoom { short_by: check.needed - facts.free });
        }
        if facts.file_system == FileSystem::Fat && check.needed > u64::from(u32::MAX) {
            check.problems.push(TargetProblem::FileTooLarge { path: name.clone() });
        }
    }
    let notices = plan.notices.iter().take(NOTICES);
    Ok(ExportPlan {
        drive: into.as_deref().and_then(delivery::drive_of),
        people: (pictures.len() - plan.without_files.len()) as u32,
        files: plan.files.len() as u32,
        bytes: plan.payload_bytes,
        prints,
        needed: check.needed,
        // A number that JavaScript can hold, where nothing is known.
        free: check.free.min(1 << 52),
        problems: check.problems.iter().map(problem).collect(),
        notices: notices.map(|n| notice(pictures.get(n.item), &n.kind)).collect(),
        sample: plan.files.iter().take(SAMPLE).map(|file| file.path.clone()).collect(),
        resumes: request.lock.is_none() && bag.is_some_and(|bag| bag.is_dir()),
        name,
    })
}
