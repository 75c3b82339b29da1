//! What the operator reads when something was not done.

use domain::sitting::Refusal;
use domain::{CodeError, Text};
use store::StoreError;

use crate::error::ApiError;

/// A refusal of the state machine, in words.
pub fn refusal(refusal: Refusal) -> ApiError {
    match refusal {
        Refusal::NothingArmed => ApiError::new(
            "nothing_armed",
            "还没有扫采集码，不能拍照。请学生出示采集码。",
            "No code has been scanned, so nothing can be shot. Ask the student to show the code.",
        ),
        Refusal::OtherCode(number) => ApiError::new(
            "other_code",
            format!("又看到另一个采集码，没有理会。请先完成 {number} 号，或按 Esc 取消。"),
            format!(
                "Another code was seen and ignored. Finish number {number} first, or cancel it with Esc."
            ),
        ),
        Refusal::TwoCodes => ApiError::new(
            "two_codes",
            "画面里有两个不同的采集码，不知道是谁的。请只留一个手机。",
            "Two different codes are in the picture. Keep only one phone in view.",
        ),
        Refusal::StillDeveloping => ApiError::new(
            "still_developing",
            "照片还在处理，请稍等一秒。",
            "The picture is still being made. One second, please.",
        ),
        Refusal::NothingToReview => {
            ApiError::new("nothing_to_review", "现在没有待确认的照片。", "There is no picture to decide on.")
        }
        Refusal::AnswerFirst => ApiError::new(
            "answer_first",
            "请先回答屏幕上的问题（Enter 继续，Esc 取消，R 重拍）。",
            "Please answer the question on the screen first (Enter, Esc or R).",
        ),
        Refusal::ReasonNeeded => ApiError::new(
            "reason_needed",
            "这张照片未通过检查。要采用，请先选一个理由。",
            "This picture did not pass. To accept it, choose a reason first.",
        ),
        Refusal::OutOfTurn => ApiError::new(
            "out_of_turn",
            "这一步已经过去了，请看屏幕上的当前状态。",
            "That step has passed. Please look at the present state.",
        ),
    }
}

/// Another photo standard in the middle of a sitting, in words.
pub fn standard_in_use() -> ApiError {
    ApiError::new(
        "sitting_open",
        "正在拍摄，不能换照片标准。请先完成或取消当前学生。",
        "The photo standard cannot change during a sitting. Finish or cancel it first.",
    )
}

/// A payload that is no code, in words.
pub fn bad_code(error: CodeError) -> ApiError {
    let api = match error {
        CodeError::Empty => {
            ApiError::new("empty_code", "没有读到内容，请再扫一次。", "Nothing was read. Scan again.")
        }
        CodeError::TooLong(_) => ApiError::new(
            "code_too_long",
            "内容太长，不可能是采集码。请确认扫的是采集码。",
            "Too long to be a capture code. Check what was scanned.",
        ),
    };
    api.with_story(error)
}

/// A failure of the store, in its own words.
pub fn store(error: StoreError) -> ApiError {
    let Text { zh, en } = error.text();
    ApiError::new(error.code(), zh, en).with_story(error)
}

/// No data folder is open.
pub fn no_store() -> ApiError {
    ApiError::new(
        "data_closed",
        "数据文件夹没有打开，请先处理屏幕上的问题。",
        "The data folder is not open. Deal with the problem on the screen first.",
    )
}

/// One line of a sitting's history.
pub fn event(what: &str) -> Text {
    match what {
        "sitting_opened" => Text::new("扫码，开始拍摄", "Code read, sitting opened"),
        "sitting_resumed" => Text::new("程序重新启动后继续", "Continued after a restart"),
        "sitting_closed" | "sitting_cancelled" => {
            Text::new("取消，没有采用照片", "Cancelled without a picture")
        }
        "sitting_abandoned" => Text::new("程序中断后放弃", "Given up after an interruption"),
        "shot_added" | "shot_taken" => Text::new("拍了一张", "Shot taken"),
        "shot_rejected" => Text::new("重拍", "Shot turned down, again"),
        "portrait_accepted" => Text::new("采用，已存盘并排队上传", "Accepted, stored and queued"),
        "portrait_overridden" | "override" => {
            Text::new("未通过检查，说明理由后采用", "Accepted against the checks, with a reason")
        }
        "outbox_superseded" | "portrait_superseded" => {
            Text::new("被新的照片取代", "Replaced by a newer picture")
        }
        other => Text::new(other, other),
    }
}
