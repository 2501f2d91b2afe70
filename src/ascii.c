// SPDX-License-Identifier: GPL-2.0-only
#include "ascii.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "decode/cpu-names.h"
#include "decode/decode.h"
#include "event/event.h"
#include "event/registers.h"
#include "sources/text.h"
#include "sources/wire.h"
#include "util/cleanup.h"
#include "util/log.h"
#include "util/root.h"

enum {
	INPUT_SIZE = 64 << 10,	/* also the longest line that stays whole */
	OUTPUT_SIZE = 64 << 10, /* written out when this much is there */
	BINARY_MAX = 1 << 30,
};

/* From records to standard output. */
struct writer {
	struct strbuf text;
	struct event event; /* the last one; what the store would give it stays 0 */
	bool json;
	bool raw; /* not decoded */
	const struct cpu_alias *cpu; /* for records that do not say theirs */
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
	write_record(context, record, symbol);
}

static void take_foreign(void *context, const char *line, size_t length)
{
	struct writer *writer = context;

	if (writer->json)
		return;
	strbuf_add_bytes(&writer->text, line, length);
	strbuf_add(&writer->text, "\n");
	if (writer->text.length >= OUTPUT_SIZE)
		flush(writer);
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

static int read_lines(int fd, struct text_parser *parser, struct writer *writer)
{
	_cleanup_free_ char *buffer = malloc(INPUT_SIZE);
	size_t used = 0;

	if (!buffer)
		return -ENOMEM;
	while (!writer->error) {
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
			flush(writer);
	}
	if (used)
		text_parser_line(parser, buffer, used);
	text_parser_finish(parser);
	return 0;
}

static int writer_start(struct writer *writer, const struct config *config)
{
	*writer = (struct writer){ .json = config->json, .raw = config->raw };
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
	struct writer writer;
	struct text_output output = {
		.record = take_record,
		.foreign = take_foreign,
		.context = &writer,
	};
	const char *name = config->file ? config->file : "standard input";
	int status = EXIT_SUCCESS, r;

	if (writer_start(&writer, config) < 0)
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
		r = read_lines(file < 0 ? STDIN_FILENO : file, parser, &writer);
	if (r < 0) {
		log_error("%s: %s", name, strerror(-r));
		status = EXIT_FAILURE;
	}
	return writer_end(&writer, status);
}

/* A file whose records are taken apart. */
struct binary {
	struct writer *writer;
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
	write_record(binary->writer, &record, "");
	return 0;
}

static int take_binary(struct writer *writer, const char *path)
{
	struct binary binary = { .writer = writer, .path = path };
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
	struct writer writer;

	if (writer_start(&writer, config) < 0)
		return EXIT_FAILURE;
	for (int i = 0; i < config->n_operands; i++)
		if (take_binary(&writer, config->operands[i]) < 0)
			status = EXIT_FAILURE;
	return writer_end(&writer, status);
}

static bool parse_value(const char *text, uint64_t *ret_value)
{
	char *end;

	errno = 0;
	*ret_value = strtoull(text, &end, 0);
	return *text >= '0' && *text <= '9' && !*end && !errno;
}

/* A register's digits without 0x could be either: kernels print them in hexadecimal. */
static bool is_ambiguous(const char *text)
{
	return text[strspn(text, "0")] && strncasecmp(text, "0x", 2) != 0;
}

static int find_register(const char *name)
{
	for (int id = 0; id < REGISTER_COUNT_; id++)
		if (strcasecmp(record_registers[id].name, name) == 0)
			return id;
	return -EINVAL;
}

/* What the record has beside registers. */
static bool set_number(struct record *record, const char *name, uint64_t value)
{
	if (strcmp(name, "cpu") == 0 && value <= UINT32_MAX) {
		record->cpu = (uint32_t)value;
	} else if (strcmp(name, "bank") == 0 && value <= UINT8_MAX) {
		record->bank = (uint8_t)value;
	} else if (strcmp(name, "socket") == 0 && value <= UINT32_MAX) {
		record->socketid = (uint32_t)value;
		record->fields |= RECORD_HAS_SOCKETID;
	} else if (strcmp(name, "time") == 0 && value < INT64_MAX / 1000000) {
		record->walltime = value;
		record->time_us = (int64_t)value * 1000000;
		record->fields |= RECORD_HAS_TIME;
	} else {
		return false;
	}
	return true;
}

/* One "name=value". */
static int set_register(struct record *record, const char *word)
{
	const char *equals = strchr(word, '=');
	char name[32];
	uint64_t value;
	int id;

	if (!equals || (size_t)(equals - word) >= sizeof(name)) {
		log_error("%s: REGISTER=VALUE is wanted", word);
		return -EINVAL;
	}
	memcpy(name, word, (size_t)(equals - word));
	name[equals - word] = '\0';
	if (strcmp(name, "vendor") == 0) {
		if (vendor_parse(equals + 1, &record->vendor) == 0)
			return 0;
		log_error("%s: not a CPU vendor: Intel, AMD, Hygon, Zhaoxin, Centaur", word);
		return -EINVAL;
	}
	id = find_register(name);
	if (id >= 0 && is_ambiguous(equals + 1)) {
		log_error("%s: a register is wanted in hexadecimal, with 0x before it", word);
		return -EINVAL;
	}
	if (!parse_value(equals + 1, &value)) {
		log_error("%s: not a number of at most 64 bits (0x... or decimal)", word);
		return -EINVAL;
	}
	if (id >= 0 ? register_set(record, (enum register_id)id, value) == 0
		    : set_number(record, name, value))
		return 0;
	log_error("%s: %s", word, id >= 0 ? "does not fit" : "not a register, or does not fit");
	return -EINVAL;
}

int registers_run(const struct config *config)
{
	struct record record = { .vendor = VENDOR_UNKNOWN, .source = SOURCE_TEXT };
	bool status = false;
	struct writer writer;

	if (writer_start(&writer, config) < 0)
		return EXIT_FAILURE;
	for (int i = 0; i < config->n_operands; i++) {
		if (set_register(&record, config->operands[i]) < 0)
			return EXIT_FAILURE;
		status = status || strncmp(config->operands[i], "status=", 7) == 0;
	}
	if (!status) {
		log_error("--decode: status=0x... is wanted, what else you have as addr=, misc=, "
			  "vendor=, cpuid=, bank=, mcgstatus=, synd=, ipid=");
		return EXIT_FAILURE;
	}
	write_record(&writer, &record, "");
	return writer_end(&writer, EXIT_SUCCESS);
}
