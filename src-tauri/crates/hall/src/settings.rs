//! The connection line: what an operator types once per hall.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use tokio_postgres::config::{Host, SslMode};

use crate::HallError;

/// Where the hall's database is, as an operator types it.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct HallAddress {
    /// Name or address of the computer.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// Name of the database.
    pub database: String,
    /// Who.
    pub user: String,
    /// With what; empty for none.
    pub password: String,
}

/// How to reach the hall's database, and how long to wait for it.
///
/// Made from the fields of the settings, or from libpq's line: `host=192.168.1.10 port=5432 user=gradbooth password=…
/// dbname=gradbooth`, or `postgresql://user@host/dbname`. One host, over TCP.
///
/// Encrypted after [`HallSettings::with_ca`], and then never without; a line with `sslmode=require` and no authority is
/// refused instead of being weakened. Without, the hall's cable is meant to be its own network (one switch, no way out).
/// What travels is what facts hold: numbers, keyed hashes, booths, payments; names only in a batch that says so. With
/// `scram-sha-256` in the server's `pg_hba.conf` the password itself does not travel.
#[derive(Clone)]
pub struct HallSettings {
    config: tokio_postgres::Config,
    host: String,
    port: u16,
    tls: Option<Arc<rustls::ClientConfig>>,
    /// Longest wait for a connection, with everything until the first answer.
    pub connect_within: Duration,
    /// Longest wait for one answer; then the booth goes on alone.
    pub answer_within: Duration,
    /// Numbers that are kept for working alone. A booth photographs 350 an hour, ten minutes are 60.
    pub numbers_ahead: u32,
}

impl HallSettings {
    /// From the fields of the settings.
    pub fn of(address: &HallAddress) -> Result<Self, HallError> {
        let field = |text: &str, what| {
            let text = text.trim();
            if text.is_empty() || text.chars().count() > 200 || text.chars().any(char::is_control) {
                return Err(HallError::Setting(what));
            }
            Ok(text.to_owned())
        };
        let mut config = tokio_postgres::Config::new();
        let host = field(&address.host, "host is missing")?;
        if host.starts_with('/') || address.port == 0 {
            return Err(HallError::Setting("one host, reached over TCP"));
        }
        config.host(&host).port(address.port);
        config.user(field(&address.user, "user is missing")?);
        config.dbname(field(&address.database, "dbname is missing")?);
        if !address.password.is_empty() {
            config.password(&address.password);
        }
        config.ssl_mode(SslMode::Disable).application_name("gradbooth");
        Ok(Self::with(config, host, address.port))
    }

    fn with(config: tokio_postgres::Config, host: String, port: u16) -> Self {
        Self {
            config,
            host,
            port,
            tls: None,
            connect_within: Duration::from_secs(4),
            answer_within: Duration::from_secs(3),
            numbers_ahead: 80,
        }
    }

    /// Encrypts, and trusts only servers whose certificate one of the authorities in `pem` has signed.
    pub fn with_ca(mut self, pem: &[u8]) -> Result<Self, HallError> {
        self.tls = Some(Arc::new(crate::tls::client(pem)?));
        self.config.ssl_mode(SslMode::Require);
        Ok(self)
    }

    /// Reads a connection line.
    pub fn new(line: &str) -> Result<Self, HallError> {
        let mut config =
            tokio_postgres::Config::from_str(line).map_err(|_| HallError::Setting("not readable"))?;
        if config.get_ssl_mode() == SslMode::Require {
            return Err(HallError::Setting("TLS needs the CA file"));
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
        Ok(Self::with(config, host, port))
    }

    pub(crate) fn tls(&self) -> Option<Arc<rustls::ClientConfig>> {
        self.tls.clone()
    }

    pub(crate) fn config(&self) -> &tokio_postgres::Config {
        &self.config
    }

    pub(crate) fn address(&self) -> (&str, u16) {
        (&self.host, self.port)
    }
}

impl fmt::Debug for HallAddress {
    /// Neither password nor user nor host: this ends up in logs.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HallAddress").field("port", &self.port).finish_non_exhaustive()
    }
}

impl fmt::Debug for HallSettings {
    /// Neither password nor user nor host: this ends up in logs.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HallSettings")
            .field("port", &self.port)
            .field("tls", &self.tls.is_some())
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
