//! Prints the TypeScript types of all operations; `cargo xtask bindings` writes them where the window needs them.

fn main() {
    print!("{}", api::bindings::typescript());
}
