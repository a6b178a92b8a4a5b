//! Where models may lie. All that comes from the environment is gathered here once, so that the rest is a function
//! of its arguments.

use std::path::{Path, PathBuf};

use etcetera::BaseStrategy;

/// How many folders above the program are looked at for the repository: `target/release/deps` is three deep, and a
/// program installed in a deep folder should not search the whole disk.
const WALK_UP_MAX: usize = 8;

/// What is known about the surroundings.
#[derive(Debug, Clone, Default)]
pub struct Places {
    /// `RAPPORT_MODEL`, when set and not empty: a path or a name.
    pub asked: Option<String>,
    /// The program's own file.
    pub executable: Option<PathBuf>,
    /// The current folder.
    pub current: Option<PathBuf>,
    /// The user's data folder (`$XDG_DATA_HOME`, `~/.local/share`); `None` when there is no home folder.
    pub data: Option<PathBuf>,
}

impl Places {
    /// The surroundings of this process. `RAPPORT_DATA_DIR` replaces the user's data folder.
    #[must_use]
    pub fn from_env() -> Self {
        let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
        let users = || etcetera::choose_base_strategy().ok().map(|strategy| strategy.data_dir());
        Self {
            asked: set("RAPPORT_MODEL").map(|value| value.to_string_lossy().into_owned()),
            executable: std::env::current_exe().ok().map(|path| path.canonicalize().unwrap_or(path)),
            current: std::env::current_dir().ok(),
            data: set("RAPPORT_DATA_DIR").map(PathBuf::from).or_else(users),
        }
    }

    /// Where pulled models are kept: `DATA/rapport/models`.
    #[must_use]
    pub fn store(&self) -> Option<PathBuf> {
        self.data.as_ref().map(|data| data.join("rapport").join("models"))
    }

    /// Where voice prints are kept: `DATA/rapport/voices`.
    #[must_use]
    pub fn voices(&self) -> Option<PathBuf> {
        self.data.as_ref().map(|data| data.join("rapport").join("voices"))
    }

    /// The folders that are searched, in this order: `models/` of the repository the program was built in (the
    /// nearest folder above it whose `models/` holds our catalog), `models/` in the current folder, the user's store.
    /// None is listed twice; whether each exists is not looked at, but for the first.
    #[must_use]
    pub fn folders(&self) -> Vec<PathBuf> {
        let beside = self.executable.as_deref().and_then(repository_models);
        let here = self.current.as_ref().map(|current| current.join("models"));
        let mut folders: Vec<PathBuf> = Vec::new();
        for folder in [beside, here, self.store()].into_iter().flatten() {
            if !folders.contains(&folder) {
                folders.push(folder);
            }
        }
        folders
    }
}

fn repository_models(executable: &Path) -> Option<PathBuf> {
    let above = executable.ancestors().skip(1).take(WALK_UP_MAX);
    above.map(|folder| folder.join("models")).find(|models| models.join("catalog.toml").is_file())
}
