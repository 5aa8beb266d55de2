//! JOSE: what is signed, what is sealed on its way, and what is sealed at rest. The only place that names `josekit`.

pub mod envelope;
