/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * smbios: the firmware's table of the machine's parts, as far as it is about
 * memory (DMTF DSP0134, System Management BIOS Reference Specification, 3.x).
 * Parses bytes and does nothing else. Firmware is wrong often: nothing is
 * read outside of the bytes given, and what can be read is.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/bytes.h"

enum { SMBIOS_STRING_SIZE = 65 }; /* 64 characters, the longest of before version 2.7 */

/* Printable ASCII without blanks at its ends; "" where the table has none. */
typedef char smbios_string[SMBIOS_STRING_SIZE];

/* Types 0, 1, 2 and 4, sections 7.1, 7.2, 7.3 and 7.5. Of several boards it is the first. */
struct smbios_machine {
	smbios_string bios_vendor;
	smbios_string bios_version;
	smbios_string system_vendor;
	smbios_string product_name;
	smbios_string board_vendor;
	smbios_string board_name;
	smbios_string cpu_vendor; /* of the first central processor */
	unsigned int n_sockets;	  /* for central processors, populated or not */
};

/* Type 17, Memory Device, section 7.18: a socket for a DIMM, or memory that is soldered. */
struct smbios_device {
	uint16_t handle;
	uint16_t array;	   /* handle of its physical memory array */
	bool installed;	   /* something is in the socket */
	uint64_t size_mib; /* 0 unknown, or less than 1 MiB */
	smbios_string locator;
	smbios_string bank_locator;
	smbios_string manufacturer;
	smbios_string serial;
	smbios_string asset;
	smbios_string part;
	const char *type;	   /* "DDR5"; static, NULL unknown */
	const char *form;	   /* "DIMM"; static, NULL unknown */
	uint32_t speed;		   /* MT/s that it is capable of, 0 unknown */
	uint32_t configured_speed; /* MT/s, 0 unknown */
	unsigned int ranks;	   /* 0 unknown */
};

/* Type 16, Physical Memory Array, section 7.17. */
struct smbios_array {
	uint16_t handle;
	bool system_memory; /* not flash, cache or video memory */
};

/* Types 19 and 20, sections 7.20 and 7.21: which addresses belong to an array or a device. */
struct smbios_range {
	uint16_t handle;    /* of the array or the device */
	uint64_t start;	    /* first byte */
	uint64_t end;	    /* last byte */
	uint8_t width;	    /* type 19: devices that form one row; 0 unknown */
	uint8_t interleave; /* type 20: 0 not interleaved, 1... place in it, 255 unknown */
};

struct smbios {
	unsigned int major; /* version, 0.0 unknown */
	unsigned int minor;
	struct smbios_machine machine;
	struct smbios_device *devices;
	size_t n_devices;
	struct smbios_array *arrays;
	size_t n_arrays;
	struct smbios_range *array_ranges; /* type 19 */
	size_t n_array_ranges;
	struct smbios_range *device_ranges; /* type 20 */
	size_t n_device_ranges;
	char problem[160]; /* the first thing that is wrong with the table; "" none */
};

/*
 * Parses a table and its entry point, which may be empty: then the table is as
 * long as its bytes are. A table that breaks off or lies is used up to there,
 * and problem says why. Errors: -ENOMEM. The caller frees with smbios_free().
 */
int smbios_parse(struct bytes entry, struct bytes table, struct smbios **ret_smbios);

/* Whether the device is of no array, or of one that is the system's memory: not the BIOS's flash.
 */
bool smbios_is_system_memory(const struct smbios *smbios, const struct smbios_device *device);

void smbios_free(struct smbios *smbios);
