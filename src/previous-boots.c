// SPDX-License-Identifier: GPL-2.0-only
#include "previous-boots.h"

#include <errno.h>
#include <string.h>

#include "session.h"
#include "sources/boot-list.h"
#include "util/log.h"

/* Another state directory is somebody trying something out, not this machine's history. */
static bool is_wanted(const struct session *session)
{
	return !root_is_real(&session->root) || session->config->journal == CONFIG_JOURNAL_YES ||
	       strcmp(session->config->state_dir, STATE_DIR) == 0;
}

void previous_boots_note(struct session *session)
{
	struct boot boots[BOOT_LIST_MAX];
	sd_id128_t machine = SD_ID128_NULL;
	size_t n = 0;
	int r;

	if (!is_wanted(session))
		return;
	if (session->host.machine_id)
		sd_id128_from_string(session->host.machine_id, &machine);
	r = boot_list_read(&session->root, machine, boots, &n);
	if (r < 0) {
		log_line(r == -ENOENT ? LOG_DEBUG : LOG_INFO,
			 "the journal's list of boots cannot be read: %s", strerror(-r));
		return;
	}
	r = pipeline_add_boots(session->pipeline, boots, n);
	if (r < 0)
		log_warning("%s: the journal's boots cannot be stored: %s", session->database,
			    strerror(-r));
}
