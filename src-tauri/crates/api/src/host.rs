//! The station answers every operation.

use std::time::Duration;

use domain::Text;
use domain::sitting::Input;

use crate::demo;
use crate::devices::{camera_detail, camera_id};
use crate::error::ApiError;
use crate::operations::*;
use crate::show;
use crate::station::Station;
use crate::view::*;
use crate::words;

impl Station {
    fn act(&self, input: Input) -> Result<StationView, ApiError> {
        self.ask(move |owner| {
            owner.act(input)?;
            Ok(owner.current())
        })
    }

    /// Bytes and media type of a picture that the window asks for by its path: `portrait/<hash>`,
    /// `original/<hash>`, `candidate/<shot>`, `plate/<hash>` or, small, `intake/<check>/<place in the report>`.
    pub fn picture(&self, path: &str) -> Result<(Vec<u8>, &'static str), ApiError> {
        if let Some(name) = path.strip_prefix("intake/") {
            return self.small_picture(name).map(|jpeg| (jpeg, "image/jpeg"));
        }
        let path = path.to_owned();
        self.ask(move |owner| {
            let desk = owner.desk()?;
            let missing = || ApiError::new("no_picture", "没有这张照片。", "There is no such picture.");
            let (kind, name) = path.split_once('/').ok_or_else(missing)?;
            let bytes = match kind {
                "candidate" => {
                    let candidate =
                        desk.candidate().filter(|c| c.shot.to_string() == name).ok_or_else(missing)?;
                    candidate.exposure.portrait.as_ref().ok_or_else(missing)?.jpeg.to_vec()
                }
                "portrait" | "original" => {
                    let hash = domain::ContentHash::from_hex(name).ok_or_else(missing)?;
                    let kind = if kind == "portrait" {
                        store::PictureKind::Portrait
                    } else {
                        store::PictureKind::Original
                    };
                    desk.store().picture(kind, &hash).map_err(words::store)?
                }
                "plate" => {
                    let hash = domain::ContentHash::from_hex(name).ok_or_else(missing)?;
                    desk.store().plate_picture(&hash).map_err(words::store)?
                }
                _ => return Err(missing()),
            };
            let media = if bytes.starts_with(b"\x89PNG") { "image/png" } else { "image/jpeg" };
            Ok((bytes, media))
        })
    }
}

/// Longest time for a look at the camera.
const DIAGNOSIS_PATIENCE: Duration = Duration::from_secs(4);

impl Operations for Station {
    fn station_view(&self, _: Nothing) -> Result<StationView, ApiError> {
        self.ask(|owner| Ok(owner.current()))
    }

    fn type_code(&self, request: TypedCode) -> Result<StationView, ApiError> {
        self.ask(move |owner| {
            owner.code(request.text.into_bytes(), request.source)?;
            Ok(owner.current())
        })
    }

    fn shoot(&self, _: Nothing) -> Result<StationView, ApiError> {
        self.act(Input::Shoot)
    }

    fn accept(&self, request: AcceptRequest) -> Result<StationView, ApiError> {
        self.act(Input::Accept { reason: request.reason })
    }

    fn again(&self, _: Nothing) -> Result<StationView, ApiError> {
        self.act(Input::Again)
    }

    fn cancel(&self, _: Nothing) -> Result<StationView, ApiError> {
        self.act(Input::Cancel)
    }

    fn confirm_repeat(&self, _: Nothing) -> Result<StationView, ApiError> {
        self.act(Input::ConfirmRepeat)
    }

    fn resume(&self, _: Nothing) -> Result<StationView, ApiError> {
        self.act(Input::Resume)
    }

    fn plate_shoot(&self, _: Nothing) -> Result<StationView, ApiError> {
        self.shoot_plate()
    }

    fn camera_list(&self, _: Nothing) -> Result<Vec<CameraChoice>, ApiError> {
        let devices = camera::list().unwrap_or_else(|error| {
            tracing::warn!(%error, "listing cameras");
            Vec::new()
        });
        let mut choices: Vec<CameraChoice> = devices
            .into_iter()
            .map(|device| CameraChoice {
                id: camera_id(&device.id),
                name: Text::new(device.id.name.clone(), device.id.name.clone()),
                detail: camera_detail(&device),
                demo: false,
            })
            .collect();
        choices.push(CameraChoice {
            id: demo::ID.to_owned(),
            name: Text::new("演示摄像头", "Demo camera"),
            detail: "1280×720".to_owned(),
            demo: true,
        });
        Ok(choices)
    }

    fn camera_choose(&self, request: CameraRequest) -> Result<StationView, ApiError> {
        self.ask(move |owner| {
            owner.choose_camera(&request.id)?;
            Ok(owner.current())
        })
    }

    fn camera_diagnose(&self, _: Nothing) -> Result<camera::Diagnosis, ApiError> {
        // Looks at frames for up to a second or two: not on the owner's time.
        Ok(match self.shared.feed() {
            Some(feed) => camera::diagnose_feed(&feed, DIAGNOSIS_PATIENCE),
            None => camera::diagnose_device(None, DIAGNOSIS_PATIENCE),
        })
    }

    fn camera_controls(&self, _: Nothing) -> Result<CameraControls, ApiError> {
        Ok(CameraControls { controls: self.shared.feed().map(|feed| feed.controls()).unwrap_or_default() })
    }

    fn camera_set_control(&self, request: camera::ControlSetting) -> Result<CameraControls, ApiError> {
        let feed = self
            .shared
            .feed()
            .ok_or_else(|| ApiError::new("no_camera", "没有摄像头。", "There is no camera."))?;
        let controls = feed.set_control(request).map_err(|error| {
            ApiError::new("control_refused", "摄像头不接受这个设置。", "The camera refuses this setting.")
                .with_story(error)
        })?;
        Ok(CameraControls { controls })
    }

    fn demo_show(&self, request: DemoRequest) -> Result<Nothing, ApiError> {
        self.ask(move |owner| owner.show_demo(request.scene).map(|()| Nothing {}))
    }

    fn strip_list(&self, request: StripRequest) -> Result<Vec<StripItem>, ApiError> {
        self.ask(move |owner| {
            let today = (owner.config.day_start)((owner.config.now)());
            show::strip(owner.desk()?, today, request.limit.min(1000)).map_err(words::store)
        })
    }

    fn sitting_history(&self, request: SittingRequest) -> Result<SittingHistory, ApiError> {
        self.ask(move |owner| {
            owner.desk()?.store().sitting_detail(request.id).map(show::history).map_err(words::store)
        })
    }

    fn settings_save(&self, request: Settings) -> Result<StationView, ApiError> {
        self.ask(move |owner| {
            owner.save_settings(request)?;
            Ok(owner.current())
        })
    }

    fn spec_list(&self, _: Nothing) -> Result<Vec<SpecChoice>, ApiError> {
        self.ask(|owner| {
            let all = owner.config.assets.specs(Some(&owner.config.data));
            Ok(all.into_iter().map(|(choice, _)| choice).collect())
        })
    }

    fn data_retry(&self, _: Nothing) -> Result<StationView, ApiError> {
        self.ask(|owner| {
            owner.open_data(false);
            Ok(owner.current())
        })
    }

    fn data_open_fresh(&self, _: Nothing) -> Result<StationView, ApiError> {
        self.ask(|owner| {
            if owner.trouble.as_ref().is_some_and(|trouble| trouble.offer_fresh) {
                owner.open_data(true);
            }
            Ok(owner.current())
        })
    }
}
