-- SPDX-License-Identifier: GPL-2.0-only
--
-- 64-bit registers are INTEGERs in two's complement: bit 63 makes them
-- negative. The view "events" shows them as text. A NULL register is one that
-- the source did not have. Columns are only ever added.

CREATE TABLE boot (
	id TEXT PRIMARY KEY,		-- boot_id, 32 hexadecimal digits
	began_us INTEGER NOT NULL,	-- microseconds since the epoch, as all *_us
	ended_us INTEGER		-- when the last writer of it ended in order; NULL: it did not
) WITHOUT ROWID;

CREATE INDEX boot_began ON boot (began_us);

CREATE TABLE event (
	seq INTEGER PRIMARY KEY AUTOINCREMENT,
	id TEXT NOT NULL,		-- event_id, 32 hexadecimal digits
	incident TEXT NOT NULL,		-- incident_id, shared by the records of one panic
	boot TEXT,			-- boot_id of the boot in which it happened
	time_us INTEGER NOT NULL,	-- when it happened; 0 unknown
	ring_time_us INTEGER NOT NULL,	-- the trace ring's own stamp; 0 none
	replayed INTEGER NOT NULL,	-- 1: found after a reboot, or read from a file
	boot_time INTEGER NOT NULL,	-- 1: polled as the machine came up
	source TEXT NOT NULL,		-- who delivered it first
	sources TEXT NOT NULL,		-- all who did, comma-separated, in fixed order
	severity TEXT NOT NULL,
	class TEXT NOT NULL,
	count INTEGER NOT NULL,		-- errors that it stands for
	overflow INTEGER NOT NULL,	-- 1: there were more than are described
	bank_type TEXT,
	mca TEXT NOT NULL,		-- the architectural code in words
	message TEXT NOT NULL,		-- one line for a person
	vendor INTEGER NOT NULL,	-- the kernel's X86_VENDOR number
	cpu INTEGER NOT NULL,
	bank INTEGER NOT NULL,
	fields INTEGER NOT NULL,	-- bits of the optional registers that were there
	status INTEGER NOT NULL,
	addr INTEGER,
	misc INTEGER,
	mcgstatus INTEGER,
	mcgcap INTEGER,
	synd INTEGER,
	ipid INTEGER,
	synd1 INTEGER,
	synd2 INTEGER,
	ppin INTEGER,
	tsc INTEGER,
	ip INTEGER,
	walltime INTEGER,
	apicid INTEGER,
	socketid INTEGER,
	cpuid INTEGER,
	microcode INTEGER,
	cs INTEGER,
	socket INTEGER,			-- the location, as far as the registers say it
	imc INTEGER,
	channel INTEGER,
	dimm INTEGER,
	rank INTEGER,
	device INTEGER,
	bank_group INTEGER,
	dram_bank INTEGER,
	dram_row INTEGER,
	dram_column INTEGER,
	journal TEXT NOT NULL		-- none, waiting, sent: what the journal has of it
);

-- Ids are random: an index of them would write a page for each event, which in
-- a big database makes a storm four times slower. This one leaves a 16th to search.
CREATE INDEX event_id ON event (substr(id, 1, 1));
CREATE INDEX event_time ON event (time_us);
CREATE INDEX event_severity ON event (severity, time_us);
CREATE INDEX event_incident ON event (incident) WHERE incident <> id;
CREATE INDEX event_boot ON event (boot);
-- One error that two sources deliver is found here; an event that has been
-- joined leaves the range in which its twin was searched.
CREATE INDEX event_join ON event (sources, status, bank, cpu, ifnull(tsc, 0), time_us);
CREATE INDEX event_outbox ON event (seq) WHERE journal = 'waiting';

-- Who delivered what, and the ledger that makes each source exactly-once. Rows
-- outlive their events and are carried over from a database that is set aside.
CREATE TABLE delivery (
	key TEXT PRIMARY KEY,
	event INTEGER,			-- event.seq, which may be gone; NULL when carried over
	source TEXT NOT NULL,
	seen_us INTEGER NOT NULL	-- when it was stored
) WITHOUT ROWID;

CREATE INDEX delivery_event ON delivery (event) WHERE event IS NOT NULL;

-- Records that were lost before anybody could read them.
CREATE TABLE lost (
	seq INTEGER PRIMARY KEY AUTOINCREMENT,
	source TEXT NOT NULL,
	boot TEXT,
	place TEXT NOT NULL,
	count INTEGER NOT NULL,		-- 0: at least one, the number is unknown
	time_us INTEGER NOT NULL,	-- when it was noticed
	journal TEXT NOT NULL		-- as in event
);

CREATE INDEX lost_place ON lost (boot, source, place);
CREATE INDEX lost_outbox ON lost (seq) WHERE journal = 'waiting';

-- For people with sqlite3(1).
CREATE VIEW events AS SELECT
	seq, id, incident,
	CASE WHEN time_us > 0 THEN
		strftime('%Y-%m-%dT%H:%M:%S', time_us / 1000000, 'unixepoch')
		|| printf('.%06dZ', time_us % 1000000) END AS time,
	boot, replayed, sources, severity, class, count, overflow,
	cpu, bank, bank_type, mca, message,
	printf('0x%016x', status) AS status,
	CASE WHEN addr IS NOT NULL THEN printf('0x%016x', addr) END AS addr,
	CASE WHEN misc IS NOT NULL THEN printf('0x%016x', misc) END AS misc,
	CASE WHEN mcgstatus IS NOT NULL THEN printf('0x%016x', mcgstatus) END AS mcgstatus,
	CASE WHEN mcgcap IS NOT NULL THEN printf('0x%016x', mcgcap) END AS mcgcap,
	CASE WHEN synd IS NOT NULL THEN printf('0x%016x', synd) END AS synd,
	CASE WHEN ipid IS NOT NULL THEN printf('0x%016x', ipid) END AS ipid,
	CASE WHEN synd1 IS NOT NULL THEN printf('0x%016x', synd1) END AS synd1,
	CASE WHEN synd2 IS NOT NULL THEN printf('0x%016x', synd2) END AS synd2,
	CASE WHEN ppin IS NOT NULL THEN printf('0x%016x', ppin) END AS ppin,
	CASE WHEN tsc IS NOT NULL THEN printf('0x%016x', tsc) END AS tsc,
	CASE WHEN ip IS NOT NULL THEN printf('0x%016x', ip) END AS ip,
	CASE WHEN cpuid IS NOT NULL THEN printf('0x%08x', cpuid) END AS cpuid,
	CASE WHEN microcode IS NOT NULL THEN printf('0x%08x', microcode) END AS microcode,
	apicid, socketid,
	socket, imc, channel, dimm, rank, device, bank_group, dram_bank, dram_row, dram_column,
	journal
FROM event;
