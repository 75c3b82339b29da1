//! Why the hall did not do it, in codes for the program and sentences for the operator.

use std::fmt;
use std::time::Duration;

use domain::{ShotNumber, Text, TicketRefusal};
use facts::FactError;
use thiserror::Error;

use crate::TlsFault;

/// How the system names a port on which nobody listens.
const REFUSED: &str = "connection refused";
/// SQLSTATE of a wrong password.
const WRONG_PASSWORD: &str = "28P01";
/// SQLSTATE of a user or computer that may not come in.
const NOT_ALLOWED: &str = "28000";

/// Nothing has changed, unless a variant says otherwise. Holds no password, no address, no code and no name.
#[derive(Debug, Error)]
pub enum HallError {
    /// Not a name of the kind that is needed.
    #[error("not acceptable: {0}")]
    Name(&'static str),
    /// The connection line cannot be used as it is.
    #[error("connection line: {0}")]
    Setting(&'static str),
    /// The server cannot be reached, or the connection broke.
    #[error("the server cannot be reached: {0}")]
    Unreachable(String),
    /// The server did not answer in time. Whether it did what was asked is seen when it is back.
    #[error("no answer within {0:?}")]
    TimedOut(Duration),
    /// No computer of that name is known.
    #[error("the host's name is unknown")]
    UnknownHost,
    /// Encryption was wanted and is not to be had with this server.
    #[error("TLS: {0:?}")]
    Tls(TlsFault),
    /// User or password were refused, or the user may not do this: an SQLSTATE, or how the server wanted to be told.
    #[error("the server refuses access ({0})")]
    Access(String),
    /// There is no database of that name.
    #[error("no such database")]
    NoDatabase,
    /// No batch under this key in the hall's database.
    #[error("no such batch in the hall")]
    NoBatch,
    /// The hall's batch was shared under another secret.
    #[error("another secret than the hall's batch has")]
    OtherSecret,
    /// The database holds something else under our name.
    #[error("a schema that this program has not made")]
    ForeignSchema,
    /// A newer program made the schema.
    #[error("the hall's schema has version {found}, this program knows {known}")]
    TooNew {
        /// There.
        found: i32,
        /// Here.
        known: i32,
    },
    /// The server answered with what no such server answers.
    #[error("an answer that cannot be right: {0}")]
    Hostile(&'static str),
    /// The database refused a statement.
    #[error("database: {0}")]
    Database(String),
    /// A fact that no station of this program writes.
    #[error("not a fact of this program")]
    BadFact,
    /// Another laptop takes part under this booth's name.
    #[error("the booth's name is taken by another station")]
    BoothTaken,
    /// The batch was set up in this hall with another rule on names.
    #[error("the batch has another rule on names in this hall")]
    OtherRule,
    /// Names do not travel in this batch.
    #[error("names stay at the booth in this batch")]
    NamesStay,
    /// No ticket of that name or number.
    #[error("no such ticket")]
    UnknownTicket,
    /// Two tickets carry this number: which one is meant has to be said by its code.
    #[error("number {0} was given out twice")]
    NumberDoubled(ShotNumber),
    /// This booth has somebody already.
    #[error("number {0} is at this booth")]
    BoothBusy(ShotNumber),
    /// Cut off from the hall, a booth calls only those that it had or that got their number from it.
    #[error("alone, this ticket cannot be called here")]
    NotOurs,
    /// Cut off from the hall, and all reserved numbers are used.
    #[error("no reserved number is left")]
    NoNumbers,
    /// This code has a number already.
    #[error("this code has number {0}")]
    HasNumber(ShotNumber),
    /// A picture of this code was accepted already.
    #[error("this code was photographed as number {0}")]
    AlreadyShot(ShotNumber),
    /// The ticket's rules refuse the step.
    #[error("number {0}: {1:?}")]
    Ticket(ShotNumber, TicketRefusal),
    /// The journal on this booth's disk refused.
    #[error("journal: {0}")]
    Journal(#[from] JournalError),
    /// Too many requests wait already.
    #[error("the mailbox is full")]
    Busy,
    /// The hall's thread has ended.
    #[error("the hall's thread has ended")]
    Stopped,
    /// The system refused a thread or a runtime.
    #[error("system: {0}")]
    System(String),
}

/// What a journal answers when it cannot write or read.
#[derive(Debug, Error)]
#[error(transparent)]
pub struct JournalError(#[from] pub Box<dyn std::error::Error + Send + Sync>);

impl HallError {
    /// Fixed name of the failure, for programs. Never rename one.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Name(_) => "hall_name",
            Self::Setting(_) => "hall_setting",
            Self::Unreachable(kind) if kind == REFUSED => "hall_refused",
            Self::Unreachable(_) => "hall_unreachable",
            Self::UnknownHost => "hall_unknown_host",
            Self::Tls(TlsFault::NotOffered) => "hall_tls_not_offered",
            Self::Tls(TlsFault::UnknownIssuer) => "hall_tls_issuer",
            Self::Tls(TlsFault::Expired) => "hall_tls_expired",
            Self::Tls(TlsFault::Handshake) => "hall_tls",
            Self::NoDatabase => "hall_no_database",
            Self::NoBatch => "hall_no_batch",
            Self::OtherSecret => "hall_other_secret",
            Self::Access(state) if state == WRONG_PASSWORD => "hall_password",
            Self::Access(state) if state == NOT_ALLOWED => "hall_not_allowed",
            Self::TimedOut(_) => "hall_timeout",
            Self::Access(_) => "hall_access",
            Self::ForeignSchema => "hall_foreign_schema",
            Self::TooNew { .. } => "hall_too_new",
            Self::Hostile(_) => "hall_bad_answer",
            Self::Database(_) => "hall_database",
            Self::BadFact => "hall_bad_fact",
            Self::BoothTaken => "hall_booth_taken",
            Self::OtherRule => "hall_other_rule",
            Self::NamesStay => "hall_names_stay",
            Self::UnknownTicket => "hall_unknown_ticket",
            Self::NumberDoubled(_) => "hall_number_doubled",
            Self::BoothBusy(_) => "hall_booth_busy",
            Self::NotOurs => "hall_not_ours",
            Self::NoNumbers => "hall_no_numbers",
            Self::HasNumber(_) => "hall_has_number",
            Self::AlreadyShot(_) => "hall_already_shot",
            Self::Ticket(..) => "hall_ticket",
            Self::Journal(_) => "hall_journal",
            Self::Busy => "hall_busy",
            Self::Stopped => "hall_stopped",
            Self::System(_) => "hall_system",
        }
    }

    /// Whether the connection is of no use any more and the booth goes on alone.
    pub fn cuts_off(&self) -> bool {
        matches!(
            self,
            Self::Unreachable(_)
                | Self::UnknownHost
                | Self::Tls(_)
                | Self::NoDatabase
                | Self::TimedOut(_)
                | Self::Access(_)
                | Self::ForeignSchema
                | Self::TooNew { .. }
                | Self::Hostile(_)
                | Self::Database(_)
        )
    }

    /// What happened and what to do.
    pub fn text(&self) -> Text {
        match self {
            Self::Name(_) => Text::new(
                "站号、批次号或机位名不合规定。请在设置里改正。",
                "A station id, batch key or booth name is not acceptable. Correct it in the settings.",
            ),
            Self::Setting(what) => Text::new(
                format!("数据库连接行不能用（{what}）。请在设置里改正。"),
                format!("The connection line cannot be used ({what}). Correct it in the settings."),
            ),
            Self::Unreachable(kind) if kind == REFUSED => Text::new(
                "找到了那台电脑，但它的这个端口没有数据库在听。请确认 PostgreSQL 已启动、允许局域网连接，端口和防火墙设置正确。",
                "That computer is there, but no database listens on the port. Make sure that PostgreSQL runs, listens on the network, and that port and firewall are right.",
            ),
            Self::UnknownHost => Text::new(
                "找不到这个名字的电脑。请填写数据库那台电脑的 IP 地址，例如 192.168.1.10。",
                "No computer of that name is known. Write the address of the database's computer, e.g. 192.168.1.10.",
            ),
            Self::Tls(TlsFault::NotOffered) => Text::new(
                "数据库没有开启加密连接。请在数据库上打开 ssl，或去掉“证书”一栏。",
                "The database does not encrypt. Switch on ssl there, or empty the certificate field.",
            ),
            Self::Tls(TlsFault::UnknownIssuer) => Text::new(
                "数据库的证书不是用所选 CA 签发的，已拒绝连接。可能连到了别人的电脑，或选错了 CA 文件。",
                "The database's certificate was not signed by the chosen authority; refused. It may be somebody else's computer, or the wrong CA file.",
            ),
            Self::Tls(TlsFault::Expired) => Text::new(
                "数据库的证书今天无效（未到期或已过期）。请检查本机日期，或换新证书。",
                "The database's certificate is not valid today. Check this laptop's date, or make a new certificate.",
            ),
            Self::Tls(TlsFault::Handshake) => Text::new(
                "加密连接没有建立，已拒绝连接。请检查数据库的 ssl 设置和 CA 文件。",
                "No encrypted connection could be made; refused. Check the database's ssl settings and the CA file.",
            ),
            Self::NoDatabase => Text::new(
                "服务器上没有这个名字的数据库。请先在那台电脑上建立，或改正“数据库”一栏。",
                "There is no database of that name. Make it on that computer, or correct the database field.",
            ),
            Self::NoBatch => Text::new(
                "现场数据库里没有这个批次。请在第一台机位上先共享批次。",
                "The hall has no such batch. Share it from the first booth.",
            ),
            Self::OtherSecret => Text::new(
                "入场码与这个批次不符。请对照第一台机位上显示的入场码重新输入。",
                "The join code does not fit this batch. Compare it with the first booth's screen and type it again.",
            ),
            Self::Access(state) if state == WRONG_PASSWORD => {
                Text::new("数据库用户名或密码不对。", "The database refuses user or password.")
            }
            Self::Access(state) if state == NOT_ALLOWED => Text::new(
                "数据库不允许这台电脑或这个用户连接。请检查用户名，以及 pg_hba.conf 是否允许本机的网段。",
                "The database does not allow this computer or user. Check the user name and pg_hba.conf for this network.",
            ),
            Self::Unreachable(_) | Self::TimedOut(_) => Text::new(
                "连不上现场数据库，本机位单独继续，恢复后自动合并。请检查网线、交换机和那台电脑。",
                "The hall's database cannot be reached. This booth goes on alone and joins again by itself. Check cable, switch and that computer.",
            ),
            Self::Access(_) => Text::new(
                "数据库拒绝访问。请检查用户名、密码和权限。",
                "The database refuses access. Check user, password and rights.",
            ),
            Self::ForeignSchema => Text::new(
                "这个数据库里已有别的同名内容，没有改动。请换一个空的数据库。",
                "The database holds something else under our name; nothing was touched. Use an empty database.",
            ),
            Self::TooNew { .. } => Text::new(
                "现场数据库由更新版本的程序建立。请升级本机。",
                "A newer program made the hall's database. Update this laptop.",
            ),
            Self::Hostile(_) => Text::new(
                "数据库的回答不对，已断开，本机位单独继续。请检查连接的是不是现场数据库。",
                "The database gave an answer that cannot be right; disconnected, this booth goes on alone. Check that it is the hall's database.",
            ),
            Self::Database(_) => Text::new(
                "数据库出错，本机位单独继续。请查看日志。",
                "The database failed; this booth goes on alone. See the log.",
            ),
            Self::BadFact => {
                Text::new("记录内容不合规定，没有保存。", "The record is not acceptable; nothing was saved.")
            }
            Self::BoothTaken => Text::new(
                "已有另一台电脑用这个机位名。请在设置里换一个。",
                "Another laptop uses this booth's name. Choose another one in the settings.",
            ),
            Self::OtherRule => Text::new(
                "现场其他机位对“是否共享姓名”的设置不同。请统一批次设置。",
                "The other booths of this hall have another rule on sharing names. Make the batch settings agree.",
            ),
            Self::NamesStay => {
                Text::new("本批次不允许共享姓名和证件号。", "Names and IDs are not shared in this batch.")
            }
            Self::UnknownTicket => {
                Text::new("没有这个号。请核对后再试。", "There is no such number. Check and try again.")
            }
            Self::NumberDoubled(n) => Text::new(
                format!("{n} 号发给了两个人。请扫码确认。"),
                format!("Number {n} was given to two people. Scan the code."),
            ),
            Self::BoothBusy(n) => Text::new(
                format!("{n} 号还在本机位。请先完成或过号。"),
                format!("Number {n} is still at this booth. Finish or pass it first."),
            ),
            Self::NotOurs => Text::new(
                "现在与现场断开，这个号不能在本机位叫。请只叫本机位发的号，或等恢复连接。",
                "Cut off from the hall, this number cannot be called here. Call numbers given out here, or wait for the connection.",
            ),
            Self::NoNumbers => Text::new(
                "断网期间预留的号已用完。请恢复连接，或到别的机位取号。",
                "The numbers kept for working alone are used up. Restore the connection, or give numbers at another booth.",
            ),
            Self::HasNumber(n) => {
                Text::new(format!("这个采集码已有 {n} 号。"), format!("This code has number {n} already."))
            }
            Self::AlreadyShot(n) => Text::new(
                format!("这个采集码已拍（{n} 号）。需要重拍请写明原因。"),
                format!("This code was photographed as number {n}. For a retake give the reason."),
            ),
            Self::Ticket(n, _) => Text::new(
                format!("{n} 号现在不能这样操作。请查看它的状态。"),
                format!("That cannot be done with number {n} now. Look where it stands."),
            ),
            Self::Journal(_) => Text::new(
                "本机写不进记录，没有保存。请检查磁盘。",
                "The record cannot be written on this laptop; nothing was saved. Check the disk.",
            ),
            Self::Busy => Text::new("操作太多，请稍候再试。", "Too much at once. Try again in a moment."),
            Self::Stopped | Self::System(_) => Text::new(
                "多机位协作已停止。请重新启动程序。",
                "Sharing with the other booths has stopped. Restart the program.",
            ),
        }
    }
}

impl From<FactError> for HallError {
    fn from(error: FactError) -> Self {
        match error {
            FactError::Name(what) => Self::Name(what),
            FactError::BadFact => Self::BadFact,
        }
    }
}

impl From<tokio_postgres::Error> for HallError {
    /// Only the SQLSTATE is kept: a server's message may quote what was sent.
    fn from(error: tokio_postgres::Error) -> Self {
        let Some(state) = error.code().map(|state| state.code().to_owned()) else {
            if error.to_string().starts_with("error performing TLS") {
                return Self::Tls(TlsFault::of(&error));
            }
            return match fmt::format(format_args!("{error}")).as_str() {
                text if text.starts_with("error deserializing") || text.starts_with("error parsing") => {
                    Self::Hostile("a value of another type")
                }
                text if text.starts_with("unexpected message") => Self::Hostile("an unexpected message"),
                text if text.starts_with("query returned") => Self::Hostile("another number of rows"),
                text if text.starts_with("invalid column") => Self::Hostile("a missing column"),
                text if text.starts_with("authentication") => Self::Access("authentication".to_owned()),
                _ => Self::Unreachable("connection lost".to_owned()),
            };
        };
        match state.get(..2) {
            Some("28") => Self::Access(state),
            _ if state == "42501" => Self::Access(state),
            _ if state == "3D000" => Self::NoDatabase,
            // Server going down or coming up, too many connections, closed by an administrator.
            Some("57" | "53" | "08") if state != "57014" => Self::Unreachable(state),
            _ => Self::Database(state),
        }
    }
}
