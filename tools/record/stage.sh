#!/bin/sh
# Builds the stage: a small Debian 12 tree in which all recordings are played and recorded.
#
#   stage.sh DIRECTORY
#
# The tree holds the recorded programs, every recorder, one throw-away user and a git history, so that nothing of the
# machine that runs the script can appear on a recorded screen. It is built once (about three minutes) and never written
# to afterwards: play.sh mounts it as the lower layer of an overlay that is thrown away.
# Needs root, debootstrap and network.
set -eu

stage=$1
suite=bookworm
mirror=${DEBIAN_MIRROR:-http://deb.debian.org/debian}

base=bash-completion,bzip2,ca-certificates,cowsay,curl,figlet,git,htop,iproute2,iputils-ping,less,locales,login
base=$base,make,man-db,manpages,mc,nano,openssh-client,openssh-server,passwd,procps,psmisc,python3
base=$base,sudo,systemd,tcc,tmux,tree,vim,wget,zsh,zstd,libc6-dev,file
recorders=asciinema,ttyrec,termrec,tlog

if [ ! -e "$stage/.packages-installed" ]; then
    nice debootstrap --variant=minbase --include="$base,$recorders" "$suite" "$stage" "$mirror"
    rm -f "$stage"/etc/ssh/ssh_host_*
    touch "$stage/.packages-installed"
fi

# Packages that a recorded `apt install` unpacks from a server on the stage.
mkdir -p "$stage/srv/packages"
if [ ! -e "$stage/.packages-fetched" ]; then
    cp /etc/resolv.conf "$stage/etc/resolv.conf"
    chroot "$stage" sh -c '
        apt-get update -qq
        cd /srv/packages
        apt-get download -qq sl libncurses6 jq libjq1 libonig5 lsof'
    touch "$stage/.packages-fetched"
fi

# Recorder versions that Debian does not carry: the last one that writes asciicast v1, and the first v2 with resizes.
for version in 1.4.0 2.4.0; do
    if [ ! -d "$stage/opt/asciinema-$version" ]; then
        python3 -m pip install -q --root-user-action=ignore --no-compile --target "$stage/opt/asciinema-$version" "asciinema==$version"
    fi
done

# asciinema 3 is a Rust program; ASCIINEMA3 names the binary when it is built already.
if [ ! -x "$stage/usr/local/bin/asciinema3" ]; then
    if [ -z "${ASCIINEMA3:-}" ]; then
        nice cargo install --quiet --locked --root "$stage/opt/asciinema-3" asciinema
        ASCIINEMA3=$stage/opt/asciinema-3/bin/asciinema
    fi
    cp "$ASCIINEMA3" "$stage/usr/local/bin/asciinema3"
fi
