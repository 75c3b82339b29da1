//! Verifies what was handed over, without a station.

use std::path::PathBuf;

use delivery::{CancelToken, DeliveryError, Key};
use domain::Text;

use super::super::view::*;
use super::super::words;
use crate::ApiError;

/// Verifies a bag or an encrypted parcel.
pub(in super::super) fn verify(
    request: &VerifyBagRequest,
    cancel: &CancelToken,
    told: &mut dyn FnMut(u32, u32),
) -> Result<BagVerdict, ApiError> {
    let path = PathBuf::from(&request.path);
    if path.is_file() {
        let key = request.key.clone().ok_or(DeliveryError::Key).map_err(words::delivery)?;
        let key = match key {
            ParcelKey::Identity { identity } => Key::Identity(identity.0.into()),
            ParcelKey::Passphrase { passphrase } => Key::Passphrase(passphrase.0.into()),
        };
        let sound = delivery::verify_parcel(&path, &key, cancel).map_err(words::delivery)?;
        let text = Text::new(
            format!("加密交付包完整：{sound} 个文件全部核对一致。"),
            format!("The encrypted parcel is whole: {sound} files, all verified."),
        );
        return Ok(BagVerdict {
            valid: true,
            sound,
            bytes: 0,
            problems: Vec::new(),
            problem_count: 0,
            bag_checksum: None,
            text,
        });
    }
    let report = delivery::verify_bag(&path, told, cancel).map_err(words::delivery)?;
    Ok(BagVerdict {
        valid: report.is_valid(),
        text: report.text(),
        sound: report.sound,
        bytes: report.bytes,
        problems: report.problems,
        problem_count: report.problem_count,
        bag_checksum: report.bag_checksum,
    })
}
