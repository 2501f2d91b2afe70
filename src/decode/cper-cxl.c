// SPDX-License-Identifier: GPL-2.0-only
#include "decode/cper-cxl.h"

#include "decode/cper-fields.h"
#include "decode/facts.h"
#include "event/bits.h"
#include "util/cleanup.h"

/* Component events: validation bits, which lie at 4, and offsets. */
enum { VALID_DEVICE = 0, VALID_SERIAL = 1, VALID_LOG = 2 };
enum { AT_VALID = 4, AT_DEVICE = 12, AT_LOG = 32, AT_FLAGS = 33 };

/* What the media events have at the same place. */
enum { AT_DPA = 64, AT_DESCRIPTOR = 72, AT_TYPE = 73, AT_MEDIA_VALID = 75 };

/* The low bits of an address in the device. */
#define DPA_FLAGS UINT64_C(0x3f)

/* UEFI 2.10, N.2.14, table "CXL Component Event Log Record". */
/* clang-format off */
static const struct cper_row device_rows[] = {
	{ .name = "vendor_id", .text = "PCI vendor ID", .valid = VALID_DEVICE, .offset = 12, .size = 2 },
	{ .name = "device_id", .text = "PCI device ID", .valid = VALID_DEVICE, .offset = 14, .size = 2 },
	{ .name = "function",  .text = "PCI function",  .valid = VALID_DEVICE, .offset = 16, .size = 1 },
	{ .name = "device_number", .text = "PCI device", .valid = VALID_DEVICE, .offset = 17, .size = 1 },
	{ .name = "bus",       .text = "PCI bus",       .valid = VALID_DEVICE, .offset = 18, .size = 1 },
	{ .name = "segment",   .text = "PCI segment",   .valid = VALID_DEVICE, .offset = 19, .size = 2 },
	{ .name = "device_serial", .text = "Serial number of the device", .valid = VALID_SERIAL, .offset = 24, .size = 8 },
};

/* CXL 3.1, table 8-43, "Common Event Record Format". */
static const char *const severities[] = { "Informational", "Warning", "Failure", "Fatal" };
static const struct fact_row flag_rows[] = {
	{ .name = "event_severity", .high = 1, .low = 0, .zero = true, .text = "Severity of the event",
	  .texts = severities, .n_texts = ARRAY_SIZE(severities) },
	{ .name = "permanent",          .high = 2, .low = 2, .text = "The condition is permanent" },
	{ .name = "maintenance_needed", .high = 3, .low = 3, .text = "The device needs maintenance" },
	{ .name = "degraded",           .high = 4, .low = 4, .text = "The device is slower than it should be" },
	{ .name = "replacement_needed", .high = 5, .low = 5, .text = "The device should be replaced" },
};

/* Tables 8-45, "General Media Event Record", and 8-46, "DRAM Event Record". */
static const struct fact_row address_rows[] = {
	{ .name = "volatile_memory", .high = 0, .low = 0, .text = "Volatile memory" },
	{ .name = "not_repairable",  .high = 1, .low = 1, .text = "The address cannot be repaired" },
};
static const struct fact_row descriptor_rows[] = {
	{ .name = "uncorrectable",   .high = 0, .low = 0, .text = "Uncorrectable event" },
	{ .name = "threshold",       .high = 1, .low = 1, .text = "A threshold of corrected errors was reached" },
	{ .name = "poison_overflow", .high = 2, .low = 2, .text = "The list of poisoned addresses is full" },
};
static const char *const media_types[] = {
	"CXL media ECC error", "CXL media error, invalid address", "CXL media error, data path",
	"CXL trusted execution violation", "CXL media ECC error found by scrubbing",
	"CXL media, corrected error counter expired", "CXL memory encryption key violation",
};
static const char *const dram_types[] = {
	"CXL DRAM ECC error", "CXL DRAM ECC error found by scrubbing",
	"CXL DRAM error, invalid address", "CXL DRAM error, data path",
	"CXL trusted execution violation", "CXL DRAM, corrected error counter expired",
	"CXL memory encryption key violation",
};
static const char *const transactions[] = {
	"Unknown transaction", "Host read", "Host write", "Host scan of the media",
	"Host poison injection", "Internal media scrub", "Internal media management",
	"Internal media error check and scrub", "Media initialization",
};

