//! Images of sticks with one file system each, and programs that run on them.
//!
//! FAT32 is the kernel's own, in a small virtual machine (User Mode Linux: packages `user-mode-linux`, `busybox-static`,
//! `kmod`, `dosfstools`) that can be killed like a pulled stick, its memory lost. exFAT is `exfat-fuse` on a loop device
//! (`exfatprogs`), ext4 a loop device of this kernel. All need root.

#![allow(clippy::unwrap_used)] // for tests and measuring tools

use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What a FAT32 stick needs here.
pub const FAT32: [&str; 4] = ["linux.uml", "busybox", "insmod", "mkfs.vfat"];
/// What an exFAT stick needs here.
pub const EXFAT: [&str; 3] = ["mount.exfat-fuse", "mkfs.exfat", "losetup"];
/// What an ext4 stick needs here.
pub const EXT4: [&str; 2] = ["mkfs.ext4", "losetup"];

/// Whether these programs are there; says which one is not.
pub fn have(programs: &[&str]) -> bool {
    let missing = programs.iter().find(|program| {
        !["/usr/bin", "/usr/sbin", "/bin", "/sbin"].iter().any(|dir| Path::new(dir).join(program).exists())
    });
    if let Some(program) = missing {
        eprintln!("skipped: no {program} here");
    }
    missing.is_none()
}

/// Image of a stick with one file system, and the way to run a program on it.
pub struct Stick {
    dir: tempfile::TempDir,
    image: PathBuf,
    kind: Kind,
    lie: Option<Lie>,
    /// Memory of the virtual machine in megabytes.
    pub memory: u32,
}

/// A stick that says to be larger than it is.
#[derive(Clone, Copy)]
pub struct Lie {
    /// What it says, in megabytes.
    pub claimed: u64,
    /// What there is.
    pub real: u64,
    /// What is written beyond goes over the beginning; otherwise it is forgotten and reads as zeros.
    pub wraps: bool,
}

/// Its file system.
#[derive(Clone, Copy, PartialEq)]
pub enum Kind {
    Fat32,
    ExFat,
    Ext4,
}

