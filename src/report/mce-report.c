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
	"\n"
	"  -o, --output FORM  text or json (one object a line, for every verb)\n"
	"  -n, --limit N      only the newest N events, or the worst N lines of the summary\n"
	"      --db PATH      another database than " STATE_DIR "/events.db\n"
	"  -h, --help         this text\n"
	"  -V, --version      the version\n"
	"\n"
	"Exit status: 0 printed, 1 nothing matched, 2 usage, 3 data unreachable.\n";

static const struct verb {
	const char *name;
	report_verb *run;
	bool wants_arguments;
} verbs[] = {
	{ "summary", report_summary, false },
	{ "list", report_list, false },
	{ "info", report_info, true },
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

static enum parsed set_option(struct report_options *options, int option, const char *argument)
{
	switch (option) {
	case 'o':
		return set_output(options, argument);
	case 'n':
		return set_limit(options, argument);
	case 'd':
		options->db = argument;
		options->db_given = true;
		return PARSED_RUN;
	case 'h':
		return PARSED_HELP;
	case 'V':
		return PARSED_VERSION;
	}
	/* getopt has said what is wrong */
	return PARSED_WRONG;
}

/* Options may stand before and after the verb: getopt_long() sorts them to the front. */
static enum parsed parse_options(int argc, char **argv, struct report_options *options)
{
	static const struct option longs[] = {
		{ "output", required_argument, NULL, 'o' },
		{ "limit", required_argument, NULL, 'n' },
		{ "db", required_argument, NULL, 'd' },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ 0 },
	};
	enum parsed parsed = PARSED_RUN;
	int option;

	while (parsed == PARSED_RUN &&
	       (option = getopt_long(argc, argv, "o:n:hV", longs, NULL)) != -1)
		parsed = set_option(options, option, optarg);
	return parsed;
}

static enum parsed parse_verb(char **arguments, struct report_options *options,
			      const struct verb **ret_verb)
{
	const char *name = *arguments ? *arguments++ : "summary";

	for (size_t i = 0; i < ARRAY_SIZE(verbs); i++) {
		if (strcmp(verbs[i].name, name) != 0)
			continue;
		if (verbs[i].wants_arguments && !*arguments)
			return wrong("wants an event's number or ID", name);
		if (!verbs[i].wants_arguments && *arguments)
			return wrong("unexpected", *arguments);
		options->arguments = arguments;
		*ret_verb = &verbs[i];
		return PARSED_RUN;
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

static enum report_status run(const struct verb *verb, const struct report_options *options)
{
	enum report_status status;
	struct query *query;
	char note[512];

	if (query_open(options->db, &query, note) < 0) {
		fprintf(stderr, "mce-report: %s\n", note);
		return REPORT_UNREACHABLE;
	}
	status = verb->run(query, options);
	query_close(query);
	return status;
}

int main(int argc, char **argv)
{
	struct report_options options = { .db = STATE_DIR "/events.db" };
	const struct verb *verb = NULL;
	enum parsed parsed = parse_options(argc, argv, &options);

	/* A pager that has seen enough ends us without a word, whatever our parent ignores. */
	signal(SIGPIPE, SIG_DFL);
	if (parsed == PARSED_RUN)
		parsed = parse_verb(argv + optind, &options, &verb);
	switch (parsed) {
	case PARSED_RUN:
		return (int)finish_output(run(verb, &options));
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