static const struct cper_row media_header_rows[] = {
	{ .name = "event_handle", .text = "Event record handle", .valid = VALID_LOG, .offset = 36, .size = 2 },
	{ .name = "event_time", .text = "Time stamp of the device, ns", .valid = VALID_LOG, .offset = 40, .size = 8, .not_zero = true },
	{ .name = "transaction", .text = "Unknown transaction", CPER_TEXTS(transactions), .valid = VALID_LOG,
	  .offset = 74, .size = 1 },
};

/* Here valid is the record's own field of validity flags. */
static const struct cper_row media_rows[] = {
	{ .name = "channel", .text = "Channel", .valid = 0, .offset = 77, .size = 1, .place = CPER_PLACE(channel) },
	{ .name = "rank",    .text = "Rank",    .valid = 1, .offset = 78, .size = 1, .place = CPER_PLACE(rank) },
	{ .name = "device",  .text = "Devices of the rank, by bit", .valid = 2, .offset = 79, .size = 3 },
	{ .name = "component_id", .text = "Component ID, first bytes", .valid = 3, .offset = 82, .size = 8 },
};

static const struct cper_row dram_rows[] = {
	{ .name = "channel", .text = "Channel", .valid = 0, .offset = 77, .size = 1, .place = CPER_PLACE(channel) },
	{ .name = "rank",    .text = "Rank",    .valid = 1, .offset = 78, .size = 1, .place = CPER_PLACE(rank) },
	{ .name = "nibble_mask", .text = "Nibbles in error, by bit", .valid = 2, .offset = 79, .size = 3 },
	{ .name = "bank_group", .text = "Bank group", .valid = 3, .offset = 82, .size = 1, .place = CPER_PLACE(bank_group) },
	{ .name = "bank",   .text = "Bank",   .valid = 4, .offset = 83, .size = 1, .place = CPER_PLACE(bank) },
	{ .name = "row",    .text = "Row",    .valid = 5, .offset = 84, .size = 3, .place = CPER_PLACE(row) },
	{ .name = "column", .text = "Column", .valid = 6, .offset = 87, .size = 2, .place = CPER_PLACE(column) },
};

/* Table 8-47, "Memory Module Event Record", with 8-133, "Get Health Info". */
static const char *const module_types[] = {
	"CXL memory module, health changed", "CXL memory module, media status changed",
	"CXL memory module, life used changed", "CXL memory module, temperature changed",
	"CXL memory module, data path error", "CXL memory module, label storage area error",
	"CXL memory module, unrecoverable sideband bus error", "CXL memory module, media FRU error",
	"CXL memory module, power management fault",
};
static const struct cper_row module_rows[] = {
	{ .name = "health_status", .text = "1 maintenance needed, 2 degraded, 4 replacement needed", .valid = VALID_LOG,
	  .offset = 65, .size = 1 },
	{ .name = "media_status", .text = "Media status, 0 normal", .valid = VALID_LOG, .offset = 66, .size = 1 },
	{ .name = "additional_status", .text = "Additional status", .valid = VALID_LOG, .offset = 67, .size = 1 },
	{ .name = "life_used", .text = "Life used, percent", .valid = VALID_LOG, .offset = 68, .size = 1 },
	{ .name = "temperature", .text = "Temperature, degrees Celsius (two's complement)", .valid = VALID_LOG,
	  .offset = 69, .size = 2 },
	{ .name = "dirty_shutdowns", .text = "Dirty shutdowns", .valid = VALID_LOG, .offset = 71, .size = 4 },
	{ .name = "corrected_volatile", .text = "Corrected errors of volatile memory", .valid = VALID_LOG,
	  .offset = 75, .size = 4 },
	{ .name = "corrected_persistent", .text = "Corrected errors of persistent memory", .valid = VALID_LOG,
	  .offset = 79, .size = 4 },
};

/* UEFI 2.10, N.2.13, table "CXL Protocol Error Section". */
enum { AGENT_RCRB = 1 }; /* its address is that of a register block */
static const char *const agents[] = {
	"restricted device", "restricted host's port", "device", "logical device",
	"fabric-managed logical device", "root port", "downstream switch port",
	"upstream switch port",
};
static const struct cper_row protocol_rows[] = {
	{ .name = "agent", .text = "Unknown agent", CPER_TEXTS(agents), .valid = 0, .offset = 8, .size = 1 },
	{ .name = "agent_address", .text = "Address of the agent", .valid = 1, .offset = 16, .size = 8 },
	{ .name = "vendor_id", .text = "PCI vendor ID", .valid = 2, .offset = 24, .size = 2 },
	{ .name = "device_id", .text = "PCI device ID", .valid = 2, .offset = 26, .size = 2 },
	{ .name = "class_code", .text = "PCI class code", .valid = 2, .offset = 32, .size = 2 },
	{ .name = "slot", .text = "Slot number", .valid = 2, .offset = 34, .size = 2, .high = 15, .low = 3, .not_zero = true },
	{ .name = "device_serial", .text = "Serial number of the device", .valid = 3, .offset = 40, .size = 8 },
};

