// SPDX-License-Identifier: GPL-2.0-only
/* mce-slimdump: what it decides, what it saves, which memory it leaves alone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "slimdump/cause.h"
#include "slimdump/poison.h"
#include "slimdump/slim-file.h"
#include "slimdump/slimdump.h"
#include "sources/crash-dump.h"
#include "tests/unit/vmcore-image.h"
#include "util/cleanup.h"

struct bench {
	char directory[64];
	char vmcore[96], out[96], kmsg[96];
	struct image *image;
	struct slimdump_options options;
	int stdout_fd, stderr_fd;
};

static int setup(void **state)
{
	struct bench *bench = calloc(1, sizeof(*bench));

	assert_non_null(bench);
	strcpy(bench->directory, "/tmp/mcelog-test.XXXXXX");
	assert_non_null(mkdtemp(bench->directory));
	snprintf(bench->vmcore, sizeof(bench->vmcore), "%s/vmcore", bench->directory);
	snprintf(bench->out, sizeof(bench->out), "%s/out", bench->directory);
	snprintf(bench->kmsg, sizeof(bench->kmsg), "%s/kmsg", bench->directory);
	bench->image = image_new();
	bench->options = (struct slimdump_options){
		.vmcore = bench->vmcore,
		.out = bench->out,
		.kmsg = bench->kmsg,
	};
	*state = bench;
	return 0;
}

static void remove_files(struct bench *bench)
{
	DIR *directory = opendir(bench->directory);
	struct dirent *entry;

	assert_non_null(directory);
	while ((entry = readdir(directory)))
		if (entry->d_name[0] != '.')
			unlinkat(dirfd(directory), entry->d_name, 0);
	closedir(directory);
}

static int teardown(void **state)
{
	struct bench *bench = *state;

	remove_files(bench);
	rmdir(bench->directory);
	image_free(bench->image);
	free(bench);
	return 0;
}

static int again(void **state)
{
	teardown(state);
	return setup(state);
}

static void write_text(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fputs(text, file);
	assert_int_equal(fclose(file), 0);
}

/* What it says is compared elsewhere: here it would only be in the way. */
static enum slimdump_status run(struct bench *bench)
{
	enum slimdump_status status;
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

	fflush(stdout);
	bench->stdout_fd = dup(STDOUT_FILENO);
	bench->stderr_fd = dup(STDERR_FILENO);
	dup2(null, STDOUT_FILENO);
	dup2(null, STDERR_FILENO);
	status = slimdump_run(&bench->options);
	fflush(stdout);
	dup2(bench->stdout_fd, STDOUT_FILENO);
	dup2(bench->stderr_fd, STDERR_FILENO);
	close(bench->stdout_fd);
	close(bench->stderr_fd);
	close(null);
	return status;
}

static bool exists(const char *path)
{
	return access(path, F_OK) == 0;
}

static const char fatal_log[] =
	"mce: [Hardware Error]: CPU 0: Machine Check Exception: 6 Bank 3: fe00000000800400\n"
	"mce: [Hardware Error]: RIP 10:<ffffffffc06a0127> {trigger_mce+0x7/0x10 [mce_inject]}\n"
	"mce: [Hardware Error]: TSC 2b1f184253 ADDR 12345000 \n"
	"mce: [Hardware Error]: PROCESSOR 0:606a6 TIME 1795256196 SOCKET 0 APIC 0 microcode 1\n"
	"mce: [Hardware Error]: Machine check: Processor context corrupt\n"
	"Kernel panic - not syncing: Fatal machine check\n";

/* As ghes.c prints what firmware reported, before it panics. */
static const char firmware_log[] =
	"{1}[Hardware Error]: Hardware error from APEI Generic Hardware Error Source: 0\n"
	"{1}[Hardware Error]: event severity: fatal\n"
	"{1}[Hardware Error]:  Error 0, type: fatal\n"
	"{1}[Hardware Error]:   section_type: memory error\n"
	"{1}[Hardware Error]:   physical_address: 0x0000000012345000\n"
	"{1}[Hardware Error]:   physical_address_mask: 0xffffffffffe00000\n"
	"{1}[Hardware Error]:   error_type: 3, multi-bit ECC\n"
	"Kernel panic - not syncing: Fatal hardware error!\n";

static const char corrected_log[] =
	"mce: [Hardware Error]: CPU 0: Machine Check: 0 Bank 1: 8c20004000000134\n"
	"mce: [Hardware Error]: TSC 2afe4e249b ADDR 10001000 MISC 86 \n"
	"mce: [Hardware Error]: PROCESSOR 0:606a6 TIME 1795256185 SOCKET 0 APIC 0 microcode 1\n";

