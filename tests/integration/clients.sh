#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# What the programs that ask mcelog's socket read in its answers, by their own
# rules (client-*): in texts as mcelog writes them, and in texts that they are
# known to misread, so that a change of the daemon's text shows here.
# shellcheck disable=SC2119,SC2317 source=tests/integration/lib.sh
. "${MCELOG_TEST_SRCDIR:-.}/tests/integration/lib.sh"

scripts=$tests/integration

collectd() {
	awk -f "$scripts/client-collectd.awk"
}

nhc() {
	sh "$scripts/client-nhc"
}

linux_mcelog() {
	if command -v perl >/dev/null; then
		perl "$scripts/client-linux-mcelog.pl"
	else
		cat >/dev/null
		echo "no perl"
	fi
}

# ursula-monitoring's check-mcelog.sh: critical when a line is left
sensu() {
	grep total | grep -v "0 total"
}

# A passive check that is around: the corrected ones in 24 h, one line each.
passive() {
	tr '\n' ' ' | grep -oE '[un]?corrected memory errors:[[:space:]]+[[:alnum:]_]+[[:space:]]+[[:alnum:]_]+[[:space:]]+[0-9]+[[:space:]]in 24h' |
		sed 's/.*[[:space:]]\([0-9]*\) in 24h/\1/'
}

# reads CLIENT STATUS FILE: what CLIENT makes of FILE is what stdin says
reads() {
	cat >"$dir/want"
	"$1" <"$3" >"$log" 2>&1
	got=$?
	[ "$(cat "$log")" != "no perl" ] || {
		echo "SKIP: $1: there is no perl"
		return
	}
	[ "$got" -eq "$2" ] || fail "$1: exit status $got, not $2"
	cmp -s "$dir/want" "$log" || fail "$1: $(diff "$dir/want" "$log")"
}

# counts TOTAL IN_24H TOTAL IN_24H: corrected and uncorrected errors of a DIMM
counts() {
	printf 'corrected memory errors:\n\t%s total\n\t%s in 24h\n' "$1" "$2"
	printf 'uncorrected memory errors:\n\t%s total\n\t%s in 24h\n' "$3" "$4"
}

# The answer to "dump all bios", and what mcelog --client prints of it and of "pages".
dump=$dir/dump
client=$dir/client
{
	echo "Memory errors"
	echo "SOCKET 0 CHANNEL any DIMM any"
	counts 325 9 0 0
	echo
	echo "SOCKET 0 CHANNEL 1 DIMM any"
	echo 'DMI_LOCATION "Node0_Bank1"'
	counts 10 0 0 0
	echo
	echo "SOCKET 1 CHANNEL 3 DIMM 0"
	echo 'DMI_NAME "DIMM_F1" DMI_LOCATION "NODE 1 CHANNEL 3 DIMM 0"'
	counts 2 1 0 0
	echo "done"
} >"$dump"
{
	grep -v '^done$' "$dump"
	echo "Per page corrected memory statistics:"
	printf '%s\n\n' '12345000: total 12 seen "2 in 24h" offline triggered'
	printf '%s\n\n' '7f0012000: total 1 seen "1 in 24h" online'
} >"$client"

step "a dump of three DIMMs"
reads collectd 0 "$dump" <<'EOF'
SOCKET_0_CHANNEL_any_DIMM_any corrected_memory_errors=325 corrected_memory_errors_in_24h=9 uncorrected_memory_errors=0 uncorrected_memory_errors_in_24h=0
SOCKET_0_CHANNEL_1_DIMM_any corrected_memory_errors=10 corrected_memory_errors_in_24h=0 uncorrected_memory_errors=0 uncorrected_memory_errors_in_24h=0
SOCKET_1_CHANNEL_3_DIMM_0_DIMM_F1 corrected_memory_errors=2 corrected_memory_errors_in_24h=1 uncorrected_memory_errors=0 uncorrected_memory_errors_in_24h=0
EOF
grep -v '^DMI_' "$dump" >"$dir/all"
reads linux_mcelog 0 "$dir/all" <<'EOF'
0 any any 325 9 0 0
0 1 any 10 0 0 0
1 3 0 2 1 0 0
EOF
reads nhc 0 "$client" <<'EOF'
corrected 9
uncorrected 0
corrected 0
uncorrected 0
corrected 1
uncorrected 0
healthy
EOF
# a page's line has the word, too; tens are lost
reads sensu 0 "$client" <<'EOF'
	325 total
	2 total
12345000: total 12 seen "2 in 24h" offline triggered
7f0012000: total 1 seen "1 in 24h" online
EOF
reads passive 0 "$client" <<'EOF'
9
0
0
0
1
0
EOF

