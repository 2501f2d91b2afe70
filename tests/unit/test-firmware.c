// SPDX-License-Identifier: GPL-2.0-only
/* What firmware laid down on its way through a real pipeline and store, and what it joins. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "db/query.h"
#include "event/location.h"
#include "firmware.h"
#include "pipeline.h"
#include "report/report.h"
#include "tests/unit/cper-builder.h"

#define SECOND	1000000ll
#define CRASHED (1795200000 * SECOND)
#define BOOTED	(CRASHED + 60 * SECOND)
#define BOOT_A	SD_ID128_MAKE(aa, 01, 02, 03, 04, 05, 06, 07, 08, 09, 0a, 0b, 0c, 0d, 0e, 0f)
#define BOOT_B	SD_ID128_MAKE(bb, 01, 02, 03, 04, 05, 06, 07, 08, 09, 0a, 0b, 0c, 0d, 0e, 0f)

#define MEMORY	   "a5bc1114-6f64-4ede-b863-3e83ed7c83b1"
#define X86	   "dc3ea0b0-a144-4797-b95b-53fa242b6e1d"
#define STRUCT_MCE "fe08ffbe-95e4-4be7-bc73-4096044a38fc"
#define LINUX_OWN  "75a574e3-5052-4b29-8a8e-be2c6490b89d"

enum { RECORD_ID_SECONDS = 1795200000 };

struct fixture {
	char directory[64];
	char path[128];
	struct root root;
	struct pipeline *pipeline;
	struct intake intake;
};

/* SMBIOS's, in place of a machine's. */
static const char *label_of(void *context, uint16_t handle)
{
	(void)context;
	return handle == 0x1100 ? "P1-DIMMB2" : NULL;
}

static void reopen(struct fixture *f)
{
	struct pipeline_params params = {
		.label = label_of,
		.database = f->path,
		.exclusive = true,
		.root = &f->root,
		.boot = BOOT_B,
		.boot_time_us = BOOTED,
	};

	pipeline_close(f->pipeline);
	assert_int_equal(pipeline_open(&params, &f->pipeline), 0);
	f->intake = pipeline_intake(f->pipeline);
}

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	strcpy(f->directory, "/tmp/test-firmware.XXXXXX");
	assert_non_null(mkdtemp(f->directory));
	snprintf(f->path, sizeof(f->path), "%s/events.db", f->directory);
	assert_int_equal(root_init(&f->root, f->directory), 0);
	reopen(f);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	char command[128];

	pipeline_close(f->pipeline);
	snprintf(command, sizeof(command), "rm -r '%s'", f->directory);
	assert_int_equal(system(command), 0);
	free(f);
	return 0;
}

/* --- what is delivered --- */

static struct bytes built(struct build *build, const char *const *lines)
{
	*build = (struct build){ .length = -1 };
	for (; *lines; lines++)
		build_line(build, *lines);
	return build_end(build);
}

static int deliver(struct fixture *f, enum firmware_form form, enum source_id source,
		   const char *const *lines)
{
	struct build *build = malloc(sizeof(*build));
	struct firmware firmware = {
		.form = form,
		.bytes = built(build, lines),
		.name = "test",
		.source = source,
		.replayed = true,
		.time_us = source == SOURCE_BERT ? 0 : CRASHED,
	};
	int r = f->intake.firmware(f->intake.context, &firmware);

	free(build);
	assert_int_equal(pipeline_commit(f->pipeline), 0);
	return r;
}

/* A fatal memory error's section: address, rank, and what it is called. */
#define FATAL_MEMORY                                                                               \
	"section " MEMORY " 80 1", "put 0 8 0x8002", "put 16 8 0x12345040", "put 74 2 3",          \
		"desc 22 1 2", "text 44 DIMM_A1"

static const char *const bert_memory[] = { "form status", FATAL_MEMORY, NULL };

static const char *const bert_elsewhere[] = { "form status", "section " MEMORY " 80 1", "put 0 8 2",
					      "put 16 8 0x99999000", NULL };

static const char *const bert_corrected[] = { "form status", "section " MEMORY " 80 2", "put 0 8 2",
					      "put 16 8 0x12345000", NULL };

