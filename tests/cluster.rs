//! The recipes for clusters do what they say: all their parts together analyse every call of a folder once.
#![cfg(unix)]

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

const CALLS: usize = 11;

fn recipe(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts/cluster").join(name)
}

/// A folder of transcripts in a folder of its own.
fn home() -> tempfile::TempDir {
    let home = tempfile::tempdir().unwrap();
    std::fs::create_dir(home.path().join("calls")).unwrap();
    for call in 0..CALLS {
        let text = format!(
            "WEBVTT\n\n00:00.000 --> 00:04.000\n<v Ann>Good morning, this is call {call}.\n\n\
             00:05.000 --> 00:09.000\n<v Me>Shall we look at the invoice of last week?\n"
        );
        std::fs::write(home.path().join(format!("calls/{call}.vtt")), text).unwrap();
    }
    home
}

/// A shell in which `rapport` is the program under test.
fn shell(home: &Path) -> Command {
    let binary = assert_cmd::cargo::cargo_bin!("rapport");
    let mut path = binary.parent().unwrap().as_os_str().to_owned();
    path.push(":/usr/local/bin:/usr/bin:/bin");
    let mut command = Command::new("env");
    command.env("PATH", path).env("HOME", home).current_dir(home);
    command
}

/// The reports there are, each with the moment it was last written.
fn reports(home: &Path) -> Vec<(PathBuf, std::time::SystemTime)> {
    let files = std::fs::read_dir(home.join("reports")).into_iter().flatten().map(|entry| entry.unwrap().path());
    let mut files: Vec<_> = files.filter(|file| file.extension().is_some_and(|ending| ending == "json")).collect();
    files.sort();
    files.into_iter().map(|file| (file.clone(), file.metadata().unwrap().modified().unwrap())).collect()
}

/// Runs all parts and looks whether each added reports of its own and left those of the others alone.
fn run_parts(home: &Path, parts: Vec<Command>) {
    let mut before = reports(home);
    assert!(before.is_empty());
    let mut busy = 0;
    for mut part in parts {
        let out = part.output().unwrap();
        assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
        let after = reports(home);
        assert!(before.iter().all(|report| after.contains(report)), "a part did again what another had done");
        busy += usize::from(after.len() > before.len());
        before = after;
    }
    assert_eq!(before.len(), CALLS);
    assert!(busy > 1, "one part did everything");
}

#[test]
fn a_slurm_array_does_every_call_once() {
    let checked = Command::new("bash").arg("-n").arg(recipe("slurm_array.sh")).output().unwrap();
    assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stderr));
    let home = home();
    // An array that counts from 4, as `sbatch --array=4-7` makes it.
    let parts = (4..8).map(|task| {
        let mut command = shell(home.path());
        command.arg("bash").arg(recipe("slurm_array.sh")).args(["calls", "reports", "--format", "none"]);
        command.env("SLURM_ARRAY_TASK_ID", task.to_string());
        command.envs([("SLURM_ARRAY_TASK_MIN", "4"), ("SLURM_ARRAY_TASK_COUNT", "4"), ("SLURM_CPUS_PER_TASK", "2")]);
        command
    });
    run_parts(home.path(), parts.collect());
}

#[test]
fn a_slurm_task_without_its_folders_says_what_it_wants() {
    let home = home();
    let out = shell(home.path()).arg("bash").arg(recipe("slurm_array.sh")).output().unwrap();
    assert!(!out.status.success());
    assert!(String::from_utf8_lossy(&out.stderr).contains("the folder of the calls"));
}

#[test]
fn an_indexed_job_does_every_call_once() {
    let job: Value = serde_json::from_str(&std::fs::read_to_string(recipe("kubernetes_job.json")).unwrap()).unwrap();
    assert_eq!((&job["apiVersion"], &job["kind"]), (&"batch/v1".into(), &"Job".into()));
    assert_eq!(job["spec"]["completionMode"], "Indexed");
    let pod = &job["spec"]["template"]["spec"];
    assert_eq!(pod["restartPolicy"], "Never", "as a failure limit for each index wants it");
    let container = &pod["containers"][0];
    let set = |name: &str| {
        let all = container["env"].as_array().unwrap();
        all.iter().find(|one| one["name"] == name).unwrap()["value"].as_str().unwrap().to_owned()
    };
    let count = job["spec"]["completions"].as_u64().unwrap();
    assert_eq!(set("RAPPORT_PARTS"), count.to_string());
    // Every mounted volume is one of the pod's, and what the command names is mounted.
    let names = |list: &Value| -> Vec<String> {
        list.as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(names(&container["volumeMounts"]), names(&pod["volumes"]));
    for folder in ["RAPPORT_CALLS", "RAPPORT_REPORTS"] {
        assert!(container["volumeMounts"].as_array().unwrap().iter().any(|mount| mount["mountPath"] == set(folder)));
    }

    let home = home();
    let words: Vec<&str> = container["command"].as_array().unwrap().iter().map(|word| word.as_str().unwrap()).collect();
    let parts = (0..count).map(|index| {
        let mut command = shell(home.path());
        command.args(&words).env("RAPPORT_CALLS", "calls").env("RAPPORT_REPORTS", "reports");
        command.env("RAPPORT_PARTS", count.to_string()).env("JOB_COMPLETION_INDEX", index.to_string());
        command
    });
    run_parts(home.path(), parts.collect());
}
