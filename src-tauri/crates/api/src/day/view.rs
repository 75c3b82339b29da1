//! What the screens of the day are told.
