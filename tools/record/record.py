#!/usr/bin/env python3
"""Records the terminal sessions in testdata/recordings anew.

    python3 tools/record/record.py --out testdata/recordings [--minutes 25] [--only 'ttyrec/*']

Real programs run in real pseudo terminals on a stage, a throw-away Debian tree with its own host name, processes,
network and users; the real recorders record them; `catalogue.py` says which. Steps: build the stage (stage.sh), play the
sessions (play.sh, play.py), convert a few (convert.py), pack, look for traces of this machine, write the table in
testdata/README.md. Needs Debian or a relative, root, debootstrap, network for the first run, and `zstd`.
"""

import argparse
import bz2
import gzip
import io
import json
import lzma
import re
import shutil
import socket
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import convert
import measure
import recorders
import scenes

TOOLS = Path(__file__).resolve().parent
TABLE_BEGIN, TABLE_END = "<!-- table of recordings: begin -->", "<!-- table of recordings: end -->"

# What is made from what: new recording, source, conversion, packing.
CONVERSIONS = [
    ("ttyrec2/tmux", "script-advanced/tmux", convert.script_advanced_to_ttyrec2, None),
    ("ttyrec2/shell", "asciicast-v2/shell", convert.asciicast_v2_to_ttyrec2, "bz2"),
    ("guacamole-typescript/editors", "ttyrec/editors", convert.ttyrec_to_guacamole_typescript, None),
    ("guacamole-typescript/raw-bytes", "ttyrec/raw-bytes", convert.ttyrec_to_guacamole_typescript, None),
    ("asciinema-0.9/services", "script-classic/services", convert.script_classic_to_asciinema_09, None),
    ("asciinema-0.9/flashes", "script-classic/flashes", convert.script_classic_to_asciinema_09, None),
    ("sudo-iolog/deploy-text-log", "sudo-iolog/deploy", convert.without_json_log, None),
]

# Recordings that `asciinema convert` (3.x) writes from others: the same session in two formats.
ASCIINEMA_CONVERSIONS = [
    ("asciicast-v2/tmux-from-v3", "asciicast-v3/tmux", "asciicast-v2"),
    ("asciicast-v3/shell-from-v2", "asciicast-v2/shell", "asciicast-v3"),
    ("asciicast-v3/python-git-from-v1", "asciicast-v1/python-git", "asciicast-v3"),
]

# Archives of several recordings.
ARCHIVES = [
    ("archives/mixed", "zip", ["asciicast-v1/shell", "asciicast-v3/flashes", "ttyrec/raw-bytes", "script-classic/shell"]),
    ("archives/sudo-iolog", "tar", ["sudo-iolog/deploy", "sudo-iolog/dba-pipes"]),
    ("archives/tlog", "tar.gz", ["tlog/shell", "tlog/passwords"]),
]

FOLDER_PER_RECORDING = {"sudo-iolog", "asciinema-0.9"}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--stage", type=Path, default=Path("/var/tmp/recording-stage"))
    parser.add_argument("--raw", type=Path, default=Path("/var/tmp/recording-raw"), help="recordings before packing")
    parser.add_argument("--minutes", type=float, default=25.0, help="length of each long session")
    parser.add_argument("--only", default="*", help="play only FORMAT/NAME; the others are taken from --raw")
    parser.add_argument("--pack-only", action="store_true", help="play nothing")
    arguments = parser.parse_args()

    if not arguments.pack_only:
        subprocess.run([TOOLS / "stage.sh", arguments.stage], check=True)
        play = [TOOLS / "play.sh", arguments.stage, TOOLS, arguments.raw.resolve()]
        subprocess.run([*play, "--minutes", str(arguments.minutes), "--only", arguments.only], check=True)

    recordings = read_raw(arguments.raw)
    convert_all(recordings, arguments.stage)
    look_for_traces(recordings)
    rows = pack_all(recordings, arguments.out)
    write_table(rows, arguments.out.parent / "README.md")


def read_raw(raw):
    """All recordings as play.py left them: FORMAT/NAME to (files, facts)."""
    recordings = {}
    for facts_file in sorted(raw.glob("*/*/facts.json")):
        folder = facts_file.parent
        files = {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*"))
                 if path.is_file() and path != facts_file}
        facts = json.loads(facts_file.read_text())
        facts["recorder"] = getattr(recorders, facts["recorder"]).__doc__
        facts["covers"] = getattr(scenes, facts["scene"]).__doc__
        recordings[f"{folder.parent.name}/{folder.name}"] = (files, facts)
    return recordings


def convert_all(recordings, stage):
    def facts(source, maker, pack):
        return {**recordings[source][1], "recorder": f"{maker} from {source}", "pack": pack}

    for target, source, conversion, pack in CONVERSIONS:
        if source in recordings:
            files = conversion(recordings[source][0], target.split("/")[1])
            recordings[target] = (files, facts(source, f"converted by `{conversion.__name__}`", pack))
    for target, source, format in ASCIINEMA_CONVERSIONS:
        if source in recordings:
            (data,) = recordings[source][0].values()
            command = [stage / "usr/local/bin/asciinema3", "convert", "-q", "-f", format, "-", "-"]
            result = subprocess.run(command, input=data, capture_output=True, check=True).stdout
            files = {f"{target.split('/')[1]}.cast": result}
            recordings[target] = (files, facts(source, "`asciinema convert` 3.2.0", None))


