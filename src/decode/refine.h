/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * refine: what only one CPU family's registers say, called through the rows of
 * cpu-models.c after the architectural part is filled. Each adds bank_type,
 * the fact "unit" (the unit's long name), facts named "error" and the location;
 * all are as total and pure as decode(). Each has a file of its own.
 */
#pragma once

#include "decode/context.h"
#include "event/decoded.h"

typedef void refine_fn(const struct decode_context *context, struct decoded *decoded);

refine_fn refine_p6;		  /* Intel P6 family and Core 2 */
refine_fn refine_dunnington;	  /* Xeon 7400 */
refine_fn refine_p4;		  /* Pentium 4 */
refine_fn refine_tulsa;		  /* Xeon 7100 */
refine_fn refine_nehalem;	  /* Nehalem and Westmere */
refine_fn refine_nehalem_ex;	  /* Nehalem-EX and Westmere-EX */
refine_fn refine_sandy_bridge_ep; /* Sandy Bridge-EP */
refine_fn refine_ivy_bridge_ep;	  /* Ivy Bridge-EP/EX */
refine_fn refine_haswell_ep;	  /* Haswell-EP/EX */
refine_fn refine_broadwell_de;	  /* Broadwell-DE */
refine_fn refine_broadwell_ep;	  /* Broadwell-EP/EX */
refine_fn refine_knights;	  /* Knights Landing and Mill */
refine_fn refine_skylake_sp;	  /* Skylake-SP, Cascade Lake, Cooper Lake */
refine_fn refine_denverton;	  /* Denverton */
refine_fn refine_icelake_sp;	  /* Ice Lake-SP */
refine_fn refine_icelake_d;	  /* Ice Lake-D */
refine_fn refine_snow_ridge;	  /* Snow Ridge */
refine_fn refine_sapphire_rapids; /* Sapphire and Emerald Rapids */
refine_fn refine_granite_rapids;  /* Granite Rapids, Sierra Forest, Clearwater Forest */
refine_fn refine_diamond_rapids;  /* Diamond Rapids */
refine_fn refine_amd_legacy;	  /* AMD before Scalable MCA */
refine_fn refine_kh40000;	  /* Zhaoxin KH-40000 */
refine_fn refine_kh50000;	  /* Zhaoxin KH-50000 */
