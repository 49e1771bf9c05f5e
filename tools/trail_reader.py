#!/usr/bin/env python3
"""A second reader of the trail format, written from docs/format.md alone.

It exists to keep that page honest: what it prints is compared with what the Rust reader says, for real trails. It is
also the shortest way to look into a trail from another language.

    trail_reader.py header  FILE     the header, as one JSON object
    trail_reader.py chunks  FILE     one JSON object per frame
    trail_reader.py records FILE     one JSON object per record
    trail_reader.py footer  FILE     footer and trailer, as one JSON object
    trail_reader.py raw     FILE [CHANNEL]   the bytes of the output records, as they are
    trail_reader.py check   FILE     every hash and link; prints nothing if all hold

Needs Python 3.9 and the module `zstandard` (or Python 3.14, which has its own). Hashes are checked if the module
`blake3` is there; otherwise a line on stderr says that they are not. Exit status: 0, or 1 if something does not hold.
"""

import json
import struct
import sys

try:
    import zstandard

    def unpack(payload, raw_len):
        return zstandard.ZstdDecompressor().decompress(payload, max_output_size=raw_len)
except ImportError:
    from compression import zstd  # Python 3.14

    def unpack(payload, raw_len):
        return zstd.decompress(payload)

try:
    from blake3 import blake3
except ImportError:
    blake3 = None

MAGIC = b"\x89TRAIL\r\n"
FRAME_MAGIC = b"\xf7TRF"
TRAILER_MAGIC = b"TRAILEND"
HASH_LEN = 32
HEADER_FIXED_LEN = 32
FRAME_FIXED_LEN = 136
CHANNEL_ENTRY_LEN = 48
CHUNK_ENTRY_LEN = 96
TRAILER_LEN = 24
MAX_HEADER_LEN = 4 << 20
MAX_RAW_LEN = {1: 64 << 20, 2: 0, 3: 256 << 20}

FRAME_KINDS = {1: "chunk", 2: "checkpoint", 3: "footer"}
RECORD_KINDS = {
    1: "output", 2: "input", 3: "resize", 4: "key", 5: "pointer", 6: "clipboard", 7: "drawing", 8: "cursor",
    9: "title", 10: "file transfer", 11: "marker", 12: "signal", 13: "channel open", 14: "channel close",
    15: "opaque", 16: "lost",
}
ENCODED = {4, 5, 6, 7, 8, 10}
TEXTS = {9, 11, 12}


class Damaged(Exception):
    """What does not hold, and at which byte."""


def need(condition, what, at):
    if not condition:
        raise Damaged(f"byte {at}: {what}")


def digest(data):
    return blake3(data).digest() if blake3 else None


def check_hash(data, expected, what, at):
    found = digest(data)
    need(found is None or found == expected, f"{what}: hash does not match", at)


def sections(data, at):
    """Splits sections: kind u16, flags u16, length u32, bytes."""
    found, pos = [], 0
    while pos < len(data):
        need(pos + 8 <= len(data), "section runs out", at)
        kind, flags, length = struct.unpack_from("<HHI", data, pos)
        need(pos + 8 + length <= len(data), "section runs out", at)
        found.append((kind, flags, data[pos + 8:pos + 8 + length]))
        pos += 8 + length
    return found


def varint(data, pos):
    value = shift = 0
    while True:
        need(pos < len(data) and shift < 64, "varint runs out", pos)
        byte = data[pos]
        value |= (byte & 0x7f) << shift
        pos += 1
        shift += 7
        if byte < 0x80:
            return value, pos


def prefixed(data, pos):
    length, pos = varint(data, pos)
    need(pos + length <= len(data), "bytes run out", pos)
    return data[pos:pos + length], pos + length


def read_header(data):
    need(data[:8] == MAGIC, "not a trail", 0)
    need(len(data) >= HEADER_FIXED_LEN, "file ends inside the header", 0)
    version, flags, length = struct.unpack_from("<HHI", data, 8)
    need(HEADER_FIXED_LEN + HASH_LEN <= length <= MAX_HEADER_LEN, "impossible header length", 12)
    need(length <= len(data), "file ends inside the header", 0)
    content, header_hash = data[:length - HASH_LEN], data[length - HASH_LEN:length]
    check_hash(content, header_hash, "header", 0)
    need(version == 1, f"unsupported version {version}", 8)
    need(flags & 0xff00 == 0, f"unsupported header flags {flags:#x}", 10)
    header = {"version": version, "trail_id": data[16:32].hex(), "length": length, "hash": header_hash.hex(),
              "sections": []}
    for kind, section_flags, content in sections(data[HEADER_FIXED_LEN:length - HASH_LEN], HEADER_FIXED_LEN):
        if kind == 1:
            header["meta"] = json.loads(content)
        elif kind == 2:
            header["writer"] = content.decode()
        elif kind == 3:
            header["recovered_from"] = content.hex()
        else:
            need(section_flags & 1 == 0, f"unsupported critical section {kind:#x}", 0)
            header["sections"].append({"kind": kind, "bytes": content.hex()})
    return header


