/* SPDX-License-Identifier: GPL-2.0-only */
/* dimm: one memory module (or memory that is soldered), as a plain value. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Where errors say that a module is; a number is LOCATION_UNKNOWN unless the machine says it. */
struct place {
	int32_t socket;
	int32_t imc; /* of the socket */
	int32_t channel;
	int32_t slot; /* of the channel; struct location calls it dimm */
};

enum label_source {
	LABEL_SOURCE_NONE,
	LABEL_SOURCE_SMBIOS, /* locator, or bank locator and locator */
	LABEL_SOURCE_EDAC,   /* dimm_label in sysfs */
	LABEL_SOURCE_FILE,   /* a label file */
};

enum place_source {
	PLACE_SOURCE_NONE,
	PLACE_SOURCE_LOCATOR, /* the text of an SMBIOS locator that says all of it */
	PLACE_SOURCE_EDAC,    /* the driver of the memory controller */
};

/* Physical addresses, both ends included. */
struct dimm_range {
	uint64_t start;
	uint64_t end;
	bool interleaved; /* shared with other modules, or nobody knows */
};

enum { DIMM_TEXT_SIZE = 65, DIMM_LABEL_SIZE = 132, DIMM_RANGES_MAX = 8 };

/* Texts are "" and numbers 0 where nothing says them. Placeholders are kept as they are. */
struct dimm {
	bool in_smbios;
	bool in_edac;		     /* a module that could not be paired has one of the two only */
	char label[DIMM_LABEL_SIZE]; /* what a person should look for on the board */
	enum label_source label_source;
	struct place place;
	enum place_source place_source;
	uint64_t size_mib;
	char type[DIMM_TEXT_SIZE];	 /* "DDR5", or EDAC's "Registered-DDR5" */
	char edac_label[DIMM_TEXT_SIZE]; /* as the driver's events give it; of the first rank */

	/* SMBIOS type 17 only: */
	uint16_t handle; /* by which firmware names it */
	char locator[DIMM_TEXT_SIZE];
	char bank_locator[DIMM_TEXT_SIZE];
	char manufacturer[DIMM_TEXT_SIZE];
	char serial[DIMM_TEXT_SIZE];
	char asset[DIMM_TEXT_SIZE];
	char part[DIMM_TEXT_SIZE];
	char form[DIMM_TEXT_SIZE];
	uint32_t speed;		   /* MT/s, as capable of */
	uint32_t configured_speed; /* MT/s, as running */
	unsigned int ranks;
	struct dimm_range ranges[DIMM_RANGES_MAX];
	size_t n_ranges;
};

/* Whether a number or a text that firmware gives is one of those that stand for "there is none". */
bool dimm_text_is_placeholder(const char *text);

/* Whether the module can be told from others. */
bool dimm_has_serial(const struct dimm *dimm);

/*
 * Whether both are the same module: serial number and part number are equal
 * but for case. False, too, where one of them has no serial number: whether a
 * module was replaced is known only where dimm_has_serial() holds for both.
 */
bool dimm_same_module(const struct dimm *a, const struct dimm *b);

/* A place of which nothing is known. */
struct place place_unknown(void);
