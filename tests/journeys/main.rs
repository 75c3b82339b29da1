//! Journeys through the real parts without a window: real SQLite, real files, real models, the demo camera.

mod bad_input;
mod command_line;
mod day;
mod day_files;
mod hall_journey;
mod handover;
mod parcels;
mod plate;
mod serve;
mod sitting;
mod uploading;
