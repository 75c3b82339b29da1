//! What can go wrong, with a fixed code for the program and a sentence for the operator.

use std::io;
use std::path::{Path, PathBuf};

use domain::{ContentHash, PortraitId, ShotId, ShotNumber, SittingId, Text};
use rusqlite::ErrorCode;
use thiserror::Error;

use crate::day::DayRefusal;
use crate::platform;

/// Why the store did not do it. Nothing has been recorded, unless a variant says otherwise.
#[derive(Debug, Error)]
pub enum StoreError {
    /// Another window or program holds this data folder.
    #[error("the data folder is in use by another program")]
    Locked,
    /// The database cannot be trusted. It has not been touched.
    #[error("the database is damaged: {detail}")]
    Damaged {
        /// What the check said; technical.
        detail: String,
    },
    /// [`crate::Store::open_fresh_beside`] was asked for while the database is sound.
    #[error("the database is not damaged")]
    NotDamaged,
    /// A newer program has written this database. It has not been touched.
    #[error("the database has version {found}, this program knows {known}")]
    TooNew {
        /// Version of the database.
        found: u32,
        /// Newest version that this program knows.
        known: u32,
    },
    /// The folder or a file in it cannot be written.
    #[error("cannot write to the data folder: {detail}")]
    ReadOnly {
        /// What the system said.
        detail: String,
    },
    /// No space left.
    #[error("the disk is full")]
    Full,
    /// A picture that a row names is not on the disk.
    #[error("the picture {0} is missing")]
    PictureMissing(ContentHash),
    /// A picture's bytes are no longer what was stored.
    #[error("the picture {0} has been altered")]
    PictureAltered(ContentHash),
    /// Not an extension that originals may have.
    #[error("originals are jpg or png")]
    Extension,
    /// A picture without bytes.
    #[error("the picture is empty")]
    EmptyPicture,
    /// The station's name is too long or holds control characters.
    #[error("not a name for a station")]
    StationName,
    /// A name that the audit log or the settings do not take.
    #[error("not a valid name or too long: {0}")]
    Name(&'static str),
    /// Another sitting is still open.
    #[error("sitting {0} is still open")]
    StillOpen(SittingId),
    /// This sitting is not the open one.
    #[error("sitting {0} is not open")]
    NotOpen(SittingId),
    /// The code has an accepted picture, and the new sitting was not opened as its retake.
    #[error("portrait {0} of this code has been accepted already")]
    AlreadyAccepted(PortraitId),
    /// The code is not the one of the sitting or portrait that was named: refused, or the picture would go to another person.
    #[error("another code than the one of this sitting")]
    OtherCode,
    /// The shot was turned down or accepted before.
    #[error("shot {0} has been decided already")]
    AlreadyDecided(ShotId),
    /// The verdict says to shoot again, and no reason was given for accepting all the same.
    #[error("a picture with verdict retake needs a reason")]
    ReasonNeeded,
    /// No row of this number.
    #[error("no {what} {id}")]
    Unknown {
        /// Of which table.
        what: &'static str,
        /// Which row.
        id: i64,
    },
    /// The shot numbers of this folder have run out.
    #[error("no shot number after {0}")]
    NumbersUsedUp(ShotNumber),
    /// Refused by the rules of the day.
    #[error("{0}")]
    Day(#[from] DayRefusal),
    /// The disk or the system refused.
    #[error("{path}: {source}")]
    Disk {
        /// File or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The database refused.
    #[error("database: {0}")]
    Database(rusqlite::Error),
}

impl StoreError {
    /// Sorts a failure of the file system.
    pub(crate) fn disk(path: &Path, source: io::Error) -> Self {
        if platform::is_full(&source) {
            Self::Full
        } else if platform::is_read_only(&source) {
            Self::ReadOnly { detail: source.to_string() }
        } else {
            Self::Disk { path: path.to_owned(), source }
        }
    }

    /// A row whose contents this program cannot read.
    pub(crate) fn row(table: &str, id: i64, detail: impl std::fmt::Display) -> Self {
        Self::Damaged { detail: format!("{table} {id}: {detail}") }
    }

    /// Fixed name of the failure, for programs. Never rename one.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Locked => "store_locked",
            Self::Damaged { .. } => "store_damaged",
            Self::NotDamaged => "store_not_damaged",
            Self::TooNew { .. } => "store_too_new",
            Self::ReadOnly { .. } => "store_read_only",
            Self::Full => "store_full",
            Self::PictureMissing(_) => "picture_missing",
            Self::PictureAltered(_) => "picture_altered",
            Self::Extension => "picture_extension",
            Self::EmptyPicture => "picture_empty",
            Self::StationName => "station_name",
            Self::Name(_) => "bad_name",
            Self::StillOpen(_) => "sitting_still_open",
            Self::NotOpen(_) => "sitting_not_open",
            Self::AlreadyAccepted(_) => "already_accepted",
            Self::OtherCode => "other_code",
            Self::AlreadyDecided(_) => "already_decided",
            Self::ReasonNeeded => "reason_needed",
            Self::Unknown { .. } => "unknown_row",
            Self::NumbersUsedUp(_) => "numbers_used_up",
            Self::Day(refusal) => refusal.code(),
            Self::Disk { .. } => "store_disk",
            Self::Database(_) => "store_database",
        }
    }

    /// What happened and what to do, for the operator. Holds no path, no payload, no identity.
    pub fn text(&self) -> Text {
        match self {
            Self::Locked => Text::new(
                "这个数据文件夹正被另一个毕采站窗口使用。请切换到那个窗口，或关闭它后再试。",
                "Another Gradbooth window is using this data folder. Switch to that window, or close it and try again.",
            ),
            Self::Damaged { detail } => Text::new(
                format!(
                    "数据库损坏，已停止使用，文件原样保留。照片都在。可以另建新库继续拍摄，并请技术人员恢复旧库。（{detail}）"
                ),
                format!(
                    "The database is damaged; it is no longer used and was left as it is. The pictures are there. You can go on with a fresh database and have the old one recovered. ({detail})"
                ),
            ),
            Self::NotDamaged => Text::new(
                "数据库完好，不需要另建新库。请正常启动。",
                "The database is sound; no fresh one is needed. Start normally.",
            ),
            Self::TooNew { found, known } => Text::new(
                format!(
                    "数据库由更新版本的毕采站写成（版本 {found}，本程序只认识到 {known}）。请安装新版本，不要用旧版本打开。"
                ),
                format!(
                    "A newer Gradbooth has written this database (version {found}; this program knows {known}). Install the newer version; do not use the old one here."
                ),
            ),
            Self::ReadOnly { detail } => Text::new(
                format!(
                    "数据文件夹不能写入。请检查磁盘是否写保护、是否有写入权限，或换一个文件夹。（{detail}）"
                ),
                format!(
                    "The data folder cannot be written. Check write protection and permissions, or choose another folder. ({detail})"
                ),
            ),
            Self::Full => Text::new(
                "磁盘已满，刚才的操作没有保存。请清出空间后再试一次，不要关闭程序，也不要让学生离开。",
                "The disk is full and the last step was not saved. Free some space and try again; do not close the program or let the student go.",
            ),
            Self::PictureMissing(_) => Text::new(
                "一张照片的文件不见了。请不要清理数据文件夹，先运行“检查数据”，再请技术人员处理。",
                "The file of a picture is missing. Do not tidy the data folder; run the data check and ask for help.",
            ),
            Self::PictureAltered(_) => Text::new(
                "一张照片的文件内容已改变，不能再使用。请先运行“检查数据”，再请技术人员处理。",
                "The file of a picture has changed and cannot be used. Run the data check and ask for help.",
            ),
            Self::Disk { source, .. } => Text::new(
                format!(
                    "读写磁盘失败，刚才的操作没有保存。请检查磁盘或 U 盘是否松动，然后再试一次。（{source}）"
                ),
                format!(
                    "Reading or writing the disk failed; the last step was not saved. Check that the disk is connected and try again. ({source})"
                ),
            ),
            Self::Database(error) => Text::new(
                format!(
                    "数据库拒绝了这一步，没有保存。请再试一次；仍不行请重新启动程序。（{}）",
                    brief(error)
                ),
                format!(
                    "The database refused this step; nothing was saved. Try again; if it persists, restart the program. ({})",
                    brief(error)
                ),
            ),
            _ => self.refusal(),
        }
    }

    /// Sentences for what the store refuses by its own rules.
    fn refusal(&self) -> Text {
        match self {
            Self::Day(refusal) => refusal.text(),
            Self::Extension => {
                Text::new("原图只能是 jpg 或 png 文件。", "Originals must be jpg or png files.")
            }
            Self::EmptyPicture => Text::new(
                "相机给出的照片是空的，没有保存。请重拍。",
                "The camera delivered an empty picture; nothing was saved. Shoot again.",
            ),
            Self::StationName => Text::new(
                "机位名称太长或含有控制字符。请在设置里改一个短名称。",
                "The name of the station is too long or holds control characters. Choose a short one in the settings.",
            ),
            Self::Name(what) => Text::new(
                format!("名称或内容不合规定：{what}。没有保存。"),
                format!("A name or value is not acceptable: {what}. Nothing was saved."),
            ),
            Self::StillOpen(_) => Text::new(
                "上一位还没有结束。请先接受、重拍或取消，再扫下一个码。",
                "The sitting before is still open. Accept, retake or cancel it before the next code.",
            ),
            Self::NotOpen(_) => Text::new(
                "这一位已经结束，照片不能再归到这里。请重新扫码。",
                "This sitting has ended; no picture can be added to it. Scan the code again.",
            ),
            Self::AlreadyAccepted(_) => Text::new(
                "这个采集码已有接受的照片。要换照片请选“重拍”。",
                "This code has an accepted picture. To replace it choose retake.",
            ),
            Self::OtherCode => Text::new(
                "采集码对不上，为防止张冠李戴已拒绝保存。请取消，让学生重新出示采集码。",
                "The code does not match; refused, or the picture could go to another person. Cancel and scan the student's code again.",
            ),
            Self::AlreadyDecided(_) => Text::new(
                "这张照片已经接受或退回，不能再改。需要时请重拍。",
                "This picture was accepted or turned down before and stays so. Shoot again if needed.",
            ),
            Self::ReasonNeeded => Text::new(
                "这张照片不合格。要接受必须写明理由，或者重拍。",
                "This picture does not pass. Give a reason to accept it, or shoot again.",
            ),
            Self::NumbersUsedUp(_) => Text::new(
                "这个数据文件夹的拍摄号已用完。请换一个新的数据文件夹。",
                "The shot numbers of this data folder are used up. Choose a new data folder.",
            ),
            _ => Text::new("没有找到这条记录。", "There is no such record."),
        }
    }
}

/// SQLite's own words without the statement, which may hold values.
fn brief(error: &rusqlite::Error) -> String {
    match error {
        rusqlite::Error::SqliteFailure(e, _) => e.to_string(),
        _ => "unexpected answer".to_owned(),
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Self::Full,
            Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => {
                Self::ReadOnly { detail: error.to_string() }
            }
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
                Self::Damaged { detail: error.to_string() }
            }
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Locked,
            _ => Self::Database(error),
        }
    }
}
