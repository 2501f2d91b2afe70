/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * severity: how bad a bank's contents are, by tables of rules from the
 * vendors' manuals. First match wins, and the last row of a table always does.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "decode/context.h"
#include "event/decoded.h"

struct severity_rule {
	const char *name; /* for tests and people */
	uint64_t mask;	  /* MCi_STATUS & mask == value */
	uint64_t value;
	unsigned int needs; /* enum decode_condition bits that must all hold */
	unsigned int lacks; /* ... of which none may hold */
	enum severity severity;
};

/* The rule that decides; never NULL. */
const struct severity_rule *severity_match(const struct decode_context *context);

/* The rules of one manual in order, for tests. */
const struct severity_rule *severity_rules(enum mca_rules rules, size_t *ret_count);
