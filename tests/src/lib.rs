//! Nothing: this member exists for its tests over the whole suite.