/* A Scalable MCA bank: APIC ID 5; STATUS, ADDR, MISC0, CONFIG, IPID, SYND of bank 17. */
static const char *const bert_bank[] = { "form status",
					 "section " X86 " 256 1",
					 "put 0 8 0x101",
					 "put 8 8 5",
					 "put 64 2 1",
					 "put 66 2 48",
					 "put 68 4 0xc0002111",
					 "put 80 8 0xbe2000000002011b",
					 "put 88 8 0x12345040",
					 "put 112 8 0x9600050f00",
					 NULL };

static struct record fatal_bank(enum source_id source, const char *key)
{
	struct record record = {
		.status = 0xbe00000000800090,
		.addr = 0x12345040,
		.misc = 0x86,
		.mcgstatus = 5,
		.tsc = 0x1234567,
		.cpu = 2,
		.apicid = 4,
		.bank = 7,
		.vendor = VENDOR_INTEL,
		.fields = RECORD_HAS_ADDR | RECORD_HAS_MISC | RECORD_HAS_MCGSTATUS |
			  RECORD_HAS_TSC | RECORD_HAS_APICID,
		.source = source,
		.replayed = true,
		.time_us = CRASHED,
		.boot = BOOT_A,
	};

	strcpy(record.key, key);
	return record;
}

static void deliver_record(struct fixture *f, const struct record *record)
{
	assert_int_equal(f->intake.record(f->intake.context, record), 0);
	assert_int_equal(pipeline_commit(f->pipeline), 0);
}

/* --- what came of it --- */

struct found {
	struct event events[8];
	unsigned int n;
};

static int keep(void *context, const struct event *event)
{
	struct found *found = context;

	assert_true(found->n < 8);
	found->events[found->n++] = *event;
	return 0;
}

static struct query *find(const struct fixture *f, struct found *ret_found)
{
	struct query_filter filter = { 0 };
	struct query *query;
	char note[512];

	*ret_found = (struct found){ 0 };
	assert_int_equal(query_open(f->path, &query, note), 0);
	assert_int_equal(query_events(query, &filter, keep, ret_found), 0);
	return query;
}

static struct event only_event(const struct fixture *f)
{
	struct found found;
	struct query *query = find(f, &found);

	assert_int_equal(found.n, 1);
	assert_int_equal(report_complete(query, &found.events[0]), 0);
	query_close(query);
	return found.events[0];
}

static unsigned int count(const struct fixture *f)
{
	struct found found;

	query_close(find(f, &found));
	return found.n;
}

static const struct fact *fact_of(const struct event *event, const char *name)
{
	for (unsigned int i = 0; i < event->decoded.n_facts; i++)
		if (strcmp(event->decoded.facts[i].name, name) == 0)
			return &event->decoded.facts[i];
	return NULL;
}

/* --- tests --- */

static void test_alone(void **state)
{
	struct fixture *f = *state;
	char message[EVENT_MESSAGE_MAX];
	struct event event;

	assert_int_equal(deliver(f, FIRMWARE_STATUS, SOURCE_BERT, bert_memory), 1);
	event = only_event(f);
	assert_int_equal(event.decoded.severity, SEVERITY_FATAL);
	assert_int_equal(event.decoded.class, CLASS_MEMORY);
	assert_int_equal(event.record.addr, 0x12345040);
	assert_false(record_has_bank(&event.record));
	assert_true(event.record.cpu == RECORD_NO_CPU);
	assert_int_equal(event.decoded.location.rank, 3);
	assert_string_equal(event.fru_text, "DIMM_A1");
	assert_non_null(fact_of(&event, "physical_address"));
	assert_string_equal(event_message(&event, message, sizeof(message)),
			    "Fatal memory error: rank 3 (reported by firmware, 1 error), "
			    "FRU DIMM_A1, in an earlier boot");

	/* again, after a restart: nothing new */
	reopen(f);
	assert_int_equal(deliver(f, FIRMWARE_STATUS, SOURCE_BERT, bert_memory), 1);
	assert_int_equal(count(f), 1);
}

static int count_section(void *context, const struct section *section)
{
	assert_int_equal(section->body.size, 80);
	++*(unsigned int *)context;
	return 0;
}