step "more than NHC's limits"
{
	echo "Memory errors"
	echo "SOCKET 0 CHANNEL any DIMM any"
	counts 400 10 0 0
} >"$dir/text"
reads nhc 1 "$dir/text" <<'EOF'
corrected 10
sick: corrected
EOF
{
	echo "Memory errors"
	echo "SOCKET 0 CHANNEL any DIMM any"
	counts 0 0 1 1
} >"$dir/text"
reads nhc 1 "$dir/text" <<'EOF'
corrected 0
uncorrected 1
sick: uncorrected
EOF

step "nothing to tell"
echo "done" >"$dir/text"
reads collectd 0 "$dir/text" </dev/null
reads linux_mcelog 0 "$dir/text" </dev/null
: >"$dir/text"
reads sensu 1 "$dir/text" </dev/null
echo "healthy: nothing said" >"$dir/verdict"
reads nhc 0 "$dir/text" <"$dir/verdict"
echo "mcelog: cannot ask the daemon at /run/mcelog-client: Connection refused" >"$dir/text"
echo "healthy: no daemon" >"$dir/verdict"
reads nhc 0 "$dir/text" <"$dir/verdict"
# what ours says where there never was one; it counts no errors in that, either
make_root
run_mcelog --client >"$dir/text" 2>&1 && fail "the client is content"
lines 1 "No such file or directory" "$dir/text"
echo "healthy" >"$dir/verdict"
reads nhc 0 "$dir/text" <"$dir/verdict"
reads sensu 1 "$dir/text" </dev/null

step "no count in 24 h: NHC and collectd look at the wrong line"
{
	echo "Memory errors"
	echo "SOCKET 0 CHANNEL any DIMM any"
	counts 400 100 1 1 | grep -v "in 24h"
	echo "done"
} >"$dir/text"
reads nhc 0 "$dir/text" <<'EOF'
corrected uncorrected
uncorrected done
healthy
EOF
reads collectd 1 "$dir/text" <<'EOF'
collectd: the text ends within SOCKET_0_CHANNEL_any_DIMM_any
EOF

step "another period: collectd alone follows"
sed 's/in 24h/in 1d/' "$dump" >"$dir/text"
collectd <"$dir/text" >"$log"
lines 3 " corrected_memory_errors_in_1d=" "$log"
lines 3 " uncorrected_memory_errors_in_1d=0" "$log"
sed '/^DMI_/d' "$dir/text" >"$dir/all"
reads linux_mcelog 0 "$dir/all" <<'EOF'
0 any any 325 0 0 0
0 1 any 10 0 0 0
1 3 0 2 0 0 0
EOF

step "no empty line between DIMMs: the first one is lost"
grep -v '^$' "$dump" >"$dir/text"
collectd <"$dir/text" >"$log"
lines 1 "SOCKET_" "$log"
lines 1 "SOCKET_1_CHANNEL_3_DIMM_0_DIMM_F1" "$log"

# name LENGTH: a dump whose DMI line has that many bytes
name() {
	echo "Memory errors"
	echo "SOCKET 0 CHANNEL 0 DIMM 0"
	printf 'DMI_NAME "A1" DMI_LOCATION "%s"\n' "$(printf "%0$(($1 - 29))d" 0)"
	counts 5 4 3 2
	echo "done"
}

step "a DMI line as long as collectd's buffer ends the DIMM before its counts"
for length in 126 128; do
	name $length >"$dir/text"
	[ "$(sed -n 3p "$dir/text" | wc -c)" -eq $((length + 1)) ] || fail "not $length bytes"
	reads collectd 0 "$dir/text" <<'EOF'
SOCKET_0_CHANNEL_0_DIMM_0_A1 corrected_memory_errors=5 corrected_memory_errors_in_24h=4 uncorrected_memory_errors=3 uncorrected_memory_errors_in_24h=2
EOF
done
name 127 >"$dir/text"
reads collectd 0 "$dir/text" <<'EOF'
SOCKET_0_CHANNEL_0_DIMM_0_A1 corrected_memory_errors=0 corrected_memory_errors_in_=0 uncorrected_memory_errors=0 uncorrected_memory_errors_in_=0
EOF

step "no name between the quotes"
sed 's/"DIMM_F1"/""/' "$dump" >"$dir/text"
collectd <"$dir/text" >"$log"
lines 1 "SOCKET_1_CHANNEL_3_DIMM_0_ DMI_LOCATION " "$log"

step "an answer without its end"
sed '/^done$/d' "$dump" >"$dir/text"
collectd <"$dir/text" >"$log" && fail "collectd is content"
lines 2 "_memory_errors_in_24h" "$log"
grep -v '^DMI_' "$dir/text" >"$dir/all"
linux_mcelog <"$dir/all" >"$log" 2>&1 && ! grep -q "no perl" "$log" && fail "Linux::MCELog is content"

finish
