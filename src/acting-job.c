// SPDX-License-Identifier: GPL-2.0-only
/* How a job goes on. */
#include <stdarg.h>
#include <stdio.h>
#include <time.h>

#include "acting-private.h"

int64_t acting_now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return now.tv_sec * 1000000ll + now.tv_nsec / 1000;
}

void acting_work_soon(struct acting *acting)
{
	sd_event_source_set_enabled(acting->soon, SD_EVENT_ONESHOT);
}

void job_continue(struct job *job)
{
	job->state = JOB_READY;
	acting_work_soon(job->acting);
}

void job_finish(struct job *job)
{
	job->action.done_us = acting_now_us();
	job->state = JOB_ENDED;
	acting_work_soon(job->acting);
}

void job_end(struct job *job, enum action_state state, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(job->action.result, sizeof(job->action.result), format, arguments);
	va_end(arguments);
	job->action.state = state;
	job_finish(job);
}
