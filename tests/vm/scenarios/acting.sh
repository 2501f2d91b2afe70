#!/bin/bash
# What is done because of errors, with the shipped configuration: pages and CPUs go offline,
# scripts run, clients ask. Two boots of a stock kernel, one of the kernel with /dev/mcelog.
set -euo pipefail
# shellcheck source=../lab.sh
. "$(dirname "$0")/../lab.sh"

# A Nehalem's bank 8 is its memory controller; MISC names channel 0 and DIMM 0, and, like SDM's,
# says that ADDR is a physical address.
guest_memory_error() { # ADDRESS
	inject sw 0 8 0x8c0000400001009f "$1" 0x8c
}

guest_first() {
	mcelog_installed || fail "mcelog is not installed"
	inject_setup || fail "no mce-inject"
	guest_scripts
	guest_page
	guest_names
	guest_restart
	guest_hung
	guest_hard
	guest_bad_config
	boot_id >$OUT/boot
}

# Its own word about what it was given, beside the shipped scripts.
guest_scripts() {
	local name

	for name in page-error-pre-sync-soft-trigger page-error-post-sync-soft-trigger \
		cache-error-trigger; do
		printf '{ echo "ARG=$1"; env; } >>/run/ran.%s\n' $name >/etc/mcelog/$name.local
		chmod 755 /etc/mcelog/$name.local
	done
}

# The address of a page that nobody uses: the kernel can always do without it.
guest_free_page() {
	guest_page_with 0x20000 14 '[4-7c-f]'
}

# One of the kernel's own, which it cannot do without
guest_slab_page() {
	guest_page_with 0x1000 15 '[89a-f]'
}

guest_page_with() { # FIRST-PFN DIGIT PATTERN: of the flags, as 16 hexadecimal digits
	local pfn=$(($1))

	od -An -v -w8 -tx8 -j $((pfn * 8)) /proc/kpageflags 2>/dev/null |
		awk -v pfn=$pfn -v digit="$2" -v pattern="$3" 'substr($1, digit, 1) ~ pattern {
			printf "0x%x\n", (pfn + NR - 1) * 4096; exit }'
}

