#!/bin/sh
# Furnishes the stage just before the sessions: users, passwords, shell start-up files, a git history, a program to build,
# log files, and the daemons that the sessions meet. Runs inside, as root. All names and passwords are invented.
set -eu

echo web01 > /etc/hostname
cat > /etc/hosts <<'END'
127.0.0.1   localhost
192.0.2.10  web01.example.net web01
192.0.2.20  db01.example.net db01
END
: > /etc/resolv.conf
echo 0123456789abcdef0123456789abcdef > /etc/machine-id
ln -sf /usr/share/zoneinfo/UTC /etc/localtime
mkdir -p /run/sshd
touch /run/utmp /var/log/wtmp /var/log/btmp /var/log/lastlog
chgrp utmp /run/utmp /var/log/wtmp; chmod 664 /run/utmp /var/log/wtmp
rm -f /etc/update-motd.d/*
printf 'Dpkg::Progress-Fancy "1";\nDpkg::Use-Pty "1";\nAcquire::http::Dl-Limit "150";\n' > /etc/apt/apt.conf.d/99progress

user() { # name password comment
    useradd -m -s /bin/bash -c "$3" "$1"
    echo "$1:$2" | chpasswd
}
user auditee  correct-horse-7   "Ada Auditee"
user deploy   battery-staple-8  "Deployment"
user dba      copper-kettle-9   "Database Team"
user webops   velvet-anchor-3   "Web Operations"
user intern   paper-lantern-4   "Ines Intern"
user oncall   silver-ladder-5   "On Call"
user night    marble-lighthouse-6 "Night Shift"
echo "root:granite-window-6" | chpasswd

cat > /etc/sudoers.d/recording <<'END'
Defaults:auditee  pwfeedback, insults
Defaults          lecture=never
Defaults:deploy,dba,webops,intern,oncall,night  log_input, log_output, iolog_dir=/var/log/sudo-io/%{user}
Defaults:webops   !compress_io
Defaults:intern   !log_passwords
auditee,deploy,dba,webops,intern ALL=(ALL:ALL) ALL
oncall,night ALL=(ALL:ALL) NOPASSWD: ALL
END
chmod 440 /etc/sudoers.d/recording

cat > /etc/bash.bashrc.recording <<'END'
unset HISTFILE
history -s 'sudo systemctl restart nginx'
history -s 'tail -n 50 /var/log/auth.log'
history -s 'grep -n passwd /etc/nsswitch.conf'
history -s 'du -sh /var/log'
export LESSHISTFILE=- LESS=R EDITOR=vim
END
for home in /root /home/*; do
    echo '. /etc/bash.bashrc.recording' >> "$home/.bashrc"
    printf 'set nocompatible ruler showcmd incsearch hlsearch viminfo=\nsyntax on\nset background=dark\n' > "$home/.vimrc"
done
sed -i 's/^#force_color_prompt=yes/force_color_prompt=yes/' /home/*/.bashrc

# A shell that marks prompt, command, output and exit status with OSC 133, and puts directory and command in the title.
cat > /etc/bashrc.marks <<'END'
. /etc/bash.bashrc.recording
marks_before_prompt() {
    local status=$?
    [ -z "${marks_running-}" ] || printf '\e]133;D;%s\e\\' "$status"
    marks_running=
    printf '\e]133;A\e\\\e]0;%s: %s\a' "${USER}@web01" "${PWD/#$HOME/\~}"
}
PROMPT_COMMAND=marks_before_prompt
PS1='\[\e[1;34m\]\u@\h\[\e[0m\]:\w\$ \[\e]133;B\e\\\]'
PS0='${marks_never[$((marks_running = 1))]}\e]133;C\e\\'
END
mkdir -p /home/auditee/.zmarks
cat > /home/auditee/.zmarks/.zshrc <<'END'
unset HISTFILE
autoload -Uz add-zsh-hook compinit && compinit -u -D
setopt interactive_comments prompt_subst
PROMPT=$'%{\e]133;A\a%}%F{green}%n@%m%f:%F{blue}%~%f %# %{\e]133;B\a%}'
marks_preexec() { print -n "\e]2;$1\a\e]133;C\a"; marks_ran=1 }
marks_precmd() {
    local ret=$?
    [[ -z $marks_ran ]] || print -n "\e]133;D;$ret\a"
    marks_ran=
    print -n "\e]2;%~\a" | sed "s|%~|zsh: ${PWD/#$HOME/~}|"
}
add-zsh-hook preexec marks_preexec
add-zsh-hook precmd marks_precmd
END

