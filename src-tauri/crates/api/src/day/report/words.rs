//! Names of states, ways of paying and findings, as the office reads them.

use domain::payment::PaymentMethod;
use domain::{EndState, FeeStanding, Text};
use store::RetakeSource;

pub(super) fn state(state: EndState) -> &'static str {
    match state {
        EndState::Shot => "已拍",
        EndState::RetakeDue => "待重拍",
        EndState::AtBooth => "在机位",
        EndState::Waiting => "候拍",
        EndState::Passed => "过号",
        EndState::Held => "暂离",
        EndState::Left => "已离开",
        EndState::Refused => "不拍",
        EndState::Absent => "未到",
    }
}

pub(super) fn method(method: PaymentMethod) -> &'static str {
    match method {
        PaymentMethod::Cash => "现金",
        PaymentMethod::Wechat => "微信",
        PaymentMethod::Alipay => "支付宝",
        PaymentMethod::Card => "刷卡",
        PaymentMethod::ProofShown => "出示凭证",
        PaymentMethod::Waived => "免收",
    }
}

pub(super) fn fee(fee: FeeStanding) -> &'static str {
    match fee {
        FeeStanding::NoFee => "",
        FeeStanding::Paid => "已缴费",
        FeeStanding::Unpaid => "未缴费",
        FeeStanding::NotOnBill => "不在账单",
        FeeStanding::OnTheSpot => "已现场缴费",
    }
}

pub(super) fn source(source: RetakeSource) -> &'static str {
    match source {
        RetakeSource::Reviewer => "复核人员",
        RetakeSource::Results => "返回结果",
        RetakeSource::Student => "学生本人",
    }
}

/// What the checks had said of a picture that was accepted against them.
pub(super) fn verdict(verdict: &str) -> &str {
    match verdict {
        "pass" => "通过",
        "review" => "请复核",
        "retake" => "建议重拍",
        other => other,
    }
}

/// A finding by its stable name; one that is newer than this table keeps that name.
pub(in crate::day) fn finding_text(code: &str) -> Text {
    let (zh, en) = match code {
        "no_face" => ("没有人脸", "No face"),
        "many_faces" => ("不止一人", "Several people"),
        "head_top" => ("头顶位置", "Head top"),
        "eye_line" => ("眼线位置", "Eye line"),
        "face_width" => ("脸宽", "Face width"),
        "centre" => ("不居中", "Off centre"),
        "roll" => ("歪头", "Head tilted"),
        "yaw" => ("转头", "Head turned"),
        "pitch" => ("抬头或低头", "Head up or down"),
        "eyes_closed" => ("闭眼", "Eyes shut"),
        "gaze" => ("没看镜头", "Eyes off the lens"),
        "mouth_open" => ("张嘴", "Mouth open"),
        "glasses" => ("戴眼镜", "Glasses"),
        "glasses_glare" => ("眼镜反光", "Glare on glasses"),
        "tinted_lenses" => ("有色镜片", "Tinted lenses"),
        "brows_covered" => ("遮眉", "Brows covered"),
        "eyes_covered" => ("遮眼", "Eyes covered"),
        "ears_hidden" => ("遮耳", "Ears hidden"),
        "head_covering" => ("戴帽或头饰", "Head covering"),
        "shoulders_tilted" => ("肩不平", "Shoulders not level"),
        "neck_hidden" => ("遮脖子", "Neck hidden"),
        "sharpness" => ("模糊", "Blurred"),
        "over_exposed" => ("过亮", "Too bright"),
        "under_exposed" => ("过暗", "Too dark"),
        "light_balance" => ("光线不匀", "Uneven light"),
        "skin_highlight" => ("皮肤高光", "Highlights on skin"),
        "colour_cast" => ("偏色", "Colour cast"),
        "upscaled" => ("放大过多", "Upscaled"),
        "outside_frame" => ("超出画面", "Outside the frame"),
        "backdrop_uneven" => ("背景布不匀", "Backdrop uneven"),
        "background_colour" => ("背景颜色", "Background colour"),
        "clothes_near_background" => ("衣服近背景色", "Clothes near background"),
        "matte_unsure" => ("边缘不清", "Unsure edge"),
        "border" => ("有边框", "Border"),
        "compression" => ("压缩过重", "Compression"),
        "unreadable" => ("文件读不了", "Unreadable"),
        "not_jpeg" => ("不是 JPEG", "Not a JPEG"),
        "pixels" => ("像素尺寸", "Pixel size"),
        "bytes" => ("文件大小", "File size"),
        "frozen_picture" => ("画面卡住", "Frozen picture"),
        other => (other, other),
    };
    Text::new(zh, en)
}
