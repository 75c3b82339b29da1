//! Colours as the eye compares them.

use std::sync::LazyLock;

/// CIE L*a*b* of an sRGB colour (IEC 61966-2-1, D65).
pub(crate) fn lab(rgb: [u8; 3]) -> [f64; 3] {
    /// Light of each code, since a picture asks for it a hundred thousand times.
    static LINEAR: LazyLock<[f64; 256]> = LazyLock::new(|| {
        std::array::from_fn(|c| {
            let c = c as f64 / 255.0;
            if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
        })
    });
    let [r, g, b] = rgb.map(|c| LINEAR[usize::from(c)]);
    let xyz = [
        (0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.95047,
        0.2126 * r + 0.7152 * g + 0.0722 * b,
        (0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.08883,
    ];
    let [x, y, z] = xyz.map(|t| if t > 0.008856 { t.cbrt() } else { 7.787 * t + 16.0 / 116.0 });
    [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)]
}

/// CIE76 difference of two L*a*b* colours.
pub(crate) fn distance(a: [f64; 3], b: [f64; 3]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_compared_as_the_eye_does() {
        let blue = lab([100, 197, 255]);
        assert!(distance(lab([92, 180, 245]), blue) < 22.0);
        assert!(distance(lab([28, 28, 30]), blue) > 22.0);
        assert!(distance(lab([255, 255, 255]), blue) > 22.0);
        // White is L* = 100 by definition.
        assert!((lab([255, 255, 255])[0] - 100.0).abs() < 0.1);
    }
}
