// SPDX-License-Identifier: GPL-2.0-only
/*
 * vmcore: what the crash dumps in /var/crash say by their headers and notes alone:
 * that a boot crashed, when, and of mce-slimdump's files why, and the machine checks
 * in the kernel log that they carry. No memory of the crashed kernel is read, so
 * the size of a dump does not matter. Only read, never erased.
 */
#include <elf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sources/crash-dump.h"
#include "sources/crash-files.h"
#include "sources/dump-name.h"
#include "sources/left-log.h"
#include "sources/previous-log.h"
#include "sources/source.h"
#include "sources/tree.h"
#include "util/cleanup.h"
#include "util/log.h"

#define SECOND_US 1000000ll

enum {
	/* what may be read of one dump and of all, in pages; a read of less counts as one */
	DUMP_PAGES_MAX = 1 << 16,
	ALL_PAGES_MAX = 1 << 20,
	LOG_SIZE_MAX = 64 << 20, /* of the log beside a dump */
};

struct vmcore {
	const struct source_env *env;
	const struct intake *intake;
	struct crash_files files;
	size_t left;	   /* files not done: the newest, by their directories, come first */
	size_t pages_left; /* of ALL_PAGES_MAX */
	bool is_read;	   /* the file at hand is: what is in it is in the next two */
	struct previous_log previous;
	struct crash crash; /* without a key: none */
	size_t n_dumps;
	unsigned int n_new;
};

static struct vmcore *vmcore_of(struct source *source)
{
	return (struct vmcore *)source;
}

static void vmcore_free(struct vmcore *vmcore)
{
	kernel_log_done(&vmcore->previous.log);
	crash_files_free(&vmcore->files);
	free(vmcore);
}

DEFINE_CLEANUP(struct vmcore *, vmcore_free, vmcore_free)

/* --- which files --- */

static bool is_dump(const char *name)
{
	return dump_kind_of(name) != DUMP_NOT;
}

static const char *name_of(const char *path)
{
	return strrchr(path, '/') + 1;
}

/* Those that cannot be read are named once; what they say is in the log beside them, too. */
static void sort_out_compressed(struct vmcore *vmcore)
{
	const struct crash_files *files = &vmcore->files;
	size_t n = 0, newest = 0;

	for (size_t i = 0; i < files->n; i++) {
		if (dump_kind_of(name_of(files->paths[i])) != DUMP_COMPRESSED)
			continue;
		newest = i;
		n++;
	}
	vmcore->n_dumps = files->n - n;
	if (n == 1)
		log_info("vmcore: %s: compressed, not read", files->paths[newest]);
	else if (n > 1)
		log_info("vmcore: %s and %zu more: compressed, not read", files->paths[newest],
			 n - 1);
}

static int vmcore_new(const struct source_env *env, struct vmcore **ret_vmcore,
		      char why[SOURCE_WHY_MAX])
{
	_cleanup_(vmcore_free_cleanup) struct vmcore *vmcore = calloc(1, sizeof(*vmcore));
	int r;

	if (!vmcore) {
		snprintf(why, SOURCE_WHY_MAX, "%s", strerror(ENOMEM));
		return -ENOMEM;
	}
	vmcore->env = env;
	r = crash_files_list(env, source_vmcore.name, is_dump, &vmcore->files, why);
	if (r < 0)
		return r;
	vmcore->left = vmcore->files.n;
	vmcore->pages_left = ALL_PAGES_MAX;
	snprintf(why, SOURCE_WHY_MAX, "%zu crash dump%s in " CRASH_DIRECTORY, vmcore->files.n,
		 vmcore->files.n == 1 ? "" : "s");
	*ret_vmcore = take_ptr(vmcore);
	return 0;
}

static int vmcore_probe(const struct source_env *env, char why[SOURCE_WHY_MAX])
{
	_cleanup_(vmcore_free_cleanup) struct vmcore *vmcore = NULL;

	return vmcore_new(env, &vmcore, why);
}