static void check_joined(const struct fixture *f)
{
	struct event event = only_event(f);
	unsigned int n = 0;
	struct found found;
	struct query *query = find(f, &found);

	assert_int_equal(event.sources, 1u << SOURCE_ERST | 1u << SOURCE_BERT);
	assert_true(event.record.status == 0xbe00000000800090);
	assert_int_equal(event.record.bank, 7);
	assert_int_equal(event.record.cpu, 2);
	assert_int_equal(event.record.mcgstatus, 5);
	assert_int_equal(event.record.tsc, 0x1234567);
	assert_true(event.record.time_us == CRASHED);
	assert_true(sd_id128_equal(event.record.boot, BOOT_A));
	assert_int_equal(event.decoded.severity, SEVERITY_FATAL);
	assert_int_equal(event.decoded.location.rank, 3);
	assert_string_equal(event.fru_text, "DIMM_A1");
	assert_int_equal(query_sections(query, event.seq, count_section, &n), 0);
	assert_int_equal(n, 1);
	query_close(query);
}

static void test_joins_a_bank(void **state)
{
	struct fixture *f = *state;
	struct record record = fatal_bank(SOURCE_ERST, "erst:1:1");

	deliver_record(f, &record);
	deliver(f, FIRMWARE_STATUS, SOURCE_BERT, bert_memory);
	check_joined(f);
}

static void test_is_joined_by_a_bank(void **state)
{
	struct fixture *f = *state;
	struct record record = fatal_bank(SOURCE_ERST, "erst:1:1");

	deliver(f, FIRMWARE_STATUS, SOURCE_BERT, bert_memory);
	reopen(f);
	deliver_record(f, &record);
	check_joined(f);
}

static void test_apart(void **state)
{
	struct fixture *f = *state;
	struct record record = fatal_bank(SOURCE_ERST, "erst:1:1");

	deliver_record(f, &record);
	deliver(f, FIRMWARE_STATUS, SOURCE_BERT, bert_elsewhere);
	assert_int_equal(count(f), 2);
	deliver(f, FIRMWARE_STATUS, SOURCE_BERT, bert_corrected);
	assert_int_equal(count(f), 3);
}

/* --- what EDAC printed --- */

static void deliver_edac(struct fixture *f, uint64_t address, uint32_t severity)
{
	uint8_t body[80] = { 2 };
	struct firmware firmware = {
		.form = FIRMWARE_SECTION,
		.type = SD_ID128_MAKE(a5, bc, 11, 14, 6f, 64, 4e, de, b8, 63, 3e, 83, ed, 7c, 83,
				      b1),
		.severity = severity,
		.bytes = { body, sizeof(body) },
		.name = "EDAC MC0",
		.label = "DIMM_A1",
		.edac = true,
		.count = 3,
		.place = location_nowhere,
		.source = SOURCE_KMSG,
		.time_us = BOOTED + 21 * SECOND,
		.boot = BOOT_B,
		.record_id = 1,
	};

	firmware.place.channel = 1;
	for (size_t i = 0; i < 8; i++)
		body[16 + i] = (uint8_t)(address >> i * 8);
	assert_int_equal(f->intake.firmware(f->intake.context, &firmware), 1);
	assert_int_equal(pipeline_commit(f->pipeline), 0);
}

/* A corrected error of 2 s around that; MISC does not say the channel. */
static struct record traced_bank(void)
{
	struct record record = fatal_bank(SOURCE_TRACE, "trace:1");

	record.status = 0x8c0000c000010090;
	record.mcgstatus = 0;
	record.replayed = false;
	record.boot = BOOT_B;
	record.time_us = BOOTED + 20 * SECOND;
	return record;
}

static void check_edac_joined(const struct fixture *f)
{
	struct event event = only_event(f);

	assert_int_equal(event.sources, 1u << SOURCE_TRACE | 1u << SOURCE_KMSG);
	assert_int_equal(event.record.bank, 7);
	assert_true(event.record.status == 0x8c0000c000010090);
	assert_int_equal(event.decoded.severity, SEVERITY_CORRECTED);
	assert_string_equal(event.decoded.label, "DIMM_A1");
}

