//! A phone in a hand with a QR code on its screen.

use qrcode::{Color, EcLevel, QrCode};

use crate::paint::{Canvas, Colour, View, cover, ellipse, lit, mix, rgb, round_rect, segment};
use crate::scene::PhoneLook;
use crate::sprite::Sprite;

/// Half the size of the body at scale 1, in pixels of a frame 720 high.
const BODY: [f32; 2] = [174.0, 348.0];
/// Half the size of the lit screen.
const SCREEN: [f32; 2] = [164.0, 336.0];
/// Where the middle of the code lies on the screen.
const CODE_Y: f32 = -36.0;
/// Empty modules around the code, as the standard (ISO/IEC 18004) wants them.
const QUIET: f32 = 4.0;
const SKIN: u32 = 0xD9A98A;

/// The modules of a code, ready to be asked for any point of the screen.
struct Code {
    dark: Vec<bool>,
    modules: usize,
    /// Size of a module in units of the drawing.
    pitch: f32,
}

impl Code {
    /// The strongest error correction that still leaves modules of 5 pixels; a payload too long for any QR code
    /// shows as an empty screen.
    fn new(payload: &[u8]) -> Option<Self> {
        let code = QrCode::with_error_correction_level(payload, EcLevel::M)
            .or_else(|_| QrCode::with_error_correction_level(payload, EcLevel::L))
            .ok()?;
        let modules = code.width();
        let dark = code.to_colors().iter().map(|c| *c == Color::Dark).collect();
        Some(Self { dark, modules, pitch: 2.0 * (SCREEN[0] - 2.0) / (modules as f32 + 2.0 * QUIET) })
    }

    /// Share of ink around a point of the code's own plane, for a pixel of size `unit`.
    fn ink(&self, p: [f32; 2], unit: f32) -> f32 {
        const STEPS: [f32; 3] = [-0.333, 0.0, 0.333];
        let half = self.modules as f32 / 2.0;
        let mut hits = 0.0;
        for sy in STEPS {
            for sx in STEPS {
                let x = (p[0] + sx * unit) / self.pitch + half;
                let y = (p[1] + sy * unit) / self.pitch + half;
                let inside = x >= 0.0 && y >= 0.0 && x < half * 2.0 && y < half * 2.0;
                if inside && self.dark[y as usize * self.modules + x as usize] {
                    hits += 1.0;
                }
            }
        }
        hits / 9.0
    }
}

/// The phone at a place (`at`, pixels of a frame 720 high from the middle) in a frame of this size.
pub(crate) fn sprite(width: u32, height: u32, payload: &[u8], look: &PhoneLook, at: [f32; 2]) -> Sprite {
    let k = height as f32 / 720.0;
    // Room around the frame, so that the sway brings no cut edge into sight.
    let margin = (24.0 * k) as u32;
    let mut canvas = Canvas::new(width + 2 * margin, height + 2 * margin);
    let middle = [width as f32 / 2.0, height as f32 / 2.0];
    let origin = std::array::from_fn(|i| margin as f32 + middle[i] + at[i] * k);
    let view = View::upright(k * look.scale, origin).turned(look.tilt_deg, [0.0, 0.0]);
    arm(&mut canvas, &view);
    body(&mut canvas, &view);
    screen(&mut canvas, &view, Code::new(payload).as_ref(), look);
    if look.glare {
        glare(&mut canvas, &view);
    }
    fingers(&mut canvas, &view);
    canvas.into_sprite().moved(-(margin as i32), -(margin as i32))
}

fn arm(canvas: &mut Canvas, view: &View) {
    let unit = view.unit();
    canvas.paint(view, [-170.0, 60.0, 330.0, 1400.0], |p| {
        let palm = ellipse([p[0] - 60.0, p[1] - 230.0], 160.0, 190.0);
        let wrist = segment(p, [70.0, 330.0], [120.0, 1400.0]).0 - 92.0;
        (lit(rgb(SKIN), 0.80 - (p[0] - 60.0) * 0.0009), cover(palm.min(wrist), unit))
    });
    canvas.paint(view, [-80.0, 430.0, 340.0, 2400.0], |p| {
        let (distance, _) = segment(p, [100.0, 560.0], [170.0, 2400.0]);
        let light = 0.95 - (distance / 120.0).powi(2) * 0.3;
        (lit(rgb(0x4A5D73), light), cover(distance - 118.0, unit))
    });
}

fn body(canvas: &mut Canvas, view: &View) {
    let unit = view.unit();
    canvas.paint(view, [-BODY[0] - 4.0, -BODY[1] - 4.0, BODY[0] + 4.0, BODY[1] + 4.0], |p| {
        let edge = round_rect(p, BODY, 44.0);
        let rim = if edge > -4.0 { rgb(0x5B6168) } else { rgb(0x14161A) };
        (rim, cover(edge, unit))
    });
}

