// SPDX-License-Identifier: GPL-2.0-only
#include "sources/text-firmware.h"

#include <stdio.h>
#include <string.h>

#include "sources/text-fields.h"
#include "util/cleanup.h"

/*
 * The first line names where it comes from; where that line was lost, as in the output
 * of a grep, the next ones still begin a block. Without a number it is one of BERT: the
 * kernels that number nothing always have the first line.
 */
static struct text_block *begin_unnamed(struct text_firmware *firmware,
					const struct text_prefix *prefix, struct text_mark mark)
{
	struct text_block *block =
		text_block_begin(firmware, prefix, mark,
				 prefix->numbered ? "Generic Hardware Error Source" : "BERT");

	block->replayed = !prefix->numbered;
	return block;
}

static bool take_first_line(struct text_firmware *firmware, struct span line,
			    const struct text_prefix *prefix, struct text_mark mark)
{
	struct span rest;
	char name[64];
	uint64_t number;

	if (text_cper_after(line, "Hardware error from APEI Generic Hardware Error Source:", &rest))
		snprintf(name, sizeof(name), "Generic Hardware Error Source");
	else if (prefix->numbered && text_cper_after(line, "Hardware error detected on CPU", &rest))
		snprintf(name, sizeof(name), "extended log of CPU");
	else
		return false;
	if (text_take_number(&rest, 10, UINT32_MAX, &number))
		snprintf(name + strlen(name), sizeof(name) - strlen(name), " %u",
			 (unsigned int)number);
	text_block_begin(firmware, prefix, mark, name);
	return true;
}

static bool parse_severity(struct span word, uint32_t *ret_severity)
{
	static const char *const names[] = { "recoverable", "fatal", "corrected", "info" };
	int severity = text_cper_find(word, names, ARRAY_SIZE(names));

	if (severity < 0 && !is_word(word, "unknown"))
		return false;
	*ret_severity = severity < 0 ? UINT32_MAX : (uint32_t)severity;
	return true;
}

/* "event severity: fatal", once "severity: 1, fatal" */
static bool parse_block_severity(struct span line, uint32_t *ret_severity)
{
	struct span rest;
	uint64_t number;

	if (text_cper_after(line, "event severity:", &rest))
		return parse_severity(rest, ret_severity);
	if (!text_cper_after(line, "severity:", &rest) ||
	    !text_take_number(&rest, 10, UINT32_MAX, &number))
		return false;
	skip_blanks(&rest);
	return parse_severity(rest, ret_severity);
}

/* A line of the block itself, which may be its first; a second severity is of the next block. */
static bool take_block_line(struct text_firmware *firmware, struct span line,
			    const struct text_prefix *prefix, struct text_mark mark)
{
	bool corrected = begins_with(line, "It has been corrected by h/w");
	struct text_block *block = text_block_find(firmware, prefix);
	uint32_t severity = UINT32_MAX;
	bool has_severity = parse_block_severity(line, &severity);

	if (!corrected && !has_severity && !is_word(line, "APEI generic hardware error status"))
		return false;
	if (!block || block->has_severity || block->entry.begun)
		block = begin_unnamed(firmware, prefix, mark);
	if (has_severity) {
		block->has_severity = true;
		block->severity = severity;
	}
	block->idle = 0;
	return true;
}

/* --- entries --- */

/* "Error 0, type: fatal", once "section: 0, severity: 1, fatal" */
static bool parse_entry(struct span line, uint32_t *ret_number, uint32_t *ret_severity)
{
	struct span rest;
	uint64_t number, severity;

	if (text_cper_after(line, "Error ", &rest)) {
		if (!text_take_number(&rest, 10, UINT32_MAX, &number) ||
		    !text_cper_after(rest, " type:", &rest))
			return false;
	} else if (!text_cper_after(line, "section:", &rest) ||
		   !text_take_number(&rest, 10, UINT32_MAX, &number) ||
		   !text_cper_after(rest, " severity:", &rest) ||
		   !text_take_number(&rest, 10, UINT32_MAX, &severity)) {
		return false;
	}
	skip_blanks(&rest);
	*ret_number = (uint32_t)number;
	return parse_severity(rest, ret_severity);
}

static bool take_entry(struct text_firmware *firmware, struct text_block *block, struct span line,
		       struct text_mark mark)
{
	struct text_entry *entry = &block->entry;
	uint32_t number, severity;

	if (!parse_entry(line, &number, &severity))
		return false;
	/* its time, if it has one, came before it */
	if (!entry->begun || entry->numbered)
		text_block_next_entry(firmware, block, mark);
	entry->numbered = true;
	entry->number = number;
	entry->severity = severity;
	return true;
}

