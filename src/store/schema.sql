-- gramme's ledger, schema version 1. Never edited once released: a later version is a step in
-- store-migrate.c that alters this one.
--
-- Energy in microjoules, power in microwatts, times in ns; *_unix_ns since 1970 UTC, with the
-- machine's zone as a label beside, other times since the run's start. Whole numbers over
-- 2^63 - 1 are kept as the negative number of the same 64 bits. NULL: not known, never 0.
-- A device is the text its domains share (domain.device, domain.label).

CREATE TABLE project (
	key INTEGER PRIMARY KEY,
	name TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE experiment (
	key INTEGER PRIMARY KEY,
	project INTEGER REFERENCES project,
	name TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX experiment_name ON experiment (name, ifnull(project, 0));

-- Every run that was begun: also the failed, the killed and those that go on.
-- A key is never given twice: the sampler of a run that was removed still has its own.
CREATE TABLE run (
	key INTEGER PRIMARY KEY AUTOINCREMENT,
	id TEXT NOT NULL UNIQUE,
	name TEXT NOT NULL,
	project INTEGER REFERENCES project,
	experiment INTEGER REFERENCES experiment,
	command_json TEXT,
	directory TEXT,
	state TEXT NOT NULL, -- running finished failed interrupted
	exit_status INTEGER,
	how TEXT NOT NULL, -- run attach begin
	started_unix_ns INTEGER NOT NULL,
	zone TEXT NOT NULL,
	duration_ns INTEGER NOT NULL,
	period_ns INTEGER NOT NULL,
	root_pid INTEGER NOT NULL,
	tracker_pid INTEGER NOT NULL,
	tracker_start INTEGER NOT NULL,
	boot_id TEXT NOT NULL,
	pue REAL,
	pue_source TEXT NOT NULL,
	region TEXT NOT NULL,
	region_how TEXT NOT NULL,
	version TEXT NOT NULL,
	reserve_cpu_permille INTEGER NOT NULL,
	reserve_mem_permille INTEGER NOT NULL,
	reserve_how TEXT NOT NULL,
	samples INTEGER NOT NULL,
	missed INTEGER NOT NULL,
	processes_seen INTEGER NOT NULL,
	processes_ended INTEGER NOT NULL,
	scope_cpu_ns INTEGER,
	machine_cpu_ns INTEGER,
	tracker_cpu_ns INTEGER NOT NULL,
	tracker_rss_kib INTEGER NOT NULL,
	tracker_written_bytes INTEGER NOT NULL,
	-- Cached sums of the counted domains, so that a list reads no rows.
	attributed_j REAL,
	machine_j REAL,
	energy_kind TEXT NOT NULL
) STRICT;
CREATE INDEX run_started ON run (started_unix_ns DESC, key DESC);
CREATE INDEX run_name ON run (name, started_unix_ns DESC);
CREATE INDEX run_experiment ON run (experiment);
CREATE INDEX run_project ON run (project);
CREATE INDEX run_unfinished ON run (key) WHERE state = 'running';

CREATE TABLE domain (
	run INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
	number INTEGER NOT NULL, -- its column in the blocks
	id TEXT NOT NULL,
	device TEXT NOT NULL,
	label TEXT NOT NULL,
	inside TEXT NOT NULL,
	duplicate_of TEXT NOT NULL,
	note TEXT NOT NULL,
	family TEXT NOT NULL,
	kind TEXT NOT NULL,
	boundary TEXT NOT NULL,
	measure TEXT NOT NULL, -- energy power
	gpu INTEGER NOT NULL,  -- -1: none
	range_uj INTEGER NOT NULL,
	step_uj INTEGER NOT NULL,
	update_ns INTEGER NOT NULL,
	max_uw INTEGER NOT NULL,
	pace_ns INTEGER NOT NULL,
	gain_u_permille INTEGER NOT NULL,
	offset_u_uw INTEGER NOT NULL,
	source TEXT NOT NULL,
	counted INTEGER NOT NULL,
	why_not TEXT NOT NULL,
	maybe_lost_uj INTEGER NOT NULL,
	ripple_uj INTEGER NOT NULL,
	wraps INTEGER NOT NULL,
	PRIMARY KEY (run, number)
) STRICT, WITHOUT ROWID;

-- Samples, up to 256 a block, as block.c packs them.
CREATE TABLE block (
	run INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
	number INTEGER NOT NULL,
	samples INTEGER NOT NULL,
	packed BLOB NOT NULL,
	UNIQUE (run, number)
) STRICT;

CREATE TABLE gap (
	run INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
	domain INTEGER NOT NULL,
	from_ns INTEGER NOT NULL,
	to_ns INTEGER NOT NULL,
	why TEXT NOT NULL
) STRICT;
CREATE INDEX gap_run ON gap (run);

CREATE TABLE mark (
	run INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
	t_ns INTEGER NOT NULL,
	name TEXT NOT NULL
) STRICT;
CREATE INDEX mark_run ON mark (run);

CREATE TABLE metric (
	run INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
	t_ns INTEGER NOT NULL,
	name TEXT NOT NULL,
	value REAL -- NULL: not a number
) STRICT;
CREATE INDEX metric_run ON metric (run);

CREATE TABLE tag (
	run INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
	name TEXT NOT NULL,
	value TEXT NOT NULL,
	PRIMARY KEY (run, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE warning (
	run INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
	code TEXT NOT NULL,
	text TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX warning_once ON warning (run, code, text);

CREATE TABLE inventory (
	run INTEGER PRIMARY KEY REFERENCES run ON DELETE CASCADE,
	hardware_json TEXT,
	software_json TEXT
) STRICT;
