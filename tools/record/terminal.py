"""A typist at a pseudo terminal.

`Terminal` starts a program on a pty of a given size, types into it at a human pace, reads what it prints, answers the
questions that programs ask a terminal, and changes the window size. It records nothing: the program that it starts is
the recorder.
"""

import fcntl
import os
import pty
import pwd
import random
import re
import select
import signal
import struct
import termios
import time

KEYS = {
    "Enter": "\r", "Tab": "\t", "Escape": "\x1b", "Backspace": "\x7f",
    "Up": "\x1b[A", "Down": "\x1b[B", "Right": "\x1b[C", "Left": "\x1b[D",
    "Home": "\x1b[H", "End": "\x1b[F", "PageUp": "\x1b[5~", "PageDown": "\x1b[6~", "Delete": "\x1b[3~",
    "F1": "\x1bOP", "F2": "\x1bOQ", "F3": "\x1bOR", "F4": "\x1bOS", "F5": "\x1b[15~", "F6": "\x1b[17~",
    "F7": "\x1b[18~", "F8": "\x1b[19~", "F9": "\x1b[20~", "F10": "\x1b[21~",
}

# Keys that send SS3 instead of CSI when a program has set DECCKM.
CURSOR_KEYS = {"Up", "Down", "Right", "Left", "Home", "End"}

# What xterm answers to the queries that the recorded programs send. Without answers some of them wait for a timeout.
# Questions before the first keystroke are the recorder's own; a late answer to those would be typed into the shell.
ANSWERS = [
    (b"\x1b[c", b"\x1b[?64;1;2;6;9;15;22c"),
    (b"\x1b[>c", b"\x1b[>41;379;0c"),
    (b"\x1b[>q", b"\x1bP>|XTerm(379)\x1b\\"),
    (b"\x1b[5n", b"\x1b[0n"),
    (b"\x1b]10;?\x1b\\", b"\x1b]10;rgb:d0d0/d0d0/d0d0\x1b\\"),
    (b"\x1b]11;?\x1b\\", b"\x1b]11;rgb:1010/1010/1010\x1b\\"),
    (b"\x1b]10;?\x07", b"\x1b]10;rgb:d0d0/d0d0/d0d0\x07"),
    (b"\x1b]11;?\x07", b"\x1b]11;rgb:1010/1010/1010\x07"),
]

CONTROL_SEQUENCE = re.compile(rb"\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b\[[0-?]*[ -/]*[@-~]|\x1b[()][A-Z0-9]|\x1b[=>78M]")
SHELL_PROMPT = rb"[$#%] \Z"