static int vmcore_open(const struct source_env *env, const struct intake *intake,
		       struct source **ret_source, char why[SOURCE_WHY_MAX])
{
	struct vmcore *vmcore;
	int r = vmcore_new(env, &vmcore, why);

	if (r < 0)
		return r;
	vmcore->intake = intake;
	sort_out_compressed(vmcore);
	if (vmcore->files.is_cut)
		log_warning("vmcore: more than %d crash dumps, the rest is left out",
			    CRASH_FILES_MAX);
	*ret_source = (struct source *)vmcore;
	return 0;
}

/* --- reading one --- */

static void spend(struct vmcore *vmcore, size_t pages)
{
	vmcore->pages_left -= pages < vmcore->pages_left ? pages : vmcore->pages_left;
}

static uint64_t hash_of(const void *data, size_t size)
{
	return bytes_hash((struct bytes){ data, size });
}

/* The first CPU's registers as the kernel saved them. */
static int hash_registers(const struct crash_dump *dump, uint64_t *ret_hash)
{
	const struct elf_note *note = elf_notes_find(&dump->notes, "CORE", NT_PRSTATUS);
	_cleanup_free_ uint8_t *data = NULL;
	int r = note ? elf_note_read(note, &dump->reader, &data) : 0;

	if (r == 0)
		*ret_hash = note ? hash_of(data, note->size) : 0;
	return r;
}

/* What is in every dump of the same crash, and that it is the slim one. */
static int hash_crash(const struct crash_dump *dump, uint64_t *ret_hash)
{
	uint64_t registers = 0;
	int r = hash_registers(dump, &registers);
	const uint64_t values[] = {
		(uint64_t)dump->time,
		dump->slim,
		dump->info.text
			? hash_of(dump->info.text, strnlen(dump->info.text, dump->info.size))
			: 0,
		registers,
	};

	/* those that a damaged file has for ever do not change what it is known by */
	if (r < 0 && r != -EFBIG && r != -ENODATA)
		return r;
	*ret_hash = hash_of(values, sizeof(values));
	return 0;
}

static bool is_known(const struct vmcore *vmcore)
{
	const struct source_env *env = vmcore->env;

	return env->known && env->known(env->context, vmcore->crash.key);
}

/* One of the logs that mce-slimdump put into its file. Errors: -ENOENT: it has none. */
static int own_text(const struct crash_dump *dump, uint32_t type, const char *path, char **ret_text,
		    size_t *ret_size)
{
	int r = crash_dump_text(dump, type, ret_text, ret_size);

	if (r != -EFBIG && r != -ENODATA)
		return r;
	log_warning("vmcore: %s: the kernel log in it is cut off; not read", path);
	return -ENOENT;
}

/*
 * The crashed kernel's log is as good as one beside the file. Where the error hit that log there
 * is what the crash left for the capture kernel to find.
 */
static int take_own_log(struct vmcore *vmcore, const struct crash_dump *dump, const char *path)
{
	struct kernel_log *log = &vmcore->previous.log;
	_cleanup_free_ char *text = NULL;
	size_t size = 0;
	int r = own_text(dump, NOTE_OWN_LOG, path, &text, &size);

	if (r == 0) {
		r = kernel_log_parse(log, text, size, vmcore->crash.time_us);
		vmcore->crash.uptime_us = r == 0 ? log->end.printk_us : -1;
		return r;
	}
	if (r == -ENOENT)
		r = own_text(dump, NOTE_OWN_CAPTURE_LOG, path, &text, &size);
	if (r == 0)
		return left_log_read(log, text, size, vmcore->crash.time_us);
	return r == -ENOENT ? 0 : r;
}

