#!/bin/sh
# Installs the agent of this folder, or removes it. Safe to run again: each version has a folder of its own, and the switch
# to it is one rename, so that a power cut leaves the old version or the new one.
set -eu

usage() {
  cat <<'HELP'
./install.sh [--engine-group GROUP] [--no-start] [--root DIR]
./install.sh --uninstall [--purge] [--root DIR]

  --engine-group GROUP  let the agent use the container engine whose socket this group owns, for example docker.
                        Whoever may use that socket can become root on this machine.
  --no-start            install, but start nothing
  --root DIR            install below DIR instead of /, without users and services: for images and tests
  --uninstall           remove the agent; its data in /var/lib/wherry stays
  --purge               with --uninstall: remove the data and the user too
HELP
}

fail() {
  echo "install.sh: $1" >&2
  exit 1
}

root='' action=install start=yes purge=no group=''
while [ $# -gt 0 ]; do
  case $1 in
    --root) [ $# -ge 2 ] || fail '--root needs a folder'; root=${2%/}; shift ;;
    --engine-group) [ $# -ge 2 ] || fail '--engine-group needs a group'; group=$2; shift ;;
    --no-start) start=no ;;
    --uninstall) action=uninstall ;;
    --purge) purge=yes ;;
    -h | --help) usage; exit 0 ;;
    *) usage >&2; exit 2 ;;
  esac
  shift
done
case $group in *[!a-z0-9_-]*) fail "not the name of a group: $group" ;; esac

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
opt=$root/opt/wherry
state=$root/var/lib/wherry
unit=$root/etc/systemd/system/wherry-agent.service
link=$root/usr/local/bin/wherry-agent

is_staged() { [ -n "$root" ]; }
has_systemd() { ! is_staged && [ -d /run/systemd/system ]; }

if ! is_staged && [ "$(id -u)" != 0 ]; then fail 'run me as root, for example with sudo'; fi

uninstall() {
  if has_systemd; then systemctl disable --now wherry-agent.service 2>/dev/null || true; fi
  rm -rf -- "$unit" "$unit.d" "$link" "$opt"
  if has_systemd; then systemctl daemon-reload; fi
  if [ "$purge" = yes ]; then
    rm -rf -- "$state"
    if ! is_staged && getent passwd wherry >/dev/null; then userdel wherry; fi
    echo 'Removed the agent and its data.'
  else
    echo "Removed the agent. Its data is still in $state."
  fi
}

if [ "$action" = uninstall ]; then uninstall; exit 0; fi

. "$here/about"
[ -n "$WHERRY_VERSION" ] && [ -n "$WHERRY_MACHINE" ] || fail 'this folder is not complete: unpack the archive again'
(cd "$here" && sha256sum --check --quiet --strict SHA256SUMS) || fail 'a file differs from SHA256SUMS: unpack the archive again'
if ! is_staged && [ "$(uname -m)" != "$WHERRY_MACHINE" ]; then
  fail "this archive is for $WHERRY_MACHINE, but this machine is $(uname -m): take the archive of its target"
fi

if ! is_staged && ! getent passwd wherry >/dev/null; then
  useradd --system --user-group --home-dir /var/lib/wherry --no-create-home --shell /usr/sbin/nologin wherry
fi

# Side by side with what is there; a folder that is complete already is left alone.
version_dir=agent-$WHERRY_VERSION
mkdir -p "$opt"
if ! cmp -s "$here/SHA256SUMS" "$opt/$version_dir/SHA256SUMS"; then
  rm -rf -- "$opt/$version_dir.new" "$opt/$version_dir.old"
  cp -R -- "$here" "$opt/$version_dir.new"
  if ! is_staged; then chown -R root:root "$opt/$version_dir.new"; fi
  chmod -R u=rwX,go=rX "$opt/$version_dir.new"
  sync
  if [ -e "$opt/$version_dir" ]; then mv -- "$opt/$version_dir" "$opt/$version_dir.old"; fi
  mv -- "$opt/$version_dir.new" "$opt/$version_dir"
fi
previous=$(readlink "$opt/current" || true)
ln -sfn -- "$version_dir" "$opt/current.new"
mv -T -- "$opt/current.new" "$opt/current"
sync

# The version before this one stays, to go back to.
rm -rf -- "$opt/$version_dir.old"
if [ "$previous" != "$version_dir" ]; then
  for folder in "$opt"/agent-*; do
    name=$(basename -- "$folder")
    if [ "$name" != "$version_dir" ] && [ "$name" != "$previous" ]; then rm -rf -- "$folder"; fi
  done
fi

cp -- "$here/launcher" "$opt/launcher.new"
chmod 0755 "$opt/launcher.new"
mv -- "$opt/launcher.new" "$opt/launcher"
# What was just installed is to run, not what the agent has put in its place before; the desired state may ask for that again.
rm -f -- "$state/agent/current" "$state/agent/next"

mkdir -p "$state" "$(dirname -- "$unit")" "$(dirname -- "$link")"
chmod 0700 "$state"
if ! is_staged; then chown wherry:wherry "$state"; fi
cp -- "$here/systemd/wherry-agent.service" "$unit.new"
mv -- "$unit.new" "$unit"
ln -sfn -- /opt/wherry/launcher "$link"
if [ -n "$group" ]; then
  if ! is_staged; then getent group "$group" >/dev/null || fail "there is no group $group: install the container engine first"; fi
  mkdir -p "$unit.d"
  printf '[Service]\nSupplementaryGroups=%s\n' "$group" >"$unit.d/engine.conf"
fi

if has_systemd; then
  systemctl daemon-reload
  systemctl enable --quiet wherry-agent.service
  if [ "$start" = yes ]; then systemctl restart wherry-agent.service; fi
fi
echo "Installed wherry-agent $WHERRY_VERSION ($WHERRY_TARGET)."
if [ ! -e "$state/identity.json" ]; then
  echo 'Next, with a claim token and the root of your fleet (wherry trust root):'
  echo '  sudo -u wherry wherry-agent claim --server URL --token TOKEN --trust FILE --data /var/lib/wherry'
  echo '  sudo systemctl start wherry-agent'
fi
