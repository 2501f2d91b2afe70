// SPDX-License-Identifier: GPL-2.0-only
#include "decode/cper-other.h"

#include "decode/cper-fields.h"
#include "decode/facts.h"
#include "event/bits.h"
#include "util/cleanup.h"

/* UEFI 2.10, table "Firmware Error Record Reference". */
/* clang-format off */
static const char *const firmware_types[] = {
	"IPF SAL error record", "SoC firmware error record, type 1", "SoC firmware error record, type 2",
};

static const struct cper_row firmware_rows[] = {
	{ .name = "firmware_record_type", .text = "Unknown type of record", CPER_TEXTS(firmware_types),
	  .valid = CPER_ALWAYS, .offset = 0, .size = 1 },
	{ .name = "firmware_revision", .text = "Revision", .valid = CPER_ALWAYS, .offset = 1, .size = 1 },
	{ .name = "firmware_record_id", .text = "Record ID", .valid = CPER_ALWAYS, .offset = 8, .size = 8, .not_zero = true },
};

/* UEFI 2.10, table "CCIX PER Log Error Record". */
static const struct cper_row ccix_rows[] = {
	{ .name = "ccix_source", .text = "CCIX source ID", .valid = 0, .offset = 12, .size = 1 },
	{ .name = "ccix_port",   .text = "CCIX port ID",   .valid = 1, .offset = 13, .size = 1 },
	{ .name = "ccix_log",    .text = "CCIX log, first 8 bytes", .valid = 2, .offset = 16, .size = 8 },
};

/* UEFI 2.11, table "FRU Memory Poison Section Table". */
static const struct cper_row poison_rows[] = {
	{ .name = "cpuid",   .text = "CPUID of the processor", .valid = 1, .offset = 16, .size = 8 },
	{ .name = "ppin",    .text = "PPIN of the processor",  .valid = 3, .offset = 28, .size = 8 },
	{ .name = "entries", .text = "Poisoned places",        .valid = 4, .offset = 36, .size = 4 },
};
/* clang-format on */

/* The record that is referred to has a GUID where its type is 2. */
void cper_firmware(struct bytes section, struct cper_error *error)
{
	enum { TYPE_GUID = 2, AT_GUID = 16, GUID_SIZE = 16 };
	struct decoded *decoded = &error->decoded;
	struct phrase phrase;

	phrase_start(&phrase, decoded->mca, sizeof(decoded->mca));
	phrase_add(&phrase, "Firmware error record");
	if (bytes_u8(section, 0) == TYPE_GUID && bytes_have(section, AT_GUID, GUID_SIZE)) {
		phrase_add(&phrase, " ");
		cper_add_guid(&phrase, cper_guid(section, AT_GUID));
	}
	cper_facts(section, 0, firmware_rows, ARRAY_SIZE(firmware_rows), decoded);
}

void cper_ccix(struct bytes section, struct cper_error *error)
{
	struct phrase phrase;

	error->decoded.class = CLASS_IO;
	phrase_start(&phrase, error->decoded.mca, sizeof(error->decoded.mca));
	phrase_add(&phrase, "CCIX error");
	cper_facts(section, bytes_u64(section, 4), ccix_rows, ARRAY_SIZE(ccix_rows),
		   &error->decoded);
}

void cper_poison(struct bytes section, struct cper_error *error)
{
	struct phrase phrase;

	error->kind = CPER_STATE;
	error->decoded.class = CLASS_MEMORY;
	phrase_start(&phrase, error->decoded.mca, sizeof(error->decoded.mca));
	phrase_add(&phrase, "List of poisoned memory, ");
	phrase_add_number(&phrase, bytes_u32(section, 36));
	phrase_add(&phrase, " places");
	cper_facts(section, bytes_u64(section, 4), poison_rows, ARRAY_SIZE(poison_rows),
		   &error->decoded);
}

static bool is_blank(struct bytes section)
{
	for (size_t i = 0; i < section.size; i++)
		if (section.data[i])
			return false;
	return true;
}

/* A body of zeros says nothing: no field in it is valid. */
void cper_unknown(struct bytes section, struct cper_error *error)
{
	enum { BYTES_SHOWN = 16 };
	struct phrase phrase;

	phrase_start(&phrase, error->decoded.mca, sizeof(error->decoded.mca));
	if (sd_id128_is_null(error->type)) {
		phrase_add(&phrase, "Error of unknown type");
	} else {
		phrase_add(&phrase, "Section of unknown type ");
		cper_add_guid(&phrase, error->type);
	}
	if (is_blank(section))
		return;
	phrase_add(&phrase, ", ");
	phrase_add_number(&phrase, section.size);
	phrase_add(&phrase, " bytes: ");
	for (size_t i = 0; i < section.size && i < BYTES_SHOWN; i++)
		cper_add_digits(&phrase, section.data[i], 2);
}
