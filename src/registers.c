// SPDX-License-Identifier: GPL-2.0-only
#include "event/registers.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "ascii.h"
#include "printer.h"
#include "util/cleanup.h"
#include "util/log.h"

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

/* What the record has beside registers. Errors: -EINVAL, another name; -ERANGE. */
static int set_number(struct record *record, const char *name, uint64_t value)
{
	static const struct {
		const char *name;
		uint64_t max;
	} rows[] = {
		{ "cpu", UINT32_MAX },
		{ "bank", UINT8_MAX },
		{ "socket", UINT32_MAX },
		{ "time", INT64_MAX / 1000000 },
	};
	size_t i = 0;

	while (i < ARRAY_SIZE(rows) && strcasecmp(name, rows[i].name) != 0)
		i++;
	if (i == ARRAY_SIZE(rows))
		return -EINVAL;
	if (value > rows[i].max)
		return -ERANGE;
	switch (name[0] | 0x20) {
	case 'c':
		record->cpu = (uint32_t)value;
		break;
	case 'b':
		record->bank = (uint8_t)value;
		break;
	case 's':
		record->socketid = (uint32_t)value;
		record->fields |= RECORD_HAS_SOCKETID;
		break;
	case 't':
		record->walltime = value;
		record->time_us = (int64_t)value * 1000000;
		record->fields |= RECORD_HAS_TIME;
		break;
	}
	return 0;
}

/* One "name=value". */
static int set_register(struct record *record, const char *word)
{
	const char *equals = strchr(word, '=');
	char name[32];
	uint64_t value;
	int id, error;

	if (!equals || (size_t)(equals - word) >= sizeof(name)) {
		log_error("%s: REGISTER=VALUE is wanted", word);
		return -EINVAL;
	}
	memcpy(name, word, (size_t)(equals - word));
	name[equals - word] = '\0';
	if (strcasecmp(name, "vendor") == 0) {
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
	error = id >= 0 ? register_set(record, (enum register_id)id, value)
			: set_number(record, name, value);
	if (error < 0)
		log_error("%s: %s", word,
			  error == -ERANGE ? "the number is too large" : "not a register");
	return error;
}

/* Whether the register of the operand i was given by one before it. */
static bool is_repeated(char *const *operands, int i)
{
	size_t n = strcspn(operands[i], "=") + 1;

	for (int j = 0; j < i; j++)
		if (strncasecmp(operands[i], operands[j], n) == 0)
			return true;
	return false;
}

int registers_run(const struct config *config)
{
	struct record record = { .vendor = VENDOR_UNKNOWN, .source = SOURCE_TEXT };
	bool status = false;
	struct printer printer;

	if (printer_start(&printer, config) < 0)
		return EXIT_FAILURE;
	for (int i = 0; i < config->n_operands; i++) {
		if (set_register(&record, config->operands[i]) < 0)
			return EXIT_FAILURE;
		if (is_repeated(config->operands, i)) {
			log_error("%s: the register was given before", config->operands[i]);
			return EXIT_FAILURE;
		}
		status = status || strncasecmp(config->operands[i], "status=", 7) == 0;
	}
	if (!status) {
		log_error("--decode: status=0x... is wanted, what else you have as addr=, misc=, "
			  "vendor=, cpuid=, bank=, mcgstatus=, synd=, ipid=");
		return EXIT_FAILURE;
	}
	printer_record(&printer, &record, "");
	return printer_end(&printer, EXIT_SUCCESS);
}
