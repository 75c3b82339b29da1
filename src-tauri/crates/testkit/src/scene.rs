//! What the demo camera can be asked to see.

/// What is in front of the camera. People are numbers into the list that the booth was built with; a number beyond
/// its end starts over.
#[derive(Debug, Clone, PartialEq)]
pub enum Scene {
    /// The chair before the backdrop.
    EmptySeat,
    /// A hand holds a phone with a QR code to the camera.
    Phone {
        /// What the code holds.
        payload: Vec<u8>,
        /// How well it can be read.
        look: PhoneLook,
    },
    /// Two phones with two codes: the station must not choose.
    TwoPhones {
        /// Code on the phone at the smaller x.
        a: Vec<u8>,
        /// Code on the phone at the larger x.
        b: Vec<u8>,
    },
    /// One person on the chair.
    Seated {
        /// Who.
        person: usize,
        /// How.
        pose: Pose,
    },
    /// Two people at once.
    TwoPeople {
        /// Person at the smaller x.
        a: usize,
        /// Person at the larger x.
        b: usize,
    },
    /// A covered lens: nothing but sensor noise.
    Black,
    /// A person with the lamps off.
    Dark {
        /// Who.
        person: usize,
        /// Share of the usual light, 0..1; 0.15 is a dark room.
        light: f32,
    },
}

impl Scene {
    /// A phone held well.
    pub fn phone(payload: impl Into<Vec<u8>>) -> Self {
        Self::Phone { payload: payload.into(), look: PhoneLook::default() }
    }

    /// A person who sits well.
    pub fn seated(person: usize) -> Self {
        Self::Seated { person, pose: Pose::default() }
    }
}

/// How a phone is held and shines.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PhoneLook {
    /// Light of the screen: 1 is bright, 0.2 hardly readable.
    pub brightness: f32,
    /// Turn in the plane of the picture, clockwise.
    pub tilt_deg: f32,
    /// 1 fills the height of the frame and gives a usual code 5 to 6 pixels per module.
    pub scale: f32,
    /// A lamp is mirrored in the glass, across part of the code.
    pub glare: bool,
    /// Light modules on dark, as some dark modes show them.
    pub inverted: bool,
}

impl Default for PhoneLook {
    fn default() -> Self {
        Self { brightness: 1.0, tilt_deg: -3.0, scale: 1.0, glare: false, inverted: false }
    }
}

impl PhoneLook {
    /// Far away, dim and with a lamp in the glass: no reader gets this one.
    pub fn unreadable() -> Self {
        Self { brightness: 0.3, tilt_deg: 8.0, scale: 0.3, glare: true, inverted: false }
    }
}

/// How a person sits.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pose {
    /// Off the middle, in pixels of a frame 720 high; above 0 towards the larger x.
    pub dx: f32,
    /// Lower (above 0) or higher than usual, in pixels of a frame 720 high.
    pub dy: f32,
    /// 1 is the usual distance: a face about 215 px wide in a frame 720 high.
    pub scale: f32,
    /// Tilt of the head; above 0 towards the larger x, as in [`domain::FacePoints::roll_deg`].
    pub roll_deg: f32,
    /// Both eyes shut.
    pub eyes_closed: bool,
    /// 0 neutral to 1 a broad smile (drawn people only).
    pub smile: f32,
    /// 0 shut to 1 wide open (drawn people only).
    pub mouth_open: f32,
}

impl Default for Pose {
    fn default() -> Self {
        Self { dx: 0.0, dy: 0.0, scale: 1.0, roll_deg: 0.0, eyes_closed: false, smile: 0.0, mouth_open: 0.0 }
    }
}

impl Pose {
    /// Usual, but with shut eyes.
    pub fn blinking() -> Self {
        Self { eyes_closed: true, ..Self::default() }
    }
}