/* A file beside a dump; NULL: none that can be read, of which the source kdump says why. */
static char *read_beside(struct vmcore *vmcore, const char *path, const char *name,
			 size_t *ret_size)
{
	_cleanup_free_ char *beside = NULL, *text = NULL;
	struct stat st;

	if (asprintf(&beside, "%.*s%s", (int)(name_of(path) - path), path, name) < 0)
		return NULL;
	if (tree_read(vmcore->env->root, beside, LOG_SIZE_MAX, &text, ret_size, &st) ||
	    crash_files_distrust(&vmcore->files, &st))
		return NULL;
	return take_ptr(text);
}

/* The log of the same crash: on Debian it has the same stamp, elsewhere the directory to itself. */
static char *read_log_beside(struct vmcore *vmcore, const char *path, size_t *ret_size)
{
	const char *stamp = strchr(name_of(path), '.');
	char *text = read_beside(vmcore, path, "vmcore-dmesg.txt", ret_size);
	char name[64];

	if (!text)
		text = read_beside(vmcore, path, "dmesg.txt", ret_size);
	if (text || !stamp)
		return text;
	snprintf(name, sizeof(name), "dmesg%s", stamp);
	return read_beside(vmcore, path, name, ret_size);
}

/* Of a whole dump the log beside it says why; its machine checks are the source kdump's. */
static int take_reason_beside(struct vmcore *vmcore, const char *path)
{
	_cleanup_free_ char *text = NULL;
	_cleanup_(kernel_log_done) struct kernel_log log = { 0 };
	struct crash *crash = &vmcore->crash;
	size_t size = 0;
	int r;

	text = read_log_beside(vmcore, path, &size);
	if (!text)
		return 0;
	spend(vmcore, dump_pages(size));
	r = kernel_log_parse(&log, text, size, crash->time_us);
	if (r < 0)
		return r;
	crash->by_hardware = panic_by_hardware(&log.end.panic);
	crash->uptime_us = log.end.printk_us;
	memcpy(crash->reason, log.end.panic.words, sizeof(log.end.panic.words));
	if (!crash->time_us)
		crash->time_us = log.end.time_us;
	return 0;
}

static int take_dump(struct vmcore *vmcore, const struct crash_dump *dump, const char *path)
{
	struct crash *crash = &vmcore->crash;
	uint64_t hash;
	int r = hash_crash(dump, &hash);

	if (r < 0)
		return r;
	*crash = (struct crash){
		.source = SOURCE_VMCORE,
		.time_us = dump->time * SECOND_US,
		.uptime_us = -1,
		.is_slim = dump->slim,
		.by_hardware = dump->slim,
	};
	previous_crash_name(crash, hash, path);
	if (is_known(vmcore))
		return 0;
	if (dump->notes.problem[0])
		log_warning("vmcore: %s: %s; what is there is taken", path, dump->notes.problem);
	if (!dump->slim)
		return take_reason_beside(vmcore, path);
	snprintf(crash->reason, sizeof(crash->reason), "%s", dump->cause);
	return take_own_log(vmcore, dump, path);
}

/* NULL: it is a kernel's. */
static const char *why_foreign(const struct crash_dump *dump)
{
	if (dump->info.text || dump->slim || dump->format == CRASH_KDUMP)
		return NULL;
	return "a core file without VMCOREINFO, of no kernel";
}

/* Returns 0, with the reason for not taking the file in *ret_refused if there is one; -ENOMEM. */
static int read_headers(struct vmcore *vmcore, int fd, const char *path, struct crash_dump *dump,
			const char **ret_refused)
{
	const size_t pages =
		vmcore->pages_left < DUMP_PAGES_MAX ? vmcore->pages_left : DUMP_PAGES_MAX;
	struct dump_bounded bounded = { .file = dump_reader_of_fd(&fd), .pages_left = pages };
	const struct dump_reader reader = dump_reader_bounded(&bounded);
	int r = crash_dump_read(dump, &reader);

	if (r == 0)
		*ret_refused = why_foreign(dump);
	if (r == 0 && !*ret_refused)
		r = take_dump(vmcore, dump, path);
	spend(vmcore, pages - bounded.pages_left);
	if (r == -ENOMEM)
		return r;
	if (r == -E2BIG)
		*ret_refused = "more headers and notes than a dump has";
	else if (r < 0)
		*ret_refused = dump->notes.problem[0] ? dump->notes.problem : strerror(-r);
	return 0;
}

