//! `trail user` and `trail role`: who may log in to the service, and what they may do.

use std::io::{self, Read, Write};

use anyhow::{Context, Result, bail};
use serde_json::json;
use trail_catalog::filter::{FilterOptions, Schema, read};
use trail_catalog::{Account, Rights, Role, Store};
use trail_index::DataDir;
use trail_server::{Clock, SystemClock};

use crate::args::{AccessListArgs, Right, RoleAddArgs, RoleArgs, RoleCommand, UserAddArgs, UserArgs, UserCommand};
use crate::outcome::Outcome;
use crate::ui::printable;

/// Bytes of a password that are read.
const PASSWORD_LEN_MAX: u64 = 4096;

pub(crate) fn user(args: &UserArgs) -> Result<Outcome> {
    match &args.command {
        UserCommand::Add(args) => add_user(args),
        UserCommand::List(args) => list_users(args),
        UserCommand::Remove(args) => {
            let store = Store::open(DataDir::open(&args.data)?.root())?;
            if !store.remove_account(&args.name)? {
                bail!("nobody is called {:?}", args.name);
            }
            Ok(Outcome::done(false))
        }
    }
}

pub(crate) fn role(args: &RoleArgs) -> Result<Outcome> {
    match &args.command {
        RoleCommand::Add(args) => add_role(args),
        RoleCommand::List(args) => list_roles(args),
    }
}

fn add_user(args: &UserAddArgs) -> Result<Outcome> {
    if !args.password_stdin {
        bail!("give the password on standard input, with --password-stdin");
    }
    if args.name.is_empty() || args.name.contains(':') {
        bail!("a name must not be empty and must not hold a colon");
    }
    let store = Store::open(DataDir::create(&args.data)?.root())?;
    if store.role(&args.role)?.is_none() {
        let names: Vec<String> = store.roles()?.into_iter().map(|role| role.name).collect();
        bail!("no role {:?}; there are {}", args.role, names.join(", "));
    }
    let mut password = Vec::new();
    io::stdin().lock().take(PASSWORD_LEN_MAX).read_to_end(&mut password)?;
    if password.ends_with(b"\n") {
        password.pop();
    }
    if password.ends_with(b"\r") {
        password.pop();
    }
    let password_hash = trail_server::hash_password(&password)?;
    store.put_account(&Account { name: args.name.clone(), role: args.role.clone(), password_hash })?;
    Ok(Outcome::done(false))
}

fn list_users(args: &AccessListArgs) -> Result<Outcome> {
    let store = Store::open(DataDir::open(&args.data)?.root())?;
    let mut out = io::stdout().lock();
    for Account { name, role, .. } in store.accounts()? {
        match args.json {
            true => writeln!(out, "{}", json!({ "name": name, "role": role }))?,
            false => writeln!(out, "{}  {}", printable(&name), printable(&role))?,
        }
    }
    Ok(Outcome::done(false))
}

fn add_role(args: &RoleAddArgs) -> Result<Outcome> {
    if args.name.is_empty() {
        bail!("a role must have a name");
    }
    if let Some(filter) = &args.q {
        let now_ms = SystemClock.now().0 / 1_000_000;
        read(filter, &Schema::audit(), &FilterOptions::audit(now_ms))
            .with_context(|| format!("the filter {filter:?} cannot be read"))?;
    }
    let has = |right| args.rights.contains(&right);
    let rights = Rights {
        search: has(Right::Search),
        search_in_all_users: has(Right::SearchInAllUsers),
        download: has(Right::Download),
        administer: has(Right::Administer),
    };
    let store = Store::open(DataDir::create(&args.data)?.root())?;
    store.put_role(&Role { name: args.name.clone(), rights, filter: args.q.clone() })?;
    Ok(Outcome::done(false))
}

fn list_roles(args: &AccessListArgs) -> Result<Outcome> {
    let store = Store::open(DataDir::open(&args.data)?.root())?;
    let mut out = io::stdout().lock();
    for Role { name, rights, filter } in store.roles()? {
        let rights = [
            (rights.search, "search"),
            (rights.search_in_all_users, "search-in-all-users"),
            (rights.download, "download"),
            (rights.administer, "administer"),
        ];
        let rights: Vec<&str> = rights.into_iter().filter(|(has, _)| *has).map(|(_, name)| name).collect();
        if args.json {
            writeln!(out, "{}", json!({ "name": name, "rights": rights, "q": filter }))?;
            continue;
        }
        let filter = filter.map_or(String::new(), |filter| format!("  where {}", printable(&filter)));
        writeln!(out, "{}  {}{filter}", printable(&name), rights.join(","))?;
    }
    Ok(Outcome::done(false))
}