fn screen(canvas: &mut Canvas, view: &View, code: Option<&Code>, look: &PhoneLook) {
    let unit = view.unit();
    let (paper, ink) = if look.inverted { (0.07, 0.97) } else { (0.97, 0.04) };
    // A screen never goes darker than the room it mirrors.
    let shine = |v: f32| -> Colour {
        let level = 0.045 + v * look.brightness * 0.94;
        [level * 0.985, level, level].map(|c| c.min(1.0))
    };
    canvas.paint(view, [-SCREEN[0], -SCREEN[1], SCREEN[0], SCREEN[1]], |p| {
        let inside = cover(round_rect(p, SCREEN, 34.0), unit);
        let on_code = [p[0], p[1] - CODE_Y];
        let mut value = paper + (ink - paper) * furniture(p, unit);
        if let Some(code) = code {
            value += (ink - paper) * code.ink(on_code, unit);
        }
        (shine(value.clamp(0.0, 1.0)), inside)
    });
}

/// What an app shows around the code, as grey bars: share of ink.
fn furniture(p: [f32; 2], unit: f32) -> f32 {
    let bar = |x: f32, y: f32, w: f32, h: f32, grey: f32| {
        cover(round_rect([p[0] - x, p[1] - y], [w, h], h), unit) * grey
    };
    let status = bar(-118.0, -314.0, 22.0, 5.0, 0.7)
        + bar(0.0, -312.0, 9.0, 9.0, 1.0)
        + bar(112.0, -314.0, 9.0, 5.0, 0.7)
        + bar(136.0, -314.0, 11.0, 6.0, 0.7);
    let title = bar(0.0, -258.0, 62.0, 11.0, 0.75) + bar(0.0, -228.0, 96.0, 5.0, 0.3);
    let notes = bar(0.0, 168.0, 112.0, 6.0, 0.3) + bar(0.0, 192.0, 84.0, 6.0, 0.3);
    let button = bar(0.0, 256.0, 104.0, 24.0, 0.55);
    status + title + notes + button + bar(0.0, 322.0, 54.0, 2.5, 0.8)
}

/// A lamp mirrored in the glass: a soft band across the corner of the code.
fn glare(canvas: &mut Canvas, view: &View) {
    canvas.paint(view, [-SCREEN[0], -SCREEN[1], SCREEN[0], SCREEN[1]], |p| {
        let across = (p[0] + p[1] * 0.55 - 20.0).abs() / 1.14;
        let band = (1.0 - across / 46.0).clamp(0.0, 1.0);
        let spot = (1.0 - ellipse([p[0] - 40.0, p[1] + 60.0], 70.0, 52.0).max(0.0) / 40.0).clamp(0.0, 1.0);
        let glass = cover(round_rect(p, SCREEN, 34.0), view.unit());
        ([1.0, 1.0, 0.99], (band * 0.55 + spot * 0.95).min(0.98) * glass)
    });
}

/// Finger tips over both edges of the body, below the code.
fn fingers(canvas: &mut Canvas, view: &View) {
    let unit = view.unit();
    let mut finger = |from: [f32; 2], to: [f32; 2], radius: f32, nail: bool| {
        let reach = radius + 4.0;
        let bounds = [
            from[0].min(to[0]) - reach,
            from[1].min(to[1]) - reach,
            from[0].max(to[0]) + reach,
            from[1].max(to[1]) + reach,
        ];
        let tip = [to[0] + (from[0] - to[0]) * 0.12, to[1] + (from[1] - to[1]) * 0.12];
        canvas.paint(view, bounds, |p| {
            let (distance, along) = segment(p, from, to);
            let round = 1.06 - (distance / radius).powi(2) * 0.26 - (1.0 - along) * 0.08;
            let plate = cover(ellipse([p[0] - tip[0], p[1] - tip[1]], radius * 0.55, radius * 0.42), unit);
            let colour = mix(rgb(SKIN), rgb(0xEBC4AE), if nail { plate * 0.8 } else { 0.0 });
            (lit(colour, round), cover(distance - radius, unit))
        });
    };
    for (i, y) in [150.0, 206.0, 262.0, 314.0].into_iter().enumerate() {
        let reach = [148.0, 142.0, 144.0, 152.0][i];
        finger([214.0, y + 16.0], [reach, y], 24.0 - i as f32, false);
    }
    finger([-150.0, 420.0], [-150.0, 210.0], 31.0, true);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::payload::demo_payload;

    #[test]
    fn a_usual_payload_gets_modules_of_five_pixels() {
        let code = Code::new(&demo_payload(0)).unwrap();
        assert!(code.pitch >= 5.0, "{}", code.pitch);
    }

    #[test]
    fn a_payload_too_long_for_a_code_is_no_panic() {
        assert!(Code::new(&[b'x'; 4000]).is_none());
        sprite(320, 180, &[b'x'; 4000], &PhoneLook::default(), [0.0, 0.0]);
    }

    #[test]
    fn the_finder_patterns_are_where_a_reader_looks() {
        let code = Code::new(b"x").unwrap();
        let half = code.modules as f32 / 2.0 * code.pitch;
        let at = |column: f32, row: f32| {
            code.ink([column * code.pitch - half, row * code.pitch - half], code.pitch * 0.1)
        };
        assert_eq!((at(3.5, 3.5), at(1.5, 1.5), at(-1.0, 3.5)), (1.0, 0.0, 0.0));
    }
}
