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

/* Text whose records are printed. */
struct text_input {
	struct printer printer;
	bool refused; /* not all that firmware reported could be read */
};

static void take_record(void *context, const struct record *record, const char *symbol)
{
	struct text_input *input = context;

	printer_record(&input->printer, record, symbol);
}

static void take_firmware(void *context, const struct firmware *firmware)
{
	struct text_input *input = context;

	if (printer_firmware(&input->printer, firmware) < 0)
		input->refused = true;
}

static void take_foreign(void *context, const char *line, size_t length)
{
	struct text_input *input = context;

	printer_line(&input->printer, line, length);
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

int ascii_run(const struct config *config)
{
	_cleanup_free_ struct text_parser *parser = NULL;
	_cleanup_close_ int file = -1;
	struct text_input input = { 0 };
	struct text_output output = {
		.record = take_record,
		.firmware = take_firmware,
		.foreign = take_foreign,
		.context = &input,
	};
	const char *name = config->file ? config->file : "standard input";
	int r;

	if (printer_start(&input.printer, config) < 0)
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
		r = read_lines(file < 0 ? STDIN_FILENO : file, parser, &input.printer);
	if (r < 0)
		log_error("%s: %s", name, strerror(-r));
	return printer_end(&input.printer, r < 0 || input.refused ? EXIT_FAILURE : EXIT_SUCCESS);
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

/* One CPER record after the other, each as long as it says it is. */
static int take_records(struct printer *printer, const char *path, struct bytes bytes)
{
	int result = 0;

	while (bytes.size) {
		struct firmware firmware = {
			.form = FIRMWARE_RECORD,
			.bytes = firmware_first_record(bytes),
			.source = SOURCE_TEXT,
			.replayed = true,
		};

		if (!firmware.bytes.size) {
			log_error("%s: %zu bytes at its end are no whole record", path, bytes.size);
			return -EBADMSG;
		}
		snprintf(firmware.name, sizeof(firmware.name), "%s", path);
		if (printer_firmware(printer, &firmware) < 0)
			result = -EBADMSG;
		bytes.data += firmware.bytes.size;
		bytes.size -= firmware.bytes.size;
	}
	return result;
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
	if (firmware_first_record(bytes).size)
		return take_records(printer, path, bytes);
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
