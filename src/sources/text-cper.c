// SPDX-License-Identifier: GPL-2.0-only
#include "sources/text-cper.h"

#include <string.h>

#include "sources/text-fields.h"
#include "util/bytes.h"

bool text_cper_room(struct text_section *section, size_t offset, size_t size)
{
	if (offset > TEXT_SECTION_MAX || size > TEXT_SECTION_MAX - offset)
		return false;
	if (section->size < offset + size)
		section->size = offset + size;
	return true;
}

void text_cper_put(struct text_section *section, size_t offset, size_t size, uint64_t value)
{
	for (size_t i = 0; i < size; i++)
		section->body[offset + i] = (uint8_t)(value >> i * 8);
}

uint64_t text_cper_get(const struct text_section *section, size_t offset, size_t size)
{
	return bytes_le((struct bytes){ section->body, sizeof(section->body) }, offset, size);
}

void text_cper_put_guid(uint8_t *at, sd_id128_t guid)
{
	static const uint8_t order[16] = { 3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15 };

	for (size_t i = 0; i < sizeof(order); i++)
		at[i] = guid.bytes[order[i]];
}

bool text_cper_guid(struct span span, sd_id128_t *ret_guid)
{
	char text[SD_ID128_UUID_STRING_MAX];

	if (span.length != sizeof(text) - 1)
		return false;
	memcpy(text, span.text, span.length);
	text[span.length] = '\0';
	return sd_id128_from_string(text, ret_guid) >= 0;
}

void text_cper_valid(struct text_section *section, unsigned int bit)
{
	if (bit != TEXT_NO_VALID)
		section->body[section->valid_at + bit / 8] |= (uint8_t)(1u << bit % 8);
}

bool text_cper_after(struct span line, const char *label, struct span *ret_rest)
{
	size_t n = strlen(label);

	if (!begins_with(line, label))
		return false;
	*ret_rest = (struct span){ line.text + n, line.length - n };
	skip_blanks(ret_rest);
	return true;
}

int text_cper_find(struct span text, const char *const *texts, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (is_word(text, texts[i]))
			return (int)i;
	return -1;
}

bool text_cper_index(struct span line, const char *label, unsigned int max, unsigned int *ret_index)
{
	struct span rest;
	uint64_t index;

	if (!text_cper_after(line, label, &rest) || !text_take_number(&rest, 10, max, &index) ||
	    rest.length)
		return false;
	*ret_index = (unsigned int)index;
	return true;
}

/* --- fields --- */

/* The number at the beginning, which a blank, a comma or a bracket ends. */
static struct span take_token(struct span *span)
{
	struct span token;
	size_t n = 0;

	skip_blanks(span);
	while (n < span->length && !is_blank(span->text[n]) && span->text[n] != ',' &&
	       span->text[n] != ')')
		n++;
	token = (struct span){ span->text, n };
	*span = (struct span){ span->text + n, span->length - n };
	return token;
}

static bool parse_hex(struct span token, unsigned int digits, uint64_t *ret_value)
{
	if (begins_with(token, "0x"))
		token = (struct span){ token.text + 2, token.length - 2 };
	return token.length >= digits && text_parse_number(token, 16, ret_value);
}

/* Numbers of at most 16 bits with these characters between them; false: other text. */
static bool parse_parts(struct span token, const char *between, unsigned int base, uint64_t *values)
{
	for (size_t i = 0;; i++) {
		const char *end = between[i] && token.length
					  ? memchr(token.text, between[i], token.length)
					  : NULL;
		size_t n = end ? (size_t)(end - token.text) : token.length;

		if ((between[i] && !end) ||
		    !text_parse_number((struct span){ token.text, n }, base, &values[i]) ||
		    values[i] > UINT16_MAX)
			return false;
		if (!between[i])
			return true;
		token = (struct span){ end + 1, token.length - n - 1 };
	}
}

static bool parse_address(struct span token, uint64_t *ret_value)
{
	uint64_t v[4];

	if (!parse_parts(token, "::.", 16, v) || v[1] > 0xff || v[2] > 0xff || v[3] > 0xff)
		return false;
	*ret_value = v[0] << 24 | v[1] << 16 | v[2] << 8 | v[3];
	return true;
}