guest_poisoned() { # ADDRESS: KPF_HWPOISON is bit 19
	[ $((16#$(od -An -tx8 -j $(($1 / 4096 * 8)) -N 8 /proc/kpageflags | tr -d ' ') >> 19 & 1)) = 1 ]
}

guest_client_has() {
	mcelog --client | grep -qF -- "$1"
}

guest_actions() {
	sqlite3 -readonly -separator ' ' $DB 'SELECT kind, target, state, result FROM action'
}

guest_action_has() {
	guest_actions | grep -qF -- "$1"
}

guest_page() {
	local page corrupted

	t_begin "shipped configuration: two corrected errors on one page take it offline"
	cat /etc/mcelog/mcelog.conf >$OUT/conf
	check "start" mcelog_start
	check "ping" mcelog --ping
	page=$(guest_free_page)
	echo "page $page"
	corrupted=$(awk '/^HardwareCorrupted/ { print $2 }' /proc/meminfo)
	guest_memory_error "$page"
	check "one error is counted" wait_for 15 guest_client_has "$(printf %x "$page"): total 1"
	check_not "not offline yet" guest_poisoned "$page"
	guest_memory_error "$page"
	check "the client says offline" wait_for 30 guest_client_has \
		"$(printf %x "$page"): total 2 seen \"2 in 24h\" offline triggered"
	check "the kernel says so" guest_poisoned "$page"
	check_eq "HardwareCorrupted" \
		"$(awk '/^HardwareCorrupted/ { print $2 }' /proc/meminfo)" $((corrupted + 4))
	check "stored" wait_for 5 guest_action_has "offline-page page $(printf %x "$page") done"
	guest_actions
	guest_check_environment page-error-pre-sync-soft-trigger "$page"
	guest_check_environment page-error-post-sync-soft-trigger "$page"
	check "threshold in the journal" wait_for 10 guest_journal MCE_ACTION=threshold PRIORITY=4
	check "offlining in the journal" wait_for 10 guest_journal MCE_ACTION=offline-page
	echo "$page" >$OUT/page
	mcelog --client | tee $OUT/client
	t_end
}

guest_journal() {
	[ "$(journalctl -q -o cat "$@" | wc -l)" -ge 1 ]
}

guest_check_environment() { # SCRIPT PAGE
	local line

	check "$1 ran" wait_for 10 test -s /run/ran."$1"
	for line in "ARG=$(($2))" "THRESHOLD=2 in 24h" TOTALCOUNT=2 CECOUNT=2 UCCOUNT=0 AGETIME=86400 \
		THRESHOLD_COUNT=2 "PATH=/sbin:/usr/sbin:/bin:/usr/bin" PWD=/etc/mcelog; do
		check "$1: $line" grep -qxF "$line" /run/ran."$1"
	done
	for line in MESSAGE LASTEVENT LOCATION; do
		check "$1: $line" grep -q "^$line=." /run/ran."$1"
	done
	check "$1: outside of the sandbox" guest_runner_is_free
}

guest_runner_is_free() {
	[ "$(systemctl show -P ProtectSystem mcelog-trigger.service)" = no ] &&
		[ "$(systemctl is-active mcelog-trigger.service)" = active ]
}

guest_names() {
	t_begin "the memory module has the name that the firmware gave it, and its errors"
	check "DMI name" guest_client_has 'DMI_NAME "NODE 0 CHANNEL 0 DIMM 0"'
	check "place" guest_client_has 'SOCKET 0 CHANNEL 0 DIMM 0'
	mcelog --client | sed -n '/DIMM 0/,/uncorr/p'
	check_eq "stored with its serial" \
		"$(sqlite3 -readonly $DB 'SELECT serial FROM dimm')" 1234
	t_end
}

guest_restart() {
	local page

	t_begin "counts and pages survive restarts, kill -9 too, and nothing is done twice"
	page=$(cat $OUT/page)
	rm -f /run/ran.*
	check "restart" systemctl restart mcelog.service
	check "still offline" wait_for 10 guest_client_has \
		"$(printf %x "$page"): total 2 seen \"2 in 24h\" offline triggered"
	kill -KILL "$(mcelog_property MainPID)"
	check "again" wait_for 20 guest_client_has "$(printf %x "$page"): total 2"
	guest_memory_error "$page"
	check "counted on" wait_for 15 guest_client_has "$(printf %x "$page"): total 3"
	sleep 1
	check_not "no script ran again" compgen -G '/run/ran.*'
	t_end
}

# The page trigger is not configured by mcelog; this is a script that never ends.
guest_hung() {
	t_begin "a script that hangs is killed, the next one runs, and nothing waits for it"
	printf '#!/bin/sh\n[ -e /run/hung ] && { echo ran >/run/next; exit; }\n: >/run/hung\nsleep 600\n' \
		>/etc/mcelog/hang
	chmod 755 /etc/mcelog/hang
	cp /etc/mcelog/mcelog.conf /run/conf
	sed -i -e 's/^memory-ce-log = yes/&\nmemory-ce-trigger = hang/' \
		-e 's/^\[trigger\]/&\ntimeout = 3/' -e 's/^children-max = .*/children-max = 1/' \
		/etc/mcelog/mcelog.conf
	check "configuration" mcelog --check-config
	check "reload" systemctl reload mcelog.service
	sleep 1
	guest_memory_error 0x31000000
	guest_memory_error 0x31000000
	check "it hangs" wait_for 20 test -e /run/hung
	guest_memory_error 0x32000000
	guest_memory_error 0x32000000
	check "counted meanwhile" wait_for 10 guest_client_has "32000000: total 2"
	check "killed" wait_for 30 guest_action_has "page.memory-ce-trigger failed timed out"
	check "the next ran" wait_for 20 test -e /run/next
	guest_actions
	cp /run/conf /etc/mcelog/mcelog.conf
	systemctl reload mcelog.service
	t_end
}

# By force: the kernel says what it did, in an instance that is gone afterwards.
guest_hard() {
	local page slab dead

	t_begin "memory-ce-action = hard: the kernel's word, the flag, and no trace instance is left"
	sed -i 's/^memory-ce-action = .*/memory-ce-action = hard/' /etc/mcelog/mcelog.conf
	check "configuration" mcelog --check-config
	check "reload" systemctl reload mcelog.service
	sleep 1
	sh -c 'echo $$' >/run/dead
	dead=$TRACING/instances/mcelog-offline-$(cat /run/dead)
	mkdir "$dead" # as one that was killed leaves it
	page=$(guest_free_page)
	guest_memory_error "$page"
	guest_memory_error "$page"
	check "result" wait_for 30 guest_action_has "page $(printf %x "$page") done hard offlining done: the kernel recovered the "
	check "the kernel says so" guest_poisoned "$page"
	check_eq "instances" "$(guest_offline_instances)" ""
	slab=$(guest_slab_page)
	echo "free page $page, slab page $slab"
	guest_memory_error "$slab"
	guest_memory_error "$slab"
	check "a page of the kernel's" wait_for 30 guest_action_has "page $(printf %x "$slab") failed hard offlining refused: the kernel ignored the "
	check_eq "instances" "$(guest_offline_instances)" ""
	check_eq "the daemon's own records" "$(cat $TRACING/instances/mcelog/events/mce/mce_record/enable)" 1
	guest_actions
	cp /run/conf /etc/mcelog/mcelog.conf
	systemctl reload mcelog.service
	t_end
}

guest_offline_instances() {
	compgen -G "$TRACING/instances/mcelog-offline-*" || :
}

guest_bad_config() {
	t_begin "a configuration with a mistake is refused at a reload, and the old one stays"
	sed -i 's/^memory-ce-threshold = .*/memory-ce-threshhold = 1/' /etc/mcelog/mcelog.conf
	check_not "--check-config" mcelog --check-config
	systemctl reload mcelog.service
	check "said" wait_for 10 guest_said "old configuration stays"
	check "active" systemctl is-active mcelog.service
	cp /run/conf /etc/mcelog/mcelog.conf
	t_end
}

guest_said() {
	journalctl -q -o cat -u mcelog.service | grep -q "$1"
}

# Another module in the slot: another serial number.
guest_second() { # PAGE
	mcelog_installed
	t_begin "a reboot: counts stay, the page is in use again; a replaced module is told"
	check "start" mcelog_start
	check "counts" wait_for 10 guest_client_has "$(printf %x "$1"): total 3"
	check_not "not offline" guest_client_has "$(printf %x "$1"): total 3 seen \"3 in 24h\" offline"
	check "told" wait_for 10 guest_journal MCE_ACTION=notice
	guest_actions | grep notice
	check "from zero" guest_dimm_is_new
	t_end
}

guest_dimm_is_new() {
	mcelog --client | sed -n '/DIMM 0$/,/^$/p' | grep -q '^	0 total'
}

guest_legacy() {
	mcelog_installed || fail "mcelog is not installed"
	inject_setup || fail "no mce-inject"
	guest_scripts
	guest_legacy_page
	guest_yellow
}

guest_legacy_page() {
	local page

	t_begin "/dev/mcelog and the tracepoint: one error is counted once, two take the page offline"
	check "start" mcelog_start
	mcelog --list-sources
	page=$(guest_free_page)
	guest_memory_error "$page"
	check "both sources" wait_for 15 report_has 1 '(.sources | length) == 2'
	check "once" guest_client_has "$(printf %x "$page"): total 1"
	guest_memory_error "$page"
	check "offline" wait_for 30 guest_client_has "$(printf %x "$page"): total 2 seen \"2 in 24h\" offline triggered"
	check "the kernel says so" guest_poisoned "$page"
	guest_actions
	t_end
}

# QEMU's CPUs do not say MCG_TES_P, so mce-inject cannot do it: the record is injected into the trace.
guest_yellow() {
	local name="yellow on CPU 2: CPUs 2 and 3, which share the cache, go offline"
	local inject=$TRACING/instances/mcelog/events/mce/mce_record/inject

	if ! [ -e $inject ]; then
		t_skip "$name" "this kernel cannot inject trace events"
		return
	fi
	t_begin "$name"
	grep . /sys/devices/system/cpu/cpu2/cache/index*/{level,shared_cpu_list}
	echo "mcgcap=0xc00 status=0x904000000000011a walltime=$(date +%s) cpu=2 cpuid=0x106a5 socketid=1 bank=5 cpuvendor=0" >$inject
	check "script" wait_for 20 test -s /run/ran.cache-error-trigger
	check "AFFECTED_CPUS" grep -qx 'AFFECTED_CPUS=2 3' /run/ran.cache-error-trigger
	check "LEVEL" grep -qx 'LEVEL=3' /run/ran.cache-error-trigger
	check "offline" wait_for 20 guest_online 0-1
	guest_actions
	t_end
	t_begin "yellow on CPU 0: it cannot go offline, and not more than half of all do"
	rm -f /run/ran.*
	echo "mcgcap=0xc00 status=0x904000000000011a walltime=$(date +%s) cpu=0 cpuid=0x106a5 socketid=0 bank=5 cpuvendor=0" >$inject
	check "script" wait_for 20 test -s /run/ran.cache-error-trigger
	cat /run/ran.cache-error-trigger
	sleep 1
	check "CPU 0 is online" guest_online_has 0
	guest_actions
	t_end
}

guest_online() {
	[ "$(cat /sys/devices/system/cpu/online)" = "$1" ]
}

guest_online_has() {
	grep -q "^$1" /sys/devices/system/cpu/online
}

lab_init acting
lab_need debian
lab_new_disk "$LAB_DIR/disk"
set -- --cpu nehalem --smp 4,sockets=2,cores=2 --disk "$LAB_DIR/disk" --timeout 400
lab_boot "$@" guest_first || exit 0
lab_boot "$@" --serial 5678 guest_second "$(cat "$LAB_LAST/out/page")" || exit 0
lab_need lab
lab_new_disk "$LAB_DIR/disk2"
lab_boot --kernel lab --cpu nehalem --smp 4,sockets=2,cores=2 --disk "$LAB_DIR/disk2" --timeout 300 guest_legacy || :
