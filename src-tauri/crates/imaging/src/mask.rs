//! Yes or no for each pixel, row by row.

/// Leaves the pixels around which everything within `reach` rows and columns is set; what lies beyond the edge does not
/// count.
///
/// A square of side 2r+1 is joined from three of side 2q+1 that overlap or touch, so that few passes do. One that would lie
/// beyond the edge gives its place to the outermost: that is part of the square as well.
pub fn eroded(mut mask: Vec<bool>, width: usize, reach: usize) -> Vec<bool> {
    let width = width.max(1);
    let height = mask.len() / width;
    let mut done = 0;
    while done < reach {
        let shift = (2 * done + 1).min(reach - done);
        done += shift;
        let before = mask.clone();
        for (row, before) in mask.chunks_exact_mut(width).zip(before.chunks_exact(width)) {
            let shift = shift.min(width - 1);
            both(&mut row[shift..], &before[..width - shift]);
            both(&mut row[..width - shift], &before[shift..]);
            row[..shift].iter_mut().for_each(|set| *set &= before[0]);
            row[width - shift..].iter_mut().for_each(|set| *set &= before[width - 1]);
        }
        let before = mask.clone();
        for (y, row) in mask.chunks_exact_mut(width).enumerate() {
            for from in [y.saturating_sub(shift), (y + shift).min(height - 1)] {
                both(row, &before[from * width..(from + 1) * width]);
            }
        }
    }
    mask
}

/// Leaves what is set in both.
fn both(mask: &mut [bool], other: &[bool]) {
    mask.iter_mut().zip(other).for_each(|(set, &other)| *set &= other);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_left_has_everything_around_it(
            w in 1usize..40, h in 1usize..40, reach in 0usize..13, clear in prop::collection::vec(0usize..1600, 0..12),
        ) {
            let mut mask = vec![true; w * h];
            clear.iter().for_each(|at| mask[at % (w * h)] = false);
            let left = eroded(mask.clone(), w, reach);
            for (x, y) in (0..h).flat_map(|y| (0..w).map(move |x| (x, y))) {
                let mut rows = y.saturating_sub(reach)..(y + reach + 1).min(h);
                let all = rows.all(|y| (x.saturating_sub(reach)..(x + reach + 1).min(w)).all(|x| mask[y * w + x]));
                prop_assert_eq!(left[y * w + x], all, "{},{}", x, y);
            }
        }
    }
}
