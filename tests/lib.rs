//! Shared parts of the journeys: where things are, a station without a window, a sealed day, and the real window through
//! WebDriver.

pub mod booth;
pub mod laptop;
pub mod net;
pub mod places;
pub mod sealed_day;
pub mod stock;
pub mod webdriver;
