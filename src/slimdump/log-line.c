// SPDX-License-Identifier: GPL-2.0-only
#include "slimdump/log-line.h"

#include <inttypes.h>

static void add_time(struct strbuf *text, uint64_t time_ns)
{
	strbuf_addf(text, "[%5" PRIu64 ".%06" PRIu64 "] ", time_ns / 1000000000,
		    time_ns / 1000 % 1000000);
}

void log_line_add(struct strbuf *text, uint64_t time_ns, struct bytes message)
{
	add_time(text, time_ns);
	for (size_t i = 0; i < message.size; i++) {
		uint8_t c = message.data[i];

		if (c == '\n' && i + 1 == message.size)
			break;
		if (c == '\n') {
			strbuf_add(text, "\n");
			add_time(text, time_ns);
		} else if ((c >= ' ' && c != 0x7f) || c == '\t') {
			strbuf_add_bytes(text, (const char *)&message.data[i], 1);
		} else {
			strbuf_addf(text, "\\x%02x", c);
		}
	}
	strbuf_add(text, "\n");
}
