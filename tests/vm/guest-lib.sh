# shellcheck shell=bash
# Helpers for test functions that run in the guest; see lab.sh.

set -u
LAB_RESULTS=/lab/results
export LC_ALL=C SYSTEMD_PAGER='' SYSTEMD_COLORS=0 TZ=UTC
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin

# shellcheck source=results.sh
. /lab/results.sh

TRACING=/sys/kernel/tracing
WITNESS=$TRACING/instances/witness
INJECT=/sys/kernel/debug/mce-inject
OUT=/lab/out # files to be looked at after the test
# shellcheck disable=SC2034 # for the tests
DB=/var/lib/mcelog/events.db

# Called by the generated script: everything the function says goes out over the share.
guest_run() { # FUNCTION ARG...
	local status=0

	exec </dev/null >>/lab/log 2>&1
	mkdir -p "$OUT"
	echo "-- $(uname -r), up $(cut -d ' ' -f 1 /proc/uptime) s, $(guest_model)"
	guest_mounts
	"$@" || status=$?
	[ -z "$T_NAME" ] || t_end
	[ "$T_LOOSE" -eq 0 ] || status=1
	echo "-- done, up $(cut -d ' ' -f 1 /proc/uptime) s, status $status"
	guest_evidence
	journalctl --sync
	echo "$status" >/lab/status
	# A clean shutdown takes seconds and is not what is tested; this still syncs the disks.
	systemctl poweroff --force --force
}

guest_model() {
	sed -n 's/^vendor_id.*: //p' /proc/cpuinfo | head -n 1
}

guest_mounts() {
	mountpoint -q /sys/kernel/debug || mount -t debugfs debugfs /sys/kernel/debug
	mountpoint -q $TRACING || mount -t tracefs tracefs $TRACING
	mountpoint -q /sys/fs/pstore || mount -t pstore pstore /sys/fs/pstore
}

guest_evidence() {
	journalctl -b -o short-monotonic -u mcelog --no-pager >"$OUT/log-mcelog" 2>&1
	journalctl -b -o short-monotonic --no-pager >"$OUT/log-all" 2>&1
	dmesg >"$OUT/dmesg"
}

# Poll until the command succeeds.
wait_for() { # SECONDS COMMAND [ARG...]
	local end=$((SECONDS + $1))
	shift

	until "$@" >/dev/null 2>&1; do
		[ "$SECONDS" -lt "$end" ] || return 1
		sleep 0.1
	done
}

# --- injection ---------------------------------------------------------------------------------

inject_setup() {
	[ -d $INJECT ] || modprobe mce-inject
	[ -d $INJECT ]
}

# Writing the bank fires, so it comes last; the files take one write each and are not seekable.
inject() { # sw|hw CPU BANK STATUS ADDR MISC [SYND [IPID]]
	echo "$1" >$INJECT/flags
	echo "$4" >$INJECT/status
	echo "$5" >$INJECT/addr
	echo "$6" >$INJECT/misc
	[ "${7:-0}" = 0 ] || echo "$7" >$INJECT/synd
	[ "${8:-0}" = 0 ] || echo "$8" >$INJECT/ipid
	echo "$2" >$INJECT/cpu
	echo "$3" >$INJECT/bank
}

# Mixed events, each of them different from all others; the CPU's vendor decides which codes make
# sense. Prints what it injected, one event per line as `inject` takes them. The kernel's own pool
# holds about 80 records and drops what comes faster than its work queue empties it, so take a
# breath after every $PACE of them. No forks in the loop: they are slow here.
PACE=20

inject_mixed() { # COUNT [FIRST-NUMBER]
	local n cpus make line first=${2:-1}

	cpus=$(nproc)
	make=mixed_$(guest_model)
	for ((n = first; n < first + $1; n++)); do
		$make "$n"
		# shellcheck disable=SC2086 # words
		inject sw $((n % cpus)) $line
		echo "$((n % cpus)) $line"
		((n % PACE)) || sleep 0.1
	done
}

# shellcheck disable=SC2034 # line is the caller's
# Set $line to BANK STATUS ADDR MISC [SYND]: memory, cache, TLB, bus, internal; corrected with and
# without counts, UCNA, deferred. The kernel adds MISCV where misc is not zero, so have it set.
# No IPID: mce-inject takes it on SMCA machines only, which QEMU's are not.
mixed_GenuineIntel() { # NUMBER
	local addr misc

	printf -v addr '0x%x' $((0x10000000 + ($1 << 12)))
	printf -v misc '0x%x' $((0x8c + ($1 << 16)))
	case $(($1 % 6)) in
	0) line="7 0x8c00004000010090 $addr 0x8c" ;;
	1) line="1 0x8c20004000000134 $addr 0x86" ;;
	2) line="8 0x8c00004000010091 $addr $misc" ;;
	3) line="0 0x9400004000010005 $addr 0" ;;
	4) line="3 0x8c20004000010179 $addr 0x8c" ;;
	5) line="7 0xbc00000001010090 $addr 0x8c" ;; # uncorrected, no action required
	esac
}

