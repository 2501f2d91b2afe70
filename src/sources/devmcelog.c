// SPDX-License-Identifier: GPL-2.0-only
/*
 * devmcelog: /dev/mcelog, on kernels built with CONFIG_X86_MCELOG_LEGACY and
 * under Xen. A read consumes: the log's records are gone from the kernel, and
 * the first reads, which hand out one ERST record each, erase it from flash.
 * So reads go into slots of a spool file, freed after the commit.
 */
#include "sources/source.h"

#ifdef ENABLE_DEVMCELOG

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "sources/spool.h"
#include "sources/wire.h"
#include "util/cleanup.h"
#include "util/log.h"

/* Linux arch/x86/include/uapi/asm/mce.h. */
#define MCE_GET_RECORD_LEN _IOR('M', 1, int)
#define MCE_GET_LOG_LEN	   _IOR('M', 2, int)
#define MCE_GETCLEAR_FLAGS _IOR('M', 3, int)

enum {
	MCE_FLAG_OVERFLOW = 1 << 0,
	LOG_LEN_MAX = 65536,
	SLOTS = 16,
	BOOT_POLL_SECONDS = 120, /* banks that were left over are polled as the CPUs come up */
};

#define SECOND_US 1000000ll

struct devmcelog {
	const struct source_env *env;
	const struct intake *intake;
	int fd;
	size_t record_size;
	size_t log_size;	 /* bytes of a whole log: the smallest read there is */
	struct spool *spool;	 /* NULL: the state directory cannot be written */
	struct spool_slot plain; /* memory for reads without a spool */
	uint64_t plain_identity;
	bool replayed; /* slots of earlier lives were handed over */
	bool read_failed;
	uint64_t n_records;
};

static struct devmcelog *devmcelog_of(struct source *source)
{
	return (struct devmcelog *)source;
}

static void devmcelog_free(struct devmcelog *dev)
{
	spool_close(dev->spool);
	free(dev->plain.data);
	close_cleanup(&dev->fd);
	free(dev);
}

DEFINE_CLEANUP(struct devmcelog *, devmcelog_free, devmcelog_free)

/* The minor number of the misc device "mcelog", -1 when the kernel has none. */
static int misc_minor(const struct root *root)
{
	_cleanup_free_ char *text = NULL;
	char *line, *rest;

	if (root_read(root, "/proc/misc", 65536, &text, NULL) < 0)
		return -1;
	rest = text;
	while ((line = strsep(&rest, "\n"))) {
		char name[64];
		int minor;

		if (sscanf(line, "%d %63s", &minor, name) == 2 && strcmp(name, "mcelog") == 0)
			return minor;
	}
	return -1;
}

static void explain_open(const struct source_env *env, int error, char why[SOURCE_WHY_MAX])
{
	int minor = misc_minor(env->root);

	if (error == EBUSY)
		snprintf(why, SOURCE_WHY_MAX, "%s: another program has it open", env->device);
	else if (error != ENOENT && error != ENXIO && error != ENODEV)
		snprintf(why, SOURCE_WHY_MAX, "%s: %s", env->device, strerror(error));
	else if (minor >= 0)
		snprintf(why, SOURCE_WHY_MAX,
			 "%s: %s; the kernel's driver is there, make the node: mknod %s c 10 %d",
			 env->device, strerror(error), env->device, minor);
	else
		snprintf(why, SOURCE_WHY_MAX,
			 "%s: %s; kernel built without CONFIG_X86_MCELOG_LEGACY", env->device,
			 strerror(error));
}

static int ask_size(int fd, const char *device, size_t *ret_record_size, size_t *ret_log_size,
		    char why[SOURCE_WHY_MAX])
{
	int record_len = 0, log_len = 0;

	if (ioctl(fd, MCE_GET_RECORD_LEN, &record_len) < 0 ||
	    ioctl(fd, MCE_GET_LOG_LEN, &log_len) < 0) {
		int error = errno;

		snprintf(why, SOURCE_WHY_MAX, "%s: %s%s", device,
			 error == ENOTTY ? "not the kernel's mcelog device: " : "",
			 strerror(error));
		return -error;
	}
	if (record_len < WIRE_SIZE_MIN || record_len > WIRE_SIZE_MAX || log_len < 1 ||
	    log_len > LOG_LEN_MAX) {
		snprintf(why, SOURCE_WHY_MAX, "%s: a log of %d records of %d bytes makes no sense",
			 device, log_len, record_len);
		return -EPROTO;
	}
	*ret_record_size = (size_t)record_len;
	*ret_log_size = (size_t)record_len * (size_t)log_len;
	return 0;
}

