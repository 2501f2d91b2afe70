// SPDX-License-Identifier: GPL-2.0-only
#include "sources/text-cper-other.h"

#include "sources/text-fields.h"
#include "util/cleanup.h"

/* --- CXL protocol errors --- */

enum {
	AT_AGENT_ADDRESS = 16,
	AT_CAPABILITY = 48,
	CAPABILITY_SIZE = 60,
	AT_DVSEC_LENGTH = 108,
	CXL_HEAD_SIZE = 116,
	LOG_HEADER = 24, /* of an error log: its header registers */
	LOG_HEADER_SIZE = 64,
	LOG_SIZE = LOG_HEADER + LOG_HEADER_SIZE,
};
enum { VALID_CAPABILITY = 4, VALID_DVSEC = 5, VALID_LOG = 6 };

/* function, device and bus, a byte each, and segment */
static bool put_agent(struct text_section *section, uint64_t value)
{
	text_cper_put(section, AT_AGENT_ADDRESS, 1, value);
	text_cper_put(section, AT_AGENT_ADDRESS + 1, 1, value >> 8);
	text_cper_put(section, AT_AGENT_ADDRESS + 2, 1, value >> 16);
	text_cper_put(section, AT_AGENT_ADDRESS + 3, 2, value >> 24);
	return true;
}

/* clang-format off */
static const struct text_field cxl_fields[] = {
	{ .label = "agent_type:",        .format = TEXT_DECIMAL, .offset = 8, .size = 1, .valid = 0 },
	{ .label = "agent_address:",     .format = TEXT_ADDRESS, .put = put_agent, .valid = 1 },
	{ .label = "rcrb_base_address:", .format = TEXT_HEX, .digits = 16, .offset = AT_AGENT_ADDRESS, .size = 8, .valid = 1 },
	{ .label = "vendor_id:",     .format = TEXT_HEX, .digits = 4, .offset = 24, .size = 2, .valid = 2 },
	{ .label = "device_id:",     .format = TEXT_HEX, .digits = 4, .offset = 26, .size = 2, .valid = 2 },
	{ .label = "sub_vendor_id:", .format = TEXT_HEX, .digits = 4, .offset = 28, .size = 2, .valid = 2 },
	{ .label = "sub_device_id:", .format = TEXT_HEX, .digits = 4, .offset = 30, .size = 2, .valid = 2 },
	{ .label = "class_code:",    .format = TEXT_HEX, .digits = 4, .offset = 32, .size = 2, .valid = 2 },
	{ .label = "slot:",          .format = TEXT_DECIMAL, .offset = 34, .size = 2, .shift = 3, .valid = 2 },
	{ .label = "lower_dw:",      .format = TEXT_HEX, .digits = 8, .offset = 40, .size = 4, .valid = 3 },
	{ .label = "upper_dw:",      .format = TEXT_HEX, .digits = 8, .offset = 44, .size = 4, .valid = 3 },
	{ .label = "DVSEC length:",  .format = TEXT_HEX, .digits = 4, .offset = AT_DVSEC_LENGTH, .size = 2, .valid = TEXT_NO_VALID },
	{ .label = "Error log length:", .format = TEXT_HEX, .digits = 4, .offset = 110, .size = 2, .valid = TEXT_NO_VALID },
};

/* The CXL specification 3.1, 8.2.4.17, "CXL RAS Capability Structure". */
static const struct text_field log_fields[] = {
	{ .label = "cxl_ras_uncor_status:",   .format = TEXT_HEX, .digits = 8, .offset = 0,  .size = 4, .valid = TEXT_NO_VALID },
	{ .label = "cxl_ras_uncor_mask:",     .format = TEXT_HEX, .digits = 8, .offset = 4,  .size = 4, .valid = TEXT_NO_VALID },
	{ .label = "cxl_ras_uncor_severity:", .format = TEXT_HEX, .digits = 8, .offset = 8,  .size = 4, .valid = TEXT_NO_VALID },
	{ .label = "cxl_ras_cor_status:",     .format = TEXT_HEX, .digits = 8, .offset = 12, .size = 4, .valid = TEXT_NO_VALID },
	{ .label = "cxl_ras_cor_mask:",       .format = TEXT_HEX, .digits = 8, .offset = 16, .size = 4, .valid = TEXT_NO_VALID },
	{ .label = "cap_control:",            .format = TEXT_HEX, .digits = 8, .offset = 20, .size = 4, .valid = TEXT_NO_VALID },
};
/* clang-format on */

