#!/usr/bin/env python3
"""Makes the inputs of the comparisons in this folder.

    python3 tools/bench-peers/inputs.py [FOLDER] [--sets 4] [--only NAME]...     default folder: target/bench-inputs

ascii.txt, sgr.txt, cjk.txt     5 MB each of terminal output: a long listing, source with a colour change on every
                                word, random kanji, kana, hangul, accents and emoji. Seeded, but for what lies in /usr.
vim.cast ... shell.cast         six programs recorded through a pseudo terminal of 80 x 24 with a scripted keyboard,
                                asciicast v2, one event for each read().
set-1/ ... set-3/               the same six, over other files and with other keys.
mix.cast                        the named six, one after the other and again, up to 10 MB of output.

Needs vim, htop, less, procps (top), tmux, bash and coreutils: apt-get install vim htop less procps tmux. The recordings
show what runs on this machine and are not for publication.
"""

import argparse
import codecs
import fcntl
import json
import multiprocessing
import os
import pathlib
import pty
import random
import re
import select
import shlex
import signal
import struct
import subprocess
import sysconfig
import tempfile
import termios
import time

TEXT_LEN = 5_000_000
MIX_LEN = 10_000_000
COLS, ROWS = 80, 24
ENTER, ESCAPE, CONTROL_C = "\r", "\x1b", "\x03"
KEY_DELAYS = (0.005, 0.050)
READ_LEN = 65536


# Files of text


def ascii_text():
    listing = subprocess.run(["ls", "-lR", "/usr"], stdout=subprocess.PIPE, env={**os.environ, "LC_ALL": "C"})
    return listing.stdout.decode("ascii", "replace").replace("\ufffd", "?").replace("\n", "\r\n").encode()[:TEXT_LEN]


def sources():
    """Python's own library: the same text wherever the version is the same."""
    folder = pathlib.Path(sysconfig.get_paths()["stdlib"])
    return sorted(path for path in folder.glob("*.py") if path.stat().st_size > 8000)


def sgr_text():
    rng = random.Random(1)
    styles = [
        lambda: f"\x1b[{rng.randint(30, 37)}m",
        lambda: f"\x1b[38;5;{rng.randint(0, 255)}m",
        lambda: f"\x1b[1;38;2;{rng.randint(0, 255)};{rng.randint(0, 255)};{rng.randint(0, 255)}m",
    ]
    source = "".join(path.read_text("utf-8", "replace") for path in sources())
    words = re.findall(r"\S+|\s+", source.encode("ascii", "replace").decode())
    parts, size, at = [], 0, 0
    for style in styles:
        end = size + TEXT_LEN // len(styles)
        while size < end:
            word = words[at % len(words)]
            word = word.replace("\n", "\r\n") if word.isspace() else style() + word + "\x1b[0m"
            parts.append(word)
            size += len(word)
            at += 1
    return "".join(parts).encode()[:TEXT_LEN]


def cjk_text():
    rng = random.Random(2)
    accented = "naïve café façade Ångström señor Übergröße crème brûlée jalapeño Dvořák smörgåsbord żółć".split()
    combined = ["e\u0301", "n\u0303", "a\u0302\u0323", "o\u0308"]
    emoji = ["😀", "🚀", "🔒", "✅", "👩‍💻", "👨‍👩‍👧", "🇩🇪", "🇯🇵", "👍🏽", "❤️"]

    def run(first, last, longest):
        return "".join(chr(rng.randint(first, last)) for _ in range(rng.randint(1, longest)))

    makers = [
        (40, lambda: run(0x4E00, 0x9FA5, 6)), (20, lambda: run(0x3041, 0x3096, 8)), (10, lambda: run(0x30A1, 0x30FA, 6)),
        (12, lambda: run(0xAC00, 0xD7A3, 5)), (10, lambda: rng.choice(accented)), (4, lambda: rng.choice(combined) * 2),
        (4, lambda: rng.choice(emoji)),
    ]
    weights, functions = zip(*makers)
    parts, size, line = [], 0, 0
    while size < TEXT_LEN:
        word = rng.choices(functions, weights)[0]()
        line += len(word) + 1
        word += "\r\n" if line > 60 else " "
        line = 0 if line > 60 else line
        parts.append(word)
        size += len(word.encode())
    return "".join(parts).encode()


