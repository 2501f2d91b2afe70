// SPDX-License-Identifier: GPL-2.0-only
/*
 * kmsg: machine checks, and errors that firmware reported, in this boot's kernel log, /dev/kmsg:
 * those from before the trace could have them, above all the banks that an earlier boot left behind
 * and that the kernel finds and prints as it comes up.
 *
 * What came after the trace instance was made is the trace's, which has more
 * registers and a better time, so it is left out. In doubt (a clock that was
 * set, a machine that slept) it is handed over: the store joins the two. Where no
 * instance is there yet all counts; a record delivered once is known by its
 * sequence number, however often it is read. What firmware reported the trace does not
 * have: all of it is handed over. What EDAC printed it has: that is the machine check.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "event/bits.h"
#include "sources/kernel-log.h"
#include "sources/source.h"
#include "sources/trace-instance.h"
#include "util/cleanup.h"
#include "util/log.h"

#define DEVICE	  "/dev/kmsg"
#define SECOND_US 1000000

enum {
	BUFFER_SIZE = 16384,	  /* the kernel's longest message has 8 KiB with all escapes */
	BYTES_MAX = 64 << 20,	  /* a log that grows as fast as we read it must end, too */
	DOUBT_US = 2 * SECOND_US, /* between the clocks that are compared */
};

struct kmsg {
	const struct source_env *env;
	const struct intake *intake;
	struct kernel_log log;
	bool tracing;	   /* an instance records */
	int64_t traced_us; /* wall time from which on the trace has it all; 0: it has not */
	size_t next; /* first not handed over of the records, then of what firmware reported */
	unsigned int n_new;
};

static struct kmsg *kmsg_of(struct source *source)
{
	return (struct kmsg *)source;
}

static void kmsg_free(struct kmsg *kmsg)
{
	kernel_log_done(&kmsg->log);
	free(kmsg);
}

static int open_device(const struct source_env *env, char why[SOURCE_WHY_MAX])
{
	int fd = root_open(env->root, DEVICE, O_RDONLY | O_NONBLOCK);

	snprintf(why, SOURCE_WHY_MAX, DEVICE ": %s", fd < 0 ? strerror(-fd) : "readable");
	return fd;
}

static int kmsg_probe(const struct source_env *env, char why[SOURCE_WHY_MAX])
{
	_cleanup_close_ int fd = open_device(env, why);

	return fd < 0 ? fd : 0;
}

/* --- reading --- */

/* Lines that begin with a blank say of which device the message before them was. */
static void take_line(struct kernel_log *log, const char *line, size_t length)
{
	if (length && *line != ' ')
		kernel_log_line(log, line, length);
}

/* Takes every whole line; what is left goes to the beginning of the buffer. */
static size_t take_lines(struct kernel_log *log, char *buffer, size_t used)
{
	size_t at = 0;
	const char *end;

	while (at < used && (end = memchr(buffer + at, '\n', used - at))) {
		take_line(log, buffer + at, (size_t)(end - buffer) - at);
		at = (size_t)(end - buffer) + 1;
	}
	if (!at && used == BUFFER_SIZE) {
		take_line(log, buffer, used);
		at = used;
	}
	memmove(buffer, buffer + at, used - at);
	return used - at;
}

/*
 * Reads from the oldest message to the newest. The device gives one a read(2) and
 * says EPIPE where messages went lost meanwhile; a file gives what it has.
 */
static int read_device(int fd, struct kernel_log *log)
{
	_cleanup_free_ char *buffer = malloc(BUFFER_SIZE);
	size_t used = 0;

	if (!buffer)
		return -ENOMEM;
	for (size_t total = 0; total < BYTES_MAX;) {
		ssize_t n = read(fd, buffer + used, BUFFER_SIZE - used);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EPIPE) {
			kernel_log_gap(log);
			total++; /* it has an end, whatever the kernel does */
			continue;
		}
		if (n < 0 && errno != EAGAIN)
			return -errno;
		if (n <= 0)
			break;
		total += (size_t)n;
		used = take_lines(log, buffer, used + (size_t)n);
	}
	take_line(log, buffer, used);
	return 0;
}

/* When the trace instance was made, if it records; a time before this boot is of a wrong clock. */
static int64_t find_traced_us(const struct source_env *env, bool *ret_tracing)
{
	char name[64], directory[ROOT_PATH_MAX], path[2 * ROOT_PATH_MAX];
	_cleanup_close_ int fd = -1;
	struct stat st;
	char enabled;
	int64_t us;

	trace_choose_instance(env, name, sizeof(name));
	trace_directory(env, directory);
	snprintf(path, sizeof(path), "%s/instances/%s/" TRACE_EVENT_DIR "/enable", directory, name);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0 || read(fd, &enabled, 1) != 1 || enabled != '1')
		return 0;
	*ret_tracing = true;
	snprintf(path, sizeof(path), "%s/instances/%s", directory, name);
	if (stat(path, &st) < 0)
		return 0;
	us = (int64_t)st.st_mtim.tv_sec * SECOND_US;
	return env->boot_time_us && us >= env->boot_time_us ? us : 0;
}

static int read_log(struct kmsg *kmsg, char why[SOURCE_WHY_MAX])
{
	_cleanup_close_ int fd = open_device(kmsg->env, why);
	int r = fd;

	if (r < 0)
		return r;
	r = kernel_log_init(&kmsg->log);
	if (r == 0)
		r = read_device(fd, &kmsg->log);
	if (r == 0)
		r = kernel_log_end(&kmsg->log, kmsg->env->boot_time_us, 0);
	if (r < 0)
		snprintf(why, SOURCE_WHY_MAX, DEVICE ": %s", strerror(-r));
	else if (kmsg->log.n_left_out)
		log_warning("kmsg: " DEVICE ": more than %d machine checks, the rest is left out",
			    KERNEL_LOG_RECORDS_MAX);
	return r;
}