/* "2026-11-20 22:03:42" as the BCD bytes of UEFI 2.10, N.2.1. */
static bool parse_time(struct span text, uint8_t time[8])
{
	/* where the digits of seconds, minutes, hours, nothing, day, month, year, century are */
	static const int8_t places[8] = { 17, 14, 11, -1, 8, 5, 2, 0 };

	if (text.length != strlen("2026-11-20 22:03:42"))
		return false;
	for (size_t i = 0; i < sizeof(places); i++) {
		const char *at = text.text + places[i];

		if (places[i] < 0)
			continue;
		if (at[0] < '0' || at[0] > '9' || at[1] < '0' || at[1] > '9')
			return false;
		time[i] = (uint8_t)((at[0] - '0') << 4 | (at[1] - '0'));
	}
	return true;
}

/* "precise tstamp: ...": the first line of an entry, where it is there. */
static bool take_time(struct text_firmware *firmware, struct text_block *block, struct span line,
		      struct text_mark mark)
{
	enum { AT_FLAGS = 3, PRECISE = 1 };
	uint8_t time[8] = { 0 };
	struct span rest;

	if (text_cper_after(line, "precise tstamp:", &rest))
		time[AT_FLAGS] = PRECISE;
	else if (!text_cper_after(line, "imprecise tstamp:", &rest))
		return false;
	if (!parse_time(rest, time))
		return false;
	text_block_next_entry(firmware, block, mark);
	memcpy(block->entry.time, time, sizeof(time));
	block->entry.valid |= TEXT_VALID_TIME;
	return true;
}

static bool take_flags(struct text_entry *entry, struct span line)
{
	static const char *const words[] = { "primary",
					     "containment warning",
					     "reset",
					     "threshold exceeded",
					     "resource not acces",
					     "latent error" };
	struct span rest;
	uint64_t flags;

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (begins_with(line, words[i]))
			return true;
	if (!text_cper_after(line, "flags:", &rest) ||
	    !text_take_number(&rest, 16, UINT8_MAX, &flags))
		return false;
	entry->flags = (uint8_t)flags;
	return true;
}

/* What stands between an entry's first line and its section. */
static bool take_entry_line(struct text_entry *entry, struct span line)
{
	struct span rest;

	if (text_cper_after(line, "fru_id:", &rest)) {
		if (text_cper_guid(rest, &entry->fru_id))
			entry->valid |= TEXT_VALID_FRU_ID;
		return true;
	}
	if (text_cper_after(line, "fru_text:", &rest)) {
		size_t n = rest.length < sizeof(entry->fru_text) ? rest.length
								 : sizeof(entry->fru_text);

		memcpy(entry->fru_text, rest.text, n);
		entry->valid |= TEXT_VALID_FRU_TEXT;
		return true;
	}
	return take_flags(entry, line);
}

static void take_label(struct text_entry *entry, struct span line)
{
	struct span label;
	size_t n;

	if (!text_section_label(line, &label))
		return;
	n = label.length < sizeof(entry->label) ? label.length : sizeof(entry->label) - 1;
	for (size_t i = 0; i < n; i++)
		entry->label[i] =
			label.text[i] >= ' ' && label.text[i] <= '~' ? label.text[i] : '?';
	entry->label[n] = '\0';
}

static bool take_section_line(struct text_block *block, struct span line)
{
	struct text_entry *entry = &block->entry;

	if (!entry->begun)
		return false;
	if (sd_id128_is_null(entry->section.type) && take_entry_line(entry, line))
		return true;
	if (!text_section_line(&entry->section, line, entry->severity))
		return false;
	take_label(entry, line);
	return true;
}

/* Whether a line may begin something: a cheap test, for it is asked of every line. */
static bool may_begin(struct span line)
{
	switch (line.length ? *line.text : '\0') {
	case 'E': /* Error 0 */
	case 'H': /* Hardware error */
	case 'I': /* It has been corrected */
	case 'A': /* APEI generic hardware error status */
	case 'e': /* event severity */
	case 's': /* severity, section */
		return true;
	}
	return false;
}

static struct text_block *find_or_begin(struct text_firmware *firmware, struct span line,
					const struct text_prefix *prefix, struct text_mark mark)
{
	struct text_block *block = text_block_find(firmware, prefix);
	uint32_t number, severity;

	if (!block && may_begin(line) && parse_entry(line, &number, &severity))
		block = begin_unnamed(firmware, prefix, mark);
	return block;
}

bool text_firmware_line(struct text_firmware *firmware, struct span line,
			const struct text_prefix *prefix, struct text_mark mark)
{
	struct text_block *block;
	bool begins = may_begin(line), taken;

	if (!firmware->n_open && !begins)
		return false;
	text_blocks_wait(firmware);
	if (!prefix->numbered && !prefix->hardware_error)
		return false;
	if (begins && (take_first_line(firmware, line, prefix, mark) ||
		       take_block_line(firmware, line, prefix, mark)))
		return true;
	block = find_or_begin(firmware, line, prefix, mark);
	if (!block)
		return false;
	taken = take_time(firmware, block, line, mark) || take_entry(firmware, block, line, mark) ||
		take_section_line(block, line);
	if (taken || prefix->numbered)
		block->idle = 0;
	return taken;
}
