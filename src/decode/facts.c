// SPDX-License-Identifier: GPL-2.0-only
#include "decode/facts.h"

#include "event/bits.h"

void fact_add(struct decoded *decoded, const char *name, const char *text, uint64_t value)
{
	if (decoded->n_facts >= DECODED_FACTS_MAX)
		return;
	decoded->facts[decoded->n_facts++] = (struct fact){
		.name = name,
		.text = text,
		.value = value,
	};
}

const char *code_text(const struct code_row *rows, size_t n, uint16_t code)
{
	for (size_t i = 0; i < n; i++)
		if (code == rows[i].code || (code > rows[i].code && code <= rows[i].last))
			return rows[i].text;
	return NULL;
}

void fact_add_error(struct decoded *decoded, const struct code_row *rows, size_t n, uint16_t code)
{
	const char *text = code_text(rows, n, code);

	fact_add(decoded, "error", text ? text : "Unknown model-specific error", code);
}

static const char *row_text(const struct fact_row *row, uint64_t value)
{
	if (value < row->n_texts && row->texts[value])
		return row->texts[value];
	return row->text;
}

void facts_from_register(struct decoded *decoded, const struct fact_row *rows, size_t n,
			 uint64_t value, unsigned int conditions)
{
	for (size_t i = 0; i < n; i++) {
		const struct fact_row *row = &rows[i];
		uint64_t field = bits(value, row->high, row->low);

		if ((row->needs & ~conditions) || (!field && !row->zero))
			continue;
		fact_add(decoded, row->name, row_text(row, field), field);
	}
}
