// SPDX-License-Identifier: GPL-2.0-only
#include "sources/panic.h"

#include <string.h>

#include "sources/text-fields.h"
#include "util/cleanup.h"

/* How the panics of the machine-check code begin, from Linux 2.6.30 to 6.12. */
static const char *const machine_checks[] = {
	"Consecutive machine checks",
	"Failed kernel mode recovery",
	"Fatal Machine check",
	"Fatal local machine check",
	"Fatal machine check",
	"Local fatal machine check",
	"Machine check",
	"Memory error not recovered",
	"Panicing machine check CPU died",
	"Timeout synchronizing machine check over CPUs",
	"Timeout: Monarch CPU did not finish machine check processing",
	"Timeout: Monarch CPU unable to finish machine check processing",
	"Timeout: Not all CPUs entered broadcast exception handler",
	"Timeout: Subject CPUs unable to finish machine check processing",
	"Too many consecutive machine checks",
};

/* Of firmware's reports, which may be about anything: a memory error is told apart below. */
static const char *const firmware_errors[] = {
	"Fatal hardware error",
	"GHES: Fatal hardware error",
};

/* Of EDAC where it is told to panic (edac_mc_panic_on_ue), before Linux 3.5. */
static const char *const old_edac[] = { "UE page 0x", "Uncorrected Error" };

static bool begins_with_any(struct span span, const char *const *texts, size_t n_texts)
{
	for (size_t i = 0; i < n_texts; i++)
		if (begins_with(span, texts[i]))
			return true;
	return false;
}

static bool has(struct span span, const char *text)
{
	return span.length && memmem(span.text, span.length, text, strlen(text));
}

/* "UE memory read error on DIMM_A1 (channel:0 slot:0 page:0x12345 offset:0x0 grain:32)" */
static bool is_edac(struct span words)
{
	const char *colon = words.length ? memchr(words.text, ':', words.length) : NULL;
	const char *end = words.text + words.length;

	if (begins_with(words, "UE "))
		return begins_with(words, "UE row ") ||
		       (has(words, "on ") && has(words, "page:0x") && has(words, "grain:"));
	if (!begins_with(words, "EDAC MC") || !colon)
		return false;
	words = (struct span){ colon + 1, (size_t)(end - colon - 1) };
	skip_blanks(&words);
	return begins_with_any(words, old_edac, ARRAY_SIZE(old_edac));
}

static struct span behind(struct span span, const char *text)
{
	size_t length = strlen(text);

	span = (struct span){ span.text + length, span.length - length };
	skip_blanks(&span);
	return span;
}

static void copy(char to[PANIC_TEXT_MAX], struct span from)
{
	size_t length = from.length < PANIC_TEXT_MAX ? from.length : PANIC_TEXT_MAX - 1;

	for (size_t i = 0; i < length; i++)
		to[i] = from.text[i] >= ' ' && from.text[i] <= '~' ? from.text[i] : ' ';
	to[length] = '\0';
}

/* Words that are not known yet are a machine check's where its reason stands before them. */
static enum panic_cause cause_of(struct span words, const struct panic *panic)
{
	if (begins_with_any(words, firmware_errors, ARRAY_SIZE(firmware_errors)))
		return panic->memory ? PANIC_MEMORY_ERROR : PANIC_FIRMWARE_ERROR;
	if (is_edac(words))
		return PANIC_MEMORY_ERROR;
	if (begins_with_any(words, machine_checks, ARRAY_SIZE(machine_checks)) || panic->reason[0])
		return PANIC_MACHINE_CHECK;
	return PANIC_OTHER;
}

static bool take_panic(struct panic *panic, struct span words)
{
	copy(panic->words, words);
	panic->cause = cause_of(words, panic);
	if (panic->cause != PANIC_MACHINE_CHECK)
		panic->reason[0] = '\0';
	return true;
}

bool panic_line(struct panic *panic, const char *line, size_t length)
{
	static const char start[] = "Kernel panic - not syncing:";
	static const char fake[] = "Fake kernel panic:"; /* of a test: it went on */
	static const char reason[] = "Machine check:";
	static const char report[] = "Hardware error from APEI";
	static const char memory_section[] = "section_type: memory error";
	struct text_prefix prefix;
	struct span message;

	if (panic->cause != PANIC_NONE)
		return false;
	message = text_strip_prefix(line, length, &prefix);
	skip_blanks(&message);
	if (begins_with(message, start))
		return take_panic(panic, behind(message, start));
	if (begins_with(message, report))
		panic->memory = false;
	else if (begins_with(message, memory_section))
		panic->memory = true;
	else if (prefix.hardware_error && begins_with(message, fake))
		panic->reason[0] = '\0';
	else if (prefix.hardware_error && begins_with(message, reason))
		copy(panic->reason, behind(message, reason));
	return false;
}

void panic_text(struct panic *panic, const char *text, size_t size)
{
	while (size > 0 && panic->cause == PANIC_NONE) {
		const char *end = memchr(text, '\n', size);
		size_t length = end ? (size_t)(end - text) : size;

		panic_line(panic, text, length);
		length += end != NULL;
		text += length;
		size -= length;
	}
	/* without a panic it is nobody's */
	if (panic->cause == PANIC_NONE)
		panic->reason[0] = '\0';
}

bool panic_by_hardware(const struct panic *panic)
{
	switch (panic->cause) {
	case PANIC_NONE:
	case PANIC_OTHER:
		return false;
	case PANIC_MACHINE_CHECK:
	case PANIC_MEMORY_ERROR:
	case PANIC_FIRMWARE_ERROR:
		return true;
	}
	return false;
}
