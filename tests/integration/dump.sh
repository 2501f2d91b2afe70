#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# What the programs that ask mcelog's socket read in the texts of tests/golden/dump, which test-dump
# compares with what is really written. Their rules are client-*; clients.sh has their quirks.
# shellcheck disable=SC2119,SC2317 source=tests/integration/lib.sh
. "${MCELOG_TEST_SRCDIR:-.}/tests/integration/lib.sh"

scripts=$tests/integration
dumps=$tests/golden/dump

# answer NAME: as the socket gives it
answer() {
	cat "$dumps/$1"
	echo "done"
}

# same WHAT STATUS WANTED_STATUS: what was read is in $log, what is wanted on stdin
same() {
	cat >"$dir/want"
	[ "$2" -eq "$3" ] || fail "$1: exit status $2, not $3"
	cmp -s "$dir/want" "$log" || fail "$1: $(diff "$dir/want" "$log")"
}

step "collectd: every DIMM with its four counts"
answer all-bios | awk -f "$scripts/client-collectd.awk" >"$log" 2>&1
n64=NNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNN
same collectd $? 0 <<END
SOCKET_0_CHANNEL_any_DIMM_any corrected_memory_errors=325 corrected_memory_errors_in_24h=9 uncorrected_memory_errors=0 uncorrected_memory_errors_in_24h=0
SOCKET_0_CHANNEL_1_DIMM_any corrected_memory_errors=10 corrected_memory_errors_in_24h=0 uncorrected_memory_errors=0 uncorrected_memory_errors_in_24h=0
SOCKET_0_CHANNEL_1_DIMM_0_DIMM_'A1' corrected_memory_errors=2 corrected_memory_errors_in_24h=1 uncorrected_memory_errors=1 uncorrected_memory_errors_in_24h=0
SOCKET_1_CHANNEL_any_DIMM_any corrected_memory_errors=0 corrected_memory_errors_in_24h=0 uncorrected_memory_errors=0 uncorrected_memory_errors_in_24h=0
SOCKET_1_CHANNEL_3_DIMM_any corrected_memory_errors=7 corrected_memory_errors_in_24h=7 uncorrected_memory_errors=0 uncorrected_memory_errors_in_24h=0
SOCKET_1_CHANNEL_3_DIMM_1_$n64 corrected_memory_errors=12 corrected_memory_errors_in_24h=3 uncorrected_memory_errors=0 uncorrected_memory_errors_in_24h=0
END

step "Linux::MCELog: the same, channels of several controllers kept apart"
if command -v perl >/dev/null; then
	answer all | perl "$scripts/client-linux-mcelog.pl" >"$log" 2>&1
	same Linux::MCELog $? 0 <<-END
		0 any any 325 9 0 0
		0 1 any 10 0 0 0
		0 1 0 2 1 1 0
		1 any any 0 0 0 0
		1 3 any 7 7 0 0
		1 3 1 12 3 0 0
	END
else
	echo "SKIP: there is no perl"
fi

step "NHC: the counts of a day, and a node that stays in service"
cat "$dumps/all-bios" "$dumps/pages" | sh "$scripts/client-nhc" >"$log" 2>&1
same nhc $? 0 <<END
corrected 9
uncorrected 0
corrected 0
uncorrected 0
corrected 1
uncorrected 0
corrected 0
uncorrected 0
corrected 7
uncorrected 0
corrected 3
uncorrected 0
healthy
END
MCELOG_MAX_CORRECTED_RATE=8 sh "$scripts/client-nhc" <"$dumps/all-bios" >"$log" 2>&1
same nhc $? 1 <<END
corrected 9
sick: corrected
END

step "no line is too long for collectd, no name is empty"
awk 'length($0) > 126 { print FILENAME ": " FNR; bad = 1 } END { exit bad }' "$dumps"/* ||
	fail "long lines"
! grep -n '""' "$dumps"/* || fail "empty names"

finish
