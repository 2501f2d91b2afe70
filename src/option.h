/* SPDX-License-Identifier: GPL-2.0-only */
/* option: the rows of options.def; the value of one as text, and back. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "config.h"
#include "util/strbuf.h"

enum option_kind {
	OPTION_FLAG,
	OPTION_ONLY_ARGV, /* a flag of the command line only */
	OPTION_TEXT,
	OPTION_TEXT_ARGV,    /* a text of the command line only, not empty */
	OPTION_TRIGGER,	     /* the name of a script */
	OPTION_PATH,	     /* absolute */
	OPTION_PATH_OR_NONE, /* the same, or empty */
	OPTION_CPU,	     /* a name of decode/cpu-names.h */
	OPTION_DECIMAL,	     /* a number with a fraction, kept as text */
	OPTION_NUMBER,
	OPTION_THRESHOLD,
	OPTION_CHOICE,
	OPTION_INTEL_CPU, /* FAMILY,MODEL */
	OPTION_ALIAS,	  /* another name of target */
	OPTION_SETS,	  /* yes: target = value; no: nothing */
};

struct option_row {
	const char *section; /* "" is the part before the first section */
	const char *name;
	enum option_kind kind;
	size_t offset;	      /* in struct config */
	const char *argument; /* as help shows it; of a CHOICE the words; NULL: none */
	const char *fallback; /* the default; NULL: none */
	const char *help;
	unsigned int min, max; /* of a NUMBER */
	const char *target;    /* of an ALIAS and of SETS: a key of the same section */
	const char *value;     /* of SETS */
};

/* How many rows there are: options.def with each row counted. */
#define OPTION(...) +1
enum {
	OPTION_COUNT = 0
#include "options.def"
};
#undef OPTION

enum { OPTION_PROBLEM_MAX = 160 };

/* In the order of options.def: the rows of a section are together, "" comes first. */
extern const struct option_row option_rows[OPTION_COUNT];

/* The row of a key in its section; NULL for none. An alias is its own row. */
const struct option_row *option_find(const char *section, const char *name);

/* The row that an alias stands for; any other row itself. */
const struct option_row *option_resolve(const struct option_row *row);

/* Whether the long option wants a value. */
bool option_has_argument(const struct option_row *row);

/* Whether it makes no sense in a file: it says where the file is, or what to do once. */
bool option_is_for_argv(const struct option_row *row);

/*
 * Sets the row's field from text. Errors: -ENOMEM; -EINVAL with what is wanted
 * in ret_problem, of OPTION_PROBLEM_MAX bytes. That a CPU is known is not checked.
 */
int option_set(struct config *config, const struct option_row *row, const char *text,
	       char *ret_problem);

/* Appends the value as option_set() takes it; nothing for none. Not for aliases and SETS. */
void option_add_value(const struct config *config, const struct option_row *row,
		      struct strbuf *out);

/* Whether the value is the default. Not for aliases and SETS. */
bool option_is_default(const struct config *config, const struct option_row *row);

/* A config with all defaults, which are correct. Errors: -ENOMEM, nothing to free then. */
int options_set_defaults(struct config *config);

/* Frees the strings and zeroes it; a zeroed config is fine. */
void options_free(struct config *config);
