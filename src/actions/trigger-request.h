/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the daemon may ask of the trigger runner: one of the configured
 * triggers by its key, values for variables whose names are fixed, and nothing
 * that could become a path or a command. And what came of it.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	TRIGGER_VARIABLES_MAX = 96,
	TRIGGER_VALUE_MAX = 32 * 1024,
	TRIGGER_INPUT_MAX = 64 * 1024,
	TRIGGER_REPORTER_MAX = 32,
	TRIGGER_ARGUMENT_MAX = 24,
};

enum trigger {
	TRIGGER_DIMM_CE,
	TRIGGER_DIMM_UC,
	TRIGGER_SOCKET_MEM_CE,
	TRIGGER_SOCKET_MEM_UC,
	TRIGGER_PAGE_CE,
	TRIGGER_PAGE_PRE_SOFT,
	TRIGGER_PAGE_POST_SOFT,
	TRIGGER_PAGE_REPLACEMENT,
	TRIGGER_CACHE,
	TRIGGER_BUS,
	TRIGGER_IOMCA,
	TRIGGER_UNKNOWN,
	TRIGGER_HOOK,
};

enum { TRIGGER_COUNT = TRIGGER_HOOK + 1 };

/* "section.key" of mcelog.conf. */
const char *trigger_key(enum trigger trigger);

/* Errors: -ENOENT. */
int trigger_from_key(const char *key, enum trigger *ret_trigger);

/* Whether somebody waits for the script's end before going on: page offlining. */
bool trigger_is_awaited(enum trigger trigger);

/* Filled by the functions below; starts as {0} with id and trigger set. */
struct trigger_request {
	uint64_t id; /* the sender's, comes back with the result */
	enum trigger trigger;
	char reporter[TRIGGER_REPORTER_MAX];	    /* part of the program that asks; for the log */
	char argument[TRIGGER_ARGUMENT_MAX];	    /* the script's $1; "": none */
	char *variables[TRIGGER_VARIABLES_MAX + 1]; /* "NAME=value", NULL behind the last; owned */
	unsigned int n_variables;
	char *input; /* for the script's stdin, NULL: none; owned */
	size_t input_length;
};

/* Releases what the request owns and makes it {0}. */
void trigger_request_free(struct trigger_request *request);

#define _cleanup_trigger_request_ __attribute__((cleanup(trigger_request_free)))

/*
 * Adds a variable. The name is one of those of mcelog.triggers(5) or MCE_ with
 * capitals, digits and underscores behind it. Control characters of the value
 * become '?'. A NULL value is one that is not known: nothing is added.
 * Errors: -EINVAL (no such name), -EEXIST, -E2BIG (the value, or too many), -ENOMEM.
 */
int trigger_request_set(struct trigger_request *request, const char *name, const char *value);

/* The same for "NAME=value" lines; what has no '=' is left out. Errors: as above. */
int trigger_request_set_lines(struct trigger_request *request, const char *lines);

/* The tag of "(reporter: ...)": letters, digits, '-' and '_'. Errors: -EINVAL. */
int trigger_request_set_reporter(struct trigger_request *request, const char *reporter);

/* The script's only argument, a number in decimal. Errors: -EINVAL, -EEXIST. */
int trigger_request_set_argument(struct trigger_request *request, const char *digits);

/* Text for the script's stdin, without NUL; copied. Errors: -EINVAL, -EEXIST, -E2BIG, -ENOMEM. */
int trigger_request_set_input(struct trigger_request *request, const char *text, size_t length);

enum trigger_outcome {
	TRIGGER_OUTCOME_EXITED,		/* detail: exit status */
	TRIGGER_OUTCOME_KILLED,		/* detail: signal, not the runner's */
	TRIGGER_OUTCOME_TIMED_OUT,	/* ended by the runner */
	TRIGGER_OUTCOME_NOT_STARTED,	/* detail: errno; ECANCELED: the runner is stopping */
	TRIGGER_OUTCOME_NOT_CONFIGURED, /* mcelog.conf has no script for it */
	TRIGGER_OUTCOME_QUEUE_FULL,
	TRIGGER_OUTCOME_REFUSED, /* the runner did not understand the request */
	TRIGGER_OUTCOME_UNKNOWN, /* the runner went away with it: it may have run, or not */
};

struct trigger_result {
	uint64_t id;
	enum trigger_outcome outcome;
	int detail;
	uint64_t run_us;
};

enum { TRIGGER_RESULT_TEXT_MAX = 96 };

/*
 * "exit status 1", "killed by signal 9 (Killed)" ...: for the log and the
 * store. Writes to buffer of TRIGGER_RESULT_TEXT_MAX bytes and returns it.
 */
const char *trigger_result_text(const struct trigger_result *result, char *buffer);