static void test_edac_joins_a_bank(void **state)
{
	struct fixture *f = *state;
	struct record record = traced_bank();

	deliver_record(f, &record);
	deliver_edac(f, record.addr, 2);
	check_edac_joined(f);
}

static void test_edac_is_joined_by_a_bank(void **state)
{
	struct fixture *f = *state;
	struct record record = traced_bank();

	deliver_edac(f, record.addr, 2);
	reopen(f);
	deliver_record(f, &record);
	check_edac_joined(f);
}

static void test_edac_alone(void **state)
{
	struct fixture *f = *state;
	struct record record = traced_bank();
	char message[EVENT_MESSAGE_MAX];
	struct query *query;
	struct found found;
	struct event *event = &found.events[0];

	deliver_edac(f, record.addr, 2);
	query = find(f, &found);
	assert_int_equal(found.n, 1);
	assert_int_equal(report_complete(query, event), 0);
	assert_int_equal(event->decoded.class, CLASS_MEMORY);
	assert_int_equal(event->decoded.count, 3);
	assert_int_equal(event->decoded.location.channel, 1);
	assert_true(event->decoded.address_usable);
	assert_string_equal(event_message(event, message, sizeof(message)),
			    "Corrected memory error, channel 1, DIMM label DIMM_A1 "
			    "(reported by EDAC, 3 errors)");
	query_close(query);
	/* another address; another severity */
	record.addr += 0x1000;
	deliver_record(f, &record);
	assert_int_equal(count(f), 2);
	deliver_edac(f, record.addr, 0);
	assert_int_equal(count(f), 3);
}

/* Only a boot before can be meant. */
static void test_not_of_this_boot(void **state)
{
	struct fixture *f = *state;
	struct record record = fatal_bank(SOURCE_TRACE, "trace:1");

	record.replayed = false;
	record.boot = BOOT_B;
	record.time_us = BOOTED + 60 * SECOND;
	deliver_record(f, &record);
	deliver(f, FIRMWARE_STATUS, SOURCE_BERT, bert_memory);
	assert_int_equal(count(f), 2);
}

static void test_bank_in_region(void **state)
{
	struct fixture *f = *state;
	struct record left = {
		.status = 0xbe2000000002011b,
		.addr = 0x12345040,
		.ipid = 0x9600050f00,
		.cpu = 9,
		.apicid = 5,
		.cpuid = 0xa20f12,
		.bank = 17,
		.vendor = VENDOR_AMD,
		.fields = RECORD_HAS_ADDR | RECORD_HAS_IPID | RECORD_HAS_APICID | RECORD_HAS_CPUID |
			  RECORD_HAS_TSC | RECORD_HAS_MCGSTATUS,
		.source = SOURCE_KMSG,
		.boot_time = true,
		.time_us = BOOTED + SECOND,
		.boot = BOOT_B,
		.key = "kmsg:1",
	};
	struct event event;

	assert_int_equal(deliver(f, FIRMWARE_STATUS, SOURCE_BERT, bert_bank), 1);
	event = only_event(f);
	assert_int_equal(event.record.bank, 17);
	assert_int_equal(event.record.apicid, 5);
	assert_true(event.record.cpu == RECORD_NO_CPU);
	left.apicid = 6; /* the same on another CPU */
	left.cpu = 10;
	deliver_record(f, &left);
	assert_int_equal(count(f), 2);
	left.apicid = 5;
	left.cpu = 9;
	strcpy(left.key, "kmsg:2");
	deliver_record(f, &left);
	assert_int_equal(count(f), 2);
	{
		struct found found;

		const struct record *record = &found.events[0].record;

		query_close(find(f, &found));
		/* one without a time stands where it was found, by this machine's clock */
		if (record->cpu == 10)
			record = &found.events[1].record;
		assert_int_equal(record->cpu, 9);
		assert_int_equal(record->cpuid, 0xa20f12);
		assert_int_equal(record->time_us, 0); /* not that of the boot */
		assert_false(record->fields & RECORD_HAS_MCGSTATUS);
	}
}

