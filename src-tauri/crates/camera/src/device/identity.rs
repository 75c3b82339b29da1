//! Which of the connected cameras is the one that is meant.

use super::{DeviceId, DeviceInfo};
use crate::{SourceCode, SourceError};

/// What an opener knows about its camera.
#[derive(Debug, Default)]
pub(super) struct Remembered {
    wanted: Option<DeviceId>,
    /// Cameras that were connected beside it: never taken for it.
    others: Vec<DeviceId>,
}

impl Remembered {
    pub(super) fn of(id: DeviceId) -> Self {
        Self { wanted: Some(id), others: Vec::new() }
    }

    pub(super) fn wanted(&self) -> Option<&DeviceId> {
        self.wanted.as_ref()
    }

    /// `id` was opened while `devices` were connected.
    pub(super) fn opened(&mut self, id: &DeviceId, devices: &[DeviceInfo]) {
        self.wanted = Some(id.clone());
        self.others = devices.iter().map(|d| &d.id).filter(|other| *other != id).cloned().collect();
    }

    /// The devices to try, in this order; never an empty list.
    ///
    /// A wanted camera is known by name and bus; if it is not there, a newcomer of the same name is taken for
    /// it, plugged into another socket. Without a wish all usable ones are tried.
    pub(super) fn candidates<'a>(
        &self,
        devices: &'a [DeviceInfo],
    ) -> Result<Vec<&'a DeviceInfo>, SourceError> {
        let matching: Vec<&DeviceInfo> = match &self.wanted {
            None => devices.iter().collect(),
            Some(id) => {
                let same: Vec<_> = devices.iter().filter(|d| d.id == *id).collect();
                let moved = |d: &&DeviceInfo| d.id.name == id.name && !self.others.contains(&d.id);
                if same.is_empty() { devices.iter().filter(moved).collect() } else { same }
            }
        };
        let usable =
            |d: &&DeviceInfo| d.problem.is_none() && d.formats.as_ref().is_none_or(|f| !f.is_empty());
        let found: Vec<_> = matching.iter().copied().filter(usable).collect();
        if !found.is_empty() {
            return Ok(found);
        }
        if let Some((device, problem)) = matching.iter().find_map(|d| d.problem.as_ref().map(|p| (d, p))) {
            return Err(SourceError::new(problem.code, format!("{}: {}", device.id.name, problem.detail)));
        }
        match matching.first() {
            Some(device) => Err(super::unusable(device, "no format that can be read")),
            None => Err(self.missing(devices.len())),
        }
    }

    fn missing(&self, connected: usize) -> SourceError {
        let detail = match &self.wanted {
            Some(id) => format!("{} is not among {connected} connected", id.name),
            None => "nothing is connected".into(),
        };
        SourceError::new(SourceCode::NoDevice, detail)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::StreamFormat;

    fn id(name: &str, bus: &str) -> DeviceId {
        DeviceId { name: name.into(), bus: bus.into() }
    }

    fn device(index: u32, name: &str, bus: &str) -> DeviceInfo {
        let formats = Some(vec![StreamFormat::yuyv(640, 480, 30)]);
        DeviceInfo { id: id(name, bus), index, formats, problem: None }
    }

    impl Remembered {
        fn pick<'a>(&self, devices: &'a [DeviceInfo]) -> Result<&'a DeviceInfo, SourceError> {
            self.candidates(devices).map(|found| found[0])
        }
    }

    fn refused(mut device: DeviceInfo, code: SourceCode) -> DeviceInfo {
        device.problem = Some(SourceError::new(code, "errno").problem());
        device.formats = None;
        device
    }

    #[test]
    fn without_a_wish_the_first_usable_camera_is_taken() {
        let mut infrared = device(0, "IR", "usb-1");
        infrared.formats = Some(vec![]);
        let devices =
            [infrared, refused(device(1, "A", "usb-2"), SourceCode::NoPermission), device(2, "B", "usb-3")];
        assert_eq!(Remembered::default().pick(&devices).unwrap().index, 2);
        let code = |devices: &[DeviceInfo]| Remembered::default().pick(devices).unwrap_err().code;
        assert_eq!(code(&devices[..2]), SourceCode::NoPermission);
        assert_eq!(code(&devices[..1]), SourceCode::NoUsableFormat);
        assert_eq!(code(&[]), SourceCode::NoDevice);
    }

    #[test]
    fn the_same_camera_is_found_under_another_number() {
        let remembered = Remembered::of(id("A", "usb-2"));
        let devices = [device(0, "B", "usb-1"), device(4, "A", "usb-2")];
        assert_eq!(remembered.pick(&devices).unwrap().index, 4);
    }

    #[test]
    fn a_camera_in_another_socket_is_taken_by_its_name() {
        let mut remembered = Remembered::default();
        remembered.opened(&id("A", "usb-2"), &[device(0, "A", "usb-2"), device(1, "B", "usb-1")]);
        let devices = [device(1, "B", "usb-1"), device(2, "A", "usb-7")];
        assert_eq!(remembered.pick(&devices).unwrap().index, 2);
    }

    #[test]
    fn the_twin_that_was_there_all_the_time_is_never_taken_for_it() {
        let twins = [device(0, "A", "usb-1"), device(1, "A", "usb-2")];
        let mut remembered = Remembered::default();
        remembered.opened(&twins[0].id, &twins);
        assert_eq!(remembered.pick(&twins[1..]).unwrap_err().code, SourceCode::NoDevice);
        assert_eq!(remembered.pick(&twins).unwrap().index, 0);
    }

    #[test]
    fn another_camera_is_no_substitute_for_the_chosen_one() {
        let error = Remembered::of(id("A", "usb-2")).pick(&[device(0, "B", "usb-2")]).unwrap_err();
        assert_eq!(error.code, SourceCode::NoDevice);
    }

    #[test]
    fn of_two_nodes_of_one_camera_the_usable_one_is_taken() {
        let mut first = device(0, "A", "usb-1");
        first.formats = Some(vec![]);
        let devices = [first, device(1, "A", "usb-1")];
        assert_eq!(Remembered::of(id("A", "usb-1")).pick(&devices).unwrap().index, 1);
    }
}
