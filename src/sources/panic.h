/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * panic: whether a kernel's log says that it panicked, and whether a hardware
 * error was why. The first "Kernel panic - not syncing: …" decides, with what the
 * kernel said before it (arch/x86/kernel/cpu/mce/core.c, drivers/acpi/apei/ghes.c,
 * drivers/edac/edac_mc.c): later ones are its consequence. A log without one is
 * of a crash that went another way, or of none.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum panic_cause {
	PANIC_NONE,  /* the log has no panic */
	PANIC_OTHER, /* a panic, not because of the hardware */
	PANIC_MACHINE_CHECK,
	PANIC_MEMORY_ERROR, /* a fatal one that firmware reported (GHES), or one that EDAC found */
	PANIC_FIRMWARE_ERROR, /* another fatal error that it reported */
};

enum { PANIC_TEXT_MAX = 192 };

/* Starts as {0}. Texts are printable ASCII, cut where they are longer. */
struct panic {
	enum panic_cause cause;
	char words[PANIC_TEXT_MAX];  /* "Fatal machine check"; "" with PANIC_NONE */
	char reason[PANIC_TEXT_MAX]; /* the kernel's own "Machine check: …"; "" unknown */
	bool memory;		     /* the last report of firmware is about memory */
};

/*
 * Takes one line of the log, in its order, with any prefix that text-prefix.h
 * knows. Returns whether it is the one of the panic.
 */
bool panic_line(struct panic *panic, const char *line, size_t length);

/* The same for every line of a text. */
void panic_text(struct panic *panic, const char *text, size_t size);

/* Whether the hardware was the cause, whoever reported it. */
bool panic_by_hardware(const struct panic *panic);
