/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * record: one machine-check record as a source delivered it.
 *
 * A plain value: every register the source had, where it came from and what
 * identifies this delivery. No text, no pointers, no judgement.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <systemd/sd-id128.h>

/*
 * Who delivered a record. The names (source_id_name()) are part of the event
 * JSON and of the database; append only.
 */
enum source_id {
	SOURCE_TRACE,  /* the mce:mce_record tracepoint */
	SOURCE_MCELOG, /* /dev/mcelog */
	SOURCE_ERST,   /* a record that firmware kept: ERST, by pstore or the debug device */
	SOURCE_REPLAY, /* a file that the operator gave */
	SOURCE_PSTORE, /* pstore's kernel log parts */
	SOURCE_KMSG,   /* the kernel log */
	SOURCE_TEXT,   /* kernel text given to --ascii */
	SOURCE_VMCORE, /* notes or log of a crash dump */
	SOURCE_BERT,   /* ACPI's boot error region */
	SOURCE_COUNT_,
};

/* The kernel's X86_VENDOR_* numbers, as in struct mce.cpuvendor and the tracepoint. */
enum cpu_vendor {
	VENDOR_INTEL = 0,
	VENDOR_CYRIX = 1,
	VENDOR_AMD = 2,
	VENDOR_UMC = 3,
	VENDOR_CENTAUR = 5,
	VENDOR_TRANSMETA = 7,
	VENDOR_NSC = 8,
	VENDOR_HYGON = 9,
	VENDOR_ZHAOXIN = 10,
	VENDOR_VORTEX = 11,
	VENDOR_UNKNOWN = 255,
};

/* record.cpu of what firmware reported: it does not number CPUs as Linux does. */
#define RECORD_NO_CPU UINT32_MAX

/*
 * record.bank: Linux has numbers of its own from 128 on (thermal, threshold interrupts), the last
 * of them of what firmware reported; status 0 then says that it had no bank's registers.
 */
enum { RECORD_SOFTWARE_BANKS = 128, RECORD_FIRMWARE_BANK = 255 };

/*
 * Which optional fields the source really had; a field without its bit is 0
 * and means "unknown". status, cpu, bank and vendor are always there, but for
 * what firmware reported.
 */
enum record_field {
	RECORD_HAS_ADDR = 1u << 0, /* the value; MCi_STATUS.ADDRV says if it is valid */
	RECORD_HAS_MISC = 1u << 1,
	RECORD_HAS_MCGSTATUS = 1u << 2,
	RECORD_HAS_MCGCAP = 1u << 3,
	RECORD_HAS_SYND = 1u << 4,
	RECORD_HAS_IPID = 1u << 5,
	RECORD_HAS_PPIN = 1u << 6,
	RECORD_HAS_MICROCODE = 1u << 7,
	RECORD_HAS_TSC = 1u << 8,
	RECORD_HAS_IP = 1u << 9,      /* ip and cs */
	RECORD_HAS_SYND12 = 1u << 10, /* AMD MCA_SYND1, MCA_SYND2 */
	RECORD_HAS_CPUID = 1u << 11,
	RECORD_HAS_APICID = 1u << 12,
	RECORD_HAS_SOCKETID = 1u << 13,
	RECORD_HAS_TIME = 1u << 14, /* walltime */
};

/*
 * Where in the kernel's trace ring it stood. Not stored: it only joins what one
 * worker thread wrote in a row. pid 0: it did not come from a ring.
 */
struct ring_place {
	uint64_t time; /* the ring's clock, usually ns */
	uint32_t cpu;  /* whose ring */
	uint32_t pid;  /* of the thread that wrote it */
};

enum { RECORD_KEY_MAX = 128 };

