//! One kept-alive HTTP/1.1 connection to a server on this machine, with as little between the socket and the clock as can be:
//! a request is bytes made beforehand, an answer is read into memory that is used again.

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::Failure;

/// The longest answer that is taken.
const LONGEST: usize = 1 << 20;

/// A connection, and what was last answered over it.
pub struct Connection {
    port: u16,
    stream: Option<TcpStream>,
    answer: Vec<u8>,
}

/// What was answered.
#[derive(Debug)]
pub struct Answer<'a> {
    /// The status code.
    pub status: u16,
    /// The body.
    pub body: &'a [u8],
    head: &'a str,
}

impl Answer<'_> {
    /// The values of a header, named in lower case.
    pub fn headers(&self, name: &str) -> impl Iterator<Item = &str> {
        headers(self.head, name)
    }

    /// Where it leads.
    pub fn location(&self) -> Result<&str, Failure> {
        self.headers("location").next().ok_or_else(|| self.unexpected("leads nowhere"))
    }

    /// The answer, if it has this status.
    pub fn expect(self, status: u16) -> Result<Self, Failure> {
        if self.status == status { Ok(self) } else { Err(self.unexpected(&format!("is not {status}"))) }
    }

    fn unexpected(&self, why: &str) -> Failure {
        let (head, body) = (self.head, String::from_utf8_lossy(self.body));
        format!("an answer {why}:\n{head}\n{}", body.chars().take(2_000).collect::<String>()).into()
    }
}

impl Connection {
    /// To a port of this machine; it is opened with the first request.
    pub fn to(port: u16) -> Self {
        Self { port, stream: None, answer: Vec::with_capacity(16 * 1024) }
    }

    /// Closes it, since a server does so itself where nothing was asked for a while.
    pub fn rest(&mut self) {
        self.stream = None;
    }

    /// Sends a whole request and reads the whole answer.
    pub async fn ask(&mut self, request: &[u8]) -> Result<Answer<'_>, Failure> {
        let stream = match &mut self.stream {
            Some(stream) => stream,
            none => {
                let stream = TcpStream::connect(("127.0.0.1", self.port)).await?;
                stream.set_nodelay(true)?;
                none.insert(stream)
            }
        };
        stream.write_all(request).await?;
        self.answer.clear();
        let (head, length) = loop {
            read_more(stream, &mut self.answer).await?;
            if let Some(end) = end_of_head(&self.answer) {
                break (end, length_of_body(self.answer.get(..end).unwrap_or_default())?);
            }
        };
        while self.answer.len() < head + length {
            read_more(stream, &mut self.answer).await?;
        }
        let (head, body) = self.answer.split_at_checked(head).ok_or("an answer without a head")?;
        let head = std::str::from_utf8(head)?;
        let status = head.split(' ').nth(1).and_then(|code| code.parse().ok()).ok_or("no status")?;
        Ok(Answer { status, body, head })
    }
}

async fn read_more(stream: &mut TcpStream, into: &mut Vec<u8>) -> Result<(), Failure> {
    match stream.read_buf(into).await? {
        0 => Err("the server closed the connection".into()),
        _ if into.len() > LONGEST => Err("an answer is too long".into()),
        _ => Ok(()),
    }
}

fn end_of_head(answer: &[u8]) -> Option<usize> {
    answer.windows(4).position(|four| four == b"\r\n\r\n").map(|at| at + 4)
}

/// Both servers name a length for everything that is asked of them here.
fn length_of_body(head: &[u8]) -> Result<usize, Failure> {
    let head = std::str::from_utf8(head)?;
    let named = headers(head, "content-length").next();
    Ok(named.ok_or_else(|| format!("an answer names no length:\n{head}"))?.parse()?)
}

fn headers<'a>(head: &'a str, name: &str) -> impl Iterator<Item = &'a str> {
    head.split("\r\n").skip(1).filter_map(move |line| {
        let (found, value) = line.split_once(':')?;
        found.eq_ignore_ascii_case(name).then(|| value.trim())
    })
}
