/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * smca-errors: what the extended error code of an AMD bank with Scalable MCA
 * means, by the unit that the bank belongs to.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* The errors of one unit, or of that unit on some models only. */
struct smca_errors {
	uint16_t hwid;	  /* MCA_IPID[43:32], HardwareID */
	uint16_t mcatype; /* MCA_IPID[63:48], McaType */
	uint8_t family;	  /* display family that it is restricted to, 0 for any */
	uint8_t model_first;
	uint8_t model_last;
	uint8_t n;		  /* of texts */
	const char *const *texts; /* by extended error code, MCA_STATUS[21:16]; NULL: reserved */
};

/*
 * The text of an error; family and model are the display ones. NULL for a unit
 * that is not in the table and for a code that its documents do not have. Static.
 */
const char *smca_error_text(uint64_t ipid, unsigned int family, unsigned int model,
			    unsigned int code);

/* The whole table, for tests. A restricted row stands before the one for any family. */
const struct smca_errors *smca_errors(size_t *ret_count);
