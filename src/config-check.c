// SPDX-License-Identifier: GPL-2.0-only
#include "config-check.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "credentials.h"
#include "option.h"
#include "sources/source.h"
#include "util/cleanup.h"
#include "util/log.h"
#include "util/nearest.h"

/* Whether path is a file that may be run. Errors: -ENOENT, -EACCES, -errno. */
static int check_script(const struct root *root, const char *path)
{
	char full[ROOT_PATH_MAX];
	struct stat st;

	root_path(root, path, full);
	if (stat(full, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -EACCES;
	return access(full, X_OK) < 0 ? -errno : 0;
}

static int check_in(const struct root *root, const char *directory, const char *trigger,
		    char *ret_path)
{
	int n = snprintf(ret_path, ROOT_PATH_MAX, "%s%s%s", directory, *directory ? "/" : "",
			 trigger);

	return n < ROOT_PATH_MAX ? check_script(root, ret_path) : -ENAMETOOLONG;
}

size_t config_trigger_directories(const struct config *config,
				  const char *ret_directories[CONFIG_DIRECTORIES_MAX])
{
	if (config->trigger.directory) {
		ret_directories[0] = config->trigger.directory;
		return 1;
	}
	ret_directories[0] = SYSCONF_DIR "/mcelog";
	ret_directories[1] = SYSCONF_DIR "/mcelog/triggers";
	return 2;
}

int config_find_trigger(const struct config *config, const struct root *root, const char *trigger,
			char *ret_path)
{
	const char *directories[CONFIG_DIRECTORIES_MAX];
	size_t n = config_trigger_directories(config, directories);
	int r = -ENOENT;

	if (*trigger == '/')
		return check_in(root, "", trigger, ret_path);
	for (size_t i = 0; i < n && r == -ENOENT; i++)
		r = check_in(root, directories[i], trigger, ret_path);
	if (r == -ENOENT) /* name the first place, where it is usual */
		r = check_in(root, directories[0], trigger, ret_path);
	return r;
}

static int check_row(const struct config *config, const struct root *root,
		     const struct option_row *row)
{
	_cleanup_strbuf_ struct strbuf trigger = { 0 };
	char path[ROOT_PATH_MAX];
	int r;

	option_add_value(config, row, &trigger);
	if (!trigger.length)
		return 0;
	r = config_find_trigger(config, root, strbuf_text(&trigger), path);
	if (r < 0)
		log_warning("%s: [%s] %s = %s: %s: %s, it cannot be run", config->config_file,
			    row->section, row->name, strbuf_text(&trigger), path,
			    r == -EACCES ? "not an executable file" : strerror(-r));
	return r;
}

static unsigned int check_triggers(const struct config *config)
{
	unsigned int missing = 0;
	struct root root;

	if (root_init(&root, config->root) < 0)
		return 0; /* config_load() could not have read the file */
	for (size_t i = 0; i < OPTION_COUNT; i++)
		if (option_rows[i].kind == OPTION_TRIGGER)
			missing += check_row(config, &root, &option_rows[i]) < 0;
	if (config->cache.cpu_offline && config->cache.trigger)
		log_warning("%s: [cache] cpu-offline = on: does cache-threshold-trigger = %s "
			    "take CPUs offline, too?",
			    config->config_file, config->cache.trigger);
	return missing;
}

static bool is_source(const char *name)
{
	struct nearest nearest = { 0 };

	for (size_t i = 0; sources[i]; i++) {
		if (strcmp(sources[i]->name, name) == 0)
			return true;
		nearest_try(&nearest, name, sources[i]->name, NULL);
	}
	log_warning("disable-source: there is no source %s%s%s%s", name,
		    nearest.word ? "; did you mean " : "", nearest.word ? nearest.word : "",
		    nearest.word ? "?" : "");
	return false;
}

static unsigned int check_sources(const struct config *config)
{
	_cleanup_free_ char *names = strdup(config->disable_source ? config->disable_source : "");
	unsigned int unknown = 0;
	char *save = NULL;

	for (char *name = names ? strtok_r(names, CONFIG_BETWEEN_NAMES, &save) : NULL; name;
	     name = strtok_r(NULL, CONFIG_BETWEEN_NAMES, &save))
		unknown += !is_source(name);
	return unknown;
}

unsigned int config_check_names(const struct config *config)
{
	return check_triggers(config) + check_sources(config) + credentials_check(config);
}

int config_check(const struct config *config)
{
	unsigned int missing = config_check_names(config);

	if (config->problems || missing)
		return EXIT_FAILURE;
	printf("%s: OK\n", config->config_file);
	return EXIT_SUCCESS;
}
