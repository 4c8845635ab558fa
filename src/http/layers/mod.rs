//! The layers that every request passes on its way to a handler, and its response on the way back, from the outside to
//! the inside.

pub mod access_log;
pub mod cors;
pub mod request_head;
pub mod request_id;
pub mod response_memory;