def look_for_traces(recordings):
    """Stops when a recording holds a name of the machine that recorded it."""
    traces = [rf"(?<![\w./-]){re.escape(socket.gethostname())}(?![\w-])"]
    for path in ("/proc/sys/kernel/osrelease", "/proc/sys/kernel/random/boot_id", "/etc/machine-id"):
        name = Path(path).read_text().strip() if Path(path).exists() else ""
        traces += [re.escape(spelling) for spelling in {name, name.replace("-", "")} if spelling]
    traces += [re.escape(str(path)) for path in (TOOLS.parent.parent, Path.home() / ".cargo")]
    machine = re.compile("|".join(traces).encode())
    for key, (files, _) in recordings.items():
        for name, data in files.items():
            for plain in measure.unpack_bytes(name, data).values():
                found = machine.search(plain)
                if found:
                    sys.exit(f"{key}: {name} holds {found[0]!r} at {found.start()}")


def pack_all(recordings, out):
    for folder in {key.split("/")[0] for key in [*recordings, *(key for key, _, _ in ARCHIVES)]}:
        shutil.rmtree(out / folder, ignore_errors=True)
    rows = []
    for key, (files, facts) in sorted(recordings.items()):
        format, name = key.split("/")
        plain = {inner: data for member, packed in files.items() for inner, data in measure.unpack_bytes(member, packed).items()}
        written = write(out / format, name, pack(name, files, facts["pack"]), format in FOLDER_PER_RECORDING)
        rows.append((key, facts, written, measure.figures(format, plain)))
    for key, kind, members in ARCHIVES:
        format, name = key.split("/")
        if all(member in recordings for member in members):
            files = {f"{member}/{file}": data for member in members for file, data in recordings[member][0].items()}
            written = write(out / format, name, pack(name, files, kind), False)
            facts = {"recorder": "archive of " + ", ".join(members), "covers": "Several recordings in one file."}
            rows.append((key, facts, written, None))
    return rows


def pack(name, files, kind):
    """Compresses each file, or puts all into one archive; the same input gives the same bytes."""
    single = {
        "gz": lambda data: gzip.compress(data, mtime=0), "bz2": bz2.compress, "xz": lzma.compress,
        "zst": lambda data: subprocess.run(["zstd", "-q", "-12", "-c"], input=data, capture_output=True, check=True).stdout,
    }
    if kind is None:
        return files
    if kind in single:
        return {f"{member}.{kind}": single[kind](data) for member, data in files.items()}
    buffer = io.BytesIO()
    if kind == "zip":
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            for member, data in files.items():
                info = zipfile.ZipInfo(member, (2026, 1, 1, 0, 0, 0))
                info.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(info, data)
        return {f"{name}.zip": buffer.getvalue()}
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for member, data in files.items():
            info = tarfile.TarInfo(member)
            info.size, info.mode, info.mtime = len(data), 0o600, 1767225600
            archive.addfile(info, io.BytesIO(data))
    data = buffer.getvalue()
    return {f"{name}.tar": data} if kind == "tar" else {f"{name}.tar.gz": gzip.compress(data, mtime=0)}


def write(folder, name, files, own_folder):
    """Writes one recording; returns (path, size) for each file."""
    folder = folder / name if own_folder else folder
    written = []
    for member, data in files.items():
        path = folder / member
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        written.append((path, len(data)))
    return written


def write_table(rows, readme):
    """Replaces the table between the two marks in the README."""
    base = readme.parent / "recordings"
    table = ["| recording | made with | what is played | window | bytes in git | seconds | output | input | resizes |",
             "|---|---|---|---|---:|---:|---:|---:|---:|"]
    total, stored, converted = measure.Figures(), 0, measure.Figures()
    for key, facts, written, figures in rows:
        format, name = key.split("/")
        files = [str(path.relative_to(base)) for path, _ in written]
        shown = f"`{key}/`, {len(files)} files" if format in FOLDER_PER_RECORDING else ", ".join(f"`{file}`" for file in files)
        size = sum(size for _, size in written)
        stored += size
        window = f"{facts['cols']}x{facts['rows']}" if "cols" in facts else ""
        numbers = "| | | |" if figures is None else f"{figures.seconds:.0f} | {figures.output} | {figures.input} | {figures.resizes} |"
        made = facts["recorder"].split("\n")[0].rstrip(".")
        played = facts["covers"].split("\n")[0].rstrip(".")
        table.append(f"| {shown} | {made} | {played} | {window} | {size} | {numbers}")
        if figures and " from " not in made:
            total += figures
        elif figures:
            converted += figures
    table += ["", f"Recorded: {total.seconds:.0f} seconds, {total.output} bytes of output, {total.input} bytes of input, "
              f"{total.resizes} resizes; conversions of these add {converted.seconds:.0f} seconds and "
              f"{converted.output} bytes. Stored: {stored} bytes."]
    text = readme.read_text() if readme.exists() else f"{TABLE_BEGIN}\n{TABLE_END}\n"
    before, _, rest = text.partition(TABLE_BEGIN)
    _, _, after = rest.partition(TABLE_END)
    readme.write_text(before + TABLE_BEGIN + "\n" + "\n".join(table) + "\n" + TABLE_END + after)
    print(table[-1])


if __name__ == "__main__":
    main()