static bool parse_version(struct span token, uint64_t *ret_value)
{
	uint64_t v[2];

	if (!parse_parts(token, ".", 10, v) || v[0] > 0xff || v[1] > 0xff)
		return false;
	*ret_value = v[0] << 8 | v[1];
	return true;
}

static bool parse_value(const struct text_field *field, struct span *span, uint64_t *ret_value)
{
	const char *open;

	switch (field->format) {
	case TEXT_DECIMAL:
		return text_parse_number(take_token(span), 10, ret_value);
	case TEXT_STATUS:
		open = span->length ? memchr(span->text, '(', span->length) : NULL;
		if (open)
			*span = (struct span){ open + 1,
					       span->length - (size_t)(open + 1 - span->text) };
		return parse_hex(take_token(span), field->digits, ret_value);
	case TEXT_HEX:
		return parse_hex(take_token(span), field->digits, ret_value);
	case TEXT_VERSION:
		return parse_version(take_token(span), ret_value);
	case TEXT_ADDRESS:
		return parse_address(take_token(span), ret_value);
	}
	return false;
}

static bool put_value(struct text_section *section, const struct text_field *field,
		      unsigned int index, uint64_t value)
{
	size_t offset = section->base + field->offset + (size_t)index * field->size;

	if (field->put)
		return field->put(section, value);
	if (value > UINT64_MAX >> (64 - field->size * 8 + field->shift) ||
	    !text_cper_room(section, offset, field->size))
		return false;
	text_cper_put(section, offset, field->size, value << field->shift);
	return true;
}

/* The numbers of one field, all of them or none. */
static bool take_field(struct text_section *section, const struct text_field *field,
		       struct span *span)
{
	uint64_t values[4] = { 0 };
	unsigned int count = field->count ? field->count : 1;
	struct span rest;

	if (!text_cper_after(*span, field->label, &rest))
		return false;
	for (unsigned int i = 0; i < count; i++) {
		if (i && rest.length && *rest.text == ',')
			rest = (struct span){ rest.text + 1, rest.length - 1 };
		if (!parse_value(field, &rest, &values[i]))
			return false;
	}
	for (unsigned int i = 0; i < count; i++)
		if (!put_value(section, field, i, values[i]))
			return false;
	text_cper_valid(section, field->valid);
	*span = rest;
	return true;
}

bool text_cper_fields(struct text_section *section, const struct text_field *fields, size_t n,
		      struct span line)
{
	bool any = false;

	for (skip_blanks(&line); line.length; skip_blanks(&line)) {
		size_t i = 0;

		while (i < n && !take_field(section, &fields[i], &line))
			i++;
		if (i == n && !any)
			return false;
		if (i == n) /* the words that a number means */
			next_word(&line);
		any = true;
	}
	return any;
}

/* --- dumps --- */

void text_cper_expect_dump(struct text_section *section, size_t offset, size_t size, uint8_t valid)
{
	section->dump = offset;
	section->dump_size = size;
	section->dump_end = 0;
	section->dump_valid = valid;
}

/* Groups of digits are numbers in the machine's order, as x86 and ARM have it. */
static bool put_group(struct text_section *section, struct span group, size_t offset)
{
	size_t size = group.length / 2;
	uint64_t value;

	if (offset + size > section->dump_size || !text_parse_number(group, 16, &value) ||
	    !text_cper_room(section, section->dump + offset, size))
		return false;
	text_cper_put(section, section->dump + offset, size, value);
	text_cper_valid(section, section->dump_valid);
	if (section->dump_end < offset + size)
		section->dump_end = offset + size;
	return true;
}

bool text_cper_dump(struct text_section *section, struct span line)
{
	enum { DIGITS = 8, LINE_BYTES = 16 };
	struct span word = next_word(&line);
	uint64_t offset;
	size_t length = 0;

	if (section->dump == TEXT_NO_DUMP || word.length != DIGITS + 1 ||
	    word.text[DIGITS] != ':' || !text_parse_number(word, 16, &offset))
		return false;
	/* behind two blanks the same is in letters */
	for (size_t n = 0; n < LINE_BYTES && line.length > 1 && !is_blank(line.text[1]);
	     n += length / 2) {
		word = next_word(&line);
		if (n && word.length != length)
			break;
		length = word.length;
		if ((length != 2 && length != 4 && length != 8 && length != 16) ||
		    !put_group(section, word, (size_t)offset + n))
			break;
	}
	return true;
}
