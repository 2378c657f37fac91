/* SPDX-License-Identifier: Apache-2.0 */
/* A comparison, as the program prints it: its verdict first. */
"use strict";

(async () => {
	const $ = (id) => document.getElementById(id);
	const query = new URLSearchParams(location.search);

	function fail(text) {
		$("told").hidden = true;
		$("trouble").textContent = text;
		$("trouble").hidden = false;
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
	query.set("format", "text");
	try {
		const response = await fetch("/api/v1/compare?" + query);

		if (!response.ok) {
			const problem = await response.json();

			fail(problem.error + (problem.fix ? " — try: " + problem.fix : ""));
			return;
		}
		$("text").textContent = await response.text();
		$("text").hidden = false;
		$("told").hidden = true;
	} catch (error) {
		fail("The server does not answer: " + error.message);
	}
})();
