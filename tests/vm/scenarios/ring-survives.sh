#!/bin/bash
# A trace instance in memory that the kernel keeps over a warm reset: the corrected errors that led
# up to a crash, which no daemon could store any more, are in the next boot's report, each once and
# at their times. With the event turned on by the daemon, and by the kernel command line.
set -euo pipefail
# The stock kernel of Debian 12 is too old for it.
: "${MCELOG_VM_PACKAGE:=linux-image-6.12-amd64}"
# shellcheck source=../lab.sh
. "$(dirname "$0")/../lab.sh"

NAME="corrected errors before a crash, from a trace ring that survived it"

# Runs in either boot.
guest_main() { # COUNT-THAT-THE-KERNEL-KEEPS TEST
	CORRECTED='.severity != "fatal"'
	# Some are in the kernel log, too, and so in pstore, whether or not the ring has them.
	KEPT='.severity != "fatal" and .replayed and (.sources | index("trace") != null)'
	mcelog_installed || fail "mcelog is not installed"
	inject_setup || fail "no mce-inject"
	if [ ! -e $OUT/boot ]; then
		guest_first
	else
		guest_second "$@"
	fi
}

# Ten errors are stored as usual; what comes then stays in the ring, as in a machine that is about
# to go down.
guest_first() {
	boot_id >$OUT/boot
	mcelog_start
	inject_mixed 10 | injected_events >$OUT/injected
	wait_for 30 report_has 10 || :
	systemctl kill -s STOP mcelog.service
	date +%s >$OUT/since
	inject_mixed 50 20 | injected_events >>$OUT/injected
	sleep 2
	date +%s >$OUT/until
	sync
	fatal_panic 0x12345000
}

guest_report_lines() { # FILE [JQ-CONDITION]
	jq -r "$EVENT_JQ select(${2:-true}) | line" $OUT/report.json >"$1"
}

# What is there is what was injected, the first ten and those that the ring kept; nothing is twice.
guest_check_corrected() { # COUNT-OF-KEPT
	report_json >$OUT/report.json
	guest_report_lines $OUT/live "$CORRECTED and (.replayed | not)"
	guest_report_lines $OUT/kept "$KEPT"
	head -n 10 $OUT/injected >$OUT/live.expected
	sed -n "11,$((10 + $1))p" $OUT/injected >$OUT/kept.expected
	check_same "stored in the boot that crashed" $OUT/live $OUT/live.expected
	check_same "kept in the ring" $OUT/kept $OUT/kept.expected
}

# The seconds that records are stamped with lag behind while a machine without KVM is starved.
guest_check_of_boot() { # BOOT COUNT-OF-KEPT
	local since until

	since=$(cat $OUT/since) until=$(cat $OUT/until)
	check_eq "of the boot that crashed" "$(jq -r "select($KEPT) |
		.boot_id | gsub(\"-\"; \"\")" $OUT/report.json | sort | uniq -c | sed 's/^ *//')" "$2 $1"
	check_eq "at the times when they happened" "$(jq -c "select($KEPT and
		.time_us >= ($since - 5) * 1000000 and .time_us < ($until + 1) * 1000000 and
		.ring_time_us == null)" $OUT/report.json | wc -l)" "$2"
}

guest_second() { # COUNT-OF-KEPT TEST
	local boot n

	boot=$(cat $OUT/boot)
	# what lies between the addresses of the two kernels; 0 where nothing was there before
	if grep -q '^text delta:[[:space:]]*0$' $TRACING/instances/*/last_boot_info; then
		: >$OUT/no-ring
		return 0
	fi
	t_begin "$2"
	cat $TRACING/instances/*/last_boot_info
	check "start" mcelog_start
	check_fatal 1 "$boot" 0000000012345000
	check "stored in time" wait_for 30 report_has "$1" "$KEPT"
	guest_check_corrected "$1"
	guest_check_of_boot "$boot" "$1"
	check_eq "nothing is lost" "$(sqlite3 -readonly $DB 'SELECT * FROM lost')" ""

	# this boot's errors go on in the same ring, and are its own
	mcelog_stop
	n=$(report_count)
	inject sw 0 7 0x8c00004000010090 0x77777000 0x8c
	check "start again" mcelog_start
	check "this boot's error" wait_for 30 report_has 1 '.addr == "0x0000000077777000"'
	check_eq "is no old one" "$(report_json | jq -r 'select(.addr == "0x0000000077777000") |
		"\(.replayed) \(.boot_id | gsub("-"; ""))"')" "false $(boot_id)"
	check_harvest_again $((n + 1))
	t_end
}

# The kernel puts itself at random, and may do so over the ring of the boot before, which then is
# somewhere else and empty. That is nothing to be tested.
run_boots() { # INSTANCE COUNT-OF-KEPT TEST
	local try

	for try in 1 2 3; do
		lab_new_disk "$LAB_DIR/disk"
		lab_new_erst "$LAB_DIR/erst"
		lab_boot --cpu intel --smp 1 --disk "$LAB_DIR/disk" --erst "$LAB_DIR/erst" --warm \
			--timeout 400 \
			--append "reserve_mem=4M:4096:trace trace_instance=$1" guest_main "$2" "$3" || :
		[ -e "$LAB_LAST/out/no-ring" ] || return 0
		echo "try $try: the second boot found no ring"
	done
	t_skip "$3" "three times another kernel lay over the ring"
}

lab_init ring-survives
lab_need debian
release=${LAB_IMAGE_debian##*/vmlinuz-}
if [ "$(printf '%s\n' 6.12 "$release" | sort -V | head -n 1)" != 6.12 ]; then
	t_skip "$NAME" "Linux $release keeps no ring"
	exit 0
fi
run_boots mcelog@trace 50 "$NAME"
# The first event of the new boot, the leftover bank, overwrites the page that was being written:
# 21 of the 50 errors stand in the page before, behind the first ten.
run_boots boot_mce@trace,mce:mce_record 21 "$NAME, turned on by the kernel"
