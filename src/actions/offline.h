/* SPDX-License-Identifier: GPL-2.0-only */
/* What became of taking something offline: values and words for pages and CPUs alike. */
#pragma once

#include <stdbool.h>

enum offline_result {
	OFFLINE_DONE,	     /* out of use, and seen to be */
	OFFLINE_ALREADY,     /* was out of use before */
	OFFLINE_UNPROVEN,    /* the kernel said yes; what would prove it cannot be read */
	OFFLINE_DISBELIEVED, /* the kernel said yes, but it is still in use */
	OFFLINE_REFUSED,     /* by the kernel or by our own rules */
	OFFLINE_DISABLED,    /* vm.enable_soft_offline is 0: the administrator's word */
	OFFLINE_UNSUPPORTED, /* the kernel has no file for it */
	OFFLINE_DRY_RUN,     /* all but the write was done */
	OFFLINE_RESULT_COUNT_,
};

enum offline_method {
	OFFLINE_METHOD_SOFT, /* the page's content is moved; nobody notices */
	OFFLINE_METHOD_HARD, /* who maps the page may be killed */
	OFFLINE_METHOD_CPU,
};

/* "done", "already", ... "dry-run": stable names for JSON and the store. Static. */
const char *offline_result_name(enum offline_result result);

/* Whether it is out of use as far as anybody can know. */
bool offline_succeeded(enum offline_result result);

/*
 * What an error of the write means, for a person: error is a negative errno.
 * Static, or strerror()'s where the method gives it no meaning of its own.
 */
const char *offline_error_text(enum offline_method method, int error);
