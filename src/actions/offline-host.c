// SPDX-License-Identifier: GPL-2.0-only
#include "actions/offline-host.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "util/cleanup.h"

#define MEMORY_DIR "/sys/devices/system/memory"
#define RAS_DEBUG  "/sys/kernel/debug/ras"

enum {
	TEXT_MAX = 65536,
	CONFIG_MAX = 1024 * 1024,
	KMSG_RECORD_MAX = 8192,
	KMSG_RECORDS = 65536, /* the beginning of the boot is what is wanted */
};

/* --- the collector --- */

/* The kernel takes "ras=cec_dis" and whatever follows it. */
static bool is_off_word(const char *word)
{
	static const char blacklist[] = "initcall_blacklist=";

	if (strncmp(word, "ras=cec_dis", 11) == 0)
		return true;
	return strncmp(word, blacklist, sizeof(blacklist) - 1) == 0 && strstr(word, "cec_init");
}

static bool command_line_says_off(const struct root *root)
{
	_cleanup_free_ char *text = NULL;
	char *save, *word;

	if (root_read(root, "/proc/cmdline", TEXT_MAX, &text, NULL) < 0)
		return false;
	for (word = strtok_r(text, " \n", &save); word; word = strtok_r(NULL, " \n", &save))
		if (is_off_word(word))
			return true;
	return false;
}

/* Where distributions keep the configuration of the kernel that runs. */
static int read_kernel_config(const struct root *root, char **ret_text)
{
	static const struct {
		const char *before, *after;
	} places[] = { { "/boot/config-", "" }, { "/lib/modules/", "/config" } };
	_cleanup_free_ char *release = NULL;
	char path[512];
	int r = root_read(root, "/proc/sys/kernel/osrelease", 256, &release, NULL);

	if (r < 0)
		return r;
	release[strcspn(release, "\n/")] = '\0';
	r = -ENOENT;
	for (size_t i = 0; i < ARRAY_SIZE(places) && r < 0; i++) {
		snprintf(path, sizeof(path), "%s%s%s", places[i].before, release, places[i].after);
		r = root_read(root, path, CONFIG_MAX, ret_text, NULL);
	}
	return r;
}

/* Whether the collector is built in: 0 or 1. Errors: -ENODATA it cannot be known. */
static int config_says_built(const struct root *root)
{
	_cleanup_free_ char *text = NULL;

	if (read_kernel_config(root, &text) < 0 || !strstr(text, "CONFIG_"))
		return -ENODATA;
	return strncmp(text, "CONFIG_RAS_CEC=y\n", 17) == 0 ||
	       strstr(text, "\nCONFIG_RAS_CEC=y\n") != NULL;
}

/* The log says it only while it still has the beginning of the boot. */
static bool log_says_active(const struct root *root)
{
	_cleanup_close_ int fd = root_open(root, "/dev/kmsg", O_RDONLY | O_NONBLOCK);
	char record[KMSG_RECORD_MAX + 1];

	for (int i = 0; fd >= 0 && i < KMSG_RECORDS; i++) {
		ssize_t n = read(fd, record, KMSG_RECORD_MAX);

		if (n < 0 && (errno == EPIPE || errno == EINTR)) /* overwritten as we read */
			continue;
		if (n <= 0)
			return false;
		record[n] = '\0';
		if (strstr(record, "RAS: Correctable Errors collector initialized"))
			return true;
	}
	return false;
}

/*
 * debugfs knows: the kernel makes ras/ where it has RAS at all, and cec in it when
 * the collector starts. The rest is for machines where it is not mounted or closed to us.
 */
static enum offline_collector find_collector(const struct root *root)
{
	int built;

	if (root_exists(root, RAS_DEBUG "/cec"))
		return COLLECTOR_ACTIVE;
	built = config_says_built(root);
	if (built == 0)
		return COLLECTOR_NOT_BUILT;
	if (root_exists(root, RAS_DEBUG) || command_line_says_off(root))
		return COLLECTOR_OFF;
	if (log_says_active(root))
		return COLLECTOR_ACTIVE;
	return built > 0 ? COLLECTOR_LIKELY : COLLECTOR_UNKNOWN;
}

static const char *collector_text(enum offline_collector collector)
{
	switch (collector) {
	case COLLECTOR_UNKNOWN:
		return "whether the kernel collects corrected errors itself cannot be seen";
	case COLLECTOR_NOT_BUILT:
		return "the kernel has no collector of corrected errors (CONFIG_RAS_CEC is off)";
	case COLLECTOR_OFF:
		return "the kernel's collector of corrected errors is not running";
	case COLLECTOR_LIKELY:
		return "the kernel's collector of corrected errors is built in and probably "
		       "running: "
		       "it offlines pages itself";
	case COLLECTOR_ACTIVE:
		return "the kernel's collector of corrected errors is running: it offlines pages "
		       "itself";
	}
	return "unknown";
}

/* --- files --- */

