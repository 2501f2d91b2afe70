#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# mce-report boots and --boot, on the boots of a journal file and on a database that is filled by
# mcelog --replay.
# shellcheck source=lib.sh
. "${MCELOG_TEST_SRCDIR:-.}/tests/integration/lib.sh"

command -v sqlite3 >/dev/null || skip "no sqlite3(1)"
TZ=UTC
export TZ

b=bb111111111111111111111111111111 # nothing says how it ended
c=cc111111111111111111111111111111

# event NUMBER BOOT TIME STATUS: one line of JSON
event() {
	printf '{"schema":"mce-event/1","time_us":%s000000,"boot_id":"%s","cpu":0,"bank":4,' "$3" "$2"
	printf '"vendor":"Intel","cpuid":"0x606a6","mcgstatus":"0x5","addr":"0x%x000",' "$1"
	printf '"status":"%s"}\n' "$4"
}

# boots [OPTION...]: the database's
boots() {
	"$report" boots --db "$db" "$@"
}

step "a journal's boots are there after a harvest"
make_root
echo "99999999-9999-9999-9999-999999999999" >"$root/proc/sys/kernel/random/boot_id"
mkdir -p "$root/var/log/journal/0123456789abcdef0123456789abcdef"
gzip -dc "$tests/golden/journal/boots.journal.gz" \
	>"$root/var/log/journal/0123456789abcdef0123456789abcdef/system.journal"
expect 0 "$mcelog" --root "$root" --state-dir "$state" --harvest
expect 0 boots
lines 9 "" "$log"
in_text "  -7 aa111111 2023-11-14 22:13:20 +0000 2023-11-14 22:23:20 +0000 clean" "$log"
in_text "  -6 bb111111 2023-11-14 22:30:00 +0000 2023-11-14 22:35:00 +0000 power loss or hang" "$log"
lines 3 " clean" "$log"

step "again changes nothing"
boots >"$dir/before"
expect 0 "$mcelog" --root "$root" --state-dir "$state" --harvest
boots | cmp -s - "$dir/before" || fail "not the same: $(boots)"

step "the errors of each boot, and how it ended"
{
	event 1 $b 1700001100 0x8c00004000010090
	event 2 $b 1700001200 0x8c00004000010090
	event 3 $b 1700001310 0xbe00000000800400
	event 4 $c 1700002100 0x8c00004000010090
} >"$dir/events.jsonl"
expect 0 "$mcelog" --root "$root" --state-dir "$state" --replay "$dir/events.jsonl"
sqlite3 "$db" "INSERT INTO crash VALUES
	('x:1', 'vmcore', '${b}', 1700001312000000, 1, 1, 'Fatal machine check', '/var/crash/1'),
	('x:2', 'pstore', 'ff111111111111111111111111111111', 1700005105000000, 0, 0,
		'Attempted to kill init! exitcode=0x00000009', '/var/lib/systemd/pstore/2'),
	('x:4', 'vmcore', NULL, 1690000000000000, 0, 0, 'Oops', '/var/crash/4'),
	('x:3', 'pstore', 'ee111111111111111111111111111111', 1700004380000000, 0, 0,
		'sysrq', '')"
expect 0 boots
in_text "2023-11-14 22:35:12 +0000 machine check" "$log"
in_text "     Fatal internal error: internal timer error; Unknown model-specific error (CPU 0, " "$log"
in_text "     crashed by a hardware error, no memory dump kept: Fatal machine check" "$log"
in_text "     errors before it: 2 corrected, 0 uncorrected" "$log"
in_text "     errors: 1 corrected, 0 uncorrected" "$log"
in_text " panic: sysrq" "$log"
in_text "A crash in a boot that is not known" "$log"
in_text "    panic: Oops" "$log"
in_text "    told by vmcore: /var/crash/4, 2023-07-22 04:26:40 +0000" "$log"
in_text "     panic: Attempted to kill init! exitcode=0x00000009" "$log"
[ "$(awk '{ if (length($0) > 100) n++ } END { print n + 0 }' "$log")" -eq 0 ] ||
	fail "wider than 100 columns: $(cat "$log")"
