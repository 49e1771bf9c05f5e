"""Reads recordings of every format in the collection just far enough to tell their length, output bytes and input bytes.

    measure.py PATH...

Independent of the importers on purpose: the figures in testdata/README.md come from here. Durations are sums of the
recorded delays, the first and last event included; output is what was sent to the screen, in bytes of UTF-8 where the
format stores text.
"""

import bz2
import gzip
import io
import json
import lzma
import re
import struct
import subprocess
import sys
import tarfile
import zipfile
from dataclasses import dataclass
from pathlib import Path


@dataclass
class Figures:
    seconds: float = 0.0
    output: int = 0
    input: int = 0
    resizes: int = 0

    def __add__(self, other):
        return Figures(self.seconds + other.seconds, self.output + other.output, self.input + other.input, self.resizes + other.resizes)


def unpacked(path):
    """The files behind one path, name to bytes, compression and archives taken off."""
    return unpack_bytes(path.name, path.read_bytes())


def unpack_bytes(name, data):
    """The same for a file in memory."""
    if data[:2] == b"\x1f\x8b":
        data, name = gzip.decompress(data), name.removesuffix(".gz")
    elif data[:3] == b"BZh":
        data, name = bz2.decompress(data), name.removesuffix(".bz2")
    elif data[:6] == b"\xfd7zXZ\0":
        data, name = lzma.decompress(data), name.removesuffix(".xz")
    elif data[:4] == b"\x28\xb5\x2f\xfd":
        data, name = subprocess.run(["zstd", "-dc"], input=data, capture_output=True, check=True).stdout, name.removesuffix(".zst")
    if data[:4] == b"PK\x03\x04":
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return {member: archive.read(member) for member in archive.namelist() if not member.endswith("/")}
    if data[257:262] == b"ustar":
        with tarfile.open(fileobj=io.BytesIO(data)) as archive:
            return {member.name: archive.extractfile(member).read() for member in archive if member.isfile()}
    return {name: data}


def figures(format, files):
    """Figures of one recording: its files by name."""
    return READERS[format](files)


def asciicast_v1(files):
    (data,) = files.values()
    cast = json.loads(data)
    return Figures(sum(delay for delay, _ in cast["stdout"]), sum(len(text.encode()) for _, text in cast["stdout"]))


def asciicast(files):
    (data,) = files.values()
    lines = [line for line in data.decode().split("\n") if line.strip() and not line.startswith("#")]
    relative = json.loads(lines[0])["version"] == 3
    total = Figures()
    for line in lines[1:]:
        time, code, text = json.loads(line)
        total.seconds = total.seconds + time if relative else max(total.seconds, time)
        if code == "o":
            total.output += len(text.encode())
        elif code == "i":
            total.input += len(text.encode())
        elif code == "r":
            total.resizes += 1
    return total


def ttyrec(files, header="<III"):
    (data,) = files.values()
    total, at, first, size = Figures(), 0, None, struct.calcsize(header)
    while at + size <= len(data):
        seconds, micros, length, *channel = struct.unpack_from(header, data, at)
        now = seconds + micros / 1e6
        first = now if first is None else first
        total.seconds = now - first
        if channel and channel[0] == 1:
            total.input += length
        else:
            total.output += length
        at += size + length
    if at != len(data):
        raise ValueError(f"{len(data) - at} bytes after the last record")
    return total


def ttyrec2(files):
    return ttyrec(files, "<IIIB")


def script(files):
    """Classic and advanced timing; the logs' own header and footer lines are not counted."""
    timing = next(data for name, data in files.items() if name.endswith((".timing", ".time")))
    total = Figures()
    for line in timing.decode().splitlines():
        fields = line.split()
        kind = fields.pop(0) if fields and fields[0].isalpha() else "O"
        if kind == "H" or len(fields) < 2:
            continue
        total.seconds += float(fields[0])
        if kind == "O":
            total.output += int(fields[1])
        elif kind == "I":
            total.input += int(fields[1])
        elif fields[1] == "SIGWINCH":
            total.resizes += 1
    return total


def sudo_iolog(files):
    """All logs of a directory tree together; each command has a directory with a file `timing`."""
    total = Figures()
    timings = b"".join(data for name, data in files.items() if name.endswith("timing"))
    for line in timings.decode().splitlines():
        kind, delay, *rest = line.split()
        total.seconds += float(delay)
        if kind in "124":
            total.output += int(rest[0])
        elif kind in "03":
            total.input += int(rest[0])
        elif kind == "5":
            total.resizes += 1
    return total


def tlog(files):
    """One recording; when it is there in several carriers, the last by name, which is whole."""
    data = files[max(files)]
    total, window, first = Figures(), None, None
    for message in tlog_messages(data):
        now = message["pos"]
        first = now if first is None else first
        for kind, a, b in re.findall(r"([+<>=\[\]])(\d+)(?:[x/](\d+))?", message["timing"]):
            if kind == "+":
                now += int(a)
            elif kind == "=":
                total.resizes += window not in (None, (a, b))
                window = (a, b)
        total.seconds = (now - first) / 1000
        for direction in ("in", "out"):
            # A replacement character stands for each run of bytes in the array; it is no output of its own.
            bytes_ = len(message.get(f"{direction}_txt", "").encode()) + len(message.get(f"{direction}_bin", []))
            bracket = r"\[" if direction == "in" else r"\]"
            bytes_ -= 3 * sum(int(runs) for runs in re.findall(bracket + r"(\d+)/", message["timing"]))
            if direction == "in":
                total.input += bytes_
            else:
                total.output += bytes_
    return total


def tlog_messages(data):
    """The messages of a tlog file, of `journalctl -o json` lines, or of `journalctl -o export`."""
    if data.startswith(b"__CURSOR="):
        for name, value in journal_export_fields(data):
            if name == b"MESSAGE":
                yield json.loads(value)
        return
    for line in data.decode().splitlines():
        entry = json.loads(line)
        if "MESSAGE" in entry:
            message = entry["MESSAGE"]
            if message is None:
                continue
            entry = json.loads(message if isinstance(message, str) else bytes(message).decode())
        yield entry


def journal_export_fields(data):
    at = 0
    while at < len(data):
        end = data.index(b"\n", at)
        line = data[at:end]
        at = end + 1
        if b"=" in line:
            name, _, value = line.partition(b"=")
            yield name, value
        elif line:
            (length,) = struct.unpack_from("<Q", data, at)
            yield line, data[at + 8:at + 8 + length]
            at += 8 + length + 1


READERS = {
    "asciicast-v1": asciicast_v1, "asciicast-v2": asciicast, "asciicast-v3": asciicast, "ttyrec": ttyrec, "ttyrec2": ttyrec2,
    "script-classic": script, "script-advanced": script, "guacamole-typescript": script,
    "asciinema-0.9": script, "sudo-iolog": sudo_iolog, "tlog": tlog,
}


if __name__ == "__main__":
    for path in map(Path, sys.argv[1:]):
        format = next(part for part in reversed(path.parts) if part in READERS)
        members = [path] if path.is_file() else [p for p in path.iterdir() if p.is_file()]
        files = {name: data for member in members for name, data in unpacked(member).items()}
        print(path, figures(format, files))
