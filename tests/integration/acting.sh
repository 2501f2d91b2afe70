#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# What the daemon does because of errors: counts, tells clients, runs triggers, takes pages and
# CPUs offline; over restarts.
# shellcheck disable=SC2119 source=tests/integration/lib.sh
. "${MCELOG_TEST_SRCDIR:-.}/tests/integration/lib.sh"

# a corrected memory read error on channel 2 of an Ice Lake server's memory controller
memory=8c00004001010092
# MISC: a physical address, valid down to bit 6
physical=0000000000000086
ran=$dir/ran

# The machine, with a configuration from stdin.
make_machine() {
	make_root
	make_tracing 6.12-intel
	make_rings
	make_trace_pipe
	mkdir -p "$root/etc/mcelog/triggers" "$root/run" "$root/sys/devices/system/memory"
	cat >"$root/etc/mcelog/mcelog.conf"
	: >"$root/sys/devices/system/memory/soft_offline_page"
	: >"$root/sys/devices/system/memory/hard_offline_page"
	printf 'MemTotal: 16777216 kB\nHardwareCorrupted: 0 kB\n' >"$root/proc/meminfo"
	rm -f "$ran"*
}

# script NAME: its body from stdin
script() {
	{
		echo '#!/bin/sh'
		cat
	} >"$root/etc/mcelog/triggers/$1"
	chmod 755 "$root/etc/mcelog/triggers/$1"
}

start() {
	start_daemon --config-file /etc/mcelog/mcelog.conf "$@"
	wait_for 10 test -S "$root/run/mcelog-client" || fail "no client socket: $(cat "$log")"
}

client() {
	run_mcelog --config-file /etc/mcelog/mcelog.conf --client
}

client_has() {
	client 2>/dev/null | grep -qF -- "$1"
}

wait_client() {
	wait_for 10 client_has "$1" || fail "the client does not say \"$1\": $(client 2>&1)"
}

actions() {
	sqlite3 -separator ' ' "$db" "SELECT kind, target, state, result FROM action ORDER BY seq"
}

has_action() {
	actions 2>/dev/null | grep -qF -- "$1"
}

wait_action() {
	wait_for 15 has_action "$1" || fail "no action \"$1\": $(actions); $(cat "$log")"
}

step "two corrected errors on one page take it offline, and scripts are told"
make_machine <<EOF
socket-path = /run/mcelog-client
[page]
memory-ce-threshold = 2 / 24h
memory-ce-action = soft
memory-ce-trigger = page-trigger
memory-pre-sync-soft-ce-trigger = pre-trigger
memory-post-sync-soft-ce-trigger = post-trigger
[trigger]
directory = /etc/mcelog/triggers
hook = hook
EOF
script page-trigger <<EOF
env >$ran.page
EOF
script pre-trigger <<EOF
echo "pre \$1 \$(cat "$root/sys/devices/system/memory/soft_offline_page")" >>$ran.sync
EOF
script post-trigger <<EOF
echo "post \$1 \$(cat "$root/sys/devices/system/memory/soft_offline_page")" >>$ran.sync
EOF
script hook <<EOF
env >$ran.hook
cat >$ran.json
EOF
start
put_error 0 $memory 0000000012345678 $physical
wait_client 'total 1 seen "1 in 24h" online'
[ ! -e "$ran.page" ] || fail "a trigger ran at the first error"
put_error 0 $memory 0000000012345980 $physical
wait_client '12345000: total 2 seen "2 in 24h" offline triggered'
wait_action "trigger page.memory-ce-trigger done"
wait_action "trigger trigger.hook done"
wait_action "offline-page page 12345000 done"
[ "$(cat "$root/sys/devices/system/memory/soft_offline_page")" = 0x12345000 ] ||
	fail "written: $(cat "$root/sys/devices/system/memory/soft_offline_page")"
printf 'pre 305418240 \npost 305418240 0x12345000\n' >"$dir/want"
cmp -s "$dir/want" "$ran.sync" || fail "around it: $(cat "$ran.sync")"
in_text "THRESHOLD=2 in 24h" "$ran.page"
in_text "MESSAGE=Corrected memory errors on page 12345000 exceed threshold 2 in 24h: 2 in 24h" "$ran.page"
in_text "CECOUNT=2" "$ran.page"
in_text "MCE_KIND=threshold" "$ran.hook"
in_text '"schema":"mce-event/1"' "$ran.json"
in_text "Running trigger \`page-trigger' (reporter: page)" "$log"