/* CXL 3.1, 8.2.4.17, RAS capability structure: uncorrectable and correctable error status. */
static const struct fact_row uncorrected_rows[] = {
	{ .name = "error", .high = 0,  .low = 0,  .text = "Cache data parity error" },
	{ .name = "error", .high = 1,  .low = 1,  .text = "Cache address parity error" },
	{ .name = "error", .high = 2,  .low = 2,  .text = "Cache byte enable parity error" },
	{ .name = "error", .high = 3,  .low = 3,  .text = "Uncorrected cache data ECC error" },
	{ .name = "error", .high = 4,  .low = 4,  .text = "Memory data parity error" },
	{ .name = "error", .high = 5,  .low = 5,  .text = "Memory address parity error" },
	{ .name = "error", .high = 6,  .low = 6,  .text = "Memory byte enable parity error" },
	{ .name = "error", .high = 7,  .low = 7,  .text = "Uncorrected memory data ECC error" },
	{ .name = "error", .high = 8,  .low = 8,  .text = "Reinitialization threshold reached" },
	{ .name = "error", .high = 9,  .low = 9,  .text = "Reserved encoding received" },
	{ .name = "error", .high = 10, .low = 10, .text = "Poison received" },
	{ .name = "error", .high = 11, .low = 11, .text = "Receiver overflow" },
	{ .name = "error", .high = 14, .low = 14, .text = "Internal error" },
	{ .name = "error", .high = 15, .low = 15, .text = "IDE error in sending" },
	{ .name = "error", .high = 16, .low = 16, .text = "IDE error in receiving" },
};
static const struct fact_row corrected_rows[] = {
	{ .name = "error", .high = 0, .low = 0, .text = "Corrected cache data ECC error" },
	{ .name = "error", .high = 1, .low = 1, .text = "Corrected memory data ECC error" },
	{ .name = "error", .high = 2, .low = 2, .text = "CRC threshold reached" },
	{ .name = "error", .high = 3, .low = 3, .text = "Retry threshold reached" },
	{ .name = "error", .high = 4, .low = 4, .text = "Cache poison received" },
	{ .name = "error", .high = 5, .low = 5, .text = "Memory poison received" },
	{ .name = "error", .high = 6, .low = 6, .text = "Physical layer error" },
};
/* clang-format on */

enum { LOG_UNCORRECTED = 0, LOG_CORRECTED = 12 };

static void say(struct bytes section, const char *text, struct decoded *decoded)
{
	struct phrase phrase;

	phrase_start(&phrase, decoded->mca, sizeof(decoded->mca));
	phrase_add(&phrase, text);
	if (!cper_has(section, bytes_u64(section, AT_VALID), VALID_DEVICE, AT_DEVICE, 9))
		return;
	phrase_add(&phrase, ", device ");
	cper_add_pci(&phrase, bytes_u16(section, AT_DEVICE + 7), bytes_u8(section, AT_DEVICE + 6),
		     bytes_u8(section, AT_DEVICE + 5), bytes_u8(section, AT_DEVICE + 4));
}

/* text is what the type of an event says, where it is one of the n of the table. */
static const char *type_text(struct bytes section, size_t at, const char *const *texts, size_t n,
			     const char *other)
{
	bool has = cper_has(section, bytes_u64(section, AT_VALID), VALID_LOG, at, 1);
	uint8_t type = bytes_u8(section, at);

	return has && type < n ? texts[type] : other;
}

static void take_event(struct bytes section, const char *text, struct decoded *decoded)
{
	uint64_t valid = bytes_u64(section, AT_VALID);

	say(section, text, decoded);
	cper_facts(section, valid, device_rows, ARRAY_SIZE(device_rows), decoded);
	if (cper_has(section, valid, VALID_LOG, AT_FLAGS, 3))
		facts_from_register(decoded, flag_rows, ARRAY_SIZE(flag_rows),
				    bytes_le(section, AT_FLAGS, 3), 0);
}

static void take_media(struct bytes section, const struct cper_row *rows, size_t n,
		       struct decoded *decoded)
{
	uint64_t valid = bytes_u64(section, AT_VALID);

