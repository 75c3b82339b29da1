//! A code for the window, a sentence for the operator, a story for the log.

use domain::Text;
use serde::Serialize;
use ts_rs::TS;

/// Why an operation was not done. All data is as it was.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct ApiError {
    /// Stable name, for the window and for tests.
    pub code: String,
    /// What happened and what to do next.
    pub text: Text,
    /// For the log; never shown, never holds an identity or a payload.
    #[serde(skip)]
    #[ts(skip)]
    pub story: String,
}

impl ApiError {
    /// An error with its sentence in both languages.
    pub fn new(code: impl Into<String>, zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self { code: code.into(), text: Text::new(zh, en), story: String::new() }
    }

    /// The same with what the log should tell.
    pub fn with_story(mut self, story: impl std::fmt::Display) -> Self {
        self.story = story.to_string();
        self
    }
}

impl std::fmt::Display for ApiError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.code, self.text.en)?;
        if self.story.is_empty() { Ok(()) } else { write!(f, " ({})", self.story) }
    }
}

impl std::error::Error for ApiError {}
