//! What differs between operating systems: the words of help, and the numbers of their errors.

use domain::Text;

use crate::SourceCode;

/// What to do when the operating system refuses the camera.
pub(crate) fn permission_text() -> Text {
    if cfg!(target_os = "linux") {
        Text::new(
            "系统不允许使用摄像头。请在终端运行 sudo usermod -aG video $USER，然后注销并重新登录。",
            "The system does not allow the use of the camera. Run sudo usermod -aG video $USER in a terminal, then log out and in again.",
        )
    } else if cfg!(windows) {
        Text::new(
            "系统不允许使用摄像头。请打开 设置 → 隐私和安全性 → 摄像头，打开“摄像头访问”和“允许桌面应用访问摄像头”。",
            "The system does not allow the use of the camera. Open Settings → Privacy & security → Camera and turn on camera access, also for desktop apps.",
        )
    } else {
        Text::new(
            "系统不允许使用摄像头。请在系统的隐私设置中允许本程序使用摄像头。",
            "The system does not allow the use of the camera. Allow it for this program in the privacy settings.",
        )
    }
}

/// What a Unix error number says about a camera; [`SourceCode::Other`] if nothing in particular.
pub(crate) fn code_of_errno(errno: i32) -> SourceCode {
    match errno {
        // ENOENT, ENXIO: no such node, or none behind it.
        2 | 6 => SourceCode::NoDevice,
        // ENODEV: it was there when it was opened.
        19 => SourceCode::Gone,
        // EPERM, EACCES.
        1 | 13 => SourceCode::NoPermission,
        // EBUSY: streaming for somebody else.
        16 => SourceCode::Busy,
        // ETIMEDOUT, EPROTO: the camera does not answer on the wire.
        110 | 71 => SourceCode::Stalled,
        _ => SourceCode::Other,
    }
}

/// What a Windows HRESULT says about a camera; [`SourceCode::Other`] if nothing in particular.
pub(crate) fn code_of_hresult(result: u32) -> SourceCode {
    match result {
        // E_ACCESSDENIED: the privacy settings.
        0x8007_0005 => SourceCode::NoPermission,
        // ERROR_SHARING_VIOLATION, MF_E_HW_MFT_FAILED_START_STREAMING, MF_E_VIDEO_RECORDING_DEVICE_PREEMPTED.
        0x8007_0020 | 0xC00D_3704 | 0xC00D_3EA3 => SourceCode::Busy,
        // MF_E_VIDEO_RECORDING_DEVICE_INVALIDATED.
        0xC00D_3EA2 => SourceCode::Gone,
        // ERROR_FILE_NOT_FOUND, ERROR_NOT_FOUND, ERROR_DEVICE_NOT_CONNECTED.
        0x8007_0002 | 0x8007_0490 | 0x8007_048F => SourceCode::NoDevice,
        _ => SourceCode::Other,
    }
}
