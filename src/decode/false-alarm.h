/* SPDX-License-Identifier: GPL-2.0-only */
/* false-alarm: records that processors are known to make without an error behind them. */
#pragma once

#include "event/record.h"

/*
 * What the record is instead of an error, one static phrase; NULL for any other
 * record. As total and pure as decode(). A record that does not say its CPU, or
 * on SMCA its bank type, is never one.
 */
const char *decode_false_alarm(const struct record *record);
