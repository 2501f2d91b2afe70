// SPDX-License-Identifier: GPL-2.0-only
#include "decode/cper-section.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "decode/cper-arm.h"
#include "decode/cper-cxl.h"
#include "decode/cper-dmar.h"
#include "decode/cper-fields.h"
#include "decode/cper-memory.h"
#include "decode/cper-other.h"
#include "decode/cper-pcie.h"
#include "decode/cper-processor.h"
#include "decode/cper-x86.h"
#include "decode/facts.h"
#include "decode/software-banks.h"
#include "event/bits.h"
#include "event/location.h"
#include "util/cleanup.h"

/* What is known of a type of section. */
struct section_type {
	sd_id128_t type;
	const char *name;
	uint16_t size_min; /* as its document has it */
	enum cper_kind kind;
	void (*read)(struct bytes section, struct cper_error *error); /* NULL: body is for others */
	bool (*machine_check)(struct bytes section, unsigned int index, struct record *record);
};

/* clang-format off */
/* Those that cper_guess_type() knows, too. */
#define TYPE_MEMORY	SD_ID128_MAKE(a5,bc,11,14,6f,64,4e,de,b8,63,3e,83,ed,7c,83,b1)
#define TYPE_ARM	SD_ID128_MAKE(e1,9e,3d,16,bc,11,11,e4,9c,aa,c2,05,1d,5d,46,b0)
#define TYPE_PCIE	SD_ID128_MAKE(d9,95,e9,54,bb,c1,43,0f,ad,91,b4,4d,cb,3c,6f,35)
#define TYPE_STRUCT_MCE SD_ID128_MAKE(fe,08,ff,be,95,e4,4b,e7,bc,73,40,96,04,4a,38,fc)
/* clang-format on */

/*
 * UEFI 2.10, N.2.3, "Section Type"; the CXL specification 3.1, 8.2.9.2.1, "Event
 * Record Identifier"; Linux include/linux/cper.h and drivers/acpi/apei/erst.c.
 */
/* clang-format off */
static const struct section_type types[] = {
	{ TYPE_MEMORY, "memory error", 73,
	  .read = cper_memory },
	{ SD_ID128_MAKE(61,ec,04,fc,48,e6,d8,13,25,c9,8d,aa,44,75,0b,12), "memory error 2", 96,
	  .read = cper_memory_2 },
	{ SD_ID128_MAKE(98,76,cc,ad,47,b4,4b,db,b6,5e,16,f1,93,c4,f3,db), "processor error", 192,
	  .read = cper_processor },
	{ SD_ID128_MAKE(dc,3e,a0,b0,a1,44,47,97,b9,5b,53,fa,24,2b,6e,1d), "IA32/X64 processor error", 64,
	  .read = cper_x86, .machine_check = cper_x86_machine_check },
	{ TYPE_ARM, "ARM processor error", 40,
	  .read = cper_arm },
	{ TYPE_PCIE, "PCIe error", 208,
	  .read = cper_pcie },
	{ SD_ID128_MAKE(c5,75,39,63,3b,84,40,95,bf,78,ed,da,d3,f9,c9,dd), "PCI bus error", 72,
	  .read = cper_pci_bus },
	{ SD_ID128_MAKE(eb,5e,46,85,ca,66,47,69,b6,a2,26,06,8b,00,13,26), "PCI device error", 40,
	  .read = cper_pci_device },
	{ SD_ID128_MAKE(81,21,2a,96,09,ed,49,96,94,71,8d,72,9c,8e,69,ed), "firmware error record", 16,
	  .read = cper_firmware },
	{ SD_ID128_MAKE(5b,51,fe,f7,c7,9d,44,34,8f,1b,aa,62,de,3e,2c,64), "DMA remapping error", 32,
	  .read = cper_dmar },
	{ SD_ID128_MAKE(71,76,1d,37,32,b2,45,cd,a7,d0,b0,fe,dd,93,e8,cf), "VT-d error", 144,
	  .read = cper_dmar_vtd },
	{ SD_ID128_MAKE(03,6f,84,e1,7f,37,42,8c,a7,9e,57,5f,df,aa,84,ec), "IOMMU error", 144,
	  .read = cper_dmar_iommu },
	{ SD_ID128_MAKE(91,33,5e,f6,eb,fb,44,78,a6,a6,88,b7,28,cf,75,d7), "CCIX error", 16,
	  .read = cper_ccix },
	{ SD_ID128_MAKE(80,b9,ef,b4,52,b5,4d,e3,a7,77,68,78,4b,77,10,48), "CXL protocol error", 116,
	  .read = cper_cxl_protocol },
	{ SD_ID128_MAKE(fb,cd,0a,77,c2,60,41,7f,85,a9,08,8b,16,21,eb,a6), "CXL media event", 79,
	  .read = cper_cxl_media },
	{ SD_ID128_MAKE(60,1d,cb,b3,9c,06,4e,ab,b8,af,4e,9b,fb,5c,96,24), "CXL DRAM event", 89,
	  .read = cper_cxl_dram },
	{ SD_ID128_MAKE(fe,92,74,75,dd,59,43,39,a5,86,79,ba,b1,13,b7,74), "CXL memory module event", 83,
	  .read = cper_cxl_module },
	{ SD_ID128_MAKE(77,cf,92,71,9c,02,47,0b,9f,e4,bc,7b,75,f2,da,97), "CXL physical switch event", 32,
	  .read = cper_cxl_event },
	{ SD_ID128_MAKE(40,d2,64,25,33,96,4c,4d,a5,da,3d,47,26,3a,f4,25), "CXL virtual switch event", 32,
	  .read = cper_cxl_event },
	{ SD_ID128_MAKE(8d,c4,43,63,0c,96,47,10,b7,bf,04,bb,99,53,4c,3f), "CXL port event", 32,
	  .read = cper_cxl_event },
	{ SD_ID128_MAKE(5e,47,06,c1,53,56,48,c6,93,0b,52,f2,12,0a,44,58), "list of poisoned memory", 40,
	  .read = cper_poison },
	{ TYPE_STRUCT_MCE, "machine check", 88,
	  .kind = CPER_STRUCT_MCE },
	{ SD_ID128_MAKE(c1,97,e0,4e,d5,45,4a,70,9c,17,a5,54,94,19,eb,12), "kernel log", 1,
	  .kind = CPER_KERNEL_LOG },
	{ SD_ID128_MAKE(4f,11,87,07,04,dd,40,55,b5,dd,95,6d,34,dd,fa,c6), "kernel log", 1,
	  .kind = CPER_KERNEL_LOG_Z },
};

