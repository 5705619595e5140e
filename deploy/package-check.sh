# Checks a package the way an administrator meets it: in a fresh Debian, under systemd. Sourced by package.sh, not run.

check_package() { # check_package DEB
  local package=$1 work fresh
  [[ $(id -u) == 0 ]] || die '--check needs root: it makes a Debian root and boots it in namespaces'
  need_packages mmdebstrap util-linux
  work=$(mktemp -d)
  # shellcheck disable=SC2064
  trap "rm -rf --one-file-system '$work'" EXIT
  fresh=$work/root

  say '== a fresh Debian 12, and the package into it'
  # In a hook, because there the new system still has its package lists and its way to the mirror.
  DEBIAN_FRONTEND=noninteractive mmdebstrap --quiet --variant=minbase --include=systemd-sysv,dbus,curl \
    --customize-hook="cp '$package' \"\$1/caselight.deb\"" \
    --customize-hook='chroot "$1" apt-get install -y -qq --no-install-recommends -o Dpkg::Use-Pty=0 /caselight.deb >/dev/null' bookworm "$fresh" >&2

  say '== what was installed'
  inside "$fresh" sh -ec '
    id caselight
    test "$(stat -c "%U %a" /var/lib/caselight)" = "caselight 750"
    caselightd --version
    caselight --version
    for program in /usr/bin/caselightd /usr/bin/caselight /usr/libexec/caselight/caselight-media; do
      ! ldd "$program" | grep "not found"
    done
    systemd-analyze verify /lib/systemd/system/caselightd.service'

  say '== boot, start, reload, kill, stop, remove, purge'
  write_checker "$fresh"
  boot "$fresh" 180
  cat "$fresh/result" >&2
  grep -qx 'all as it should be' "$fresh/result" || die 'the package failed its check'
  say 'the package passed its check'
}

inside() { # inside ROOT COMMAND...
  local fresh=$1
  shift
  LC_ALL=C.UTF-8 unshare --mount --propagation private bash -c '
    mount --bind /dev "$0/dev"; mount -t proc proc "$0/proc"; exec chroot "$0" "$@"' "$fresh" "$@" >&2
}

# A unit that runs at the end of the boot, writes what it found to /result and ends the system.
write_checker() { # write_checker ROOT
  cat >"$1/check" <<'CHECKER'
#!/bin/bash
exec >/result 2>&1
trap 'echo "failed: $BASH_COMMAND"; journalctl --no-pager -u caselightd | tail -n 30; kill -s RTMIN+4 1' ERR
set -eE
state() { systemctl show -P "$1" caselightd; }
until_true() { for _ in $(seq 100); do "$@" && return; sleep 0.2; done; return 1; }
ready() { curl -fsS -o /dev/null http://127.0.0.1:8480/readyz 2>/dev/null; }
is_new() { [ "$(state MainPID)" != "$1" ] && [ "$(state MainPID)" != 0 ]; }

until_true ready
echo "started by itself: $(state StatusText)"
# A camera that is not there: only a media worker, started inside the unit's sandbox, can tell.
# The first account is made on the machine, through the running daemon.
token=$(caselightd account create check --no-password --token check --role cameraAdmin)
curl -sS -H "Authorization: Bearer $token" -H 'Content-Type: application/json' \
  -d '{"url": "rtsp://127.0.0.1:9/none"}' http://127.0.0.1:8480/api/v1/cameras/probe >/probe
grep -q '"unreachable"' /probe || { cat /probe; false; }
echo 'a worker ran in the sandbox'
systemctl reload caselightd
until_true ready
echo 'reloaded'
before=$(state MainPID)
kill -KILL "$before"
until_true is_new "$before"
until_true ready
echo 'came back after a kill'
began=$(date +%s%N)
systemctl stop caselightd
took=$((($(date +%s%N) - began) / 1000000))
[ "$took" -lt 10000 ]
[ "$(state Result)" = success ]
echo "stopped in $took ms"
systemctl start caselightd
dpkg --remove caselight
[ ! -e /usr/bin/caselightd ]
! systemctl is-active --quiet caselightd
[ -e /etc/caselight/caselight.yaml ]
[ -e /var/lib/caselight/records.db ]
echo 'removed: configuration and state stayed'
dpkg --purge caselight
[ ! -e /etc/caselight ]
[ -e /var/lib/caselight/records.db ]
echo 'purged: state stayed'
echo 'all as it should be'
kill -s RTMIN+4 1
CHECKER
  chmod +x "$1/check"
  cat >"$1/etc/systemd/system/check.service" <<'UNIT'
[Unit]
After=multi-user.target
[Service]
Type=oneshot
ExecStart=/check
TimeoutStartSec=150
UNIT
  mkdir -p "$1/etc/systemd/system/default.target.wants"
  ln -sf ../check.service "$1/etc/systemd/system/default.target.wants/check.service"
}

# systemd as the first process of namespaces of its own; the clock is the host's.
boot() { # boot ROOT SECONDS
  timeout -k 5 "$2" unshare --fork --kill-child --pid --mount --uts --ipc --net --cgroup --propagation private bash -c '
    set -e
    mount --bind "$0" "$0"
    cd "$0"
    mount -t proc proc proc
    mount -t sysfs sysfs sys
    mount -t cgroup2 cgroup2 sys/fs/cgroup
    mount -t tmpfs tmpfs run
    mount -t tmpfs -o mode=755 tmpfs dev
    for device in null zero full random urandom tty; do
      touch "dev/$device"
      mount --bind "/dev/$device" "dev/$device"
    done
    mkdir dev/pts dev/shm
    mount -t devpts -o newinstance,ptmxmode=0666 devpts dev/pts
    ln -s pts/ptmx dev/ptmx
    # Not chroot: the kernel lets no process in a chroot make the user namespace that PrivateUsers= asks for.
    mkdir before
    pivot_root . before
    umount -l /before
    exec env -i container=caselight-check PATH=/usr/sbin:/usr/bin /sbin/init' "$1" >&2 || true
}
