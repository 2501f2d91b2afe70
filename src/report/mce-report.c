// SPDX-License-Identifier: GPL-2.0-only
/* mce-report: what failed, how bad is it, what do I do. Options in, one verb out. */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/report.h"
#include "util/cleanup.h"

static const char help[] =
	"Usage: mce-report [OPTION...] [VERB]\n"
	"What hardware errors were recorded, how bad they are and what to do.\n"
	"\n"
	"  summary            what failed, worst first (the default)\n"
	"  list               one line for each event, oldest first\n"
	"  info ID...         all about an event; its number or the start of its ID\n"
	"  boots              when each boot was, how it ended as far as evidence says, and\n"
	"                     the fatal error\n"
	"\n"
	"  -o, --output FORM  text or json (one object a line, for every verb)\n"
	"  -n, --limit N      only the newest N events or boots, or the worst N lines of the\n"
	"                     summary\n"
	"  -b, --boot [BOOT]  only of that boot: 0 this one (if left out), -1 the one before it,\n"
	"                     1 the first on record, or its ID; the summary says how it ended\n"
	"      --db PATH      another database than " STATE_DIR "/events.db\n"
	"  -h, --help         this text\n"
	"  -V, --version      the version\n"
	"\n"
	"Exit status: 0 printed, 1 nothing matched, 2 usage, 3 data unreachable.\n";

static const struct verb {
	const char *name;
	report_verb *run;
	bool wants_arguments;
	bool of_boot; /* takes --boot */
} verbs[] = {
	{ "summary", report_summary, false, true },
	{ "list", report_list, false, true },
	{ "info", report_info, true, false },
	{ "boots", report_boots, false, false },
};

/* The command line. */
struct arguments {
	struct report_options options;
	const char *boot; /* NULL: --boot was not given */
	const struct verb *verb;
};

/* Outcome of reading the command line. */
enum parsed {
	PARSED_RUN,
	PARSED_HELP,
	PARSED_VERSION,
	PARSED_WRONG, /* said on stderr */
};

static enum parsed wrong(const char *what, const char *argument)
{
	fprintf(stderr, "mce-report: %s%s%s; see mce-report --help\n", argument,
		*argument ? ": " : "", what);
	return PARSED_WRONG;
}

static enum parsed set_output(struct report_options *options, const char *argument)
{
	options->json = strcmp(argument, "json") == 0;
	if (!options->json && strcmp(argument, "text") != 0)
		return wrong("no such output, it is text or json", argument);
	return PARSED_RUN;
}

static enum parsed set_limit(struct report_options *options, const char *argument)
{
	unsigned long limit;
	char *end;

	errno = 0;
	limit = strtoul(argument, &end, 10);
	if (errno || *end || *argument < '0' || *argument > '9' || limit < 1 || limit > 1000000000)
		return wrong("not a number from 1 on", argument);
	options->limit = (unsigned int)limit;
	return PARSED_RUN;
}

static enum parsed set_boot(struct arguments *arguments, const char *name)
{
	arguments->boot = name;
	return query_is_boot_name(name)
		       ? PARSED_RUN
		       : wrong("not a boot: it is 0, -1 ..., or an ID of 4 digits or more", name);
}

static enum parsed set_option(struct arguments *arguments, int option, const char *argument)
{
	switch (option) {
	case 'o':
		return set_output(&arguments->options, argument);
	case 'n':
		return set_limit(&arguments->options, argument);
	case 'b':
		return set_boot(arguments, argument);
	case 'd':
		arguments->options.db = argument;
		arguments->options.db_given = true;
		return PARSED_RUN;
	case 'h':
		return PARSED_HELP;
	case 'V':
		return PARSED_VERSION;
	}
	/* getopt has said what is wrong */
	return PARSED_WRONG;
}

/* What follows --boot is its argument where it can be one, also after a space ("-b -1"). */
static const char *boot_argument(char **argv)
{
	if (optarg)
		return optarg;
	return argv[optind] && query_is_boot_name(argv[optind]) ? argv[optind++] : "0";
}

/* Options may stand before and after the verb: getopt_long() sorts them to the front. */
static enum parsed parse_options(int argc, char **argv, struct arguments *arguments)
{
	static const struct option longs[] = {
		{ "output", required_argument, NULL, 'o' },
		{ "limit", required_argument, NULL, 'n' },
		{ "boot", optional_argument, NULL, 'b' },
		{ "db", required_argument, NULL, 'd' },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ 0 },
	};
	enum parsed parsed = PARSED_RUN;
	int option;

	while (parsed == PARSED_RUN &&
	       (option = getopt_long(argc, argv, "o:n:b::hV", longs, NULL)) != -1)
		parsed =
			set_option(arguments, option, option == 'b' ? boot_argument(argv) : optarg);
	return parsed;
}

