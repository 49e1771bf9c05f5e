"""What is typed. A scene gets a `Terminal` in which a recorder has just started a shell (or another program) and plays
one piece of work in it; `leave` at the end of a scene ends the shell and with it the recorder.

Every scene is meant to be played under any recorder. Passwords are those of prepare.sh.
"""

SUDO_PASSWORD = "correct-horse-7"
ROOT_PASSWORD = "granite-window-6"


def leave(t):
    t.pause(0.5)
    t.line("exit")


def password(t, secret, prompt="assword"):
    t.expect(prompt)
    t.pause(0.6)
    t.line(secret, pace=0.12)


# Shells


def shell_basics(t):
    """Completion, history, editing, control characters, loops and here-documents in bash."""
    t.expect(t.prompt)
    t.run("whoami; hostname; date")
    t.run("cat /etc/passwd", think=2)
    t.type("ls -l /etc/ssh/ss")
    t.key("Tab")
    t.pause(0.4)
    t.key("Tab", "Tab")
    t.type("d_c")
    t.key("Tab")
    t.run("")
    t.type("cd te")
    t.key("Tab")
    t.run("")
    t.type("grep -c pssawd", pace=0.08)
    t.key(*["Backspace"] * 6, pace=0.08)
    t.run("passwd /var/log/auth.log")
    t.type("cat /etc/shadow | wc -l # rather not")
    t.key("C-c")
    t.settle()
    t.key("Up", "Up", "Up", "Down", pace=0.4)
    t.key("C-a", "C-k")
    t.key("C-r")
    t.type("passwd", pace=0.15)
    t.pause(0.8)
    t.key("Enter")
    t.settle()
    t.line("for host in web01 web02 db01; do")
    t.line("  echo \"checking $host\"; sleep 0.2")
    t.run("done")
    t.line("cat > motd.txt <<'END'")
    t.line("Authorised use only.")
    t.line("  Sessions are recorded; パスワード rules apply.")
    t.run("END")
    t.run("cat -A motd.txt | head -3")
    t.line("sleep 60")
    t.pause(1.5)
    t.key("C-c")
    t.settle()
    t.type("echo moved word order wrong")
    t.key("C-w", "C-w")
    t.type("corrected")
    t.key("C-a", "C-f", "C-f", "C-f", "C-f", pace=0.1)
    t.type("ing")
    t.key(*["Backspace"] * 3)
    t.key("C-e")
    t.run(" > /dev/null; echo $?")
    t.run("printf '%s\\n' {a..e}{1..4} | column -c $COLUMNS")
    t.run("clear", think=0.3)
    t.run("history | tail -5")
    leave(t)


def bash_marks(t):
    """bash with OSC 133 marks and window titles, commands that succeed, fail and are interrupted."""
    t.expect(t.prompt)
    t.run("pwd")
    t.run("ls /etc/*passwd* /etc/nothing-here")
    t.run("grep -n root /etc/passwd /etc/group")
    t.run("false")
    t.run("printf '\\e]0;backup web01: 40 %%\\a'; sleep 2; printf '\\e]2;backup web01: done\\a'; sleep 1")
    t.run("echo a multi-line \\\ncommand \\\nended here")
    t.line("for i in 1 2 3; do")
    t.line("echo pass $i of passwd check")
    t.run("done")
    t.line("tail -f /var/log/auth.log")
    t.pause(2)
    t.key("C-c")
    t.settle()
    t.type("rm -rf /tmp/import-2024 # thinks twice")
    t.key("C-c")
    t.settle()
    t.run("")
    t.run("cd /var/log")
    t.run("wc -l auth.log; awk '{print $5}' auth.log | cut -d'[' -f1 | sort | uniq -c | sort -rn")
    t.run("cd")
    t.line("exit 3")


