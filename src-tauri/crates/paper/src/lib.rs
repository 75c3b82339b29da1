//! What is printed: sheets of pictures, proof sheets, the report of a day, as PDF.
