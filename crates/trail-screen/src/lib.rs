//! Terminal bytes to a screen of cells, made for reading the text back.
