//! The controls of a V4L2 device: pairs of a value and a switch that leaves it to the camera.

use v4l::control::{Description, Flags, Type, Value};
use v4l::{Control as Entry, Device};

use super::failure;
use crate::{Control, ControlKind, ControlSetting, SourceCode, SourceError};

/// The two ids (linux/v4l2-controls.h) behind one of our controls. nokhwa's names stand for other, older ids
/// that webcams do not have.
struct Ids {
    kind: ControlKind,
    value: u32,
    auto: Option<u32>,
}

const EXPOSURE_AUTO: u32 = 0x009a_0901;
const IDS: [Ids; 4] = [
    Ids { kind: ControlKind::Exposure, value: 0x009a_0902, auto: Some(EXPOSURE_AUTO) },
    Ids { kind: ControlKind::Focus, value: 0x009a_090a, auto: Some(0x009a_090c) },
    Ids { kind: ControlKind::WhiteBalance, value: 0x0098_091a, auto: Some(0x0098_090c) },
    Ids { kind: ControlKind::Zoom, value: 0x009a_090d, auto: None },
];

/// Values of the exposure menu: the camera decides all, nothing, or only the exposure time.
const EXPOSURE_MANUAL: i64 = 1;
const EXPOSURE_ALL_AUTO: i64 = 0;
const EXPOSURE_TIME_AUTO: i64 = 3;

/// What the device has of our four kinds; nothing if it has no controls at all.
pub(super) fn read(device: &Device) -> Vec<Control> {
    let all = device.query_controls().unwrap_or_default();
    IDS.iter().filter_map(|ids| one(device, &all, ids)).collect()
}

fn one(device: &Device, all: &[Description], ids: &Ids) -> Option<Control> {
    let range = described(all, ids.value)?;
    let value = number(device, ids.value)?;
    let auto = ids.auto.filter(|id| described(all, *id).is_some()).and_then(|id| {
        let now = number(device, id)?;
        Some(if id == EXPOSURE_AUTO { now != EXPOSURE_MANUAL } else { now != 0 })
    });
    let step = i64::try_from(range.step).unwrap_or(1).max(1);
    Some(Control { kind: ids.kind, auto, value, min: range.minimum, max: range.maximum, step })
}

fn described(all: &[Description], id: u32) -> Option<&Description> {
    all.iter().find(|d| d.id == id && !d.flags.intersects(Flags::DISABLED | Flags::READ_ONLY))
}

fn number(device: &Device, id: u32) -> Option<i64> {
    match device.control(id).ok()?.value {
        Value::Integer(n) => Some(n),
        Value::Boolean(b) => Some(i64::from(b)),
        _ => None,
    }
}

/// First the switch, then the value: a value is refused while the camera adjusts it.
pub(super) fn set(device: &Device, setting: ControlSetting) -> Result<(), SourceError> {
    let all = device.query_controls().unwrap_or_default();
    let missing =
        || SourceError::new(SourceCode::Other, format!("the camera has no {:?} control", setting.kind));
    let ids = IDS.iter().find(|ids| ids.kind == setting.kind).ok_or_else(missing)?;
    let control = one(device, &all, ids).ok_or_else(missing)?;
    let auto = setting.auto.or(setting.value.map(|_| false));
    // Held without a value: the value that the camera had found is written back, or many a webcam would jump
    // to the one that was set by hand last.
    let value =
        setting.value.or((auto == Some(false) && control.auto == Some(true)).then_some(control.value));
    if let (Some(auto), Some(id), Some(_)) = (auto, ids.auto, control.auto) {
        let description = described(&all, id).ok_or_else(missing)?;
        write(device, id, switch(description, auto))?;
    }
    match value {
        Some(value) if auto != Some(true) => write(device, ids.value, Value::Integer(control.nearest(value))),
        _ => Ok(()),
    }
}

fn switch(description: &Description, auto: bool) -> Value {
    if description.typ == Type::Boolean {
        return Value::Boolean(auto);
    }
    let offers = |value: i64| {
        description.items.as_ref().is_some_and(|items| items.iter().any(|(i, _)| i64::from(*i) == value))
    };
    Value::Integer(match auto {
        false => EXPOSURE_MANUAL,
        true if offers(EXPOSURE_TIME_AUTO) => EXPOSURE_TIME_AUTO,
        true => EXPOSURE_ALL_AUTO,
    })
}

fn write(device: &Device, id: u32, value: Value) -> Result<(), SourceError> {
    device.set_control(Entry { id, value }).map_err(|e| failure("set a control", &e))
}

#[cfg(test)]
mod tests {
    use super::*;
    use v4l::control::MenuItem;

    fn menu(values: &[u32]) -> Description {
        let items = values.iter().map(|v| (*v, MenuItem::Name(String::new()))).collect();
        Description {
            id: EXPOSURE_AUTO,
            typ: Type::Menu,
            name: String::new(),
            minimum: 0,
            maximum: 3,
            step: 1,
            default: 3,
            flags: Flags::empty(),
            items: Some(items),
        }
    }

    #[test]
    fn exposure_goes_to_the_automatic_that_the_camera_has() {
        assert_eq!(switch(&menu(&[1, 3]), true), Value::Integer(3));
        assert_eq!(switch(&menu(&[0, 1]), true), Value::Integer(0));
        assert_eq!(switch(&menu(&[0, 1, 3]), false), Value::Integer(1));
        let focus = Description { typ: Type::Boolean, items: None, ..menu(&[]) };
        assert_eq!(switch(&focus, true), Value::Boolean(true));
    }

    #[test]
    fn disabled_controls_do_not_exist() {
        let disabled = Description { flags: Flags::DISABLED, ..menu(&[1]) };
        assert!(described(&[disabled], EXPOSURE_AUTO).is_none());
        assert!(described(&[menu(&[1])], EXPOSURE_AUTO).is_some());
    }
}
