//! Real file systems of sticks in images, pulled and filled at random moments.
//!
//! FAT32 is the kernel's own, in a small virtual machine (User Mode Linux: packages `user-mode-linux`, `busybox-static`,
//! `kmod`, `dosfstools`) that is killed in the middle like a pulled stick, its memory lost. exFAT is `exfat-fuse` on a
//! loop device (`exfatprogs`). Both need root and are skipped, saying so, where a part is missing:
//! `cargo test -p delivery --test stick -- --ignored --nocapture`.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used)] // a test program from end to end

mod sample;

use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use delivery::{CancelToken, Disk, Progress, verify_bag, write_bag};
use domain::Timestamp;

const JOB: &str = "GRADBOOTH_STICK_JOB";
const COUNT: usize = 300;
const BYTES: usize = 30_000;

/// What runs on the stick, in a process of its own: `JOB` is `write DIR` or `verify DIR`.
#[test]
#[ignore = "run by the other tests of this file"]
fn works_on_the_stick() {
    let Ok(job) = std::env::var(JOB) else { return };
    let (what, dir) = job.split_once(' ').unwrap();
    let (dir, cancel) = (Path::new(dir), CancelToken::default());
    if what == "verify" {
        let report = verify_bag(&dir.join("bag"), &mut |_, _| {}, &cancel);
        println!(
            "RESULT valid={}",
            report.is_ok_and(|report| report.is_valid() && report.sound as usize == COUNT + 1)
        );
        return;
    }
    let plan = sample::plan(&sample::items(COUNT, BYTES));
    let pictures = sample::pictures(COUNT, BYTES);
    let mut steps = 0;
    let mut progress = |_: Progress| {
        steps += 1;
        println!("STEP {steps}");
    };
    match write_bag(&plan, dir, &Disk, &pictures, Timestamp(0), &mut progress, &cancel) {
        Ok(done) => {
            let reason = done.missing.first().map(|missing| missing.reason);
            println!(
                "RESULT complete={} kept={} written={} {reason:?}",
                done.complete, done.kept, done.written
            );
        }
        Err(e) => println!("RESULT refused={}", e.code()),
    }
}

/// Runs a command up to its `STEP stop_at`, then kills it and all it started; answers its `RESULT` line if it got there.
fn run(mut command: Command, stop_at: Option<u32>) -> Option<String> {
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .process_group(0)
        .spawn()
        .unwrap();
    let mut result = None;
    for line in BufReader::new(child.stdout.take().unwrap()).split(b'\n') {
        let line = String::from_utf8_lossy(&line.unwrap()).into_owned();
        if let Some(at) = line.find("RESULT ") {
            result = Some(line[at + 7..].trim().to_owned());
        }
        let step = line.trim().rsplit_once("STEP ").and_then(|(_, step)| step.parse::<u32>().ok());
        if step.is_some() && step == stop_at {
            // The whole group: a virtual machine is several processes.
            let group = format!("-{}", child.id());
            Command::new("kill").args(["-KILL", "--", &group]).status().unwrap();
            break;
        }
    }
    let _ = child.wait();
    result
}

fn have(programs: &[&str]) -> bool {
    let missing = programs.iter().find(|program| {
        !["/usr/bin", "/usr/sbin", "/bin", "/sbin"].iter().any(|dir| Path::new(dir).join(program).exists())
    });
    if let Some(program) = missing {
        eprintln!("skipped: no {program} here");
    }
    missing.is_none()
}

/// Image of a stick with one file system, and the way to run a job on it.
struct Stick {
    dir: tempfile::TempDir,
    image: PathBuf,
    kind: Kind,
    lie: Option<Lie>,
}

/// A stick that says to be larger than it is.
#[derive(Clone, Copy)]
struct Lie {
    /// What it says, in megabytes.
    claimed: u64,
    /// What there is.
    real: u64,
    /// What is written beyond goes over the beginning; otherwise it is forgotten and reads as zeros.
    wraps: bool,
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Fat32,
    ExFat,
}