def channel_entry(data, pos):
    (channel, flags, base, records, first, last, size, at, length, _) = struct.unpack_from("<4I2Q4I", data, pos)
    entry = {"channel": channel, "base": base, "records": records, "first_record": first, "last_record": last,
             "record_bytes": size, "begins": bool(flags & 2), "keyframe": None}
    if flags & 1:
        entry["keyframe"] = {"at": at, "len": length}
    return entry


def read_frame(data, at):
    """Reads one frame; returns it, and where it ends. None if the file ends inside it."""
    if len(data) - at < FRAME_FIXED_LEN + HASH_LEN:
        need(FRAME_MAGIC.startswith(data[at:at + 4]), "bad frame magic", at)
        return None
    (magic, kind, flags, header_len, stored_len, raw_len, number, first, count, channels, _, first_time, last_time) = \
        struct.unpack_from("<4sHHIIIIQIHHQQ", data, at)
    need(magic == FRAME_MAGIC, "bad frame magic", at)
    if at + header_len > len(data):
        return None
    entries_end = at + FRAME_FIXED_LEN + channels * CHANNEL_ENTRY_LEN
    header_end = at + header_len
    need(entries_end + HASH_LEN <= header_end, "impossible header length", at)
    content, frame_hash = data[at:header_end - HASH_LEN], data[header_end - HASH_LEN:header_end]
    check_hash(content, frame_hash, "frame header", at)
    need(flags & 0xff00 == 0, f"unsupported frame flags {flags:#x}", at)
    if header_end + stored_len > len(data):
        return None
    frame = {
        "kind": FRAME_KINDS.get(kind, kind), "number": number, "at": at, "header_len": header_len,
        "stored_len": stored_len, "raw_len": raw_len, "first_record": first, "record_count": count,
        "first_time_ns": first_time, "last_time_ns": last_time, "trail_id": data[at + 56:at + 72].hex(),
        "previous": data[at + 72:at + 104].hex(), "payload_hash": data[at + 104:at + 136].hex(),
        "hash": frame_hash.hex(),
        "channels": [channel_entry(data, at + FRAME_FIXED_LEN + index * CHANNEL_ENTRY_LEN)
                     for index in range(channels)],
        "sections": [{"kind": section, "bytes": content.hex()}
                     for section, _, content in sections(data[entries_end:header_end - HASH_LEN], entries_end)],
    }
    need(raw_len <= MAX_RAW_LEN.get(kind, 64 << 20), "payload too long", at)
    return frame, header_end + stored_len


def payload_of(data, frame):
    start = frame["at"] + frame["header_len"]
    stored = data[start:start + frame["stored_len"]]
    check_hash(stored, bytes.fromhex(frame["payload_hash"]), "payload", start)
    if not stored:
        return b""
    raw = unpack(stored, frame["raw_len"])
    need(len(raw) == frame["raw_len"], "payload unpacks to another length", start)
    return raw


def frames(data, header, strict):
    """Walks from frame to frame and checks that each continues the one before."""
    at, number, record = header["length"], 0, 1
    previous = header["hash"]
    while at < len(data):
        found = read_frame(data, at)
        if found is None:
            need(not strict, "file ends inside a frame", at)
            print(f"bytes {at}..{len(data)}: file ends inside a frame", file=sys.stderr)
            return
        frame, end = found
        need(frame["trail_id"] == header["trail_id"], "frame of another trail", at)
        need(frame["previous"] == previous, "broken link", at)
        need(frame["number"] == number and frame["first_record"] == record, "gap in the numbers", at)
        yield frame
        previous, number, record, at = frame["hash"], number + 1, record + frame["record_count"], end
        if frame["kind"] == "footer":
            check_trailer(data, frame, at)
            return


def check_trailer(data, frame, at):
    footer_at, check = struct.unpack_from("<Q8s", data, at) if len(data) - at >= TRAILER_LEN else (None, None)
    need(footer_at == frame["at"] and check == bytes.fromhex(frame["hash"])[:8], "bad trailer", at)
    need(data[at + 16:] == TRAILER_MAGIC, "bytes behind the trailer", at)


def size(data):
    cols, rows = struct.unpack_from("<HH", data)
    return {"cols": cols, "rows": rows} if cols else None


