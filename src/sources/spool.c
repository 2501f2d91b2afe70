// SPDX-License-Identifier: GPL-2.0-only
#include "sources/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/cleanup.h"
#include "util/log.h"

/*
 * File: header, description, cursors, slot marks, then the slots, page
 * aligned. Host byte order and layout: the file never leaves the machine.
 */
static const char spool_magic[8] = "mcespl1";

enum { SPOOL_ALIGN = 4096, SPOOL_DESCRIPTION_MAX = 32768, SPOOL_SLOTS_MAX = 65536 };

struct spool_header {
	char magic[8];
	uint64_t life; /* ascending from file to file */
	uint64_t identity;
	sd_id128_t boot;
	uint64_t slot_size;
	uint32_t n_slots;
	uint32_t n_tags;
	uint32_t description_size; /* with its NUL */
	uint32_t pad;
};

struct spool_mark {
	uint64_t seq;
	uint64_t time;
	uint32_t ordinal;
	uint32_t tag;
};

struct spool_file {
	char *path;
	struct spool_header *header;
	size_t size;
	const char *description;
	struct spool_cursor *cursors;
	struct spool_mark *marks;
	uint8_t *slots;
};

struct spool {
	struct spool_file file;
	struct spool_slot *slots;
	unsigned int *free_list; /* indexes of slots that are empty */
	unsigned int n_free;
	uint64_t next_seq;
	bool (*filled)(const uint8_t *data, size_t size);
	struct spool_file *old; /* of earlier lives, by life */
	size_t n_old;
	bool replayed;
};

static size_t align_up(size_t size)
{
	return (size + SPOOL_ALIGN - 1) / SPOOL_ALIGN * SPOOL_ALIGN;
}

static size_t cursors_offset(const struct spool_header *header)
{
	return (sizeof(*header) + header->description_size + 15) & ~(size_t)15;
}

static size_t marks_offset(const struct spool_header *header)
{
	return cursors_offset(header) + header->n_tags * sizeof(struct spool_cursor);
}

static size_t slots_offset(const struct spool_header *header)
{
	return align_up(marks_offset(header) + header->n_slots * sizeof(struct spool_mark));
}

/* In 64 bits: a header that was not made here may ask for more than 32-bit memory has. */
static uint64_t file_size(const struct spool_header *header)
{
	return slots_offset(header) + (uint64_t)header->n_slots * align_up(header->slot_size);
}

/* Whether the numbers of a header can be computed with. */
static bool header_sane(const struct spool_header *header)
{
	return memcmp(header->magic, spool_magic, sizeof(spool_magic)) == 0 && header->slot_size &&
	       header->slot_size <= 1 << 24 && header->n_slots &&
	       header->n_slots <= SPOOL_SLOTS_MAX && header->n_tags <= SPOOL_SLOTS_MAX &&
	       header->description_size && header->description_size <= SPOOL_DESCRIPTION_MAX &&
	       file_size(header) <= SIZE_MAX / 2;
}

static void file_close(struct spool_file *file)
{
	if (file->header)
		munmap(file->header, file->size);
	free(file->path);
	*file = (struct spool_file){ 0 };
}

/* Sets the part pointers of a mapped file. */
static void file_lay_out(struct spool_file *file)
{
	char *base = (char *)file->header;

	file->description = base + sizeof(*file->header);
	file->cursors = (struct spool_cursor *)(base + cursors_offset(file->header));
	file->marks = (struct spool_mark *)(base + marks_offset(file->header));
	file->slots = (uint8_t *)base + slots_offset(file->header);
}

static uint8_t *slot_data(const struct spool_file *file, unsigned int index)
{
	return file->slots + (size_t)index * align_up(file->header->slot_size);
}

