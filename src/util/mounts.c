// SPDX-License-Identifier: GPL-2.0-only
#include "util/mounts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "util/cleanup.h"

enum { MOUNTINFO_MAX = 16 << 20 };

static const char *const hanging_types[] = {
	"9p",	  "afs",   "autofs", "beegfs", "ceph",	"cifs",	    "coda", "gfs2",  "gpfs",
	"lustre", "ncpfs", "nfs",    "nfs4",   "ocfs2", "orangefs", "smb3", "smbfs",
};

void mounts_free(struct mounts *mounts)
{
	free(mounts->mounts);
	free(mounts->text);
	*mounts = (struct mounts){ 0 };
}

/* "\040" and the like, in place. */
static void unescape(char *text)
{
	char *out = text;

	for (; *text; text++) {
		if (text[0] == '\\' && text[1] >= '0' && text[1] <= '3' && text[2] >= '0' &&
		    text[2] <= '7' && text[3] >= '0' && text[3] <= '7') {
			*out++ = (char)((text[1] - '0') << 6 | (text[2] - '0') << 3 |
					(text[3] - '0'));
			text += 3;
		} else {
			*out++ = *text;
		}
	}
	*out = '\0';
}

static int add_mount(struct mounts *mounts, const struct mount *mount)
{
	struct mount *grown = mounts->mounts;

	/* a power of two is full */
	if ((mounts->n & (mounts->n - 1)) == 0)
		grown = reallocarray(grown, mounts->n ? mounts->n * 2 : 1, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	mounts->mounts = grown;
	grown[mounts->n++] = *mount;
	return 0;
}

/* "36 35 98:0 /mnt1 /mnt/parent rw,noatime master:1 - ext3 /dev/root rw" */
static int take_line(struct mounts *mounts, char *line)
{
	enum { ID, PARENT, DEVICE, ORIGIN, POINT, FIELDS };
	char *fields[FIELDS] = { NULL }, *rest = line, *field = NULL;
	struct mount mount;

	for (int i = 0; i < FIELDS; i++)
		fields[i] = strsep(&rest, " ");
	while (rest && (field = strsep(&rest, " ")) && strcmp(field, "-") != 0)
		;
	if (!fields[POINT] || *fields[POINT] != '/' || !rest)
		return 0;
	unescape(fields[ORIGIN]);
	unescape(fields[POINT]);
	mount = (struct mount){
		.id = atoi(fields[ID]),
		.parent = atoi(fields[PARENT]),
		.device = fields[DEVICE],
		.origin = fields[ORIGIN],
		.point = fields[POINT],
		.type = strsep(&rest, " "),
	};
	return add_mount(mounts, &mount);
}

int mounts_read(const struct root *root, struct mounts *ret_mounts)
{
	struct mounts mounts = { 0 };
	char *rest, *line;
	int r = root_read(root, "/proc/self/mountinfo", MOUNTINFO_MAX, &mounts.text, NULL);

	rest = mounts.text;
	while (r == 0 && (line = strsep(&rest, "\n")))
		r = take_line(&mounts, line);
	if (r < 0) {
		mounts_free(&mounts);
		return r;
	}
	*ret_mounts = mounts;
	return 0;
}

static bool is_below(const char *path, const char *point)
{
	size_t n = strlen(point);

	if (strcmp(point, "/") == 0)
		return true;
	return strncmp(path, point, n) == 0 && (path[n] == '/' || !path[n]);
}

const struct mount *mounts_find(const struct mounts *mounts, const char *path)
{
	const struct mount *found = NULL;

	for (size_t i = 0; i < mounts->n; i++) {
		const struct mount *mount = &mounts->mounts[i];

		if (is_below(path, mount->point) &&
		    (!found || strlen(mount->point) >= strlen(found->point)))
			found = mount;
	}
	return found;
}

bool mount_may_hang(const struct mount *mount)
{
	for (size_t i = 0; i < ARRAY_SIZE(hanging_types); i++)
		if (strcmp(mount->type, hanging_types[i]) == 0)
			return true;
	return strncmp(mount->type, "fuse.", strlen("fuse.")) == 0;
}
