//! The steps of a request on its way to a route, and of its response on the way back.

pub mod access_log;
pub mod cors;
pub mod request_head;
pub mod response_memory;
