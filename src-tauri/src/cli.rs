//! The command line: what may be typed, and where it leads.

use std::path::PathBuf;
use std::process::ExitCode;

use api::Assets;
use clap::{Args, Parser, Subcommand};

use crate::day::{self, DayCommand};
use crate::handover::{self, HandoverCommand};
use crate::{commands, platform, serve, window};

/// 毕采站: official graduation pictures, from the capture code to the outbox. Without a command the window opens.
#[derive(Parser)]
#[command(name = "gradbooth", version)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    /// Data folder of the window.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Open the window with this camera: `demo`, or an identity from `camera list`.
    #[arg(long, value_name = "ID")]
    camera: Option<String>,
    /// What the demo camera begins with; by itself it plays a day.
    #[arg(long, value_name = "SCENE", value_parser = scene, hide = true)]
    demo_scene: Option<api::view::DemoScene>,
    /// Size of the window.
    #[arg(long, value_name = "WxH", value_parser = size)]
    size: Option<(f64, f64)>,
}

#[derive(Subcommand)]
enum Command {
    /// Read the codes in picture files.
    Scan(ScanArgs),
    /// Make portraits of picture files.
    Photo(PhotoArgs),
    /// Lay originals, mattes and portraits of a folder side by side on one sheet.
    Look(LookArgs),
    /// Check pictures that somebody else made.
    Check(CheckArgs),
    /// Run the real loop over a folder of camera frames.
    Replay(ReplayArgs),
    /// 空景, the picture of the empty seat.
    Plate {
        #[command(subcommand)]
        command: PlateCommand,
    },
    /// Cameras of this machine.
    Camera {
        #[command(subcommand)]
        command: CameraCommand,
    },
    #[command(flatten)]
    Day(DayCommand),
    #[command(flatten)]
    Handover(HandoverCommand),
    /// The same station for a browser on this machine.
    Serve {
        /// Data folder.
        #[arg(long)]
        data: PathBuf,
        /// Port on the loopback address; 0 takes a free one.
        #[arg(long, default_value_t = 0)]
        port: u16,
        /// Begin with this camera: `demo`, or an identity from `camera list`.
        #[arg(long, value_name = "ID")]
        camera: Option<String>,
    },
    /// Pictures for demonstrations and tests.
    Demo {
        #[command(subcommand)]
        command: DemoCommand,
    },
}

#[derive(Args)]
pub struct ScanArgs {
    /// Picture files.
    #[arg(required = true)]
    pub files: Vec<PathBuf>,
    /// JSON lines instead of text.
    #[arg(long)]
    pub json: bool,
}

#[derive(Args)]
pub struct PhotoArgs {
    /// Picture files.
    #[arg(required = true)]
    pub files: Vec<PathBuf>,
    /// Photo standard: its id or a .toml file.
    #[arg(long, default_value = "registry-safe")]
    pub spec: String,
    /// Folder of the results; made if it is missing.
    #[arg(long)]
    pub out: PathBuf,
    /// Picture of the empty seat.
    #[arg(long)]
    pub plate: Option<PathBuf>,
    /// Also write the matte of the crop, NAME.alpha.png.
    #[arg(long)]
    pub alpha: bool,
    /// Also write the frame-sized matte, NAME.frame-alpha.png.
    #[arg(long)]
    pub cutout: bool,
    /// JSON lines instead of text.
    #[arg(long)]
    pub json: bool,
}

#[derive(Args)]
pub struct LookArgs {
    /// Folders of frames with their sub-folders, or single picture files; plate.png or plate.jpg in a folder is the
    /// empty seat of its frames.
    #[arg(required = true)]
    pub frames: Vec<PathBuf>,
    /// The sheet, a PNG; of several pages sheet-1.png, sheet-2.png and so on.
    #[arg(long)]
    pub out: PathBuf,
    /// Photo standard: its id or a .toml file.
    #[arg(long, default_value = "registry-safe")]
    pub spec: String,
    /// Picture of the empty seat, instead of those in the folders.
    #[arg(long)]
    pub plate: Option<PathBuf>,
    /// Pictures in a row.
    #[arg(long, default_value_t = 5)]
    pub columns: usize,
    /// Pictures on a sheet.
    #[arg(long, default_value_t = 50)]
    pub per_sheet: usize,
    /// Language of the sentences.
    #[arg(long, value_enum, default_value = "zh")]
    pub words: LookWords,
    /// Font file with Chinese; one of the system's if missing.
    #[arg(long)]
    pub font: Option<PathBuf>,
    /// JSON lines instead of text.
    #[arg(long)]
    pub json: bool,
}

/// Language of the sentences on a sheet.
#[derive(Clone, Copy, clap::ValueEnum)]
pub enum LookWords {
    /// 中文
    Zh,
    /// English
    En,
    /// Both
    Both,
}

