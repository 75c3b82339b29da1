//! Where the program's own files are: specs, models, demo pictures.

use std::path::{Path, PathBuf};

use domain::{PhotoSpec, Text};
use imaging::models::ModelFiles;

use crate::error::ApiError;
use crate::view::SpecChoice;

/// The folder with `specs`, `models` and `demo`.
#[derive(Debug, Clone)]
pub struct Assets(PathBuf);

impl Assets {
    /// This folder, whatever is in it.
    pub fn at(folder: impl Into<PathBuf>) -> Self {
        Self(folder.into())
    }

    /// The folder that belongs to the program at `exe`: beside it, where an installer puts it, or the source tree
    /// that it was built in. `GRADBOOTH_ASSETS` overrides all.
    pub fn find(exe: &Path) -> Option<Self> {
        if let Some(set) = std::env::var_os("GRADBOOTH_ASSETS") {
            return Some(Self(PathBuf::from(set)));
        }
        let dir = exe.parent()?;
        let installed =
            [dir.join("assets"), dir.join("../lib/Gradbooth/assets"), dir.join("../lib/gradbooth/assets")];
        let in_tree = dir.ancestors().map(|d| d.join("assets"));
        installed.into_iter().chain(in_tree).find(|d| d.join("specs").is_dir()).map(Self)
    }

    /// The folder itself.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Folder of the cut-outs that the demo camera shows.
    pub fn cutouts(&self) -> PathBuf {
        self.0.join("demo/cutouts")
    }

    /// The font of everything that is printed.
    pub fn font(&self) -> PathBuf {
        self.0.join("fonts/NotoSansSC-Regular.ttf")
    }

    /// Layouts of sheets of prints, by the name of their file.
    pub fn print_layouts(&self) -> Vec<(String, std::io::Result<String>)> {
        let stem = |file: &PathBuf| file.file_stem().map(|s| s.to_string_lossy().into_owned());
        let files = toml_files(&self.0.join("prints"));
        files.iter().filter_map(|file| Some((stem(file)?, std::fs::read_to_string(file)))).collect()
    }

    /// Reads the model files; a missing one is named.
    pub fn models(&self) -> Result<ModelFiles, ApiError> {
        let folder = self.0.join("models");
        let read = |name: &str| {
            std::fs::read(folder.join(name)).map_err(|e| {
                ApiError::new(
                    "model_missing",
                    format!("缺少模型文件 {name}，不能出片。请重新运行安装（cargo xtask setup）或重装程序。"),
                    format!("The model file {name} is missing. Run the set-up again (cargo xtask setup) or reinstall."),
                )
                .with_story(e)
            })
        };
        let library = imaging::models::RUNTIME_LIBRARY;
        imaging::models::verify_runtime(&read(library)?).map_err(model_error)?;
        let runtime_library = folder.join(library);
        Ok(ModelFiles {
            modnet: read("modnet.onnx")?,
            face_landmarker: read("face_landmarker.task")?,
            runtime_library,
        })
    }

    /// All specs: those in the box, then those that the crew put into the data folder.
    pub fn specs(&self, data: Option<&Path>) -> Vec<(SpecChoice, Option<PhotoSpec>)> {
        let mut all: Vec<(SpecChoice, Option<PhotoSpec>)> = Vec::new();
        for folder in [Some(self.0.join("specs")), data.map(|d| d.join("specs"))].into_iter().flatten() {
            for file in toml_files(&folder) {
                let (choice, spec) = read_spec(&file);
                // A file of the crew replaces the one of the same name in the box, and is refused loudly if damaged.
                all.retain(|(known, _)| known.id != choice.id);
                all.push((choice, spec));
            }
        }
        all
    }

    /// One spec by its id, or by the path of its file.
    pub fn spec(&self, id: &str, data: Option<&Path>) -> Result<PhotoSpec, ApiError> {
        let as_file = Path::new(id);
        let found = if as_file.extension().is_some_and(|e| e == "toml") && as_file.is_file() {
            Some(read_spec(as_file))
        } else {
            self.specs(data).into_iter().find(|(choice, _)| choice.id == id)
        };
        match found {
            Some((_, Some(spec))) => Ok(spec),
            Some((SpecChoice { refused: Some(why), .. }, _)) => {
                Err(ApiError::new("bad_spec", why.zh, why.en))
            }
            _ => Err(ApiError::new(
                "no_such_spec",
                format!("没有名为 {id} 的照片标准。"),
                format!("There is no photo standard named {id}."),
            )),
        }
    }
}

/// What went wrong with a model, in words.
pub fn model_error(error: imaging::error::ImagingError) -> ApiError {
    use imaging::error::ImagingError;
    match &error {
        ImagingError::ModelAltered { name, .. } => ApiError::new(
            "model_altered",
            format!("模型文件 {name} 不是随本程序发布的那一份，已拒绝使用。请重新运行安装（cargo xtask setup）。"),
            format!("The model file {name} is not the released one and was refused. Run the set-up again (cargo xtask setup)."),
        ),
        _ => ApiError::new(
            "model_broken",
            "图像模型无法启动，不能出片。请重新运行安装（cargo xtask setup）或重装程序。",
            "The imaging models do not start. Run the set-up again (cargo xtask setup) or reinstall.",
        ),
    }
    .with_story(error)
}

fn toml_files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .map(|entries| {
            entries
                .flatten()
                .map(|e| e.path())
                .filter(|p| p.extension().is_some_and(|e| e == "toml"))
                .collect()
        })
        .unwrap_or_default();
    files.sort();
    files
}

fn read_spec(file: &Path) -> (SpecChoice, Option<PhotoSpec>) {
    let stem = file.file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default();
    let refused = |zh: String, en: String| {
        let choice = SpecChoice {
            id: stem.clone(),
            name: Text::new(stem.clone(), stem.clone()),
            source: String::new(),
            refused: Some(Text::new(zh, en)),
        };
        (choice, None)
    };
    let text = match std::fs::read_to_string(file) {
        Ok(text) => text,
        Err(e) => {
            return refused(
                format!("标准文件 {stem}.toml 读不出：{e}"),
                format!("The standard {stem}.toml cannot be read: {e}"),
            );
        }
    };
    match PhotoSpec::parse(&text) {
        Ok(spec) if spec.id != stem => refused(
            format!("标准文件 {stem}.toml 里的 id 是 {}，与文件名不符。", spec.id),
            format!("The standard {stem}.toml calls itself {}: name and id must agree.", spec.id),
        ),
        Ok(spec) => {
            let choice = SpecChoice {
                id: spec.id.clone(),
                name: spec.name.clone(),
                source: spec.source.clone(),
                refused: None,
            };
            (choice, Some(spec))
        }
        Err(e) => refused(
            format!("标准文件 {stem}.toml 第 {} 行：{}", e.line, e.reason),
            format!("The standard {stem}.toml, line {}: {}", e.line, e.reason_en),
        ),
    }
}
