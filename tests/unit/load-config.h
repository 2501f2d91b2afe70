/* SPDX-License-Identifier: GPL-2.0-only */
/* For tests of the configuration: load it below the fake root. Include after cmocka.h. */
#pragma once

#include "config.h"
#include "tests/unit/collect.h"

enum { ARGUMENTS_MAX = 16 };

typedef int config_loader(struct config *config, int argc, char **argv);

/* Loads with these arguments below the fake root; what it said is in collect->logged. */
static inline int load_by(config_loader *loader, struct collect *collect, struct config *config,
			  const char *const *arguments)
{
	static char program[] = "mcelog", root[] = "--root";
	static char copies[ARGUMENTS_MAX][256];
	char *argv[ARGUMENTS_MAX + 4] = { program, root, collect->directory };
	int argc = 3, saved, r;

	for (; arguments && *arguments; arguments++, argc++) {
		snprintf(copies[argc], sizeof(copies[argc]), "%s", *arguments);
		argv[argc] = copies[argc];
	}
	saved = log_begin(collect);
	r = loader(config, argc, argv);
	log_end(collect, saved);
	return r;
}

static inline int load(struct collect *collect, struct config *config, const char *const *arguments)
{
	return load_by(config_load, collect, config, arguments);
}

#define LOAD(collect, config, ...)                                                                 \
	load(collect, config, (const char *const[]){ __VA_ARGS__ __VA_OPT__(, ) NULL })

static inline void put_conf(struct collect *collect, const char *text)
{
	put_file(collect, SYSCONF_DIR "/mcelog/mcelog.conf", text, strlen(text));
}

static inline void expect_error(struct collect *collect, int r, int error, const char *line)
{
	assert_int_equal(r, error);
	if (!strstr(collect->logged, line))
		fail_msg("\"%s\" is not in \"%s\"", line, collect->logged);
	assert_int_equal(count_lines(collect->logged), 1);
}
