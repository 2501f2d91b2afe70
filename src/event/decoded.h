/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * decoded: what a record means. Filled by decode() (decode/decode.h); a plain
 * value whose strings are static tables or its own arrays.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Names in JSON, journal and database: severity_name(). Ordered: worse is greater. */
enum severity {
	SEVERITY_UNKNOWN,
	SEVERITY_CORRECTED,		/* hardware corrected it */
	SEVERITY_DEFERRED,		/* AMD: found, not consumed, poison may be left */
	SEVERITY_UCNA,			/* uncorrected, no action required */
	SEVERITY_ACTION_OPTIONAL,	/* SRAO */
	SEVERITY_ACTION_REQUIRED,	/* SRAR, or poison that was consumed */
	SEVERITY_UNCORRECTED,		/* uncorrected, nothing more is known */
	SEVERITY_FATAL,			/* processor context is corrupt or the error is not contained */
	SEVERITY_COUNT_,
};

enum error_class {
	CLASS_UNKNOWN,
	CLASS_MEMORY,
	CLASS_CACHE,
	CLASS_TLB,
	CLASS_BUS,
	CLASS_IO,
	CLASS_INTERNAL,
	CLASS_THERMAL,
	CLASS_COUNT_,
};

/*
 * One named thing that the registers say. The fact named "error" is what the
 * unit itself says went wrong (an extended or model-specific error code in
 * words); a record may have several. name is a stable lower_case key,
 * text a phrase for a person; both static. value is the raw field.
 */
struct fact {
	const char *name;
	const char *text;
	uint64_t value;
};

enum { LOCATION_UNKNOWN = -1 };

/* Where in the machine; a field is LOCATION_UNKNOWN unless the registers say it. */
struct location {
	int32_t socket;
	int32_t imc;
	int32_t channel;
	int32_t dimm;
	int32_t rank;
	int32_t device;
	int32_t bank_group;
	int32_t bank;
	int32_t row;
	int32_t column;
};

enum { DECODED_FACTS_MAX = 48, DECODED_MCA_MAX = 128, DECODED_LABEL_MAX = 64 };

struct decoded {
	enum severity severity;
	enum error_class class;
	const char *vendor;	/* never NULL */
	const char *cpu_name;	/* NULL unknown */
	unsigned int family;	/* 0 when the record has no CPUID */
	unsigned int model;
	unsigned int stepping;
	const char *bank_type;	/* "UMC", "EX", "IMC" ..., "EDAC" without a bank; NULL unknown */
	uint32_t count;		/* errors this record stands for, at least 1 */
	bool overflow;		/* MCi_STATUS.OVER: more errors than are described */
	bool address_usable;	/* ADDR is a system physical address that tells the page */
	struct location location;
	uint8_t imc_channels; /* of a controller, to number those of a socket; 0 unknown */
	char label[DECODED_LABEL_MAX]; /* of the DIMM, as an EDAC driver knows it; "" unknown */
	char mca[DECODED_MCA_MAX]; /* the architectural code in words; never empty */
	unsigned int n_facts;
	struct fact facts[DECODED_FACTS_MAX];
};

/* Names as in the JSON contract; "unknown" for values outside the enum. Static. */
const char *severity_name(enum severity severity);
const char *class_name(enum error_class class);

/* The value behind a name. Errors: -EINVAL. */
int severity_parse(const char *name, enum severity *ret_severity);
int class_parse(const char *name, enum error_class *ret_class);
