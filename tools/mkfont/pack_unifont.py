#!/usr/bin/env python3
"""Packs GNU Unifont into the small bitmap file that trail-render embeds.

    apt-get install fonts-unifont unifont; pip install fonttools zstandard
    python3 tools/mkfont/pack_unifont.py /usr/share/unifont/unifont.hex \\
        /usr/share/fonts/opentype/unifont/unifont_upper.otf crates/trail-render/fonts/unifont.bin.zst

The file, before zstd: for each glyph, ascending by code point, u32le code point with bit 31 set if the glyph is 16 pixels wide
(else 8), then its 16 rows from the top, one byte each or two (big-endian), leftmost pixel in the highest bit.

The plane-0 glyphs come from the project's own .hex file. Plane 1 (emoji and symbols) is read from the OpenType file,
whose outlines are those same pixels as squares of 4 units: a pixel is set if its centre lies inside the outline.
"""
import struct
import sys

import zstandard
from fontTools.pens.basePen import BasePen
from fontTools.ttLib import TTFont

# Blocks of plane 1 that terminals show: musical and mathematical symbols, games, emoji, legacy computing.
UPPER = [(0x1D400, 0x1D7FF), (0x1F000, 0x1FBFF)]


class Edges(BasePen):
    """Collects the vertical edges of an outline made of axis-parallel lines."""

    def __init__(self, glyph_set):
        super().__init__(glyph_set)
        self.edges, self.at, self.first = [], None, None

    def _moveTo(self, p):
        self.at = self.first = p

    def _lineTo(self, p):
        if self.at[0] == p[0] and self.at[1] != p[1]:
            self.edges.append((p[0], min(self.at[1], p[1]), max(self.at[1], p[1])))
        elif self.at[1] != p[1]:
            raise ValueError("a slanted line")
        self.at = p

    def _closePath(self):
        self._lineTo(self.first)


def upper_glyphs(path):
    font = TTFont(path)
    cmap, glyphs = font.getBestCmap(), font.getGlyphSet()
    for first, last in UPPER:
        for code in range(first, last + 1):
            if code not in cmap:
                continue
            glyph = glyphs[cmap[code]]
            pen = Edges(glyphs)
            glyph.draw(pen)
            wide = glyph.width > 32
            rows = []
            for row in range(16):
                y, bits = 54 - 4 * row, 0  # the font's em is 64 units, ascent 56: the top row's centre is at 54
                for column in range(16 if wide else 8):
                    x = 4 * column + 2
                    crossings = sum(1 for ex, low, high in pen.edges if ex < x and low < y < high)
                    bits = bits << 1 | crossings & 1
                rows.append(bits)
            yield code, wide, rows


def hex_glyphs(path):
    for line in open(path, encoding="ascii"):
        code, bits = line.strip().split(":")
        code, wide = int(code, 16), len(bits) == 64
        if 0xD800 <= code <= 0xF8FF:
            continue
        step = 4 if wide else 2
        yield code, wide, [int(bits[i : i + step], 16) for i in range(0, len(bits), step)]


def main():
    hex_path, upper_path, out_path = sys.argv[1:]
    glyphs = {code: (wide, rows) for code, wide, rows in hex_glyphs(hex_path)}
    glyphs.update((code, (wide, rows)) for code, wide, rows in upper_glyphs(upper_path))
    packed = bytearray()
    for code, (wide, rows) in sorted(glyphs.items()):
        packed += struct.pack("<I", code | wide << 31)
        packed += b"".join(struct.pack(">H" if wide else ">B", row) for row in rows)
    compressed = zstandard.ZstdCompressor(level=22).compress(bytes(packed))
    open(out_path, "wb").write(compressed)
    print(f"{len(glyphs)} glyphs, {len(packed)} bytes, {len(compressed)} packed")


main()
