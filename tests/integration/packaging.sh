#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# The scripts for cron and SysV init, with the daemon that they start.
# shellcheck disable=SC2119 source=tests/integration/lib.sh
. "${MCELOG_TEST_SRCDIR:-.}/tests/integration/lib.sh"

data=${MCELOG_TEST_SRCDIR:-$here}/data

step "they are scripts"
for script in mcelog.init mcelog.cron; do
	sh -n "$data/$script" || fail "$script does not parse"
done

# A mcelog that has our root, for scripts that call it by its name.
mkdir "$dir/bin"
cat >"$dir/bin/mcelog" <<END
#!/bin/sh
exec "$mcelog" --root "$root" --state-dir "$state" "\$@"
END
chmod +x "$dir/bin/mcelog"

MCELOG=$dir/bin/mcelog MCELOG_PIDFILE=$dir/pid
export MCELOG MCELOG_PIDFILE
# shellcheck disable=SC2317
init() {
	"$data/mcelog.init" "$@"
}

step "the init script"
make_root
make_tracing 6.12-intel
# the file's path is below the root for the daemon
mkdir -p "$root$dir"
ln -s "$root$dir/pid" "$dir/pid"
expect 2 init
expect 2 init no-such-verb
expect 3 init status
lines 1 "mcelog is not running" "$log"
expect 7 init reload
expect 0 init stop
expect 0 init start
lines 1 "mcelog started" "$log"
daemon=$(cat "$dir/pid")
pids="$pids $daemon"
wait_events 10
expect 0 init status
lines 1 "mcelog is running (pid $daemon)" "$log"
expect 0 init start
lines 1 "mcelog is running already (pid $daemon)" "$log"
expect 0 init reload
expect 0 init force-reload
kill -0 "$daemon" || fail "a reload ended it"
expect 0 init restart
lines 1 "mcelog stopped" "$log"
lines 1 "mcelog started" "$log"
[ "$(cat "$dir/pid")" != "$daemon" ] || fail "it is still $daemon"
daemon=$(cat "$dir/pid")
pids="$pids $daemon"
expect 0 init stop
ended "$daemon" || fail "$daemon runs"
expect 3 init status
expect 0 init try-restart
expect 3 init status

step "what a crash leaves"
echo $$ >"$root$dir/pid" # a process, but no mcelog
expect 1 init status
expect 0 init start
daemon=$(cat "$dir/pid")
pids="$pids $daemon"
[ "$daemon" -ne $$ ] || fail "the pid file was not replaced"
expect 0 init stop
echo "no number" >"$root$dir/pid"
expect 1 init status
rm "$root$dir/pid"

step "a daemon that cannot start"
MCELOG=$dir/none
expect 5 init start
MCELOG=$dir/bin/mcelog
echo "cannot be a directory" >"$dir/file"
cat >"$dir/bin/failing" <<END
#!/bin/sh
exec "$mcelog" --root "$root" --state-dir "$dir/file" "\$@"
END
chmod +x "$dir/bin/failing"
echo x >"$root$dir/file"
MCELOG=$dir/bin/failing
expect 1 init start
expect 3 init status

step "cron"
PATH=$dir/bin:$PATH
make_root
expect 0 "$data/mcelog.cron"
[ ! -s "$log" ] || fail "it is not silent without a device: $(cat "$log")"
[ ! -e "$db" ] || fail "a database was made for nothing"

step "the kernel's trigger: no files, no environment, no arguments but ours"
env -i "$mcelog" --root "$root" --ignorenodev <&- >&- 2>&- || fail "exit status $?"
env -i "$mcelog" --root "$root" <&- >&- 2>&- && fail "exit status 0 without a device"

step "the units"
command -v systemd-analyze >/dev/null || finish
mkdir "$dir/units"
for unit in "$data"/*.service.in "$data"/*.socket.in; do
	name=${unit##*/}
	sed -e "s|@sbindir@|$dir/bin|g" -e "s|@localstatedir@|/var|g" -e '/^Documentation=/d' \
		"$unit" >"$dir/units/${name%.in}"
done
SYSTEMD_UNIT_PATH=$dir/units: systemd-analyze verify --man=no "$dir"/units/* >"$log" 2>&1 ||
	fail "systemd-analyze: $(cat "$log")"
grep -F "$dir/units" "$log" && fail "systemd-analyze has something to say"
harvest=$dir/units/mcelog-harvest.service
lines 1 "Before=systemd-pstore.service sysinit.target shutdown.target" "$harvest"
lines 0 "StateDirectory=" "$harvest"

finish
