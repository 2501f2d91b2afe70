/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * previous-boots: the system journal's boots are noted in the store, before
 * anything is read that may be of one of them.
 */
#pragma once

struct session;

/*
 * Reads the journal of the session's root and stores what it says of boots. A
 * journal that is not there or not readable is normal: boots are then those in
 * which mcelog ran. Trouble is logged. Blocks some seconds at most.
 */
void previous_boots_note(struct session *session);
