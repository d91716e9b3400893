#![allow(dead_code)]
mod classifier;
mod clock;
mod environments;
mod puppet;
fn main() {}