"$report" --db "$db" info 2 >"$dir/info"
in_text "Done because of it" "$dir/info"
in_text "offline-page  too many corrected errors on page 12345000: done, soft" "$dir/info"
events | tail -n 1 >"$dir/json"
in_text '"actions":[{"kind":"trigger","target":"trigger.hook","text":"Corrected memory errors on page' "$dir/json"
in_text '{"kind":"offline-page","target":"page 12345000","text":"too many corrected errors on page 12345000","state":"done","result":"soft' "$dir/json"

step "the counts and what became of the page survive a restart, and nothing is done again"
kill -KILL "$daemon"
wait "$daemon" 2>/dev/null
rm -f "$ran"*
start
wait_client '12345000: total 2 seen "2 in 24h" offline triggered'
put_error 0 $memory 0000000012345680 $physical
wait_client '12345000: total 3'
sleep 0.5
[ ! -e "$ran.sync" ] || fail "taken offline again: $(cat "$ran.sync")"
stop_daemon 0

step "a reboot: the counts stay, the page is in use again"
echo "bb222222-1111-1111-1111-111111111111" >"$root/proc/sys/kernel/random/boot_id"
: >"$root/sys/devices/system/memory/soft_offline_page"
start
wait_client '12345000: total 3 seen "3 in 24h" online triggered'
stop_daemon 0

step "a script that hangs delays nothing"
make_machine <<EOF
socket-path = /run/mcelog-client
[page]
memory-ce-threshold = 1 / 24h
memory-ce-action = account
memory-ce-trigger = page-trigger
[trigger]
directory = /etc/mcelog/triggers
timeout = 1
children-max = 1
EOF
script page-trigger <<EOF
[ -e $ran.once ] && { echo again >$ran.again; exit 3; }
: >$ran.once
sleep 60
EOF
start
put_error 0 $memory 0000000000001000 $physical
wait_for 10 test -e "$ran.once" || fail "it did not run"
put_error 0 $memory 0000000000002000 $physical
wait_client '2000: total 1'
wait_action "page.memory-ce-trigger failed timed out"
wait_action "page.memory-ce-trigger failed exit status 3"
stop_daemon 0

step "told to end, it waits for a script that is running, and stores how it ended"
sed -i "s/timeout = 1/timeout = 10/" "$root/etc/mcelog/mcelog.conf"
rm -f "$ran"*
script page-trigger <<EOF
: >$ran.begun
sleep 1
EOF
start
put_error 0 $memory 0000000000003000 $physical
wait_for 10 test -e "$ran.begun" || fail "it did not run"
stop_daemon 0
actions | tail -n 1 | grep -q "^trigger page.memory-ce-trigger done" || fail "it ended as: $(actions | tail -n 1)"

step "pages that wait for one another go offline without another error"
make_machine <<EOF
socket-path = /run/mcelog-client
[page]
memory-ce-threshold = 1 / 24h
memory-ce-action = hard
EOF
start
for page in 1 2 3; do
	put_error 0 $memory 000000001234${page}000 $physical
done
for page in 1 2 3; do
	wait_action "offline-page page 1234${page}000 done hard"
done
stop_daemon 0

step "killed again and again, it has counted what is stored, and each threshold was told once"
make_machine <<EOF
socket-path = /run/mcelog-client
[page]
memory-ce-threshold = 10 / 24h
memory-ce-action = account
memory-ce-log = yes
EOF
for delay in 0 0.05 0.1 0.15 0.2 0.25 0.3 0.4; do
	start_daemon --config-file /etc/mcelog/mcelog.conf
	for page in 1 2 3 4 5; do
		put_error 0 $memory 0000000000001000 $physical
	done
	sleep $delay
	kill -KILL "$daemon"
	wait "$daemon" 2>/dev/null
done
start
wait_events 40
wait_client '1000: total 40 seen "40 in 24h" online triggered'
[ "$(actions | grep -c '^threshold page 1000 done')" -eq 4 ] || fail "thresholds: $(actions)"
stop_daemon 0

step "dry-run says it, and does nothing"
make_machine <<EOF
socket-path = /run/mcelog-client
[page]
memory-ce-threshold = 1 / 24h
memory-ce-action = soft
EOF
start --dry-run
put_error 0 $memory 0000000000001000 $physical
wait_action "offline-page page 1000 done"
wait_client '1000: total 1 seen "1 in 24h" online triggered'
[ ! -s "$root/sys/devices/system/memory/soft_offline_page" ] || fail "it was written"
stop_daemon 0
# what it left is taken when it is no dry run any more
start
put_error 0 $memory 0000000000001000 $physical
wait_client '1000: total 2 seen "2 in 24h" offline triggered'
stop_daemon 0

