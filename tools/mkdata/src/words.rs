//! What the generated sessions say.

use crate::random::Random;

pub(crate) const USERS: [&str; 8] = ["alice", "bob", "carol", "dave", "erin", "frank", "grace", "heidi"];
pub(crate) const HOSTS: [&str; 6] = ["web01", "web02", "db01", "mail", "backup", "gateway"];
pub(crate) const PROCESSES: [&str; 10] =
    ["nginx", "postgres", "sshd", "systemd", "cron", "java", "python3", "rsyslogd", "dockerd", "node"];
const SERVICES: [&str; 8] = ["sshd", "nginx", "kernel", "cron", "postfix/smtpd", "systemd", "sudo", "named"];
const PATHS: [&str; 10] = [
    "/etc/passwd",
    "/etc/ssh/sshd_config",
    "/var/log/auth.log",
    "/var/www/html/index.html",
    "/usr/local/bin/deploy.sh",
    "/home/alice/.bashrc",
    "/opt/app/config.yaml",
    "/etc/fstab",
    "/srv/backup/2026-01-02.tar.gz",
    "/etc/sudoers.d/admins",
];

/// A command line of an administrator.
pub(crate) fn command(random: &mut Random) -> String {
    let (user, path, process) = (random.choose(&USERS), random.choose(&PATHS), random.choose(&PROCESSES));
    match random.below(14) {
        0 => format!("sudo useradd -m {user}{}", random.below(100)),
        1 => format!("sudo usermod -aG sudo {user}"),
        2 => format!("cat {path}"),
        3 => format!("ls -l {path}"),
        4 => format!("grep -r {user} {path}"),
        5 => format!("systemctl restart {process}"),
        6 => format!("ssh {user}@{}", random.choose(&HOSTS)),
        7 => format!("tail -n {} {path}", random.below(100)),
        8 => format!("chmod {:o} {path}", random.below(512)),
        9 => "df -h".to_owned(),
        10 => format!("ps aux | grep {process}"),
        11 => format!("curl -s http://10.0.{}.{}/health", random.below(256), random.below(256)),
        12 => format!("git log --oneline -n {}", random.below(50)),
        _ => format!("echo $(date) {user} >> {path}"),
    }
}

/// A line of some command's output.
pub(crate) fn output_line(random: &mut Random) -> String {
    match random.below(6) {
        0 => log_line(random),
        1 => hosts_line(random),
        2 => format!("{:07x} {} {} {}", random.below(1 << 28), verb(random), noun(random), noun(random)),
        3 => format!(
            "-rw-r--r-- 1 {} root {:>8} Jan {:>2} {:02}:{:02} {}",
            random.choose(&USERS),
            random.below(10_000_000),
            1 + random.below(31),
            random.below(24),
            random.below(60),
            random.choose(&PATHS)
        ),
        4 => format!(
            "{}:x:{}:{}::/home/{}:/bin/bash",
            random.choose(&USERS),
            1000 + random.below(500),
            1000 + random.below(500),
            random.choose(&USERS)
        ),
        _ => (0..2 + random.below(14)).map(|_| noun(random)).collect::<Vec<_>>().join(" "),
    }
}

/// A line of a system log.
pub(crate) fn log_line(random: &mut Random) -> String {
    let (host, service) = (random.choose(&HOSTS), random.choose(&SERVICES));
    let head = format!(
        "Jan {:>2} {:02}:{:02}:{:02} {host} {service}[{}]:",
        1 + random.below(31),
        random.below(24),
        random.below(60),
        random.below(60),
        random.below(32_768)
    );
    match random.below(5) {
        0 => format!(
            "{head} Accepted publickey for {} from 10.{}.{}.{} port {} ssh2",
            random.choose(&USERS),
            random.below(256),
            random.below(256),
            random.below(256),
            random.below(65_536)
        ),
        1 => format!("{head} GET {} {} {}", random.choose(&PATHS), 200 + random.below(5) * 100, random.below(100_000)),
        2 => format!("{head} session opened for user {} by (uid={})", random.choose(&USERS), random.below(1000)),
        3 => format!("{head} {} {} failed: error {:#010x}", noun(random), verb(random), random.below(1 << 32)),
        _ => format!("{head} {} {} {} in {} ms", verb(random), noun(random), noun(random), random.below(5000)),
    }
}

/// A line of /etc/hosts.
pub(crate) fn hosts_line(random: &mut Random) -> String {
    let (host, user) = (random.choose(&HOSTS), random.choose(&USERS));
    format!("10.{}.{}.{}\t{host}.example.org {host}-{user}", random.below(256), random.below(256), random.below(256))
}

/// A made-up noun: some thousand of them, so that an index has a real vocabulary.
fn noun(random: &mut Random) -> String {
    const HEADS: [&str; 16] = [
        "back", "cache", "cert", "data", "disk", "file", "host", "key", "net", "node", "page", "port", "queue",
        "route", "shard", "table",
    ];
    const TAILS: [&str; 16] = [
        "end", "er", "group", "ing", "lock", "log", "map", "name", "path", "pool", "set", "store", "stream", "up",
        "view", "word",
    ];
    let (head, tail) = (*random.choose(&HEADS), *random.choose(&TAILS));
    match random.below(3) {
        0 => format!("{head}{tail}"),
        1 => format!("{head}{tail}{}", random.below(100)),
        _ => head.to_owned(),
    }
}

fn verb(random: &mut Random) -> &'static str {
    const VERBS: [&str; 10] =
        ["add", "fix", "remove", "rotate", "update", "restore", "mount", "verify", "reload", "revoke"];
    random.choose::<&'static str>(&VERBS)
}
