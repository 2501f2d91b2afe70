#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Kernel logs of earlier boots, in pstore, in its archive and beside crash dumps, and this boot's
# own: each error one event with its time and all its sources, and nothing twice.
# shellcheck disable=SC2119 source=tests/integration/lib.sh
. "${MCELOG_TEST_SRCDIR:-.}/tests/integration/lib.sh"

parts=$tests/golden/pstore
live=sys/fs/pstore
archive=var/lib/systemd/pstore

# Text with levels and first line as dmesg prints it.
as_dmesg() {
	sed -e 1d -e 's/^<[0-9]*>//' "$1"
}

# Three panics: with ERST, live and archived; with EFI variables; with kdump and ERST.
make_previous() {
	make_root
	printf 'cpu  1 2\nbtime 1795215000\n' >"$root/proc/stat"
	mkdir -p "$root/$live" "$root/$archive/7710377804344" "$root/dev" \
		"$root/var/crash/127.0.0.1-2026-11-20-22:03:01"
	cp "$tests/golden/erst/mce-erst-7710377804344328193" "$parts"/dmesg-erst-77103778* "$root/$live/"
	cp "$parts"/dmesg-erst-77103778* "$root/$archive/7710377804344/"
	cat "$parts"/dmesg-erst-77103778*6 "$parts"/dmesg-erst-77103778*5 \
		"$parts"/dmesg-erst-77103778*4 >"$root/$archive/7710377804344/dmesg.txt"
	cp "$parts"/dmesg-efi_pstore-* "$root/$live/"
	cp "$tests/golden/erst/mce-erst-7710377731329884161" "$root/$archive/"
	as_dmesg "$parts/dmesg-erst-7710377731329884162" \
		>"$root/var/crash/127.0.0.1-2026-11-20-22:03:01/vmcore-dmesg.txt"
	# the bank of the last panic survived the reset
	cat >"$root/dev/kmsg" <<-END
		2,100,523411,-;mce: [Hardware Error]: CPU 0: Machine Check: 0 Bank 3: fe00000000800400
		2,101,523412,-;mce: [Hardware Error]: TSC 0 ADDR 12345000 MISC 8c
		2,102,523413,-;mce: [Hardware Error]: PROCESSOR 0:606a6 TIME 1795215000 SOCKET 0 APIC 0 microcode 1
		6,103,2731810,-;Run /init as init process
	END
	chmod -R u+w "$root/$live" "$root/$archive"
}

# event TIME: the one event of that time, on one line
event() {
	events | grep -F "\"time\":\"$1" >"$dir/event"
	[ "$(wc -l <"$dir/event")" -eq 1 ] || fail "not one event at $1: $(events)"
}

has() {
	in_text "$1" "$dir/event"
}

step "harvest"
make_previous
expect 0 run_mcelog --harvest --keep-erst
in_text "harvested: 3 new, 3 of known errors" "$log"
expect_events 3
event 2026-11-20T22:03:47
has '"sources":["erst","pstore","kmsg"]'
has '"severity":"fatal"'
has '"replayed":true'
has '"boot_id":null'
event 2026-11-20T22:03:30
has '"sources":["erst","vmcore"]'
has '"severity":"fatal"'
event 2026-11-20T22:01:44
has '"sources":["pstore"]'
has '"cpu":1,'
has '"status":"0xbd80000000100134"'
events >"$dir/first"

step "harvest again"
expect 0 run_mcelog --harvest --keep-erst
in_text "harvested: 0 new, 0 of known errors" "$log"
events | cmp -s - "$dir/first" || fail "the events are others now"

step "systemd-pstore has moved all of it"
mv "$root/$live"/dmesg-efi_pstore-* "$root/$archive/"
rm "$root/$live"/dmesg-*
expect 0 run_mcelog --harvest --keep-erst
in_text "harvested: 0 new, 0 of known errors" "$log"
expect_events 3

step "only dmesg.txt is left of the archive, and a new database"
rm -rf "${root:?}/var/lib/mcelog" "$root/$archive/7710377804344"/dmesg-*
expect 0 run_mcelog --harvest --keep-erst
expect_events 3
event 2026-11-20T22:03:47
has '"sources":["erst","pstore","kmsg"]'

step "the daemon takes them at its start, and a harvest finds nothing more"
make_previous
start_daemon
wait_events 3
stop_daemon 0
expect_events 3
expect 0 run_mcelog --harvest
in_text "harvested: 0 new, 0 of known errors" "$log"
[ "$(find "$root/$live" -name 'dmesg-*' | wc -l)" -eq 5 ] || fail "a log in pstore is gone"

