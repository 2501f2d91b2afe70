#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# What the command line promises: texts, exit statuses, one-shot mode without a device, the file.
# shellcheck disable=SC2119 source=tests/integration/lib.sh
. "${MCELOG_TEST_SRCDIR:-.}/tests/integration/lib.sh"

make_root

step "--help and --version"
expect 0 "$mcelog" --help
in_text "--daemon" "$log"
in_text "--list-sources" "$log"
in_text "Exit status" "$log"
[ -z "$("$mcelog" --help 2>&1 >"$dir/help")" ] || fail "--help says something on standard error"
in_text "--daemon" "$dir/help"
[ -z "$("$mcelog" --verbose --version 2>&1 >"$dir/version")" ] || fail "--version, too"
in_text "mcelog-ng" "$dir/version"
expect 0 "$mcelog" --version
grep -qE '^mcelog-ng [0-9]+\.[0-9]+' "$log" || fail "$(cat "$log")"
# without any open file, as the kernel's trigger starts it
"$mcelog" --version <&- >&- 2>&- || fail "exit status $? without standard files"
if [ -w /dev/full ]; then
	"$mcelog" --help >/dev/full 2>"$log" && fail "exit status 0 with nothing printed"
fi

step "usage errors"
for arguments in --no-such-option --state-dir --daemon=yes -Z --replay "a b" \
	"--journal perhaps" "--state-dir here" "--num-errors many" "--intel-cpu 6" "--root /no/such/root" "--config-file /no/such/file"; do
	# shellcheck disable=SC2086
	expect 1 "$mcelog" $arguments
	[ "$(wc -l <"$log")" -eq 1 ] || fail "$arguments: not one line: $(cat "$log")"
done

step "--list-sources"
expect 0 run_mcelog --list-sources
for source in erst devmcelog tracefs replay; do
	[ "$(grep -c "^$source " "$log")" -eq 1 ] || fail "$source: $(cat "$log")"
done
expect 0 run_mcelog --list-sources --disable-source tracefs
grep -q "^tracefs  *turned off" "$log" || fail "$(cat "$log")"
[ ! -e "$db" ] || fail "--list-sources made a database"

step "one-shot without a device"
expect 1 run_mcelog
if grep -q "no device source" "$log"; then
	echo "built without the device"
else
	in_text "Cannot open /dev/mcelog: " "$log"
	in_text "CONFIG_X86_MCELOG_LEGACY" "$log"
	[ "$(wc -l <"$log")" -eq 1 ] || fail "not one line: $(cat "$log")"
	expect 0 run_mcelog --ignorenodev
	[ ! -s "$log" ] || fail "--ignorenodev is not silent: $(cat "$log")"
	expect 1 run_mcelog /dev/other
	in_text "/dev/other" "$log"
	echo "227 mcelog" >"$root/proc/misc"
	expect 1 run_mcelog
	in_text "mknod /dev/mcelog c 10 227" "$log"
	rm "$root/proc/misc"
	mkdir -p "$root/dev"
	echo "no device" >"$root/dev/mcelog"
	expect 1 run_mcelog
	in_text "not the kernel's mcelog device" "$log"
	rm "$root/dev/mcelog"
fi
[ ! -e "$db" ] || fail "a database was made for nothing"

step "the configuration file"
cat >"$root/mcelog.conf" <<'EOF'
# comment
no-such-key = 1
keep-erst = perhaps
journal = sometimes
disable-source = tracefs
EOF
expect 0 run_mcelog --config-file /mcelog.conf --list-sources
lines 1 "/mcelog.conf:2: the key no-such-key is not known, ignored" "$log"
lines 1 "/mcelog.conf:3: keep-erst = perhaps: yes or no is wanted, ignored" "$log"
lines 1 "/mcelog.conf:4: journal = sometimes: auto, yes or no is wanted, ignored" "$log"
grep -q "^tracefs  *turned off" "$log" || fail "the rest of the file is not in force: $(cat "$log")"
expect 1 run_mcelog --config-file /none.conf --list-sources
lines 1 "/none.conf: No such file or directory" "$log"
head -c 3000 /dev/urandom >"$root/garbage.conf"
run_mcelog --config-file /garbage.conf --version >"$log" 2>&1
expect 0 run_mcelog --config-file /mcelog.conf --version

