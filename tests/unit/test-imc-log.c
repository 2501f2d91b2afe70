// SPDX-License-Identifier: GPL-2.0-only
/* The processor of a machine by its /proc, and the log that some of them can turn on. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>

#include "host-cpu.h"
#include "imc-log.h"
#include "tests/unit/collect.h"

enum { MSR = 0x17f };

struct bench {
	struct collect *collect;
	struct config config;
};

static int setup(void **state)
{
	struct bench *bench = calloc(1, sizeof(*bench));
	void *collect;

	collect_setup(&collect);
	bench->collect = collect;
	bench->config.root = bench->collect->directory;
	*state = bench;
	return 0;
}

static int teardown(void **state)
{
	struct bench *bench = *state;
	void *collect = bench->collect;

	collect_teardown(&collect);
	free(bench);
	return 0;
}

static void put_cpu(struct bench *bench, const char *vendor, unsigned int family,
		    unsigned int model)
{
	char text[512];
	int n = snprintf(text, sizeof(text),
			 "processor\t: 0\nvendor_id\t: %s\ncpu family\t: %u\nmodel\t\t: %u\n"
			 "model name\t: some model : 99\nstepping\t: 7\n\nprocessor\t: 1\n"
			 "vendor_id\t: other\ncpu family\t: 1\nmodel\t\t: 1\nstepping\t: 1\n",
			 vendor, family, model);

	put_file(bench->collect, "/proc/cpuinfo", text, (size_t)n);
}

/* A register file as the msr driver's: the register's number is the offset. */
static void put_msr(struct bench *bench, const char *cpu, uint64_t value)
{
	char content[MSR + sizeof(value)] = { 0 }, path[64];

	memcpy(content + MSR, &value, sizeof(value));
	snprintf(path, sizeof(path), "/dev/cpu/%s/msr", cpu);
	put_file(bench->collect, path, content, sizeof(content));
}

static uint64_t get_msr(struct bench *bench, const char *cpu)
{
	_cleanup_free_ char *content = NULL;
	char path[64];
	uint64_t value;
	size_t size;

	snprintf(path, sizeof(path), "/dev/cpu/%s/msr", cpu);
	assert_int_equal(root_read(&bench->collect->root, path, 4096, &content, &size), 0);
	assert_int_equal(size, MSR + sizeof(value));
	memcpy(&value, content + MSR, sizeof(value));
	return value;
}

/* The exit status of a mode; what it said is one line with this in it, or nothing for NULL. */
static void expect(struct bench *bench, int (*run)(const struct config *), int status,
		   const char *said)
{
	int saved = log_begin(bench->collect);
	int got = run(&bench->config);

	log_end(bench->collect, saved);
	assert_int_equal(got, status);
	if (!said) {
		assert_string_equal(bench->collect->logged, "");
		return;
	}
	assert_non_null(strstr(bench->collect->logged, said));
	assert_ptr_equal(strchr(bench->collect->logged, '\n') + 1,
			 bench->collect->logged + strlen(bench->collect->logged));
}

static void test_host_cpu(void **state)
{
	struct bench *bench = *state;
	struct host_cpu cpu;

	assert_int_equal(host_cpu_read(&bench->collect->root, &cpu), -ENOENT);
	put_cpu(bench, "GenuineIntel", 6, 0x3f);
	assert_int_equal(host_cpu_read(&bench->collect->root, &cpu), 0);
	assert_int_equal(cpu.vendor, VENDOR_INTEL);
	assert_int_equal(cpu.cpuid, 0x306f7);
	put_cpu(bench, "AuthenticAMD", 25, 1);
	assert_int_equal(host_cpu_read(&bench->collect->root, &cpu), 0);
	assert_int_equal(cpu.vendor, VENDOR_AMD);
	assert_int_equal(cpu.cpuid, 0xa00f17);
	put_cpu(bench, "  Shanghai  ", 7, 0x5b);
	assert_int_equal(host_cpu_read(&bench->collect->root, &cpu), 0);
	assert_int_equal(cpu.vendor, VENDOR_ZHAOXIN);
	put_cpu(bench, "GenuineIntel", 6, 999);
	assert_int_equal(host_cpu_read(&bench->collect->root, &cpu), -ENODATA);
	put_file(bench->collect, "/proc/cpuinfo", "model name: none\n\n", 18);
	assert_int_equal(host_cpu_read(&bench->collect->root, &cpu), -ENODATA);
	put_file(bench->collect, "/proc/cpuinfo", "", 0);
	assert_int_equal(host_cpu_read(&bench->collect->root, &cpu), -ENODATA);
}

