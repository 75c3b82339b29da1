//! Why an upload could not even be set up or written down.

use domain::Text;
use thiserror::Error;

/// Nothing was sent, unless a variant says otherwise.
#[derive(Debug, Error)]
pub enum UploadError {
    /// Not a name for a batch in keys.
    #[error("not a batch name for keys")]
    Batch,
    /// Not a key of this program's shape.
    #[error("not an object key")]
    Key,
    /// Not an address, or one with a password in it.
    #[error("not an address: {0}")]
    Address(&'static str),
    /// `http://` to another machine, and the settings do not allow it.
    #[error("an address without encryption")]
    Plain,
    /// Not a PEM certificate.
    #[error("not a certificate")]
    Certificate,
    /// Not a proxy's address.
    #[error("not a proxy address")]
    Proxy,
    /// A name or password in the proxy's address.
    #[error("a password in the proxy's address")]
    ProxyPassword,
    /// Not an age recipient.
    #[error("not an age recipient")]
    Recipient,
    /// The target folder is not there.
    #[error("the target folder is not there")]
    Folder,
    /// A part of the settings is missing or not acceptable.
    #[error("setting: {0}")]
    Setting(&'static str),
    /// The folder for sealed bodies cannot be used.
    #[error("spool: {0}")]
    Spool(std::io::Error),
    /// Encryption failed.
    #[error("seal: {0}")]
    Seal(String),
    /// The ledger refused. What was sent stays sent and will be recognised.
    #[error("ledger: {0}")]
    Ledger(#[from] LedgerError),
    /// The system refused threads or timers.
    #[error("system: {0}")]
    System(String),
}

/// What a ledger answers when it cannot write or read.
#[derive(Debug, Error)]
#[error(transparent)]
pub struct LedgerError(#[from] pub Box<dyn std::error::Error + Send + Sync>);

impl UploadError {
    /// Fixed name of the failure, for programs. Never rename one.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Batch => "upload_batch_name",
            Self::Key => "upload_key",
            Self::Address(_) => "upload_address",
            Self::Plain => "upload_plain_http",
            Self::Certificate => "upload_ca",
            Self::Proxy => "upload_proxy_address",
            Self::ProxyPassword => "upload_proxy_password",
            Self::Recipient => "upload_recipient",
            Self::Folder => "upload_folder",
            Self::Setting(_) => "upload_setting",
            Self::Spool(_) => "upload_spool",
            Self::Seal(_) => "upload_seal",
            Self::Ledger(_) => "upload_ledger",
            Self::System(_) => "upload_system",
        }
    }

    /// What happened and what to do. Holds no address, no key, no secret.
    pub fn text(&self) -> Text {
        match self {
            Self::Batch => Text::new(
                "上传用的批次名只能用小写字母、数字、- 和 _，最多 64 个字符，不要写学校或人名。",
                "A batch name for uploading takes lower-case letters, digits, - and _, at most 64; no names of schools or people.",
            ),
            Self::Key => Text::new(
                "待发记录里的对象名不合规定，没有发送。请运行“检查数据”。",
                "An object name in the outbox is not acceptable; nothing was sent. Run the data check.",
            ),
            Self::Address(_) => Text::new(
                "上传地址不对。请写完整的 https:// 地址，不要把密码写在地址里。",
                "The upload address is not right. Write the whole https:// address, without a password in it.",
            ),
            Self::Plain => Text::new(
                "这个地址不加密（http://），已拒绝。请改用 https://。",
                "This address has no encryption (http://) and was refused. Use https://.",
            ),
            Self::Certificate => Text::new(
                "CA 证书读不出来。请选择 PEM 格式的证书文件。",
                "The CA certificate cannot be read. Choose a certificate file in PEM format.",
            ),
            Self::Proxy => {
                Text::new("代理地址不对。请检查设置。", "The proxy address is not right. Check the settings.")
            }
            Self::ProxyPassword => Text::new(
                "代理地址里不要写用户名和密码，请填在“代理用户名”“代理密码”里。",
                "No name or password in the proxy's address; enter them as the proxy's user and password.",
            ),
            Self::Recipient => Text::new(
                "加密收件人不对，应以 age1 开头。请向接收方重新索取。",
                "The recipient for encryption is not right; it begins with age1. Ask the receiver for it again.",
            ),
            Self::Folder => Text::new(
                "目标文件夹不存在。请检查网络共享或磁盘是否连着。",
                "The target folder is not there. Check that the share or disk is connected.",
            ),
            Self::Setting(what) => Text::new(
                format!("上传设置不完整：{what}。"),
                format!("The upload settings are not complete: {what}."),
            ),
            Self::Spool(source) => Text::new(
                format!("加密用的临时文件夹不能写入，没有发送。请检查磁盘空间和权限。（{source}）"),
                format!(
                    "The folder for encrypted copies cannot be written; nothing was sent. Check space and permissions. ({source})"
                ),
            ),
            Self::Seal(_) => Text::new(
                "加密失败，这张照片没有发送。请再试一次。",
                "Encryption failed; this picture was not sent. Try again.",
            ),
            Self::Ledger(_) => Text::new(
                "发送记录写不进去，上传已停止。已发送的照片会被认出，不会重复。请检查磁盘后再继续。",
                "The record of what was sent cannot be written; the upload was stopped. What was sent will be recognised. Check the disk, then go on.",
            ),
            Self::System(_) => Text::new(
                "系统资源不足，上传没有开始。请重新启动程序。",
                "The system lacks resources; the upload did not start. Restart the program.",
            ),
        }
    }
}
