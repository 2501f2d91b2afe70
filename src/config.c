// SPDX-License-Identifier: GPL-2.0-only
#include "config.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config-file.h"
#include "option.h"
#include "util/cleanup.h"
#include "util/log.h"
#include "util/root.h"

enum { FILE_MAX = 1 << 20 };

/* What the command line says for a row. */
static int set_from_argv(struct config *config, const struct option_row *row, const char *value,
			 bool report)
{
	char problem[OPTION_PROBLEM_MAX];
	int r = option_set(config, row, value, problem);

	if (r == -EINVAL && report)
		log_error("--%s %s: %s", row->name, value, problem);
	return r;
}

/* One pass over argv. report: say what is wrong. */
static int parse_argv(struct config *config, int argc, char **argv, bool report)
{
	struct option options[OPTION_COUNT + 1] = { 0 };
	int found, n = 0;

	for (size_t i = 0; i < OPTION_COUNT && !*option_rows[i].section; i++)
		options[n++] = (struct option){ .name = option_rows[i].name,
						.has_arg = option_has_argument(&option_rows[i]),
						.val = 256 + (int)i };
	optind = 0;
	opterr = report;
	while ((found = getopt_long(argc, argv, "", options, NULL)) != -1) {
		int r;

		if (found < 256)
			return -EINVAL;
		r = set_from_argv(config, &option_rows[found - 256], optarg ? optarg : "yes",
				  report);
		if (r < 0)
			return r;
	}
	config->operands = argv + optind;
	config->n_operands = argc - optind;
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
	char **const paths[] = { &config->root, &config->config_file, &config->logfile,
				 &config->pidfile };

	for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
		int r = make_absolute(paths[i]);

		if (r < 0)
			return r;
	}
	return 0;
}

static bool is_default_file(const char *path)
{
	return strcmp(path, option_find("", "config-file")->fallback) == 0;
}

static int load_file(struct config *config)
{
	_cleanup_free_ char *path = strdup(config->config_file);
	_cleanup_free_ char *text = NULL;
	struct root root;
	size_t size;
	int r;

	if (!path)
		return -ENOMEM;
	r = root_init(&root, config->root);
	if (r < 0) {
		log_error("--root %s: %s", config->root, strerror(-r));
		return r;
	}
	r = root_read(&root, path, FILE_MAX, &text, &size);
	if (r == -ENOENT && is_default_file(path) && !config->check_config)
		return 0;
	if (r < 0) {
		log_error("%s: %s", path, strerror(-r));
		return r;
	}
	return config_file_read(config, path, text, size);
}

/* A harvest finds by itself what there is, and prints events as a daemon does. */
static int check_harvest(const struct config *config)
{
	if (config->n_operands) {
		log_error("%s: --harvest takes no file or device", config->operands[0]);
		return -EINVAL;
	}
	if (config->json) {
		log_error("--json: not with --harvest; mce-report list -o json has its events");
		return -EINVAL;
	}
	if (config->force) {
		log_error("--force: with --erst clear only");
		return -EINVAL;
	}
	return 0;
}

/* What the modes make of operands. */
static int check(const struct config *config)
{
	if (config_mode(config) == MODE_HARVEST)
		return check_harvest(config);
	if (config->n_operands > 1 && !config->replay && !config->binary && !config->decode &&
	    !config->erst) {
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
	int r = options_set_defaults(config);

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

int config_load_strict(struct config *config, int argc, char **argv)
{
	int r = config_load(config, argc, argv);

	if (r < 0 || !config->problems)
		return r;
	log_error("%s: %u problem%s, nothing of it is taken", config->config_file, config->problems,
		  config->problems == 1 ? "" : "s");
	config_free(config);
	return -EINVAL;
}

void config_free(struct config *config)
{
	options_free(config);
}

enum mode config_mode(const struct config *config)
{
	/* the first one that was asked for */
	const struct {
		bool wanted;
		enum mode mode;
	} rows[] = {
		{ config->help, MODE_HELP },
		{ config->version, MODE_VERSION },
		{ config->check_config, MODE_CHECK_CONFIG },
		{ config->dump_config, MODE_DUMP_CONFIG },
		{ config->is_cpu_supported, MODE_IS_CPU_SUPPORTED },
		{ config->list_sources, MODE_LIST_SOURCES },
		{ config->trigger_runner, MODE_TRIGGER_RUNNER },
		{ config->enable_imc_log, MODE_ENABLE_IMC_LOG },
		{ config->test_hook, MODE_TEST_HOOK },
		{ config->ping, MODE_PING },
		{ config->client, MODE_CLIENT },
		{ config->ascii, MODE_ASCII },
		{ config->binary, MODE_BINARY },
		{ config->decode, MODE_DECODE },
		{ config->erst, MODE_ERST },
		{ config->replay, MODE_REPLAY },
		{ config->harvest, MODE_HARVEST },
		{ config->daemon, MODE_DAEMON },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (rows[i].wanted)
			return rows[i].mode;
	return MODE_ONE_SHOT;
}

bool config_disables(const struct config *config, const char *source)
{
	static const char between[] = CONFIG_BETWEEN_NAMES;
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

static void print_option(const struct option_row *row)
{
	const char *argument = row->argument ? row->argument : "";
	int width = 30 - (int)strlen(row->name) - (row->argument ? 1 : 0);

	printf("  --%s%s%-*s %s\n", row->name, row->argument ? " " : "", width > 0 ? width : 0,
	       argument, row->help);
}

void config_print_help(void)
{
	printf("mcelog [OPTION...] [DEVICE]           read the device (/dev/mcelog) once\n"
	       "mcelog --daemon [OPTION...]           watch for machine checks\n"
	       "mcelog --client                       what the running daemon has counted\n"
	       "mcelog --harvest [OPTION...]          store what the previous boot left\n"
	       "mcelog --replay [OPTION...] PATH...   store recorded machine checks\n"
	       "mcelog --ascii [--file FILE]          decode kernel log text\n"
	       "mcelog --binary FILE...               decode files of struct mce or CPER records\n"
	       "mcelog --decode status=0x... [NAME=VALUE...]   decode registers\n"
	       "mcelog --erst [list]                  what lies in firmware's error store (ERST)\n"
	       "mcelog --erst show [ID...]            decode it\n"
	       "mcelog --erst clear ID...|all         erase it\n"
	       "mcelog --check-config                 what is wrong in mcelog.conf\n\n");
	for (size_t i = 0; i < OPTION_COUNT && !*option_rows[i].section; i++)
		print_option(&option_rows[i]);
	printf("\nThresholds and triggers: mcelog.conf(5), mcelog --dump-config.\n"
	       "Exit status: 0 done, 1 failed. See mcelog(8), mce-report(1).\n");
}