# has_lines N TEXT: so many in $log by now
# shellcheck disable=SC2317
has_lines() {
	[ "$(grep -cF -- "$2" "$log")" -ge "$1" ]
}

step "reload"
make_tracing 6.12-intel
echo "verbose = no" >"$root/mcelog.conf"
start_daemon --config-file /mcelog.conf
wait_events 10
printf '%s\n' "disable-source = tracefs" "logfile = /other.log" "syslog-events = warning" \
	>"$root/mcelog.conf"
kill -HUP "$daemon"
wait_for 5 grep -q "reloaded" "$log" || fail "no word of it: $(cat "$log")"
lines 1 "reload: logfile changes with the next start" "$log"
lines 1 "reload: syslog-events changes with the next start" "$log"
lines 2 "changes with the next start" "$log"
[ ! -e "$root/other.log" ] || fail "the log file has changed all the same"
printf 'verbose = yes\nno-such-key = 1\n' >"$root/mcelog.conf"
kill -HUP "$daemon"
wait_for 5 has_lines 1 "old configuration stays in force" || fail "no word of it: $(cat "$log")"
lines 1 "/mcelog.conf:2: the key no-such-key is not known, ignored" "$log"
lines 1 "/mcelog.conf: 1 problem, nothing of it is taken" "$log"
lines 1 "reload: the old configuration stays in force" "$log"
rm "$root/mcelog.conf"
kill -HUP "$daemon"
wait_for 5 has_lines 2 "old configuration stays in force" || fail "no word of it: $(cat "$log")"
lines 1 "/mcelog.conf: No such file" "$log"
lines 1 "mcelog: reloaded" "$log"
kill -USR1 "$daemon"
sleep 0.1
stop_daemon 0
expect_events 10

step "the log file, and a new one after rotation"
make_root
make_tracing 6.12-intel
mkdir -p "$root/var/log"
make_rings
make_trace_pipe
echo "somebody's marker" >"$root/var/log/mcelog"
start_daemon --logfile /var/log/mcelog
put_page 0 "$golden/6.12-intel/cpu0.raw"
wake
wait_events 3
lines 3 "Hardware event. This is not a software error." "$root/var/log/mcelog"
# what others look for there
for pattern in "^MCE [0-9]+$" "^CPU [0-9]+ BANK [0-9]+" "^STATUS [0-9a-f]+ MCGSTATUS [0-9a-f]+$"; do
	n=$(grep -cE "$pattern" "$root/var/log/mcelog")
	[ "$n" -eq 3 ] || fail "$n lines with $pattern"
done
# they write their own lines into it and read on from there
echo "another marker" >>"$root/var/log/mcelog"
mv "$root/var/log/mcelog" "$root/var/log/mcelog.1"
kill -USR1 "$daemon"
sleep 0.3
put_page 1 "$golden/6.12-intel/cpu1.raw"
wake
wait_events 10
stop_daemon 0
lines 7 "Hardware event" "$root/var/log/mcelog"
lines 3 "Hardware event" "$root/var/log/mcelog.1"
[ "$(sed -n 1p "$root/var/log/mcelog.1")" = "somebody's marker" ] || fail "the log was cut off"
[ "$(sed -n '$p' "$root/var/log/mcelog.1")" = "another marker" ] || fail "a line was written over"

step "event text to syslog, and where it goes besides"
# nobody is at /dev/log: that it was tried is said once
for options in "--syslog" "--syslog-error" "--syslog --logfile /var/log/text"; do
	make_root
	make_tracing 6.12-intel
	mkdir -p "$root/var/log"
	# shellcheck disable=SC2086
	start_daemon $options
	wait_events 10
	stop_daemon 0
	lines 1 "/dev/log: No such file or directory: events are not sent there for now" "$log"
	lines 0 "Hardware event" "$log"
done
lines 10 "Hardware event" "$root/var/log/text"
for options in "" "--syslog --no-syslog" "--no-syslog"; do
	make_root
	make_tracing 6.12-intel
	# shellcheck disable=SC2086
	start_daemon $options
	wait_events 10
	stop_daemon 0
	lines 0 "/dev/log" "$log"
	lines 10 "Hardware event" "$log"
done

