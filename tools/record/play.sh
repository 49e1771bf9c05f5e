#!/bin/sh
# Plays sessions on the stage, in namespaces of their own, and leaves the recordings in OUT.
#
#   play.sh STAGE TOOLS OUT [argument of play.py]...
#
# Host name, processes, network and files are the stage's. What the sessions write goes to a temporary overlay.
set -eu

stage=$1 tools=$2 out=$3
shift 3
mkdir -p "$out"

scratch=$(mktemp -d /var/tmp/recording-XXXXXX)
trap 'umount "$scratch" 2>/dev/null; rmdir "$scratch"' EXIT
mount -t tmpfs -o size=2g,mode=755 none "$scratch"
mkdir "$scratch/upper" "$scratch/copyup" "$scratch/root"

nice -n 10 unshare --uts --pid --mount --net --ipc --cgroup --fork --kill-child sh -eu -s "$stage" "$tools" "$out" "$scratch" "$@" <<'INSIDE'
stage=$1 tools=$2 out=$3 scratch=$4
shift 4
root=$scratch/root
mount --make-rprivate /
mount -t overlay -o "lowerdir=$stage,upperdir=$scratch/upper,workdir=$scratch/copyup" disk "$root"
mkdir -p "$root/run/play" "$root/srv/out"
cp "$tools"/*.py "$tools"/*.sh "$root/run/play/"
mount --bind "$out" "$root/srv/out"
mount -t proc proc "$root/proc"
echo 01234567-89ab-4cde-8f01-23456789abcd > "$scratch/boot_id"
mount --bind "$scratch/boot_id" "$root/proc/sys/kernel/random/boot_id"
mount -t sysfs -o ro sys "$root/sys"
mount -t cgroup2 cgroup "$root/sys/fs/cgroup"
mount -t tmpfs -o mode=755 dev "$root/dev"
mkdir "$root/dev/pts" "$root/dev/shm"
mount -t devpts -o newinstance,ptmxmode=0666,mode=0620,gid=5 devpts "$root/dev/pts"
mount -t tmpfs shm "$root/dev/shm"
ln -s pts/ptmx "$root/dev/ptmx"
ln -s /proc/self/fd "$root/dev/fd"
for node in null:3 zero:5 full:7 random:8 urandom:9; do
    mknod -m 666 "$root/dev/${node%:*}" c 1 "${node#*:}"
done
mknod -m 666 "$root/dev/tty" c 5 0
hostname web01
ip link set lo up
ip link add eth0 type veth peer name uplink
ip address add 192.0.2.10/24 dev eth0
ip address add 2001:db8::10/64 dev eth0 nodad
ip link set uplink up
ip link set eth0 up
ip route add default via 192.0.2.1
exec env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 HOME=/root \
    chroot "$root" sh -c 'cd / && sh /run/play/prepare.sh && exec python3 /run/play/play.py "$@"' play "$@"
INSIDE
