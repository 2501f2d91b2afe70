-- SPDX-License-Identifier: GPL-2.0-only
--
-- What account counts with, and what it wanted done. Written in the transaction
-- of the events that are the cause.

-- How often one thing erred. The columns of the key that do not belong to its
-- kind are 0, and -1 in the location, where -1 is also "not known".
CREATE TABLE counter (
	kind TEXT NOT NULL,		-- page, row, dimm, channel, socket, cpu, replacement
	page INTEGER NOT NULL,		-- address of its first byte
	cpu INTEGER NOT NULL,
	socket INTEGER NOT NULL,
	imc INTEGER NOT NULL,
	channel INTEGER NOT NULL,
	dimm INTEGER NOT NULL,
	rank INTEGER NOT NULL,
	bank_group INTEGER NOT NULL,
	dram_bank INTEGER NOT NULL,
	dram_row INTEGER NOT NULL,
	corrected INTEGER NOT NULL,	-- errors, ever
	corrected_count INTEGER NOT NULL,	-- in the leaky bucket: not yet part of an overflow,
	corrected_excess INTEGER NOT NULL,	-- those that were,
	corrected_since_us INTEGER NOT NULL,	-- and when its period began; 0: it is empty
	uncorrected INTEGER NOT NULL,
	uncorrected_count INTEGER NOT NULL,
	uncorrected_excess INTEGER NOT NULL,
	uncorrected_since_us INTEGER NOT NULL,
	last_us INTEGER NOT NULL,	-- the newest error
	state TEXT NOT NULL,		-- of a page: online, offline-wanted, offline, offline-failed
	state_boot TEXT,		-- in this boot
	failures INTEGER NOT NULL,	-- offlinings that failed: each doubles the threshold
	triggered INTEGER NOT NULL,	-- 1: exceeded its threshold at least once
	hooks INTEGER NOT NULL,		-- how often the hook told of it,
	hook_us INTEGER NOT NULL,	-- and when last
	PRIMARY KEY (kind, page, cpu, socket, imc, channel, dimm, rank, bank_group, dram_bank,
		dram_row)
) WITHOUT ROWID;

-- What was wanted because of an event, and what became of it.
CREATE TABLE action (
	seq INTEGER PRIMARY KEY AUTOINCREMENT,
	event INTEGER,			-- event.seq of its cause, which may be gone; NULL: none
	event_id TEXT,			-- event.id of it
	boot TEXT,			-- the boot in which it was wanted
	kind TEXT NOT NULL,		-- threshold, trigger, offline-page, offline-cpu, notice
	target TEXT NOT NULL,		-- "page 12345000"; the trigger's key in mcelog.conf
	text TEXT NOT NULL,		-- why, one line for a person
	state TEXT NOT NULL,		-- wanted, started, done, failed, unknown
	result TEXT NOT NULL,		-- what became of it, '' as long as nothing
	environment TEXT,		-- for the script, as long as it has not ended
	input TEXT,			-- the same: event JSON
	page INTEGER,			-- offline-page: its address,
	socket INTEGER,			-- and where in the machine it is, as far as that is known
	imc INTEGER,
	channel INTEGER,
	cpu INTEGER,			-- whose cache fails: offline-cpu and the cache's trigger
	cache_level INTEGER,
	cache_type TEXT,		-- I instruction, D data, U unified
	wanted_us INTEGER NOT NULL,
	done_us INTEGER,		-- NULL: it is not
	journal TEXT NOT NULL		-- none; later: when it has ended; waiting, sent
);

CREATE INDEX action_open ON action (state, kind, seq) WHERE state IN ('wanted', 'started');
CREATE INDEX action_outbox ON action (seq) WHERE journal = 'waiting';
CREATE INDEX action_event ON action (event);
CREATE INDEX action_boot ON action (boot);

-- The memory modules that each boot found: a serial number that has changed says
-- that one was replaced.
CREATE TABLE dimm (
	boot TEXT NOT NULL,		-- boot_id
	slot TEXT NOT NULL,		-- its name on the board
	bank TEXT NOT NULL,		-- where the firmware says that is
	socket INTEGER,			-- where errors say it is, as far as that is known
	imc INTEGER,
	channel INTEGER,
	dimm INTEGER,
	size_mib INTEGER NOT NULL,
	type TEXT NOT NULL,
	manufacturer TEXT NOT NULL,
	part TEXT NOT NULL,
	serial TEXT NOT NULL,
	seen_us INTEGER NOT NULL,
	PRIMARY KEY (boot, slot, bank)
) WITHOUT ROWID;

CREATE INDEX dimm_slot ON dimm (slot, bank, seen_us);
