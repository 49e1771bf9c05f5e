"""Makes recordings in formats that no program at hand writes any more, from sessions that were really recorded.

Every function takes the files of one recording (name to bytes) and returns the files of the converted one. Times, bytes
and their order are those of the source; only the container changes.
"""

import bz2
import json
import struct
from datetime import datetime


def script_advanced_to_ttyrec2(files, stem):
    """NetHack Learning Environment ttyrec2: ttyrec with a channel byte after the length, 0 output and 1 input."""
    out = _without_header(_ending(files, ".out"))
    typed = _without_header(_ending(files, ".in"))
    records, out_at, in_at, micros = [], 0, 0, 0
    for line in _ending(files, ".timing").decode().splitlines():
        kind, delay, *rest = line.split(" ")
        if kind == "H":
            if rest[0] == "START_TIME":
                micros = round(datetime.fromisoformat(" ".join(rest[1:])).timestamp() * 1_000_000)
            continue
        micros += round(float(delay) * 1_000_000)
        if kind == "O":
            records.append((micros, 0, out[out_at:out_at + int(rest[0])]))
            out_at += int(rest[0])
        elif kind == "I":
            records.append((micros, 1, typed[in_at:in_at + int(rest[0])]))
            in_at += int(rest[0])
    return {f"{stem}.ttyrec2": _ttyrec2(records)}


def asciicast_v2_to_ttyrec2(files, stem):
    """The same from an asciicast v2 that holds input; sizes are lost, ttyrec has no place for them."""
    (data,) = files.values()
    header, *lines = [json.loads(line) for line in data.decode().splitlines() if line]
    channels = {"o": 0, "i": 1}
    records = [(round((header["timestamp"] + time) * 1_000_000), channels[code], text.encode())
               for time, code, text in lines if code in channels]
    return {f"{stem}.ttyrec2": _ttyrec2(records)}


def _ttyrec2(records):
    return b"".join(struct.pack("<IIIB", *divmod(micros, 1_000_000), len(data), channel) + data for micros, channel, data in records)


def ttyrec_to_guacamole_typescript(files, stem):
    """Guacamole's typescript: bracketed raw output, and a timing file with milliseconds and at most 4096 bytes a line."""
    (data,) = files.values()
    body, timing, last = b"", "", None
    for millis, chunk in _ttyrec_records(data):
        delay = 0 if last is None else max(millis - last, 0)
        last = millis
        for at in range(0, len(chunk), 4096):
            piece = chunk[at:at + 4096]
            timing += f"{delay / 1000:0.6f} {len(piece)}\n"
            body += piece
            delay = 0
    return {stem: b"[BEGIN TYPESCRIPT]\n" + body + b"\n[END TYPESCRIPT]\n", f"{stem}.timing": timing.encode()}


def _ttyrec_records(data):
    at = 0
    while at + 12 <= len(data):
        seconds, micros, length = struct.unpack_from("<III", data, at)
        yield seconds * 1000 + micros // 1000, data[at + 12:at + 12 + length]
        at += 12 + length


def script_classic_to_asciinema_09(files, stem):
    """The three files of asciinema 0.9: bzip2 of the output, bzip2 of its timing with Python floats, metadata."""
    typescript = _ending(files, ".typescript")
    header = typescript[:typescript.index(b"\n")].decode()
    lines = [line.split() for line in _ending(files, ".timing").decode().splitlines()]
    body = _without_header(typescript)[:sum(int(count) for _, count in lines)]
    size = {key: int(header.split(f'{key}="')[1].split('"')[0]) for key in ("COLUMNS", "LINES")}
    meta = {
        "username": "auditee", "duration": sum(float(delay) for delay, _ in lines), "title": stem, "command": None, "shell": "/bin/bash",
        "term": {"type": "xterm-256color", "lines": size["LINES"], "columns": size["COLUMNS"]},
    }
    times = "".join(f"{float(delay)!r} {count}\n" for delay, count in lines)
    return {
        "stdout": bz2.compress(body), "stdout.time": bz2.compress(times.encode()),
        "meta.json": json.dumps(meta).encode(),
    }


def without_json_log(files, stem):
    """A sudo I/O log as sudo before 1.9 wrote it: the text log alone."""
    return {name: data for name, data in files.items() if not name.endswith("log.json")}


def _ending(files, suffix):
    return next(data for name, data in files.items() if name.endswith(suffix))


def _without_header(log):
    return log[log.index(b"\n") + 1:]
