// SPDX-License-Identifier: GPL-2.0-only
/* Any bytes as mcelog.conf: read somehow, printed, and that is read again without a problem. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "config-dump.h"
#include "config-file.h"
#include "option.h"
#include "util/cleanup.h"
#include "util/log.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Reads text into a config with all defaults and prints what is in force then. */
static void read_and_dump(const void *data, size_t size, unsigned int *ret_problems,
			  struct strbuf *dump)
{
	_cleanup_free_ char *text = malloc(size + 1);
	struct config config;

	if (!text || options_set_defaults(&config) < 0)
		abort();
	if (size)
		memcpy(text, data, size);
	text[size] = '\0';
	if (config_file_read(&config, "fuzz", text, size) < 0)
		abort();
	*ret_problems = config.problems;
	config_dump(&config, dump);
	options_free(&config);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_strbuf_ struct strbuf once = { 0 }, twice = { 0 };
	unsigned int problems;

	log_set_level(LOG_EMERG);
	read_and_dump(data, size, &problems, &once);
	read_and_dump(strbuf_text(&once), once.length, &problems, &twice);
	if (problems || strcmp(strbuf_text(&once), strbuf_text(&twice)) != 0)
		abort();
	return 0;
}
