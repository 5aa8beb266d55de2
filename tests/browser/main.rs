//! Does a person succeed, and does nobody else? A real Chromium in front of the real program, with the real models.

mod support;

mod accessibility;
mod address_bar;
mod attacks;
mod camera;
mod crash;
mod privacy;
mod step_up;
