// SPDX-License-Identifier: GPL-2.0-only
#include "config-dump.h"

#include <string.h>

#include "option.h"

static bool is_dumped(const struct option_row *row)
{
	return row->kind != OPTION_ALIAS && row->kind != OPTION_SETS && !option_is_for_argv(row);
}

static void dump_row(const struct config *config, const struct option_row *row, struct strbuf *out)
{
	_cleanup_strbuf_ struct strbuf value = { 0 };
	const char *text;

	option_add_value(config, row, &value);
	text = strbuf_text(&value);
	strbuf_addf(out, "# %s", row->help);
	if (row->kind == OPTION_CHOICE)
		strbuf_addf(out, " (%s)", row->argument);
	strbuf_add(out, "\n");
	if (strpbrk(text, "#\n")) {
		strbuf_addf(out, "# %s: its value cannot stand in a file\n", row->name);
		return;
	}
	strbuf_addf(out, "%s%s =%s%s\n", option_is_default(config, row) ? "#" : "", row->name,
		    *text ? " " : "", text);
}

void config_dump(const struct config *config, struct strbuf *out)
{
	const char *section = "";

	strbuf_addf(out, "# The configuration in force with %s.\n", config->config_file);
	strbuf_add(out, "# A line that is commented out is the default.\n\n");
	for (size_t i = 0; i < OPTION_COUNT; i++) {
		const struct option_row *row = &option_rows[i];

		if (strcmp(row->section, section) != 0)
			strbuf_addf(out, "\n[%s]\n", row->section);
		section = row->section;
		if (is_dumped(row))
			dump_row(config, row, out);
	}
}
