// SPDX-License-Identifier: GPL-2.0-only
#include "config.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "util/cleanup.h"
#include "util/log.h"
#include "util/root.h"

enum option_kind {
	FLAG,
	TEXT,
	ONLY_ARGV,
};

struct option_row {
	const char *name;
	enum option_kind kind;
	size_t offset;
	const char *argument;
	const char *fallback;
	const char *help;
};

#define OPTION(name_, kind_, field_, argument_, fallback_, help_)                                  \
	{ name_, kind_, offsetof(struct config, field_), argument_, fallback_, help_ },
static const struct option_row rows[] = {
#include "options.def"
};
#undef OPTION

static bool *flag_of(struct config *config, const struct option_row *row)
{
	return (bool *)((char *)config + row->offset);
}

static char **text_of(struct config *config, const struct option_row *row)
{
	return (char **)((char *)config + row->offset);
}

void config_free(struct config *config)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (rows[i].kind == TEXT)
			free(*text_of(config, &rows[i]));
	*config = (struct config){ 0 };
}

static int set_text(struct config *config, const struct option_row *row, const char *value)
{
	char *copy = strdup(value);

	if (!copy)
		return -ENOMEM;
	free(*text_of(config, row));
	*text_of(config, row) = copy;
	return 0;
}

static int set_defaults(struct config *config)
{
	*config = (struct config){ 0 };
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		int r = rows[i].fallback ? set_text(config, &rows[i], rows[i].fallback) : 0;

		if (r < 0)
			return r;
	}
	return 0;
}

/* One pass over argv. report: say what is wrong. */
static int parse_argv(struct config *config, int argc, char **argv, bool report)
{
	struct option options[ARRAY_SIZE(rows) + 1] = { 0 };
	int found;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		options[i] = (struct option){ .name = rows[i].name,
					      .has_arg = rows[i].kind == TEXT,
					      .val = 256 + (int)i };
	optind = 0;
	opterr = report;
	while ((found = getopt_long(argc, argv, "", options, NULL)) != -1) {
		const struct option_row *row;
		int r = 0;

		if (found < 256)
			return -EINVAL;
		row = &rows[found - 256];
		if (row->kind == TEXT)
			r = set_text(config, row, optarg);
		else
			*flag_of(config, row) = true;
		if (r < 0)
			return r;
	}
	config->operands = argv + optind;
	config->n_operands = argc - optind;
	return 0;
}

/* -EINVAL for a word that is neither. */
static int parse_bool(const char *text, bool *ret_value)
{
	static const char *const yes[] = { "yes", "true", "1", "on" };
	static const char *const no[] = { "no", "false", "0", "off" };

	for (size_t i = 0; i < ARRAY_SIZE(yes); i++) {
		if (strcasecmp(text, yes[i]) != 0 && strcasecmp(text, no[i]) != 0)
			continue;
		*ret_value = strcasecmp(text, yes[i]) == 0;
		return 0;
	}
	return -EINVAL;
}

/* Cuts blanks off both ends, in place. */
static char *strip(char *text)
{
	char *end;

	while (isspace((unsigned char)*text))
		text++;
	end = text + strlen(text);
	while (end > text && isspace((unsigned char)end[-1]))
		*--end = '\0';
	return text;
}

static const struct option_row *find_row(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (strcmp(rows[i].name, name) == 0 && rows[i].kind != ONLY_ARGV)
			return &rows[i];
	return NULL;
}

/* What is wrong with a text option's value; NULL: nothing. */
static const char *text_problem(const struct option_row *row, const char *value)
{
	if (row->offset == offsetof(struct config, journal) && strcmp(value, "auto") != 0 &&
	    strcmp(value, "yes") != 0 && strcmp(value, "no") != 0)
		return "yes, no or auto is wanted";
	if (row->offset == offsetof(struct config, state_dir) && value[0] != '/')
		return "an absolute path is wanted";
	return NULL;
}

/* Options that say where the file is: the file itself comes too late for them. */
static bool is_before_file(const struct option_row *row)
{
	return row->offset == offsetof(struct config, root) ||
	       row->offset == offsetof(struct config, config_file);
}

static int set_from_file(struct config *config, const char *path, unsigned int line,
			 const char *key, const char *value)
{
	const struct option_row *row = find_row(key);
	const char *problem = row && row->kind == TEXT ? text_problem(row, value) : NULL;

	if (!row || is_before_file(row)) {
		log_warning("%s:%u: the key %s is %s, ignored", path, line, key,
			    row ? "for the command line" : "not known");
		return 0;
	}
	if (problem) {
		log_warning("%s:%u: %s = %s: %s, ignored", path, line, key, value, problem);
		return 0;
	}
	if (row->kind == TEXT)
		return set_text(config, row, value);
	if (parse_bool(value, flag_of(config, row)) < 0)
		log_warning("%s:%u: %s = %s: yes or no is wanted, ignored", path, line, key, value);
	return 0;
}

/* The part of the file before its first section. */
static int parse_file(struct config *config, const char *path, char *text)
{
	char *save, *row;
	unsigned int line = 0;

	for (row = text; row; row = save) {
		char *value;
		int r;

		save = strchr(row, '\n');
		if (save)
			*save++ = '\0';
		line++;
		row[strcspn(row, "#")] = '\0';
		row = strip(row);
		if (!*row)
			continue;
		if (*row == '[') {
			log_warning("%s:%u: sections are not supported yet, the rest is ignored",
				    path, line);
			return 0;
		}
		value = strchr(row, '=');
		if (!value) {
			log_warning("%s:%u: \"key = value\" is wanted, ignored", path, line);
			continue;
		}
		*value++ = '\0';
		r = set_from_file(config, path, line, strip(row), strip(value));
		if (r < 0)
			return r;
	}
	return 0;
}

