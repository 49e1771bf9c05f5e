#!/usr/bin/env python3
"""Records desktop sessions as VNC FBS, with the ground truth of their text.

    apt-get install tigervnc-standalone-server twm xterm mousepad xdotool x11-xserver-utils
    python3 tools/record/desktop.py --out testdata/recordings/vnc-fbs

A real VNC server runs a small desktop, in which a script opens a terminal and an editor and types; a client of its own
(this file, standard library only) asks for one encoding and writes down what the server sends. Beside each recording
stands `<name>.truth.json`: texts that stood on the screen, each with the time by which it did.
"""

import argparse
import gzip
import json
import os
import socket
import struct
import subprocess
import tempfile
import threading
import time

WIDTH, HEIGHT = 800, 600

# Encoding numbers of RFC 6143 and the community's protocol.
RAW, COPYRECT, RRE, HEXTILE, TIGHT, ZRLE = 0, 1, 2, 5, 7, 16
CURSOR, DESKTOP_SIZE, JPEG_QUALITY_6 = -239, -223, -26

RGB888 = struct.pack(">BBBBHHHBBBxxx", 32, 24, 0, 1, 255, 255, 255, 16, 8, 0)
RGB565 = struct.pack(">BBBBHHHBBBxxx", 16, 16, 0, 1, 31, 63, 31, 11, 5, 0)

# Name, pixel format, encodings, colours of the terminal.
SESSIONS = [
    ("hextile-light", RGB888, [HEXTILE, COPYRECT, CURSOR, DESKTOP_SIZE], "light"),
    ("raw-16bpp-dark", RGB565, [RAW, COPYRECT, CURSOR, DESKTOP_SIZE], "dark"),
    ("rre-light", RGB888, [RRE, COPYRECT, CURSOR, DESKTOP_SIZE], "light"),
    ("tight-dark", RGB888, [TIGHT, COPYRECT, CURSOR, DESKTOP_SIZE], "dark"),
    ("tight-jpeg-light", RGB888, [TIGHT, COPYRECT, CURSOR, DESKTOP_SIZE, JPEG_QUALITY_6], "light"),
    ("zrle-dark", RGB888, [ZRLE, COPYRECT, CURSOR, DESKTOP_SIZE], "dark"),
    ("zrle-16bpp-light", RGB565, [ZRLE, COPYRECT, CURSOR, DESKTOP_SIZE], "light"),
]

COLOURS = {"light": ["-bg", "white", "-fg", "black"], "dark": ["-bg", "#101216", "-fg", "#e5e5e5"]}

NOTE = """Change request 4711
Restart the payment gateway on web01
Window: Saturday 22:00 to 23:30
Contact: night shift, extension 2290
"""


class Recorder(threading.Thread):
    """A client that asks for updates and writes what comes as FBS."""

    def __init__(self, port, pixel_format, encodings, path):
        super().__init__()
        self.path = path
        self.stopped = False
        self.start_time = time.monotonic()
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.settimeout(0.05)
        head = self.handshake(pixel_format, encodings)
        self.blocks = [(head, 0)]

    def handshake(self, pixel_format, encodings):
        self.take(12)
        self.socket.sendall(b"RFB 003.008\n")
        kinds = self.take(self.take(1)[0])
        assert 1 in kinds, "the server wants a password"
        self.socket.sendall(b"\x01")
        assert self.take(4) == b"\0\0\0\0"
        self.socket.sendall(b"\x01")
        size, _, name_len = self.take(4), self.take(16), self.take(4)
        name = self.take(struct.unpack(">I", name_len)[0])
        self.socket.sendall(b"\0\0\0\0" + pixel_format)
        self.socket.sendall(struct.pack(">BxH", 2, len(encodings)) + b"".join(struct.pack(">i", e) for e in encodings))
        self.ask(0)
        # As a server of version 3.3 without authentication says it, in the format that was asked for.
        return b"RFB 003.003\n" + struct.pack(">I", 1) + size + pixel_format + name_len + name

    def take(self, count):
        data = b""
        while len(data) < count:
            try:
                piece = self.socket.recv(count - len(data))
            except socket.timeout:
                continue
            assert piece, "the server has gone"
            data += piece
        return data

    def ask(self, incremental):
        self.socket.sendall(struct.pack(">BBHHHH", 3, incremental, 0, 0, WIDTH, HEIGHT))

    def elapsed_ms(self):
        return int((time.monotonic() - self.start_time) * 1000)

    def run(self):
        asked = 0.0
        while not self.stopped:
            if time.monotonic() - asked > 0.1:
                self.ask(1)
                asked = time.monotonic()
            try:
                data = self.socket.recv(65536)
            except socket.timeout:
                continue
            if not data:
                break
            self.blocks.append((data, self.elapsed_ms()))
        self.drain()
        with gzip.GzipFile(self.path, "wb", mtime=0) as out:
            out.write(b"FBS 001.000\n")
            for data, ms in self.blocks:
                out.write(struct.pack(">I", len(data)) + data + b"\0" * (-len(data) % 4) + struct.pack(">I", ms))

    def drain(self):
        """Takes what is still on its way, so that the last message is whole."""
        quiet = time.monotonic()
        while time.monotonic() - quiet < 1.0:
            try:
                data = self.socket.recv(65536)
            except socket.timeout:
                continue
            if not data:
                return
            self.blocks.append((data, self.elapsed_ms()))
            quiet = time.monotonic()


