// SPDX-License-Identifier: GPL-2.0-only
#include "sources/source.h"

/*
 * erst and erst_dbg come before devmcelog: the first reads of /dev/mcelog erase
 * the records of ERST that they show. Kernel logs come behind the records that they
 * may repeat, which have more registers: those of earlier boots, and this one's after the
 * trace. What an earlier boot left comes before what this one has.
 */
/* clang-format off */
const struct source_ops *const sources[] = {
	&source_erst_dbg,
	&source_erst,
	&source_pstore,
	&source_kdump,
	&source_vmcore,
	&source_bert,
	&source_devmcelog,
	&source_tracefs,
	&source_kmsg,
	&source_replay,
	NULL,
};
/* clang-format on */