# Keyboards: each gives keys (strings) and pauses (numbers, seconds), after the program has started.


def keys(text):
    yield from text


def typed(command):
    yield from command
    yield ENTER


def vim_keys(rng):
    yield from typed(":syntax on")
    yield from typed(":set number" if rng.random() < 0.5 else ":set ruler")
    for _ in range(54):
        yield from ["\x06"] * rng.randint(2, 5) + ["\x04"] * rng.randint(1, 5)
        yield from ["\x05"] * rng.randint(4, 14) + ["j"] * rng.randint(3, 12)
        word = rng.choice(["def", "self", "return", "import", "None", "class", "raise"])
        yield from typed(f"/{word}")
        yield from ["n"] * rng.randint(2, 6)
        yield from keys("o" + rng.choice(["# seen by the auditor", "value = compute(path, mode=0o644)", "assert total"]) + ESCAPE)
        yield from rng.choice([["d", "d"], ["d", "w"], ["5", "d", "d", "p"], ["u"], ["x"] * 6, ["y", "y", "3", "p"], [">", ">"]])
        yield from ["\x15"] * rng.randint(0, 3) + ["\x02"] * rng.randint(0, 2)
        if rng.random() < 0.15:
            yield from typed(":split")
            yield from ["\x06", "\x06", "\x17", "w", "\x06"]
            yield from typed(":only")
        if rng.random() < 0.1:
            yield from typed(f":{rng.randint(1, 800)}")
    yield from typed(":q!")


def less_keys(rng):
    for _ in range(70):
        yield from [" "] * rng.randint(1, 5) + ["j"] * rng.randint(4, 16) + ["d"] * rng.randint(0, 3)
        yield from ["k"] * rng.randint(0, 6) + ["u"] * rng.randint(0, 2) + ["b"] * rng.randint(0, 2)
        if rng.random() < 0.5:
            yield from typed("/" + rng.choice(["the", "return", "error", "self", "name"]))
            yield from ["n"] * rng.randint(1, 5)
        if rng.random() < 0.1:
            yield from rng.choice([["G"], ["g"], ["5", "0", "p"]])
    yield "q"


def htop_keys(rng):
    for _ in range(40):
        yield from rng.choice([["\x1b[B"] * 6, ["\x1b[A"] * 3, ["P"], ["M"], ["T"], ["t"], ["H"], ["\x1b[6~"], ["I"]])
        yield rng.uniform(0.4, 1.4)
    yield "q"


def top_keys(rng):
    for _ in range(12):
        yield from rng.choice([["M"], ["P"], ["c"], ["1"], ["t"], ["m"], ["V"], ["x"]])
        yield rng.uniform(0.8, 2.2)
    yield "q"


def tmux_keys(rng):
    prefix = "\x02"
    yield 1.0
    yield from ([prefix, "%"])
    yield 0.5
    yield from typed(rng.choice(["htop -d 3", "top -d 0.3"]))
    yield 0.5
    yield from ([prefix, '"'])
    yield 0.5
    folder = rng.choice(["/usr/bin", "/etc", "/usr/lib", "/usr/share"])
    yield from typed(f"for i in $(seq 30); do ls -l --color=always {folder} | head -n $((i * 20)); sleep 1; done")
    yield 0.5
    yield from ([prefix, "\x1b[D"])
    yield 0.3
    yield from typed(f"vim -u NONE {shlex.quote(str(rng.choice(sources())))}")
    yield 0.5
    yield from typed(":syntax on")
    for _ in range(45):
        yield from ["\x06"] * rng.randint(1, 4) + ["\x05"] * rng.randint(2, 8) + ["j"] * rng.randint(1, 9)
        yield from keys("oword after word" + ESCAPE)
        yield 0.6
    yield from typed(":q!")
    yield from typed("exit")
    yield 1.0


