// SPDX-License-Identifier: GPL-2.0-only
#include "decode/cper-dmar.h"

#include "decode/cper-fields.h"
#include "util/cleanup.h"

enum { AT_REQUESTER = 0, AT_SEGMENT = 2, AT_REASON = 4 };

/* UEFI 2.10, appendix N, table "DMAr Generic Error Section", fault reason code. */
/* clang-format off */
static const char *const reasons[] = {
	[1] = "No domain mapping table entry",
	[2] = "Invalid domain mapping table entry",
	[3] = "Error in reading the domain mapping table",
	[4] = "Reserved bit set in the domain mapping table",
	[5] = "DMA address beyond the width of the unit",
	[6] = "Invalid read or write access",
	[7] = "Invalid device request",
	[8] = "Error in reading the address translation table",
	[9] = "Reserved bit set in the address translation table",
	[10] = "Illegal command",
	[11] = "Error in reading the command buffer",
};

static const char *const accesses[] = { "DMA write", "DMA read" };
static const char *const address_types[] = { "Untranslated request", "Translation request" };
static const char *const architectures[] = { [1] = "Intel VT-d", [2] = "AMD IOMMU" };

static const struct cper_row generic_rows[] = {
	{ .name = "error", .text = "Unknown fault", CPER_TEXTS(reasons), .valid = CPER_ALWAYS,
	  .offset = AT_REASON, .size = 1 },
	{ .name = "requester_id", .text = "PCI requester", .valid = CPER_ALWAYS, .offset = AT_REQUESTER, .size = 2 },
	{ .name = "segment", .text = "PCI segment", .valid = CPER_ALWAYS, .offset = AT_SEGMENT, .size = 2 },
	{ .name = "access", .text = "Unknown access", CPER_TEXTS(accesses), .valid = CPER_ALWAYS,
	  .offset = 5, .size = 1 },
	{ .name = "address_type", .text = "Unknown type of address", CPER_TEXTS(address_types),
	  .valid = CPER_ALWAYS, .offset = 6, .size = 1 },
	{ .name = "architecture", .text = "Unknown architecture", CPER_TEXTS(architectures),
	  .valid = CPER_ALWAYS, .offset = 7, .size = 1 },
	{ .name = "device_address", .text = "Address as the device sees it", .valid = CPER_ALWAYS,
	  .offset = 8, .size = 8 },
};

/* The same appendix, table "Intel VT for Directed I/O specific DMAr Error Section". */
static const struct cper_row vtd_rows[] = {
	{ .name = "version",      .text = "Version of the unit",  .valid = CPER_ALWAYS, .offset = 0, .size = 1 },
	{ .name = "revision",     .text = "Revision of the unit", .valid = CPER_ALWAYS, .offset = 1, .size = 1 },
	{ .name = "capability",   .text = "Capability register",  .valid = CPER_ALWAYS, .offset = 8, .size = 8 },
	{ .name = "extended_capability", .text = "Extended capability register", .valid = CPER_ALWAYS, .offset = 16, .size = 8 },
	{ .name = "global_command", .text = "Global command register", .valid = CPER_ALWAYS, .offset = 24, .size = 4 },
	{ .name = "global_status",  .text = "Global status register",  .valid = CPER_ALWAYS, .offset = 28, .size = 4 },
	{ .name = "fault_status",   .text = "Fault status register",   .valid = CPER_ALWAYS, .offset = 32, .size = 4 },
	{ .name = "fault_record_1", .text = "Fault record, bits 63:0",   .valid = CPER_ALWAYS, .offset = 48, .size = 8 },
	{ .name = "fault_record_2", .text = "Fault record, bits 127:64", .valid = CPER_ALWAYS, .offset = 56, .size = 8 },
	{ .name = "page_table_6", .text = "Page table entry, level 6", .valid = CPER_ALWAYS, .offset = 96,  .size = 8, .not_zero = true },
	{ .name = "page_table_5", .text = "Page table entry, level 5", .valid = CPER_ALWAYS, .offset = 104, .size = 8, .not_zero = true },
	{ .name = "page_table_4", .text = "Page table entry, level 4", .valid = CPER_ALWAYS, .offset = 112, .size = 8, .not_zero = true },
	{ .name = "page_table_3", .text = "Page table entry, level 3", .valid = CPER_ALWAYS, .offset = 120, .size = 8, .not_zero = true },
	{ .name = "page_table_2", .text = "Page table entry, level 2", .valid = CPER_ALWAYS, .offset = 128, .size = 8, .not_zero = true },
	{ .name = "page_table_1", .text = "Page table entry, level 1", .valid = CPER_ALWAYS, .offset = 136, .size = 8, .not_zero = true },
};