static int open_device(const struct source_env *env, int *ret_fd, size_t *ret_record_size,
		       size_t *ret_log_size, char why[SOURCE_WHY_MAX])
{
	_cleanup_close_ int fd = root_open(env->root, env->device, O_RDONLY | O_NONBLOCK);
	int r;

	if (fd < 0) {
		explain_open(env, -fd, why);
		return fd;
	}
	r = ask_size(fd, env->device, ret_record_size, ret_log_size, why);
	if (r < 0)
		return r;
	*ret_fd = take_fd(fd);
	return 0;
}

static int devmcelog_probe(const struct source_env *env, char why[SOURCE_WHY_MAX])
{
	_cleanup_close_ int fd = -1;
	size_t record_size, log_size;
	int r = open_device(env, &fd, &record_size, &log_size, why);

	if (r < 0)
		return r;
	snprintf(why, SOURCE_WHY_MAX, "%s, %zu records of %zu bytes", env->device,
		 log_size / record_size, record_size);
	return 0;
}

/* Whether a read put anything into a slot that was zero: a record's status is never. */
static bool slot_filled(const uint8_t *data, size_t size)
{
	return !wire_empty((struct bytes){ data, size < WIRE_SIZE_MIN ? size : WIRE_SIZE_MIN });
}

static int open_spool(struct devmcelog *dev)
{
	const struct spool_params params = {
		.slot_size = dev->log_size,
		.n_slots = SLOTS,
		.n_tags = 1,
		.boot = dev->env->boot,
		.description = "",
		.filled = slot_filled,
	};
	char path[ROOT_PATH_MAX];

	if (snprintf(path, sizeof(path), "%s/devmcelog.spool", dev->env->state_dir) >=
	    (int)sizeof(path))
		return -ENAMETOOLONG;
	return spool_open(dev->env->root, path, &params, &dev->spool);
}

/* Reads into plain memory: a kill between a read and its commit loses records. */
static int go_without_spool(struct devmcelog *dev, int error)
{
	log_warning("devmcelog: no spool in %s: %s; a crash may lose records", dev->env->state_dir,
		    strerror(-error));
	dev->plain.data = calloc(1, dev->log_size);
	dev->plain.size = dev->log_size;
	if (getrandom(&dev->plain_identity, sizeof(dev->plain_identity), 0) < 0)
		return -errno;
	return dev->plain.data ? 0 : -ENOMEM;
}

static int devmcelog_open(const struct source_env *env, const struct intake *intake,
			  struct source **ret_source, char why[SOURCE_WHY_MAX])
{
	_cleanup_(devmcelog_free_cleanup) struct devmcelog *dev = calloc(1, sizeof(*dev));
	int r;

	if (!dev) {
		snprintf(why, SOURCE_WHY_MAX, "%s", strerror(ENOMEM));
		return -ENOMEM;
	}
	dev->env = env;
	dev->intake = intake;
	dev->fd = -1;
	r = open_device(env, &dev->fd, &dev->record_size, &dev->log_size, why);
	if (r < 0)
		return r;
	r = open_spool(dev);
	if (r < 0)
		r = go_without_spool(dev, r);
	if (r < 0) {
		snprintf(why, SOURCE_WHY_MAX, "%s", strerror(-r));
		return r;
	}
	*ret_source = (struct source *)take_ptr(dev);
	return 0;
}

static int devmcelog_fd(struct source *source)
{
	return devmcelog_of(source)->fd;
}

