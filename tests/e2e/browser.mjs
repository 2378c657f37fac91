// SPDX-License-Identifier: Apache-2.0
// A headless Chromium for the tests of pages: no network at all, every complaint kept.
import { createRequire } from "node:module";
import { readFileSync, existsSync, mkdirSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const here = path.dirname(fileURLToPath(import.meta.url));
export const root = path.resolve(here, "../..");
const require = createRequire(path.join(root, "web/package.json"));
export const chromiumPath = process.env.CHROMIUM || "/usr/bin/chromium";

/** Why these tests cannot run here; "" where they can. */
export function lacking() {
	if (!existsSync(chromiumPath))
		return `there is no ${chromiumPath}: install chromium`;
	for (const part of ["playwright-core", "axe-core"])
		if (!existsSync(path.join(root, "web/node_modules", part)))
			return `there is no web/node_modules/${part}: run tools/web-modules`;
	return "";
}

export async function launch() {
	const { chromium } = require("playwright-core");

	return chromium.launch({ executablePath: chromiumPath,
		args: process.getuid() === 0 ? ["--no-sandbox"] : [] });
}

/**
 * A page of a file, with what it said: complaints (console errors, exceptions, dialogs) and
 * asked (requests for anything but the file itself; each is refused).
 */
export async function open(browser, file, how = {}) {
	const context = await browser.newContext({ viewport: { width: 1280, height: 900 },
		colorScheme: "light", ...how });
	const page = await context.newPage();
	const said = { complaints: [], asked: [] };

	page.on("console", (message) => {
		if (message.type() === "error" || message.type() === "warning")
			said.complaints.push(message.text());
	});
	page.on("pageerror", (error) => said.complaints.push(String(error)));
	page.on("dialog", (dialog) => {
		said.complaints.push(`dialog: ${dialog.message()}`);
		dialog.dismiss();
	});
	await context.route(/^(?!file:|data:)/, (route) => {
		said.asked.push(route.request().url());
		route.abort();
	});
	page.on("request", (request) => {
		const url = request.url();

		if (!url.startsWith("data:") && !url.split("#")[0].endsWith(path.basename(file)))
			said.asked.push(url);
	});
	await page.goto(`file://${file}`);
	return { page, said, close: () => context.close() };
}

/** What axe finds wrong, a line each. The page's own policy lets no script in: it goes by the
 * debugger. */
export async function violations(page) {
	const source = readFileSync(path.join(root, "web/node_modules/axe-core/axe.min.js"), "utf8");

	await page.evaluate(source);
	const found = await page.evaluate(() => window.axe.run(document, { runOnly: [
		"wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }));
	return found.violations.flatMap((rule) => rule.nodes.slice(0, 3).map((node) =>
		`${rule.id}: ${node.target.join(" ")}: ${node.failureSummary}`));
}

/** Keeps a picture where $E2E_SHOTS names a folder. */
export async function shot(page, name) {
	const folder = process.env.E2E_SHOTS;

	if (!folder)
		return;
	mkdirSync(folder, { recursive: true });
	await page.screenshot({ path: path.join(folder, `${name}.png`), fullPage: true });
}
