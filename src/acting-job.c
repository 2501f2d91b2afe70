// SPDX-License-Identifier: GPL-2.0-only
/* How a job goes on. */
#include <stdarg.h>
#include <stdio.h>

#include "acting-private.h"
#include "util/clock.h"

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
	job->action.done_us = clock_wall_us();
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