static bool begin_dvsec(struct text_section *section)
{
	size_t size = text_cper_get(section, AT_DVSEC_LENGTH, 2);

	if (!text_cper_room(section, CXL_HEAD_SIZE, size))
		return false;
	text_cper_expect_dump(section, CXL_HEAD_SIZE, size, VALID_DVSEC);
	return true;
}

/* It stands behind the DVSEC, and is printed as if it always had all registers. */
static bool begin_log(struct text_section *section)
{
	size_t base = CXL_HEAD_SIZE + text_cper_get(section, AT_DVSEC_LENGTH, 2);

	if (!text_cper_room(section, base, LOG_SIZE))
		return false;
	section->part = TEXT_INFO;
	section->base = base;
	return true;
}

static bool take_log(struct text_section *section, struct span line)
{
	if (!text_cper_fields(section, log_fields, ARRAY_SIZE(log_fields), line))
		return false;
	text_cper_valid(section, VALID_LOG);
	return true;
}

/* The capability comes without a line that says so. */
static bool take_capability(struct text_section *section, struct span line)
{
	text_cper_expect_dump(section, AT_CAPABILITY, CAPABILITY_SIZE, VALID_CAPABILITY);
	if (text_cper_dump(section, line))
		return true;
	section->dump = TEXT_NO_DUMP;
	return false;
}

bool text_cper_cxl(struct text_section *section, struct span line)
{
	if (is_word(line, "CXL DVSEC:"))
		return begin_dvsec(section);
	if (is_word(line, "CXL Error Log:"))
		return begin_log(section);
	if (is_word(line, "Header Log Registers:") && section->part == TEXT_INFO) {
		text_cper_expect_dump(section, section->base + LOG_HEADER, LOG_HEADER_SIZE,
				      VALID_LOG);
		return true;
	}
	if (section->part == TEXT_INFO)
		return take_log(section, line);
	return text_cper_fields(section, cxl_fields, ARRAY_SIZE(cxl_fields), line) ||
	       take_capability(section, line);
}

/* --- firmware error records --- */

enum { AT_REVISION = 1, AT_RECORD_ID = 8, AT_RECORD_GUID = 16, FIRMWARE_SIZE = 32 };

static const char *const firmware_types[] = {
	"IPF SAL Error Record",
	"SOC Firmware Error Record Type1 (Legacy CrashLog Support)",
	"SOC Firmware Error Record Type2",
};

/* What follows the structure begins where the revision's last field ends, as Linux has it. */
static bool take_revision(struct text_section *section, struct span number)
{
	uint64_t revision;

	if (!text_take_number(&number, 10, UINT8_MAX, &revision))
		return false;
	text_cper_put(section, AT_REVISION, 1, revision);
	text_cper_expect_dump(section,
			      revision == 0   ? AT_RECORD_GUID
			      : revision == 1 ? AT_RECORD_ID
					      : FIRMWARE_SIZE,
			      SIZE_MAX, TEXT_NO_VALID);
	return true;
}

bool text_cper_firmware(struct text_section *section, struct span line)
{
	struct span rest;
	sd_id128_t guid;
	uint64_t id;
	int type;

	if (text_cper_after(line, "Firmware Error Record Type:", &rest)) {
		type = text_cper_find(rest, firmware_types, ARRAY_SIZE(firmware_types));
		text_cper_put(section, 0, 1, type < 0 ? UINT8_MAX : (uint64_t)type);
		return true;
	}
	if (text_cper_after(line, "Revision:", &rest))
		return take_revision(section, rest);
	if (!text_cper_after(line, "Record Identifier:", &rest))
		return false;
	if (text_cper_guid(rest, &guid) && text_cper_room(section, AT_RECORD_GUID, 16))
		text_cper_put_guid(section->body + AT_RECORD_GUID, guid);
	else if (text_take_number(&rest, 16, UINT64_MAX, &id))
		text_cper_put(section, AT_RECORD_ID, 8, id);
	return true;
}
