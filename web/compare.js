/* SPDX-License-Identifier: Apache-2.0 */
/* A comparison, as the program prints it: its verdict first. */
"use strict";

const SENTENCES_MAX = 6; /* as src/report/compare-text.c has it */

(async () => {
	const $ = (id) => document.getElementById(id);
	const query = new URLSearchParams(location.search);

	function fail(text) {
		$("told").hidden = true;
		$("trouble").textContent = text;
		$("trouble").hidden = false;
	}

	/* The text has its verdicts wrapped for a terminal; here they are as wide as the page. */
	function show(outcome, text) {
		const wrapped = outcome.pairs.length <= SENTENCES_MAX;

		for (const side of wrapped ? outcome.by_energy : []) {
			const pair = outcome.pairs.find((one) => one.side === side);
			const line = document.createElement("p");

			line.className = "verdict";
			line.textContent = pair ? pair.sentence : "";
			if (pair)
				$("verdicts").append(line);
		}
		$("text").textContent = wrapped ? text.slice(text.indexOf("\n\n") + 2) : text;
		$("text").hidden = false;
		$("told").hidden = true;
	}

	async function ask(form) {
		const asked = new URLSearchParams(query);

		asked.set("format", form);
		return fetch("/api/v1/compare?" + asked);
	}

	for (const side of query.getAll("side")) {
		const item = document.createElement("li");
		const name = document.createElement("bdi");

		name.textContent = side.length > 120 ? side.slice(0, 120) + "…" : side;
		item.append(name);
		$("sides").append(item);
	}
	if (query.getAll("side").length < 2) {
		fail("There are two sides to compare, at least: tick two runs on the first page.");
		return;
	}
	$("json").href = "/api/v1/compare?" + query;
	$("json").hidden = false;
	try {
		const answers = await Promise.all([ask("json"), ask("text")]);
		const refused = answers.find((answer) => !answer.ok);

		if (refused) {
			const problem = await refused.json();

			fail(problem.error + (problem.fix ? " — try: " + problem.fix : ""));
			return;
		}
		show(await answers[0].json(), await answers[1].text());
	} catch (error) {
		fail("The server does not answer: " + error.message);
	}
})();
