// SPDX-License-Identifier: GPL-2.0-only
#include "decode/intel-units.h"

#include "event/bits.h"
#include "util/cleanup.h"

void intel_unit_refine(const struct intel_unit *units, size_t n,
		       const struct decode_context *context, struct decoded *decoded)
{
	uint8_t bank = context->record->bank;

	for (size_t i = 0; i < n; i++) {
		if (bank < units[i].first || bank > units[i].last)
			continue;
		decoded->bank_type = units[i].type;
		fact_add(decoded, "unit", units[i].text, bank);
		if (units[i].refine)
			units[i].refine(context, decoded);
		return;
	}
}

uint16_t intel_mscod(const struct decode_context *context)
{
	return (uint16_t)bits(context->record->status, 31, 16);
}

bool intel_is_memory(const struct decode_context *context)
{
	return (context->record->status & 0xef80) == 0x0080;
}

bool intel_is_bus(const struct decode_context *context)
{
	return (context->record->status & 0xe800) == 0x0800;
}

enum { MCACOD_TIMER = 0x0400, MCACOD_INTERNAL = 0x0400, MCACOD_INTERNAL_MASK = 0xfc00 };

bool intel_is_pcu(const struct decode_context *context)
{
	uint16_t code = (uint16_t)context->record->status;

	return (code & MCACOD_INTERNAL_MASK) == MCACOD_INTERNAL && code != MCACOD_TIMER;
}

void intel_mscod_flags(const struct decode_context *context, const struct fact_row *rows, size_t n,
		       uint16_t reserved, struct decoded *decoded)
{
	uint16_t unknown = intel_mscod(context) & reserved;

	facts_from_register(decoded, rows, n, context->record->status & ~((uint64_t)reserved << 16),
			    context->conditions);
	if (unknown)
		fact_add_error(decoded, NULL, 0, unknown);
}

bool intel_has_corrected_misc(const struct decode_context *context)
{
	return context->conditions & IF_MISC && context->conditions & IF_CORRECTED;
}

/*
 * SDM Vol. 3B (253669), "Intel IMC MC Error Codes for IA32_MCi_MISC" of 06_2DH, 06_3EH and
 * 06_3FH, and bits 36:32 of "... for IA32_MCi_STATUS", with MSR_ERROR_CONTROL (17FH) bit 1
 * set. An old edition has the two valid bits of 06_2DH elsewhere; mcelog's author, who is
 * with Intel, says that this is a misprint.
 */
enum { MISC_FIRST_VALID = 62, MISC_SECOND_VALID = 63 };

/* clang-format off */
static const struct fact_row first_device_rows[] = {
	{ .name = "device_error_mask",	.high = 29, .low = 14, .zero = true,
	  .text = "Failed bits of the device" },
};

static const struct fact_row second_device_rows[] = {
	{ .name = "second_rank",	.high = 55, .low = 51, .zero = true,
	  .text = "Rank of the second failed device" },
	{ .name = "second_device",	.high = 13, .low = 9,  .zero = true,
	  .text = "Second failed device" },
	{ .name = "second_device_error_mask", .high = 45, .low = 30, .zero = true,
	  .text = "Failed bits of the second device" },
};

static const struct fact_row write_buffer_rows[] = {
	{ .name = "write_buffer",	.high = 13, .low = 9,  .zero = true,
	  .text = "Write data buffer with the parity error" },
};
/* clang-format on */

void intel_imc_devices(const struct decode_context *context, struct decoded *decoded)
{
	uint64_t misc = context->record->misc;

	if (!intel_is_memory(context) || !intel_has_corrected_misc(context))
		return;
	if (misc & BIT64(MISC_FIRST_VALID)) {
		decoded->location.rank = (int32_t)bits(misc, 50, 46);
		decoded->location.device = (int32_t)bits(context->record->status, 36, 32);
		facts_from_register(decoded, first_device_rows, ARRAY_SIZE(first_device_rows), misc,
				    context->conditions);
	}
	if (misc & BIT64(MISC_SECOND_VALID))
		facts_from_register(decoded, second_device_rows, ARRAY_SIZE(second_device_rows),
				    misc, context->conditions);
}

/* MSCOD, "write data" and "write byte enable" parity errors. */
enum { MSCOD_WRITE_PARITY = 0x0006 };

/* The same bits of MISC are the second device's where that one is valid. */
void intel_imc_write_buffer(const struct decode_context *context, struct decoded *decoded)
{
	uint64_t misc = context->record->misc;

	if (!(context->conditions & IF_MISC) || misc & BIT64(MISC_SECOND_VALID) ||
	    !intel_is_memory(context) || !(intel_mscod(context) & MSCOD_WRITE_PARITY))
		return;
	facts_from_register(decoded, write_buffer_rows, ARRAY_SIZE(write_buffer_rows), misc,
			    context->conditions);
}