/* One read's records: where and when it was made. */
struct delivery {
	struct devmcelog *dev;
	uint64_t identity; /* of the spool file */
	uint64_t seq;	   /* of the read */
	sd_id128_t boot;   /* the boot of the read */
	int64_t boot_time_us;
};

/* The kernel's stamp has whole seconds: only one that ended before the boot is earlier. */
static bool before_boot(const struct record *record, int64_t boot_time_us)
{
	return record->walltime && boot_time_us && record->time_us + SECOND_US <= boot_time_us;
}

/* Polled as the boot of the read came up: may be an error of the boot before. */
static bool at_boot(const struct record *record, int64_t boot_time_us)
{
	return record->tsc == 0 && record->mcgstatus == 0 && record->walltime && boot_time_us &&
	       record->time_us - boot_time_us < BOOT_POLL_SECONDS * SECOND_US;
}

static void fill_delivery(const struct delivery *delivery, unsigned int ordinal,
			  struct record *record)
{
	bool this_boot = sd_id128_equal(delivery->boot, delivery->dev->env->boot);
	bool earlier = before_boot(record, delivery->boot_time_us);

	record->source = SOURCE_MCELOG;
	record->replayed = earlier || !this_boot;
	record->boot_time = !earlier && at_boot(record, delivery->boot_time_us);
	record->boot = earlier ? SD_ID128_NULL : delivery->boot;
	snprintf(record->key, sizeof(record->key),
		 "mcelog:" SD_ID128_FORMAT_STR ":%016" PRIx64 ":%" PRIu64 ":%u",
		 SD_ID128_FORMAT_VAL(delivery->boot), delivery->identity, delivery->seq, ordinal);
}

static int64_t now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return now.tv_sec * SECOND_US + now.tv_nsec / 1000;
}

static int give_lost(struct devmcelog *dev, uint64_t count, const char *where)
{
	struct lost lost = {
		.source = SOURCE_MCELOG,
		.boot = dev->env->boot,
		.count = count,
		.time_us = now_us(),
	};

	snprintf(lost.where, sizeof(lost.where), "%s", where);
	return dev->intake->lost(dev->intake->context, &lost);
}

static int give_record(void *context, unsigned int ordinal, struct bytes bytes)
{
	const struct delivery *delivery = context;
	struct devmcelog *dev = delivery->dev;
	struct record record;

	if (wire_decode(bytes, &record) < 0) {
		log_warning("devmcelog: record %u of read %" PRIu64 ": %s", ordinal, delivery->seq,
			    wire_check(bytes));
		return give_lost(dev, 1, "mcelog device, unreadable");
	}
	fill_delivery(delivery, ordinal, &record);
	dev->n_records++;
	return dev->intake->record(dev->intake->context, &record);
}

/* A slot that an earlier life read and did not live to commit. */
static int replay_slot(void *context, const struct spool_slot *slot, const struct spool_info *info)
{
	struct delivery delivery = {
		.dev = context,
		.identity = info->identity,
		.seq = slot->seq,
		.boot = info->boot,
		.boot_time_us = (int64_t)slot->mark_time,
	};
	int r = wire_split((struct bytes){ slot->data, slot->size }, slot->tag, give_record,
			   &delivery);

	return r < 0 ? r : 0;
}

/*
 * The kernel clears its overflow flag as it tells it; a cursor of the spool
 * keeps it over a crash until the loss is committed.
 */
static int give_overflow(struct devmcelog *dev)
{
	if (dev->spool)
		spool_cursor(dev->spool, 0)->time = 1;
	return give_lost(dev, 0, "mcelog device, buffer full");
}

static int replay_spool(struct devmcelog *dev)
{
	int r;

	if (dev->replayed || !dev->spool)
		return 0;
	r = spool_replay(dev->spool, replay_slot, dev);
	if (r < 0)
		return r;
	dev->replayed = true;
	return spool_cursor(dev->spool, 0)->time ? give_overflow(dev) : 0;
}

static int ask_overflow(struct devmcelog *dev)
{
	int flags = 0;

	if (ioctl(dev->fd, MCE_GETCLEAR_FLAGS, &flags) < 0 || !(flags & MCE_FLAG_OVERFLOW))
		return 0;
	return give_overflow(dev);
}

