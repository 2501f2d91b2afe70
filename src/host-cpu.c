// SPDX-License-Identifier: GPL-2.0-only
#include "host-cpu.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "decode/cpu-models.h"
#include "event/record.h"
#include "util/cleanup.h"
#include "util/log.h"

enum { CPUINFO_MAX = 64 << 20 }; /* some KiB for each CPU */

/* The leading twelve letters of CPUID leaf 0, padding of the brand included. */
static const struct {
	const char *id;
	enum cpu_vendor vendor;
} vendors[] = {
	{ "GenuineIntel", VENDOR_INTEL },   { "AuthenticAMD", VENDOR_AMD },
	{ "HygonGenuine", VENDOR_HYGON },   { "Shanghai", VENDOR_ZHAOXIN },
	{ "CentaurHauls", VENDOR_CENTAUR },
};

/* What comes behind "key<blanks>:" at the start of a line; NULL for none. */
static const char *find_value(const char *text, const char *key)
{
	size_t length = strlen(key);

	for (const char *line = text; line; line = strchr(line, '\n')) {
		const char *at;

		line += *line == '\n';
		if (strncmp(line, key, length) != 0)
			continue;
		at = line + length;
		at += strspn(at, " \t");
		if (*at == ':')
			return at + 1 + strspn(at + 1, " \t");
	}
	return NULL;
}

static unsigned int find_number(const char *text, const char *key, unsigned int otherwise)
{
	const char *value = find_value(text, key);
	unsigned long number = value ? strtoul(value, NULL, 10) : otherwise;

	return number <= UINT16_MAX ? (unsigned int)number : otherwise;
}

int host_cpu_read(const struct root *root, struct host_cpu *ret_cpu)
{
	_cleanup_free_ char *text = NULL;
	struct host_cpu cpu = { .vendor = VENDOR_UNKNOWN };
	unsigned int family, model;
	const char *name;
	int r = root_read(root, "/proc/cpuinfo", CPUINFO_MAX, &text, NULL);

	if (r < 0)
		return r;
	name = find_value(text, "vendor_id");
	family = find_number(text, "cpu family", UINT16_MAX);
	model = find_number(text, "model", UINT16_MAX);
	if (!name || family > 0xf + 0xff || model > 0xff)
		return -ENODATA;
	snprintf(cpu.name, sizeof(cpu.name), "%.*s", (int)strcspn(name, " \n"), name);
	for (size_t i = 0; i < ARRAY_SIZE(vendors); i++)
		if (strcmp(cpu.name, vendors[i].id) == 0)
			cpu.vendor = vendors[i].vendor;
	cpu.cpuid = cpuid_of(family, model) | (find_number(text, "stepping", 0) & 0xf);
	*ret_cpu = cpu;
	return 0;
}

int host_cpu_is_supported(const struct config *config)
{
	struct host_cpu cpu;
	struct root root;
	int r = root_init(&root, config->root);

	if (r == 0)
		r = host_cpu_read(&root, &cpu);
	if (r < 0) {
		log_error("/proc/cpuinfo: %s",
			  r == -ENODATA ? "not of an x86 processor" : strerror(-r));
		return EXIT_FAILURE;
	}
	if (cpu.vendor == VENDOR_UNKNOWN) {
		log_error("CPU is unsupported: vendor %s", cpu.name);
		return EXIT_FAILURE;
	}
	if (!cpu_model_find(cpu.vendor, cpu.cpuid))
		log_warning("%s family %u model %u is not known: only its architectural codes are",
			    vendor_name(cpu.vendor), cpuid_family(cpu.cpuid),
			    cpuid_model(cpu.cpuid));
	return EXIT_SUCCESS;
}
