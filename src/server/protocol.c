// SPDX-License-Identifier: GPL-2.0-only
#include "server/protocol.h"

#include <string.h>

#define BLANKS " \t\v\f\r"

/* An unknown word does not stop mcelog from dumping, so clients can rely on "done". */
static void answer_dump(const struct server_ops *ops, char *words, struct strbuf *out)
{
	bool all = false, bios = false;
	char *rest;

	for (char *word = strtok_r(words, BLANKS, &rest); word;
	     word = strtok_r(NULL, BLANKS, &rest)) {
		if (strcmp(word, "all") == 0)
			all = true;
		else if (strcmp(word, "bios") == 0)
			bios = true;
		else
			strbuf_add(out, "Unknown dump parameter\n");
	}
	ops->dump(ops->context, all, bios, out);
	strbuf_add(out, "done\n");
}

void protocol_answer(const struct server_ops *ops, char *line, struct strbuf *out)
{
	char *words;
	char *command = strtok_r(line, BLANKS, &words);

	if (!command)
		return;
	if (strcmp(command, "dump") == 0) {
		answer_dump(ops, words, out);
	} else if (strcmp(command, "pages") == 0) {
		ops->pages(ops->context, out);
		strbuf_add(out, "done\n");
	} else if (strcmp(command, "ping") == 0 && !strtok_r(NULL, BLANKS, &words)) {
		strbuf_add(out, "pong\n");
	} else {
		strbuf_add(out, "Unknown command\n");
	}
}