def zsh_marks(t):
    """zsh with OSC 133 marks, completion menu, its inverse end-of-line mark."""
    t.expect(t.prompt)
    t.run("echo $ZSH_VERSION; print -P '%F{red}red%f %B bold %b'")
    t.run("printf 'no newline at the end'")
    t.type("ls /etc/pa")
    t.key("Tab")
    t.pause(0.7)
    t.key("Tab", "Tab", "Enter", pace=0.4)
    t.run("")
    t.run("grep auditee /etc/passwd")
    t.line("for f in /etc/{passwd,group,hosts}; do")
    t.line("  wc -l $f")
    t.run("done")
    t.run("cat /no/such/file; echo $?")
    t.run("cd ~/texts && head -4 languages.txt")
    t.type("sleep 5")
    t.key("Enter")
    t.pause(1.2)
    t.key("C-c")
    t.settle()
    t.key("Up", "Up", pace=0.4)
    t.run("")
    t.run("sudo -k; print -P '%~ %D{%H}' > /dev/null; true")
    leave(t)


def flashes(t):
    """Text that is on the screen for a moment only: cleared, overwritten, on the alternate screen, in a spinner."""
    t.expect(t.prompt)
    t.run("printf 'token=blue-window-42'; clear", think=0.5)
    t.run("printf 'pin 4711 for passwd reset'; sleep 0.05; printf '\\r\\e[K'; echo gone")
    t.run("tput smcup; echo 'alternate screen: recovery phrase'; sleep 0.3; tput rmcup")
    t.run("for i in $(seq 60); do printf '\\rcopying block %3d of 60 %s' $i ${spin:i%4:1}; sleep 0.03; done; echo")
    t.run("for w in alpha bravo charlie delta echo foxtrot; do printf '\\e[H\\e[2J%s flashes' $w; sleep 0.02; done; echo")
    t.run("for i in $(seq 0 5 100); do printf '\\r[%-20s] %3d%%' $(printf '#%.0s' $(seq 0 $((i/5)))) $i; sleep 0.06; done; echo ' ok'")
    t.run("printf 'one two three\\b\\b\\b\\b\\bTHREE\\n'")
    t.run("printf 'line to delete\\n\\e[A\\e[Mnext\\n'; printf 'insert\\r\\e[4@here \\n'")
    t.run("reset", think=1)
    t.run("echo after the reset, passwd is not on the screen > /dev/null; date +%Z")
    leave(t)


def long_lines(t):
    """Lines longer than the window, lists that scroll far, tabs, colours."""
    t.expect(t.prompt)
    t.run("cd texts")
    t.run("head -3 long-lines.txt")
    t.run("cat long-lines.txt", think=1.5)
    t.run("seq -s ' ' 1 1200")
    t.run("find /usr/share -name '*a*' 2>/dev/null | head -2500", timeout=40)
    t.run("ls -la --color=always /usr/bin | head -400")
    t.run("for i in $(seq 0 255); do printf '\\e[48;5;%dm%4d\\e[0m' $i $i; [ $((i % 16)) = 15 ] && echo; done")
    t.run("column -s, -t table.csv | head -60")
    t.run("grep -n --color=always passwd /var/log/auth.log | tail -200", think=1.5)
    t.resize(61, 24)
    t.pause(0.8)
    t.run("tail -2 long-lines.txt")
    t.resize(132, 43)
    t.pause(0.8)
    t.run("tail -2 long-lines.txt; echo a long command line that is typed on and on until it wraps at the right margin of the window and comes back on the next row > /dev/null")
    leave(t)


def unicode_text(t):
    """CJK, emoji, combining marks, right-to-left, box drawing; typed, printed, in less and in vim."""
    t.expect(t.prompt)
    t.run("cd texts; cat languages.txt", think=2)
    t.run("echo 'パスワード passwd 密码 🔐'")
    t.type("echo 日本語を消す")
    t.key("Backspace", "Backspace", pace=0.3)
    t.run("")
    t.run("mkdir -p /tmp/監査/записи && ls -d /tmp/監査/*")
    t.run("cowsay 'ｗｉｄｅ 監査 ✅'")
    t.run("figlet audit")
    t.run("python3 -c \"print(''.join(chr(0x4e00 + i) for i in range(400)))\"")
    t.run("grep -n 密 languages.txt")
    t.line("less languages.txt")
    t.pause(1.5)
    t.line("/監査")
    t.pause(1)
    t.key("q")
    t.settle()
    t.line("vim languages.txt")
    t.pause(1.2)
    t.key("G", "o")
    t.type("追記: 変更した 🚀")
    t.key("Escape")
    t.resize(50, 20)
    t.pause(1)
    t.resize(100, 30)
    t.pause(1)
    t.line(":q!")
    t.settle()
    leave(t)