step "a page that the kernel's own collector took is offline, one that it did not is not ours to take"
make_machine <<EOF
socket-path = /run/mcelog-client
[page]
memory-ce-threshold = 1 / 24h
memory-ce-action = soft-then-hard
memory-pre-sync-soft-ce-trigger = script
[trigger]
directory = /etc/mcelog/triggers
EOF
script script <<EOF
: >$ran.script
EOF
mkdir -p "$root/sys/kernel/debug/ras/cec"
# KPF_HWPOISON of the page 12345
le 0000000000080000 | dd of="$root/proc/kpageflags" bs=8 seek=$((0x12345)) 2>"$dir/dd"
start
lines 1 "collector of corrected errors is running" "$log"
put_error 0 $memory 0000000012345678 $physical
put_error 0 $memory 0000000000001000 $physical
wait_action "offline-page page 12345000 done soft offlining not needed"
wait_action "offline-page page 1000 failed left to the kernel"
wait_client '12345000: total 1 seen "1 in 24h" offline triggered'
wait_client '1000: total 1 seen "1 in 24h" offline-failed triggered'
[ ! -s "$root/sys/devices/system/memory/soft_offline_page" ] || fail "offlined twice"
[ ! -s "$root/sys/devices/system/memory/hard_offline_page" ] || fail "offlined twice"
[ ! -e "$ran.script" ] || fail "the script before it ran for nothing"
stop_daemon 0

step "many pages at once: each is taken, in order"
make_machine <<EOF
socket-path = /run/mcelog-client
[page]
memory-ce-threshold = 1 / 24h
memory-ce-action = soft
max-offline-per-hour = 100
EOF
start
for page in 1 2 3 4 5; do
	put_error 0 $memory 000000000000${page}000 $physical
done
wait_action "offline-page page 5000 done"
[ "$(actions | grep -c '^offline-page page .000 done')" -eq 5 ] || fail "not all: $(actions)"
stop_daemon 0

step "more scripts than one looks at: all run, in order, also after the daemon was killed"
make_machine <<EOF
socket-path = /run/mcelog-client
[page]
memory-ce-threshold = 1 / 24h
memory-ce-action = account
memory-ce-trigger = page-trigger
[trigger]
directory = /etc/mcelog/triggers
children-max = 1
EOF
script page-trigger <<EOF
echo "\$MESSAGE" >>$ran.all
[ -e $ran.quick ] || sleep 0.3
EOF
start
for page in 10 11 12 13 14 15 16 17 18 19; do
	put_error 0 $memory 00000000000${page}000 $physical
done
wait_events 10
wait_for 10 test -s "$ran.all" || fail "none ran"
kill -KILL "$daemon"
wait "$daemon" 2>/dev/null
: >"$ran.quick"
start
wait_for 15 sh -c "[ \"\$(wc -l <$ran.all)\" -ge 10 ]" || fail "ran: $(cat "$ran.all")"
sleep 0.5
[ "$(cut -d' ' -f6 "$ran.all" | tr '\n' ' ')" = "10000 11000 12000 13000 14000 15000 16000 17000 18000 19000 " ] ||
	fail "ran: $(cat "$ran.all")"
[ "$(actions | grep -c 'unknown we went down')" -le 1 ] || fail "unknown: $(actions)"
stop_daemon 0

step "a database that was removed: what is under way is stored in the new one, and as itself"
make_machine <<EOF
socket-path = /run/mcelog-client
[page]
memory-ce-threshold = 1 / 24h
memory-ce-action = account
memory-ce-trigger = page-trigger
[trigger]
directory = /etc/mcelog/triggers
EOF
script page-trigger <<EOF
case \$MESSAGE in
*" 1000 "*) : >$ran.begun; sleep 2 ;;
*) exit 7 ;;
esac
EOF
start
put_error 0 $memory 0000000000001000 $physical
wait_for 10 test -e "$ran.begun" || fail "it did not run"
rm -f "$db" "$db-wal" "$db-shm"
put_error 0 $memory 0000000000004000 $physical
wait_action "page.memory-ce-trigger failed exit status 7"
wait_action "page.memory-ce-trigger done exit status 0"
stop_daemon 0