static struct firmware wire_record(struct build *build)
{
	static const char *const lines[] = {
		"creator " LINUX_OWN,
		"section " STRUCT_MCE " 128 1",
		"put 0 8 0xbe00000000800090",
		"put 16 8 0x12345040",
		"put 24 8 5",
		"put 40 8 0x1234567",
		"put 48 8 1795200000",
		"put 65 1 7",
		"header 96 8 0x6b00960000000001",
		NULL,
	};

	return (struct firmware){
		.form = FIRMWARE_RECORD,
		.bytes = built(build, lines),
		.name = "test",
		.source = SOURCE_ERST,
		.replayed = true,
	};
}

static int count_longer(void *context, const struct section *section)
{
	assert_int_equal(section->body.size, 192);
	++*(unsigned int *)context;
	return 0;
}

/* A later kernel's: what its registers do not say is kept as it is. */
static void check_longer(struct fixture *f, const struct firmware *known)
{
	struct firmware longer = *known;
	uint8_t bytes[192] = { 0 };
	struct found found;
	struct query *query;
	unsigned int n = 0;

	memcpy(bytes, known->bytes.data, 128);
	bytes[65] = 9; /* another bank */
	bytes[191] = 1;
	longer.bytes = (struct bytes){ bytes, sizeof(bytes) };
	longer.record_id++;
	assert_int_equal(f->intake.firmware(f->intake.context, &longer), 1);
	assert_int_equal(pipeline_commit(f->pipeline), 0);
	query = find(f, &found);
	assert_int_equal(found.n, 2);
	for (unsigned int i = 0; i < found.n; i++)
		assert_int_equal(query_sections(query, found.events[i].seq, count_longer, &n), 0);
	assert_int_equal(n, 1);
	query_close(query);
}

/* As a device gives it whole, and as pstore gives its body: one delivery. */
static void test_struct_mce(void **state)
{
	struct fixture *f = *state;
	struct build *build = malloc(sizeof(*build));
	struct firmware firmware = wire_record(build);
	char key[RECORD_KEY_MAX], problem[FIRMWARE_PROBLEM_MAX];
	struct bytes body = { firmware.bytes.data + 200, 128 };
	struct event event;

	assert_int_equal(f->intake.firmware(f->intake.context, &firmware), 1);
	assert_int_equal(pipeline_commit(f->pipeline), 0);
	event = only_event(f);
	assert_int_equal(event.record.bank, 7);
	assert_true(event.record.time_us == CRASHED);
	firmware_key(SOURCE_ERST, 0x6b00960000000001, body, 0, key);
	assert_string_equal(event.record.key, key);
	assert_true(pipeline_known(f->pipeline, key));

	firmware.form = FIRMWARE_SECTION;
	firmware.bytes = body;
	firmware.record_id = 0x6b00960000000001;
	snprintf(firmware.name, sizeof(firmware.name), "mce-erst-7710162562058289153");
	assert_int_equal(f->intake.firmware(f->intake.context, &firmware), 1);
	assert_int_equal(pipeline_commit(f->pipeline), 0);
	assert_int_equal(count(f), 1);

	check_longer(f, &firmware);
	firmware.bytes.size = 40;
	assert_int_equal(firmware_events(&firmware, NULL, NULL, problem), 0);
	assert_true(problem[0]);
	free(build);
}

static void write_record(FILE *file, const char *address)
{
	struct build *build = malloc(sizeof(*build));
	char line[64];
	const char *lines[] = { "section " MEMORY " 80 1", "put 0 8 2", line, NULL };
	struct bytes bytes;

	snprintf(line, sizeof(line), "put 16 8 %s", address);
	bytes = built(build, lines);
	assert_int_equal(fwrite(bytes.data, 1, bytes.size, file), bytes.size);
	free(build);
}