/* Maps a file of an earlier life. -EBADMSG when it is none of ours. */
static int file_map_old(const char *path, struct spool_file *ret_file)
{
	_cleanup_close_ int fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	struct spool_file file = { 0 };
	struct spool_header header;
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return -errno;
	if (pread(fd, &header, sizeof(header), 0) != sizeof(header) || !header_sane(&header) ||
	    (uint64_t)st.st_size != file_size(&header))
		return -EBADMSG;

	file.size = (size_t)st.st_size;
	file.header = mmap(NULL, file.size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (file.header == MAP_FAILED)
		return -errno;
	file_lay_out(&file);
	file.path = strdup(path);
	if (!file.path || file.description[file.header->description_size - 1] != '\0') {
		int r = file.path ? -EBADMSG : -ENOMEM;

		file_close(&file);
		return r;
	}
	*ret_file = file;
	return 0;
}

/* Goes on where the last life of the same boot stood. */
static void inherit_cursors(const struct spool_file *last, struct spool_file *file)
{
	unsigned int n = file->header->n_tags;

	if (!last || !sd_id128_equal(last->header->boot, file->header->boot))
		return;
	if (n > last->header->n_tags)
		n = last->header->n_tags;
	memcpy(file->cursors, last->cursors, n * sizeof(*last->cursors));
}

/*
 * Creates and maps the file with every page present, so that no later write
 * can fail. It gets its name when it is whole, cursors of the last life
 * included: they are all that tells events of one moment apart.
 */
static int file_create(const char *path, const char *unfinished, const struct spool_header *header,
		       const char *description, const struct spool_file *last,
		       struct spool_file *ret_file)
{
	_cleanup_close_ int fd = open(unfinished, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
	struct spool_file file = { .size = (size_t)file_size(header) };
	int r;

	if (fd < 0)
		return -errno;
	r = -posix_fallocate(fd, 0, (off_t)file.size);
	if (r < 0)
		goto remove;
	r = -ENOMEM;
	file.path = strdup(path);
	file.header = mmap(NULL, file.size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (file.header == MAP_FAILED)
		file.header = NULL;
	if (!file.path || !file.header)
		goto remove;
	memset(file.header, 0, file.size);
	*file.header = *header;
	memcpy((char *)file.header + sizeof(*header), description, header->description_size);
	file_lay_out(&file);
	inherit_cursors(last, &file);
	r = rename(unfinished, path) < 0 ? -errno : 0;
	if (r < 0)
		goto remove;
	*ret_file = file;
	return 0;
remove:
	file_close(&file);
	unlink(unfinished);
	return r;
}

static int by_life(const void *a, const void *b)
{
	const struct spool_file *x = a, *y = b;

	return x->header->life < y->header->life ? -1 : x->header->life > y->header->life;
}

/* A file that makes no sense is kept under a name that no later life looks at. */
static int set_aside(const char *path, const char *reason)
{
	char broken[ROOT_PATH_MAX + 16];

	snprintf(broken, sizeof(broken), "%s.broken", path);
	if (rename(path, broken) < 0)
		return -errno;
	log_warning("%s: %s, kept as %s", path, reason, broken);
	return 0;
}

static int add_old(struct spool *spool, const char *path)
{
	struct spool_file file, *grown;
	int r = file_map_old(path, &file);

	if (r == -EBADMSG)
		return set_aside(path, "not a spool file of this program");
	if (r < 0)
		return r;
	grown = reallocarray(spool->old, spool->n_old + 1, sizeof(*grown));
	if (!grown) {
		file_close(&file);
		return -ENOMEM;
	}
	spool->old = grown;
	spool->old[spool->n_old++] = file;
	return 0;
}

/* Whether name is BASE.<16 hex digits>. */
static bool is_spool_name(const char *name, const char *base)
{
	size_t length = strlen(base);

	return strncmp(name, base, length) == 0 && name[length] == '.' &&
	       strspn(name + length + 1, "0123456789abcdef") == 16 && name[length + 17] == '\0';
}

static int find_old(struct spool *spool, const struct root *root, const char *path)
{
	_cleanup_free_ char *directory_path = strdup(path);
	_cleanup_closedir_ DIR *directory = NULL;
	const char *base = strrchr(path, '/') + 1;
	struct dirent *entry;
	int r;

	if (!directory_path)
		return -ENOMEM;
	directory_path[base - path] = '\0';
	r = root_opendir(root, directory_path, &directory);
	if (r < 0)
		return r;
	while ((entry = readdir(directory))) {
		char relative[ROOT_PATH_MAX], full[ROOT_PATH_MAX];

		if (!is_spool_name(entry->d_name, base))
			continue;
		if (snprintf(relative, sizeof(relative), "%s%s", directory_path, entry->d_name) >=
		    (int)sizeof(relative))
			return -ENAMETOOLONG;
		r = add_old(spool, root_path(root, relative, full));
		if (r < 0) {
			log_warning("%s: cannot read this spool file, kept: %s", full,
				    strerror(-r));
			continue;
		}
	}
	if (spool->n_old)
		qsort(spool->old, spool->n_old, sizeof(*spool->old), by_life);
	return 0;
}

static int make_file(struct spool *spool, const struct root *root, const char *path,
		     const struct spool_params *params)
{
	const struct spool_file *last = spool->n_old ? &spool->old[spool->n_old - 1] : NULL;
	struct spool_header header = {
		.life = last ? last->header->life + 1 : 1,
		.boot = params->boot,
		.slot_size = params->slot_size,
		.n_slots = params->n_slots,
		.n_tags = params->n_tags,
		.description_size = (uint32_t)strlen(params->description) + 1,
	};
	char relative[ROOT_PATH_MAX], full[ROOT_PATH_MAX], unfinished[ROOT_PATH_MAX];

	memcpy(header.magic, spool_magic, sizeof(spool_magic));
	if (getrandom(&header.identity, sizeof(header.identity), 0) != sizeof(header.identity))
		return -errno;
	if (!header_sane(&header))
		return -EINVAL;
	if (snprintf(relative, sizeof(relative), "%s.%016" PRIx64, path, header.identity) >=
	    (int)sizeof(relative))
		return -ENAMETOOLONG;
	root_path(root, relative, full);
	if (snprintf(relative, sizeof(relative), "%s.new", path) >= (int)sizeof(relative))
		return -ENAMETOOLONG;
	return file_create(full, root_path(root, relative, unfinished), &header,
			   params->description, last, &spool->file);
}

static int make_slots(struct spool *spool)
{
	unsigned int n = spool->file.header->n_slots;

	spool->slots = calloc(n, sizeof(*spool->slots));
	spool->free_list = calloc(n, sizeof(*spool->free_list));
	if (!spool->slots || !spool->free_list)
		return -ENOMEM;
	for (unsigned int i = 0; i < n; i++) {
		spool->slots[i].data = slot_data(&spool->file, i);
		spool->slots[i].size = spool->file.header->slot_size;
		spool->free_list[spool->n_free++] = n - 1 - i;
	}
	return 0;
}

DEFINE_CLEANUP(struct spool *, spool_close, spool_close)

int spool_open(const struct root *root, const char *path, const struct spool_params *params,
	       struct spool **ret_spool)
{
	_cleanup_(spool_close_cleanup) struct spool *spool = calloc(1, sizeof(*spool));
	int r;

	if (!spool)
		return -ENOMEM;
	spool->filled = params->filled;
	spool->next_seq = 1;
	r = find_old(spool, root, path);
	if (r < 0)
		return r;
	r = make_file(spool, root, path, params);
	if (r < 0)
		return r;
	r = make_slots(spool);
	if (r < 0)
		return r;
	*ret_spool = take_ptr(spool);
	return 0;
}

void spool_close(struct spool *spool)
{
	if (!spool)
		return;
	for (size_t i = 0; i < spool->n_old; i++)
		file_close(&spool->old[i]);
	free(spool->old);
	free(spool->slots);
	free(spool->free_list);
	file_close(&spool->file);
	free(spool);
}

uint64_t spool_identity(const struct spool *spool)
{
	return spool->file.header->identity;
}

struct spool_cursor *spool_cursor(struct spool *spool, unsigned int tag)
{
	return &spool->file.cursors[tag];
}

static int by_seq(const void *a, const void *b)
{
	const struct spool_slot *x = a, *y = b;

	return x->seq < y->seq ? -1 : x->seq > y->seq;
}

/* Taken, and the read came back; a slot that is being cleared is free already. */
static bool slot_is_filled(const struct spool *spool, const struct spool_file *file,
			   unsigned int index)
{
	return file->marks[index].seq &&
	       spool->filled(slot_data(file, index), file->header->slot_size);
}

/* The filled slots of a file in order; returns their number or -ENOMEM. */
static int filled_slots(const struct spool *spool, const struct spool_file *file,
			struct spool_slot **ret_slots)
{
	unsigned int n = file->header->n_slots, found = 0;
	struct spool_slot *slots = calloc(n, sizeof(*slots));

	if (!slots)
		return -ENOMEM;
	for (unsigned int i = 0; i < n; i++) {
		const struct spool_mark *mark = &file->marks[i];
		uint8_t *data = slot_data(file, i);

		if (!slot_is_filled(spool, file, i))
			continue;
		slots[found++] = (struct spool_slot){
			.data = data,
			.size = file->header->slot_size,
			.seq = mark->seq,
			.tag = mark->tag,
			.mark_time = mark->time,
			.mark_ordinal = mark->ordinal,
		};
	}
	qsort(slots, found, sizeof(*slots), by_seq);
	*ret_slots = slots;
	return (int)found;
}

/* The file of an earlier life is done with. */
static void file_remove(struct spool_file *file)
{
	if (unlink(file->path) < 0 && errno != ENOENT)
		log_warning("%s: cannot remove: %s", file->path, strerror(errno));
	file_close(file);
}

static int replay_file(struct spool *spool, const struct spool_file *file,
		       int (*each)(void *, const struct spool_slot *, const struct spool_info *),
		       void *context)
{
	const struct spool_info info = {
		.identity = file->header->identity,
		.boot = file->header->boot,
		.description = file->description,
	};
	_cleanup_free_ struct spool_slot *slots = NULL;
	int n = filled_slots(spool, file, &slots);

	for (int i = 0; i < n; i++) {
		int r = each(context, &slots[i], &info);

		if (r < 0)
			return r;
	}
	return n < 0 ? n : 0;
}

static bool file_is_empty(const struct spool *spool, const struct spool_file *file)
{
	for (unsigned int i = 0; i < file->header->n_slots; i++)
		if (slot_is_filled(spool, file, i))
			return false;
	return true;
}

int spool_replay(struct spool *spool,
		 int (*each)(void *context, const struct spool_slot *slot,
			     const struct spool_info *info),
		 void *context)
{
	size_t kept = 0;

	for (size_t i = 0; i < spool->n_old; i++) {
		int r = replay_file(spool, &spool->old[i], each, context);

		if (r == -EBADMSG)
			r = set_aside(spool->old[i].path, "its slots cannot be understood");
		else if (r == 0)
			continue;
		if (r < 0)
			return r;
		file_close(&spool->old[i]);
	}
	for (size_t i = 0; i < spool->n_old; i++) {
		if (!spool->old[i].header)
			continue;
		if (file_is_empty(spool, &spool->old[i]))
			file_remove(&spool->old[i]);
		else
			spool->old[kept++] = spool->old[i];
	}
	spool->n_old = kept;
	spool->replayed = true;
	return 0;
}

/*
 * The compiler must not move stores over this: a kill may come between any two
 * instructions, and the page cache has the stores in program order.
 */
static void in_order(void)
{
	atomic_signal_fence(memory_order_seq_cst);
}

/*
 * Makes every page of a slot writable: one that the kernel has just written to
 * disk faults, and a read(2) that is killed in that fault has consumed for nothing.
 */
static void slot_touch(struct spool_slot *slot)
{
	for (size_t at = 0; at < slot->size; at += SPOOL_ALIGN)
		*(volatile uint8_t *)(slot->data + at) = 0;
}

struct spool_slot *spool_take(struct spool *spool, uint32_t tag, uint64_t mark_time,
			      uint32_t mark_ordinal)
{
	struct spool_slot *slot;
	unsigned int index;

	if (!spool->n_free)
		return NULL;
	index = spool->free_list[--spool->n_free];
	slot = &spool->slots[index];
	slot->seq = spool->next_seq++;
	slot->tag = tag;
	slot->mark_time = mark_time;
	slot->mark_ordinal = mark_ordinal;

	slot_touch(slot);
	spool->file.marks[index] = (struct spool_mark){
		.time = mark_time,
		.ordinal = mark_ordinal,
		.tag = tag,
	};
	in_order();
	spool->file.marks[index].seq = slot->seq;
	in_order();
	return slot;
}

void spool_untake(struct spool *spool, struct spool_slot *slot)
{
	unsigned int index = (unsigned int)(slot - spool->slots);

	/* the mark first: half a slot that counts as filled would be another record */
	spool->file.marks[index].seq = 0;
	in_order();
	memset(slot->data, 0, slot->size);
	in_order();
	slot->seq = 0;
	spool->free_list[spool->n_free++] = index;
}

static void remove_old(struct spool *spool)
{
	for (size_t i = 0; i < spool->n_old; i++)
		file_remove(&spool->old[i]);
	spool->n_old = 0;
}

void spool_free_all(struct spool *spool)
{
	for (unsigned int i = 0; i < spool->file.header->n_slots; i++)
		if (spool->slots[i].seq)
			spool_untake(spool, &spool->slots[i]);
	if (spool->replayed)
		remove_old(spool);
}