class Desktop:
    """A VNC server with a window manager."""

    def __init__(self, number, folder):
        self.display = f":{number}"
        self.port = 5900 + number
        self.folder = folder
        self.children = []
        self.environment = dict(os.environ, DISPLAY=self.display, HOME=folder, LANG="C.UTF-8")
        self.start("Xtigervnc", self.display, "-geometry", f"{WIDTH}x{HEIGHT}", "-depth", "24", "-localhost", "-dpi", "96",
                   "-SecurityTypes", "None", "-desktop", "bastion", "-rfbport", str(self.port))
        self.wait(lambda: os.path.exists(f"/tmp/.X11-unix/X{number}"))
        with open(os.path.join(folder, ".twmrc"), "w", encoding="ascii") as twmrc:
            twmrc.write("RandomPlacement\nNoGrabServer\nTitleFont \"fixed\"\n")
        self.start("twm")
        self.run("xsetroot", "-solid", "#3a6ea5")

    def start(self, *command):
        log = open(os.path.join(self.folder, "log"), "ab")
        self.children.append(subprocess.Popen(command, env=self.environment, cwd=self.folder, stdout=log, stderr=log))

    def run(self, *command):
        subprocess.run(command, env=self.environment, check=True, cwd=self.folder, capture_output=True)

    def wait(self, condition, seconds=60):
        end = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < end, "waited in vain"
            time.sleep(0.1)

    def window(self, name):
        """Waits for a window and brings the keyboard to it."""
        find = ["xdotool", "search", "--onlyvisible", "--name", name]
        found = lambda: subprocess.run(find, env=self.environment, capture_output=True, text=True).stdout.split()
        self.wait(found)
        window = found()[0]
        return window

    def place(self, window, x, y):
        self.run("xdotool", "windowmove", window, str(x), str(y))
        self.run("xdotool", "mousemove", str(x + 120), str(y + 90))
        self.run("xdotool", "windowfocus", window)

    def type(self, text, enter=True):
        self.run("xdotool", "type", "--delay", "40", text)
        if enter:
            self.run("xdotool", "key", "Return")

    def stop(self):
        for child in reversed(self.children):
            child.terminate()
        for child in reversed(self.children):
            child.wait()


def play(desktop, recorder, colours):
    """One session; gives its truth."""
    truth = []

    def settled(*texts):
        time.sleep(1.5)
        truth.extend({"text": text, "by_ms": recorder.elapsed_ms()} for text in texts)

    desktop.start("xterm", "-T", "operator at web01", "-fa", "DejaVu Sans Mono", "-fs", "11", "-geometry", "80x16",
                  *COLOURS[colours], "-e", "env", "PS1=operator@web01:~$ ", "bash", "--norc", "--noprofile", "-i")
    desktop.place(desktop.window("operator at web01"), 20, 40)
    desktop.type("systemctl restart payment-gateway")
    settled("operator@web01", "systemctl restart payment-gateway")
    desktop.type("cat change-4711.txt")
    settled(*NOTE.strip().splitlines())
    desktop.start("mousepad", "change-4711.txt")
    desktop.place(desktop.window("Mousepad"), 180, 220)
    settled("Restart the payment gateway on web01")
    desktop.run("xdotool", "key", "ctrl+End")
    desktop.type("Approved by the duty manager at 21:55", enter=False)
    settled("Approved by the duty manager at 21:55")
    return truth


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", required=True)
    parser.add_argument("--only", help="name of one session")
    arguments = parser.parse_args()
    os.makedirs(arguments.out, exist_ok=True)
    for number, (name, pixel_format, encodings, colours) in enumerate(SESSIONS):
        if arguments.only not in (None, name):
            continue
        with tempfile.TemporaryDirectory() as folder:
            with open(os.path.join(folder, "change-4711.txt"), "w", encoding="ascii") as note:
                note.write(NOTE)
            desktop = Desktop(41 + number, folder)
            try:
                path = os.path.join(arguments.out, f"{name}.fbs.gz")
                recorder = Recorder(desktop.port, pixel_format, encodings, path)
                recorder.start()
                truth = play(desktop, recorder, colours)
                recorder.stopped = True
                recorder.join()
            finally:
                desktop.stop()
            with open(os.path.join(arguments.out, f"{name}.truth.json"), "w", encoding="ascii") as out:
                json.dump({"width": WIDTH, "height": HEIGHT, "encodings": encodings, "texts": truth}, out, indent=1)
                out.write("\n")
            print(name, os.path.getsize(path))


if __name__ == "__main__":
    main()