/* Errors: -ENOENT, -EACCES, -EROFS, -errno. */
static int check_access(const struct root *root, const char *path, int mode)
{
	char buffer[ROOT_PATH_MAX];

	return access(root_path(root, path, buffer), mode) < 0 ? -errno : 0;
}

static const char *pages_text(const struct offline_host *host)
{
	switch (host->soft_error) {
	case 0:
		return "the kernel can take pages offline";
	case -ENOENT:
		return "the kernel cannot take pages offline (CONFIG_MEMORY_FAILURE is off)";
	case -EROFS:
		return "pages cannot be taken offline: /sys is read-only for this process";
	case -EACCES:
	case -EPERM:
		return "pages cannot be taken offline: not permitted";
	default:
		return "pages cannot be taken offline: soft_offline_page cannot be written";
	}
}

static int read_soft_enabled(const struct root *root)
{
	_cleanup_free_ char *text = NULL;

	if (root_read(root, "/proc/sys/vm/enable_soft_offline", 64, &text, NULL) < 0)
		return -1;
	return text[0] != '0';
}

/* About Linux 6.19 the event had a group of its own; else it is in ras. */
static int find_failure_event(const struct root *root, const char **ret_event)
{
	static const char *const events[] = { "ras/memory_failure_event",
					      "memory_failure/memory_failure_event" };
	static const char *const tracing[] = { "/sys/kernel/tracing/events",
					       "/sys/kernel/debug/tracing/events" };
	int error = -ENODEV;

	for (size_t t = 0; t < ARRAY_SIZE(tracing); t++) {
		int r = check_access(root, tracing[t], X_OK);

		if (r < 0 && r != -ENOENT)
			error = r;
		for (size_t e = 0; r == 0 && e < ARRAY_SIZE(events); e++) {
			char path[128];

			snprintf(path, sizeof(path), "%s/%s", tracing[t], events[e]);
			if (root_exists(root, path)) {
				*ret_event = events[e];
				return 0;
			}
		}
		if (r == 0)
			return -ENOENT;
	}
	return error;
}

static const char *failure_text(int error)
{
	switch (error) {
	case 0:
		return "the kernel reports pages that it took out of use after errors";
	case -ENOENT:
		return "the kernel does not report pages that it took out of use";
	case -ENODEV:
		return "whether the kernel reports pages that it took out of use cannot be seen: "
		       "tracefs is not mounted";
	default:
		return "whether the kernel reports pages that it took out of use cannot be seen: "
		       "tracefs is closed to us";
	}
}

/* --- memory --- */

/* The kibibytes in the line that begins with the key. Errors: -EBADMSG. */
static int meminfo_value(const char *text, const char *key, uint64_t *ret_kib)
{
	for (const char *line = text; line; line = strchr(line, '\n')) {
		uint64_t kib;
		int length = 0;

		line += *line == '\n';
		if (strncmp(line, key, strlen(key)) != 0)
			continue;
		/* length stays 0 unless the unit is there, too */
		(void)sscanf(line + strlen(key), ":%*[ ]%" SCNu64 " kB%n", &kib, &length);
		if (!length)
			return -EBADMSG;
		*ret_kib = kib;
		return 0;
	}
	return -EBADMSG;
}

int offline_host_memory(const struct root *root, uint64_t *ret_memory_kib,
			uint64_t *ret_corrupted_kib)
{
	_cleanup_free_ char *text = NULL;
	uint64_t memory, corrupted;
	int r = root_read(root, "/proc/meminfo", TEXT_MAX, &text, NULL);

	if (r < 0)
		return r;
	r = meminfo_value(text, "MemTotal", &memory);
	if (r < 0)
		return r;
	/* a kernel without CONFIG_MEMORY_FAILURE has no such line, and no such pages */
	if (meminfo_value(text, "HardwareCorrupted", &corrupted) < 0)
		corrupted = 0;
	*ret_memory_kib = memory;
	*ret_corrupted_kib = corrupted;
	return 0;
}

void offline_host_state(const struct root *root, struct offline_host *ret_host)
{
	struct offline_host host = { .collector = find_collector(root) };

	host.collector_text = collector_text(host.collector);
	host.soft_error = check_access(root, MEMORY_DIR "/soft_offline_page", W_OK);
	host.hard_error = check_access(root, MEMORY_DIR "/hard_offline_page", W_OK);
	host.pages_text = pages_text(&host);
	host.soft_enabled = read_soft_enabled(root);
	host.soft_text = host.soft_enabled ? "vm.enable_soft_offline does not forbid soft offlining"
					   : "soft offlining is disabled by vm.enable_soft_offline";
	host.flags_error = check_access(root, "/proc/kpageflags", R_OK);
	host.flags_text = host.flags_error
				  ? "page flags cannot be read: offlining cannot be verified"
				  : "page flags can be read: offlining is verified";
	host.failure_error = find_failure_event(root, &host.failure_event);
	host.failure_text = failure_text(host.failure_error);
	(void)offline_host_memory(root, &host.memory_kib, &host.corrupted_kib);
	*ret_host = host;
}