#[derive(Args)]
pub struct CheckArgs {
    /// Picture files.
    #[arg(required = true)]
    pub files: Vec<PathBuf>,
    /// Photo standard: its id or a .toml file.
    #[arg(long, default_value = "registry-safe")]
    pub spec: String,
    /// JSON lines instead of text.
    #[arg(long)]
    pub json: bool,
}

#[derive(Args)]
pub struct ReplayArgs {
    /// Folder of frames, taken in name order; plate.png or plate.jpg among them is the empty seat.
    pub frames: PathBuf,
    /// Data folder; made if it is missing.
    #[arg(long)]
    pub data: PathBuf,
    /// Photo standard: its id or a .toml file.
    #[arg(long, default_value = "registry-safe")]
    pub spec: String,
    /// Name of the station.
    #[arg(long, default_value = "replay")]
    pub station: String,
    /// JSON lines instead of text.
    #[arg(long)]
    pub json: bool,
}

#[derive(Subcommand)]
pub enum PlateCommand {
    /// Say what pictures of the empty seat are worth: evenness, colour cast, lamp balance, exposure.
    Check {
        /// Picture files.
        #[arg(required = true)]
        files: Vec<PathBuf>,
        /// JSON lines instead of text.
        #[arg(long)]
        json: bool,
    },
}

#[derive(Subcommand)]
pub enum CameraCommand {
    /// What is connected, and what it can send.
    List {
        /// JSON lines instead of text.
        #[arg(long)]
        json: bool,
    },
    /// What is wrong with a camera, in plain words.
    Diagnose {
        /// Identity from `camera list`; the first camera if missing.
        id: Option<String>,
        /// JSON lines instead of text.
        #[arg(long)]
        json: bool,
    },
}

#[derive(Subcommand)]
pub enum DemoCommand {
    /// Cut the fetched demo photos out, once.
    Prepare,
    /// Draw a folder of frames for `replay`.
    Day {
        /// Folder; made if it is missing.
        #[arg(long)]
        out: PathBuf,
        /// How many students.
        #[arg(long, default_value_t = 6)]
        students: usize,
        /// Another seed is another day.
        #[arg(long, default_value_t = 1)]
        seed: u64,
    },
}

fn scene(text: &str) -> Result<api::view::DemoScene, String> {
    serde_json::from_value(serde_json::Value::from(text)).map_err(|e| e.to_string())
}

fn size(text: &str) -> Result<(f64, f64), String> {
    let parts = text.split_once('x').and_then(|(w, h)| Some((w.parse().ok()?, h.parse().ok()?)));
    parts.ok_or_else(|| "wanted: WIDTHxHEIGHT, like 1366x768".to_owned())
}

/// Runs what was typed. 0 done, 1 some input failed or was refused, 2 wrong usage.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    // A script's stderr is for what went wrong; the window's log tells the day.
    let level = if cli.command.is_some() { tracing::Level::WARN } else { tracing::Level::INFO };
    tracing_subscriber::fmt().with_writer(std::io::stderr).with_ansi(false).with_max_level(level).init();
    let exe = std::env::current_exe().unwrap_or_default();
    let Some(assets) = Assets::find(&exe) else {
        eprintln!(
            "找不到程序文件夹 assets，请重装程序。(The assets folder is missing: reinstall, or set GRADBOOTH_ASSETS.)"
        );
        return ExitCode::FAILURE;
    };
    match cli.command {
        Some(Command::Scan(args)) => commands::scan(&args),
        Some(Command::Photo(args)) => commands::photo(&args, &assets),
        Some(Command::Look(args)) => commands::look(&args, &assets),
        Some(Command::Check(args)) => commands::check(&args, &assets),
        Some(Command::Replay(args)) => commands::replay(&args, &assets),
        Some(Command::Plate { command: PlateCommand::Check { files, json } }) => {
            commands::plate(&files, json, &assets)
        }
        Some(Command::Camera { command }) => commands::camera(&command),
        Some(Command::Day(command)) => day::run(&command, &assets),
        Some(Command::Handover(command)) => handover::run(&command, &assets),
        Some(Command::Serve { data, port, camera }) => serve::run(
            window::config(data, assets, camera.is_none(), api::view::DemoScene::Auto),
            port,
            camera,
        ),
        Some(Command::Demo { command }) => commands::demo(&command, &assets),
        None if !platform::has_display() => {
            eprintln!(
                "没有图形界面。可用命令行：gradbooth replay DIR --data DIR --json，或 gradbooth --help。\n\
                 (No display. Use the command line: gradbooth replay DIR --data DIR --json, or gradbooth --help.)"
            );
            ExitCode::FAILURE
        }
        None => window::open(window::Wish {
            data: cli.data.unwrap_or_else(platform::data_folder),
            camera: cli.camera,
            demo: cli.demo_scene.unwrap_or(api::view::DemoScene::Auto),
            size: cli.size.unwrap_or((1366.0, 768.0)),
            assets,
        }),
    }
}
