//! Letters leave by mail, or as files where there is no mail server.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use lettre::message::header::ContentType;
use lettre::message::{Mailbox, Message};
use lettre::{Address, AsyncSmtpTransport, AsyncTransport, Tokio1Executor};
use quittance_chassis::config::invalid;
use quittance_types::{Fault, NoticeId, Timestamp};
use serde::Deserialize;

use crate::letters::Written;

const SMTP_PORT: u16 = 25;
/// More of what a mail server says is not kept.
const LONGEST_ANSWER: usize = 300;

/// What `[service.mail]` holds; see `config.toml`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MailSettings {
    /// `smtp://host:port`; empty writes files.
    pub smtp: String,
    /// Where files are written.
    pub directory: PathBuf,
    /// The sender.
    pub from: String,
    /// Seconds to wait for the mail server.
    pub timeout_seconds: u64,
}

/// How a letter fared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sending {
    /// Taken, with what was said.
    Sent(String),
    /// Refused for good, with the reason.
    Bounced(String),
    /// Refused for now.
    Later(String),
    /// Nobody there to take it: the next letter will fare no better.
    Unreachable(String),
}

enum Way {
    Smtp(Box<AsyncSmtpTransport<Tokio1Executor>>),
    Files(PathBuf),
}

/// Sends letters.
pub struct Mailer {
    way: Way,
    from: Mailbox,
    sender: Arc<str>,
}

impl Mailer {
    /// The way the settings say.
    ///
    /// # Errors
    /// CONFIG_INVALID.
    pub fn new(settings: &MailSettings) -> Result<Self, Fault> {
        let from: Mailbox = settings.from.parse().map_err(|_| invalid("service.mail.from", "an address, with or without a name"))?;
        if !(1..=300).contains(&settings.timeout_seconds) {
            return Err(invalid("service.mail.timeout_seconds", "between 1 and 300"));
        }
        let way = if settings.smtp.is_empty() {
            Way::Files(settings.directory.clone())
        } else {
            let (host, port) = server(&settings.smtp).ok_or_else(|| invalid("service.mail.smtp", "smtp://host:port, or empty"))?;
            let builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(host).port(port);
            Way::Smtp(Box::new(builder.timeout(Some(Duration::from_secs(settings.timeout_seconds))).build()))
        };
        let sender = from.name.clone().unwrap_or_else(|| from.email.to_string()).into();
        Ok(Self { way, from, sender })
    }

    /// The name that signs letters.
    pub fn sender(&self) -> Arc<str> {
        Arc::clone(&self.sender)
    }

    /// Sends one letter under the Message-ID of its notice.
    pub async fn send(&self, written: &Written, now: Timestamp) -> Sending {
        let message = match self.message(written, now) {
            Ok(message) => message,
            Err(why) => return Sending::Bounced(why),
        };
        match &self.way {
            Way::Files(directory) => match write(directory, written.notice.id, &message.formatted()).await {
                Ok(file) => Sending::Sent(format!("written to {file}")),
                Err(error) => Sending::Unreachable(answer(&error.to_string())),
            },
            Way::Smtp(transport) => match transport.send(message).await {
                Ok(response) => {
                    let said: Vec<&str> = response.message().collect();
                    Sending::Sent(answer(&format!("{} {}", response.code(), said.join(" "))))
                }
                Err(error) => failed(&error),
            },
        }
    }

    fn message(&self, Written { notice, letter }: &Written, now: Timestamp) -> Result<Message, String> {
        let letter = letter.as_ref().ok_or_else(|| "no letter can be written about it: it is too long".to_owned())?;
        if notice.recipient.is_empty() {
            return Err("the customer has no contact with a mail address".to_owned());
        }
        let address: Address = notice.recipient.parse().map_err(|_| "the address is not a mail address".to_owned())?;
        let name = Some(notice.contact_name.clone()).filter(|name| !name.is_empty());
        let micros = u64::try_from(now.micros()).unwrap_or_default();
        Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(name, address))
            .subject(&letter.subject)
            .date(SystemTime::UNIX_EPOCH + Duration::from_micros(micros))
            .message_id(Some(format!("<{}@{}>", notice.id, self.from.email.domain())))
            .header(ContentType::TEXT_PLAIN)
            .body(letter.body.clone())
            .map_err(|error| format!("the letter cannot be put into a mail: {error}"))
    }
}

fn server(url: &str) -> Option<(&str, u16)> {
    let authority = url.strip_prefix("smtp://")?.trim_end_matches('/');
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) => (host, port.parse().ok()?),
        None => (authority, SMTP_PORT),
    };
    let is_plain = !host.is_empty() && !host.contains(['/', '@', '?', '#', ':']);
    is_plain.then_some((host, port))
}

fn failed(error: &lettre::transport::smtp::Error) -> Sending {
    let said = answer(&error.to_string());
    if error.is_permanent() {
        Sending::Bounced(said)
    } else if error.is_transient() {
        Sending::Later(said)
    } else {
        Sending::Unreachable(said)
    }
}

/// What a server said, on one line and not too long.
fn answer(said: &str) -> String {
    said.split_whitespace().collect::<Vec<_>>().join(" ").chars().filter(|character| !character.is_control()).take(LONGEST_ANSWER).collect()
}

/// Writes under another name first: whoever watches the directory sees whole letters only.
async fn write(directory: &Path, id: NoticeId, message: &[u8]) -> std::io::Result<String> {
    tokio::fs::create_dir_all(directory).await?;
    let name = format!("{id}.eml");
    let unfinished = directory.join(format!(".{id}.part"));
    tokio::fs::write(&unfinished, message).await?;
    tokio::fs::rename(&unfinished, directory.join(&name)).await?;
    Ok(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mail_server_is_a_host_and_a_port() {
        assert_eq!(server("smtp://mail.example:2525"), Some(("mail.example", 2525)));
        assert_eq!(server("smtp://mail.example/"), Some(("mail.example", 25)));
        for bad in ["mail.example", "smtps://mail.example", "smtp://", "smtp://me:secret@mail.example", "smtp://mail.example:port"] {
            assert_eq!(server(bad), None, "{bad}");
        }
    }
}
