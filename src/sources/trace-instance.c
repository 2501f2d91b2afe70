// SPDX-License-Identifier: GPL-2.0-only
#include "sources/trace-instance.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "util/cleanup.h"
#include "util/log.h"

#define TRACING_DIR	"/sys/kernel/tracing"
#define TRACING_DIR_OLD "/sys/kernel/debug/tracing"
#define OWN_INSTANCE	"mcelog"

enum {
	TEXT_MAX = 65536,	   /* of a file that is read whole */
	RING_TOTAL_KB = 16 * 1024, /* of all CPUs: 64 KiB each on 256 of them */
	RING_CPU_MIN_KB = 64,	   /* about 450 records */
	RING_CPU_MAX_KB = 512,
	CPU_MAX = 65535,
};

const char *trace_directory(const struct source_env *env, char buffer[ROOT_PATH_MAX])
{
	bool is_new = root_exists(env->root, TRACING_DIR "/events");

	return root_path(env->root,
			 is_new || !root_exists(env->root, TRACING_DIR_OLD "/events")
				 ? TRACING_DIR
				 : TRACING_DIR_OLD,
			 buffer);
}

/* "[none] integrity confidentiality": the chosen word, "" where there is no lockdown. */
static void read_lockdown(const struct source_env *env, char *ret_word, size_t size)
{
	_cleanup_free_ char *text = NULL;
	char *open, *close;

	ret_word[0] = '\0';
	if (root_read(env->root, "/sys/kernel/security/lockdown", 256, &text, NULL) < 0)
		return;
	open = strchr(text, '[');
	close = open ? strchr(open, ']') : NULL;
	if (close)
		snprintf(ret_word, size, "%.*s", (int)(close - open - 1), open + 1);
}

/* Says in words why tracefs cannot be had. */
int trace_explain(const struct source_env *env, int error, const char *what,
		  char why[SOURCE_WHY_MAX])
{
	char directory[ROOT_PATH_MAX], lockdown[32];

	trace_directory(env, directory);
	read_lockdown(env, lockdown, sizeof(lockdown));
	/* locked from the start tracefs has no files, locked later they do not open */
	if ((error == -EPERM || error == -EACCES || error == -ENOENT) &&
	    strcmp(lockdown, "confidentiality") == 0)
		snprintf(why, SOURCE_WHY_MAX, "%s%s: %s: the kernel is locked down (%s)", directory,
			 what, strerror(-error), lockdown);
	else
		snprintf(why, SOURCE_WHY_MAX, "%s%s: %s", directory, what, strerror(-error));
	return error;
}

/* Whether the tracepoint can be reached; reading needs no more than this. */
int trace_find_event(const struct source_env *env, char why[SOURCE_WHY_MAX])
{
	char directory[ROOT_PATH_MAX], path[ROOT_PATH_MAX + 64];

	trace_directory(env, directory);
	snprintf(path, sizeof(path), "%s/events", directory);
	if (access(path, R_OK | X_OK) < 0) {
		int error = -errno;

		trace_explain(env, error, "/events", why);
		if (error == -ENOENT && access(directory, F_OK) == 0 && !strstr(why, "locked down"))
			snprintf(why, SOURCE_WHY_MAX, "%s: tracefs is not mounted", directory);
		return error;
	}
	snprintf(path, sizeof(path), "%s/" TRACE_EVENT_DIR "/format", directory);
	if (access(path, R_OK) < 0) {
		int error = -errno;

		if (error != -ENOENT)
			return trace_explain(env, error, "/" TRACE_EVENT_DIR "/format", why);
		snprintf(why, SOURCE_WHY_MAX,
			 "%s/" TRACE_EVENT_DIR
			 ": the kernel has no such tracepoint (CONFIG_X86_MCE is off)",
			 directory);
		return error;
	}
	return 0;
}

/*
 * The instance that the kernel was booted with for machine checks:
 * trace_instance=NAME[^flags][@memory],mce:mce_record (Linux 6.9 and later).
 */
