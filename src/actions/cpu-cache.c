// SPDX-License-Identifier: GPL-2.0-only
#include "actions/cpu-cache.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "util/cleanup.h"

#define CPU_DIR "/sys/devices/system/cpu"

enum {
	INDEX_MAX = 32,	  /* caches of a CPU; there are about four */
	TEXT_MAX = 16384, /* a mask of 8192 CPUs has 2304 characters */
	CACHE_PATH = 128,
};

/* A file of the cache, as a text without the newline at its end. */
static int read_file(const struct root *root, const char *cache, const char *file, char **ret_text)
{
	char path[CACHE_PATH + 32];
	size_t size;
	int r;

	snprintf(path, sizeof(path), "%s/%s", cache, file);
	r = root_read(root, path, TEXT_MAX, ret_text, &size);
	if (r < 0)
		return r;
	if (size && (*ret_text)[size - 1] == '\n')
		(*ret_text)[size - 1] = '\0';
	return 0;
}

static bool type_fits(const char *name, enum cpu_cache_type type)
{
	switch (type) {
	case CPU_CACHE_INSTRUCTION:
		return strcmp(name, "Instruction") == 0 || strcmp(name, "Unified") == 0;
	case CPU_CACHE_DATA:
		return strcmp(name, "Data") == 0 || strcmp(name, "Unified") == 0;
	case CPU_CACHE_GENERIC:
		return true;
	}
	return false;
}

/* Whether the cache is the one. Errors: -ENOENT there is no such cache, -errno. */
static int cache_fits(const struct root *root, const char *cache, unsigned int level,
		      enum cpu_cache_type type)
{
	_cleanup_free_ char *has_level = NULL, *has_type = NULL;
	char wanted[16];
	int r = read_file(root, cache, "level", &has_level);

	if (r < 0)
		return r;
	r = read_file(root, cache, "type", &has_type);
	if (r < 0)
		return r;
	snprintf(wanted, sizeof(wanted), "%u", level);
	return strcmp(has_level, wanted) == 0 && type_fits(has_type, type);
}

static int read_sharing(const struct root *root, const char *cache, struct cpu_list *ret_cpus)
{
	_cleanup_free_ char *text = NULL;
	int r = read_file(root, cache, "shared_cpu_list", &text);

	if (r == 0)
		return cpu_list_parse(text, ret_cpus);
	if (r != -ENOENT)
		return r;
	r = read_file(root, cache, "shared_cpu_map", &text);
	return r < 0 ? r : cpu_list_parse_mask(text, ret_cpus);
}

static int check_possible(const struct root *root, unsigned int cpu, struct cpu_list *ret_possible)
{
	int r = cpu_list_read(root, CPU_DIR "/possible", ret_possible);

	if (r == -EINVAL || r == -ERANGE)
		return -EBADMSG;
	if (r < 0)
		return r;
	return cpu_list_has(ret_possible, cpu) ? 0 : -ENXIO;
}

/* The cache says who shares it: the CPU itself must be among them, and no impossible one. */
static int add_sharing(const struct root *root, const char *cache, unsigned int cpu,
		       const struct cpu_list *possible, struct cpu_list *cpus)
{
	struct cpu_list sharing, strange;
	int r = read_sharing(root, cache, &sharing);

	if (r < 0)
		return r == -EINVAL || r == -ERANGE ? -EBADMSG : r;
	strange = sharing;
	cpu_list_remove(&strange, possible);
	if (!cpu_list_has(&sharing, cpu) || cpu_list_count(&strange))
		return -EBADMSG;
	cpu_list_join(cpus, &sharing);
	return 0;
}

int cpu_cache_sharing(const struct root *root, unsigned int cpu, unsigned int level,
		      enum cpu_cache_type type, struct cpu_list *ret_cpus)
{
	struct cpu_list possible, cpus = { 0 };
	int r = check_possible(root, cpu, &possible);

	if (r < 0)
		return r;
	for (unsigned int index = 0; index < INDEX_MAX; index++) {
		char cache[CACHE_PATH];

		snprintf(cache, sizeof(cache), CPU_DIR "/cpu%u/cache/index%u", cpu, index);
		r = cache_fits(root, cache, level, type);
		if (r == -ENOENT)
			break;
		if (r > 0)
			r = add_sharing(root, cache, cpu, &possible, &cpus);
		if (r < 0)
			return r;
	}
	if (!cpu_list_count(&cpus))
		return -ENOENT;
	*ret_cpus = cpus;
	return 0;
}
