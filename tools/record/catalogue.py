"""Which session is recorded how. One entry per recording; record.py packs the result as `pack` says."""

from dataclasses import dataclass, field
from typing import Callable

import recorders
import scenes

BASH = ["bash"]
BASH_MARKS = ["bash", "--rcfile", "/etc/bashrc.marks"]
ZSH_MARKS = ["env", "ZDOTDIR=/home/auditee/.zmarks", "SHELL=/bin/zsh", "zsh", "-i"]


@dataclass
class Session:
    """One recording: the folder and name it gets, who records, what is played, on which window."""

    format: str
    name: str
    recorder: Callable
    scene: Callable
    cols: int = 80
    rows: int = 24
    pack: str | None = None
    """`gz`, `bz2`, `zst`, `xz` for each file; `zip`, `tar.gz` for all files of the recording together."""
    command: list = field(default_factory=lambda: list(BASH))
    user: str = "auditee"
    secret: str | None = None
    """Sudo password of `user`, for scenes that ask for it."""
    minutes: float | None = None
    """Length of a long session."""
    hang_up: bool = False
    """Close the window while the program runs, as after a lost connection."""


def sessions(minutes: float) -> list:
    """All sessions; the long ones last `minutes` each. They come first, because everything else fits beside them."""
    return [
        Session("ttyrec", "long-top", recorders.ttyrec, scenes.watch_system, 100, 40, "zst", minutes=minutes),
        Session("asciicast-v2", "long-follow-log", recorders.asciinema24_stdin, scenes.follow_log, 120, 36, "gz", minutes=minutes),
        Session("asciicast-v3", "long-vim", recorders.asciinema3_input, scenes.edit_slowly, 90, 30, minutes=minutes),
        Session("tlog", "long-idle", recorders.tlog_file, scenes.idle_shell, 80, 24, minutes=minutes),
        Session("script-advanced", "long-tmux", recorders.script_advanced, scenes.tmux_day, 120, 40, "xz", minutes=minutes),
        Session("script-classic", "long-build", recorders.script_classic, scenes.long_build, 110, 32, "gz", minutes=minutes),
        Session("sudo-iolog", "long-oncall", recorders.unrecorded, sudo(scenes.watch_system), 96, 30, user="oncall", minutes=minutes),
        Session("asciicast-v2", "long-idle", recorders.asciinema2, scenes.idle_shell, 80, 24, minutes=minutes),

        Session("asciicast-v2", "shell", recorders.asciinema24_stdin, scenes.shell_basics, 90, 28),
        Session("asciicast-v2", "admin-users", recorders.asciinema2_stdin, scenes.admin_users, 80, 24),
        Session("asciicast-v2", "monitors", recorders.asciinema24, scenes.monitors, 90, 28, "gz"),
        Session("asciicast-v2", "editors", recorders.asciinema24, scenes.editors, 90, 30, "zst"),
        Session("asciicast-v2", "raw-bytes", recorders.asciinema2, scenes.raw_bytes, 80, 24),
        Session("asciicast-v2", "zsh-marks", recorders.asciinema24, scenes.zsh_marks, 84, 24, command=ZSH_MARKS),

        Session("asciicast-v3", "bash-marks", recorders.asciinema3_input, scenes.bash_marks, 100, 30, command=BASH_MARKS),
        Session("asciicast-v3", "passwords", recorders.asciinema3_input, scenes.passwords, 80, 24),
        Session("asciicast-v3", "tmux", recorders.asciinema3, scenes.tmux_panes, 110, 34),
        Session("asciicast-v3", "python-git", recorders.asciinema3, scenes.python_and_git, 100, 30),
        Session("asciicast-v3", "file-manager", recorders.asciinema3_input, scenes.file_manager, 100, 30),
        Session("asciicast-v3", "unicode", recorders.asciinema3, scenes.unicode_text, 80, 26, "gz"),
        Session("asciicast-v3", "raw-bytes", recorders.asciinema3, scenes.raw_bytes, 80, 24),
        Session("asciicast-v3", "flashes", recorders.asciinema3, scenes.flashes, 80, 24),

        Session("asciicast-v1", "shell", recorders.asciinema1, scenes.shell_basics, 80, 24),
        Session("asciicast-v1", "python-git", recorders.asciinema1, scenes.python_and_git, 100, 30, "gz"),
        Session("asciicast-v1", "unicode", recorders.asciinema1, scenes.unicode_text, 80, 26),

        Session("ttyrec", "editors", recorders.ttyrec, scenes.editors, 80, 24),
        Session("ttyrec", "wrapping", recorders.ttyrec, scenes.long_lines, 80, 24, "bz2"),
        Session("ttyrec", "raw-bytes", recorders.ttyrec, scenes.raw_bytes, 80, 24),
        Session("ttyrec", "login", recorders.ttyrec, scenes.console_login, 80, 24, command=["login"], user="root"),
        Session("ttyrec", "hung-up", recorders.ttyrec, scenes.unicode_text, 80, 24, hang_up=True),
        Session("ttyrec", "file-manager", recorders.termrec, scenes.file_manager, 100, 30, "gz"),

        Session("script-classic", "shell", recorders.script_classic, scenes.shell_basics, 80, 24),
        Session("script-classic", "services", recorders.script_classic, scenes.services, 120, 36),
        Session("script-classic", "flashes", recorders.script_classic, scenes.flashes, 80, 24, "zip"),
        Session("script-classic", "hung-up", recorders.script_classic_flush, scenes.raw_bytes, 80, 24, hang_up=True),

        Session("script-advanced", "admin-users", recorders.script_advanced, scenes.admin_users, 100, 30),
        Session("script-advanced", "tmux", recorders.script_advanced, scenes.tmux_panes, 100, 30),
        Session("script-advanced", "zsh-marks", recorders.script_advanced, scenes.zsh_marks, 84, 24, command=ZSH_MARKS),
        Session("script-advanced", "editors-io", recorders.script_log_io, scenes.editors, 80, 24),
        Session("script-advanced", "passwords-io", recorders.script_log_io, scenes.passwords, 80, 24, "tar.gz"),

        Session("tlog", "shell", recorders.tlog_file, scenes.shell_basics, 80, 24),
        Session("tlog", "raw-bytes", recorders.tlog_file, scenes.raw_bytes, 80, 24),
        Session("tlog", "passwords", recorders.tlog_file, scenes.passwords, 90, 28),
        Session("tlog", "monitors", recorders.tlog_file, scenes.monitors, 90, 28, "gz"),
        Session("tlog", "journal-unicode", recorders.tlog_journal, scenes.unicode_text, 80, 26),
        Session("tlog", "journal-raw-bytes", recorders.tlog_journal, scenes.raw_bytes, 80, 24),
        Session("tlog", "bash-marks", recorders.tlog_file, scenes.bash_marks, 100, 30, command=BASH_MARKS),

        Session("script-classic", "build", recorders.script_classic, scenes.build, 120, 40, "xz"),
        Session("asciicast-v2", "packages", recorders.asciinema24, scenes.packages, 100, 30),

        Session("sudo-iolog", "deploy", recorders.unrecorded, scenes.sudo_shell, 80, 24, user="deploy", secret="battery-staple-8"),
        Session("sudo-iolog", "webops-plain", recorders.unrecorded, scenes.sudo_shell, 100, 30, user="webops", secret="velvet-anchor-3"),
        Session("sudo-iolog", "dba-pipes", recorders.unrecorded, scenes.sudo_pipes, 80, 24, user="dba", secret="copper-kettle-9"),
        Session("sudo-iolog", "intern-masked", recorders.unrecorded, scenes.sudo_shell, 80, 24, user="intern", secret="paper-lantern-4"),
        Session("sudo-iolog", "hung-up", recorders.unrecorded, sudo(scenes.services), 100, 30, user="night", hang_up=True),
    ]


def sudo(scene: Callable) -> Callable:
    """The scene in a root shell under sudo, so that sudo is the recorder."""
    def under_sudo(t, *minutes):
        t.expect(t.prompt)
        t.line("sudo -s")
        t.prompt = rb"# \Z"
        scene(t, *minutes)
        t.pause(1)
        t.line("exit")
    under_sudo.__name__, under_sudo.__doc__ = scene.__name__, scene.__doc__
    return under_sudo
