//! A TCP stream with one deadline for everything on it, a limit of bytes, and a record of what came.

use std::io::{Error, ErrorKind, Read, Result, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

/// Why the transport itself ended the exchange.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stopped {
    TimedOut,
    TooMuch,
}

#[derive(Debug)]
pub(super) struct Transport {
    stream: TcpStream,
    deadline: Instant,
    most: usize,
    received: Vec<u8>,
    stopped: Option<Stopped>,
}

impl Transport {
    pub(super) fn connect(address: SocketAddr, deadline: Instant, most: usize) -> std::result::Result<Self, String> {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err("the time for this endpoint is over".to_owned());
        }
        let stream = TcpStream::connect_timeout(&address, left).map_err(|e| e.kind().to_string())?;
        Ok(Self::over(stream, deadline, most))
    }

    pub(super) fn over(stream: TcpStream, deadline: Instant, most: usize) -> Self {
        let _ = stream.set_nodelay(true);
        Self { stream, deadline, most, received: Vec::new(), stopped: None }
    }

    pub(super) fn received(&self) -> &[u8] {
        &self.received
    }

    pub(super) const fn stopped(&self) -> Option<Stopped> {
        self.stopped
    }

    pub(super) fn local_address(&self) -> Option<SocketAddr> {
        self.stream.local_addr().ok()
    }

    fn left(&mut self) -> Result<Duration> {
        let left = self.deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            self.stopped = Some(Stopped::TimedOut);
            return Err(ErrorKind::TimedOut.into());
        }
        Ok(left)
    }

    fn note(&mut self, error: Error) -> Error {
        if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) {
            self.stopped = Some(Stopped::TimedOut);
            // Not WouldBlock: OpenSSL would take that for an invitation to try again.
            return ErrorKind::TimedOut.into();
        }
        error
    }
}

impl Read for Transport {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        if self.received.len() >= self.most {
            self.stopped = Some(Stopped::TooMuch);
            return Err(ErrorKind::InvalidData.into());
        }
        let count = loop {
            let left = self.left()?;
            self.stream.set_read_timeout(Some(left))?;
            match self.stream.read(buffer) {
                // A signal to this process is not the peer hanging up.
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                read => break read.map_err(|e| self.note(e))?,
            }
        };
        self.received.extend_from_slice(buffer.get(..count).unwrap_or_default());
        Ok(count)
    }
}

impl Write for Transport {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        let left = self.left()?;
        self.stream.set_write_timeout(Some(left))?;
        let written = self.stream.write(bytes);
        written.map_err(|e| self.note(e))
    }

    fn flush(&mut self) -> Result<()> {
        self.stream.flush()
    }
}
