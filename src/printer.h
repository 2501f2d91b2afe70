/* SPDX-License-Identifier: GPL-2.0-only */
/* printer: records, decoded or raw, and other lines to standard output. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "config.h"
#include "decode/cpu-names.h"
#include "event/event.h"
#include "event/firmware.h"
#include "util/strbuf.h"

struct printer {
	struct strbuf text;
	struct event event; /* the last one; what the store would give it stays 0 */
	bool json;
	bool raw;		     /* not decoded */
	const struct cpu_alias *cpu; /* for records that do not say theirs */
	struct cpu_alias intel;	     /* what cpu points to with --intel-cpu */
	int error;		     /* of the first write that failed, 0 none */
};

/* In the form that config asks for. Errors, logged: -EINVAL, no such CPU or form. */
int printer_start(struct printer *printer, const struct config *config);

/* Writes what is left and frees all. Returns the exit status: the given one, or 1. */
int printer_end(struct printer *printer, int status);

/* symbol: the kernel function of its RIP, or "". */
void printer_record(struct printer *printer, const struct record *record, const char *symbol);

/*
 * What firmware reported, as every error in it; a line where there is none. Errors,
 * logged: -EBADMSG, not all of it could be read; what could is printed all the same.
 */
int printer_firmware(struct printer *printer, const struct firmware *firmware);

/* One that was decoded already. */
void printer_event(struct printer *printer, const struct event *event);

/* A line that belongs to no record, without its end; JSON has none. */
void printer_line(struct printer *printer, const char *line, size_t length);

/* Writes out what is there. */
void printer_flush(struct printer *printer);