step "more than 64 pages in an hour are not taken"
make_machine <<EOF
socket-path = /run/mcelog-client
[page]
memory-ce-threshold = 1 / 24h
memory-ce-action = soft
max-offline-per-hour = 3
EOF
start
for page in 1 2 3 4; do
	put_error 0 $memory 000000000000${page}000 $physical
	wait_action "offline-page page ${page}000"
done
wait_action "offline-page page 4000 failed it stays online"
wait_client '4000: total 1 seen "1 in 24h" offline-failed'
stop_daemon 0

step "yellow: the CPUs that share the cache go offline, those that may"
make_machine <<EOF
socket-path = /run/mcelog-client
[cache]
cpu-offline = yes
cache-threshold-trigger = cache-trigger
[trigger]
directory = /etc/mcelog/triggers
EOF
script cache-trigger <<EOF
env >$ran.cache
EOF
cpus=$root/sys/devices/system/cpu
for cpu in 0 1 2 3; do
	mkdir -p "$cpus/cpu$cpu/cache/index0"
	echo 3 >"$cpus/cpu$cpu/cache/index0/level"
	echo Unified >"$cpus/cpu$cpu/cache/index0/type"
	echo "$((cpu / 2 * 2))-$((cpu / 2 * 2 + 1))" >"$cpus/cpu$cpu/cache/index0/shared_cpu_list"
	[ $cpu -eq 0 ] || echo 1 >"$cpus/cpu$cpu/online"
done
echo 0-3 >"$cpus/possible"
echo 0-3 >"$cpus/present"
echo 0-3 >"$cpus/online"
start
put_error 2 904000000000017a 0000000000000000 0000000000000000 1
wait_action "offline-cpu"
wait_action "cache.cache-threshold-trigger done"
in_text "AFFECTED_CPUS=unknown" "$ran.cache"
in_text "LEVEL=3" "$ran.cache"
[ "$(cat "$cpus/cpu2/online")$(cat "$cpus/cpu3/online")" = 00 ] || fail "CPUs 2 and 3 are online: $(actions)"
[ "$(cat "$cpus/cpu1/online")" = 1 ] || fail "CPU 1 went, too"
stop_daemon 0

step "yellow, with the script instead of the daemon: it is told which CPUs it may take"
sed -i '/cpu-offline/d' "$root/etc/mcelog/mcelog.conf"
echo 1 >"$cpus/cpu2/online"
echo 1 >"$cpus/cpu3/online"
rm "$ran.cache"
start
put_error 2 904000000000017a 0000000000000001 0000000000000000 1
wait_for 10 test -s "$ran.cache" || fail "it did not run"
in_text "AFFECTED_CPUS=2 3" "$ran.cache"
[ "$(cat "$cpus/cpu2/online")" = 1 ] || fail "the daemon did it, too"
stop_daemon 0

step "yellow from a CPU that is not there: nothing goes, whoever is to do it"
rm "$ran.cache"
start
put_error 4294967295 904000000000017a 0000000000000000 0000000000000000 1
wait_for 10 test -s "$ran.cache" || fail "no script ran: $(actions)"
in_text "AFFECTED_CPUS=unknown" "$ran.cache"
stop_daemon 0
sed -i 's/^cache-threshold-trigger/cpu-offline = yes\n&/' "$root/etc/mcelog/mcelog.conf"
start
put_error 4294967295 904000000000017a 0000000000000000 0000000000000000 1
wait_action "offline-cpu cpu 4294967295 cache 3U failed"
[ "$(cat "$cpus"/cpu[123]/online | tr -d '\n')" = 111 ] || fail "one went: $(actions)"
stop_daemon 0

step "a new configuration with a mistake leaves the old one in force"
make_machine <<EOF
socket-path = /run/mcelog-client
[page]
memory-ce-threshold = 2 / 24h
memory-ce-action = account
memory-ce-trigger = page-trigger
[trigger]
directory = /etc/mcelog/triggers
EOF
script page-trigger <<EOF
echo ran >>$ran.page
EOF
start
sed -i 's/2 \/ 24h/1 \/ 24q/' "$root/etc/mcelog/mcelog.conf"
kill -HUP "$daemon"
wait_for 5 grep -q "old configuration stays" "$log" || fail "not said: $(cat "$log")"
put_error 0 $memory 0000000000001000 $physical
wait_client '1000: total 1'
sed -i 's/1 \/ 24q/1 \/ 24h/' "$root/etc/mcelog/mcelog.conf"
kill -HUP "$daemon"
sleep 0.3
[ ! -e "$ran.page" ] || fail "the trigger ran"
put_error 0 $memory 0000000000002000 $physical
wait_action "page.memory-ce-trigger done"
stop_daemon 0

