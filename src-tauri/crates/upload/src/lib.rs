//! The upload: a pure plan, targets behind one trait, one attempt at a time.