def raw_bytes(t):
    """Bytes that are no UTF-8, control characters, line drawing, unfinished sequences."""
    t.expect(t.prompt)
    t.run("cd texts; cat bytes.bin", think=1.5)
    t.run("head -c 12 bytes.bin; echo; tail -c 40 bytes.bin; echo")
    t.run("printf 'split \\xe2'; sleep 0.3; printf '\\x82'; sleep 0.3; printf '\\xac euro\\n'")
    t.run("printf 'latin-1 pa\\xdfwort passwd\\n'")
    t.run("printf 'unknown \\e[?9999h\\e]777;notify;audit;hello\\a\\e_apc\\e\\\\\\eP1$qm\\e\\\\ end\\n'; sleep 0.2")
    t.run("iconv -f UTF-8 -t UTF-16 motd.txt 2>/dev/null | head -c 60; od -c bytes.bin | head -5")
    t.run("cat bytes.bin bytes.bin | tr -d '\\033' | head -c 300; printf '\\n'")
    t.run("printf 'open sequence \\e['; sleep 0.5; printf '31mred\\e[0m\\n'")
    leave(t)


# Administration


def admin_users(t):
    """Accounts made, changed, locked and removed with sudo; passwords typed unseen; visudo in vim."""
    t.expect(t.prompt)
    t.line("sudo -i")
    password(t, "wrong-horse")
    t.pause(2.5)
    password(t, SUDO_PASSWORD)
    t.expect(r"# \Z")
    t.run("useradd -m -s /bin/bash -c 'Bob Builder' bob; id bob", timeout=10)
    t.line("passwd bob")
    password(t, "rainy-tuesday-2", "New password")
    password(t, "rainy-tuesday-2", "Retype")
    t.expect(r"# \Z")
    t.run("usermod -aG sudo,adm bob && groups bob")
    t.run("chage -M 90 -W 14 bob; chage -l bob", think=1.5)
    t.run("getent passwd | tail -n 4; tail -2 /etc/group")
    t.run("grep bob /etc/passwd /etc/shadow | cut -c1-40")
    t.line("visudo -f /etc/sudoers.d/bob")
    t.pause(1.5)
    t.key("i")
    t.type("bob ALL=(root) NOPASSWD: /usr/bin/systemctl restart nginx")
    t.key("Escape")
    t.pause(0.5)
    t.line(":wq")
    t.expect(r"# \Z")
    t.run("cat /etc/sudoers.d/bob; visudo -c")
    t.run("passwd -l bob; passwd -S bob")
    t.run("last | head -3; lastlog -u bob")
    t.run("userdel -r bob; rm /etc/sudoers.d/bob; id bob", timeout=10)
    t.line("exit")
    t.expect(t.prompt)
    leave(t)


def passwords(t):
    """Echo off and masked prompts: su refused and granted, sudo with stars, a masked prompt in Python, ssh."""
    t.expect(t.prompt)
    t.line("su -")
    password(t, "guess-number-1")
    t.pause(3)
    t.settle()
    t.line("su -")
    password(t, ROOT_PASSWORD)
    t.expect(r"# \Z")
    t.run("id; whoami")
    t.line("exit")
    t.expect(t.prompt)
    t.line("sudo -k; sudo head -1 /etc/shadow")
    password(t, SUDO_PASSWORD)
    t.settle(1.0)
    t.line("python3 -c 'import getpass; print(len(getpass.getpass(\"Vault passphrase: \")))'")
    password(t, "copper-lake-12", "passphrase")
    t.settle(1.0)
    t.line("python3 /run/play/masked_prompt.py")
    password(t, "4711-0815", "PIN")
    t.settle(1.0)
    t.line("ssh -o StrictHostKeyChecking=no deploy@web01")
    password(t, "battery-staple-8")
    t.expect(r"\$ \Z", 10)
    t.run("echo on the other side; grep $USER /etc/passwd; tty")
    t.line("exit")
    t.expect(t.prompt)
    t.line("passwd")
    password(t, SUDO_PASSWORD, "Current password")
    for _ in range(3):
        password(t, "short", "New password")
        password(t, "short", "Retype")
    t.expect(t.prompt)
    leave(t)