def shell_keys(rng):
    commands = [
        "ls -l --color=always /usr/lib", "cat /etc/services", "ps aux", "df -h", "head -150 {file}", "tail -120 {file}",
        "grep -n --color=always def {file}", "wc -l {file}", "head -30 {file}", "tail -25 {file}",
        "find /usr/share/doc -name copyright | head -130", "id; whoami; hostname", "cat /etc/passwd", "env | sort",
        "for i in 1 2 3 4 5; do echo step $i of 5; done", "cd /usr/share; ls; cd -", "date; uptime", "free -m",
        "awk '{{print NR\": \"$1}}' {file} | tail -20", "dpkg -l | tail -90", "history | tail -5", "true | false; echo $?",
        "printf '%s\\n' a b c | paste -sd,", "ls --color=always -C /usr/bin | head -90", "nl -ba {file} | sed -n 100,260p",
        "stat {file}", "seq 1 60 | xargs -n 12", "sort /etc/passwd | cut -d: -f1,7", "sudo -n true; echo no rights",
    ]
    for _ in range(75):
        command = rng.choice(commands).format(file=shlex.quote(str(rng.choice(sources()))))
        for key in command:
            if rng.random() < 0.02:
                yield from ["x", "\x7f"]
            yield key
        yield rng.choice([ENTER, ENTER, ENTER, ENTER, ENTER, ENTER, ENTER, CONTROL_C])
        yield rng.uniform(0.1, 0.5)
        if rng.random() < 0.1:
            yield from ["\x1b[A", "\x1b[A", ENTER]
        if rng.random() < 0.03:
            yield from typed("clear")
    yield from typed("exit")


SCENES = {
    "vim": (lambda rng: ["vim", "-u", "NONE", "-N", str(rng.choice(sources()))], vim_keys),
    "htop": (lambda rng: ["htop", "-d", "1"], htop_keys),
    "less": (lambda rng: ["less", str(rng.choice(sources()))], less_keys),
    "top": (lambda rng: ["top", "-d", "0.1"], top_keys),
    "tmux": (lambda rng: ["tmux", "-L", f"bench{os.getpid()}", "-f", "/dev/null", "new-session"], tmux_keys),
    "shell": (lambda rng: ["bash", "--norc", "-i"], shell_keys),
}


# Recording


def record(task):
    """Runs one scene and writes what it printed; gives bytes, events and seconds."""
    name, number, path = task
    rng = random.Random(f"{name} {number}")
    argv, keyboard = SCENES[name][0](rng), SCENES[name][1](rng)
    with tempfile.TemporaryDirectory() as home:
        environment = {
            "HOME": home, "LANG": "C.UTF-8", "TERM": "xterm-256color", "SHELL": "/bin/bash", "PS1": r"\u@\h:\w\$ ",
            "PATH": "/usr/local/bin:/usr/bin:/bin", "LESSHISTFILE": "-", "HISTFILE": "", "TMUX_TMPDIR": home,
        }
        pid, fd = pty.fork()
        if pid == 0:
            for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGPIPE):
                signal.signal(number, signal.SIG_DFL)
            while struct.unpack("HHHH", fcntl.ioctl(0, termios.TIOCGWINSZ, b"\0" * 8))[0] == 0:
                time.sleep(0.01)
            os.execvpe(argv[0], argv, environment)
        fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLS, 0, 0))
        events = list(play(fd, keyboard, rng))
        finish(pid, fd)
        if argv[0] == "tmux":
            subprocess.run(["tmux", "-L", argv[2], "kill-server"], env=environment, stderr=subprocess.DEVNULL)
    size = write_cast(path, name, events)
    return name, path, size, len(events), events[-1][0] if events else 0.0