/* A file of records one after the other, the last of which is none. */
static void test_replay(void **state)
{
	struct fixture *f = *state;
	struct source_env env = { .root = &f->root };
	char path[128], why[SOURCE_WHY_MAX];
	struct source *source;
	struct found found;
	FILE *file;

	snprintf(path, sizeof(path), "%s/records", f->directory);
	file = fopen(path, "w");
	assert_non_null(file);
	write_record(file, "0x1000");
	write_record(file, "0x2000");
	fputs("rubbish\1", file);
	assert_int_equal(fclose(file), 0);
	env.path = path;
	assert_int_equal(source_replay.open(&env, &f->intake, &source, why), 0);
	assert_int_equal(source_replay.drain(source), 0);
	assert_int_equal(source_replay.refused(source), 1);
	source_replay.close(source);
	assert_int_equal(pipeline_commit(f->pipeline), 0);
	query_close(find(f, &found));
	assert_int_equal(found.n, 2);
	assert_int_equal(found.events[0].record.addr, 0x1000);
	assert_int_equal(found.events[1].record.addr, 0x2000);
	assert_int_equal(found.events[1].sources, 1u << SOURCE_REPLAY);
}

static void test_informational(void **state)
{
	static const char *const lines[] = { "form status", "section " MEMORY " 80 3", NULL };
	struct fixture *f = *state;

	assert_int_equal(deliver(f, FIRMWARE_STATUS, SOURCE_BERT, lines), 0);
	assert_int_equal(count(f), 0);
}

static void test_module(void **state)
{
	static const char *const lines[] = { "form status", "section " MEMORY " 80 2",
					     "put 0 8 0x20000", "put 78 2 0x1100", NULL };
	struct fixture *f = *state;

	assert_int_equal(deliver(f, FIRMWARE_STATUS, SOURCE_BERT, lines), 1);
	assert_string_equal(only_event(f).decoded.label, "P1-DIMMB2");
}

/* Three of one panic: a bank's record, and two of what firmware said. */
static void test_incident(void **state)
{
	static const char *const lines[] = { "section " MEMORY " 80 1", "put 0 8 2",
					     "put 16 8 0x77777000", NULL };
	struct fixture *f = *state;
	struct record record = fatal_bank(SOURCE_ERST, "erst:1:1");
	struct found found;

	deliver_record(f, &record);
	assert_int_equal(deliver(f, FIRMWARE_RECORD, SOURCE_ERST, lines), 1);
	query_close(find(f, &found));
	assert_int_equal(found.n, 2);
	assert_true(sd_id128_equal(found.events[0].incident, found.events[1].incident));
}

/* --- records that would fill the memory --- */

enum { OVERLAPPING_SIZE = SECTION_BODY_MAX };

/* n sections of 64 KiB, each a byte behind the one before: little more than their descriptors. */
static struct bytes overlapping(unsigned int n)
{
	size_t bodies = 128 + 72 * (size_t)n, size = bodies + n + OVERLAPPING_SIZE;
	uint8_t *bytes = calloc(1, size);
	uint32_t value = n; /* no record has another's bytes */

	assert_non_null(bytes);
	memcpy(bytes, "CPER", 4);
	build_le(bytes + 6, UINT32_MAX, 4);
	build_le(bytes + 10, n, 2);
	build_le(bytes + 20, size, 4);
	for (unsigned int i = 0; i < n; i++) {
		uint8_t *descriptor = bytes + 128 + 72 * (size_t)i;

		build_le(descriptor, bodies + i, 4);
		build_le(descriptor + 4, OVERLAPPING_SIZE, 4);
		build_guid(descriptor + 16, "12345678-0000-4000-8000-123456789abc");
		build_le(descriptor + 48, 2, 4);
	}
	for (size_t i = bodies; i < size; i++)
		bytes[i] = (uint8_t)((value = value * 1664525 + 1013904223) >> 24);
	return (struct bytes){ bytes, size };
}

/* What is logged while it is handed over, in static memory. */
static const char *hand_over_overlapping(struct fixture *f, unsigned int n)
{
	static char logged[1024];
	struct firmware firmware = {
		.form = FIRMWARE_RECORD,
		.bytes = overlapping(n),
		.name = "many",
		.source = SOURCE_REPLAY,
		.replayed = true,
	};
	FILE *file = tmpfile();
	int saved = dup(STDERR_FILENO), r;
	ssize_t size;

	assert_true(file && saved >= 0);
	dup2(fileno(file), STDERR_FILENO);
	r = f->intake.firmware(f->intake.context, &firmware);
	dup2(saved, STDERR_FILENO);
	close(saved);
	size = pread(fileno(file), logged, sizeof(logged) - 1, 0);
	assert_true(size >= 0);
	logged[size] = '\0';
	fclose(file);
	free((uint8_t *)firmware.bytes.data);
	assert_int_equal(r, n);
	return logged;
}

