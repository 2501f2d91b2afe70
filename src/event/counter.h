/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * counter: how often one thing erred, as a plain value that account counts with
 * and the store keeps over restarts and reboots.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <systemd/sd-id128.h>

#include "event/decoded.h"

enum counter_kind {
	COUNTER_PAGE, /* 4 KiB of physical memory */
	COUNTER_ROW,  /* of a DRAM bank, where the registers say it */
	COUNTER_DIMM,
	COUNTER_CHANNEL,
	COUNTER_SOCKET,
	COUNTER_CPU,	     /* caches and TLBs of one CPU */
	COUNTER_REPLACEMENT, /* pages that had to make room for others; there is one */
	COUNTER_KINDS_,
};

/*
 * Which thing. Made by the functions below alone, so that what does not belong
 * to the kind is 0, or LOCATION_UNKNOWN in location, and keys compare field by field.
 */
struct counter_key {
	enum counter_kind kind;
	uint64_t page; /* address of its first byte */
	uint32_t cpu;
	struct location location; /* never device and column */
};

/* A leaky bucket (account/bucket.h): errors of the period that has begun at since_us. */
struct bucket {
	uint64_t count;	  /* not yet part of an overflow */
	uint64_t excess;  /* those that were */
	int64_t since_us; /* us since the epoch; 0: empty */
};

struct tally {
	uint64_t total; /* ever */
	struct bucket bucket;
};

/* What became of a page. */
enum page_state {
	PAGE_ONLINE,
	PAGE_OFFLINE_WANTED, /* on its way */
	PAGE_OFFLINE,
	PAGE_OFFLINE_FAILED,
	PAGE_STATES_,
};

struct counter {
	struct counter_key key;
	struct tally corrected;
	struct tally uncorrected;
	int64_t last_us; /* when the newest error was counted; 0: it did not say */
	/* pages only */
	enum page_state state;
	sd_id128_t state_boot; /* the state is of this boot: after a reboot the page is back */
	uint8_t failures;      /* offlinings that failed: each doubles the threshold */
	bool triggered;	       /* exceeded its threshold at least once */
	/* The hook has told of it, how often and when last, us since the epoch. */
	uint8_t hooks;
	int64_t hook_us;
};

struct counter_key counter_key_page(uint64_t address);
struct counter_key counter_key_cpu(uint32_t cpu);
struct counter_key counter_key_replacement(void);

/* The part of location that makes a thing of this kind: COUNTER_ROW to COUNTER_SOCKET. */
struct counter_key counter_key_place(enum counter_kind kind, const struct location *location);

bool counter_key_equal(const struct counter_key *a, const struct counter_key *b);
uint64_t counter_key_hash(const struct counter_key *key);

/* Names in the database: "page", "row" ...; "online", "offline", "offline-failed". Static. */
const char *counter_kind_name(enum counter_kind kind);
const char *page_state_name(enum page_state state);

/* Errors: -EINVAL. */
int counter_kind_parse(const char *name, enum counter_kind *ret_kind);
int page_state_parse(const char *name, enum page_state *ret_state);