/* The log is read here: the fd is needed no longer, and the reader can say what is wrong. */
static int kmsg_open(const struct source_env *env, const struct intake *intake,
		     struct source **ret_source, char why[SOURCE_WHY_MAX])
{
	struct kmsg *kmsg = calloc(1, sizeof(*kmsg));
	int r;

	if (!kmsg) {
		snprintf(why, SOURCE_WHY_MAX, "%s", strerror(ENOMEM));
		return -ENOMEM;
	}
	kmsg->env = env;
	kmsg->intake = intake;
	kmsg->traced_us = find_traced_us(env, &kmsg->tracing);
	r = read_log(kmsg, why);
	if (r < 0) {
		kmsg_free(kmsg);
		return r;
	}
	*ret_source = (struct source *)kmsg;
	return 0;
}

/* --- handing over --- */

static bool is_traced(const struct kmsg *kmsg, int64_t printk_us)
{
	return kmsg->traced_us && kmsg->env->boot_time_us + printk_us > kmsg->traced_us + DOUBT_US;
}

/*
 * A TIME before this boot is that of an error of the boot before, which a kernel
 * found in ERST and printed again, if it was an exception. A polled record had it
 * from a clock that was set later; printk's tells when it was.
 */
static void fill_times(const struct source_env *env, const struct kernel_log_record *found,
		       struct record *record)
{
	record->boot = env->boot;
	if (!env->boot_time_us || !record->time_us ||
	    record->time_us + SECOND_US >= env->boot_time_us)
		return;
	if (record->mcgstatus & MCG_MCIP) {
		record->replayed = true;
		record->boot = SD_ID128_NULL;
	} else if (found->printk_us >= 0) {
		record->time_us = env->boot_time_us + found->printk_us;
	}
}

static void fill_delivery(const struct kmsg *kmsg, const struct kernel_log_record *found,
			  struct record *record)
{
	sd_id128_t boot = kmsg->env->boot;

	*record = found->record;
	record->source = SOURCE_KMSG;
	fill_times(kmsg->env, found, record);
	if (sd_id128_is_null(boot)) /* the number is of no use without its boot */
		snprintf(record->key, sizeof(record->key), "kmsg:%016" PRIx64 ":%u", found->hash,
			 found->ordinal);
	else
		snprintf(record->key, sizeof(record->key), "kmsg:" SD_ID128_FORMAT_STR ":%" PRIu64,
			 SD_ID128_FORMAT_VAL(boot), found->number);
}

static int deliver_record(struct kmsg *kmsg, const struct kernel_log_record *found)
{
	const struct source_env *env = kmsg->env;
	struct record record;
	int r;

	if (is_traced(kmsg, found->printk_us))
		return 0;
	fill_delivery(kmsg, found, &record);
	if (env->known && env->known(env->context, record.key))
		return 0;
	r = kmsg->intake->record(kmsg->intake->context, &record);
	if (r == 0)
		kmsg->n_new++;
	return r;
}

/* EDAC repeats what the trace may have: not by registers, so in doubt it is left out. */
static bool is_repeated(const struct kmsg *kmsg, const struct kernel_log_firmware *found)
{
	return found->firmware.edac && kmsg->tracing &&
	       (!kmsg->traced_us || is_traced(kmsg, found->printk_us));
}

/* The ID tells it from all in this log: with the boot, from those of other boots. */
static int deliver_firmware(struct kmsg *kmsg, const struct kernel_log_firmware *found)
{
	const struct intake *intake = kmsg->intake;
	struct firmware firmware = found->firmware;
	struct {
		uint64_t id;
		sd_id128_t boot;
	} value = { found->firmware.record_id, kmsg->env->boot };

	if (is_repeated(kmsg, found))
		return 0;
	firmware.source = SOURCE_KMSG;
	firmware.record_id = bytes_hash((struct bytes){ (const uint8_t *)&value, sizeof(value) });
	if (!firmware.replayed)
		firmware.boot = kmsg->env->boot;
	return intake->firmware ? intake->firmware(intake->context, &firmware) : 0;
}

static int kmsg_drain(struct source *source)
{
	struct kmsg *kmsg = kmsg_of(source);
	const struct kernel_log *log = &kmsg->log;

	for (; kmsg->next < log->n + log->n_firmware; kmsg->next++) {
		size_t next = kmsg->next;
		int r;

		if (!kmsg->intake->has_room(kmsg->intake->context))
			return 1;
		r = next < log->n ? deliver_record(kmsg, &log->records[next])
				  : deliver_firmware(kmsg, &log->firmware[next - log->n]);
		if (r < 0)
			return r;
	}
	return 0;
}

static int kmsg_fd(struct source *source)
{
	(void)source;
	return -1;
}

/* Nothing waits for it: the log stays until the kernel overwrites it. */
static void kmsg_committed(struct source *source)
{
	(void)source;
}

static void kmsg_describe(struct source *source, char *buffer, size_t size)
{
	snprintf(buffer, size, "the kernel log of this boot, %u new machine checks",
		 kmsg_of(source)->n_new);
}

static void kmsg_close(struct source *source)
{
	if (source)
		kmsg_free(kmsg_of(source));
}

const struct source_ops source_kmsg = {
	.name = "kmsg",
	.summary = "machine checks in the kernel log from before the trace",
	.probe = kmsg_probe,
	.open = kmsg_open,
	.fd = kmsg_fd,
	.drain = kmsg_drain,
	.committed = kmsg_committed,
	.describe = kmsg_describe,
	.close = kmsg_close,
};