static void test_is_supported(void **state)
{
	struct bench *bench = *state;

	expect(bench, host_cpu_is_supported, 1, "/proc/cpuinfo: No such file");
	put_cpu(bench, "GenuineIntel", 6, 0x6a);
	expect(bench, host_cpu_is_supported, 0, NULL);
	put_cpu(bench, "AuthenticAMD", 26, 0);
	expect(bench, host_cpu_is_supported, 0, NULL);
	put_cpu(bench, "GenuineIntel", 6, 0xfe);
	expect(bench, host_cpu_is_supported, 0, "Intel family 6 model 254 is not known");
	put_cpu(bench, "GenuineTMx86", 15, 2);
	expect(bench, host_cpu_is_supported, 1, "CPU is unsupported: vendor GenuineTMx86");
	put_file(bench->collect, "/proc/cpuinfo", "processor: 0\n", 13);
	expect(bench, host_cpu_is_supported, 1, "not of an x86 processor");
}

static void test_turn_on(void **state)
{
	static const unsigned int models[] = { 0x2d, 0x3e, 0x3f };
	struct bench *bench = *state;

	for (size_t i = 0; i < ARRAY_SIZE(models); i++) {
		put_cpu(bench, "GenuineIntel", 6, models[i]);
		put_msr(bench, "0", 0x8000000000000004);
		put_msr(bench, "11", 2);
		put_file(bench->collect, "/dev/cpu/microcode", "", 0);
		expect(bench, imc_log_run, 0, "turned on for 1 CPUs, 1 had it on");
		assert_true(get_msr(bench, "0") == 0x8000000000000006);
		assert_true(get_msr(bench, "11") == 2);
		expect(bench, imc_log_run, 0, "turned on for 0 CPUs, 2 had it on");
	}
}

static void test_not_wanted(void **state)
{
	struct bench *bench = *state;

	put_msr(bench, "0", 4);
	expect(bench, imc_log_run, 0, "does not say which processor");
	put_cpu(bench, "GenuineIntel", 6, 0x6a);
	expect(bench, imc_log_run, 0, "none to turn on");
	put_cpu(bench, "AuthenticAMD", 6, 0x3f);
	expect(bench, imc_log_run, 0, "none to turn on");
	put_cpu(bench, "GenuineIntel", 6, 0x3f);
	bench->config.no_imc_log = true;
	expect(bench, imc_log_run, 0, "no-imc-log");
	assert_true(get_msr(bench, "0") == 4);
}

static void test_fails(void **state)
{
	struct bench *bench = *state;

	put_cpu(bench, "GenuineIntel", 6, 0x2d);
	expect(bench, imc_log_run, 1, "modprobe msr");
	put_file(bench->collect, "/dev/cpu/microcode", "", 0);
	expect(bench, imc_log_run, 1, "modprobe msr");
	put_msr(bench, "0", 0);
	put_file(bench->collect, "/dev/cpu/1/msr", "short", 5);
	expect(bench, imc_log_run, 1, "not turned on for 1 of 2 CPUs: Input/output error");
	assert_true(get_msr(bench, "0") == 2);
	assert_int_equal(root_mkdir(&bench->collect->root, "/dev/cpu/2/msr"), 0);
	expect(bench, imc_log_run, 1, "not turned on for 2 of 3 CPUs");
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_host_cpu),   TEST(test_is_supported), TEST(test_turn_on),
		TEST(test_not_wanted), TEST(test_fails),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
