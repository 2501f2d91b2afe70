/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * cause: whether a hardware error was why a kernel panicked, from its log: the
 * first "Kernel panic - not syncing: …" decides (arch/x86/kernel/cpu/mce/core.c,
 * drivers/acpi/apei/ghes.c). A log without one is of a crash that went another way.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "util/strbuf.h"

enum cause_kind {
	CAUSE_NONE,  /* the log has no panic */
	CAUSE_OTHER, /* a panic, not because of the hardware */
	CAUSE_MACHINE_CHECK,
	CAUSE_MEMORY_ERROR, /* a fatal memory error that firmware reported (GHES) */
};

enum { CAUSE_TEXT_MAX = 128, CAUSE_RECORDS_MAX = 256 };

struct cause {
	enum cause_kind kind;
	char panic[CAUSE_TEXT_MAX];  /* the panic's text; "" for CAUSE_NONE */
	char reason[CAUSE_TEXT_MAX]; /* the kernel's own "Machine check: …"; "" unknown */
};

/* Reads a log, any text. */
void cause_find(const char *log, size_t size, struct cause *ret_cause);

/*
 * Appends to text, in mcelog's shape, what the log's newest machine-check records mean,
 * CAUSE_RECORDS_MAX at most; and to line, as a person would say it, the last one
 * of the worst. Errors: -ENOMEM.
 */
int cause_decode(const char *log, size_t size, struct strbuf *text, struct strbuf *line);
