/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * smca: which hardware unit an AMD bank belongs to. With Scalable MCA the
 * bank says it itself, in MCA_IPID; before it the bank number did.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "event/decoded.h"

struct smca_bank_type {
	uint16_t hwid;	  /* MCA_IPID[43:32], HardwareID */
	uint16_t mcatype; /* MCA_IPID[63:48], McaType */
	const char *type; /* short, as decoded.bank_type */
	const char *text; /* for a person */

	/*
	 * The class of every error of this unit where the unit decides;
	 * CLASS_UNKNOWN where the error code does.
	 */
	enum error_class class;
};

/* The unit that an MCA_IPID value names; NULL for one that is not in the table. */
const struct smca_bank_type *smca_find(uint64_t ipid);

/* The whole table, for tests. */
const struct smca_bank_type *smca_bank_types(size_t *ret_count);

/*
 * The unit of a bank before Scalable MCA, families 0fh to 16h. NULL for any
 * other family or bank. Static.
 */
const char *amd_legacy_bank_type(unsigned int family, unsigned int bank);