def body_of(kind, body):
    if kind in (1, 2):
        return {"data": body.hex()}
    if kind == 3:
        return {"size": size(body)}
    if kind in ENCODED:
        return {"encoding": struct.unpack_from("<H", body)[0], "data": body[2:].hex()}
    if kind in TEXTS:
        return {"text": body.decode()}
    if kind == 13:
        name, pos = prefixed(body, 4)
        attributes = []
        while pos < len(body):
            key, pos = prefixed(body, pos)
            value, pos = prefixed(body, pos)
            attributes.append([key.decode(), value.decode()])
        return {"size": size(body), "name": name.decode(), "attributes": attributes}
    if kind == 14:
        return {"exit_status": struct.unpack("<i", body)[0] if body else None}
    if kind == 15:
        name, pos = prefixed(body, 0)
        return {"name": name.decode(), "data": body[pos:].hex()}
    return {"data": body.hex()}


def entries(data, frame):
    """Yields (kind, channel, record id, time, body) of a chunk; keyframes have record id None."""
    raw = payload_of(data, frame)
    pos, record, time = 0, frame["first_record"], frame["first_time_ns"]
    while pos < len(raw):
        kind = raw[pos]
        channel, pos = varint(raw, pos + 1)
        if kind == 0:
            body, pos = prefixed(raw, pos)
            yield 0, channel, None, time, body
            continue
        delta, pos = varint(raw, pos)
        body, pos = prefixed(raw, pos)
        time += delta
        yield kind, channel, record, time, body
        record += 1
    need(record == frame["first_record"] + frame["record_count"], "records run out", frame["at"])
    need(time == frame["last_time_ns"], "last time differs", frame["at"])


def footer_of(data, frame):
    content = {"at": frame["at"], "hash": frame["hash"], "chunks": []}
    for kind, _, section in sections(payload_of(data, frame), frame["at"]):
        if kind == 1:
            content["meta"] = json.loads(section)
        elif kind == 6:
            names = ["records", "chunks", "keyframes", "keyframe_bytes", "output_bytes", "input_bytes", "raw_bytes",
                     "stored_bytes"]
            content["statistics"] = dict(zip(names, struct.unpack_from("<8Q", section)))
        elif kind == 5:
            pos = 0
            while pos < len(section):
                (number, header_len, at, stored_len, raw_len, first, count, channels, first_time, last_time, resumed,
                 chunk_hash) = struct.unpack_from("<IIQIIQIIQQQ32s", section, pos)
                pos += CHUNK_ENTRY_LEN
                content["chunks"].append({
                    "number": number, "header_len": header_len, "at": at, "stored_len": stored_len,
                    "raw_len": raw_len, "first_record": first, "record_count": count, "first_time_ns": first_time,
                    "last_time_ns": last_time, "resumed": None if resumed == (1 << 64) - 1 else resumed,
                    "hash": chunk_hash.hex(),
                    "channels": [channel_entry(section, pos + index * CHANNEL_ENTRY_LEN)
                                 for index in range(channels)],
                })
                pos += channels * CHANNEL_ENTRY_LEN
    return content


def show(value):
    print(json.dumps(value, sort_keys=True))


def main(command, path, channel=None):
    with open(path, "rb") as file:
        data = file.read()
    if blake3 is None:
        print("module blake3 is missing: hashes are not checked", file=sys.stderr)
    header = read_header(data)
    if command == "header":
        show(header)
        return
    for frame in frames(data, header, command == "check"):
        if command == "chunks":
            show(frame)
        elif command == "footer" and frame["kind"] == "footer":
            show(footer_of(data, frame))
        elif command == "check" and frame["kind"] == "footer":
            footer_of(data, frame)
        elif frame["kind"] == "chunk" and command in ("records", "raw", "check"):
            for kind, of_channel, record, time, body in entries(data, frame):
                if command == "records" and record is not None:
                    name = RECORD_KINDS.get(kind, kind)
                    show({"record": record, "channel": of_channel, "offset_ns": time, "kind": name,
                          **body_of(kind, body)})
                elif command == "raw" and kind == 1 and channel in (None, of_channel):
                    sys.stdout.buffer.write(body)


if __name__ == "__main__":
    if len(sys.argv) not in (3, 4) or sys.argv[1] not in ("header", "chunks", "records", "footer", "raw", "check"):
        sys.exit(__doc__)
    try:
        main(sys.argv[1], sys.argv[2], int(sys.argv[3]) if len(sys.argv) == 4 else None)
    except (Damaged, ValueError, struct.error) as error:
        sys.exit(f"{sys.argv[2]}: {error}")