# shellcheck disable=SC2034 # line is the caller's
mixed_AuthenticAMD() { # NUMBER
	local addr

	printf -v addr '0x%x' $((0x10000000 + ($1 << 12)))
	case $(($1 % 5)) in
	0) line="9 0x9c2040000000011b $addr 0xd01a0ffe00000000 0x000005010a800302" ;;
	1) line="5 0x9c20000001080b00 $addr 0xd01a000900000000 0x9f4a0a800a0006" ;;
	2) line="0 0x9c20100000000136 $addr 0xd01a000000000000 0x5b240204" ;; # deferred
	3) line="1 0x9400000000010151 $addr 0" ;;
	4) line="2 0x8c0000000002010a $addr 0xd01a000100000000" ;;
	esac
}

# --- the witness: a trace instance of our own, never read before the end -----------------------

witness_start() {
	mkdir -p $WITNESS
	echo 4096 >$WITNESS/buffer_size_kb
	echo 1 >$WITNESS/events/mce/mce_record/enable
}

witness_count() {
	grep -c ' mce_record: ' $WITNESS/trace
}

# A pause of the kernel's work queue is enough for the last one to be there.
witness_settle() {
	local n=-1 now

	while now=$(witness_count) && [ "$n" != "$now" ]; do
		n=$now
		sleep 0.3
	done
}

# What the kernel reported: "cpu bank status addr misc synd ipid", registers as 16 digits.
witness_events() {
	local hex='\([0-9a-f]*\)'

	# Linux 6.10 prints each register with its name.
	sed -n -e 's!, ADDR: \([0-9a-f]*\), MISC: \([0-9a-f]*\), SYND: !, ADDR/MISC/SYND: \1/\2/!' \
		-e "s!.* mce_record: CPU: \([0-9]*\), .*, MC\([0-9]*\): $hex, IPID: $hex, ADDR/MISC/SYND: $hex/$hex/$hex,.*!\1 \2 \3 \5 \6 \7 \4!p" \
		$WITNESS/trace
}

# The same form from the lines that inject_mixed prints
injected_events() {
	local cpu bank status addr misc synd ipid

	while read -r cpu bank status addr misc synd ipid; do
		printf '%d %d %016x %016x %016x %016x %016x\n' \
			"$cpu" "$bank" "$status" "$addr" "$misc" "${synd:-0}" "${ipid:-0}"
	done
}

# --- what mcelog made of it, in the same form --------------------------------------------------
#
# jq is slow to start in here (half a second or more), so it is not used where grep will do.

# A register that was zero may be absent. "line" is the form of witness_events.
EVENT_JQ='def reg: (. // "0x0") | tostring | ltrimstr("0x") | ("0" * (16 - length) // "") + .;
	def line: [(.cpu|tostring), (.bank|tostring), (.status|reg), (.addr|reg), (.misc|reg),
		(.synd|reg), (.ipid|reg)] | join(" ");'

# Entries about a fatal event of the last boot are of this boot's journal, so -b is the right view.
journal_json() { # [journalctl ARG...]
	journalctl --sync
	journalctl -b -o json --no-pager MCE_SCHEMA=mce-event/1 "$@" | grep '"MCE_SEVERITY"'
}

journal_count() { # [journalctl ARG...]
	journal_json "$@" | wc -l
}

journal_has() { # COUNT [journalctl ARG...]
	local n=$1
	shift
	[ "$(journal_count "$@")" -ge "$n" ]
}

report_json() { # [mce-report ARG...]
	mce-report list -o json "$@"
}

# Exit status 1 of mce-report only means that there is nothing.
report_count() { # [JQ-CONDITION]
	if [ $# -eq 0 ]; then
		report_json 2>/dev/null | wc -l
	else
		report_json 2>/dev/null | jq -c "select($1)" | wc -l
	fi
}

report_has() { # COUNT [JQ-CONDITION]
	local n=$1
	shift
	[ "$(report_count "$@")" -ge "$n" ]
}

# The view for people, whose registers are text already; a column without a value prints nothing.
store_events() {
	sqlite3 -readonly -separator ' ' -nullvalue 0x0000000000000000 $DB \
		'SELECT id, cpu, bank, status, addr, misc, synd, ipid FROM events' | sed 's/ 0x/ /g'
}

# All events since the store was new, as lines "event_id cpu bank ...", into the files named
# report, store and journal. The numbers of the journal are text.
collect_events() {
	report_json >$OUT/report.json
	jq -r "$EVENT_JQ"' .event_id + " " + line' $OUT/report.json >$OUT/report
	store_events >$OUT/store
	journal_json >$OUT/journal.json
	jq -r "$EVENT_JQ"' .MCE_EVENT_ID + " " + ({cpu: .MCE_CPU, bank: .MCE_BANK,
		status: .MCE_STATUS, addr: .MCE_ADDR, misc: .MCE_MISC, synd: .MCE_SYND,
		ipid: .MCE_IPID} | line)' $OUT/journal.json >$OUT/journal
}

