// SPDX-License-Identifier: GPL-2.0-only
#include "server/limited-log.h"

#include <stdarg.h>
#include <stdio.h>
#include <time.h>

#include "util/log.h"

#define PERIOD_US 60000000ull

static uint64_t monotonic_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

void limited_log(struct limited_log *log, const char *format, ...)
{
	uint64_t now = monotonic_us();
	char line[512];
	va_list arguments;

	if (now < log->next_us) {
		log->kept_back++;
		return;
	}
	va_start(arguments, format);
	vsnprintf(line, sizeof(line), format, arguments);
	va_end(arguments);
	if (log->kept_back)
		log_warning("%s (and %u more such messages before)", line, log->kept_back);
	else
		log_warning("%s", line);
	log->kept_back = 0;
	log->next_us = now + PERIOD_US;
}
