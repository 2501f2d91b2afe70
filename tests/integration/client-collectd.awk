# SPDX-License-Identifier: GPL-2.0-only
# What the mcelog plugin of collectd 5.8 and later makes of the answer to
# "dump all bios" on stdin: a line for each DIMM that it submits, with the
# plugin instance and the four type instances. For LC_ALL=C: it counts bytes.
#
# It reads by fgets() into 128 bytes, so a longer line is several to it, and
# an end of line that is left over alone is an empty line.

function read_piece() {
	if (rest == "") {
		if ((getline rest) <= 0) {
			piece = rest = ""
			return 0
		}
		rest = rest "\n"
	}
	piece = substr(rest, 1, 127)
	rest = substr(rest, 128)
	return 1
}

function starts(text, start) {
	return substr(text, 1, length(start)) == start
}

# sscanf("%d"): white space, then a number; what it stays at when there is none
function number(text, otherwise) {
	if (match(text, /^[ \t]*-?[0-9]+/))
		return substr(text, 1, RLENGTH) + 0
	return otherwise
}

function period(text) {
	if (!match(text, /^[ \t]*-?[0-9]+[ \t]*in[ \t]+[^ \t\n]+/))
		return ""
	text = substr(text, 1, RLENGTH)
	sub(/.*[ \t]/, "", text)
	return text
}

# The two lines below the kind, whatever they are.
function read_counts(kind) {
	if (read_piece())
		total[kind] = number(piece, total[kind])
	if (read_piece()) {
		timed[kind] = number(piece, timed[kind])
		span[kind] = period(piece)
	}
}

function forget() {
	location = name = ""
	total["corrected"] = timed["corrected"] = total["uncorrected"] = timed["uncorrected"] = 0
	span["corrected"] = span["uncorrected"] = ""
}

function submit(  instance, kind, i) {
	if (location == "")
		return
	instance = substr(name == "" ? location : location "_" name, 1, 127)
	printf "%s", instance
	for (i = 1; i <= 2; i++) {
		kind = i == 1 ? "corrected" : "uncorrected"
		printf " %s_memory_errors=%d %s_memory_errors_in_%s=%d", kind, total[kind], kind,
			span[kind], timed[kind]
	}
	printf "\n"
}

BEGIN {
	forget()
	while (read_piece()) {
		if (piece == "\n" || starts("done\n", piece)) {
			submit()
			forget()
			continue
		}
		if (length(piece) < 5)
			continue
		if (starts(piece, "SOCKET")) {
			location = substr(piece, 1, length(piece) - 1)
			gsub(/ /, "_", location)
		}
		# strtok(): quotes that follow each other are one
		if (starts(piece, "DMI_NAME") && split(piece, words, /"+/) > 1)
			name = words[2]
		if (starts(piece, "corrected memory errors"))
			read_counts("corrected")
		# not "else": the second line that was read can be this one
		if (starts(piece, "uncorrected memory errors"))
			read_counts("uncorrected")
	}
	# What no empty line and no "done" ends is never submitted.
	if (location != "") {
		print "collectd: the text ends within " location
		exit 1
	}
}
