// SPDX-License-Identifier: GPL-2.0-only
#include "actions/trigger-script.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "actions/trigger-output.h"
#include "util/cleanup.h"
#include "util/log.h"

/* mcelog set none for four of its triggers, so that their scripts found no logger. */
#define SCRIPT_PATH "PATH=/sbin:/usr/sbin:/bin:/usr/bin"

enum {
	READ_SIZE = 16384,
	LAST_READS = 16, /* after the end: more than a pipe holds */
};

enum stage {
	STAGE_RUNS,
	STAGE_ASKED, /* took too long: SIGTERM */
	STAGE_KILLED,
};

struct trigger_script {
	sd_event *event;
	char *name;
	pid_t pid; /* of the process group, too; 0: not running */
	int output_fd;
	sd_event_source *child;
	sd_event_source *readable;
	sd_event_source *timer;
	struct trigger_output output;
	uint64_t began_us;
	uint64_t grace_us;
	enum stage stage;
	trigger_script_ended *ended;
	void *context;
};

static uint64_t now_us(struct trigger_script *script)
{
	uint64_t now = 0;

	sd_event_now(script->event, CLOCK_MONOTONIC, &now);
	return now;
}

static void kill_group(const struct trigger_script *script, int signal)
{
	if (script->pid > 0)
		kill(-script->pid, signal);
}

/* The loop reaps it when it ends, and nobody is told. */
static void let_go(struct trigger_script *script)
{
	sd_event_source_set_userdata(script->child, NULL);
	sd_event_source_set_floating(script->child, true);
	script->child = sd_event_source_unref(script->child);
	script->pid = 0;
}

void trigger_script_free(struct trigger_script *script)
{
	if (!script)
		return;
	if (script->pid > 0) {
		kill_group(script, SIGKILL);
		if (script->child)
			let_go(script);
		else
			waitpid(script->pid, NULL, 0);
	}
	sd_event_source_disable_unref(script->child);
	sd_event_source_disable_unref(script->readable);
	sd_event_source_disable_unref(script->timer);
	if (script->output_fd >= 0)
		close(script->output_fd);
	sd_event_unref(script->event);
	free(script->name);
	free(script);
}

DEFINE_CLEANUP(struct trigger_script *, script, trigger_script_free)

/* 1: there may be more. 0: nobody has the pipe open any more. -EAGAIN: nothing now. */
static int read_output(struct trigger_script *script)
{
	char data[READ_SIZE];
	ssize_t n = read(script->output_fd, data, sizeof(data));

	if (n < 0)
		return errno == EINTR ? 1 : -errno;
	trigger_output_take(&script->output, data, (size_t)n, now_us(script));
	return n > 0;
}

static void close_output(struct trigger_script *script)
{
	trigger_output_finish(&script->output, now_us(script));
	script->readable = sd_event_source_disable_unref(script->readable);
	close(take_fd(script->output_fd));
}

static int on_output(sd_event_source *source, int fd, uint32_t revents, void *userdata)
{
	struct trigger_script *script = userdata;
	int r = read_output(script);

	(void)source;
	(void)fd;
	(void)revents;
	if (r <= 0 && r != -EAGAIN)
		close_output(script);
	return 0;
}

static struct trigger_result result_of(struct trigger_script *script, const siginfo_t *info)
{
	struct trigger_result result = {
		.outcome = TRIGGER_OUTCOME_KILLED,
		.detail = info->si_status,
		.run_us = now_us(script) - script->began_us,
	};

	if (script->stage != STAGE_RUNS)
		result.outcome = TRIGGER_OUTCOME_TIMED_OUT;
	else if (info->si_code == CLD_EXITED)
		result.outcome = TRIGGER_OUTCOME_EXITED;
	return result;
}

static void end(struct trigger_script *script, const struct trigger_result *result)
{
	/* What is in the pipe belongs to the log; who else holds it open is not waited for. */
	for (unsigned int i = 0; script->output_fd >= 0 && i < LAST_READS; i++)
		if (read_output(script) <= 0)
			break;
	if (script->output_fd >= 0)
		close_output(script);
	script->ended(script->context, script, result);
}

static int on_end(sd_event_source *child, const siginfo_t *info, void *userdata)
{
	struct trigger_script *script = userdata;
	struct trigger_result result;

	(void)child;
	if (!script)
		return 0;
	result = result_of(script, info);
	/*
	 * The leader is not reaped yet, so the group's number is still its own.
	 * Those of the group that did not end with it get no grace of their own.
	 */
	if (script->stage != STAGE_RUNS)
		kill_group(script, SIGKILL);
	script->pid = 0;
	end(script, &result);
	return 0;
}

/*
 * One that hangs in the kernel does not end by a signal. It must not keep the
 * others waiting for ever, so it counts as ended.
 */
static void abandon(struct trigger_script *script)
{
	const struct trigger_result result = {
		.outcome = TRIGGER_OUTCOME_TIMED_OUT,
		.run_us = now_us(script) - script->began_us,
	};

	log_error("%s: process %d does not end though it was killed; it is left alone",
		  script->name, (int)script->pid);
	let_go(script);
	end(script, &result);
}