/* Each line of text as a record of the ring. */
static void print_lines(struct image *image, const char *text)
{
	char line[256];

	while (*text) {
		size_t length = strcspn(text, "\n");

		snprintf(line, sizeof(line), "%.*s", (int)length, text);
		image_print(image, 50000000, line);
		text += length + (text[length] == '\n');
	}
}

static void prepare(struct bench *bench, const char *log, const char *kmsg)
{
	image_ring(bench->image, 6, 12);
	print_lines(bench->image, log);
	image_finish(bench->image);
	image_save(bench->image, bench->vmcore);
	write_text(bench->kmsg, kmsg);
}

/* A leftover bank as the capture kernel logs it, in /dev/kmsg's form. */
static void leftover(char text[512], uint64_t address)
{
	snprintf(
		text, 512,
		"4,500,5067842,-;mce: [Hardware Error]: Machine check events logged\n"
		"0,501,5067975,-;mce: [Hardware Error]: CPU 0: Machine Check Exception: 6 Bank 3: "
		"fe00000000800400\n"
		"0,502,5071032,-;mce: [Hardware Error]: TSC 0 ADDR %llx \n"
		"0,503,5071307,-;mce: [Hardware Error]: PROCESSOR 0:606a6 TIME 1795256002 SOCKET 0 "
		"APIC 0 microcode 1\n",
		(unsigned long long)address);
}

static void load(struct bench *bench, int *fd, struct crash_dump *dump)
{
	struct dump_reader reader;

	*fd = open(bench->out, O_RDONLY | O_CLOEXEC);
	assert_true(*fd >= 0);
	reader = dump_reader_of_fd(fd);
	assert_int_equal(crash_dump_read(dump, &reader), 0);
	assert_string_equal(dump->notes.problem, "");
	assert_true(dump->slim);
	assert_release(dump, "6.1.0-test");
	assert_int_equal(crash_cpus(dump), 2);
}

static void assert_text(const struct crash_dump *dump, uint32_t type, const char *part)
{
	_cleanup_free_ char *text = NULL;
	size_t size;

	assert_int_equal(crash_dump_text(dump, type, &text, &size), 0);
	assert_non_null(strstr(text, part));
}

