/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * locator: places of modules from the texts of SMBIOS locators, where all
 * texts of the table together leave no doubt of what the numbers mean.
 *
 * No standard says how a locator is written. Taken are bank locators, or
 * locators, of these shapes, with N counted from 0:
 *
 *   PN_NodeN_ChannelN_DimmN   socket; a controller of it, or the socket again
 *   NODE N CHANNEL N DIMM N   the node is the socket
 *   _NodeN_ChannelN_DimmN     the same
 *
 * Not taken: letters and running numbers (P1-DIMMA1, CPU1_DIMM3), which are
 * names of sockets on the board, and every locator of a machine with AMD CPUs.
 * There records give the number of the memory controller, firmware another
 * number or a letter ("P0 CHANNEL C"), and the two are not in the same order:
 * by rasdaemon's label files controller 3 is channel C of one board (ASRock
 * WRX80 Creator) and channel A of another (ASRock TRX50 WS).
 */
#pragma once

#include "inventory/dimm.h"
#include "inventory/problems.h"
#include "inventory/smbios.h"

/*
 * Fills places, one for each device of the table: of all of the system's
 * memory or of none, since numbers that are wrong for one module are not to be
 * believed for the others. What is not system memory gets place_unknown().
 * Returns whether it did; problems says what contradicts itself.
 */
bool locator_places(const struct smbios *smbios, struct place *places, struct problems *problems);
