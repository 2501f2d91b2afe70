/* SPDX-License-Identifier: GPL-2.0-only */
/* For tests of what runs in a child: a loop that waits for it. Include after cmocka.h. */
#pragma once

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/wait.h>
#include <systemd/sd-event.h>
#include <unistd.h>

static inline sd_event *loop_new(void)
{
	sd_event *event = NULL;

	alarm(60); /* a child that hangs fails the test, not the machine */
	assert_int_equal(sd_event_new(&event), 0);
	return event;
}

static inline void loop_free(sd_event *event)
{
	sd_event_unref(event);
	alarm(0);
}

static inline void loop_until(sd_event *event, const bool *done)
{
	while (!*done)
		assert_true(sd_event_run(event, UINT64_MAX) >= 0);
}

/* Whether we have a child, running or ended and not yet reaped. */
static inline bool has_child(void)
{
	siginfo_t info = { 0 };

	return waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0;
}

/* The loop reaps what was left to it. */
static inline void loop_until_childless(sd_event *event)
{
	while (has_child())
		assert_true(sd_event_run(event, 10 * 1000) >= 0);
}
