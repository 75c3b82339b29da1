//! What makes one drawn person differ from another.

use crate::paint::{Colour, rgb};
use crate::random::Random;

/// How the hair is worn; none of them covers brows or ears.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hair {
    /// Short, parted at one side.
    Parted,
    /// Very short.
    Crew,
    /// Short and brushed up.
    Brushed,
    /// Long, parted in the middle, behind the shoulders.
    Long,
    /// To the chin, behind the ears.
    Bob,
    /// Tied at the back.
    Tied,
}

/// What is worn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cloth {
    /// A shirt with a collar.
    Shirt,
    /// A T-shirt or jumper with a round neck.
    Round,
    /// A jacket over a white shirt.
    Jacket,
}

/// Everything that follows from the seed. Lengths are in widths of the face.
#[derive(Debug, Clone)]
pub(super) struct Traits {
    pub(super) seed: u64,
    pub(super) skin: Colour,
    pub(super) hair_colour: Colour,
    pub(super) hair: Hair,
    pub(super) cloth: Cloth,
    pub(super) cloth_colour: Colour,
    pub(super) lips: Colour,
    pub(super) iris: Colour,
    /// Distance of each eye from the middle.
    pub(super) eye_x: f32,
    /// Half the opening of an open eye.
    pub(super) eye_open: f32,
    /// Height of the lowest point of the chin.
    pub(super) chin: f32,
    /// Larger is squarer.
    pub(super) jaw: f32,
    pub(super) brow: f32,
    pub(super) brow_arch: f32,
    pub(super) nose: f32,
    /// Half the width of the mouth.
    pub(super) mouth: f32,
    pub(super) shoulders: f32,
}

impl Traits {
    pub(super) fn new(seed: u64) -> Self {
        const STYLES: [Hair; 6] =
            [Hair::Parted, Hair::Long, Hair::Crew, Hair::Tied, Hair::Brushed, Hair::Bob];
        const SKINS: [u32; 6] = [0xF0CDB0, 0xE8BD9A, 0xF3D6BF, 0xDDAB84, 0xC68E66, 0x9A6845];
        const HAIRS: [u32; 5] = [0x1B1716, 0x221C1A, 0x17171B, 0x2A201B, 0x35281F];
        const CLOTHS: [u32; 7] = [0x3C4A63, 0xD8D2C6, 0x7A434C, 0x2F5D50, 0x54545C, 0xB08A56, 0x7A5C86];
        let mut r = Random::new(seed ^ 0x7065_6f70_6c65);
        // Neighbouring seeds get different hair, so that few people already look different.
        let hair = STYLES[(seed % STYLES.len() as u64) as usize];
        let soft = matches!(hair, Hair::Long | Hair::Bob | Hair::Tied);
        Self {
            seed,
            skin: rgb(SKINS[((seed + seed / 6) % 4) as usize + r.below(3)]),
            hair_colour: rgb(r.pick(&HAIRS)),
            hair,
            cloth: [Cloth::Shirt, Cloth::Round, Cloth::Jacket][((seed + seed / 3) % 3) as usize],
            cloth_colour: rgb(r.pick(&CLOTHS)),
            lips: rgb(if soft { 0xB8565A } else { 0xB26A60 }),
            iris: rgb(r.pick(&[0x3A2418, 0x2B1B14, 0x4A3020])),
            eye_x: r.between(0.212, 0.228),
            eye_open: r.between(0.040, 0.045),
            chin: r.between(0.785, 0.82) - if soft { 0.015 } else { 0.0 },
            jaw: r.between(2.15, 2.35) + if soft { -0.15 } else { 0.15 },
            brow: r.between(0.017, 0.021) - if soft { 0.003 } else { 0.0 },
            brow_arch: r.between(0.02, 0.04),
            nose: r.between(0.95, 1.05) - if soft { 0.05 } else { 0.0 },
            mouth: r.between(0.165, 0.19),
            shoulders: if soft { r.between(1.28, 1.36) } else { r.between(1.42, 1.52) },
        }
    }
}
