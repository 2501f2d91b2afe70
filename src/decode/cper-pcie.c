// SPDX-License-Identifier: GPL-2.0-only
#include "decode/cper-pcie.h"

#include "decode/cper-fields.h"
#include "decode/facts.h"
#include "event/bits.h"
#include "util/cleanup.h"

/*
 * A device is named by its place (VALID_ID) or by the address of its registers
 * (VALID_RCRB), its kind in both cases: VALID_KIND is our own bit for either.
 */
enum { VALID_PORT = 0, VALID_ID = 3, VALID_AER = 7, VALID_RCRB = 8, VALID_KIND = 63 };
enum {
	AT_PORT = 8,
	AT_VENDOR = 24,
	AT_DEVICE_ID = 26,
	AT_FUNCTION = 31,
	AT_DEVICE = 32,
	AT_SEGMENT = 33,
	AT_BUS = 35,
	AT_UNCORRECTED = 116,
	AT_CORRECTED = 128,
};

/* UEFI 2.10, N.2.7, table "PCI Express Error Record". */
/* clang-format off */
static const char *const ports[] = {
	[0] = "endpoint",
	[1] = "legacy endpoint",
	[4] = "root port",
	[5] = "upstream switch port",
	[6] = "downstream switch port",
	[7] = "PCIe to PCI bridge",
	[8] = "PCI to PCIe bridge",
	[9] = "root complex integrated endpoint",
	[10] = "root complex event collector",
};

static const struct cper_row pcie_rows[] = {
	{ .name = "port_type", .text = "Unknown type of port", CPER_TEXTS(ports), .valid = VALID_PORT,
	  .offset = AT_PORT, .size = 4 },
	{ .name = "command", .text = "Command register", .valid = 2, .offset = 16, .size = 2 },
	{ .name = "status",  .text = "Status register",  .valid = 2, .offset = 18, .size = 2 },
	{ .name = "vendor_id", .text = "PCI vendor ID", .valid = VALID_KIND, .offset = AT_VENDOR, .size = 2 },
	{ .name = "device_id", .text = "PCI device ID", .valid = VALID_KIND, .offset = AT_DEVICE_ID, .size = 2 },
	{ .name = "class_code", .text = "PCI class code", .valid = VALID_KIND, .offset = 28, .size = 3 },
	{ .name = "segment",  .text = "PCI segment",  .valid = VALID_ID, .offset = AT_SEGMENT, .size = 2 },
	{ .name = "bus",      .text = "PCI bus",      .valid = VALID_KIND, .offset = AT_BUS, .size = 1 },
	{ .name = "device_number", .text = "PCI device", .valid = VALID_ID, .offset = AT_DEVICE, .size = 1 },
	{ .name = "function", .text = "PCI function", .valid = VALID_ID, .offset = AT_FUNCTION, .size = 1 },
	{ .name = "rcrb", .text = "Address of the register block (RCRB), low half", .valid = VALID_RCRB,
	  .offset = AT_FUNCTION, .size = 4 },
	{ .name = "rcrb_high", .text = "Address of the register block (RCRB), high half", .valid = 9,
	  .offset = 20, .size = 4, .not_zero = true },
	{ .name = "secondary_bus", .text = "Secondary bus", .valid = VALID_KIND, .offset = 36, .size = 1, .not_zero = true },
	{ .name = "slot", .text = "Slot number", .valid = VALID_KIND, .offset = 37, .size = 2, .high = 15, .low = 3,
	  .not_zero = true },
	{ .name = "device_serial", .text = "Serial number of the device", .valid = 4, .offset = 40, .size = 8 },
	{ .name = "bridge_status",  .text = "Secondary status of the bridge", .valid = 5, .offset = 48, .size = 2 },
	{ .name = "bridge_control", .text = "Control of the bridge",          .valid = 5, .offset = 50, .size = 2 },
	/* those that are 0 may have been left out where it came from, as the kernel does in its log */
	{ .name = "aer_uncorrected", .text = "AER uncorrectable error status", .valid = VALID_AER,
	  .offset = AT_UNCORRECTED, .size = 4, .not_zero = true },
	{ .name = "aer_uncorrected_mask", .text = "AER uncorrectable error mask", .valid = VALID_AER,
	  .offset = 120, .size = 4, .not_zero = true },
	{ .name = "aer_severity", .text = "AER uncorrectable error severity", .valid = VALID_AER,
	  .offset = 124, .size = 4, .not_zero = true },
	{ .name = "aer_corrected", .text = "AER correctable error status", .valid = VALID_AER,
	  .offset = AT_CORRECTED, .size = 4, .not_zero = true },
	{ .name = "aer_corrected_mask", .text = "AER correctable error mask", .valid = VALID_AER,
	  .offset = 132, .size = 4, .not_zero = true },
	{ .name = "aer_control", .text = "AER capabilities and control", .valid = VALID_AER, .offset = 136, .size = 4, .not_zero = true },
	{ .name = "tlp_header_1", .text = "TLP header, first half",  .valid = VALID_AER, .offset = 140, .size = 8, .not_zero = true },
	{ .name = "tlp_header_2", .text = "TLP header, second half", .valid = VALID_AER, .offset = 148, .size = 8, .not_zero = true },
};