static bool boot_instance(const struct source_env *env, char *name, size_t size)
{
	static const char option[] = "trace_instance=";
	_cleanup_free_ char *text = NULL;
	char *save, *word;

	if (root_read(env->root, "/proc/cmdline", TEXT_MAX, &text, NULL) < 0)
		return false;
	for (word = strtok_r(text, " \n", &save); word; word = strtok_r(NULL, " \n", &save)) {
		const char *value = word + sizeof(option) - 1;
		char path[ROOT_PATH_MAX * 2], directory[ROOT_PATH_MAX];

		if (strncmp(word, option, sizeof(option) - 1) != 0 || !strstr(value, ",mce"))
			continue;
		snprintf(name, size, "%.*s", (int)strcspn(value, "^@,"), value);
		snprintf(path, sizeof(path), "%s/instances/%s", trace_directory(env, directory),
			 name);
		if (name[0] && !strchr(name, '/') && access(path, F_OK) == 0)
			return true;
	}
	return false;
}

void trace_choose_instance(const struct source_env *env, char *ret_name, size_t size)
{
	if (!boot_instance(env, ret_name, size))
		snprintf(ret_name, size, OWN_INSTANCE);
}

/* A file of the instance as text; NULL and errno as libtracefs leaves it. */
static char *instance_read(const struct trace_instance *instance, const char *file)
{
	return tracefs_instance_file_read(instance->tracefs, (char *)file, NULL);
}

static int instance_write(const struct trace_instance *instance, const char *file,
			  const char *value)
{
	if (tracefs_instance_file_write(instance->tracefs, file, value) < 0)
		return errno ? -errno : -EIO;
	return 0;
}

static enum trace_clock clock_of(const char *name)
{
	if (strcmp(name, "boot") == 0)
		return TRACE_CLOCK_BOOT;
	/* local and global count from about the same moment; what is off by 2 s is not used */
	if (strcmp(name, "mono") == 0 || strcmp(name, "local") == 0 || strcmp(name, "global") == 0)
		return TRACE_CLOCK_MONO;
	return TRACE_CLOCK_OTHER;
}

/* "local [boot] mono": the chosen one. */
static void read_clock(struct trace_instance *instance)
{
	_cleanup_free_ char *text = instance_read(instance, "trace_clock");
	char *open = text ? strchr(text, '[') : NULL;
	char *close = open ? strchr(open, ']') : NULL;

	instance->clock = TRACE_CLOCK_OTHER;
	if (close) {
		*close = '\0';
		instance->clock = clock_of(open + 1);
	}
}

static int add_cpu(struct trace_instance *instance, unsigned int number)
{
	unsigned int *grown =
		reallocarray(instance->cpus, instance->n_cpus + 1, sizeof(*instance->cpus));

	if (!grown)
		return -ENOMEM;
	instance->cpus = grown;
	instance->cpus[instance->n_cpus++] = number;
	return 0;
}