# A git history of thirty commits, always the same.
repo=/home/auditee/inventory
mkdir -p "$repo"
cd "$repo"
git init -q -b main
git config user.name "Ada Auditee"
git config user.email ada@example.net
day=1
for subject in "Add host list" "Read the list from a file" "Print a table" "Sort by name" "Accept IPv6 addresses" \
    "Report duplicate hosts" "Add --json" "Escape names in HTML" "Colour the state column" "Fix off-by-one in paging" \
    "Rotate passwd backups nightly" "Add 検索 (search) to the menu" "Naïve café test data" "Speed up parsing" "Release 0.2"; do
    printf 'def step_%02d(hosts):\n    """%s."""\n    return [host for host in hosts if host.rank > %d]\n\n\n' "$day" "$subject" "$day" >> inventory.py
    printf 'web%02d 192.0.2.%d up\ndb%02d 198.51.100.%d down\n' "$day" "$day" "$day" "$day" >> hosts.txt
    git add .
    stamp=$(printf '2024-03-%02dT09:%02d:00+00:00' "$day" "$day")
    GIT_AUTHOR_DATE=$stamp GIT_COMMITTER_DATE=$stamp git commit -q -m "$subject"
    day=$((day + 1))
done

# A program of many small files, so that its build scrolls.
mkdir -p /home/auditee/netmon/src
cd /home/auditee/netmon
i=1
while [ "$i" -le 240 ]; do
    n=$(printf %03d "$i")
    printf '#include <stdio.h>\nint probe_%s(int port) {\n    char line[128];\n    return snprintf(line, sizeof line, "probe %s: port %%d", port);\n}\n' "$n" "$n" > "src/probe_$n.c"
    i=$((i + 1))
done
{ i=1; while [ $i -le 240 ]; do printf 'int probe_%03d(int port);\n' $i; i=$((i + 1)); done
  printf '#include <stdio.h>\nint main(void) {\n    int sum = 0;\n'
  i=1; while [ $i -le 240 ]; do printf '    sum += probe_%03d(%d);\n' $i $((1024 + i)); i=$((i + 1)); done
  printf '    printf("%%d probes, %%d bytes\\n", 240, sum);\n    return 0;\n}\n'; } > src/main.c
