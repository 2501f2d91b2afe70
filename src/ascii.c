// SPDX-License-Identifier: GPL-2.0-only
#include "ascii.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "printer.h"
#include "sources/text.h"
#include "sources/wire.h"
#include "util/cleanup.h"
#include "util/log.h"
#include "util/root.h"

enum {
	INPUT_SIZE = 64 << 10, /* also the longest line that stays whole */
	BINARY_MAX = 1 << 30,
};

/* From records to standard output. */
struct writer {
	struct strbuf text;
	struct event event; /* the last one; what the store would give it stays 0 */
	bool json;
	bool raw; /* not decoded */
	const struct cpu_alias *cpu; /* for records that do not say theirs */
	struct cpu_alias intel;	     /* what cpu points to with --intel-cpu */
	int error;		     /* of the first write that failed, 0 none */
};

static void flush(struct writer *writer)
{
	const char *at = strbuf_text(&writer->text);
	size_t left = writer->text.length;

	if (writer->text.error && !writer->error)
		writer->error = writer->text.error;
	while (left && !writer->error) {
		ssize_t n = write(STDOUT_FILENO, at, left);

		if (n < 0 && errno != EINTR)
			writer->error = -errno;
		if (n > 0) {
			at += n;
			left -= (size_t)n;
		}
	}
	strbuf_reset(&writer->text);
}

/* The text says nothing of the CPU: what --cpu says. */
static void set_cpu(const struct writer *writer, struct record *record)
{
	if (!writer->cpu || record->fields & RECORD_HAS_CPUID)
		return;
	record->vendor = writer->cpu->vendor;
	if (!writer->cpu->cpuid)
		return;
	record->cpuid = writer->cpu->cpuid;
	record->fields |= RECORD_HAS_CPUID;
}

static void write_record(struct writer *writer, const struct record *record, const char *symbol)
{
	struct event *event = &writer->event;

	event->record = *record;
	set_cpu(writer, &event->record);
	event->record.replayed = true;
	if (writer->raw) {
		record_to_raw(&event->record, &writer->text);
		if (writer->text.length >= OUTPUT_SIZE)
			flush(writer);
		return;
	}
	decode(&event->record, &event->decoded);
	if (writer->json) {
		event_to_json(event, NULL, &writer->text);
		strbuf_add(&writer->text, "\n");
	} else {
		event_to_text(event, &writer->text);
		if (symbol[0]) {
			writer->text.length--; /* the blank line comes after it */
			strbuf_add(&writer->text, "RIP: ");
			strbuf_add(&writer->text, symbol);
			strbuf_add(&writer->text, "\n\n");
		}
	}
	if (writer->text.length >= OUTPUT_SIZE)
		flush(writer);
}

static void take_record(void *context, const struct record *record, const char *symbol)
{
	printer_record(context, record, symbol);
}

static void take_foreign(void *context, const char *line, size_t length)
{
	printer_line(context, line, length);
}

/* Every whole line of the buffer; returns how many bytes they are. */
static size_t take_lines(struct text_parser *parser, const char *text, size_t length)
{
	size_t at = 0;

	while (at < length) {
		const char *end = memchr(text + at, '\n', length - at);

		if (!end)
			break;
		text_parser_line(parser, text + at, (size_t)(end - text) - at);
		at = (size_t)(end - text) + 1;
	}
	return at;
}

static int read_lines(int fd, struct text_parser *parser, struct printer *printer)
{
	_cleanup_free_ char *buffer = malloc(INPUT_SIZE);
	size_t used = 0;

	if (!buffer)
		return -ENOMEM;
	while (!printer->error) {
		size_t wanted = INPUT_SIZE - used;
		ssize_t n = read(fd, buffer + used, wanted);
		size_t taken;

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		used += (size_t)n;
		taken = take_lines(parser, buffer, used);
		if (!taken && used == INPUT_SIZE) {
			text_parser_line(parser, buffer, used);
			taken = used;
		}
		used -= taken;
		memmove(buffer, buffer + taken, used);
		if ((size_t)n < wanted) /* no more for a while, as from tail -f */
			printer_flush(printer);
	}
	if (used)
		text_parser_line(parser, buffer, used);
	text_parser_finish(parser);
	return 0;
}

