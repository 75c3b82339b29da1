//! Servers of the upload's journeys, on loopback: an S3 store that we did not write, a plain endpoint, and everything
//! that stands between a booth and them and spoils things.

pub mod endpoint;
pub mod faulty;
pub mod moto;
pub mod proxy;
pub mod python;
pub mod tls;
pub mod wire;
