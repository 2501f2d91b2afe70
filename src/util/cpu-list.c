// SPDX-License-Identifier: GPL-2.0-only
#include "util/cpu-list.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "util/cleanup.h"

enum { TEXT_MAX = 65536, MASK_DIGITS = 8, WORDS = CPU_LIST_MAX / 64 };

static bool at_end(const char *at)
{
	return !at[0] || (at[0] == '\n' && !at[1]);
}

/* strtoul() would take blanks, signs and what overflows. */
static int parse_number(const char **at, unsigned int *ret_number)
{
	unsigned int number = 0;

	if (**at < '0' || **at > '9')
		return -EINVAL;
	for (; **at >= '0' && **at <= '9'; (*at)++) {
		number = number * 10 + (unsigned int)(**at - '0');
		if (number >= CPU_LIST_MAX)
			return -ERANGE;
	}
	*ret_number = number;
	return 0;
}

static int parse_range(const char **at, struct cpu_list *list)
{
	unsigned int first, last;
	int r = parse_number(at, &first);

	if (r < 0)
		return r;
	last = first;
	if (**at == '-') {
		(*at)++;
		r = parse_number(at, &last);
		if (r < 0)
			return r;
	}
	if (last < first)
		return -EINVAL;
	for (unsigned int cpu = first; cpu <= last; cpu++)
		cpu_list_add(list, cpu);
	return 0;
}

int cpu_list_parse(const char *text, struct cpu_list *ret_list)
{
	struct cpu_list list = { 0 };
	const char *at = text;

	while (!at_end(at) || at > text) {
		int r = parse_range(&at, &list);

		if (r < 0)
			return r;
		if (at_end(at))
			break;
		if (*at++ != ',')
			return -EINVAL;
	}
	*ret_list = list;
	return 0;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Makes room for one more group of 32 bits at the low end and puts it there. */
static int shift_in(struct cpu_list *list, uint32_t group)
{
	if (list->words[WORDS - 1] >> 32)
		return -ERANGE;
	for (size_t i = WORDS - 1; i > 0; i--)
		list->words[i] = list->words[i] << 32 | list->words[i - 1] >> 32;
	list->words[0] = list->words[0] << 32 | group;
	return 0;
}

int cpu_list_parse_mask(const char *text, struct cpu_list *ret_list)
{
	struct cpu_list list = { 0 };
	const char *at = text;

	for (;;) {
		uint32_t group = 0;
		int digits = 0, r;

		for (; hex_digit(*at) >= 0; at++, digits++)
			group = group << 4 | (uint32_t)hex_digit(*at);
		if (digits < 1 || digits > MASK_DIGITS)
			return -EINVAL;
		r = shift_in(&list, group);
		if (r < 0)
			return r;
		if (at_end(at))
			break;
		if (*at++ != ',')
			return -EINVAL;
	}
	*ret_list = list;
	return 0;
}

int cpu_list_read(const struct root *root, const char *path, struct cpu_list *ret_list)
{
	_cleanup_free_ char *text = NULL;
	size_t size;
	int r = root_read(root, path, TEXT_MAX, &text, &size);

	if (r < 0)
		return r;
	return strlen(text) == size ? cpu_list_parse(text, ret_list) : -EINVAL;
}

void cpu_list_add_text(const struct cpu_list *list, struct strbuf *text)
{
	const char *comma = "";

	for (unsigned int cpu = 0; cpu < CPU_LIST_MAX; cpu++) {
		unsigned int last = cpu;

		if (!cpu_list_has(list, cpu))
			continue;
		while (cpu_list_has(list, last + 1))
			last++;
		strbuf_addf(text, "%s%u", comma, cpu);
		if (last > cpu)
			strbuf_addf(text, "-%u", last);
		comma = ",";
		cpu = last;
	}
}

unsigned int cpu_list_count(const struct cpu_list *list)
{
	unsigned int n = 0;

	for (size_t i = 0; i < WORDS; i++)
		n += (unsigned int)__builtin_popcountll(list->words[i]);
	return n;
}

void cpu_list_join(struct cpu_list *list, const struct cpu_list *other)
{
	for (size_t i = 0; i < WORDS; i++)
		list->words[i] |= other->words[i];
}

void cpu_list_remove(struct cpu_list *list, const struct cpu_list *other)
{
	for (size_t i = 0; i < WORDS; i++)
		list->words[i] &= ~other->words[i];
}
