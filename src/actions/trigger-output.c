// SPDX-License-Identifier: GPL-2.0-only
#include "actions/trigger-output.h"

#include <string.h>

#include "util/log.h"

enum { LINES_MAX = 100, LINES_WINDOW_US = 10 * 1000 * 1000 };

void trigger_output_init(struct trigger_output *output, const char *name)
{
	memset(output, 0, sizeof(*output));
	output->name = name;
	output->limit.window_us = LINES_WINDOW_US;
	output->limit.most = LINES_MAX;
}

static void tell_withheld(struct trigger_output *output)
{
	if (output->limit.withheld)
		log_warning("%s: %u more lines not shown", output->name, output->limit.withheld);
	output->limit.withheld = 0;
}

static void end_line(struct trigger_output *output, uint64_t now_us)
{
	unsigned int withheld = output->limit.withheld;

	output->line[output->length] = '\0';
	if (output->length && ratelimit_pass(&output->limit, now_us)) {
		if (withheld)
			tell_withheld(output);
		if (output->cut)
			log_info("%s: %s [%zu more bytes]", output->name, output->line,
				 output->cut);
		else
			log_info("%s: %s", output->name, output->line);
	}
	output->length = 0;
	output->cut = 0;
}

void trigger_output_take(struct trigger_output *output, const char *data, size_t size,
			 uint64_t now_us)
{
	for (size_t i = 0; i < size; i++) {
		char c = data[i];

		if (c == '\n')
			end_line(output, now_us);
		else if (output->length < TRIGGER_LINE_MAX)
			output->line[output->length++] = c == '\t'		? ' '
							 : c < 0x20 || c > 0x7e ? '?'
										: c;
		else
			output->cut++;
	}
}

void trigger_output_finish(struct trigger_output *output, uint64_t now_us)
{
	end_line(output, now_us);
	tell_withheld(output);
}
