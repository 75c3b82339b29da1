//! What the screens of the handover are told.
