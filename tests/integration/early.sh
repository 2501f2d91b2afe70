#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# A harvest before the file system of the database is there: copies, which are taken later.
# shellcheck disable=SC2119 source=tests/integration/lib.sh
. "${MCELOG_TEST_SRCDIR:-.}/tests/integration/lib.sh"

live=sys/fs/pstore
kept=run/mcelog/harvest
record=mce-erst-7710377804344328193

make_early() {
	make_root
	printf 'cpu  1 2\nbtime 1795215000\n' >"$root/proc/stat"
	mkdir -p "$root/$live" "$root/etc" "$root/proc/self"
	cp "$tests/golden/erst/$record" "$tests"/golden/pstore/dmesg-erst-77103778* "$root/$live/"
	chmod -R u+w "$root/$live"
	echo "/dev/vdb /var/lib ext4 defaults 0 2" >"$root/etc/fstab"
	echo "25 1 254:1 / / rw - ext4 /dev/vda1 rw" >"$root/proc/self/mountinfo"
}

expect_files() { # DIRECTORY N
	n=$(find "$root/$1" -type f | wc -l)
	[ "$n" -eq "$2" ] || fail "$n files in $1, not $2"
}

step "nothing is mounted yet"
make_early
rm -rf "${root:?}/var"
expect 0 run_mcelog --harvest
in_text "/var/lib/mcelog: nothing is mounted on /var/lib yet" "$log"
in_text "4 files of /sys/fs/pstore copied to /run/mcelog/harvest" "$log"
expect_files "$kept" 4
expect_files "$live" 4
[ ! -e "$root/var" ] || fail "something was made below the mount point"

step "it is mounted, and systemd-pstore has deleted all"
echo "26 25 254:16 / /var/lib rw - ext4 /dev/vdb rw" >>"$root/proc/self/mountinfo"
rm "$root/$live"/*
mkdir -p "$root/var/lib/mcelog"
start_daemon
wait_events 1
stop_daemon 0
in_text "erst: 1 record in /run/mcelog/harvest" "$log"
in_text "pstore: 3 log parts in /run/mcelog/harvest" "$log"
events >"$dir/event"
in_text '"sources":["erst","pstore"]' "$dir/event"
in_text '"severity":"fatal"' "$dir/event"
expect_events 1

step "harvest again: nothing new, and the copies stay"
expect 0 run_mcelog --harvest
in_text "harvested: 0 new, 0 of known errors" "$log"
expect_events 1
expect_files "$kept" 4

step "with the originals there as well, and with a new database"
cp "$root/$kept"/* "$root/$live/"
mkdir -p "$root/var/lib/systemd/pstore"
cp "$root/$kept"/* "$root/var/lib/systemd/pstore/"
expect 0 run_mcelog --harvest
expect_events 1
rm -rf "${root:?}/var/lib/mcelog"
expect 0 run_mcelog --harvest
expect_events 1
events >"$dir/event"
in_text '"sources":["erst","pstore"]' "$dir/event"

step "nothing to keep"
make_early
rm -r "${root:?}/$live"
expect 0 run_mcelog --harvest
in_text "nothing is mounted on /var/lib yet" "$log"

step "neither the database nor a copy"
make_early
rm -rf "${root:?}/run"
: >"$root/run"
expect 1 run_mcelog --harvest
in_text "/sys/fs/pstore: not copied to /run/mcelog/harvest: " "$log"
expect_files "$live" 4

step "the state directory is a file: that is a fault, and the evidence is copied"
make_early
rm "$root/etc/fstab"
rm -rf "${root:?}/var/lib/mcelog"
: >"$root/var/lib/mcelog"
expect 1 run_mcelog --harvest
in_text "/var/lib/mcelog: cannot be made" "$log"
expect_files "$kept" 4
expect_files "$live" 4

finish