step "--test-hook: the hook is run once, and what it says is the exit status"
make_machine <<EOF
[trigger]
directory = /etc/mcelog/triggers
hook = hook
EOF
script hook <<EOF
echo "\$MCE_KIND" >$ran.hook
cat >$ran.json
[ ! -e $ran.fail ] || exit 4
EOF
expect 0 run_mcelog --config-file /etc/mcelog/mcelog.conf --test-hook
in_text "test" "$ran.hook"
in_text '"class":"memory"' "$ran.json"
: >"$ran.fail"
expect 1 run_mcelog --config-file /etc/mcelog/mcelog.conf --test-hook
in_text "exit status 4" "$log"
rm "$root/etc/mcelog/triggers/hook"
expect 1 run_mcelog --config-file /etc/mcelog/mcelog.conf --test-hook
: >"$root/etc/mcelog/mcelog.conf"
expect 1 run_mcelog --config-file /etc/mcelog/mcelog.conf --test-hook
in_text "no hook" "$log"

# as_other COMMAND...: as a user of no name, where that can be tried
# shellcheck disable=SC2317
as_other() {
	setpriv --reuid=65533 --regid=65532 --clear-groups "$@"
}

can_be_other() {
	[ "$(id -u)" -eq 0 ] && chmod 755 "$dir" && as_other test -x "$mcelog" 2>"$dir/said"
}

step "codes with the filtering bit are counted, also with --no-filter"
make_machine <<EOF
[page]
memory-ce-threshold = 10 / 24h
memory-ce-action = account
EOF
start --no-filter
put_error 0 8c00004001011092 0000000012345678 $physical
wait_client '12345000: total 1 seen "1 in 24h" online'
client >"$dir/said"
lines 1 "SOCKET 0 CHANNEL any DIMM any" "$dir/said"
grep -A 2 "SOCKET 0 CHANNEL any DIMM any" "$dir/said" | grep -qx "	1 total" ||
	fail "the socket has none: $(cat "$dir/said")"
stop_daemon 0

step "one I/O error starts two scripts: both run, with one child at most"
make_machine <<EOF
[socket]
bus-uc-threshold-trigger = bus
iomca-threshold-trigger = iomca
[trigger]
directory = /etc/mcelog/triggers
children-max = 1
EOF
script bus <<EOF
env >$ran.bus
EOF
script iomca <<EOF
env >$ran.iomca
EOF
start
put_error 0 b800000000000e0b 0000000000000000 0000000105fb0000
wait_action "socket.bus-uc-threshold-trigger done"
wait_action "socket.iomca-threshold-trigger done"
in_text "PATH=/sbin:" "$ran.bus"
in_text "PATH=/sbin:" "$ran.iomca"
in_text "SEG=1" "$ran.iomca"
in_text "DEVICE=1f" "$ran.iomca"
stop_daemon 0

step "scripts around the offlining that hang: it comes to its end, and clients are answered"
make_machine <<EOF
[page]
memory-ce-threshold = 1 / 24h
memory-ce-action = soft
memory-ce-trigger = hang
memory-pre-sync-soft-ce-trigger = hang
memory-post-sync-soft-ce-trigger = after
[trigger]
directory = /etc/mcelog/triggers
timeout = 1
children-max = 1
EOF
script hang <<EOF
echo \$$ >>$ran.hang
exec sleep 60
EOF
script after <<EOF
cat "$root/sys/devices/system/memory/soft_offline_page" >$ran.after
EOF
start
put_error 0 $memory 0000000012345678 $physical
wait_for 10 test -e "$ran.hang" || fail "nothing ran"
wait_client '12345000: total 1 seen "1 in 24h" online'
wait_action "page.memory-ce-trigger failed timed out"
wait_action "offline-page page 12345000 done"
wait_client '12345000: total 1 seen "1 in 24h" offline triggered'
[ "$(cat "$ran.after")" = 0x12345000 ] || fail "the last script saw: $(cat "$ran.after")"
while read -r pid; do
	! kill -0 "$pid" 2>/dev/null || fail "$pid is still there"
done <"$ran.hang"
stop_daemon 0

