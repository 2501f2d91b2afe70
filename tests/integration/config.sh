#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# --check-config and --dump-config: exit statuses, what is said, and the file that is read back.
# shellcheck disable=SC2119 source=tests/integration/lib.sh
. "${MCELOG_TEST_SRCDIR:-.}/tests/integration/lib.sh"

make_root
conf=$root/mcelog.conf
samples=$tests/golden/config
triggers=$root/etc/mcelog

# shellcheck disable=SC2317
with_conf() {
	run_mcelog --config-file /mcelog.conf "$@"
}

# script NAME: an executable one in the directory that the samples name
script() {
	mkdir -p "$triggers/triggers"
	for place in "$triggers" "$triggers/triggers"; do
		echo "#!/bin/sh" >"$place/$1"
		chmod 755 "$place/$1"
	done
}

step "--check-config: nothing is wrong"
echo "verbose = yes" >"$conf"
expect 0 with_conf --check-config
[ "$(cat "$log")" = "/mcelog.conf: OK" ] || fail "$(cat "$log")"
: >"$conf"
expect 0 with_conf --check-config

step "--check-config: everything that is wrong, with its line"
cat >"$conf" <<'END'
verbos = yes
[page]
memory-ce-treshold = 2 / 24h
memory-ce-action = softly
[sockets]
mem-ce-error-threshold = 100 / 24h
[dimm]
ce-error-trigger = no-such-script
END
expect 1 with_conf --check-config
lines 1 "/mcelog.conf:1: the key verbos is not known, ignored; did you mean verbose?" "$log"
lines 1 "/mcelog.conf:3: the key memory-ce-treshold is not known in [page], ignored; did you mean memory-ce-threshold?" "$log"
lines 1 "/mcelog.conf:4: memory-ce-action = softly: " "$log"
lines 1 "/mcelog.conf:5: the section [sockets] is not known, its keys are ignored; did you mean [socket]?" "$log"
lines 1 "[dimm] ce-error-trigger = no-such-script: " "$log"
[ "$(wc -l <"$log")" -eq 5 ] || fail "not five lines: $(cat "$log")"

step "--check-config: no file"
rm "$conf"
expect 1 with_conf --check-config
lines 1 "/mcelog.conf: No such file or directory" "$log"

step "--check-config: other people's files, without and with their scripts"
for sample in mcelog rhel suse chef; do
	rm -rf "$triggers"
	cat "$samples/$sample.conf" >"$conf"
	expect 1 with_conf --check-config
	n=$(grep -c -e '-trigger = ' "$conf")
	lines "$n" "it cannot be run" "$log"
	[ "$(wc -l <"$log")" -eq "$n" ] || fail "$sample: something else, too: $(cat "$log")"
	# shellcheck disable=SC2013
	for name in $(sed -n 's/.*-trigger = //p' "$conf"); do
		script "$name"
	done
	expect 0 with_conf --check-config
	chmod 644 "$triggers/cache-error-trigger" "$triggers/triggers/cache-error-trigger"
	expect 1 with_conf --check-config
	lines 1 "not an executable file" "$log"
done

step "--dump-config is a file that says the same"
for sample in mcelog rhel suse chef; do
	cat "$samples/$sample.conf" >"$conf"
	expect 0 with_conf --dump-config --syslog-error --no-filter
	cat "$log" >"$conf"
	in_text "filter = no" "$conf"
	in_text "syslog-events = error" "$conf"
	in_text "client-user = root" "$conf"
	expect 0 with_conf --dump-config
	cmp -s "$log" "$conf" || fail "$sample: $(diff "$conf" "$log")"
done

step "--dump-config of nothing: only defaults"
: >"$conf"
"$mcelog" --root "$root" --config-file /mcelog.conf --dump-config >"$log" 2>&1 || fail "exit status $?"
! grep -v -e '^#' -e '^\[' -e '^$' "$log" || fail "not commented out"
in_text "#memory-ce-action = off" "$log"
[ ! -e "$db" ] || fail "a database was made"

step "a daemon starts with a file that is half wrong, and says so"
printf '[page]\nmemory-ce-treshold = 1 / 1h\nmemory-ce-trigger = none\n' >"$conf"
make_tracing 6.12-intel
start_daemon --config-file /mcelog.conf
wait_events 10
stop_daemon 0
lines 1 "/mcelog.conf:2: the key memory-ce-treshold is not known in [page]" "$log"
lines 1 "[page] memory-ce-trigger = none: " "$log"

finish
