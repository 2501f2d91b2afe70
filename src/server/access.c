// SPDX-License-Identifier: GPL-2.0-only
#include "server/access.h"

#include <errno.h>
#include <unistd.h>

#include "util/cleanup.h"

/* NGROUPS_MAX of Linux: more than that no process has. */
enum { GROUPS_MAX = 65536 };

/* Whether a supplementary group of the peer is gid. Errors: -errno. */
static int peer_in_group(int fd, gid_t gid)
{
	_cleanup_free_ gid_t *groups = calloc(GROUPS_MAX, sizeof(*groups));
	socklen_t size = GROUPS_MAX * sizeof(*groups);

	if (!groups)
		return -ENOMEM;
	if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups, &size) < 0)
		return -errno;
	for (size_t i = 0; i < size / sizeof(*groups); i++)
		if (groups[i] == gid)
			return 1;
	return 0;
}

static int access_of_group(int fd, const struct server_params *params, gid_t primary)
{
	if (!params->has_group)
		return 0;
	if (primary == params->client_gid)
		return 1;
	return peer_in_group(fd, params->client_gid);
}

int access_check(int fd, const struct server_params *params, struct ucred *ret_peer,
		 enum access *ret_access)
{
	struct ucred peer;
	socklen_t size = sizeof(peer);
	int r;

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) < 0)
		return -errno;
	if (peer.uid == 0 || peer.uid == geteuid()) {
		*ret_access = ACCESS_PRIVILEGED;
	} else if (params->any_user || (params->has_user && peer.uid == params->client_uid)) {
		*ret_access = ACCESS_GRANTED;
	} else {
		r = access_of_group(fd, params, peer.gid);
		if (r < 0)
			return r;
		*ret_access = r ? ACCESS_GRANTED : ACCESS_REFUSED;
	}
	*ret_peer = peer;
	return 0;
}
