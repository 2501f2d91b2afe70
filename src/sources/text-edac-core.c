// SPDX-License-Identifier: GPL-2.0-only
#include "sources/text-edac-core.h"

#include <string.h>

#include "event/location.h"
#include "event/memory-detail.h"
#include "sources/text-cper.h"
#include "sources/text-fields.h"
#include "util/cleanup.h"

enum { PAGE_BITS = 12 };

static struct span between(const char *from, const char *to)
{
	return (struct span){ from, (size_t)(to - from) };
}

static const char *find(struct span span, const char *text)
{
	return span.length ? memmem(span.text, span.length, text, strlen(text)) : NULL;
}

static const char *find_last(struct span span, const char *text)
{
	const char *last = NULL, *at, *end = span.text + span.length;

	while ((at = find(span, text))) {
		last = at;
		span = between(at + 1, end);
	}
	return last;
}

/* The printable text of a span, cut where it is longer. */
static void copy(struct span span, char *to, size_t size)
{
	size_t n = span.length < size ? span.length : size - 1;

	for (size_t i = 0; i < n; i++)
		to[i] = span.text[i] >= ' ' && span.text[i] <= '~' ? span.text[i] : '?';
	to[n] = '\0';
}

/* igen6_edac names its DIMMs so; the address is not the one of its machine check. */
static bool set_label(struct span label, struct text_edac_error *error)
{
	copy(label, error->label, sizeof(error->label));
	if (!memory_detail_is_label(error->label) || !error->label[strspn(error->label, ":")])
		error->label[0] = '\0';
	return !begins_with(label, "MC_");
}

/* Two numbers that follow a label each; no page and no offset is no address. */
static bool take_address(struct span *rest, const char *page_label, const char *offset_label,
			 uint64_t *ret_address)
{
	uint64_t page, offset;

	if (!text_cper_after(*rest, page_label, rest) ||
	    !text_take_number(rest, 16, UINT64_MAX >> PAGE_BITS, &page))
		return false;
	skip_blanks(rest);
	if (!text_cper_after(*rest, offset_label, rest) ||
	    !text_take_number(rest, 16, (1u << PAGE_BITS) - 1, &offset))
		return false;
	skip_blanks(rest);
	*ret_address = page << PAGE_BITS | offset;
	return *ret_address != 0;
}

/* --- before Linux 3.5 --- */

/* The rows of amd64_edac and k8_edac: what they repeat is decoded beside it. */
static bool is_of_amd(struct span message)
{
	return find(message, "amd64") || find(message, "k8");
}

/* "page 0x12345, offset 0x340, grain 32, ... label "DIMM_A1": e752x CE" */
static bool take_old(struct span rest, struct text_edac_error *error)
{
	const char *open, *close, *end = rest.text + rest.length;

	if (!take_address(&rest, "page ", "offset ", &error->address) ||
	    !begins_with(rest, "grain ") || is_of_amd(rest))
		return false;
	open = find(rest, "\"");
	close = open ? find(between(open + 1, end), "\"") : NULL;
	error->count = 1;
	return close && set_label(between(open + 1, close), error);
}

/* --- since Linux 3.6 --- */

/* "channel:1 slot:0", where these two alone are what the driver knows. */
static bool take_layers(struct span layers, struct location *place)
{
	struct span rest, word = next_word(&layers);
	uint64_t channel, slot;

	if (begins_with(word, "csrow:"))
		return false;
	if (!text_cper_after(word, "channel:", &rest) ||
	    !text_take_number(&rest, 10, INT32_MAX, &channel))
		return true;
	word = next_word(&layers);
	if (!text_cper_after(word, "slot:", &rest) ||
	    !text_take_number(&rest, 10, INT32_MAX, &slot))
		return true;
	if (place->channel == LOCATION_UNKNOWN)
		place->channel = (int32_t)channel;
	if (place->dimm == LOCATION_UNKNOWN)
		place->dimm = (int32_t)slot;
	return true;
}

/* What the driver adds behind " - ". */
static void take_detail(struct span rest, struct location *place)
{
	const char *at = find(rest, " - "), *end = rest.text + rest.length;
	char detail[MEMORY_DRIVER_MAX];

	if (at && end[-1] == ')')
		end--;
	copy(at ? between(at + 3, end) : (struct span){ 0 }, detail, sizeof(detail));
	memory_detail_locate(detail, place);
}

/* " memory read error on LABEL (channel:1 slot:0 page:0x12345 ...)" */
static bool take_new(struct span rest, struct text_edac_error *error)
{
	const char *page = find(rest, " page:0x"), *open, *on, *end = rest.text + rest.length;
	struct span head, behind;

	if (!page)
		return false;
	head = between(rest.text, page);
	open = find_last(head, " (");
	on = open ? find_last(between(rest.text, open), " on ") : NULL;
	behind = between(page + 1, end);
	if (!on || !take_address(&behind, "page:", "offset:", &error->address) ||
	    !begins_with(behind, "grain:"))
		return false;
	take_detail(behind, &error->place);
	return take_layers(between(open + 2, page), &error->place) &&
	       set_label(between(on + 4, open), error);
}

/* "CE", "UE": the blank behind it stays. */
static bool take_type(struct span *rest, bool *ret_corrected)
{
	struct span word = next_word(rest);

	*ret_corrected = is_word(word, "CE");
	return *ret_corrected || is_word(word, "UE");
}

bool text_edac_core_line(struct span line, struct text_edac_error *ret_error)
{
	struct text_edac_error error = { .place = location_nowhere };
	struct span rest, page;
	uint64_t mc, count;
	bool counted;

	if (!text_cper_after(line, "EDAC MC", &rest) || !rest.length || is_blank(line.text[7]) ||
	    !text_take_number(&rest, 10, UINT16_MAX, &mc))
		return false;
	counted = text_take_number(&rest, 10, UINT16_MAX, &count);
	if ((counted && !count) || !take_type(&rest, &error.corrected))
		return false;
	error.mc = (unsigned int)mc;
	page = rest;
	skip_blanks(&page);
	if (counted)
		error.count = (uint32_t)count;
	if (counted ? !take_new(rest, &error) : !take_old(page, &error))
		return false;
	*ret_error = error;
	return true;
}
