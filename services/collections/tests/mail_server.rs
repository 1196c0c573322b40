//! A mail server that speaks SMTP on a socket: `refused@` does not exist, `busy@` is told to come back once.

use std::collections::HashSet;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

pub struct MailServer {
    pub address: SocketAddr,
    state: Arc<Mutex<State>>,
    listener: JoinHandle<()>,
}

#[derive(Default)]
struct State {
    messages: Vec<String>,
    greylisted: HashSet<String>,
}

impl MailServer {
    pub async fn start() -> Self {
        Self::start_with(|| ()).await
    }

    /// A server that does this whenever it is told a recipient.
    pub async fn start_with(on_recipient: impl Fn() + Send + Sync + 'static) -> Self {
        let on_recipient: Arc<dyn Fn() + Send + Sync> = Arc::new(on_recipient);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (address, state) = (listener.local_addr().unwrap(), Arc::new(Mutex::new(State::default())));
        let shared = Arc::clone(&state);
        let listener = tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                tokio::spawn(converse(socket, Arc::clone(&shared), Arc::clone(&on_recipient)));
            }
        });
        Self { address, state, listener }
    }

    /// The messages taken, as they came.
    pub fn messages(&self) -> Vec<String> {
        self.state.lock().unwrap().messages.clone()
    }
}

impl Drop for MailServer {
    fn drop(&mut self) {
        self.listener.abort();
    }
}

async fn converse(socket: TcpStream, state: Arc<Mutex<State>>, on_recipient: Arc<dyn Fn() + Send + Sync>) -> std::io::Result<()> {
    let (reader, mut writer) = socket.into_split();
    let mut lines = BufReader::new(reader).lines();
    writer.write_all(b"220 mail.test\r\n").await?;
    while let Some(line) = lines.next_line().await? {
        let command = line.to_ascii_lowercase();
        if command.starts_with("rcpt to:") {
            on_recipient();
        }
        let answer = if command.starts_with("rcpt to:<refused@") {
            "550 5.1.1 no such user here"
        } else if command.starts_with("rcpt to:<busy@") && state.lock().unwrap().greylisted.insert(command.clone()) {
            "451 4.7.1 come back later"
        } else if command == "data" {
            writer.write_all(b"354 go on\r\n").await?;
            let mut message = String::new();
            while let Some(line) = lines.next_line().await?.filter(|line| line != ".") {
                message.push_str(&line);
                message.push('\n');
            }
            state.lock().unwrap().messages.push(message);
            "250 2.0.0 taken"
        } else if command == "quit" {
            return writer.write_all(b"221 bye\r\n").await;
        } else {
            "250 fine"
        };
        writer.write_all(format!("{answer}\r\n").as_bytes()).await?;
    }
    Ok(())
}
