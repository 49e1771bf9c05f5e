"""Asks for a PIN and shows a star for each key: a prompt that masks what is typed instead of turning echo off."""

import sys
import termios
import tty

saved = termios.tcgetattr(0)
sys.stdout.write("Token PIN: ")
sys.stdout.flush()
try:
    tty.setcbreak(0)
    count = 0
    while (key := sys.stdin.read(1)) not in "\r\n":
        count += 1
        sys.stdout.write("*")
        sys.stdout.flush()
finally:
    termios.tcsetattr(0, termios.TCSADRAIN, saved)
print(f"\n{count} digits accepted")
