// SPDX-License-Identifier: GPL-2.0-only
/* Any bytes as the name of a pstore file, as its text, plain and deflated, and as a whole log. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "sources/inflate.h"
#include "sources/kernel-log.h"
#include "sources/pstore-name.h"
#include "tests/fuzz/check-end.h"
#include "util/cleanup.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { INFLATED_MAX = 1 << 16 };

static void take_name(const uint8_t *data, size_t size)
{
	_cleanup_free_ char *line = strndup((const char *)data, size);
	struct pstore_header header;
	struct pstore_name name;

	if (!line)
		abort();
	line[strcspn(line, "\n")] = '\0';
	if (pstore_parse_name(line, &name) == 0 && name.time_us < 0)
		abort();
	if (pstore_parse_header((const char *)data, size, &header) == 0 &&
	    (!header.reason[0] || !pstore_is_added((const char *)data, size)))
		abort();
}

static void check(const struct kernel_log *log)
{
	check_end(&log->end);
	for (size_t i = 0; i < log->n; i++)
		if (log->records[i].printk_us < -1 || log->records[i].record.time_us < 0)
			abort();
}

static void take_log(const char *text, size_t size)
{
	struct kernel_log log;

	if (kernel_log_init(&log) < 0)
		abort();
	kernel_log_text(&log, text, size);
	if (kernel_log_end(&log, 0, size % 2 ? 1795212210000000 : 0) < 0)
		abort();
	check(&log);
	kernel_log_done(&log);
}

/* The lines that were added may stand anywhere. */
static void take_lines(const char *text, size_t size)
{
	while (size) {
		const char *end = memchr(text, '\n', size);
		size_t length = end ? (size_t)(end - text) + 1 : size;

		pstore_is_added(text, length);
		text += length;
		size -= length;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_free_ char *inflated = NULL;
	size_t inflated_size = 0;

	take_name(data, size);
	take_lines((const char *)data, size);
	take_log((const char *)data, size);
	inflate_raw(data, size, INFLATED_MAX, &inflated, &inflated_size);
	if (inflated_size > INFLATED_MAX)
		abort();
	if (inflated)
		take_log(inflated, inflated_size);
	return 0;
}