step "a kernel that takes no pages offline: said at start, and each page has failed"
make_machine <<EOF
[page]
memory-ce-threshold = 1 / 24h
memory-ce-action = soft
EOF
rm "$root/sys/devices/system/memory/soft_offline_page"
start
lines 1 "the kernel cannot take pages offline (CONFIG_MEMORY_FAILURE is off)" "$log"
put_error 0 $memory 0000000000001000 $physical
wait_action "offline-page page 1000 failed soft offlining not supported"
wait_client '1000: total 1 seen "1 in 24h" offline-failed triggered'
[ ! -e "$root/sys/devices/system/memory/soft_offline_page" ] || fail "the file was made"
stop_daemon 0

step "who may ask: everybody, a user or a group by number, root alone"
for access in "client-user = *" "client-user = 65533" "client-group = 65532" "client-user = root"; do
	make_machine <<EOF
[server]
$access
EOF
	start
	grep -q "no such" "$log" && fail "$access: $(cat "$log")"
	timeout 10 "$mcelog" --root "$root" --ping >"$dir/said" 2>&1 || fail "$access: root: $(cat "$dir/said")"
	[ "$(cat "$dir/said")" = pong ] || fail "--ping says: $(cat "$dir/said")"
	if can_be_other; then
		as_other timeout 10 "$mcelog" --root "$root" --client >"$dir/said" 2>&1
		got=$?
		[ "$access" = "client-user = root" ] && wanted=1 || wanted=0
		[ "$got" -eq "$wanted" ] || fail "$access: exit status $got: $(cat "$dir/said")"
	fi
	stop_daemon 0
done

step "no socket-path, no socket"
make_machine <<EOF
[server]
socket-path =
EOF
start_daemon --config-file /etc/mcelog/mcelog.conf
put_error 0 $memory 0000000000001000 $physical
wait_events 1
[ -z "$(find "$root/run" -type s)" ] || fail "there is one: $(find "$root/run" -type s)"
client >"$dir/said" 2>&1 && fail "the client is content"
lines 1 "the socket-path is empty" "$dir/said"
stop_daemon 0

# SMBIOS of a machine with Intel CPUs and one DIMM: the file has entry point and table in a row
make_dimm() {
	mkdir -p "$root/sys/firmware/dmi/tables"
	sed 's/CPU 0\x00QEMU/CPU0\x00Intel/' "$tests/golden/smbios/qemu-7.2-sm64.bin" >"$dir/smbios"
	head -c 24 "$dir/smbios" >"$root/sys/firmware/dmi/tables/smbios_entry_point"
	tail -c +25 "$dir/smbios" >"$root/sys/firmware/dmi/tables/DMI"
}

step "DIMMs by SMBIOS, as the options say; a table that is damaged does no harm"
for options in "" "--dmi --dmi-verbose 2" "--no-dmi" "damaged"; do
	make_machine </dev/null
	make_dimm
	if [ "$options" = damaged ]; then
		truncate -s 100 "$root/sys/firmware/dmi/tables/DMI"
		options=
		named=
	else
		[ "$options" = --no-dmi ] && named='' || named=yes
	fi
	# shellcheck disable=SC2086
	start $options
	put_error 0 $memory 0000000012345678 $physical
	wait_client "SOCKET 0 CHANNEL any DIMM any"
	client >"$dir/said"
	if [ -n "$named" ]; then
		lines 1 'DMI_NAME "DIMM 0" DMI_LOCATION "P0_Node0_Channel0_Dimm0"' "$dir/said"
	else
		lines 0 DMI_ "$dir/said"
	fi
	stop_daemon 0
done

step "a reload takes who may ask, too"
make_machine <<EOF
socket-path = /run/mcelog-client
EOF
start
echo 'client-user = *' >>"$root/etc/mcelog/mcelog.conf"
kill -HUP "$daemon"
wait_for 5 sh -c "[ \"\$(stat -c %a $root/run/mcelog-client)\" = 666 ]" ||
	fail "the socket's mode: $(stat -c %a "$root/run/mcelog-client"); $(cat "$log")"
client >/dev/null || fail "nobody answers"
kill -QUIT "$daemon"
wait "$daemon" || fail "SIGQUIT: exit status $?"
[ ! -e "$root/run/mcelog-client" ] || fail "the socket is left"

step "without a daemon the client fails, and says why"
expect 1 run_mcelog --config-file /etc/mcelog/mcelog.conf --client
expect 1 run_mcelog --config-file /etc/mcelog/mcelog.conf --ping

finish