def console_login(t):
    """login(1) as on a console: an unknown user, a wrong password, then a session with the message of the day."""
    t.expect("login: ")
    t.line("nobodyhere")
    password(t, "misty-morning-1", "Password")
    t.expect("login: ")
    t.line("auditee")
    password(t, "misty-morning-1", "Password")
    t.expect("login: ")
    t.line("auditee")
    password(t, SUDO_PASSWORD, "Password")
    t.expect(t.prompt)
    t.run("tty; who; id")
    t.run("grep auditee /etc/passwd")
    t.line("sudo -l")
    password(t, SUDO_PASSWORD)
    t.expect(t.prompt)
    leave(t)


def services(t):
    """Units, sockets, addresses, processes, journal, disk use."""
    t.expect(t.prompt)
    t.run("systemctl list-unit-files --no-pager | head -60", think=1.5)
    t.run("systemctl is-enabled ssh; systemctl status ssh --no-pager")
    t.run("systemctl cat ssh --no-pager")
    t.run("ss -tlnp; ss -s")
    t.run("ip -c address; ip route; ip -6 route")
    t.run("ps -eo user,pid,stat,start,args --forest | cut -c1-$COLUMNS")
    t.run("ping -c 4 -i 0.5 192.0.2.10", timeout=10)
    t.run("curl -sI http://web01:8080/; curl -s http://web01:8080/")
    t.run("du -sh /usr/share /var/log 2>/dev/null | sort -h", timeout=20)
    t.run("free -m; uptime; vmstat 1 3", timeout=10)
    t.run("tail -n 30 /var/log/auth.log | cut -c1-100")
    t.line("systemctl list-unit-files")
    t.pause(1.2)
    t.key(" ", " ", "b", pace=0.8)
    t.line("/passwd")
    t.pause(1)
    t.key("q")
    t.settle()
    t.run("cat /etc/passwd | column -t -s: | head -20")
    leave(t)


def packages(t):
    """Progress bars that overwrite themselves: apt with its scroll region, curl, wget, dd."""
    t.expect(t.prompt)
    t.line("sudo apt-get update")
    password(t, SUDO_PASSWORD)
    t.expect(t.prompt, 30)
    t.run("apt-cache policy jq")
    t.line("sudo apt-get install jq lsof sl")
    t.expect(r"\[Y/n\]")
    t.pause(1)
    t.line("y")
    t.expect(t.prompt, 90)
    t.settle(1.0)
    t.run("jq --version; ip -j address | jq '.[].ifname'")
    t.run("curl --limit-rate 400k -o /tmp/release.tar http://web01:8080/release-1.4.2.tar", timeout=30)
    t.run("curl -# --limit-rate 600k -o /tmp/release.tar http://web01:8080/release-1.4.2.tar", timeout=30)
    t.run("wget --limit-rate=500k -O /tmp/release.tar http://web01:8080/release-1.4.2.tar", timeout=30)
    t.run("dd if=/dev/zero of=/tmp/zero bs=64k count=2000 status=progress", timeout=20)
    t.run("dpkg -l | tail -120", think=1.5)
    t.line("/usr/games/sl")
    t.expect(t.prompt, 30)
    t.run("sudo apt-get remove -y sl", timeout=60)
    t.run("apt-cache show passwd | head -30")
    leave(t)


# Full-screen programs