static int on_timer(sd_event_source *timer, uint64_t usec, void *userdata)
{
	struct trigger_script *script = userdata;

	(void)usec;
	switch (script->stage) {
	case STAGE_RUNS:
		kill_group(script, SIGTERM);
		/* One that was stopped would get the signal when somebody continues it. */
		kill_group(script, SIGCONT);
		script->stage = STAGE_ASKED;
		break;
	case STAGE_ASKED:
		kill_group(script, SIGKILL);
		script->stage = STAGE_KILLED;
		break;
	case STAGE_KILLED:
		abandon(script);
		return 0;
	}
	sd_event_source_set_time_relative(timer, script->grace_us);
	return sd_event_source_set_enabled(timer, SD_EVENT_ONESHOT);
}

/* A file and no pipe: nobody has to feed it, and the script need not read it. */
static int open_input(const struct trigger_request *request)
{
	_cleanup_close_ int fd = -1;
	ssize_t n;

	if (!request->input) {
		fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
		return fd < 0 ? -errno : take_fd(fd);
	}
	fd = memfd_create("mcelog-trigger", MFD_CLOEXEC);
	if (fd < 0)
		return -errno;
	n = write(fd, request->input, request->input_length);
	if (n < 0)
		return -errno;
	if ((size_t)n != request->input_length)
		return -EIO;
	return lseek(fd, 0, SEEK_SET) < 0 ? -errno : take_fd(fd);
}

static int set_attributes(posix_spawnattr_t *attributes)
{
	sigset_t none, all;
	int r;

	sigemptyset(&none);
	sigfillset(&all);
	r = -posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK |
							  POSIX_SPAWN_SETSIGDEF);
	if (r == 0)
		r = -posix_spawnattr_setsigmask(attributes, &none);
	if (r == 0)
		r = -posix_spawnattr_setsigdefault(attributes, &all);
	return r;
}

static int set_files(posix_spawn_file_actions_t *files, int input, int output,
		     const char *directory)
{
	int r = -posix_spawn_file_actions_adddup2(files, input, STDIN_FILENO);

	if (r == 0)
		r = -posix_spawn_file_actions_adddup2(files, output, STDOUT_FILENO);
	if (r == 0)
		r = -posix_spawn_file_actions_adddup2(files, output, STDERR_FILENO);
	if (r == 0)
		r = -posix_spawn_file_actions_addclosefrom_np(files, STDERR_FILENO + 1);
	if (r == 0)
		r = -posix_spawn_file_actions_addchdir_np(files, directory);
	return r;
}

static int spawn(const struct trigger_script_params *params, const struct trigger_request *request,
		 int input, int output, pid_t *ret_pid)
{
	char *argv[] = { (char *)params->path,
			 request->argument[0] ? (char *)request->argument : NULL, NULL };
	char *environment[TRIGGER_VARIABLES_MAX + 2] = { SCRIPT_PATH };
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attributes;
	int r;

	memcpy(environment + 1, request->variables, request->n_variables * sizeof(char *));
	r = -posix_spawnattr_init(&attributes);
	if (r < 0)
		return r;
	r = -posix_spawn_file_actions_init(&files);
	if (r == 0) {
		r = set_attributes(&attributes);
		if (r == 0)
			r = set_files(&files, input, output, params->directory);
		if (r == 0)
			r = -posix_spawn(ret_pid, params->path, &files, &attributes, argv,
					 environment);
		posix_spawn_file_actions_destroy(&files);
	}
	posix_spawnattr_destroy(&attributes);
	return r;
}

static int watch(struct trigger_script *script, uint64_t timeout_us)
{
	int r = sd_event_add_child(script->event, &script->child, script->pid, WEXITED, on_end,
				   script);

	if (r >= 0)
		r = sd_event_add_time_relative(script->event, &script->timer, CLOCK_MONOTONIC,
					       timeout_us, 0, on_timer, script);
	if (r >= 0)
		r = sd_event_add_io(script->event, &script->readable, script->output_fd, EPOLLIN,
				    on_output, script);
	/* A script that prints without end must not keep the others waiting. */
	if (r >= 0)
		r = sd_event_source_set_priority(script->readable, SD_EVENT_PRIORITY_IDLE);
	return r;
}

static int script_new(sd_event *event, const struct trigger_script_params *params,
		      struct trigger_script **ret_script)
{
	struct trigger_script *script = calloc(1, sizeof(*script));

	if (!script)
		return -ENOMEM;
	script->output_fd = -1;
	script->event = sd_event_ref(event);
	script->grace_us = params->grace_us;
	script->ended = params->ended;
	script->context = params->context;
	script->name = strdup(params->name);
	if (!script->name) {
		trigger_script_free(script);
		return -ENOMEM;
	}
	trigger_output_init(&script->output, script->name);
	*ret_script = script;
	return 0;
}

int trigger_script_start(sd_event *event, const struct trigger_script_params *params,
			 const struct trigger_request *request, struct trigger_script **ret_script)
{
	_cleanup_(script_cleanup) struct trigger_script *script = NULL;
	_cleanup_close_ int input = open_input(request);
	_cleanup_close_ int output = -1;
	int fds[2];
	int r = input < 0 ? input : script_new(event, params, &script);

	if (r < 0)
		return r;
	if (pipe2(fds, O_CLOEXEC) < 0)
		return -errno;
	script->output_fd = fds[0];
	output = fds[1];
	/* Only this end: a script does not expect writing to fail with EAGAIN. */
	if (fcntl(script->output_fd, F_SETFL, O_NONBLOCK) < 0)
		return -errno;
	script->began_us = now_us(script);
	r = spawn(params, request, input, output, &script->pid);
	if (r < 0) {
		script->pid = 0;
		return r;
	}
	r = watch(script, params->timeout_us);
	if (r < 0)
		return r;
	*ret_script = take_ptr(script);
	return 0;
}