expect 0 boots -n 1
lines 2 "" "$log"

step "JSON: one object a boot"
expect 0 boots -o json
lines 9 '{"schema":"mce-boot/1","index":' "$log"
in_text '"index":null,"boot_id":null,"crashes":[{"source":"vmcore"' "$log"
in_text '"index":-6,"boot_id":"'$b'","began_us":1700001000000000,"began":"2023-11-14T22:30:00.000000Z"' "$log"
in_text '"end":"machine check","reason":"Fatal machine check","corrected":2,"uncorrected":0' "$log"
in_text '"crashes":[{"source":"vmcore","time_us":1700001312000000' "$log"
in_text '"by_hardware":true,"slim":true' "$log"
in_text '"end":"clean","reason":null,"corrected":1' "$log"
in_text '"fatal":null,"crashes":[]}' "$log"

step "one boot: the summary as a story"
expect 0 "$report" --db "$db" -b -6
in_text "Boot -6, $b" "$log"
in_text "It ended in a machine check:" "$log"
in_text "    told by vmcore: /var/crash/1, 2023-11-14 22:35:12 +0000" "$log"
in_text "Errors before it: 2 corrected, 0 uncorrected, the last 110 s before" "$log"
in_text "FATAL: 1 error" "$log"
lines 0 "EARLIER ERRORS" "$log"
cp "$log" "$dir/story"
for name in --boot=-6 "--boot -6" -b-6 "-b bb11" "-b 2" "--boot=$b" "-b BB111111-1111-1111"; do
	# shellcheck disable=SC2086 # words
	expect 0 "$report" --db "$db" summary $name
	cmp -s "$log" "$dir/story" || fail "$name is another boot: $(head -n 1 "$log")"
done

step "where the errors before it are not on record, it says how they could be"
sqlite3 "$db" "DELETE FROM event WHERE boot = '$b' AND severity = 'corrected'"
expect 0 "$report" --db "$db" -b -6
in_text "Errors shortly before may be missing: see EARLIER ERRORS in mcelog(8)" "$log"
in_text "reserve_mem=4M:4096:trace trace_instance=mcelog@trace" "$log"

step "one boot: the list"
expect 0 "$report" --db "$db" list -b $c
lines 2 "" "$log"
expect 0 "$report" --db "$db" list -b $c -o json
lines 1 "" "$log"
expect 0 "$report" --db "$db" list
lines 3 "" "$log"

step "this boot, and a verb after it"
expect 1 "$report" --db "$db" -b list
in_text "no events recorded" "$log"
expect 1 "$report" --db "$db" --boot
in_text "Boot 0, 99999999999999999999999999999999" "$log"
in_text "How it ended is not known." "$log"
in_text "No hardware errors are on record in it." "$log"
expect 1 "$report" --db "$db" -b -5 list -b -3
expect 0 "$report" --db "$db" -b -2
in_text "It ended in a panic:" "$log"

step "what is no boot"
expect 1 "$report" --db "$db" -b -99
in_text "no such boot on record" "$log"
expect 1 "$report" --db "$db" -b 1234abcd
expect 2 "$report" --db "$db" --boot=xyz
in_text "xyz: not a boot" "$log"
expect 2 "$report" --db "$db" -b xyz
in_text "xyz: no such verb" "$log"
expect 2 "$report" --db "$db" info 1 -b
in_text "info: not with --boot" "$log"
expect 2 boots -b -1
expect 2 boots 1
sqlite3 "$db" "INSERT INTO boot (id, began_us) VALUES ('bb111111111111111111111111111112', 1)"
expect 2 "$report" --db "$db" -b bb11
in_text "more than one boot" "$log"

step "no boots at all"
sqlite3 "$db" "DELETE FROM boot; DELETE FROM crash"
expect 1 boots
in_text "no boots recorded" "$log"
finish