def editors(t):
    """vim with search, visual mode, windows and a resize; less; nano; a manual page."""
    t.expect(t.prompt)
    t.run("cp /etc/passwd /tmp/accounts; cp /etc/ssh/sshd_config /tmp/sshd_config")
    t.line("vim /tmp/accounts")
    t.pause(1.2)
    t.line("/nologin")
    t.key("n", "n", "N", pace=0.5)
    t.key("g", "g", "V", "j", "j", "j", "y", "G", "p", pace=0.3)
    t.key("o")
    t.type("carol:x:1501:1501:Carol,,,:/home/carol:/bin/zsh")
    t.key("Escape", "u", "C-r", pace=0.4)
    t.line(":%s/nologin/false/g")
    t.pause(0.8)
    t.line(":split /tmp/sshd_config")
    t.pause(0.8)
    t.line(":set number")
    t.key("C-d", "C-d", "C-u", pace=0.6)
    t.resize(120, 40)
    t.pause(1)
    t.line(":vsplit")
    t.pause(0.6)
    t.resize(80, 24)
    t.pause(1)
    t.line(":help passwd")
    t.pause(0.8)
    t.line(":qa!")
    t.settle()
    t.line("less -N /tmp/sshd_config")
    t.pause(1)
    t.key(" ", " ", "b", pace=0.8)
    t.line("/Password")
    t.key("n", "n", "G", "g", pace=0.6)
    t.key("q")
    t.settle()
    t.line("man passwd")
    t.pause(1.5)
    t.key(" ", " ", " ", pace=0.8)
    t.line("/--lock")
    t.pause(1)
    t.key("q")
    t.settle()
    t.line("nano /tmp/motd")
    t.pause(1)
    t.type("Welcome to web01.")
    t.key("Enter")
    t.type("Your passwd expires in 14 days.")
    t.key("C-k", "C-u", "C-u", pace=0.4)
    t.key("C-o")
    t.pause(0.5)
    t.key("Enter", "C-x", pace=0.5)
    t.settle()
    t.run("cat /tmp/motd")
    leave(t)


def monitors(t):
    """top and htop, sorted, filtered and resized while they run."""
    t.expect(t.prompt)
    t.line("top -d 1")
    t.pause(4)
    t.key("M", "c", "1", pace=1.5)
    t.resize(120, 36)
    t.pause(3)
    t.resize(72, 20)
    t.pause(3)
    t.key("q")
    t.settle()
    t.line("htop -d 10")
    t.pause(4)
    t.key("F5", "F6", pace=1.2)
    t.key("Down", "Down", "Enter", pace=0.6)
    t.key("F4")
    t.type("python")
    t.key("Enter")
    t.resize(110, 30)
    t.pause(4)
    t.key("q")
    t.settle()
    t.line("watch -n 1 -d 'date; ps -e | wc -l; tail -3 /etc/passwd'")
    t.pause(6)
    t.key("C-c")
    t.settle()
    t.run("grep -c passwd /var/log/auth.log")
    leave(t)


def tmux_panes(t):
    """tmux: panes side by side, windows with names, copy mode, clock, resize, detach."""
    t.expect(t.prompt)
    t.line("tmux -L recording -f /dev/null new-session -s audit")
    t.prompt = rb"[$#%] "
    t.pause(1.5)
    t.run("cat /etc/passwd | head -12")
    t.key("C-b", "%", pace=0.3)
    t.pause(1)
    t.run("top -b -n 1 | head -15")
    t.key("C-b", '"', pace=0.3)
    t.pause(1)
    t.line("ping -i 0.5 -c 8 web01")
    t.key("C-b", "o", pace=0.4)
    t.run("for i in $(seq 30); do echo left pane passwd line $i; sleep 0.05; done")
    t.pause(2)
    t.resize(140, 44)
    t.pause(1.5)
    t.key("C-b", ",", pace=0.3)
    t.key(*["Backspace"] * 6, pace=0.05)
    t.line("logs")
    t.key("C-b", "c", pace=0.3)
    t.pause(1)
    t.run("tail -n 40 /var/log/auth.log")
    t.key("C-b", "[", pace=0.3)
    t.key("PageUp", "Up", "Up", "Up", pace=0.5)
    t.key("q")
    t.key("C-b", "n", pace=0.5)
    t.pause(1)
    t.key("C-b", "t", pace=0.5)
    t.pause(3)
    t.key("q")
    t.resize(90, 28)
    t.pause(1.5)
    t.key("C-b", "z", pace=0.4)
    t.pause(1)
    t.key("C-b", "d", pace=0.4)
    t.settle(1.0)
    t.prompt = rb"[$#%] \Z"
    t.run("tmux -L recording list-windows -t audit; tmux -L recording kill-server")
    leave(t)


