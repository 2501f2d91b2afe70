/* SPDX-License-Identifier: GPL-2.0-only */
/* cper-memory: platform memory errors, UEFI 2.10, N.2.5 and N.2.6. */
#pragma once

#include "decode/cper.h"

/* Memory error section; that of UEFI 2.1 and 2.2 ends after 73 bytes. */
void cper_memory(struct bytes section, struct cper_error *error);

/* Memory error section 2. */
void cper_memory_2(struct bytes section, struct cper_error *error);
