// SPDX-License-Identifier: GPL-2.0-only
#include "credentials.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "util/cleanup.h"
#include "util/log.h"
#include "util/root.h"

/* What to become. */
struct identity {
	uid_t uid;
	gid_t gid;
	const char *name; /* for the user's other groups; NULL: there are none */
};

static bool is_given(const char *name)
{
	return name && strcmp(name, "*") != 0;
}

/* A number as id. Errors: -EINVAL for a name. */
static int parse_id(const char *text, unsigned int *ret_id)
{
	size_t digits = strspn(text, "0123456789");

	/* all ones is no id, it says "unchanged" */
	if (!digits || digits > 9 || text[digits])
		return -EINVAL;
	*ret_id = (unsigned int)strtoul(text, NULL, 10);
	return 0;
}

static int find_user(const char *name, struct identity *identity)
{
	const struct passwd *entry = getpwnam(name);
	unsigned int id;

	if (!entry && parse_id(name, &id) == 0) {
		identity->uid = id;
		entry = getpwuid(id);
		if (!entry)
			return 0;
	}
	if (!entry)
		return -ENOENT;
	identity->uid = entry->pw_uid;
	identity->gid = entry->pw_gid;
	identity->name = name;
	return 0;
}

int credentials_find_group(const char *name, gid_t *ret_gid)
{
	const struct group *entry = getgrnam(name);
	unsigned int id;

	if (entry)
		*ret_gid = entry->gr_gid;
	else if (parse_id(name, &id) == 0)
		*ret_gid = id;
	else
		return -ENOENT;
	return 0;
}

int credentials_find_user(const char *name, uid_t *ret_uid)
{
	struct identity identity = { 0 };
	int r = find_user(name, &identity);

	if (r == 0)
		*ret_uid = identity.uid;
	return r;
}

/* Errors, logged: -ENOENT. */
static int find_identity(const struct config *config, struct identity *ret_identity)
{
	struct identity identity = { .uid = geteuid(), .gid = getegid() };
	const char *user = config->run_credentials_user, *group = config->run_credentials_group;

	if (is_given(user) && find_user(user, &identity) < 0) {
		log_error("run-credentials-user = %s: there is no such user", user);
		return -ENOENT;
	}
	if (is_given(group) && credentials_find_group(group, &identity.gid) < 0) {
		log_error("run-credentials-group = %s: there is no such group", group);
		return -ENOENT;
	}
	*ret_identity = identity;
	return 0;
}

/* Whether pages or CPUs may have to go offline: their files are root's. */
static bool wants_offlining(const struct config *config)
{
	if (config->dry_run)
		return false;
	switch (config->page.action) {
	case CONFIG_PAGE_OFF:
	case CONFIG_PAGE_ACCOUNT:
		break;
	case CONFIG_PAGE_SOFT:
	case CONFIG_PAGE_HARD:
	case CONFIG_PAGE_SOFT_THEN_HARD:
		return true;
	}
	return config->cache.cpu_offline;
}

/* Links are not followed: what they point to is none of the daemon's. */
static int give_state_away(const struct config *config, uid_t uid)
{
	_cleanup_closedir_ DIR *directory = NULL;
	struct dirent *entry;
	struct root root;
	int r = root_init(&root, config->root);

	if (r == 0)
		r = root_opendir(&root, config->state_dir, &directory);
	if (r < 0)
		return r;
	while ((entry = readdir(directory)))
		if (strcmp(entry->d_name, "..") != 0 &&
		    fchownat(dirfd(directory), entry->d_name, uid, (gid_t)-1, AT_SYMLINK_NOFOLLOW) <
			    0 &&
		    errno != ENOENT)
			return -errno;
	return 0;
}

/* Only those of mask that the process has; then it cannot get any back. */
static int keep_capabilities(uint32_t mask)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = { 0 };

	if (syscall(SYS_capget, &header, data) < 0)
		return -errno;
	mask &= data[0].permitted;
	memset(data, 0, sizeof(data));
	data[0].permitted = data[0].effective = mask;
	if (syscall(SYS_capset, &header, data) < 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -errno;
	return 0;
}

static int change_groups(const struct identity *identity)
{
	int r = identity->name ? initgroups(identity->name, identity->gid) : setgroups(0, NULL);

	return r < 0 || setresgid(identity->gid, identity->gid, identity->gid) < 0 ? -errno : 0;
}

static int change_user(const struct config *config, const struct identity *identity)
{
	uint32_t mask = wants_offlining(config) ? 1u << CAP_SYS_ADMIN | 1u << CAP_DAC_OVERRIDE : 0;

	if (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) < 0 ||
	    setresuid(identity->uid, identity->uid, identity->uid) < 0)
		return -errno;
	return keep_capabilities(mask);
}

static int change(const struct config *config, const struct identity *identity)
{
	bool user_changes = identity->uid != geteuid();
	int r = user_changes ? give_state_away(config, identity->uid) : 0;

	if (r == 0)
		r = change_groups(identity);
	if (r == 0 && user_changes)
		r = change_user(config, identity);
	return r;
}

int credentials_drop(const struct config *config)
{
	struct identity identity;
	int r = find_identity(config, &identity);

	if (r < 0)
		return r;
	if (identity.uid == geteuid() && identity.gid == getegid())
		return 0;
	r = change(config, &identity);
	if (r < 0) {
		log_error("run-credentials-user, run-credentials-group: cannot become uid %u, gid "
			  "%u: %s%s",
			  identity.uid, identity.gid, strerror(-r),
			  r == -EPERM ? "; in a systemd unit, User= and Group= do it" : "");
		return r;
	}
	log_info("runs as uid %u, gid %u%s", identity.uid, identity.gid,
		 identity.uid && wants_offlining(config)
			 ? ", with CAP_SYS_ADMIN and CAP_DAC_OVERRIDE for offlining"
			 : "");
	return 0;
}

static unsigned int check_user(const struct config *config, const char *key, const char *name)
{
	struct identity identity;

	if (!is_given(name) || find_user(name, &identity) == 0)
		return 0;
	log_warning("%s: %s = %s: there is no such user", config->config_file, key, name);
	return 1;
}

static unsigned int check_group(const struct config *config, const char *key, const char *name)
{
	gid_t gid;

	if (!is_given(name) || credentials_find_group(name, &gid) == 0)
		return 0;
	log_warning("%s: %s = %s: there is no such group", config->config_file, key, name);
	return 1;
}

unsigned int credentials_check(const struct config *config)
{
	return check_user(config, "run-credentials-user", config->run_credentials_user) +
	       check_group(config, "run-credentials-group", config->run_credentials_group) +
	       check_user(config, "[server] client-user", config->server.client_user) +
	       check_group(config, "[server] client-group", config->server.client_group);
}
