//! TLS in front of a server, with an authority of our own.

use std::io::Write;
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, date_time_ymd};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use super::wire::{ask, read_request};

/// An authority that signs certificates.
pub struct Authority(CertifiedIssuer<'static, KeyPair>);

/// A certificate to serve with.
pub struct Served {
    /// Names that it is made out to.
    pub names: Vec<String>,
    /// Years between which it holds.
    pub years: (i32, i32),
}

impl Default for Served {
    fn default() -> Self {
        Self { names: vec!["localhost".into(), "127.0.0.1".into()], years: (2020, 2090) }
    }
}

impl Authority {
    /// A new one.
    pub fn new(name: &str) -> Self {
        let mut params = CertificateParams::new(Vec::new()).expect("no names");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, name);
        (params.not_before, params.not_after) = (date_time_ymd(2020, 1, 1), date_time_ymd(2090, 1, 1));
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().expect("a key")).expect("signed"))
    }

    /// Its certificate, as it is given to those who are to trust it.
    pub fn pem(&self) -> String {
        self.0.pem()
    }

    /// Starts TLS in front of `upstream`; gives the port, and the number of requests that came through.
    pub fn front(&self, upstream: u16, served: &Served) -> (u16, Arc<AtomicU64>) {
        let mut params = CertificateParams::new(served.names.clone()).expect("names");
        (params.not_before, params.not_after) =
            (date_time_ymd(served.years.0, 1, 1), date_time_ymd(served.years.1, 1, 1));
        let key = KeyPair::generate().expect("a key");
        let certificate = params.signed_by(&key, &self.0).expect("signed");
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key)
            .expect("a pair");
        let config = Arc::new(config);
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().expect("its port").port();
        let through = Arc::new(AtomicU64::new(0));
        let told = through.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (config, told) = (config.clone(), told.clone());
                std::thread::spawn(move || drop(pass(stream, config, upstream, &told)));
            }
        });
        (port, through)
    }
}

fn pass(
    stream: TcpStream,
    config: Arc<ServerConfig>,
    upstream: u16,
    told: &AtomicU64,
) -> std::io::Result<()> {
    let connection = ServerConnection::new(config).map_err(std::io::Error::other)?;
    let mut stream = StreamOwned::new(connection, stream);
    let request = read_request(&mut stream)?;
    told.fetch_add(1, Ordering::Relaxed);
    stream.write_all(&ask(upstream, &request.whole)?)?;
    stream.conn.send_close_notify();
    stream.flush()
}