def file_manager(t):
    """Midnight Commander: two panels, viewer, menu, editor, search, a resize."""
    t.expect(t.prompt)
    t.line("mc /etc /home/auditee/texts")
    t.pause(9)
    t.key("Down", "Down", "Down", pace=0.4)
    t.key("C-s")
    t.type("passwd", pace=0.2)
    t.pause(1)
    t.key("F3")
    t.pause(2)
    t.key("F10", pace=0.8)
    t.key("Tab", "Down", "Down", "F3", pace=0.7)
    t.pause(2)
    t.key("F10", "Tab", pace=0.8)
    t.key("F9", pace=0.5)
    t.key("Enter", "Right", "Down", pace=0.8)
    t.key("Escape", "Escape", pace=0.02)
    t.pause(1)
    t.resize(120, 38)
    t.pause(2)
    t.type("cat passwd | wc -l")
    t.key("Enter")
    t.pause(2)
    t.key("C-o")
    t.pause(1.5)
    t.key("C-o")
    t.pause(1)
    t.resize(80, 25)
    t.pause(1.5)
    t.key("F10")
    t.expect(t.prompt)
    leave(t)


# Work


def build(t):
    """A build log that scrolls: 241 compiler lines, a warning, an error, a fix with sed."""
    t.expect(t.prompt)
    t.run("cd netmon; ls src | wc -l; cat Makefile")
    t.run("echo 'int probe_120(int port) { return undefined_name; }' >> src/probe_120.c")
    t.run("make", timeout=120, think=2)
    t.run("sed -i '$d' src/probe_120.c")
    t.run("make", timeout=120, think=2)
    t.run("./netmon; make clean; time make -j2 2>&1 | tail -5", timeout=120)
    t.run("make -B 2>&1 | nl -ba", timeout=120)
    t.run("make clean > /dev/null; grep -rn passwd . | head -3")
    leave(t)


def python_and_git(t):
    """A Python session with a traceback; git log, diff, branch and commit with a pager."""
    t.expect(t.prompt)
    t.line("python3 -q")
    t.expect(">>> ")
    t.line("import pwd, string")
    t.line("len(pwd.getpwall())")
    t.line("for entry in pwd.getpwall()[:5]:")
    t.line("    print(entry.pw_name.ljust(12), entry.pw_shell)")
    t.key("Enter")
    t.settle()
    t.line("1 / 0")
    t.settle()
    t.line("'passwd'.upper() + '\\N{LOCK}' * 3")
    t.settle()
    t.line("def mask(text):\n    return '*' * len(text)\n")
    t.line("mask('secret')")
    t.settle()
    t.line("help(str.join)")
    t.pause(1)
    t.key("q")
    t.settle()
    t.line("exit()")
    t.settle()
    t.run("cd inventory; git status")
    t.line("git log --stat --color")
    t.pause(1.2)
    t.key(" ", " ", "b", pace=0.8)
    t.line("/passwd")
    t.pause(1)
    t.key("q")
    t.settle()
    t.run("git log --oneline --graph | cat")
    t.run("git checkout -b fix/passwd-rotation-$$")
    t.run("sed -i 's/up$/down/' hosts.txt; git diff --stat | cat")
    t.line("git diff --color | less -R")
    t.pause(1.5)
    t.key(" ", "q", pace=0.8)
    t.settle()
    t.line("git commit -a")
    t.pause(1.5)
    t.key("i")
    t.type("Mark all hosts down for the passwd change")
    t.key("Escape")
    t.line(":wq")
    t.settle()
    t.run("git show --stat | cat; git checkout -q main")
    leave(t)


