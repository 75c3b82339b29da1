//! The cloth behind the chair, and the chair.

use image::{Rgb, RgbImage};

use crate::paint::{Canvas, View, cover, lit, mix, rgb, round_rect};
use crate::random::{cloud, wave};
use crate::sprite::Sprite;

/// A light blue-grey cloth with soft folds, darker towards the corners.
pub fn cloth(width: u32, height: u32) -> RgbImage {
    let tall = height as f32;
    RgbImage::from_fn(width, height, |x, y| {
        let (u, v) = ((x as f32 - width as f32 / 2.0) / tall, y as f32 / tall - 0.5);
        // Folds run down and lean a little, so the noise is stretched along them.
        let lean = u + 0.06 * (v * 2.1).sin();
        let fold = wave(11, lean * 5.0 + 40.0) * 0.6 + cloud(12, lean * 12.0 + 40.0, v * 0.8) * 0.4 - 0.5;
        let weave = cloud(13, u * tall * 0.5, v * tall * 0.5) - 0.5;
        let corner = (u * u * 0.55 + v * v * 0.75).min(1.0);
        let light = 1.02 + fold * 0.055 + weave * 0.012 - corner * 0.24;
        let colour = mix(rgb(0xC9D7E4), rgb(0xB9C9DA), (v + 0.5) * 0.8);
        Rgb(lit(colour, light).map(|c| (c * 255.0) as u8))
    })
}

/// The back of the empty chair at the lower edge.
pub(crate) fn chair(width: u32, height: u32) -> Sprite {
    let view = View::upright(height as f32 / 720.0, [width as f32 / 2.0, height as f32]);
    let unit = view.unit();
    let mut canvas = Canvas::new(width, height);
    let frame = rgb(0x6E7780);
    for side in [-1.0, 1.0] {
        canvas.paint(&view, [-150.0, -120.0, 150.0, 10.0], |p| {
            let post = round_rect([p[0] - side * 92.0, p[1] + 30.0], [8.0, 90.0], 8.0);
            (lit(frame, 0.95 - (p[0] - side * 92.0) * 0.02), cover(post, unit))
        });
    }
    canvas.paint(&view, [-160.0, -190.0, 160.0, -50.0], |p| {
        let bow = p[1] + 130.0 - (p[0] / 140.0).powi(2) * 8.0;
        let edge = round_rect([p[0], bow], [138.0, 52.0], 34.0);
        let light = 1.0 - (bow + 52.0) * 0.002 + if edge > -5.0 { 0.1 } else { 0.0 };
        (lit(rgb(0x8A949E), light), cover(edge, unit))
    });
    canvas.into_sprite()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cloth_is_light_bluish_and_darker_in_the_corners() {
        let cloth = cloth(320, 180);
        let mean = |x0: u32, y0: u32| {
            let mut sum = [0.0; 3];
            for y in y0..y0 + 20 {
                for x in x0..x0 + 20 {
                    (0..3).for_each(|c| sum[c] += f32::from(cloth.get_pixel(x, y)[c]) / 400.0);
                }
            }
            sum
        };
        let (middle, corner) = (mean(150, 60), mean(0, 0));
        assert!(middle[2] > middle[0] + 10.0 && middle[1] > 180.0, "{middle:?}");
        assert!(corner[1] < middle[1] - 15.0, "{corner:?} {middle:?}");
    }
}