# The cheap half of check_everywhere, for the steps on the way: as many as the kernel reported.
check_number() { # DESCRIPTION
	local n

	witness_settle
	n=$(witness_count)
	wait_for 30 report_has "$n" || :
	check_eq "$1: events stored" "$(report_count)" "$n"
}

# On a store that began empty in this boot: what the kernel reported, no more and no less, is in
# the report, in the database and in the journal, register by register, and nothing is there twice.
check_everywhere() { # DESCRIPTION
	local n

	witness_settle
	witness_events >$OUT/witness
	n=$(wc -l <$OUT/witness)
	check_eq "$1: lines of the witness understood" "$n" "$(witness_count)"
	check "$1: $n events stored in time" wait_for 30 report_has "$n"
	check "$1: $n journal entries in time" wait_for 30 journal_has "$n"
	collect_events
	cut -d ' ' -f 2- $OUT/report >$OUT/report.lines
	check_same "$1: mce-report" $OUT/report.lines $OUT/witness
	# With their ids
	check_same "$1: database" $OUT/store $OUT/report
	check_same "$1: journal" $OUT/journal $OUT/report
	check_eq "$1: event ids given twice" "$(cut -d ' ' -f 1 $OUT/report | duplicates)" ""
}

duplicates() { # of lines on stdin
	sort | uniq -d
}

# --- fatal errors ------------------------------------------------------------------------------

FATAL='.severity == "fatal"'

# On Intel with one CPU only: the others would not come to the rendezvous.
fatal_panic() { # ADDRESS
	inject hw 0 3 0xfe00000000800400 "$1" 0
	sleep 30
}

flash_record() {
	compgen -G '/sys/fs/pstore/mce-erst-*'
}

no_flash_record() {
	! flash_record
}

# The fatal events: COUNT in all, of which the newest happened in BOOT at ADDRESS and was found by
# SOURCE in this one; there is one entry about it in this boot's journal.
check_fatal() { # COUNT BOOT ADDRESS [SOURCE]
	local event

	check "stored" wait_for 30 report_has "$1" "$FATAL"
	sleep 1
	check_eq "fatal events" "$(report_count "$FATAL")" "$1"
	event=$(report_json | jq -c -s "$EVENT_JQ map(select($FATAL)) | max_by(.seq)")
	echo "$event"
	check_eq "event" "$(jq -r "$EVENT_JQ"' "\(.bank) \(.status|reg) \(.addr|reg) "
		+ "\(.boot_id | tostring | gsub("-"; "")) \(.replayed)"' <<<"$event")" \
		"3 fe00000000800400 $3 $2 true"
	check_eq "source" "$(jq -r --arg s "${4:-erst}" '.sources | index($s) != null' <<<"$event")" true
	check "journal entry in time" wait_for 10 journal_has 1 MCE_SEVERITY=fatal
	check_eq "journal" \
		"$(journal_json MCE_SEVERITY=fatal | jq -r '"\(.MCE_EVENT_ID) \(.PRIORITY)"')" \
		"$(jq -r .event_id <<<"$event") 2"
}

check_harvest_again() { # COUNT-OF-ALL-EVENTS
	check "restart" systemctl restart mcelog.service
	mcelog_stop
	check "mcelog --harvest" mcelog --harvest
	check "and again" mcelog --harvest
	check_eq "events" "$(report_count)" "$1"
	check_eq "journal entries" "$(journal_count MCE_SEVERITY=fatal)" 1
}

# --- the service -------------------------------------------------------------------------------

# What a package's postinst would do.
mcelog_installed() {
	local conf

	command -v mcelog >/dev/null && command -v mce-report >/dev/null || return 1
	for conf in /usr/lib/sysusers.d/*mce*.conf; do
		[ ! -e "$conf" ] || systemd-sysusers "$conf"
	done
	for conf in /usr/lib/tmpfiles.d/*mce*.conf; do
		[ ! -e "$conf" ] || systemd-tmpfiles --create "$conf"
	done
}

mcelog_start() {
	systemctl start mcelog.service
}

mcelog_stop() {
	systemctl stop mcelog.service
}

mcelog_property() { # NAME
	systemctl show -P "$1" mcelog.service
}

# Override settings of the unit until the next boot.
mcelog_dropin() { # SECTION LINE...
	local dir=/run/systemd/system/mcelog.service.d

	mkdir -p $dir
	printf '[%s]\n' "$1" >>$dir/lab.conf
	shift
	printf '%s\n' "$@" >>$dir/lab.conf
	systemctl daemon-reload
}

mcelog_no_dropin() {
	rm -rf /run/systemd/system/mcelog.service.d
	systemctl daemon-reload
}

boot_id() {
	local id
	read -r id </proc/sys/kernel/random/boot_id
	echo "${id//-/}"
}

# Somebody who is in the group mce and nothing else
as_mce_reader() {
	setpriv --reuid=65534 --regid=65534 --groups="$(getent group mce | cut -d : -f 3)" \
		--inh-caps=-all -- "$@"
}

as_stranger() {
	setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=-all -- "$@"
}
