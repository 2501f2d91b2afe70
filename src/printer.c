// SPDX-License-Identifier: GPL-2.0-only
#include "printer.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "decode/decode.h"
#include "firmware.h"
#include "util/log.h"

enum { OUTPUT_SIZE = 64 << 10 }; /* written out when this much is there */

void printer_flush(struct printer *printer)
{
	const char *at = strbuf_text(&printer->text);
	size_t left = printer->text.length;

	if (printer->text.error && !printer->error)
		printer->error = printer->text.error;
	while (left && !printer->error) {
		ssize_t n = write(STDOUT_FILENO, at, left);

		if (n < 0 && errno != EINTR)
			printer->error = -errno;
		if (n > 0) {
			at += n;
			left -= (size_t)n;
		}
	}
	strbuf_reset(&printer->text);
}

/* The text says nothing of the CPU: what --cpu says. */
static void set_cpu(const struct printer *printer, struct record *record)
{
	if (!printer->cpu || record->fields & RECORD_HAS_CPUID ||
	    (record->vendor != VENDOR_UNKNOWN && record->vendor != printer->cpu->vendor))
		return;
	record->vendor = printer->cpu->vendor;
	if (!printer->cpu->cpuid)
		return;
	record->cpuid = printer->cpu->cpuid;
	record->fields |= RECORD_HAS_CPUID;
}

static void flush_if_full(struct printer *printer)
{
	if (printer->text.length >= OUTPUT_SIZE)
		printer_flush(printer);
}

static void print_event(struct printer *printer, const struct event *event, const char *symbol)
{
	if (printer->json) {
		event_to_json(event, NULL, &printer->text);
		strbuf_add(&printer->text, "\n");
	} else {
		event_to_text(event, &printer->text);
		if (symbol[0]) {
			printer->text.length--; /* the blank line comes after it */
			strbuf_add(&printer->text, "RIP: ");
			strbuf_add(&printer->text, symbol);
			strbuf_add(&printer->text, "\n\n");
		}
	}
	flush_if_full(printer);
}

void printer_record(struct printer *printer, const struct record *record, const char *symbol)
{
	struct event *event = &printer->event;

	event->record = *record;
	set_cpu(printer, &event->record);
	event->record.replayed = true;
	if (printer->raw) {
		record_to_raw(&event->record, &printer->text);
		flush_if_full(printer);
		return;
	}
	decode(&event->record, &event->decoded);
	print_event(printer, event, symbol);
}

void printer_event(struct printer *printer, const struct event *event)
{
	if (!printer->raw || !record_has_bank(&event->record)) {
		print_event(printer, event, "");
		return;
	}
	record_to_raw(&event->record, &printer->text);
	flush_if_full(printer);
}

/* Raw output is of registers: what has none is not a part of it. */
static int take_reported(void *context, const struct event *reported, const struct section *section)
{
	struct printer *printer = context;
	struct event event = *reported;

	(void)section;
	event.record.replayed = true;
	if (!printer->raw || record_has_bank(&event.record))
		printer_event(printer, &event);
	return 0;
}

int printer_firmware(struct printer *printer, const struct firmware *firmware)
{
	char problem[FIRMWARE_PROBLEM_MAX], line[FIRMWARE_NAME_MAX + 64];
	int n = firmware_events(firmware, take_reported, printer, problem);

	if (problem[0]) {
		log_error("%s: %s%s", firmware->name, problem, n ? "; the rest is printed" : "");
		return -EBADMSG;
	}
	if (n == 0) {
		int length = snprintf(line, sizeof(line), "%s: only information, no error",
				      firmware->name);

		printer_line(printer, line, (size_t)length);
	}
	return 0;
}

static void set_intel_cpu(struct printer *printer, const struct config_intel_cpu *cpu)
{
	printer->intel = (struct cpu_alias){ .vendor = VENDOR_INTEL,
					     .cpuid = cpuid_of(cpu->family, cpu->model) };
	printer->cpu = &printer->intel;
}

int printer_start(struct printer *printer, const struct config *config)
{
	*printer = (struct printer){ .json = config->json, .raw = config->raw };
	if (config->raw && config->json) {
		log_error("--raw and --json are two forms of output: one of them is wanted");
		return -EINVAL;
	}
	if (!config->cpu && config->intel_cpu.family)
		set_intel_cpu(printer, &config->intel_cpu);
	if (!config->cpu)
		return 0;
	printer->cpu = cpu_alias_find(config->cpu);
	if (!printer->cpu) {
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

int printer_end(struct printer *printer, int status)
{
	printer_flush(printer);
	if (printer->error) {
		log_error("standard output: %s", strerror(-printer->error));
		status = EXIT_FAILURE;
	}
	strbuf_free(&printer->text);
	return status;
}

void printer_line(struct printer *printer, const char *line, size_t length)
{
	if (printer->json)
		return;
	strbuf_add_bytes(&printer->text, line, length);
	strbuf_add(&printer->text, "\n");
	if (printer->text.length >= OUTPUT_SIZE)
		printer_flush(printer);
}
