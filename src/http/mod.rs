//! HTTP: how requests arrive, what answers them, and how the responses leave.
//!
//! This layer owns headers, status codes and media types. It reads who is calling (bearer token, address, device headers)
//! into plain values before anything else sees a request. It knows no operation of the API, no SQL and no password.
//!
//! In the order of a request's life:
//!
//! | file | what it does |
//! |---|---|
//! | `server/` | accepts connections, speaks HTTP on them, and ends those that are idle, slow or not needed any more |
//! | `lifecycle` | the steps of a shutdown that loses no request |
//! | `site` | what every request passes: its id, its checks, the logs, and the headers of every response |
//! | `arrival` | the sender of a request and its id |
//! | `router` | maps paths to handlers |
//! | `app_state` | what handlers share, and the settings of this layer |
//! | `layers/` | the parts of that: size and `Host`, CORS, the access log, and the memory of responses |
//! | `request/` | what a request says: client and device, media types, cookies, body, parameters |
//! | `graphql/` | the GraphQL endpoint |
//! | `pages/` | the pages of mailed links, GraphiQL, and the mailbox of captured mail |
//! | `well_known` | discovery, the public keys, and the way to the page where a password is changed |
//! | `health` | the probes of orchestrators and load balancers |

mod app_state;
mod arrival;
mod graphql;
mod health;
mod layers;
mod lifecycle;
mod pages;
mod request;
mod router;
mod server;
mod site;
mod well_known;

pub use app_state::{AppState, HttpOptions};
pub use layers::response_memory::ResponseMemory;
pub use lifecycle::Lifecycle;
pub use pages::{PageError, PageOptions, Pages};
pub use request::body::BodyMemory;
pub use request::cookies::{CookieOptions, CookieSameSite, CookieScheme};
pub use request::origins::CorsOrigins;
pub use request::proxies::TrustedProxies;
pub use server::listener::listen;
pub use server::{ServerOptions, serve};
pub use site::Site;
pub use well_known::{Discovery, Jwks};