static void test_saved(void **state)
{
	_cleanup_(crash_dump_free) struct crash_dump dump = { 0 };
	_cleanup_close_ int fd = -1;
	struct bench *bench = *state;
	struct stat st;

	prepare(bench, fatal_log, "");
	assert_int_equal(run(bench), SLIMDUMP_SAVED);
	load(bench, &fd, &dump);
	assert_string_equal(dump.cause,
			    "Fatal machine check: Processor context corrupt; Fatal internal error: "
			    "internal timer error (CPU 0, socket 0, bank 3 MLC, at least 1 error)");
	assert_text(&dump, NOTE_OWN_LOG,
		    "[   50.000000] Kernel panic - not syncing: Fatal machine check\n");
	assert_text(&dump, NOTE_OWN_DECODED, "CPU 0 BANK 3");
	assert_int_equal(dump.notes.n_loads, 2);
	assert_int_equal(dump.notes.loads[0].vaddr, IMAGE_VADDR);
	assert_int_equal(dump.notes.loads[0].size, 0);
	assert_int_equal(dump.notes.loads[1].memory_size, IMAGE_HALF);
	assert_int_equal(fstat(fd, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_true(st.st_size < 16384);
}

/* What firmware reported is in the cause and in the decoded text as machine checks are. */
static void test_saved_firmware(void **state)
{
	_cleanup_(crash_dump_free) struct crash_dump dump = { 0 };
	_cleanup_close_ int fd = -1;
	struct bench *bench = *state;

	prepare(bench, firmware_log, "");
	assert_int_equal(run(bench), SLIMDUMP_SAVED);
	load(bench, &fd, &dump);
	assert_string_equal(dump.cause, "Fatal hardware error!; Fatal memory error: multi-bit ECC "
					"memory error (reported by firmware, 1 error)");
	assert_text(&dump, NOTE_OWN_DECODED, "ADDR 12345000\nMCA: Multi-bit ECC memory error\n");
	assert_text(&dump, NOTE_OWN_DECODED, "SEVERITY fatal CLASS memory COUNT 1\n");
}

static void test_saved_again(void **state)
{
	struct bench *bench = *state;

	prepare(bench, fatal_log, "");
	/* what is there may be a whole dump */
	write_text(bench->out, "something else");
	assert_int_equal(run(bench), SLIMDUMP_ERROR);
	assert_int_equal(unlink(bench->out), 0);
	assert_int_equal(symlink("nowhere", bench->out), 0);
	assert_int_equal(run(bench), SLIMDUMP_ERROR);
	assert_int_equal(unlink(bench->out), 0);
	assert_int_equal(run(bench), SLIMDUMP_SAVED);
	/* a slim dump has no memory, so there is nothing to be made of it */
	bench->options.vmcore = bench->out;
	assert_int_equal(run(bench), SLIMDUMP_ERROR);
}

static void test_dry_run(void **state)
{
	struct bench *bench = *state;

	prepare(bench, fatal_log, "");
	bench->options.dry_run = true;
	assert_int_equal(run(bench), SLIMDUMP_SAVED);
	bench->options.out = NULL;
	assert_int_equal(run(bench), SLIMDUMP_SAVED);
	assert_false(exists(bench->out));
}

static void test_aside(void **state)
{
	static const char *const logs[] = {
		"Kernel panic - not syncing: sysrq triggered crash\n",
		"Kernel panic - not syncing: Fatal exception in interrupt\n",
		"BUG: unable to handle page fault\n",
		"",
		corrected_log,
	};

	for (size_t i = 0; i < ARRAY_SIZE(logs); i++) {
		struct bench *bench = *state;

		prepare(bench, logs[i], "");
		assert_int_equal(run(bench), SLIMDUMP_ASIDE);
		assert_false(exists(bench->out));
		again(state);
	}
}

static void test_errors(void **state)
{
	struct bench *bench = *state;

	prepare(bench, fatal_log, "");
	unlink(bench->kmsg);
	assert_int_equal(run(bench), SLIMDUMP_ERROR);
	write_text(bench->kmsg, "");
	bench->options.out = "/nonexistent/out";
	assert_int_equal(run(bench), SLIMDUMP_ERROR);
	bench->options.out = bench->out;
	bench->options.vmcore = bench->kmsg;
	assert_int_equal(run(bench), SLIMDUMP_ERROR);
	bench->options.vmcore = "/nonexistent/vmcore";
	assert_int_equal(run(bench), SLIMDUMP_ERROR);
	assert_false(exists(bench->out));
}

static unsigned int count_files(const struct bench *bench)
{
	DIR *directory = opendir(bench->directory);
	unsigned int n = 0;

	assert_non_null(directory);
	while (readdir(directory))
		n++;
	closedir(directory);
	return n - 2;
}

/* Only half of it was written: no file, and none under the temporary name. */
static void test_no_room(void **state)
{
	struct bench *bench = *state;

	prepare(bench, fatal_log, "");
	assert_int_equal(mkdir(bench->out, 0700), 0);
	assert_int_equal(run(bench), SLIMDUMP_ERROR);
	assert_int_equal(rmdir(bench->out), 0);
	assert_int_equal(count_files(bench), 2);
}

/* From here on the kernel refuses renameat2() as a file system does that cannot do it. */
static int refuse_renameat2(void)
{
	struct sock_filter rows[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_renameat2, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EINVAL),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	const struct sock_fprog program = { ARRAY_SIZE(rows), rows };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -errno;
	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0 ? -errno : 0;
}

/* In a child, as there is no way back; its result, or 77 where it could not be tried. */
static int run_without_renameat2(struct bench *bench)
{
	pid_t child = fork();
	int status;

	assert_true(child >= 0);
	if (child == 0)
		_exit(refuse_renameat2() < 0 ? 77 : (int)run(bench));
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void test_no_renameat2(void **state)
{
	_cleanup_(crash_dump_free) struct crash_dump dump = { 0 };
	_cleanup_close_ int fd = -1;
	struct bench *bench = *state;
	char content[16] = "";
	FILE *file;
	int r;

	prepare(bench, fatal_log, "");
	write_text(bench->out, "something else");
	r = run_without_renameat2(bench);
	if (r == 77)
		skip();
	assert_int_equal(r, SLIMDUMP_ERROR);
	assert_int_equal(count_files(bench), 3);
	file = fopen(bench->out, "r");
	assert_non_null(file);
	assert_non_null(fgets(content, sizeof(content), file));
	fclose(file);
	assert_string_equal(content, "something else");
	assert_int_equal(unlink(bench->out), 0);
	assert_int_equal(run_without_renameat2(bench), SLIMDUMP_SAVED);
	assert_int_equal(count_files(bench), 3);
	load(bench, &fd, &dump);
}

static void test_log_without_machinery(void **state)
{
	struct bench *bench = *state;

	image_finish(bench->image);
	image_save(bench->image, bench->vmcore);
	write_text(bench->kmsg, "");
	assert_int_equal(run(bench), SLIMDUMP_ERROR);
	assert_false(exists(bench->out));
}

/* The address is in the log's text: notes, and nothing from the log. */
static void test_poisoned_log(void **state)
{
	_cleanup_(crash_dump_free) struct crash_dump dump = { 0 };
	_cleanup_close_ int fd = -1;
	_cleanup_free_ char *text = NULL;
	struct bench *bench = *state;
	char kmsg[640];
	size_t size;

	leftover(kmsg, IMAGE_PADDR_HIGH + 0x10);
	strcat(kmsg, "6,504,5071308,-;Linux version of the capture kernel\n");
	prepare(bench, "Kernel panic - not syncing: anything\n", kmsg);
	assert_int_equal(run(bench), SLIMDUMP_SAVED);
	load(bench, &fd, &dump);
	assert_string_equal(dump.cause, "the kernel log was not read: it lies in memory that a "
					"machine check names: bank 3, status 0xfe00000000800400, "
					"address 0x40000010, socket 0, APIC ID 0");
	assert_int_equal(crash_dump_text(&dump, NOTE_OWN_LOG, &text, &size), -ENOENT);
	assert_int_equal(crash_dump_text(&dump, NOTE_OWN_CAPTURE_LOG, &text, &size), 0);
	/* whose log it is, and of it what is about errors */
	assert_memory_equal(text, "What the log of the capture kernel, ", 36);
	assert_non_null(memmem(text, size, "\n4,500,5067842,-;mce: [Hardware Error]: ", 40));
	assert_non_null(memmem(text, size, "APIC 0 microcode 1\n", 19));
	assert_null(memmem(text, size, "Linux version", 13));
	assert_text(&dump, NOTE_OWN_DECODED, "Of the log of the capture kernel");
	assert_text(&dump, NOTE_OWN_DECODED, "STATUS fe00000000800400");
}

/* It is firmware that named the page: there is no bank. */
static void test_poisoned_by_firmware(void **state)
{
	_cleanup_(crash_dump_free) struct crash_dump dump = { 0 };
	_cleanup_close_ int fd = -1;
	struct bench *bench = *state;
	char kmsg[256];

	snprintf(kmsg, sizeof(kmsg),
		 "4,600,6067842,-;{1}[Hardware Error]:   physical_address: 0x%016llx\n",
		 (unsigned long long)IMAGE_PADDR_HIGH + 0x20);
	prepare(bench, fatal_log, kmsg);
	assert_int_equal(run(bench), SLIMDUMP_SAVED);
	load(bench, &fd, &dump);
	assert_string_equal(dump.cause, "the kernel log was not read: it lies in memory that a "
					"machine check names: a memory error that firmware "
					"reported, address 0x40000020");
	assert_text(&dump, NOTE_OWN_CAPTURE_LOG, "physical_address");
}

/* Firmware's address is of another page, but its mask leaves the log's open. */
static void test_poisoned_by_mask(void **state)
{
	static const char *const masks[] = { "fffffffffffff000", "ffffffffffe00000" };

	for (size_t i = 0; i < ARRAY_SIZE(masks); i++) {
		_cleanup_(crash_dump_free) struct crash_dump dump = { 0 };
		_cleanup_close_ int fd = -1;
		_cleanup_free_ char *text = NULL;
		struct bench *bench = *state;
		char kmsg[256];
		size_t size;

		snprintf(kmsg, sizeof(kmsg),
			 "4,500,1,-;{1}[Hardware Error]:   physical_address: 0x%016llx\n"
			 "4,501,2,-;{1}[Hardware Error]:   physical_address_mask: 0x%s\n",
			 (unsigned long long)IMAGE_PADDR_HIGH + 0x123000, masks[i]);
		prepare(bench, fatal_log, kmsg);
		assert_int_equal(run(bench), SLIMDUMP_SAVED);
		load(bench, &fd, &dump);
		assert_int_equal(crash_dump_text(&dump, NOTE_OWN_LOG, &text, &size),
				 i == 0 ? 0 : -ENOENT);
		again(state);
	}
}

static void test_poisoned_elsewhere(void **state)
{
	struct bench *bench = *state;
	char kmsg[512];

	leftover(kmsg, IMAGE_PADDR_HIGH + 0x1000);
	prepare(bench, fatal_log, kmsg);
	assert_int_equal(run(bench), SLIMDUMP_SAVED);
}

static void test_old_kernel(void **state)
{
	struct bench *bench = *state;

	image_buffer(bench->image, "printk_log");
	for (const char *line = fatal_log; *line; line += strcspn(line, "\n") + 1) {
		char text[256];

		snprintf(text, sizeof(text), "%.*s", (int)strcspn(line, "\n"), line);
		image_log(bench->image, 1, text);
	}
	image_finish(bench->image);
	image_save(bench->image, bench->vmcore);
	write_text(bench->kmsg, "");
	assert_int_equal(run(bench), SLIMDUMP_SAVED);
}

/* A device dump of the driver is more than a slim dump is for. */
static void test_large_note(void **state)
{
	_cleanup_(crash_dump_free) struct crash_dump dump = { 0 };
	_cleanup_close_ int fd = -1;
	struct bench *bench = *state;
	uint8_t *note;

	image_ring(bench->image, 6, 12);
	print_lines(bench->image, fatal_log);
	image_finish(bench->image);
	note = bench->image->bytes + IMAGE_NOTES + bench->image->notes_size;
	image_put(note, 6, 4);
	image_put(note + 4, ELF_NOTE_DATA_MAX + 1, 4);
	image_put(note + 8, 0x700, 4);
	strcpy((char *)note + 12, "LINUX");
	image_segment(bench->image, 0, PT_NOTE, IMAGE_NOTES, 0, 0,
		      bench->image->notes_size + 20 + ELF_NOTE_DATA_MAX + 4);
	image_save(bench->image, bench->vmcore);
	write_text(bench->kmsg, "");
	assert_int_equal(run(bench), SLIMDUMP_SAVED);
	load(bench, &fd, &dump);
	assert_null(elf_notes_find(&dump.notes, "LINUX", 0x700));
	assert_non_null(elf_notes_find(&dump.notes, "VMCOREINFO", 0));
}

/* A note that lies about its size: it is left out, and what comes before it saved. */
static void test_damaged_note(void **state)
{
	_cleanup_(crash_dump_free) struct crash_dump dump = { 0 };
	_cleanup_close_ int fd = -1;
	struct bench *bench = *state;
	uint8_t *note;

	image_ring(bench->image, 6, 12);
	print_lines(bench->image, fatal_log);
	image_finish(bench->image);
	note = bench->image->bytes + IMAGE_NOTES + bench->image->notes_size;
	image_put(note, 6, 4);
	image_put(note + 4, 100, 4);
	image_segment(bench->image, 0, PT_NOTE, IMAGE_NOTES, 0, 0, bench->image->notes_size + 50);
	image_save(bench->image, bench->vmcore);
	write_text(bench->kmsg, "");
	assert_int_equal(run(bench), SLIMDUMP_SAVED);
	load(bench, &fd, &dump);
	assert_int_equal(dump.notes.n_notes, 6);
}

enum { CUT_NOTE_SIZE = 4096 };

/* The file ends within a note that two segments share; their headers are all right. */
static void prepare_cut(struct bench *bench)
{
	uint8_t note[12 + 8 + 16] = { 0 };
	FILE *file;

	image_put(note, 6, 4);
	image_put(note + 4, CUT_NOTE_SIZE, 4);
	image_put(note + 8, 0x700, 4);
	strcpy((char *)note + 12, "LINUX");
	image_put(bench->image->bytes + 56, 5, 2); /* e_phnum */
	for (unsigned int i = 3; i < 5; i++)
		image_segment(bench->image, i, PT_NOTE, IMAGE_SIZE, 0, 0, 20 + CUT_NOTE_SIZE);
	prepare(bench, fatal_log, "");
	file = fopen(bench->vmcore, "a");
	assert_non_null(file);
	assert_int_equal(fwrite(note, sizeof(note), 1, file), 1);
	assert_int_equal(fclose(file), 0);
}

/* What is there of other notes is saved without it, and the sizes are those of what is. */
static void test_cut_note(void **state)
{
	_cleanup_(crash_dump_free) struct crash_dump dump = { 0 };
	_cleanup_close_ int fd = -1;
	struct bench *bench = *state;
	const struct elf_note *last;
	struct stat st;

	prepare_cut(bench);
	assert_int_equal(run(bench), SLIMDUMP_SAVED);
	load(bench, &fd, &dump);
	assert_int_equal(dump.notes.n_notes, 6);
	assert_null(elf_notes_find(&dump.notes, "LINUX", 0x700));
	last = &dump.notes.notes[5];
	assert_int_equal(last->type, NOTE_OWN_DECODED);
	assert_int_equal(fstat(fd, &st), 0);
	assert_int_equal(st.st_size, (last->offset + last->size + 3) & ~3ull);
	assert_int_equal(dump.notes.loads[0].offset, st.st_size);
}

static void test_cut_note_told(void **state)
{
	_cleanup_(crash_dump_free) struct crash_dump dump = { 0 };
	_cleanup_close_ int fd = -1;
	static const struct slim_note own = { NOTE_SLIM_OWNER, NOTE_SLIM_TYPE, "x", 2 };
	struct bench *bench = *state;
	struct dump_reader reader;
	char problem[SLIM_PROBLEM_MAX] = "?", expected[SLIM_PROBLEM_MAX];
	uint64_t size = 77;
	struct stat st;

	prepare_cut(bench);
	fd = open(bench->vmcore, O_RDONLY | O_CLOEXEC);
	reader = dump_reader_of_fd(&fd);
	assert_int_equal(crash_dump_read(&dump, &reader), 0);
	assert_int_equal(slim_file_write(bench->out, &dump, &own, 1, &size, problem), 0);
	snprintf(expected, sizeof(expected),
		 "its note of 4096 bytes at 0x%x is left out: the file ends before it does; and "
		 "1 more",
		 IMAGE_SIZE + 20);
	assert_string_equal(problem, expected);
	assert_int_equal(stat(bench->out, &st), 0);
	assert_int_equal(st.st_size, size);
	size = 77;
	assert_int_equal(slim_file_write(bench->out, &dump, &own, 1, &size, problem), -EEXIST);
	assert_int_equal(size, 77);
}

/* --- the decoded text --- */

static void test_worst(void **state)
{
	_cleanup_strbuf_ struct strbuf log = { 0 }, text = { 0 }, line = { 0 };
	unsigned int n = 0;

	(void)state;
	strbuf_add(&log, fatal_log);
	for (int i = 0; i < CAUSE_RECORDS_MAX - 1; i++)
		strbuf_add(&log, corrected_log);
	assert_int_equal(cause_decode(strbuf_text(&log), log.length, &text, &line), 0);
	assert_non_null(strstr(strbuf_text(&line), "Fatal internal error"));
	for (const char *at = strbuf_text(&text); (at = strstr(at, "Hardware event")); at++)
		n++;
	assert_int_equal(n, CAUSE_RECORDS_MAX);
	strbuf_add(&log, corrected_log);
	strbuf_reset(&line);
	assert_int_equal(cause_decode(strbuf_text(&log), log.length, &text, &line), 0);
	assert_null(strstr(strbuf_text(&line), "Fatal"));
}

/* Firmware's reports count among the newest and for the worst; those that inform do not. */
static void test_worst_firmware(void **state)
{
	static const char informs[] =
		"{7}[Hardware Error]: Hardware error from APEI Generic Hardware Error Source: 0\n"
		"{7}[Hardware Error]: event severity: info\n"
		"{7}[Hardware Error]:  Error 0, type: info\n"
		"{7}[Hardware Error]:   section_type: memory error\n";
	_cleanup_strbuf_ struct strbuf log = { 0 }, text = { 0 }, line = { 0 };

	(void)state;
	strbuf_add(&log, corrected_log);
	strbuf_add(&log, informs);
	assert_int_equal(cause_decode(strbuf_text(&log), log.length, &text, &line), 0);
	assert_null(strstr(strbuf_text(&text), "BANK 255"));
	strbuf_reset(&log);
	strbuf_reset(&line);
	strbuf_add(&log, firmware_log);
	for (int i = 0; i < CAUSE_RECORDS_MAX - 1; i++)
		strbuf_add(&log, corrected_log);
	assert_int_equal(cause_decode(strbuf_text(&log), log.length, &text, &line), 0);
	assert_non_null(strstr(strbuf_text(&line), "multi-bit ECC"));
	assert_non_null(strstr(strbuf_text(&text), "CPU unknown BANK 255\n"));
	for (int i = 0; i < CAUSE_RECORDS_MAX; i++)
		strbuf_add(&log, corrected_log);
	strbuf_reset(&line);
	assert_int_equal(cause_decode(strbuf_text(&log), log.length, &text, &line), 0);
	assert_null(strstr(strbuf_text(&line), "multi-bit ECC"));
}

/* --- poison --- */

static void test_poison_log(void **state)
{
	struct poison poison = { 0 };
	char text[512];

	(void)state;
	leftover(text, 0x12345678);
	assert_int_equal(poison_add_log(&poison, text, strlen(text)), 0);
	assert_int_equal(poison_add_log(&poison, text, strlen(text)), 0);
	assert_int_equal(poison_add_log(&poison, corrected_log, strlen(corrected_log)), 0);
	assert_int_equal(poison.n_ranges, 1);
	assert_false(poison_hits(&poison, 0x12344000, 0x1000));
	assert_true(poison_hits(&poison, 0x12344000, 0x1001));
	assert_true(poison_hits(&poison, 0x12345fff, 1));
	assert_false(poison_hits(&poison, 0x12346000, 1));
	assert_false(poison_hits(&poison, 0x10001000, 1));
	assert_true(poison_hits(&poison, 0x12345678, 0));
}

/* As ghes.c prints it, and what only looks alike. */
static void test_poison_firmware(void **state)
{
	static const char text[] =
		"0,1,1,-;{1}[Hardware Error]: Hardware error from APEI Generic Hardware Error "
		"Source: 1\n"
		"0,2,1,-;{1}[Hardware Error]:   section_type: memory error\n"
		"0,3,1,-;{1}[Hardware Error]:   physical_address: 0x0000000fe00a1400\n"
		"0,4,1,-;{1}[Hardware Error]:   physical_address_mask: 0x0000fffffffff000\n"
		"0,5,1,-;{1}[Hardware Error]:   physical_address: 0x12345";
	struct poison poison = { 0 };

	(void)state;
	assert_int_equal(poison_add_log(&poison, text, sizeof(text) - 1), 0);
	assert_int_equal(poison.n_ranges, 2);
	assert_true(poison_hits(&poison, 0xfe00a1000, 1));
	assert_false(poison_hits(&poison, 0xfe00a2000, 1));
	assert_true(poison_hits(&poison, 0x12fff, 1));
}

static void poison_masked(struct poison *poison, const char *mask)
{
	char text[512];

	snprintf(text, sizeof(text),
		 "0,1,1,-;{1}[Hardware Error]:   section_type: memory error\n"
		 "0,2,1,-;{1}[Hardware Error]:   physical_address: 0x0000040012345678\n"
		 "0,3,1,-;{1}[Hardware Error]:   physical_address_mask: 0x%s\n",
		 mask);
	*poison = (struct poison){ 0 };
	assert_int_equal(poison_add_log(poison, text, strlen(text)), 0);
	assert_int_equal(poison->n_ranges, 1);
}

/* The address is one of all that the mask leaves open: from a page to what is bounded. */
static void test_poison_mask(void **state)
{
	static const struct {
		const char *mask;
		uint64_t start, last;
	} cases[] = {
		{ "ffffffffffe00000", 0x40012200000, 0x400123fffff },
		{ "0000ffffffffe000", 0x40012344000, 0x40012345fff },
		{ "fffffffffffffffe", 0x40012345000, 0x40012345fff },
		{ "ffffffffffffffc0", 0x40012345000, 0x40012345fff },
		{ "ffffff0000000000", 0x40000000000, 0x4ffffffffff },
		{ "8000000000000000", 0x40000000000, 0x4ffffffffff },
		{ "0000000000000000", 0x40000000000, 0x4ffffffffff },
		{ "", 0x40012345000, 0x40012345fff },
	};
	struct poison poison;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		poison_masked(&poison, cases[i].mask);
		assert_true(poison.ranges[0].start == cases[i].start);
		assert_true(poison.ranges[0].last == cases[i].last);
		assert_false(poison_hits(&poison, cases[i].start - 1, 1));
		assert_true(poison_hits(&poison, cases[i].last, 1));
		assert_false(poison_hits(&poison, cases[i].last + 1, 1));
	}
}

/* A mask belongs to the address of its own block, and without one to none. */
static void test_poison_blocks(void **state)
{
	static const char text[] =
		"{1}[Hardware Error]:   physical_address_mask: 0xffffffff00000000\n"
		"{1}[Hardware Error]:   physical_address: 0x0000000010000000\n"
		"{2}[Hardware Error]:   physical_address: 0x0000000020000000\n"
		"[Hardware Error]:   physical_address: 0x0000000030000000\n"
		"{17}[Hardware Error]:   physical_address_mask: 0xffffffff00000000\n"
		"{1}[Hardware Error]:   physical_address_mask: 0xffffffffffe00000\n"
		"{2}[Hardware Error]:   physical_address_mask: 0xfffffffffffff000\n"
		"[Hardware Error]:   physical_address_mask: 0xffffffffffffe000\n";
	struct poison poison = { 0 };

	(void)state;
	assert_int_equal(poison_add_log(&poison, text, sizeof(text) - 1), 0);
	assert_int_equal(poison.n_ranges, 3);
	assert_true(poison_hits(&poison, 0x101fffff, 1));
	assert_false(poison_hits(&poison, 0x10200000, 1));
	assert_true(poison_hits(&poison, 0x20000fff, 1));
	assert_false(poison_hits(&poison, 0x20001000, 1));
	assert_true(poison_hits(&poison, 0x30001fff, 1));
	assert_false(poison_hits(&poison, 0x30002000, 1));
}

static void test_poison_records(void **state)
{
	static const struct {
		struct record record;
		uint64_t size; /* from 0x40000000 on; 0: nothing */
	} cases[] = {
		/* UC, ADDRV; MISC with the physical address' extent of 64 bytes, 2 MiB, too much */
		{ { .status = 0xb600000000000000, .addr = 0x40000000 }, 0x1000 },
		{ { .status = 0xbe00000000000000, .addr = 0x40000010, .misc = 0x86 }, 0x1000 },
		{ { .status = 0xbe00000000000000, .addr = 0x40000010, .misc = 0x95 }, 0x200000 },
		{ { .status = 0xbe00000000000000, .addr = 0x40000010, .misc = 0xbf }, 1ull << 33 },
		/* MISC of another mode, and of AMD, is no extent */
		{ { .status = 0xbe00000000000000, .addr = 0x40000010, .misc = 0x15 }, 0x1000 },
		{ { .status = 0xbe00000000000000,
		    .addr = 0x40000010,
		    .misc = 0x95,
		    .vendor = VENDOR_AMD },
		  0x1000 },
		/* AMD: deferred, poison */
		{ { .status = 0x9400100000000000, .addr = 0x40000000, .vendor = VENDOR_AMD },
		  0x1000 },
		{ { .status = 0x9400080000000000, .addr = 0x40000000, .vendor = VENDOR_HYGON },
		  0x1000 },
		/* corrected; the same bits of Intel; no address; not valid */
		{ { .status = 0x9400000000000000, .addr = 0x40000000 }, 0 },
		{ { .status = 0x9400100000000000, .addr = 0x40000000 }, 0 },
		{ { .status = 0xb000000000000000, .addr = 0x40000000 }, 0 },
		{ { .status = 0x3600000000000000, .addr = 0x40000000 }, 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct poison poison = { 0 };

		poison_add_record(&poison, &cases[i].record);
		assert_int_equal(poison.n_ranges, cases[i].size > 0);
		assert_int_equal(poison_hits(&poison, 0x40000000, 1), cases[i].size > 0);
		if (cases[i].size > 0 && cases[i].size <= 1u << 30)
			assert_false(poison_hits(&poison, 0x40000000 + cases[i].size, 0x1000));
		if (cases[i].size > 0)
			assert_true(poison_hits(&poison, 0x40000000 + cases[i].size - 1, 1));
	}
}

/* More addresses than are kept: then no page is known to be safe. */
static void test_poison_full(void **state)
{
	struct poison poison = { 0 };

	(void)state;
	for (uint64_t i = 0; i < POISON_RANGES_MAX; i++)
		poison_add_record(
			&poison, &(struct record){ .status = 0xb600000000000000, .addr = i << 12 });
	assert_false(poison_hits(&poison, 1ull << 40, 1));
	poison_add_record(&poison,
			  &(struct record){ .status = 0xb600000000000000, .addr = 1ull << 39 });
	assert_true(poison_hits(&poison, 1ull << 40, 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_saved, setup, teardown),
		cmocka_unit_test_setup_teardown(test_saved_firmware, setup, teardown),
		cmocka_unit_test_setup_teardown(test_saved_again, setup, teardown),
		cmocka_unit_test_setup_teardown(test_dry_run, setup, teardown),
		cmocka_unit_test_setup_teardown(test_aside, setup, teardown),
		cmocka_unit_test_setup_teardown(test_errors, setup, teardown),
		cmocka_unit_test_setup_teardown(test_no_room, setup, teardown),
		cmocka_unit_test_setup_teardown(test_no_renameat2, setup, teardown),
		cmocka_unit_test_setup_teardown(test_log_without_machinery, setup, teardown),
		cmocka_unit_test_setup_teardown(test_poisoned_log, setup, teardown),
		cmocka_unit_test_setup_teardown(test_poisoned_by_firmware, setup, teardown),
		cmocka_unit_test_setup_teardown(test_poisoned_by_mask, setup, teardown),
		cmocka_unit_test_setup_teardown(test_poisoned_elsewhere, setup, teardown),
		cmocka_unit_test_setup_teardown(test_old_kernel, setup, teardown),
		cmocka_unit_test_setup_teardown(test_large_note, setup, teardown),
		cmocka_unit_test_setup_teardown(test_damaged_note, setup, teardown),
		cmocka_unit_test_setup_teardown(test_cut_note, setup, teardown),
		cmocka_unit_test_setup_teardown(test_cut_note_told, setup, teardown),
		cmocka_unit_test(test_worst),
		cmocka_unit_test(test_worst_firmware),
		cmocka_unit_test(test_poison_log),
		cmocka_unit_test(test_poison_firmware),
		cmocka_unit_test(test_poison_mask),
		cmocka_unit_test(test_poison_blocks),
		cmocka_unit_test(test_poison_records),
		cmocka_unit_test(test_poison_full),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