static void set_intel_cpu(struct writer *writer, const struct config_intel_cpu *cpu)
{
	writer->intel = (struct cpu_alias){ .vendor = VENDOR_INTEL,
					    .cpuid = cpuid_of(cpu->family, cpu->model) };
	writer->cpu = &writer->intel;
}

static int writer_start(struct writer *writer, const struct config *config)
{
	*writer = (struct writer){ .json = config->json, .raw = config->raw };
	if (!config->cpu && config->intel_cpu.family)
		set_intel_cpu(writer, &config->intel_cpu);
	if (!config->cpu)
		return 0;
	writer->cpu = cpu_alias_find(config->cpu);
	if (!writer->cpu) {
		const struct cpu_alias *aliases;
		size_t n;

		aliases = cpu_aliases(&n);
		log_error("--cpu %s: no such CPU; known are:", config->cpu);
		for (size_t i = 0; i < n; i++)
			fprintf(stderr, " %s", aliases[i].name);
		fprintf(stderr, "\n");
		return -EINVAL;
	}
	return 0;
}

/* Writes what is left. Returns the exit status. */
static int writer_end(struct writer *writer, int status)
{
	flush(writer);
	if (writer->error) {
		log_error("standard output: %s", strerror(-writer->error));
		status = EXIT_FAILURE;
	}
	strbuf_free(&writer->text);
	return status;
}

int ascii_run(const struct config *config)
{
	_cleanup_free_ struct text_parser *parser = NULL;
	_cleanup_close_ int file = -1;
	struct printer printer;
	struct text_output output = {
		.record = take_record,
		.foreign = take_foreign,
		.context = &printer,
	};
	const char *name = config->file ? config->file : "standard input";
	int status = EXIT_SUCCESS, r;

	if (printer_start(&printer, config) < 0)
		return EXIT_FAILURE;
	if (config->file) {
		file = open(config->file, O_RDONLY | O_CLOEXEC);
		if (file < 0) {
			log_error("%s: %s", name, strerror(errno));
			return EXIT_FAILURE;
		}
	}
	r = text_parser_new(&output, &parser);
	if (r == 0)
		r = read_lines(file < 0 ? STDIN_FILENO : file, parser, &printer);
	if (r < 0) {
		log_error("%s: %s", name, strerror(-r));
		status = EXIT_FAILURE;
	}
	return printer_end(&printer, status);
}

/* A file whose records are taken apart. */
struct binary {
	struct printer *printer;
	const char *path;
	bool refused;
};

static int take_bytes(void *context, unsigned int ordinal, struct bytes bytes)
{
	struct binary *binary = context;
	struct record record;

	if (wire_decode(bytes, &record) < 0) {
		log_error("%s: record %u: %s", binary->path, ordinal, wire_check(bytes));
		binary->refused = true;
		return 0;
	}
	record.source = SOURCE_TEXT;
	printer_record(binary->printer, &record, "");
	return 0;
}

static int take_binary(struct printer *printer, const char *path)
{
	struct binary binary = { .printer = printer, .path = path };
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC);
	_cleanup_free_ char *content = NULL;
	struct bytes bytes;
	size_t size, record_size;
	int r = fd < 0 ? -errno : read_all(fd, BINARY_MAX, &content, &size);

	if (r < 0) {
		log_error("%s: %s", path, strerror(-r));
		return r;
	}
	bytes = (struct bytes){ (const uint8_t *)content, size };
	record_size = wire_record_size(bytes);
	if (!record_size) {
		log_error("%s: %s", path, wire_check(bytes));
		return -EBADMSG;
	}
	r = wire_split(bytes, record_size, take_bytes, &binary);
	if (size % record_size) {
		log_error("%s: %zu bytes at its end are no whole record", path, size % record_size);
		return -EBADMSG;
	}
	return binary.refused ? -EBADMSG : r < 0 ? r : 0;
}

int binary_run(const struct config *config)
{
	int status = EXIT_SUCCESS;
	struct printer printer;

	if (printer_start(&printer, config) < 0)
		return EXIT_FAILURE;
	for (int i = 0; i < config->n_operands; i++)
		if (take_binary(&printer, config->operands[i]) < 0)
			status = EXIT_FAILURE;
	return printer_end(&printer, status);
}