/* A zeroed slot, NULL when all wait for a commit. */
static struct spool_slot *take_slot(struct devmcelog *dev)
{
	struct spool_slot *slot = &dev->plain;

	if (dev->spool)
		return spool_take(dev->spool, (uint32_t)dev->record_size,
				  (uint64_t)dev->env->boot_time_us, 0);
	memset(slot->data, 0, slot->size);
	slot->seq++;
	return slot;
}

static int give_slot(struct devmcelog *dev, const struct spool_slot *slot, size_t size)
{
	struct delivery delivery = {
		.dev = dev,
		.identity = dev->spool ? spool_identity(dev->spool) : dev->plain_identity,
		.seq = slot->seq,
		.boot = dev->env->boot,
		.boot_time_us = dev->env->boot_time_us,
	};
	int r = wire_split((struct bytes){ slot->data, size }, dev->record_size, give_record,
			   &delivery);

	return r < 0 ? r : ask_overflow(dev);
}

/*
 * The kernel reports trouble with ERST once, on the first reads, and then goes
 * on with its log; a second failure in a row is the device's.
 */
static int judge_failure(struct devmcelog *dev, int error)
{
	if (dev->read_failed)
		return -error;
	dev->read_failed = true;
	log_warning("devmcelog: %s: read: %s", dev->env->device, strerror(error));
	return 1;
}

/* Returns 1 when there may be more, 0 when dry, -errno. */
static int read_slot(struct devmcelog *dev, struct spool_slot *slot)
{
	ssize_t n = read(dev->fd, slot->data, dev->log_size);
	int error = n < 0 ? errno : 0, r = 1;

	if (n > 0)
		dev->read_failed = false;
	if (n < 0 && error != EAGAIN && error != EINTR)
		r = judge_failure(dev, error);
	/* An ERST record that could not be erased comes with an error, but it comes. */
	if (n > 0 || (n < 0 && slot_filled(slot->data, slot->size))) {
		int given = give_slot(dev, slot, n > 0 ? (size_t)n : dev->record_size);

		return given < 0 ? given : r;
	}
	if (dev->spool)
		spool_untake(dev->spool, slot);
	return n == 0 || error == EAGAIN ? 0 : r;
}

static int devmcelog_drain(struct source *source)
{
	struct devmcelog *dev = devmcelog_of(source);
	int r = replay_spool(dev);

	while (r >= 0) {
		struct spool_slot *slot;

		if (!dev->intake->has_room(dev->intake->context))
			return 1;
		slot = take_slot(dev);
		if (!slot)
			return 1;
		r = read_slot(dev, slot);
		if (r == 0)
			return 0;
	}
	return r;
}

static void devmcelog_committed(struct source *source)
{
	struct devmcelog *dev = devmcelog_of(source);

	if (!dev->spool)
		return;
	spool_free_all(dev->spool);
	spool_cursor(dev->spool, 0)->time = 0;
}

static void devmcelog_describe(struct source *source, char *buffer, size_t size)
{
	struct devmcelog *dev = devmcelog_of(source);

	snprintf(buffer, size, "%s, %" PRIu64 " records", dev->env->device, dev->n_records);
}

static void devmcelog_close(struct source *source)
{
	if (source)
		devmcelog_free(devmcelog_of(source));
}

const struct source_ops source_devmcelog = {
	.name = "devmcelog",
	.summary = "the kernel's /dev/mcelog (CONFIG_X86_MCELOG_LEGACY, Xen)",
	.probe = devmcelog_probe,
	.open = devmcelog_open,
	.fd = devmcelog_fd,
	.drain = devmcelog_drain,
	.committed = devmcelog_committed,
	.describe = devmcelog_describe,
	.close = devmcelog_close,
};

#else

const struct source_ops source_devmcelog = {
	.name = "devmcelog",
	.summary = "the kernel's /dev/mcelog (CONFIG_X86_MCELOG_LEGACY, Xen)",
	.unavailable = "this program was configured with --disable-devmcelog",
};

#endif
