//! Devices as one text, for settings, the window and the command line.

use camera::{DeviceId, DeviceInfo};

use crate::error::ApiError;

/// Identity of a device as one text, for settings and for the window.
pub fn camera_id(device: &DeviceId) -> String {
    serde_json::json!([device.name, device.bus]).to_string()
}

/// The device that such a text names.
pub fn device_of(id: &str) -> Result<DeviceId, ApiError> {
    let (name, bus) = serde_json::from_str(id).map_err(|e| {
        ApiError::new(
            "no_such_camera",
            "没有这个摄像头，请重新选择。",
            "There is no such camera. Choose again.",
        )
        .with_story(e)
    })?;
    Ok(DeviceId { name, bus })
}

/// The best format of a device, or what keeps it from being used.
pub fn camera_detail(device: &DeviceInfo) -> String {
    if let Some(problem) = &device.problem {
        return problem.text.zh.clone();
    }
    let best = device.formats.as_deref().and_then(<[_]>::first);
    best.map_or_else(String::new, |f| {
        format!("{}×{} {:?} {} fps", f.size.width, f.size.height, f.pixel, f.fps)
    })
}
