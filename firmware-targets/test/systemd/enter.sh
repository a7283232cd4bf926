#!/bin/sh
# enter.sh ROOT NAME COMMAND… becomes COMMAND as the first process of a machine whose disk is the folder ROOT: with processes, mounts,
# names and a cgroup NAME of its own, on the network of whoever calls it. Needs root.
# Reads the programs of this machine, and changes nothing of it.
set -eu

no_way() {
  echo "$1" >&2
  exit 1
}

case $1 in
  --outside)
    root=$2 name=$3
    shift 3
    mount -t cgroup2 cgroup2 "$root/mnt" || no_way 'the kernel has no second version of cgroups'
    mkdir -p "$root/mnt/$name" || no_way 'cgroups cannot be made'
    echo $$ >"$root/mnt/$name/cgroup.procs" || no_way 'cgroups cannot be entered'
    umount "$root/mnt"
    exec unshare --cgroup --pid --fork --kill-child --mount --uts --ipc sh "$0" --inside "$root" "$@"
    ;;
  --inside)
    root=$2
    shift 2
    mount --bind "$root" "$root"
    mount --bind -o ro /usr "$root/usr"
    mount --bind "$root/local" "$root/usr/local"
    mount -t proc proc "$root/proc"
    mount --bind -o ro "$root/proc/sys" "$root/proc/sys"
    mount -t sysfs -o ro sysfs "$root/sys"
    mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup"
    mount -t tmpfs -o mode=755 tmpfs "$root/run"
    mount -t tmpfs -o mode=755 tmpfs "$root/dev"
    for node in null zero full random urandom tty; do
      : >"$root/dev/$node"
      mount --bind "/dev/$node" "$root/dev/$node"
    done
    mkdir -m 1777 "$root/dev/shm" "$root/dev/mqueue"
    mkdir "$root/dev/pts"
    mount -t tmpfs tmpfs "$root/dev/shm"
    mount -t devpts -o newinstance,ptmxmode=666 devpts "$root/dev/pts"
    ln -s pts/ptmx "$root/dev/ptmx"
    cd "$root"
    pivot_root . mnt
    exec /usr/bin/env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin container=test \
      SYSTEMD_UNIT_PATH=/etc/systemd/system sh -c 'umount -l /mnt && exec "$@"' sh "$@"
    ;;
  --forget)
    # What an end by force left of the cgroup.
    mount -t cgroup2 cgroup2 "$2/mnt"
    find "$2/mnt/$3" -depth -type d -exec rmdir {} + 2>/dev/null
    ;;
  *)
    exec unshare --mount sh "$0" --outside "$@"
    ;;
esac
