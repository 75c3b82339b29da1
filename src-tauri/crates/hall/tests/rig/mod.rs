//! A private PostgreSQL in a temporary folder, and a journal on SQLite.
#![allow(dead_code, clippy::unwrap_used, reason = "shared by several tests, each of which uses a part")]

pub mod sqlite;

use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use domain::Timestamp;
use hall::{BatchKey, BoothName, HallSettings, Member, Membership, MemoryJournal, Server, StationId};

/// A database cluster of its own, stopped and erased with the value.
pub struct Cluster {
    folder: tempfile::TempDir,
    tools: PathBuf,
    user: Option<String>,
    port: u16,
    encrypted: bool,
}

impl Cluster {
    /// `None`, said aloud, where there is no PostgreSQL.
    pub fn start() -> Option<Self> {
        let Some(tools) = tools() else {
            eprintln!("SKIPPED: PostgreSQL is not installed (Debian: postgresql)");
            return None;
        };
        // initdb refuses to run as root.
        let user = is_root()
            .then(|| ["postgres", "nobody"].into_iter().find(|user| exists(user)).unwrap().to_owned());
        let folder = tempfile::tempdir().unwrap();
        if let Some(user) = &user {
            assert!(Command::new("chown").arg(user).arg(folder.path()).status().unwrap().success());
        }
        let mut cluster = Self { folder, tools, user, port: 0, encrypted: false };
        let data = cluster.data();
        cluster.run(
            "initdb",
            &["-D", &data, "-U", "crew", "-A", "trust", "--no-sync", "-E", "UTF8", "--locale=C"],
        );
        // A port that was free a moment ago may be taken by now.
        for _ in 0..5 {
            cluster.port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
            if cluster.up() {
                return Some(cluster);
            }
        }
        panic!("PostgreSQL does not start: {}", std::fs::read_to_string(cluster.log()).unwrap_or_default());
    }

    fn data(&self) -> String {
        self.folder.path().join("data").to_str().unwrap().to_owned()
    }

    fn log(&self) -> String {
        self.folder.path().join("log").to_str().unwrap().to_owned()
    }

    fn command(&self, tool: &str) -> Command {
        let tool = self.tools.join(tool);
        let mut command = match &self.user {
            Some(user) => {
                let mut command = Command::new("runuser");
                command.args(["-u", user, "--"]).arg(tool);
                command
            }
            None => Command::new(tool),
        };
        command
            .current_dir(self.folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        command
    }

    fn run(&self, tool: &str, arguments: &[&str]) {
        assert!(self.command(tool).args(arguments).status().unwrap().success(), "{tool}");
    }

    /// Starts the server and waits for it. `fsync` is off: these tests kill programs, not machines.
    pub fn up(&self) -> bool {
        let mut options = format!(
            "-p {} -c fsync=off -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c max_connections=200",
            self.port
        );
        if self.encrypted {
            options += " -c ssl=on -c ssl_cert_file=server.crt -c ssl_key_file=server.key";
        }
        let (data, log) = (self.data(), self.log());
        self.command("pg_ctl")
            .args(["-D", &data, "-l", &log, "-w", "-o", &options, "start"])
            .status()
            .unwrap()
            .success()
    }

    /// Kills the server as a power cut would.
    pub fn kill(&self) {
        self.run("pg_ctl", &["-D", &self.data(), "-m", "immediate", "stop"]);
    }

    /// Starts the server anew with this certificate and key.
    pub fn encrypt(&mut self, certificate: &str, key: &str) {
        self.kill();
        for (name, pem) in [("server.crt", certificate), ("server.key", key)] {
            self.put(name, pem);
        }
        self.encrypted = true;
        assert!(self.up());
    }

    /// Starts the server anew with these rules on who may come in.
    pub fn admit(&mut self, rules: &str) {
        self.kill();
        self.put("pg_hba.conf", rules);
        assert!(self.up());
    }

    /// A file in the data folder that only the server's account reads.
    fn put(&self, name: &str, text: &str) {
        let path = self.folder.path().join("data").join(name);
        std::fs::write(&path, text).unwrap();
        let mut private = Command::new("chmod");
        assert!(private.arg("600").arg(&path).status().unwrap().success());
        if let Some(user) = &self.user {
            assert!(Command::new("chown").arg(user).arg(&path).status().unwrap().success());
        }
    }

    /// An own database in the cluster, so that tests do not meet.
    pub fn database(&self, name: &str) -> HallSettings {
        let mut admin = self.client("postgres");
        admin.batch(&format!("CREATE DATABASE {name}"));
        self.settings(name)
    }

    pub fn settings(&self, name: &str) -> HallSettings {
        let mut settings =
            HallSettings::new(&format!("host=127.0.0.1 port={} user=crew dbname={name}", self.port)).unwrap();
        // Machines that build beside the tests are slow; what a test promises is not a time.
        settings.connect_within = std::time::Duration::from_secs(60);
        settings.answer_within = std::time::Duration::from_secs(60);
        settings
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// A plain connection, for looking and for doing harm.
    pub fn client(&self, database: &str) -> Plain {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let line = format!("host=127.0.0.1 port={} user=crew dbname={database}", self.port);
        let client = runtime.block_on(async {
            let (client, connection) = tokio_postgres::connect(&line, tokio_postgres::NoTls).await.unwrap();
            tokio::spawn(connection);
            client
        });
        Plain { runtime, client }
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let _ = self.command("pg_ctl").args(["-D", &self.data(), "-m", "immediate", "stop"]).status();
    }
}

pub struct Plain {
    runtime: tokio::runtime::Runtime,
    client: tokio_postgres::Client,
}

impl Plain {
    pub fn batch(&mut self, sql: &str) {
        self.runtime.block_on(self.client.batch_execute(sql)).unwrap();
    }

    pub fn count(&mut self, sql: &str) -> i64 {
        self.runtime.block_on(self.client.query_one(sql, &[])).unwrap().get(0)
    }
}

fn tools() -> Option<PathBuf> {
    let on_path = std::env::var_os("PATH")
        .into_iter()
        .flat_map(|path| std::env::split_paths(&path).collect::<Vec<_>>());
    let packaged = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .map(|d| d.path().join("bin"));
    packaged.chain(on_path).find(|folder| folder.join("initdb").exists() && folder.join("pg_ctl").exists())
}

fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|out| out.stdout.trim_ascii() == b"0")
}

fn exists(user: &str) -> bool {
    Command::new("id").arg(user).output().is_ok_and(|out| out.status.success())
}

pub fn who(batch: &str, station: &str) -> Membership {
    Membership {
        station: StationId::new(station).unwrap(),
        booth: BoothName::new(format!("机位{station}")).unwrap(),
        batch: BatchKey::new(batch).unwrap(),
        identities: false,
    }
}

/// A member that is alone.
pub fn alone(batch: &str, station: &str) -> Member<MemoryJournal> {
    Member::open(who(batch, station), MemoryJournal::default(), 20, Timestamp(1_000)).unwrap()
}

/// A member that has joined.
pub fn joined(settings: &HallSettings, batch: &str, station: &str) -> Member<MemoryJournal> {
    let mut member = alone(batch, station);
    member.attach(Server::connect(settings).unwrap(), Timestamp(1_000)).unwrap();
    member
}