static enum parsed check_verb(const struct verb *verb, const struct arguments *arguments)
{
	char **operands = arguments->options.arguments;

	if (verb->wants_arguments && !*operands)
		return wrong("wants an event's number or ID", verb->name);
	if (!verb->wants_arguments && *operands)
		return wrong("unexpected", *operands);
	if (arguments->boot && !verb->of_boot)
		return wrong("not with --boot", verb->name);
	return PARSED_RUN;
}

static enum parsed parse_verb(char **operands, struct arguments *arguments)
{
	const char *name = *operands ? *operands++ : "summary";

	for (size_t i = 0; i < ARRAY_SIZE(verbs); i++) {
		if (strcmp(verbs[i].name, name) != 0)
			continue;
		arguments->options.arguments = operands;
		arguments->verb = &verbs[i];
		return check_verb(&verbs[i], arguments);
	}
	return wrong("no such verb", name);
}

static enum report_status finish_output(enum report_status status)
{
	errno = 0;
	if (fflush(stdout) == 0 && !ferror(stdout))
		return status;
	fprintf(stderr, "mce-report: writing the output failed%s%s\n", errno ? ": " : "",
		errno ? strerror(errno) : "");
	return REPORT_UNREACHABLE;
}

static int stop_at_crash(void *context, const struct crash *crash)
{
	(void)context;
	(void)crash;
	return 1;
}

static int stop_at_event(void *context, const struct event *event)
{
	(void)context;
	(void)event;
	return 1;
}

/* Whether there is something that stopped a boot which is not known. */
static bool has_lone_stops(struct query *query)
{
	return query_crashes(query, SD_ID128_NULL, stop_at_crash, NULL) == 1 ||
	       query_lone_fatals(query, stop_at_event, NULL) == 1;
}

static enum report_status boot_failed(struct query *query, const char *name, int r)
{
	if (r == -ENOTUNIQ) {
		fprintf(stderr, "mce-report: %s: more than one boot, give more digits\n", name);
		return REPORT_USAGE;
	}
	if (r != -ENOENT)
		return report_failed(query, r);
	fprintf(stderr, "mce-report: %s: no such boot on record; see mce-report boots%s\n", name,
		has_lone_stops(query)
			? ", which also has crashes or fatal errors of a boot that is not known"
			: "");
	return REPORT_NOTHING;
}

static enum report_status run_verb(struct query *query, struct arguments *arguments)
{
	sd_id128_t running = SD_ID128_NULL;
	struct query_boot boot;

	if (arguments->boot) {
		int r;

		sd_id128_get_boot(&running);
		r = query_find_boot(query, running, arguments->boot, &boot);
		if (r < 0)
			return boot_failed(query, arguments->boot, r);
		arguments->options.boot = &boot;
	}
	return arguments->verb->run(query, &arguments->options);
}

static enum report_status run(struct arguments *arguments)
{
	enum report_status status;
	struct query *query;
	char note[512];

	if (query_open(arguments->options.db, &query, note) < 0) {
		fprintf(stderr, "mce-report: %s\n", note);
		return REPORT_UNREACHABLE;
	}
	status = run_verb(query, arguments);
	query_close(query);
	return status;
}

int main(int argc, char **argv)
{
	struct arguments arguments = { .options.db = STATE_DIR "/events.db" };
	enum parsed parsed = parse_options(argc, argv, &arguments);

	/* A pager that has seen enough ends us without a word, whatever our parent ignores. */
	signal(SIGPIPE, SIG_DFL);
	if (parsed == PARSED_RUN)
		parsed = parse_verb(argv + optind, &arguments);
	switch (parsed) {
	case PARSED_RUN:
		return (int)finish_output(run(&arguments));
	case PARSED_HELP:
		fputs(help, stdout);
		return (int)finish_output(REPORT_PRINTED);
	case PARSED_VERSION:
		puts("mce-report " PACKAGE_VERSION);
		return (int)finish_output(REPORT_PRINTED);
	case PARSED_WRONG:
		break;
	}
	return REPORT_USAGE;
}