struct record {
	/* registers, whole, as the hardware gave them */
	uint64_t status;    /* MCi_STATUS */
	uint64_t addr;	    /* MCi_ADDR */
	uint64_t misc;	    /* MCi_MISC */
	uint64_t mcgstatus; /* MCG_STATUS */
	uint64_t mcgcap;    /* MCG_CAP */
	uint64_t synd;	    /* AMD MCA_SYND */
	uint64_t ipid;	    /* AMD MCA_IPID */
	uint64_t synd1;	    /* AMD MCA_SYND1 */
	uint64_t synd2;	    /* AMD MCA_SYND2 */
	uint64_t ppin;	    /* protected processor inventory number */
	uint64_t tsc;	    /* 0: polled, or a bank left over from before */
	uint64_t ip;	    /* instruction pointer, 0 unknown */
	uint64_t walltime;  /* the kernel's own stamp, seconds since the epoch */
	uint32_t cpu;	    /* Linux CPU number, or RECORD_NO_CPU */
	uint32_t apicid;
	uint32_t socketid;
	uint32_t cpuid;	    /* CPUID(1).EAX */
	uint32_t microcode; /* revision */
	uint8_t cs;
	uint8_t bank;	 /* RECORD_FIRMWARE_BANK: APEI's, from what firmware reported */
	uint8_t vendor;	 /* enum cpu_vendor; other values are possible */
	uint32_t fields; /* enum record_field bits */

	/* delivery */
	enum source_id source;
	bool replayed;	 /* happened before the boot that delivered it, or came from a file */
	bool boot_time;	 /* polled as the delivering boot came up: may be a leftover bank */
	int64_t time_us; /* when it happened, us since the epoch; 0 unknown */
	struct ring_place ring;
	int64_t ring_time_us;	  /* the trace ring's own stamp as us since the epoch; 0 none */
	sd_id128_t boot;	  /* the boot in which it happened; null: unknown */
	char key[RECORD_KEY_MAX]; /* delivery key, unique for ever: "source:...", ASCII */
};

/* Whether it has a bank's registers: what firmware reported may be an error without them. */
static inline bool record_has_bank(const struct record *record)
{
	return record->status != 0 || record->bank != RECORD_FIRMWARE_BANK;
}

/* Whether ADDR holds an address: a bank says so with MCi_STATUS.ADDRV. */
bool record_has_address(const struct record *record);

/*
 * Whether it is of the boot before the one that delivered it, at a time that nobody knows: what
 * firmware left in the boot error region, which the kernel prints, too.
 */
static inline bool record_is_of_boot_before(const struct record *record)
{
	return record->replayed && record->time_us == 0 &&
	       (record->source == SOURCE_BERT || record->source == SOURCE_KMSG);
}

/* The JSON name of a source, "trace" and so on; NULL for a number that is none. */
const char *source_id_name(enum source_id id);

/* The number of a JSON source name. Errors: -EINVAL for a name that is none. */
int source_id_parse(const char *name, enum source_id *ret_id);

/*
 * Display name of a CPU vendor number: "Intel", "AMD" ...; "unknown" for a
 * number this table does not have. Static.
 */
const char *vendor_name(uint8_t vendor);

/* The number behind a display name, case ignored. Errors: -EINVAL. */
int vendor_parse(const char *name, uint8_t *ret_vendor);

/*
 * Family, model and stepping of a CPUID(1).EAX value with the extended fields
 * folded in as the vendors define it (SDM Vol. 2A CPUID; APM Vol. 3 Appendix E).
 */
static inline unsigned int cpuid_family(uint32_t eax)
{
	unsigned int base = (eax >> 8) & 0xf;

	return base == 0xf ? base + ((eax >> 20) & 0xff) : base;
}

static inline unsigned int cpuid_model(uint32_t eax)
{
	unsigned int base = (eax >> 8) & 0xf;
	unsigned int model = (eax >> 4) & 0xf;

	return base >= 6 ? model | ((eax >> 12) & 0xf0) : model;
}

static inline unsigned int cpuid_stepping(uint32_t eax)
{
	return eax & 0xf;
}

/* The other way: a family of at most 0xf + 0xff, a model of two digits, stepping 0. */
static inline uint32_t cpuid_of(unsigned int family, unsigned int model)
{
	unsigned int base = family < 0xf ? family : 0xf;

	return (family - base) << 20 | (model & 0xf0) << 12 | base << 8 | (model & 0xf) << 4;
}