step "the pid file"
make_root
make_tracing 6.12-intel
mkdir -p "$root/run"
echo 99999999 >"$root/run/mcelog.pid" # of one that is no more
start_daemon --pidfile /run/mcelog.pid
wait_events 10
wait_for 5 grep -qx "$daemon" "$root/run/mcelog.pid" || fail "not $daemon: $(cat "$root/run/mcelog.pid")"
expect 1 run_mcelog --daemon --foreground --pidfile /run/mcelog.pid
in_text "another mcelog is running" "$log"
[ "$(cat "$root/run/mcelog.pid")" = "$daemon" ] || fail "the second one took it"
stop_daemon 0
[ ! -e "$root/run/mcelog.pid" ] || fail "it is still there"
# in the background: written before the starting process ends
expect 0 run_mcelog --daemon --pidfile /run/mcelog.pid
daemon=$(cat "$root/run/mcelog.pid")
pids="$pids $daemon"
[ "$(cat "/proc/$daemon/comm")" = mcelog ] || fail "$daemon is no mcelog"
kill -TERM "$daemon"
wait_for 5 [ ! -e "$root/run/mcelog.pid" ] || fail "it is still there"
expect 1 run_mcelog --daemon --foreground --pidfile /no/such/pid
lines 1 "--pidfile $root/no/such/pid: cannot be written: No such file" "$log"
[ "$(wc -l <"$log")" -eq 1 ] || fail "it was started all the same: $(cat "$log")"

step "users and groups of the daemon"
make_root
make_tracing 6.12-intel
echo "run-credentials-user = no-such-user" >"$root/mcelog.conf"
expect 1 run_mcelog --check-config --config-file /mcelog.conf
lines 1 "/mcelog.conf: run-credentials-user = no-such-user: there is no such user" "$log"
expect 1 run_mcelog --daemon --foreground --pidfile /mcelog.pid --config-file /mcelog.conf
in_text "mcelog: run-credentials-user = no-such-user: there is no such user" "$log"
[ ! -e "$root/mcelog.pid" ] || fail "the pid file is left"
if [ "$(id -u)" -eq 0 ]; then
	chmod 755 "$dir"
	make_root
	make_tracing 6.12-intel
	make_rings
	make_trace_pipe
	start_daemon --pidfile /mcelog.pid --run-credentials-user 65533 --run-credentials-group 65532
	wait_for 5 grep -q "runs as uid 65533, gid 65532" "$log" || fail "$(cat "$log")"
	grep -qE "^Uid:[[:space:]]65533[[:space:]]65533[[:space:]]65533" "/proc/$daemon/status" ||
		fail "$(grep Uid "/proc/$daemon/status")"
	# it goes on storing what comes
	put_page 0 "$golden/6.12-intel/cpu0.raw"
	put_page 1 "$golden/6.12-intel/cpu1.raw"
	wake
	wait_events 10
	stop_daemon 0
	lines 0 "took the database away" "$log"
	[ ! -s "$root/mcelog.pid" ] || fail "the pid file still names it"
fi

step "--num-errors"
make_root
make_tracing 6.12-intel
expect 0 run_mcelog --daemon --foreground --num-errors 4 --debug-numerrors
expect_events 10
make_root
make_tracing 6.12-intel
make_rings
make_trace_pipe
start_daemon --num-errors 5 --debug-numerrors
put_page 0 "$golden/6.12-intel/cpu0.raw" # 3 records
wake
wait_events 3
kill -0 "$daemon" || fail "it has ended before the fifth"
put_page 1 "$golden/6.12-intel/cpu1.raw"
wake
wait_for 5 ended "$daemon" || fail "it has not ended"
wait "$daemon" || fail "exit status $?"
expect_events 10

step "--is-cpu-supported"
printf 'vendor_id\t: GenuineIntel\ncpu family\t: 6\nmodel\t\t: 106\n' >"$root/proc/cpuinfo"
expect 0 run_mcelog --is-cpu-supported
[ ! -s "$log" ] || fail "it is not silent: $(cat "$log")"
sed -i s/GenuineIntel/CyrixInstead/ "$root/proc/cpuinfo"
expect 1 run_mcelog --is-cpu-supported
lines 1 "CPU is unsupported: vendor CyrixInstead" "$log"
expect 0 run_mcelog --enable-imc-log
lines 1 "this processor has none to turn on" "$log"

step "mce-report without a database"
expect 3 "$report" --db "$dir/none.db"
expect 2 "$report" --no-such-option
expect 0 "$report" --help
expect 0 "$report" --version

finish