static int by_number(const void *a, const void *b)
{
	const unsigned int *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

/* per_cpu/ has a directory for every possible CPU, online or not. */
static int find_cpus(struct trace_instance *instance)
{
	char *path = tracefs_instance_get_file(instance->tracefs, "per_cpu");
	_cleanup_closedir_ DIR *directory = path ? opendir(path) : NULL;
	int r = path && !directory ? -errno : 0;
	struct dirent *entry;

	tracefs_put_tracing_file(path);
	if (!directory)
		return r ? r : -ENOMEM;
	while ((entry = readdir(directory))) {
		unsigned int number;
		char end;

		if (sscanf(entry->d_name, "cpu%u%c", &number, &end) != 1 || number > CPU_MAX)
			continue;
		r = add_cpu(instance, number);
		if (r < 0)
			return r;
	}
	if (!instance->n_cpus)
		return -ENODEV;
	qsort(instance->cpus, instance->n_cpus, sizeof(*instance->cpus), by_number);
	return 0;
}

static bool event_enabled(const struct trace_instance *instance)
{
	_cleanup_free_ char *text = instance_read(instance, TRACE_EVENT_DIR "/enable");

	return text && text[0] == '1';
}

/*
 * A new instance gets its clock and size before the event is on: both empty
 * the ring. One that a life left between mkdir and here is as good as new.
 */
static void set_up_new(struct trace_instance *instance)
{
	unsigned int kb = RING_TOTAL_KB / (unsigned int)instance->n_cpus;
	char text[16];
	int r = instance_write(instance, "trace_clock", "boot");

	if (r < 0)
		log_warning("trace instance %s: cannot choose the clock \"boot\": %s",
			    instance->name, strerror(-r));
	kb = kb < RING_CPU_MIN_KB ? RING_CPU_MIN_KB : kb > RING_CPU_MAX_KB ? RING_CPU_MAX_KB : kb;
	snprintf(text, sizeof(text), "%u", kb);
	r = instance_write(instance, "buffer_size_kb", text);
	if (r < 0)
		log_warning("trace instance %s: cannot set %u KiB a CPU: %s", instance->name, kb,
			    strerror(-r));
}

static bool ring_is_empty(const struct trace_instance *instance)
{
	struct pollfd poll_fd = { .fd = instance->pipe_fd, .events = POLLIN };

	return poll(&poll_fd, 1, 0) == 0;
}

/*
 * Ours, and nothing in it. What the kernel was booted with keeps its clock, so
 * that the ring's time means the same in all boots, and cannot change its size.
 */
static bool is_as_new(const struct trace_instance *instance)
{
	return tracefs_instance_is_new(instance->tracefs) ||
	       (strcmp(instance->name, OWN_INSTANCE) == 0 && !instance->survives &&
		ring_is_empty(instance));
}

static int set_up(struct trace_instance *instance)
{
	if (event_enabled(instance))
		return 0;
	if (is_as_new(instance))
		set_up_new(instance);
	return instance_write(instance, TRACE_EVENT_DIR "/enable", "1");
}

/*
 * What EDAC drivers say, beside the records; without it they are still
 * records. Enabling an event, unlike the clock, does not empty the ring.
 */
static void set_up_detail(const struct trace_instance *instance)
{
	static const char file[] = TRACE_DETAIL_DIR "/enable";
	_cleanup_free_ char *text = instance_read(instance, file);
	int r;

	if (!text) {
		log_debug("trace instance %s: no ras:mc_event: the kernel has no EDAC",
			  instance->name);
		return;
	}
	r = text[0] == '1' ? 0 : instance_write(instance, file, "1");
	if (r < 0)
		log_warning("trace instance %s: " TRACE_DETAIL_DIR "/enable: %s", instance->name,
			    strerror(-r));
}

/* An instance whose tracing is off records nothing and says nothing: ours is turned on. */
static void turn_on(const struct trace_instance *instance)
{
	_cleanup_free_ char *text = instance_read(instance, "tracing_on");
	int r;

	if (!text || text[0] != '0')
		return;
	r = strcmp(instance->name, OWN_INSTANCE) == 0 ? instance_write(instance, "tracing_on", "1")
						      : -ECANCELED;
	if (r < 0)
		log_warning("trace instance %s: tracing_on is 0, nothing is recorded%s%s",
			    instance->name, r == -ECANCELED ? "" : ": ",
			    r == -ECANCELED ? "" : strerror(-r));
}

/*
 * Only an instance in memory that the kernel was booted to keep has that file.
 * Where we turn on the event, that is done once the ring was read to its end.
 */
static void find_survivor(const struct source_env *env, struct trace_instance *instance)
{
	_cleanup_free_ char *text = instance_read(instance, "last_boot_info");
	char name[sizeof(instance->name)];

	instance->survives = text != NULL;
	if (!instance->survives)
		instance->past = TRACE_PAST_NONE;
	else if (!event_enabled(instance))
		instance->past = TRACE_PAST_ALL;
	else
		instance->past =
			boot_instance(env, name, sizeof(name)) ? TRACE_PAST_FIRST : TRACE_PAST_NONE;
	snprintf(instance->label, sizeof(instance->label), "%.62s%s", instance->name,
		 instance->survives ? "@" : "");
}

bool trace_label_survives(const char *label)
{
	return strchr(label, '@') != NULL;
}

/* Two readers would each get a part of the records. Errors: -EWOULDBLOCK, -errno. */
static int lock_instance(struct trace_instance *instance)
{
	char *path = tracefs_instance_get_dir(instance->tracefs);

	instance->lock_fd = path ? open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
	tracefs_put_tracing_file(path);
	if (instance->lock_fd < 0 || flock(instance->lock_fd, LOCK_EX | LOCK_NB) < 0)
		return -errno;
	return 0;
}

int trace_instance_open(const struct source_env *env, struct trace_instance *instance,
			char why[SOURCE_WHY_MAX])
{
	char directory[ROOT_PATH_MAX], part[128];
	int r;

	if (tracefs_set_tracing_dir((char *)trace_directory(env, directory)) < 0)
		return trace_explain(env, -ENOMEM, "", why);
	trace_choose_instance(env, instance->name, sizeof(instance->name));
	snprintf(part, sizeof(part), "/instances/%s", instance->name);
	errno = 0;
	instance->tracefs = tracefs_instance_create(instance->name);
	if (!instance->tracefs)
		return trace_explain(env, errno ? -errno : -ENOMEM, part, why);

	r = lock_instance(instance);
	if (r == -EWOULDBLOCK)
		snprintf(why, SOURCE_WHY_MAX, "trace instance %s: another mcelog reads it",
			 instance->name);
	if (r < 0)
		return r == -EWOULDBLOCK ? r : trace_explain(env, r, part, why);
	instance->pipe_fd = tracefs_instance_file_open(instance->tracefs, "trace_pipe",
						       O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (instance->pipe_fd < 0)
		return trace_explain(env, -errno, strcat(part, "/trace_pipe"), why);
	r = find_cpus(instance);
	if (r < 0)
		return trace_explain(env, r, strcat(part, "/per_cpu"), why);
	find_survivor(env, instance);
	read_clock(instance);
	return 0;
}

int trace_instance_record(const struct source_env *env, struct trace_instance *instance,
			  char why[SOURCE_WHY_MAX])
{
	char part[128];
	int r = set_up(instance);

	snprintf(part, sizeof(part), "/instances/%s/" TRACE_EVENT_DIR "/enable", instance->name);
	if (r < 0)
		return trace_explain(env, r, part, why);
	if (instance->wants_detail)
		set_up_detail(instance);
	turn_on(instance);
	read_clock(instance);
	return 0;
}

void trace_instance_close(struct trace_instance *instance)
{
	close_cleanup(&instance->pipe_fd);
	close_cleanup(&instance->lock_fd);
	tracefs_instance_free(instance->tracefs);
	free(instance->cpus);
	*instance = (struct trace_instance){ .pipe_fd = -1, .lock_fd = -1 };
}

int trace_instance_open_cpu(const struct trace_instance *instance, unsigned int cpu)
{
	char file[64];
	int fd;

	snprintf(file, sizeof(file), "per_cpu/cpu%u/trace_pipe_raw", cpu);
	fd = tracefs_instance_file_open(instance->tracefs, file, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

int trace_instance_lost(const struct trace_instance *instance, unsigned int cpu, uint64_t *ret_lost)
{
	static const char *const rows[] = { "\noverrun:", "\ncommit overrun:",
					    "\ndropped events:" };
	_cleanup_free_ char *text = NULL;
	uint64_t lost = 0;
	char file[64];

	snprintf(file, sizeof(file), "per_cpu/cpu%u/stats", cpu);
	text = instance_read(instance, file);
	if (!text)
		return errno ? -errno : -EIO;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const char *at = strstr(text, rows[i]);

		if (at)
			lost += strtoull(at + strlen(rows[i]), NULL, 10);
	}
	*ret_lost = lost;
	return 0;
}