impl Stick {
    fn new(kind: Kind, megabytes: u64) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let image = dir.path().join("image");
        File::create(&image).unwrap().set_len(megabytes << 20).unwrap();
        let mut format = match kind {
            // Clusters of 512 bytes: enough of them to be FAT32 on a small image.
            Kind::Fat32 => Command::new("mkfs.vfat"),
            Kind::ExFat => Command::new("mkfs.exfat"),
        };
        if kind == Kind::Fat32 {
            format.args(["-F", "32", "-s", "1"]);
        }
        assert!(format.arg(&image).stdout(Stdio::null()).status().unwrap().success());
        Self { dir, image, kind, lie: None }
    }

    /// A stick with FAT32 as large as is claimed, on a device that is smaller.
    fn lying(lie: Lie) -> Self {
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

    fn job(&self, job: &str, stop_at: Option<u32>) -> Option<String> {
        match self.kind {
            Kind::Fat32 => self.in_machine(job, stop_at),
            Kind::ExFat => self.over_fuse(job, stop_at),
        }
    }

    /// In User Mode Linux: killing it loses whatever its kernel had not written, like pulling the stick.
    fn in_machine(&self, job: &str, stop_at: Option<u32>) -> Option<String> {
        let init = self.dir.path().join("init");
        let (device, lines) = self.device();
        let script = format!(
            "#!/bin/busybox sh\nb=/bin/busybox\n$b mount -t proc none /proc\n\
             m=/usr/lib/uml/modules/$($b uname -r)/kernel/fs\nd=/usr/lib/uml/modules/$($b uname -r)/kernel/drivers\n\
             for f in nls/nls_cp437 nls/nls_utf8 nls/nls_iso8859-1 nls/nls_ascii fat/fat fat/vfat; do\n\
             [ ! -f $m/$f.ko ] || /usr/sbin/insmod $m/$f.ko; done\n\
             {lines}$b mount -t tmpfs none /mnt; $b mkdir /mnt/stick\n\
             $b mount -t vfat -o utf8=1 {device} /mnt/stick || {{ echo RESULT no-mount; $b poweroff -f; }}\n\
             export {JOB}='{job} /mnt/stick' TMPDIR=/mnt\n\
             {} --exact works_on_the_stick --ignored --nocapture\n\
             $b umount /mnt/stick; $b poweroff -f\n",
            std::env::current_exe().unwrap().display()
        );
        fs::write(&init, script).unwrap();
        assert!(Command::new("chmod").arg("+x").arg(&init).status().unwrap().success());
        let mut machine = Command::new("linux.uml");
        machine.args(
            "mem=256M root=/dev/root rootfstype=hostfs rootflags=/ ro quiet con=null con0=null,fd:1"
                .split(' '),
        );
        machine.arg(format!("uml_dir={}/", self.dir.path().display()));
        machine.arg(format!("init={}", init.display())).arg(format!("ubda={}", self.image.display()));
        run(machine, stop_at)
    }

    /// On a loop device. Killing loses the program's memory only; [`Stick::lose`] takes more away.
    fn over_fuse(&self, job: &str, stop_at: Option<u32>) -> Option<String> {
        let mount = self.dir.path().join("stick");
        let _ = fs::create_dir(&mount); // there from the second time on
        let output = Command::new("losetup").args(["-f", "--show"]).arg(&self.image).output().unwrap();
        let device = String::from_utf8(output.stdout).unwrap().trim().to_owned();
        assert!(Command::new("mount.exfat-fuse").arg(&device).arg(&mount).output().unwrap().status.success());
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["--exact", "works_on_the_stick", "--ignored", "--nocapture"]);
        command.env(JOB, format!("{job} {}", mount.display()));
        let result = run(command, stop_at);
        assert!(Command::new("umount").arg(&mount).status().unwrap().success());
        assert!(Command::new("losetup").arg("-d").arg(&device).status().unwrap().success());
        result
    }

    /// Zeros wherever the image holds the beginning of person `n`'s picture: sectors that went bad.
    fn lose(&self, n: usize) {
        let mut image = fs::read(&self.image).unwrap();
        let beginning = sample::picture(n, BYTES)[..512].to_vec();
        let sectors: Vec<usize> =
            (0..image.len() / 512).filter(|at| image[at * 512..(at + 1) * 512] == beginning).collect();
        assert!(!sectors.is_empty(), "the picture is on the stick");
        for at in sectors {
            image[at * 512..(at + 1) * 512].fill(0);
        }
        fs::write(&self.image, image).unwrap();
    }
}