/* The same appendix, table "IOMMU specific DMAr Error Section". */
static const struct cper_row iommu_rows[] = {
	{ .name = "revision", .text = "Revision of the unit", .valid = CPER_ALWAYS, .offset = 0, .size = 1 },
	{ .name = "control",  .text = "Control register",     .valid = CPER_ALWAYS, .offset = 8, .size = 8 },
	{ .name = "unit_status", .text = "Status register",   .valid = CPER_ALWAYS, .offset = 16, .size = 8 },
	{ .name = "event_log_1", .text = "Event log entry, bits 63:0",   .valid = CPER_ALWAYS, .offset = 32, .size = 8 },
	{ .name = "event_log_2", .text = "Event log entry, bits 127:64", .valid = CPER_ALWAYS, .offset = 40, .size = 8 },
	{ .name = "page_table_6", .text = "Page table entry, level 6", .valid = CPER_ALWAYS, .offset = 96,  .size = 8, .not_zero = true },
	{ .name = "page_table_5", .text = "Page table entry, level 5", .valid = CPER_ALWAYS, .offset = 104, .size = 8, .not_zero = true },
	{ .name = "page_table_4", .text = "Page table entry, level 4", .valid = CPER_ALWAYS, .offset = 112, .size = 8, .not_zero = true },
	{ .name = "page_table_3", .text = "Page table entry, level 3", .valid = CPER_ALWAYS, .offset = 120, .size = 8, .not_zero = true },
	{ .name = "page_table_2", .text = "Page table entry, level 2", .valid = CPER_ALWAYS, .offset = 128, .size = 8, .not_zero = true },
	{ .name = "page_table_1", .text = "Page table entry, level 1", .valid = CPER_ALWAYS, .offset = 136, .size = 8, .not_zero = true },
};
/* clang-format on */

static void say(struct decoded *decoded, const char *text)
{
	struct phrase phrase;

	decoded->class = CLASS_IO;
	phrase_start(&phrase, decoded->mca, sizeof(decoded->mca));
	phrase_add(&phrase, text);
}

/* A requester ID is bus, device and function in 8, 5 and 3 bits. */
void cper_dmar(struct bytes section, struct cper_error *error)
{
	uint16_t requester = bytes_u16(section, AT_REQUESTER);
	struct decoded *decoded = &error->decoded;
	struct phrase phrase;

	decoded->class = CLASS_IO;
	phrase_start(&phrase, decoded->mca, sizeof(decoded->mca));
	phrase_add(&phrase, "DMA remapping error, device ");
	cper_add_pci(&phrase, bytes_u16(section, AT_SEGMENT), (uint8_t)(requester >> 8),
		     requester >> 3 & 0x1f, requester & 7);
	cper_facts(section, 0, generic_rows, ARRAY_SIZE(generic_rows), decoded);
}

void cper_dmar_vtd(struct bytes section, struct cper_error *error)
{
	say(&error->decoded, "DMA remapping error of Intel VT-d");
	cper_facts(section, 0, vtd_rows, ARRAY_SIZE(vtd_rows), &error->decoded);
}

void cper_dmar_iommu(struct bytes section, struct cper_error *error)
{
	say(&error->decoded, "DMA remapping error of an AMD IOMMU");
	cper_facts(section, 0, iommu_rows, ARRAY_SIZE(iommu_rows), &error->decoded);
}
