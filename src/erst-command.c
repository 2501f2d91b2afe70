// SPDX-License-Identifier: GPL-2.0-only
#include "erst-command.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "erst-print.h"
#include "sources/erst-store.h"
#include "sources/wire.h"
#include "util/cleanup.h"
#include "util/log.h"

/* A record that was asked for. */
struct wanted {
	uint64_t id;
	bool found;
};

struct command {
	const struct config *config;
	struct erst_store store;
	struct printer printer;
	int (*each)(void *context, const struct erst_item *item);
	struct wanted *wanted;
	size_t n_wanted;
	bool all; /* nothing in particular was asked for */
	unsigned int n_records;
	unsigned int n_failed;
	unsigned int n_kept; /* of others, which nobody asked to erase */
	size_t n_bytes;
};

/* --- what is asked for --- */

/* Takes the IDs behind the verb. Errors: -EINVAL, logged; -ENOMEM. */
static int take_ids(struct command *command)
{
	const struct config *config = command->config;
	int n = config->n_operands - 1;

	command->wanted = calloc(n > 0 ? (size_t)n : 1, sizeof(*command->wanted));
	if (!command->wanted)
		return -ENOMEM;
	for (int i = 0; i < n; i++) {
		const char *text = config->operands[i + 1];

		if (wire_parse_erst_id(text, &command->wanted[i].id) < 0) {
			log_error("--erst %s %s: not the ID of a record, as --erst list shows it",
				  config->operands[0], text);
			return -EINVAL;
		}
		command->n_wanted++;
	}
	return 0;
}

static bool is_wanted(struct command *command, uint64_t id)
{
	bool found = command->all;

	for (size_t i = 0; i < command->n_wanted; i++)
		if (command->wanted[i].id == id)
			found = command->wanted[i].found = true;
	return found;
}

static void check_all_found(struct command *command)
{
	for (size_t i = 0; i < command->n_wanted; i++) {
		if (command->wanted[i].found)
			continue;
		log_error("record %" PRIu64 ": %s has none", command->wanted[i].id,
			  command->store.place);
		command->n_failed++;
	}
}

/* --- the verbs --- */

static void __attribute__((format(printf, 2, 3)))
say(struct command *command, const char *format, ...)
{
	_cleanup_strbuf_ struct strbuf line = { 0 };
	va_list arguments;

	va_start(arguments, format);
	strbuf_vaddf(&line, format, arguments);
	va_end(arguments);
	printer_line(&command->printer, strbuf_text(&line), line.length);
}

static int list_item(void *context, const struct erst_item *item)
{
	struct command *command = context;
	char kind[ERST_KIND_MAX], owner[ERST_KIND_MAX], time[40];

	if (!command->n_records)
		say(command, "%-20s  %-20s  %5s  %s", "ID", "TIME", "BYTES", "KIND, CREATOR");
	command->n_records++;
	command->n_bytes += item->bytes.size;
	say(command, "%-20" PRIu64 "  %-20s  %5zu  %s, %s", item->id, erst_time(item, time),
	    item->bytes.size, erst_kind(item, kind), erst_owner(item, owner));
	return 0;
}

static int show_item(void *context, const struct erst_item *item)
{
	struct command *command = context;

	if (!is_wanted(command, item->id))
		return 0;
	command->n_records++;
	erst_show(&command->printer, item);
	return 0;
}

/* Whether the record may go; says why not, where it was asked for. */
static bool may_clear(struct command *command, const struct erst_item *item)
{
	char owner[ERST_KIND_MAX];
	const char *why = NULL;

	switch (item->creator) {
	case ERST_LINUX:
		break;
	case ERST_FMPM:
		why = "the kernel needs it to know bad memory at the next boot";
		break;
	case ERST_FOREIGN:
		if (!command->config->force)
			why = "Linux did not write it; with --force it is erased all the same";
		break;
	}
	if (!why)
		return true;
	if (command->all) {
		command->n_kept++;
	} else {
		log_error("record %" PRIu64 ", of %s: not erased: %s", item->id,
			  erst_owner(item, owner), why);
		command->n_failed++;
	}
	return false;
}

static int clear_item(void *context, const struct erst_item *item)
{
	struct command *command = context;
	char kind[ERST_KIND_MAX];
	int r;

	if (!is_wanted(command, item->id) || !may_clear(command, item))
		return 0;
	r = erst_store_clear(&command->store, item);
	if (r < 0) {
		log_error("record %" PRIu64 ": cannot be erased: %s", item->id, strerror(-r));
		command->n_failed++;
		return 0;
	}
	command->n_records++;
	say(command, "record %" PRIu64 ", %s: erased", item->id, erst_kind(item, kind));
	return 0;
}

static const char *plural(unsigned int n)
{
	return n == 1 ? "" : "s";
}

/* The line behind the list. Firmware does not say how many there is room for. */
static void sum_up(struct command *command)
{
	unsigned int n = command->n_records;

	if (command->each == list_item)
		say(command, "%u record%s, %zu bytes, in %s", n, plural(n), command->n_bytes,
		    command->store.place);
	else if (command->each == clear_item && command->all)
		say(command, "%u record%s erased, %u of others kept", n, plural(n),
		    command->n_kept);
	else if (command->each == show_item && command->all && !n)
		say(command, "no records in %s", command->store.place);
}

static int usage(const char *what)
{
	log_error("--erst %s: list, show [ID...], clear ID... or clear all is wanted", what);
	return -EINVAL;
}

/* What the operands ask for. Errors: -EINVAL, logged; -ENOMEM. */
static int parse(struct command *command)
{
	const struct config *config = command->config;
	const char *verb = config->n_operands ? config->operands[0] : "list";

	command->all = config->n_operands <= 1;
	if (strcmp(verb, "list") == 0 && command->all) {
		command->each = list_item;
		if (!config->json)
			return 0;
		log_error("--json: with --erst show only");
		return -EINVAL;
	}
	if (strcmp(verb, "show") == 0) {
		command->each = show_item;
		return take_ids(command);
	}
	if (strcmp(verb, "clear") != 0 || command->all)
		return usage(verb);
	command->each = clear_item;
	command->all = config->n_operands == 2 && strcmp(config->operands[1], "all") == 0;
	return command->all ? 0 : take_ids(command);
}

static int run(struct command *command)
{
	char why[ERST_WHY_MAX];
	unsigned int n_bad = 0;
	struct root root;
	int r = root_init(&root, command->config->root);

	if (r < 0) {
		log_error("--root %s: %s", command->config->root, strerror(-r));
		return r;
	}
	r = erst_store_open(&root, &command->store, why);
	if (r < 0) {
		log_error("%s", why);
		return r;
	}
	r = erst_store_walk(&command->store, command->each, command, &n_bad);
	if (r < 0)
		log_error("%s: %s", command->store.place, strerror(-r));
	else
		check_all_found(command);
	sum_up(command);
	erst_store_close(&command->store);
	return r < 0 || n_bad || command->n_failed ? -EIO : 0;
}

int erst_run(const struct config *config)
{
	struct command command = { .config = config };
	int status = EXIT_SUCCESS, r = parse(&command);

	if (r == 0)
		r = printer_start(&command.printer, config);
	if (r == 0) {
		if (run(&command) < 0)
			status = EXIT_FAILURE;
		status = printer_end(&command.printer, status);
	} else {
		if (r == -ENOMEM)
			log_error("--erst: %s", strerror(-r));
		status = EXIT_FAILURE;
	}
	free(command.wanted);
	return status;
}
