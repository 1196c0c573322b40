//! The cash application engine: bank lines and open items in, proposals with their evidence out. Pure and in memory.
