//! Spreadsheets in and out: rosters, schedules and results as schools write them; lists as offices open them.
