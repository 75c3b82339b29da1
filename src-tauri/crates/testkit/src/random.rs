//! Numbers that look random and are the same on every machine.

/// A small deterministic generator (SplitMix64); good enough for noise and choices, useless for secrets.
#[derive(Debug, Clone)]
pub struct Random(u64);

impl Random {
    /// Two seeds that differ in one bit give unrelated sequences.
    pub fn new(seed: u64) -> Self {
        Self(mix(seed ^ 0xA076_1D64_78BD_642F))
    }

    /// The next 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        mix(self.0)
    }

    /// Evenly spread in 0..1.
    pub fn unit(&mut self) -> f32 {
        (self.bits() >> 40) as f32 / (1u64 << 24) as f32
    }

    /// Evenly spread between two numbers.
    pub fn between(&mut self, low: f32, high: f32) -> f32 {
        low + (high - low) * self.unit()
    }

    /// A whole number below `n` (0 if `n` is 0).
    pub fn below(&mut self, n: usize) -> usize {
        ((u128::from(self.bits()) * n as u128) >> 64) as usize
    }

    /// One of several.
    pub fn pick<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len())]
    }
}

fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// Smooth noise in 0..1 along one line: one value per whole number, blended in between.
pub fn wave(seed: u64, x: f32) -> f32 {
    let at = |i: i64| {
        (mix(seed ^ (i as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15)) >> 40) as f32 / (1u64 << 24) as f32
    };
    let cell = x.floor();
    let t = x - cell;
    let t = t * t * (3.0 - 2.0 * t);
    let (a, b) = (at(cell as i64), at(cell as i64 + 1));
    a + (b - a) * t
}

/// Smooth noise in 0..1 over the plane.
pub fn cloud(seed: u64, x: f32, y: f32) -> f32 {
    let row = y.floor();
    let t = y - row;
    let t = t * t * (3.0 - 2.0 * t);
    let of = |r: f32| seed.wrapping_add((r as i64 as u64).wrapping_mul(0xD6E8_FEB8_6659_FD93));
    let (a, b) = (wave(of(row), x), wave(of(row + 1.0), x));
    a + (b - a) * t
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_one_sequence_and_another_seed_another() {
        let take = |seed| (0..4).map(|_| Random::new(seed).bits()).collect::<Vec<_>>();
        assert_eq!(take(7), take(7));
        assert_ne!(Random::new(7).bits(), Random::new(6).bits());
    }

    #[test]
    fn numbers_stay_in_their_range_and_spread() {
        let mut random = Random::new(1);
        let mut seen = [0usize; 5];
        for _ in 0..1000 {
            seen[random.below(5)] += 1;
            assert!((2.0..3.0).contains(&random.between(2.0, 3.0)));
        }
        assert!(seen.iter().all(|&n| n > 120), "{seen:?}");
        assert_eq!(random.below(0), 0);
    }

    #[test]
    fn noise_is_continuous() {
        for i in 0..200 {
            let x = i as f32 * 0.37 - 20.0;
            assert!((cloud(3, x, 1.5) - cloud(3, x + 0.001, 1.5)).abs() < 0.01);
            assert!((cloud(3, 1.5, x) - cloud(3, 1.5, x + 0.001)).abs() < 0.01);
        }
    }
}
