/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * action: something that account wants done because of an event, and what
 * became of it. It is stored in the transaction of its cause, before it is done.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <systemd/sd-id128.h>

#include "event/decoded.h"

enum action_kind {
	ACTION_THRESHOLD, /* only told: a threshold was exceeded */
	ACTION_NOTICE,	  /* only told: something else, as that a DIMM was replaced */
	ACTION_TRIGGER,	  /* run a script */
	ACTION_OFFLINE_PAGE,
	ACTION_OFFLINE_CPU, /* those that share a failing cache */
	ACTION_KINDS_,
};

enum action_state {
	ACTION_WANTED,
	ACTION_STARTED,
	ACTION_DONE,
	ACTION_FAILED,
	ACTION_UNKNOWN, /* started, and then we or the machine went down */
	ACTION_STATES_,
};

enum { ACTION_TARGET_MAX = 64, ACTION_TEXT_MAX = 256 };

struct action {
	uint64_t seq;	/* the store's number, 0 before the commit */
	uint64_t event; /* event.seq of its cause; 0: none */
	sd_id128_t event_id;
	sd_id128_t boot; /* in which it was wanted */
	enum action_kind kind;
	enum action_state state;
	char target[ACTION_TARGET_MAX]; /* "page 12345000"; of a trigger its key of mcelog.conf, */
					/* "page.memory-ce-trigger" */
	char text[ACTION_TEXT_MAX];	/* why, one line for a person */
	char result[ACTION_TEXT_MAX];	/* what became of it; "" as long as nothing */
	char *environment;		/* "NAME=VALUE" lines; NULL none. Owned. */
	char *input;			/* event JSON for the script; NULL none. Owned. */
	uint64_t page;			/* OFFLINE_PAGE: address */
	struct location location;	/* of it: socket, imc and channel are kept */
	uint32_t cpu;			/* OFFLINE_CPU, cache trigger: which CPU's cache */
	uint8_t cache_level;		/* 1-based */
	char cache_type;		/* 'I' instruction, 'D' data, 'U' unified; 0: no cache */
	int64_t wanted_us;
	int64_t done_us; /* 0 as long as it is not */
};

static inline bool action_has_ended(const struct action *action)
{
	return action->state != ACTION_WANTED && action->state != ACTION_STARTED;
}

/* Frees what it owns. */
void action_clear(struct action *action);

/* A copy of all of it. Errors: -ENOMEM, with *ret_copy cleared. */
int action_copy(const struct action *action, struct action *ret_copy);

/* Names in JSON and database: "threshold", "notice", "trigger", "offline-page", "offline-cpu".
 * Static. */
const char *action_kind_name(enum action_kind kind);
const char *action_state_name(enum action_state state);

/* Errors: -EINVAL. */
int action_kind_parse(const char *name, enum action_kind *ret_kind);
int action_state_parse(const char *name, enum action_state *ret_state);
