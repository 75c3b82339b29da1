//! The connection line: what an operator types once per hall.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use tokio_postgres::config::{Host, SslMode};

use crate::HallError;

/// How to reach the hall's database, and how long to wait for it.
///
/// The line is libpq's: `host=192.168.1.10 port=5432 user=gradbooth password=… dbname=gradbooth`, or
/// `postgresql://user@host/dbname`. One host, over TCP.
///
/// There is no TLS in this version: a line with `sslmode=require` is refused instead of being weakened. The hall's
/// cable is meant to be its own network (one switch, no way out). What travels then is what facts hold: numbers, keyed
/// hashes, booths, payments; names only in a batch that says so. With `scram-sha-256` in the server's `pg_hba.conf`
/// the password itself does not travel; with `password` it does, and this program cannot prevent a server from asking
/// for it.
#[derive(Clone)]
pub struct HallSettings {
    config: tokio_postgres::Config,
    host: String,
    port: u16,
    /// Longest wait for a connection, with everything until the first answer.
    pub connect_within: Duration,
    /// Longest wait for one answer; then the booth goes on alone.
    pub answer_within: Duration,
    /// Numbers that are kept for working alone. A booth photographs 350 an hour, ten minutes are 60.
    pub numbers_ahead: u32,
}

impl HallSettings {
    /// Reads a connection line.
    pub fn new(line: &str) -> Result<Self, HallError> {
        let mut config =
            tokio_postgres::Config::from_str(line).map_err(|_| HallError::Setting("not readable"))?;
        if config.get_ssl_mode() == SslMode::Require {
            return Err(HallError::Setting("TLS is not supported"));
        }
        config.ssl_mode(SslMode::Disable).application_name("gradbooth");
        let host = match config.get_hosts() {
            [Host::Tcp(host)] => host.clone(),
            [] => return Err(HallError::Setting("host is missing")),
            _ => return Err(HallError::Setting("one host, reached over TCP")),
        };
        if config.get_user().is_none() {
            return Err(HallError::Setting("user is missing"));
        }
        if config.get_dbname().is_none() {
            return Err(HallError::Setting("dbname is missing"));
        }
        let port = config.get_ports().first().copied().unwrap_or(5432);
        Ok(Self {
            config,
            host,
            port,
            connect_within: Duration::from_secs(4),
            answer_within: Duration::from_secs(3),
            numbers_ahead: 80,
        })
    }

    pub(crate) fn config(&self) -> &tokio_postgres::Config {
        &self.config
    }

    pub(crate) fn address(&self) -> (&str, u16) {
        (&self.host, self.port)
    }
}

impl fmt::Debug for HallSettings {
    /// Neither password nor user nor host: this ends up in logs.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HallSettings")
            .field("port", &self.port)
            .field("connect_within", &self.connect_within)
            .field("answer_within", &self.answer_within)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_reaches_neither_log_nor_error() {
        let line = "host=10.0.0.2 user=u password=geheim dbname=d";
        assert!(!format!("{:?}", HallSettings::new(line).unwrap()).contains("geheim"));
        for bad in
            ["host=10.0.0.2 password=geheim user=u nonsense=1", "postgresql://u:geheim@h/d?sslmode=require"]
        {
            let error = HallSettings::new(bad).unwrap_err();
            let said = format!("{error} {error:?} {:?}", error.text());
            assert!(!said.contains("geheim"), "{said}");
        }
    }

    #[test]
    fn a_line_is_whole_or_refused() {
        for bad in [
            "",
            "host=a user=u",
            "user=u dbname=d",
            "host=a dbname=d",
            "host=a,b user=u dbname=d",
            "host=/tmp user=u dbname=d",
            "host=a user=u dbname=d sslmode=require",
        ] {
            assert!(HallSettings::new(bad).is_err(), "{bad}");
        }
        assert_eq!(HallSettings::new("postgresql://u@hall:5433/d").unwrap().address(), ("hall", 5433));
    }
}
