/* SPDX-License-Identifier: GPL-2.0-only */
/* environment: "NAME=VALUE" lines for scripts. For src/account/ only. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "event/counter.h"
#include "event/event.h"
#include "util/strbuf.h"

struct account_rule;
struct wanting;

/* One line; an end of line within the value becomes a blank. */
void env_add_text(struct strbuf *environment, const char *name, const char *value);
void env_add_number(struct strbuf *environment, const char *name, uint64_t value);
void env_add_hex(struct strbuf *environment, const char *name, uint64_t value);

/* What mcelog's memory triggers get. */
void env_add_counter(struct strbuf *environment, const struct wanting *wanting,
		     const struct counter *counter, const struct tally *tally,
		     const struct account_rule *rule, const char *message);

/* What its triggers for CPUs get. */
void env_add_cpu(struct strbuf *environment, const struct event *event, const char *message);

/* The fields of the event as the journal has them, for scripts that do not read JSON. */
void env_add_event(struct strbuf *environment, const struct event *event, const char *kind,
		   const char *text);

/* "CPU 3 on socket 0". Returns buffer. */
const char *account_cpu_text(const struct event *event, char *buffer, size_t size);