/* PCI Express Base Specification 6.0, 7.8.4.2, Uncorrectable Error Status Register. */
static const struct fact_row uncorrected_rows[] = {
	{ .name = "error", .high = 4,  .low = 4,  .text = "Data link protocol error" },
	{ .name = "error", .high = 5,  .low = 5,  .text = "Surprise down error" },
	{ .name = "error", .high = 12, .low = 12, .text = "Poisoned TLP received" },
	{ .name = "error", .high = 13, .low = 13, .text = "Flow control protocol error" },
	{ .name = "error", .high = 14, .low = 14, .text = "Completion timeout" },
	{ .name = "error", .high = 15, .low = 15, .text = "Completer abort" },
	{ .name = "error", .high = 16, .low = 16, .text = "Unexpected completion" },
	{ .name = "error", .high = 17, .low = 17, .text = "Receiver overflow" },
	{ .name = "error", .high = 18, .low = 18, .text = "Malformed TLP" },
	{ .name = "error", .high = 19, .low = 19, .text = "ECRC error" },
	{ .name = "error", .high = 20, .low = 20, .text = "Unsupported request" },
	{ .name = "error", .high = 21, .low = 21, .text = "ACS violation" },
	{ .name = "error", .high = 22, .low = 22, .text = "Uncorrectable internal error" },
	{ .name = "error", .high = 23, .low = 23, .text = "Multicast blocked TLP" },
	{ .name = "error", .high = 24, .low = 24, .text = "AtomicOp egress blocked" },
	{ .name = "error", .high = 25, .low = 25, .text = "TLP prefix blocked" },
	{ .name = "error", .high = 26, .low = 26, .text = "Poisoned TLP egress blocked" },
	{ .name = "error", .high = 27, .low = 27, .text = "DMWr request egress blocked" },
	{ .name = "error", .high = 28, .low = 28, .text = "IDE check failed" },
	{ .name = "error", .high = 29, .low = 29, .text = "Misrouted IDE TLP" },
	{ .name = "error", .high = 30, .low = 30, .text = "PCRC check failed" },
	{ .name = "error", .high = 31, .low = 31, .text = "TLP translation egress blocked" },
};

/* 7.8.4.5, Correctable Error Status Register. */
static const struct fact_row corrected_rows[] = {
	{ .name = "error", .high = 0,  .low = 0,  .text = "Receiver error" },
	{ .name = "error", .high = 6,  .low = 6,  .text = "Bad TLP" },
	{ .name = "error", .high = 7,  .low = 7,  .text = "Bad DLLP" },
	{ .name = "error", .high = 8,  .low = 8,  .text = "Replay number rollover" },
	{ .name = "error", .high = 12, .low = 12, .text = "Replay timer timeout" },
	{ .name = "error", .high = 13, .low = 13, .text = "Advisory non-fatal error" },
	{ .name = "error", .high = 14, .low = 14, .text = "Corrected internal error" },
	{ .name = "error", .high = 15, .low = 15, .text = "Header log overflow" },
};

/* UEFI 2.10, N.2.8, table "PCI/PCI-X Bus Error Section". NULL: reserved. */
static const char *const bus_errors[] = {
	[1] = "Data parity error",
	[2] = "System error",
	[3] = "Master abort",
	[4] = "Bus timeout or no device (no DEVSEL#)",
	[5] = "Master data parity error",
	[6] = "Address parity error",
	[7] = "Command parity error",
};

static const struct cper_row bus_rows[] = {
	{ .name = "bus_error_type", .text = "Unknown or unspecified type of bus error", CPER_TEXTS(bus_errors),
	  .valid = 1, .offset = 16, .size = 2 },
	{ .name = "bus",     .text = "PCI bus",     .valid = 2, .offset = 18, .size = 2, .high = 7, .low = 0 },
	{ .name = "segment", .text = "PCI segment", .valid = 2, .offset = 18, .size = 2, .high = 15, .low = 8 },
	{ .name = "bus_address", .text = "Address on the bus", .valid = 3, .offset = 24, .size = 8 },
	{ .name = "bus_data",    .text = "Data on the bus",    .valid = 4, .offset = 32, .size = 8 },
	{ .name = "bus_command", .text = "Bus command",        .valid = 5, .offset = 40, .size = 8 },
	{ .name = "requester_id", .text = "Requester", .valid = 6, .offset = 48, .size = 8 },
	{ .name = "completer_id", .text = "Completer", .valid = 7, .offset = 56, .size = 8 },
	{ .name = "target_id",    .text = "Target",    .valid = 8, .offset = 64, .size = 8 },
};

