// SPDX-License-Identifier: GPL-2.0-only
#include "imc-log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "decode/cpu-models.h"
#include "host-cpu.h"
#include "util/cleanup.h"
#include "util/log.h"

/* SDM Vol. 4 (335592), MSR_ERROR_CONTROL: MemError Log Enable. */
enum { MSR_ERROR_CONTROL = 0x17f, MEM_ERROR_LOG_ENABLE = 1u << 1 };

/* What came of the CPUs. */
struct outcome {
	unsigned int turned_on;
	unsigned int were_on;
	unsigned int failed;
	int error; /* of the first that failed */
};

/* Returns 1 when it was on before. Errors: -errno. */
static int turn_on(const struct root *root, const char *path)
{
	_cleanup_close_ int fd = root_open(root, path, O_RDWR);
	uint64_t value;
	ssize_t n;

	if (fd < 0)
		return fd;
	n = pread(fd, &value, sizeof(value), MSR_ERROR_CONTROL);
	if (n != sizeof(value))
		return n < 0 ? -errno : -EIO;
	if (value & MEM_ERROR_LOG_ENABLE)
		return 1;
	value |= MEM_ERROR_LOG_ENABLE;
	n = pwrite(fd, &value, sizeof(value), MSR_ERROR_CONTROL);
	if (n != sizeof(value))
		return n < 0 ? -errno : -EIO;
	return 0;
}

static void count(struct outcome *outcome, int r)
{
	if (r < 0 && !outcome->failed++)
		outcome->error = r;
	outcome->turned_on += r == 0;
	outcome->were_on += r == 1;
}

static bool is_number(const char *name)
{
	return *name && name[strspn(name, "0123456789")] == '\0';
}

/* Errors: -ENOENT, there is not one of them. */
static int turn_on_all(const struct root *root, struct outcome *ret_outcome)
{
	_cleanup_closedir_ DIR *directory = NULL;
	struct outcome outcome = { 0 };
	struct dirent *entry;
	int r = root_opendir(root, "/dev/cpu", &directory);

	if (r < 0)
		return r;
	while ((entry = readdir(directory))) {
		char path[sizeof("/dev/cpu//msr") + sizeof(entry->d_name)];

		if (!is_number(entry->d_name))
			continue;
		snprintf(path, sizeof(path), "/dev/cpu/%s/msr", entry->d_name);
		count(&outcome, turn_on(root, path));
	}
	if (!outcome.turned_on && !outcome.were_on && !outcome.failed)
		return -ENOENT;
	*ret_outcome = outcome;
	return 0;
}

static const char *reason(int error)
{
	switch (error) {
	case -ENOENT:
		return "there is no /dev/cpu/*/msr: modprobe msr";
	case -EPERM:
		return "not permitted: CAP_SYS_RAWIO is needed, and no kernel lockdown";
	default:
		return strerror(-error);
	}
}

static int tell(const struct outcome *outcome)
{
	if (outcome->failed) {
		log_warning("memory error log: not turned on for %u of %u CPUs: %s",
			    outcome->failed,
			    outcome->failed + outcome->turned_on + outcome->were_on,
			    reason(outcome->error));
		return EXIT_FAILURE;
	}
	log_info("memory error log: turned on for %u CPUs, %u had it on", outcome->turned_on,
		 outcome->were_on);
	return EXIT_SUCCESS;
}

/* Whether the machine's processor has such a log; where not, why not is logged. */
static bool is_wanted(const struct root *root)
{
	const struct cpu_model *model;
	struct host_cpu cpu;

	if (host_cpu_read(root, &cpu) < 0) {
		log_info("memory error log: /proc/cpuinfo does not say which processor this is");
		return false;
	}
	model = cpu_model_find(cpu.vendor, cpu.cpuid);
	if (!model || !model->imc_log)
		log_info("memory error log: this processor has none to turn on");
	return model && model->imc_log;
}

int imc_log_run(const struct config *config)
{
	struct outcome outcome = { 0 };
	struct root root;
	int r;

	if (config->no_imc_log) {
		log_info("memory error log: left as it is, by no-imc-log");
		return EXIT_SUCCESS;
	}
	r = root_init(&root, config->root);
	if (r == 0 && !is_wanted(&root))
		return EXIT_SUCCESS;
	if (r == 0)
		r = turn_on_all(&root, &outcome);
	if (r < 0) {
		log_warning("memory error log: not turned on: %s", reason(r));
		return EXIT_FAILURE;
	}
	return tell(&outcome);
}
