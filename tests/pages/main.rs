//! Do the pages hold what they promise? Every page in every state, its headers, its weight, its scripts.

mod assets;
mod consent;
mod contrast;
mod headers;
mod html;
mod render;
mod samples;
mod scripts;