# Sudo, with sudo as the recorder: the scene gets a plain shell and everything under sudo is logged.


def sudo_shell(t, secret):
    """A root shell under sudo with a resize, a suspension, an edited file and a password changed inside."""
    t.expect(t.prompt)
    t.line("sudo -p '[sudo] password for %p: ' -s")
    password(t, secret)
    t.expect(r"# \Z")
    t.run("id; cat /etc/passwd | tail -5")
    t.run("cd /etc && ls -d *passwd* shadow*")
    t.resize(120, 36)
    t.pause(0.8)
    t.run("stty size; ip address show eth0")
    t.line("su - auditee -c 'sudo -k; su -c id'")
    password(t, ROOT_PASSWORD)
    t.settle(1.5)
    t.line("suspend")
    t.pause(3)
    t.run("echo outside of sudo, not recorded")
    t.line("fg")
    t.pause(1)
    t.run("")
    t.line("vim /etc/hosts")
    t.pause(1)
    t.key("G", "o")
    t.type("192.0.2.30  cache01.example.net cache01")
    t.key("Escape")
    t.resize(80, 24)
    t.pause(0.8)
    t.line(":wq")
    t.settle(0.8)
    t.run("tail -3 /etc/hosts; echo passwd check done")
    t.line("exit")
    t.expect(t.prompt)
    leave(t)


def sudo_pipes(t, secret):
    """Commands under sudo whose input and output are pipes: stdin, stdout and stderr are logged apart from the terminal."""
    t.expect(t.prompt)
    t.line("sort -t: -k3 -n /etc/passwd | sudo sh -c 'cat; echo warning: passwd read >&2' 2>/dev/null | tail -3")
    password(t, secret)
    t.expect(t.prompt)
    t.run("sudo grep -c : /etc/shadow | cat")
    t.run("sudo ls -l /root /nowhere > /tmp/$USER.list; cat /tmp/$USER.list")
    t.line("sudo less /etc/ssh/sshd_config")
    t.pause(1.5)
    t.key(" ", " ", pace=0.7)
    t.line("/Permit")
    t.pause(1)
    t.key("q")
    t.settle()
    t.line("sudo passwd backup")
    password(t, "frosty-garden-8", "New password")
    password(t, "frosty-garden-8", "Retype")
    t.settle(1.5)
    leave(t)


# Long sessions: mostly waiting, as real ones. `minutes` is how long they go on.


def _keep_going(t, minutes, steps):
    """Repeats steps, one after the other, until the time is over."""
    import itertools
    import time
    end = time.monotonic() + minutes * 60
    for step in itertools.cycle(steps):
        if time.monotonic() >= end:
            return
        step()


def watch_system(t, minutes):
    """top for most of the time, now and then something else."""
    t.expect(t.prompt)

    def top():
        t.line("top -d 3")
        t.pause(100)
        t.key("q")
        t.settle()

    def look():
        t.run("tail -n 20 /var/log/auth.log")
        t.pause(20)
        t.run("clear")
        t.run("ps aux | head -25; w")

    def flash():
        t.run("printf 'checking passwd database...'; sleep 0.2; printf '\\r\\e[K'; pwck -r 2>&1 | tail -3; clear", think=2)

    _keep_going(t, minutes, [top, look, flash])
    leave(t)


def follow_log(t, minutes):
    """A log that is followed for a long time while a job writes to it."""
    t.expect(t.prompt)
    t.run("cd /tmp")
    t.run("(n=0; while sleep 2; do n=$((n+1)); head -n $((n*2 % 3000)) /var/log/auth.log | tail -n 3; done) < /dev/null > live-$$.log 2>&1 &")
    t.pause(3)

    def follow():
        t.line("tail -f live-*.log")
        t.pause(110)
        t.key("C-c")
        t.settle()

    def search():
        t.run("grep --color=always passwd live-*.log | tail -n 15", think=5)
        t.run("wc live-*.log")

    _keep_going(t, minutes, [follow, search])
    t.run("kill %1")
    leave(t)


