//! Why a handover could not be done, with a fixed code for the program and a sentence for the operator.

use std::io;

use domain::Text;
use thiserror::Error;

use crate::platform;

/// What kept a whole operation from being done. What happens to single files is told in reports, not here.
#[derive(Debug, Error)]
pub enum DeliveryError {
    /// The bag's name cannot be a folder's name.
    #[error("not a name for a bag")]
    BagName,
    /// Nothing to hand over.
    #[error("the handover holds no file")]
    Nothing,
    /// The same person and sitting twice in a list.
    #[error("item {0} is there twice")]
    DuplicateItem(usize),
    /// A file's extension, or the path of an extra file, cannot be used.
    #[error("file of item {0:?} has a name that cannot be used")]
    FileName(Option<usize>),
    /// There is something at the target that does not belong to this handover. It has not been touched.
    #[error("the folder holds {count} files of something else")]
    OtherContent {
        /// How many.
        count: u64,
    },
    /// A link where files are expected: it may lead out of the bag.
    #[error("the folder holds a link or a special file")]
    Link,
    /// Not a bag: no `bagit.txt` that says so.
    #[error("not a BagIt bag: {0}")]
    NotABag(&'static str),
    /// The target has no room.
    #[error("the target is full")]
    Full,
    /// The target cannot be written.
    #[error("the target cannot be written")]
    ReadOnly,
    /// The file would be larger than FAT32 takes.
    #[error("{bytes} bytes are more than one file on FAT32 can have")]
    TooLargeForFat32 {
        /// Its size.
        bytes: u64,
    },
    /// What was read back is not what was written: the device loses data.
    #[error("the device does not hold what was written")]
    ReadBack,
    /// A picture of the store is missing or is not what the list says.
    #[error("a picture of the store cannot be handed over")]
    Picture,
    /// The key or passphrase is no key for this file, or not a key at all.
    #[error("the key does not fit")]
    Key,
    /// An encrypted parcel is damaged or not one.
    #[error("not a sound encrypted parcel: {0}")]
    Parcel(&'static str),
    /// The operator stopped it.
    #[error("cancelled")]
    Cancelled,
    /// No row of the results belongs to this batch.
    #[error("none of {rows} rows belongs to this batch")]
    OtherSchool {
        /// Rows that were given.
        rows: u32,
    },
    /// The results have no row.
    #[error("the results have no row")]
    NoResults,
    /// Erasing is not allowed as things are.
    #[error("erasing is blocked")]
    EraseBlocked,
    /// The typed confirmation is not the one that was asked for.
    #[error("the confirmation does not agree")]
    Confirmation,
    /// Reading or writing failed.
    #[error("reading or writing failed: {0}")]
    Io(#[source] io::Error),
}

impl From<io::Error> for DeliveryError {
    fn from(error: io::Error) -> Self {
        if platform::is_full(&error) {
            Self::Full
        } else if platform::is_read_only(&error) {
            Self::ReadOnly
        } else {
            Self::Io(error)
        }
    }
}

impl DeliveryError {
    /// Fixed name for the program.
    pub fn code(&self) -> &'static str {
        match self {
            Self::BagName => "bag_name",
            Self::Nothing => "nothing_to_hand_over",
            Self::DuplicateItem(_) => "duplicate_item",
            Self::FileName(_) => "file_name",
            Self::OtherContent { .. } => "other_content",
            Self::Link => "link_in_target",
            Self::NotABag(_) => "not_a_bag",
            Self::Full => "target_full",
            Self::ReadOnly => "target_read_only",
            Self::TooLargeForFat32 { .. } => "too_large_for_fat32",
            Self::ReadBack => "read_back_differs",
            Self::Picture => "picture_unusable",
            Self::Key => "key_does_not_fit",
            Self::Parcel(_) => "parcel_unsound",
            Self::Cancelled => "cancelled",
            Self::OtherSchool { .. } => "results_of_other_school",
            Self::NoResults => "results_empty",
            Self::EraseBlocked => "erase_blocked",
            Self::Confirmation => "confirmation_differs",
            Self::Io(_) => "target_io",
        }
    }

    /// What happened and what to do next, for the operator.
    pub fn text(&self) -> Text {
        match self {
            Self::OtherContent { count } => Text::new(
                format!(
                    "目标文件夹里有 {count} 个不属于本次交付的文件，未作任何改动。请换一个名称或空文件夹。"
                ),
                format!(
                    "The target folder holds {count} files that are not of this handover; nothing was changed. Choose another name or an empty folder."
                ),
            ),
            Self::OtherSchool { rows } => Text::new(
                format!(
                    "结果文件的 {rows} 行没有一行属于本批次，可能是别的学校或别的批次的文件，没有导入。请核对后重选文件。"
                ),
                format!(
                    "None of the {rows} rows belongs to this batch; it may be the file of another school or batch. Nothing was imported. Check and choose again."
                ),
            ),
            Self::TooLargeForFat32 { .. } => Text::new(
                "加密交付包将超过 4 GB，FAT32 的 U 盘放不下。请把 U 盘格式化为 exFAT，或分批、不带原图导出。",
                "The encrypted parcel would exceed 4 GB, which FAT32 cannot hold. Format the stick as exFAT, or export in parts or without originals.",
            ),
            Self::Io(source) => Text::new(
                format!(
                    "读写失败。请检查 U 盘是否松动，重新插好后再导出一次：已写好的文件不会重写。（{source}）"
                ),
                format!(
                    "Reading or writing failed. Check that the stick is well plugged in and export again: files that are done are kept. ({source})"
                ),
            ),
            _ => {
                let (zh, en) = self.fixed();
                Text::new(zh, en)
            }
        }
    }

    fn fixed(&self) -> (&'static str, &'static str) {
        match self {
            Self::BagName => (
                "交付包名称不能作为文件夹名。请换一个简短的名称。",
                "The name cannot be a folder's name. Choose a short, plain one.",
            ),
            Self::Nothing => (
                "没有可交付的照片。请先选择批次和内容。",
                "There is nothing to hand over. Choose a batch and its contents first.",
            ),
            Self::DuplicateItem(_) => (
                "名单里同一个人出现两次，没有导出。请运行“检查数据”。",
                "One person is in the list twice; nothing was exported. Run the data check.",
            ),
            Self::FileName(_) => (
                "有一个文件名不能使用，没有导出。请联系技术人员。",
                "A file has a name that cannot be used; nothing was exported. Ask a technician.",
            ),
            Self::Link => (
                "目标里有链接或特殊文件，为安全起见已拒绝。请换一个空文件夹或 U 盘。",
                "The folder holds a link or special file; refused for safety. Choose an empty folder or another stick.",
            ),
            Self::NotABag(_) => (
                "这个文件夹不是完整的交付包（缺少 bagit.txt）。若导出中断过，请再导出一次。",
                "This folder is not a finished bag (no valid bagit.txt). If the export was interrupted, export again.",
            ),
            Self::Full => (
                "目标已满。请腾出空间或换一个更大的 U 盘，再导出一次：已写好的文件不会重写。",
                "The target is full. Free some space or take a larger stick and export again: files that are done are kept.",
            ),
            Self::ReadOnly => (
                "目标不能写入。请检查 U 盘的写保护开关或权限，然后再试。",
                "The target cannot be written. Check the stick's write protection or your permissions and try again.",
            ),
            Self::ReadBack => (
                "写入后读回的内容不一致：这个 U 盘不可靠，可能是假容量。请换一个 U 盘。",
                "What was read back is not what was written: this stick is unreliable, maybe of false capacity. Take another one.",
            ),
            Self::Picture => (
                "有照片文件缺失或已改变，没有导出。请先运行“检查数据”。",
                "A picture is missing or has changed; nothing was exported. Run the data check first.",
            ),
            Self::Key => (
                "密钥或口令不对。请核对收件人公钥、私钥或口令后再试。",
                "The key or passphrase does not fit. Check it and try again.",
            ),
            Self::Parcel(_) => (
                "加密交付包已损坏或不是本程序的包，没有解出任何文件。请重新拷贝或重新导出。",
                "The encrypted parcel is damaged or not one; nothing was unpacked. Copy or export it again.",
            ),
            Self::Cancelled => {
                ("已停止。再导出一次会从停下的地方继续。", "Stopped. Another export goes on from here.")
            }
            Self::NoResults => {
                ("结果文件没有任何行。请检查文件。", "The results have no row. Check the file.")
            }
            Self::EraseBlocked => (
                "现在还不能清除，原因见清单。没有删除任何文件。",
                "Erasing is not possible yet; see the list of reasons. Nothing was deleted.",
            ),
            Self::Confirmation => (
                "输入的确认文字不一致，没有删除任何文件。请按提示重新输入。",
                "The confirmation does not agree; nothing was deleted. Type it again as shown.",
            ),
            _ => ("操作没有完成。请再试一次。", "It was not done. Please try again."),
        }
    }
}
