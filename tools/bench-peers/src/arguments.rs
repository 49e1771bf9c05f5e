//! What the comparisons take on their command lines.

use std::path::PathBuf;
use std::str::FromStr;

use anyhow::{Context, Result, bail};

/// `--name value` pairs.
pub struct Arguments(Vec<(String, String)>);

impl Arguments {
    /// Reads the command line.
    ///
    /// # Errors
    /// If an argument has no value, or is not among `known`.
    pub fn read(known: &[&str]) -> Result<Arguments> {
        let mut given = std::env::args().skip(1);
        let mut pairs = Vec::new();
        while let Some(argument) = given.next() {
            let name = argument.strip_prefix("--").filter(|name| known.contains(name));
            let Some(name) = name else {
                bail!("unknown argument {argument}, expected one of --{}", known.join(" --"));
            };
            let value = given.next().with_context(|| format!("{argument} needs a value"))?;
            pairs.push((name.to_owned(), value));
        }
        Ok(Arguments(pairs))
    }

    /// The value of an argument, or `default`.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn get<T: FromStr>(&self, name: &str, default: T) -> Result<T> {
        match self.0.iter().rev().find(|(given, _)| given == name) {
            None => Ok(default),
            Some((_, value)) => match value.parse() {
                Ok(value) => Ok(value),
                Err(_) => bail!("--{name} does not take {value}"),
            },
        }
    }

    /// The folder of inputs: `--inputs`, else `target/bench-inputs`.
    ///
    /// # Errors
    /// If it is not there.
    pub fn inputs(&self) -> Result<PathBuf> {
        let folder = self.get("inputs", PathBuf::from("target/bench-inputs"))?;
        if !folder.is_dir() {
            bail!("{} is not there: python3 tools/bench-peers/inputs.py makes it", folder.display());
        }
        Ok(folder)
    }
}