struct kept_bytes {
	uint64_t last_seq;
	unsigned int n;
	unsigned int n_sections;
};

static int note_seq(void *context, const struct event *event)
{
	struct kept_bytes *kept = context;

	if (event->seq > kept->last_seq)
		kept->last_seq = event->seq;
	kept->n++;
	return 0;
}

static int count_whole(void *context, const struct section *section)
{
	struct kept_bytes *kept = context;

	assert_int_equal(section->body.size, OVERLAPPING_SIZE);
	kept->n_sections++;
	return 0;
}

static struct kept_bytes count_kept(const struct fixture *f)
{
	struct query_filter filter = { 0 };
	struct kept_bytes kept = { 0 };
	struct query *query;
	char note[512];

	assert_int_equal(query_open(f->path, &query, note), 0);
	assert_int_equal(query_events(query, &filter, note_seq, &kept), 0);
	for (uint64_t seq = 1; seq <= kept.last_seq; seq++)
		assert_int_equal(query_sections(query, seq, count_whole, &kept), 0);
	query_close(query);
	return kept;
}

/* All errors are there; of the record no more bytes than 4 MiB; the next one has its own. */
static void test_bytes_are_bounded(void **state)
{
	struct fixture *f = *state;
	struct kept_bytes kept;

	assert_string_equal(hand_over_overlapping(f, 64), "");
	assert_int_equal(pipeline_commit(f->pipeline), 0);
	kept = count_kept(f);
	assert_int_equal(kept.n, 64);
	assert_int_equal(kept.n_sections, 64);
	reopen(f);
	assert_string_equal(hand_over_overlapping(f, 100),
			    "mcelog: replay: many: more than 4 MiB of sections; 36 of its 100 "
			    "errors are kept without their bytes\n");
	assert_int_equal(pipeline_commit(f->pipeline), 0);
	kept = count_kept(f);
	assert_int_equal(kept.n, 164);
	assert_int_equal(kept.n_sections, 128);
}

static void test_errors_are_bounded(void **state)
{
	struct fixture *f = *state;
	const char *logged = hand_over_overlapping(f, 16384 + 3);

	assert_true(pipeline_taken(f->pipeline) == 16384);
	assert_non_null(strstr(logged, "replay: many: more than 16384 errors in one record, 3 are "
				       "left out\n"));
	assert_non_null(strstr(logged, "; 16320 of its 16384 errors are kept without"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_alone, setup, teardown),
		cmocka_unit_test_setup_teardown(test_joins_a_bank, setup, teardown),
		cmocka_unit_test_setup_teardown(test_is_joined_by_a_bank, setup, teardown),
		cmocka_unit_test_setup_teardown(test_apart, setup, teardown),
		cmocka_unit_test_setup_teardown(test_edac_joins_a_bank, setup, teardown),
		cmocka_unit_test_setup_teardown(test_edac_is_joined_by_a_bank, setup, teardown),
		cmocka_unit_test_setup_teardown(test_edac_alone, setup, teardown),
		cmocka_unit_test_setup_teardown(test_not_of_this_boot, setup, teardown),
		cmocka_unit_test_setup_teardown(test_bank_in_region, setup, teardown),
		cmocka_unit_test_setup_teardown(test_struct_mce, setup, teardown),
		cmocka_unit_test_setup_teardown(test_replay, setup, teardown),
		cmocka_unit_test_setup_teardown(test_informational, setup, teardown),
		cmocka_unit_test_setup_teardown(test_module, setup, teardown),
		cmocka_unit_test_setup_teardown(test_incident, setup, teardown),
		cmocka_unit_test_setup_teardown(test_bytes_are_bounded, setup, teardown),
		cmocka_unit_test_setup_teardown(test_errors_are_bounded, setup, teardown),
	};

	return cmocka_run_group_tests_name("firmware", tests, NULL, NULL);
}
