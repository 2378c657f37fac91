// SPDX-License-Identifier: Apache-2.0
// Drives the dashboard in a headless Chromium: dashboard.mjs URL. A line of JSON a step; before
// the last it says "end it", and the server has to go.
import { lacking, launch, shot, violations } from "../e2e/browser.mjs";

const base = process.argv[2];
const why = lacking();

function tell(step, value) {
	process.stdout.write(JSON.stringify({ step, value }) + "\n");
}

async function open(browser, how, said) {
	const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...how });
	const page = await context.newPage();

	page.on("console", (message) => {
		if (message.type() === "error" || message.type() === "warning")
			said.complaints.push(message.text());
	});
	page.on("pageerror", (error) => said.complaints.push(String(error)));
	page.on("dialog", (dialog) => said.complaints.push("dialog " + dialog.message()));
	page.on("request", (request) => {
		if (!request.url().startsWith(base) && !request.url().startsWith("data:"))
			said.outside.push(request.url());
	});
	await page.goto(base);
	await page.waitForSelector("#table tbody tr");
	await page.waitForFunction(() => document.querySelectorAll("#chart .area").length > 0 &&
		document.getElementById("link").textContent === "Live", null, { timeout: 30000 });
	return page;
}

async function looks(browser, name, how, said) {
	const page = await open(browser, how, said);

	await shot(page, "dashboard-" + name);
	tell(name, { violations: await violations(page), wide: await page.evaluate(() =>
		document.documentElement.scrollWidth > innerWidth),
	rows: await page.locator("#table tbody tr").count() });
	await page.context().close();
}

/** The answer to what was done has come: the table's first row says other than it did. */
async function fill(page, name, value) {
	const answer = page.waitForResponse((response) => response.url().includes("/api/v1/"));

	await page.locator(`[name=${name}]`).fill(value);
	await answer;
}

/* Cards of runs that go on, by how their joules are known. */
async function cards(page) {
	tell("cards", await page.evaluate(() => Object.fromEntries(
		["measured", "derived", "modelled", "assumed", null].map((kind) => [kind,
			window.runCard({ id: "x", name: "x", attributed_j: 5, power_w: 1, kind })
				.textContent.includes("estimate")]))));
}

async function use(page) {
	await cards(page);
	await fill(page, "search", "train-b");
	await page.waitForFunction(() => document.querySelectorAll("#table tbody tr").length === 5);
	tell("search", await page.locator("#table tbody th").allInnerTexts());
	await page.reload();
	await page.waitForFunction(() => document.querySelectorAll("#table tbody tr").length === 5);
	tell("kept", await page.inputValue("[name=search]"));
	await fill(page, "search", "no such run");
	await page.waitForSelector("#none:not([hidden])");
	tell("none", await page.innerText("#none"));
	await fill(page, "search", "");
	await page.waitForSelector("#table tbody tr");
	await page.check("[name=group]");
	await page.waitForFunction(() => document.querySelector("#table thead").textContent
		.includes("Mean energy"));
	tell("grouped", await page.locator("#table tbody th").allInnerTexts());
	await page.check("[aria-label='Compare paper / a']");
	tell("one ticked", await page.isDisabled("#compare"));
	await page.focus("[aria-label='Compare paper / b']");
	await page.keyboard.press("Space");
	await page.click("#compare");
	await page.waitForURL(/\/compare/);
	await page.waitForSelector("#text:not([hidden]), #trouble:not([hidden])");
	tell("compared", { url: page.url(), text: await page.innerText("main"),
		violations: await violations(page) });
	await page.goBack();
	await page.uncheck("[name=group]");
	await page.waitForFunction(() => document.querySelector("#table thead").textContent
		.includes("Begun"));
	const answer = page.waitForResponse(/\/runs\//);
	await page.locator("#table tbody tr td.when").first().click();
	tell("opened", { status: (await answer).status(), url: page.url() });
	await page.goto(base);
}

if (why) {
	tell("lacking", why);
	process.exit(0);
}
const browser = await launch();
const said = { complaints: [], outside: [] };

for (const [name, how] of [["light", {}], ["dark", { colorScheme: "dark" }],
	["phone", { viewport: { width: 390, height: 844 } }]])
	await looks(browser, name, how, said);
const page = await open(browser, {}, said);
await use(page);
tell("said", said);
await page.waitForFunction(() => document.getElementById("link").textContent === "Live");
tell("end it", null);
await page.waitForFunction(() => /broke off/.test(document.getElementById("link").textContent));
tell("broken", await page.innerText("#link"));
await browser.close();
