//! What is no fact.

use thiserror::Error;

/// Why something was not taken. Nothing has changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum FactError {
    /// Not a name of the kind that is needed.
    #[error("not acceptable: {0}")]
    Name(&'static str),
    /// A fact that no station of this program writes.
    #[error("not a fact of this program")]
    BadFact,
}
