/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * text-prefix: what stands before a kernel message when it has come through
 * printk, dmesg, syslog, the journal, a serial console or a mail.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A part of somebody else's line. */
struct span {
	const char *text;
	size_t length;
};

struct text_prefix {
	struct span caller;  /* printk's "T123" or "C0"; empty: not there */
	bool hardware_error; /* "[Hardware Error]:" was there */
	bool xen;	     /* "(XEN)" was there */
	bool edac;	     /* "EDAC <driver> MC<n>:" was there */
	bool numbered;	     /* "{N}" was there, before what firmware reported */
	uint32_t number;     /* N */
	bool any;	     /* something was cut off but quoting */
};

/*
 * The message of a line without its end of line and without any of: quoting
 * ">", level "<N>", printk time and caller, dmesg's dates and facility, the
 * fields of /dev/kmsg, syslog and ISO headers up to "kernel:" or "mcelog[N]:",
 * "{N}", "(XEN)", "EDAC <driver> MC<n>:", "mce:", "[Hardware Error]:".
 */
struct span text_strip_prefix(const char *line, size_t length, struct text_prefix *ret_prefix);
