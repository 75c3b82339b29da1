//! From the hall's failures to what the operator reads.

use hall::HallError;
use store::DayRefusal;

use crate::{ApiError, words};

/// The failure with its sentence; what the day has a name for keeps that name.
pub(super) fn error(error: HallError) -> ApiError {
    let refusal = match error {
        HallError::BoothBusy(number) => DayRefusal::BoothBusy(number),
        HallError::HasNumber(number) => DayRefusal::Queued(number),
        HallError::AlreadyShot(number) => DayRefusal::Shot(number),
        HallError::NumberDoubled(number) => DayRefusal::NumberDoubled(number),
        HallError::Ticket(number, refusal) => DayRefusal::Ticket(number, refusal),
        HallError::NoNumbers => DayRefusal::NoNumbersAlone,
        HallError::NotOurs => {
            return ApiError::new(
                "hall_kept_elsewhere",
                "这个号由一台暂时断线的机位保留，请等它恢复连接，或让它来叫。",
                "A booth that is cut off keeps this number. Wait until it is back, or let it call.",
            );
        }
        other => {
            let text = other.text();
            return ApiError::new(other.code(), text.zh, text.en).with_story(&other);
        }
    };
    words::store(refusal.into())
}

/// No address of a hall's database is kept.
pub(super) fn no_address() -> ApiError {
    ApiError::new(
        "hall_no_address",
        "还没有填写现场数据库的地址。请先填写并试一试。",
        "The address of the hall's database is missing. Fill it in and try it first.",
    )
}

/// The file with the authority's certificate cannot be read.
pub(super) fn no_ca_file(error: &std::io::Error) -> ApiError {
    ApiError::new(
        "hall_ca_file",
        "读不到 CA 证书文件。请检查路径，或清空这一栏。",
        "The CA file cannot be read. Check the path, or empty the field.",
    )
    .with_story(error.kind())
}

/// A name for the booth is needed.
pub(super) fn bad_booth() -> ApiError {
    ApiError::new(
        "hall_booth",
        "请给本机位起一个名字（1–64 个字，不能与其他机位重复）。",
        "This booth needs a name of 1 to 64 characters that no other booth has.",
    )
}

/// Another booth of the batch has this name.
pub(super) fn booth_taken() -> ApiError {
    error(HallError::BoothTaken)
}

/// What was typed is no join code.
pub(super) fn bad_join_code() -> ApiError {
    ApiError::new(
        "hall_join_code",
        "入场码不对：应是 12 位，例如 K7M2-9QXD-4TZA。请对照第一台机位的屏幕重新输入。",
        "That is no join code: it has 12 digits, like K7M2-9QXD-4TZA. Compare it with the first booth's screen.",
    )
}