step "crash dumps: the slim one and a copy of it, one that is compressed, one being written"
make_root
printf 'cpu  1 2\nbtime 1795300000\n' >"$root/proc/stat"
mkdir -p "$root/var/crash/202611211016" "$root/var/crash/127.0.0.1-2026-11-21-10:16:40"
cp "$tests/golden/vmcore/slim-6.1" "$root/var/crash/202611211016/dump.202611211016"
cp "$tests/golden/vmcore/slim-6.1" "$root/var/crash/127.0.0.1-2026-11-21-10:16:40/vmcore"
cp "$tests/golden/vmcore/slim-6.1" "$root/var/crash/202611211016/dump-incomplete"
: >"$root/var/crash/dump.202611211015.gz"
expect 0 run_mcelog --harvest
in_text "harvested: 4 new, 0 of known errors" "$log"
lines 1 "vmcore: /var/crash/dump.202611211015.gz: compressed, not read" "$log"
in_text "vmcore: /var/crash/202611211016/dump.202611211016: crashed by a hardware error, no memory dump kept: Fatal machine check" "$log"
expect_events 4
event 2026-11-21T10:16:25
has '"sources":["vmcore"]'
has '"severity":"corrected"'
events | grep '"severity":"fatal"' >"$dir/event"
has '"time":"2026-11-21T10:16:36'
expect 0 run_mcelog --harvest
in_text "harvested: 0 new, 0 of known errors" "$log"

step "sources turned off"
make_previous
expect 0 run_mcelog --harvest --keep-erst --disable-source erst,kmsg,kdump
expect_events 2
event 2026-11-20T22:03:47
has '"sources":["pstore"]'

# ghes PREFIX NUMBER: a corrected memory error of one module
ghes() {
	printf '%s{%d}[Hardware Error]: Hardware error from APEI Generic Hardware Error Source: 4\n' "$1" "$2"
	printf '%s{%d}[Hardware Error]: event severity: corrected\n' "$1" "$2"
	printf '%s{%d}[Hardware Error]:  Error 0, type: corrected\n' "$1" "$2"
	printf '%s{%d}[Hardware Error]:   section_type: memory error\n' "$1" "$2"
	printf '%s{%d}[Hardware Error]:   physical_address: 0x0000000012345000\n' "$1" "$2"
	printf '%s{%d}[Hardware Error]:   DIMM location: CPU 2 DIMM 30 \n' "$1" "$2"
}

step "what firmware reported: an hour later the same is another one, in a copy it is not"
make_root
printf 'cpu  1 2\nbtime 1795215000\n' >"$root/proc/stat"
mkdir -p "$root/dev" "$root/var/crash/1" "$root/var/crash/2"
{
	ghes "4,100,40000000,-;" 1
	ghes "4,200,3640000000,-;" 2
	echo '6,300,3700000000,-;[Hardware Error]: event severity: fatal'
} >"$root/dev/kmsg"
{
	echo '[    1.000000] rtc_cmos 00:05: setting system clock to 2026-11-20T22:03:42 UTC (1795212222)'
	ghes '[   10.000000] ' 1
} >"$root/var/crash/1/dmesg.txt"
{
	cat "$root/var/crash/1/dmesg.txt"
	ghes '[   20.000000] ' 2 | sed 's/corrected/fatal/'
} >"$root/var/crash/2/dmesg.txt"
expect 0 run_mcelog --harvest --keep-erst
expect_events 5
event 2026-11-20T22:50:40
has '"sources":["kmsg"]'
has '"label":"CPU 2 DIMM 30"'
event 2026-11-20T23:50:40
event 2026-11-20T22:03:51
has '"sources":["vmcore"]'
has '"severity":"corrected"'
has '"replayed":true'
event 2026-11-20T22:04:01
has '"severity":"fatal"'
events | grep -qF '"mca":"Error of unknown type"' || fail "no event of what was cut off: $(events)"
events >"$dir/first"
expect 0 run_mcelog --harvest --keep-erst
expect_events 5
in_text "harvested: 0 new, 0 of known errors" "$log"
events | cmp -s - "$dir/first" || fail "the events are others now"

step "--pstore-clear erases what is stored: records, what firmware reported, how it ended"
make_previous
for name in ghes-memory ghes-processor ghes-other; do
	{
		echo "Panic#1 Part1"
		cat "$tests/golden/text/input/$name.txt"
		echo "[  900.000000] Kernel panic - not syncing: Fatal hardware error!"
	} >"$root/$live/dmesg-$name-0"
done
expect 0 run_mcelog --harvest --keep-erst --pstore-clear
[ "$(find "$root/$live" -name 'dmesg-*' | wc -l)" -eq 8 ] || fail "--keep-erst keeps nothing"
events | grep -qF '"label":"CPU 2 DIMM 30"' || fail "nothing that firmware reported: $(events)"
expect 0 run_mcelog --harvest --pstore-clear
in_text "harvested: 0 new, 0 of known errors" "$log"
find "$root/$live" -name 'dmesg-*' | grep . && fail "not all were erased"
[ "$(find "$root/$archive" -name 'dmesg*' | wc -l)" -eq 4 ] || fail "the archive was touched"
expect 0 run_mcelog --harvest
in_text "harvested: 0 new, 0 of known errors" "$log"