void intel_mirroring(const struct decode_context *context, unsigned int failover,
		     unsigned int repaired, struct decoded *decoded)
{
	uint64_t misc = context->record->misc;

	if (!intel_has_corrected_misc(context) || !intel_is_memory(context))
		return;
	if (misc & BIT64(failover))
		fact_add(decoded, "mirroring", "Corrected from the mirror; the channel failed over",
			 1);
	else if (misc & BIT64(repaired))
		fact_add(decoded, "mirroring",
			 "Corrected from the mirror; the first copy was repaired", 2);
}

/* SDM Vol. 3B (253669), "Machine Check Error Codes for IA32_MC4_STATUS" of 06_6AH and 06_8FH, bits
 * 31:24. */
/* clang-format off */
static const struct code_row pcu_errors[] = {
	{ 0x0d, "Last-level cache self-test timeout" },
	{ 0x0e, "DMI training timeout" },
	{ 0x0f, "DMI strap set arrival timeout" },
	{ 0x10, "DMI CPU reset acknowledge timeout" },
	{ 0x11, "More than one LT agent" },
	{ 0x14, "Incompatible PCH" },
	{ 0x1e, "BIOS reset complete: invalid sequence" },
	{ 0x1f, "BIOS: invalid package state configuration" },
	{ 0x2d, "PMAX calibration error" },
	{ 0x2e, "TSC synchronization timeout" },
	{ 0x3a, "GPSB timeout" },
	{ 0x3b, "PMSB timeout" },
	{ 0x3e, "IOSF sideband: power management request completion timeout" },
	{ 0x40, "SVID: VCCIN regulator ICC maximum failure" },
	{ 0x42, "SVID: VCCIN regulator output voltage failure" },
	{ 0x43, "SVID: CPU regulator capability error" },
	{ 0x44, "SVID: critical regulator failed" },
	{ 0x45, "SVID: SA ITD error" },
	{ 0x46, "SVID: register read failed" },
	{ 0x47, "SVID: register write failed" },
	{ 0x4a, "SVID: package C-state request failed" },
	{ 0x4b, "SVID: IMON request failed" },
	{ 0x4c, "SVID: alert request failed" },
	{ 0x4d, "SVID: MCP regulator ramp error" },
	{ 0x56, "FIVR: power delivery fault" },
	{ 0x58, "Watchdog timeout: package C-state, secondary" },
	{ 0x59, "Watchdog timeout: package C-state, main" },
	{ 0x5a, "Watchdog timeout: package S-state, main" },
	{ 0x5b, "Watchdog timeout: message channel" },
	{ 0x5c, "Watchdog timeout: bulk configuration registers" },
	{ 0x5d, "Watchdog timeout: IOSF sideband" },
	{ 0x60, "Package S-state: safe warm reset point timeout" },
	{ 0x61, "Package S-state: CPD/UNCPD timeout" },
	{ 0x62, "Package S-state: invalid request from the PCH" },
	{ 0x63, "Package S-state: invalid internal request" },
	{ 0x64, "Package S-state: invalid internal response" },
	{ 0x65, "Package S-state: reset preparation timeout", 0x7a },
	{ 0x7b, "Package S-state: SMBus VPP pause timeout" },
	{ 0x7c, "Package S-state: SMBus MCP pause timeout" },
	{ 0x7d, "Package S-state: SMBus SPD pause timeout" },
	{ 0x80, "Package C-state: display busy timeout" },
	{ 0x81, "Package C-state: invalid response from the PCH" },
	{ 0x83, "Package C-state: watchdog, hang in CBZ down" },
	{ 0x84, "Package C-state: watchdog, hang in CBZ up" },
	{ 0x87, "Package C-state: watchdog, hang in C2 block master" },
	{ 0x88, "Package C-state: watchdog, hang in C2 PS limit" },
	{ 0x89, "Package C-state: watchdog, hang as the display is set" },
	{ 0x8b, "Package C-state: allow L1 error" },
	{ 0x90, "Die too hot, recoverable" },
	{ 0xa0, "ADR signal timeout" },
	{ 0xa1, "BCLK frequency above its overclocking threshold" },
	{ 0xb0, "Dispatcher busy timeout" },
};

/* The same, bits 23:20. */
static const struct code_row pcu_platform_errors[] = {
	{ 0x4, "Clock or power unit response timeout" },
	{ 0x5, "SMBus controller raised an SMI" },
	{ 0x9, "Power management controller received an invalid transaction" },
};

/* The same, bits 19:16: the microcontroller. */
static const struct code_row pcu_microcontroller_errors[] = {
	{ 0x1, "Instruction address outside of the valid space" },
	{ 0x2, "Double-bit RAM error on an instruction fetch" },
	{ 0x3, "Invalid opcode" },
	{ 0x4, "Stack underflow" },
	{ 0x5, "Stack overflow" },
	{ 0x6, "Data address outside of the valid space" },
	{ 0x7, "Double-bit RAM error on a data fetch" },
};

