// SPDX-License-Identifier: GPL-2.0-only
#include "option.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "util/cleanup.h"

/* clang-format off */
#define KIND_FLAG	  .kind = OPTION_FLAG
#define KIND_ONLY_ARGV	  .kind = OPTION_ONLY_ARGV
#define KIND_TEXT	  .kind = OPTION_TEXT
#define KIND_TEXT_ARGV	  .kind = OPTION_TEXT_ARGV
#define KIND_TRIGGER	  .kind = OPTION_TRIGGER
#define KIND_PATH	  .kind = OPTION_PATH
#define KIND_PATH_OR_NONE .kind = OPTION_PATH_OR_NONE
#define KIND_CPU	  .kind = OPTION_CPU
#define KIND_DECIMAL	  .kind = OPTION_DECIMAL
#define KIND_THRESHOLD	  .kind = OPTION_THRESHOLD
#define KIND_CHOICE	  .kind = OPTION_CHOICE
#define KIND_INTEL_CPU	  .kind = OPTION_INTEL_CPU
#define KIND_NUMBER(min_, max_)	   .kind = OPTION_NUMBER, .min = (min_), .max = (max_)
#define KIND_ALIAS(target_)	   .kind = OPTION_ALIAS, .target = (target_)
#define KIND_SETS(target_, value_) .kind = OPTION_SETS, .target = (target_), .value = (value_)

#define OPTION(section_, name_, kind_, field_, argument_, fallback_, help_)                        \
	{ .section = section_, .name = name_, KIND_##kind_,                                        \
	  .offset = offsetof(struct config, field_), .argument = argument_,                        \
	  .fallback = fallback_, .help = help_ },
const struct option_row option_rows[OPTION_COUNT] = {
#include "options.def"
};
#undef OPTION
/* clang-format on */

const struct option_row *option_find(const char *section, const char *name)
{
	for (size_t i = 0; i < OPTION_COUNT; i++)
		if (strcmp(option_rows[i].section, section) == 0 &&
		    strcmp(option_rows[i].name, name) == 0)
			return &option_rows[i];
	return NULL;
}

const struct option_row *option_resolve(const struct option_row *row)
{
	return row->kind == OPTION_ALIAS ? option_find(row->section, row->target) : row;
}

bool option_is_for_argv(const struct option_row *row)
{
	return row->kind == OPTION_ONLY_ARGV || row->kind == OPTION_TEXT_ARGV;
}

bool option_has_argument(const struct option_row *row)
{
	switch (option_resolve(row)->kind) {
	case OPTION_FLAG:
	case OPTION_ONLY_ARGV:
	case OPTION_SETS:
	case OPTION_ALIAS:
		return false;
	case OPTION_TEXT:
	case OPTION_TEXT_ARGV:
	case OPTION_TRIGGER:
	case OPTION_PATH:
	case OPTION_PATH_OR_NONE:
	case OPTION_CPU:
	case OPTION_DECIMAL:
	case OPTION_NUMBER:
	case OPTION_THRESHOLD:
	case OPTION_CHOICE:
	case OPTION_INTEL_CPU:
		return true;
	}
	return false;
}

static bool is_text(const struct option_row *row)
{
	switch (row->kind) {
	case OPTION_TEXT:
	case OPTION_TEXT_ARGV:
	case OPTION_TRIGGER:
	case OPTION_PATH:
	case OPTION_PATH_OR_NONE:
	case OPTION_CPU:
	case OPTION_DECIMAL:
		return true;
	case OPTION_FLAG:
	case OPTION_ONLY_ARGV:
	case OPTION_NUMBER:
	case OPTION_THRESHOLD:
	case OPTION_CHOICE:
	case OPTION_INTEL_CPU:
	case OPTION_ALIAS:
	case OPTION_SETS:
		return false;
	}
	return false;
}

static void *field_of(struct config *config, const struct option_row *row)
{
	return (char *)config + row->offset;
}

static const void *value_of(const struct config *config, const struct option_row *row)
{
	return (const char *)config + row->offset;
}

void options_free(struct config *config)
{
	for (size_t i = 0; i < OPTION_COUNT; i++)
		if (is_text(&option_rows[i]))
			free(*(char **)field_of(config, &option_rows[i]));
	*config = (struct config){ 0 };
}

int options_set_defaults(struct config *config)
{
	char problem[OPTION_PROBLEM_MAX];

	*config = (struct config){ 0 };
	for (size_t i = 0; i < OPTION_COUNT; i++) {
		const struct option_row *row = &option_rows[i];
		int r = row->fallback ? option_set(config, row, row->fallback, problem) : 0;

		if (r < 0) {
			options_free(config);
			return r;
		}
	}
	return 0;
}

