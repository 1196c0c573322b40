//! The engine alone on a folder of anyone's data.
