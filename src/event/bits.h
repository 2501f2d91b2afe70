/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * bits: register fields by the bit numbers that the manuals print, and the
 * MCi_STATUS and MCG_STATUS bits that rules and facts are made of.
 */
#pragma once

#include <stdint.h>

#define BIT64(n) (UINT64_C(1) << (n))

/* Bits high..low of value, as the manuals write [high:low]; 0 <= low <= high <= 63. */
static inline uint64_t bits(uint64_t value, unsigned int high, unsigned int low)
{
	return (value >> low) & (UINT64_MAX >> (63 - (high - low)));
}

/* MCi_STATUS, the part that all vendors share: SDM Vol. 3B 16.3.2.2; APM Vol. 2 9.3.2.1. */
#define STATUS_VAL   BIT64(63)
#define STATUS_OVER  BIT64(62)
#define STATUS_UC    BIT64(61)
#define STATUS_EN    BIT64(60)
#define STATUS_MISCV BIT64(59)
#define STATUS_ADDRV BIT64(58)
#define STATUS_PCC   BIT64(57)

/* Intel only, with MCG_SER_P: SDM Vol. 3B 16.6.2. */
#define STATUS_S  BIT64(56)
#define STATUS_AR BIT64(55)

/* AMD only: AMD PPR for family 17h (54945), MCA_STATUS. */
#define STATUS_CORE_ID_VALID BIT64(56)
#define STATUS_TCC	     BIT64(55)
#define STATUS_SYNDV	     BIT64(53)
#define STATUS_DEFERRED	     BIT64(44)
#define STATUS_POISON	     BIT64(43)

/* MCG_STATUS: SDM Vol. 3B 16.3.1.2. */
#define MCG_RIPV BIT64(0)
#define MCG_EIPV BIT64(1)
#define MCG_MCIP BIT64(2)
#define MCG_LMCE BIT64(3)

/* MCG_CAP: SDM Vol. 3B 16.3.1.1. */
#define MCG_CMCI_P BIT64(10)
#define MCG_TES_P  BIT64(11)
#define MCG_SER_P  BIT64(24)