cat > Makefile <<'END'
CC = tcc
CFLAGS = -Wall -Wunsupported -DNETMON_VERSION=\"1.4.2\" -DSYSCONFDIR=\"/etc/netmon\" -Isrc -g
SOURCES = $(sort $(wildcard src/*.c))
OBJECTS = $(SOURCES:src/%.c=build/%.o)

netmon: $(OBJECTS)
	$(CC) -o $@ $^

build/%.o: src/%.c
	@mkdir -p build
	$(CC) $(CFLAGS) -c -o $@ $<

clean:
	rm -rf build netmon
END

# Texts.
mkdir -p /home/auditee/texts
cd /home/auditee/texts
cat > languages.txt <<'END'
日本語: パスワードを変更しました。 監査ログ（かんさ）を確認してください。
中文: 密码已更改，请检查审计日志。  繁體: 稽核記錄
한국어: 비밀번호가 변경되었습니다. 감사 로그
Ελληνικά: ο κωδικός άλλαξε   Русский: пароль изменён
עברית: הסיסמה שונתה   العربية: تم تغيير كلمة المرور
ไทย: เปลี่ยนรหัสผ่านแล้ว   हिन्दी: पासवर्ड बदल दिया गया
Combining: é à ñ Å ȧ̈ Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A
Emoji: 🔐 ✅ ❌ 🚀 👩‍💻 👨‍👩‍👧‍👦 🇩🇪 🇯🇵 👍🏽 ☎️ ☎︎ 1️⃣
Boxes: ┌──────┬──────┐ ╔══╗ ▁▂▃▄▅▆▇█ ░▒▓ ⣿⣷⣯⣟ ⠋⠙⠹
Wide: ｆｕｌｌ ｗｉｄｔｈ  half: ﾊﾝｶｸ ｶﾅ  ligature: ﬁ ﬂ  zero width: a​b‍c
END
python3 - <<'END'
import random
draw = random.Random(7)
words = "accept reject drop forward session opened closed for user root by uid passwd changed cron audit kernel eth0".split()
with open("/var/log/auth.log", "w") as log:
    for n in range(3000):
        stamp = f"Mar {1 + n // 120:2d} {n // 60 % 24:02d}:{n % 60:02d}:{draw.randrange(60):02d}"
        who = draw.choice(["sshd", "sudo", "su", "CRON", "systemd-logind", "passwd"])
        log.write(f"{stamp} web01 {who}[{draw.randrange(300, 32000)}]: " + " ".join(draw.choices(words, k=draw.randrange(5, 22))) + f" from 198.51.100.{draw.randrange(256)} port {draw.randrange(1024, 65536)}\n")
with open("long-lines.txt", "w") as text:
    for n in range(60):
        text.write(f"{n:03d} " + " ".join(draw.choices(words, k=draw.randrange(40, 160))) + "\n")
with open("table.csv", "w") as table:
    table.write("host,address,state,owner,comment\n")
    for n in range(200):
        table.write(f"web{n:03d},192.0.2.{n % 256},{draw.choice(['up', 'down', 'maintenance'])},{draw.choice(['ops', 'dba', '監査'])},{' '.join(draw.choices(words, k=4))}\n")
# Bytes that are no UTF-8: Latin-1, CP437, cut sequences, control characters, DEC line drawing.
with open("bytes.bin", "wb") as raw:
    raw.write("Gr\u00fc\u00dfe aus M\u00fcnchen, pa\u00dfwort ge\u00e4ndert\r\n".encode("latin-1"))
    raw.write("\u2554\u2550\u2550 IBM \u2550\u2550\u2557 \u00e4\u00f6\u00fc \u2592\r\n".encode("cp437"))
    raw.write(b"cut: \xe6\x97 then \xf0\x9f\x94 then \xc3\r\nbad: \xff\xfe \xc0\xaf \xed\xa0\x80 \xf5\x80\x80\x80\r\n")
    raw.write(b"\x1b(0lqqqqqqqqk\x1b(B\r\n\x1b(0x\x1b(B passwd \x1b(0x\x1b(B\r\n\x1b(0mqqqqqqqqj\x1b(B\r\n")
    raw.write(b"bell\x07 backspace abc\x08\x08XY null \x00 tab\there vt\x0bff\x0cend\r\n\x90not a DCS\x9c \x9b1mC1 bold\x9b0m\r\n")
END
chown -R auditee:auditee /home/auditee
usermod -aG adm auditee
chgrp adm /var/log/auth.log; chmod 640 /var/log/auth.log

# Slow files for progress bars, and daemons to look at.
mkdir -p /srv/www
head -c 3000000 /dev/zero | tr '\0' 'x' > /srv/www/release-1.4.2.tar
printf '<h1>web01</h1>\n' > /srv/www/index.html
mkdir /srv/www/debian
cd /srv/www/debian
cp /srv/packages/*.deb .
for package in *.deb; do
    dpkg-deb -f "$package"
    printf 'Filename: ./%s\nSize: %s\nSHA256: %s\n\n' "$package" "$(stat -c %s "$package")" "$(sha256sum "$package" | cut -d' ' -f1)"
done > Packages
rm -rf /var/lib/apt/lists/* /etc/apt/sources.list /etc/apt/sources.list.d/*
echo 'deb [trusted=yes] http://web01:8080/debian ./' > /etc/apt/sources.list
ssh-keygen -q -A
sed -i 's/^#\?PasswordAuthentication.*/PasswordAuthentication yes/; s/^UsePAM yes/UsePAM yes/' /etc/ssh/sshd_config
/usr/sbin/sshd
cd /srv/www && setsid python3 -m http.server 8080 > /dev/null 2>&1 &
mkdir -p /run/systemd/journal /var/log/journal/0123456789abcdef0123456789abcdef
setsid /lib/systemd/systemd-journald > /run/journald.log 2>&1 &
mkdir -p /srv/rec && chmod 1777 /srv/rec
sleep 1