	decoded->class = CLASS_MEMORY;
	if (cper_has(section, valid, VALID_LOG, AT_DESCRIPTOR, 1))
		facts_from_register(decoded, descriptor_rows, ARRAY_SIZE(descriptor_rows),
				    bytes_u8(section, AT_DESCRIPTOR), 0);
	if (cper_has(section, valid, VALID_LOG, AT_DPA, 8)) {
		fact_add(decoded, "device_physical_address", "Address in the device",
			 bytes_u64(section, AT_DPA) & ~DPA_FLAGS);
		facts_from_register(decoded, address_rows, ARRAY_SIZE(address_rows),
				    bytes_u64(section, AT_DPA) & DPA_FLAGS, 0);
	}
	cper_facts(section, valid, media_header_rows, ARRAY_SIZE(media_header_rows), decoded);
	if (cper_has(section, valid, VALID_LOG, AT_MEDIA_VALID, 2))
		cper_facts(section, bytes_u16(section, AT_MEDIA_VALID), rows, n, decoded);
}

void cper_cxl_media(struct bytes section, struct cper_error *error)
{
	take_event(section,
		   type_text(section, AT_TYPE, media_types, ARRAY_SIZE(media_types),
			     "CXL media event"),
		   &error->decoded);
	take_media(section, media_rows, ARRAY_SIZE(media_rows), &error->decoded);
}

void cper_cxl_dram(struct bytes section, struct cper_error *error)
{
	take_event(
		section,
		type_text(section, AT_TYPE, dram_types, ARRAY_SIZE(dram_types), "CXL DRAM event"),
		&error->decoded);
	take_media(section, dram_rows, ARRAY_SIZE(dram_rows), &error->decoded);
}

void cper_cxl_module(struct bytes section, struct cper_error *error)
{
	enum { AT_MODULE_TYPE = 64 };

	error->decoded.class = CLASS_MEMORY;
	take_event(section,
		   type_text(section, AT_MODULE_TYPE, module_types, ARRAY_SIZE(module_types),
			     "CXL memory module event"),
		   &error->decoded);
	cper_facts(section, bytes_u64(section, AT_VALID), module_rows, ARRAY_SIZE(module_rows),
		   &error->decoded);
}

void cper_cxl_event(struct bytes section, struct cper_error *error)
{
	error->decoded.class = CLASS_IO;
	take_event(section, "CXL event of a switch or port", &error->decoded);
}

static void describe_protocol(struct bytes section, uint64_t valid, struct decoded *decoded)
{
	uint8_t agent = bytes_u8(section, 8);
	bool known = cper_has(section, valid, 0, 8, 1) && agent < ARRAY_SIZE(agents);
	struct phrase phrase;

	phrase_start(&phrase, decoded->mca, sizeof(decoded->mca));
	phrase_add(&phrase, "CXL protocol error");
	if (!known)
		return;
	phrase_add(&phrase, ", ");
	phrase_add(&phrase, agents[agent]);
	if (agent == AGENT_RCRB || !cper_has(section, valid, 1, 16, 8))
		return;
	phrase_add(&phrase, " ");
	cper_add_pci(&phrase, bytes_u16(section, 19), bytes_u8(section, 18), bytes_u8(section, 17),
		     bytes_u8(section, 16));
}

/* The log is a copy of the RAS capability and lies behind one of another structure. */
static void take_log(struct bytes section, uint64_t valid, struct decoded *decoded)
{
	enum { AT_DVSEC_LENGTH = 108, AT_LOG_LENGTH = 110, AT_DVSEC = 116 };
	struct bytes log =
		cper_part(section, AT_DVSEC + (size_t)bytes_u16(section, AT_DVSEC_LENGTH),
			  bytes_u16(section, AT_LOG_LENGTH));

	if (!cper_has(log, valid, 6, LOG_UNCORRECTED, 4))
		return;
	facts_from_register(decoded, uncorrected_rows, ARRAY_SIZE(uncorrected_rows),
			    bytes_u32(log, LOG_UNCORRECTED), 0);
	facts_from_register(decoded, corrected_rows, ARRAY_SIZE(corrected_rows),
			    bytes_u32(log, LOG_CORRECTED), 0);
}

void cper_cxl_protocol(struct bytes section, struct cper_error *error)
{
	struct decoded *decoded = &error->decoded;
	uint64_t valid = bytes_u64(section, 0);

	decoded->class = CLASS_IO;
	describe_protocol(section, valid, decoded);
	take_log(section, valid, decoded);
	cper_facts(section, valid, protocol_rows, ARRAY_SIZE(protocol_rows), decoded);
}