class Terminal:
    """One program on one pty. Every wait also reads, so that the program never blocks on a full buffer."""

    def __init__(self, argv, cols, rows, user="auditee", env=None, cwd=None, seed=0, log=print):
        self.random = random.Random(seed)
        self.log = log
        self.seen = b""
        self.exit_status = None
        self.prompt = SHELL_PROMPT
        self.application_cursor_keys = False
        self.answering = False
        account = pwd.getpwnam(user)
        environment = {
            "HOME": account.pw_dir, "LANG": "C.UTF-8", "LOGNAME": user, "SHELL": "/bin/bash", "TERM": "xterm-256color",
            "PATH": "/usr/local/bin:/usr/bin:/bin:/usr/games:/usr/local/sbin:/usr/sbin:/sbin", "USER": user,
        }
        environment.update(env or {})
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            # The parent sets the window size before it reads; wait for it so that the program never sees 0x0.
            while struct.unpack("HHHH", fcntl.ioctl(0, termios.TIOCGWINSZ, b"\0" * 8))[0] == 0:
                time.sleep(0.01)
            # Python ignores SIGPIPE, and a script started in the background ignores SIGINT; a login session does neither.
            for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGHUP, signal.SIGPIPE):
                signal.signal(number, signal.SIG_DFL)
            os.chown(os.ttyname(0), account.pw_uid, -1)
            os.initgroups(user, account.pw_gid)
            os.setgid(account.pw_gid)
            os.setuid(account.pw_uid)
            os.chdir(cwd or account.pw_dir)
            os.execvpe(argv[0], argv, environment)
        self.resize(cols, rows)

    # Waiting

    def pause(self, seconds):
        """Reads for that long and types nothing."""
        self._read_until(lambda: False, seconds)

    def settle(self, quiet=0.4, timeout=20.0):
        """Reads until nothing was printed for `quiet` seconds."""
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline and self._read_some(quiet):
            pass

    def expect(self, pattern, timeout=20.0):
        """Reads until `pattern` occurs in what was printed since the last keystroke, control sequences taken out."""
        wanted = re.compile(pattern if isinstance(pattern, bytes) else pattern.encode())
        if not self._read_until(lambda: wanted.search(self._plain()), timeout):
            self.log(f"expected {wanted.pattern!r}, still waiting after {timeout:.0f} s: {self._plain()[-120:]!r}")
            return False
        return True

    # Typing

    def type(self, text, pace=0.06):
        """Types characters, each after a small irregular delay; now and then the typist hesitates."""
        for char in text:
            hesitation = 0.35 if self.random.random() < 0.02 else 0.0
            self.pause(self.random.uniform(0.4, 1.6) * pace + hesitation)
            self.answering = True
            self.seen = b""
            self._write(char.encode())

    def key(self, *names, pace=0.2):
        """Presses named keys: `Up`, `F10`, `C-c`, or any single character."""
        for name in names:
            self.pause(self.random.uniform(0.6, 1.4) * pace)
            self.seen = b""
            if name.startswith("C-") and len(name) == 3:
                self._write(bytes([ord(name[2].upper()) & 0x1F]))
            else:
                self._write(self._sequence(name).encode())

    def line(self, text, pace=0.06):
        """Types a line and presses Enter."""
        self.type(text, pace)
        self.key("Enter", pace=0.15)

    def run(self, command, think=0.8, timeout=30.0, pace=0.06):
        """Types a shell command, waits for the next prompt, then looks at the result for about `think` seconds."""
        self.line(command, pace)
        self.expect(self.prompt, timeout)
        self.settle(0.15, 2.0)
        self.pause(self.random.uniform(0.5, 1.5) * think)

    # The window and the end

    def resize(self, cols, rows):
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, cols, 0, 0))

    def hang_up(self):
        """Closes the window on the running program."""
        os.close(self.fd)
        self.fd = -1
        self.wait(5.0)

    def wait(self, timeout=10.0):
        """Waits for the program to end; ends it when it does not."""
        endings = [signal.SIGHUP, signal.SIGTERM, signal.SIGKILL]
        deadline = time.monotonic() + timeout
        while self.exit_status is None:
            if self.fd >= 0:
                self._read_some(0.2)
            else:
                time.sleep(0.1)
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.exit_status = os.waitstatus_to_exitcode(status)
            elif time.monotonic() > deadline:
                self.log(f"had to be ended with {endings[0].name}")
                os.kill(self.pid, endings[0])
                endings = endings[1:] or endings
                deadline = time.monotonic() + 3.0
        if self.fd >= 0:
            os.close(self.fd)
            self.fd = -1
        return self.exit_status

    # Below

    def _sequence(self, name):
        sequence = KEYS.get(name, name)
        if self.application_cursor_keys and name in CURSOR_KEYS:
            return sequence.replace("\x1b[", "\x1bO")
        return sequence

    def _plain(self):
        return CONTROL_SEQUENCE.sub(b"", self.seen)

    def _write(self, data):
        if self.fd < 0:
            return
        try:
            os.write(self.fd, data)
        except OSError:
            pass

    def _read_until(self, done, seconds):
        deadline = time.monotonic() + seconds
        while not done():
            left = deadline - time.monotonic()
            if left <= 0:
                return False
            self._read_some(left)
        return True

    def _read_some(self, seconds):
        """Reads one piece of output; false when none came in that time."""
        if self.fd < 0:
            time.sleep(seconds)
            return False
        ready, _, _ = select.select([self.fd], [], [], max(seconds, 0.0))
        if not ready:
            return False
        try:
            data = os.read(self.fd, 65536)
        except OSError:
            data = b""
        if not data:
            time.sleep(min(seconds, 0.1))
            return False
        set_at, reset_at = data.rfind(b"\x1b[?1h"), data.rfind(b"\x1b[?1l")
        if set_at != reset_at:
            self.application_cursor_keys = set_at > reset_at
        for question, answer in ANSWERS:
            if question in data and self.answering:
                self._write(answer)
        self.seen = (self.seen + data)[-65536:]
        return True
