/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a script prints, as lines of the log. Scripts run as root and print what
 * they like: a line is cut at a length, a script that prints too many has the
 * rest counted, and nothing but printable ASCII reaches the log.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "util/ratelimit.h"

enum { TRIGGER_LINE_MAX = 400 };

struct trigger_output {
	const char *name; /* the trigger's, in front of every line; borrowed */
	char line[TRIGGER_LINE_MAX + 1];
	size_t length;
	size_t cut; /* bytes of this line that did not fit */
	struct ratelimit limit;
};

void trigger_output_init(struct trigger_output *output, const char *name);

/* Takes what was read, in pieces of any size. now_us is monotonic. */
void trigger_output_take(struct trigger_output *output, const char *data, size_t size,
			 uint64_t now_us);

/* Logs a last line without an end, and how many lines were withheld. */
void trigger_output_finish(struct trigger_output *output, uint64_t now_us);