/* N.2.9, table "PCI/PCI-X Component Error Section". */
static const struct cper_row device_rows[] = {
	{ .name = "vendor_id",  .text = "PCI vendor ID",  .valid = 1, .offset = 16, .size = 2 },
	{ .name = "device_id",  .text = "PCI device ID",  .valid = 1, .offset = 18, .size = 2 },
	{ .name = "class_code", .text = "PCI class code", .valid = 1, .offset = 20, .size = 3 },
	{ .name = "function",   .text = "PCI function",   .valid = 1, .offset = 23, .size = 1 },
	{ .name = "device_number", .text = "PCI device",  .valid = 1, .offset = 24, .size = 1 },
	{ .name = "bus",        .text = "PCI bus",        .valid = 1, .offset = 25, .size = 1 },
	{ .name = "segment",    .text = "PCI segment",    .valid = 1, .offset = 26, .size = 1 },
	{ .name = "memory_registers", .text = "Number of memory register pairs", .valid = 2, .offset = 32, .size = 4 },
	{ .name = "io_registers",     .text = "Number of I/O register pairs",    .valid = 3, .offset = 36, .size = 4 },
};
/* clang-format on */

/* "vvvv:dddd" */
static void add_ids(struct phrase *phrase, struct bytes section, size_t at_vendor)
{
	phrase_add(phrase, ", ID ");
	cper_add_digits(phrase, bytes_u16(section, at_vendor), 4);
	phrase_add(phrase, ":");
	cper_add_digits(phrase, bytes_u16(section, at_vendor + 2), 4);
}

static void describe_pcie(struct bytes section, uint64_t valid, struct decoded *decoded)
{
	uint32_t port = bytes_u32(section, AT_PORT);
	struct phrase phrase;

	phrase_start(&phrase, decoded->mca, sizeof(decoded->mca));
	phrase_add(&phrase, "PCIe error");
	if (cper_has(section, valid, VALID_PORT, AT_PORT, 4) && port < ARRAY_SIZE(ports) &&
	    ports[port]) {
		phrase_add(&phrase, ", ");
		phrase_add(&phrase, ports[port]);
	}
	if (cper_has(section, valid, VALID_ID, AT_VENDOR, 16)) {
		phrase_add(&phrase, ", ");
		cper_add_pci(&phrase, bytes_u16(section, AT_SEGMENT), bytes_u8(section, AT_BUS),
			     bytes_u8(section, AT_DEVICE), bytes_u8(section, AT_FUNCTION));
	}
	if (cper_has(section, valid, VALID_KIND, AT_VENDOR, 4))
		add_ids(&phrase, section, AT_VENDOR);
}

void cper_pcie(struct bytes section, struct cper_error *error)
{
	struct decoded *decoded = &error->decoded;
	uint64_t valid = bytes_u64(section, 0) & ~BIT64(VALID_KIND);

	if (valid & (BIT64(VALID_ID) | BIT64(VALID_RCRB)))
		valid |= BIT64(VALID_KIND);
	decoded->class = CLASS_IO;
	describe_pcie(section, valid, decoded);
	if (cper_has(section, valid, VALID_AER, AT_UNCORRECTED, 4))
		facts_from_register(decoded, uncorrected_rows, ARRAY_SIZE(uncorrected_rows),
				    bytes_u32(section, AT_UNCORRECTED), 0);
	if (cper_has(section, valid, VALID_AER, AT_CORRECTED, 4))
		facts_from_register(decoded, corrected_rows, ARRAY_SIZE(corrected_rows),
				    bytes_u32(section, AT_CORRECTED), 0);
	cper_facts(section, valid, pcie_rows, ARRAY_SIZE(pcie_rows), decoded);
}

void cper_pci_bus(struct bytes section, struct cper_error *error)
{
	struct decoded *decoded = &error->decoded;
	uint64_t valid = bytes_u64(section, 0);
	struct phrase phrase;

	decoded->class = CLASS_IO;
	phrase_start(&phrase, decoded->mca, sizeof(decoded->mca));
	phrase_add(&phrase, "PCI bus error");
	if (cper_has(section, valid, 2, 18, 2)) {
		phrase_add(&phrase, ", bus ");
		cper_add_digits(&phrase, bytes_u8(section, 19), 4);
		phrase_add(&phrase, ":");
		cper_add_digits(&phrase, bytes_u8(section, 18), 2);
	}
	if (cper_has(section, valid, 0, 8, 8))
		cper_error_status(bytes_u64(section, 8), decoded);
	cper_facts(section, valid, bus_rows, ARRAY_SIZE(bus_rows), decoded);
}

void cper_pci_device(struct bytes section, struct cper_error *error)
{
	struct decoded *decoded = &error->decoded;
	uint64_t valid = bytes_u64(section, 0);
	struct phrase phrase;

	decoded->class = CLASS_IO;
	phrase_start(&phrase, decoded->mca, sizeof(decoded->mca));
	phrase_add(&phrase, "PCI device error");
	if (cper_has(section, valid, 1, 16, 11)) {
		phrase_add(&phrase, ", ");
		cper_add_pci(&phrase, bytes_u8(section, 26), bytes_u8(section, 25),
			     bytes_u8(section, 24), bytes_u8(section, 23));
		add_ids(&phrase, section, 16);
	}
	if (cper_has(section, valid, 0, 8, 8))
		cper_error_status(bytes_u64(section, 8), decoded);
	cper_facts(section, valid, device_rows, ARRAY_SIZE(device_rows), decoded);
}
