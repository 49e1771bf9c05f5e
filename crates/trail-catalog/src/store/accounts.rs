//! Who may log in, and what they may do.

use rusqlite::params;

use super::{Result, Store, sql};

/// What a role allows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rights {
    /// To search sessions and look at them.
    pub search: bool,
    /// To list users.
    pub search_in_all_users: bool,
    /// To take trails away.
    pub download: bool,
    /// To add recordings and to have them indexed again.
    pub administer: bool,
}

impl Rights {
    fn to_bits(self) -> u8 {
        let flags = [self.search, self.search_in_all_users, self.download, self.administer];
        flags.into_iter().enumerate().map(|(bit, flag)| u8::from(flag) << bit).sum()
    }

    fn from_bits(bits: u8) -> Rights {
        let flag = |bit: u8| bits >> bit & 1 == 1;
        Rights { search: flag(0), search_in_all_users: flag(1), download: flag(2), administer: flag(3) }
    }
}

/// A named set of rights, which may hold for some sessions only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Role {
    /// Its name.
    pub name: String,
    /// What it allows.
    pub rights: Rights,
    /// The sessions it allows it for, in the metadata filter language; all if there is none.
    pub filter: Option<String>,
}

/// Somebody who may log in.
#[derive(Clone, PartialEq, Eq)]
pub struct Account {
    /// The login name.
    pub name: String,
    /// The name of the role.
    pub role: String,
    /// The password, hashed, in PHC form.
    pub password_hash: String,
}

impl std::fmt::Debug for Account {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Account").field("name", &self.name).field("role", &self.role).finish_non_exhaustive()
    }
}

impl Store {
    /// Adds an account, or changes the one of that name. Its role must be there.
    ///
    /// # Errors
    /// [`StoreError`](super::StoreError), also if the role is not there.
    pub fn put_account(&self, account: &Account) -> Result<()> {
        let doing = "store an account";
        self.write(doing, |transaction| {
            let put = "INSERT INTO account (name, role, password_hash) VALUES (?1, ?2, ?3) \
                 ON CONFLICT (name) DO UPDATE SET role = excluded.role, password_hash = excluded.password_hash";
            let Account { name, role, password_hash } = account;
            transaction.execute(put, params![name, role, password_hash]).map_err(sql(doing))?;
            Ok(())
        })
    }

    /// The account of that name.
    ///
    /// # Errors
    /// [`StoreError`](super::StoreError).
    pub fn account(&self, name: &str) -> Result<Option<Account>> {
        let reader = self.reader()?;
        let select = "SELECT name, role, password_hash FROM account WHERE name = ?1";
        reader.row("read an account", select, [name], |row| {
            Ok(Account { name: row.get(0)?, role: row.get(1)?, password_hash: row.get(2)? })
        })
    }

    /// All accounts, by name.
    ///
    /// # Errors
    /// [`StoreError`](super::StoreError).
    pub fn accounts(&self) -> Result<Vec<Account>> {
        let doing = sql("read accounts");
        let reader = self.reader()?;
        let select = "SELECT name, role, password_hash FROM account ORDER BY name";
        let mut select = reader.prepare(select).map_err(&doing)?;
        let rows = select
            .query_map([], |row| Ok(Account { name: row.get(0)?, role: row.get(1)?, password_hash: row.get(2)? }))
            .map_err(&doing)?;
        rows.collect::<rusqlite::Result<_>>().map_err(&doing)
    }

    /// Removes an account; tells whether it was there.
    ///
    /// # Errors
    /// [`StoreError`](super::StoreError).
    pub fn remove_account(&self, name: &str) -> Result<bool> {
        let doing = "remove an account";
        self.write(doing, |transaction| {
            Ok(transaction.execute("DELETE FROM account WHERE name = ?1", [name]).map_err(sql(doing))? > 0)
        })
    }

    /// Adds a role, or changes the one of that name.
    ///
    /// # Errors
    /// [`StoreError`](super::StoreError).
    pub fn put_role(&self, role: &Role) -> Result<()> {
        let doing = "store a role";
        self.write(doing, |transaction| {
            let put = "INSERT INTO role (name, rights, filter) VALUES (?1, ?2, ?3) \
                 ON CONFLICT (name) DO UPDATE SET rights = excluded.rights, filter = excluded.filter";
            transaction.execute(put, params![role.name, role.rights.to_bits(), role.filter]).map_err(sql(doing))?;
            Ok(())
        })
    }

    /// All roles, by name.
    ///
    /// # Errors
    /// [`StoreError`](super::StoreError).
    pub fn roles(&self) -> Result<Vec<Role>> {
        let doing = sql("read roles");
        let reader = self.reader()?;
        let mut select =
            reader.prepare_cached("SELECT name, rights, filter FROM role ORDER BY name").map_err(&doing)?;
        let rows = select.query_map([], |row| {
            Ok(Role { name: row.get(0)?, rights: Rights::from_bits(row.get(1)?), filter: row.get(2)? })
        });
        rows.map_err(&doing)?.collect::<rusqlite::Result<_>>().map_err(&doing)
    }

    /// The role of that name.
    ///
    /// # Errors
    /// [`StoreError`](super::StoreError).
    pub fn role(&self, name: &str) -> Result<Option<Role>> {
        Ok(self.roles()?.into_iter().find(|role| role.name == name))
    }
}
