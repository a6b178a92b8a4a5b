//! Parquet files as DuckDB reads them: the two queries of the README, and every value.
//!
//! Needs a Python with duckdb, which `scripts/test` sets up and names in `RAPPORT_PYTHON`; without one, says so and passes.

#[path = "common/months.rs"]
mod months;

use std::path::Path;
use std::process::Command;

use serde_json::Value;

/// Reads SQL from standard input, prints the rows as JSON.
const RUNNER: &str = r"
import json, sys, duckdb
result = duckdb.sql(sys.stdin.read())
names = result.columns
print(json.dumps([dict(zip(names, row)) for row in result.fetchall()], default=str))
";

fn python() -> Option<std::ffi::OsString> {
    let python = std::env::var_os("RAPPORT_PYTHON")?;
    let found = Command::new(&python).args(["-c", "import duckdb"]).output().ok()?;
    found.status.success().then_some(python)
}

fn sql(python: &std::ffi::OsStr, folder: &Path, query: &str) -> Vec<Value> {
    std::fs::write(folder.join("query.sql"), query).unwrap();
    let out = Command::new(python)
        .args(["-c", RUNNER])
        .current_dir(folder)
        .stdin(std::fs::File::open(folder.join("query.sql")).unwrap())
        .output()
        .unwrap();
    assert!(out.status.success(), "{query}\n{}", String::from_utf8_lossy(&out.stderr));
    serde_json::from_slice(&out.stdout).unwrap()
}

/// The queries in the README, in order.
fn queries() -> Vec<String> {
    let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
    text.split("```sql\n").skip(1).map(|rest| rest.split("```").next().unwrap().to_owned()).collect()
}

#[test]
fn duckdb_reads_years_of_calls() {
    let Some(python) = python() else {
        println!("skipped: RAPPORT_PYTHON names no Python with duckdb (scripts/test sets one up)");
        return;
    };
    let home = tempfile::tempdir().unwrap();
    let mut calls = months::year(6);
    calls[0].client = None;
    calls[1].redirects = vec![];
    for (number, spec) in calls.iter().enumerate() {
        let place = home.path().join(format!("reports/{number}.json"));
        std::fs::create_dir_all(place.parent().unwrap()).unwrap();
        std::fs::write(place, spec.text(number)).unwrap();
    }
    let written = Command::new(assert_cmd::cargo::cargo_bin!("rapport"))
        .args(["compare", "--to", "parquet", "-o", "calls.parquet"])
        .current_dir(home.path())
        .status()
        .unwrap();
    assert!(written.success());

    let rows = sql(&python, home.path(), "SELECT * FROM 'calls.parquet' ORDER BY CAST(report[:-6] AS INTEGER)");
    assert_eq!(rows.len(), calls.len());
    for (number, (row, spec)) in rows.iter().zip(&calls).enumerate() {
        assert_eq!(row["id"], format!("{number:032x}"));
        assert_eq!(row["date"], spec.date.to_string());
        assert_eq!(row["began"], format!("{} 10:00:00", spec.date));
        assert_eq!(row["client"].as_str(), spec.client.as_deref());
        let close = |name: &str, wanted: f64| {
            let found = row[name].as_f64().unwrap();
            assert!((found - wanted).abs() < 1e-4, "{number} {name}: {found}, wanted {wanted}");
        };
        close("small_talk_ratio", spec.small_talk);
        close("minutes", spec.minutes);
        close("talk_ratio", spec.talk_ratio);
        let count = |name: &str| row[name].as_u64().unwrap() as usize;
        assert_eq!(count("tangents"), spec.tangents.len());
        assert_eq!(count("tangents_driven_by_others"), spec.tangents.iter().filter(|tangent| tangent.2).count());
        assert_eq!(count("redirects"), spec.redirects.len());
        assert_eq!(count("redirects_held"), spec.redirects.iter().filter(|held| **held).count());
    }
    let types =
        sql(&python, home.path(), "DESCRIBE SELECT date, began, minutes, tangents, client FROM 'calls.parquet'");
    let types: Vec<_> = types.iter().map(|row| row["column_type"].as_str().unwrap()).collect();
    assert_eq!(types, ["DATE", "TIMESTAMP", "DOUBLE", "INTEGER", "VARCHAR"]);

    let queries = queries();
    assert_eq!(queries.len(), 2, "the README shows two queries");
    let months = sql(&python, home.path(), &queries[0]);
    let brightside: Vec<_> = months.iter().filter(|row| row["client"] == "Brightside").collect();
    assert!(brightside.len() >= 10, "{months:?}");
    let share = |row: &Value| row["small_talk"].as_f64().unwrap();
    assert!(share(brightside[brightside.len() - 1]) > share(brightside[0]), "a year that grows chatty");
    let sides = sql(&python, home.path(), &queries[1]);
    let held = |since: bool| sides.iter().find(|row| row["since"] == since).unwrap()["held"].as_f64().unwrap();
    assert!(held(true) > held(false), "{sides:?}");
}