impl Stick {
    /// An empty one. Small FAT32 images get clusters of one sector, for there must be enough of them; larger ones and
    /// all others get the usual ones.
    pub fn new(kind: Kind, megabytes: u64) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let image = dir.path().join("image");
        File::create(&image).unwrap().set_len(megabytes << 20).unwrap();
        let mut format = match kind {
            Kind::Fat32 => Command::new("mkfs.vfat"),
            Kind::ExFat => Command::new("mkfs.exfat"),
            Kind::Ext4 => Command::new("mkfs.ext4"),
        };
        match kind {
            Kind::Fat32 => format.args(["-F", "32", "-s", if megabytes < 512 { "1" } else { "8" }]),
            Kind::ExFat => &mut format,
            Kind::Ext4 => format.args(["-q", "-E", "lazy_itable_init=0,lazy_journal_init=0"]),
        };
        assert!(format.arg(&image).stdout(Stdio::null()).status().unwrap().success());
        Self { dir, image, kind, lie: None, memory: 256 }
    }

    /// A stick with FAT32 as large as is claimed, on a device that is smaller.
    pub fn lying(lie: Lie) -> Self {
        let stick = Self::new(Kind::Fat32, lie.claimed);
        File::options().write(true).open(&stick.image).unwrap().set_len(lie.real << 20).unwrap();
        Self { lie: Some(lie), ..stick }
    }

    /// The device that the machine mounts, and the lines that make it.
    fn device(&self) -> (&str, String) {
        let Some(lie) = self.lie else { return ("/dev/ubda", String::new()) };
        let (real, mut table) = (lie.real << 11, String::new()); // sectors of 512 bytes
        for at in (0..lie.claimed << 11).step_by(real as usize) {
            let length = real.min((lie.claimed << 11) - at);
            table += &match at {
                at if at == 0 || lie.wraps => format!("{at} {length} linear /dev/ubda 0\n"),
                at => format!("{at} {length} zero\n"),
            };
        }
        let path = self.dir.path().join("table");
        fs::write(&path, table).unwrap();
        let lines = format!(
            "for f in dax/dax md/dm-mod md/dm-zero; do [ ! -f $d/$f.ko ] || /usr/sbin/insmod $d/$f.ko; done\n\
             /usr/sbin/dmsetup --noudevsync --noudevrules create liar {}\n",
            path.display()
        );
        ("/dev/dm-0", lines)
    }

    /// Runs a line of shell, made for where the stick is mounted, and tells each line that it prints. Up to its
    /// `STEP stop_at`, if that is given; then it and all that it started is killed.
    pub fn run(&self, line: &dyn Fn(&Path) -> String, stop_at: Option<u32>, told: &mut dyn FnMut(&str)) {
        match self.kind {
            Kind::Fat32 => self.in_machine(line, stop_at, told),
            Kind::ExFat | Kind::Ext4 => self.on_loop(line, stop_at, told),
        }
    }

    /// In User Mode Linux: killing it loses whatever its kernel had not written, like pulling the stick.
    fn in_machine(&self, line: &dyn Fn(&Path) -> String, stop_at: Option<u32>, told: &mut dyn FnMut(&str)) {
        let init = self.dir.path().join("init");
        let (device, lines) = self.device();
        let script = format!(
            "#!/bin/busybox sh\nb=/bin/busybox\n$b mount -t proc none /proc\n\
             m=/usr/lib/uml/modules/$($b uname -r)/kernel/fs\nd=/usr/lib/uml/modules/$($b uname -r)/kernel/drivers\n\
             for f in nls/nls_cp437 nls/nls_utf8 nls/nls_iso8859-1 nls/nls_ascii fat/fat fat/vfat; do\n\
             [ ! -f $m/$f.ko ] || /usr/sbin/insmod $m/$f.ko; done\n\
             {lines}$b mount -t tmpfs -o size=90% none /mnt; $b mkdir /mnt/stick\n\
             $b mount -t vfat -o utf8=1 {device} /mnt/stick || {{ echo RESULT no-mount; $b poweroff -f; }}\n\
             export TMPDIR=/mnt PATH=/usr/sbin:/usr/bin:/sbin:/bin\n{}\n\
             $b umount /mnt/stick; $b poweroff -f\n",
            line(Path::new("/mnt/stick"))
        );
        fs::write(&init, script).unwrap();
        assert!(Command::new("chmod").arg("+x").arg(&init).status().unwrap().success());
        let mut machine = Command::new("linux.uml");
        machine
            .args("root=/dev/root rootfstype=hostfs rootflags=/ ro quiet con=null con0=null,fd:1".split(' '));
        machine.arg(format!("mem={}M", self.memory)).arg(format!("uml_dir={}/", self.dir.path().display()));
        machine.arg(format!("init={}", init.display())).arg(format!("ubda={}", self.image.display()));
        run(machine, stop_at, told);
    }

    /// On a loop device. Killing loses the program's memory only; [`Stick::lose`] takes more away.
    fn on_loop(&self, line: &dyn Fn(&Path) -> String, stop_at: Option<u32>, told: &mut dyn FnMut(&str)) {
        let mount = self.dir.path().join("stick");
        let _ = fs::create_dir(&mount); // there from the second time on
        let output = Command::new("losetup").args(["-f", "--show"]).arg(&self.image).output().unwrap();
        let device = String::from_utf8(output.stdout).unwrap().trim().to_owned();
        let program = if self.kind == Kind::ExFat { "mount.exfat-fuse" } else { "mount" };
        assert!(Command::new(program).arg(&device).arg(&mount).output().unwrap().status.success());
        let mut command = Command::new("sh");
        // In place of the shell, so that whoever waits for it waits for the program.
        command.args(["-c", &format!("exec env {}", line(&mount))]);
        run(command, stop_at, told);
        assert!(Command::new("umount").arg(&mount).status().unwrap().success());
        assert!(Command::new("losetup").arg("-d").arg(&device).status().unwrap().success());
    }

    /// Zeros wherever a sector of the image holds this; how many did.
    pub fn lose(&self, sector: &[u8]) -> usize {
        let mut image = fs::read(&self.image).unwrap();
        let sectors: Vec<usize> =
            (0..image.len() / 512).filter(|at| &image[at * 512..(at + 1) * 512] == sector).collect();
        for at in &sectors {
            image[at * 512..(at + 1) * 512].fill(0);
        }
        fs::write(&self.image, image).unwrap();
        sectors.len()
    }
}

fn run(mut command: Command, stop_at: Option<u32>, told: &mut dyn FnMut(&str)) {
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .process_group(0)
        .spawn()
        .unwrap();
    for line in BufReader::new(child.stdout.take().unwrap()).split(b'\n') {
        let line = String::from_utf8_lossy(&line.unwrap()).into_owned();
        told(&line);
        let step = line.trim().rsplit_once("STEP ").and_then(|(_, step)| step.parse::<u32>().ok());
        if step.is_some() && step == stop_at {
            // The whole group: a virtual machine is several processes.
            let group = format!("-{}", child.id());
            Command::new("kill").args(["-KILL", "--", &group]).status().unwrap();
            break;
        }
    }
    let _ = child.wait();
}