def edit_slowly(t, minutes):
    """Somebody writes a long document in vim, with pauses to think, and saves now and then."""
    t.expect(t.prompt)
    t.line("vim /tmp/runbook.md")
    t.pause(2)
    paragraphs = [
        "# Runbook for web01", "Before a change, take a copy of passwd and group:", "    cp -a /etc/passwd /etc/group /root/backup/",
        "Check the free space; a full /var stops the audit log.", "手順: まず監査ログを確認する。", "Never run usermod on a live account.",
        "When the queue grows above 10 000, call the database team.", "Rotate keys every 90 days, see chage(1).",
    ]
    count = 0

    def write():
        nonlocal count
        t.key("G", "o")
        t.type(paragraphs[count % len(paragraphs)], pace=0.12)
        t.key("Escape")
        count += 1
        t.pause(12)

    def save():
        t.line(":w")
        t.pause(8)
        t.line("/passwd")
        t.key("n", "n", pace=2)

    def read():
        t.line(":!head -n 20 /var/log/auth.log")
        t.pause(15)
        t.key("Enter")
        t.pause(5)

    _keep_going(t, minutes, [write, write, save, write, read])
    t.line(":wq")
    t.settle()
    leave(t)


def idle_shell(t, minutes):
    """A shell that is left alone for minutes at a time, then used for a few commands."""
    t.expect(t.prompt)
    commands = ["uptime", "w", "df -h / | tail -1", "ls -lt /tmp | head", "grep -c '' /etc/passwd", "date", "ip -br address", "free -h"]
    for step in range(int(minutes)):
        t.run(commands[step % len(commands)])
        t.pause(54)
    leave(t)


def long_build(t, minutes):
    """A build server: clean and build again and again, a browse through the tree in between."""
    t.expect(t.prompt)
    t.run("cp -r netmon /tmp/netmon-$$ && cd /tmp/netmon-$$")

    def make():
        t.run("make clean; make", timeout=120)
        t.pause(25)

    def browse():
        t.line("mc . /etc")
        t.pause(9)
        for _ in range(8):
            t.key("Down")
            t.pause(2)
        t.key("F10")
        t.expect(t.prompt)

    def listing():
        t.run("ls -lR . | head -200", think=4)
        t.run("find /usr/lib -name '*.so*' | head -300; grep passwd /etc/services /etc/pam.d/*", think=10)

    _keep_going(t, minutes, [make, browse, listing])
    leave(t)


def tmux_day(t, minutes):
    """tmux with three panes that update by themselves, focus moving between them, the window resized twice a minute."""
    t.expect(t.prompt)
    t.line(f"tmux -L day{t.pid} -f /dev/null new-session -s day")
    t.prompt = rb"[$#%] "
    t.pause(1.5)
    t.line("watch -n 2 'date; tail -n 4 /etc/passwd; uptime'")
    t.key("C-b", "%", pace=0.4)
    t.pause(1)
    t.line("vmstat 5")
    t.key("C-b", '"', pace=0.4)
    t.pause(1)
    sizes = [(120, 40), (100, 30), (142, 48), (80, 24)]
    turn = 0

    def work():
        nonlocal turn
        t.run("grep -n 'session opened' /var/log/auth.log | tail -n 12 | cut -c1-70", think=3)
        t.pause(22)
        t.resize(*sizes[turn % len(sizes)])
        turn += 1
        t.pause(8)

    def panes():
        t.key("C-b", "z", pace=0.4)
        t.pause(15)
        t.key("C-b", "z", pace=0.4)
        t.pause(5)

    _keep_going(t, minutes, [work, panes])
    t.key("C-b", ":", pace=0.4)
    t.line("kill-server")
    t.settle(1.0)
    leave(t)