/* The same with MCACOD 040CH (06_8FH and later): why the core shut down. */
static const struct code_row shutdown_errors[] = {
	{ 0x1, "Machine check while CR4.MCE was clear" },
	{ 0x2, "Machine check while another was in progress" },
	{ 0x3, "Machine check under WPS" },
	{ 0x4, "Unrecoverable error in a security flow" },
	{ 0x5, "Triple fault" },
	{ 0x6, "VMX exit consistency check failed" },
	{ 0x7, "RSM consistency check failed" },
	{ 0x8, "Invalid conditions on entry to protected-mode SMM" },
	{ 0x9, "Unrecoverable error in a security flow, patch load" },
};
/* clang-format on */

enum { MCACOD_SHUTDOWN = 0x040c };

static void add_nonzero(struct decoded *decoded, const struct code_row *rows, size_t n,
			uint64_t code)
{
	if (code)
		fact_add_error(decoded, rows, n, (uint16_t)code);
}

bool intel_shutdown(const struct decode_context *context, struct decoded *decoded)
{
	if ((context->record->status & 0xffff) != MCACOD_SHUTDOWN)
		return false;
	add_nonzero(decoded, shutdown_errors, ARRAY_SIZE(shutdown_errors),
		    bits(context->record->status, 23, 16));
	return true;
}

void intel_pcu(const struct decode_context *context, struct decoded *decoded)
{
	uint64_t status = context->record->status;

	add_nonzero(decoded, pcu_errors, ARRAY_SIZE(pcu_errors), bits(status, 31, 24));
	add_nonzero(decoded, pcu_platform_errors, ARRAY_SIZE(pcu_platform_errors),
		    bits(status, 23, 20));
	add_nonzero(decoded, pcu_microcontroller_errors, ARRAY_SIZE(pcu_microcontroller_errors),
		    bits(status, 19, 16));
}

/* SDM Vol. 3B (253669), "Interconnect (UPI)" tables of 06_55H and its successors, bits 21:16. */
/* clang-format off */
static const struct code_row upi_errors[] = {
	{ 0x00, "Physical layer initialization failed" },
	{ 0x01, "Physical layer drift buffer alarm" },
	{ 0x02, "Physical layer latency buffer rollover" },
	{ 0x10, "Link layer CRC error: retry failed, link aborted" },
	{ 0x11, "Link layer received an unsupported or undefined packet" },
	{ 0x12, "Link layer or physical layer control error" },
	{ 0x13, "Link layer parameter exchange exception" },
	{ 0x1f, "Link layer control error from the link-mesh interface" },
	{ 0x20, "Physical layer initialization aborted" },
	{ 0x21, "Physical layer reset" },
	{ 0x22, "Physical layer lane failure, recovered in x8 width" },
	{ 0x23, "Physical layer L0c error corrected without a reset" },
	{ 0x24, "Physical layer L0c error, reset" },
	{ 0x25, "Physical layer L0p exit error corrected with a reset" },
	{ 0x30, "Link layer CRC error: retry worked without a physical layer reset" },
	{ 0x31, "Link layer CRC error: retry worked with a physical layer reset" },
};

/* The same, bits 31:22. */
static const struct fact_row upi_control_errors[] = {
	INTEL_FLAG(22, "Physical layer control error"),
	INTEL_FLAG(23, "Unexpected retry acknowledge flit"),
	INTEL_FLAG(24, "Unexpected retry request flit"),
	INTEL_FLAG(25, "Register file parity error"),
	INTEL_FLAG(26, "Routeback table error"),
	INTEL_FLAG(27, "Unexpected transmit protocol flit"),
	INTEL_FLAG(28, "Receive header or credit buffer overflow or underflow"),
	INTEL_FLAG(29, "Link layer still in reset as the physical layer enters L0"),
	INTEL_FLAG(30, "Link layer reset while protocol traffic was not idle"),
	INTEL_FLAG(31, "Link layer transmit parity error"),
};
/* clang-format on */

void intel_upi(const struct decode_context *context, uint16_t code, const struct code_row *own,
	       size_t n, struct decoded *decoded)
{
	if (!intel_is_bus(context))
		return;
	if (code_text(own, n, code))
		fact_add_error(decoded, own, n, code);
	else
		fact_add_error(decoded, upi_errors, ARRAY_SIZE(upi_errors), code);
}

enum { UPI_CONTROL_ERROR = 0x12 };

void intel_upi_control(const struct decode_context *context, struct decoded *decoded)
{
	uint64_t status = context->record->status;

	if (intel_is_bus(context) && bits(status, 21, 16) == UPI_CONTROL_ERROR)
		facts_from_register(decoded, upi_control_errors, ARRAY_SIZE(upi_control_errors),
				    status, context->conditions);
}