/* --- from text --- */

static int refuse(char *ret_problem, const char *wanted)
{
	snprintf(ret_problem, OPTION_PROBLEM_MAX, "%s", wanted);
	return -EINVAL;
}

static int parse_bool(const char *text, bool *ret_value, char *ret_problem)
{
	static const char *const yes[] = { "yes", "true", "1", "on" };
	static const char *const no[] = { "no", "false", "0", "off" };

	for (size_t i = 0; i < ARRAY_SIZE(yes); i++) {
		if (strcasecmp(text, yes[i]) != 0 && strcasecmp(text, no[i]) != 0)
			continue;
		*ret_value = strcasecmp(text, yes[i]) == 0;
		return 0;
	}
	return refuse(ret_problem, "yes or no is wanted");
}

static const char *text_problem(const struct option_row *row, const char *text)
{
	size_t length = strlen(text);

	if (row->kind == OPTION_PATH && text[0] != '/')
		return "an absolute path is wanted";
	if (row->kind == OPTION_PATH_OR_NONE && length && text[0] != '/')
		return "an absolute path or nothing is wanted";
	if (row->kind == OPTION_TEXT_ARGV && !length)
		return "a path is wanted";
	if (row->kind == OPTION_DECIMAL &&
	    (strspn(text, "0123456789.") != length || strchr(text, '.') != strrchr(text, '.')))
		return "a number is wanted";
	return NULL;
}

static int set_text(struct config *config, const struct option_row *row, const char *text,
		    char *ret_problem)
{
	const char *problem = text_problem(row, text);
	char **field = field_of(config, row);
	char *copy = NULL;

	if (problem)
		return refuse(ret_problem, problem);
	if (*text) {
		copy = strdup(text);
		if (!copy)
			return -ENOMEM;
	}
	free(*field);
	*field = copy;
	return 0;
}

/* Only digits. Moves *at behind them. */
static int parse_digits(const char **at, unsigned int *ret_value)
{
	uint64_t value = 0;

	if (!isdigit((unsigned char)**at))
		return -EINVAL;
	for (; isdigit((unsigned char)**at); ++*at) {
		value = value * 10 + (uint64_t)(**at - '0');
		if (value > UINT_MAX)
			return -ERANGE;
	}
	*ret_value = (unsigned int)value;
	return 0;
}

static int set_number(struct config *config, const struct option_row *row, const char *text,
		      char *ret_problem)
{
	unsigned int value;

	if (parse_digits(&text, &value) < 0 || *text || value < row->min || value > row->max) {
		snprintf(ret_problem, OPTION_PROBLEM_MAX, "a number from %u to %u is wanted",
			 row->min, row->max);
		return -EINVAL;
	}
	*(unsigned int *)field_of(config, row) = value;
	return 0;
}

static int set_threshold(struct config *config, const struct option_row *row, const char *text,
			 char *ret_problem)
{
	struct threshold threshold;
	int r = threshold_parse(text, &threshold);

	if (r == -ERANGE)
		return refuse(ret_problem, "a number is 0 or too large");
	if (r < 0)
		return refuse(ret_problem, "\"N / T\" is wanted, such as 10 / 24h, or off");
	*(struct threshold *)field_of(config, row) = threshold;
	return 0;
}

/* "yes|no|auto" as "yes, no or auto is wanted". */
static int refuse_choice(const struct option_row *row, char *ret_problem)
{
	const char *last = strrchr(row->argument, '|');
	size_t used = 0;

	for (const char *at = row->argument; *at && used + 8 < OPTION_PROBLEM_MAX; at++) {
		const char *put = *at != '|' ? (char[]){ *at, '\0' } : at == last ? " or " : ", ";

		used += (size_t)snprintf(ret_problem + used, OPTION_PROBLEM_MAX - used, "%s", put);
	}
	snprintf(ret_problem + used, OPTION_PROBLEM_MAX - used, " is wanted");
	return -EINVAL;
}

static int set_choice(struct config *config, const struct option_row *row, const char *text,
		      char *ret_problem)
{
	const char *word = row->argument;
	size_t length = strlen(text);

	for (unsigned int i = 0;; i++) {
		size_t n = strcspn(word, "|");

		if (n == length && strncasecmp(word, text, n) == 0) {
			*(unsigned int *)field_of(config, row) = i;
			return 0;
		}
		word += n;
		if (!*word++)
			return refuse_choice(row, ret_problem);
	}
}