static const char *const severities[] = {
	[CPER_RECOVERABLE] = "Recoverable",
	[CPER_FATAL] = "Fatal",
	[CPER_CORRECTED] = "Corrected",
	[CPER_INFORMATIONAL] = "Informational",
};

enum { FLAG_LATENT = 1 << 5, FLAG_OVERFLOW = 1 << 7 };

/* UEFI 2.10, N.2.3, table "Section Descriptor", flags. */
static const struct fact_row flag_rows[] = {
	{ .name = "not_contained", .high = 1, .low = 1, .text = "The error may have reached a disk or the network" },
	{ .name = "component_reset", .high = 2, .low = 2, .text = "The component was reset" },
	{ .name = "threshold_exceeded", .high = 3, .low = 3, .text = "A threshold of errors was exceeded" },
	{ .name = "not_accessible", .high = 4, .low = 4, .text = "The component could not be asked" },
	{ .name = "latent", .high = 5, .low = 5, .text = "Contained, neither corrected nor consumed" },
	{ .name = "propagated", .high = 6, .low = 6, .text = "The error is the consequence of another one" },
	{ .name = "records_lost", .high = 7, .low = 7, .text = "Firmware had no room for more errors" },
};
/* clang-format on */

void cper_walk_start(struct cper_walk *walk,
		     int (*each)(void *context, const struct cper_error *error), void *context,
		     char *problem)
{
	*walk = (struct cper_walk){ .each = each, .context = context, .problem = problem };
	problem[0] = '\0';
}

int cper_walk_end(const struct cper_walk *walk)
{
	if (walk->result < 0)
		return walk->result;
	if (!walk->n_calls && walk->problem[0])
		return -EBADMSG;
	return (int)walk->n_calls;
}

void cper_walk_problem(struct cper_walk *walk, const char *format, ...)
{
	va_list arguments;

	if (walk->problem[0])
		return;
	va_start(arguments, format);
	vsnprintf(walk->problem, CPER_PROBLEM_MAX, format, arguments);
	va_end(arguments);
}

void cper_frame_start(struct cper_frame *frame)
{
	*frame = (struct cper_frame){
		.severity = UINT32_MAX,
		.record_severity = UINT32_MAX,
		.error.module_handle = -1,
		.error.record.bank = RECORD_FIRMWARE_BANK,
		.error.record.vendor = VENDOR_UNKNOWN,
		.error.record.cpu = RECORD_NO_CPU,
	};
}

void cper_fru_text(struct bytes bytes, size_t offset, char ret_text[CPER_FRU_TEXT_MAX])
{
	struct bytes text = cper_part(bytes, offset, CPER_FRU_TEXT_MAX - 1);
	size_t length = 0;

	while (length < text.size && text.data[length] >= ' ' && text.data[length] <= '~') {
		ret_text[length] = (char)text.data[length];
		length++;
	}
	while (length > 0 && ret_text[length - 1] == ' ')
		length--;
	ret_text[length] = '\0';
}

static const struct section_type *find_type(sd_id128_t type)
{
	for (size_t i = 0; i < ARRAY_SIZE(types); i++)
		if (sd_id128_equal(types[i].type, type))
			return &types[i];
	return NULL;
}

