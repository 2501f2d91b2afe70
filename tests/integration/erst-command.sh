#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# mcelog --erst: what lies in firmware's store is listed, shown and erased; what is not ours stays.
# And what a harvest makes of it.
# shellcheck disable=SC2119 source=tests/integration/lib.sh
. "${MCELOG_TEST_SRCDIR:-.}/tests/integration/lib.sh"

real=$tests/golden/cper/real
first=7710377589595963393
second=7710377804344328193
live=sys/fs/pstore
linux=e374a5755250294b8a8ebe2c6490b89d
fmpm=93295ccdb2f4b241b5d4f9c3a0330875
foreign=ac3ffa6180cb9242 # and eight zeros
memory=1411bca5646fde4eb8633e83ed7c83b1

# bytes HEX: as they are written
bytes() {
	digits=$1
	while [ -n "$digits" ]; do
		rest=${digits#??}
		# shellcheck disable=SC2059
		printf "$(printf '\\%03o' "0x${digits%"$rest"}")"
		digits=$rest
	done
}

# A memory error as in UEFI N.2.5: corrected, at 0x12345000, single-bit
make_memory() {
	le 0000000000004002 0000000000000000 0000000012345000
	head -c 48 /dev/zero
	le 02
	head -c 7 /dev/zero
}

# put_device FILE: one more record of the device, which gives one at each read
put_device() {
	mkdir -p "$root/dev"
	cat "$1" /dev/zero | head -c 16384 >>"$root/dev/erst_dbg"
}

# make_record ID CREATOR: a memory error of that creator
make_record() {
	make_memory >"$dir/body"
	printf CPER
	le 0100 ffffffff 0001 00000001 00000000 00000118
	head -c 40 /dev/zero
	bytes "$2"
	head -c 16 /dev/zero
	le "$1" 00000000
	head -c 20 /dev/zero
	le 000000c8 00000050 0100 00 00 00000001
	bytes "$memory"
	head -c 16 /dev/zero
	le 00000002
	head -c 20 /dev/zero
	cat "$dir/body"
}

make_pstore() {
	make_root
	mkdir -p "$root/$live"
	cp "$tests/golden/erst/mce-erst-$first" "$root/$live/"
	make_memory >"$root/$live/cper-mem-erst-$second"
	printf 'Panic#1 Part1\n<0>[ 1.0] Kernel panic\033[31m\n' >"$root/$live/dmesg-erst-7710377589595963394"
	echo "other" >"$root/$live/dmesg-efi-1"
	chmod -R u+w "$root/$live"
}

make_device() {
	make_pstore
	put_device "$real/mce-6.1.cper"
	put_device "$real/dmesg-6.1.cper"
	make_record 0000000000000011 "$foreign"0000000000000000 >"$dir/record"
	put_device "$dir/record"
	make_record 0000000000000012 $fmpm >"$dir/record"
	put_device "$dir/record"
	make_record 6b00c2bc00000005 $linux >"$dir/record"
	put_device "$dir/record"
}

step "list, of pstore"
make_pstore
expect 0 run_mcelog --erst
in_text "3 records, " "$log"
in_text "in /sys/fs/pstore" "$log"
in_text "$first   2026-11-20T" "$log"
lines 1 "machine check, Linux" "$log"
lines 1 "memory error, Linux" "$log"
lines 1 "kernel log, Linux" "$log"
cp "$log" "$dir/list"
expect 0 run_mcelog --erst list
cmp -s "$log" "$dir/list" || fail "list is something else"
[ ! -e "$db" ] || fail "--erst made a database"

step "show, of pstore"
expect 0 run_mcelog --erst show $first
lines 1 "Record $first, " "$log"
in_text "STATUS fe00000000800400" "$log"
expect 0 run_mcelog --erst show
lines 3 "Record " "$log"
in_text "Kernel panic?[31m" "$log"
expect 0 run_mcelog --erst show --json
lines 2 '"schema":"mce-event/1"' "$log"
lines 0 "Record " "$log"
expect 1 run_mcelog --erst show 17
in_text "record 17: /sys/fs/pstore has none" "$log"

step "clear, of pstore"
expect 0 run_mcelog --erst clear $first
in_text "record $first, machine check: erased" "$log"
[ ! -e "$root/$live/mce-erst-$first" ] || fail "it is still there"
[ -e "$root/$live/cper-mem-erst-$second" ] || fail "another one is gone"
expect 1 run_mcelog --erst clear $first $second
in_text "record $first: /sys/fs/pstore has none" "$log"
in_text "record $second, memory error: erased" "$log"
expect 0 run_mcelog --erst clear all
in_text "1 record erased, 0 of others kept" "$log"
[ "$(ls "$root/$live")" = dmesg-efi-1 ] || fail "left: $(ls "$root/$live")"

step "another backend than ERST"
for verb in list show "clear all"; do
	# shellcheck disable=SC2086
	expect 1 run_mcelog --erst $verb
	lines 1 "ERST cannot be read here: /sys/fs/pstore has a file dmesg-efi-1, which is not ERST's" \
		"$log"
	lines 0 "0 records" "$log"
done
rm "$root/$live/dmesg-efi-1"
expect 0 run_mcelog --erst
in_text "0 records, 0 bytes, in /sys/fs/pstore" "$log"
expect 0 run_mcelog --erst show
in_text "no records in /sys/fs/pstore" "$log"
mkdir -p "$root/sys/module/pstore/parameters"
echo ramoops >"$root/sys/module/pstore/parameters/backend"
expect 1 run_mcelog --erst
in_text "/sys/fs/pstore has the backend ramoops, which is not ERST's, and /dev/erst_dbg: No such" "$log"
echo erst >"$root/sys/module/pstore/parameters/backend"
expect 0 run_mcelog --erst

step "show judges as a harvest does, and says the same of what is cut off"
make_pstore
head -c 40 "$root/$live/cper-mem-erst-$second" >"$dir/short"
cp "$dir/short" "$root/$live/cper-mem-erst-$second"
expect 0 run_mcelog --erst show $second
in_text "firmware_severity: Fatal (0x1)" "$log"
in_text "SEVERITY fatal" "$log"
grep "are too few for a memory error, which has 73; the rest is taken" "$log" >"$dir/said" ||
	fail "it is not said: $(cat "$log")"
lines 0 "cannot be read" "$log"
expect 0 run_mcelog --harvest --disable-source pstore
in_text "$(cat "$dir/said")" "$log"
expect 0 "$report" --db "$db" list -o json
lines 2 '"severity":"fatal"' "$log"

step "files with other names of the same kind"
make_pstore
rm "$root/$live"/*
make_memory >"$root/$live/cper-foo-erst-11"
make_record 000000000000000c $linux >"$root/$live/cper-bar-erst-12"
echo x >"$root/$live/mce-erst-abc"
echo x >"$root/$live/cper-foo-erst-"
expect 1 run_mcelog --erst
in_text "2 records, " "$log"
for name in mce-erst-abc cper-foo-erst-; do
	lines 1 "$live/$name: its name does not end in the ID of a record" "$log"
done
expect 0 run_mcelog --harvest
for name in mce-erst-abc cper-foo-erst-; do
	lines 1 "$live/$name: its name does not end in the ID of a record; left where it is" "$log"
done
in_text "harvested: 2 new" "$log"
[ "$(ls "$root/$live")" = "$(printf 'cper-foo-erst-\nmce-erst-abc')" ] ||
	fail "left: $(ls "$root/$live")"
expect 0 "$report" --db "$db" list -o json
lines 2 '"addr":"0x0000000012345000"' "$log"
# the file's own header has the severity
lines 1 '"severity":"fatal"' "$log"
lines 1 '"severity":"corrected"' "$log"

step "times"
make_root
make_record ffffffffffffffff $linux >"$dir/record"
put_device "$dir/record"
make_record 0000000000000011 "$foreign"0000000000000000 >"$dir/record"
printf '\002' | dd of="$dir/record" bs=1 seek=16 conv=notrunc 2>/dev/null
# 2026-11-14, exact, 10:16:36, as decimal digits
printf '\066\026\020\001\024\021\046\040' |
	dd of="$dir/record" bs=1 seek=24 conv=notrunc 2>/dev/null
put_device "$dir/record"
expect 0 run_mcelog --erst
in_text "18446744073709551615  -  " "$log"
in_text "17                    2026-11-14T10:16:36Z  " "$log"

step "the device"
make_device
expect 0 run_mcelog --erst
in_text "5 records, " "$log"
in_text "in /dev/erst_dbg" "$log"
lines 1 "memory error, Linux, memory poison manager" "$log"
lines 1 "memory error, 61fa3fac-cb80-4292-0000-000000000000" "$log"
lines 1 "kernel log, Linux" "$log"
expect 0 run_mcelog --erst show 17
in_text "Record 17, -, 16384 bytes" "$log"
expect 0 run_mcelog --erst show
[ "$(grep -c '^Record [0-9]' "$log")" -eq 5 ] || fail "not 5 records: $(cat "$log")"
in_text "Part1" "$log"

step "what must not be erased"
expect 1 run_mcelog --erst clear 17 18
in_text "record 17, of 61fa3fac-cb80-4292-0000-000000000000: not erased: Linux did not" "$log"
in_text "record 18, of Linux, memory poison manager: not erased: the kernel needs it" "$log"
expect 1 run_mcelog --erst clear --force 17 18
in_text "record 17: cannot be erased: Inappropriate ioctl" "$log" # it is a file
in_text "record 18, of Linux, memory poison manager: not erased: the kernel needs it" "$log"
expect 1 run_mcelog --erst clear all
in_text "0 records erased, 2 of others kept" "$log"
lines 3 "cannot be erased: Inappropriate ioctl" "$log"

step "records that are none"
make_device
echo garbage >"$dir/record"
put_device "$dir/record"
expect 1 run_mcelog --erst
in_text "5 records, " "$log"
in_text "/dev/erst_dbg: record 6, 16384 bytes: not a CPER record" "$log"

step "usage"
expect 1 run_mcelog --erst clear
in_text "--erst clear: list, show [ID...], clear ID... or clear all is wanted" "$log"
expect 1 run_mcelog --erst wipe
in_text "--erst wipe: list, show" "$log"
expect 1 run_mcelog --erst clear 1x
in_text "--erst clear 1x: not the ID of a record" "$log"
expect 1 run_mcelog --erst list 1
expect 1 run_mcelog --erst --json
make_root
expect 1 run_mcelog --erst
in_text "/dev/erst_dbg: No such file or directory, /sys/fs/pstore: No such file" "$log"

step "a harvest takes no arguments"
make_device
expect 1 run_mcelog --harvest foo
lines 1 "foo: --harvest takes no file or device" "$log"
expect 1 run_mcelog --harvest --json
lines 1 "--json: not with --harvest" "$log"
[ ! -e "$db" ] || fail "it harvested all the same"

step "a harvest has each error once, whoever shows it"
make_device
cp "$root/$live/cper-mem-erst-$second" "$dir/body"
make_record "$(printf %016x $second)" $linux >"$dir/record"
put_device "$dir/record" # what pstore shows as well
expect 0 run_mcelog --harvest --disable-source pstore
# pstore's two, of the device 6.1's machine check, the foreign one and Linux's memory error
expect_events 5
events >"$dir/first"
[ ! -e "$root/$live/cper-mem-erst-$second" ] || fail "the section is still in flash"
expect 0 run_mcelog --harvest --disable-source pstore
in_text "harvested: 0 new" "$log"
events | cmp -s - "$dir/first" || fail "the events are others now"

step "erst-clear"
expect 0 run_mcelog --harvest --disable-source pstore --erst-clear
lines 3 "cannot be erased: Inappropriate ioctl" "$log"
expect 0 run_mcelog --harvest --disable-source pstore --erst-clear --keep-erst
lines 0 "cannot be erased" "$log"

step "the boot error region"
make_root
mkdir -p "$root/sys/firmware/acpi/tables/data"
{
	le 00000000 00000000 00000000 00000098 00000001
	bytes "$memory"
	le 00000001 0300 00 00 00000050
	head -c 44 /dev/zero
	make_memory
	head -c 512 /dev/zero
} >"$root/sys/firmware/acpi/tables/data/BERT"
expect 0 run_mcelog --list-sources
in_text "tables/data/BERT, 684 bytes" "$log"
expect 0 run_mcelog --harvest
expect_events 1
events >"$dir/first"
in_text '"sources":["bert"]' "$dir/first"
in_text '"severity":"fatal"' "$dir/first"
expect 0 run_mcelog --harvest
in_text "harvested: 0 new" "$log"

finish
