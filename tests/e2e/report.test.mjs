// SPDX-License-Identifier: Apache-2.0
// The report in a real browser: node --test tests/e2e/report.test.mjs
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { readFileSync } from "node:fs";
import { launch, lacking, open, shot, violations } from "./browser.mjs";
import { HOSTILE, Ledger } from "./ledger.mjs";

const skip = lacking() || false;
const RUNS = ["train.py", "modelled", "gpu-only", "nothing", "eight", "no-meter", HOSTILE];
let browser;
let ledger;
let rich;
let all;

before(async () => {
	if (skip)
		return;
	ledger = new Ledger();
	rich = ledger.report("rich", "train.py");
	all = ledger.report("all", ...RUNS);
	browser = await launch();
});

after(async () => {
	await browser?.close();
	ledger?.remove();
});

/** The chart that is shown: its canvas' place. */
async function canvasOf(page) {
	const canvas = page.locator("figure[data-chart=run] .live canvas").first();

	await canvas.waitFor();
	return canvas;
}

function painted(canvas) {
	return canvas.evaluate((node) => {
		const { data } = node.getContext("2d").getImageData(0, 0, node.width, node.height);
		const colours = new Set();

		for (let i = 0; i < data.length; i += 4)
			if (data[i + 3] > 200)
				colours.add((data[i] << 16) | (data[i + 1] << 8) | data[i + 2]);
		return colours.size;
	});
}

function sideways(page) {
	return page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
}

test("every sort of run gives a page without a complaint or a request", { skip, timeout: 240000 }, async () => {
	for (const run of RUNS) {
		const { page, said, close } = await open(browser, ledger.report("one", run));

		assert.deepEqual(said, { complaints: [], asked: [] }, run);
		assert.ok((await page.locator("h1").textContent()).length > 0, run);
		assert.equal(await page.locator("main h2").count() > 4, true, run);
		assert.ok(!/\b(nan|inf|undefined|null)\b/i.test(await page.locator("main").innerText()), run);
		await close();
	}
});

test("charts are drawn", { skip, timeout: 240000 }, async () => {
	const { page, said, close } = await open(browser, rich);

	assert.ok(await painted(await canvasOf(page)) >= 3);
	await page.getByText("Whole machine", { exact: true }).first().click();
	assert.ok(await painted(page.locator("figure[data-chart=machine] canvas").first()) >= 4);
	assert.deepEqual(said, { complaints: [], asked: [] });
	await close();
});

test("values stand under the cursor, and a drag zooms", { skip, timeout: 240000 }, async () => {
	const { page, close } = await open(browser, rich);
	const canvas = await canvasOf(page);
	const keys = page.locator("figure[data-chart=run] .live-keys").first();
	const all = page.locator("figure[data-chart=run] button", { hasText: "Show all" }).first();

	await canvas.scrollIntoViewIfNeeded();
	const box = await canvas.boundingBox();
	await page.mouse.move(box.x + box.width * 0.5, box.y + box.height / 2);
	assert.match(await keys.textContent(), /1 h \d\d m \d\d s: [\d.]+ W/);
	assert.match(await keys.textContent(), /gpu-0 [\d.]+/);
	assert.equal(await all.isVisible(), false);
	await page.mouse.down();
	await page.mouse.move(box.x + box.width * 0.7, box.y + box.height / 2, { steps: 5 });
	await page.mouse.up();
	assert.equal(await all.isVisible(), true);
	await page.mouse.move(box.x + box.width * 0.12, box.y + box.height / 2);
	assert.match(await keys.textContent(), /^1 h [12]\d m/);
	await page.mouse.dblclick(box.x + box.width * 0.5, box.y + box.height / 2);
	assert.equal(await all.isVisible(), false);
	await close();
});

test("the keyboard moves the cursor, zooms and goes back", { skip, timeout: 240000 }, async () => {
	const { page, close } = await open(browser, rich);
	const plot = page.locator("figure[data-chart=run] .live-plot").first();
	const said = page.locator("figure[data-chart=run] .aloud").first();
	const all = page.locator("figure[data-chart=run] button", { hasText: "Show all" }).first();

	await canvasOf(page);
	await plot.focus();
	await page.keyboard.press("Home");
	const first = await said.textContent();
	await page.keyboard.press("ArrowRight");
	assert.notEqual(await said.textContent(), first);
	await page.keyboard.press("+");
	assert.equal(await all.isVisible(), true);
	await page.keyboard.press("Escape");
	assert.equal(await all.isVisible(), false);
	await close();
});

test("the figures are there as a table", { skip, timeout: 240000 }, async () => {
	const { page, close } = await open(browser, rich);

	await canvasOf(page);
	await page.locator("figure[data-chart=run] summary").first().click();
	const rows = page.locator("figure[data-chart=run] .figures tbody tr");
	await rows.first().waitFor();
	const curve = ledger.json("report", "train.py").runs[0].curve;
	assert.equal(await rows.count(), curve.bins);
	assert.match(await page.locator("figure[data-chart=run] .figures tbody").textContent(), /not known/);
	await close();
});

test("a statement is copied", { skip, timeout: 240000 }, async () => {
	const { page, close } = await open(browser, rich,
		{ permissions: ["clipboard-read", "clipboard-write"] });

	await page.getByText("neurips", { exact: true }).click();
	const pane = page.locator(".copyable:visible");
	await pane.locator("button").click();
	await pane.getByText("Copied").waitFor();
	const text = await page.evaluate(() => navigator.clipboard.readText());
	assert.equal(text, ledger.gramme("statement", "train.py", "--format", "neurips").stdout);
	await close();
});

