//! Why an attempt failed: what kind it is decides what comes next, its words are what the operator reads.

use domain::Text;
use serde::{Deserialize, Serialize};
use thiserror::Error;
use ts_rs::TS;

/// Whom a failure concerns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// This object, and it may go better next time.
    Again,
    /// Every object alike until the line is back; the object is not to blame and its attempt is given back.
    Line,
    /// This object, and only a person can help: it is parked.
    Park,
    /// Other content lies under this key: shown, never overwritten.
    Conflict,
    /// Every object, and only a person can help: the run stops.
    All,
}

/// What is wrong with a server's certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Certificate {
    /// Expired or not valid yet, or the clock here is wrong.
    Time,
    /// Signed by nobody who is trusted here.
    Issuer,
    /// Made out to another name.
    Name,
    /// Anything else.
    Other,
}

macro_rules! causes {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $scope:ident, $zh:literal, $en:literal;)*) => {
        /// Why an attempt failed.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
        #[serde(rename_all = "snake_case")]
        pub enum Cause { $($(#[$doc])* $name,)* }

        impl Cause {
            /// Every cause.
            pub const EVERY: &[Self] = &[$(Self::$name,)*];

            /// Fixed name, for programs and for the ledger. Never rename one.
            pub fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// Whom it concerns.
            pub fn scope(self) -> Scope {
                match self { $(Self::$name => Scope::$scope,)* }
            }

            /// What happened and what to do next.
            pub fn text(self) -> Text {
                match self { $(Self::$name => Text::new($zh, $en),)* }
            }
        }
    };
}

causes! {
    /// No connection: no network, no such host, nobody listens.
    Offline = "upload_offline", Line,
        "连不上上传服务器。请检查网线或 Wi-Fi；恢复后会自动继续，照片都在本机。",
        "The upload server cannot be reached. Check the cable or Wi-Fi; it goes on by itself, and every picture is safe here.";
    /// Somebody else answers in the server's place: the login page of a network.
    Portal = "upload_portal", Line,
        "网络返回的是登录页，不是上传服务器。请用浏览器登录校园网或 Wi-Fi，之后会自动继续。",
        "The network answers with a login page, not the upload server. Log in to the network with a browser; it goes on by itself.";
    /// The folder or network share is not there now.
    FolderGone = "upload_folder_gone", Line,
        "目标文件夹现在打不开。请检查网络共享或磁盘是否连着；恢复后会自动继续。",
        "The target folder cannot be opened now. Check that the share or disk is connected; it goes on by itself.";
    /// No answer in time.
    TimedOut = "upload_timed_out", Again,
        "服务器没有及时答复，稍后自动重试。", "The server did not answer in time; it will be tried again.";
    /// The connection broke in the middle.
    Cut = "upload_cut", Again,
        "传输中断，稍后自动重试。", "The connection broke in the middle; it will be tried again.";
    /// The server is busy or has a fault of its own (408, 409, 425, 429, 5xx).
    Busy = "upload_busy", Again,
        "服务器忙或出错，稍后自动重试。", "The server is busy or has a fault; it will be tried again.";
    /// The server said yes and does not have the object.
    Lost = "upload_lost", Again,
        "服务器说收到了，核对时却没有这张照片，稍后自动重传。",
        "The server said yes but does not have the picture; it will be sent again.";
    /// The answer makes no sense.
    Garbled = "upload_garbled", Again,
        "服务器的答复看不懂，稍后自动重试。", "The server's answer makes no sense; it will be tried again.";
    /// The server turned this object down (400 and its like).
    Refused = "upload_refused", Park,
        "服务器拒收这张照片，已搁置。请把原因告诉服务器的管理员，处理后点“重新发送”。",
        "The server turned this picture down; it was set aside. Tell the server's administrator, then press send again.";
    /// The file is not on this disk.
    BodyMissing = "upload_body_missing", Park,
        "本机找不到这张照片的文件，已搁置。请先运行“检查数据”。",
        "The file of this picture is missing here; it was set aside. Run the data check first.";
    /// The file is no longer what was accepted.
    BodyAltered = "upload_body_altered", Park,
        "这张照片的文件内容已改变，没有发送，已搁置。请先运行“检查数据”。",
        "The file of this picture has changed; it was not sent and was set aside. Run the data check first.";
    /// Empty, or larger than an object may be.
    BodySize = "upload_body_size", Park,
        "这个文件是空的或太大，没有发送，已搁置。", "The file is empty or too large; it was not sent and was set aside.";
    /// Too many attempts failed; the last reason is in the log.
    GaveUp = "upload_gave_up", Park,
        "多次尝试都没有成功，已搁置。请检查网络和服务器，再点“重新发送”。",
        "Many attempts have failed; it was set aside. Check network and server, then press send again.";
    /// Other content under the same key.
    Conflict = "upload_conflict", Conflict,
        "服务器上同一位置已有不同的内容，没有覆盖。请与接收方核对哪一份是对的。",
        "The server has other content in this place; nothing was overwritten. Find out with the receiver which one is right.";
    /// 401, 403: the credentials do not allow it.
    Denied = "upload_denied", All,
        "服务器不接受这组账号或密钥，上传已停止。请核对访问密钥和权限。",
        "The server does not accept these credentials; the upload was stopped. Check key and permissions.";
    /// 404 when writing: no such bucket or address.
    NoBucket = "upload_no_bucket", All,
        "服务器上没有这个存储桶或地址，上传已停止。请核对设置。",
        "There is no such bucket or address on the server; the upload was stopped. Check the settings.";
    /// The store is elsewhere: other region or endpoint.
    WrongPlace = "upload_wrong_place", All,
        "服务器说存储桶在别处，上传已停止。请核对区域和地址。",
        "The server says that the bucket is elsewhere; the upload was stopped. Check region and endpoint.";
    /// The clock here is too far off for signed requests.
    Clock = "upload_clock", All,
        "本机时钟与服务器相差太多，上传已停止。请校准电脑时间后再继续。",
        "This computer's clock is too far off; the upload was stopped. Set the clock, then go on.";
    /// Certificate expired, not yet valid, or the clock is wrong.
    CertificateTime = "upload_certificate_time", All,
        "服务器证书已过期或尚未生效，也可能是本机时钟不对。上传已停止，没有发送任何照片。请先看电脑时间。",
        "The server's certificate is out of date, or this clock is wrong. Stopped; no picture was sent. Look at the clock first.";
    /// Nobody trusted has signed it.
    CertificateIssuer = "upload_certificate_issuer", All,
        "服务器证书不受信任，上传已停止，没有发送任何照片。若是自建服务器，请在设置里加入其 CA 证书；否则可能有人冒充服务器。",
        "The server's certificate is not trusted. Stopped; no picture was sent. For a server of your own add its CA in the settings; otherwise somebody may pose as the server.";
    /// Made out to another name.
    CertificateName = "upload_certificate_name", All,
        "服务器证书上的名称与地址不符，上传已停止，没有发送任何照片。请核对地址。",
        "The server's certificate is made out to another name. Stopped; no picture was sent. Check the address.";
    /// Any other fault in building the secure connection.
    CertificateOther = "upload_certificate_other", All,
        "无法与服务器建立安全连接，上传已停止，没有发送任何照片。请核对地址和证书。",
        "No secure connection to the server. Stopped; no picture was sent. Check address and certificate.";
    /// 407.
    Proxy = "upload_proxy", All,
        "代理服务器要求登录或拒绝转发，上传已停止。请核对代理设置。",
        "The proxy asks for a login or refuses; the upload was stopped. Check the proxy settings.";
    /// The server lets write but not read, and gives no receipt either.
    Unverifiable = "upload_unverifiable", All,
        "服务器不允许核对已上传的照片，上传已停止，因为无法证明照片已到。请给这组密钥读取权限。",
        "The server does not let us check what it has, so arrival cannot be proved; the upload was stopped. Give these credentials permission to read.";
    /// The target's disk is full.
    TargetFull = "upload_target_full", All,
        "目标磁盘已满，上传已停止。请清出空间后继续。", "The target disk is full; the upload was stopped. Free some space and go on.";
    /// The folder cannot be written.
    TargetReadOnly = "upload_target_read_only", All,
        "目标文件夹不能写入，上传已停止。请检查写入权限。", "The target folder cannot be written; the upload was stopped. Check the permissions.";
}

impl Cause {
    /// The cause of a fixed name.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::EVERY.iter().copied().find(|c| c.code() == code)
    }

    /// Whether it speaks of the line as much as of the object: several in a row and one probe goes alone.
    pub fn shakes_line(self) -> bool {
        matches!(self, Self::TimedOut | Self::Cut) || self.scope() == Scope::Line
    }
}

impl From<Certificate> for Cause {
    fn from(problem: Certificate) -> Self {
        match problem {
            Certificate::Time => Self::CertificateTime,
            Certificate::Issuer => Self::CertificateIssuer,
            Certificate::Name => Self::CertificateName,
            Certificate::Other => Self::CertificateOther,
        }
    }
}

/// One failed attempt.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{}: {detail}", cause.code())]
pub struct Failure {
    /// Why.
    pub cause: Cause,
    /// How long the server asked to be left alone, milliseconds.
    pub retry_after_ms: Option<i64>,
    /// For the log: a status, a short fixed phrase. No address, no key, no answer's text.
    pub detail: String,
}

impl Failure {
    /// Without a wish of the server.
    pub fn new(cause: Cause, detail: impl Into<String>) -> Self {
        Self { cause, retry_after_ms: None, detail: detail.into() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_and_every_cause_has_words() {
        let codes: std::collections::HashSet<_> = Cause::EVERY.iter().map(|c| c.code()).collect();
        assert_eq!(codes.len(), Cause::EVERY.len());
        for cause in Cause::EVERY {
            assert_eq!(Cause::from_code(cause.code()), Some(*cause));
            let text = cause.text();
            assert!(text.zh.ends_with('。') && text.en.ends_with('.'), "{cause:?}");
        }
    }
}