/// Killed again and again at moments that a seed chooses, then finished and verified.
fn survives_being_pulled(kind: Kind) {
    let fresh = || Stick::new(kind, if kind == Kind::Fat32 { 48 } else { 64 });
    let mut stick = fresh();
    let mut seed = 0x9E37_79B9_u32;
    for round in 0..10 {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let stop_at = 1 + (seed >> 16) % 620; // 301 to write, 301 to read back, the seal
        let result = stick.job("write", Some(stop_at));
        let result = result.unwrap_or_else(|| "nothing".into());
        eprintln!("{round}: killed about step {stop_at}, had told {result}");
        if round < 9 && result.contains("complete=true") {
            assert_eq!(stick.job("verify", None).unwrap(), "valid=true");
            stick = fresh();
        }
    }
    let result = stick.job("write", None).unwrap();
    eprintln!("after being pulled 10 times: {result}");
    assert!(result.starts_with("complete=true"), "{result}");
    assert_eq!(stick.job("verify", None).unwrap(), "valid=true");

    // Sectors in the middle of the data are lost: told, and mended by another export.
    stick.lose(100);
    stick.lose(200);
    assert_eq!(stick.job("verify", None).unwrap(), "valid=false");
    let result = stick.job("write", None).unwrap();
    eprintln!("after sectors were lost: {result}");
    assert!(result.starts_with("complete=true") && !result.contains("written=0"), "{result}");
    assert_eq!(stick.job("verify", None).unwrap(), "valid=true");
}

/// Too small for all: says so, keeps what fits, and never calls it whole.
fn fills_up(kind: Kind) {
    let stick = Stick::new(kind, if kind == Kind::Fat32 { 6 } else { 7 });
    let result = stick.job("write", None).unwrap();
    eprintln!("on a stick that is too small: {result}");
    assert!(result.starts_with("complete=false") && result.ends_with("Some(Full)"), "{result}");
    assert_eq!(stick.job("verify", None).unwrap(), "valid=false");
    let again = stick.job("write", None).unwrap();
    assert!(again.starts_with("complete=false") && !again.contains("kept=0"), "{again}");
}

/// Larger on its label than inside: the read-back from the device finds it, and it is never called whole.
fn lies_are_caught(wraps: bool) {
    let stick = Stick::lying(Lie { claimed: 48, real: 6, wraps });
    let result = stick.job("write", None).unwrap();
    eprintln!("on a stick that lies about its size ({}): {result}", if wraps { "wraps" } else { "forgets" });
    assert!(result.starts_with("complete=false"), "{result}");
    // The same, honest, is whole: it was the lie that was found.
    let honest = Stick::new(Kind::Fat32, 48);
    assert!(honest.job("write", None).unwrap().starts_with("complete=true"));
}

const FAT32: [&str; 4] = ["linux.uml", "busybox", "insmod", "mkfs.vfat"];
const EXFAT: [&str; 3] = ["mount.exfat-fuse", "mkfs.exfat", "losetup"];

#[test]
#[ignore = "virtual machines"]
fn a_bag_on_fat32_survives_being_pulled() {
    if have(&FAT32) {
        survives_being_pulled(Kind::Fat32);
    }
}

#[test]
#[ignore = "virtual machines"]
fn a_full_fat32_stick_is_told() {
    if have(&FAT32) {
        fills_up(Kind::Fat32);
    }
}

#[test]
#[ignore = "loop devices"]
fn a_bag_on_exfat_survives_being_pulled() {
    if have(&EXFAT) {
        survives_being_pulled(Kind::ExFat);
    }
}

#[test]
#[ignore = "loop devices"]
fn a_full_exfat_stick_is_told() {
    if have(&EXFAT) {
        fills_up(Kind::ExFat);
    }
}

#[test]
#[ignore = "virtual machines"]
fn a_fat32_stick_that_forgets_beyond_its_true_size_is_caught() {
    if have(&FAT32) && have(&["dmsetup"]) {
        lies_are_caught(false);
    }
}

#[test]
#[ignore = "virtual machines"]
fn a_fat32_stick_that_writes_over_its_beginning_is_caught() {
    if have(&FAT32) && have(&["dmsetup"]) {
        lies_are_caught(true);
    }
}
