# shellcheck shell=bash
# Test results, the same on the host and in the guest (see lab.sh, guest-lib.sh).
#
# A test is what lies between t_begin and t_end; it passes if every check in between held. Its
# result is one line of the file $LAB_RESULTS: ok|FAIL|skip TAB name TAB seconds TAB reason.
# Checks outside of any test are counted in $T_LOOSE, which becomes the guest's exit status.

T_NAME=
T_BAD=0
T_LOOSE=0
T_START=0

t_record() { # STATUS NAME SECONDS REASON
	printf '%s\t%s\t%s\t%s\n' "$1" "$2" "$3" "${4-}" >>"$LAB_RESULTS"
}

t_begin() { # NAME
	[ -z "$T_NAME" ] || t_end
	T_NAME=$1 T_BAD=0 T_START=$SECONDS
	echo "== $1"
}

t_end() {
	local status=ok reason=

	[ "$T_BAD" -eq 0 ] || status=FAIL reason="$T_BAD checks failed"
	t_record "$status" "$T_NAME" $((SECONDS - T_START)) "$reason"
	echo "== $status $T_NAME"
	T_NAME=
}

t_skip() { # NAME REASON
	t_record skip "$1" 0 "$2"
	echo "== skip $1: $2"
}

ok() {
	echo "ok: $*"
}

fail() {
	echo "FAILED: $*"
	if [ -n "$T_NAME" ]; then
		T_BAD=$((T_BAD + 1))
	else
		T_LOOSE=$((T_LOOSE + 1))
	fi
}

# Run a command; it shall succeed. Its output is shown when it does not.
check() { # DESCRIPTION COMMAND [ARG...]
	local what=$1 out
	shift

	if out=$("$@" 2>&1); then
		ok "$what"
	else
		fail "$what ($*)"
		printf '%s\n' "$out" | sed 's/^/    | /'
	fi
}

check_not() { # DESCRIPTION COMMAND [ARG...]
	local what=$1 out
	shift

	if out=$("$@" 2>&1); then
		fail "$what (did not expect success of: $*)"
		printf '%s\n' "$out" | sed 's/^/    | /'
	else
		ok "$what"
	fi
}

check_eq() { # DESCRIPTION GOT EXPECTED
	if [ "$2" = "$3" ]; then
		ok "$1: $2"
	else
		fail "$1: got '$2', expected '$3'"
	fi
}

# Two files with a line per item shall hold the same lines, in any order, each as often.
check_same() { # DESCRIPTION FILE EXPECTED-FILE
	local out

	if out=$(diff <(sort "$2") <(sort "$3")); then
		ok "$1: $(wc -l <"$3") the same"
	else
		fail "$1: got $(wc -l <"$2") lines (<), expected $(wc -l <"$3") (>)"
		printf '%s\n' "$out" | head -n 30 | sed 's/^/    | /'
	fi
}
