#!/bin/bash
# All of ERST through /dev/erst_dbg, on the kernel that has it: what a panic left is listed, shown
# and harvested once, though pstore shows it, too; it is erased when that is wanted; what others
# wrote stays; and a store that is full to the last record. Four boots.
set -euo pipefail
# shellcheck source=../lab.sh
. "$(dirname "$0")/../lab.sh"

# bytes HEX: as they are written
guest_bytes() {
	local i

	for ((i = 0; i < ${#1}; i += 2)); do
		printf '%b' "\\x${1:i:2}"
	done
}

guest_le() { # NUMBER BYTES
	local i

	for ((i = 0; i < $2; i++)); do
		printf '%b' "\\x$(printf %02x $((($1 >> 8 * i) & 255)))"
	done
}

guest_zeros() { # BYTES
	head -c "$1" /dev/zero
}

guest_creator() { # linux|fmpm|foreign
	case $1 in
	linux) guest_bytes e374a5755250294b8a8ebe2c6490b89d ;;
	fmpm) guest_bytes 93295ccdb2f4b241b5d4f9c3a0330875 ;;
	foreign) guest_bytes ac3ffa6180cb92428294bfdb643b1de1 ;;
	esac
}

# A record with one corrected memory error at an address (UEFI N.2.5), written in one piece.
guest_put() { # ID CREATOR ADDRESS
	{
		printf CPER
		guest_bytes 0001ffffffff01000000000000000000
		guest_le 280 4
		guest_zeros 40
		guest_creator "$2"
		guest_zeros 16
		guest_le "$1" 8
		guest_zeros 24
		guest_le 200 4
		guest_le 80 4
		guest_bytes 0001000001000000
		guest_bytes 1411bca5646fde4eb8633e83ed7c83b1
		guest_zeros 16
		guest_le 2 4
		guest_zeros 20
		guest_le $((0x4002)) 8
		guest_zeros 8
		guest_le "$3" 8
		guest_zeros 48
		guest_le 2 8
	} >/tmp/record
	dd if=/tmp/record of=/dev/erst_dbg bs=16384 count=1 status=none
}

guest_count() {
	mcelog --erst | sed -n 's/ records\{0,1\}, .*//p'
}

guest_crash() {
	mcelog_installed || fail "mcelog is not installed"
	guest_panic 0x12345000
}

# The daemon runs, so that the store knows the boot.
guest_panic() { # ADDRESS
	inject_setup || fail "no mce-inject"
	check "start" mcelog_start
	boot_id >$OUT/boot
	fatal_panic "$1"
}

guest_second() { # BOOT
	local id

	mcelog_installed
	inject_setup
	mcelog --erst
	t_begin "--erst: what the panic left is listed and shown"
	check "the device" test -c /dev/erst_dbg
	id=$(mcelog --erst | sed -n 's/ .*machine check, Linux$//p')
	check_eq "the ID is that of pstore" "/sys/fs/pstore/mce-erst-$id" "$(flash_record)"
	check "shown" mcelog --erst show "$id"
	check_eq "its registers" "$(mcelog --erst show "$id" --json | jq -r "$EVENT_JQ"' "\(.bank) \(.status|reg) \(.addr|reg)"')" \
		"3 fe00000000800400 0000000012345000"
	t_end

	t_begin "pstore and /dev/erst_dbg: one delivery of one error, left where it is"
	check "harvest" mcelog --harvest --keep-erst
	check_fatal 1 "$1" 0000000012345000
	check_eq "events" "$(report_count)" 1
	check_eq "deliveries by ERST" \
		"$(sqlite3 -readonly $DB "SELECT count(*) FROM delivery WHERE key LIKE 'erst:%'")" 1
	check "harvest without pstore" mcelog --harvest --disable-source erst,pstore
	check_eq "events" "$(report_count)" 1
	check_eq "still there" "$(mcelog --erst | grep -c 'machine check')" 1
	t_end

	t_begin "/dev/erst_dbg: records of others are taken and stay, but for the poison manager's"
	check "memory error" guest_put $((0x6b00c2bc00000077)) linux 0x11111000
	check "poison manager" guest_put 17 fmpm 0x22222000
	check "foreign" guest_put 18 foreign 0x33333000
	mcelog --erst
	check_eq "listed" "$(mcelog --erst | grep -c 'memory error')" 3
	check "harvest, erase" mcelog --harvest --erst-clear --disable-source erst,pstore
	check_eq "memory errors" "$(report_count '.class == "memory"')" 2
	check_eq "machine checks left" "$(mcelog --erst | grep -c 'machine check')" 0
	check_eq "others left" "$(mcelog --erst | grep 'memory error' | cut -d ' ' -f 1 | xargs)" "17 18"
	check_not "clear of the poison manager's" mcelog --erst clear 17 --force
	check_not "clear of a foreign one" mcelog --erst clear 18
	check "clear by force" mcelog --erst clear 18 --force
	check_eq "what is left of others" "$(mcelog --erst | grep 'memory error' | cut -d ' ' -f 1)" 17
	check "clear all" mcelog --erst clear all
	check_eq "left" "$(guest_count)" 1
	t_end
	guest_fill
}

# To the last slot, with records of Linux, so that all of them can be harvested.
guest_fill() {
	local n=0

	t_begin "--erst: a store that is full"
	while ((n < 20)) && guest_put $((0x6b00c2bd00000001 + n)) linux $((0x40000000 + (n << 12))) \
		2>/tmp/full; do
		n=$((n + 1))
	done
	cat /tmp/full
	check_eq "room for" "$n" 6
	check_eq "listed" "$(guest_count)" 7
	t_end
	boot_id >$OUT/boot
	fatal_panic 0x56789000
}

# The panic found no room: what it left is not there, and what was there is.
guest_full() { # BOOT
	mcelog_installed
	t_begin "a panic with a full store: six errors from before, none of the panic"
	mcelog --erst
	check_eq "records" "$(guest_count)" 7
	check_eq "of the panic" "$(mcelog --erst | grep -c 'machine check')" 0
	check "harvest" mcelog --harvest --erst-clear --disable-source erst
	check_eq "memory errors" "$(report_count '.class == "memory"')" 8
	check_eq "fatal errors" "$(report_count "$FATAL")" 1
	check_eq "room again" "$(guest_count)" 1
	t_end
	guest_panic 0x9abcd000
}

guest_last() { # BOOT
	mcelog_installed
	t_begin "and the panic after that is kept again"
	mcelog --erst
	check_eq "of the panic" "$(mcelog --erst | grep -c 'machine check')" 1
	check "harvest" mcelog --harvest
	check_fatal 2 "$1" 000000009abcd000
	t_end
}

lab_init erst-dbg
lab_need lab
lab_new_disk "$LAB_DIR/disk"
lab_new_erst "$LAB_DIR/erst" 64K # room for seven records
set -- --kernel lab --cpu intel --smp 1 --disk "$LAB_DIR/disk" --erst "$LAB_DIR/erst"
lab_boot "$@" --panic guest_crash || exit 0
lab_boot "$@" --panic guest_second "$(cat "$LAB_LAST/out/boot")" || exit 0
lab_boot "$@" --panic guest_full "$(cat "$LAB_LAST/out/boot")" || exit 0
lab_boot "$@" guest_last "$(cat "$LAB_LAST/out/boot")" || :