/* Informational: no error at all, so none of ours. */
static enum severity severity_of(uint32_t severity, uint32_t flags)
{
	switch (severity) {
	case CPER_RECOVERABLE:
		return flags & FLAG_LATENT ? SEVERITY_DEFERRED : SEVERITY_UNCORRECTED;
	case CPER_FATAL:
		return SEVERITY_FATAL;
	case CPER_CORRECTED:
		return SEVERITY_CORRECTED;
	}
	return SEVERITY_UNKNOWN;
}

static void take_cpu(const struct record *record, struct decoded *decoded)
{
	if (!(record->fields & RECORD_HAS_CPUID))
		return;
	decoded->family = cpuid_family(record->cpuid);
	decoded->model = cpuid_model(record->cpuid);
	decoded->stepping = cpuid_stepping(record->cpuid);
}

static void read_section(const struct section_type *type, const struct cper_frame *frame,
			 struct cper_error *error)
{
	struct decoded *decoded = &error->decoded;
	uint32_t severity = error->severity;

	*decoded = (struct decoded){
		.severity = severity_of(severity, frame->flags),
		.vendor = vendor_name(VENDOR_UNKNOWN),
		.count = 1,
		.overflow = frame->flags & FLAG_OVERFLOW,
		.location = location_nowhere,
	};
	fact_add(decoded, "firmware_severity",
		 severity < ARRAY_SIZE(severities) ? severities[severity] : "Unknown severity",
		 severity);
	facts_from_register(decoded, flag_rows, ARRAY_SIZE(flag_rows), frame->flags, 0);
	(type ? type->read : cper_unknown)(error->body, error);
	take_cpu(&error->record, decoded);
}

static uint32_t frame_severity(const struct cper_frame *frame)
{
	return frame->severity < ARRAY_SIZE(severities) ? frame->severity : frame->record_severity;
}

static bool call(struct cper_walk *walk, const struct cper_error *error)
{
	int r = walk->each(walk->context, error);

	walk->n_calls++;
	if (r < 0)
		walk->result = r;
	return r >= 0;
}

/* Returns how many there were, or a negative number where the walk is to end. */
static int call_machine_checks(struct cper_walk *walk, const struct section_type *type,
			       struct cper_error *error)
{
	unsigned int n = 0;

	if (!type || !type->machine_check)
		return 0;
	for (;; n++) {
		struct cper_error check = *error;

		if (!type->machine_check(error->body, n, &check.record))
			return (int)n;
		check.kind = CPER_MACHINE_CHECK;
		check.part = n;
		if (!call(walk, &check))
			return -1;
	}
}

bool cper_section(struct cper_walk *walk, const struct cper_frame *frame, const char *name)
{
	const struct section_type *type = find_type(frame->error.type);
	struct cper_error error = frame->error;
	int n;

	if (!error.body.size) {
		cper_walk_problem(walk, "%s: empty", name);
		return true;
	}
	if (type && error.body.size < type->size_min)
		cper_walk_problem(walk, "%s: %zu bytes are too few for a %s, which has %u", name,
				  error.body.size, type->name, type->size_min);
	error.severity = frame_severity(frame);
	n = call_machine_checks(walk, type, &error);
	if (n)
		return n > 0;
	error.kind = type ? type->kind : CPER_ERROR;
	if (!type || type->read)
		read_section(type, frame, &error);
	return call(walk, &error);
}

int cper_parse_section(sd_id128_t type, uint32_t severity, struct bytes body,
		       int (*each)(void *context, const struct cper_error *error), void *context,
		       char problem[CPER_PROBLEM_MAX])
{
	struct cper_frame frame;
	struct cper_walk walk;

	cper_walk_start(&walk, each, context, problem);
	cper_frame_start(&frame);
	frame.severity = severity;
	frame.error.type = type;
	frame.error.body = body;
	cper_section(&walk, &frame, "the section");
	return cper_walk_end(&walk);
}

sd_id128_t cper_guess_type(const char *name, struct bytes body)
{
	static const struct {
		const char *prefix;
		sd_id128_t type;
	} prefixes[] = {
		{ "cper-mem-", TYPE_MEMORY },
		{ "cper-pcie-", TYPE_PCIE },
		{ "cper-proc-arm-", TYPE_ARM },
		{ "mce-", TYPE_STRUCT_MCE },
	};

	for (size_t i = 0; i < ARRAY_SIZE(prefixes); i++)
		if (strncmp(name, prefixes[i].prefix, strlen(prefixes[i].prefix)) == 0)
			return prefixes[i].type;
	if (body.size == 73 || body.size == 80)
		return TYPE_MEMORY;
	if (body.size == 208)
		return TYPE_PCIE;
	return cper_arm_is_plausible(body) ? TYPE_ARM : SD_ID128_NULL;
}

const char *cper_type_name(sd_id128_t type)
{
	const struct section_type *known = find_type(type);

	return known ? known->name : NULL;
}
