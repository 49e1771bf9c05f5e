"""The recorders: for each, the command that starts it and the files that it leaves under /srv/rec.

Each function takes the recording's base name and the command to record as a list, and returns
(argv, extra environment, files). Files are given as (name in /srv/rec, suffix in the collection).
"""

import shlex


def asciinema1(name, command):
    """asciinema 1.4.0, the last release that writes asciicast v1."""
    file = f"/srv/rec/{name}.json"
    argv = ["python3", "-m", "asciinema", "rec", "-q", "-y", "-c", shlex.join(command), file]
    return argv, {"PYTHONPATH": "/opt/asciinema-1.4.0", "ASCIINEMA_CONFIG_HOME": "/tmp/.asciinema"}, [(f"{name}.json", ".json")]


def asciinema2(name, command, *options):
    """asciinema 2.2.0 as in Debian 12: asciicast v2 without resize events."""
    argv = ["asciinema", "rec", "-q", "--overwrite", *options, "-c", shlex.join(command), f"/srv/rec/{name}.cast"]
    return argv, {}, [(f"{name}.cast", ".cast")]


def asciinema2_stdin(name, command):
    """asciinema 2.2.0 with `--stdin`: input events too."""
    return asciinema2(name, command, "--stdin")


def asciinema24(name, command, *options):
    """asciinema 2.4.0: asciicast v2 with resize events."""
    argv = ["python3", "-m", "asciinema", "rec", "-q", "--overwrite", *options, "-c", shlex.join(command), f"/srv/rec/{name}.cast"]
    return argv, {"PYTHONPATH": "/opt/asciinema-2.4.0"}, [(f"{name}.cast", ".cast")]


def asciinema24_stdin(name, command):
    """asciinema 2.4.0 with `--stdin`: resize and input events."""
    return asciinema24(name, command, "--stdin")


def asciinema3(name, command, *options):
    """asciinema 3.2.0: resizes and exit status."""
    argv = ["asciinema3", "rec", "-q", "--overwrite", "-f", "asciicast-v3", *options, "-c", shlex.join(command), f"/srv/rec/{name}.cast"]
    return argv, {}, [(f"{name}.cast", ".cast")]


def asciinema3_input(name, command):
    """asciinema 3.2.0 with `--capture-input`."""
    return asciinema3(name, command, "--capture-input")


def ttyrec(name, command):
    """ttyrec 1.0.8, output only."""
    return ["ttyrec", "-e", shlex.join(command), f"/srv/rec/{name}.ttyrec"], {}, [(f"{name}.ttyrec", ".ttyrec")]


def termrec(name, command):
    """termrec 0.19 writing ttyrec."""
    argv = ["termrec", "-f", "ttyrec", "-e", shlex.join(command), f"/srv/rec/{name}.ttyrec"]
    return argv, {}, [(f"{name}.ttyrec", ".ttyrec")]


def script_classic_flush(name, command):
    """script(1) with `--flush`, so that a lost connection loses little."""
    argv, env, files = script_classic(name, command)
    return [argv[0], "-f", *argv[1:]], env, files


def script_classic(name, command):
    """script(1) of util-linux 2.38.1, typescript and classic timing file."""
    files = [(f"{name}.typescript", ".typescript"), (f"{name}.timing", ".timing")]
    logs = ["-T", f"/srv/rec/{name}.timing", "-O", f"/srv/rec/{name}.typescript"]
    return ["script", "-q", "-e", "-m", "classic", *logs, "-c", shlex.join(command)], {}, files


def script_advanced(name, command):
    """script(1) with input and output in separate logs and the advanced timing file."""
    files = [(f"{name}.in", ".in"), (f"{name}.out", ".out"), (f"{name}.timing", ".timing")]
    logs = ["-T", f"/srv/rec/{name}.timing", "-I", f"/srv/rec/{name}.in", "-O", f"/srv/rec/{name}.out"]
    return ["script", "-q", "-e", "-m", "advanced", *logs, "-c", shlex.join(command)], {}, files


def script_log_io(name, command):
    """script(1) with input and output in one log."""
    files = [(f"{name}.io", ".io"), (f"{name}.timing", ".timing")]
    logs = ["-T", f"/srv/rec/{name}.timing", "-B", f"/srv/rec/{name}.io"]
    return ["script", "-q", "-e", *logs, "-c", shlex.join(command)], {}, files


def tlog_file(name, command):
    """tlog-rec 12.1 with the file writer, input logged."""
    argv = ["tlog-rec", "--writer=file", f"--file-path=/srv/rec/{name}.tlog.json", "--log-input=on", "--latency=2", *command]
    return argv, {}, [(f"{name}.tlog.json", ".tlog.json")]


def tlog_journal(name, command):
    """tlog-rec 12.1 with the journal writer, exported with journalctl of systemd 252. Some messages are over 4096 bytes."""
    return ["tlog-rec", "--writer=journal", "--log-input=on", "--payload=8192", *command], {}, []


def unrecorded(name, command):
    """sudo 1.9.13p3, which logs input and output itself."""
    return command, {}, []