test("tables sort, and what is not known comes last", { skip, timeout: 240000 }, async () => {
	const { page, close } = await open(browser, all);
	const table = page.locator("table.sortable").first();
	const energy = table.locator("thead button", { hasText: "energy" });

	for (const order of ["ascending", "descending"]) {
		await energy.click();
		assert.equal(await table.locator(`th[aria-sort=${order}]`).count(), 1);
		assert.match(await table.locator("tbody tr").last().textContent(), /not known/);
	}
	assert.match(await table.locator("tbody tr").first().textContent(), /train\.py/);
	await close();
});

test("nobody is shut out: axe finds nothing, in the light or the dark", { skip, timeout: 240000 }, async () => {
	for (const colorScheme of ["light", "dark"])
		for (const file of [rich, all]) {
			const { page, close } = await open(browser, file, { colorScheme });

			// Of the long tables of figures one is enough.
			await page.locator("details").evaluateAll((list) => list.forEach((one, i) => {
				one.open = i === 0 || !one.closest(".live");
			}));
			// axe looks at every cell: twenty rows say as much as eight hundred.
			await page.locator(".figures tbody").evaluateAll((list) => list.forEach((body) => {
				while (body.rows.length > 20)
					body.deleteRow(-1);
			}));
			assert.deepEqual(await violations(page), [], `${colorScheme} ${file}`);
			await shot(page, `report-${file === rich ? "one" : "several"}-${colorScheme}`);
			await close();
		}
});

test("a phone shows it without sideways scrolling", { skip, timeout: 240000 }, async () => {
	for (const [width, file] of [[360, rich], [390, rich], [360, all]]) {
		const { page, close } = await open(browser, file, { viewport: { width, height: 800 } });

		assert.equal(await sideways(page) <= 0, true, `${width} ${file}`);
		if (width === 390)
			await shot(page, "report-one-phone");
		await close();
	}
});

test("paper is light, and has the charts that stand still", { skip, timeout: 240000 }, async () => {
	const { page, close } = await open(browser, rich, { colorScheme: "dark" });

	await canvasOf(page);
	await page.emulateMedia({ media: "print" });
	assert.equal(await page.locator("figure[data-chart=run] svg.plot").isVisible(), true);
	assert.equal(await page.locator("figure[data-chart=run] .live").isVisible(), false);
	assert.equal(await page.evaluate(() =>
		getComputedStyle(document.documentElement).getPropertyValue("--ink").trim()), "#1d2126");
	for (const part of ["nav", "button.button", ".live-bar"])
		assert.equal(await page.locator(part).filter({ visible: true }).count(), 0, part);
	await shot(page, "report-one-print");
	await close();
});

test("hostile names do nothing", { skip, timeout: 240000 }, async () => {
	for (const file of [ledger.report("hostile", HOSTILE), all]) {
		const { page, said, close } = await open(browser, file);

		assert.deepEqual(said, { complaints: [], asked: [] });
		assert.equal(await page.locator("main").count(), 1);
		assert.equal(await page.locator("footer").count(), 1);
		assert.equal(await page.locator("[onmouseover]").count(), 0);
		assert.match(await page.locator("main").innerText(), /<script>alert\(1\)/);
		assert.equal(await page.locator("script:not([type])").count(), 3);
		await close();
	}
});

test("without scripts all is there", { skip, timeout: 240000 }, async () => {
	const { page, said, close } = await open(browser, rich, { javaScriptEnabled: false });

	assert.equal(await page.locator("figure[data-chart=run] svg.plot").isVisible(), true);
	// A click of playwright's waits for frames, which scripts of a page without them never see.
	const choice = await page.getByText("Whole machine", { exact: true }).first().boundingBox();
	await page.mouse.click(choice.x + 5, choice.y + 5);
	assert.equal(await page.locator("figure[data-chart=machine] svg.plot").isVisible(), true);
	assert.equal(await page.locator("button:visible").count(), 0);
	const text = await page.locator("main").innerText();
	for (const part of ["kWh", "CO2e", "95", "train.py", "node-17", "loss"])
		assert.ok(text.includes(part), part);
	assert.deepEqual(said.asked, []);
	await close();
});

test("links of equations lead to them", { skip, timeout: 240000 }, async () => {
	const { page, close } = await open(browser, rich);
	const lost = await page.evaluate(() => Array.from(document.querySelectorAll("a[href^='#']"))
		.map((link) => link.getAttribute("href").slice(1))
		.filter((id) => !document.getElementById(id)));
	const ids = await page.evaluate(() =>
		Array.from(document.querySelectorAll("[id]")).map((node) => node.id));

	assert.deepEqual(lost, []);
	assert.equal(new Set(ids).size, ids.length);
	await close();
});

test("the page holds the figures that --json tells", { skip, timeout: 240000 }, async () => {
	const { page, close } = await open(browser, rich);
	const inside = JSON.parse(await page.locator("#gramme-data").textContent());
	const told = ledger.json("report", "train.py");

	delete inside.written;
	delete told.written;
	assert.equal(inside.schema, "gramme.report/1");
	assert.deepEqual(inside, told);
	assert.ok(readFileSync(rich).length < 2e6);
	await close();
});
