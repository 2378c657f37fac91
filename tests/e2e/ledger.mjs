// SPDX-License-Identifier: Apache-2.0
// A ledger of runs of every sort, in a folder of its own, and the program that reads it. GRAMME
// names the program, GRAMME_BUILD its build folder.
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { root } from "./browser.mjs";

export const build = process.env.GRAMME_BUILD || path.join(root, "build");
export const program = process.env.GRAMME || path.join(build, "gramme");

/** The run whose name is everything that could hurt. */
export const HOSTILE = "20261123T083757-000006";

export class Ledger {
	constructor() {
		const maker = path.join(build, "tests/e2e/made-up-ledger");

		if (!existsSync(program) || !existsSync(maker))
			throw new Error(`there is no ${program} or ${maker}: make build`);
		this.folder = mkdtempSync(path.join(os.tmpdir(), "gramme-e2e-"));
		this.db = path.join(this.folder, "ledger.db");
		this.env = { ...process.env, GRAMME_DB: this.db, GRAMME_OFFLINE: "1",
			HOME: this.folder, XDG_RUNTIME_DIR: this.folder, LC_ALL: "C.UTF-8" };
		execFileSync(maker, [this.db]);
	}

	/** Runs the program; { status, stdout, stderr }. */
	gramme(...words) {
		return spawnSync(program, words, { env: this.env, cwd: this.folder,
			encoding: "utf8", maxBuffer: 1 << 28 });
	}

	/** A report of these runs; its path. */
	report(name, ...runs) {
		const file = path.join(this.folder, `${name}.html`);
		const done = this.gramme("report", ...runs, "-o", file);

		if (done.status !== 0)
			throw new Error(done.stderr);
		return file;
	}

	json(...words) {
		return JSON.parse(this.gramme(...words, "--json").stdout);
	}

	remove() {
		rmSync(this.folder, { recursive: true, force: true });
	}
}