static void forget(struct vmcore *vmcore)
{
	kernel_log_done(&vmcore->previous.log);
	vmcore->previous = (struct previous_log){ 0 };
	vmcore->crash = (struct crash){ 0 };
}

static int read_dump(struct vmcore *vmcore, const char *path)
{
	_cleanup_(crash_dump_free) struct crash_dump dump = { 0 };
	const char *refused = NULL;
	struct stat st;
	_cleanup_close_ int fd = tree_open(vmcore->env->root, path, &st, &refused);
	int r = 0;

	forget(vmcore);
	if (fd >= 0)
		refused = crash_files_distrust(&vmcore->files, &st);
	if (!refused)
		r = read_headers(vmcore, fd, path, &dump, &refused);
	if (r < 0)
		return r;
	if (!refused && tree_has_changed(fd, &st))
		refused = "changed while it was read";
	if (refused) {
		log_warning("vmcore: %s: %s; nothing of it is taken", path, refused);
		forget(vmcore);
	}
	return 0;
}

/* --- handing over --- */

/* The crash last: where the store has it, it has what is in the log, too. */
static int deliver(struct vmcore *vmcore)
{
	const struct crash *crash = &vmcore->crash;
	int r = previous_log_deliver(&vmcore->previous, SOURCE_VMCORE, vmcore->env, vmcore->intake,
				     &vmcore->n_new);

	bool is_new;

	if (r != 0 || !crash->key[0])
		return r;
	is_new = !is_known(vmcore);
	r = previous_crash_deliver(crash, vmcore->env, vmcore->intake);
	if (r == 0 && is_new && crash->is_slim)
		log_notice("vmcore: %s: crashed by a hardware error, no memory dump kept: %s",
			   crash->place, crash->reason);
	return r;
}

static int take_file(struct vmcore *vmcore, const char *path)
{
	int r = 0;

	if (dump_kind_of(name_of(path)) != DUMP_WHOLE)
		return 0;
	if (!vmcore->is_read)
		r = read_dump(vmcore, path);
	if (r < 0)
		return r;
	vmcore->is_read = true;
	return deliver(vmcore);
}

static int vmcore_drain(struct source *source)
{
	struct vmcore *vmcore = vmcore_of(source);

	while (vmcore->left && (vmcore->pages_left || vmcore->is_read)) {
		int r = take_file(vmcore, vmcore->files.paths[vmcore->left - 1]);

		if (r != 0)
			return r;
		vmcore->is_read = false;
		vmcore->left--;
	}
	if (vmcore->left)
		log_warning("vmcore: %zu crash dumps were not looked at: too much in the others",
			    vmcore->left);
	vmcore->left = 0;
	return 0;
}

static int vmcore_fd(struct source *source)
{
	(void)source;
	return -1;
}

/* Nothing waits for it: what was read stays where it is. */
static void vmcore_committed(struct source *source)
{
	(void)source;
}

static void vmcore_describe(struct source *source, char *buffer, size_t size)
{
	const struct vmcore *vmcore = vmcore_of(source);

	snprintf(buffer, size, "%zu crash dump%s, %u new machine check%s", vmcore->n_dumps,
		 vmcore->n_dumps == 1 ? "" : "s", vmcore->n_new, vmcore->n_new == 1 ? "" : "s");
}

static void vmcore_close(struct source *source)
{
	if (source)
		vmcore_free(vmcore_of(source));
}

const struct source_ops source_vmcore = {
	.name = "vmcore",
	.summary = "headers and notes of crash dumps (/var/crash)",
	.probe = vmcore_probe,
	.open = vmcore_open,
	.fd = vmcore_fd,
	.drain = vmcore_drain,
	.committed = vmcore_committed,
	.describe = vmcore_describe,
	.close = vmcore_close,
};