def play(fd, keyboard, rng):
    """Types what the keyboard gives, and gives what the program prints: seconds and bytes of each read()."""
    start = time.monotonic()
    pauses_and_keys = iter(keyboard)
    next_key_at, pending = start + 0.7, None
    while True:
        now = time.monotonic()
        if now >= next_key_at:
            if isinstance(pending, str):
                try:
                    os.write(fd, pending.encode())
                except OSError:
                    return
            pending = next(pauses_and_keys, None)
            if pending is None:
                # What is still on its way, then the end.
                pending, next_key_at, pauses_and_keys = 0.0, now + 1.0, iter([])
                deadline = now + 1.0
            else:
                deadline = None
                next_key_at = now + (rng.uniform(*KEY_DELAYS) if isinstance(pending, str) else pending)
            if deadline is not None:
                yield from drain(fd, start, deadline)
                return
        ready, _, _ = select.select([fd], [], [], max(next_key_at - time.monotonic(), 0.0))
        if ready:
            data = read(fd)
            if not data:
                return
            yield time.monotonic() - start, data


def drain(fd, start, deadline):
    while (left := deadline - time.monotonic()) > 0:
        if not select.select([fd], [], [], left)[0]:
            return
        data = read(fd)
        if not data:
            return
        yield time.monotonic() - start, data


def read(fd):
    try:
        return os.read(fd, READ_LEN)
    except OSError:
        return b""


def finish(pid, fd):
    """Closes the terminal and sees the program out."""
    os.close(fd)
    for ending in (signal.SIGHUP, signal.SIGTERM, signal.SIGKILL):
        for _ in range(20):
            if os.waitpid(pid, os.WNOHANG)[0]:
                return
            time.sleep(0.05)
        os.kill(pid, ending)
    os.waitpid(pid, 0)


def write_cast(path, name, events):
    """Asciicast v2. A character split between two reads goes whole into the later one."""
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    header = {"version": 2, "width": COLS, "height": ROWS, "timestamp": 1767340800, "title": name,
              "env": {"TERM": "xterm-256color", "SHELL": "/bin/bash"}}
    size = 0
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "w", encoding="utf-8", newline="\n") as out:
        out.write(json.dumps(header) + "\n")
        for seconds, data in events:
            text = decoder.decode(data)
            size += len(data)
            out.write(json.dumps([round(seconds, 6), "o", text], ensure_ascii=False) + "\n")
    return size


def write_mix(folder):
    """One long recording of the named six, in turn, as in a day of work."""
    scenes = []
    for name in SCENES:
        header, *lines = (folder / f"{name}.cast").read_text(encoding="utf-8").splitlines()
        scenes.append([json.loads(line) for line in lines])
    size, start = 0, 0.0
    with open(folder / "mix.cast", "w", encoding="utf-8", newline="\n") as out:
        out.write(json.dumps({**json.loads(header), "title": "mix"}) + "\n")
        while size < MIX_LEN:
            for events in scenes:
                for seconds, code, text in events:
                    size += len(text.encode())
                    out.write(json.dumps([round(start + seconds, 6), code, text], ensure_ascii=False) + "\n")
                start += events[-1][0]
    return size


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=pathlib.Path, default=pathlib.Path("target/bench-inputs"))
    parser.add_argument("--sets", type=int, default=4, help="sets of the six recordings; the first is the named one")
    parser.add_argument("--only", action="append", default=[], help="only these inputs, by name")
    parser.add_argument("--jobs", type=int, default=6, help="recordings made at a time")
    args = parser.parse_args()
    args.folder.mkdir(parents=True, exist_ok=True)
    wanted = lambda name: not args.only or name in args.only
    for name, make in (("ascii", ascii_text), ("sgr", sgr_text), ("cjk", cjk_text)):
        if wanted(name):
            data = make()
            (args.folder / f"{name}.txt").write_bytes(data)
            print(f"{name:6} {len(data):>9} bytes")
    tasks = []
    for number in range(args.sets):
        folder = args.folder / f"set-{number}" if number else args.folder
        tasks += [(name, number, folder / f"{name}.cast") for name in SCENES if wanted(name)]
    with multiprocessing.Pool(args.jobs, maxtasksperchild=1) as pool:
        for name, path, size, events, seconds in pool.imap_unordered(record, tasks, chunksize=1):
            print(f"{name:6} {size:>9} bytes {events:>6} events {seconds:7.1f} s  {path}", flush=True)
    if wanted("mix"):
        print(f"mix    {write_mix(args.folder):>9} bytes")


if __name__ == "__main__":
    main()
