"""Plays the sessions of the catalogue, many at once, on the stage. Started by play.sh; writes to /srv/out."""

import argparse
import collections
import contextlib
import fnmatch
import json
import shutil
import subprocess
import sys
import threading
import time
import traceback
import zlib
from pathlib import Path

import catalogue
import recorders
from terminal import Terminal

OUT = Path("/srv/out")
SEATS = threading.Semaphore(14)

# Short scenes edit fixed files and accounts, so no scene is played twice at the same time.
SCENE_FREE = collections.defaultdict(threading.Lock)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--minutes", type=float, default=20.0, help="length of each long session")
    parser.add_argument("--only", default="*", help="play only the sessions whose FORMAT/NAME matches, `!` in front: does not")
    arguments = parser.parse_args()

    pattern = arguments.only.removeprefix("!")
    chosen = [s for s in catalogue.sessions(arguments.minutes)
              if fnmatch.fnmatch(f"{s.format}/{s.name}", pattern) == (pattern == arguments.only)]
    threads = [threading.Thread(target=play, args=(session,)) for session in chosen]
    for thread in threads:
        thread.start()
        time.sleep(0.7)
    for thread in threads:
        thread.join()


def play(session):
    """Plays one session and keeps its files and its notes; a failure concerns only this session."""
    notes = []
    with contextlib.ExitStack() as held:
        if not session.minutes:
            held.enter_context(SCENE_FREE[session.scene])
            held.enter_context(SEATS)
        started = time.time()
        try:
            terminal = perform(session, notes.append)
            keep(session, terminal.pid)
            result = f"{time.time() - started:.0f} s, status {terminal.exit_status}"
        except Exception:
            result = f"failed\n{traceback.format_exc()}"
    print("\n    ".join([f"{session.format}/{session.name}: {result}", *notes]), flush=True)


def perform(session, log):
    name = f"{session.format}-{session.name}"
    argv, env, _ = session.recorder(name, session.command)
    seed = zlib.crc32(name.encode())
    terminal = Terminal(argv, session.cols, session.rows, session.user, env, seed=seed, log=log)
    try:
        if session.minutes:
            session.scene(terminal, session.minutes)
        elif session.secret:
            session.scene(terminal, session.secret)
        elif session.hang_up:
            hang_up_amid(terminal, session.scene)
        else:
            session.scene(terminal)
    finally:
        terminal.wait(8.0)
    return terminal


def hang_up_amid(terminal, scene):
    """Plays the first dozen seconds of a scene and then closes the window."""
    deadline = time.monotonic() + 14
    patient_pause = terminal.pause

    class Gone(Exception):
        pass

    def pause(seconds):
        patient_pause(seconds)
        if time.monotonic() > deadline:
            raise Gone

    terminal.pause = pause
    try:
        scene(terminal)
    except Gone:
        pass
    terminal.pause = patient_pause
    terminal.hang_up()


def keep(session, pid):
    """Copies what the recorder left to OUT/FORMAT/NAME/ and writes down how it was made."""
    target = OUT / session.format / session.name
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    name = f"{session.format}-{session.name}"
    _, _, files = session.recorder(name, session.command)
    for source, suffix in files:
        shutil.copyfile(f"/srv/rec/{source}", target / f"{session.name}{suffix}")
    if session.format == "sudo-iolog":
        shutil.copytree(f"/var/log/sudo-io/{session.user}", target, dirs_exist_ok=True)
        (target / "seq").unlink()
    if session.recorder is recorders.tlog_journal:
        export_journal(session, target, pid)
    facts = {
        "recorder": session.recorder.__name__, "scene": session.scene.__name__,
        "cols": session.cols, "rows": session.rows, "pack": session.pack,
    }
    (target / "facts.json").write_text(json.dumps(facts, indent=1))


def export_journal(session, target, pid):
    """Asks the stage's journal for the entries of this recorder, in its two portable forms.

    Without `--all` journalctl writes null instead of a message over 4096 bytes; that happens in practice, so it is kept too.
    """
    subprocess.run(["journalctl", "--sync"], timeout=10)
    forms = [(".journal-export", ["-o", "export"]), (".journal.json", ["-o", "json", "--all"]), (".journal-cut.json", ["-o", "json"])]
    for suffix, options in forms:
        with open(target / f"{session.name}{suffix}", "wb") as file:
            command = ["journalctl", "--no-pager", *options, "-t", "tlog-rec", f"_PID={pid}"]
            subprocess.run(command, stdout=file, timeout=30, check=True)


if __name__ == "__main__":
    sys.exit(main())
