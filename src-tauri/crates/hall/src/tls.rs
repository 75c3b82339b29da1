//! TLS to the hall's database, with the crew's own certificate authority and no other.
//!
//! What is proved is that the server's certificate was signed by that authority (libpq's `verify-ca`), not the name in
//! it: the laptop with the database gets another address in every gymnasium, and an authority that the crew made for
//! this one server signs nothing else.

use std::fmt;
use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};

use crate::HallError;

/// Most bytes of a file with certificates.
const MAX_PEM: usize = 256 * 1024;

/// What went wrong with the encryption.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TlsFault {
    /// The server does not encrypt.
    NotOffered,
    /// Another authority has signed the server's certificate.
    UnknownIssuer,
    /// The certificate is not valid today, by this laptop's clock.
    Expired,
    /// Anything else.
    Handshake,
}

impl TlsFault {
    /// Finds the fault behind a failed handshake.
    pub(crate) fn of(error: &tokio_postgres::Error) -> Self {
        let mut source = std::error::Error::source(error);
        // What tokio-postgres says of a server without encryption; it has no name for it.
        if source.is_some_and(|said| said.to_string() == "server does not support TLS") {
            return Self::NotOffered;
        }
        while let Some(inner) = source {
            let inner_of_io = inner.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
            let rustls = inner_of_io.map_or_else(
                || inner.downcast_ref::<rustls::Error>(),
                |boxed| boxed.downcast_ref::<rustls::Error>(),
            );
            if let Some(rustls::Error::InvalidCertificate(fault)) = rustls {
                return match fault {
                    CertificateError::Expired
                    | CertificateError::ExpiredContext { .. }
                    | CertificateError::NotValidYet
                    | CertificateError::NotValidYetContext { .. } => Self::Expired,
                    _ => Self::UnknownIssuer,
                };
            }
            source = inner.source();
        }
        Self::Handshake
    }
}

/// A client's side that trusts the authorities in `pem` and nobody else.
pub(crate) fn client(pem: &[u8]) -> Result<ClientConfig, HallError> {
    let unreadable = || HallError::Setting("the CA file holds no certificate");
    if pem.len() > MAX_PEM {
        return Err(unreadable());
    }
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(pem) {
        let certificate = certificate.map_err(|_| unreadable())?;
        roots.add(certificate).map_err(|_| unreadable())?;
    }
    if roots.is_empty() {
        return Err(unreadable());
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let inner = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider.clone())
        .build()
        .map_err(|_| unreadable())?;
    let verifier = Arc::new(SignedByOurs { inner, provider: provider.clone() });
    Ok(ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|_| HallError::System("TLS versions".to_owned()))?
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_no_client_auth())
}

/// Everything that rustls checks, but for the name.
struct SignedByOurs {
    inner: Arc<WebPkiServerVerifier>,
    provider: Arc<CryptoProvider>,
}

impl fmt::Debug for SignedByOurs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SignedByOurs")
    }
}

impl ServerCertVerifier for SignedByOurs {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        match self.inner.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now) {
            // Asked last, after the chain and the dates.
            Err(rustls::Error::InvalidCertificate(
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
            )) => Ok(ServerCertVerified::assertion()),
            other => other,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        rustls::crypto::verify_tls12_signature(
            message,
            cert,
            dss,
            &self.provider.signature_verification_algorithms,
        )
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        rustls::crypto::verify_tls13_signature(
            message,
            cert,
            dss,
            &self.provider.signature_verification_algorithms,
        )
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
