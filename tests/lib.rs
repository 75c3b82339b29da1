//! Shared parts of the journeys: where things are, a station without a window, and the real window through
//! WebDriver.

pub mod booth;
pub mod net;
pub mod places;
pub mod stock;
pub mod webdriver;