static int set_intel_cpu(struct config *config, const struct option_row *row, const char *text,
			 char *ret_problem)
{
	struct config_intel_cpu cpu;

	/* what CPUID can say: a family of 0xf + 0xff, a model of two digits */
	if (parse_digits(&text, &cpu.family) < 0 || *text++ != ',' ||
	    parse_digits(&text, &cpu.model) < 0 || *text || !cpu.family ||
	    cpu.family > 0xf + 0xff || cpu.model > 0xff)
		return refuse(ret_problem, "FAMILY,MODEL is wanted, such as 6,85");
	*(struct config_intel_cpu *)field_of(config, row) = cpu;
	return 0;
}

/* "yes" is the same as the other key with its value. */
static int set_other(struct config *config, const struct option_row *row, const char *text,
		     char *ret_problem)
{
	bool yes;
	int r = parse_bool(text, &yes, ret_problem);

	if (r < 0 || !yes)
		return r;
	return option_set(config, option_find(row->section, row->target), row->value, ret_problem);
}

int option_set(struct config *config, const struct option_row *row, const char *text,
	       char *ret_problem)
{
	switch (row->kind) {
	case OPTION_FLAG:
	case OPTION_ONLY_ARGV:
		return parse_bool(text, field_of(config, row), ret_problem);
	case OPTION_TEXT:
	case OPTION_TEXT_ARGV:
	case OPTION_TRIGGER:
	case OPTION_PATH:
	case OPTION_PATH_OR_NONE:
	case OPTION_CPU:
	case OPTION_DECIMAL:
		return set_text(config, row, text, ret_problem);
	case OPTION_NUMBER:
		return set_number(config, row, text, ret_problem);
	case OPTION_THRESHOLD:
		return set_threshold(config, row, text, ret_problem);
	case OPTION_CHOICE:
		return set_choice(config, row, text, ret_problem);
	case OPTION_INTEL_CPU:
		return set_intel_cpu(config, row, text, ret_problem);
	case OPTION_ALIAS:
		return option_set(config, option_resolve(row), text, ret_problem);
	case OPTION_SETS:
		return set_other(config, row, text, ret_problem);
	}
	return -EINVAL;
}

/* --- and back --- */

static void add_choice(const struct option_row *row, unsigned int value, struct strbuf *out)
{
	const char *word = row->argument;

	for (; value; value--)
		word += strcspn(word, "|") + 1;
	strbuf_add_bytes(out, word, strcspn(word, "|"));
}

static void add_threshold(const struct threshold *threshold, struct strbuf *out)
{
	char buffer[THRESHOLD_TEXT_MAX];

	strbuf_add(out, threshold_text(threshold, buffer));
}

static void add_intel_cpu(const struct config_intel_cpu *cpu, struct strbuf *out)
{
	if (cpu->family)
		strbuf_addf(out, "%u,%u", cpu->family, cpu->model);
}

void option_add_value(const struct config *config, const struct option_row *row, struct strbuf *out)
{
	const void *value = value_of(config, row);
	const char *text;

	switch (row->kind) {
	case OPTION_FLAG:
	case OPTION_ONLY_ARGV:
		strbuf_add(out, *(const bool *)value ? "yes" : "no");
		break;
	case OPTION_TEXT:
	case OPTION_TEXT_ARGV:
	case OPTION_TRIGGER:
	case OPTION_PATH:
	case OPTION_PATH_OR_NONE:
	case OPTION_CPU:
	case OPTION_DECIMAL:
		text = *(char *const *)value;
		strbuf_add(out, text ? text : "");
		break;
	case OPTION_NUMBER:
		strbuf_add_number(out, *(const unsigned int *)value);
		break;
	case OPTION_THRESHOLD:
		add_threshold(value, out);
		break;
	case OPTION_CHOICE:
		add_choice(row, *(const unsigned int *)value, out);
		break;
	case OPTION_INTEL_CPU:
		add_intel_cpu(value, out);
		break;
	case OPTION_ALIAS:
	case OPTION_SETS:
		break;
	}
}

bool option_is_default(const struct config *config, const struct option_row *row)
{
	_cleanup_strbuf_ struct strbuf value = { 0 };
	struct config bare = { 0 };
	_cleanup_strbuf_ struct strbuf usual = { 0 };
	char problem[OPTION_PROBLEM_MAX];
	bool same;

	option_add_value(config, row, &value);
	if (row->fallback && option_set(&bare, row, row->fallback, problem) < 0)
		return false;
	option_add_value(&bare, row, &usual);
	same = strcmp(strbuf_text(&value), strbuf_text(&usual)) == 0;
	options_free(&bare);
	return same;
}