/*
 * A background daemon leaves the directory that a relative path starts from,
 * and reads its command line again when it reloads.
 */
static int make_absolute(char **path)
{
	static char here[ROOT_PATH_MAX];
	char *full;

	/* known from the first time: later the working directory may be another one */
	if (!here[0] && !getcwd(here, sizeof(here)))
		here[0] = '\0';
	if (!*path || **path == '/')
		return 0;
	if (!here[0]) {
		log_error("%s: a relative path, and the working directory is not known", *path);
		return -EINVAL;
	}
	if (asprintf(&full, "%s/%s", here, *path) < 0)
		return -ENOMEM;
	free(*path);
	*path = full;
	return 0;
}

static int make_paths_absolute(struct config *config)
{
	char **const paths[] = { &config->root, &config->config_file, &config->logfile };

	for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
		int r = make_absolute(paths[i]);

		if (r < 0)
			return r;
	}
	return 0;
}

static int load_file(struct config *config)
{
	_cleanup_free_ char *path = strdup(config->config_file);
	_cleanup_free_ char *text = NULL;
	struct root root;
	int r;

	if (!path)
		return -ENOMEM;
	r = root_init(&root, config->root);
	if (r < 0) {
		log_error("--root %s: %s", config->root, strerror(-r));
		return r;
	}
	r = root_read(&root, path, 1 << 20, &text, NULL);
	if (r == -ENOENT && strcmp(path, find_row("config-file")->fallback) == 0)
		return 0;
	if (r < 0) {
		log_error("%s: %s", path, strerror(-r));
		return r;
	}
	return parse_file(config, path, text);
}

static int check(const struct config *config)
{
	static const char *const names[] = { "journal", "state-dir" };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		const struct option_row *row = find_row(names[i]);
		const char *value = *text_of((struct config *)config, row);
		const char *problem = text_problem(row, value);

		if (problem) {
			log_error("--%s %s: %s", row->name, value, problem);
			return -EINVAL;
		}
	}
	if (config->n_operands > 1 && !config->replay && !config->binary && !config->decode) {
		log_error("%s: one device at most", config->operands[1]);
		return -EINVAL;
	}
	if (config->ascii && config->n_operands) {
		log_error("%s: --ascii reads --file FILE or standard input", config->operands[0]);
		return -EINVAL;
	}
	if (config->binary && !config->n_operands) {
		log_error("--binary: what? Name a file");
		return -EINVAL;
	}
	if (config->replay && !config->n_operands) {
		log_error("--replay: what? Name a file or a directory");
		return -EINVAL;
	}
	return 0;
}

int config_load(struct config *config, int argc, char **argv)
{
	int r = set_defaults(config);

	if (r == 0)
		r = parse_argv(config, argc, argv, true);
	if (r == 0)
		r = make_paths_absolute(config);
	if (r == 0 && !config->help && !config->version)
		r = load_file(config);
	if (r == 0)
		r = parse_argv(config, argc, argv, false);
	if (r == 0)
		r = make_paths_absolute(config);
	if (r == 0)
		r = check(config);
	if (r < 0)
		config_free(config);
	return r;
}

enum mode config_mode(const struct config *config)
{
	if (config->help)
		return MODE_HELP;
	if (config->version)
		return MODE_VERSION;
	if (config->list_sources)
		return MODE_LIST_SOURCES;
	if (config->ascii)
		return MODE_ASCII;
	if (config->binary)
		return MODE_BINARY;
	if (config->decode)
		return MODE_DECODE;
	if (config->replay)
		return MODE_REPLAY;
	if (config->harvest)
		return MODE_HARVEST;
	return config->daemon ? MODE_DAEMON : MODE_ONE_SHOT;
}

bool config_disables(const struct config *config, const char *source)
{
	static const char between[] = ", \t";
	const char *at = config->disable_source ? config->disable_source : "";
	size_t length = strlen(source);

	for (at += strspn(at, between); *at; at += strspn(at, between)) {
		size_t word = strcspn(at, between);

		if (word == length && strncmp(at, source, length) == 0)
			return true;
		at += word;
	}
	return false;
}

void config_print_help(void)
{
	printf("mcelog [OPTION...] [DEVICE]           read the device (/dev/mcelog) once\n"
	       "mcelog --daemon [OPTION...]           watch for machine checks\n"
	       "mcelog --harvest [OPTION...]          store what the previous boot left\n"
	       "mcelog --replay [OPTION...] PATH...   store recorded machine checks\n"
	       "mcelog --ascii [--file FILE]          decode kernel log text\n"
	       "mcelog --binary FILE...               decode files of struct mce\n"
	       "mcelog --decode status=0x... [NAME=VALUE...]   decode registers\n\n");
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		printf("  --%s%s%-*s %s\n", rows[i].name, rows[i].argument ? " " : "",
		       (int)(30 - strlen(rows[i].name) - (rows[i].argument ? 1 : 0)),
		       rows[i].argument ? rows[i].argument : "", rows[i].help);
	printf("\nExit status: 0 done, 1 failed. See mcelog(8), mce-report(1).\n");
}
