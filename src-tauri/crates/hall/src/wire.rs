//! A connection that a bad server can neither hold up nor fill the memory through.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use rustls::ClientConfig;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::runtime::Runtime;
use tokio_postgres::tls::{MakeTlsConnect, TlsConnect};
use tokio_postgres::{AsyncMessage, Client, NoTls};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::{HallError, HallSettings};

/// Most bytes of one answer: a page of 500 facts has at most 2 MB.
const MAX_ANSWER: usize = 16 << 20;

/// A TCP stream that ends when a server sends more than an answer can have.
struct Metered {
    stream: TcpStream,
    left: Arc<AtomicUsize>,
}

impl AsyncRead for Metered {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let polled = Pin::new(&mut self.stream).poll_read(cx, buf);
        let read = buf.filled().len() - before;
        let left = self.left.load(Ordering::Relaxed);
        if read > left {
            return Poll::Ready(Err(io::ErrorKind::InvalidData.into()));
        }
        self.left.store(left - read, Ordering::Relaxed);
        polled
    }
}

impl AsyncWrite for Metered {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

/// Opens the session and lets a task of its own move the connection.
async fn open<T>(
    settings: &HallSettings,
    stream: Metered,
    tls: T,
    tell: tokio::sync::mpsc::Sender<()>,
) -> Result<Client, HallError>
where
    T: TlsConnect<Metered>,
    T::Stream: Send + 'static,
{
    let (client, mut connection) = settings.config().connect_raw(stream, tls).await?;
    tokio::spawn(async move {
        while let Some(Ok(message)) = std::future::poll_fn(|cx| connection.poll_message(cx)).await {
            if matches!(message, AsyncMessage::Notification(_)) {
                let _ = tell.try_send(());
            }
        }
    });
    Ok(client)
}

/// A connection and the runtime that moves it. Belongs to one thread; must not be used inside another runtime.
pub(crate) struct Wire {
    // Dropped first: the task that moves the connection lives in it.
    runtime: Runtime,
    client: Client,
    left: Arc<AtomicUsize>,
    heard: tokio::sync::mpsc::Receiver<()>,
    answer_within: Duration,
}

impl Wire {
    /// Connects and sets what holds for the session.
    pub(crate) fn connect(settings: &HallSettings) -> Result<Self, HallError> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| HallError::System(error.kind().to_string()))?;
        let left = Arc::new(AtomicUsize::new(MAX_ANSWER));
        let within = settings.connect_within;
        // One place is enough: a notification says that something has changed, not what.
        let (tell, heard) = tokio::sync::mpsc::channel(1);
        let meter = left.clone();
        let opening = async {
            let addresses: Vec<_> = tokio::net::lookup_host(settings.address())
                .await
                .map_err(|_| HallError::UnknownHost)?
                .collect();
            let stream = TcpStream::connect(&addresses[..])
                .await
                .map_err(|error| HallError::Unreachable(error.kind().to_string()))?;
            let _ = stream.set_nodelay(true);
            let stream = Metered { stream, left: meter };
            let client = match settings.tls() {
                None => open(settings, stream, NoTls, tell).await?,
                Some(tls) => {
                    let mut maker = MakeRustlsConnect::new(ClientConfig::clone(&tls));
                    let Ok(tls) =
                        MakeTlsConnect::<Metered>::make_tls_connect(&mut maker, settings.address().0);
                    open(settings, stream, tls, tell).await?
                }
            };
            let limit = settings.answer_within.as_millis();
            // A booth that dies in the middle of a transaction must not keep rows locked.
            let session = format!(
                "SET statement_timeout = {limit}; SET lock_timeout = {limit};
                 SET idle_in_transaction_session_timeout = {}; SET synchronous_commit = on; SET search_path = pg_catalog",
                limit * 2
            );
            client.batch_execute(&session).await?;
            Ok(client)
        };
        let client = runtime.block_on(async {
            tokio::time::timeout(within, opening).await.unwrap_or(Err(HallError::TimedOut(within)))
        })?;
        Ok(Self { runtime, client, left, heard, answer_within: settings.answer_within })
    }

    /// Runs one exchange within the time for an answer. After a [`HallError::cuts_off`] the wire is of no more use.
    pub(crate) fn run<'a, T, F>(
        &'a mut self,
        exchange: impl FnOnce(&'a mut Client) -> F,
    ) -> Result<T, HallError>
    where
        F: Future<Output = Result<T, HallError>> + 'a,
    {
        self.left.store(MAX_ANSWER, Ordering::Relaxed);
        let within = self.answer_within;
        let exchange = exchange(&mut self.client);
        self.runtime.block_on(async {
            tokio::time::timeout(within, exchange).await.unwrap_or(Err(HallError::TimedOut(within)))
        })
    }

    /// Waits for a notification: whether one came.
    pub(crate) fn listen(&mut self, at_most: Duration) -> Result<bool, HallError> {
        self.left.store(MAX_ANSWER, Ordering::Relaxed);
        let heard = &mut self.heard;
        match self.runtime.block_on(async { tokio::time::timeout(at_most, heard.recv()).await }) {
            Ok(Some(())) => Ok(true),
            Ok(None) => Err(HallError::Unreachable("connection lost".to_owned())),
            Err(_) => Ok(false),
        }
    }
}