step "files that are none"
make_previous
: >"$root/$live/dmesg-efi-1"
printf '\377\377no deflate' >"$root/$live/dmesg-erst-9.enc.z"
mkfifo "$root/var/crash/dmesg.txt"
head -c 300000 /dev/urandom >"$root/$live/dmesg-ramoops-0"
expect 0 run_mcelog --harvest --keep-erst
expect_events 3
lines 1 "pstore: /$live/dmesg-efi-1: empty" "$log"
lines 1 "pstore: /$live/dmesg-erst-9.enc.z: " "$log"
lines 1 "kdump: /var/crash/dmesg.txt: not a regular file" "$log"

# boots: what mce-report says of them, in UTC
boots() {
	"$report" boots --db "$db"
}

# part NAME UPTIME WORDS: a kernel log that ends in a panic
part() {
	{
		echo "Panic#1 Part1"
		echo "<6>[    0.500000] x"
		echo "<0>[$2] Kernel panic - not syncing: $3"
	} >"$root/$live/$1"
}

step "panics in a row are one each"
make_root
TZ=UTC
export TZ
printf 'cpu  1 2\nbtime 1795277000\n' >"$root/proc/stat"
mkdir -p "$root/$live" "$root/$archive"
part dmesg-efi_pstore-179521300001001 "   40.000001" "VFS: Unable to mount root fs"
part dmesg-efi_pstore-179521303501001 "   12.000001" "sysrq triggered crash"
part dmesg-efi_pstore-179521306801001 "   11.000001" "Hard LOCKUP"
expect 0 run_mcelog --harvest
expect 0 boots
lines 3 "A crash in a boot that is not known" "$log"
for words in "VFS: Unable to mount root fs" "sysrq triggered crash" "Hard LOCKUP"; do
	in_text "    panic: $words" "$log"
done

step "a place that is gone is not told of"
mv "$root/$live/"* "$root/$archive/"
expect 0 run_mcelog --harvest
in_text "harvested: 0 new, 0 of known errors" "$log"
expect 0 boots
lines 0 "/$live/" "$log"
lines 3 "    told by pstore: /$archive/dmesg-efi_pstore-1795213" "$log"
mv "$root/$archive/"* "$root/$live/"
expect 0 run_mcelog --harvest
expect 0 boots
lines 3 "    told by pstore: /$archive/dmesg-efi_pstore-1795213" "$log"

step "the first of them ended the boot that had been up for as long"
rm -r "$root$state"
mkdir -p "$root$state"
mv "$root/$live" "$dir/live"
mkdir "$root/$live"
expect 0 run_mcelog --harvest
sqlite3 "$db" "INSERT INTO boot (id, began_us)
	VALUES ('bb111111111111111111111111111111', 1795212960000000)"
rmdir "$root/$live"
mv "$dir/live" "$root/$live"
expect 0 run_mcelog --harvest
expect 0 boots
in_text " bb111111 2026-11-20 22:16:00 +0000 2026-11-20 22:16:40 +0000 panic" "$log"
in_text "     panic: VFS: Unable to mount root fs" "$log"
lines 2 "A crash in a boot that is not known" "$log"

step "log and dump of one directory are one crash, whatever the log knows of the time"
make_root
printf 'cpu  1 2\nbtime 1795300000\n' >"$root/proc/stat"
mkdir -p "$root/var/crash/1" "$root/var/crash/202611211016" "$root/var/crash/202611201016"
cp "$tests/golden/vmcore/kdump-6.1" "$root/var/crash/1/vmcore"
echo "[   25.000000] Kernel panic - not syncing: hung_task" >"$root/var/crash/1/vmcore-dmesg.txt"
# no dump that can be read: the date confirms the file's time, or does not
echo "[   26.000000] Kernel panic - not syncing: Oops" >"$root/var/crash/202611211016/dmesg.202611211016"
echo "[   27.000000] Kernel panic - not syncing: sysrq" >"$root/var/crash/202611201016/dmesg.202611201016"
touch -d @1795256220 "$root/var/crash/202611211016/dmesg.202611211016" \
	"$root/var/crash/202611201016/dmesg.202611201016"
expect 0 run_mcelog --harvest
expect 0 boots
lines 3 "A crash in a boot that is not known" "$log"
lines 1 "    panic: hung_task" "$log"
lines 2 "    told by vmcore: /var/crash/1/vmcore" "$log"
lines 1 "told by vmcore: /var/crash/202611211016/dmesg.202611211016, 2026-11-21 10:17:00 +0000" "$log"
lines 1 "told by vmcore: /var/crash/202611201016/dmesg.202611201016, unknown" "$log"

step "the fatal error of a crash is told with it"
make_previous
expect 0 run_mcelog --harvest --keep-erst
expect 0 boots
lines 3 "A crash in a boot that is not known" "$log"
lines 0 "A fatal error in a boot that is not known" "$log"
lines 2 "    Fatal internal error: " "$log"

finish
