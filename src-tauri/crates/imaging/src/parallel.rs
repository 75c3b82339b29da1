//! Two things at once, on the two cores that a booth laptop has at least.
//!
//! Only for work that gives the same result in any order: what is delivered never depends on the number of cores.

/// Does both and gives both results.
pub fn both<A: Send, B: Send>(a: impl FnOnce() -> A, b: impl FnOnce() -> B + Send) -> (A, B) {
    std::thread::scope(|scope| {
        let b = scope.spawn(b);
        let a = a();
        (a, b.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
    })
}

/// Calls `each` with the number of every row of `values`, `width` wide, and the row, half of them on another thread.
pub fn rows<T: Send>(values: &mut [T], width: usize, each: impl Fn(usize, &mut [T]) + Sync) {
    let width = width.max(1);
    let half = values.len() / width / 2;
    let (upper, lower) = values.split_at_mut(half * width);
    let all = |first: usize, part: &mut [T]| {
        for (at, row) in part.chunks_mut(width).enumerate() {
            each(first + at, row);
        }
    };
    both(|| all(0, upper), || all(half, lower));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_row_comes_once_under_its_number() {
        for height in [0, 1, 2, 7] {
            let mut values = vec![0; 3 * height];
            rows(&mut values, 3, |y, row| row.iter_mut().for_each(|v| *v += y + 1));
            let wanted: Vec<usize> = (0..height).flat_map(|y| [y + 1; 3]).collect();
            assert_eq!(values, wanted);
        }
        assert_eq!(both(|| 1, || "b"), (1, "b"));
    }
}
